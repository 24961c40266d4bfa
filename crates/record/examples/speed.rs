//! How many events a second are verified on one core: `speed [EVENTS]`. What counts is the processor's time, not the clock's.
//!
//! A run with 90 lines that is looked at again and again: most looks see what the one before saw, as in life; of the last figure every
//! look sees something else, so that the whole record is hashed after each. SHA-256 over the same bytes stands beside. A bench reports:
//! the exit code is 0.

use chrono::{DateTime, TimeDelta};
use domain::{
    Hash,
    environment::Class,
    event::{Happening, Start},
    person::Author,
    plan::ItemId,
    run::RunId,
    verdict::Verdict,
};
use record::{
    canonical, chain,
    dsse::Envelope,
    file::{self, Bytes, PAYLOAD_TYPE, Predicate, Seen},
    head::{Head, is_due},
    key::{SecretKey, introduce},
    verify::{Known, Outcome, verify},
};
use std::{
    error::Error,
    hint::black_box,
    time::{Duration, Instant},
};

const GOAL: f64 = 200_000.0;
const LINES: usize = 90;
const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let events = std::env::args().nth(1).map_or(Ok(50_000), |word| word.parse())?;
    for (what, one_in) in [
        ("one look in 100 sees something else", 100),
        ("every look does", 1),
    ] {
        println!("{what}: {}", measured(&made(events, one_in)?)?);
    }
    Ok(())
}

/// How fast the file is verified, in words. A file that does not hold is an error.
fn measured(file: &[u8]) -> Result<String, Box<dyn Error>> {
    let number = match verify(file, &Known::default()) {
        Outcome::Holds(facts) => facts.run.number,
        Outcome::Refused(fault) => return Err(format!("{}: {}", fault.entry, fault.reason).into()),
        Outcome::CannotTell(_, doubt) => return Err(doubt.into()),
    };
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| time(|| verify(file, &Known::default())))
        .collect();
    times.sort();
    let (took, digest) = (times[ROUNDS / 2], time(|| canonical::sha256(file)));
    Ok(format!(
        "{number} events, {:.1} MB: {:.0} events/s on one core (median of {ROUNDS}; goal {GOAL:.0}); SHA-256 of the file alone takes \
         {:.0} % of that time",
        file.len() as f64 / 1e6,
        number as f64 / took.as_secs_f64(),
        100.0 * digest.as_secs_f64() / took.as_secs_f64(),
    ))
}

/// How long the processor worked on it.
fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let (from, worked) = (Instant::now(), on_processor());
    black_box(work());
    match worked.zip(on_processor()) {
        Some((before, after)) => after.saturating_sub(before),
        None => from.elapsed(),
    }
}

/// The time that this process has had a processor (proc(5), schedstat); `None` where nobody counts.
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn made(events: usize, one_in: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    let (key, noon) = (SecretKey::of_seed(&[1; 32]), DateTime::UNIX_EPOCH);
    let start = Start {
        title: "Shop".to_owned(),
        revision: canonical::sha256(b"# Shop"),
        plan: canonical::sha256(b"{}"),
        published_by: None,
        environment: "shop".to_owned(),
        class: Class::Staging,
        environment_hash: Hash::zero(),
        release: "v1".to_owned(),
        windows: Default::default(),
    };
    let (first, mut run) = chain::first(RunId(1), start, &Author::Gonogo, noon)?;
    let seen = canonical::sha256(b"{}");
    let (mut linked, mut heads) = (vec![first], Vec::new());
    for number in 1..events {
        let bad = number / LINES % 2 == 1 && number.is_multiple_of(one_in);
        let what = Happening::Observed {
            item: ItemId(format!("the-line-of-the-document-{}", number % LINES)),
            verdict: if bad { Verdict::Fail } else { Verdict::Pass },
            reason: format!("200 OK in {number} ms, and the body says what it should say"),
            evidence: seen.clone(),
            duration_us: 1234,
            asked_at: Some(noon),
        };
        let (head, at) = (
            linked[number - 1].hash.clone(),
            noon + TimeDelta::seconds(number as i64),
        );
        let next = chain::next(&run, what, &Author::Gonogo, at, &head)?;
        run.apply(&next.event);
        if is_due(&next.event) {
            heads.push(
                Head::new(run.id, run.start.revision.clone(), &next, key.public().id(), noon).sign(&key)?,
            );
        }
        linked.push(next);
    }
    let predicate = Predicate {
        run: run.id,
        exported_at: noon,
        gonogo: String::new(),
        keys: vec![introduce(&key, None, noon)?],
        document: Bytes::new("shop.md", b"# Shop"),
        as_run: Bytes::new("run.md", b"# Shop"),
        plan: "{}".to_owned(),
        events: linked.into_iter().map(Into::into).collect(),
        heads,
        sign_offs: file::sign_offs(&run),
        evidence: vec![Seen {
            hash: seen,
            of: "the-line-of-the-document-1".to_owned(),
            body: "{}".to_owned(),
        }],
        measurements: Vec::new(),
        attachments: Vec::new(),
        removed: Vec::new(),
    };
    sealed(&serde_json::to_vec(&predicate.state(&run))?, &key)
}

/// The file of a statement.
fn sealed(statement: &[u8], key: &SecretKey) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(serde_json::to_vec(&Envelope::sign(
        PAYLOAD_TYPE,
        statement,
        &[key],
    ))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_of_the_files_that_are_measured_is_verified() -> Result<(), Box<dyn Error>> {
        for one_in in [100, 1] {
            let words = measured(&made(500, one_in)?)?;
            assert!(words.starts_with("500 events, "), "{words}");
        }
        Ok(())
    }

    #[test]
    fn a_file_with_an_event_that_was_changed_is_not_measured() -> Result<(), Box<dyn Error>> {
        let envelope: Envelope = serde_json::from_slice(&made(500, 1)?)?;
        let said = String::from_utf8(envelope.payload(PAYLOAD_TYPE)?)?;
        let changed = said.replace("200 OK in 321 ms", "200 OK in 123 ms");
        assert_ne!(said, changed);
        let file = sealed(changed.as_bytes(), &SecretKey::of_seed(&[1; 32]))?;
        let refused = measured(&file).map_err(|error| error.to_string());
        assert_eq!(
            refused,
            Err("event 322: its text is not what was hashed: it was changed".to_owned())
        );
        Ok(())
    }
}
