//! Thresholds that are stated twice, or two ways.

use super::document::line;
use super::{Findings, catalogue as c};
use crate::infer::words;
use crate::source::Source;
use domain::objective::{Objective, series};
use domain::plan::{ItemId, Section, Work};
use domain::probe::ProbeSpec;
use domain::quantity::{Bound, Unit};
use std::collections::{HashMap, HashSet};

/// The same number in two lines.
pub fn thresholds(source: &Source, sections: &[Section], findings: &mut Findings) {
    let mut seen: HashMap<String, (u32, Bound)> = HashMap::new();
    let measured = |work: &Work| match work {
        Work::Attestation
        | Work::Probe {
            spec:
                ProbeSpec::Http(_)
                | ProbeSpec::Shell(_)
                | ProbeSpec::Redis(_)
                | ProbeSpec::Docker(_)
                | ProbeSpec::Prometheus(_)
                | ProbeSpec::Metric(_),
        } => true,
        Work::Probe { .. } | Work::Action { .. } | Work::Parent => false,
    };
    let items = sections
        .iter()
        .flat_map(|section| &section.items)
        .filter(|item| item.text.len() <= 300 && measured(&item.work));
    for item in items {
        let Some(bound) = words::threshold(&item.text).filter(|bound| bound.quantity.unit != Unit::Count)
        else {
            continue;
        };
        let subject = subject(&item.text);
        match seen.get(&subject) {
            Some((first, same)) if *same == bound => {
                findings.add(
                    &c::CONTRADICTION,
                    line(source, item.line),
                    format!("line {first} asks for the same: {bound}"),
                );
            }
            Some((first, other)) => {
                findings.add(
                    &c::CONTRADICTION,
                    line(source, item.line),
                    format!("line {first} asks for {other}, this line for {bound}"),
                );
            }
            None => {
                seen.insert(subject, (item.line, bound));
            }
        }
    }
}

/// Lines about one number that differ, where the words alone did not show it.
pub fn series(source: &Source, objectives: &[Objective], findings: &mut Findings) {
    let said = findings
        .places()
        .into_iter()
        .filter(|(code, _)| *code == c::CONTRADICTION.code);
    let said: HashSet<u32> = said.map(|(_, span)| source.line(span.start)).collect();
    let lines: HashMap<&ItemId, u32> = objectives
        .iter()
        .map(|objective| (&objective.item, objective.line))
        .collect();
    for difference in series::of(objectives, &[])
        .into_iter()
        .flat_map(|series| series.differences)
    {
        let number = lines
            .get(&difference.second)
            .filter(|number| !said.contains(number));
        if let Some(number) = number {
            findings.add(&c::CONTRADICTION, line(source, *number), difference.words);
        }
    }
}

/// The words before the number that name what is measured.
fn subject(text: &str) -> String {
    let lower = text.to_lowercase();
    let head = lower
        .split(['<', '>', '≥', '≤', ':', '`'])
        .next()
        .unwrap_or_default();
    let idle = [
        "stabilized",
        "stable",
        "improved",
        "reduced",
        "by",
        "is",
        "under",
        "below",
        "above",
        "at",
        "least",
        "less",
        "more",
        "than",
        "time",
    ];
    head.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !idle.contains(word))
        .collect::<Vec<_>>()
        .join(" ")
}
