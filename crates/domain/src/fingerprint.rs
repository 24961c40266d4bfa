//! What is compared before a deployment, after it, and after a rollback.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How things were at one moment, part by part: "the file .env", "the image of backend", "the commit". A part that could not
/// be read says why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// What was read, by the part's name for people. Values are short: digests, ids, versions. Never secrets.
    pub parts: BTreeMap<String, Part>,
}

/// One part of a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// It is there, and this is its value.
    Is {
        /// A digest, an id, a version.
        value: String,
    },
    /// It is not there.
    Absent,
    /// It could not be read.
    Unread {
        /// Why.
        why: String,
    },
}

/// When a fingerprint was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// When the execution began.
    Before,
    /// At T0.
    After,
    /// At the end of a rollback.
    Restored,
}

impl Moment {
    /// The words for people.
    pub fn word(self) -> &'static str {
        match self {
            Moment::Before => "before the deployment",
            Moment::After => "after the deployment",
            Moment::Restored => "after the rollback",
        }
    }
}

/// A fingerprint and when it was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// When.
    pub at: DateTime<Utc>,
    /// What was read.
    pub fingerprint: Fingerprint,
}

/// A part that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The part's name.
    pub part: String,
    /// As it was before the deployment.
    pub before: Part,
    /// As it is after the rollback.
    pub after: Part,
}

impl Fingerprint {
    /// What is not now as it was in `before`, by name. What could not be read on either side differs: nobody knows.
    pub fn differences(&self, before: &Fingerprint) -> Vec<Difference> {
        let names = before.parts.keys().chain(self.parts.keys());
        let names: std::collections::BTreeSet<&String> = names.collect();
        let part = |of: &Fingerprint, name: &String| of.parts.get(name).cloned().unwrap_or(Part::Absent);
        let differs = names.into_iter().filter_map(|name| {
            let (was, is) = (part(before, name), part(self, name));
            let same = was == is && !matches!(was, Part::Unread { .. });
            (!same).then(|| Difference {
                part: name.clone(),
                before: was,
                after: is,
            })
        });
        differs.collect()
    }
}
