//! Who may do what: the roles, the rights, and the one table that joins them.

use crate::environment::Class;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What a person is in the deployment. A checklist's sign-off table may name others; those slots are
/// filled by whoever holds the role of the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything, changes nothing.
    Viewer,
    /// Writes the release.
    Developer,
    /// Runs the deployment.
    Devops,
    /// Judges the release.
    Qa,
    /// Answers for the product; may roll back.
    ProductOwner,
    /// Manages people and nothing else.
    Admin,
    /// Reads and exports the record.
    Auditor,
}

/// Something that a person may be allowed to do. Every server function asks for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Read checklists, runs, evidence and history.
    See,
    /// Import a checklist, start a run, run probes.
    Verify,
    /// Run a command that changes a target.
    Act,
    /// Settle an item by one's word.
    Attest,
    /// Waive, skip or override an item.
    Waive,
    /// Fill the sign-off slot of a role that one holds.
    Sign,
    /// Start a rollback.
    RollBack,
    /// Publish the plan of a revision.
    Publish,
    /// Invite people, give and take roles.
    ManagePeople,
}

impl Role {
    /// All roles, in the order in which pages list them.
    pub const ALL: [Role; 7] = [
        Role::Developer,
        Role::Devops,
        Role::Qa,
        Role::ProductOwner,
        Role::Admin,
        Role::Auditor,
        Role::Viewer,
    ];

    /// The roles that somebody can hold in one environment only: those that do something there.
    pub const LOCAL: [Role; 5] = [
        Role::Developer,
        Role::Devops,
        Role::Qa,
        Role::ProductOwner,
        Role::Auditor,
    ];

    /// The stable key: in the database, in URLs, on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Developer => "developer",
            Role::Devops => "devops",
            Role::Qa => "qa",
            Role::ProductOwner => "product_owner",
            Role::Admin => "admin",
            Role::Auditor => "auditor",
        }
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Role::Viewer => "Viewer",
            Role::Developer => "Developer",
            Role::Devops => "DevOps",
            Role::Qa => "QA",
            Role::ProductOwner => "Product owner",
            Role::Admin => "Admin",
            Role::Auditor => "Auditor",
        }
    }

    /// Whether this role gives `right` in an environment of `class` (`None`: not about an environment).
    pub fn gives(self, right: Right, class: Option<Class>) -> bool {
        let production = class == Some(Class::Production);
        match right {
            Right::See => true,
            Right::Verify | Right::Attest => {
                matches!(self, Role::Developer | Role::Devops | Role::Qa)
            }
            Right::Act => self == Role::Devops || (self == Role::Developer && !production),
            Right::Waive | Right::RollBack => matches!(self, Role::ProductOwner | Role::Devops),
            Right::Sign => !matches!(self, Role::Viewer | Role::Admin),
            Right::Publish => self == Role::Devops,
            Right::ManagePeople => self == Role::Admin,
        }
    }
}

/// Whether somebody who holds `roles` has `right` in an environment of `class`.
pub fn may(roles: &[Role], right: Right, class: Option<Class>) -> bool {
    roles.iter().any(|role| role.gives(right, class))
}

impl Right {
    /// Whether it is about one environment, so that a role there gives it.
    pub fn is_local(self) -> bool {
        match self {
            Right::See
            | Right::Verify
            | Right::Act
            | Right::Attest
            | Right::Waive
            | Right::Sign
            | Right::RollBack => true,
            Right::Publish | Right::ManagePeople => false,
        }
    }

    /// What is refused without this right, for an error message: "you may not … ".
    pub fn deed(self) -> &'static str {
        match self {
            Right::See => "see this",
            Right::Verify => "import checklists, start runs or verify items",
            Right::Act => "run commands that change this environment",
            Right::Attest => "attest items",
            Right::Waive => "waive, skip or override items",
            Right::Sign => "sign",
            Right::RollBack => "roll back",
            Right::Publish => "publish a plan",
            Right::ManagePeople => "manage people",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// The text names no role.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "there is no role {0:?}; the roles are developer, devops, qa, product_owner, admin, auditor and viewer"
)]
pub struct NoSuchRole(pub String);

impl FromStr for Role {
    type Err = NoSuchRole;

    /// Reads a key or a title, whatever its case: `product_owner`, `Product Owner`, `product-owner`.
    fn from_str(text: &str) -> Result<Self, NoSuchRole> {
        let key: String = text.trim().to_lowercase().replace([' ', '-'], "_");
        Role::ALL
            .into_iter()
            .find(|role| role.key() == key || (key == "dev_ops" && *role == Role::Devops))
            .ok_or_else(|| NoSuchRole(text.to_owned()))
    }
}
