//! A small checklist and a run of it.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    Hash, Role,
    environment::Class,
    event::{Event, Happening, Start},
    outline::{LineKind, Outline, OutlineLine, OutlineSection, Proof},
    person::{Author, Person, PersonId},
    plan::{ItemId, SectionId, SectionKind, Slot},
    run::{Run, RunId},
    sign_off::Meaning,
    verdict::Verdict,
    window::{Demand, OfWindows},
};

/// A run and what it is of; time passes by a minute with every event.
pub struct Bench {
    pub outline: Outline,
    pub run: Run,
    pub now: DateTime<Utc>,
}

pub fn person(id: i64, roles: &[Role]) -> Person {
    let name = format!("person-{id}");
    Person {
        id: PersonId(id),
        title: name.clone(),
        name,
        roles: roles.to_vec(),
        roles_at: Default::default(),
        service: None,
    }
}

pub fn id(text: &str) -> ItemId {
    ItemId(text.to_owned())
}

pub fn hash(seed: u64) -> Hash {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    Hash::of_bytes(&bytes)
}

fn line(name: &str, parent: Option<&str>, kind: LineKind) -> OutlineLine {
    OutlineLine {
        proof: Proof::Nothing,
        role: None,
        env_edit: false,
        demand: if name.starts_with("no ") {
            Demand::Throughout
        } else {
            Demand::AtTheEnd
        },
        keeps_minutes: matches!(kind, LineKind::Probe | LineKind::Check).then_some(15),
        id: id(name),
        parent: parent.map(id),
        line: 1,
        text: name.to_owned(),
        label: None,
        claimed: false,
        optional: name.starts_with("optional"),
        is_box: kind != LineKind::Check,
        kind,
        targets: Vec::new(),
        why: String::new(),
    }
}

fn section(name: &str, kind: SectionKind, lines: Vec<OutlineLine>) -> OutlineSection {
    OutlineSection {
        id: SectionId(name.into()),
        kind,
        title: name.into(),
        group: None,
        line: 1,
        lines,
    }
}

impl Bench {
    /// A phase with a probe, a parent of two, a word and an optional probe; a window of an hour; two slots.
    pub fn new() -> Self {
        let phase = vec![
            line("probe", None, LineKind::Probe),
            line("parent", None, LineKind::Parent),
            line("child-a", Some("parent"), LineKind::Probe),
            line("child-b", Some("parent"), LineKind::Probe),
            line("word", None, LineKind::Attestation),
            line("optional-probe", None, LineKind::Probe),
            line("check", None, LineKind::Check),
        ];
        let window = vec![line("later", None, LineKind::Probe)];
        let slot = |title: &str, role: &str| Slot {
            title: title.into(),
            role: role.into(),
            line: 9,
            nth: 0,
            place: 0,
        };
        let outline = Outline {
            title: "T".into(),
            sections: vec![
                section(
                    "phase",
                    SectionKind::Phase {
                        number: 1,
                        minutes: Some(5),
                    },
                    phase,
                ),
                section("window", SectionKind::Window { minutes: 60 }, window),
            ],
            blanks: Vec::new(),
            baseline: Vec::new(),
            slots: vec![slot("Developer", "developer"), slot("QA", "qa")],
        };
        let now = Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap();
        let start = Start {
            title: "T".into(),
            revision: hash(1),
            plan: hash(2),
            published_by: None,
            environment: "e".into(),
            class: Class::Staging,
            environment_hash: hash(3),
            release: "v1".into(),
            windows: OfWindows::default(),
        };
        let first = Event {
            number: 1,
            at: now,
            by: person(1, &[]).author(),
            what: Happening::Started(Box::new(start)),
            record: hash(0),
        };
        let run = Run::begin(RunId(1), &first).unwrap();
        Self { outline, run, now }
    }

    pub fn happen(&mut self, by: &Author, what: Happening) {
        self.now += TimeDelta::minutes(1);
        let number = self.run.number + 1;
        // The record's hash is the store's to compute: here every change of it is given.
        let record = match &what {
            Happening::Signed { .. } | Happening::Executing => self.run.record.clone(),
            _ => hash(number),
        };
        self.run.apply(&Event {
            number,
            at: self.now,
            by: by.clone(),
            what,
            record,
        });
    }

    pub fn observe(&mut self, item: &str, verdict: Verdict) {
        let what = Happening::Observed {
            asked_at: None,
            item: id(item),
            verdict,
            reason: format!("{item} is {}", verdict.word()),
            evidence: hash(self.run.number + 1000),
            duration_us: 1,
        };
        self.happen(&Author::Gonogo, what);
    }

    pub fn attest(&mut self, item: &str) {
        let what = Happening::Attested {
            item: id(item),
            note: "seen".into(),
            proof: None,
        };
        self.happen(&person(1, &[]).author(), what);
    }

    /// Everything of the phase, green.
    pub fn settle_phase(&mut self) {
        for item in ["probe", "child-a", "child-b", "check"] {
            self.observe(item, Verdict::Pass);
        }
        self.attest("word");
    }

    pub fn sign(&mut self, by: &Person, role: &str, meaning: Meaning) {
        let signed = self.run.record.clone();
        let (role, comment) = (role.to_owned(), String::new());
        self.happen(
            &by.author(),
            Happening::Signed {
                role,
                meaning,
                comment,
                signed,
                conditions: vec![],
                nonce: None,
                confirmed: None,
            },
        );
    }
}
