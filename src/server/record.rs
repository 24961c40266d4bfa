//! The evidence file of a run: everything about it in one signed envelope, which `gonogo verify` and `docs/verify.py` read.

use crate::{
    api::Error,
    server::{export, failure, run::Opened, signing_key, state::AppState},
};
use checklist::fill::fill;
use domain::{outline::Outline, run::RunId};
use record::{
    canonical,
    dsse::Envelope,
    file::{self, Bytes, PAYLOAD_TYPE, Predicate, Seen},
};

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
    let seen = |(hash, of, body)| Seen { hash, of, body };
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
        evidence: store::evidence::all(&mut tx, id)
            .await?
            .into_iter()
            .map(|(hash, item, body)| seen((hash, item.0, body)))
            .collect(),
        measurements: store::measurement::all(&mut tx, id)
            .await?
            .into_iter()
            .map(|(hash, attempt, body)| seen((hash, format!("attempt {attempt}"), body)))
            .collect(),
        attachments: store::attachment::all(&mut tx, id)
            .await?
            .iter()
            .map(|shown| Bytes::new(&shown.name, &shown.bytes))
            .collect(),
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

/// The newest signed head of a run, for whoever keeps it elsewhere; `None` where there is none.
///
/// # Errors
/// The database's.
pub async fn checkpoint(state: &AppState, id: RunId) -> Result<Option<Envelope>, Error> {
    let mut connection = state.pool.acquire().await?;
    Ok(store::head::all(&mut connection, id).await?.pop())
}
