//! The answer to a probe, and the evidence for it.

use crate::hash::Hash;
use crate::reading::Reading;
use crate::timing::Timing;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The answer to a probe. Only [`Verdict::Pass`] settles anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// What must hold, holds.
    Pass,
    /// It holds, but something beside it wants a look.
    Warning,
    /// There is nothing to judge yet: too early, no samples. Never passes anything.
    NoData,
    /// The target could not be asked, or its answer could not be read.
    Error,
    /// It does not hold.
    Fail,
}

impl Verdict {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Warning => "warning",
            Verdict::NoData => "no data",
            Verdict::Error => "error",
            Verdict::Fail => "fail",
        }
    }
}

/// Output of a target or a command as it was kept: masked, its beginning and its end, valid UTF-8, harmless to show.
///
/// What is absent in evidence of an earlier version is left out when it is written, so that its hash stays the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The beginning, at most 64 KiB; invalid UTF-8 is replaced, control characters are escaped.
    pub text: String,
    /// How many bytes between `text` and `ending` are not kept.
    pub dropped_bytes: u64,
    /// What comes after them to the end, at most 64 KiB, like `text`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ending: String,
    /// How many bytes there were in all, after masking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The digest of all of them, after masking: what was left out can be compared, and a secret cannot be guessed from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Hash>,
}

/// An observation that several probes may judge: findings that name the same one were made from one answer of the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// What was asked of which target, in words: "GET http://127.0.0.1:8000/metrics (endpoint backend)".
    pub name: String,
    /// When the observation began.
    pub at: DateTime<Utc>,
    /// Where its time went, for an exchange over HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
}

/// What was seen, so that somebody else can judge it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// How it was read, in words: "GET, natively", "`git status --porcelain`".
    pub read_as: String,
    /// What was asked: a URL, a path, `host:port`; empty for the machine itself.
    pub target: String,
    /// What must hold, in words.
    pub expected: String,
    /// What was found, in words.
    pub found: String,
    /// Raw output, where there is any.
    pub output: Option<Output>,
    /// Exit code of a command; `None` for native probes and for commands that a signal ended.
    pub exit_code: Option<i32>,
    /// When the observation began.
    pub at: DateTime<Utc>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// The host that observed.
    pub host: String,
    /// The captures that were judged; empty where the observation was this probe's alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures: Vec<Capture>,
    /// Counters as they stood: what a later observation of the same page counts from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading>,
}

/// What a probe gives: a verdict, the reason in words, and the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The answer.
    pub verdict: Verdict,
    /// Why, in one sentence with the measured value in it: "512 MB free, needs 1 GB".
    pub reason: String,
    /// What was seen.
    pub evidence: Evidence,
}
