//! "Make 2 identical calls, the second should be faster".

use super::command::Outcome;
use super::{Inferred, short, words};
use crate::classify::Effect;
use crate::describe;
use crate::measure;
use domain::plan::Work;
use domain::probe::{ProbeSpec, RepeatedProbe};
use domain::quantity::Unit;
use std::ops::Range;

mod quantile;

/// Why such words are a probe.
pub const BECAUSE: &str = "pairs of the same call are compared, each pair about something new";

/// What the second of two calls is said to be.
const FASTER: &[&str] = &[
    "faster",
    "quicker",
    "cached",
    "from cache",
    "from the cache",
    "served by the cache",
    "cache hit",
];

/// How far behind "second" its praise may stand, in bytes.
const NEAR: usize = 48;

/// Whether the words say that the second of two calls is faster. "1 second faster" is about a time.
pub fn said(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["second", "2nd"].iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let (before, after) = (
                lower[..at].trim_end_matches([' ', '-']),
                &lower[at + word.len()..],
            );
            let near = &after[..after.floor_char_boundary(NEAR)];
            let near = near.split(['.', ';', '!']).next().unwrap_or_default();
            let whole = after.starts_with([' ', ',', ':']);
            // "not", "should not be faster": what is denied is nobody's claim.
            let denied = near.contains(" not ") || near.contains("n't ");
            let amount = before.ends_with(|c: char| c.is_ascii_digit()) || ends_with_number(before);
            whole && !amount && !denied && FASTER.iter().any(|word| near.contains(word))
        })
    })
}

fn ends_with_number(before: &str) -> bool {
    ["one", "half a", "per", "every", "each", "a"]
        .iter()
        .any(|word| before.rsplit(' ').next() == Some(word) || before.ends_with(&format!(" {word}")))
}

/// The address that a command asks by GET, where it asks no other.
fn address(outcome: &Outcome) -> Option<&str> {
    if outcome.effect != Effect::Reads {
        return None;
    }
    let mut found = None;
    for pipeline in &outcome.script.as_ref()?.pipelines {
        let [stage] = pipeline.stages.as_slice() else {
            return None;
        };
        if stage.program() != Some("curl") {
            return None;
        }
        let arguments = stage.literal_arguments()?;
        // What is sent along would be left out.
        let sends = |word: &&str| {
            matches!(
                *word,
                "-H" | "--header" | "-b" | "--cookie" | "-u" | "--user" | "-k" | "--insecure"
            )
        };
        if arguments.iter().any(sends) {
            return None;
        }
        for word in arguments.iter().filter(|word| words::is_url(word)) {
            if found.is_some_and(|other| other != *word) {
                return None;
            }
            found = Some(*word);
        }
    }
    found
}

/// The probe of commands beside such words; a time that the words name as well is another question.
pub fn commands(text: &str, commands: &[(Outcome, Range<usize>)]) -> Option<ProbeSpec> {
    let mut urls = commands
        .iter()
        .map(|(outcome, _)| match outcome.expectation.within_ms {
            Some(_) => None,
            None => address(outcome),
        });
    let first = urls.next()??;
    let one = said(text) && urls.all(|url| url == Some(first)) && timeless(text);
    one.then(|| ProbeSpec::Repeated(RepeatedProbe::of(first)))
}

/// [`commands`], or the probe of a quantile that they search for.
pub fn or_quantile(text: &str, found: &[(Outcome, Range<usize>)]) -> Option<ProbeSpec> {
    commands(text, found).or_else(|| quantile::commands(text, found))
}

/// What becomes of a line with such a probe.
pub fn inferred(text: &str, spec: ProbeSpec, commands: Vec<(Outcome, Range<usize>)>) -> Inferred {
    let because = match spec {
        ProbeSpec::Metric(_) => "the quantile is read from the histogram's buckets",
        _ => BECAUSE,
    };
    Inferred {
        why: format!("{}: {because}; {}", short(text), describe::probe(&spec)),
        work: Work::Probe { spec },
        commands,
    }
}

/// The probe of an address in words.
pub fn page(text: &str, urls: &[&str]) -> Option<ProbeSpec> {
    let [url] = urls else { return None };
    (said(text) && timeless(text)).then(|| ProbeSpec::Repeated(RepeatedProbe::of(*url)))
}

fn timeless(text: &str) -> bool {
    let counts = measure::find(text);
    counts.iter().all(|measure| measure.unit == Unit::Count)
}

#[cfg(test)]
mod tests {
    use super::said;
    use rstest::rstest;

    #[rstest]
    #[case("Make 2 identical API calls, second should be faster", true)]
    #[case("Second request should be faster", true)]
    #[case("the 2nd call is served from the cache", true)]
    #[case("call it twice (second: faster)", true)]
    #[case("answers 1 second faster", false)]
    #[case("a second faster than before", false)]
    #[case("30-second cached results", false)]
    #[case("the second call should not be cached", false)]
    #[case("Second environment is up. Pages load faster", false)]
    #[case("seconds are cached", false)]
    #[case("is faster", false)]
    fn the_second_call_is_said_to_be_faster(#[case] text: &str, #[case] is: bool) {
        assert_eq!(said(text), is);
    }
}
