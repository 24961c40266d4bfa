//! `gonogo run`: the probes of a checklist without a server, a database or a browser.

mod junit;
mod lines;
mod plan;
mod progress;
mod report;
mod round;
mod section;
mod watch;

use crate::server::{
    config::{Config, Settings},
    library::LARGEST,
    sites,
};
use anyhow::{Context as _, bail};
use chrono::{DateTime, TimeDelta, Utc};
use domain::environment::Environment;
use lines::Checklist;
use probe::{CancellationToken, Context, Prober, Site};
use round::{Asker, Round};
use std::{
    io::{ErrorKind, Read, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Mutex,
};
use watch::Again;

/// Shown under `--help`.
pub const EXAMPLE: &str = "Examples:\n  gonogo run DEPLOYMENT_CHECKLIST.md --env staging --release v1.4.2\n  \
    gonogo run DEPLOYMENT_CHECKLIST.md --env staging --section \"Pre-Deployment\" --format junit > gonogo.xml\n  \
    gonogo run DEPLOYMENT_CHECKLIST.md --env staging --t0 2026-03-02T12:00:00Z --watch 10\n  \
    gonogo run DEPLOYMENT_CHECKLIST.md --env staging --plan\n\n\
    Asks the probes of the checklist and changes nothing: actions and a person's word are left to people. What Gonogo reads\n\
    itself is asked where the environment's file lists it. A command of the document runs only where that file lists the\n\
    plan, `published = [\"sha256:…\"]`, as --plan prints it; without it the line has no data. Verification windows are asked\n\
    only with --t0, and only those that are due. Needs no database.\n\n\
    Progress is shown where standard error is a terminal. Colours follow NO_COLOR, CLICOLOR_FORCE and the terminal.\n\n\
    Exit code: 0 every required probe passed, 1 one failed, 2 none failed and one could not tell, or the checklist or\n\
    the environment cannot be used. It decides, also beside a JUnit report, in which what has no data is skipped. --plan\n\
    exits with 0.";

/// Run the probes of a checklist here and now
#[derive(Debug, clap::Args)]
pub struct Run {
    /// The Markdown file, of at most 10 MB; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The environment: a file of the folder of environments, without .toml
    #[arg(long, value_name = "NAME")]
    env: String,
    /// What is deployed: a commit or a tag
    #[arg(long, value_name = "RELEASE", default_value = "")]
    release: String,
    /// Only this section, by its heading in any case or its id; may be given again for others
    #[arg(long, value_name = "NAME")]
    section: Vec<String>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// When the new version served its first healthy answer, RFC 3339
    #[arg(long, value_name = "TIME")]
    t0: Option<DateTime<Utc>>,
    /// Ask again after so many seconds until everything required passes, and print what changed [default: 5]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "5",
        value_parser = clap::value_parser!(u32).range(1..=3600))]
    watch: Option<u32>,
    /// How long to watch at the most
    #[arg(long = "for", value_name = "MINUTES", default_value_t = 60, requires = "watch",
        value_parser = clap::value_parser!(u32).range(1..=1440))]
    minutes: u32,
    /// Show what would be asked, what would not and why, and the plan's hash; touch nothing
    #[arg(long, conflicts_with = "watch")]
    plan: bool,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// One JSON object: `{"title", "plan", "code", "lines": [{"id", "section", "line", "text", "optional", "verdict",
    /// "reason", "evidence"}]}`; `plan` is the plan's hash, `verdict` is `pass`, `warning`, `no_data`, `error`, `fail`, or null
    /// where nothing was asked, `evidence` is `{"found", "expected", "target", "duration_us", "at"}`, or null where no
    /// probe answered. With --watch one object a line, after the first only with the lines that changed. With --plan
    /// `{"title", "plan", "published", "lines": [{"id", "section", "line", "text", "optional", "does", "asks",
    /// "commands", "why"}]}`; `does` is `ask`, `run`, `not_published`, `not_due` or `people`.
    Json,
    /// JUnit XML: a test suite for each section, a test case for each line; skipped is what has no data, is optional and does
    /// not pass, or is left to people. With --watch the last round.
    Junit,
}

/// Probes, prints as people read it, and answers with the exit code.
///
/// # Errors
/// When the checklist or the environment cannot be used, or the answer cannot be written.
pub async fn run(command: Run, settings: Settings, directory: &Path) -> anyhow::Result<ExitCode> {
    let config = Config::load(settings, directory)?;
    let document =
        read(&command.file).with_context(|| format!("{} cannot be read", command.file.display()))?;
    let (environment, file) = environment(&config.environments, &command.env)?;
    let checklist = Checklist::new(&document, &command.section, (&environment, &file), command.t0)?;
    let variables = sites::variables([]);
    let find = |name: &str| variables.get(name).cloned();
    let context = Context::of_this_machine(&find);
    let clock = context.clock.clone();
    if command.plan {
        let text = match command.format {
            Format::Human => plan::human(&checklist, clock(), super::paint()),
            Format::Json => plan::json(&checklist, clock()),
            Format::Junit => bail!("--plan is written for people or as JSON: nothing was tested"),
        };
        write(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    let site = Site::open(environment, &find)?.with_release(command.release);
    let site = match command.t0 {
        Some(t0) => site.with_deployed_at(t0),
        None => site,
    };
    let again = command.watch.map(|seconds| Again {
        every: TimeDelta::seconds(i64::from(seconds)),
        until: clock() + TimeDelta::minutes(i64::from(command.minutes)),
    });
    let asker = Asker {
        checklist: &checklist,
        site,
        prober: Prober::new(context),
        readings: Mutex::default(),
        clock,
        cancel: cancelled_by_signal()?,
    };
    let show = |before: Option<&Round<'_>>, round: &Round<'_>| write(&text(command.format, before, round));
    let last = watch::rounds(&asker, again.as_ref(), show).await?;
    if command.format == Format::Junit {
        write(&junit::junit(&last)?)?;
    }
    Ok(ExitCode::from(last.code()))
}

/// What to print of a round; nothing where nothing changed. A JUnit report is written once, at the end.
fn text(format: Format, before: Option<&Round<'_>>, round: &Round<'_>) -> String {
    let changed = before.map(|before| report::changed(before, round));
    match (format, changed) {
        (Format::Junit, _) => String::new(),
        (_, Some(changed)) if changed.is_empty() => String::new(),
        (Format::Human, None) => report::human(round, super::paint()),
        (Format::Human, Some(changed)) => report::human_changes(round, &changed, super::paint()),
        (Format::Json, None) => report::json(round, &round.lines.iter().collect::<Vec<_>>()),
        (Format::Json, Some(changed)) => report::json(round, &changed),
    }
}

/// Prints, and answers whether somebody reads it: who closed the pipe has seen enough, and the exit code says the rest.
fn write(text: &str) -> anyhow::Result<bool> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).context("the answer cannot be written"),
    }
}

/// The document; a folder, and what is larger than an import may be, are refused.
fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let (name, source): (_, std::io::Result<Box<dyn Read>>) = match file == Path::new("-") {
        true => ("standard input".to_owned(), Ok(Box::new(std::io::stdin()))),
        false => {
            let opened = std::fs::File::open(file).map(|file| Box::new(file) as Box<dyn Read>);
            (file.display().to_string(), opened)
        }
    };
    let mut document = Vec::new();
    source
        .and_then(|source| source.take(LARGEST as u64 + 1).read_to_end(&mut document))
        .with_context(|| format!("{name} cannot be read"))?;
    if document.len() > LARGEST {
        bail!("{name} is larger than 10 MB: split it, or leave out what is not a checklist");
    }
    Ok(document)
}

/// The environment of this name, and its file. Reads no other, unless there is none.
fn environment(folder: &Path, name: &str) -> anyhow::Result<(Environment, PathBuf)> {
    let file = folder.join(format!("{name}.toml"));
    // Anything else is no name, and leads elsewhere.
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_name && file.exists() {
        return Ok((probe::environment::read(&file)?, file));
    }
    let usable = probe::environment::load(folder).into_iter().flatten();
    let names: Vec<String> = usable.map(|environment| environment.name).collect();
    bail!(
        "there is no environment {name:?} in {}; there are: {}",
        folder.display(),
        names.join(", ")
    )
}

/// Cancelled by Ctrl-C and by whoever ends the process.
fn cancelled_by_signal() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let cancel = CancellationToken::new();
    let (mut interrupted, mut ended) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::spawn({
        let cancel = cancel.clone();
        async move {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = ended.recv() => {}
            }
            cancel.cancel();
        }
    });
    Ok(cancel)
}
