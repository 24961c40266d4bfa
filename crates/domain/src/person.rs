//! People, and how the record names them.

use crate::environment::Class;
use crate::role::{Right, Role, may};
use serde::{Deserialize, Serialize};

/// Names a person for good; never used again for somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub i64);

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// What they sign in with.
    pub name: String,
    /// What others see.
    pub title: String,
    /// The roles that they hold now.
    pub roles: Vec<Role>,
}

/// Who did something, as the event log keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Author {
    /// A person, with the name they had then.
    Person {
        /// Who.
        id: PersonId,
        /// Their name at that time.
        name: String,
    },
    /// Gonogo itself: a schedule, a restart.
    Gonogo,
    /// A rule of an environment's file, which nobody pressed and nobody held.
    Rule {
        /// The rule, and whose it is: "the rule [automatic_rollback] of production".
        name: String,
    },
}

impl Person {
    /// Whether one of this person's roles gives `right` in an environment of `class`.
    pub fn may(&self, right: Right, class: Option<Class>) -> bool {
        may(&self.roles, right, class)
    }

    /// How the event log names this person.
    pub fn author(&self) -> Author {
        Author::Person {
            id: self.id,
            name: self.name.clone(),
        }
    }
}

impl Author {
    /// The name for people.
    pub fn name(&self) -> &str {
        match self {
            Author::Person { name, .. } | Author::Rule { name } => name,
            Author::Gonogo => "Gonogo",
        }
    }

    /// The person's id, unless it was Gonogo.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Author::Person { id, .. } => Some(*id),
            Author::Gonogo | Author::Rule { .. } => None,
        }
    }
}
