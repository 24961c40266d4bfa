//! An open-loop load over HTTP: each request is due at a time that is fixed before the first is sent, and its latency counts
//! from then, so that a target that stands still is seen by everybody who would have asked meanwhile (no coordinated omission).
//!
//! Two threads of its own keep what else the server does out of the figures: one says when a request is due ([`pace`]), one
//! sends and reads all of them ([`engine`]).

mod bootstrap;
mod engine;
mod exchange;
mod histogram;
mod judge;
mod pace;
mod precedence;
mod schedule;
mod tally;

pub use bootstrap::{Statistic, improvement};
pub use histogram::{NoHistogram, decode, encode, merge, percentiles};

use crate::context::Context;
use crate::http::{Client, Course, dialled, request};
use crate::place::plain;
use crate::site::Site;
use domain::environment::{LoadEndpoint, LoadMethod};
use domain::load::{LoadPlan, LoadProgress, LoadResult};
use exchange::Target;
use hyper::Method;
use hyper::header::HeaderMap;
use schedule::Schedule;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

/// How long reading whom this machine trusts may take.
const AUTHORITIES: Duration = Duration::from_secs(10);

/// Nothing was sent, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no load: {0}")]
pub struct NotLoaded(pub String);

/// Asks what the plan says, of endpoints of the site's environment only, and measures. About four times a second `progress`
/// says how far it is. Cancelling it ends it at once, with what was measured so far; so does dropping the future.
///
/// # Errors
/// [`NotLoaded`]: the plan does not fit the environment, or this machine gives no thread.
pub(crate) async fn run(
    plan: &LoadPlan,
    site: &Site,
    context: &Context,
    client: &Client,
    cancel: CancellationToken,
    progress: &watch::Sender<LoadProgress>,
) -> Result<LoadResult, NotLoaded> {
    let checked = plan.load.check(&site.environment);
    checked.map_err(|no| NotLoaded(no.to_string()))?;
    let mut targets = Vec::new();
    for asked in &plan.load.endpoints {
        targets.push(target(asked, site, client).await.map_err(NotLoaded)?);
    }
    let schedule = Schedule::new(plan).map_err(NotLoaded)?;
    let stop = cancel.child_token();
    let _stopped_when_dropped = stop.clone().drop_guard();
    let began_at = (context.clock)();
    let (tell, told) = oneshot::channel();
    let (plan, progress) = (plan.clone(), progress.clone());
    let work = move || {
        precedence::claim(plan.load.rate);
        let observed = engine::run(&plan, Arc::new(schedule), targets, &stop, &progress);
        let result =
            observed.and_then(|observed| observed.result(plan, began_at).map_err(|why| why.to_string()));
        // Nobody waits any more where the future was dropped.
        let _ = tell.send(result);
    };
    let thread = std::thread::Builder::new().name("load".to_owned()).spawn(work);
    thread.map_err(|why| NotLoaded(plain(&why)))?;
    let told = told.await;
    told.map_err(|_| NotLoaded("the measuring thread has ended".to_owned()))?
        .map_err(NotLoaded)
}

/// The page to ask, with the address to dial for it; the connection checks it again once its name is resolved.
async fn target(asked: &LoadEndpoint, site: &Site, client: &Client) -> Result<Target, String> {
    let endpoint = site.environment.named(&asked.endpoint);
    let endpoint = endpoint.ok_or_else(|| format!("{} is no endpoint", asked.endpoint))?;
    let path = format!("http://host{}", asked.path);
    let path = Url::parse(&path).map_err(|why| format!("{}: {why}", asked.path))?;
    let url = dialled(&path, endpoint)?;
    let secure = match url.scheme() {
        "https" => Some(client.secure(&Course::new(AUTHORITIES)).await?),
        _ => None,
    };
    let method = match asked.method {
        LoadMethod::Get => Method::GET,
        LoadMethod::Head => Method::HEAD,
    };
    let request = request(method, &url, &HeaderMap::new(), None)?;
    Ok(Target::new(url, request, secure))
}
