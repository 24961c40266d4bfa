//! The way back: the tiers that a checklist describes, as steps that are data, and one execution of a tier.

use crate::{
    action::Ending,
    environment::Class,
    fingerprint::Difference,
    hash::Hash,
    person::Author,
    plan::{Plan, SectionId},
    probe::ProbeSpec,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One way back, compiled from its section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tier {
    /// Its section within the plan.
    pub section: SectionId,
    /// The heading, without its time: "Immediate Rollback".
    pub title: String,
    /// The budget in minutes, where the heading says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// In the order in which they run, which may differ from the document's: [`Step::mended`] says why.
    pub steps: Vec<Step>,
}

/// One step of a tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What it is for, in the document's words: "Stop Redis".
    pub title: String,
    /// Line of the document, from 1; `None`: Gonogo added it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What happens.
    pub deed: Deed,
    /// What holds once it is done; asked after it, and where nobody knows how it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<ProbeSpec>,
    /// What happens where its Gonogo died in it.
    #[serde(default, skip_serializing_if = "Contract::is_manual")]
    pub contract: Contract,
    /// The author's text, where another runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// What Gonogo changed or added, and why, in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mended: Option<String>,
    /// What it throws away, in one sentence: "what was written to the new tables".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loses: Option<String>,
    /// It does not exist in production.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub development_only: bool,
    /// How long it may take, in seconds, where the document says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    /// Runs exactly these bytes by the environment's shell.
    Command {
        /// The bytes.
        command: String,
    },
    /// Sets lines of a `.env` file, and leaves the others as they are.
    EnvEdit {
        /// The file, relative to the work directory.
        file: String,
        /// Variable and value, in the document's order.
        lines: Vec<(String, String)>,
    },
    /// Writes a copy of a file in the place of another, whole.
    Restore {
        /// The copy.
        from: String,
        /// What is replaced.
        to: String,
    },
    /// Reads, and goes on only where this holds.
    Verify {
        /// What must hold.
        spec: ProbeSpec,
    },
    /// A person does it and says so.
    ByHand {
        /// What is to be done, as Markdown.
        words: String,
    },
}

/// What happens with a step of which nobody knows how it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contract {
    /// It runs again: twice does what once does.
    Idempotent,
    /// Its proof decides: done, or again.
    Checkable,
    /// A person looks at the target.
    #[default]
    Manual,
}

impl Contract {
    /// Whether a person looks.
    pub fn is_manual(&self) -> bool {
        *self == Contract::Manual
    }
}

/// One execution of a tier, as far as it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rollback {
    /// The tier's section.
    pub tier: SectionId,
    /// Why.
    pub reason: String,
    /// Who pressed.
    pub by: Author,
    /// When.
    pub since: DateTime<Utc>,
    /// On trial: its times count, and it changes nothing about the run's outcome.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rehearsal: bool,
    /// The environment's declaration that it goes by; `None`: that of the run's start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_hash: Option<Hash>,
    /// Its steps, by their place in [`Tier::steps_in`].
    pub steps: Vec<StepState>,
    /// How it stands.
    pub state: RollbackState,
}

/// How a rollback stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RollbackState {
    /// Steps run.
    Running,
    /// A step did not end well, or nobody knows how: a person chooses.
    Asking {
        /// The step's place.
        step: usize,
    },
    /// All steps are done; things are not as they were before, and each difference waits for somebody's word.
    Differs {
        /// What differs and nobody has accepted yet.
        open: Vec<Difference>,
    },
    /// It is over, and things are as they were, or accepted.
    Done {
        /// Since when.
        at: DateTime<Utc>,
    },
}

/// How a step stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StepState {
    /// Not yet.
    Waiting,
    /// Under way: its intent is stored.
    Running {
        /// Since when.
        since: DateTime<Utc>,
        /// The fencing number under which it runs.
        fence: i64,
    },
    /// It ended.
    Ended {
        /// How.
        ending: Ending,
        /// Why, in one sentence.
        reason: String,
        /// Since when it ran.
        since: DateTime<Utc>,
        /// When it ended.
        at: DateTime<Utc>,
        /// What was seen.
        evidence: Hash,
    },
    /// Its Gonogo died in it: look at the target.
    Unknown {
        /// Since when it ran.
        since: DateTime<Utc>,
    },
    /// Left out by a person.
    Skipped {
        /// Who.
        by: Author,
        /// Why.
        reason: String,
        /// When.
        at: DateTime<Utc>,
    },
}

impl StepState {
    /// Whether the next step may begin after it.
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            StepState::Ended {
                ending: Ending::Done,
                ..
            } | StepState::Skipped { .. }
        )
    }
}

impl Rollback {
    /// The step that runs now, or would run next; `None` where all are over.
    pub fn current(&self) -> Option<usize> {
        self.steps.iter().position(|step| !step.is_over())
    }

    /// Whether it is over.
    pub fn is_done(&self) -> bool {
        matches!(self.state, RollbackState::Done { .. })
    }
}

impl Tier {
    /// The steps that exist in an environment of `class`.
    pub fn steps_in(&self, class: Class) -> impl Iterator<Item = &Step> {
        let production = class == Class::Production;
        self.steps
            .iter()
            .filter(move |step| !(production && step.development_only))
    }
}

impl Plan {
    /// The tier of this section.
    pub fn tier(&self, section: &SectionId) -> Option<&Tier> {
        self.rollback.iter().find(|tier| tier.section == *section)
    }
}
