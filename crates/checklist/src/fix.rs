//! What `gonogo check --fix` would write: commands in a form that is no trap, and annotations that say outright what a line is.
//!
//! Every suggestion was tried: the document with it compiles without the finding, and with no error that was not there.

mod commands;
mod diff;

use crate::infer::denial;
use crate::lint::catalogue as c;
use crate::source::Source;
use crate::{analyse, annotation};
use domain::plan::{Diagnostic, Plan};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

pub use diff::patch;

/// A change to a document.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fix {
    /// The findings that it answers.
    pub codes: Vec<&'static str>,
    /// The bytes that it replaces; none where it only adds.
    pub span: Range<usize>,
    /// What stands there afterwards.
    pub with: String,
}

/// Most rounds of trying.
const ROUNDS: usize = 6;

/// The changes that Gonogo suggests, by place; they do not overlap. None for a document that is not plain UTF-8.
pub fn suggest(bytes: &[u8]) -> Vec<Fix> {
    let Some(text) = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
    else {
        return Vec::new();
    };
    let analysis = analyse(bytes, None);
    let mut fixes = candidates(&analysis.source, &analysis.places, &analysis.compiled.plan);
    let bom = analysis.source.bom;
    for fix in &mut fixes {
        fix.span = fix.span.start + bom..fix.span.end + bom;
    }
    let before = errors(&analysis.compiled.diagnostics);
    for _ in 0..ROUNDS {
        let after = crate::compile(apply(text, &fixes).as_bytes()).diagnostics;
        let left: HashSet<(u32, &str)> = after
            .iter()
            .map(|found| (found.line, found.code.as_str()))
            .collect();
        let worse = errors(&after) > before;
        let kept = fixes.len();
        let (mut shift, mut at, mut lines_before) = (0, 0, 0);
        fixes.retain(|fix| {
            lines_before += text[at..fix.span.start].matches('\n').count();
            at = fix.span.start;
            let line = lines_before + 1 + shift;
            let added = fix.with.matches('\n').count();
            let lines = line..=line + added;
            let silent = lines
                .clone()
                .all(|line| fix.codes.iter().all(|code| !left.contains(&(line as u32, *code))));
            let broken = worse
                && lines.clone().any(|line| {
                    ["GNG005", "GNG006"]
                        .iter()
                        .any(|code| left.contains(&(line as u32, *code)))
                });
            shift += added;
            silent && !broken
        });
        if fixes.len() == kept {
            return fixes;
        }
    }
    Vec::new()
}

fn errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics
        .iter()
        .filter(|found| found.severity == domain::plan::Severity::Error)
        .count()
}

/// The document with the changes made. They are in order and do not overlap.
pub fn apply(text: &str, fixes: &[Fix]) -> String {
    let mut out = String::with_capacity(text.len() + fixes.len() * 32);
    let mut at = 0;
    for Fix { span, with, .. } in fixes {
        out.push_str(&text[at..span.start]);
        out.push_str(with);
        at = span.end;
    }
    out.push_str(&text[at..]);
    out
}

fn candidates(source: &Source, places: &[(&'static str, Range<usize>)], plan: &Plan) -> Vec<Fix> {
    let mut by_place: BTreeMap<(usize, usize), Vec<&'static str>> = BTreeMap::new();
    for (code, span) in places {
        let codes = by_place.entry((span.start, span.end)).or_default();
        if !codes.contains(code) {
            codes.push(code);
        }
    }
    let mut fixes: Vec<Fix> = Vec::new();
    for ((start, end), codes) in by_place {
        let text = source.slice(start..end);
        let rewritten = commands::rewritten(text, &codes);
        fixes.extend(rewritten.map(|(codes, with)| Fix {
            codes,
            span: start..end,
            with,
        }));
        fixes.extend(spelling(source, start..end, &codes));
        fixes.extend(said(source, start..end, &codes));
    }
    if places.iter().any(|(code, _)| *code == c::NO_BOXES.code) {
        fixes.extend(boxes(source, plan));
    }
    fixes.sort_by_key(|fix| (fix.span.start, fix.span.end));
    let mut end = 0;
    let mut lines = HashSet::new();
    fixes.retain(|fix| {
        // One annotation a line: two could contradict each other.
        let twice = fix.span.is_empty() && !lines.insert(source.line(fix.span.start));
        let fits = fix.span.start >= end && !twice;
        end = if fits { fix.span.end } else { end };
        fits
    });
    fixes
}

/// A misspelt key.
fn spelling(source: &Source, span: Range<usize>, codes: &[&'static str]) -> Option<Fix> {
    let code = codes.iter().find(|code| **code == c::UNKNOWN_ANNOTATION.code)?;
    let key = source.slice(span.clone()).split_whitespace().next()?;
    let known = annotation::nearest(key)?;
    Some(Fix {
        codes: vec![code],
        span: span.start..span.start + key.len(),
        with: known.to_owned(),
    })
}

/// An annotation that says what the line is.
fn said(source: &Source, span: Range<usize>, codes: &[&'static str]) -> Option<Fix> {
    let has = |code: &str| codes.contains(&code);
    let first = source.line_span(source.line(span.start));
    let lead = source.slice(first.start..span.start);
    let attested = [c::UNJUDGED.code, c::PRINTS_SECRETS.code, c::MAY_DIAL.code];
    let (word, answered) = if has(c::UNKNOWN_PROGRAM.code) {
        ("action", vec![c::UNKNOWN_PROGRAM.code, c::PROJECT_CODE.code])
    } else if has(c::PROJECT_CODE.code) {
        // All that is not known of it is what the project's code does before it reads.
        ("probe", vec![c::PROJECT_CODE.code])
    } else if attested.into_iter().any(has) && denial::persons(lead) {
        ("attest", attested.to_vec())
    } else {
        return None;
    };
    let codes = answered.into_iter().filter(|code| has(code)).collect();
    let block = !lead.is_empty() && lead.trim_matches(['>', ' ', '\t']).is_empty() || lead.is_empty();
    if block && !source.slice(span.clone()).starts_with('`') {
        // A command of a block of code: the comment stands above it.
        let newline = if source.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let with = format!("# gonogo: {word}{newline}{lead}");
        return Some(Fix {
            codes,
            span: span.start..span.start,
            with,
        });
    }
    let line = source.slice(source.line_span(source.line(span.end)));
    let end = source.line_span(source.line(span.end)).start + line.trim_end().len();
    let table = line.trim_start_matches(['>', ' ']).starts_with('|');
    (!table && end >= span.end).then(|| Fix {
        codes,
        span: end..end,
        with: format!(" <!-- gonogo: {word} -->"),
    })
}

/// Boxes for the steps of a document that has none.
fn boxes(source: &Source, plan: &Plan) -> Vec<Fix> {
    let marked = |line: u32| {
        let span = source.line_span(line);
        let text = source.slice(span.clone());
        let start = text.len() - text.trim_start_matches([' ', '\t', '>']).len();
        let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        let mark = match text[start + digits..].chars().next()? {
            '-' | '*' | '+' if digits == 0 => 1,
            '.' | ')' if digits > 0 => digits + 1,
            _ => return None,
        };
        let rest = text[start + mark..].starts_with(' ');
        let at = span.start + start + mark + 1;
        rest.then(|| Fix {
            codes: vec![c::NO_BOXES.code],
            span: at..at,
            with: "[ ] ".to_owned(),
        })
    };
    plan.items().filter_map(|item| marked(item.line)).collect()
}
