//! Notices: who does not look at a run is told what happens in it. Each is stored with what it tells (`store::notice::queue`); here it
//! becomes one delivery for each webhook, and each delivery is tried until it arrives or a day is over.

mod form;

use crate::server::{
    state::AppState,
    task::{Gone, Lease},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{environment::Webhook, notice::Notice};
use form::Message;
use probe::Hook;
use sqlx::{Postgres, Transaction};
use store::task::Next;

pub use store::notice::queue;

/// How long a delivery is tried: who reads it later looks at the run anyway.
const LASTS: TimeDelta = TimeDelta::days(1);

/// The longest time between two tries.
const SELDOM: TimeDelta = TimeDelta::hours(1);

/// Stores a delivery for each webhook of the environment that wants to be told this.
///
/// # Errors
/// [`Gone`].
pub async fn hand_out(lease: &Lease, notice: &Notice) -> Result<(), Gone> {
    let environment = lease.open().await?.pinned.run.start.environment;
    let wants = |webhook: &&Webhook| webhook.wants(notice.kind());
    let declared = lease
        .state
        .sites
        .place(&environment)
        .map_err(|_| unusable(lease))?;
    let webhooks: Vec<String> = declared
        .declared
        .webhooks
        .iter()
        .filter(wants)
        .map(|webhook| webhook.name.clone())
        .collect();
    let now = lease.state.clock.now();
    let mut tx = ours(lease).await?;
    store::notice::hand_out(&mut tx, &environment, &lease.task, &webhooks, now).await?;
    store::task::settle(&mut tx, lease.task.id, Next::End, now).await?;
    committed(tx).await
}

/// Tries to tell one webhook.
///
/// # Errors
/// [`Gone`].
pub async fn deliver(lease: &Lease, webhook: &str, notice: &Notice, at: DateTime<Utc>) -> Result<(), Gone> {
    let opened = lease.open().await?;
    let site = &lease
        .state
        .sites
        .place(&opened.pinned.run.start.environment)
        .map_err(|_| unusable(lease))?
        .site;
    let Some(hook) = site.hooks.iter().find(|hook| hook.declared.name == webhook) else {
        return give_up(
            lease,
            Some("the environment's file lists no such webhook any more"),
        )
        .await;
    };
    if lease.state.clock.now() - at > LASTS {
        return give_up(lease, None).await;
    }
    let message = Message::new(&lease.state.origin, &opened, &site.secrets, notice, at);
    lease.sure().await?;
    // A process that stops leaves it to another, which sends it again under the same number.
    let told = lease
        .cancel()
        .run_until_cancelled_owned(tell(&lease.state, hook, &message, &lease.mark()))
        .await;
    lease.goes_on()?;
    match told {
        None => Err(Gone::Stopping),
        Some(Ok(())) => sent(lease).await,
        Some(Err(why)) => failed(lease, &site.secrets.mask(&why), at).await,
    }
}

async fn tell(state: &AppState, hook: &Hook, message: &Message, delivery: &str) -> Result<(), String> {
    let body = message.body(hook.declared.form, delivery);
    let mut fields = vec![("gonogo-delivery", delivery.to_owned())];
    let signature = hook.signature(state.clock.now().timestamp(), &body);
    fields.extend(signature.map(|signature| ("gonogo-signature", signature)));
    state.prober.tell(hook, &fields, body).await
}

async fn sent(lease: &Lease) -> Result<(), Gone> {
    let now = lease.state.clock.now();
    let mut tx = ours(lease).await?;
    store::delivery::sent(&mut tx, lease.task.id, now).await?;
    store::task::settle(&mut tx, lease.task.id, Next::End, now).await?;
    committed(tx).await
}

async fn failed(lease: &Lease, why: &str, at: DateTime<Utc>) -> Result<(), Gone> {
    let (id, now) = (lease.task.id, lease.state.clock.now());
    let mut tx = ours(lease).await?;
    let tries = store::delivery::failed(&mut tx, id, why, now).await?;
    let again = now + pause(tries);
    tracing::warn!(
        task = id.0,
        run = lease.task.run.0,
        tries,
        why,
        "a webhook was not told"
    );
    if again - at > LASTS {
        store::delivery::give_up(&mut tx, id, None).await?;
        store::task::settle(&mut tx, id, Next::End, now).await?;
    } else {
        store::task::leave_until(&mut tx, id, lease.task.fence, again).await?;
    }
    committed(tx).await
}

async fn give_up(lease: &Lease, why: Option<&str>) -> Result<(), Gone> {
    let (id, now) = (lease.task.id, lease.state.clock.now());
    let mut tx = ours(lease).await?;
    store::delivery::give_up(&mut tx, id, why).await?;
    store::task::settle(&mut tx, id, Next::End, now).await?;
    committed(tx).await
}

/// How long until the next try, after so many: a second, and twice as long each time, to an hour.
fn pause(tries: u32) -> TimeDelta {
    TimeDelta::seconds(1 << tries.clamp(1, 13).saturating_sub(1)).min(SELDOM)
}

/// A transaction in which the task is ours.
async fn ours(lease: &Lease) -> Result<Transaction<'static, Postgres>, Gone> {
    let mut tx = lease.state.pool.begin().await.map_err(store::Error::from)?;
    match store::task::is_ours(&mut tx, lease.task.id, lease.task.fence).await? {
        true => Ok(tx),
        false => Err(Gone::Taken),
    }
}

async fn committed(tx: Transaction<'static, Postgres>) -> Result<(), Gone> {
    Ok(tx.commit().await.map_err(store::Error::from)?)
}

/// Tasks come from environments that can be used: one that cannot is tried again later.
fn unusable(lease: &Lease) -> Gone {
    Gone::Failed(store::Error::Missing {
        what: "usable environment for the task",
        id: lease.task.id.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_after_a_second_and_twice_as_long_each_time_to_an_hour_for_a_day() {
        let pauses: Vec<i64> = (1..=14).map(|tries| pause(tries).num_seconds()).collect();
        assert_eq!(
            pauses,
            [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]
        );
        let within = (1..).scan(TimeDelta::zero(), |so_far, tries| {
            *so_far += pause(tries);
            (*so_far <= LASTS).then_some(())
        });
        assert_eq!(within.count() + 1, 35, "tries in a day");
    }
}
