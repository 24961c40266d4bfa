use crate::support::{Bench, hash, id, person};
use chrono::TimeDelta;
use domain::{
    Role,
    action::Ending,
    event::{Event, Happening, Outcome},
    fingerprint::{Difference, Part},
    notice::{Kind, Notice, of_event, of_people},
    person::Author,
    plan::SectionId,
    sign_off::Meaning,
    verdict::Verdict,
};

/// What people are waited for now.
fn told(bench: &Bench) -> Option<Notice> {
    of_people(&bench.outline, &bench.run, bench.now)
}

/// What this event tells, after it happened.
fn tells(bench: &mut Bench, by: &Author, what: Happening) -> Option<Notice> {
    let before = bench.run.rollback.clone();
    bench.happen(by, what.clone());
    let event = Event {
        number: bench.run.number,
        at: bench.now,
        by: by.clone(),
        what,
        record: bench.run.record.clone(),
    };
    of_event(before.as_ref(), &event, &bench.run)
}

#[test]
fn people_are_waited_for_where_nothing_but_their_words_is_missing_and_then_their_signatures() {
    let mut bench = Bench::new();
    let somebody = person(1, &[]).author();
    for item in ["probe", "child-a", "child-b", "check"] {
        bench.observe(item, Verdict::Pass);
    }
    assert_eq!(told(&bench), None, "it does not execute yet");
    bench.happen(&somebody, Happening::Executing);
    assert_eq!(told(&bench), None, "the window is not over");
    let t0 = Happening::T0Set {
        t0: bench.now,
        reason: None,
    };
    bench.happen(&somebody, t0);
    bench.now += TimeDelta::minutes(65);
    for item in ["probe", "child-a", "child-b", "check", "later"] {
        bench.observe(item, Verdict::Pass);
    }
    assert_eq!(
        told(&bench),
        Some(Notice::Waiting {
            lines: vec![id("word")]
        })
    );
    bench.attest("word");
    let slots = |titles: &[&str]| {
        let slots = titles.iter().map(|title| (*title).to_owned()).collect();
        Some(Notice::ReadyToSign { slots })
    };
    assert_eq!(told(&bench), slots(&["Developer", "QA"]));
    bench.sign(&person(2, &[Role::Qa]), "qa", Meaning::Go);
    assert_eq!(told(&bench), slots(&["Developer"]));
    bench.observe("probe", Verdict::Fail);
    assert_eq!(told(&bench), None, "somebody mends it first");
}

#[test]
fn after_a_no_go_nobody_is_asked_to_sign() {
    let mut bench = Bench::new();
    bench.happen(&person(1, &[]).author(), Happening::Executing);
    bench.settle_phase();
    bench.observe("later", Verdict::Pass);
    bench.sign(&person(2, &[Role::Qa]), "qa", Meaning::NoGo);
    assert_eq!(told(&bench), None);
}

#[test]
fn the_same_record_is_one_occasion_and_another_one_is_another() {
    let mut bench = Bench::new();
    let ready = Notice::ReadyToSign { slots: Vec::new() };
    let first = ready.occasion(&bench.run);
    // A signature is no part of the record that it is given on.
    bench.sign(&person(2, &[Role::Qa]), "qa", Meaning::Go);
    assert_eq!(ready.occasion(&bench.run), first);
    bench.attest("word");
    assert_ne!(ready.occasion(&bench.run), first);
}

#[test]
fn a_window_line_fails_once_for_each_t0() {
    let mut bench = Bench::new();
    let fails = |reason: &str| Notice::WindowFailed {
        item: id("later"),
        reason: reason.to_owned(),
    };
    let first = fails("500").occasion(&bench.run);
    bench.observe("later", Verdict::Fail);
    assert_eq!(fails("502").occasion(&bench.run), first);
    let t0 = Happening::T0Set {
        t0: bench.now,
        reason: None,
    };
    bench.happen(&Author::Gonogo, t0);
    assert_ne!(fails("500").occasion(&bench.run), first);
}

#[test]
fn a_no_go_is_told_with_the_role_or_as_the_end_of_the_run() {
    let mut bench = Bench::new();
    let quinn = person(2, &[Role::Qa]).author();
    let signed = Happening::Signed {
        role: "qa".to_owned(),
        meaning: Meaning::NoGo,
        comment: "it burns".to_owned(),
        signed: hash(1),
        conditions: Vec::new(),
        nonce: None,
        confirmed: None,
    };
    let no = |role: Option<&str>| {
        Some(Notice::NoGo {
            role: role.map(str::to_owned),
            by: quinn.name().to_owned(),
            reason: "it burns".to_owned(),
        })
    };
    assert_eq!(tells(&mut bench, &quinn, signed), no(Some("qa")));
    let closed = |outcome| Happening::Closed {
        outcome,
        reason: "it burns".to_owned(),
    };
    assert_eq!(tells(&mut bench, &quinn, closed(Outcome::NoGo)), no(None));
    assert_eq!(tells(&mut bench, &quinn, closed(Outcome::Abandoned)), None);
}

#[test]
fn a_rollback_is_told_when_it_starts_asks_and_ends() {
    let mut bench = Bench::new();
    let owner = person(7, &[Role::ProductOwner]).author();
    bench.happen(&owner, Happening::Executing);
    let started = Happening::RollbackStarted {
        tier: SectionId("immediate".into()),
        reason: "it burns".into(),
        steps: 1,
        rehearsal: false,
        environment_hash: None,
    };
    let ended = |ending| Happening::StepEnded {
        step: 0,
        ending,
        reason: "exit code".into(),
        evidence: hash(9),
    };
    let differs = |part: &str| Difference {
        part: part.to_owned(),
        before: Part::Is { value: "a".into() },
        after: Part::Is { value: "b".into() },
    };
    let accepted = |part: &str| Happening::DifferenceAccepted {
        part: part.to_owned(),
        reason: "known".to_owned(),
    };
    let again = Happening::StepRetried {
        step: 0,
        environment_hash: None,
    };
    let over = Happening::RollbackEnded {
        differences: vec![differs("one"), differs("two")],
    };
    let events = [
        started,
        Happening::StepStarted { step: 0, fence: 1 },
        ended(Ending::Failed),
        again,
        Happening::StepStarted { step: 0, fence: 1 },
        ended(Ending::Done),
        over,
        accepted("one"),
        accepted("two"),
    ];
    let told: Vec<Option<Kind>> = events
        .into_iter()
        .map(|what| tells(&mut bench, &owner, what).map(|notice| notice.kind()))
        .collect();
    let (start, asks, end) = (Kind::RollbackStarted, Kind::RollbackAsks, Kind::RollbackEnded);
    assert_eq!(
        told,
        [
            Some(start),
            None,
            Some(asks),
            None,
            None,
            None,
            Some(end),
            None,
            Some(end)
        ]
    );
}

#[test]
fn a_link_opens_the_item_the_signatures_or_the_way_back() {
    let bench = Bench::new();
    let path = |notice: Notice| notice.path(&bench.run);
    let lines = vec![id("word"), id("other")];
    assert_eq!(path(Notice::Waiting { lines }), "/runs/1?item=word");
    let reason = String::new();
    let item = id("a b&c");
    assert_eq!(
        path(Notice::WindowFailed { item, reason }),
        "/runs/1?item=a%20b%26c"
    );
    let slots = Vec::new();
    assert_eq!(path(Notice::ReadyToSign { slots }), "/runs/1?tab=sign-off");
    assert_eq!(path(Notice::RollbackAsks { step: 0 }), "/runs/1?tab=rollback");
}
