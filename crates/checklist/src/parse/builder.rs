//! The parser's events to blocks.

use super::marks::{Form, Mark};
use super::{
    Block, BlockKind, Cell, Fence, FenceLine, Inline, ListItem, Piece, PieceKind, Table, boxes, comment,
};
use crate::heading::Trail;
use crate::source::Source;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// Parses the body of a document.
pub fn blocks(source: &Source) -> Vec<Block<'_>> {
    let body = &source.text[source.body..];
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let uncertain = body.contains(['✅', '❌', '✓', '✔', '✗', '✘']);
    let mut builder = Builder {
        source,
        blocks: Vec::new(),
        items: Vec::new(),
        lists: Vec::new(),
        strong: 0,
        open: Open::Nothing,
        uncertain,
        trail: (uncertain && !boxes::any(body)).then(Trail::default),
        doing: false,
        marked: false,
    };
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        builder.event(event, range.start + source.body..range.end + source.body);
    }
    builder.close();
    builder.blocks
}

/// The block whose content is being collected.
enum Open<'s> {
    Nothing,
    Heading(u8, Inline<'s>),
    Paragraph(Inline<'s>),
    ItemText(usize, Inline<'s>),
    Fence(Fence, bool),
    Html(Range<usize>),
    Table(Table<'s>, Option<Cell<'s>>),
}

pub(super) struct Builder<'s> {
    pub(super) source: &'s Source,
    pub(super) blocks: Vec<Block<'s>>,
    /// Block indices of the items that are open.
    pub(super) items: Vec<usize>,
    /// The next number of each open list.
    lists: Vec<Option<u64>>,
    strong: u32,
    open: Open<'s>,
    /// The document holds characters that are boxes in some places and decoration in others.
    uncertain: bool,
    /// The headings above, in a document with such characters and without any certain box.
    trail: Option<Trail>,
    /// They stand below a heading that says what to do, in such a document.
    pub(super) doing: bool,
    /// They stand in a list with a certain box.
    pub(super) marked: bool,
}

impl<'s> Builder<'s> {
    fn event(&mut self, event: Event<'s>, span: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, span),
            Event::End(tag) => self.end(tag, span),
            Event::Text(text) => self.text(text, span),
            Event::Code(code) => self.piece(PieceKind::Code(code), span),
            Event::Html(_) => {}
            Event::InlineHtml(html) => match comment(&html) {
                Some(inside) => self.piece(PieceKind::Comment(inside.to_owned().into()), span),
                None => self.piece(PieceKind::Text(html), span),
            },
            Event::SoftBreak | Event::HardBreak => self.piece(PieceKind::Break, span),
            Event::Rule => {
                self.close();
                self.push(span, BlockKind::Rule);
            }
            Event::TaskListMarker(claimed) => {
                if let Some(BlockKind::Item(item)) = self
                    .items
                    .last()
                    .and_then(|at| self.blocks.get_mut(*at))
                    .map(|block| &mut block.kind)
                {
                    let mark = Mark {
                        claimed,
                        length: span.len(),
                        form: Form::Brackets,
                        certain: true,
                    };
                    item.tick = Some(boxes::tick(span.start, mark));
                }
            }
            Event::FootnoteReference(text) => self.text(text, span),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(text, span),
        }
    }

    fn start(&mut self, tag: Tag<'s>, span: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.close();
                self.open = Open::Heading(depth(level), Inline::default());
            }
            Tag::Paragraph => self.paragraph(),
            Tag::List(number) => {
                self.close();
                if self.uncertain && self.lists.is_empty() {
                    self.marked = boxes::any(self.source.slice(span));
                }
                self.lists.push(number);
            }
            Tag::Item => {
                self.close();
                let number = self.lists.last_mut().and_then(|next| {
                    let number = *next;
                    *next = number.map(|number| number.saturating_add(1));
                    number
                });
                let item = ListItem {
                    number,
                    tick: None,
                    inline: Inline::default(),
                    optional: false,
                };
                let at = self.push(span, BlockKind::Item(item));
                self.items.push(at);
                self.open = Open::ItemText(at, Inline::default());
            }
            Tag::CodeBlock(kind) => {
                self.close();
                let language = match kind {
                    CodeBlockKind::Indented => String::new(),
                    CodeBlockKind::Fenced(info) => {
                        info.split_whitespace().next().unwrap_or_default().to_lowercase()
                    }
                };
                self.open = Open::Fence(
                    Fence {
                        language,
                        lines: Vec::new(),
                    },
                    false,
                );
            }
            Tag::HtmlBlock => {
                self.close();
                self.open = Open::Html(span);
            }
            Tag::Table(_) => {
                self.close();
                self.open = Open::Table(
                    Table {
                        rows: Vec::new(),
                        steps: Vec::new(),
                    },
                    None,
                );
            }
            Tag::TableHead | Tag::TableRow => {
                if let Open::Table(table, _) = &mut self.open {
                    table.rows.push(Vec::new());
                }
            }
            Tag::TableCell => {
                if let Open::Table(_, cell) = &mut self.open {
                    *cell = Some(Cell {
                        span,
                        pieces: Vec::new(),
                    });
                }
            }
            Tag::Strong => {
                self.strong += 1;
                self.cover(&span);
            }
            Tag::Link { dest_url, .. } => {
                self.cover(&span);
                self.piece(PieceKind::Link(dest_url), span.start..span.start);
            }
            Tag::Emphasis | Tag::Strikethrough | Tag::Superscript | Tag::Subscript | Tag::Image { .. } => {
                self.cover(&span)
            }
            Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) | Tag::MetadataBlock(_) => self.close(),
            Tag::DefinitionList | Tag::DefinitionListTitle | Tag::DefinitionListDefinition => self.close(),
        }
    }

    fn end(&mut self, tag: TagEnd, span: Range<usize>) {
        match tag {
            TagEnd::Heading(_)
            | TagEnd::Paragraph
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::Table => {
                self.finish(span);
            }
            TagEnd::List(_) => {
                self.close();
                self.lists.pop();
                self.marked &= !self.lists.is_empty();
            }
            TagEnd::Item => {
                self.close();
                self.items.pop();
            }
            TagEnd::TableCell => {
                if let Open::Table(table, cell) = &mut self.open
                    && let (Some(cell), Some(row)) = (cell.take(), table.rows.last_mut())
                {
                    row.push(cell);
                }
            }
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            _ => {}
        }
    }

    /// A paragraph that is the first thing in an item is the item's text.
    fn paragraph(&mut self) {
        if let Open::ItemText(_, inline) = &self.open
            && inline.pieces.is_empty()
        {
            return;
        }
        self.close();
        self.open = Open::Paragraph(Inline::default());
    }

    fn text(&mut self, text: CowStr<'s>, span: Range<usize>) {
        match &mut self.open {
            Open::Fence(fence, unfinished) => code_lines(self.source, fence, unfinished, span),
            Open::Nothing
            | Open::Heading(..)
            | Open::Paragraph(_)
            | Open::ItemText(..)
            | Open::Html(_)
            | Open::Table(..) => {
                self.piece(PieceKind::Text(text), span);
            }
        }
    }

    fn piece(&mut self, kind: PieceKind<'s>, span: Range<usize>) {
        let strong = self.strong > 0;
        match &mut self.open {
            Open::Heading(_, inline) | Open::Paragraph(inline) | Open::ItemText(_, inline) => {
                extend(&mut inline.span, &span);
                if inline.pieces.is_empty() {
                    // Most lines are one piece.
                    inline.pieces.reserve_exact(1);
                }
                inline.pieces.push(Piece { span, strong, kind });
            }
            Open::Table(_, Some(cell)) => cell.pieces.push(Piece { span, strong, kind }),
            Open::Nothing | Open::Fence(..) | Open::Html(_) | Open::Table(_, None) => {}
        }
    }

    fn cover(&mut self, span: &Range<usize>) {
        match &mut self.open {
            Open::Heading(_, inline) | Open::Paragraph(inline) | Open::ItemText(_, inline) => {
                extend(&mut inline.span, span)
            }
            Open::Nothing | Open::Fence(..) | Open::Html(_) | Open::Table(..) => {}
        }
    }

    /// Ends what is open because something else begins.
    fn close(&mut self) {
        self.finish(0..0);
    }

    fn finish(&mut self, span: Range<usize>) {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => {}
            Open::Heading(level, inline) => {
                if let Some(trail) = &mut self.trail {
                    self.doing = trail.enter(level, &inline.plain());
                }
                self.heading(span, level, inline);
            }
            Open::Paragraph(inline) => {
                let span = if span.is_empty() {
                    inline.span.clone()
                } else {
                    span
                };
                self.lines(span, inline);
            }
            Open::ItemText(at, inline) => self.item_text(at, inline),
            Open::Fence(fence, _) => self.code(span, fence),
            Open::Html(start) => {
                let span = if span.is_empty() { start } else { span };
                self.html(span);
            }
            Open::Table(table, _) => self.table(span, table),
        }
    }

    pub(super) fn push(&mut self, span: Range<usize>, kind: BlockKind<'s>) -> usize {
        self.blocks.push(Block {
            span,
            item: self.items.last().copied(),
            kind,
        });
        self.blocks.len() - 1
    }
}

fn extend(all: &mut Range<usize>, span: &Range<usize>) {
    if all.start == all.end {
        *all = span.clone();
    } else {
        *all = all.start.min(span.start)..all.end.max(span.end);
    }
}

fn code_lines(source: &Source, fence: &mut Fence, unfinished: &mut bool, span: Range<usize>) {
    let mut start = span.start;
    for line in source.slice(span).split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        match fence.lines.last_mut() {
            Some(last) if *unfinished => last.text.push_str(text),
            _ => fence.lines.push(FenceLine {
                text: text.to_owned(),
                start,
            }),
        }
        *unfinished = !line.ends_with('\n');
        start += line.len();
    }
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
