//! What a revision changes of the one before it, as its page says it.

use crate::api::revision::{ChangedLine, ChangesSince};
use checklist::changes::{self, Change, Changes, What};
use domain::plan::Plan;
use store::revision::Predecessor;

/// Most lines that are shown.
const MOST: usize = 500;

/// Compares a plan with the one before it.
pub fn since(before: &Predecessor, plan: &Plan) -> ChangesSince {
    let changes = changes::between(&before.plan, plan);
    let counted = [
        What::Added,
        What::Removed,
        What::Reworded,
        What::Changed,
        What::Moved,
    ]
    .map(|what| (changes.count(what), word(what).to_owned()));
    let counts = counted
        .into_iter()
        .chain([(changes.unchanged, "as they were".to_owned())]);
    ChangesSince {
        revision: before.id,
        hash: before.hash.clone(),
        imported_at: before.imported_at,
        counts: counts.filter(|(count, _)| *count > 0).collect(),
        beside: beside(&changes),
        left_out: changes.lines.len().saturating_sub(MOST),
        lines: changes.lines.into_iter().take(MOST).map(line).collect(),
    }
}

fn word(what: What) -> &'static str {
    match what {
        What::Added => "added",
        What::Removed => "removed",
        What::Reworded => "reworded",
        What::Changed => "changed",
        What::Moved => "moved",
    }
}

fn line(change: Change) -> ChangedLine {
    let Change {
        what,
        before,
        after,
        meaning,
    } = change;
    let (was, is) = (
        before.map(|side| side.text),
        after.as_ref().map(|side| side.text.clone()),
    );
    ChangedLine {
        what: what.into_iter().map(|what| word(what).to_owned()).collect(),
        line: after.map(|side| side.line),
        before: was.filter(|was| is.as_ref() != Some(was)),
        after: is,
        meaning,
    }
}

fn beside(changes: &Changes) -> Vec<String> {
    let mut out = Vec::new();
    if let Some((was, is)) = &changes.title {
        out.push(format!("The title was “{was}” and is “{is}”."));
    }
    let mut say = |names: &[String], before: &str| {
        if !names.is_empty() {
            out.push(format!("{before} {}.", names.join(", ")));
        }
    };
    say(&changes.parameters_added, "Values that must be given now:");
    say(
        &changes.parameters_removed,
        "Values that are not asked for any more:",
    );
    say(&changes.slots_added, "New in the signature table:");
    say(&changes.slots_removed, "Gone from the signature table:");
    say(&changes.blanks_added, "New blanks:");
    say(&changes.blanks_removed, "Blanks that are gone:");
    out.extend(changes.sections.iter().cloned());
    out
}
