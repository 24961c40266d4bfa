//! A plan: what a revision compiles to. Every probe and every command as it will run, every item with
//! the reason why it became what it is. Publishing fixes a plan by its hash.

pub use crate::diagnostic::{Diagnostic, Severity};
use crate::{
    blank::Blank,
    follow_up::FollowUp,
    form::Form,
    hash::Hash,
    link::Link,
    objective::Objective,
    probe::ProbeSpec,
    role::{Right, Role},
    rollback::{Contract, Tier},
    window::Timing,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a revision compiles to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The revision: SHA-256 of the document's bytes.
    pub revision: Hash,
    /// The first heading, or "Untitled checklist".
    pub title: String,
    /// The sections, in the document's order.
    pub sections: Vec<Section>,
    /// The roles of the signature table, as written, in its order: "Developer", "DevOps".
    pub slots: Vec<Slot>,
    /// Values that somebody must give before a run reaches the steps that use them.
    pub parameters: Vec<Parameter>,
    /// The blanks outside of the signature table, in the document's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blanks: Vec<Blank>,
    /// The ways back, in the document's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rollback: Vec<Tier>,
    /// The forms of measurements, in the document's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Form>,
    /// What its lines demand of numbers, in the document's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Objective>,
    /// Where the criteria have their evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// What follows later, in the document's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<FollowUp>,
}

/// A row of the signature table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The role as written in the table.
    pub title: String,
    /// The key of the role that fills it: lower case, words joined by `_`.
    pub role: String,
    /// The line of the table's row, from 1.
    pub line: u32,
    /// How many rows of the same role stand above it: a table may ask for two signatures of a role.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nth: u32,
    /// Its place in the order that the document asks for, from 1; 0 where it asks for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub place: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Slot {
    /// What its signature is filed under: the role, and `role#2` for the second row of one.
    pub fn key(&self) -> String {
        match self.nth {
            0 => self.role.clone(),
            nth => format!("{}#{}", self.role, nth + 1),
        }
    }

    /// Whether there is a role that may sign it.
    pub fn can_be_filled(&self) -> bool {
        let signs = |role: &&Role| role.gives(Right::Sign, None);
        Role::ALL.iter().filter(signs).any(|role| role.key() == self.role)
    }
}

/// A value that the document leaves open or hard-codes: `<previous-commit>`, a user name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// The name of the variable: `GONOGO_PREVIOUS_COMMIT`.
    pub name: String,
    /// What the document wrote in its place.
    pub written: String,
    /// Where, line from 1.
    pub line: u32,
}

/// Names a section within a plan: a slug of its heading, made unique.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SectionId(pub String);

/// Names an item or a check within a plan.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub String);

/// A heading and what stands under it up to the next one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Its name within the plan.
    pub id: SectionId,
    /// What it is for.
    pub kind: SectionKind,
    /// The heading, without "Phase 1:" and "(10 minutes)".
    pub title: String,
    /// The heading above it, where there is one between it and the title.
    pub group: Option<String>,
    /// The heading's line, from 1.
    pub line: u32,
    /// The boxes, parents before their children, in the document's order.
    pub items: Vec<Item>,
    /// The commands of its verification blocks: part of its verdict, not boxes.
    pub checks: Vec<Check>,
    /// What else stands there, as Markdown, for reading: steps, forms, symptoms.
    pub prose: String,
    /// Of a window: when it is sampled, where an annotation says so.
    #[serde(default, skip_serializing_if = "Timing::is_empty")]
    pub timing: Timing,
}

/// What a section is for, by the meaning of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SectionKind {
    /// Before the deployment.
    Preflight,
    /// A step of the deployment.
    Phase {
        /// Its number in the document, or its place among the phases.
        number: u32,
        /// Planned minutes, where the heading says.
        minutes: Option<u32>,
    },
    /// Checks that are due some time after T0.
    Window {
        /// Minutes after T0.
        minutes: u32,
    },
    /// A form of measurements.
    Benchmark,
    /// A tier of the rollback.
    Rollback {
        /// Its budget in minutes, where the heading says.
        minutes: Option<u32>,
    },
    /// A guide: symptoms and solutions.
    Troubleshooting,
    /// What must hold for the deployment to count as successful.
    Criteria,
    /// The signature table.
    SignOff,
    /// What follows later.
    FollowUp,
    /// Anything else.
    Prose,
}

impl SectionKind {
    /// Minutes from T0 until a verification window is due; `None` for other sections.
    pub fn due_minutes(self) -> Option<u32> {
        let SectionKind::Window { minutes } = self else {
            return None;
        };
        Some(minutes)
    }

    /// Planned minutes of a phase; `None` for other sections, and where none are planned.
    pub fn planned_minutes(self) -> Option<u32> {
        let SectionKind::Phase { minutes, .. } = self else {
            return None;
        };
        minutes
    }
}

/// One box of the document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its name within the plan.
    pub id: ItemId,
    /// The parent's id where this box is nested under another.
    pub parent: Option<ItemId>,
    /// The line of the box, from 1.
    pub line: u32,
    /// The text after the box, as inline Markdown.
    pub text: String,
    /// The bold label above it: "Performance Targets".
    pub label: Option<String>,
    /// The document's box is ticked. Shown, and settles nothing.
    pub claimed: bool,
    /// Marked optional: never blocks.
    pub optional: bool,
    /// What settles it.
    pub work: Work,
    /// Why it became that, with the author's words in it.
    pub why: String,
    /// How long its command or probe may take, in seconds, where an annotation says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    /// The key of the role that settles it, where an annotation says so: `devops`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// In a window: when it is sampled, where an annotation says so.
    #[serde(default, skip_serializing_if = "Timing::is_empty")]
    pub timing: Timing,
}

/// One command of a verification block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Its name within the plan.
    pub id: ItemId,
    /// The line of the command, from 1.
    pub line: u32,
    /// The command as written.
    pub text: String,
    /// What settles it.
    pub work: Work,
    /// Why it became that.
    pub why: String,
    /// How long it may take, in seconds, where an annotation says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    /// The key of the role that settles it, where an annotation says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// What settles an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// Gonogo reads.
    Probe {
        /// What it reads and what must hold.
        spec: ProbeSpec,
    },
    /// A command changes the target; a person runs it.
    Action {
        /// The exact bytes that will run.
        command: String,
        /// The command as the author wrote it.
        written: String,
        /// What it is for, read by Gonogo: it settles the item, whoever ran the command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<ProbeSpec>,
        /// The probes beside it that prove it once it ran, where it has no proof of its own.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        proved_by: Vec<ItemId>,
        /// What happens where its Gonogo died in it; its own proof decides before.
        #[serde(default, skip_serializing_if = "Contract::is_manual")]
        contract: Contract,
    },
    /// A person's word.
    Attestation,
    /// Its children settle it.
    Parent,
}

impl Work {
    /// An action that nothing proves yet.
    pub fn action(command: String, written: String) -> Self {
        Work::Action {
            command,
            written,
            proof: None,
            proved_by: Vec::new(),
            contract: Contract::Manual,
        }
    }
}

impl Plan {
    /// Every box, in the document's order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.sections.iter().flat_map(|section| &section.items)
    }

    /// The box of this id.
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.items().find(|item| item.id == *id)
    }

    /// What settles the item or check of this id.
    pub fn work(&self, id: &ItemId) -> Option<&Work> {
        let check = || {
            self.sections
                .iter()
                .flat_map(|section| &section.checks)
                .find(|check| check.id == *id)
        };
        self.item(id)
            .map(|item| &item.work)
            .or_else(|| check().map(|check| &check.work))
    }

    /// What a line demands of a number.
    pub fn objective(&self, id: &ItemId) -> Option<&Objective> {
        self.objectives.iter().find(|objective| objective.item == *id)
    }

    /// The section of this id.
    pub fn section(&self, id: &SectionId) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == *id)
    }

    /// The section that holds the item or check of this id.
    pub fn section_of(&self, id: &ItemId) -> Option<&Section> {
        self.sections.iter().find(|section| {
            section.items.iter().any(|item| item.id == *id)
                || section.checks.iter().any(|check| check.id == *id)
        })
    }

    /// The boxes nested directly under `id`.
    pub fn children<'a>(&'a self, id: &'a ItemId) -> impl Iterator<Item = &'a Item> {
        self.items().filter(move |item| item.parent.as_ref() == Some(id))
    }
}

/// The lines of `.env` files that an item asks for, and those of the items that it holds, with the items that ask: file,
/// variable, value. A line whose value the document leaves open is none of them.
pub fn env_lines<'a>(section: &'a Section, id: &ItemId) -> Vec<(&'a ItemId, &'a str, &'a str, &'a str)> {
    let mut asked = Vec::new();
    let own = |item: &&Item| item.id == *id || item.parent.as_ref() == Some(id);
    for item in section.items.iter().filter(own) {
        if let Work::Probe {
            spec:
                ProbeSpec::EnvLine {
                    file,
                    key,
                    value: Some(value),
                },
        } = &item.work
        {
            asked.push((&item.id, file.as_str(), key.as_str(), value.as_str()));
        }
    }
    asked
}

impl SectionKind {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            SectionKind::Preflight => "preflight",
            SectionKind::Phase { .. } => "phase",
            SectionKind::Window { .. } => "verification window",
            SectionKind::Benchmark => "benchmark",
            SectionKind::Rollback { .. } => "rollback",
            SectionKind::Troubleshooting => "troubleshooting",
            SectionKind::Criteria => "success criteria",
            SectionKind::SignOff => "sign-off",
            SectionKind::FollowUp => "follow-up",
            SectionKind::Prose => "prose",
        }
    }
}

impl Work {
    /// The word for people.
    pub fn word(&self) -> &'static str {
        match self {
            Work::Probe { .. } => "probe",
            Work::Action { .. } => "action",
            Work::Attestation => "attestation",
            Work::Parent => "parent",
        }
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
