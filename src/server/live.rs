//! Live runs: events as server-sent events. Postgres only wakes; every stream reads on from the number that it sent last,
//! so that nothing is missed or sent twice.

use crate::api::action::Printed;
use crate::server::{auth::Identity, guard::ErrorAnswer, run, session, state::AppState};
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{self, KeepAlive, Sse},
    },
};
use domain::{Right, plan::ItemId, run::RunId};
use futures::{Stream, stream};
use serde::Deserialize;
use sqlx::postgres::PgListener;
use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    time::Duration,
};
use tokio::{
    sync::broadcast,
    time::{Instant, Interval, interval_at},
};

/// How many wakes a slow stream may miss before it simply looks for itself.
const WAKES: usize = 256;

/// How often a stream makes sure that its session still lives.
const SESSION_CHECK: Duration = Duration::from_secs(4);

/// How long to wait before listening again after the database went away.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);

/// Wakes streams when their run has new events.
#[derive(Clone, Debug)]
pub struct Live(broadcast::Sender<Wake>);

/// Who is woken.
#[derive(Clone, Copy, Debug)]
enum Wake {
    /// The streams of one run.
    Run(RunId),
    /// The streams of one run: one of its actions printed something.
    Printed(RunId),
    /// All: the connection to the database was lost meanwhile, and with it some notices.
    All,
}

impl Live {
    /// Nobody is listening yet: see [`Live::listen`].
    pub fn new() -> Self {
        Self(broadcast::channel(WAKES).0)
    }

    /// Hands the database's notices on until the server stops.
    pub async fn listen(self, state: AppState) {
        while !state.stopping.is_cancelled() {
            let stopped = state.stopping.cancelled();
            let ended = tokio::select! {
                () = stopped => return,
                ended = self.hand_on(&state) => ended,
            };
            if let Err(error) = ended {
                tracing::warn!(%error, "live updates: the database went away, trying again");
            }
            tokio::select! {
                () = state.stopping.cancelled() => return,
                () = tokio::time::sleep(LISTEN_AGAIN) => {}
            }
        }
    }

    async fn hand_on(&self, state: &AppState) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(&state.pool).await?;
        listener.listen(store::event::CHANNEL).await?;
        // Nobody listening is no error.
        let _ = self.0.send(Wake::All);
        loop {
            let wake = match listener.try_recv().await? {
                Some(notice) => notice
                    .payload()
                    .parse()
                    .map_or(Wake::All, |id| Wake::Run(RunId(id))),
                None => Wake::All,
            };
            let _ = self.0.send(wake);
        }
    }
}

impl Live {
    /// An action of this run printed something, in this process.
    pub fn printed(&self, run: RunId) {
        // Nobody listening is no error.
        let _ = self.0.send(Wake::Printed(run));
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

/// Where a stream begins.
#[derive(Debug, Deserialize)]
pub struct Since {
    /// The number of the last event that the page has.
    #[serde(default)]
    after: u64,
}

/// `GET /live/runs/{id}?after=N`: the events of a run after `N`, then each as it happens.
pub async fn run_events(
    State(state): State<AppState>,
    Path(id): Path<i64>,
    Query(since): Query<Since>,
    identity: Identity,
    headers: HeaderMap,
) -> Result<Response, ErrorAnswer> {
    let id = RunId(id);
    run::open(&state, &identity.person, id, Right::See)
        .await
        .map_err(ErrorAnswer)?;
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let wakes = state.live.0.subscribe();
    let watcher = Watcher {
        state,
        id,
        number: last.unwrap_or(since.after),
        wakes,
        identity,
        queue: VecDeque::new(),
        printed: VecDeque::new(),
        sent: BTreeMap::new(),
        fresh: true,
        more: false,
        session_check: interval_at(Instant::now() + SESSION_CHECK, SESSION_CHECK),
    };
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    let headers = [("cache-control", "no-store"), ("x-accel-buffering", "no")];
    Ok((headers, Sse::new(watcher.into_stream()).keep_alive(keep_alive)).into_response())
}

struct Watcher {
    state: AppState,
    id: RunId,
    number: u64,
    wakes: broadcast::Receiver<Wake>,
    identity: Identity,
    queue: VecDeque<domain::event::Event>,
    /// What actions printed, to be sent.
    printed: VecDeque<Printed>,
    /// How much of each action's output was sent.
    sent: BTreeMap<ItemId, u64>,
    fresh: bool,
    /// The last reading was cut off: there is more, though nobody wakes us for it.
    more: bool,
    /// Outlasts every wake: a run in which much happens is checked as often as a quiet one.
    session_check: Interval,
}

impl Watcher {
    fn into_stream(self) -> impl Stream<Item = Result<sse::Event, Infallible>> {
        stream::unfold(self, |mut watcher| async move {
            let event = watcher.next().await?;
            Some((Ok(event), watcher))
        })
    }

    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                self.number = event.number;
                let sent = sse::Event::default()
                    .id(event.number.to_string())
                    .json_data(&event);
                return sent
                    .inspect_err(|error| tracing::error!(%error, "an event has no JSON form"))
                    .ok();
            }
            if let Some(piece) = self.printed.pop_front() {
                // No number of its own: whoever connects again gets all of it again.
                return sse::Event::default().event("printed").json_data(&piece).ok();
            }
            if self.fresh {
                self.fresh = false;
                self.read().await;
                // Says that the stream stands, also where nothing is new.
                return Some(sse::Event::default().event("live").data("."));
            }
            if !self.more && !self.woken().await {
                return None;
            }
            if self.printed.is_empty() {
                self.read().await;
            }
        }
    }

    /// Waits until there may be something new; false when the stream ends.
    async fn woken(&mut self) -> bool {
        loop {
            tokio::select! {
                () = self.state.stopping.cancelled() => return false,
                wake = self.wakes.recv() => match wake {
                    Ok(Wake::Run(id) | Wake::Printed(id)) if id != self.id => {}
                    // No event was written: the log need not be read.
                    Ok(Wake::Printed(_)) => {
                        self.look();
                        if !self.printed.is_empty() {
                            return true;
                        }
                    }
                    Ok(Wake::Run(_) | Wake::All) | Err(broadcast::error::RecvError::Lagged(_)) => return true,
                    Err(broadcast::error::RecvError::Closed) => return false,
                },
                _ = self.session_check.tick() => {
                    // A database that does not answer ends no session; the next check asks again.
                    if matches!(session::is_live(&self.state, self.identity.session).await, Ok(false)) {
                        return false;
                    }
                }
            }
        }
    }

    fn look(&mut self) {
        self.printed
            .extend(self.state.executions.beyond(self.id, &mut self.sent));
    }

    async fn read(&mut self) {
        let read = async {
            let mut connection = self.state.pool.acquire().await.map_err(store::Error::from)?;
            store::event::after(&mut connection, self.id, self.number).await
        };
        let events = read.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "live updates: the log could not be read, trying again at the next notice");
            Vec::new()
        });
        self.look();
        self.more = events.len() == store::event::PAGE;
        self.queue = events.into();
    }
}
