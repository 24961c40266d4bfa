//! A day in a fake clock: who samples dies and is started again, and the clock jumps. What the server does with a task is done
//! here by the same rules, without a database.

use super::{sample, t0};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use domain::{
    verdict::Verdict,
    window::{Demand, HOLD, Look, Sample, Sampling, Watch, Window, judge},
};
use rstest::rstest;
use std::{collections::BTreeMap, ops::Bound, time::Duration};

/// How often a process looks for something to do, in milliseconds.
const LOOKED: i64 = 250;

const DAY: i64 = 86_400_000;

/// Numbers that look random and are the same for the same seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        i64::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// A time during which the clock is wrong, in true milliseconds since T0.
#[derive(Clone, Copy, Debug)]
struct Wrong {
    from: i64,
    until: i64,
    by: TimeDelta,
}

/// What outlives a process.
struct Stored {
    due_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    /// By slot: the sample, when it was truly taken, and whether it was struck.
    samples: BTreeMap<DateTime<Utc>, (Sample, DateTime<Utc>, bool)>,
    doubled: usize,
}

struct Day {
    window: Window,
    stored: Stored,
    /// True times at which somebody could look, with a clock that is right and believed.
    sighted: Vec<DateTime<Utc>>,
}

impl Day {
    fn new() -> Self {
        Self::since(t0())
    }

    fn since(t0: DateTime<Utc>) -> Self {
        let window = Window {
            t0,
            due: t0 + TimeDelta::days(1),
            sampling: Sampling {
                interval: TimeDelta::seconds(1),
                steady: TimeDelta::seconds(2),
                timeout: TimeDelta::milliseconds(500),
            },
        };
        Self {
            window,
            stored: Stored {
                due_at: window.t0,
                ended_at: None,
                samples: BTreeMap::new(),
                doubled: 0,
            },
            sighted: Vec::new(),
        }
    }

    /// A day with restarts, each for this many milliseconds, and a clock that is wrong at times.
    fn passes(mut self, restarts: &[(i64, i64)], wrongs: &[Wrong]) -> Self {
        let (mut watch, mut began) = (Watch::default(), 0);
        for now in (0..=DAY + 2_000).step_by(LOOKED as usize) {
            if restarts.iter().any(|(at, lasts)| now >= *at && now < at + lasts) {
                (watch, began) = (Watch::default(), now + LOOKED);
                continue;
            }
            let wrong = wrongs.iter().find(|wrong| now >= wrong.from && now < wrong.until);
            let truly = self.window.t0 + TimeDelta::milliseconds(now);
            let clock = truly + wrong.map_or(TimeDelta::zero(), |wrong| wrong.by);
            let elapsed = Duration::from_millis(u64::try_from(now - began).unwrap());
            let look = watch.look(clock, elapsed);
            if look != Look::Doubtful && wrong.is_none() {
                self.sighted.push(truly);
            }
            self.stored.goes_on(&self.window, look, clock, truly);
        }
        self
    }

    /// What counts in the end, and what truth says of it: missed though somebody could look, and taken at another time than it says.
    fn sums(&self) -> (usize, usize, usize) {
        let mut sighted = self.sighted.iter().peekable();
        let (mut missed, mut untrue) = (0, 0);
        for slot in self.window.slots(self.window.due) {
            while sighted.next_if(|truly| **truly < slot).is_some() {}
            let seen = sighted
                .peek()
                .is_some_and(|truly| **truly - slot <= self.window.sampling.timeout);
            match self.stored.samples.get(&slot) {
                None => missed += usize::from(seen),
                Some((_, _, true)) => {}
                Some((_, truly, false)) => {
                    let off = *truly - slot;
                    untrue += usize::from(off < TimeDelta::zero() || off > self.window.sampling.timeout);
                }
            }
        }
        let counted: Vec<Sample> = self.counted();
        let judged = judge(&self.window, Demand::Throughout, &counted, self.window.due).unwrap();
        let gaps: TimeDelta = judged.gaps.iter().map(|gap| gap.length).sum();
        assert_eq!(judged.come, 86_400);
        if judged.gaps.len() < 20 {
            let gaps = usize::try_from(gaps.num_seconds()).unwrap();
            assert_eq!(
                judged.taken + gaps,
                judged.come,
                "each slot is sampled or in a gap"
            );
        }
        (judged.taken, missed, untrue)
    }

    fn counted(&self) -> Vec<Sample> {
        let counted = self.stored.samples.values().filter(|(_, _, struck)| !struck);
        counted.map(|(sample, ..)| sample.clone()).collect()
    }
}

impl Stored {
    /// What a process does that has just looked at its clock.
    fn goes_on(&mut self, window: &Window, look: Look, clock: DateTime<Utc>, truly: DateTime<Utc>) {
        match look {
            Look::Doubtful => return,
            Look::Believed => {}
            Look::Moved => {
                self.due_at = self.due_at.min(clock);
                self.ended_at = self.ended_at.filter(|at| *at <= clock);
            }
        }
        if self.ended_at.is_some() || self.due_at > clock {
            return;
        }
        if clock >= window.t0 {
            // Those of slots that have not come yet.
            let to_come = self.samples.range_mut((Bound::Excluded(clock), Bound::Unbounded));
            to_come.for_each(|(_, (.., struck))| *struck = true);
        }
        if let Some(slot) = window
            .slot_at(clock)
            .filter(|slot| !self.samples.contains_key(slot))
        {
            let taken = Sample {
                taken_at: clock,
                ..sample(slot, Verdict::Pass)
            };
            self.doubled += usize::from(self.samples.insert(slot, (taken, truly, false)).is_some());
        }
        match window.next_after(clock) {
            Some(next) => self.due_at = next,
            None => self.ended_at = Some(clock),
        }
    }
}

fn restarts(dice: &mut Dice, longest: i64) -> Vec<(i64, i64)> {
    let one = |_| {
        (
            dice.below(DAY / LOOKED) * LOOKED,
            (1 + dice.below(longest)) * LOOKED,
        )
    };
    (0..50).map(one).collect()
}

/// Clocks that are wrong for a while, by an hour or ten years, one every three hours; ahead for longer than is waited, too.
fn wrongs(dice: &mut Dice) -> Vec<Wrong> {
    let by = [
        TimeDelta::hours(1),
        TimeDelta::hours(-1),
        TimeDelta::days(3653),
        TimeDelta::days(-3653),
    ];
    let hold = i64::try_from(HOLD.as_millis()).unwrap();
    (0..8)
        .map(|number| {
            let by = by[usize::try_from(dice.below(4)).unwrap()];
            let from = number * 3 * 3_600_000 + dice.below(3_600_000);
            let longest = if by > TimeDelta::zero() {
                2 * hold
            } else {
                hold - 1_000
            };
            let until = from + 1_000 + dice.below(longest - 1_000);
            Wrong { from, until, by }
        })
        .collect()
}

#[test]
fn a_day_of_86_400_slots_and_50_restarts_misses_none_and_doubles_none() {
    for seed in seeds(3) {
        let day = Day::new().passes(&restarts(&mut Dice(seed), 1), &[]);
        assert_eq!(
            (day.sums(), day.stored.doubled),
            ((86_400, 0, 0), 0),
            "seed {seed}"
        );
    }
}

#[test]
fn a_clock_that_jumps_by_an_hour_or_ten_years_makes_gaps_and_neither_doubles_nor_invents_a_sample() {
    for seed in seeds(3) {
        let mut dice = Dice(seed);
        let wrongs = wrongs(&mut dice);
        let behind = |at: i64| {
            wrongs
                .iter()
                .any(|wrong| wrong.by < TimeDelta::zero() && at + 60_000 >= wrong.from && at <= wrong.until)
        };
        // A process that starts while the clock is behind cannot know it.
        let restarts: Vec<_> = restarts(&mut dice, 40)
            .into_iter()
            .filter(|(at, _)| !behind(*at))
            .collect();
        let day = Day::new().passes(&restarts, &wrongs);
        let (taken, missed, untrue) = day.sums();
        assert_eq!(
            (missed, untrue, day.stored.doubled),
            (0, 0, 0),
            "seed {seed}, {wrongs:?}"
        );
        // At most ten minutes of each jump, as long again until the clock is believed, and as many struck; ten seconds a restart.
        assert!(
            taken > 86_400 - 8 * 2 * 900 - 500,
            "seed {seed}: {taken} were taken"
        );
    }
}

/// The days on which clocks on the wall are changed, as a person would read T0 and the due time there, in hours east of UTC.
#[rstest]
#[case::berlin_in_spring("2026-03-28T18:00:00Z", 1, 2)]
#[case::berlin_in_autumn("2026-10-24T18:00:00Z", 2, 1)]
#[case::new_york_in_spring("2026-03-08T00:30:00Z", -5, -4)]
#[case::new_york_in_autumn("2026-11-01T00:30:00Z", -4, -5)]
fn a_day_on_which_the_clocks_are_changed_has_as_many_slots_as_any_other(
    #[case] t0: &str,
    #[case] before: i32,
    #[case] after: i32,
) {
    let mut dice = Dice(7);
    let day = Day::since(t0.parse().unwrap()).passes(&restarts(&mut dice, 1), &[]);
    let (taken, missed, untrue) = day.sums();
    assert_eq!((missed, untrue, day.stored.doubled), (0, 0, 0));
    assert!(taken > 86_400 - 500, "{taken}");
    let slots: Vec<_> = day.window.slots(day.window.due).collect();
    assert_eq!(slots.len(), 86_400);
    assert!(
        slots
            .windows(2)
            .all(|two| two[1] - two[0] == TimeDelta::seconds(1))
    );
    // The day of T0 has 23 or 25 hours on the wall, and the window has 24 all the same.
    let local = |at: DateTime<Utc>, hours: i32| {
        at.with_timezone(&FixedOffset::east_opt(hours * 3600).unwrap())
            .naive_local()
    };
    let on_the_wall = local(day.window.due, after) - local(day.window.t0, before);
    assert_eq!(on_the_wall, TimeDelta::hours(24 + i64::from(after - before)));
}

#[test]
fn an_hour_without_anybody_is_a_gap_of_an_hour() {
    let day = Day::new().passes(&[(3_600_000, 3_600_000)], &[]);
    let judged = judge(&day.window, Demand::Throughout, &day.counted(), day.window.due).unwrap();
    assert_eq!(
        (judged.taken, judged.gaps.len(), judged.longest),
        (82_800, 1, TimeDelta::hours(1))
    );
    assert_eq!(judged.verdict, Verdict::Pass, "95.8 %");
}

/// The seeds of a round: as many as `few`, or those that the campaign names.
fn seeds(few: u64) -> impl Iterator<Item = u64> {
    #[expect(clippy::disallowed_methods, reason = "the campaign says what is tried")]
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let first = number("GONOGO_WINDOW_SEED").unwrap_or(1);
    first..first + number("GONOGO_WINDOW_SEEDS").unwrap_or(few)
}
