//! People, and how the record names them.

use crate::environment::Class;
use crate::role::{Right, Role, may};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// The roles that they hold now, everywhere.
    pub roles: Vec<Role>,
    /// The roles that they hold in single environments, by the environment's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles_at: BTreeMap<String, Vec<Role>>,
    /// It is no human being but a program with a token, which may do this and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
}

/// What the token of a program lets it do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// What for.
    pub scopes: Vec<Scope>,
    /// Only in this environment.
    pub environment: Option<String>,
}

/// Something that a token may be for. There is none for signing, waiving, acting, or people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read runs.
    Read,
    /// Start a run of a published plan.
    StartRun,
    /// Give its word for a line of a run, with what shows it.
    PushEvidence,
}

impl Scope {
    /// All of them.
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::StartRun, Scope::PushEvidence];

    /// The stable key: in the database and in forms.
    pub fn key(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::StartRun => "start_run",
            Scope::PushEvidence => "push_evidence",
        }
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Scope::Read => "Read runs",
            Scope::StartRun => "Start runs",
            Scope::PushEvidence => "Push evidence",
        }
    }

    /// The scope of this key.
    pub fn of(key: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.key() == key)
    }

    /// Whether it gives `right`. What is done to a run may be read: the answer says how it stands.
    fn gives(self, right: Right) -> bool {
        match self {
            Scope::Read => right == Right::See,
            Scope::StartRun => matches!(right, Right::See | Right::Verify),
            Scope::PushEvidence => matches!(right, Right::See | Right::Attest),
        }
    }
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
    /// A program with a token.
    Service {
        /// Its account.
        id: PersonId,
        /// The account's name at that time.
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
    /// Whether one of this person's roles gives `right` in an environment of `class`. Of which environment is not asked here:
    /// see [`Person::at`]. Without one (`None`), a role in any environment counts, except for what concerns them all.
    pub fn may(&self, right: Right, class: Option<Class>) -> bool {
        if let Some(service) = &self.service {
            return service.scopes.iter().any(|scope| scope.gives(right));
        }
        let somewhere = class.is_none() && right.is_local();
        let local = || self.roles_at.values().any(|roles| may(roles, right, None));
        may(&self.roles, right, class) || (somewhere && local())
    }

    /// The same person as somebody of `environment`: with the roles that they hold there, and with no others. A program whose
    /// token is for another environment may nothing there.
    pub fn at(&self, environment: &str) -> Person {
        let mut person = self.clone();
        for role in person.roles_at.remove(environment).unwrap_or_default() {
            if !person.roles.contains(&role) {
                person.roles.push(role);
            }
        }
        person.roles_at.clear();
        // Everyone sees: whoever holds a role in one environment reads what happens in the others.
        if person.roles.is_empty() && person.service.is_none() && self.may(Right::See, None) {
            person.roles.push(Role::Viewer);
        }
        if let Some(service) = &mut person.service
            && service
                .environment
                .as_deref()
                .is_some_and(|own| own != environment)
        {
            service.scopes.clear();
        }
        person
    }

    /// How the event log names this person.
    pub fn author(&self) -> Author {
        let (id, name) = (self.id, self.name.clone());
        match self.service {
            None => Author::Person { id, name },
            Some(_) => Author::Service { id, name },
        }
    }
}

impl Author {
    /// The name for people.
    pub fn name(&self) -> &str {
        match self {
            Author::Person { name, .. } | Author::Service { name, .. } | Author::Rule { name } => name,
            Author::Gonogo => "Gonogo",
        }
    }

    /// The account's id, of a person or a program.
    pub fn account(&self) -> Option<PersonId> {
        match self {
            Author::Person { id, .. } | Author::Service { id, .. } => Some(*id),
            Author::Gonogo | Author::Rule { .. } => None,
        }
    }

    /// The person's id; nobody's where it was a program.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Author::Person { id, .. } => Some(*id),
            Author::Service { .. } | Author::Gonogo | Author::Rule { .. } => None,
        }
    }
}
