//! How things are now, part by part, for comparing them with how they were.
//!
//! Only what must be equal afterwards is a part. A service that does not run is not there, whether its container was left or
//! removed: stopping what a deployment added leads back to before. Files that git does not know are no part of the work tree:
//! dumps and copies are left behind on purpose.

use crate::prober::Prober;
use crate::round::Round;
use crate::site::Site;
use crate::turn::cancelled;
use crate::{output, postgres};
use domain::fingerprint::{COMMIT, CONTAINERS, Fingerprint, HEALTH, Part, SCHEMA, WORK_TREE};
use domain::plan::Plan;
use futures::future::{FutureExt as _, join_all};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use tokio_util::sync::CancellationToken;

mod containers;
pub(crate) mod files;
mod health;
pub(crate) mod work_tree;

/// Parts by their names.
pub(crate) type Parts = Vec<(String, Part)>;

/// Why nothing is compared that could hold a secret.
const NO_SEAL: &str =
    "it could hold secrets, and there is no key here to make a digest with that gives none away";

impl Prober {
    /// Reads every part at once, in a round of its own, each within the site's deadline. Never fails: a part that could not
    /// be read says why. What the environment's file does not name (an engine, a database) has no part.
    ///
    /// Parts that could hold secrets need [`Site::with_seal`]; without it they are unread.
    pub async fn fingerprint(&self, site: &Site, plan: &Plan, cancel: CancellationToken) -> Fingerprint {
        let (round, site) = (self.round(), &prompt(site));
        let (mut parts, schema, health) = futures::join!(
            tangible(&round, site, plan, &cancel).boxed(),
            read(&[SCHEMA], site, &cancel, schema(&round, site)).boxed(),
            health(&round, site, plan, &cancel).boxed(),
        );
        parts.extend(schema);
        let (health, latency_us) = health;
        parts.extend(health);
        Fingerprint {
            parts: parts.into_iter().collect(),
            latency_us,
        }
    }
}

/// The parts that are taken back by copying, checking out and starting: files, the work tree, containers.
pub(crate) async fn tangible(
    round: &Round<'_>,
    site: &Site,
    plan: &Plan,
    cancel: &CancellationToken,
) -> Parts {
    let files = files::named(plan, site.environment.class);
    let reading = files.iter().map(|file| async move {
        let name = domain::fingerprint::file(file);
        read(&[&name], site, cancel, files::part(file, site)).await
    });
    let (files, work_tree, containers) = futures::join!(
        join_all(reading),
        read(
            &[COMMIT, WORK_TREE],
            site,
            cancel,
            work_tree::parts(round, site, cancel)
        )
        .boxed(),
        read(&[CONTAINERS], site, cancel, containers::parts(round, site)).boxed(),
    );
    files
        .into_iter()
        .flatten()
        .chain(work_tree)
        .chain(containers)
        .collect()
}

async fn schema(round: &Round<'_>, site: &Site) -> Result<Parts, String> {
    if site.environment.endpoint("database").is_err() {
        return Ok(Vec::new());
    }
    let value = postgres::schema::observe(site, round).await?;
    Ok(vec![(SCHEMA.to_owned(), Part::Is { value })])
}

async fn health(
    round: &Round<'_>,
    site: &Site,
    plan: &Plan,
    cancel: &CancellationToken,
) -> (Parts, Option<u64>) {
    let Some(page) = health::page(plan, site) else {
        return (Vec::new(), None);
    };
    let mut latency = None;
    let reading = async {
        let (value, took) = health::observe(&page, site, round).await?;
        latency = took;
        Ok(vec![(HEALTH.to_owned(), Part::Is { value })])
    };
    let parts = read(&[HEALTH], site, cancel, reading).await;
    (parts, latency)
}

/// What a reading gives, in words without secrets. Each of `names` is unread where it gave nothing, was not done in time, was
/// cancelled or broke off.
async fn read(
    names: &[&str],
    site: &Site,
    cancel: &CancellationToken,
    reading: impl Future<Output = Result<Parts, String>>,
) -> Parts {
    let reading = tokio::time::timeout(site.deadline, AssertUnwindSafe(reading).catch_unwind());
    let given = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(cancelled().reason),
        given = reading => match given {
            Ok(Ok(given)) => given,
            Ok(Err(_)) => Err("what it answered cannot be understood: reading it broke off".to_owned()),
            Err(_) => Err(format!("no complete answer within {} ms", site.deadline.as_millis())),
        },
    };
    let words = |text: String| output::sentence(&text, &site.secrets);
    let parts = given.unwrap_or_else(|why| {
        let unread = |name: &&str| ((*name).to_owned(), Part::Unread { why: why.clone() });
        names.iter().map(unread).collect()
    });
    let told = |part| match part {
        Part::Is { value } => Part::Is { value: words(value) },
        Part::Unread { why } => Part::Unread { why: words(why) },
        Part::Absent => Part::Absent,
    };
    parts
        .into_iter()
        .map(|(name, part)| (words(name), told(part)))
        .collect()
}

/// The same site where a command that reads may take no longer than anything else.
pub(crate) fn prompt(site: &Site) -> Site {
    Site {
        command_deadline: site.deadline,
        ..site.clone()
    }
}
