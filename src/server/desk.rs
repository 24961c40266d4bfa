//! Between the wire and the use cases: forms become values of the domain, rows become what pages show.

use crate::{
    api::{
        Error,
        evidence::Attempt,
        revision::{RevisionLine, RevisionPage},
        run::{Holder, RunPage},
    },
    server::{
        api_token::Wish,
        commands, failure,
        form::Form,
        guide, library, revision_changes, rollback, rule_approval, run,
        settlement::Deed,
        sign_off::{Proof, Signature},
        source_text,
        state::AppState,
        verification::Scope,
        window,
    },
};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::{
    Hash, Right, Role,
    event::Event,
    outline::Outline,
    person::Person,
    plan::{ItemId, SectionId},
    role::NoSuchRole,
    run::RunId,
    sign_off::Meaning,
};
use store::revision::Revision;
use uuid::Uuid;

/// The page of a run.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn page(state: &AppState, person: Person, id: RunId) -> Result<RunPage, Error> {
    let opened = run::open(state, &person, id, Right::See).await?;
    let environment = opened.pinned.run.start.environment.clone();
    let held_by = run::holder(state, &environment)
        .await?
        .filter(|lock| lock.run != id);
    let passkeys = store::passkey::of(&mut *state.pool.acquire().await?, person.id).await?;
    Ok(RunPage {
        automatic_rollback: (state.sites.place(&environment).ok())
            .filter(|place| place.hash == opened.pinned.run.start.environment_hash)
            .and_then(|place| place.declared.automatic_rollback.clone()),
        bars: window::bars(state, &opened).await?,
        guides: guide::shown(&opened.pinned.plan),
        outline: opened.outline,
        run: opened.pinned.run,
        revision: opened.pinned.revision,
        person: person.at(&environment),
        has_passkey: !passkeys.is_empty(),
        held_by: held_by.map(|lock| Holder {
            run: lock.run,
            owner: lock.owner,
            since: lock.since,
        }),
        now: state.clock.now(),
    })
}

/// The attempts at an item.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
pub async fn attempts(
    state: &AppState,
    person: &Person,
    id: i64,
    item: String,
) -> Result<Vec<Attempt>, Error> {
    let found = if item.contains('\0') {
        Vec::new()
    } else {
        let mut connection = state.pool.acquire().await?;
        store::evidence::of_item(&mut connection, RunId(id), &ItemId(item)).await?
    };
    if found.is_empty() {
        run::open(state, person, RunId(id), Right::See).await?;
    }
    Ok(found
        .into_iter()
        .map(|(hash, seen)| Attempt { hash, seen })
        .collect())
}

/// The log of a run.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
pub async fn log(state: &AppState, person: &Person, id: i64, after: u64) -> Result<Vec<Event>, Error> {
    let mut connection = state.pool.acquire().await?;
    let events = store::event::after(&mut connection, RunId(id), after).await?;
    drop(connection);
    if events.is_empty() {
        run::open(state, person, RunId(id), Right::See).await?;
    }
    Ok(events)
}

/// Every revision.
///
/// # Errors
/// The database's.
pub async fn revisions(state: &AppState) -> Result<Vec<RevisionLine>, Error> {
    Ok(library::list(state)
        .await?
        .into_iter()
        .map(revision_line)
        .collect())
}

/// The page of a revision.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn revision(state: &AppState, person: Person, id: i64) -> Result<RevisionPage, Error> {
    let document = library::document(state, id).await?;
    let before = library::predecessor(state, id).await?;
    let outline = Outline::from(&document.plan);
    Ok(RevisionPage {
        line: revision_line(document.revision),
        source: source_text::of(&document.bytes, &outline, &document.diagnostics),
        outline,
        counts: commands::counts(&document.plan),
        commands: commands::since(&document.plan, before.as_ref().map(|before| &before.plan)),
        rules: rule_approval::change(state, id).await?,
        changes: before.map(|before| revision_changes::since(&before, &document.plan)),
        diagnostics: document.diagnostics,
        person,
    })
}

fn revision_line(revision: Revision) -> RevisionLine {
    RevisionLine {
        id: revision.id,
        title: revision.title,
        hash: revision.hash,
        plan_hash: revision.plan_hash,
        file_name: revision.file_name,
        imported_by: revision.imported_by,
        imported_at: revision.imported_at,
        published: revision
            .published
            .map(|published| (published.at, published.by.map(|(_, name)| name))),
    }
}

/// What a verification is of.
pub fn scope(item: Option<String>, section: Option<String>) -> Scope {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    match (given(item), given(section)) {
        (Some(item), _) => Scope::Item(ItemId(item)),
        (None, Some(section)) => Scope::Section(SectionId(section)),
        (None, None) => Scope::All,
    }
}

/// An attestation from its form.
pub fn attestation(form: &mut Form) -> Deed {
    Deed::Attest {
        note: form.text("note"),
        proof: form.proof(),
    }
}

/// What somebody does to an item, from its word.
///
/// # Errors
/// [`Error::Refused`] where the word is none.
pub fn deed(word: &str, reason: String, days: Option<u32>, now: DateTime<Utc>) -> Result<Deed, Error> {
    match word {
        "override" => Ok(Deed::Override { reason }),
        "skip" => Ok(Deed::Skip { reason }),
        "reopen" => Ok(Deed::Reopen { reason }),
        "waive" => {
            // A year is the most that a waiver may last: ten are refused like a thousand, and can be added to any day.
            let days = i64::from(days.unwrap_or(7)).min(3660);
            let until = now + TimeDelta::days(days);
            Ok(Deed::Waive { reason, until })
        }
        _ => Err(Error::refused(format!(
            "{word:?} is nothing to do: override, skip, waive or reopen."
        ))),
    }
}

/// What somebody who rolls back has typed.
///
/// # Errors
/// [`Error::Refused`] where the form has no number.
pub fn wish(
    tier: String,
    reason: String,
    environment: String,
    key: &str,
    rehearsal: bool,
) -> Result<rollback::Wish, Error> {
    Ok(rollback::Wish {
        tier: SectionId(tier),
        reason,
        environment,
        rehearsal,
        request_key: request_key(key)?,
    })
}

/// A signature from its form.
///
/// # Errors
/// [`Error::Refused`] where the answer or the record is none.
pub fn signature<'a>(
    role: &'a str,
    meaning: &str,
    comment: &'a str,
    record: String,
    proof: Proof,
) -> Result<Signature<'a>, Error> {
    let meaning: Meaning = meaning
        .parse()
        .map_err(|_| Error::refused("Choose an answer: go, go with conditions, or no-go."))?;
    Ok(Signature {
        role,
        meaning,
        comment,
        record: hash(record)?,
        proof,
    })
}

/// What shows that a signer is who is signed in: the passkey's answer where there is one.
pub fn proof(password: String, passkey: Option<String>) -> Proof {
    match passkey {
        Some(answer) if !answer.is_empty() => Proof::Passkey(answer),
        Some(_) | None => Proof::Password(password),
    }
}

/// A hash from a form.
///
/// # Errors
/// [`Error::Refused`] where it is none.
pub fn hash(text: String) -> Result<Hash, Error> {
    Hash::try_from(text).map_err(|error| Error::refused(format!("{error}. Load the page again.")))
}

/// Roles from the keys of a form.
///
/// # Errors
/// [`Error::Refused`] where there is no such role.
pub fn roles(keys: &[String]) -> Result<Vec<Role>, Error> {
    let role = |key: &String| {
        key.parse()
            .map_err(|error: NoSuchRole| Error::refused(format!("{error}.")))
    };
    keys.iter().map(role).collect()
}

/// Roles from their keys with commas between them.
///
/// # Errors
/// As [`roles`].
pub fn roles_before(keys: &str) -> Result<Vec<Role>, Error> {
    let keys = keys.split(',').filter(|key| !key.is_empty());
    roles(&keys.map(str::to_owned).collect::<Vec<_>>())
}

/// What somebody wants a token for, from a form.
///
/// # Errors
/// [`Error::Refused`] where there is no such scope.
pub fn token_wish(name: String, scopes: &[String], environment: String, days: u32) -> Result<Wish, Error> {
    let scope = |key: &String| {
        let found = domain::person::Scope::of(key);
        found.ok_or_else(|| Error::refused(format!("A token is for nothing like {key:?}.")))
    };
    Ok(Wish {
        name,
        scopes: scopes.iter().map(scope).collect::<Result<_, _>>()?,
        environment: Some(environment).filter(|name| !name.is_empty()),
        days,
    })
}

/// A new number for a form.
///
/// # Errors
/// When the machine gives no randomness.
pub fn new_request_key() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| failure::internal("making a form's number", &error))?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}

/// The number of a form.
///
/// # Errors
/// [`Error::Refused`] where it is none.
pub fn request_key(text: &str) -> Result<Uuid, Error> {
    text.parse()
        .map_err(|_| Error::refused("The form has no number of its own. Load the page again."))
}

/// A time from a form, UTC; `None` where it is empty.
///
/// # Errors
/// [`Error::Refused`] where it is none.
pub fn time(text: Option<&str>) -> Result<Option<DateTime<Utc>>, Error> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let short = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").map(|time| time.and_utc());
    let parsed = DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .or_else(|_| short());
    parsed.map(Some).map_err(|_| {
        Error::refused(format!(
            "{text:?} is no time: write it as 2026-11-23T14:37 (UTC)."
        ))
    })
}

/// A value for a query string: letters, digits, `_` and `-` of `text`.
pub fn query_value(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        .collect()
}
