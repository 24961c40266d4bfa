//! The record's text, kept while a run goes on, is that of the whole record after every event, whatever kind it is of.

use crate::support::{noon, person};
use chrono::TimeDelta;
use domain::{
    Hash,
    action::Ending,
    blank::BlankId,
    environment::Class,
    event::{Happening, Outcome, Proof, Start},
    fingerprint::{Difference, Fingerprint, Moment, Part},
    follow_up::EndedHow,
    form,
    guide::{GuideEntry, Help},
    hold_off::HoldOffEntry,
    hourly::HourlyEntry,
    measurement::{Found, Origin, Source},
    person::Author,
    phase::Why,
    plan::{ItemId, SectionId},
    run::RunId,
    sign_off::{Confirmation, Meaning},
    verdict::Verdict,
};
use proptest::prelude::*;
use record::{
    canonical,
    chain::{self, Linked},
    fold::{Fold, Wrong},
};

/// Names in whose order bytes and UTF-16 differ, one that needs escapes, and plain ones.
const NAMES: [&str; 6] = ["a", "b", "\u{1f680}", "\u{ffee}", "say \"so\"\n", "ä"];

fn start() -> Start {
    Start {
        title: "Shop".to_owned(),
        revision: canonical::sha256(b"# Shop"),
        plan: canonical::sha256(b"{}"),
        published_by: None,
        environment: "shop".to_owned(),
        class: Class::Staging,
        environment_hash: Hash::zero(),
        release: "v1".to_owned(),
        windows: Default::default(),
    }
}

fn section() -> SectionId {
    SectionId("way-back".to_owned())
}

fn item() -> impl Strategy<Value = ItemId> {
    (0..NAMES.len()).prop_map(|at| ItemId(NAMES[at].to_owned()))
}

fn hash() -> impl Strategy<Value = Hash> {
    (0..4_u8).prop_map(|byte| canonical::sha256(&[byte]))
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        Just(Ending::Done),
        Just(Ending::Failed),
        Just(Ending::Cancelled),
        Just(Ending::TimedOut)
    ]
}

fn of_lines() -> impl Strategy<Value = Happening> {
    let verdict = prop_oneof![Just(Verdict::Pass), Just(Verdict::Fail), Just(Verdict::NoData)];
    prop_oneof![
        4 => (item(), verdict, hash()).prop_map(|(item, verdict, evidence)| Happening::Observed {
            item,
            verdict,
            reason: "as it was".to_owned(),
            evidence,
            duration_us: 7,
            asked_at: None,
        }),
        1 => item().prop_map(|item| Happening::ActionStarted { item, again: false }),
        1 => item().prop_map(|item| Happening::ActionCancelled { item }),
        1 => (item(), ending(), hash()).prop_map(|(item, ending, evidence)| Happening::ActionEnded {
            item,
            ending,
            reason: String::new(),
            evidence,
            duration_us: 7,
        }),
        1 => item().prop_map(|item| Happening::Interrupted { items: vec![item] }),
        1 => item().prop_map(|item| Happening::VerificationStarted { items: vec![item] }),
        1 => (item(), "[a-c\u{ff5e}\u{1f680}]{0,3}").prop_map(|(item, note)| Happening::Attested {
            item,
            proof: Some(Proof::Link { url: "https://example.org/".to_owned() }),
            note,
        }),
        1 => item().prop_map(|item| Happening::Overridden { item, reason: "known".to_owned() }),
        1 => item().prop_map(|item| Happening::Waived { item, reason: "known".to_owned(), until: noon() }),
        1 => item().prop_map(|item| Happening::Skipped { item, reason: "not here".to_owned() }),
        1 => item().prop_map(|item| Happening::Reopened { item, reason: "again".to_owned() }),
    ]
}

fn of_numbers() -> impl Strategy<Value = Happening> {
    let source = prop::option::of(Just(Source::Said {
        words: "the dashboard".to_owned(),
    }));
    let moment = prop_oneof![Just(form::Moment::Before), Just(form::Moment::After)];
    prop_oneof![
        3 => (0..NAMES.len(), "[0-9]{0,2}", source).prop_map(|(at, value, source)| Happening::BlankFilled {
            blank: BlankId(NAMES[at].to_owned()),
            value,
            source,
        }),
        1 => (1..4_u32, moment)
            .prop_map(|(attempt, moment)| Happening::MeasurementStarted { attempt, moment, origin: Origin::Load }),
        1 => (1..4_u32, hash()).prop_map(|(attempt, evidence)| Happening::MeasurementEnded {
            attempt,
            found: Found::default(),
            evidence,
        }),
        1 => (1..4_u32).prop_map(|attempt| Happening::MeasurementCounts { attempt, reason: None }),
        1 => (0..90_i64).prop_map(|minutes| Happening::T0Set {
            t0: noon() + TimeDelta::minutes(minutes),
            reason: None,
        }),
    ]
}

fn of_samples() -> impl Strategy<Value = Happening> {
    let began = HoldOffEntry::Began {
        window: section(),
        line: ItemId("a".to_owned()),
        failed: "500".to_owned(),
        tier: section(),
        rule: "critical".to_owned(),
        until: noon(),
    };
    let refused = HoldOffEntry::Refused {
        window: section(),
        line: ItemId("a".to_owned()),
        failed: "500".to_owned(),
        rule: "critical".to_owned(),
        why: "let off".to_owned(),
        let_off: true,
    };
    let moved = HoldOffEntry::Moved {
        window: section(),
        until: noon() + TimeDelta::minutes(5),
        why: "away".to_owned(),
    };
    let held = HoldOffEntry::Held {
        window: section(),
        reason: String::new(),
    };
    let hold_off = prop::sample::select(vec![began, moved, held, refused]);
    prop_oneof![
        (item(), hash()).prop_map(|(item, evidence)| Happening::SampleFailed {
            item,
            slot: noon(),
            reason: "500".to_owned(),
            evidence,
        }),
        item().prop_map(|item| Happening::SamplesHold { item, since: noon() }),
        Just(Happening::ClockWentBack { dropped: 2 }),
        Just(Happening::WindowJudged { section: section() }),
        hold_off.prop_map(Happening::HoldOff),
        (item(), hash()).prop_map(|(line, evidence)| Happening::Hourly(HourlyEntry::Failed {
            line,
            slot: noon(),
            reason: "500".to_owned(),
            evidence,
        })),
        item().prop_map(|line| Happening::Hourly(HourlyEntry::Holds { line, slot: noon() })),
    ]
}

/// What goes by itself, and what is done beside the lines.
fn of_phases() -> impl Strategy<Value = Happening> {
    let why = prop::sample::select(vec![Why::Failed, Why::Unknown, Why::Person]);
    let moment = prop::sample::select(vec![Moment::Before, Moment::After, Moment::Restored]);
    let how = prop::sample::select(vec![EndedHow::Done, EndedHow::Skipped]);
    prop_oneof![
        Just(Happening::WithoutBaseline {
            reason: "new".to_owned()
        }),
        Just(Happening::WentAhead {
            section: section(),
            reason: "late".to_owned()
        }),
        Just(Happening::LockLost {
            to_run: 9,
            reason: "urgent".to_owned()
        }),
        Just(Happening::PhaseStarted { section: section() }),
        Just(Happening::PhaseStopped),
        (item(), why).prop_map(|(item, why)| Happening::PhaseAsked {
            item,
            why,
            reason: String::new()
        }),
        Just(Happening::PhaseContinued),
        Just(Happening::PhaseEnded),
        Just(Happening::FollowUpTaken {
            follow_up: "watch".to_owned()
        }),
        (1..3_u32, how).prop_map(|(time, how)| Happening::FollowUpEnded {
            follow_up: "watch".to_owned(),
            time,
            how,
            note: "as it was".to_owned(),
        }),
        item().prop_map(|item| Happening::Guide(GuideEntry::Tried {
            item,
            guide: section(),
            help: Help::NoHelp,
            note: String::new(),
        })),
        item().prop_map(|item| Happening::Guide(GuideEntry::Escalated {
            item,
            reason: "500".to_owned(),
        })),
        (1..4_u32).prop_map(|attempt| Happening::MeasurementStopped { attempt }),
        (1..4_u32).prop_map(|attempt| Happening::MeasurementFailed {
            attempt,
            why: "refused".to_owned()
        }),
        moment.prop_map(|moment| Happening::FingerprintTaken {
            moment,
            fingerprint: Fingerprint::default()
        }),
        (0..2_usize).prop_map(|step| Happening::StepStopped { step }),
        Just(Happening::DifferenceAccepted {
            part: "commit".to_owned(),
            reason: "known".to_owned()
        }),
    ]
}

fn of_the_run() -> impl Strategy<Value = Happening> {
    let differs = prop::collection::vec(
        Just(Difference {
            part: "commit".to_owned(),
            before: Part::Absent,
            after: Part::Absent,
        }),
        0..2,
    );
    prop_oneof![
        Just(Happening::Executing),
        any::<bool>().prop_map(|rehearsal| Happening::RollbackStarted {
            tier: section(),
            reason: "errors".to_owned(),
            steps: 2,
            rehearsal,
            environment_hash: None,
        }),
        (0..2_usize).prop_map(|step| Happening::StepStarted { step, fence: 1 }),
        (0..2_usize, ending(), hash()).prop_map(|(step, ending, evidence)| Happening::StepEnded {
            step,
            ending,
            reason: String::new(),
            evidence,
        }),
        (0..2_usize).prop_map(|step| Happening::StepLost { step }),
        (0..2_usize).prop_map(|step| Happening::StepRetried {
            step,
            environment_hash: None
        }),
        (0..2_usize).prop_map(|step| Happening::StepSkipped {
            step,
            reason: "by hand".to_owned()
        }),
        differs.prop_map(|differences| Happening::RollbackEnded { differences }),
        Just(Happening::Superseded { by_run: 9 }),
        Just(Happening::Withdrawn {
            role: "qa".to_owned(),
            reason: "too early".to_owned()
        }),
        Just(Happening::Closed {
            outcome: Outcome::NoGo,
            reason: "late".to_owned()
        }),
        "[a-z]{3}".prop_map(|nonce| Happening::Signed {
            role: "qa".to_owned(),
            meaning: Meaning::Go,
            comment: String::new(),
            // Put in where the run stands.
            signed: Hash::zero(),
            conditions: Vec::new(),
            nonce: Some(nonce),
            confirmed: Some(Confirmation::Passkey),
        }),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![4 => of_lines(), 2 => of_numbers(), 1 => of_samples(), 1 => of_phases(), 1 => of_the_run()]
}

/// Goes through what happened in both ways; the events, and the fold after them.
fn told(all: Vec<Happening>) -> (Vec<Linked>, Fold) {
    let (first, mut run) = chain::first(RunId(1), start(), &Author::Gonogo, noon()).unwrap();
    let mut fold = Fold::begin(run.id, &first.event).unwrap();
    let mut events = vec![first];
    for (place, mut what) in all.into_iter().enumerate() {
        if let Happening::Signed { signed, nonce, .. } = &mut what {
            *signed = run.record.clone();
            *nonce = Some(format!("nonce {place}"));
        }
        let head = events.last().unwrap().hash.clone();
        let next = chain::next(&run, what, &person(3, "quinn"), noon(), &head).unwrap();
        run.apply(&next.event);
        fold.step(&next.event)
            .unwrap_or_else(|wrong| panic!("{wrong}: {:?}", next.event.what));
        events.push(next);
    }
    assert_eq!(fold.run, run);
    (events, fold)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_kept_text_is_that_of_the_whole_record(
        all in prop::collection::vec(happening(), 1..40),
    ) {
        told(all);
    }

    #[test]
    fn another_record_is_refused_wherever_it_stands(
        all in prop::collection::vec(happening(), 1..12),
        place in any::<prop::sample::Index>(),
    ) {
        let (events, _) = told(all);
        let place = place.index(events.len());
        let mut forged = events[place].event.clone();
        forged.record = canonical::sha256(b"forged");
        let found = match place {
            0 => Fold::begin(RunId(1), &forged).map(drop),
            _ => {
                let mut fold = Fold::begin(RunId(1), &events[0].event).unwrap();
                for before in &events[1..place] {
                    fold.step(&before.event).unwrap();
                }
                fold.step(&forged)
            }
        };
        prop_assert!(matches!(found, Err(Wrong::Record)), "{found:?}");
    }
}
