//! A run as its events make it, each looked at before it counts: by whoever signs, and by whoever verifies.

use crate::{canonical::NotCanonical, text::Text};
use domain::{
    Hash,
    event::{Event, Happening},
    record::{Touch, touch},
    run::{Run, RunId},
};
use std::collections::BTreeSet;

/// A run, and what its events have used up.
#[derive(Clone, Debug)]
pub struct Fold {
    /// The run after the events so far.
    pub run: Run,
    nonces: BTreeSet<String>,
    record: Text,
}

/// Why an event does not come next in a run.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// The first is none that starts a run.
    #[error("it does not start a run")]
    NoStart,
    /// A later one starts it again.
    #[error("it starts the run a second time")]
    SecondStart,
    /// A signature on another record.
    #[error(
        "the signature as {role} was given on record {signed}, which is not the record then: it is another run's, or an older one of \
         this run"
    )]
    OtherRecord {
        /// In which role.
        role: String,
        /// On which record.
        signed: Hash,
    },
    /// A signature that stands in the run twice.
    #[error("the signature as {role} has the nonce of an older one: it was used again")]
    UsedAgain {
        /// In which role.
        role: String,
    },
    /// Not the record that the events come to.
    #[error("its record's hash is not that of the events so far")]
    Record,
    /// The record cannot be hashed.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

impl Fold {
    /// The run after its first event.
    ///
    /// # Errors
    /// [`Wrong`].
    pub fn begin(id: RunId, event: &Event) -> Result<Self, Wrong> {
        let run = Run::begin(id, event).ok_or(Wrong::NoStart)?;
        let (nonces, record) = (BTreeSet::new(), Text::of(&run)?);
        let mut fold = Self { run, nonces, record };
        match fold.record.hash() == event.record {
            true => Ok(fold),
            false => Err(Wrong::Record),
        }
    }

    /// Goes on by one event.
    ///
    /// # Errors
    /// [`Wrong`].
    pub fn step(&mut self, event: &Event) -> Result<(), Wrong> {
        if let Happening::Started(_) = &event.what {
            return Err(Wrong::SecondStart);
        }
        if let Happening::Signed {
            role, signed, nonce, ..
        } = &event.what
        {
            let role = || role.clone();
            if *signed != self.run.record {
                let (role, signed) = (role(), signed.clone());
                return Err(Wrong::OtherRecord { role, signed });
            }
            if let Some(nonce) = nonce
                && !self.nonces.insert(nonce.clone())
            {
                return Err(Wrong::UsedAgain { role: role() });
            }
        }
        let touch = touch(&self.run, event);
        let before = self.run.record.clone();
        self.run.apply(event);
        self.record.touch(&self.run, &touch)?;
        let record = match touch {
            Touch::Nothing => before,
            Touch::Item(_) | Touch::Blank(_) | Touch::Anything => self.record.hash(),
        };
        match record == event.record {
            true => Ok(()),
            false => Err(Wrong::Record),
        }
    }
}
