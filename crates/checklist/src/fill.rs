//! Filling a document in: boxes ticked, blanks filled, choices marked, the signature table completed, and not a byte touched
//! besides.

use crate::blanks::{forms, places};
use crate::parse::choices::{self, Choice};
use crate::parse::{self, BlockKind, marks};
use crate::source::{SUBSTITUTE, Source};
use std::collections::{HashMap, VecDeque};
use std::ops::Range;

/// What a run knows of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// The boxes in the document's order: the line of each, from 1, and whether it is settled. Boxes of other lines
    /// stay as they are. A row of a table may hold several.
    pub boxes: Vec<(u32, bool)>,
    /// What somebody wrote about the box of a line, from 1: in a line with several boxes the one is ticked that the
    /// note begins with.
    pub notes: Vec<(u32, String)>,
    /// What stands in the blanks of the forms.
    pub blanks: Vec<Blank>,
    /// What was chosen where the document lists options.
    pub choices: Vec<Chosen>,
    /// The signatures.
    pub signatures: Vec<Signature>,
}

/// A blank and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blank {
    /// Its line, from 1.
    pub line: u32,
    /// Which of the line's blanks, from 0.
    pub place: u32,
    /// What goes into it.
    pub value: String,
}

/// A choice of a form: `Yes / No` becomes `**Yes** / No`, and all of its other bytes stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The first byte of the options in the document, a byte order mark included.
    pub start: u64,
    /// The byte after the last one.
    pub end: u64,
    /// The option, as written; `None`: nobody chose, and a mark that the document brought with it goes.
    pub option: Option<String>,
}

/// What goes into a row of the signature table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The row's line, from 1.
    pub line: u32,
    /// Who.
    pub name: String,
    /// When.
    pub date: String,
    /// The answer and what it is bound to.
    pub signature: String,
}

/// The document with what is known filled in. What is no box, no blank and no empty cell of a signature row stays byte
/// for byte.
pub fn fill(bytes: &[u8], filled: &Filled) -> Vec<u8> {
    let source = Source::new(bytes);
    let mut edits = boxes(&source, &filled.boxes, &filled.notes);
    for signature in &filled.signatures {
        edits.extend(sign(&source, signature));
    }
    edits.extend(blanks(&source, &filled.blanks));
    edits.extend(filled.choices.iter().flat_map(|chosen| choose(&source, chosen)));
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mut text = String::with_capacity(source.text.len());
    let mut at = 0;
    let mut bytes_at = source.bom;
    let mut out = bytes[..source.bom.min(bytes.len())].to_vec();
    for (span, value) in edits.into_iter().filter(|(span, _)| span.start <= span.end) {
        if span.start < at {
            continue;
        }
        if source.is_utf8() {
            out.extend_from_slice(&bytes[bytes_at..span.start + source.bom]);
            out.extend_from_slice(value.as_bytes());
            bytes_at = span.end + source.bom;
        } else {
            text.push_str(source.slice(at..span.start));
            text.push_str(&value);
        }
        at = span.end;
    }
    if source.is_utf8() {
        out.extend_from_slice(&bytes[bytes_at..]);
        return out;
    }
    if at == 0 && text.is_empty() {
        return bytes.to_vec();
    }
    text.push_str(source.slice(at..source.text.len()));
    source.encoded(&text, bytes)
}

/// A change: the bytes that are replaced, and what stands there then.
type Edit = (Range<usize>, String);

fn boxes(source: &Source, known: &[(u32, bool)], notes: &[(u32, String)]) -> Vec<Edit> {
    let mut states: HashMap<u32, VecDeque<bool>> = HashMap::new();
    for (line, settled) in known {
        states.entry(*line).or_default().push_back(*settled);
    }
    if states.is_empty() {
        return Vec::new();
    }
    let blocks = parse::blocks(source);
    let ticks = blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Item(item) => item.tick.as_ref(),
        _ => None,
    });
    let turned = |span: &Range<usize>, form, ticked| {
        let mark = source.slice(span.clone());
        (span.clone(), marks::written(mark, form, ticked))
    };
    let mut edits = Vec::new();
    for tick in ticks {
        let line = source.line(tick.span.start);
        let Some(settled) = states.get_mut(&line).and_then(VecDeque::pop_front) else {
            continue;
        };
        if tick.choices.is_empty() {
            edits.extend((settled != tick.claimed).then(|| turned(&tick.span, tick.form, settled)));
            continue;
        }
        let note = notes
            .iter()
            .find(|(of, _)| *of == line)
            .map_or("", |(_, note)| note.as_str());
        let chosen = choices::chosen(&tick.choices, note).map(|choice| choice.span.clone());
        // A choice that was made and is not named keeps the boxes of the document.
        if settled && chosen.is_none() {
            continue;
        }
        let chosen = chosen.filter(|_| settled);
        let wrong = |choice: &&Choice| choice.claimed != (chosen.as_ref() == Some(&choice.span));
        let choices = tick.choices.iter().filter(wrong);
        edits.extend(choices.map(|choice| turned(&choice.span, choice.form, !choice.claimed)));
    }
    edits
}

fn blanks(source: &Source, known: &[Blank]) -> Vec<Edit> {
    let edit = |blank: &Blank| {
        let line = source.line_span(blank.line);
        let places = places(source.slice(line.clone()));
        let place = places.get(blank.place as usize)?;
        let value = one_line(&blank.value);
        Some((line.start + place.start..line.start + place.end, value))
    };
    known.iter().filter_map(edit).collect()
}

/// The mark of the option that was chosen, and of no other. What is no choice any more, or has no such option, stays as it is.
fn choose(source: &Source, chosen: &Chosen) -> Vec<Edit> {
    let offset = |byte: u64| usize::try_from(byte).ok()?.checked_sub(source.bom);
    let (Some(start), Some(end)) = (offset(chosen.start), offset(chosen.end)) else {
        return Vec::new();
    };
    let Some(value) = source.text.get(start..end) else {
        return Vec::new();
    };
    let (_, places) = forms::choices(value);
    let is = |place: &Range<usize>| chosen.option.as_deref() == Some(forms::unmarked(&value[place.clone()]));
    if chosen.option.is_some() && !places.iter().any(is) {
        return Vec::new();
    }
    let edit = |place: Range<usize>| {
        let (option, bare) = (&value[place.clone()], forms::unmarked(&value[place.clone()]));
        let wanted = if is(&place) {
            format!("**{bare}**")
        } else {
            bare.to_owned()
        };
        (option != wanted).then_some((start + place.start..start + place.end, wanted))
    };
    places.into_iter().filter_map(edit).collect()
}

fn one_line(value: &str) -> String {
    value.replace(['\r', '\n'], " ")
}

/// The table's first row above a line: that of its column names.
fn header(source: &Source, line: u32) -> &str {
    let above = (1..line)
        .rev()
        .take(1000)
        .map(|above| source.slice(source.line_span(above)));
    above
        .take_while(|text| text.contains('|'))
        .last()
        .unwrap_or_default()
}

/// The empty cells of a signature's row whose column says what belongs there.
fn sign(source: &Source, signature: &Signature) -> Vec<Edit> {
    let span = source.line_span(signature.line);
    let row = source.slice(span.clone());
    let names = header(source, signature.line).to_lowercase();
    // A row that holds bytes which are no text is left alone rather than changed.
    if row.contains(SUBSTITUTE) {
        return Vec::new();
    }
    let mut edits = Vec::new();
    let mut at = span.start;
    for (cell, name) in cells(row).into_iter().zip(cells(&names)) {
        let place = at..at + cell.len();
        at = place.end + 1;
        let value = match name.trim() {
            _ if !cell.trim_matches([' ', '\t', '_']).is_empty() => continue,
            name if name.contains("name") => &signature.name,
            name if name.contains("date") || name.contains("time") => &signature.date,
            name if name.contains("sign") => &signature.signature,
            _ => continue,
        };
        edits.push((place, format!(" {} ", one_line(&value.replace('|', "\\|")))));
    }
    edits
}

/// The cells of a table's row: what stands between bars that are not escaped.
fn cells(row: &str) -> Vec<&str> {
    let mut cells = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in row.char_indices() {
        if c == '|' && !escaped {
            cells.push(&row[start..at]);
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    cells.push(&row[start..]);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# T\r\n\r\n- [ ] one\r\n- [x] two\r\n\r\n| Role | Name | Date | Signature |\r\n|---|---|---|---|\r\n| QA | | | |\r\n";

    #[test]
    fn nothing_known_changes_nothing() {
        assert_eq!(fill(DOCUMENT.as_bytes(), &Filled::default()), DOCUMENT.as_bytes());
    }

    #[test]
    fn boxes_are_ticked_and_rows_signed_and_nothing_else_is_touched() {
        let filled = Filled {
            boxes: vec![(3, true), (4, false)],
            signatures: vec![Signature {
                line: 8,
                name: "Ada | L.".into(),
                date: "2026-11-23".into(),
                signature: "GO".into(),
            }],
            ..Filled::default()
        };
        let expected = DOCUMENT
            .replace("[ ] one", "[x] one")
            .replace("[x] two", "[ ] two")
            .replace("| QA | | | |", "| QA | Ada \\| L. | 2026-11-23 | GO |");
        assert_eq!(
            String::from_utf8(fill(DOCUMENT.as_bytes(), &filled)).expect("UTF-8"),
            expected
        );
    }
}
