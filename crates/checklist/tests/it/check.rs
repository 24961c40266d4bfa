//! `gonogo check`, without its files and its terminal.

use checklist::check::{Answer, check, explain, paint, refused};
use checklist::lint::catalogue;
use checklist::report::Paint;
use domain::plan::Severity;
use rstest::rstest;
use std::ffi::OsStr;

const DOCUMENT: &str = "# Release\n\n- [ ] Copy: `cp .env .env.backup`\n- [ ] Health: `curl http://localhost/health` returns 200\n- [ ] The team knows\n";

#[test]
fn a_report_ends_in_a_sum_and_says_how_to_mend_it() {
    let text = check("a.md", DOCUMENT.as_bytes(), Answer::Human(Paint::Plain)).text;
    for part in [
        "warning[GNG019]: a second run overwrites `.env.backup`\n  --> a.md:3:13\n   3 | - [ ] Copy: `cp .env .env.backup`\n     |             ^^^^",
        "3 items = 1 native probes + 0 shell probes + 1 actions + 1 attestations + 0 parents",
        "1 suggestions: `gonogo check --fix` prints them as a patch",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn colours_add_nothing_but_colours() {
    let coloured = check("a.md", DOCUMENT.as_bytes(), Answer::Human(Paint::Coloured)).text;
    let plain = check("a.md", DOCUMENT.as_bytes(), Answer::Human(Paint::Plain)).text;
    assert!(
        coloured.contains("\u{1b}[1;33mwarning[GNG019]\u{1b}[0m"),
        "{coloured}"
    );
    let mut stripped = String::new();
    let mut parts = coloured.split('\u{1b}');
    stripped.push_str(parts.next().unwrap_or_default());
    parts.for_each(|part| stripped.push_str(part.split_once('m').expect("a colour").1));
    assert_eq!(stripped, plain);
}

#[rstest]
#[case(None, None, None, true, Paint::Coloured)]
#[case(None, None, None, false, Paint::Plain)]
#[case(None, None, Some("dumb"), true, Paint::Plain)]
#[case(Some("1"), None, None, true, Paint::Plain)]
#[case(Some(""), None, None, true, Paint::Coloured)]
#[case(None, Some("1"), None, false, Paint::Coloured)]
#[case(None, Some("0"), None, false, Paint::Plain)]
#[case(Some("1"), Some("1"), None, true, Paint::Plain)]
fn the_terminal_and_its_variables_decide_about_colours(
    #[case] no_color: Option<&str>,
    #[case] force: Option<&str>,
    #[case] term: Option<&str>,
    #[case] terminal: bool,
    #[case] expected: Paint,
) {
    let os = |value: Option<&'static str>| value.map(OsStr::new);
    let leaked = |value: Option<&str>| value.map(|value| &*value.to_owned().leak());
    assert_eq!(
        paint(
            os(leaked(no_color)),
            os(leaked(force)),
            os(leaked(term)),
            terminal
        ),
        expected
    );
}

#[test]
fn a_document_is_refused_for_what_is_denied_and_for_what_is_worse() {
    let worst = check("a.md", DOCUMENT.as_bytes(), Answer::Json).worst;
    assert_eq!(worst, Some(Severity::Warning));
    assert!(
        !refused(worst, Severity::Error)
            && refused(worst, Severity::Warning)
            && refused(worst, Severity::Note)
    );
    assert!(!refused(None, Severity::Note));
}

#[test]
fn json_holds_the_plan_the_findings_the_counts_and_the_suggestions() {
    let text = check("a.md", DOCUMENT.as_bytes(), Answer::Json).text;
    assert_eq!(text.lines().count(), 1);
    let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(answer["file"], "a.md");
    assert_eq!(answer["counts"]["items"], 3);
    assert_eq!(answer["diagnostics"][0]["code"], "GNG019");
    assert_eq!(answer["plan"]["title"], "Release");
    assert_eq!(answer["fixes"][0]["with"], "`cp -n .env .env.backup`");
}

#[test]
fn every_lint_is_explained_and_another_code_is_refused() {
    for lint in catalogue::all() {
        let text = explain(&lint.code.to_lowercase()).expect("a page");
        assert!(
            text.contains(lint.why) && text.contains("not reported for"),
            "{text}"
        );
    }
    assert!(explain("GNG999").is_err_and(|message| message.contains("GNG012")));
    assert!(explain("\u{1b}[31m").is_err_and(|message| !message.contains('\u{1b}')));
}

#[test]
fn terminal_escapes_of_a_document_and_of_its_name_are_shown_escaped() {
    let text = check(
        "a\u{1b}[2J.md",
        b"# A\x1b[31m\n\n- [ ] x\x1b]0;title\x07 `cp .env\x1b .env.backup`\n",
        Answer::Human(Paint::Plain),
    )
    .text;
    assert!(!text.contains(['\u{1b}', '\u{7}']), "{text}");
    assert!(text.contains("a\\u{1b}[2J.md"), "{text}");
}
