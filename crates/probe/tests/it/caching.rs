//! A service with a cache, and its page of metrics.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What the page of metrics says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// What the cache was asked.
    Right,
    /// A cache that keeps nothing: each call misses.
    Misses,
    /// Nothing of the calls; the cache is hit by others all the time.
    Others,
    /// The process starts anew between two looks.
    Restarts,
    /// There is no such page.
    Nothing,
}

/// How it counts, and how long an answer takes.
#[derive(Clone, Debug)]
pub struct Caching {
    counts: Counts,
    new: Duration,
    known: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    known: HashSet<String>,
    hits: u64,
    misses: u64,
    asked: usize,
    looks: u64,
}

/// Longer than a busy machine holds up an answer that comes at once.
const SLOW: Duration = Duration::from_millis(150);

impl Caching {
    /// The second call is slower: times alone say that nothing is cached.
    pub fn slower(counts: Counts) -> Self {
        Self::of(counts, Duration::ZERO, SLOW)
    }

    /// The second call is faster: times alone say that it is cached.
    pub fn faster(counts: Counts) -> Self {
        Self::of(counts, SLOW, Duration::ZERO)
    }

    fn of(counts: Counts, new: Duration, known: Duration) -> Self {
        let state = Arc::default();
        Self {
            counts,
            new,
            known,
            state,
        }
    }

    /// How many calls there were, and how many looks at the metrics.
    pub fn asked(&self) -> (usize, u64) {
        let state = self.state();
        (state.asked, state.looks)
    }

    pub async fn serve(self, mut stream: TcpStream) {
        let mut request = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut request).await {
            let text = String::from_utf8_lossy(&request[..count]).into_owned();
            let target = text.split(' ').nth(1).unwrap_or_default();
            let (status, body) = match target.starts_with("/metrics") {
                true => self.metrics(),
                false => self.page(target).await,
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    }

    async fn page(&self, target: &str) -> (&'static str, String) {
        let known = {
            let mut state = self.state();
            state.asked += 1;
            let known = !state.known.insert(target.to_owned());
            match known && self.counts != Counts::Misses {
                true => state.hits += 1,
                false => state.misses += 1,
            }
            known
        };
        tokio::time::sleep(if known { self.known } else { self.new }).await;
        ("200 OK", "ok".to_owned())
    }

    fn metrics(&self) -> (&'static str, String) {
        let mut state = self.state();
        state.looks += 1;
        let (hits, misses) = match self.counts {
            Counts::Right | Counts::Misses => (90 + state.hits, 10 + state.misses),
            Counts::Others => (90 + 500 * state.looks, 10),
            Counts::Restarts => (state.hits, 1000 - state.looks),
            Counts::Nothing => return ("404 Not Found", "no such page".to_owned()),
        };
        let page = format!(
            "# TYPE cache_hits_total counter\ncache_hits_total {hits}\n# TYPE cache_misses_total counter\n\
             cache_misses_total {misses}\nrequests_total {}\n",
            state.asked
        );
        ("200 OK", page)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a lock")
    }
}
