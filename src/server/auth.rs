//! Who asks, and may they. Every server function begins here:
//!
//! ```text
//! let person = auth::require(Right::Verify, Some(environment.class))?;
//! ```

use crate::{
    api::{Error, session::Person},
    server::{
        address::ClientAddress, failure, guard, person, second_factor::step, session, state::AppState,
        throttle,
    },
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, header::USER_AGENT, request::Parts},
};
use domain::{Right, environment::Class};
use leptos::context::use_context;
use leptos_axum::ResponseOptions;
use serde::Serialize;
use store::{
    person::{PersonId, Secret},
    session::SessionKey,
};
use tower_sessions::Session;

/// Who asks, found once for each request by [`crate::server::guard::identify`]: a request extension. Handlers of
/// axum take it as an argument; those without it answer 401.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Who.
    pub person: Person,
    /// With which session: a live stream watches it with [`session::is_live`].
    pub session: SessionKey,
    /// Their password was given by somebody else: see [`crate::server::guard::signed_in_only`].
    pub must_change_password: bool,
}

impl Identity {
    /// The person, when they have `right` in an environment of `class` (`None`: not about an environment).
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require(&self, right: Right, class: Option<Class>) -> Result<&Person, Error> {
        if self.person.may(right, class) {
            Ok(&self.person)
        } else {
            Err(Error::Forbidden {
                deed: right.deed().to_owned(),
            })
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = crate::server::guard::ErrorAnswer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let identity = parts.extensions.get::<Identity>().cloned();
        identity.ok_or(crate::server::guard::ErrorAnswer(Error::SignedOut))
    }
}

/// The person who calls this server function, when they have `right` in an environment of `class` (`None`: not
/// about an environment). To be called first in every server function.
///
/// # Errors
/// [`Error::SignedOut`], [`Error::Forbidden`].
pub fn require(right: Right, class: Option<Class>) -> Result<Person, Error> {
    match extension::<Identity>()? {
        Some(identity) => identity.require(right, class).cloned(),
        None => Err(Error::SignedOut),
    }
}

/// Who calls this server function and with which session, whatever they may.
///
/// # Errors
/// [`Error::SignedOut`].
pub fn identity() -> Result<Identity, Error> {
    extension::<Identity>()?.ok_or(Error::SignedOut)
}

/// Who calls this server function, if anybody is signed in.
///
/// # Errors
/// Only outside a request, which is a fault of the program.
pub fn current() -> Result<Option<Person>, Error> {
    Ok(extension::<Identity>()?.map(|identity| identity.person))
}

/// Signs the caller in, or where they have a second factor asks for that. Answers where they go.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::TooManyAttempts`], and what the database says.
pub async fn sign_in(name: &str, password: String, next: Option<&str>) -> Result<String, Error> {
    let state = AppState::here()?;
    attempt(&state).await?;
    let name = name.trim().to_lowercase();
    let secret = check_password(&state, &name, password).await?;
    if secret.second_factor {
        return step::begin(&state, &name, &secret, next).await;
    }
    enter(&state, &name, &secret, next).await
}

/// Signs in whoever passed every check, under a new session number. Answers where they go: to their account first, where their
/// password has to be changed.
///
/// # Errors
/// [`Error::WrongPassword`] where the account is another than `checked`, and what the database says.
pub(crate) async fn enter(
    state: &AppState,
    name: &str,
    checked: &Secret,
    next: Option<&str>,
) -> Result<String, Error> {
    begin_session(checked.id).await?;
    still_fits(state, name, checked).await?;
    store::sign_in_failure::forget(&mut *state.pool.acquire().await?, name).await?;
    tracing::info!(%name, address = ?extension::<ClientAddress>()?, "signed in");
    let path = match checked.must_change_password {
        true => guard::ACCOUNT,
        false => guard::local_path(next),
    };
    Ok(path.to_owned())
}

/// While a password was compared, or a passkey signed, either may have been replaced, and the sessions that were there ended: the new
/// one is stored first, and ends where it came too late. Whoever is replacing them is waited for.
///
/// # Errors
/// [`Error::WrongPassword`] where they are no longer what was `checked`, and what the database says.
pub(crate) async fn still_fits(state: &AppState, name: &str, checked: &Secret) -> Result<(), Error> {
    let session = own_session()?;
    let fault = |error| failure::internal("storing a session", &error);
    session.save().await.map_err(fault)?;
    let mut transaction = state.pool.begin().await?;
    store::person::lock(&mut transaction, checked.id).await?;
    let now = store::person::secret(&mut transaction, name).await?;
    transaction.commit().await?;
    let same = |now: &Secret| {
        now.password_hash == checked.password_hash && now.second_factor == checked.second_factor
    };
    if now.is_some_and(|now| !now.disabled && same(&now)) {
        return Ok(());
    }
    session.flush().await.map_err(fault)?;
    Err(Error::WrongPassword)
}

/// Counts an attempt of the caller's network to get in.
///
/// # Errors
/// [`Error::TooManyAttempts`].
pub async fn attempt(state: &AppState) -> Result<(), Error> {
    match extension::<ClientAddress>()? {
        Some(ClientAddress(address)) => throttle::attempt_from(state, address)
            .await
            .inspect_err(|_| tracing::warn!(%address, "a network has to wait before its next attempt")),
        None => Ok(()),
    }
}

/// Gives the caller a new session, under a new number, which is this person's.
///
/// # Errors
/// What the database says.
pub async fn begin_session(id: PersonId) -> Result<(), Error> {
    renew_session(session::PERSON, id.0).await
}

/// Gives the caller a new session, under a new number, that holds `value` and from where it began.
///
/// # Errors
/// What the database says.
pub(crate) async fn renew_session(key: &str, value: impl Serialize) -> Result<(), Error> {
    let session = own_session()?;
    let origin = session::Origin {
        address: extension::<ClientAddress>()?.map(|ClientAddress(address)| address),
        agent: agent(),
    };
    session.clear().await;
    let renew = async {
        session.cycle_id().await?;
        session.insert(session::ORIGIN, origin).await?;
        session.insert(key, value).await
    };
    renew
        .await
        .map_err(|error| failure::internal("making a session", &error))
}

/// What the caller's browser says that it is, 300 characters at most.
fn agent() -> String {
    let parts = use_context::<Parts>();
    let agent = parts.and_then(|parts| Some(parts.headers.get(USER_AGENT)?.to_str().ok()?.to_owned()));
    agent.unwrap_or_default().chars().take(300).collect()
}

/// Ends the caller's session, and has the browser drop what it keeps of this site. Not its cookies: browsers would take those of
/// other hosts of the domain too, and the session's own is taken back anyway.
///
/// # Errors
/// What the database says.
pub async fn sign_out() -> Result<(), Error> {
    if let Some(Identity { person, .. }) = extension::<Identity>()? {
        tracing::info!(name = person.name, address = ?extension::<ClientAddress>()?, "signed out");
    }
    if let Some(answer) = use_context::<ResponseOptions>() {
        let clear = HeaderValue::from_static("\"cache\", \"storage\"");
        answer.insert_header(HeaderName::from_static("clear-site-data"), clear);
    }
    own_session()?
        .flush()
        .await
        .map_err(|error| failure::internal("ending a session", &error))
}

/// Compares the password of somebody who is signed in, who signs something with it. Counted like a sign-in. Answers what it was compared
/// with.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::TooManyAttempts`], and what the database says.
pub async fn confirm_password(state: &AppState, person: &Person, password: String) -> Result<Secret, Error> {
    let secret = check_password(state, &person.name, password).await?;
    store::sign_in_failure::forget(&mut *state.pool.acquire().await?, &person.name).await?;
    if secret.id == person.id {
        Ok(secret)
    } else {
        Err(Error::SignedOut)
    }
}

/// Counts an attempt to come in under this name, whether or not somebody has it.
///
/// # Errors
/// [`Error::TooManyAttempts`], and what the database says.
pub(crate) async fn attempt_name(state: &AppState, name: &str) -> Result<(), Error> {
    let mut transaction = state.pool.begin().await?;
    store::sign_in_failure::lock(&mut transaction, name).await?;
    throttle::attempt_name(&mut transaction, name, state.clock.now())
        .await
        .inspect_err(|_| tracing::warn!(address = ?client(), "a name has to wait before its next attempt"))?;
    Ok(transaction.commit().await?)
}

/// Whose name and password these are. Takes as long, and says the same, when nobody has the name or the account is
/// closed. It stays counted as an attempt until the caller says that all of it was right.
async fn check_password(state: &AppState, name: &str, password: String) -> Result<Secret, Error> {
    let possible =
        person::is_plain_name(name) && password.chars().count() <= *crate::server::password::LENGTH.end();
    let secret = if possible {
        attempt_name(state, name).await?;
        store::person::secret(&mut *state.pool.acquire().await?, name).await?
    } else {
        None
    };
    let password = if possible { password } else { String::new() };
    let hash = secret.as_ref().map(|secret| secret.password_hash.clone());
    let fits = state.passwords.fits(password, hash).await?;
    match secret {
        Some(secret) if fits && !secret.disabled => Ok(secret),
        // The name is written only when somebody has it: people type passwords into the wrong field.
        Some(_) => {
            tracing::warn!(%name, address = ?client(), "a sign-in failed");
            Err(Error::WrongPassword)
        }
        None => {
            tracing::warn!(address = ?client(), "a sign-in failed under a name that nobody has");
            Err(Error::WrongPassword)
        }
    }
}

/// From where the caller comes, for the log.
pub(crate) fn client() -> Option<ClientAddress> {
    extension::<ClientAddress>().ok().flatten()
}

pub(crate) fn own_session() -> Result<Session, Error> {
    extension::<Session>()?.ok_or_else(|| {
        failure::internal(
            "looking for the session",
            &std::io::Error::other("the request has no session"),
        )
    })
}

fn extension<T: Clone + Send + Sync + 'static>() -> Result<Option<T>, Error> {
    let parts = use_context::<Parts>().ok_or_else(|| {
        failure::internal(
            "looking for the request",
            &std::io::Error::other("outside a request"),
        )
    })?;
    Ok(parts.extensions.get::<T>().cloned())
}
