//! The share of hits, from counters.

use super::metrics::{bound, page, row};
use super::world::Conduct;
use super::*;
use crate::support::Folder;
use chrono::TimeDelta;
use domain::probe::MetricQuestion;
use domain::quantity::{Comparison, Unit};
use domain::reading::{Counter, Reading};
use probe::{Context, Site};

fn first(state: State, what: &'static str, right: Right, text: &str) -> Row {
    answered(state, what, right, page(text))
}

fn answered(state: State, what: &'static str, right: Right, conduct: Conduct) -> Row {
    let share = MetricQuestion::Share {
        part: "cache_hits".to_owned(),
        rest: "cache_misses".to_owned(),
        bound: bound(Comparison::Above, 60.0, Unit::Percent),
        minutes: None,
    };
    Row {
        kind: "share",
        ..row(state, what, right, share, conduct)
    }
}

/// As the site is then.
fn with(row: Row, adjust: fn(&mut Site, &mut Context, &Folder)) -> Row {
    Row {
        world: row.world.with(adjust),
        ..row
    }
}

/// After a look an hour ago.
fn later(state: State, what: &'static str, right: Right, text: &str) -> Row {
    with(first(state, what, right, text), |site, context, _| {
        site.readings = vec![reading(site, context, 3600)];
    })
}

/// 9000 hits and 1000 misses, so many seconds ago.
fn reading(site: &Site, context: &Context, seconds: i64) -> Reading {
    let counter = |name: &str, count| Counter {
        name: name.to_owned(),
        labels: String::new(),
        count,
        since: None,
    };
    Reading {
        target: format!("{}/metrics", site.environment.endpoints[0].url),
        at: (context.clock)() - TimeDelta::seconds(seconds),
        counters: vec![counter("cache_hits", 9000), counter("cache_misses", 1000)],
    }
}

/// The page that followed on 9000 hits and 1000 misses.
fn after(hits: u64, misses: u64) -> String {
    format!("cache_hits {}\ncache_misses {}\n", 9000 + hits, 1000 + misses)
}

pub fn rows() -> Vec<Row> {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\ncache_hits 9090\n".to_vec();
    vec![
        later(Good, "counted in an hour", PASS, &after(80, 20)),
        later(
            Good,
            "began anew, and good either way",
            PASS,
            "cache_hits 80\ncache_misses 20\n",
        ),
        later(
            Bad,
            "too small in the hour, and right for ever",
            FAIL,
            &after(10, 90),
        ),
        later(
            Bad,
            "began anew, and too small either way",
            FAIL,
            "cache_hits 10\ncache_misses 90\n",
        ),
        answered(Unreachable, "nobody listens", NO_ANSWER, Conduct::Closed),
        answered(Slow, "no answer", NO_ANSWER, Conduct::Silent),
        answered(Slow, "half a page", NO_ANSWER, Conduct::Says(half)),
        first(
            Ambiguous,
            "right, counted for ever",
            NO_DATA,
            "cache_hits 90\ncache_misses 10\n",
        ),
        first(
            Ambiguous,
            "too small, counted for ever",
            NO_DATA,
            "cache_hits 10\ncache_misses 90\n",
        ),
        first(Ambiguous, "of nothing", NO_DATA, "cache_hits 0\ncache_misses 0\n"),
        first(Ambiguous, "of NaN", NOT_GREEN, "cache_hits NaN\ncache_misses 1\n"),
        first(Ambiguous, "without its rest", NOT_GREEN, "cache_hits 5\n"),
        later(
            Ambiguous,
            "without its rest, after a look",
            NOT_GREEN,
            "cache_hits 9990\n",
        ),
        first(
            Ambiguous,
            "of two metrics of the name",
            NOT_GREEN,
            "cache_hits 9\ncache_hits_l2 9\ncache_misses 1\n",
        ),
        later(Ambiguous, "nothing was asked in the hour", NO_DATA, &after(0, 0)),
        later(
            Ambiguous,
            "hardly anything was asked in the hour",
            NO_DATA,
            &after(5, 0),
        ),
        later(
            Ambiguous,
            "the hits began anew, and perhaps the misses",
            NO_DATA,
            "cache_hits 700\ncache_misses 1020\n",
        ),
        later(
            Ambiguous,
            "began anew and has passed what it was, as its process says",
            NO_DATA,
            "cache_hits 9900\ncache_misses 1001\nprocess_start_time_seconds 4000000000\n",
        ),
        with(
            first(Ambiguous, "a look a moment ago", NO_DATA, &after(80, 20)),
            |site, context, _| site.readings = vec![reading(site, context, 5)],
        ),
        with(
            first(Ambiguous, "a look before the deployment", NO_DATA, &after(80, 20)),
            |site, context, _| {
                site.readings = vec![reading(site, context, 3600)];
                site.deployed_at = Some((context.clock)() - TimeDelta::minutes(10));
            },
        ),
        with(
            first(Ambiguous, "a look at another page", NO_DATA, &after(80, 20)),
            |site, context, _| {
                let mut elsewhere = reading(site, context, 3600);
                elsewhere.target.push('2');
                site.readings = vec![elsewhere];
            },
        ),
        with(
            first(Ambiguous, "another process answers", NO_DATA, &{
                after(80, 20) + "process_start_time_seconds 1000000\n"
            }),
            |site, context, _| {
                let mut other = reading(site, context, 3600);
                for counter in &mut other.counters {
                    counter.since = chrono::DateTime::from_timestamp(2_000_000, 0);
                }
                site.readings = vec![other];
            },
        ),
    ]
}
