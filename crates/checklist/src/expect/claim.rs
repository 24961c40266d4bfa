//! What words claim of a number that no probe reads: a limit, a change, steadiness.

use crate::measure::{self, Measure};
use crate::phrases::Lower;
use domain::quantity::{Bound, Comparison, Unit};
use std::fmt;

/// A claim about a number.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// It stands in this relation: "p95 < 200 ms".
    Bound {
        /// How many values become one: "p95", "average".
        of: Option<&'static str>,
        /// The relation.
        bound: Bound,
        /// The other end of a range.
        upper: Option<Bound>,
    },
    /// It is another than before: "reduced by 50%".
    Changed {
        /// The word that says so.
        word: &'static str,
        /// By how much; a plain number is the least that will do.
        by: Bound,
    },
    /// It stays as it is.
    Stable,
}

impl Claim {
    /// The relation, where it is one.
    pub fn bound(&self) -> Option<Bound> {
        match self {
            Claim::Bound { bound, .. } | Claim::Changed { by: bound, .. } => Some(*bound),
            Claim::Stable => None,
        }
    }
}

const CHANGES: &[(&str, &str)] = &[
    ("reduced", "reduced"),
    ("reduction", "reduced"),
    ("reduce", "reduced"),
    ("decrease", "reduced"),
    ("lowered", "reduced"),
    ("dropped", "reduced"),
    ("fewer", "reduced"),
    ("faster", "improved"),
    ("improved", "improved"),
    ("improvement", "improved"),
    ("improve", "improved"),
    ("increased", "increased"),
    ("increase", "increased"),
];

const AGGREGATIONS: &[(&str, &str)] = &[
    ("p50", "p50"),
    ("p75", "p75"),
    ("p90", "p90"),
    ("p95", "p95"),
    ("p99", "p99"),
    ("95th percentile", "p95"),
    ("99th percentile", "p99"),
    ("median", "median"),
    ("average", "average"),
    ("avg", "average"),
    ("mean", "average"),
    ("peak", "peak"),
];

/// What is counted without being measured.
const PEOPLE: &[&str] = &[
    "character",
    "team",
    "member",
    "people",
    "person",
    "reviewer",
    "approv",
    "concurrent",
    "user",
];

const STEADY: &[&str] = &[
    "memory",
    "cpu",
    "usage",
    "latency",
    "rate",
    "response",
    "load",
    "connections",
    "time",
    "times",
    "pool",
    "queue",
    "traffic",
    "throughput",
    "performance",
];

/// The claim of a text, if there is one.
pub fn claim(text: &str) -> Option<Claim> {
    among(text, &measure::find(text))
}

/// As [`claim`], with the numbers of the text.
pub fn among(text: &str, measures: &[Measure]) -> Option<Claim> {
    let steady = |pair: &[u8]| pair.eq_ignore_ascii_case(b"st");
    if measures.is_empty() && !text.as_bytes().windows(2).any(steady) {
        return None;
    }
    let lower = Lower::of(text);
    let says = |word: &str| {
        lower.contains(word)
            && lower
                .split(|c: char| !c.is_alphanumeric())
                .any(|said| said == word)
    };
    if let Some(by) = measures.iter().find(|measure| measure.unit == Unit::Percent)
        && let Some((_, word)) = CHANGES.iter().find(|(written, _)| says(written))
    {
        return Some(Claim::Changed {
            word,
            by: by.bound(Comparison::AtLeast),
        });
    }
    let timed = || lower.any(&["latency", "response", "time", "load", "duration", "downtime"]);
    let telling = |measure: &&Measure| {
        let measured = match measure.unit {
            Unit::Count => measure.value == 0.0,
            // "Wait 10 minutes" claims nothing.
            Unit::Milliseconds => timed(),
            Unit::Bytes | Unit::Percent => true,
        };
        let of_people = PEOPLE.iter().any(|noun| measure.noun.starts_with(noun));
        (measure.comparison.is_some() || measure.upper.is_some() || measured) && !of_people
    };
    if let Some(measure) = measures.iter().find(telling) {
        let of = AGGREGATIONS.iter().find(|(written, _)| lower.contains(written));
        let range = measure.range().filter(|_| measure.comparison.is_none());
        return Some(Claim::Bound {
            of: of.map(|(_, word)| *word),
            bound: range.map_or_else(|| measure.bound(Comparison::Equal), |(low, _)| low),
            upper: range.map(|(_, high)| high),
        });
    }
    let steady = ["stable", "steady", "stabil"].iter().any(|word| says(word));
    (steady && STEADY.iter().any(|word| says(word))).then_some(Claim::Stable)
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Claim::Bound { of, bound, upper } => {
                if let Some(of) = of {
                    write!(f, "{of} ")?;
                }
                write!(f, "{bound}")?;
                match upper {
                    Some(upper) => write!(f, " and {upper}"),
                    None => Ok(()),
                }
            }
            Claim::Changed { word, by } => write!(f, "{word} by {by}"),
            Claim::Stable => f.write_str("stable"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Cache hit rate: >60%", "> 60 %")]
    #[case("API response time <200ms p95", "p95 < 200 ms")]
    #[case("Cache write latency: <5ms average", "average < 5 ms")]
    #[case("Error rate does not exceed 0.1%", "≤ 0.1 %")]
    #[case("Uptime 99.9%", "= 99.9 %")]
    #[case("CPU between 20% and 70%", "≥ 20 % and ≤ 70 %")]
    #[case("p99 latency reduced by 50%", "reduced by ≥ 50 %")]
    #[case("Throughput improved by at least 20 %", "improved by ≥ 20 %")]
    #[case("Pages load 30% faster", "improved by ≥ 30 %")]
    #[case("Memory usage is stable", "stable")]
    #[case("0 errors in the log", "= 0")]
    fn claims_are_typed(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(
            claim(text).map(|claim| claim.to_string()),
            Some(expected.to_owned())
        );
    }

    #[test]
    fn words_without_a_number_claim_none() {
        for text in [
            "Stakeholders notified",
            "Stable release tagged",
            "3 people told",
            "Costs reduced",
            "Wait 10 minutes",
            "A secret of 32+ characters",
            "2+ team members",
        ] {
            assert_eq!(claim(text), None, "{text}");
        }
    }
}
