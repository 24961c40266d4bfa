//! What a plan can execute: every distinct command once, and how many lines became what.

use crate::api::revision::Command;
use checklist::{reach, report::Counts};
use domain::{
    plan::{Plan, Work},
    probe::{ProbeSpec, ShellProbe},
};
use std::collections::HashSet;

/// Every distinct command that a run of the plan can execute, in the document's order.
pub fn of(plan: &Plan) -> Vec<Command> {
    let mut found: Vec<Command> = Vec::new();
    let works = plan.sections.iter().flat_map(|section| {
        section
            .items
            .iter()
            .map(|item| &item.work)
            .chain(section.checks.iter().map(|check| &check.work))
    });
    for command in works.flat_map(of_work) {
        if !found.iter().any(|known| known.text == command.text) {
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
