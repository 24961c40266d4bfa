//! Sign-off: a role's answer on the record as it stands.

use crate::{
    api::{Error, passkey::Question},
    server::{
        auth::{self, Identity},
        desk,
        passkey::{self, Purpose},
        run,
        state::AppState,
    },
};
use domain::{
    Hash, Right,
    decision::conditions,
    event::Happening,
    freshness::fresh_to_sign,
    permission::may_sign,
    person::Person,
    record::{Difference, differences},
    run::{RunId, RunState},
    sign_off::{Confirmation, Meaning},
};

/// What a signer sends.
#[derive(Debug)]
pub struct Signature<'a> {
    /// The slot's role key.
    pub role: &'a str,
    /// What it says.
    pub meaning: Meaning,
    /// What they write beside it.
    pub comment: &'a str,
    /// The record that they read.
    pub record: Hash,
    /// What shows that it is them.
    pub proof: Proof,
}

/// What shows that a signer is who is signed in.
#[derive(Debug)]
pub enum Proof {
    /// Their password, again.
    Password(String),
    /// What one of their passkeys answered to the [`question`] of this very signature.
    Passkey(String),
}

/// What a device is asked to sign: this answer of this person to this run, and no other.
///
/// # Errors
/// [`Error::Refused`] where they have no passkey.
pub async fn question(
    state: &AppState,
    identity: &Identity,
    id: RunId,
    signature: &Signature<'_>,
) -> Result<Question, Error> {
    run::open(state, &identity.person, id, Right::Sign).await?;
    let comment = comment_of(signature)?;
    passkey::question(state, identity.into(), purpose(id, signature, &comment)).await
}

/// The comment as it is kept. Browsers end its lines otherwise where they send the form by themselves.
fn comment_of(signature: &Signature<'_>) -> Result<String, Error> {
    run::short("comment", &signature.comment.replace("\r\n", "\n"), 4000)
}

/// `comment` as it is kept.
fn purpose<'a>(id: RunId, signature: &'a Signature<'_>, comment: &'a str) -> Purpose<'a> {
    Purpose::Sign {
        run: id.0,
        role: signature.role,
        meaning: signature.meaning.key(),
        comment,
        record: signature.record.as_str(),
    }
}

async fn confirm(
    state: &AppState,
    identity: &Identity,
    id: RunId,
    signature: &Signature<'_>,
    comment: &str,
) -> Result<Confirmation, Error> {
    match &signature.proof {
        Proof::Password(password) => {
            auth::confirm_password(state, &identity.person, password.clone()).await?;
            Ok(Confirmation::Password)
        }
        Proof::Passkey(answer) => {
            passkey::confirm(state, identity.into(), purpose(id, signature, comment), answer).await?;
            Ok(Confirmation::Passkey)
        }
    }
}

/// Signs a slot for whoever is signed in. The last one closes a clean go.
///
/// # Errors
/// [`Error::WrongPassword`]; [`Error::Conflict`] where the record is another than the one that was read;
/// [`Error::Refused`] where the passkey does not do, and by the rules of [`may_sign`].
pub async fn sign(
    state: &AppState,
    identity: &Identity,
    id: RunId,
    signature: Signature<'_>,
) -> Result<(), Error> {
    let person = &identity.person;
    let opened = run::open(state, person, id, Right::Sign).await?;
    let comment = comment_of(&signature)?;
    let confirmed = Some(confirm(state, identity, id, &signature, &comment).await?);
    let Signature {
        role,
        meaning,
        record,
        ..
    } = signature;
    let (now, outline) = (state.clock.now(), &opened.outline);
    let nonce = Some(desk::new_request_key()?);
    run::change(state, &opened, id, &person.author(), |run| {
        may_sign(outline, run, person, role, meaning, &comment)
            .map_err(|refusal| Error::refused(sentence(&refusal.to_string())))?;
        if matches!(run.state, RunState::Preparing) {
            return Err(Error::refused("The run is still preparing: people answer from the first phase on."));
        }
        if run.record != record {
            let message = "The record changed while you were reading. Nothing was signed: look at what changed, then \
                           review and sign again.";
            return Err(Error::Conflict { message: message.to_owned() });
        }
        // Whoever says no need not wait for it.
        if meaning != Meaning::NoGo {
            fresh_to_sign(outline, run, now).map_err(|stale| match run::site(state, &opened) {
                Ok(_) => run::conflict(&stale.to_string()),
                // Nothing can make it fresh any more.
                Err(unusable) => unusable,
            })?;
        }
        let conditions = conditions(outline, run, now);
        let meaning = match meaning {
            Meaning::Go if !conditions.is_empty() || run.superseded.is_some() => Meaning::GoWithConditions,
            meaning => meaning,
        };
        let signed = Happening::Signed { role: role.to_owned(), meaning, comment, signed: record, conditions, nonce, confirmed };
        Ok(vec![signed])
    })
    .await
}

/// Takes one's own signature back, with a reason; the log keeps both.
///
/// # Errors
/// [`Error::Refused`] where the slot is not signed by `person`.
pub async fn withdraw(
    state: &AppState,
    person: &Person,
    id: RunId,
    role: &str,
    reason: &str,
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Sign).await?;
    let reason = run::short("reason", reason, 4000)?;
    if reason.is_empty() {
        return Err(Error::refused("Give a reason: it stands in the record."));
    }
    run::change(state, &opened, id, &person.author(), |run| {
        run::still_open(run)?;
        let own = run
            .sign_offs
            .get(role)
            .is_some_and(|sign_off| sign_off.by.person() == Some(person.id));
        if !own {
            return Err(Error::refused(
                "You have not signed this slot: only the signer withdraws a signature.",
            ));
        }
        Ok(vec![Happening::Withdrawn {
            role: role.to_owned(),
            reason,
        }])
    })
    .await
}

/// What changed in the record since the signature in this slot was given; nothing where there is none.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
pub async fn changes(
    state: &AppState,
    person: &Person,
    id: RunId,
    slot: &str,
) -> Result<Vec<Difference>, Error> {
    let opened = run::open(state, person, id, Right::See).await?;
    let now = opened.pinned.run;
    let Some(sign_off) = now.sign_offs.get(slot).filter(|sign_off| now.is_stale(sign_off)) else {
        return Ok(Vec::new());
    };
    let mut connection = state.pool.acquire().await?;
    let then = store::event::run_at(&mut connection, id, sign_off.number).await?;
    Ok(then.map_or_else(Vec::new, |then| differences(&then, &now)))
}

/// What a rule says as a sentence of its own.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}
