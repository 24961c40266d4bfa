//! How things were before the deployment, and after it: what a rollback is measured by.

use crate::server::{
    run::{self, Opened},
    state::AppState,
    task::{Entry, Gone, Lease},
};
use domain::{
    event::Happening,
    fingerprint::{COMMIT, Difference, Fingerprint, Moment, Part},
    person::Author,
    run::Run,
};
use probe::Site;
use std::time::Duration;
use store::task::Next;

/// How long until what cannot be read after a rollback is read again, in milliseconds: what was restarted needs a moment to answer.
const READ_AGAIN: [u64; 6] = [500, 1_000, 2_000, 4_000, 8_000, 8_000];

/// The parameter that `<previous-commit>` becomes.
const PREVIOUS_COMMIT: &str = "GONOGO_PREVIOUS_COMMIT";

/// Reads how things are before the execution begins, once in a run. `None` where the environment cannot be used as it stands.
pub async fn before(state: &AppState, opened: &Opened) -> Option<Happening> {
    if opened.pinned.run.fingerprints.contains_key(&Moment::Before) {
        return None;
    }
    let site = run::site(state, opened).ok()?;
    let reading = state
        .prober
        .fingerprint(&site, &opened.pinned.plan, state.stopping.child_token());
    let fingerprint = reading.await;
    match state.prober.keep_images(&site, &fingerprint).await {
        Ok(kept) if kept.is_empty() => {}
        Ok(kept) => tracing::info!(run = opened.pinned.run.id.0, ?kept, "images were kept"),
        // The readiness of the rollback says which are there.
        Err(why) => tracing::warn!(run = opened.pinned.run.id.0, why, "images could not be kept"),
    }
    Some(Happening::FingerprintTaken {
        moment: Moment::Before,
        fingerprint,
    })
}

/// Reads how things are, for a task.
///
/// # Errors
/// [`Gone`].
pub async fn carry_out(lease: &Lease, moment: Moment) -> Result<(), Gone> {
    let opened = lease.open().await?;
    let fingerprint = match run::site(&lease.state, &opened) {
        Ok(site) => {
            let prober = &lease.state.prober;
            Some(
                prober
                    .fingerprint(&site, &opened.pinned.plan, lease.cancel())
                    .await,
            )
        }
        Err(_) => None,
    };
    lease.goes_on()?;
    let entry = Entry {
        by: &Author::Gonogo,
        seen: None,
        next: Next::End,
    };
    lease
        .write(&opened.outline, entry, |run, _| {
            let live = run.is_live() && !run.is_rolling_back();
            let taken = fingerprint
                .clone()
                .filter(|_| live)
                .map(|fingerprint| Happening::FingerprintTaken { moment, fingerprint });
            taken.into_iter().collect()
        })
        .await?;
    Ok(())
}

/// Reads how things are at the end of a rollback, again where a part does not answer that answered before the deployment.
pub async fn restored(state: &AppState, site: &Site, opened: &Opened) -> Fingerprint {
    let read = || {
        state
            .prober
            .fingerprint(site, &opened.pinned.plan, state.stopping.child_token())
    };
    let mut now = read().await;
    for wait in READ_AGAIN {
        if !does_not_answer_yet(&opened.pinned.run, &now) {
            break;
        }
        tokio::select! {
            () = state.stopping.cancelled() => break,
            () = tokio::time::sleep(Duration::from_millis(wait)) => {}
        }
        now = read().await;
    }
    now
}

fn does_not_answer_yet(run: &Run, now: &Fingerprint) -> bool {
    let is_read = |part: &Part| !matches!(part, Part::Unread { .. });
    let before = run.fingerprints.get(&Moment::Before);
    before.is_some_and(|before| {
        let unread = now.parts.iter().filter(|(_, part)| !is_read(part));
        unread
            .map(|(name, _)| before.fingerprint.part(name))
            .any(|was| is_read(&was))
    })
}

/// What is not as it was before the deployment. Where nobody looked then, or there is nothing that could be compared, that is a
/// difference of its own.
pub fn differences(run: &Run, now: &Fingerprint) -> Vec<Difference> {
    let Some(before) = run.fingerprints.get(&Moment::Before) else {
        return nothing_known("nobody read how things were before the deployment");
    };
    let is = |of: &Fingerprint| of.parts.values().any(|part| matches!(part, Part::Is { .. }));
    if is(now) || is(&before.fingerprint) {
        now.differences(&before.fingerprint)
    } else {
        nothing_known(
            "the environment names nothing that could be compared: no file, repository, engine or database",
        )
    }
}

/// Nobody can say whether things are as they were.
pub fn nothing_known(why: &str) -> Vec<Difference> {
    let unread = || Part::Unread { why: why.to_owned() };
    vec![Difference {
        part: "everything".to_owned(),
        before: unread(),
        after: unread(),
    }]
}

/// The same site, where `<previous-commit>` is the commit that was there before the deployment, unless the environment's
/// file names another.
pub fn with_previous_commit(mut site: Site, run: &Run) -> Site {
    let before = run.fingerprints.get(&Moment::Before);
    if let Some(Part::Is { value }) = before.and_then(|before| before.fingerprint.parts.get(COMMIT)) {
        let parameters = &mut site.environment.parameters;
        parameters
            .entry(PREVIOUS_COMMIT.to_owned())
            .or_insert_with(|| value.clone());
    }
    site
}
