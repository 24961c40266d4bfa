//! Lines with several boxes, of which one is to be ticked: `[ ] Patch [ ] Minor [ ] Major`.

use super::marks::{self, Form, Mark};
use super::{Inline, PieceKind, Tick};
use crate::source::Source;
use std::ops::Range;

/// One box of such a line.
pub struct Choice {
    /// The words that it stands for.
    pub words: String,
    /// `[x]`
    pub claimed: bool,
    /// Its bytes.
    pub span: Range<usize>,
    /// How it is written.
    pub form: Form,
}

/// Longest words of a choice, in bytes.
const LONGEST: usize = 80;
/// Most boxes of a line.
const MOST: usize = 20;

/// The choices of a line that starts with a box, or none where it holds no further one.
pub fn after(source: &Source, tick: &Tick, inline: &Inline) -> Vec<Choice> {
    let end = inline.span.end.max(tick.span.end);
    let rest = first_line(source, tick.span.end..end);
    let begins = |byte: u8| matches!(byte, b'[' | b'<') || !byte.is_ascii();
    if !source.slice(rest.clone()).bytes().any(begins) {
        return Vec::new();
    }
    let line = tick.span.start..rest.end;
    found(source, line, inline)
        .filter(|(lead, _)| lead.is_empty())
        .map_or_else(Vec::new, |(_, found)| found)
}

/// The choices of a line that starts with words: "Type: [ ] Patch [ ] Minor", "Approved: yes [ ] no [ ]".
pub fn labelled(source: &Source, line: Range<usize>, inline: &Inline) -> Vec<Choice> {
    let Some((lead, found)) = found(source, line, inline) else {
        return Vec::new();
    };
    let label = lead.trim_end_matches(['*', '_', ' ', '\t']);
    let explains = [
        "legend", "key", "symbol", "notation", "meaning", "example", "legende", "légende", "leyenda",
        "legenda",
    ];
    let lower = label.to_lowercase();
    let asks = label.ends_with([':', '：', '?', '？']) && !explains.iter().any(|word| lower.contains(word));
    if asks { found } else { Vec::new() }
}

/// The tick of a line of choices that starts with words.
pub fn tick(choices: Vec<Choice>) -> Option<Tick> {
    let first = choices.first()?;
    Some(Tick {
        claimed: choices.iter().any(|choice| choice.claimed),
        span: first.span.clone(),
        form: first.form,
        certain: false,
        choices,
    })
}

/// The lines of a text, each with its bytes.
pub fn lines(source: &Source, span: Range<usize>) -> Vec<Range<usize>> {
    let mut at = span.start;
    let mut out = Vec::new();
    for line in source.slice(span).split_inclusive('\n') {
        out.push(at..at + line.trim_end().len());
        at += line.len();
    }
    out
}

fn first_line(source: &Source, span: Range<usize>) -> Range<usize> {
    let text = source.slice(span.clone());
    let length = text.find(['\n', '\r']).unwrap_or(text.len());
    span.start..span.start + length
}

/// What stands before the first box of a line, and its choices, where there are at least two and each has words.
fn found(source: &Source, line: Range<usize>, inline: &Inline) -> Option<(String, Vec<Choice>)> {
    let text = source.slice(line.clone());
    let end = text.find("<!--").unwrap_or(text.len());
    let text = &text[..end];
    let marks = marks_in(text, line.start, inline);
    let (first, last) = (marks.first()?, marks.last()?);
    if !(2..=MOST).contains(&marks.len()) {
        return None;
    }
    let starts = marks.iter().map(|(at, _)| *at);
    let ends = || marks.iter().map(|(at, mark)| at + mark.length);
    let behind = named(&text[last.0 + last.1.length..]).is_some();
    let (lead, words): (&str, Vec<Option<String>>) = if behind {
        let until = starts.skip(1).chain([text.len()]);
        (
            &text[..first.0],
            ends()
                .zip(until)
                .map(|(from, to)| named(&text[from..to]))
                .collect(),
        )
    } else {
        // The boxes stand behind their words.
        let label = text[..first.0].rfind([':', '：', '?', '？'])?;
        let label = label + text[label..].chars().next().map_or(1, char::len_utf8);
        let from = std::iter::once(label).chain(ends());
        (
            &text[..label],
            from.zip(starts)
                .map(|(from, to)| named(&text[from..to]))
                .collect(),
        )
    };
    let words: Option<Vec<String>> = words.into_iter().collect();
    let choice = |(words, (at, mark)): (String, &(usize, Mark))| Choice {
        words,
        claimed: mark.claimed,
        span: line.start + at..line.start + at + mark.length,
        form: mark.form,
    };
    let choices = words?.into_iter().zip(&marks).map(choice).collect();
    Some((lead.trim().to_owned(), choices))
}

/// The certain boxes of a text that starts at `start` of the document, those in code apart.
fn marks_in(text: &str, start: usize, inline: &Inline) -> Vec<(usize, Mark)> {
    // Pieces stand in the order of their bytes.
    let code = |at: usize| {
        let at = start + at;
        let after = inline.pieces.partition_point(|piece| piece.span.start <= at);
        let own = inline.pieces[..after].last();
        own.is_some_and(|piece| matches!(piece.kind, PieceKind::Code(_)) && piece.span.contains(&at))
    };
    let mut found = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let apart = at == 0 || text[..at].ends_with([' ', '\t', '|', '/', ',', ';', '(', '*', '_', '\u{a0}']);
        let begins = matches!(c, '[' | '\\' | '<') || !c.is_ascii();
        if at < from || !begins || !apart {
            continue;
        }
        if let Some(mark) = marks::at_start(&text[at..]).filter(|mark| mark.certain && !code(at)) {
            from = at + mark.length;
            found.push((at, mark));
        }
        if found.len() > MOST {
            break;
        }
    }
    found
}

/// The words of a choice without what parts it from the next one.
fn named(text: &str) -> Option<String> {
    let words =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '/' | ',' | ';' | '*' | '_'));
    let words = words.strip_suffix(" or").unwrap_or(words).trim();
    (words.chars().any(char::is_alphanumeric) && words.len() <= LONGEST).then(|| words.to_owned())
}

/// "Patch, Minor or Major"
pub fn named_together(choices: &[Choice]) -> String {
    let words: Vec<&str> = choices.iter().map(|choice| choice.words.as_str()).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((only, _)) => (*only).to_owned(),
        None => String::new(),
    }
}

/// The choice that a note begins with: the longest one, in whole words.
pub fn chosen<'a>(choices: &'a [Choice], note: &str) -> Option<&'a Choice> {
    let note = note.trim().to_lowercase();
    let begins = |choice: &&Choice| {
        let rest = note.strip_prefix(&choice.words.to_lowercase());
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_')))
    };
    choices
        .iter()
        .filter(begins)
        .max_by_key(|choice| choice.words.len())
}
