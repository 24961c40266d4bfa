//! What is said of a whole script, for those that run it.

use super::run::{self, Run};
use super::{destructive, endless, interactive, placeholder};
use crate::shell::Script;

fn runs(script: &Script) -> impl Iterator<Item = Run<'_>> {
    let stages = script.pipelines.iter().flat_map(|pipeline| {
        let stages = pipeline.stages.iter().enumerate();
        stages.map(|(at, stage)| (stage, at > 0))
    });
    stages.flat_map(|(stage, piped)| run::runs(stage, piped))
}

/// Why nobody but a person can run it as it stands: it waits for somebody, never ends, or holds a word to fill in.
pub fn by_hand(script: &Script) -> Option<String> {
    runs(script).find_map(|run| {
        let open = || placeholder::of(&run).map(|word| format!("`{word}` must be filled in"));
        interactive::why(&run)
            .or_else(|| endless::why(&run))
            .or_else(open)
    })
}

/// What it destroys, in words, where it does.
pub fn destroys(script: &Script) -> Option<String> {
    runs(script).find_map(|run| destructive::why(&run).map(|_| run.short()))
}
