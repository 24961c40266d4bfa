//! What the steps of a tier need, by what they do.

use super::command::{Restored, checked_out, is_of_containers, programs, restored};
use crate::parameter;
use domain::environment::Class;
use domain::plan::Plan;
use domain::probe::ProbeSpec;
use domain::rollback::{Deed, Tier};

/// The parameter that names the commit to go back to.
pub(super) const PREVIOUS: &str = "GONOGO_PREVIOUS_COMMIT";

/// Something that a step needs and that can be looked at before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// A step at all.
    Step,
    /// Somebody who does what no command does.
    ByHand { steps: usize, of: usize },
    /// A copy that is as its original was before the deployment.
    Copy { from: String, to: String },
    /// A dump that is whole.
    Dump { file: String },
    /// A dump that a command looks for where nobody can look before.
    DumpElsewhere,
    /// The right to write a path.
    Writable { path: String },
    /// Room for what is written, judged by these files.
    Space { files: Vec<String> },
    /// The commit to go back to, as it is written.
    Commit { written: String },
    /// A program that is started by its name.
    Program { name: String },
    /// Nothing in the work tree that a checkout would refuse to overwrite.
    CleanTree,
    /// The images that ran before the deployment.
    Images,
    /// A value for a parameter of a command.
    Value { name: String },
    /// An endpoint for the page that a step verifies.
    Endpoint { url: String },
}

/// What a tier needs in an environment of this class: each once, in the order of its steps.
pub(super) fn of(tier: &Tier, plan: &Plan, class: Class) -> Vec<Want> {
    let (mut wants, mut files) = (Wants::default(), Vec::new());
    let (mut steps, mut by_hand, mut writes) = (0, 0, false);
    for step in tier.steps_in(class) {
        steps += 1;
        match &step.deed {
            Deed::Command { command } => {
                writes = true;
                wants.by_command(command, plan, &mut files);
            }
            Deed::EnvEdit { file, .. } => {
                writes = true;
                wants.add(Want::Writable { path: file.clone() });
            }
            Deed::Restore { from, to } => {
                writes = true;
                files.push(from.clone());
                wants.add(Want::Copy {
                    from: from.clone(),
                    to: to.clone(),
                });
                wants.add(Want::Writable { path: to.clone() });
            }
            Deed::Verify { spec } => {
                for leaf in spec.leaves() {
                    if let ProbeSpec::Http(page) = leaf {
                        wants.add(Want::Endpoint {
                            url: page.url.clone(),
                        });
                    }
                }
            }
            Deed::ByHand { .. } => by_hand += 1,
        }
    }
    if steps == 0 {
        wants.add(Want::Step);
    }
    if writes {
        wants.add(Want::Writable { path: ".".to_owned() });
        wants.add(Want::Space { files });
    }
    if by_hand > 0 {
        wants.add(Want::ByHand {
            steps: by_hand,
            of: steps,
        });
    }
    wants.0
}

/// Whether what is checked out is the commit that was noted when the execution began.
pub(super) fn is_previous(written: &str) -> bool {
    parameter::names(written, PREVIOUS)
}

#[derive(Default)]
struct Wants(Vec<Want>);

impl Wants {
    fn add(&mut self, want: Want) {
        if !self.0.contains(&want) {
            self.0.push(want);
        }
    }

    fn by_command(&mut self, command: &str, plan: &Plan, files: &mut Vec<String>) {
        for name in programs(command) {
            self.add(Want::Program { name });
        }
        let commits = checked_out(command);
        // What names a commit needs more than any value.
        let is_commit =
            |name: &str| name == PREVIOUS || commits.iter().any(|commit| parameter::names(commit, name));
        let named = plan.parameters.iter().map(|parameter| parameter.name.as_str());
        for name in named.filter(|name| parameter::names(command, name) && !is_commit(name)) {
            self.add(Want::Value {
                name: name.to_owned(),
            });
        }
        if !commits.is_empty() {
            self.add(Want::CleanTree);
        }
        let previous = parameter::names(command, PREVIOUS).then(|| format!("${PREVIOUS}"));
        for written in commits.into_iter().chain(previous) {
            self.add(Want::Commit { written });
        }
        if is_of_containers(command) {
            self.add(Want::Images);
        }
        for restored in restored(command) {
            match restored {
                Restored::File(file) => {
                    files.push(file.clone());
                    self.add(Want::Dump { file });
                }
                Restored::Elsewhere => self.add(Want::DumpElsewhere),
            }
        }
    }
}

impl Want {
    /// What it is, for people.
    pub(super) fn words(&self) -> String {
        match self {
            Want::Step => "a step".to_owned(),
            Want::ByHand { .. } => "somebody who does what no command does".to_owned(),
            Want::Copy { from, to } => format!("{from}, the copy of {to}"),
            Want::Dump { file } => format!("the dump {file}"),
            Want::DumpElsewhere => "the dump that is restored".to_owned(),
            Want::Writable { path } if path == "." => "the right to write the work directory".to_owned(),
            Want::Writable { path } => format!("the right to write {path}"),
            Want::Space { .. } => "room on the disk".to_owned(),
            Want::Commit { written } if is_previous(written) => "the commit before the deployment".to_owned(),
            Want::Commit { written } => format!("the commit {written}"),
            Want::Program { name } => format!("the program {name}"),
            Want::CleanTree => "a work tree that another commit can be checked out in".to_owned(),
            Want::Images => "the images that ran before the deployment".to_owned(),
            Want::Value { name } => format!("a value for {name}"),
            Want::Endpoint { url } => format!("an endpoint for {url}"),
        }
    }
}
