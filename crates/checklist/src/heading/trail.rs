//! The headings above a place.

use super::{apart, lists, read, resolve};
use domain::plan::SectionKind;

/// The headings that are open while a document is read.
#[derive(Default)]
pub struct Trail {
    open: Vec<(u8, Option<SectionKind>)>,
    titled: bool,
    listed: bool,
}

impl Trail {
    /// Enters a heading: whether what stands below it is to be done.
    pub fn enter(&mut self, level: u8, words: &str) -> bool {
        while self.open.last().is_some_and(|(open, _)| *open >= level) {
            self.open.pop();
        }
        if !self.titled && level == 1 {
            self.titled = true;
            self.listed = lists(words);
            self.open.push((level, None));
            return self.listed;
        }
        let above = self.open.last().and_then(|(_, kind)| *kind);
        let kind = resolve(&read(words), above);
        self.open.push((level, Some(kind)));
        does(kind, self.listed && !apart(words))
    }
}

/// Whether a section is one of things to do; of a list of them, so is any part that is not for reading.
pub fn does(kind: SectionKind, listed: bool) -> bool {
    match kind {
        SectionKind::Preflight
        | SectionKind::Phase { .. }
        | SectionKind::Window { .. }
        | SectionKind::Criteria => true,
        SectionKind::Prose => listed,
        SectionKind::Benchmark
        | SectionKind::Rollback { .. }
        | SectionKind::Troubleshooting
        | SectionKind::SignOff
        | SectionKind::FollowUp => false,
    }
}
