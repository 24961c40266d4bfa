//! Whether the clock of this process can be believed.

use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// A clock that jumped is not believed for this long: it may jump back.
pub const HOLD: Duration = Duration::from_secs(300);

/// As far as this it may be set right.
const SET_RIGHT: TimeDelta = TimeDelta::seconds(2);

/// Compares the clock, which people and programs set, with one that only runs. No sample is taken by a clock that jumped, until
/// it has jumped back or has stayed where it is for [`HOLD`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Watch(Option<Seen>);

#[derive(Clone, Copy, Debug)]
struct Seen {
    time: DateTime<Utc>,
    elapsed: Duration,
    /// Since when it is elsewhere, and how far.
    off: Option<(Duration, TimeDelta)>,
}

/// What a look at the clock gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// It runs as it did, or there was no look before.
    Believed,
    /// It has jumped a moment ago.
    Doubtful,
    /// It was elsewhere for long enough, and is believed from now on: what was planned by it before is planned again.
    Moved,
}

impl Watch {
    /// Looks: `time` is what the clock says, `elapsed` what runs and is never set.
    pub fn look(&mut self, time: DateTime<Utc>, elapsed: Duration) -> Look {
        let Some(seen) = &mut self.0 else {
            self.believe(time, elapsed);
            return Look::Moved;
        };
        let passed = TimeDelta::from_std(elapsed.saturating_sub(seen.elapsed)).unwrap_or(TimeDelta::MAX);
        let off = time - seen.time - passed;
        if off.abs() <= SET_RIGHT {
            self.believe(time, elapsed);
            return Look::Believed;
        }
        // A clock that jumps once more has not stayed anywhere.
        let stayed = seen.off.filter(|(_, before)| (off - *before).abs() <= SET_RIGHT);
        let (since, _) = *seen.off.insert(stayed.unwrap_or((elapsed, off)));
        if elapsed.saturating_sub(since) < HOLD {
            return Look::Doubtful;
        }
        self.believe(time, elapsed);
        Look::Moved
    }

    fn believe(&mut self, time: DateTime<Utc>, elapsed: Duration) {
        let off = None;
        self.0 = Some(Seen { time, elapsed, off });
    }
}
