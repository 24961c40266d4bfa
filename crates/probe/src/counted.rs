//! What is counted around a measured load: the calls of the database's statements and the lookups of its cache, read before and
//! after it and divided by its requests. Counters belong to whole servers: what others ask meanwhile is counted with it.

use crate::output;
use crate::prober::Prober;
use crate::round::Round;
use crate::site::Site;
use crate::turn::cancelled;
use crate::{postgres, redis};
use domain::measurement::Figure;
use futures::future::{BoxFuture, FutureExt as _};
use serde::{Deserialize, Serialize};
use std::panic::AssertUnwindSafe;
use tokio_util::sync::CancellationToken;

mod lookups;
mod page;
mod slices;
mod statements;

pub use lookups::{Lookups, Pair};
pub use slices::{FEWEST as FEWEST_SLICES, Slice, Slicing, fewer_queries};
pub use statements::{Statement, Statements};

/// The counters at one moment; plain data, without secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// How often each statement of the endpoint `database` was called.
    pub statements: Read<Statements>,
    /// How often the cache had what was asked for.
    pub lookups: Read<Lookups>,
}

/// What was read, or why it was not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Read<T> {
    /// The counters.
    Is(T),
    /// Why there are none and what to do, in words.
    Unread(String),
}

/// Figures, and notes for people.
type Told = (Vec<Figure>, Vec<String>);

impl Prober {
    /// Reads the counters, in a round of its own. Never errs, never hangs: each source has the site's deadline, and what could
    /// not be read says why.
    pub async fn counted(&self, site: &Site, cancel: CancellationToken) -> Counted {
        let round = self.round();
        let (statements, lookups) = futures::join!(
            read(site, &cancel, statements(site, &round)),
            read(site, &cancel, lookups(site, &round)),
        );
        Counted { statements, lookups }
    }

    /// The mean of timed reading calls of the cache, one after the other over one connection, in milliseconds. Nothing is
    /// written. To the server each call is a lookup that misses: ask before the first [`Prober::counted`] of a load or after the
    /// last, not between them.
    ///
    /// # Errors
    /// Why there is no figure and what to do, in words without secrets.
    pub async fn cache_calls(&self, site: &Site, cancel: CancellationToken) -> Result<Figure, String> {
        match read(site, &cancel, Box::pin(redis::counted::calls(site))).await {
            Read::Is(figure) => Ok(figure),
            Read::Unread(why) => Err(why),
        }
    }
}

impl Counted {
    /// What was counted since `before`, around a load of so many requests: queries for each request, statements that repeat, the
    /// hit rate of the cache. The texts are for people: what could not be counted and what to do, and the statements that
    /// repeat. Where a counter may have lost something there is no figure.
    pub fn since(&self, before: &Counted, requests: u64) -> (Vec<Figure>, Vec<String>) {
        let mut told = Told::default();
        match (&before.statements, &self.statements) {
            (Read::Is(before), Read::Is(after)) => after.since(before, requests, &mut told),
            (Read::Unread(why), _) | (_, Read::Unread(why)) => {
                told.1.push(format!("Database queries were not counted: {why}"));
            }
        }
        match (&before.lookups, &self.lookups) {
            (Read::Is(before), Read::Is(after)) => after.since(before, &mut told),
            (Read::Unread(why), _) | (_, Read::Unread(why)) => {
                told.1
                    .push(format!("The hits of the cache were not counted: {why}"));
            }
        }
        told
    }
}

// Functions of their own: what they ask needs much of a stack in all, and these frames are gone before the first is polled.

fn statements<'a>(site: &'a Site, round: &'a Round<'_>) -> BoxFuture<'a, Result<Statements, String>> {
    Box::pin(postgres::counted::observe(site, round))
}

/// Of the environment's Redis where it has one, else of a page of metrics.
fn lookups<'a>(site: &'a Site, round: &'a Round<'_>) -> BoxFuture<'a, Result<Lookups, String>> {
    match redis::counted::listed(site) {
        true => Box::pin(redis::counted::lookups(site, round)),
        false => Box::pin(page::lookups(site, round)),
    }
}

/// What a reading gives; a reason in words without secrets where it gave nothing, was cancelled, broke off, or stopped in a
/// way that its own deadline does not see.
async fn read<T>(
    site: &Site,
    cancel: &CancellationToken,
    reading: BoxFuture<'_, Result<T, String>>,
) -> Read<T> {
    let backstop = site.deadline.saturating_mul(2);
    let reading = tokio::time::timeout(backstop, AssertUnwindSafe(reading).catch_unwind());
    let given = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(cancelled().reason),
        given = reading => match given {
            Ok(Ok(given)) => given,
            Ok(Err(_)) => Err("what it answered cannot be understood: reading it broke off".to_owned()),
            Err(_) => Err(format!("no complete answer within {} ms", backstop.as_millis())),
        },
    };
    given.map_or_else(
        |why| Read::Unread(output::sentence(&why, &site.secrets)),
        Read::Is,
    )
}
