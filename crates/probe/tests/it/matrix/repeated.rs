//! Pairs of calls, of which the second should come from a cache.

use super::world::{Conduct, World};
use super::*;
use crate::caching::{Caching, Counts};
use domain::probe::{HitCounter, RepeatedProbe};

fn row(state: State, what: &'static str, right: Right, conduct: Conduct) -> Row {
    let spec = RepeatedProbe {
        counter: Some(HitCounter {
            url: "http://backend:8000/metrics".to_owned(),
            hits: "cache_hits".to_owned(),
            misses: "cache_misses".to_owned(),
        }),
        ..RepeatedProbe::of("http://backend:8000/api")
    };
    Row {
        kind: "repeated",
        state,
        what,
        right,
        spec: ProbeSpec::Repeated(spec),
        world: World::tcp("http", conduct),
        command: "curl -sf $URL/api && curl -sf $URL/api".to_owned(),
    }
}

fn caching(state: State, what: &'static str, right: Right, caching: Caching) -> Row {
    row(state, what, right, Conduct::Caching(caching))
}

pub fn rows() -> Vec<Row> {
    use Counts::{Misses, Nothing, Others, Restarts, Right};
    let says = |says: &str| Conduct::http(&format!("200 OK\r\nx-cache: {says}"), "ok");
    vec![
        caching(
            Good,
            "each repeated call is counted as a hit",
            PASS,
            Caching::slower(Right),
        ),
        caching(
            Good,
            "faster, and no page of metrics",
            PASS,
            Caching::faster(Nothing),
        ),
        row(Good, "the answers say that they are cached", PASS, says("HIT")),
        caching(
            Bad,
            "no repeated call is a hit, however fast",
            FAIL,
            Caching::faster(Misses),
        ),
        row(
            Bad,
            "the answers say that they are not cached",
            FAIL,
            says("MISS"),
        ),
        caching(
            Bad,
            "slower, and no page of metrics",
            NOT_GREEN,
            Caching::slower(Nothing),
        ),
        row(
            Bad,
            "500, from a cache",
            FAIL,
            Conduct::http("500 Error\r\nx-cache: HIT", "no"),
        ),
        row(Unreachable, "nobody listens", NO_ANSWER, Conduct::Closed),
        row(Slow, "no answer", NO_ANSWER, Conduct::Silent),
        caching(
            Ambiguous,
            "slower, and the hits are others'",
            NOT_GREEN,
            Caching::slower(Others),
        ),
        caching(
            Ambiguous,
            "slower, and counted anew",
            NOT_GREEN,
            Caching::slower(Restarts),
        ),
    ]
}
