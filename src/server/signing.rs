//! Heads are signed right after the events that they are due on (`store::head`), by whoever has the key: what needs no signature, a
//! rollback above all, never waits for it. Nothing is signed that does not follow what was signed before.

use crate::server::{signing_key, state::AppState};
use domain::{
    Hash,
    event::Happening,
    notice::{Kind, Notice},
    run::RunId,
};
use record::{
    dsse::Envelope,
    head::{self, Head},
    key::History,
};
use sqlx::PgConnection;
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

/// How often it is looked for heads that are due.
const LOOKED: Duration = Duration::from_secs(1);

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key.
    #[error(transparent)]
    Key(#[from] signing_key::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The witness's file.
    #[error("the witness {}: {error}", file.display())]
    Witness {
        /// Which.
        file: PathBuf,
        /// How.
        error: io::Error,
    },
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Makes the first key, and signs what is due until the server stops.
pub async fn keep(state: AppState) {
    let mut told = String::new();
    let mut has_key = false;
    loop {
        let why = match round(&state, &mut has_key).await {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        };
        if why != told && !why.is_empty() {
            tracing::error!(
                why,
                "heads are not signed, or not witnessed; it is tried again every second"
            );
        }
        told = why;
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = state.pool.close_event() => return,
            () = tokio::time::sleep(LOOKED) => {}
        }
    }
}

async fn round(state: &AppState, has_key: &mut bool) -> Result<(), Error> {
    if !*has_key {
        let mut tx = state.pool.begin().await?;
        signing_key::current(state, &mut tx).await?;
        tx.commit().await?;
        *has_key = true;
    }
    while sign_next(state).await? {}
    if let Some(file) = &state.config.witness {
        while witness_next(state, file).await? {}
    }
    Ok(())
}

/// Signs the next head that is due; false where none is.
async fn sign_next(state: &AppState) -> Result<bool, Error> {
    let mut tx = state.pool.begin().await?;
    let Some((run, number)) = store::head::next_due(&mut tx).await? else {
        return Ok(false);
    };
    let key = signing_key::current(state, &mut tx).await?;
    match stand(&mut tx, run, number).await {
        Ok((revision, linked)) => {
            let head = Head::new(run, revision, &linked, key.public().id(), state.clock.now());
            let envelope = head.sign(&key).map_err(store::Error::from)?;
            store::head::insert(&mut tx, &head, &envelope, state.config.witness.is_some()).await?;
            tell(state, &mut tx, &head, &envelope).await?;
        }
        Err(Unsigned::Broken(why)) => {
            tracing::error!(
                run = run.0,
                number,
                why,
                "a run's chain does not hold: nothing more is signed of it"
            );
            store::head::refuse(&mut tx, run, number, &why).await?;
        }
        Err(Unsigned::Store(error)) => return Err(error.into()),
    }
    tx.commit().await?;
    Ok(true)
}

enum Unsigned {
    /// The rows do not follow what was signed.
    Broken(String),
    /// They could not be read now.
    Store(store::Error),
}

impl From<store::Error> for Unsigned {
    fn from(error: store::Error) -> Self {
        match &error {
            store::Error::Json(_) | store::Error::Inconsistent { .. } => Self::Broken(error.to_string()),
            store::Error::Database(_)
            | store::Error::Migration(_)
            | store::Error::Missing { .. }
            | store::Error::NotCanonical(_) => Self::Store(error),
        }
    }
}

/// The run's revision and the event of this number, where everything up to it follows what was signed before.
async fn stand(
    connection: &mut PgConnection,
    run: RunId,
    number: u64,
) -> Result<(Hash, record::chain::Linked), Unsigned> {
    let broken = |why: &dyn std::fmt::Display| Unsigned::Broken(why.to_string());
    let due = store::head::due(&mut *connection, run, number).await?;
    let introductions = store::signing_key::all(connection).await?;
    let history = History::read(&introductions).map_err(|(_, why)| broken(&why))?;
    let before = due
        .before
        .map(|envelope| Head::read(&envelope, &history))
        .transpose();
    let before = before.map_err(|why| broken(&why))?;
    if before.as_ref().is_some_and(|head| head.run != run) {
        return Err(broken(&"the last head is of another run"));
    }
    head::follows(before.as_ref(), &due.chain).map_err(|why| broken(&why))?;
    let started = due.chain.first().and_then(|linked| match &linked.event.what {
        Happening::Started(start) => Some(start.revision.clone()),
        _ => None,
    });
    let revision = before.map(|head| head.revision).or(started);
    let linked = due
        .chain
        .into_iter()
        .last()
        .filter(|linked| linked.event.number == number);
    revision
        .zip(linked)
        .ok_or_else(|| broken(&format!("event {number} or the first one is missing")))
}

/// Tells it to the webhooks that want heads, in the same transaction.
async fn tell(
    state: &AppState,
    connection: &mut PgConnection,
    head: &Head,
    envelope: &Envelope,
) -> Result<(), store::Error> {
    let Some(pinned) = store::run::by_id(&mut *connection, head.run).await? else {
        return Ok(());
    };
    let place = state.sites.place(&pinned.run.start.environment);
    let wanted = place.is_ok_and(|place| {
        let mut webhooks = place.declared.webhooks.iter();
        webhooks.any(|webhook| webhook.wants(Kind::HeadSigned))
    });
    if !wanted {
        return Ok(());
    }
    let notice = Notice::HeadSigned {
        number: head.number,
        envelope: serde_json::to_string(envelope)?,
    };
    store::notice::queue(connection, &pinned.run, notice, state.clock.now()).await
}

/// Writes the next head to the witness's file that is not there yet; false where none is. Should the process die in between, it
/// stands there twice.
async fn witness_next(state: &AppState, file: &Path) -> Result<bool, Error> {
    let mut tx = state.pool.begin().await?;
    let Some((run, number, envelope)) = store::head::unwitnessed(&mut tx).await? else {
        return Ok(false);
    };
    let line = format!(
        "{}\n",
        serde_json::to_string(&envelope).map_err(store::Error::from)?
    );
    let written = (|| {
        let mut open = fs::OpenOptions::new().create(true).append(true).open(file)?;
        open.write_all(line.as_bytes())?;
        open.sync_all()
    })();
    written.map_err(|error| Error::Witness {
        file: file.to_owned(),
        error,
    })?;
    store::head::witnessed(&mut tx, run, number).await?;
    tx.commit().await?;
    Ok(true)
}
