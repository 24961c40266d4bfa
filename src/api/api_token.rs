//! Tokens of programs.

use super::{Error, session::Made};
use chrono::{DateTime, Utc};
use domain::person::{PersonId, Service};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A token that works. Its text nobody knows but whoever has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLine {
    /// Its number.
    pub id: i64,
    /// The account's number.
    pub service: PersonId,
    /// The account's name.
    pub name: String,
    /// What it is for.
    pub rights: Service,
    /// Who made it.
    pub by: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// It works until then.
    pub expires_at: DateTime<Utc>,
    /// When it was used last, to a minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Makes a token for a program of this name, confirmed with the password. It is shown once.
///
/// # Errors
/// [`Error::WrongPassword`]; [`Error::Refused`] where the name is a person's, nothing is chosen, or it would last too long.
#[server(prefix = "/api", endpoint = "api_token/make")]
pub async fn make_token(
    name: String,
    #[server(default)] scopes: Vec<String>,
    #[server(default)] environment: String,
    days: u32,
    password: String,
) -> Result<Made, Error> {
    use crate::server::{api_token, auth, desk, state::AppState};
    let (state, person) = (
        AppState::here()?,
        auth::require(domain::Right::ManagePeople, None)?,
    );
    auth::confirm_password(&state, &person, password).await?;
    let wish = desk::token_wish(name, &scopes, environment, days)?;
    api_token::make(&state, &person, wish).await
}

/// Takes a token back.
///
/// # Errors
/// [`Error::Conflict`] where it works no more.
#[server(prefix = "/api", endpoint = "api_token/revoke")]
pub async fn revoke_token(id: i64) -> Result<(), Error> {
    use crate::server::{api_token, auth, state::AppState};
    let person = auth::require(domain::Right::ManagePeople, None)?;
    api_token::revoke(&AppState::here()?, &person, id).await
}
