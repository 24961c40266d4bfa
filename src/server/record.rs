//! The evidence file of a run: everything about it in one signed envelope, which `gonogo verify` and `docs/verify.py` read.

use crate::{
    api::Error,
    server::{export, failure, run::Opened, signing_key, state::AppState},
};
use checklist::fill::fill;
use chrono::{DateTime, Utc};
use domain::{
    Hash,
    outline::Outline,
    plan::ItemId,
    record::Record,
    retention::Kept,
    run::{Run, RunId},
    sign_off::SignOff,
};
use record::{
    canonical,
    chain::Linked,
    dsse::Envelope,
    file::{self, Bytes, PAYLOAD_TYPE, Predicate, Removed, Seen},
    head,
    key::{History, SecretKey},
    verify::LONGEST,
};
use sqlx::PgConnection;
use std::{collections::BTreeMap, io, mem};
use store::attachment::Shown;
use tokio::sync::Semaphore;

/// How many files are written at once: each is in memory several times.
static TURNS: Semaphore = Semaphore::const_new(2);

/// The evidence file of a run as it stands. It has no signature where this process has no key, or where the database does not agree with
/// itself: everything in the file is made from the run's events, and from nothing that is derived from them.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Refused`] where no verifier would read so large a file; the database's.
pub async fn file(state: &AppState, id: RunId) -> Result<Vec<u8>, Error> {
    let turn = TURNS.acquire().await;
    let _turn = turn.map_err(|closed| failure::internal("waiting to write an evidence file", &closed))?;
    let mut tx = state.pool.begin().await?;
    store::database::stand_still(&mut tx).await?;
    let pinned = store::run::by_id(&mut tx, id).await?;
    let mut pinned = pinned.ok_or_else(|| Error::NotFound {
        what: format!("run {}", id.0),
    })?;
    let (text, shown) = store::run::size(&mut tx, id).await?;
    fits(text.saturating_mul(4) / 3, shown.saturating_mul(16) / 9)?;
    let chain = store::event::chain(&mut tx, id).await?;
    let stored = mem::replace(&mut pinned.run, folded(id, &chain)?);
    let key = key(state, &mut tx)
        .await
        .filter(|_| agrees(&stored, &pinned.run, &chain));
    let outline = Outline::from(&pinned.plan);
    let opened = Opened { pinned, outline };
    let predicate = predicate(state, &mut tx, &opened, chain, key.as_ref()).await?;
    let fault = |error: serde_json::Error| failure::internal("writing an evidence file", &error);
    let payload = serde_json::to_vec(&predicate.state(&opened.pinned.run)).map_err(fault)?;
    fits(payload.len() as u64 / 3 * 4, 0)?;
    let keys: Vec<_> = key.iter().collect();
    serde_json::to_vec(&Envelope::sign(PAYLOAD_TYPE, &payload, &keys)).map_err(fault)
}

/// Whether a verifier reads a file with so many bytes of text and of what people showed.
fn fits(text: u64, shown: u64) -> Result<(), Error> {
    if text.saturating_add(shown) <= LONGEST {
        return Ok(());
    }
    let most = LONGEST >> 20;
    Err(Error::refused(format!(
        "The evidence file of this run would be larger than {most} MiB, which no verifier reads. The JSON export has its events and its \
         evidence; gonogo export --checkpoint has its newest signed head."
    )))
}

/// The run that these events come to, whatever is stored beside them.
fn folded(id: RunId, chain: &[Linked]) -> Result<Run, Error> {
    let (first, later) = chain.split_first().unzip();
    let begun = first.and_then(|first| Run::begin(id, &first.event));
    let mut run = begun.ok_or_else(|| {
        let error = io::Error::other(format!("run {} has no event that starts it", id.0));
        failure::internal("writing an evidence file", &error)
    })?;
    let later = later.unwrap_or_default();
    later.iter().for_each(|linked| run.apply(&linked.event));
    Ok(run)
}

/// Whether the run that is stored is the one that its events come to, and they hold: Gonogo puts its name to nothing else.
fn agrees(stored: &Run, folded: &Run, chain: &[Linked]) -> bool {
    let why = match head::follows(None, folded.id, chain) {
        Ok(_) if says_the_same(stored, folded) => return true,
        Ok(_) => "the run that is stored is not the one that its events come to".to_owned(),
        Err(broken) => broken.to_string(),
    };
    let run = folded.id.0;
    tracing::error!(
        run,
        why,
        "an evidence file is written without a signature: somebody changed the database"
    );
    false
}

/// What people put their name to is the same. All of it need not be: a run that an older version stored may lack what its events say by
/// now.
fn says_the_same(stored: &Run, folded: &Run) -> bool {
    let signed = |run: &Run| -> Vec<SignOff> {
        let of_any_version = |one: &SignOff| SignOff {
            number: 0,
            ..one.clone()
        };
        run.sign_offs.values().map(of_any_version).collect()
    };
    Record::from(stored) == Record::from(folded) && signed(stored) == signed(folded)
}

async fn key(state: &AppState, connection: &mut PgConnection) -> Option<SecretKey> {
    let key = signing_key::present(state, connection).await;
    key.unwrap_or_else(|error| {
        tracing::error!(%error, "an evidence file is written without a signature");
        None
    })
}

async fn predicate(
    state: &AppState,
    connection: &mut PgConnection,
    opened: &Opened,
    chain: Vec<Linked>,
    key: Option<&SecretKey>,
) -> Result<Predicate, Error> {
    let (pinned, now) = (&opened.pinned, state.clock.now());
    let id = pinned.run.id;
    let document = store::revision::document(&mut *connection, pinned.revision).await?;
    let document = document.ok_or_else(|| Error::NotFound {
        what: format!("revision {}", pinned.revision),
    })?;
    let keys = store::signing_key::all(&mut *connection).await?;
    let history = History::read(&keys).unwrap_or_default();
    let filled = fill(&document.bytes, &export::filled(opened, now));
    let lines: BTreeMap<_, _> = chain
        .iter()
        .filter_map(|linked| file::of_line(&linked.event))
        .collect();
    let Outputs {
        evidence,
        attachments,
        removed,
    } = Outputs::of(&mut *connection, id, &lines).await?;
    let measured = store::measurement::all(&mut *connection, id).await?.into_iter();
    let measured = measured.map(|(hash, attempt, body)| {
        let of = format!("attempt {attempt}");
        Seen { hash, of, body }
    });
    Ok(Predicate {
        run: id,
        exported_at: key.map_or(now, |key| history.not_before(&key.public().id(), now)),
        gonogo: env!("CARGO_PKG_VERSION").to_owned(),
        document: Bytes::new(&document.revision.file_name, &document.bytes),
        as_run: Bytes::new(&format!("run-{}.md", id.0), &filled),
        plan: canonical::json(&pinned.plan).map_err(store::Error::from)?,
        heads: store::head::all(&mut *connection, id).await?,
        sign_offs: file::sign_offs(&pinned.run),
        measurements: measured.collect(),
        events: chain.into_iter().map(Into::into).collect(),
        evidence,
        attachments,
        removed,
        keys,
    })
}

/// What was seen and shown, as far as retention has left it.
#[derive(Default)]
struct Outputs {
    evidence: Vec<Seen>,
    attachments: Vec<Bytes>,
    removed: Vec<Removed>,
}

impl Outputs {
    /// Of which line a piece of evidence is, the events say (`lines`): the same bytes may have been seen for another first.
    async fn of(
        connection: &mut PgConnection,
        id: RunId,
        lines: &BTreeMap<&Hash, &ItemId>,
    ) -> Result<Self, Error> {
        let mut outputs = Self::default();
        for (hash, item, kept) in store::evidence::all(&mut *connection, id).await? {
            let item = lines.get(&hash).map_or(item, |line| (*line).clone());
            match kept {
                Kept::Whole(body) => outputs.evidence.push(Seen {
                    hash,
                    of: item.0,
                    body,
                }),
                Kept::Removed(at) => outputs.gone(hash, item.0, at),
            }
        }
        for Shown { hash, name, bytes } in store::attachment::all(connection, id).await? {
            match bytes {
                Kept::Whole(bytes) => outputs.attachments.push(Bytes::new(&name, &bytes)),
                Kept::Removed(at) => outputs.gone(hash, name, at),
            }
        }
        Ok(outputs)
    }

    fn gone(&mut self, hash: Hash, of: String, removed_at: DateTime<Utc>) {
        self.removed.push(Removed { hash, of, removed_at });
    }
}

/// The newest signed head of a run, for whoever keeps it elsewhere; `None` where there is none.
///
/// # Errors
/// The database's.
pub async fn checkpoint(state: &AppState, id: RunId) -> Result<Option<Envelope>, Error> {
    let mut connection = state.pool.acquire().await?;
    Ok(store::head::all(&mut connection, id).await?.pop())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_no_verifier_would_read_is_refused_before_it_is_made() {
        assert_eq!(fits(LONGEST - 1, 1), Ok(()));
        for (text, shown) in [(LONGEST, 1), (1, LONGEST), (u64::MAX, u64::MAX)] {
            let refused = fits(text, shown).expect_err("it is too large");
            assert!(refused.to_string().contains("larger than 512 MiB"), "{refused}");
        }
    }
}
