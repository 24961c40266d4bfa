//! The second factor at sign-in: turned on and off by its owner. [`step`] asks for it.

pub mod step;

use crate::{
    api::{
        Error,
        second_factor::{Deed, SecondFactor},
    },
    server::{
        auth::{self, Identity},
        failure,
        once::{self, Once},
        passkey::ceremony::RelyingParty,
        password, person, random_secret,
        state::AppState,
    },
};
use domain::{
    people_log::PeopleDeed,
    person::{Author, Person, PersonId},
};
use sqlx::PgConnection;
use store::{passkey, second_factor, second_factor::CodeKey, session};

/// How many recovery codes there are at a time.
const CODES: usize = 10;

/// How the second factor of a person stands.
///
/// # Errors
/// The database's.
pub async fn of(connection: &mut PgConnection, person: PersonId) -> Result<SecondFactor, Error> {
    let found = second_factor::of(connection, person).await?;
    Ok(found.map_or(SecondFactor::Off, |found| SecondFactor::On {
        since: found.turned_on_at,
        codes_left: found.codes_left,
        code_used_at: found.code_used_at,
    }))
}

/// Turns one's own on or off, which ends one's other sessions, or makes other codes. Answers codes that were made.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::TooManyAttempts`]; [`Error::Refused`] without a passkey; [`Error::Conflict`] where it stands
/// otherwise by now.
pub async fn change(
    state: &AppState,
    identity: &Identity,
    deed: Deed,
    password: String,
) -> Result<Option<Vec<String>>, Error> {
    let me = &identity.person;
    auth::confirm_password(state, me, password).await?;
    let mut tx = state.pool.begin().await?;
    store::person::lock(&mut tx, me.id).await?;
    let codes = match deed {
        Deed::TurnOn => Some(turn_on(state, &mut tx, me).await?),
        Deed::NewCodes => Some(new_codes(&mut tx, me.id).await?),
        Deed::TurnOff if second_factor::turn_off(&mut tx, me.id).await? => None,
        Deed::TurnOff => return Err(stands_otherwise("off already")),
    };
    let noted = match deed {
        Deed::TurnOn => PeopleDeed::SecondFactorTurnedOn,
        Deed::NewCodes => PeopleDeed::RecoveryCodesMade,
        Deed::TurnOff => PeopleDeed::SecondFactorTurnedOff,
    };
    if deed != Deed::NewCodes {
        session::delete_others(&mut tx, me.id, identity.session).await?;
    }
    let about = (Some(me.id), me.name.as_str());
    person::log(state, &mut tx, &me.author(), about, &noted).await?;
    tx.commit().await?;
    tracing::info!(name = me.name, ?deed, "a second factor was changed by its owner");
    if let Some(codes) = &codes {
        once::keep(state, Once::Codes, codes);
    }
    Ok(codes)
}

async fn turn_on(state: &AppState, tx: &mut PgConnection, me: &Person) -> Result<Vec<String>, Error> {
    // Where browsers ask no device, nobody could sign in with one.
    RelyingParty::at(&state.origin)?;
    if passkey::of(tx, me.id).await?.is_empty() {
        return Err(Error::refused(
            "You have no passkey that could be asked for: add one first.",
        ));
    }
    match second_factor::turn_on(tx, me.id, state.clock.now()).await? {
        true => new_codes(tx, me.id).await,
        false => Err(stands_otherwise("on already")),
    }
}

async fn new_codes(tx: &mut PgConnection, person: PersonId) -> Result<Vec<String>, Error> {
    if second_factor::of(tx, person).await?.is_none() {
        return Err(stands_otherwise("off"));
    }
    let made: Result<Vec<String>, _> = (0..CODES).map(|_| password::generate_code()).collect();
    let codes = made.map_err(|error| failure::internal("making recovery codes", &error))?;
    let keys: Vec<CodeKey> = codes.iter().map(|code| key(code)).collect();
    second_factor::set_codes(tx, person, &keys).await?;
    Ok(codes)
}

fn stands_otherwise(how: &str) -> Error {
    Error::Conflict {
        message: format!("The passkey at every sign-in is {how}: load the page again."),
    }
}

/// What the table knows of a code. People leave its dashes out, and browsers begin it with a capital.
fn key(code: &str) -> CodeKey {
    let typed = code.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = typed.map(|letter| letter.to_ascii_lowercase()).collect();
    CodeKey(random_secret::key(&plain))
}

/// Takes the passkeys of somebody away, and what asks for them at sign-in, in the caller's transaction. Answers how many there were.
///
/// # Errors
/// The database's.
pub(crate) async fn clear(
    state: &AppState,
    tx: &mut PgConnection,
    by: &Author,
    (id, name): (PersonId, &str),
) -> Result<usize, Error> {
    store::person::lock(tx, id).await?;
    let about = (Some(id), name);
    let removed = passkey::delete_all(tx, id).await?;
    let count = removed.len();
    for name in removed {
        person::log(state, tx, by, about, &PeopleDeed::PasskeyRemoved { name }).await?;
    }
    without_passkeys(state, tx, by, about).await?;
    Ok(count)
}

/// Whoever has no passkey left is asked for none, in the caller's transaction.
///
/// # Errors
/// The database's.
pub(crate) async fn without_passkeys(
    state: &AppState,
    tx: &mut PgConnection,
    by: &Author,
    about: (Option<PersonId>, &str),
) -> Result<(), Error> {
    let Some(id) = about.0 else { return Ok(()) };
    if passkey::of(tx, id).await?.is_empty() && second_factor::turn_off(tx, id).await? {
        person::log(state, tx, by, about, &PeopleDeed::SecondFactorTurnedOff).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let code = key("abcdef-ghijkm-npqrst-uvwxyz");
        for typed in [
            "ABCDEF-GHIJKM-NPQRST-UVWXYZ",
            " abcdefghijkmnpqrstuvwxyz\n",
            "Abcdef ghijkm npqrst uvwxyz",
        ] {
            assert_eq!(key(typed), code, "{typed:?}");
        }
        assert_ne!(key("abcdef-ghijkm-npqrst-uvwxy"), code);
    }
}
