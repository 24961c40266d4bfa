//! Files that nobody has changed.

use crate::support::{DOCUMENT, Made, fold, key, noon, refused, refused_with, run, seal, seen};
use chrono::TimeDelta;
use domain::event::Happening;
use record::{
    canonical,
    dsse::Envelope,
    file::{Predicate, Removed},
    head::Head,
    key::introduce,
    verify::{Doubt, Known, Outcome, verify},
};

#[test]
fn a_file_that_nobody_has_changed_holds_and_says_what_it_shows() {
    let made = run(41);
    let Outcome::Holds(facts) = verify(&made.file(), &Known::default()) else {
        panic!("it does not hold");
    };
    assert_eq!(
        (facts.run.number, facts.signed, facts.witnessed, facts.seen),
        (117, 117, 0, 111)
    );
    assert_eq!(facts.keys, [key(1).public().id()]);
    let known = Known {
        checkpoints: made.heads.clone(),
        key: Some(key(1).public().id()),
    };
    let Outcome::Holds(facts) = verify(&made.file(), &known) else {
        panic!("it does not hold with its own heads as checkpoints");
    };
    assert_eq!(facts.witnessed, 117);
}

#[test]
fn what_an_old_version_has_not_signed_is_neither_right_nor_wrong() {
    let mut made = run(41);
    made.heads.clear();
    let found = verify(&made.file(), &Known::default());
    assert!(
        matches!(found, Outcome::CannotTell(_, Doubt::NoHead(117))),
        "{found:?}"
    );
    // Signed once, after the update: everything before is in that head.
    let mut made = run(41);
    made.heads.drain(..made.heads.len() - 1);
    assert!(matches!(
        verify(&made.file(), &Known::default()),
        Outcome::Holds(_)
    ));
    // A file without a signature of its own.
    let mut envelope: Envelope = serde_json::from_slice(&made.file()).unwrap();
    envelope.signatures.clear();
    let found = verify(&serde_json::to_vec(&envelope).unwrap(), &Known::default());
    assert!(
        matches!(found, Outcome::CannotTell(_, Doubt::NoSignature)),
        "{found:?}"
    );
}

/// The run with its first piece of evidence and its attachment removed so many days after its last event, which closed it.
fn removed_after(days: i64) -> Predicate {
    let mut made = run(41);
    let removed_at = made.events.last().unwrap().at + TimeDelta::days(days);
    let (evidence, shown) = (made.evidence.remove(0), made.attachments.remove(0));
    let mut predicate = made.predicate();
    predicate.removed = vec![
        Removed {
            hash: evidence.hash,
            of: evidence.of,
            removed_at,
        },
        Removed {
            hash: shown.hash().unwrap(),
            of: shown.name,
            removed_at,
        },
    ];
    predicate
}

fn sealed(predicate: Predicate) -> Vec<u8> {
    let made = run(41);
    seal(&predicate.state(&fold(made.id, &made.events)))
}

#[test]
fn what_retention_removed_is_neither_tampered_with_nor_counted_as_seen() {
    let Outcome::Holds(facts) = verify(&sealed(removed_after(30)), &Known::default()) else {
        panic!("it does not hold");
    };
    assert_eq!((facts.seen, facts.removed.len()), (109, 2));
    // A file of the version before, which knew of no removals.
    let made = run(41);
    assert!(
        !serde_json::to_string(&made.predicate())
            .unwrap()
            .contains("removed")
    );
}

#[test]
fn a_removal_that_no_gonogo_makes_is_refused() {
    let (entry, reason) = refused(&sealed(removed_after(29)));
    assert!(
        entry.starts_with("removed ") && reason.contains("30 days"),
        "{entry}: {reason}"
    );
    // Never of a run that is open.
    let mut open = run(41);
    open.events.pop();
    open.sign_heads();
    let mut predicate = removed_after(4000);
    predicate.events.pop();
    predicate.heads = open.heads.clone();
    let file = seal(&predicate.state(&fold(open.id, &open.events)));
    assert!(refused(&file).1.contains("30 days"), "{:?}", refused(&file));
    // What is there was not removed.
    let mut predicate = removed_after(30);
    predicate.evidence.push(seen(1));
    assert!(refused(&sealed(predicate)).1.contains("is there"));
    // A gap is a gap still.
    let mut predicate = removed_after(30);
    let gap = predicate.removed.remove(0);
    let (entry, reason) = refused(&sealed(predicate));
    assert_eq!(entry, format!("evidence {}", gap.hash));
    assert!(reason.contains("missing"), "{reason}");
}

#[test]
fn a_signature_of_a_version_without_nonces_still_counts() {
    let mut made = run(41);
    for event in &mut made.events {
        if let Happening::Signed { nonce, .. } = &mut event.what {
            *nonce = None;
        }
    }
    made.sign_heads();
    assert!(matches!(
        verify(&made.file(), &Known::default()),
        Outcome::Holds(_)
    ));
}

#[test]
fn keys_that_were_rotated_and_a_run_that_has_only_begun_hold() {
    let mut made = run(41);
    let later = noon() + TimeDelta::hours(1);
    made.keys.push(introduce(&key(2), Some(&key(1)), later).unwrap());
    let Outcome::Holds(facts) = verify(&made.file(), &Known::default()) else {
        panic!("it does not hold");
    };
    assert_eq!(facts.keys, [key(1).public().id(), key(2).public().id()]);
    let mut made = run(41);
    made.events.truncate(20);
    made.heads.clear();
    assert!(matches!(
        verify(&made.file(), &Known::default()),
        Outcome::Holds(_)
    ));
}

#[test]
fn a_key_that_is_not_the_trusted_one_or_a_checkpoint_of_another_run_leaves_it_open() {
    let made = run(41);
    let other = key(9).public().id();
    let known = Known {
        key: Some(other.clone()),
        ..Known::default()
    };
    let found = verify(&made.file(), &known);
    assert!(
        matches!(&found, Outcome::CannotTell(_, Doubt::OtherKey(key)) if *key == other),
        "{found:?}"
    );
    let known = Known {
        checkpoints: run(42).heads,
        ..Known::default()
    };
    let found = verify(&made.file(), &known);
    assert!(
        matches!(found, Outcome::CannotTell(_, Doubt::NoCheckpoint(41))),
        "{found:?}"
    );
}

/// The run as it stood after 105 events.
fn early() -> Made {
    let mut made = run(41);
    made.events.truncate(105);
    made.heads.truncate(1);
    made
}

/// What was signed of the whole run an hour later, with this key.
fn later(number: u8) -> Known {
    let made = run(41);
    let (last, id) = (made.chain().pop().unwrap(), key(number).public().id());
    let revision = canonical::sha256(DOCUMENT.as_bytes());
    let head = Head::new(made.id, revision, &last, id, noon() + TimeDelta::hours(1));
    Known {
        checkpoints: vec![head.sign(&key(number)).unwrap()],
        key: None,
    }
}

#[test]
fn a_file_that_is_older_than_a_checkpoint_is_to_be_exported_again() {
    for number in [1, 2] {
        let found = verify(&early().file(), &later(number));
        assert!(
            matches!(&found, Outcome::CannotTell(_, Doubt::Older(which)) if which == "checkpoint 1"),
            "by key {number}: {found:?}"
        );
    }
    // What it shares with an older one of its own is held against that.
    let mut known = later(1);
    known.checkpoints.extend(early().heads);
    let Outcome::CannotTell(facts, Doubt::Older(_)) = verify(&early().file(), &known) else {
        panic!("it is not older");
    };
    assert_eq!(facts.witnessed, 100);
    let mut other = early();
    other.events[30].at += TimeDelta::seconds(1);
    other.compute_again();
    other.heads.clear();
    let (entry, reason) = refused_with(&other.file(), &known);
    assert!(
        entry == "event 100" && reason.contains("a checkpoint was signed"),
        "{entry}: {reason}"
    );
}

#[test]
fn a_file_that_was_cut_and_exported_after_the_checkpoint_or_without_a_signature_is_refused() {
    let cut = |hours| {
        let made = early();
        let mut predicate = made.predicate();
        predicate.exported_at = noon() + TimeDelta::hours(hours);
        seal(&predicate.state(&fold(made.id, &made.events)))
    };
    let (entry, reason) = refused_with(&cut(2), &later(1));
    assert!(
        entry == "event 106" && reason.contains("a checkpoint was signed at event 117"),
        "{entry}: {reason}"
    );
    let (entry, reason) = refused_with(&cut(2), &later(2));
    assert!(
        entry == "checkpoint 1" && reason.contains("not in the file's history of keys"),
        "{entry}: {reason}"
    );
    // When it was written says whoever wrote it.
    let mut envelope: Envelope = serde_json::from_slice(&early().file()).unwrap();
    envelope.signatures.clear();
    let (entry, _) = refused_with(&serde_json::to_vec(&envelope).unwrap(), &later(1));
    assert_eq!(entry, "event 106");
}
