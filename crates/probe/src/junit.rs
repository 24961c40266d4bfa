//! Reports of test runs: JUnit XML as pytest and most other test runners write it.

use crate::answer::{Answer, Asked, Judgement};
use crate::place::{Closed, Place};
use crate::site::Site;
use domain::verdict::Verdict;
use roxmltree::{Document, Node};

/// How many failed tests are named.
const NAMED: usize = 3;

pub(crate) fn probe(report: &str, site: &Site) -> Answer {
    let asked = Asked {
        read_as: "JUnit report, natively".to_owned(),
        target: report.to_owned(),
        expected: "at least one test ran, and none failed".to_owned(),
    };
    let none = || Judgement::new(Verdict::NoData, "the tests have not run in this run", "no report");
    let Some(results) = &site.results else {
        return Answer::new(asked, none());
    };
    let place = match Place::of(&format!("{results}/{report}"), site) {
        Ok(place) => place,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    let judgement = match place.read() {
        Ok((_, true)) => Judgement::error("the report is longer than 1 MB"),
        Ok((content, false)) => judge(&String::from_utf8_lossy(&content)),
        Err(Closed::Missing) => none(),
        Err(Closed::Refused(why)) => Judgement::error(why),
    };
    Answer::new(asked, judgement)
}

/// Counts the test cases themselves: the totals that a report states are the writer's word.
pub(crate) fn judge(report: &str) -> Judgement {
    let document = match Document::parse(report) {
        Ok(document) => document,
        Err(why) => return Judgement::error(format!("the report is no JUnit XML: {why}")),
    };
    let cases: Vec<Node<'_, '_>> = document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .collect();
    let with = |case: &Node<'_, '_>, words: &[&str]| {
        case.children()
            .any(|child| words.contains(&child.tag_name().name()))
    };
    let failed: Vec<&Node<'_, '_>> = cases
        .iter()
        .filter(|case| with(case, &["failure", "error"]))
        .collect();
    let skipped = cases.iter().filter(|case| with(case, &["skipped"])).count();
    let passed = cases.len() - failed.len() - skipped;
    let found = format!("{passed} passed, {} failed, {skipped} skipped", failed.len());
    if let Some(first) = failed.first() {
        let names: Vec<&str> = failed
            .iter()
            .take(NAMED)
            .filter_map(|case| case.attribute("name"))
            .collect();
        let why = first
            .children()
            .find_map(|child| child.attribute("message"))
            .map(|message| format!(": {}", message.lines().next().unwrap_or_default()))
            .unwrap_or_default();
        return Judgement::fail(
            format!(
                "{} of {} tests failed ({}{why})",
                failed.len(),
                cases.len(),
                names.join(", ")
            ),
            found,
        );
    }
    match (passed, skipped) {
        (0, 0) => Judgement::fail("no test was collected", found),
        (0, _) => Judgement::fail("every test was skipped", found),
        (_, 0) => Judgement::pass(format!("{passed} tests passed")),
        _ => Judgement::pass(format!("{passed} tests passed, {skipped} were skipped")),
    }
}

#[cfg(test)]
mod tests;
