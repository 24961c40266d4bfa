//! Passkeys: added and removed by their owner, and asked for where a password would be.

pub mod ceremony;

use crate::{
    api::{
        Error,
        passkey::{Answer, Known, Offer, PasskeyLine, Question},
    },
    server::{
        auth::{self, Identity},
        failure, person, run, second_factor,
        state::AppState,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ceremony::{ClientData, Deed, Flaw, RelyingParty};
use chrono::TimeDelta;
use domain::{
    people_log::PeopleDeed,
    person::{Person, PersonId},
};
use sha2::{Digest, Sha256};
use store::{
    passkey::{self, Challenge, Passkey, Used},
    session::SessionKey,
};

/// How long a device may take.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// How many one person has at most.
const MOST: usize = 20;

/// How many questions one session has at most that nobody answered: the oldest go.
const MOST_QUESTIONS: i64 = 10;

/// Who is asked, and in which session.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The session, which need not be theirs yet.
    pub session: SessionKey,
    /// Who.
    pub person: PersonId,
    /// What they sign in with.
    pub name: &'a str,
}

impl<'a> From<&'a Identity> for Asker<'a> {
    fn from(identity: &'a Identity) -> Self {
        Asker {
            session: identity.session,
            person: identity.person.id,
            name: &identity.person.name,
        }
    }
}

/// What a device is asked to sign for: an answer to one question is none to another.
#[derive(Clone, Copy, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose<'a> {
    /// A passkey of one's own.
    Add,
    /// The second step of the sign-in that waits in this session.
    SignIn,
    /// This very signature.
    Sign {
        /// The run.
        run: i64,
        /// The slot's role key.
        role: &'a str,
        /// What it says.
        meaning: &'a str,
        /// What is written beside it.
        comment: &'a str,
        /// The record that was read.
        record: &'a str,
    },
}

impl Purpose<'_> {
    fn hash(self) -> Result<[u8; 32], Error> {
        let text =
            serde_json::to_vec(&self).map_err(|error| failure::internal("naming a purpose", &error))?;
        Ok(Sha256::digest(text).into())
    }
}

impl From<Flaw> for Error {
    fn from(flaw: Flaw) -> Self {
        Error::refused(flaw.to_string())
    }
}

/// One's own passkeys, and why there can be none.
///
/// # Errors
/// The database's.
pub async fn known(
    state: &AppState,
    connection: &mut sqlx::PgConnection,
    identity: &Identity,
) -> Result<Known, Error> {
    let line = |passkey: Passkey| PasskeyLine {
        id: passkey.id,
        name: passkey.name,
        made_at: passkey.made_at,
        last_used_at: passkey.last_used_at,
    };
    let found = passkey::of(connection, identity.person.id).await?;
    Ok(Known {
        passkeys: found.into_iter().map(line).collect(),
        impossible: RelyingParty::at(&state.origin).err().map(|flaw| flaw.to_string()),
    })
}

/// What a device needs to make a key, for whoever gives their password.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::TooManyAttempts`]; [`Error::Refused`] where the public address is no place for passkeys, or there are enough.
pub async fn offer(state: &AppState, identity: &Identity, password: String) -> Result<Offer, Error> {
    let party = RelyingParty::at(&state.origin)?;
    let me = &identity.person;
    auth::confirm_password(state, me, password).await?;
    let found = passkey::of(&mut *state.pool.acquire().await?, me.id).await?;
    has_room(&found)?;
    Ok(Offer {
        challenge: ask(state, identity.into(), Purpose::Add).await?,
        site: party.id,
        person: URL_SAFE_NO_PAD.encode(me.id.0.to_be_bytes()),
        name: me.name.clone(),
        title: me.title.clone(),
        known: found
            .iter()
            .map(|one| URL_SAFE_NO_PAD.encode(&one.credential))
            .collect(),
    })
}

/// Adds the key that a device made to one's own: for an [`offer`], which asked for the password.
///
/// # Errors
/// [`Error::Refused`] with what is wrong with the answer.
pub async fn add(state: &AppState, identity: &Identity, name: &str, answer: &str) -> Result<(), Error> {
    let me = &identity.person;
    let name = run::short("name", name, 64)?;
    if name.is_empty() {
        return Err(Error::refused("Give the passkey a name, to know it by."));
    }
    let party = RelyingParty::at(&state.origin)?;
    let answer = Bytes::read(answer)?;
    let client = party.client_data(&answer.client, Deed::Made)?;
    redeem(state, identity.into(), &client, Purpose::Add).await?;
    let new = party.made(&answer.authenticator)?;
    let mut tx = state.pool.begin().await?;
    store::person::lock(&mut tx, me.id).await?;
    has_room(&passkey::of(&mut tx, me.id).await?)?;
    if !passkey::create(&mut tx, me.id, &name, &new, state.clock.now()).await? {
        return Err(Error::refused("This passkey is somebody's already."));
    }
    noted(state, tx, me, PeopleDeed::PasskeyAdded { name }).await
}

/// Removes one of one's own. Without any, none is asked for at sign-in.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::TooManyAttempts`]; [`Error::NotFound`] where one has no such passkey.
pub async fn remove(state: &AppState, identity: &Identity, id: i64, password: String) -> Result<(), Error> {
    let me = &identity.person;
    auth::confirm_password(state, me, password).await?;
    let mut tx = state.pool.begin().await?;
    store::person::lock(&mut tx, me.id).await?;
    let Some(name) = passkey::delete(&mut tx, me.id, id).await? else {
        return Err(Error::NotFound {
            what: "passkey of yours with this number: it is removed already".to_owned(),
        });
    };
    second_factor::without_passkeys(state, &mut tx, &me.author(), (Some(me.id), &me.name)).await?;
    noted(state, tx, me, PeopleDeed::PasskeyRemoved { name }).await
}

fn has_room(found: &[Passkey]) -> Result<(), Error> {
    if found.len() < MOST {
        return Ok(());
    }
    Err(Error::refused(format!(
        "You have {MOST} passkeys: remove one first."
    )))
}

/// Ends a change of one's own passkeys with its entry in the log of people.
async fn noted(
    state: &AppState,
    mut tx: sqlx::Transaction<'_, sqlx::Postgres>,
    me: &Person,
    deed: PeopleDeed,
) -> Result<(), Error> {
    let about = (Some(me.id), me.name.as_str());
    person::log(state, &mut tx, &me.author(), about, &deed).await?;
    Ok(tx.commit().await?)
}

/// What a device needs to confirm something with a key of one's own.
///
/// # Errors
/// [`Error::Refused`] where one has none, or the public address is no place for passkeys.
pub async fn question(state: &AppState, asker: Asker<'_>, purpose: Purpose<'_>) -> Result<Question, Error> {
    let party = RelyingParty::at(&state.origin)?;
    let found = passkey::of(&mut *state.pool.acquire().await?, asker.person).await?;
    if found.is_empty() {
        return Err(Error::refused(
            "You have no passkey: add one on the page of your account, or give your password.",
        ));
    }
    Ok(Question {
        challenge: ask(state, asker, purpose).await?,
        site: party.id,
        known: found
            .iter()
            .map(|one| URL_SAFE_NO_PAD.encode(&one.credential))
            .collect(),
    })
}

/// Checks that one of one's own passkeys signed for this purpose, in this session, within five minutes, for the first time.
///
/// # Errors
/// [`Error::Refused`] with what is wrong with the answer.
pub async fn confirm(
    state: &AppState,
    asker: Asker<'_>,
    purpose: Purpose<'_>,
    answer: &str,
) -> Result<(), Error> {
    let party = RelyingParty::at(&state.origin)?;
    let answer = Bytes::read(answer)?;
    let client = party.client_data(&answer.client, Deed::Signed)?;
    redeem(state, asker, &client, purpose).await?;
    let mut connection = state.pool.acquire().await?;
    let found = passkey::of(&mut connection, asker.person).await?;
    let Some(mine) = found.into_iter().find(|one| one.credential == answer.credential) else {
        return Err(none_of_yours());
    };
    let count = party.signed(&mine.key, &client, &answer.authenticator, &answer.signature)?;
    match passkey::used(&mut connection, mine.id, count, state.clock.now()).await? {
        Used::Noted => Ok(()),
        Used::Removed => Err(none_of_yours()),
        Used::WentBack => {
            let (name, passkey) = (asker.name, mine.name);
            tracing::warn!(name, passkey, "the counter of a passkey went back");
            Err(Error::refused(
                "The counter of this passkey went back: somebody may have copied it. Remove it on the page of your account.",
            ))
        }
    }
}

fn none_of_yours() -> Error {
    Error::refused("This passkey is none of yours: it was removed, or it is somebody else's.")
}

/// Stores what a device is asked to sign.
async fn ask(state: &AppState, asker: Asker<'_>, purpose: Purpose<'_>) -> Result<String, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| failure::internal("making a challenge", &error))?;
    let now = state.clock.now();
    let challenge = Challenge {
        bytes,
        session: asker.session,
        person: asker.person,
        purpose: purpose.hash()?,
        expires_at: now + PATIENCE,
    };
    let mut connection = state.pool.acquire().await?;
    passkey::challenge(&mut connection, &challenge, MOST_QUESTIONS, now).await?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Takes the challenge, whatever becomes of the answer: a second one with it is refused.
async fn redeem(
    state: &AppState,
    asker: Asker<'_>,
    client: &ClientData,
    purpose: Purpose<'_>,
) -> Result<(), Error> {
    let mut connection = state.pool.acquire().await?;
    let found =
        passkey::take_challenge(&mut connection, &client.challenge, asker.session, asker.person).await?;
    match found {
        None => Err(Error::refused(
            "The passkey signed what this session did not ask for, or what was used already. Try again.",
        )),
        Some((_, until)) if until < state.clock.now() => Err(Error::refused(
            "The passkey took longer than five minutes. Try again.",
        )),
        Some((asked, _)) if asked != purpose.hash()? => Err(Error::refused(
            "The passkey signed for something else than what was sent. Nothing was done: try again.",
        )),
        Some(_) => Ok(()),
    }
}

/// An [`Answer`] as bytes.
struct Bytes {
    credential: Vec<u8>,
    client: Vec<u8>,
    authenticator: Vec<u8>,
    signature: Vec<u8>,
}

impl Bytes {
    fn read(json: &str) -> Result<Self, Flaw> {
        let answer: Answer = serde_json::from_str(json).map_err(|_| Flaw::Unreadable)?;
        let bytes = |text: String| URL_SAFE_NO_PAD.decode(text).map_err(|_| Flaw::Unreadable);
        Ok(Bytes {
            credential: bytes(answer.credential)?,
            client: bytes(answer.client)?,
            authenticator: bytes(answer.authenticator)?,
            signature: bytes(answer.signature)?,
        })
    }
}
