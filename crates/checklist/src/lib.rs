//! Markdown checklists to plans: any bytes give a plan and diagnostics. Nothing here is ever executed.
//!
//! [`compile`] reads the Markdown into blocks, gives each heading a meaning, and infers for each box and each
//! command of a verification block what settles it: a native probe, a command that is known to read, an action
//! that a person runs, or a person's word.

mod address;
mod annotation;
mod assemble;
mod blanks;
pub mod changes;
pub mod check;
mod classify;
mod contract;
pub mod describe;
mod dial;
mod expect;
mod fence;
pub mod fill;
pub mod fix;
mod follow_ups;
pub mod guide;
mod heading;
mod hit_counter;
mod infer;
mod links;
pub mod lint;
mod measure;
mod metrics;
mod migration;
mod names;
mod objectives;
pub mod outline;
mod parse;
mod phrases;
mod proof;
pub mod reach;
pub mod report;
mod rewrite;
pub mod rollback;
mod shell;
mod source;
mod tracks;
mod word;

use domain::Hash;
use domain::plan::{Diagnostic, Plan};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What a document compiles to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compiled {
    /// The plan.
    pub plan: Plan,
    /// What is wrong or worth a look, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// What else was counted.
    pub outline: outline::Outline,
}

/// Compiles any bytes. Never fails, depends on nothing but the bytes, and takes time in proportion to them.
pub fn compile(bytes: &[u8]) -> Compiled {
    compile_after(bytes, None)
}

/// As [`compile`], of a document that was imported before: an item that was reworded or moved since keeps the id that
/// it has in the old plan. [`changes::between`] says what changed.
pub fn compile_after(bytes: &[u8], old: Option<&Plan>) -> Compiled {
    analyse(bytes, old).compiled
}

/// A compiled document with what is needed to change it.
struct Analysis {
    compiled: Compiled,
    source: source::Source,
    /// The code and the bytes of each finding.
    places: Vec<(&'static str, std::ops::Range<usize>)>,
}

fn analyse(bytes: &[u8], old: Option<&Plan>) -> Analysis {
    let source = source::Source::new(bytes);
    let blocks = parse::blocks(&source);
    let mut findings = lint::Findings::default();
    let assembled = assemble::assemble(&source, &blocks, old, &mut findings);
    lint::document(
        &source,
        &assembled.sections,
        &assembled.outline,
        parse::has_boxes(&blocks),
        &mut findings,
    );
    lint::sign_off::slots(&source, &assembled.slots, &mut findings);
    let revision = Hash::of_bytes(&Sha256::digest(bytes).into());
    let mut sections = assembled.sections;
    migration::attach(&mut sections);
    hit_counter::attach(&mut sections);
    proof::attach(&mut sections);
    let mut parameters = assembled.parameters;
    let rollback = rollback::tiers(&source, &blocks, &sections, &mut parameters, &mut findings);
    let blanks = blanks::of_document(&source, &blocks, &sections, &assembled.slots);
    let forms = blanks::forms::of_document(&source, &blocks, &sections, &blanks);
    let objectives = objectives::of_sections(&sections);
    tracks::attach(
        &source,
        &mut sections,
        &objectives,
        &assembled.attested,
        &mut findings,
    );
    lint::threshold::series(&source, &objectives, &mut findings);
    let links = links::of_sections(&sections, &objectives, &forms);
    let follow_ups = follow_ups::of_document(&source, &blocks, &sections);
    let plan = Plan {
        revision,
        title: assembled.title,
        sections,
        slots: assembled.slots,
        parameters,
        blanks,
        rollback,
        forms,
        objectives,
        links,
        follow_ups,
    };
    let places = findings.places();
    let compiled = Compiled {
        plan,
        diagnostics: findings.diagnostics(&source),
        outline: assembled.outline,
    };
    Analysis {
        compiled,
        source,
        places,
    }
}
