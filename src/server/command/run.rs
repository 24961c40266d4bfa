//! `gonogo run`: the probes of a checklist without a server, a database or a browser.

use crate::server::{
    config::{Config, Settings},
    sites,
};
use anyhow::{Context as _, bail};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    environment::Environment,
    outline::{LineKind, Outline, OutlineLine, OutlineSection},
    plan::{ItemId, Plan, SectionKind, Work},
    probe::ProbeSpec,
    verdict::{Finding, Verdict},
};
use futures::{StreamExt as _, stream};
use probe::{CancellationToken, Context, Prober, Site};
use std::{
    collections::HashMap,
    io::{Read as _, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Shown under `--help`.
pub const EXAMPLE: &str = "Example:\n  gonogo run DEPLOYMENT_CHECKLIST.md --env staging --release v1.4.2\n\n\
    Asks every probe of the checklist once and changes nothing: actions and a person's word are left to people.\n\
    Verification windows are asked only with --t0, and only those that are due. Needs no database.\n\
    Exit code: 0 every required probe passed, 1 one failed, 2 none failed and one could not tell, or the checklist or\n\
    the environment cannot be used.";

/// How many probes are under way at once; the prober bounds them further by their targets.
const AT_ONCE: usize = 64;

/// Run the probes of a checklist here and now
#[derive(Debug, clap::Args)]
pub struct Run {
    /// The Markdown file; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The environment: a file of the folder of environments, without .toml
    #[arg(long, value_name = "NAME")]
    env: String,
    /// What is deployed: a commit or a tag
    #[arg(long, value_name = "RELEASE", default_value = "")]
    release: String,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// When the new version served its first healthy answer, RFC 3339
    #[arg(long, value_name = "TIME")]
    t0: Option<DateTime<Utc>>,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// One JSON object: `{"title", "code", "lines": [{"id", "line", "text", "optional", "verdict", "reason"}]}`; `verdict`
    /// is `pass`, `warning`, `no_data`, `error`, `fail`, or null where nothing was asked.
    Json,
}

/// What became of a line.
enum Answer {
    /// Its probe answered.
    Probed(Box<Finding>),
    /// Nothing to ask now.
    NotDue(String),
    /// A person does it.
    People,
}

/// Probes, prints as people read it, and answers with the exit code.
///
/// # Errors
/// When the checklist or the environment cannot be used, or standard output is closed.
pub async fn run(command: Run, settings: Settings, directory: &Path) -> anyhow::Result<ExitCode> {
    let config = Config::load(settings, directory)?;
    let bytes = read(&command.file).with_context(|| format!("{} cannot be read", command.file.display()))?;
    let compiled = checklist::compile(&bytes);
    let variables = sites::variables([]);
    let find = |name: &str| variables.get(name).cloned();
    let site =
        Site::open(environment(&config.environments, &command.env)?, &find)?.with_release(command.release);
    let site = match command.t0 {
        Some(t0) => site.with_deployed_at(t0),
        None => site,
    };
    let context = Context::of_this_machine(&find);
    let now = (context.clock)();
    let outline = Outline::from(&compiled.plan);
    let work = due(&compiled.plan, &outline, command.t0, now);
    let cancel = cancelled_by_interrupt()?;
    let prober = Prober::new(context);
    let round = prober.round();
    let findings: HashMap<ItemId, Finding> = stream::iter(work)
        .map(async |(item, spec)| (item, round.probe(&spec, &site, cancel.child_token()).await))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let answers = answers(&outline, findings, command.t0, now);
    let mut out = std::io::stdout().lock();
    match command.format {
        Format::Human => print(&mut out, &outline, &answers)?,
        Format::Json => writeln!(out, "{}", json(&outline, &answers))?,
    }
    Ok(ExitCode::from(code(&answers)))
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(file)
}

fn environment(folder: &Path, name: &str) -> anyhow::Result<Environment> {
    let mut names = Vec::new();
    for read in probe::environment::load(folder) {
        match read {
            Ok(environment) if environment.name == name => return Ok(environment),
            Ok(environment) => names.push(environment.name),
            // Another file's trouble is not this one's.
            Err(error) if error.to_string().contains(&format!("{name}.toml")) => return Err(error.into()),
            Err(_) => {}
        }
    }
    bail!(
        "there is no environment {name:?} in {}; there are: {}",
        folder.display(),
        names.join(", ")
    )
}

fn cancelled_by_interrupt() -> anyhow::Result<CancellationToken> {
    let cancel = CancellationToken::new();
    let mut interrupted = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    tokio::spawn({
        let cancel = cancel.clone();
        async move {
            interrupted.recv().await;
            cancel.cancel();
        }
    });
    Ok(cancel)
}

/// Every probe that can be asked now.
fn due(
    plan: &Plan,
    outline: &Outline,
    t0: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<(ItemId, ProbeSpec)> {
    let works = plan.sections.iter().flat_map(|section| {
        let items = section.items.iter().map(|item| (&item.id, &item.work));
        items.chain(section.checks.iter().map(|check| (&check.id, &check.work)))
    });
    let probes = works.filter_map(|(id, work)| match work {
        // What an action must have left behind can be read without running it.
        Work::Probe { spec }
        | Work::Action {
            proof: Some(spec), ..
        } => Some((id.clone(), spec.clone())),
        Work::Action { .. } | Work::Attestation | Work::Parent => None,
    });
    let timely = |(id, _): &(ItemId, ProbeSpec)| {
        let section = outline.line(id).map(|(section, _)| section);
        section.is_none_or(|section| too_early(section, t0, now).is_none())
    };
    probes.filter(timely).collect()
}

fn too_early(section: &OutlineSection, t0: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<String> {
    let SectionKind::Window { minutes } = section.kind else {
        return None;
    };
    match t0.map(|t0| t0 + TimeDelta::minutes(i64::from(minutes))) {
        None => Some("a verification window: give --t0".to_owned()),
        Some(due) if due > now => Some(format!("too early, due {} UTC", due.format("%Y-%m-%d %H:%M"))),
        Some(_) => None,
    }
}

type Answers<'a> = Vec<(&'a OutlineSection, &'a OutlineLine, Answer)>;

fn answers(
    outline: &Outline,
    mut findings: HashMap<ItemId, Finding>,
    t0: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Answers<'_> {
    let lines = outline.lines().filter(|(_, line)| line.kind != LineKind::Parent);
    lines
        .map(|(section, line)| {
            let answer = match (findings.remove(&line.id), line.kind) {
                (Some(finding), _) => Answer::Probed(Box::new(finding)),
                (None, LineKind::Probe | LineKind::Check) => {
                    Answer::NotDue(too_early(section, t0, now).unwrap_or_default())
                }
                (None, LineKind::Action | LineKind::Attestation | LineKind::Parent) => Answer::People,
            };
            (section, line, answer)
        })
        .collect()
}

fn print(out: &mut impl Write, outline: &Outline, answers: &Answers<'_>) -> std::io::Result<()> {
    writeln!(out, "{}", outline.title)?;
    let mut above = None;
    for (section, line, answer) in answers {
        let (mark, why) = match answer {
            _ if left_to_people(line, answer) => continue,
            Answer::People => continue,
            Answer::Probed(finding) => (mark(finding.verdict), finding.reason.clone()),
            Answer::NotDue(why) => ("early", why.clone()),
        };
        if above != Some(&section.id) {
            writeln!(out, "\n{}", section.heading())?;
            above = Some(&section.id);
        }
        let optional = if line.optional { " (optional)" } else { "" };
        writeln!(out, "  {mark:<7} {}{optional}\n          {why}", line.text)?;
    }
    writeln!(out, "\n{}", summary(answers))
}

fn json(outline: &Outline, answers: &Answers<'_>) -> serde_json::Value {
    let lines = answers.iter().map(|(_, line, answer)| {
        let (verdict, reason) = match answer {
            Answer::Probed(finding) => (Some(finding.verdict), finding.reason.as_str()),
            Answer::NotDue(why) => (None, why.as_str()),
            Answer::People => (None, line.kind.word()),
        };
        serde_json::json!({
            "id": line.id, "line": line.line, "text": line.text, "optional": line.optional,
            "verdict": verdict, "reason": reason,
        })
    });
    let lines: Vec<_> = lines.collect();
    serde_json::json!({ "title": outline.title, "code": code(answers), "lines": lines })
}

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warning => "warning",
        Verdict::NoData => "no data",
        Verdict::Error => "ERROR",
        Verdict::Fail => "FAIL",
    }
}

fn summary(answers: &Answers<'_>) -> String {
    let left = answers
        .iter()
        .filter(|(_, line, answer)| left_to_people(line, answer))
        .count();
    let asked = || {
        answers
            .iter()
            .filter(|(_, line, answer)| !left_to_people(line, answer))
    };
    let not_due = asked()
        .filter(|(.., answer)| matches!(answer, Answer::NotDue(_)))
        .count();
    let verdict = |verdict: Verdict| {
        let is = |answer: &Answer| matches!(answer, Answer::Probed(finding) if finding.verdict == verdict);
        asked().filter(|(.., answer)| is(answer)).count()
    };
    let word = match code(answers) {
        0 => "GO as far as probes can tell",
        1 => "NO-GO",
        _ => "COULD NOT TELL",
    };
    format!(
        "{word}: {} passed, {} failed, {} errors, {} without data, {} warnings, {} not due, {} left to people",
        verdict(Verdict::Pass),
        verdict(Verdict::Fail),
        verdict(Verdict::Error),
        verdict(Verdict::NoData),
        verdict(Verdict::Warning),
        not_due,
        left,
    )
}

/// A person's word, and an action that has not left behind what it is for: somebody still runs it.
fn left_to_people(line: &OutlineLine, answer: &Answer) -> bool {
    match answer {
        Answer::People => true,
        Answer::Probed(finding) => line.kind == LineKind::Action && finding.verdict != Verdict::Pass,
        Answer::NotDue(_) => false,
    }
}

/// 0 go, 1 no-go, 2 could not tell. What is optional, not due, left to people, or the proof of an action that nobody has run
/// decides nothing.
fn code(answers: &Answers<'_>) -> u8 {
    let decides = |line: &OutlineLine| !line.optional && line.kind != LineKind::Action;
    let required = answers.iter().filter(|(_, line, _)| decides(line));
    let verdicts: Vec<Verdict> = required
        .filter_map(|(.., answer)| match answer {
            Answer::Probed(finding) => Some(finding.verdict),
            Answer::NotDue(_) | Answer::People => None,
        })
        .collect();
    if verdicts.contains(&Verdict::Fail) {
        1
    } else if verdicts.is_empty() || verdicts.iter().any(|verdict| *verdict != Verdict::Pass) {
        2
    } else {
        0
    }
}
