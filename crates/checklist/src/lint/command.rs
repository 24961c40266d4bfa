//! Traps in one command.

use super::catalogue::Lint;
use super::run::{Run, runs};
use super::{
    Findings, catalogue as c, destructive, endless, exposed, hidden, interactive, judged, placeholder, secret,
};
use crate::classify::{self, Effect};
use crate::dial::Never;
use crate::infer::command::{Outcome, backup_copy, is_dump};
use crate::shell::{self, Redirect, Script, Simple};
use domain::plan::Work;
use std::ops::Range;

/// Everything that a command of an item or a check can be told.
pub fn all(outcome: &Outcome, span: &Range<usize>, findings: &mut Findings) {
    traps(outcome, span, findings);
    judged::judged(outcome, span, findings);
    match &outcome.effect {
        Effect::Reads if outcome.work == Work::Attestation && !outcome.declared => {
            let because = outcome.because.trim_end_matches(": somebody's word");
            match &outcome.never {
                Some(never) => findings.add(unattended(never), span.clone(), because),
                None if !sets_the_scene(outcome) => findings.add(&c::UNJUDGED, span.clone(), because),
                None => {}
            }
        }
        Effect::Unknown(why) if unknown_program(outcome) && !outcome.declared => {
            findings.add(&c::UNKNOWN_PROGRAM, span.clone(), why.clone())
        }
        Effect::Unknown(why) if project_code(outcome) && !outcome.declared => {
            findings.add(&c::PROJECT_CODE, span.clone(), why.clone())
        }
        Effect::Reads | Effect::Changes(_) | Effect::Unknown(_) => {}
    }
}

/// The lint of a command that reads and still does not run by itself.
fn unattended(never: &Never) -> &'static Lint {
    match never {
        Never::Dials(_) => &c::HARD_HOST,
        Never::MayDial(_) => &c::MAY_DIAL,
        Never::Secrets(_) => &c::PRINTS_SECRETS,
        Never::Endless(_) => &c::ENDLESS,
        Never::Changes(_) => &c::UNJUDGED,
    }
}

/// `cd app`, `exit`: no check, and none that anybody takes for one.
fn sets_the_scene(outcome: &Outcome) -> bool {
    let first = outcome
        .script
        .as_ref()
        .and_then(|script| script.pipelines.first()?.stages.first()?.program());
    matches!(
        first,
        Some("cd" | "exit" | "export" | "source" | "." | "set" | "pushd" | "popd" | "clear")
    )
}

/// A program that no table knows. One that is known and changes, or runs another one, needs no explanation.
fn unknown_program(outcome: &Outcome) -> bool {
    let stages = outcome
        .script
        .iter()
        .flat_map(|script| &script.pipelines)
        .flat_map(|pipeline| &pipeline.stages);
    stages
        .filter_map(Simple::program)
        .any(|program| !classify::known(program))
}

/// It would read, if the project's own code did not run first.
fn project_code(outcome: &Outcome) -> bool {
    let script = outcome.script.iter().flat_map(|script| &script.pipelines);
    let mut stages = script.flat_map(|pipeline| &pipeline.stages);
    stages.any(|stage| {
        let words: Option<Vec<&str>> = stage.literal_arguments();
        let program = stage.program().zip(words);
        program.is_some_and(|(name, words)| classify::runs_project(name, &words))
    })
}

/// Traps that are traps wherever the command stands.
pub fn traps(outcome: &Outcome, span: &Range<usize>, findings: &mut Findings) {
    if let Some((name, placeholder)) = outcome.rewritten.placeholders.first() {
        let message = format!("`{placeholder}` must be filled in: it becomes \"${name}\"");
        findings.add(&c::PLACEHOLDER, span.clone(), message);
    }
    if outcome.rewritten.without_terminal {
        findings.add(
            &c::NO_TERMINAL,
            span.clone(),
            "`exec` asks for a terminal, which a server does not have",
        );
    }
    let Some(script) = &outcome.script else {
        secret::text(&outcome.rewritten.command, span, findings);
        not_understood(outcome, span, findings);
        return;
    };
    let replaced_whole = script
        .pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.stages)
        .any(|stage| stage.program() == Some("mv"));
    for pipeline in &script.pipelines {
        for (at, stage) in pipeline.stages.iter().enumerate() {
            simple(stage, at > 0, span, findings);
            if overwrites(stage) && !replaced_whole {
                findings.add(
                    &c::SAME_DAY,
                    span.clone(),
                    "the same name is overwritten, and a dump that fails leaves an empty file",
                );
            }
        }
        if let Some(shell) = fetched_script(&pipeline.stages) {
            findings.add(
                &c::FETCHED_SCRIPT,
                span.clone(),
                format!("`{shell}` runs whatever the address answers"),
            );
        }
    }
    script_as_a_whole(script, outcome, span, findings);
}

/// What the line as a whole hides, or changes in nothing but its own shell.
fn script_as_a_whole(script: &Script, outcome: &Outcome, span: &Range<usize>, findings: &mut Findings) {
    if let Some(why) = hidden::by_fallback(script, outcome) {
        findings.add(&c::ALWAYS_TRUE, span.clone(), why);
    }
    if let Some(program) = hidden::by_pipe(script, outcome) {
        let why = format!("the exit code of this line is that of `{program}`, which succeeds on any input");
        findings.add(&c::PIPE_HIDES, span.clone(), why);
    }
    let [only] = script.pipelines.as_slice() else {
        return;
    };
    if outcome.effect != Effect::Reads && script.plain && curl_ignores_status(&only.stages) {
        findings.add(&c::ANSWER_IGNORED, span.clone(), "`curl` exits 0 on HTTP 500 too");
    }
    let assigns = script.plain
        && only
            .stages
            .iter()
            .all(|stage| stage.words.is_empty() && !stage.assignments.is_empty());
    let stage = only.stages.first();
    if let (true, Some((name, _))) = (assigns, stage.and_then(|stage| stage.assignments.first())) {
        findings.add(
            &c::SHELL_ONLY,
            span.clone(),
            format!("`{name}=` sets a variable of this shell and edits no file"),
        );
    }
    let program = stage.and_then(Simple::program).filter(|_| script.plain);
    if let Some(
        program @ ("cd" | "export" | "source" | "." | "pushd" | "nvm" | "conda" | "unset" | "umask"),
    ) = program
    {
        findings.add_once(
            &c::LOST_STATE,
            span.clone(),
            format!("what `{program}` sets ends with this command"),
        );
    }
}

/// A `curl` without a look at the status, and nothing behind it that looks.
pub(super) fn curl_ignores_status(stages: &[Simple]) -> bool {
    let Some((first, behind)) = stages.split_first() else {
        return false;
    };
    let looks = |word: &str| {
        word.contains("http_code")
            || word.contains("response_code")
            || word.starts_with("--fail")
            || word == "--version"
            || (word.starts_with('-') && !word.starts_with("--") && word.contains('f') && !word.contains('o'))
    };
    let passive = |stage: &Simple| matches!(stage.program(), Some("head" | "tail" | "tee" | "cat" | "jq"));
    let web = first
        .words
        .iter()
        .skip(1)
        .any(|word| word.raw.contains("://") || word.raw.contains('.'));
    first.program() == Some("curl")
        && web
        && !first.words.iter().any(|word| looks(&word.raw))
        && behind.iter().all(passive)
}

/// The shell that a script from the network is piped into.
fn fetched_script(stages: &[Simple]) -> Option<&str> {
    let [first, .., last] = stages else { return None };
    let shell = last
        .words
        .iter()
        .filter_map(|word| word.literal.as_deref())
        .find(|word| *word != "sudo" && !word.starts_with('-'))?;
    let fetches = matches!(first.program(), Some("curl" | "wget"));
    (fetches && matches!(shell, "sh" | "bash" | "zsh")).then_some(shell)
}

fn not_understood(outcome: &Outcome, span: &Range<usize>, findings: &mut Findings) {
    let Effect::Unknown(why) = &outcome.effect else {
        return;
    };
    let hidden = outcome.rewritten.command.chars().any(shell::hidden);
    findings.add(
        if hidden { &c::HIDDEN } else { &c::NOT_UNDERSTOOD },
        span.clone(),
        why.clone(),
    );
}

fn simple(stage: &Simple, piped: bool, span: &Range<usize>, findings: &mut Findings) {
    let words: Vec<&str> = stage
        .words
        .iter()
        .map(|word| word.literal.as_deref().unwrap_or(&word.raw))
        .collect();
    if let Some(target) = backup_copy(stage) {
        findings.add(
            &c::LOST_COPY,
            span.clone(),
            format!("a second run overwrites `{target}`"),
        );
    }
    for run in runs(stage, piped) {
        one(&run, span, findings);
    }
    exposed::addresses(stage, &words, span, findings);
    if !words.is_empty() || !stage.assignments.is_empty() {
        secret::command(stage, &words, span, findings);
    }
}

/// The traps of one program with its arguments.
fn one(run: &Run<'_>, span: &Range<usize>, findings: &mut Findings) {
    if run.sudo && run.program != "sudo" {
        findings.add_once(&c::SUDO, span.clone(), "`sudo` can ask for a password");
    }
    let mut add = |lint, message: String| findings.add(lint, span.clone(), message);
    if let Some(word) = placeholder::of(run) {
        add(&c::PLACEHOLDER, format!("`{word}` must be filled in"));
    }
    if run.program == "docker-compose" && run.starts(&["restart"]) {
        add(
            &c::RESTART,
            "`restart` keeps the environment that the container was made with".to_owned(),
        );
    }
    if let Some(why) = endless::why(run) {
        add(&c::ENDLESS, why);
    } else if let Some(why) = interactive::why(run) {
        add(&c::INTERACTIVE, why);
    }
    if destructive::removes_everything(run) {
        add(
            &c::REMOVES_EVERYTHING,
            format!("`{}` removes everything that it reaches", run.short()),
        );
    } else if let Some(why) = destructive::why(run) {
        add(&c::DESTRUCTIVE, why);
    }
    let images = matches!(
        run.program,
        "docker" | "podman" | "kubectl" | "helm" | "buildah" | "skopeo" | "oc"
    );
    if images
        && run
            .words
            .iter()
            .any(|word| word.ends_with(":latest") || word.ends_with(".tag=latest"))
    {
        add(&c::LATEST, "`latest` is another image tomorrow".to_owned());
    }
}

/// A dump or an archive into a file of which the name does not hold the time of day.
fn overwrites(stage: &Simple) -> bool {
    let timed = |text: &str| {
        ["%H", "%s", "%T", "%M", "%N", "%I"]
            .iter()
            .any(|mark| text.contains(mark))
    };
    let named = stage.redirects.iter().filter_map(|redirect| match redirect {
        Redirect::Writes { file, append: false } if file.literal.as_deref() != Some("/dev/null") => {
            Some(file.raw.as_str())
        }
        Redirect::Writes { .. } | Redirect::Reads { .. } => None,
    });
    let named: Vec<&str> = named
        .chain(stage.words.iter().map(|word| word.raw.as_str()))
        .collect();
    if named.iter().any(|text| timed(text)) {
        return false;
    }
    let archive = stage.program() == Some("tar") && named.iter().any(|text| text.contains("$(date"));
    (is_dump(stage) && writes_file(stage)) || archive
}

fn writes_file(stage: &Simple) -> bool {
    let redirected = stage.redirects.iter().any(|redirect| matches!(redirect, Redirect::Writes { file, .. } if file.literal.as_deref() != Some("/dev/null")));
    redirected
        || stage
            .words
            .iter()
            .any(|word| word.raw == "-f" || word.raw.starts_with("--file"))
}
