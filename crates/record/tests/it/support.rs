//! A run with everything that an evidence file has, and the file of it: as an honest Gonogo writes it, or somebody who has its database.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    Hash,
    environment::Class,
    event::{Event, Happening, Outcome, Proof, Start},
    person::{Author, PersonId},
    plan::ItemId,
    run::{Run, RunId},
    sign_off::Meaning,
    verdict::Verdict,
};
use record::{
    canonical,
    chain::{self, Linked},
    dsse::Envelope,
    file::{self, Bytes, PAYLOAD_TYPE, Predicate, Seen, Statement},
    head::{Head, is_due},
    key::{SecretKey, introduce},
    verify::{Fault, Known, Outcome as Found, verify},
};
use std::sync::LazyLock;

pub const DOCUMENT: &str = "# Shop\n\n- [ ] It answers\n";
pub const PLAN: &str = "{\"title\":\"Shop\"}";

/// What a run is made of, and who signs.
#[derive(Clone)]
pub struct Made {
    pub id: RunId,
    pub events: Vec<Event>,
    pub evidence: Vec<Seen>,
    pub attachments: Vec<Bytes>,
    pub keys: Vec<Envelope>,
    pub heads: Vec<Envelope>,
}

pub fn key(number: u8) -> SecretKey {
    SecretKey::of_seed(&[number; 32])
}

pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap()
}

pub fn person(id: i64, name: &str) -> Author {
    Author::Person {
        id: PersonId(id),
        name: name.to_owned(),
    }
}

pub fn seen(number: u64) -> Seen {
    let body = format!("{{\"number\":{number}}}");
    Seen {
        hash: canonical::sha256(body.as_bytes()),
        of: "answers".to_owned(),
        body,
    }
}

/// The run of this number, which is made once: started, looked at 110 times, attested, signed, withdrawn, signed by two, closed.
pub fn run(id: i64) -> Made {
    static MADE: [LazyLock<Made>; 2] = [LazyLock::new(|| make(41)), LazyLock::new(|| make(42))];
    MADE[usize::try_from(id - 41).unwrap()].clone()
}

fn make(id: i64) -> Made {
    let shown = Bytes::new("shown.txt", b"shown");
    let observed = |number: u64| Happening::Observed {
        item: ItemId("answers".to_owned()),
        verdict: if number.is_multiple_of(7) {
            Verdict::Fail
        } else {
            Verdict::Pass
        },
        reason: format!("look {number}"),
        evidence: seen(number).hash,
        duration_us: number,
        asked_at: None,
    };
    let mut deeds: Vec<(Author, Happening)> = (1..=110)
        .map(|number| (Author::Gonogo, observed(number)))
        .collect();
    let word = Happening::Attested {
        item: ItemId("told".to_owned()),
        note: "\u{1f680} \"seen\" \\ \u{7f}".to_owned(),
        proof: Some(Proof::File {
            hash: shown.hash().unwrap(),
            name: "shown.txt".to_owned(),
            size: 5,
        }),
    };
    deeds.push((person(3, "quinn"), word));
    let mut made = Made {
        id: RunId(id),
        events: started(id),
        evidence: (1..=110).map(seen).collect(),
        attachments: vec![shown],
        keys: vec![introduce(&key(1), None, noon()).unwrap()],
        heads: Vec::new(),
    };
    for (by, what) in deeds {
        made.happen(&by, what);
    }
    made.sign(&person(3, "quinn"), "qa", "nonce-1");
    let (role, reason) = ("qa".to_owned(), "too early".to_owned());
    made.happen(&person(3, "quinn"), Happening::Withdrawn { role, reason });
    made.sign(&person(3, "quinn"), "qa", "nonce-2");
    made.sign(&person(2, "otto"), "devops", "nonce-3");
    let closed = Happening::Closed {
        outcome: Outcome::Go,
        reason: String::new(),
    };
    made.happen(&Author::Gonogo, closed);
    made.sign_heads();
    made
}

fn started(id: i64) -> Vec<Event> {
    let start = Start {
        title: "Shop".to_owned(),
        revision: canonical::sha256(DOCUMENT.as_bytes()),
        plan: canonical::sha256(PLAN.as_bytes()),
        published_by: Some(PersonId(2)),
        environment: "shop".to_owned(),
        class: Class::Staging,
        environment_hash: Hash::zero(),
        release: "v1".to_owned(),
        windows: Default::default(),
    };
    let (first, _) = chain::first(RunId(id), start, &person(2, "otto"), noon()).unwrap();
    vec![first.event]
}

impl Made {
    /// The time of the next event.
    pub fn now(&self) -> DateTime<Utc> {
        noon() + TimeDelta::seconds(self.events.len() as i64)
    }

    pub fn happen(&mut self, by: &Author, what: Happening) {
        let run = fold(self.id, &self.events);
        let next = chain::next(&run, what, by, self.now(), &Hash::zero()).unwrap();
        self.events.push(next.event);
    }

    pub fn sign(&mut self, by: &Author, role: &str, nonce: &str) {
        let signed = Happening::Signed {
            role: role.to_owned(),
            meaning: Meaning::Go,
            comment: String::new(),
            signed: self.events.last().unwrap().record.clone(),
            conditions: Vec::new(),
            nonce: Some(nonce.to_owned()),
            confirmed: None,
        };
        self.happen(by, signed);
    }

    /// The chain of the events as they stand.
    pub fn chain(&self) -> Vec<Linked> {
        let mut previous = Hash::zero();
        let link = |event: &Event| {
            let linked = chain::link(event.clone(), previous.clone()).unwrap();
            previous = linked.hash.clone();
            linked
        };
        self.events.iter().map(link).collect()
    }

    /// Everything numbered and computed anew, as somebody does who wants nothing to be seen.
    pub fn compute_again(&mut self) {
        let mut run: Option<Run> = None;
        for (place, event) in self.events.iter_mut().enumerate() {
            event.number = place as u64 + 1;
            let mut after = match &run {
                None => Run::begin(self.id, event).unwrap(),
                Some(run) => {
                    let mut after = run.clone();
                    after.apply(event);
                    after
                }
            };
            event.record = canonical::hash(&domain::record::Record::from(&after)).unwrap();
            after.record = event.record.clone();
            run = Some(after);
        }
    }

    /// Signs what is due with the first key.
    pub fn sign_heads(&mut self) {
        let revision = canonical::sha256(DOCUMENT.as_bytes());
        let due = self.chain().into_iter().filter(|linked| is_due(&linked.event));
        let sign = |linked: Linked| {
            let head = Head::new(
                self.id,
                revision.clone(),
                &linked,
                key(1).public().id(),
                linked.event.at,
            );
            head.sign(&key(1)).unwrap()
        };
        self.heads = due.map(sign).collect();
    }

    pub fn predicate(&self) -> Predicate {
        let run = fold(self.id, &self.events);
        Predicate {
            run: self.id,
            exported_at: self.now(),
            gonogo: "0.1.0".to_owned(),
            keys: self.keys.clone(),
            document: Bytes::new("shop.md", DOCUMENT.as_bytes()),
            as_run: Bytes::new("run.md", b"# Shop\n\n- [x] It answers\n"),
            plan: PLAN.to_owned(),
            events: self.chain().into_iter().map(Into::into).collect(),
            heads: self.heads.clone(),
            sign_offs: file::sign_offs(&run),
            evidence: self.evidence.clone(),
            measurements: Vec::new(),
            attachments: self.attachments.clone(),
            removed: Vec::new(),
        }
    }

    /// The evidence file, as Gonogo writes and signs it.
    pub fn file(&self) -> Vec<u8> {
        let run = fold(self.id, &self.events);
        seal(&self.predicate().state(&run))
    }
}

/// Signs a statement with the first key.
pub fn seal(statement: &Statement) -> Vec<u8> {
    let payload = serde_json::to_vec(statement).unwrap();
    serde_json::to_vec(&Envelope::sign(PAYLOAD_TYPE, &payload, &[&key(1)])).unwrap()
}

/// The run after these events.
pub fn fold(id: RunId, events: &[Event]) -> Run {
    let mut run = Run::begin(id, &events[0]).unwrap();
    events[1..].iter().for_each(|event| run.apply(event));
    run
}

#[track_caller]
pub fn refused(file: &[u8]) -> (String, String) {
    refused_with(file, &Known::default())
}

#[track_caller]
pub fn refused_with(file: &[u8], known: &Known) -> (String, String) {
    match verify(file, known) {
        Found::Refused(Fault { entry, reason }) => (entry, reason),
        other => panic!("it is not refused: {other:?}"),
    }
}
