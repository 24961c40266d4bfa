//! Filling a document in: boxes ticked, the signature table completed, and not a byte touched besides.

use crate::parse::{self, BlockKind};
use crate::source::{SUBSTITUTE, Source};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What a run knows of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// The lines of all boxes, from 1. Boxes of these lines that are not in `ticked` are unticked.
    pub boxes: BTreeSet<u32>,
    /// The lines of the boxes that are settled.
    pub ticked: BTreeSet<u32>,
    /// The signatures.
    pub signatures: Vec<Signature>,
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

/// The document with what is known filled in. Lines that are no boxes and no signature rows stay byte for byte.
pub fn fill(bytes: &[u8], filled: &Filled) -> Vec<u8> {
    let source = Source::new(bytes);
    let mut out = bytes.to_vec();
    for (line, mark) in boxes(&source).filter(|(line, _)| filled.boxes.contains(line)) {
        let (ticked, was) = (filled.ticked.contains(&line), matches!(out[mark], b'x' | b'X'));
        if ticked != was {
            out[mark] = if ticked { b'x' } else { b' ' };
        }
    }
    let mut signatures: Vec<&Signature> = filled.signatures.iter().collect();
    signatures.sort_by_key(|signature| Reverse(signature.line));
    signatures.dedup_by_key(|signature| signature.line);
    for signature in signatures {
        let span = source.line_span(signature.line);
        let row = sign(
            source.slice(span.clone()),
            header(&source, signature.line),
            signature,
        );
        // A row that holds bytes which are no text is left alone rather than changed.
        if !source.slice(span.clone()).contains(SUBSTITUTE) {
            out.splice(span.start + source.bom..span.end + source.bom, row.into_bytes());
        }
    }
    out
}

/// The line of each box and the byte in it that says whether it is ticked, in the document.
fn boxes(source: &Source) -> impl Iterator<Item = (u32, usize)> {
    parse::blocks(source)
        .into_iter()
        .filter_map(|block| match block.kind {
            BlockKind::Item(item) => item
                .tick
                .map(|tick| (source.line(tick.span.start), tick.span.start + 1 + source.bom)),
            _ => None,
        })
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

fn sign(row: &str, header: &str, signature: &Signature) -> String {
    let names = header.to_lowercase();
    let mut filled: Vec<String> = cells(row).into_iter().map(str::to_owned).collect();
    for (cell, name) in filled.iter_mut().zip(cells(&names)) {
        if !cell.trim().is_empty() {
            continue;
        }
        let value = match name.trim() {
            name if name.contains("name") => &signature.name,
            name if name.contains("date") || name.contains("time") => &signature.date,
            name if name.contains("sign") => &signature.signature,
            _ => continue,
        };
        *cell = format!(" {} ", value.replace('|', "\\|").replace(['\r', '\n'], " "));
    }
    filled.join("|")
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
            boxes: [3, 4].into(),
            ticked: [3].into(),
            signatures: vec![Signature {
                line: 8,
                name: "Ada | L.".into(),
                date: "2026-11-23".into(),
                signature: "GO".into(),
            }],
        };
        let expected = DOCUMENT
            .replace("[ ] one", "[x] one")
            .replace("[x] two", "[ ] two")
            .replace("| QA | | | |", "| QA | Ada \\| L. | 2026-11-23 | GO |");
        assert_eq!(
            String::from_utf8(fill(DOCUMENT.as_bytes(), &filled)).unwrap(),
            expected
        );
    }
}
