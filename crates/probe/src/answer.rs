//! What a kind of probe gives before it is stamped with time and host, and how several answers become one.

use crate::output::Printed;
use crate::redact::Secrets;
use domain::reading::Reading;
use domain::verdict::{Capture, Output, Verdict};

/// How it was read, of what, and what must hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub read_as: String,
    pub target: String,
    pub expected: String,
}

/// The pure part of an answer: the verdict, why, and what was found, all in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub verdict: Verdict,
    pub reason: String,
    pub found: String,
}

/// An answer, not yet masked, escaped or capped: only [`crate::Prober`] turns it into a finding.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub asked: Asked,
    pub judgement: Judgement,
    /// What was printed, of each of several probes.
    pub output: Vec<Printed>,
    pub exit_code: Option<i32>,
    /// The captures that were judged.
    pub captures: Vec<Capture>,
    /// Counters as they stood, masked.
    pub readings: Vec<Reading>,
}

impl Judgement {
    pub fn new(verdict: Verdict, reason: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            verdict,
            reason: reason.into(),
            found: found.into(),
        }
    }

    /// It holds, and what was found says so.
    pub fn pass(found: impl Into<String>) -> Self {
        let found = found.into();
        Self {
            verdict: Verdict::Pass,
            reason: found.clone(),
            found,
        }
    }

    /// It does not hold.
    pub fn fail(reason: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, reason, found)
    }

    /// The target could not be asked, or its answer could not be read.
    pub fn error(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self {
            verdict: Verdict::Error,
            found: reason.clone(),
            reason,
        }
    }

    /// The weakest of several, with the reasons of all that are as weak; a pass names everything that was found.
    pub fn weakest(judgements: Vec<Judgement>) -> Option<Self> {
        let verdict = judgements.iter().map(|judgement| judgement.verdict).max()?;
        let reasons = judgements.iter().filter(|judgement| judgement.verdict == verdict);
        Some(Self {
            verdict,
            reason: joined(reasons.map(|judgement| judgement.reason.as_str())),
            found: joined(judgements.iter().map(|judgement| judgement.found.as_str())),
        })
    }
}

impl Answer {
    pub fn new(asked: Asked, judgement: Judgement) -> Self {
        Self {
            asked,
            judgement,
            output: Vec::new(),
            exit_code: None,
            captures: Vec::new(),
            readings: Vec::new(),
        }
    }

    /// It was judged from this observation, where there was one.
    pub fn of(mut self, capture: impl Into<Option<Capture>>) -> Self {
        self.captures.extend(capture.into());
        self
    }

    /// Its counters stood so.
    pub fn read(mut self, reading: impl Into<Option<Reading>>) -> Self {
        self.readings.extend(reading.into());
        self
    }

    pub fn with_output(self, output: impl Into<Vec<u8>>) -> Self {
        self.printed(Printed::Raw(output.into()))
    }

    pub fn printed(mut self, printed: Printed) -> Self {
        self.output.push(printed);
        self
    }

    /// What is kept of everything that was printed.
    pub fn kept(output: Vec<Printed>, secrets: &Secrets) -> Option<Output> {
        let mut parts = output.into_iter().map(|printed| printed.kept(secrets));
        let mut all = parts.next()?;
        for part in parts.filter(|part| !part.is_empty()) {
            if !all.is_empty() {
                all.push(b"\n");
            }
            all.append(part);
        }
        Some(all.output())
    }

    /// One answer for several that must all pass.
    pub fn all(answers: Vec<Answer>) -> Self {
        let asked = Asked {
            read_as: joined(answers.iter().map(|answer| answer.asked.read_as.as_str())),
            target: joined(answers.iter().map(|answer| answer.asked.target.as_str())),
            expected: joined(answers.iter().map(|answer| answer.asked.expected.as_str())),
        };
        let exit_code = answers
            .iter()
            .filter_map(|answer| answer.exit_code)
            .max_by_key(|code| code.abs());
        let mut output = Vec::new();
        let mut judgements = Vec::with_capacity(answers.len());
        let mut captures: Vec<Capture> = Vec::new();
        let mut readings = Vec::new();
        for answer in answers {
            for reading in answer.readings {
                if !readings.contains(&reading) {
                    readings.push(reading);
                }
            }
            output.extend(answer.output);
            judgements.push(answer.judgement);
            for capture in answer.captures {
                if !captures.contains(&capture) {
                    captures.push(capture);
                }
            }
        }
        let judgement = Judgement::weakest(judgements)
            .unwrap_or_else(|| Judgement::new(Verdict::NoData, "nothing is asked here", "nothing"));
        Self {
            asked,
            judgement,
            output,
            exit_code,
            captures,
            readings,
        }
    }
}

/// Joins with "; ", each text once.
fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for text in texts {
        if !text.is_empty() && !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen.join("; ")
}
