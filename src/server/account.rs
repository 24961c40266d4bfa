//! One's own account: the password and the sessions.

use crate::{
    api::{
        Error,
        account::{AccountPage, SessionLine},
    },
    server::{
        auth::{self, Identity},
        desk, failure,
        once::{self, Once},
        passkey, password, person, second_factor,
        session::{ORIGIN, Origin},
        state::AppState,
    },
};
use domain::{Hash, people_log::PeopleDeed};
use store::{
    person::Secret,
    session::{Seen, SessionKey},
};

/// The page of one's account.
///
/// # Errors
/// The database's.
pub async fn page(state: &AppState, identity: Identity) -> Result<AccountPage, Error> {
    let mut connection = state.pool.acquire().await?;
    let found = store::session::of(&mut connection, identity.person.id, state.clock.now()).await?;
    let passkeys = passkey::known(state, &mut connection, &identity).await?;
    let second_factor = second_factor::of(&mut connection, identity.person.id).await?;
    let line = |seen: Seen| line(seen, identity.session);
    Ok(AccountPage {
        sessions: found.into_iter().map(line).collect::<Result<_, Error>>()?,
        passkeys,
        second_factor,
        new_codes: once::take(state, Once::Codes),
        must_change_password: identity.must_change_password,
        person: identity.person,
    })
}

/// Changes one's own password. Every other session ends, and this one gets a new number.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::TooManyAttempts`]; [`Error::Refused`] where the new one does not do.
pub async fn change_password(
    state: &AppState,
    identity: &Identity,
    old: String,
    new: String,
) -> Result<(), Error> {
    let me = &identity.person;
    if old == new {
        return Err(Error::refused("The new password is the old one: choose another."));
    }
    let known = password::known(&state.origin, &[&me.name, &me.title]);
    state.passwords.accept(&new, known).await?;
    let before = auth::confirm_password(state, me, old).await?;
    let password_hash = state.passwords.hash(new).await?;
    let mut tx = state.pool.begin().await?;
    // Somebody may have set another meanwhile, who does not trust this one: theirs stays.
    store::person::lock(&mut tx, me.id).await?;
    let now = store::person::secret(&mut tx, &me.name).await?;
    if now.is_none_or(|now| now.password_hash != before.password_hash) {
        return Err(Error::WrongPassword);
    }
    store::person::set_password(&mut tx, me.id, &password_hash, false).await?;
    let ended = store::session::delete_others(&mut tx, me.id, identity.session).await?;
    let about = (Some(me.id), me.name.as_str());
    person::log(state, &mut tx, &me.author(), about, &PeopleDeed::PasswordChanged).await?;
    tx.commit().await?;
    tracing::info!(
        name = me.name,
        ended,
        "a password was changed by its owner; the other sessions were ended"
    );
    auth::begin_session(me.id).await?;
    let checked = Secret {
        password_hash,
        ..before
    };
    auth::still_fits(state, &me.name, &checked).await
}

/// Ends one of one's own sessions, named by its key: a stolen one cannot end the others.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::TooManyAttempts`]; [`Error::NotFound`] where one has no such session.
pub async fn revoke(
    state: &AppState,
    identity: &Identity,
    key: String,
    password: String,
) -> Result<(), Error> {
    let key = desk::hash(key)?;
    auth::confirm_password(state, &identity.person, password).await?;
    let mut connection = state.pool.acquire().await?;
    match store::session::delete_own(&mut connection, identity.person.id, bytes(&key)?).await? {
        true => Ok(()),
        false => Err(Error::NotFound {
            what: "session of yours with this number: it has ended already".to_owned(),
        }),
    }
}

fn line(seen: Seen, own: SessionKey) -> Result<SessionLine, Error> {
    let Origin { address, agent } = seen
        .data
        .get(ORIGIN)
        .and_then(|origin| serde_json::from_value(origin.clone()).ok())
        .unwrap_or_default();
    Ok(SessionLine {
        key: hash(seen.key)?,
        device: device(&agent),
        address: address.map_or_else(|| "unknown".to_owned(), |address| address.to_string()),
        began_at: seen.created_at,
        last_seen_at: seen.last_seen_at,
        is_this: seen.key == own,
    })
}

fn hash(key: SessionKey) -> Result<Hash, Error> {
    let text: String = key.0.iter().map(|byte| format!("{byte:02x}")).collect();
    Hash::try_from(text).map_err(|error| failure::internal("naming a session", &error))
}

fn bytes(key: &Hash) -> Result<SessionKey, Error> {
    let text = key.as_str();
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        let pair = text.get(2 * index..2 * index + 2).unwrap_or_default();
        *byte = u8::from_str_radix(pair, 16).map_err(|_| Error::refused("This names no session."))?;
    }
    Ok(SessionKey(bytes))
}

/// What a browser says that it is, in words: "Firefox on Linux". Good enough to know one's own devices by.
fn device(agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(mark, _)| agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    // Each names those that it imitates too: the most particular first.
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_by_its_browser_and_its_system() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 \
                 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.5.0", "Unknown device"),
            ("", "Unknown device"),
        ] {
            assert_eq!(device(agent), name);
        }
    }

    #[test]
    fn a_session_is_named_by_its_key_and_found_by_that_name() {
        let key = SessionKey(std::array::from_fn(|index| 7 * index as u8));
        assert_eq!(bytes(&hash(key).unwrap()).unwrap(), key);
    }
}
