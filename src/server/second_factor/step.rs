//! The second step of a sign-in: the password was right, and a passkey or a recovery code is still to come. Until then the session is
//! nobody's: it names whose password it was in its data, where no one else looks.

use super::key;
use crate::{
    api::{Error, passkey::Question, second_factor::SignInStep},
    server::{
        auth, failure, guard,
        once::{self, Once},
        passkey::{self, Asker, Purpose},
        person, random_secret, session,
        state::AppState,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{Hash, people_log::PeopleDeed, person::Author};
use serde::{Deserialize, Serialize};
use store::{person::Secret, second_factor, session::SessionKey};

/// How long the password counts.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// Where a [`Pending`] stands in the session's data.
const PENDING: &str = "pending";

/// A sign-in that waits for its second step.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pending {
    /// Whose password was right.
    name: String,
    /// SHA-256 of what it was compared with: another password needs another first step.
    password: Hash,
    until: DateTime<Utc>,
}

/// The same, as things stand now.
struct Waiting {
    name: String,
    secret: Secret,
    session: SessionKey,
}

impl Waiting {
    fn asker(&self) -> Asker<'_> {
        Asker {
            session: self.session,
            person: self.secret.id,
            name: &self.name,
        }
    }
}

/// Gives the caller a session that is nobody's, and waits for the second step. Answers where that is.
///
/// # Errors
/// What the database says.
pub async fn begin(
    state: &AppState,
    name: &str,
    secret: &Secret,
    next: Option<&str>,
) -> Result<String, Error> {
    let pending = Pending {
        name: name.to_owned(),
        password: fingerprint(secret),
        until: state.clock.now() + PATIENCE,
    };
    auth::renew_session(PENDING, pending).await?;
    // Where nobody takes it, somebody else may know the password.
    tracing::info!(%name, address = ?auth::client(), "a password was right, and a second step is waited for");
    Ok(guard::sign_in_path(guard::local_path(next)))
}

fn fingerprint(secret: &Secret) -> Hash {
    Hash::of_bytes(&random_secret::key(&secret.password_hash))
}

/// The sign-in of this session that waits, unless its time is over or the account is another by now.
async fn waiting(state: &AppState) -> Result<Option<Waiting>, Error> {
    let session = auth::own_session()?;
    let pending: Option<Pending> = session
        .get(PENDING)
        .await
        .map_err(|error| failure::internal("reading a session", &error))?;
    let (Some(pending), Some(id)) = (pending, session.id()) else {
        return Ok(None);
    };
    if pending.until < state.clock.now() {
        return Ok(None);
    }
    let secret = store::person::secret(&mut *state.pool.acquire().await?, &pending.name).await?;
    let same =
        |secret: &Secret| !secret.disabled && secret.second_factor && fingerprint(secret) == pending.password;
    Ok(secret.filter(same).map(|secret| Waiting {
        name: pending.name,
        secret,
        session: session::key(id),
    }))
}

async fn required(state: &AppState) -> Result<Waiting, Error> {
    waiting(state).await?.ok_or_else(|| {
        Error::refused(
            "No sign-in waits for this here: its five minutes are over, or the account was changed meanwhile. Begin again with your \
             name and password.",
        )
    })
}

/// Counts the attempt as one with a password is counted.
async fn counted(state: &AppState) -> Result<Waiting, Error> {
    let waiting = required(state).await?;
    auth::attempt(state).await?;
    auth::attempt_name(state, &waiting.name).await?;
    Ok(waiting)
}

/// What the sign-in page asks this browser for.
///
/// # Errors
/// The database's.
pub async fn page(state: &AppState) -> Result<SignInStep, Error> {
    Ok(SignInStep {
        refused: once::take(state, Once::Refusal),
        waiting: waiting(state).await?.map(|waiting| waiting.name),
    })
}

/// What a device has to sign for this very sign-in.
///
/// # Errors
/// [`Error::Refused`] where none waits.
pub async fn question(state: &AppState) -> Result<Question, Error> {
    let waiting = required(state).await?;
    passkey::question(state, waiting.asker(), Purpose::SignIn).await
}

/// Signs in whoever's passkey signed for this very sign-in. Answers where they go.
///
/// # Errors
/// [`Error::TooManyAttempts`]; [`Error::Refused`] where none waits, and with what is wrong with the answer.
pub async fn confirm(state: &AppState, answer: &str, next: Option<&str>) -> Result<String, Error> {
    let waiting = counted(state).await?;
    passkey::confirm(state, waiting.asker(), Purpose::SignIn, answer)
        .await
        .inspect_err(|_| {
            tracing::warn!(
                name = waiting.name,
                "a second step failed: the passkey does not do"
            )
        })?;
    auth::enter(state, &waiting.name, &waiting.secret, next).await
}

/// Signs in whoever has a recovery code of whoever's password was right. Answers where they go.
///
/// # Errors
/// [`Error::TooManyAttempts`]; [`Error::Refused`] where none waits, or it is no code of theirs.
pub async fn recover(state: &AppState, code: &str, next: Option<&str>) -> Result<String, Error> {
    let recovered = use_code(state, code, next).await;
    if let Err(Error::Refused { message }) = &recovered {
        once::keep(state, Once::Refusal, message);
    }
    recovered
}

async fn use_code(state: &AppState, code: &str, next: Option<&str>) -> Result<String, Error> {
    let Waiting { name, secret, .. } = counted(state).await?;
    let mut tx = state.pool.begin().await?;
    store::person::lock(&mut tx, secret.id).await?;
    let taken = second_factor::take_code(&mut tx, secret.id, key(code), state.clock.now()).await?;
    let Some(left) = taken else {
        tracing::warn!(name, "a second step failed: no such recovery code");
        return Err(Error::refused(
            "This is none of your recovery codes, or it was used already.",
        ));
    };
    let author = Author::Person {
        id: secret.id,
        name: name.clone(),
    };
    let deed = PeopleDeed::RecoveryCodeUsed { left };
    person::log(state, &mut tx, &author, (Some(secret.id), &name), &deed).await?;
    tx.commit().await?;
    auth::enter(state, &name, &secret, next).await
}
