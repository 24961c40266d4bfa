//! Documents, and what became of them.

use checklist::{Compiled, compile, describe};
use domain::plan::{Plan, Work};
use domain::probe::ProbeSpec;

/// The plan of a document.
pub fn plan(text: &str) -> Plan {
    compile(text.as_bytes()).plan
}

/// The codes of what is said about a document.
pub fn codes(text: &str) -> Vec<String> {
    codes_of(compile(text.as_bytes()))
}

/// The codes of what was said, in order.
pub fn codes_of(compiled: Compiled) -> Vec<String> {
    let found = compiled.diagnostics.into_iter();
    found.map(|diagnostic| diagnostic.code).collect()
}

/// A phase with one box.
pub fn phase(line: &str) -> Compiled {
    compile(format!("## Phase 1: x\n\n- [ ] {line}\n").as_bytes())
}

/// What settles the box of a phase.
#[track_caller]
pub fn work(line: &str) -> Work {
    phase(line).plan.items().next().expect("an item").work.clone()
}

/// The probe that settles the box of a phase.
#[track_caller]
pub fn probe(line: &str) -> ProbeSpec {
    match work(line) {
        Work::Probe { spec } => spec,
        other => panic!("{line}: {other:?}"),
    }
}

/// What settles the box of a phase, in words: the probe, or who does it.
#[track_caller]
pub fn settled(line: &str) -> String {
    match work(line) {
        Work::Probe { spec } => describe::probe(&spec),
        Work::Attestation => "a person".to_owned(),
        Work::Action { command, .. } => format!("do {command}"),
        Work::Parent => "its boxes".to_owned(),
    }
}
