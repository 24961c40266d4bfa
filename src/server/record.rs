//! The evidence file of a run: everything about it in one signed envelope, which `gonogo verify` and `docs/verify.py` read.

use crate::{
    api::Error,
    server::{export, failure, run::Opened, signing_key, state::AppState},
};
use checklist::fill::fill;
use chrono::{DateTime, Utc};
use domain::{Hash, outline::Outline, retention::Kept, run::RunId};
use record::{
    canonical,
    dsse::Envelope,
    file::{self, Bytes, PAYLOAD_TYPE, Predicate, Removed, Seen},
};
use sqlx::PgConnection;
use store::attachment::Shown;

/// The evidence file of a run as it stands. It has no signature where this process has no key.
///
/// # Errors
/// [`Error::NotFound`]; the database's.
pub async fn file(state: &AppState, id: RunId) -> Result<Vec<u8>, Error> {
    let mut tx = state.pool.begin().await?;
    store::database::stand_still(&mut tx).await?;
    let pinned = store::run::by_id(&mut tx, id).await?;
    let pinned = pinned.ok_or_else(|| Error::NotFound {
        what: format!("run {}", id.0),
    })?;
    let document = store::revision::document(&mut tx, pinned.revision).await?;
    let document = document.ok_or_else(|| Error::NotFound {
        what: format!("revision {}", pinned.revision),
    })?;
    let (now, outline) = (state.clock.now(), Outline::from(&pinned.plan));
    let opened = Opened { pinned, outline };
    let run = &opened.pinned.run;
    let Outputs {
        evidence,
        attachments,
        removed,
    } = Outputs::of(&mut tx, id).await?;
    let predicate = Predicate {
        run: id,
        exported_at: now,
        gonogo: env!("CARGO_PKG_VERSION").to_owned(),
        keys: store::signing_key::all(&mut tx).await?,
        document: Bytes::new(&document.revision.file_name, &document.bytes),
        as_run: Bytes::new(
            &format!("run-{}.md", id.0),
            fill(&document.bytes, &export::filled(&opened, now)).as_ref(),
        ),
        plan: canonical::json(&opened.pinned.plan).map_err(store::Error::from)?,
        events: store::event::chain(&mut tx, id)
            .await?
            .into_iter()
            .map(Into::into)
            .collect(),
        heads: store::head::all(&mut tx, id).await?,
        sign_offs: file::sign_offs(run),
        evidence,
        measurements: store::measurement::all(&mut tx, id)
            .await?
            .into_iter()
            .map(|(hash, attempt, body)| Seen {
                hash,
                of: format!("attempt {attempt}"),
                body,
            })
            .collect(),
        attachments,
        removed,
    };
    let key = signing_key::present(state, &mut tx).await;
    let key = key.unwrap_or_else(|error| {
        tracing::error!(%error, "an evidence file is written without a signature");
        None
    });
    let fault = |error: serde_json::Error| failure::internal("writing an evidence file", &error);
    let payload = serde_json::to_vec(&predicate.state(run)).map_err(fault)?;
    let keys: Vec<_> = key.iter().collect();
    serde_json::to_vec(&Envelope::sign(PAYLOAD_TYPE, &payload, &keys)).map_err(fault)
}

/// What was seen and shown, as far as retention has left it.
#[derive(Default)]
struct Outputs {
    evidence: Vec<Seen>,
    attachments: Vec<Bytes>,
    removed: Vec<Removed>,
}

impl Outputs {
    async fn of(connection: &mut PgConnection, id: RunId) -> Result<Self, Error> {
        let mut outputs = Self::default();
        for (hash, item, kept) in store::evidence::all(connection, id).await? {
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
