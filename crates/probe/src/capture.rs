//! Captures: one observation of a target that several probes of a round judge. Five lines that look into `/metrics` make one
//! request.

use chrono::{DateTime, Utc};
use domain::verdict::Capture;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::Instant;

/// How long after its end an observation still answers; a probe that had to wait longer for its turn looks again.
const FRESH: Duration = Duration::from_secs(5);

/// What was observed, and when; cheap to clone.
#[derive(Debug)]
pub(crate) struct Captured<T> {
    pub seen: Arc<T>,
    pub capture: Capture,
    ended: Instant,
}

impl<T> Clone for Captured<T> {
    fn clone(&self) -> Self {
        Self {
            seen: Arc::clone(&self.seen),
            capture: self.capture.clone(),
            ended: self.ended,
        }
    }
}

/// The observations of one kind that a round has made, by what was asked.
pub(crate) struct Captures<T> {
    made: Mutex<HashMap<Question, Arc<OnceCell<Captured<T>>>>>,
}

/// What is asked, in words, and how long the answer may take: a line that waits longer is not answered by one that gave up.
type Question = (String, Duration);

impl<T> Default for Captures<T> {
    fn default() -> Self {
        Self {
            made: Mutex::new(HashMap::new()),
        }
    }
}

impl<T> Captures<T> {
    /// The observation of this name: made now, or by whoever asked first and is waited for. When the first one is cancelled
    /// the next one observes.
    pub async fn once(
        &self,
        name: String,
        deadline: Duration,
        clock: &(dyn Fn() -> DateTime<Utc> + Send + Sync),
        observe: impl Future<Output = T>,
    ) -> Captured<T> {
        let cell = self.cell((name.clone(), deadline));
        let observing = cell.get_or_init(|| async {
            let at = clock();
            let seen = Arc::new(observe.await);
            let capture = Capture {
                name,
                at,
                timing: None,
            };
            Captured {
                seen,
                capture,
                ended: Instant::now(),
            }
        });
        observing.await.clone()
    }

    fn cell(&self, question: Question) -> Arc<OnceCell<Captured<T>>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = made.entry(question).or_default();
        if cell.get().is_some_and(|made| made.ended.elapsed() > FRESH) {
            *cell = Arc::default();
        }
        Arc::clone(cell)
    }
}

#[cfg(test)]
mod tests;
