//! One's own account.

use super::{Error, passkey::Known, second_factor::SecondFactor};
use chrono::{DateTime, Utc};
use domain::{Hash, person::Person};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Everything that the page of one's account shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPage {
    /// Who looks.
    pub person: Person,
    /// The password was given by somebody else: nothing else works before it was changed.
    pub must_change_password: bool,
    /// Where they are signed in, the last used first.
    pub sessions: Vec<SessionLine>,
    /// Their passkeys.
    pub passkeys: Known,
    /// Whether one is asked for at sign-in.
    pub second_factor: SecondFactor,
    /// Recovery codes that the form before made: shown once.
    pub new_codes: Option<Vec<String>>,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLine {
    /// SHA-256 of its number, which names it and signs nobody in.
    pub key: Hash,
    /// "Firefox on Linux".
    pub device: String,
    /// From where it was begun.
    pub address: String,
    /// When.
    pub began_at: DateTime<Utc>,
    /// When it was used last, to a minute.
    pub last_seen_at: DateTime<Utc>,
    /// It is the one that asks.
    pub is_this: bool,
}

/// The page of one's account.
///
/// # Errors
/// [`Error::SignedOut`].
#[server(prefix = "/api", endpoint = "account/page")]
pub async fn load_account() -> Result<AccountPage, Error> {
    use crate::server::{account, auth, state::AppState};
    account::page(&AppState::here()?, auth::identity()?).await
}

/// Changes one's own password; every other session ends.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::Refused`] where the new one does not do.
#[server(prefix = "/api", endpoint = "account/change_password")]
pub async fn change_password(
    /// The password as it is.
    old: String,
    /// The password as it shall be.
    new: String,
) -> Result<(), Error> {
    use crate::server::{account, auth, state::AppState};
    account::change_password(&AppState::here()?, &auth::identity()?, old, new).await?;
    leptos_axum::redirect("/account?changed=true");
    Ok(())
}

/// Ends one of one's own sessions, confirmed with the password.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::NotFound`].
#[server(prefix = "/api", endpoint = "account/revoke")]
pub async fn revoke_session(key: String, password: String) -> Result<(), Error> {
    use crate::server::{account, auth, state::AppState};
    account::revoke(&AppState::here()?, &auth::identity()?, key, password).await
}
