//! Sign-off.

use super::Error;
use leptos::prelude::*;

/// Prepares a signature: verifies again what is older than five minutes, then shows what would be signed.
///
/// # Errors
/// As [`super::run::verify`].
#[server(prefix = "/api", endpoint = "sign_off/review")]
pub async fn review(run: i64, role: String) -> Result<(), Error> {
    use crate::server::{auth, desk, state::AppState, verification};
    let person = auth::require(domain::Right::Sign, None)?;
    verification::refresh(&AppState::here()?, &person, domain::run::RunId(run)).await?;
    leptos_axum::redirect(&format!(
        "/runs/{run}?tab=sign-off&role={}",
        desk::query_value(&role)
    ));
    Ok(())
}

/// Signs the slot of `role` on the record with this hash.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::Conflict`] where the record changed, [`Error::Refused`] by the rules.
#[server(prefix = "/api", endpoint = "sign_off/sign")]
pub async fn sign(
    run: i64,
    role: String,
    meaning: String,
    comment: String,
    record: String,
    password: String,
    /// [`super::passkey::Answer`] as JSON, instead of the password.
    passkey: Option<String>,
) -> Result<(), Error> {
    use crate::server::{auth, desk, sign_off, state::AppState};
    auth::require(domain::Right::Sign, None)?;
    let proof = desk::proof(password, passkey);
    let signature = desk::signature(&role, &meaning, &comment, record, proof)?;
    sign_off::sign(
        &AppState::here()?,
        &auth::identity()?,
        domain::run::RunId(run),
        signature,
    )
    .await?;
    leptos_axum::redirect(&format!("/runs/{run}?tab=sign-off"));
    Ok(())
}

/// What a device has to sign, so that a passkey confirms this very answer.
///
/// # Errors
/// [`Error::Refused`] where there is no passkey, or the public address is no place for one.
#[server(prefix = "/api", endpoint = "sign_off/ask")]
pub async fn ask(
    run: i64,
    role: String,
    meaning: String,
    comment: String,
    record: String,
) -> Result<super::passkey::Question, Error> {
    use crate::server::{auth, desk, sign_off, state::AppState};
    auth::require(domain::Right::Sign, None)?;
    let signature = desk::signature(
        &role,
        &meaning,
        &comment,
        record,
        desk::proof(String::new(), None),
    )?;
    sign_off::question(
        &AppState::here()?,
        &auth::identity()?,
        domain::run::RunId(run),
        &signature,
    )
    .await
}

/// Takes one's own signature back.
///
/// # Errors
/// [`Error::Refused`] without a reason, or where somebody else signed.
#[server(prefix = "/api", endpoint = "sign_off/withdraw")]
pub async fn withdraw(run: i64, role: String, reason: String) -> Result<(), Error> {
    use crate::server::{auth, sign_off, state::AppState};
    let person = auth::require(domain::Right::Sign, None)?;
    sign_off::withdraw(
        &AppState::here()?,
        &person,
        domain::run::RunId(run),
        &role,
        &reason,
    )
    .await
}

/// What changed in the record since the signature in the slot `role` was given.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
#[server(prefix = "/api", endpoint = "sign_off/changes")]
pub async fn changes(run: i64, role: String) -> Result<Vec<domain::record::Difference>, Error> {
    use crate::server::{auth, sign_off, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    sign_off::changes(&AppState::here()?, &person, domain::run::RunId(run), &role).await
}
