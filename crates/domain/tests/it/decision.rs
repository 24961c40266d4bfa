use crate::support::{Bench, person};
use chrono::TimeDelta;
use domain::{
    Role,
    consequence::consequence,
    decision::{Word, close_outcome, decide, next_for},
    event::{Happening, Outcome},
    permission::{MayNotSign, may_sign},
    person::Author,
    sign_off::Meaning,
    verdict::Verdict,
};

/// A run whose phase is settled, whose window is due and green.
fn green() -> Bench {
    let mut bench = Bench::new();
    bench.happen(&Author::Gonogo, Happening::Executing);
    bench.settle_phase();
    let t0 = bench.now;
    bench.happen(&Author::Gonogo, Happening::T0Set { t0, reason: None });
    bench.now += TimeDelta::hours(1);
    bench.observe("later", Verdict::Pass);
    bench
}

fn word(bench: &Bench) -> Word {
    decide(&bench.outline, &bench.run, bench.now).word
}

#[test]
fn a_go_needs_every_required_line_and_every_signature() {
    let mut bench = green();
    assert_eq!(word(&bench), Word::NotYet);
    bench.sign(&person(2, &[Role::Developer]), "developer", Meaning::Go);
    assert_eq!(word(&bench), Word::NotYet);
    bench.sign(&person(3, &[Role::Qa]), "qa", Meaning::Go);
    assert_eq!(word(&bench), Word::Go);
    let closed = consequence(&bench.outline, &bench.run, bench.now);
    assert!(
        matches!(
            closed,
            Some(Happening::Closed {
                outcome: Outcome::Go,
                ..
            })
        ),
        "{closed:?}"
    );
}

#[test]
fn one_red_check_is_a_no_go_that_says_which() {
    let mut bench = green();
    bench.observe("check", Verdict::Fail);
    let answer = decide(&bench.outline, &bench.run, bench.now);
    assert_eq!(answer.word, Word::NoGo);
    assert!(answer.why.contains("check is fail"), "{}", answer.why);
}

#[test]
fn an_optional_line_never_blocks() {
    let mut bench = green();
    bench.observe("optional-probe", Verdict::Fail);
    assert_eq!(word(&bench), Word::NotYet);
    bench.sign(&person(2, &[Role::Developer]), "developer", Meaning::Go);
    bench.sign(&person(3, &[Role::Qa]), "qa", Meaning::Go);
    assert_eq!(
        close_outcome(&bench.outline, &bench.run, bench.now),
        Some(Outcome::Go)
    );
}

#[test]
fn a_change_of_the_record_makes_signatures_stale() {
    let mut bench = green();
    bench.sign(&person(2, &[Role::Developer]), "developer", Meaning::Go);
    bench.sign(&person(3, &[Role::Qa]), "qa", Meaning::Go);
    bench.observe("probe", Verdict::Fail);
    bench.observe("probe", Verdict::Pass);
    let answer = decide(&bench.outline, &bench.run, bench.now);
    assert_eq!(answer.word, Word::NotYet);
    assert!(answer.why.contains("stale"), "{}", answer.why);
    assert_eq!(close_outcome(&bench.outline, &bench.run, bench.now), None);
}

#[test]
fn one_person_alone_closes_nothing() {
    let mut bench = green();
    let both = person(2, &[Role::Developer, Role::Qa]);
    bench.sign(&both, "developer", Meaning::Go);
    let refused = may_sign(&bench.outline, &bench.run, &both, "qa", Meaning::Go, "");
    assert_eq!(refused.unwrap_err(), MayNotSign::AnotherSlot("Developer".into()));
    bench.sign(&both, "qa", Meaning::Go);
    assert_eq!(close_outcome(&bench.outline, &bench.run, bench.now), None);
    assert_eq!(word(&bench), Word::NotYet);
}

#[test]
fn a_slot_is_signed_by_its_role_and_a_no_go_has_a_reason() {
    let bench = green();
    let sign = |role: &str, by: Role, meaning, comment| {
        may_sign(
            &bench.outline,
            &bench.run,
            &person(2, &[by]),
            role,
            meaning,
            comment,
        )
        .map(|_| ())
    };
    assert_eq!(sign("qa", Role::Qa, Meaning::Go, ""), Ok(()));
    assert_eq!(
        sign("qa", Role::Admin, Meaning::Go, ""),
        Err(MayNotSign::NotTheRole("QA".into()))
    );
    assert_eq!(
        sign("owner", Role::Qa, Meaning::Go, ""),
        Err(MayNotSign::NoSlot("owner".into()))
    );
    assert_eq!(
        sign("qa", Role::Qa, Meaning::NoGo, "  "),
        Err(MayNotSign::ReasonNeeded)
    );
    assert_eq!(sign("qa", Role::Qa, Meaning::NoGo, "p95 doubled"), Ok(()));
}

#[test]
fn nobody_signs_over_the_answer_of_somebody_else() {
    let mut bench = green();
    bench.sign(&person(3, &[Role::Qa]), "qa", Meaning::NoGo);
    let taken = |bench: &Bench, by: i64, meaning| {
        may_sign(
            &bench.outline,
            &bench.run,
            &person(by, &[Role::Qa]),
            "qa",
            meaning,
            "x",
        )
        .map(|_| ())
    };
    assert_eq!(
        taken(&bench, 4, Meaning::Go),
        Err(MayNotSign::Taken("person-3".into()))
    );
    bench.observe("probe", Verdict::Fail);
    assert_eq!(
        taken(&bench, 4, Meaning::Go),
        Err(MayNotSign::Taken("person-3".into()))
    );
    assert_eq!(taken(&bench, 3, Meaning::NoGo), Ok(()));
}

#[test]
fn a_go_with_conditions_is_not_called_a_go() {
    let mut bench = green();
    bench.sign(&person(2, &[Role::Developer]), "developer", Meaning::Go);
    bench.sign(&person(3, &[Role::Qa]), "qa", Meaning::GoWithConditions);
    let answer = decide(&bench.outline, &bench.run, bench.now);
    assert_eq!(answer.title, "GO WITH CONDITIONS");
    assert_eq!(consequence(&bench.outline, &bench.run, bench.now), None);
}

#[test]
fn an_optional_child_does_not_hold_t0_up() {
    let mut bench = Bench::new();
    let optional = bench.outline.sections[0]
        .lines
        .iter_mut()
        .find(|line| line.id.0 == "child-b");
    optional.unwrap().optional = true;
    bench.happen(&Author::Gonogo, Happening::Executing);
    for item in ["probe", "child-a", "check"] {
        bench.observe(item, Verdict::Pass);
    }
    bench.attest("word");
    let t0 = consequence(&bench.outline, &bench.run, bench.now);
    assert!(matches!(t0, Some(Happening::T0Set { .. })), "{t0:?}");
}

#[test]
fn a_no_go_wins_over_everything_that_is_green() {
    let mut bench = green();
    bench.sign(&person(2, &[Role::Developer]), "developer", Meaning::Go);
    bench.sign(&person(3, &[Role::Qa]), "qa", Meaning::NoGo);
    assert_eq!(word(&bench), Word::NoGo);
    assert_eq!(
        close_outcome(&bench.outline, &bench.run, bench.now),
        Some(Outcome::NoGo)
    );
    assert_eq!(consequence(&bench.outline, &bench.run, bench.now), None);
}

#[test]
fn t0_follows_when_the_phases_are_settled() {
    let mut bench = Bench::new();
    bench.happen(&Author::Gonogo, Happening::Executing);
    assert_eq!(consequence(&bench.outline, &bench.run, bench.now), None);
    bench.settle_phase();
    let t0 = consequence(&bench.outline, &bench.run, bench.now);
    assert!(
        matches!(t0, Some(Happening::T0Set { reason: None, .. })),
        "{t0:?}"
    );
}

#[test]
fn everybody_is_told_what_they_have_to_do_next() {
    let mut bench = Bench::new();
    let next = |bench: &Bench, role| next_for(&person(2, &[role]), &bench.outline, &bench.run, bench.now);
    assert_eq!(next(&bench, Role::Qa).unwrap(), "5 to verify, 1 to attest");
    assert_eq!(next(&bench, Role::Viewer), None);
    bench = green();
    assert_eq!(next(&bench, Role::Qa).unwrap(), "your signature as QA");
}
