//! Passkeys of one's own.

use super::Error;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One's own passkeys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The oldest first.
    pub passkeys: Vec<PasskeyLine>,
    /// Why browsers make none for this Gonogo, in words.
    pub impossible: Option<String>,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyLine {
    /// Its number.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub made_at: DateTime<Utc>,
    /// When it confirmed something last.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// What a device needs to make a key. Bytes are base64url without padding, here and below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What comes back in the answer.
    pub challenge: String,
    /// The host's name.
    pub site: String,
    /// Whose key it is to be: their number.
    pub person: String,
    /// What they sign in with.
    pub name: String,
    /// What people call them.
    pub title: String,
    /// Credentials that they have already.
    pub known: Vec<String>,
}

/// What a device needs to sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What is signed.
    pub challenge: String,
    /// The host's name.
    pub site: String,
    /// With one of these.
    pub known: Vec<String>,
}

/// What a device answers; `public/passkey.js` writes it into a form's field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which key.
    pub credential: String,
    /// What the browser says: JSON.
    pub client: String,
    /// What the device says.
    pub authenticator: String,
    /// Its signature of both; empty where it made a key.
    #[serde(default)]
    pub signature: String,
}

/// What a device needs to make a key for whoever asks, confirmed with the password.
///
/// # Errors
/// [`Error::WrongPassword`]; [`Error::Refused`] where the public address is no place for passkeys.
#[server(prefix = "/api", endpoint = "passkey/offer")]
pub async fn offer_passkey(password: String) -> Result<Offer, Error> {
    use crate::server::{auth, passkey, state::AppState};
    passkey::offer(&AppState::here()?, &auth::identity()?, password).await
}

/// Adds the key that a device made for [`offer_passkey`], which asked for the password.
///
/// # Errors
/// [`Error::Refused`] with what is wrong with the answer.
#[server(prefix = "/api", endpoint = "passkey/add")]
pub async fn add_passkey(
    name: String,
    /// [`Answer`] as JSON.
    passkey: String,
) -> Result<(), Error> {
    use crate::server::{auth, passkey as passkeys, state::AppState};
    passkeys::add(&AppState::here()?, &auth::identity()?, &name, &passkey).await
}

/// Removes one of one's own, confirmed with the password.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::NotFound`].
#[server(prefix = "/api", endpoint = "passkey/remove")]
pub async fn remove_passkey(id: i64, password: String) -> Result<(), Error> {
    use crate::server::{auth, passkey, state::AppState};
    passkey::remove(&AppState::here()?, &auth::identity()?, id, password).await
}
