//! Filling a document in: boxes ticked, the signature table completed, and not a byte touched besides.

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
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let mut out = Vec::with_capacity(bytes.len() + 200);
    for (number, line) in (1u32..).zip(&lines) {
        let signature = filled
            .signatures
            .iter()
            .find(|signature| signature.line == number);
        match signature {
            Some(signature) => out.extend(sign(line, header(&lines, number), signature)),
            None if filled.boxes.contains(&number) => out.extend(tick(line, filled.ticked.contains(&number))),
            None => out.extend_from_slice(line),
        }
    }
    out
}

/// The line with its first box ticked or not.
fn tick(line: &[u8], ticked: bool) -> Vec<u8> {
    let mut line = line.to_vec();
    let is_box = |window: &[u8]| {
        window[0] == b'[' && matches!(window[1], b' ' | b'x' | b'X' | b'\t') && window[2] == b']'
    };
    if let Some(at) = line.windows(3).position(is_box) {
        let was = matches!(line[at + 1], b'x' | b'X');
        if was != ticked {
            line[at + 1] = if ticked { b'x' } else { b' ' };
        }
    }
    line
}

/// The table's first row above a line: that of its column names.
fn header<'a>(lines: &[&'a [u8]], line: u32) -> &'a [u8] {
    let above = lines[..line as usize - 1].iter().rev();
    above
        .take_while(|line| line.contains(&b'|'))
        .last()
        .copied()
        .unwrap_or_default()
}

fn sign(row: &[u8], header: &[u8], signature: &Signature) -> Vec<u8> {
    let row = String::from_utf8_lossy(row);
    let names = String::from_utf8_lossy(header).to_lowercase();
    let names = cells(&names);
    let end = row.len() - row.trim_end_matches(['\r', '\n']).len();
    let (body, end) = row.split_at(row.len() - end);
    let mut cells: Vec<String> = cells(body).into_iter().map(str::to_owned).collect();
    for (cell, name) in cells.iter_mut().zip(names) {
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
    format!("{}{end}", cells.join("|")).into_bytes()
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
