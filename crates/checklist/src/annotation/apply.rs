//! What the annotations of a line make of it, once all of them are read.

use super::{Part, Said, command};
use crate::describe;
use crate::infer::{Inferred, short};
use crate::lint::{Findings, catalogue as c};
use domain::plan::{Check, Item, ItemId, Work};

/// Values that the annotations name: the variable and what was written in its place.
pub type Parameters = Vec<(String, String)>;

/// Applies them to a box. The id is taken by `claim`, where nobody else has it.
pub fn item(
    said: Said,
    item: &mut Item,
    inferred: &mut Inferred,
    claim: impl FnOnce(&str) -> bool,
    findings: &mut Findings,
) -> Parameters {
    let parameters = work(&said, inferred, item.work == Work::Parent, &item.text, findings);
    let mut claim = Some(claim);
    for (part, place, _) in said.parts {
        match part {
            Part::Optional => item.optional = true,
            Part::Timeout(seconds) => item.timeout_seconds = Some(seconds),
            Part::Role(role) => item.role = Some(role),
            Part::Id(id) => match claim.take().is_some_and(|claim| claim(&id)) {
                true => item.id = ItemId(id),
                false => findings.add(
                    &c::BAD_ANNOTATION,
                    place,
                    format!("another line has the id `{id}` already"),
                ),
            },
            Part::Section(_) => {
                findings.add(
                    &c::BAD_ANNOTATION,
                    place,
                    "`section` stands on the line after a heading, before its items",
                );
            }
            // Whether it can be is known at the end of the document: see `window::settle`.
            Part::Window(_)
            | Part::Attest
            | Part::Action
            | Part::Probe
            | Part::Spec(_)
            | Part::Expect(_)
            | Part::Parameter { .. } => {}
        }
    }
    item.work.clone_from(&inferred.work);
    item.why.clone_from(&inferred.why);
    parameters
}

/// Applies them to a command of a verification block.
pub fn check(
    said: Said,
    check: &mut Check,
    inferred: &mut Inferred,
    claim: impl FnOnce(&str) -> bool,
    findings: &mut Findings,
) -> Parameters {
    let parameters = work(&said, inferred, false, &check.text, findings);
    let mut claim = Some(claim);
    for (part, place, words) in said.parts {
        match part {
            Part::Id(id) => match claim.take().is_some_and(|claim| claim(&id)) {
                true => check.id = ItemId(id),
                false => findings.add(
                    &c::BAD_ANNOTATION,
                    place,
                    format!("another line has the id `{id}` already"),
                ),
            },
            Part::Timeout(seconds) => check.timeout_seconds = Some(seconds),
            Part::Role(role) => check.role = Some(role),
            Part::Optional | Part::Section(_) | Part::Window(_) => {
                findings.add(
                    &c::BAD_ANNOTATION,
                    place,
                    format!("`{words}` is for a box: this command is a check of its section"),
                );
            }
            Part::Attest
            | Part::Action
            | Part::Probe
            | Part::Spec(_)
            | Part::Expect(_)
            | Part::Parameter { .. } => {}
        }
    }
    check.work.clone_from(&inferred.work);
    check.why.clone_from(&inferred.why);
    parameters
}

/// What settles the line.
fn work(
    said: &Said,
    inferred: &mut Inferred,
    parent: bool,
    text: &str,
    findings: &mut Findings,
) -> Parameters {
    let mut parameters = Parameters::new();
    for (part, place, words) in &said.parts {
        let done = match part {
            Part::Optional
            | Part::Timeout(_)
            | Part::Role(_)
            | Part::Id(_)
            | Part::Section(_)
            | Part::Window(_) => Ok(()),
            _ if parent => Err("the boxes below this one settle it".to_owned()),
            Part::Attest => {
                inferred
                    .commands
                    .iter_mut()
                    .for_each(|(outcome, _)| outcome.declared = true);
                settle(inferred, Work::Attestation, text, words, "somebody's word");
                Ok(())
            }
            Part::Spec(spec) => {
                let spec = (**spec).clone();
                let described = describe::probe(&spec);
                settle(inferred, Work::Probe { spec }, text, words, &described);
                Ok(())
            }
            Part::Parameter { name, value } => {
                parameter(inferred, name, value.as_deref(), text, words).map(|written| {
                    parameters.push((name.clone(), written));
                })
            }
            Part::Expect(expected) => {
                let probe = said.parts.iter().any(|(part, ..)| matches!(part, Part::Probe));
                again(inferred, Some(expected), probe, text, words)
            }
            // With `expect` beside it, that one reads the command.
            Part::Probe
                if said
                    .parts
                    .iter()
                    .any(|(part, ..)| matches!(part, Part::Expect(_))) =>
            {
                Ok(())
            }
            Part::Probe => again(inferred, None, true, text, words),
            Part::Action => action(inferred, text, words),
        };
        if let Err(message) = done {
            findings.add(&c::BAD_ANNOTATION, place.clone(), message);
        }
    }
    parameters
}

fn settle(inferred: &mut Inferred, work: Work, text: &str, words: &str, described: &str) {
    inferred.work = work;
    inferred.why = format!("{}: the annotation `{words}` says so; {described}", short(text));
}

/// The one command of a line.
fn only(inferred: &Inferred) -> Result<usize, String> {
    match inferred.commands.len() {
        1 => Ok(0),
        0 => Err("there is no command in this line".to_owned()),
        count => Err(format!(
            "there are {count} commands in this line: give each a line of its own"
        )),
    }
}

fn again(
    inferred: &mut Inferred,
    expected: Option<&command::Expected>,
    probe: bool,
    text: &str,
    words: &str,
) -> Result<(), String> {
    let at = only(inferred)?;
    let outcome = command::judged(&inferred.commands[at].0, expected, probe)?;
    let described = match &outcome.work {
        Work::Probe { spec } => describe::probe(spec),
        Work::Action { .. } | Work::Attestation | Work::Parent => outcome.because.clone(),
    };
    settle(inferred, outcome.work.clone(), text, words, &described);
    inferred.commands[at].0 = outcome;
    Ok(())
}

fn action(inferred: &mut Inferred, text: &str, words: &str) -> Result<(), String> {
    let at = only(inferred)?;
    let outcome = &mut inferred.commands[at].0;
    outcome.declared = true;
    if !matches!(outcome.work, Work::Action { .. }) {
        outcome.work = Work::action(outcome.rewritten.command.clone(), outcome.written.clone());
    }
    let work = outcome.work.clone();
    settle(inferred, work, text, words, "an action that a person runs");
    Ok(())
}

/// Puts a variable in the place of words of the command.
fn parameter(
    inferred: &mut Inferred,
    name: &str,
    value: Option<&str>,
    text: &str,
    words: &str,
) -> Result<String, String> {
    let at = only(inferred)?;
    let outcome = &inferred.commands[at].0;
    let (command, written) = command::with_parameter(outcome, name, value)?;
    let before = outcome.written.clone();
    let mut again =
        crate::infer::command::compile_expecting(&command, "", outcome.expectation.clone(), false);
    if let Work::Action { written, .. } = &mut again.work {
        *written = before;
    }
    let because = again.because.clone();
    settle(inferred, again.work.clone(), text, words, &because);
    inferred.commands[at].0 = again;
    Ok(written)
}
