//! Changes as a unified diff, for `git apply` and `patch -p1`.

use super::{Fix, apply};
use std::fmt::Write;
use std::ops::Range;

/// Lines around a change that do not change.
const CONTEXT: usize = 3;

/// Lines that are replaced, and the text that takes their place.
struct Change {
    lines: Range<usize>,
    new: String,
}

/// The patch that makes these changes to the document called `name`; empty where there is none.
pub fn patch(text: &str, fixes: &[Fix], name: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let changes = changes(text, &lines, fixes);
    let mut out = String::new();
    if changes.is_empty() {
        return out;
    }
    // Writing to a string cannot fail.
    let _ = write!(out, "--- {}\n+++ {}\n", path("a", name), path("b", name));
    let mut shift = 0isize;
    let mut rest = changes.as_slice();
    while let Some(first) = rest.first() {
        let near = |pair: &[Change]| pair[1].lines.start - pair[0].lines.end <= 2 * CONTEXT;
        let count = 1 + rest.windows(2).take_while(|pair| near(pair)).count();
        let (group, later) = rest.split_at(count);
        let start = first.lines.start.saturating_sub(CONTEXT);
        let end = (group[count - 1].lines.end + CONTEXT).min(lines.len());
        shift += hunk(&mut out, &lines, group, start..end, shift);
        rest = later;
    }
    out
}

/// The changed lines: changes that touch the same line are one.
fn changes(text: &str, lines: &[&str], fixes: &[Fix]) -> Vec<Change> {
    let mut starts = Vec::with_capacity(lines.len() + 1);
    let mut at = 0;
    for line in lines {
        starts.push(at);
        at += line.len();
    }
    let line_of = |offset: usize| starts.partition_point(|start| *start <= offset).saturating_sub(1);
    let mut groups: Vec<(Range<usize>, Vec<Fix>)> = Vec::new();
    for fix in fixes {
        let last = if fix.span.is_empty() {
            fix.span.start
        } else {
            fix.span.end - 1
        };
        let touched = line_of(fix.span.start)..line_of(last) + 1;
        match groups.last_mut() {
            Some((before, fixes)) if before.end > touched.start => {
                before.end = before.end.max(touched.end);
                fixes.push(fix.clone());
            }
            _ => groups.push((touched, vec![fix.clone()])),
        }
    }
    let change = |(touched, fixes): (Range<usize>, Vec<Fix>)| {
        let from = starts.get(touched.start).copied().unwrap_or(text.len());
        let to = starts.get(touched.end).copied().unwrap_or(text.len());
        let moved: Vec<Fix> = fixes
            .into_iter()
            .map(|fix| Fix {
                span: fix.span.start - from..fix.span.end - from,
                ..fix
            })
            .collect();
        Change {
            lines: touched,
            new: apply(&text[from..to], &moved),
        }
    };
    groups.into_iter().map(change).collect()
}

/// Writes one hunk; gives how many lines it adds.
fn hunk(out: &mut String, lines: &[&str], group: &[Change], range: Range<usize>, shift: isize) -> isize {
    let mut body = String::new();
    let (mut old, mut new) = (0usize, 0usize);
    let mut at = range.start;
    let mut say = |sign: char, line: &str| {
        old += usize::from(sign != '+');
        new += usize::from(sign != '-');
        body.push(sign);
        body.push_str(line);
        if !line.ends_with('\n') {
            body.push_str("\n\\ No newline at end of file\n");
        }
    };
    for change in group {
        lines[at..change.lines.start]
            .iter()
            .for_each(|line| say(' ', line));
        lines[change.lines.clone()].iter().for_each(|line| say('-', line));
        change.new.split_inclusive('\n').for_each(|line| say('+', line));
        at = change.lines.end;
    }
    lines[at..range.end].iter().for_each(|line| say(' ', line));
    let first = range.start as isize + 1;
    let _ = write!(out, "@@ -{first},{old} +{},{new} @@\n{body}", first + shift);
    new as isize - old as isize
}

/// A path as git writes it: quoted where it holds what a terminal or a parser would trip over.
fn path(side: &str, name: &str) -> String {
    let name = if name == "-" {
        "stdin"
    } else {
        name.trim_start_matches(['/', '.']).trim_start_matches('/')
    };
    let name = if name.is_empty() { "stdin" } else { name };
    let plain = |byte: u8| (b' '..0x7f).contains(&byte) && !matches!(byte, b'"' | b'\\');
    if name.bytes().all(plain) {
        return format!("{side}/{name}");
    }
    let mut out = format!("\"{side}/");
    for byte in name.bytes() {
        if plain(byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "\\{byte:03o}");
        }
    }
    out.push('"');
    out
}
