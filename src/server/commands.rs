//! What a plan can execute: every distinct command once, and how many lines became what.

use crate::api::revision::Command;
use checklist::{reach, report::Counts};
use domain::{
    plan::{Plan, Work},
    probe::{ProbeSpec, ShellProbe},
    rollback::{Deed, Step},
};
use std::collections::HashSet;

/// Every distinct command that a run of the plan can execute, in the document's order; then those of the rollbacks, with what
/// they write into files.
pub fn of(plan: &Plan) -> Vec<Command> {
    let mut found: Vec<Command> = Vec::new();
    let works = plan.sections.iter().flat_map(|section| {
        section
            .items
            .iter()
            .map(|item| &item.work)
            .chain(section.checks.iter().map(|check| &check.work))
    });
    let steps = plan.rollback.iter().flat_map(|tier| &tier.steps);
    for command in works.flat_map(of_work).chain(steps.flat_map(of_step)) {
        let same = |known: &Command| known.text == command.text && known.reaches == command.reaches;
        if !found.iter().any(same) {
            found.push(command);
        }
    }
    found
}

/// As [`of`], with those marked as new that the plan before did not execute.
pub fn since(plan: &Plan, before: Option<&Plan>) -> Vec<Command> {
    let known: Option<HashSet<String>> =
        before.map(|before| of(before).into_iter().map(|command| command.text).collect());
    let mark = |command: Command| Command {
        is_new: known.as_ref().is_some_and(|known| !known.contains(&command.text)),
        ..command
    };
    of(plan).into_iter().map(mark).collect()
}

/// How many boxes became what, and how many checks stand beside them.
pub fn counts(plan: &Plan) -> Vec<(usize, String)> {
    let Counts {
        items,
        native,
        shell,
        actions,
        attestations,
        parents,
    } = Counts::of(plan);
    let checks = plan.sections.iter().map(|section| section.checks.len()).sum();
    let numbers = [
        (items, "items"),
        (native, "native probes"),
        (shell, "shell probes"),
        (actions, "actions"),
        (attestations, "attestations"),
        (parents, "parents"),
        (checks, "checks beside them"),
    ];
    numbers
        .into_iter()
        .map(|(count, word)| (count, word.to_owned()))
        .collect()
}

fn of_work(work: &Work) -> Vec<Command> {
    match work {
        Work::Probe { spec } => of_probe(spec),
        Work::Action {
            command,
            written,
            proof,
            ..
        } => {
            let written = (written != command).then(|| written.clone());
            let action = Command {
                reads: false,
                text: command.clone(),
                written,
                is_new: false,
                reaches: reach::of(command).sentences(),
            };
            let proof = proof.iter().flat_map(of_probe);
            std::iter::once(action).chain(proof).collect()
        }
        Work::Attestation | Work::Parent => vec![],
    }
}

fn of_step(step: &Step) -> Vec<Command> {
    let changing = |text: String, reaches: Vec<String>| Command {
        reads: false,
        written: step.written.clone().filter(|written| *written != text),
        text,
        is_new: false,
        reaches,
    };
    let deed = match &step.deed {
        Deed::Command { command } => Some(changing(command.clone(), reach::of(command).sentences())),
        Deed::EnvEdit { file, lines } => {
            let lines: Vec<String> = lines
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            Some(changing(lines.join("\n"), vec![format!("edits lines of {file}")]))
        }
        Deed::Restore { from, to } => Some(changing(
            format!("{from} → {to}"),
            vec![format!("writes {from} in the place of {to}")],
        )),
        Deed::Verify { .. } | Deed::ByHand { .. } => None,
    };
    let asked = match &step.deed {
        Deed::Verify { spec } => of_probe(spec),
        Deed::Command { .. } | Deed::EnvEdit { .. } | Deed::Restore { .. } | Deed::ByHand { .. } => vec![],
    };
    let proof = step.proof.iter().flat_map(of_probe);
    deed.into_iter().chain(asked).chain(proof).collect()
}

/// The commands of a probe.
pub fn of_probe(spec: &ProbeSpec) -> Vec<Command> {
    let command = |shell: &ShellProbe| Command {
        reads: true,
        text: shell.command.clone(),
        written: None,
        is_new: false,
        reaches: reach::of(&shell.command).sentences(),
    };
    spec.commands().into_iter().map(command).collect()
}
