//! Files that somebody has changed: each is refused, with its reason, and the first bad entry is named.

use crate::support::{DOCUMENT, Made, fold, key, noon, person, refused, refused_with, run, seal, seen};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use domain::{event::Happening, run::RunId, verdict::Verdict};
use proptest::prelude::*;
use record::{
    canonical,
    dsse::Envelope,
    file::{Bytes, Predicate},
    head::{Broken, Head, follows},
    key::History,
    verify::{Doubt, Known, Outcome, verify},
};
use std::sync::LazyLock;

/// The file of a run whose predicate somebody changed, and had it signed: they have the database.
fn changed(change: impl FnOnce(&mut Predicate)) -> Vec<u8> {
    let made = run(41);
    let mut predicate = made.predicate();
    change(&mut predicate);
    seal(&predicate.state(&fold(made.id, &made.events)))
}

/// The file of a run in which somebody changed what happened, computed everything again, and kept the signed heads.
fn rewritten(change: impl FnOnce(&mut Made)) -> Made {
    let mut made = run(41);
    change(&mut made);
    made.compute_again();
    made
}

#[track_caller]
fn is(found: (String, String), entry: &str, reason: &str) {
    assert_eq!(found.0, entry, "{}", found.1);
    assert!(found.1.contains(reason), "{}: {}", found.0, found.1);
}

#[test]
fn an_event_that_was_changed_is_the_one_that_is_named() {
    let file = changed(|predicate| {
        let body = &mut predicate.events[41].body;
        *body = body.replace("look 41", "look 40");
    });
    is(refused(&file), "event 42", "changed");
}

#[test]
fn events_that_were_taken_out_put_in_swapped_or_repeated_do_not_follow() {
    let file = changed(|predicate| drop(predicate.events.remove(10)));
    is(refused(&file), "event 11", "does not follow");
    let file = changed(|predicate| predicate.events.swap(10, 11));
    is(refused(&file), "event 11", "does not follow");
    let file = changed(|predicate| {
        let again = predicate.events[10].clone();
        predicate.events.insert(11, again);
    });
    is(refused(&file), "event 12", "does not follow");
    let file = changed(|predicate| predicate.events.truncate(0));
    is(refused(&file), "event 1", "missing");
}

#[test]
fn an_event_of_another_run_does_not_follow() {
    let other = run(42).predicate();
    let file = changed(|predicate| predicate.events[20] = other.events[20].clone());
    is(refused(&file), "event 21", "does not follow");
    let file = changed(|predicate| predicate.run = RunId(42));
    is(refused(&file), "head 1", "signed for run 41");
}

#[test]
fn what_was_cut_off_is_missing_where_a_head_was_signed() {
    let made = rewritten(|made| made.events.truncate(105));
    is(
        refused(&made.file()),
        "event 106",
        "a head was signed at event 113",
    );
}

#[test]
fn who_computes_everything_again_is_found_by_the_next_signed_head() {
    type Change = fn(&mut Made);
    let kinds: [(&str, Change); 5] = [
        ("changed", |made| {
            if let Happening::Observed { reason, .. } = &mut made.events[30].what {
                *reason = "all well".to_owned();
            }
        }),
        ("taken out", |made| drop(made.events.remove(30))),
        ("put in", |made| {
            let again = made.events[30].clone();
            made.events.insert(31, again);
        }),
        ("moved", |made| made.events.swap(30, 31)),
        ("stamped again", |made| {
            made.events[30].at += TimeDelta::seconds(1)
        }),
    ];
    for (kind, change) in kinds {
        let made = rewritten(change);
        let (entry, reason) = refused(&made.file());
        assert_eq!(entry, "event 100", "{kind}: {reason}");
        assert!(
            reason.contains("a head was signed here on other events") && reason.contains("1 to 100"),
            "{reason}"
        );
        // Who takes the heads away as well leaves nothing to tell by, and one that was kept elsewhere tells.
        let mut bare = made.clone();
        bare.heads.clear();
        let found = verify(&bare.file(), &Known::default());
        assert!(
            matches!(found, Outcome::CannotTell(_, Doubt::NoHead(_))),
            "{kind}: {found:?}"
        );
        let known = Known {
            checkpoints: vec![run(41).heads.pop().unwrap()],
            key: None,
        };
        let (entry, reason) = refused_with(&bare.file(), &known);
        assert!(
            entry == "event 117" && reason.contains("a checkpoint was signed"),
            "{kind}: {entry}: {reason}"
        );
    }
}

#[test]
fn a_record_hash_that_is_not_that_of_the_events_is_named_although_the_chain_is_right() {
    let mut made = run(41);
    let wrong = made.events[6].record.clone();
    made.events[50].record = wrong;
    made.sign_heads();
    is(refused(&made.file()), "event 51", "record's hash");
    // Also where the event cannot change it.
    let mut made = run(41);
    let at = made.events.len() - 1;
    made.events[at].record = made.events[6].record.clone();
    made.sign_heads();
    is(refused(&made.file()), "event 117", "record's hash");
}

#[test]
fn a_verdict_that_was_made_green_is_found_by_the_domain() {
    let mut made = run(41);
    if let Happening::Observed { verdict, .. } = &mut made.events[7].what {
        *verdict = Verdict::Pass;
    }
    made.sign_heads();
    is(refused(&made.file()), "event 8", "record's hash");
}

#[test]
fn a_signature_of_another_run_is_refused() {
    let mut made = run(41);
    let at = made.events.len() - 3;
    made.events[at].what = run(42).events[at].what.clone();
    made.sign_heads();
    is(refused(&made.file()), "event 115", "another run's");
}

#[test]
fn a_signature_that_was_used_before_is_refused() {
    let mut made = run(41);
    let (before, after) = (made.events.len() - 5, made.events.len() - 3);
    made.events[after].what = made.events[before].what.clone();
    made.sign_heads();
    is(refused(&made.file()), "event 115", "nonce of an older one");
    // Taken from before the record changed: the nonce is as old as the record.
    let mut made = run(41);
    let old = made.events[before].what.clone();
    made.events.truncate(before + 1);
    made.happen(
        &person(3, "quinn"),
        Happening::Skipped {
            item: domain::plan::ItemId("told".into()),
            reason: "x".into(),
        },
    );
    made.happen(&person(3, "quinn"), old);
    made.sign_heads();
    is(refused(&made.file()), "event 115", "older one of this run");
}

#[test]
fn a_signature_that_says_something_else_than_its_head_is_refused() {
    let mut made = run(41);
    let at = made.events.len() - 2;
    if let Happening::Signed { nonce, .. } = &mut made.events[at].what {
        *nonce = Some("another".to_owned());
    }
    is(refused(&made.file()), "event 116", "signed here on other events");
    let file = changed(|predicate| predicate.sign_offs[0].by = person(9, "mallory"));
    is(refused(&file), "the signatures", "not those of the events");
    let file = changed(|predicate| drop(predicate.sign_offs.pop()));
    is(refused(&file), "the signatures", "not those of the events");
}

#[test]
fn evidence_that_is_changed_missing_or_exchanged_is_named() {
    let name = seen(9).hash;
    let file = changed(|predicate| predicate.evidence[8].body.push(' '));
    is(refused(&file), &format!("evidence {name}"), "changed");
    let file = changed(|predicate| drop(predicate.evidence.remove(8)));
    is(refused(&file), &format!("evidence {name}"), "event 10 names it");
    let file = changed(|predicate| {
        predicate.evidence[8].body = "{}".to_owned();
        predicate.evidence[8].hash = canonical::sha256(b"{}");
    });
    is(refused(&file), &format!("evidence {name}"), "event 10 names it");
    let file = changed(|predicate| predicate.attachments[0] = Bytes::new("shown.txt", b"other"));
    assert!(refused(&file).1.contains("event 112 names it"));
}

#[test]
fn evidence_that_is_said_to_be_of_another_line_is_named() {
    let name = seen(9).hash;
    let file = changed(|predicate| predicate.evidence[8].of = "told".to_owned());
    is(
        refused(&file),
        &format!("evidence {name}"),
        "said to be of “told”, for which no event names it",
    );
    // Of what no event names nobody knows the line.
    let file = changed(|predicate| {
        let mut sample = seen(4711);
        sample.of = "told".to_owned();
        predicate.evidence.push(sample);
    });
    assert!(matches!(verify(&file, &Known::default()), Outcome::Holds(_)));
}

#[test]
fn events_that_no_verifier_would_take_are_none_to_sign() {
    let made = run(41);
    let history = History::read(&made.keys).unwrap();
    let before = Head::read(&made.heads[0], &history).unwrap();
    assert_eq!(before.number, 100);
    let signable = |made: &Made| follows(Some(&before), made.id, &made.chain());
    assert_eq!(
        signable(&made).unwrap(),
        fold(made.id, &made.events),
        "the run that the events come to"
    );
    // Added at the end, its hash right and its record not.
    let mut forged = made.clone();
    forged.events.last_mut().unwrap().record = made.events[6].record.clone();
    assert!(matches!(
        signable(&forged),
        Err(Broken::Event { number: 117, .. })
    ));
    // A signature from before, again.
    let mut forged = made.clone();
    forged.events[114].what = made.events[112].what.clone();
    assert!(matches!(
        signable(&forged),
        Err(Broken::Event { number: 115, .. })
    ));
    // What was signed is another now, all hashes computed again.
    let mut forged = rewritten(|made| made.events[30].at += TimeDelta::seconds(1));
    assert!(matches!(signable(&forged), Err(Broken::Chain(100))));
    forged.events.truncate(50);
    assert!(matches!(signable(&forged), Err(Broken::Chain(51))));
    forged.events.clear();
    assert!(matches!(
        follows(None, forged.id, &forged.chain()),
        Err(Broken::Chain(1))
    ));
}

#[test]
fn another_document_plan_or_filled_document_is_refused() {
    let other = DOCUMENT.replace("answers", "stands");
    let file = changed(|predicate| predicate.document = Bytes::new("shop.md", other.as_bytes()));
    is(refused(&file), "the document", "not the one");
    let file = changed(|predicate| predicate.plan.push(' '));
    is(refused(&file), "the plan", "not the one");
    let made = run(41);
    let mut statement = made.predicate().state(&fold(made.id, &made.events));
    statement.predicate.as_run = Bytes::new("run.md", b"# All well\n");
    is(refused(&seal(&statement)), "subject “run.md”", "digest");
}

#[test]
fn a_head_that_is_forged_moved_or_of_another_run_is_refused() {
    let file = changed(|predicate| predicate.heads[1] = run(42).heads[1].clone());
    is(refused(&file), "head 2", "signed for run 42");
    let file = changed(|predicate| predicate.heads.swap(0, 1));
    is(refused(&file), "head 2", "does not come after");
    let file = changed(|predicate| {
        let payload = STANDARD.decode(&predicate.heads[1].payload).unwrap();
        predicate.heads[1] = Envelope::sign(&predicate.heads[1].payload_type, &payload, &[&key(7)]);
        predicate.heads[1].signatures[0].keyid = key(1).public().id();
    });
    is(refused(&file), "head 2", "signature by key");
    let mut made = run(41);
    made.keys = vec![record::key::introduce(&key(7), None, noon()).unwrap()];
    is(
        refused(&made.file()),
        "head 1",
        "not in the file's history of keys",
    );
}

#[test]
fn an_envelope_that_was_signed_by_another_or_cut_short_is_refused() {
    let file = run(41).file();
    let mut envelope: Envelope = serde_json::from_slice(&file).unwrap();
    let payload = STANDARD.decode(&envelope.payload).unwrap();
    let forged = Envelope::sign(&envelope.payload_type, &payload, &[&key(7)]);
    let found = refused(&serde_json::to_vec(&forged).unwrap());
    is(found, "the envelope", "not in the file's history");
    envelope.payload_type = "text/plain".to_owned();
    is(
        refused(&serde_json::to_vec(&envelope).unwrap()),
        "the envelope",
        "text/plain",
    );
    for length in [0, 1, 100, file.len() / 2, file.len() - 1] {
        is(refused(&file[..length]), "the file", "no signed envelope");
    }
    is(
        refused(&[file.as_slice(), b"{}"].concat()),
        "the file",
        "no signed envelope",
    );
}

/// One bit of the file, wherever it is: in the payload, in a signature, in the envelope.
fn flipped(file: &[u8], at: usize, bit: u8) -> Vec<u8> {
    let mut file = file.to_vec();
    let place = at % file.len();
    file[place] ^= 1 << bit;
    file
}

/// As many as `GONOGO_FLIPS` says: the campaign flips a thousand.
#[expect(clippy::disallowed_methods, reason = "the campaign says how many")]
fn flips() -> u32 {
    std::env::var("GONOGO_FLIPS").map_or(100, |text| text.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: flips(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_bit_that_flips_anywhere_is_found(at in any::<usize>(), bit in 0_u8..8) {
        static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| run(41).file());
        let found = verify(&flipped(&FILE, at, bit), &Known::default());
        prop_assert!(matches!(found, Outcome::Refused(_)), "{found:?}");
    }

    #[test]
    fn one_bit_that_flips_in_an_event_names_that_event(event in 0_usize..117, at in any::<usize>(), bit in 0_u8..7) {
        let mut was_text = true;
        let file = changed(|predicate| {
            let mut body = predicate.events[event].body.clone().into_bytes();
            let place = at % body.len();
            body[place] ^= 1 << bit;
            match String::from_utf8(body) {
                Ok(body) => predicate.events[event].body = body,
                Err(_) => was_text = false,
            }
        });
        prop_assume!(was_text);
        prop_assert_eq!(refused(&file).0, format!("event {}", event + 1));
    }
}
