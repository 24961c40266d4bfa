//! What changed in the record of a run since somebody signed it: what a stale signature is stale for.

use super::{Record, ending};
use crate::{
    blank::BlankId,
    plan::ItemId,
    run::{How, ItemState, Run},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One thing of the record that is otherwise now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What.
    pub about: About,
    /// How it was when it was signed, in words; empty where there was nothing.
    pub was: String,
    /// How it is now.
    pub is: String,
}

/// What a difference is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", content = "id", rename_all = "snake_case")]
pub enum About {
    /// A line of the checklist.
    Line(ItemId),
    /// A blank of a form.
    Blank(BlankId),
    /// The moment that windows count from.
    T0,
    /// Whether the environment is still this run's.
    Superseded,
    /// Whether the release was rolled back.
    RolledBack,
}

/// What is otherwise in `after` than in `before`, the lines in the order of their ids. Both are the same run.
pub fn differences(before: &Run, after: &Run) -> Vec<Difference> {
    let (was, is) = (Record::from(before), Record::from(after));
    let mut found = Vec::new();
    let mut add = |about, was: String, is: String| found.push(Difference { about, was, is });
    if was.rolled_back_by != is.rolled_back_by {
        add(About::RolledBack, String::new(), "rolled back".to_owned());
    }
    if was.superseded_by != is.superseded_by {
        let by = is
            .superseded_by
            .map_or_else(String::new, |run| format!("run {run} has begun here"));
        add(About::Superseded, String::new(), by);
    }
    if was.t0 != is.t0 {
        add(
            About::T0,
            was.t0.clone().unwrap_or_default(),
            is.t0.clone().unwrap_or_default(),
        );
    }
    let lines: BTreeSet<&ItemId> = was.items.keys().chain(is.items.keys()).copied().collect();
    for id in lines
        .into_iter()
        .filter(|id| was.items.get(*id) != is.items.get(*id))
    {
        let (old, new) = (words(before.items.get(id)), words(after.items.get(id)));
        let new = match old == new {
            true => format!("{new}, on other evidence"),
            false => new,
        };
        add(About::Line(id.clone()), old, new);
    }
    let blanks: BTreeSet<&BlankId> = was.blanks.keys().chain(is.blanks.keys()).copied().collect();
    for id in blanks
        .into_iter()
        .filter(|id| was.blanks.get(*id) != is.blanks.get(*id))
    {
        let filling = |run: &Run| match run.blanks.get(id) {
            Some(filling) => format!("{} by {}", filling.value, filling.by.name()),
            None => String::new(),
        };
        add(About::Blank(id.clone()), filling(before), filling(after));
    }
    found
}

/// A line as the record has it.
fn words(state: Option<&ItemState>) -> String {
    let Some(state) = state else {
        return String::new();
    };
    let verdict = state
        .latest
        .as_ref()
        .map(|latest| latest.verdict.word().to_owned());
    let command = ending(state).map(|ending| format!("command {}", ending.word()));
    let settled = state.settlement.as_ref().map(|settled| {
        let how = match &settled.how {
            How::Attested { .. } => "attested",
            How::Overridden => "overridden",
            How::Waived { .. } => "waived",
            How::Skipped => "skipped",
        };
        match settled.reason.as_str() {
            "" => format!("{how} by {}", settled.by.name()),
            reason => format!("{how} by {}: “{reason}”", settled.by.name()),
        }
    });
    let parts: Vec<String> = [verdict, command, settled].into_iter().flatten().collect();
    parts.join(", ")
}
