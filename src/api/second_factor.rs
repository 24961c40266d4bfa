//! The second factor at sign-in.

use super::{Error, passkey::Question};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// How one's own second factor stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SecondFactor {
    /// The password alone signs in.
    #[default]
    Off,
    /// A passkey is asked for besides.
    On {
        /// Since when.
        since: DateTime<Utc>,
        /// How many recovery codes have not been used.
        codes_left: i64,
        /// When one was used last.
        code_used_at: Option<DateTime<Utc>>,
    },
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// It is asked for from now on, and there are codes for whoever loses their device.
    TurnOn,
    /// Other codes; those before work no more.
    NewCodes,
    /// The password alone signs in again.
    TurnOff,
}

/// What the sign-in page asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInStep {
    /// Whose passkey, where their password was right already: the name that they typed.
    pub waiting: Option<String>,
    /// Why the form before was refused.
    pub refused: Option<String>,
}

/// Turns one's own second factor on or off, or makes other codes, confirmed with the password. Answers codes that were made, which
/// nobody is told again.
///
/// # Errors
/// [`Error::WrongPassword`]; [`Error::Refused`] without a passkey; [`Error::Conflict`] where it stands otherwise by now.
#[server(prefix = "/api", endpoint = "second_factor/change")]
pub async fn change_second_factor(deed: Deed, password: String) -> Result<Option<Vec<String>>, Error> {
    use crate::server::{auth, second_factor, state::AppState};
    second_factor::change(&AppState::here()?, &auth::identity()?, deed, password).await
}

/// What the sign-in page asks this browser for.
///
/// # Errors
/// When the database cannot be asked.
#[server(prefix = "/api", endpoint = "second_factor/page")]
pub async fn load_sign_in() -> Result<SignInStep, Error> {
    use crate::server::{second_factor::step, state::AppState};
    step::page(&AppState::here()?).await
}

/// What a device has to sign, so that it completes the sign-in whose password was right.
///
/// # Errors
/// [`Error::Refused`] where no password was, or not within five minutes.
#[server(prefix = "/api", endpoint = "second_factor/ask")]
pub async fn ask_at_sign_in() -> Result<Question, Error> {
    use crate::server::{second_factor::step, state::AppState};
    step::question(&AppState::here()?).await
}

/// Completes the sign-in with what a device answered, and goes on to `next`, a path of this site.
///
/// # Errors
/// [`Error::TooManyAttempts`]; [`Error::Refused`] with what is wrong with the answer.
#[server(prefix = "/api", endpoint = "second_factor/confirm")]
pub async fn confirm_sign_in(
    /// [`super::passkey::Answer`] as JSON.
    passkey: String,
    next: Option<String>,
) -> Result<(), Error> {
    use crate::server::{second_factor::step, state::AppState};
    leptos_axum::redirect(&step::confirm(&AppState::here()?, &passkey, next.as_deref()).await?);
    Ok(())
}

/// Completes the sign-in with a recovery code, and goes on to `next`, a path of this site.
///
/// # Errors
/// [`Error::TooManyAttempts`]; [`Error::Refused`] where it is no code of theirs, or was used.
#[server(prefix = "/api", endpoint = "second_factor/recover")]
pub async fn recover_sign_in(code: String, next: Option<String>) -> Result<(), Error> {
    use crate::server::{second_factor::step, state::AppState};
    leptos_axum::redirect(&step::recover(&AppState::here()?, &code, next.as_deref()).await?);
    Ok(())
}
