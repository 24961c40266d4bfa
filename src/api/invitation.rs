//! One-time links by which people join.

use super::{Error, session::Made};
use chrono::{DateTime, Utc};
use domain::Role;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A link that works, as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationLine {
    /// Its number.
    pub id: i64,
    /// Whom it is for.
    pub title: String,
    /// What they will hold.
    pub roles: Vec<Role>,
    /// Who made it.
    pub by: String,
    /// It works until then.
    pub expires_at: DateTime<Utc>,
}

/// A link that works, as whoever has it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationFacts {
    /// Whom it is for.
    pub title: String,
    /// What they will hold.
    pub roles: Vec<Role>,
    /// Who made it.
    pub by: String,
    /// It works until then.
    pub expires_at: DateTime<Utc>,
    /// Why the form that the browser sent before this page was refused; said once.
    pub refused: Option<String>,
}

/// Makes a link for somebody with these roles, confirmed with the password. It is shown once.
///
/// # Errors
/// [`Error::WrongPassword`]; [`Error::Refused`] without a title or a role.
#[server(prefix = "/api", endpoint = "invitation/make")]
pub async fn invite(
    title: String,
    #[server(default)] roles: Vec<String>,
    password: String,
) -> Result<Made, Error> {
    use crate::server::{auth, desk, invitation, state::AppState};
    let (state, person) = (
        AppState::here()?,
        auth::require(domain::Right::ManagePeople, None)?,
    );
    auth::confirm_password(&state, &person, password).await?;
    invitation::make(&state, &person, &title, &desk::roles(&roles)?).await
}

/// Takes a link back.
///
/// # Errors
/// [`Error::Conflict`] where it works no more.
#[server(prefix = "/api", endpoint = "invitation/revoke")]
pub async fn revoke_invitation(id: i64) -> Result<(), Error> {
    use crate::server::{auth, invitation, state::AppState};
    let person = auth::require(domain::Right::ManagePeople, None)?;
    invitation::revoke(&AppState::here()?, &person, id).await
}

/// What a link is for; for whoever has it.
///
/// # Errors
/// [`Error::NotFound`] where it works no more, or never did.
#[server(prefix = "/api", endpoint = "invitation/page")]
pub async fn load_invitation(token: String) -> Result<InvitationFacts, Error> {
    use crate::server::{invitation, state::AppState};
    invitation::page(&AppState::here()?, &token).await
}

/// Joins by a link, with a name and a password, and goes to the runs.
///
/// # Errors
/// [`Error::NotFound`] where it works no more; [`Error::Conflict`] where the name is taken; [`Error::Refused`] where name or
/// password do not do.
#[server(prefix = "/api", endpoint = "invitation/accept")]
pub async fn join(token: String, name: String, password: String) -> Result<(), Error> {
    use crate::server::{invitation, state::AppState};
    invitation::accept(&AppState::here()?, &token, &name, password).await?;
    leptos_axum::redirect("/");
    Ok(())
}
