//! Commands that print one value and no more: what is expected of them is that value, not a part of it.

use crate::shell::Simple;
use domain::probe::Filter;

/// Whether what the filters leave of a pipeline is one value.
pub fn value(stages: &[Simple], left: usize, filters: &[Filter]) -> bool {
    if line(filters) && !matches!(filters.last(), Some(Filter::Head(_) | Filter::Tail(_))) {
        return true;
    }
    let Some(last) = stages[..left].last().filter(|_| filters.is_empty()) else {
        return false;
    };
    let words: Vec<&str> = last
        .words
        .iter()
        .map(|word| word.literal.as_deref().unwrap_or(&word.raw))
        .collect();
    let formats = words.iter().any(|word| {
        word.contains("jsonpath=") || word.contains("{{.") || *word == "--value" || *word == "--format=count"
    });
    formats
        || ROWS.iter().any(|row| words.starts_with(row))
        || matches!(words.as_slice(), ["systemctl", "is-active" | "is-enabled", _])
}

/// Whether the filters leave one line.
pub fn line(filters: &[Filter]) -> bool {
    matches!(
        filters.last(),
        Some(Filter::CountLines | Filter::Tail(1) | Filter::Head(1) | Filter::JsonAt(_))
    )
}

/// First words of such commands.
const ROWS: &[&[&str]] = &[
    &["git", "branch", "--show-current"],
    &["git", "rev-parse", "--abbrev-ref"],
    &["wc", "-l"],
    &["wp", "option", "get"],
    &["wp", "config", "get"],
    &["terraform", "workspace", "show"],
    &["git", "describe"],
    &["nproc"],
    &["hostname"],
    &["whoami"],
    &["jq", "-r"],
];
