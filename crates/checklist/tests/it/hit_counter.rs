//! Which counters decide whether a repeated call was answered from a cache.

use checklist::compile;
use domain::plan::Work;
use domain::probe::{HitCounter, ProbeSpec};

const CALLS: &str = "- [ ] Second call should be faster: `curl http://localhost:8000/api`\n";
const HITS: &str = "- [ ] Cache metrics visible: `curl http://localhost:8000/metrics | grep cache_hits`\n";
const RATE: &str = "- [ ] Cache hit rate >60%: `curl http://localhost:8000/metrics | grep cache_hits`\n";

fn counter(document: &str) -> Option<HitCounter> {
    let plan = compile(document.as_bytes()).plan;
    let mut items = plan.sections.iter().flat_map(|section| &section.items);
    let found = items.find_map(|item| match &item.work {
        Work::Probe {
            spec: ProbeSpec::Repeated(repeated),
        } => Some((repeated.counter.clone(), item.why.clone())),
        Work::Probe { .. } | Work::Action { .. } | Work::Attestation | Work::Parent => None,
    });
    let (counter, why) = found.expect("a line about two calls");
    assert_eq!(counter.is_some(), why.contains("counts the hits"), "{why}");
    counter
}

#[test]
fn a_document_that_looks_at_the_hits_of_a_cache_says_where_they_are_counted() {
    let known = HitCounter {
        url: "http://localhost:8000/metrics".to_owned(),
        hits: "cache_hits".to_owned(),
        misses: "cache_misses".to_owned(),
    };
    assert_eq!(counter(&format!("{CALLS}{HITS}")), Some(known.clone()));
    assert_eq!(counter(&format!("{RATE}{CALLS}{HITS}")), Some(known));
}

#[test]
fn counters_elsewhere_and_of_something_else_are_none_of_it() {
    assert_eq!(counter(CALLS), None);
    for other in [
        HITS.replace("8000", "9121"),
        HITS.replace("cache_hits", "cache_size"),
        HITS.replace("cache_hits", "page_hits"),
    ] {
        assert_eq!(counter(&format!("{CALLS}{other}")), None, "{other}");
    }
    let two = HITS.replace("cache_hits", "other_cache_hits");
    assert_eq!(
        counter(&format!("{CALLS}{HITS}{two}")),
        None,
        "which of two is nobody's guess"
    );
}
