//! Changing a checklist's rules of sign-off: those who sign by the rules that hold approve the new ones first.

use crate::{
    person::{Person, PersonId},
    plan::Slot,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A signature table in the place of another, and who approved it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleChange {
    /// The number of the published revision whose table holds until now.
    pub since: i64,
    /// Its table.
    pub old: Vec<Slot>,
    /// The table in its place; empty where there is none any more.
    pub new: Vec<Slot>,
    /// Who approved so far, each for a slot of the old table.
    pub approvals: Vec<RuleApproval>,
}

/// Somebody's approval of new rules, for a slot of the old ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleApproval {
    /// The slot's key.
    pub slot: String,
    /// Who.
    pub by: PersonId,
    /// Their name.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Why a person may not approve for a slot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotApprove {
    /// The table that holds has no such slot.
    #[error("the signature table that holds until now has no slot for {0}")]
    NoSlot(String),
    /// They do not hold its role, or in single environments only.
    #[error("only somebody who holds the role {0} in every environment approves for this slot")]
    NotTheRole(String),
    /// They have approved for another slot.
    #[error("you have approved as {0} already: one person fills one slot")]
    AnotherSlot(String),
    /// Somebody has approved for it.
    #[error("{0} has approved for this slot already")]
    Taken(String),
}

/// Why a plan with new rules may not be published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    /// Slots of the old table have not approved: their titles.
    #[error(
        "this plan changes the rules of sign-off, which needs the approval of those who sign by the rules that hold until now; \
         still missing: {0}"
    )]
    Missing(String),
    /// Nobody but the publisher approved.
    #[error(
        "whoever publishes a plan cannot be the only one who approves its rules of sign-off: somebody else publishes it"
    )]
    OnlyThePublisher,
}

impl RuleChange {
    /// What the new table changes of the old one, approved by nobody; `None` where both ask for the same signatures: the
    /// same roles, as often, in the same places. Words and lines are no rules.
    pub fn between(since: i64, old: Vec<Slot>, new: Vec<Slot>) -> Option<Self> {
        let approvals = Vec::new();
        (rules(&old) != rules(&new)).then_some(Self {
            since,
            old,
            new,
            approvals,
        })
    }

    /// The slots of the old table that must still approve. Those that no role can fill are not asked.
    pub fn missing(&self) -> impl Iterator<Item = &Slot> {
        self.old
            .iter()
            .filter(|slot| slot.can_be_filled() && self.approval(slot).is_none())
    }

    /// Who approved for a slot of the old table.
    pub fn approval(&self, slot: &Slot) -> Option<&RuleApproval> {
        let key = slot.key();
        self.approvals.iter().find(|approval| approval.slot == key)
    }

    /// Whether `person` may approve for the old table's slot of this key.
    ///
    /// # Errors
    /// [`MayNotApprove`].
    pub fn may_approve(&self, person: &Person, key: &str) -> Result<(), MayNotApprove> {
        let of = |key: &str| self.old.iter().find(|slot| slot.key() == key);
        let slot = of(key).ok_or_else(|| MayNotApprove::NoSlot(key.to_owned()))?;
        // The rules concern every environment: a role in one of them is not enough.
        let holds = person.roles.iter().any(|held| held.key() == slot.role);
        if person.service.is_some() || !slot.can_be_filled() || !holds {
            return Err(MayNotApprove::NotTheRole(slot.title.clone()));
        }
        if let Some(taken) = self.approval(slot) {
            return Err(MayNotApprove::Taken(taken.name.clone()));
        }
        match self.approvals.iter().find(|approval| approval.by == person.id) {
            Some(other) => Err(MayNotApprove::AnotherSlot(
                of(&other.slot).map_or_else(|| other.slot.clone(), name),
            )),
            None => Ok(()),
        }
    }

    /// Whether `publisher` (nobody for what Gonogo ships) may publish the plan with the new table.
    ///
    /// # Errors
    /// [`NotApproved`].
    pub fn may_publish(&self, publisher: Option<PersonId>) -> Result<(), NotApproved> {
        let missing: Vec<String> = self.missing().map(name).collect();
        if !missing.is_empty() {
            return Err(NotApproved::Missing(missing.join(", ")));
        }
        let own = |approval: &RuleApproval| Some(approval.by) == publisher;
        if !self.approvals.is_empty() && self.approvals.iter().all(own) {
            return Err(NotApproved::OnlyThePublisher);
        }
        Ok(())
    }

    /// What the new table changes, in sentences.
    pub fn sentences(&self) -> Vec<String> {
        let was = |slot: &Slot| self.old.iter().find(|old| old.key() == slot.key());
        let stays = |slot: &Slot| self.new.iter().any(|new| new.key() == slot.key());
        let gone = self.old.iter().filter(|slot| !stays(slot));
        let gone = gone.map(|slot| format!("{} signs no more.", name(slot)));
        let others = self.new.iter().filter_map(|slot| match was(slot) {
            None => Some(format!("{} signs, {}: this is new.", name(slot), place(slot))),
            Some(was) if was.place != slot.place => Some(format!(
                "{} signs {}; until now {}.",
                name(slot),
                place(slot),
                place(was)
            )),
            Some(_) => None,
        });
        gone.chain(others).collect()
    }
}

/// The words for a slot: "QA", and "QA x2 (2)" for the second one of a role.
pub fn name(slot: &Slot) -> String {
    match slot.nth {
        0 => slot.title.clone(),
        nth => format!("{} ({})", slot.title, nth + 1),
    }
}

fn place(slot: &Slot) -> String {
    match slot.place {
        0 => "in any order".to_owned(),
        place => format!("as number {place}"),
    }
}

fn rules(slots: &[Slot]) -> BTreeSet<(&str, u32, u32)> {
    slots
        .iter()
        .map(|slot| (slot.role.as_str(), slot.nth, slot.place))
        .collect()
}
