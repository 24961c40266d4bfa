//! What a new revision means for a plan: which items and checks were added, removed, reworded, changed or moved.

mod pairs;
mod places;
mod sections;

use domain::plan::{ItemId, Plan, Section, Work};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

pub use pairs::{Line, pairs};
use places::{Place, places};

/// What changed from one plan to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The title before and after, where it is another.
    pub title: Option<(String, String)>,
    /// The lines that changed: those of the new plan in its order, then those that were removed.
    pub lines: Vec<Change>,
    /// How many items and checks are as they were.
    pub unchanged: usize,
    /// Names of values that somebody must give now and had not to give before.
    pub parameters_added: Vec<String>,
    /// Names of values that are no longer asked for.
    pub parameters_removed: Vec<String>,
    /// Rows of the signature table that are new.
    pub slots_added: Vec<String>,
    /// Rows of the signature table that are gone.
    pub slots_removed: Vec<String>,
    /// Sections that are for something else now, or due at another time, in sentences.
    pub sections: Vec<String>,
    /// Blanks that are new.
    pub blanks_added: Vec<String>,
    /// Blanks that are gone.
    pub blanks_removed: Vec<String>,
}

/// A line that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What happened to it; one line may be reworded, changed and moved at once.
    pub what: Vec<What>,
    /// The line in the old plan; none where it was added.
    pub before: Option<Side>,
    /// The line in the new plan; none where it was removed.
    pub after: Option<Side>,
    /// What it means for the plan, in sentences.
    pub meaning: Vec<String>,
}

/// What happened to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says the same thing in other words.
    Reworded,
    /// Something else settles it, or it has become optional or required.
    Changed,
    /// It stands in another section or below another item.
    Moved,
}

/// A line of one of the two plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Its id in this plan.
    pub id: ItemId,
    /// It is a command of a verification block, not a box.
    pub check: bool,
    /// Its line in the document, from 1.
    pub line: u32,
    /// The title of its section.
    pub section: String,
    /// The id of the item that holds it.
    pub parent: Option<ItemId>,
    /// Its words.
    pub text: String,
    /// Marked optional.
    pub optional: bool,
    /// "probe", "action", "attestation", "parent".
    pub work: String,
    /// What is read, or the exact command that runs.
    pub detail: String,
}

impl Changes {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        let Changes {
            title,
            lines,
            unchanged: _,
            parameters_added,
            parameters_removed,
            slots_added,
            slots_removed,
            sections,
            blanks_added,
            blanks_removed,
        } = self;
        let beside = [
            parameters_added,
            parameters_removed,
            slots_added,
            slots_removed,
            sections,
            blanks_added,
            blanks_removed,
        ];
        title.is_none() && lines.is_empty() && beside.iter().all(|list| list.is_empty())
    }

    /// How many lines this happened to.
    pub fn count(&self, what: What) -> usize {
        self.lines
            .iter()
            .filter(|change| change.what.contains(&what))
            .count()
    }
}

/// Compares two plans. Takes time about in proportion to both.
pub fn between(old: &Plan, new: &Plan) -> Changes {
    let (before, after) = (places(old), places(new));
    let matched = pairs(&lines(&old.sections), &lines(&new.sections));
    // The old id of each new line that was there before.
    let old_ids: HashMap<&ItemId, &ItemId> = after
        .iter()
        .zip(&matched)
        .filter_map(|(place, pair)| Some((&place.side.id, &before.get((*pair)?)?.side.id)))
        .collect();
    let mut kept = vec![false; before.len()];
    let mut changes = Changes {
        title: (old.title != new.title).then(|| (old.title.clone(), new.title.clone())),
        ..Changes::default()
    };
    for (place, pair) in after.iter().zip(&matched) {
        let change = match pair.and_then(|at| before.get(at).map(|was| (at, was))) {
            Some((at, was)) => {
                kept[at] = true;
                let above = place.side.parent.as_ref();
                let moved_up = match (&was.side.parent, above) {
                    (None, None) => false,
                    // The item above may be the same one under another id.
                    (Some(was), Some(is)) => was != is && old_ids.get(is) != Some(&was),
                    (None, Some(_)) | (Some(_), None) => true,
                };
                changed(was, place, moved_up)
            }
            None => Some(added(place)),
        };
        match change {
            Some(change) => changes.lines.push(change),
            None => changes.unchanged += 1,
        }
    }
    let gone = before.iter().zip(&kept).filter(|(_, kept)| !**kept);
    changes.lines.extend(gone.map(|(place, _)| removed(place)));
    let parameters = |plan: &Plan| plan.parameters.iter().map(|value| value.name.clone()).collect();
    let slots = |plan: &Plan| plan.slots.iter().map(|slot| slot.title.clone()).collect();
    let blanks = |plan: &Plan| plan.blanks.iter().map(|blank| blank.id.0.clone()).collect();
    (changes.parameters_added, changes.parameters_removed) = differences(parameters(old), parameters(new));
    (changes.slots_added, changes.slots_removed) = differences(slots(old), slots(new));
    (changes.blanks_added, changes.blanks_removed) = differences(blanks(old), blanks(new));
    changes.sections = sections::changed(old, new);
    changes
}

/// What the second has and the first has not, and the other way round.
fn differences(old: Vec<String>, new: Vec<String>) -> (Vec<String>, Vec<String>) {
    let missing = |from: &[String], of: &[String]| {
        let known: HashSet<&String> = from.iter().collect();
        of.iter().filter(|name| !known.contains(name)).cloned().collect()
    };
    (missing(&old, &new), missing(&new, &old))
}

/// The lines of a plan as they are matched: of each section the items, then the checks.
pub fn lines(sections: &[Section]) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    for Section {
        id, items, checks, ..
    } in sections
    {
        lines.extend(items.iter().map(|item| Line::of_item(item, id)));
        lines.extend(checks.iter().map(|check| Line::of_check(check, id)));
    }
    lines
}

fn changed(was: &Place<'_>, is: &Place<'_>, below_another: bool) -> Option<Change> {
    let mut what = Vec::new();
    let mut meaning = Vec::new();
    if was.side.text != is.side.text {
        what.push(What::Reworded);
    }
    if !same(was.work, is.work) {
        what.push(What::Changed);
        meaning.push(format!(
            "It was settled by {}; now by {}.",
            settled(&was.side),
            settled(&is.side)
        ));
    }
    if was.side.optional != is.side.optional {
        if !what.contains(&What::Changed) {
            what.push(What::Changed);
        }
        let now = if is.side.optional {
            "It is optional now: it no longer blocks."
        } else {
            "It is required now."
        };
        meaning.push(now.to_owned());
    }
    for sentence in said(was, is) {
        if !what.contains(&What::Changed) {
            what.push(What::Changed);
        }
        meaning.push(sentence);
    }
    let elsewhere = was.section.title != is.section.title || was.section.group != is.section.group;
    if elsewhere || below_another {
        what.push(What::Moved);
        meaning.push(moved(was, is, elsewhere));
    }
    if what == [What::Reworded] {
        meaning.push("The words are others; what settles it is the same.".to_owned());
    }
    (!what.is_empty()).then(|| Change {
        what,
        before: Some(was.side.clone()),
        after: Some(is.side.clone()),
        meaning,
    })
}

/// What annotations say otherwise about a line than before.
fn said(was: &Place<'_>, is: &Place<'_>) -> Vec<String> {
    let mut out = Vec::new();
    if was.role != is.role {
        out.push(match is.role {
            Some(role) => format!("It is for the role {role} now."),
            None => "It is for nobody in particular any more.".to_owned(),
        });
    }
    if was.timeout != is.timeout {
        out.push(match is.timeout {
            Some(seconds) => format!("It may take {seconds} seconds now."),
            None => "It may take as long as the environment says now.".to_owned(),
        });
    }
    out
}

fn moved(was: &Place<'_>, is: &Place<'_>, elsewhere: bool) -> String {
    let (from, to) = (was.section, is.section);
    match (elsewhere, from.kind.word() == to.kind.word()) {
        (false, _) => "It stands below another item, or below none.".to_owned(),
        (true, true) => format!("It stood in “{}”, now in “{}”.", from.title, to.title),
        (true, false) => format!(
            "It stood in “{}” ({}), now in “{}” ({}): it is due at another time.",
            from.title,
            from.kind.word(),
            to.title,
            to.kind.word()
        ),
    }
}

/// Whether the same thing settles both; which neighbours prove an action is the plan's business, not the line's.
fn same(was: &Work, is: &Work) -> bool {
    match (was, is) {
        (
            Work::Action {
                command,
                written,
                proof,
                proved_by: _,
                contract: _,
            },
            Work::Action {
                command: new_command,
                written: new_written,
                proof: new_proof,
                proved_by: _,
                contract: _,
            },
        ) => command == new_command && written == new_written && proof == new_proof,
        (Work::Probe { .. } | Work::Action { .. } | Work::Attestation | Work::Parent, _) => was == is,
    }
}

fn settled(side: &Side) -> String {
    match side.work.as_str() {
        "probe" => format!("a probe ({})", side.detail),
        "action" => format!("an action that a person runs (`{}`)", side.detail),
        _ => side.detail.clone(),
    }
}

fn added(place: &Place<'_>) -> Change {
    let optional = if place.side.optional {
        " It is optional."
    } else {
        ""
    };
    let meaning = format!("New: settled by {}.{optional}", settled(&place.side));
    Change {
        what: vec![What::Added],
        before: None,
        after: Some(place.side.clone()),
        meaning: vec![meaning],
    }
}

fn removed(place: &Place<'_>) -> Change {
    let meaning = format!("No longer asked for; it was settled by {}.", settled(&place.side));
    Change {
        what: vec![What::Removed],
        before: Some(place.side.clone()),
        after: None,
        meaning: vec![meaning],
    }
}
