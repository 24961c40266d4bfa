//! Boxes that are no task-list items of the specification: lines of a paragraph, characters, rows of tables, HTML.
//!
//! A ✅ or ❌ is a box where its list or paragraph also has a certain box, in a column named "Status" or "Done", and
//! in a document without any certain box below a heading that says what to do. Elsewhere it is decoration: of a
//! heading, of a list of features, of what was done long ago.

use super::builder::Builder;
use super::choices;
use super::marks::{self, Form, Mark};
use super::{BlockKind, Fence, FenceLine, Inline, ListItem, Piece, PieceKind, Tick};
use crate::classify;
use crate::source::Source;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// Whether any line of a text starts with a certain box, or a cell of a table does.
pub fn any(text: &str) -> bool {
    text.split(['\n', '\r']).any(|line| {
        let starts = marks::of_line(line).is_some_and(|(_, mark)| mark.certain);
        let cells = || line.contains('|') && marks::holds(line);
        let tags = || {
            line.match_indices("<input")
                .any(|(at, _)| marks::at_start(&line[at..]).is_some())
        };
        starts || cells() || tags()
    })
}

impl<'s> Builder<'s> {
    /// A paragraph, or the items that its lines are.
    pub(super) fn lines(&mut self, span: Range<usize>, inline: Inline<'s>) {
        let (first, mut items) = self.split(inline, self.doing);
        let asked = self.choices(&first);
        if !first.pieces.is_empty() {
            let end = items.first().map_or(span.end, |(_, item)| item.span.start);
            let span = span.start..first.span.end.max(span.start).min(end.max(span.start));
            let span = if items.is_empty() { span.start..end } else { span };
            self.push(span, BlockKind::Paragraph(first));
        }
        items.extend(asked);
        items.sort_by_key(|(tick, _)| tick.span.start);
        let parent = self.items.last().copied();
        self.push_items(items, parent);
    }

    /// The lines of a paragraph that ask for one of several boxes.
    fn choices(&self, inline: &Inline<'s>) -> Vec<(Tick, Inline<'s>)> {
        // A comment would be about another box.
        let said = inline
            .pieces
            .iter()
            .any(|piece| matches!(piece.kind, PieceKind::Comment(_)));
        if said || inline.pieces.is_empty() || !marks::holds(self.source.slice(inline.span.clone())) {
            return Vec::new();
        }
        let lines = choices::lines(self.source, inline.span.clone()).into_iter();
        let asked = |line: Range<usize>| {
            let tick = choices::tick(choices::labelled(self.source, line.clone(), inline))?;
            Some((tick, inline_of(self.source, line)))
        };
        lines.filter_map(asked).collect()
    }

    /// The text of a list item: its box, where it has one, and the items of further lines.
    pub(super) fn item_text(&mut self, at: usize, inline: Inline<'s>) {
        let (mut first, mut items) = self.split(inline, self.doing || self.marked);
        let parent = self.blocks[at].item;
        let ticked = matches!(&self.blocks[at].kind, BlockKind::Item(item) if item.tick.is_some());
        let own = (!ticked && first.pieces.is_empty() && !items.is_empty()).then(|| {
            // Behind a box that only we take for one, a further one may stand as it may behind one of Markdown's own.
            let (tick, text) = items.remove(0);
            let (text, further) = self.split(text, true);
            items.splice(0..0, further);
            (tick, text)
        });
        let BlockKind::Item(item) = &mut self.blocks[at].kind else {
            return;
        };
        if let Some((tick, text)) = own {
            item.tick = Some(tick);
            item.inline = text;
        } else {
            if item.tick.is_none() {
                item.tick = trailing(self.source, &mut first);
            }
            if item.tick.is_none() && marks::holds(self.source.slice(first.span.clone())) {
                let line = choices::lines(self.source, first.span.clone()).into_iter().next();
                let asked = line.map(|line| choices::labelled(self.source, line, &first));
                item.tick = asked.and_then(choices::tick);
            }
            item.inline = first;
        }
        if let Some(tick) = item.tick.as_mut().filter(|tick| tick.choices.is_empty()) {
            tick.choices = choices::after(self.source, tick, &item.inline);
        }
        self.push_items(items, parent);
    }

    pub(super) fn push_items(&mut self, items: Vec<(Tick, Inline<'s>)>, parent: Option<usize>) {
        for (mut tick, inline) in items {
            if tick.choices.is_empty() {
                tick.choices = choices::after(self.source, &tick, &inline);
            }
            let span = tick.span.start.min(inline.span.start)..tick.span.end.max(inline.span.end);
            let item = ListItem {
                number: None,
                tick: Some(tick),
                inline,
                optional: false,
            };
            let at = self.push(span, BlockKind::Item(item));
            self.blocks[at].item = parent;
        }
    }

    /// What stands before the first line with a box, and each such line with those that follow it.
    fn split(&self, inline: Inline<'s>, uncertain: bool) -> (Inline<'s>, Vec<(Tick, Inline<'s>)>) {
        let starts = inline.pieces.iter().enumerate().filter_map(|(at, piece)| {
            let broken = at == 0 || matches!(inline.pieces[at - 1].kind, PieceKind::Break);
            broken
                .then(|| line_mark(self.source, &inline.span, piece))
                .flatten()
                .map(|(start, mark)| (at, start, mark))
        });
        let found: Vec<(usize, usize, Mark)> = starts.collect();
        let certain = uncertain || found.iter().any(|(_, _, mark)| mark.certain);
        if found.is_empty() || !certain {
            return (inline, Vec::new());
        }
        let end = inline.span.end;
        let mut pieces = inline.pieces;
        let mut items = Vec::new();
        for (at, start, mark) in found.into_iter().rev() {
            let own = pieces.split_off(at);
            let until = items
                .last()
                .map_or(end, |(tick, _): &(Tick, Inline<'s>)| tick.span.start);
            let mut text = Inline {
                span: start..until,
                pieces: own,
                gaps: Vec::new(),
            };
            let tick = cut(self.source, &mut text, start, mark);
            items.push((tick, text));
        }
        items.reverse();
        let start = inline.span.start;
        let until = items.first().map_or(end, |(tick, _)| tick.span.start);
        let first = Inline {
            span: start..until.max(start),
            pieces,
            gaps: Vec::new(),
        };
        (first, items)
    }

    /// A heading, and the item that its box is. "☑️ Before the deployment" is decorated; the plain ☑ is how ☐ is ticked.
    pub(super) fn heading(&mut self, span: Range<usize>, level: u8, inline: Inline<'s>) {
        let mark = inline
            .pieces
            .first()
            .and_then(|piece| line_mark(self.source, &inline.span, piece));
        let item = mark
            .filter(|(start, mark)| {
                let plain = self.source.slice(*start..start + mark.length) == "☑";
                mark.certain && (plain || !(mark.claimed && mark.form == Form::Glyph))
            })
            .map(|(start, mark)| self.source_item(start, mark, inline.span.end));
        self.push(span, BlockKind::Heading { level, inline });
        let parent = self.items.last().copied();
        self.push_items(item.into_iter().collect(), parent);
    }

    /// A block of code that is none: boxes that are indented too far, set apart as plain text, or most of its lines.
    pub(super) fn code(&mut self, span: Range<usize>, fence: Fence) {
        let plain = matches!(
            fence.language.as_str(),
            "" | "text" | "txt" | "plain" | "plaintext"
        );
        let template = matches!(fence.language.as_str(), "md" | "markdown" | "mdx");
        let certain = |line: &FenceLine| marks::of_line(&line.text).filter(|(_, mark)| mark.certain);
        let filled = || {
            fence
                .lines
                .iter()
                .filter(|line| !line.text.trim().is_empty() && !line.text.trim().starts_with('#'))
        };
        let boxes = fence.lines.iter().filter(|line| certain(line).is_some()).count();
        if template || boxes == 0 || (!plain && boxes * 2 <= filled().count()) {
            self.push(span, BlockKind::Fence(fence));
            return;
        }
        let mut items = Vec::new();
        for line in &fence.lines {
            if let Some((at, mark)) = certain(line) {
                let end = line.start + line.text.len();
                let (tick, mut inline) = self.source_item(line.start + at, mark, end);
                command_of(self.source, &mut inline);
                items.push((tick, inline));
            }
        }
        if filled().count() > boxes {
            self.push(span, BlockKind::Fence(fence));
        }
        let parent = self.items.last().copied();
        self.push_items(items, parent);
    }

    pub(super) fn source_item(&self, start: usize, mark: Mark, end: usize) -> (Tick, Inline<'s>) {
        let tick = tick(start, mark);
        (tick, inline_of(self.source, start + mark.length..end))
    }
}

/// In a block of code, what stands behind a box is a command, or words and a command behind a colon.
fn command_of<'s>(source: &'s Source, inline: &mut Inline<'s>) {
    let text = source.slice(inline.span.clone());
    let known = |command: &str| command.split_whitespace().next().is_some_and(classify::known);
    let start = match text.split_once(": ") {
        _ if known(text) => 0,
        Some((words, command)) if known(command) => words.len() + 2,
        _ => return,
    };
    let end = text[start..].find(" #").map_or(text.len(), |at| start + at);
    let at = inline.span.start;
    let piece = |range: Range<usize>, kind: fn(CowStr<'s>) -> PieceKind<'s>| Piece {
        span: at + range.start..at + range.end,
        strong: false,
        kind: kind(text[range].into()),
    };
    let said = text[end..].trim_start_matches([' ', '#']);
    let pieces = [
        piece(0..start, PieceKind::Text),
        piece(start..text[..end].trim_end().len(), PieceKind::Code),
        piece(text.len() - said.len()..text.len(), PieceKind::Text),
    ];
    inline.pieces = pieces
        .into_iter()
        .filter(|piece| !piece.span.is_empty())
        .collect();
}

/// The box that a line of inline content starts with: before, or inside of, its first piece.
fn line_mark(source: &Source, whole: &Range<usize>, piece: &Piece) -> Option<(usize, Mark)> {
    if matches!(piece.kind, PieceKind::Break | PieceKind::Comment(_)) {
        return None;
    }
    let text = source.slice(piece.span.start..whole.end);
    let escaped = piece.span.start > 0 && source.text.as_bytes().get(piece.span.start - 1) == Some(&b'\\');
    if escaped && text.starts_with('[') {
        let start = piece.span.start - 1;
        return marks::at_start(source.slice(start..whole.end)).map(|mark| (start, mark));
    }
    if matches!(piece.kind, PieceKind::Code(_)) {
        return None;
    }
    let rest = marks::without_bullet(text.trim_start());
    let start = piece.span.start + text.len() - rest.len();
    marks::at_start(rest).map(|mark| (start, mark))
}

/// Takes the box that a text starts with out of it.
fn cut(source: &Source, inline: &mut Inline, start: usize, mark: Mark) -> Tick {
    let range = start..start + mark.length;
    let spaces = |at: usize| {
        let rest = source.slice(at..inline.span.end.max(at));
        rest.len() - rest.trim_start_matches([' ', '\t', '\u{3000}', '\u{a0}']).len()
    };
    let text = range.end + spaces(range.end);
    let mut first = true;
    inline.pieces.retain_mut(|piece| {
        let keep = piece.span.end > range.end;
        if keep
            && std::mem::take(&mut first)
            && piece.span.start < text
            && let PieceKind::Text(words) = &mut piece.kind
            && words.len() == piece.span.len()
        {
            *words = words[(text - piece.span.start).min(words.len())..]
                .to_owned()
                .into();
            piece.span.start = text.min(piece.span.end);
        }
        keep
    });
    while mark.form == Form::Html
        && let Some(last) = inline.pieces.last()
        && source.slice(last.span.clone()).starts_with('<')
    {
        inline.span.end = last.span.start;
        inline.pieces.pop();
    }
    let text = text.min(inline.span.end.max(range.end));
    // Bold that the box stands in goes on behind it.
    let marks = source.text[..start]
        .bytes()
        .rev()
        .take_while(|byte| matches!(byte, b'*' | b'_'))
        .take(3)
        .count();
    inline.span = text..inline.span.end.max(text);
    if marks > 0 {
        inline.span.start = start - marks;
        inline.gaps.push((start..text, String::new()));
    }
    tick(start, mark)
}

/// The box at the end of an item.
fn trailing(source: &Source, inline: &mut Inline) -> Option<Tick> {
    let text = source.slice(inline.span.clone());
    if !text.ends_with(|c: char| c == ']' || !c.is_ascii()) || text.len() > 1000 {
        return None;
    }
    let (at, mark) = marks::at_end(text)?;
    let start = inline.span.start + at;
    let code = |piece: &Piece| matches!(piece.kind, PieceKind::Code(_)) && piece.span.end > start;
    if inline.pieces.iter().any(code) {
        return None;
    }
    inline.pieces.retain_mut(|piece| {
        if let PieceKind::Text(words) = &mut piece.kind
            && piece.span.end > start
            && piece.span.start < start
            && words.len() == piece.span.len()
        {
            *words = words[..start - piece.span.start].to_owned().into();
            piece.span.end = start;
        }
        piece.span.start < start
    });
    inline.span.end = start;
    Some(tick(start, mark))
}

pub(super) fn tick(start: usize, mark: Mark) -> Tick {
    Tick {
        claimed: mark.claimed,
        span: start..start + mark.length,
        form: mark.form,
        certain: mark.certain,
        choices: Vec::new(),
    }
}

/// The inline content of a range that the Markdown parser took for something else.
fn inline_of(source: &Source, range: Range<usize>) -> Inline<'_> {
    let text = source.slice(range.clone());
    let indent = text.len() - text.trim_start().len();
    let start = range.start + indent;
    let mut inline = Inline {
        span: start..start + text.trim().len(),
        ..Inline::default()
    };
    let mut strong = 0u32;
    for (event, span) in Parser::new_ext(text.trim(), Options::empty()).into_offset_iter() {
        let kind = match event {
            Event::Start(Tag::Strong) => {
                strong += 1;
                continue;
            }
            Event::End(TagEnd::Strong) => {
                strong = strong.saturating_sub(1);
                continue;
            }
            Event::Text(words) => PieceKind::Text(words),
            Event::Code(code) => PieceKind::Code(code),
            Event::Start(Tag::Link { dest_url, .. }) => PieceKind::Link(dest_url),
            _ => continue,
        };
        inline.pieces.push(Piece {
            span: start + span.start..start + span.end,
            strong: strong > 0,
            kind,
        });
    }
    inline
}
