//! What was done to people, their rights and their ways in: an append-only log of its own.

use crate::{
    person::{PersonId, Scope},
    role::Role,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleEvent {
    /// Its number; later entries have higher ones.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it, by the name they had then.
    pub by: String,
    /// Whom it is about, where they have an account.
    pub about: Option<PersonId>,
    /// Their name then, or whom an invitation was for.
    pub about_name: String,
    /// What.
    pub deed: PeopleDeed,
}

/// Something that was done to a person or to the account of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PeopleDeed {
    /// The account was made from the command line or at the first start.
    Added {
        /// With these roles.
        roles: Vec<Role>,
    },
    /// A one-time link was made.
    Invited {
        /// For these roles.
        roles: Vec<Role>,
        /// It works until then.
        expires_at: DateTime<Utc>,
    },
    /// A link that had not been used was taken back.
    InvitationRevoked,
    /// Somebody used their link.
    Joined {
        /// With these roles.
        roles: Vec<Role>,
    },
    /// Roles were given or taken.
    RolesChanged {
        /// In this environment only.
        environment: Option<String>,
        /// What they hold since.
        given: Vec<Role>,
        /// What they hold no longer.
        taken: Vec<Role>,
    },
    /// They may not sign in any more.
    Disabled,
    /// They may again.
    Enabled,
    /// Their sessions were ended by somebody else.
    SessionsEnded {
        /// How many there were.
        count: u64,
    },
    /// They chose another password.
    PasswordChanged,
    /// They were given another password.
    PasswordReset,
    /// They added a passkey.
    PasskeyAdded {
        /// What they call it.
        name: String,
    },
    /// They removed one.
    PasskeyRemoved {
        /// What they called it.
        name: String,
    },
    /// They are asked for a passkey at every sign-in.
    SecondFactorTurnedOn,
    /// Their password alone signs them in again.
    SecondFactorTurnedOff,
    /// They were given recovery codes, which stand in for a passkey; those before work no more.
    RecoveryCodesMade,
    /// They signed in with one of those.
    RecoveryCodeUsed {
        /// How many are left.
        left: i64,
    },
    /// A token was made for a program.
    TokenMade {
        /// What for.
        scopes: Vec<Scope>,
        /// Only in this environment.
        environment: Option<String>,
        /// It works until then.
        expires_at: DateTime<Utc>,
    },
    /// A token was taken back.
    TokenRevoked,
}

impl PeopleDeed {
    /// What was done, in words that go on after "for NAME: ".
    pub fn words(&self) -> String {
        match self {
            PeopleDeed::Added { roles } => format!("added, {}", titles(roles)),
            PeopleDeed::Invited { roles, expires_at } => {
                format!(
                    "invited, {}; the link works until {}",
                    titles(roles),
                    day(*expires_at)
                )
            }
            PeopleDeed::InvitationRevoked => "invitation revoked".to_owned(),
            PeopleDeed::Joined { roles } => format!("joined by a link, {}", titles(roles)),
            PeopleDeed::RolesChanged {
                environment,
                given,
                taken,
            } => {
                let mut parts = Vec::new();
                if !given.is_empty() {
                    parts.push(format!("given {}", titles(given)));
                }
                if !taken.is_empty() {
                    parts.push(format!("no longer {}", titles(taken)));
                }
                let place = environment.as_ref().map(|name| format!(" in {name}"));
                format!("{}{}", parts.join(", "), place.unwrap_or_default())
            }
            PeopleDeed::Disabled => "disabled".to_owned(),
            PeopleDeed::Enabled => "enabled again".to_owned(),
            PeopleDeed::SessionsEnded { count: 1 } => "signed out, 1 session".to_owned(),
            PeopleDeed::SessionsEnded { count } => format!("signed out everywhere, {count} sessions"),
            PeopleDeed::PasswordChanged => "chose another password".to_owned(),
            PeopleDeed::PasswordReset => "given another password".to_owned(),
            PeopleDeed::PasskeyAdded { name } => format!("added the passkey {name:?}"),
            PeopleDeed::PasskeyRemoved { name } => format!("removed the passkey {name:?}"),
            PeopleDeed::SecondFactorTurnedOn => "asked for a passkey at every sign-in".to_owned(),
            PeopleDeed::SecondFactorTurnedOff => "no longer asked for a passkey at sign-in".to_owned(),
            PeopleDeed::RecoveryCodesMade => "new recovery codes".to_owned(),
            PeopleDeed::RecoveryCodeUsed { left } => format!("signed in with a recovery code, {left} left"),
            PeopleDeed::TokenMade {
                scopes,
                environment,
                expires_at,
            } => {
                let scopes: Vec<String> = scopes.iter().map(|scope| scope.title().to_lowercase()).collect();
                let place = environment.as_ref().map(|name| format!(" in {name}"));
                let place = place.unwrap_or_default();
                format!(
                    "token made to {}{place}, until {}",
                    scopes.join(", "),
                    day(*expires_at)
                )
            }
            PeopleDeed::TokenRevoked => "token revoked".to_owned(),
        }
    }
}

fn titles(roles: &[Role]) -> String {
    if roles.is_empty() {
        return "no role".to_owned();
    }
    roles
        .iter()
        .map(|role| role.title())
        .collect::<Vec<_>>()
        .join(", ")
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
