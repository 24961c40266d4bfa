//! The time as a value.

use chrono::{DateTime, TimeDelta, Utc};
use domain::window::{Look, Watch};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's.
    System,
    /// One that stands until it is moved: for tests.
    Hand(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `start`.
    pub fn at(start: DateTime<Utc>) -> Self {
        Clock::Hand(Arc::new(Mutex::new(start)))
    }

    /// The time now, to the microsecond: what Postgres keeps.
    pub fn now(&self) -> DateTime<Utc> {
        use chrono::SubsecRound;
        let now = match self {
            Clock::System =>
            {
                #[expect(clippy::disallowed_methods, reason = "the one place where the time enters")]
                Utc::now()
            }
            Clock::Hand(time) => *time.lock().unwrap_or_else(PoisonError::into_inner),
        };
        now.trunc_subsecs(6)
    }

    /// Whether it can be believed, by a clock that only runs, since `since`. One that stands until it is moved is moved on purpose.
    pub fn look(&self, watch: &mut Watch, since: Instant) -> Look {
        match self {
            Clock::System => watch.look(self.now(), since.elapsed()),
            Clock::Hand(_) => Look::Believed,
        }
    }

    /// Moves a standing clock forward. The machine's clock stays what it is.
    pub fn advance(&self, by: TimeDelta) {
        match self {
            Clock::System => {}
            Clock::Hand(time) => *time.lock().unwrap_or_else(PoisonError::into_inner) += by,
        }
    }
}
