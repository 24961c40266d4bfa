//! Heads are signed right after the events that they are due on (`store::head`), by whoever has the key: what needs no signature, a
//! rollback above all, never waits for it. Nothing is signed that does not follow what was signed before, or that a verifier would
//! refuse. Events that somebody adds at the end, with everything right about them, are signed: who can do everything in the database
//! can do that.

mod witness;

use crate::server::{signing_key, state::AppState};
use domain::{
    Hash,
    notice::{Kind, Notice},
    run::RunId,
};
use record::{
    canonical,
    chain::Linked,
    dsse::Envelope,
    head::{self, Head},
    key::{History, SecretKey},
};
use sqlx::PgConnection;
use std::time::Duration;
use witness::Witness;

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
    /// The witness.
    #[error("the witness {named}: {why}")]
    Witness {
        /// Which: its file or its repository.
        named: String,
        /// Why.
        why: String,
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
    let mut witness = Witness::of(&state);
    loop {
        let why = match round(&state, &mut has_key, witness.as_mut()).await {
            Ok(passed) => passed
                .into_iter()
                .map(|(_, why)| why)
                .collect::<Vec<_>>()
                .join("; "),
            Err(error) => error.to_string(),
        };
        if why != told && !why.is_empty() {
            tracing::error!(why, "heads are not signed, or not witnessed; it is tried again");
        }
        told = why;
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = state.pool.close_event() => return,
            () = tokio::time::sleep(LOOKED) => {}
        }
    }
}

/// Runs that nothing can be signed of now, and why.
type Passed = Vec<(RunId, String)>;

async fn round(state: &AppState, has_key: &mut bool, witness: Option<&mut Witness>) -> Result<Passed, Error> {
    if !*has_key {
        let mut tx = state.pool.begin().await?;
        signing_key::current(state, &mut tx).await?;
        tx.commit().await?;
        *has_key = true;
    }
    let mut passed = Passed::new();
    while sign_next(state, &mut passed).await? {}
    if let Some(witness) = witness {
        while witness.next(state).await? {}
    }
    Ok(passed)
}

/// Signs the next head that is due in a run that is not passed over; false where none is.
async fn sign_next(state: &AppState, passed: &mut Passed) -> Result<bool, Error> {
    let runs: Vec<RunId> = passed.iter().map(|(run, _)| *run).collect();
    let mut tx = state.pool.begin().await?;
    let Some((run, number)) = store::head::next_due(&mut tx, &runs).await? else {
        return Ok(false);
    };
    let key = signing_key::current(state, &mut tx).await?;
    match sign(state, &mut tx, &key, (run, number)).await {
        Ok(()) => tx.commit().await?,
        Err(Unsigned::Broken(why)) => {
            tracing::error!(
                run = run.0,
                number,
                why,
                "a run's chain does not hold: nothing more is signed of it"
            );
            store::head::refuse(&mut tx, run, number, &why).await?;
            tx.commit().await?;
        }
        Err(Unsigned::Unread(why)) => passed.push((run, format!("run {}, event {number}: {why}", run.0))),
        Err(Unsigned::Store(error)) => return Err(error.into()),
    }
    Ok(true)
}

enum Unsigned {
    /// The rows do not follow what was signed.
    Broken(String),
    /// This version cannot read them, or not sign them: another may, and the other runs do not wait.
    Unread(String),
    /// The database does not answer now.
    Store(store::Error),
}

impl From<store::Error> for Unsigned {
    fn from(error: store::Error) -> Self {
        match error.is_passing() {
            true => Self::Store(error),
            false => Self::Unread(error.to_string()),
        }
    }
}

async fn sign(
    state: &AppState,
    connection: &mut PgConnection,
    key: &SecretKey,
    (run, number): (RunId, u64),
) -> Result<(), Unsigned> {
    let introductions = store::signing_key::all(&mut *connection).await?;
    let history = History::read(&introductions)
        .map_err(|(place, why)| Unsigned::Unread(format!("key {}: {why}", place + 1)))?;
    let (revision, linked) = stand(&mut *connection, &history, run, number).await?;
    let id = key.public().id();
    let at = history.not_before(&id, state.clock.now());
    let head = Head::new(run, revision, &linked, id, at);
    let envelope = head.sign(key).map_err(store::Error::from)?;
    // It stays for ever: nothing is stored that no verifier would accept.
    Head::read(&envelope, &history).map_err(|why| Unsigned::Unread(why.to_string()))?;
    store::head::insert(&mut *connection, &head, &envelope, state.config.witness.is_some()).await?;
    Ok(tell(state, connection, &head, &envelope).await?)
}

/// The run's revision and the event of this number, where everything up to it follows what was signed before.
async fn stand(
    connection: &mut PgConnection,
    history: &History,
    run: RunId,
    number: u64,
) -> Result<(Hash, Linked), Unsigned> {
    let broken = |why: &dyn std::fmt::Display| Unsigned::Broken(why.to_string());
    let due = store::head::due(connection, run, number).await?;
    let before = due
        .before
        .map(|envelope| Head::read(&envelope, history))
        .transpose();
    let before = before.map_err(|why| broken(&why))?;
    if before.as_ref().is_some_and(|head| head.run != run) {
        return Err(broken(&"the last head is of another run"));
    }
    let folded = head::follows(before.as_ref(), run, &due.chain).map_err(|why| match &why {
        head::Broken::Event { .. } if due.chain.iter().any(says_more) => Unsigned::Unread(why.to_string()),
        head::Broken::Event { .. } | head::Broken::Chain(_) => broken(&why),
    })?;
    let last = due.chain.into_iter().last();
    let linked = last.filter(|linked| linked.event.number == number);
    let linked = linked.ok_or_else(|| broken(&format!("event {number} is missing")))?;
    Ok((folded.start.revision, linked))
}

/// Whether an event says something that this version does not know: a newer one wrote it, and knows which record it comes to.
fn says_more(linked: &Linked) -> bool {
    canonical::json(&linked.event).map_or(true, |known| known != linked.body)
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
