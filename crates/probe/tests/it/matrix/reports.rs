//! Reports of test runs.

use super::world::World;
use super::*;

fn row(state: State, what: &'static str, right: Right, script: &str) -> Row {
    Row {
        kind: "tests",
        state,
        what,
        right,
        spec: ProbeSpec::Tests {
            report: "pytest.xml".to_owned(),
        },
        world: World::folder(script).with(|site, _, _| site.results = Some(".gonogo/run-7".to_owned())),
        command: "cat .gonogo/run-7/pytest.xml".to_owned(),
    }
}

/// A script that leaves this report.
fn report(cases: &str) -> String {
    format!("mkdir -p .gonogo/run-7; echo '{cases}' >.gonogo/run-7/pytest.xml")
}

fn suite(cases: &str) -> String {
    report(&format!(
        "<testsuites><testsuite tests=\"9\" failures=\"0\">{cases}</testsuite></testsuites>"
    ))
}

pub fn rows() -> Vec<Row> {
    let good = "<testcase name=\"a\"/><testcase name=\"b\"/>";
    let before = format!("{}; mv .gonogo/run-7 .gonogo/run-6", suite(good));
    let mut no_run = row(Unreachable, "no run is under way", NO_ANSWER, &suite(good));
    no_run.world = World::folder(suite(good));
    let mut rows = vec![
        row(Good, "all passed", PASS, &suite(good)),
        row(
            Good,
            "one was skipped, the others passed",
            PASS,
            &suite("<testcase name=\"a\"/><testcase name=\"b\"><skipped/></testcase>"),
        ),
        row(
            Bad,
            "one failed",
            FAIL,
            &suite("<testcase name=\"a\"/><testcase name=\"b\"><failure/></testcase>"),
        ),
        row(
            Bad,
            "one broke",
            FAIL,
            &suite("<testcase name=\"a\"><error/></testcase>"),
        ),
        row(Bad, "none was collected", FAIL, &suite("")),
        row(
            Bad,
            "all were skipped",
            FAIL,
            &suite("<testcase name=\"a\"><skipped/></testcase>"),
        ),
        row(Unreachable, "no report", NO_ANSWER, ""),
        row(Unreachable, "the report of an earlier run", NO_ANSWER, &before),
        row(
            Unreachable,
            "the report leads out of the environment",
            NO_ANSWER,
            "mkdir -p .gonogo/run-7; ln -s /etc/passwd .gonogo/run-7/pytest.xml",
        ),
        row(
            Slow,
            "the report is written to half",
            NO_ANSWER,
            &report("<testsuites><testsuite><testcase name=\"a\"/>"),
        ),
        row(
            Slow,
            "the report is not yet written",
            NO_ANSWER,
            "mkdir -p .gonogo/run-7; touch .gonogo/run-7/pytest.xml",
        ),
        row(
            Ambiguous,
            "totals of many, and no case",
            FAIL,
            &report("<testsuite tests=\"40\" failures=\"0\"/>"),
        ),
        row(
            Ambiguous,
            "a page for people",
            NOT_GREEN,
            &report("<html><body>40 passed</body></html>"),
        ),
        row(Ambiguous, "words", NOT_GREEN, &report("40 passed")),
        row(
            Ambiguous,
            "totals without failures, and a case that failed",
            FAIL,
            &suite("<testcase name=\"a\"><failure message=\"x\"/></testcase>"),
        ),
    ];
    rows.push(no_run);
    rows
}
