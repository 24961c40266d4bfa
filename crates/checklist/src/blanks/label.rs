//! What a blank is called, and what goes into it.

use domain::blank::BlankKind;
use std::ops::Range;

/// Longest label, in characters.
const LONGEST: usize = 80;

/// How far before a blank its name begins at most, in bytes.
const NEAR: usize = 400;

/// Longest row of a table whose columns are looked up, in bytes.
const WIDEST: usize = 4000;

/// What is known of a blank from its line.
pub struct Named {
    pub label: String,
    pub kind: BlankKind,
    pub unit: Option<String>,
    pub computed: bool,
}

/// What the lines above a blank say.
#[derive(Default)]
pub struct Above {
    /// The last line that ends with a colon, how far it is indented, and whether it is of a list.
    group: Option<(String, usize, bool)>,
    /// The names of a table's columns.
    columns: Vec<String>,
}

impl Above {
    /// Takes note of a line before the next one is looked at.
    pub fn read(&mut self, line: &str) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            (self.group, self.columns) = (None, Vec::new());
        } else if trimmed.starts_with('|') {
            if self.columns.is_empty() && trimmed.len() < 2000 {
                self.columns = cells(trimmed).map(clean).collect();
            }
        } else if clean_end(trimmed).ends_with([':', '：']) && trimmed.len() < 200 {
            self.group = Some((clean(trimmed), indent(line), is_list(trimmed)));
        }
    }

    /// The group that a line belongs to.
    pub fn group(&self, line: &str) -> Option<String> {
        let (words, above, list) = self.group.as_ref()?;
        let below = *above < indent(line) || *above == indent(line) && is_list(line.trim()) && !list;
        (below && !words.is_empty()).then(|| words.clone())
    }
}

/// Names the blank at `places[index]` of a line.
pub fn of(line: &str, places: &[Range<usize>], index: usize, above: &Above) -> Named {
    let place = &places[index];
    let from = index.checked_sub(1).map_or(0, |previous| places[previous].end);
    let before = &line[from..place.start];
    let before = &before[before.ceil_char_boundary(before.len().saturating_sub(NEAR))..];
    let inside = before.rfind('(').filter(|open| !before[*open..].contains(')'));
    let own = &before[inside.map_or(0, |open| open + 1)..];
    let lower = own.to_lowercase();
    let computed = ["improvement", "change", "delta", "difference", "reduction"]
        .iter()
        .any(|word| lower.contains(word));
    let bracket = line[place.clone()].trim_matches(['[', ']']);
    let mut label = clean(last_part(own));
    if line.len() < WIDEST && line.trim_start().starts_with('|') {
        label = in_table(line, place.start, label, above);
    } else if inside.is_some() || label.is_empty() {
        // "p50: ___ ms (improvement: ___%)": the improvement of p50.
        let first = &line[..places[0].start];
        let first = clean(&first[first.ceil_char_boundary(first.len().saturating_sub(NEAR))..]);
        label = match index {
            0 => label,
            _ => format!("{first} {label}").trim().to_owned(),
        };
    }
    if label.is_empty() && !bracket.contains('_') {
        label = clean(bracket);
    }
    let unit = unit(&line[place.end..]);
    let kind = kind(&label.to_lowercase(), unit.as_deref());
    Named {
        label: shortened(&label),
        kind,
        unit,
        computed,
    }
}

/// The row's first words and the column's name, where the cell has no words of its own.
fn in_table(line: &str, start: usize, own: String, above: &Above) -> String {
    if !own.is_empty() {
        return own;
    }
    let column = line[..start].matches('|').count().saturating_sub(1);
    let first = cells(line.trim()).next().map(clean).unwrap_or_default();
    let first = if first.contains("__") {
        String::new()
    } else {
        first
    };
    let column = above.columns.get(column).cloned().unwrap_or_default();
    format!("{first} {column}").trim().to_owned()
}

fn cells(row: &str) -> impl Iterator<Item = &str> {
    row.trim_matches('|').split('|')
}

/// What stands behind the last separator: "Name: ____, Date: ____".
fn last_part(text: &str) -> &str {
    let end = text.trim_end().trim_end_matches([':', '：', '*', ' ']);
    let at = end
        .rfind(['|', ',', ';', ')', '–', '—'])
        .map_or(0, |at| at + end[at..].chars().next().map_or(1, char::len_utf8));
    &text[at..]
}

/// Words without list marks, boxes, emphasis, code marks and the colon at their end.
fn clean(text: &str) -> String {
    let mut rest = text.trim().trim_start_matches(['>', '|', ' ']);
    rest = rest
        .strip_prefix("- ")
        .or_else(|| rest.strip_prefix("* "))
        .or_else(|| rest.strip_prefix("+ "))
        .unwrap_or(rest);
    for mark in ["[ ]", "[x]", "[X]", "☐"] {
        rest = rest.strip_prefix(mark).unwrap_or(rest);
    }
    let rest = rest.replace("**", "").replace(['`', '"'], "");
    rest.trim_matches([' ', ':', '：', '*', '-', '–', '(', '|', ',', ';', '#'])
        .to_owned()
}

fn clean_end(text: &str) -> &str {
    text.trim_end_matches(['*', ' ', '_'])
}

fn is_list(trimmed: &str) -> bool {
    trimmed.starts_with(['-', '*', '+']) && !trimmed.starts_with("**")
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn shortened(label: &str) -> String {
    label.chars().take(LONGEST).collect()
}

/// `%`, `ms`, `GB`: what is written right behind a blank.
fn unit(after: &str) -> Option<String> {
    let rest = after.strip_prefix('`').unwrap_or(after);
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    if rest.starts_with('%') {
        return Some("%".to_owned());
    }
    let word: String = rest
        .chars()
        .take_while(|c| c.is_alphabetic() || *c == '/')
        .take(20)
        .collect();
    let known = [
        "ms",
        "s",
        "sec",
        "seconds",
        "min",
        "minutes",
        "hours",
        "h",
        "kb",
        "mb",
        "gb",
        "tb",
        "bytes",
        "queries",
        "requests",
        "req/s",
        "rps",
        "users",
        "errors",
        "rows",
        "items",
        "connections",
    ];
    known.contains(&word.to_lowercase().as_str()).then_some(word)
}

fn kind(label: &str, unit: Option<&str>) -> BlankKind {
    let says = |words: &[&str]| {
        let mut parts = label.split(|c: char| !c.is_alphanumeric());
        parts.any(|part| words.contains(&part))
            || words.iter().any(|word| !word.is_ascii() && label.contains(word))
    };
    if unit.is_some() || says(&["p50", "p90", "p95", "p99", "average", "count"]) {
        return BlankKind::Number;
    }
    let times = [
        "date", "time", "datum", "uhrzeit", "fecha", "hora", "data", "heure", "日期", "时间", "日付", "日時",
    ];
    match says(&times) {
        true => BlankKind::Date,
        false => BlankKind::Text,
    }
}
