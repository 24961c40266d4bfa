//! Checklists: importing a document, publishing its plan, and those that Gonogo ships.

use crate::{
    api::Error,
    server::{failure, sign_off::sentence, state::AppState},
};
use checklist::Compiled;
use domain::{
    Hash, Right,
    person::{Person, PersonId},
    plan::Plan,
};
use std::path::Path;
use store::{
    revision::{self, Document, NewRevision, Predecessor, Revision},
    rule_approval::Approved,
};

/// The largest document, in bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;

/// Compiles a document and stores it as a revision. Executes nothing. Answers the revision's number.
///
/// # Errors
/// [`Error::Refused`] where the document is empty or too large.
pub async fn import(
    state: &AppState,
    by: Option<PersonId>,
    name: &str,
    bytes: Vec<u8>,
) -> Result<i64, Error> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::refused(
            "The document is empty. Choose a Markdown file, or paste its text.",
        ));
    }
    if bytes.len() > LARGEST {
        return Err(Error::refused(
            "The document is larger than 10 MB. Split it, or leave out what is not a checklist.",
        ));
    }
    let mut connection = state.pool.acquire().await?;
    let (bytes, first) = compile(bytes, None).await?;
    let old = revision::newest_plan(&mut connection, &first.plan.title, &first.plan.revision).await?;
    // What was reworded or moved keeps the name that it had.
    let (bytes, compiled) = match old {
        None => (bytes, first),
        Some(old) => compile(bytes, Some(old)).await?,
    };
    let Compiled {
        plan, diagnostics, ..
    } = compiled;
    let file_name = file_name(name);
    let new = NewRevision {
        bytes: &bytes,
        file_name: &file_name,
        plan: &plan,
        diagnostics: &diagnostics,
        imported_by: by,
    };
    Ok(revision::import(&mut connection, &new, state.clock.now()).await?)
}

/// Publishes the plan with this hash: from now on runs may start from it.
///
/// # Errors
/// [`Error::Conflict`] where the plan is another by now, or was published; [`Error::Refused`] where it changes the rules of
/// sign-off and the approval of some who sign by the old ones is missing.
pub async fn publish(state: &AppState, person: &Person, id: i64, plan: &Hash) -> Result<(), Error> {
    if !person.may(Right::Publish, None) {
        return Err(Error::Forbidden {
            deed: Right::Publish.deed().to_owned(),
        });
    }
    let mut transaction = state.pool.begin().await?;
    let approved = Approved::of(&mut transaction, id, Some(person.id)).await?;
    let approved = approved.map_err(|missing| Error::refused(sentence(&missing.to_string())))?;
    if revision::publish(&mut transaction, approved, plan, state.clock.now()).await? {
        return Ok(transaction.commit().await?);
    }
    let message =
        "This plan was published meanwhile, or is another than the one that you read. Load the page again.";
    Err(Error::Conflict {
        message: message.to_owned(),
    })
}

/// Every revision, the newest first.
///
/// # Errors
/// The database's.
pub async fn list(state: &AppState) -> Result<Vec<Revision>, Error> {
    let mut connection = state.pool.acquire().await?;
    Ok(revision::list(&mut connection).await?)
}

/// One revision with its document and plan.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn document(state: &AppState, id: i64) -> Result<Document, Error> {
    let mut connection = state.pool.acquire().await?;
    let found = revision::document(&mut connection, id).await?;
    found.ok_or_else(|| Error::NotFound {
        what: format!("revision {id}"),
    })
}

/// Loads and publishes the checklists of the folder that are not there yet. One that changes the rules of sign-off waits for
/// people.
///
/// # Errors
/// When the folder cannot be read, or the database does not answer.
pub async fn load_shipped(state: &AppState, folder: &Path) -> Result<(), Error> {
    let fault = |error: std::io::Error| {
        Error::refused(format!(
            "The checklists in {} cannot be read: {error}",
            folder.display()
        ))
    };
    let mut entries = tokio::fs::read_dir(folder).await.map_err(fault)?;
    let mut files = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(fault)? {
        files.push(entry.path());
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    for file in files {
        let bytes = tokio::fs::read(&file).await.map_err(fault)?;
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let id = import(state, None, &name, bytes).await?;
        let plan = document(state, id).await?.revision.plan_hash;
        let mut transaction = state.pool.begin().await?;
        match Approved::of(&mut transaction, id, None).await? {
            Ok(approved) => {
                revision::publish(&mut transaction, approved, &plan, state.clock.now()).await?;
                transaction.commit().await?;
            }
            Err(missing) => tracing::warn!(%name, %missing, "a checklist is loaded and not published"),
        }
    }
    Ok(())
}

/// What the revision before this one was, where there was one.
///
/// # Errors
/// The database's.
pub async fn predecessor(state: &AppState, id: i64) -> Result<Option<Predecessor>, Error> {
    let mut connection = state.pool.acquire().await?;
    Ok(revision::predecessor(&mut connection, id).await?)
}

async fn compile(bytes: Vec<u8>, old: Option<Plan>) -> Result<(Vec<u8>, Compiled), Error> {
    let task = tokio::task::spawn_blocking(move || {
        let compiled = checklist::compile_after(&bytes, old.as_ref());
        (bytes, compiled)
    });
    task.await
        .map_err(|error| failure::internal("compiling a checklist", &error))
}

fn file_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    if plain.trim().is_empty() {
        "pasted.md".to_owned()
    } else {
        plain
    }
}
