use super::places;
use crate::compile;
use domain::blank::{Blank, BlankKind};
use rstest::rstest;

fn blanks(text: &str) -> Vec<Blank> {
    compile(text.as_bytes()).plan.blanks
}

/// Id, label and kind of the only blank.
fn one(text: &str) -> (String, String, BlankKind) {
    let mut found = blanks(text);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    let blank = found.remove(0);
    (blank.id.0, blank.label, blank.kind)
}

#[rstest]
#[case("Deployed by: ____", "Deployed by", BlankKind::Text)]
#[case("**Deployment Date**: _______________", "Deployment Date", BlankKind::Date)]
#[case("- **Release Name/Version**: ____", "Release Name/Version", BlankKind::Text)]
#[case("- [ ] D1 Database ID #1: `_________`", "D1 Database ID #1", BlankKind::Text)]
#[case("Version: \\_\\_\\_\\_", "Version", BlankKind::Text)]
#[case("Approved by [YOUR NAME]", "Approved by", BlankKind::Text)]
#[case("Date: [YYYY-MM-DD]", "Date", BlankKind::Date)]
#[case("- Hit Rate: _____%", "Hit Rate", BlankKind::Number)]
#[case("p95: _____ ms", "p95", BlankKind::Number)]
#[case("> Reviewer: ___", "Reviewer", BlankKind::Text)]
#[case("执行人：____", "执行人", BlankKind::Text)]
#[case("日期：____", "日期", BlankKind::Date)]
fn a_blank_is_named_by_the_words_before_it(#[case] line: &str, #[case] label: &str, #[case] kind: BlankKind) {
    let (_, found, is) = one(&format!("# T\n\n{line}\n"));
    assert_eq!((found.as_str(), is), (label, kind), "{line}");
}

#[test]
fn several_blanks_of_a_line_have_names_of_their_own() {
    let found = blanks("# T\n\nName: ____, Date: ____\n\nAPI:\n  p50: ___ ms (improvement: ___%)\n");
    let named: Vec<(&str, &str, bool)> = found
        .iter()
        .map(|blank| (blank.id.0.as_str(), blank.label.as_str(), blank.computed))
        .collect();
    assert_eq!(
        named,
        [
            ("name", "Name", false),
            ("date", "Date", false),
            ("api-p50", "p50", false),
            ("api-p50-improvement", "p50 improvement", true),
        ]
    );
    assert_eq!(found[2].unit.as_deref(), Some("ms"));
    assert_eq!(found[3].place, 1);
}

#[test]
fn blanks_of_a_table_are_named_by_row_and_column() {
    let found = blanks("# T\n\n| Metric | Before | After |\n|---|---|---|\n| p95 | ____ ms | ____ ms |\n");
    let labels: Vec<&str> = found.iter().map(|blank| blank.label.as_str()).collect();
    assert_eq!(labels, ["p95 Before", "p95 After"]);
}

#[test]
fn equal_labels_are_told_apart_by_their_section() {
    let found = blanks("# T\n\n## Before\n\np50: ___ ms\n\n## After\n\np50: ___ ms\np50: ___ ms\n");
    let ids: Vec<&str> = found.iter().map(|blank| blank.id.0.as_str()).collect();
    assert_eq!(ids, ["p50--before", "p50--after", "p50--after-2"]);
    assert_eq!(found[1].section.0, "after");
}

#[test]
fn the_signature_table_has_slots_and_no_blanks() {
    let text = "# T\n\n## Sign-off\n\n| Role | Name | Date | Signature |\n|---|---|---|---|\n| QA | ____ | ____ | ____ |\n";
    assert_eq!(blanks(text), []);
}

#[test]
fn what_is_no_blank_is_none() {
    for line in [
        "snake___case and __init__ and a__b",
        "___very important___",
        "___",
        "[link](x) [ref][y] [x] [BLOCKER] [P0] array[index] ![image]",
        "`[YOUR NAME]`",
        "- [ ] a box",
    ] {
        assert_eq!(places(line), Vec::<std::ops::Range<usize>>::new(), "{line}");
    }
}

#[test]
fn the_bytes_of_a_blank_are_those_of_the_document() {
    let text = "\u{feff}# Größe\r\n\r\nDeployed by: ____ (ok)\r\n";
    let blank = blanks(text).remove(0);
    assert_eq!(&text[blank.start as usize..blank.end as usize], "____");
    assert_eq!(blank.line, 3);
}
