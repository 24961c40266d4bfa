//! Signing in and out.

use crate::api::Error;
pub use domain::person::Person;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A secret that nobody is told again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "secret", rename_all = "snake_case")]
pub enum Made {
    /// The address of a one-time link.
    Invitation(String),
    /// The text of a token.
    Token(String),
}

/// Signs in and goes on to `next`, a path of this site; where there is a second factor, to the step that asks for it.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::TooManyAttempts`].
#[server(prefix = "/api", endpoint = "session/sign_in")]
pub async fn sign_in(
    /// What one signs in with.
    name: String,
    /// The password.
    password: String,
    /// Where to go then.
    next: Option<String>,
) -> Result<(), Error> {
    use crate::server::auth;
    leptos_axum::redirect(&auth::sign_in(&name, password, next.as_deref()).await?);
    Ok(())
}

/// Signs out and goes to the sign-in page.
///
/// # Errors
/// When the session cannot be removed.
#[server(prefix = "/api", endpoint = "session/sign_out")]
pub async fn sign_out() -> Result<(), Error> {
    crate::server::auth::sign_out().await?;
    leptos_axum::redirect("/sign-in");
    Ok(())
}

/// What was wrong with the form that the browser sent before this page; said once.
///
/// # Errors
/// [`Error::SignedOut`].
#[server(prefix = "/api", endpoint = "session/trouble")]
pub async fn take_trouble() -> Result<Option<Error>, Error> {
    use crate::server::{auth, trouble};
    auth::require(domain::Right::See, None)?;
    trouble::take(&auth::own_session()?).await
}

/// A secret that was made with the form that the browser sent before this page: shown once, never again.
///
/// # Errors
/// [`Error::Forbidden`].
#[server(prefix = "/api", endpoint = "session/once")]
pub async fn take_once() -> Result<Option<Made>, Error> {
    use crate::server::{
        auth,
        once::{self, Once},
        state::AppState,
    };
    auth::require(domain::Right::ManagePeople, None)?;
    Ok(once::take(&AppState::here()?, Once::Secret))
}

/// Who is signed in, if anybody.
///
/// # Errors
/// When the database cannot be asked.
#[server(prefix = "/api", endpoint = "session/who_am_i")]
pub async fn who_am_i() -> Result<Option<Person>, Error> {
    crate::server::auth::current()
}
