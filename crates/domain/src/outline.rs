//! What a page and a decision need of a plan: its sections and boxes, without the probes' specifications.

use crate::baseline;
use crate::blank::Blank;
use crate::form::Field;
use crate::plan::{Check, Item, ItemId, Plan, Section, SectionId, SectionKind, Slot, Work};
use crate::target::Target;
use crate::window::Demand;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A plan without its specifications; an eighth of its size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// The checklist's title.
    pub title: String,
    /// The sections, in the document's order.
    pub sections: Vec<OutlineSection>,
    /// The signature table's roles.
    pub slots: Vec<Slot>,
    /// What somebody fills in. What follows from others is none of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blanks: Vec<Blank>,
    /// What its forms ask about the time before the deployment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub baseline: Vec<Field>,
}

/// A section and its lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutlineSection {
    /// Its name within the plan.
    pub id: SectionId,
    /// What it is for.
    pub kind: SectionKind,
    /// Its heading.
    pub title: String,
    /// The heading above it.
    pub group: Option<String>,
    /// The heading's line, from 1.
    pub line: u32,
    /// The boxes and the checks, in the document's order.
    pub lines: Vec<OutlineLine>,
}

/// A box, or a command of a verification block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutlineLine {
    /// Its name within the plan.
    pub id: ItemId,
    /// The parent's id.
    pub parent: Option<ItemId>,
    /// Line of the document, from 1.
    pub line: u32,
    /// The text as inline Markdown; of a check, its command.
    pub text: String,
    /// The bold label above it.
    pub label: Option<String>,
    /// Ticked in the document.
    pub claimed: bool,
    /// Never blocks.
    pub optional: bool,
    /// A box of the document; a check is none.
    pub is_box: bool,
    /// What settles it.
    pub kind: LineKind,
    /// Why it became that.
    pub why: String,
    /// Of an action: what proves it.
    #[serde(default, skip_serializing_if = "Proof::is_nothing")]
    pub proof: Proof,
    /// The key of the role that settles it, where an annotation says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// It asks for lines of a `.env` file that Gonogo can set, and so does a box that holds such lines.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub env_edit: bool,
    /// In a window: what it asks of its samples.
    #[serde(default, skip_serializing_if = "Demand::is_default")]
    pub demand: Demand,
    /// For how many minutes what its probe saw counts; `None`: for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeps_minutes: Option<u32>,
    /// Of a line that a person settles: the numbers that it demands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
}

/// What proves an action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Nothing: after exit 0 it is done, and a person's word settles it.
    #[default]
    Nothing,
    /// A probe of its own.
    Own,
    /// These probes beside it, all of them.
    Beside(Vec<ItemId>),
}

impl Proof {
    fn is_nothing(&self) -> bool {
        *self == Proof::Nothing
    }

    fn of(work: &Work) -> Self {
        match work {
            Work::Action { proof: Some(_), .. } => Proof::Own,
            Work::Action { proved_by, .. } if !proved_by.is_empty() => Proof::Beside(proved_by.clone()),
            Work::Action { .. } | Work::Probe { .. } | Work::Attestation | Work::Parent => Proof::Nothing,
        }
    }
}

/// What settles a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A probe settles the box.
    Probe,
    /// A person runs the action.
    Action,
    /// A person's word.
    Attestation,
    /// The children settle it.
    Parent,
    /// A probe of a verification block: no box.
    Check,
}

impl LineKind {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            LineKind::Probe => "probe",
            LineKind::Action => "action",
            LineKind::Attestation => "attestation",
            LineKind::Parent => "parent",
            LineKind::Check => "check",
        }
    }
}

impl From<&Plan> for Outline {
    fn from(plan: &Plan) -> Self {
        let mut sections: Vec<OutlineSection> = plan.sections.iter().map(OutlineSection::from).collect();
        for section in &mut sections {
            section.ask_of_samples(plan);
        }
        demand_numbers(plan, &mut sections);
        Self {
            title: plan.title.clone(),
            sections,
            baseline: baseline::fields(&plan.forms),
            slots: plan.slots.clone(),
            blanks: plan
                .blanks
                .iter()
                .filter(|blank| !blank.computed)
                .cloned()
                .collect(),
        }
    }
}

/// Gives the lines that a person settles what their objectives demand.
fn demand_numbers(plan: &Plan, sections: &mut [OutlineSection]) {
    let mut targets: BTreeMap<&ItemId, Vec<Target>> = BTreeMap::new();
    for objective in &plan.objectives {
        let own = targets.entry(&objective.item).or_default();
        own.extend(Target::of(objective, &plan.forms));
    }
    let lines = sections.iter_mut().flat_map(|section| &mut section.lines);
    for line in lines.filter(|line| line.kind == LineKind::Attestation) {
        line.targets = targets.remove(&line.id).unwrap_or_default();
    }
}

impl From<&Section> for OutlineSection {
    fn from(section: &Section) -> Self {
        let edits = |item: &Item| !crate::plan::env_lines(section, &item.id).is_empty();
        let boxes = section.items.iter().map(|item| OutlineLine {
            env_edit: edits(item),
            ..OutlineLine::from(item)
        });
        let checks = section.checks.iter().map(OutlineLine::from);
        let mut lines: Vec<OutlineLine> = boxes.chain(checks).collect();
        lines.sort_by_key(|line| line.line);
        Self {
            id: section.id.clone(),
            kind: section.kind,
            title: section.title.clone(),
            group: section.group.clone(),
            line: section.line,
            lines,
        }
    }
}

impl From<&Item> for OutlineLine {
    fn from(item: &Item) -> Self {
        let kind = match item.work {
            Work::Probe { .. } => LineKind::Probe,
            Work::Action { .. } => LineKind::Action,
            Work::Attestation => LineKind::Attestation,
            Work::Parent => LineKind::Parent,
        };
        Self {
            id: item.id.clone(),
            parent: item.parent.clone(),
            line: item.line,
            text: item.text.clone(),
            label: item.label.clone(),
            claimed: item.claimed,
            optional: item.optional,
            is_box: true,
            kind,
            why: item.why.clone(),
            proof: Proof::of(&item.work),
            role: item.role.clone(),
            env_edit: false,
            demand: Demand::default(),
            keeps_minutes: keeps(&item.work),
            targets: Vec::new(),
        }
    }
}

impl From<&Check> for OutlineLine {
    fn from(check: &Check) -> Self {
        let kind = match check.work {
            Work::Probe { .. } => LineKind::Check,
            Work::Action { .. } => LineKind::Action,
            Work::Attestation | Work::Parent => LineKind::Attestation,
        };
        Self {
            id: check.id.clone(),
            parent: None,
            line: check.line,
            text: format!("`{}`", check.text),
            label: None,
            claimed: false,
            // A check is part of its section's verdict when a probe reads it; an action in a verification
            // block is offered, and blocks nothing.
            optional: kind != LineKind::Check,
            is_box: false,
            kind,
            why: check.why.clone(),
            proof: Proof::of(&check.work),
            role: check.role.clone(),
            env_edit: false,
            demand: Demand::default(),
            keeps_minutes: keeps(&check.work),
            targets: Vec::new(),
        }
    }
}

fn keeps(work: &Work) -> Option<u32> {
    match work {
        Work::Probe { spec } => spec.keeps_minutes(),
        Work::Action { .. } | Work::Attestation | Work::Parent => None,
    }
}

impl Outline {
    /// Every line with its section, in the document's order.
    pub fn lines(&self) -> impl Iterator<Item = (&OutlineSection, &OutlineLine)> {
        self.sections
            .iter()
            .flat_map(|section| section.lines.iter().map(move |line| (section, line)))
    }

    /// The line of this id, with its section.
    pub fn line(&self, id: &ItemId) -> Option<(&OutlineSection, &OutlineLine)> {
        self.lines().find(|(_, line)| line.id == *id)
    }
}

impl OutlineSection {
    /// Notes what the lines of a window ask of their samples.
    fn ask_of_samples(&mut self, plan: &Plan) {
        let SectionKind::Window { .. } = self.kind else {
            return;
        };
        for line in &mut self.lines {
            if let Some(Work::Probe { spec }) = plan.work(&line.id) {
                line.demand = Demand::of(&line.text, spec, plan.objective(&line.id));
            }
        }
    }

    /// The boxes nested directly under `id`.
    pub fn children<'a>(&'a self, id: &'a ItemId) -> impl Iterator<Item = &'a OutlineLine> {
        self.lines
            .iter()
            .filter(move |line| line.parent.as_ref() == Some(id))
    }

    /// "Phase 1 · Redis setup", or just the title.
    pub fn heading(&self) -> String {
        match self.kind {
            SectionKind::Phase { number, .. } => format!("Phase {number} · {}", self.title),
            SectionKind::Preflight
            | SectionKind::Window { .. }
            | SectionKind::Benchmark
            | SectionKind::Rollback { .. }
            | SectionKind::Troubleshooting
            | SectionKind::Criteria
            | SectionKind::SignOff
            | SectionKind::FollowUp
            | SectionKind::Prose => self.title.clone(),
        }
    }

    /// ", 15 min" for what has a budget, ", due 5 min after T0" for a window; else nothing.
    pub fn kind_minutes(&self) -> String {
        match self.kind {
            SectionKind::Phase { minutes, .. } | SectionKind::Rollback { minutes } => minutes
                .map(|minutes| format!(", {minutes} min"))
                .unwrap_or_default(),
            SectionKind::Window { minutes } => format!(", due {minutes} min after T0"),
            SectionKind::Preflight
            | SectionKind::Benchmark
            | SectionKind::Troubleshooting
            | SectionKind::Criteria
            | SectionKind::SignOff
            | SectionKind::FollowUp
            | SectionKind::Prose => String::new(),
        }
    }

    /// Planned minutes of a phase.
    pub fn planned_minutes(&self) -> Option<u32> {
        self.kind.planned_minutes()
    }
}
