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
    /// How long the health page took to answer, in microseconds: shown beside the parts, since it is never twice the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_us: Option<u64>,
}

/// The commit that is checked out in the work directory.
pub const COMMIT: &str = "the commit";

/// What the files of that commit have become in the work directory.
pub const WORK_TREE: &str = "the work tree";

/// The containers of the environment, as a whole: only there where they could not be read.
pub const CONTAINERS: &str = "the containers";

/// The tables, columns, indexes and migrations of the database.
pub const SCHEMA: &str = "the schema";

/// What the health page answers.
pub const HEALTH: &str = "the health page";

/// Before the name of a service.
const SERVICE: &str = "the service ";
const IMAGE: &str = "the image of ";
const VARIABLES: &str = "the container environment of ";

/// The name of the part for a file.
pub fn file(path: &str) -> String {
    format!("the file {path}")
}

/// The name of the part for whether a service runs.
pub fn service(service: &str) -> String {
    format!("{SERVICE}{service}")
}

/// The name of the part for the image that a service runs.
pub fn image_of(service: &str) -> String {
    format!("{IMAGE}{service}")
}

/// The name of the part for the variables that a service runs with.
pub fn variables_of(service: &str) -> String {
    format!("{VARIABLES}{service}")
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
        let differs = names.into_iter().filter_map(|name| {
            let (was, is) = (before.part(name), self.part(name));
            let same = was == is && !matches!(was, Part::Unread { .. });
            (!same).then(|| Difference {
                part: name.clone(),
                before: was,
                after: is,
            })
        });
        differs.collect()
    }

    /// The services that ran, with the ids of their images.
    pub fn images(&self) -> impl Iterator<Item = (&str, &Part)> {
        let parts = self.parts.iter();
        parts.filter_map(|(name, part)| Some((name.strip_prefix(IMAGE)?, part)))
    }

    /// The part of this name. What is not named was not there, unless the containers could not be read at all.
    pub fn part(&self, name: &str) -> Part {
        let of_container = [SERVICE, IMAGE, VARIABLES]
            .iter()
            .any(|start| name.starts_with(start));
        let instead = || self.parts.get(CONTAINERS).filter(|_| of_container);
        self.parts
            .get(name)
            .or_else(instead)
            .cloned()
            .unwrap_or(Part::Absent)
    }
}
