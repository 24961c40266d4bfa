//! What running a command does.

/// What running a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only reads.
    Reads,
    /// It changes something: what, in words.
    Changes(String),
    /// Nothing is known about this form: why, in words.
    Unknown(String),
}

impl Effect {
    pub(super) fn changes(words: impl Into<String>) -> Self {
        Effect::Changes(words.into())
    }

    pub(super) fn unknown(words: impl Into<String>) -> Self {
        Effect::Unknown(words.into())
    }

    /// Reads where `reads`, else unknown with this reason.
    pub(super) fn reads_if(reads: bool, otherwise: impl Into<String>) -> Self {
        if reads {
            Effect::Reads
        } else {
            Effect::unknown(otherwise)
        }
    }

    /// The worse of both: changes, then unknown, then reads.
    pub(super) fn worse(self, other: Effect) -> Effect {
        match (&self, &other) {
            (Effect::Changes(_), _) | (_, Effect::Reads) => self,
            (_, Effect::Changes(_)) | (Effect::Reads, _) => other,
            (Effect::Unknown(_), Effect::Unknown(_)) => self,
        }
    }
}
