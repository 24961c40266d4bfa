//! One command with the words around it to what settles it.

use super::{doubt, filters, judge, native, words};
use crate::classify::{self, Effect};
use crate::dial::{self, Never, Said};
use crate::expect::{self, Expectation, text_rules};
use crate::rewrite::{self, Rewritten};
use crate::shell::{self, Script, Simple};
use domain::plan::Work;
use domain::probe::{Filter, ProbeSpec, ShellProbe, TextRule};

/// A command after it was understood, or not.
pub struct Outcome {
    /// What settles it.
    pub work: Work,
    /// Why, without the author's words.
    pub because: String,
    /// The author's expectation.
    pub expectation: Expectation,
    /// As it will run.
    pub rewritten: Rewritten,
    /// Its grammar; `None` where it was not understood.
    pub script: Option<Script>,
    /// What it does.
    pub effect: Effect,
    /// As the author wrote it.
    pub written: String,
    /// An annotation says that it is an action or a probe, so that nothing needs to be said about what it may do.
    pub declared: bool,
    /// Why Gonogo does not run it by itself, although it reads.
    pub never: Option<Never>,
}

/// Compiles a command. `before` and `after` are the words around it, inline code between backticks; `output` is what a
/// block after it shows.
pub fn compile(written: &str, before: &str, after: &str, output: Option<&str>) -> Outcome {
    let expectation = expect::read(before, after).with_output(output);
    compile_expecting(written, before, expectation, output.is_some())
}

/// As [`compile`], with an expectation that is known already. `shown`: a block after the command shows its output.
pub fn compile_expecting(written: &str, before: &str, expectation: Expectation, shown: bool) -> Outcome {
    let mut rewritten = rewrite::rewrite(written);
    let script = match shell::read(&rewritten.command) {
        Ok(script) => script,
        Err(shell::NotUnderstood(why)) => return not_understood(why, written, rewritten, expectation),
    };
    let effect = classify::script(&script);
    let mut never = None;
    let (work, because) = match &effect {
        Effect::Reads => {
            let spec = with_version(probe(&mut rewritten, &script, &expectation, before), before);
            let example = expectation.example && !judges_text(&spec);
            let beyond = expectation
                .beyond
                .clone()
                .or_else(|| example.then(|| EXAMPLE.to_owned()));
            let open = doubt::difference(&script, &expectation, before);
            let open = open.or_else(|| doubt::version(&spec, before));
            let open = beyond.or(open);
            if open.is_none() {
                never = doubt::never(&spec, &script, Said::Tables);
            }
            match open
                .or_else(|| never.as_ref().map(Never::why))
                .or_else(|| doubt::about(&spec, &script))
            {
                Some(why) => (Work::Attestation, format!("{why}: somebody's word")),
                None => {
                    let shown = if shown && expectation.holds.is_some() {
                        ", and the block after it shows what it must print"
                    } else {
                        ""
                    };
                    (Work::Probe { spec }, format!("known to read only{shown}"))
                }
            }
        }
        Effect::Changes(what) => (
            action(&mut rewritten, written, &script),
            format!("{what}: an action that a person runs"),
        ),
        Effect::Unknown(what) => (
            action(&mut rewritten, written, &script),
            format!("{what}: it is not known to read only, so it is an action that a person runs"),
        ),
    };
    Outcome {
        work,
        because,
        expectation,
        rewritten,
        script: Some(script),
        effect,
        written: written.to_owned(),
        declared: false,
        never,
    }
}

/// A command whose grammar is not known.
fn not_understood(why: String, written: &str, rewritten: Rewritten, expectation: Expectation) -> Outcome {
    Outcome {
        work: Work::action(rewritten.command.clone(), written.to_owned()),
        because: format!("{why}: it is not understood, so it counts as changing and only a person runs it"),
        expectation,
        rewritten,
        script: None,
        effect: Effect::Unknown(why),
        written: written.to_owned(),
        declared: false,
        never: None,
    }
}

/// The probe of a command that its author declares to read, where nothing is known about it.
///
/// # Errors
/// It is known to change something, was not understood, or would dial an address as written.
pub fn declared_probe(outcome: &Outcome) -> Result<ProbeSpec, String> {
    let Some(script) = &outcome.script else {
        return Err(format!("it cannot be a probe: {}", outcome.because));
    };
    if let Some(why) = script.own.endless {
        return Err(format!("it cannot be a probe: {why}"));
    }
    match &outcome.effect {
        Effect::Changes(what) if !only_scripts(script) => {
            return Err(format!("it cannot be a probe: {what}"));
        }
        Effect::Changes(_) | Effect::Reads | Effect::Unknown(_) => {}
    }
    let rules = outcome
        .expectation
        .holds
        .as_ref()
        .map(text_rules)
        .unwrap_or_default();
    let shell = ShellProbe {
        command: outcome.rewritten.command.clone(),
        files: dial::outside(script),
        filters: Vec::new(),
        rules,
    };
    let spec = ProbeSpec::Shell(shell);
    match doubt::never(&spec, script, Said::Author) {
        Some(never) => Err(never.why()),
        None => Ok(spec),
    }
}

/// One plain command that runs a script of the project by its name: what that does only the author knows.
fn only_scripts(script: &Script) -> bool {
    let [pipeline] = script.pipelines.as_slice() else {
        return false;
    };
    let [stage] = pipeline.stages.as_slice() else {
        return false;
    };
    let bare = stage.assignments.is_empty() && stage.redirects.is_empty() && script.plain;
    let words = stage.program().zip(stage.literal_arguments());
    bare && words.is_some_and(|(name, words)| classify::runs_script(name, &words))
}

/// "Java 21 on both hosts: `java -version`": the version that the words name is compared.
fn with_version(spec: ProbeSpec, before: &str) -> ProbeSpec {
    match spec {
        ProbeSpec::Tool { tool, at_least: None } => ProbeSpec::Tool {
            tool,
            at_least: words::version_named(tool, before),
        },
        spec => spec,
    }
}

const EXAMPLE: &str = "the output that is shown is an example, which no output equals";

/// Whether a probe judges what it reads, and not only that it can be read.
fn judges_text(spec: &ProbeSpec) -> bool {
    spec.leaves().into_iter().all(|leaf| match leaf {
        ProbeSpec::Http(http) => !http.body.is_empty(),
        ProbeSpec::Shell(shell) => !shell.rules.is_empty(),
        _ => true,
    })
}

/// An action, with the traps mended that would destroy a backup.
fn action(rewritten: &mut Rewritten, written: &str, script: &Script) -> Work {
    if let Some(mended) = without_overwriting(&rewritten.command, script) {
        rewritten.command = mended;
    }
    Work::action(rewritten.command.clone(), written.to_owned())
}

/// A dump into a file and a copy to a backup refuse to overwrite.
fn without_overwriting(command: &str, script: &Script) -> Option<String> {
    let [stage] = script.pipelines.first()?.stages.as_slice() else {
        return None;
    };
    if !script.plain {
        return None;
    }
    if is_dump(stage)
        && stage
            .redirects
            .iter()
            .any(|redirect| matches!(redirect, shell::Redirect::Writes { append: false, .. }))
    {
        return Some(format!("set -o noclobber; {command}"));
    }
    let target = backup_copy(stage)?;
    Some(format!(
        "if [ -e {target} ]; then echo {target} exists already: it is left as it is >&2; exit 1; fi; {command}"
    ))
}

/// `pg_dump …`, `mysqldump …`
pub fn is_dump(stage: &Simple) -> bool {
    stage.words.iter().any(|word| {
        matches!(
            word.raw.as_str(),
            "pg_dump" | "pg_dumpall" | "mysqldump" | "mongodump"
        )
    })
}

/// The target of `cp FILE FILE.backup`, where it needs no quotes.
pub fn backup_copy(stage: &Simple) -> Option<&str> {
    let arguments = stage.literal_arguments()?;
    let [from, to] = arguments.as_slice() else {
        return None;
    };
    let lower = to.to_lowercase();
    let backup = ["backup", ".bak", ".old", ".orig", ".save"]
        .iter()
        .any(|word| lower.contains(word));
    let restores = from.to_lowercase().contains("backup") || from.ends_with(".bak");
    let simple = to
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-'));
    (stage.program() == Some("cp") && backup && !restores && simple && !to.starts_with('-')).then_some(*to)
}

fn probe(rewritten: &mut Rewritten, script: &Script, expectation: &Expectation, before: &str) -> ProbeSpec {
    if !script.plain {
        let rules = expectation.holds.as_ref().map(text_rules).unwrap_or_default();
        return ProbeSpec::Shell(ShellProbe {
            command: rewritten.command.clone(),
            files: dial::outside(script),
            filters: Vec::new(),
            rules,
        });
    }
    let stages = &script.pipelines[0].stages;
    let mut split = filters::split(script);
    let mut rules = judge::rules(stages, split.stages, &split.filters, expectation, before);
    // A log that must show no errors is searched for them.
    if expectation.none
        && expectation.holds.is_none()
        && split
            .filters
            .iter()
            .all(|filter| matches!(filter, Filter::Head(_) | Filter::Tail(_)))
        && judge::reads_logs(&stages[0])
        && split.stages == 1
        && expect::means_errors(before)
    {
        split.filters.push(Filter::Grep {
            pattern: "error".to_owned(),
            ignore_case: true,
            invert: false,
        });
        rules = vec![TextRule::Empty];
    }
    if let Some(name) = judge::pod_running(&stages[0], &split.filters, before) {
        split.filters.push(Filter::Grep {
            pattern: name.to_owned(),
            ignore_case: false,
            invert: false,
        });
        rules.insert(0, TextRule::Contains("Running".to_owned()));
    }
    if split.stages == 1
        && let Some(spec) = native::kubernetes::probe(&stages[0], &split.filters, &rules, before)
    {
        return spec;
    }
    if split.stages == 1
        && let Some(spec) = native::probe(&stages[0], &split.filters, expectation, &rules)
    {
        return spec;
    }
    if let Some((filters, redis)) = judge::redis(&stages[0], &split.filters, expectation)
        && split.stages == 1
    {
        split.filters = filters;
        rules = redis;
    }
    let ranges = shell::stages(&rewritten.command).unwrap_or_default();
    let command = match ranges.get(split.stages - 1) {
        Some(last) => without_quiet_failure(
            rewritten.command[..last.end].trim(),
            &stages[..split.stages],
            &ranges,
        ),
        None => rewritten.command.clone(),
    };
    let mut command = rewrite::failing(&rewrite::bounded(&command));
    if split.stages == 1 && finds_nothing(&stages[0], &split.filters, &rules) {
        command = format!("{command} || test $? -eq 1");
    }
    rewritten.command.clone_from(&command);
    ProbeSpec::Shell(ShellProbe {
        command,
        files: dial::outside(script),
        filters: split.filters,
        rules,
    })
}

/// A `grep` or `which` that finds nothing exits 1, which is no failure where what it finds is judged.
fn finds_nothing(stage: &Simple, filters: &[Filter], rules: &[TextRule]) -> bool {
    let judged = !filters.is_empty() && !rules.is_empty() || rules.contains(&TextRule::Empty);
    let empty = rules == [TextRule::Empty] && filters.is_empty();
    judged && matches!(stage.program(), Some("grep" | "egrep" | "rg"))
        || empty && stage.program() == Some("which")
}

/// A `grep` that stays with the command and finds nothing exits 1, which is no failure of the source.
fn without_quiet_failure(command: &str, stages: &[Simple], ranges: &[std::ops::Range<usize>]) -> String {
    let last = stages.last().and_then(Simple::program);
    match (last, ranges.get(stages.len() - 1)) {
        (Some("grep" | "egrep" | "rg"), Some(range)) if stages.len() > 1 => {
            let start = range.start.min(command.len());
            format!(
                "{} {{ {} || test $? -eq 1; }}",
                &command[..start],
                command[start..].trim()
            )
        }
        _ => command.to_owned(),
    }
}
