//! The event log: everything that happened in a run, numbered without gaps and chained by hashes.

mod start;

pub use start::{Outcome, Proof, Start};

use crate::{
    action::Ending,
    blank::BlankId,
    fingerprint::{Difference, Fingerprint, Moment},
    follow_up::EndedHow,
    form,
    guide::GuideEntry,
    hash::Hash,
    hold_off::HoldOffEntry,
    hourly::HourlyEntry,
    measurement::{Found, Origin, Source},
    person::Author,
    phase::Why,
    plan::{ItemId, SectionId},
    sign_off::{Confirmation, Meaning},
    verdict::Verdict,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// From 1, without gaps, per run.
    pub number: u64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: Author,
    /// What happened.
    pub what: Happening,
    /// The hash of the run's canonical record after it.
    pub record: Hash,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happening {
    /// The run was started.
    Started(Box<Start>),
    /// The environment's lock was taken: the deployment executes.
    Executing,
    /// A later run began in this environment: what was not due by then cannot be observed any more.
    Superseded {
        /// The later run.
        by_run: i64,
    },
    /// It goes on although nothing that counts is known of the time before.
    WithoutBaseline {
        /// Why.
        reason: String,
    },
    /// A phase may be worked on although an earlier one is not settled.
    WentAhead {
        /// This phase.
        section: SectionId,
        /// Why.
        reason: String,
    },
    /// Another run took the environment over.
    LockLost {
        /// The run that took it.
        to_run: i64,
        /// Why.
        reason: String,
    },
    /// Probes began.
    VerificationStarted {
        /// Of these items and checks.
        items: Vec<ItemId>,
    },
    /// A probe answered.
    Observed {
        /// Of this item or check.
        item: ItemId,
        /// What it answered.
        verdict: Verdict,
        /// Why, in one sentence.
        reason: String,
        /// The hash of the evidence.
        evidence: Hash,
        /// How long it took, in microseconds.
        duration_us: u64,
        /// When the round began that it was asked in: what it saw is no older.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_at: Option<DateTime<Utc>>,
    },
    /// A command that changes the target is about to be started: written before its effect.
    ActionStarted {
        /// Of this item or check.
        item: ItemId,
        /// The Gonogo that ran it died in it, and it is safe to run twice.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        again: bool,
    },
    /// Somebody asked for the end of a command.
    ActionCancelled {
        /// Of this item or check.
        item: ItemId,
    },
    /// A command that changes the target ended.
    ActionEnded {
        /// Of this item or check.
        item: ItemId,
        /// How.
        ending: Ending,
        /// Why, in one sentence.
        reason: String,
        /// The hash of the evidence: what it printed.
        evidence: Hash,
        /// How long it took, in microseconds.
        duration_us: u64,
    },
    /// Gonogo stopped while these were under way: look at the target.
    Interrupted {
        /// These items and checks.
        items: Vec<ItemId>,
    },
    /// The run goes through the actions and probes of a phase by itself.
    PhaseStarted {
        /// The phase.
        section: SectionId,
    },
    /// Somebody asked for the end of what a phase that goes by itself is at.
    PhaseStopped,
    /// A phase that goes by itself waits for somebody.
    PhaseAsked {
        /// At this line.
        item: ItemId,
        /// What for.
        why: Why,
        /// In words; empty where the line says it all.
        reason: String,
    },
    /// A person wants it to go on: with the same line, where that is not settled.
    PhaseContinued,
    /// A phase that goes by itself came to its end: everything required in it is settled.
    PhaseEnded,
    /// A person's word.
    Attested {
        /// For this item.
        item: ItemId,
        /// What they wrote.
        note: String,
        /// What they showed.
        proof: Option<Proof>,
    },
    /// A person settled an item against its probe.
    Overridden {
        /// This item.
        item: ItemId,
        /// Why.
        reason: String,
    },
    /// An item is let off until a time.
    Waived {
        /// This item.
        item: ItemId,
        /// Why.
        reason: String,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// An item is left out of this run.
    Skipped {
        /// This item.
        item: ItemId,
        /// Why.
        reason: String,
    },
    /// A person took a word, an override, a waiver or a skip back.
    Reopened {
        /// This item.
        item: ItemId,
        /// Why.
        reason: String,
    },
    /// A blank of the document was filled in, or emptied.
    BlankFilled {
        /// This blank.
        blank: BlankId,
        /// What stands there now; empty where it was emptied.
        value: String,
        /// Where it comes from; `None`: nobody said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<Source>,
    },
    /// Somebody takes care of a follow-up.
    FollowUpTaken {
        /// Its name within the plan.
        follow_up: String,
    },
    /// A time of a follow-up was done or left out.
    FollowUpEnded {
        /// Its name within the plan.
        follow_up: String,
        /// Which time of it, from 1.
        time: u32,
        /// How.
        how: EndedHow,
        /// What was found, or why it was left out.
        note: String,
    },
    /// A measurement began.
    MeasurementStarted {
        /// Its number in the run, from 1.
        attempt: u32,
        /// Before the deployment, or after it.
        moment: form::Moment,
        /// What is asked.
        #[serde(default, skip_serializing_if = "Origin::is_load")]
        origin: Origin,
    },
    /// Somebody asked for the end of a measurement.
    MeasurementStopped {
        /// Its number.
        attempt: u32,
    },
    /// A measurement ended.
    MeasurementEnded {
        /// Its number.
        attempt: u32,
        /// What it found.
        found: Found,
        /// The hash of everything that was measured.
        evidence: Hash,
    },
    /// A measurement gave nothing.
    MeasurementFailed {
        /// Its number.
        attempt: u32,
        /// Why.
        why: String,
    },
    /// This measurement counts from now on.
    MeasurementCounts {
        /// Its number.
        attempt: u32,
        /// Why, where a person chose it.
        reason: Option<String>,
    },
    /// The new version serves since this time; the windows count from it.
    T0Set {
        /// The moment.
        t0: DateTime<Utc>,
        /// Why, where a person corrected it.
        reason: Option<String>,
    },
    /// A sample of a window is bad, the first of its line since T0.
    SampleFailed {
        /// The line.
        item: ItemId,
        /// Which sample.
        slot: DateTime<Utc>,
        /// Why, in one sentence.
        reason: String,
        /// The hash of the evidence.
        evidence: Hash,
    },
    /// The samples of a line have held for the first time as long as they must when the window is due.
    SamplesHold {
        /// The line.
        item: ItemId,
        /// Since this one.
        since: DateTime<Utc>,
    },
    /// The clock went back: samples of times that have not come yet do not count.
    ClockWentBack {
        /// How many samples that were.
        dropped: u64,
    },
    /// A window was due; what its samples say of each line stands before.
    WindowJudged {
        /// The window's section.
        section: SectionId,
    },
    /// About a guide.
    Guide(GuideEntry),
    /// About an hourly check of a next step.
    Hourly(HourlyEntry),
    /// About the rollback that the environment's file asks for where a window fails.
    HoldOff(HoldOffEntry),
    /// How things were at this moment.
    FingerprintTaken {
        /// Which.
        moment: Moment,
        /// What was read.
        fingerprint: Fingerprint,
    },
    /// A rollback began: it takes over from whatever runs.
    RollbackStarted {
        /// The tier's section.
        tier: SectionId,
        /// Why.
        reason: String,
        /// How many steps it has.
        steps: usize,
        /// On trial.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        rehearsal: bool,
        /// The environment's declaration that it goes by; `None`: that of the run's start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment_hash: Option<Hash>,
    },
    /// A step of the rollback is about to begin: written before its effect.
    StepStarted {
        /// Its place, from 0.
        step: usize,
        /// The fencing number under which it runs.
        fence: i64,
    },
    /// A step of the rollback ended.
    StepEnded {
        /// Its place, from 0.
        step: usize,
        /// How.
        ending: Ending,
        /// Why, in one sentence.
        reason: String,
        /// The hash of the evidence.
        evidence: Hash,
    },
    /// Somebody asked for the end of the step of the rollback that is under way.
    StepStopped {
        /// Its place, from 0.
        step: usize,
    },
    /// Nobody knows how this step of the rollback ended: its Gonogo died in it.
    StepLost {
        /// Its place, from 0.
        step: usize,
    },
    /// A person wants a step of the rollback again.
    StepRetried {
        /// Its place, from 0.
        step: usize,
        /// The environment's declaration that it goes by from here on; `None`: as before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment_hash: Option<Hash>,
    },
    /// A person leaves a step of the rollback out, or did it by hand.
    StepSkipped {
        /// Its place, from 0.
        step: usize,
        /// Why.
        reason: String,
    },
    /// All steps of the rollback are over. Empty `differences`: things are as they were before.
    RollbackEnded {
        /// What is not as it was.
        differences: Vec<Difference>,
    },
    /// A person takes it that a part is not as it was.
    DifferenceAccepted {
        /// The part's name.
        part: String,
        /// Why.
        reason: String,
    },
    /// A slot of the signature table was filled.
    Signed {
        /// The slot's role key.
        role: String,
        /// What the signature says.
        meaning: Meaning,
        /// What the signer wrote beside it.
        comment: String,
        /// The record it was given on.
        signed: Hash,
        /// Required items that were not settled.
        conditions: Vec<ItemId>,
        /// What no other signature has; `None` for those of older versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
        /// How the signer showed that it is them; `None` for those of older versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirmed: Option<Confirmation>,
    },
    /// A signature was taken back.
    Withdrawn {
        /// The slot's role key.
        role: String,
        /// Why.
        reason: String,
    },
    /// The run ended.
    Closed {
        /// How.
        outcome: Outcome,
        /// What was said about it.
        reason: String,
    },
}
