//! Where hits of a cache are counted: a document that looks at them in one line means the same ones where a repeated call should
//! be answered from the cache.

use domain::plan::{Section, Work};
use domain::probe::{HitCounter, MetricQuestion, ProbeSpec, RepeatedProbe};

/// Tells probes of repeated calls which counters the document knows at the same host and port.
pub fn attach(sections: &mut [Section]) {
    let known: Vec<HitCounter> = works(sections).flat_map(specs).filter_map(counter).collect();
    if known.is_empty() {
        return;
    }
    for section in sections {
        let items = section
            .items
            .iter_mut()
            .map(|item| (&mut item.work, &mut item.why));
        let checks = section
            .checks
            .iter_mut()
            .map(|check| (&mut check.work, &mut check.why));
        for (work, why) in items.chain(checks) {
            if let Work::Probe {
                spec: ProbeSpec::Repeated(repeated),
            } = work
                && repeated.counter.is_none()
                && let Some(counter) = of(repeated, &known)
            {
                why.push_str(&format!("; {} of {} counts the hits", counter.hits, counter.url));
                repeated.counter = Some(counter.clone());
            }
        }
    }
}

fn works(sections: &[Section]) -> impl Iterator<Item = &Work> {
    sections.iter().flat_map(|section| {
        let items = section.items.iter().map(|item| &item.work);
        items.chain(section.checks.iter().map(|check| &check.work))
    })
}

fn specs(work: &Work) -> Vec<&ProbeSpec> {
    match work {
        Work::Probe { spec } => spec.leaves(),
        Work::Action { .. } | Work::Attestation | Work::Parent => Vec::new(),
    }
}

fn counter(spec: &ProbeSpec) -> Option<HitCounter> {
    let ProbeSpec::Metric(metric) = spec else {
        return None;
    };
    let (hits, misses) = match &metric.question {
        MetricQuestion::Share { part, rest, .. } => (part, Some(rest.clone())),
        MetricQuestion::Present { name } | MetricQuestion::Value { name, .. } => (name, None),
        MetricQuestion::Quantile { .. } => return None,
    };
    let misses = HitCounter::misses_of(hits).and_then(|usual| misses.or(Some(usual)))?;
    hits.contains("cache").then(|| HitCounter {
        url: metric.url.clone(),
        hits: hits.clone(),
        misses,
    })
}

/// The only one there.
fn of<'a>(repeated: &RepeatedProbe, known: &'a [HitCounter]) -> Option<&'a HitCounter> {
    let mut there = known
        .iter()
        .filter(|counter| authority(&counter.url) == authority(&repeated.url));
    let first = there.next()?;
    there.all(|other| other == first).then_some(first)
}

/// `host:port` as written; nothing for a path alone.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}
