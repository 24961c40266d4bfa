//! Failures that a shell line hides: `| tee`, `|| true`, `; echo done`.

use crate::infer::command::Outcome;
use crate::shell::{Pipeline, Script, Simple};
use domain::plan::Work;
use domain::probe::{ProbeSpec, ShellProbe};

/// Programs that succeed on any input, so that a pipe that ends in them succeeds too.
const PASSIVE: &[&str] = &[
    "tee", "head", "tail", "cat", "sort", "uniq", "wc", "sed", "awk", "cut", "tr", "less", "more", "column",
    "gzip", "bzip2", "xz", "zstd", "nl", "fold", "rev", "fmt", "ts",
];
/// Programs that cannot well fail as a source.
const SOURCES: &[&str] = &[
    "echo", "printf", "cat", "ls", "yes", "ps", "env", "history", "date", "seq", "head", "df",
];

/// The program behind which a pipe hides a failure.
pub fn by_pipe<'a>(script: &'a Script, outcome: &Outcome) -> Option<&'a str> {
    if judged(outcome) || outcome.work == Work::Attestation || outcome.rewritten.command.contains("pipefail")
    {
        return None;
    }
    script.pipelines.iter().find_map(|pipeline| {
        let (last, sources) = pipeline.stages.split_last()?;
        let program = last.program().filter(|program| PASSIVE.contains(program))?;
        let fails = |stage: &Simple| {
            stage
                .program()
                .is_some_and(|program| !SOURCES.contains(&program) && !PASSIVE.contains(&program))
        };
        // A filter that finds nothing fails by itself, and what it is fed by is judged with it.
        let first = sources.first().is_some_and(fails);
        first.then_some(program)
    })
}

/// The output decides, whatever the exit code is.
fn judged(outcome: &Outcome) -> bool {
    match &outcome.work {
        Work::Probe {
            spec: ProbeSpec::Shell(ShellProbe { rules, filters, .. }),
        } => !rules.is_empty() || !filters.is_empty(),
        Work::Probe { .. } => true,
        Work::Action { .. } | Work::Attestation | Work::Parent => false,
    }
}

/// What hides the failure of the command before it: `|| true`.
pub fn by_fallback(script: &Script, outcome: &Outcome) -> Option<String> {
    let succeeds = |pipeline: &Pipeline| match pipeline.stages.as_slice() {
        [stage] => match stage.program()? {
            program @ ("true" | ":") => Some(program.to_owned()),
            "exit" if stage.words.get(1).is_some_and(|word| word.raw == "0") => Some("exit 0".to_owned()),
            program @ ("echo" | "printf") if stage.words.iter().all(|word| word.substitutions.is_empty()) => {
                Some(format!("{program} …"))
            }
            _ => None,
        },
        _ => None,
    };
    let words = |found: &str| !matches!(found, "true" | ":" | "exit 0");
    let fallback = script.pipelines.iter().enumerate().find_map(|(at, pipeline)| {
        let found = succeeds(pipeline).filter(|_| pipeline.fallback)?;
        // `|| echo failed && exit 1` fails after all.
        let leaves = script.pipelines[at + 1..].iter().any(|next| {
            next.stages
                .first()
                .and_then(Simple::program)
                .is_some_and(|program| matches!(program, "exit" | "false" | "return"))
        });
        let fails = leaves || (words(&found) && judged(outcome));
        (!fails).then(|| format!("`|| {found}` makes a success of every failure"))
    });
    let text = outcome.rewritten.command.trim_end();
    let last = ["; true", ";true", "; exit 0", "; :"]
        .into_iter()
        .find(|end| text.ends_with(end));
    fallback.or_else(|| last.map(|end| format!("`{end}` makes a success of every failure")))
}
