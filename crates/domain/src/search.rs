//! The words that a run is found by: what people would remember of it, in lower case.

use crate::run::{Run, RunState};
use std::collections::BTreeSet;

/// The most words of one run: a note of a page is indexed whole, a book is not.
const MOST: usize = 5_000;
/// The longest word, in characters; the rest of a longer one is not found.
const LONGEST: usize = 100;

/// What `run` is found by: its title, release, environment and starter, the notes and reasons of those who settled a line, what
/// stands beside the signatures, and why it was closed or rolled back. Each word stands there from each of its beginnings:
/// `v1.4-beta` is found by `v1.4`, by `4-b` and by `beta`. Sorted, each once, at most 5,000.
pub fn words(run: &Run) -> Vec<String> {
    let start = &run.start;
    let settled = run.items.values().filter_map(|item| item.settlement.as_ref());
    let closed = match &run.state {
        RunState::Closed { reason, .. } => Some(reason.as_str()),
        RunState::Preparing
        | RunState::Executing { .. }
        | RunState::Verifying { .. }
        | RunState::RollingBack { .. } => None,
    };
    let names = [
        start.title.as_str(),
        &start.release,
        &start.environment,
        run.started_by.name(),
    ];
    let said = run.sign_offs.values().map(|sign_off| sign_off.comment.as_str());
    let texts = names
        .into_iter()
        .chain(closed)
        .chain(run.rollback.as_ref().map(|rollback| rollback.reason.as_str()))
        .chain(said)
        .chain(settled.map(|settlement| settlement.reason.as_str()));
    let mut words = BTreeSet::new();
    for word in texts.flat_map(terms) {
        if words.len() >= MOST {
            break;
        }
        words.extend(beginnings(&word).map(str::to_owned));
    }
    words.into_iter().collect()
}

/// What somebody who typed `text` looks for: each of these is the beginning of a word of [`words`]. Zero bytes are left out.
pub fn terms(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|word| {
            let lower = word.to_lowercase();
            lower.chars().filter(|c| *c != '\0').take(LONGEST).collect()
        })
        .filter(|word: &String| !word.is_empty())
        .collect()
}

/// The word, and what is left of it from each place where letters or digits begin or end.
fn beginnings(word: &str) -> impl Iterator<Item = &str> {
    let mut before: Option<bool> = None;
    word.char_indices().filter_map(move |(at, c)| {
        let plain = c.is_alphanumeric();
        let begins = before.replace(plain) != Some(plain);
        begins.then(|| &word[at..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_from_each_place_where_letters_begin_or_end() {
        let found: Vec<&str> = beginnings("v1.4-beta").collect();
        assert_eq!(found, ["v1.4-beta", ".4-beta", "4-beta", "-beta", "beta"]);
        assert_eq!(
            beginnings("50%_off").collect::<Vec<_>>(),
            ["50%_off", "%_off", "off"]
        );
        assert_eq!(beginnings("größe").collect::<Vec<_>>(), ["größe"]);
    }

    #[test]
    fn what_is_typed_becomes_small_words_without_zero_bytes() {
        assert_eq!(terms("  Cache\tV1.4 \0 ÄRGER\0"), ["cache", "v1.4", "ärger"]);
        assert_eq!(terms(" \n"), [""; 0]);
        assert_eq!(terms(&"x".repeat(300))[0].len(), 100);
    }
}
