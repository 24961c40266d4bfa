use super::judge;
use domain::verdict::Verdict::{self, Error, Fail, Pass};
use rstest::rstest;

fn report(cases: &str) -> String {
    // The totals lie, as a report may that was cut or written by hand.
    format!(
        "<?xml version=\"1.0\"?><testsuites><testsuite tests=\"9\" failures=\"0\">{cases}</testsuite></testsuites>"
    )
}

#[rstest]
#[case("<testcase name=\"a\"/><testcase name=\"b\"/>", Pass, "2 tests passed")]
#[case(
    "<testcase name=\"a\"/><testcase name=\"b\"><skipped/></testcase>",
    Pass,
    "1 tests passed, 1 were skipped"
)]
#[case("<testcase name=\"a\"><skipped/></testcase>", Fail, "every test was skipped")]
#[case("", Fail, "no test was collected")]
#[case(
    "<testcase name=\"a\"/><testcase name=\"slow\"><failure message=\"took 9 ms&#10;trace\">x</failure></testcase>",
    Fail,
    "1 of 2 tests failed (slow: took 9 ms)"
)]
#[case("<testcase name=\"a\"><error/></testcase>", Fail, "1 of 1 tests failed (a)")]
fn every_case_is_counted(#[case] cases: &str, #[case] verdict: Verdict, #[case] reason: &str) {
    let judgement = judge(&report(cases));
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}

#[rstest]
#[case("")]
#[case("<testsuites>")]
#[case("<!DOCTYPE x [<!ENTITY a \"b\">]><testsuites>&a;</testsuites>")]
#[case("=== 5 passed in 0.31s ===")]
fn what_is_no_report_proves_nothing(#[case] text: &str) {
    assert_eq!(judge(text).verdict, Error, "{text}");
}
