//! One command to a step.

use super::{loss, mend, settings};
use crate::infer::command::Outcome;
use crate::lint;
use crate::shell;
use domain::plan::Work;
use domain::probe::ProbeSpec;
use domain::rollback::{Contract, Deed, Step};

/// What is said around a step.
pub struct Around {
    /// What it is called.
    pub title: String,
    /// Where it stands, line from 1.
    pub line: u32,
    /// It does not exist in production.
    pub development_only: bool,
    /// How long it may take.
    pub timeout_seconds: Option<u32>,
}

impl Around {
    /// The step that does this.
    pub fn step(&self, deed: Deed) -> Step {
        Step {
            title: self.title.clone(),
            line: Some(self.line),
            deed,
            proof: None,
            contract: Contract::Manual,
            written: None,
            mended: None,
            loses: None,
            development_only: self.development_only,
            timeout_seconds: self.timeout_seconds,
        }
    }

    /// A person does it, with the command as its author wrote it.
    pub fn by_hand(&self, command: &str, why: &str) -> Step {
        let mut step = self.step(Deed::ByHand { words: code(command) });
        step.mended = Some(format!("a person does it: {why}"));
        step
    }
}

/// The step of a command. `env_changed`: a step before it changes a `.env` file.
pub fn step(work: &Work, outcome: &Outcome, around: &Around, env_changed: bool) -> Step {
    let author = outcome.written.trim();
    match work {
        Work::Probe { spec } => {
            let mut step = around.step(Deed::Verify { spec: spec.clone() });
            let same = matches!(spec, ProbeSpec::Shell(shell) if shell.command == author && shell.filters.is_empty());
            step.written = (!same).then(|| author.to_owned());
            step
        }
        Work::Action { command, .. } => match for_a_person(outcome) {
            Some(why) => around.by_hand(author, &why),
            None => changing(command, outcome, around, env_changed),
        },
        Work::Attestation | Work::Parent => around.by_hand(author, &outcome.because),
    }
}

/// Why nobody but a person can run it.
fn for_a_person(outcome: &Outcome) -> Option<String> {
    let Some(script) = &outcome.script else {
        return Some("it is not understood".to_owned());
    };
    let stuck = outcome.rewritten.stuck.as_ref();
    stuck
        .map(|word| format!("`{word}` stands in single quotes, where nothing is filled in"))
        .or_else(|| lint::script::by_hand(script))
        .or_else(|| script.own.endless.map(str::to_owned))
}

fn changing(command: &str, outcome: &Outcome, around: &Around, env_changed: bool) -> Step {
    let author = outcome.written.trim();
    let script = outcome.script.as_ref();
    if let Some((from, to)) = script.and_then(settings::restore) {
        let mended =
            format!("the copy is written whole: one that is missing or breaks off leaves `{to}` as it is");
        let mut step = around.step(Deed::Restore { from, to });
        step.written = Some(author.to_owned());
        step.mended = Some(mended);
        return step;
    }
    let mut reasons = reasons(command, outcome);
    let recreated = script.filter(|_| env_changed).and_then(mend::recreating);
    let command = match recreated {
        Some(recreating) => {
            reasons.push(mend::RESTART.to_owned());
            recreating
        }
        None => command.to_owned(),
    };
    let mut step = around.step(Deed::Command {
        command: command.clone(),
    });
    step.loses = shell::read(&command)
        .ok()
        .and_then(|script| loss::of(&command, &script));
    step.written = (command != author).then(|| author.to_owned());
    step.mended = (!reasons.is_empty()).then(|| reasons.join("; "));
    step
}

/// What the rewriting changed, and why.
fn reasons(command: &str, outcome: &Outcome) -> Vec<String> {
    let mut reasons = Vec::new();
    if outcome.rewritten.without_terminal {
        reasons.push("`exec` gets no terminal, because a server has none".to_owned());
    }
    for (name, written) in &outcome.rewritten.placeholders {
        reasons.push(format!("`{written}` is filled in as `${name}`"));
    }
    let kept = command.starts_with("set -o noclobber") || command.starts_with("if [ -e ");
    if kept && command != outcome.written {
        reasons.push("a file that is there already is not overwritten".to_owned());
    }
    reasons
}

/// Whether a step leaves another `.env` file behind, so far as it can be told: every command that names one may.
pub fn changes_env(deed: &Deed) -> bool {
    let names = |text: &str| {
        text.split_whitespace().any(|word| {
            let word = word.trim_matches(['`', '"', '\'', '.', ',', ';', ':', '(', ')']);
            word == "env" && text.contains(".env") || word.contains(".env")
        })
    };
    match deed {
        Deed::EnvEdit { .. } => true,
        Deed::Restore { to, .. } => settings::is_env_file(to),
        Deed::Command { command } => names(command),
        Deed::ByHand { words } => names(words),
        Deed::Verify { .. } => false,
    }
}

/// A command as Markdown.
pub fn code(command: &str) -> String {
    if command.contains('\n') || command.contains('`') {
        return format!("~~~sh\n{command}\n~~~");
    }
    format!("`{command}`")
}
