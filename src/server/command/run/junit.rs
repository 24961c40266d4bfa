//! The answer as JUnit XML, for what collects reports of tests.

use super::round::{Answer, Answered, Round};
use checklist::report::visible;
use domain::verdict::{Evidence, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::{collections::HashSet, time::Duration};

/// A test suite for each section, a test case for each line. A line that does not pass and decides nothing is skipped, as is
/// what was not asked: a skipped line is none that passed.
///
/// # Errors
/// When it cannot be written as XML.
pub fn junit(round: &Round<'_>) -> anyhow::Result<String> {
    let mut report = Report::new(visible(&round.checklist.plan.title));
    report.set_timestamp(round.at.fixed_offset());
    report.set_time(round.lines.iter().filter_map(took).sum());
    for lines in round
        .lines
        .chunk_by(|one, next| one.section.id == next.section.id)
    {
        report.add_test_suite(suite(round, lines));
    }
    Ok(report.to_string()?)
}

fn suite(round: &Round<'_>, lines: &[Answered<'_>]) -> TestSuite {
    let heading = lines.first().map(|line| line.section.heading());
    let heading = visible(&heading.unwrap_or_default());
    let mut suite = TestSuite::new(heading.clone());
    suite.set_timestamp(round.at.fixed_offset());
    suite.set_time(lines.iter().filter_map(took).sum());
    let mut names = HashSet::new();
    for answered in lines {
        let text = visible(&answered.line.text);
        // Reports are merged by name.
        let name = match names.insert(text.clone()) {
            true => text,
            false => format!("{text} (line {})", answered.line.line),
        };
        let mut case = TestCase::new(name, status(answered));
        case.set_classname(heading.clone());
        if let Some(took) = took(answered) {
            case.set_time(took);
        }
        suite.add_test_case(case);
    }
    suite
}

fn took(answered: &Answered<'_>) -> Option<Duration> {
    match &answered.answer {
        Answer::Found(finding) => Some(Duration::from_micros(finding.evidence.duration_us)),
        Answer::Withheld(_) | Answer::NotDue(_) | Answer::People => None,
    }
}

fn status(answered: &Answered<'_>) -> TestCaseStatus {
    let reason = answered.reason();
    let not_asked = |words: String| {
        let mut skipped = TestCaseStatus::skipped();
        skipped.set_message(words);
        skipped
    };
    let Some(verdict) = answered.verdict() else {
        return not_asked(match &answered.answer {
            Answer::People => format!("left to people: {reason}"),
            Answer::Found(_) | Answer::Withheld(_) | Answer::NotDue(_) => reason.to_owned(),
        });
    };
    let mut status = match verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        _ if answered.is_left_to_people() => return not_asked(format!("left to people: {reason}")),
        Verdict::Fail | Verdict::Error if !answered.decides() => {
            return not_asked(format!("optional, {}: {reason}", verdict.word()));
        }
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::NoData | Verdict::Warning => return not_asked(format!("{}: {reason}", verdict.word())),
    };
    status.set_message(reason).set_type(verdict.word());
    if let Answer::Found(finding) = &answered.answer {
        status.set_description(description(&finding.evidence));
    }
    status
}

fn description(evidence: &Evidence) -> String {
    let Evidence {
        read_as,
        target,
        expected,
        found,
        output,
        ..
    } = evidence;
    let mut words = format!("read as: {read_as}\ntarget: {target}\nexpected: {expected}\nfound: {found}\n");
    if let Some(output) = output {
        words.push_str(&format!("output:\n{}\n", output.text));
    }
    words
}
