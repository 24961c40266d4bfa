use domain::{
    decision::Word, environment::Class, plan::Severity, sign_off::Meaning, status::Status, verdict::Verdict,
};

/// The colour of a state. It never stands alone: whoever shows it shows a word too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// It holds.
    Go,
    /// It does not hold, or it is grave.
    No,
    /// It holds with a reservation.
    Hold,
    /// It is under way.
    Run,
    /// Nothing is known, or nothing is said.
    #[default]
    None,
}

impl Tone {
    /// The value of `data-tone`.
    pub fn key(self) -> &'static str {
        match self {
            Tone::Go => "go",
            Tone::No => "no",
            Tone::Hold => "hold",
            Tone::Run => "run",
            Tone::None => "none",
        }
    }

    /// The icon of a message in this tone.
    pub fn icon(self) -> &'static str {
        match self {
            Tone::Go => "proved",
            Tone::No => "error",
            Tone::Hold => "warning",
            Tone::Run | Tone::None => "info",
        }
    }
}

impl From<Status> for Tone {
    fn from(status: Status) -> Self {
        match status {
            Status::Proved | Status::Attested => Tone::Go,
            Status::Failed | Status::Error => Tone::No,
            Status::Overridden | Status::Waived | Status::Stale | Status::Warning | Status::Unknown => {
                Tone::Hold
            }
            Status::Running | Status::Done => Tone::Run,
            Status::Open | Status::Skipped | Status::NotApplicable | Status::NoData => Tone::None,
        }
    }
}

impl From<Verdict> for Tone {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Tone::Go,
            Verdict::Warning => Tone::Hold,
            Verdict::NoData => Tone::None,
            Verdict::Error | Verdict::Fail => Tone::No,
        }
    }
}

impl From<Word> for Tone {
    fn from(word: Word) -> Self {
        match word {
            Word::Go => Tone::Go,
            Word::GoWithConditions => Tone::Hold,
            Word::NoGo => Tone::No,
            Word::NotYet => Tone::Run,
            Word::Ended => Tone::None,
        }
    }
}

impl From<Meaning> for Tone {
    fn from(meaning: Meaning) -> Self {
        match meaning {
            Meaning::Go => Tone::Go,
            Meaning::GoWithConditions => Tone::Hold,
            Meaning::NoGo => Tone::No,
        }
    }
}

impl From<Class> for Tone {
    fn from(class: Class) -> Self {
        match class {
            Class::Development => Tone::None,
            Class::Staging => Tone::Hold,
            Class::Production => Tone::No,
        }
    }
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Note => Tone::Run,
            Severity::Warning => Tone::Hold,
            Severity::Error => Tone::No,
        }
    }
}
