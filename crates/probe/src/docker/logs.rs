//! Logs of containers: read up to a bound, searched line by line while they arrive.

use super::containers::Container;
use super::engine::{Engine, words};
use crate::answer::Judgement;
use crate::redact::Secrets;
use crate::round::Round;
use crate::site::Site;
use crate::text::{self, Keeps, Text};
use bollard::query_parameters::LogsOptions;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::probe::{LogsQuestion, TextRule};
use domain::quantity::Comparison;
use domain::verdict::{Capture, Verdict};
use futures::StreamExt as _;
use std::sync::Arc;

/// How much of a log is read, in bytes.
const READ_BYTES: usize = 16 * 1024 * 1024;

/// How much of a log is kept for all questions of a round, in bytes.
const SHARED_BYTES: usize = 1024 * 1024;

/// How much of it is kept, after searching, in bytes.
const KEPT_BYTES: usize = 1024 * 1024;

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub at: Option<DateTime<Utc>>,
    pub text: String,
}

/// The log of one container since a moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    pub name: String,
    /// Since when, in words.
    pub since: String,
    /// Why the container does not run, where it does not.
    pub ended: Option<String>,
    /// The lines that the searching filters keep.
    pub lines: Vec<Line>,
    /// How many lines were read.
    pub read: u64,
    /// There was more, which was not read or not kept.
    pub cut: bool,
    /// Bytes of the kept lines.
    kept: usize,
}

/// Where the log of a container begins to count.
pub(crate) struct Since {
    at: Option<DateTime<Utc>>,
    words: String,
}

impl Since {
    /// What the command says; what must not be there, since the deployment, where that is known; else since the
    /// container's start, since what says that it started is logged before it serves. After restarts by the engine its
    /// start would hide what went before, so that its creation counts.
    pub fn of(container: &Container, question: &LogsQuestion, site: &Site, now: DateTime<Utc>) -> Self {
        let deployed_at = site.deployed_at.filter(|_| unwanted(&question.rules));
        let (at, which) = match (question.last_seconds, deployed_at) {
            (Some(seconds), _) => {
                let back = TimeDelta::try_seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
                (back.and_then(|back| now.checked_sub_signed(back)), "as written")
            }
            (None, Some(at)) => (Some(at), "the deployment"),
            (None, None) if container.restarts() > 0 => (container.created_at(), "the container was made"),
            (None, None) => {
                let start = container
                    .started_at()
                    .map(|at| format!("since {} (the container's start)", shown(at)));
                return Self {
                    at: container.run_began(),
                    words: start.unwrap_or_else(|| "since its beginning".to_owned()),
                };
            }
        };
        let words = match at {
            Some(at) => format!("since {} ({which})", shown(at)),
            None => "since its beginning".to_owned(),
        };
        Self { at, words }
    }
}

/// A log as it was read for everybody who asks about it.
#[derive(Clone, Debug)]
pub(crate) enum Whole {
    /// All of it.
    Lines(Arc<Vec<Line>>),
    /// More than is kept for several questions: each reads it for itself, searching while it arrives.
    TooLong,
}

/// Reads what a question asks about, and names the capture where the log is shared.
pub(crate) async fn read(
    engine: &Engine,
    container: &Container,
    question: &LogsQuestion,
    since: Since,
    site: &Site,
    round: &Round<'_>,
) -> Result<(Log, Option<Capture>), String> {
    let mut log = Log {
        name: container.name.clone(),
        since: since.words,
        ..Log::default()
    };
    let sieve = text::sieve(&question.filters);
    let asking = Asking {
        engine,
        container,
        since: since.at,
        tail: question.tail,
    };
    let (name, whole) = (asking.name(), asking.whole());
    let captured = round.once(&round.logs, name, site, whole).await;
    match captured.seen.as_ref().clone()? {
        Whole::Lines(lines) => {
            lines
                .iter()
                .for_each(|line| log.take(line.clone(), sieve.as_deref()));
            Ok((log, Some(captured.capture)))
        }
        Whole::TooLong => {
            log.cut |= asking
                .read(READ_BYTES, |line| log.take(line, sieve.as_deref()))
                .await?;
            Ok((log, None))
        }
    }
}

/// What an engine is asked.
struct Asking<'a> {
    engine: &'a Engine,
    container: &'a Container,
    since: Option<DateTime<Utc>>,
    tail: Option<u32>,
}

impl Asking<'_> {
    fn id(&self) -> &str {
        self.container.seen.id.as_deref().unwrap_or(&self.container.name)
    }

    fn name(&self) -> String {
        let since = self
            .since
            .map_or_else(String::new, |at| format!(" since {}", shown(at)));
        let tail = self
            .tail
            .map_or_else(String::new, |tail| format!(", its last {tail} lines"));
        format!("log of {} ({:.12}){since}{tail}", self.container.name, self.id())
    }

    async fn whole(&self) -> Result<Whole, String> {
        let mut lines = Vec::new();
        let longer = self.read(SHARED_BYTES, |line| lines.push(line)).await?;
        Ok(match longer {
            true => Whole::TooLong,
            false => Whole::Lines(Arc::new(lines)),
        })
    }

    /// Hands on line by line; whether there was more than `most` bytes.
    async fn read(&self, most: usize, mut take: impl FnMut(Line)) -> Result<bool, String> {
        let options = LogsOptions {
            stdout: true,
            stderr: true,
            timestamps: true,
            // Whole seconds; what came before within the second is left out below.
            since: self
                .since
                .map_or(0, |at| i32::try_from(at.timestamp()).unwrap_or(i32::MAX)),
            tail: self
                .tail
                .map_or_else(|| "all".to_owned(), |count| count.to_string()),
            ..LogsOptions::default()
        };
        let mut pieces = std::pin::pin!(self.engine.api.logs(self.id(), Some(options)));
        let mut bytes = 0;
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|why| words(&why))?;
            bytes += piece.as_ref().len();
            for written in String::from_utf8_lossy(piece.as_ref()).split_terminator('\n') {
                let line = Line::of(written.trim_end_matches('\r'));
                if line.at.zip(self.since).is_none_or(|(at, since)| at >= since) {
                    take(line);
                }
            }
            if bytes > most {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Log {
    /// Counts a line, and keeps it where the filters do.
    fn take(&mut self, line: Line, sieve: Option<&Keeps>) {
        self.read += 1;
        if sieve.is_none_or(|keeps| keeps(&line.text)) {
            self.kept += line.text.len() + 1;
            match self.kept > KEPT_BYTES {
                true => self.cut = true,
                false => self.lines.push(line),
            }
        }
    }
}

impl Line {
    /// Takes the engine's time off a line.
    fn of(written: &str) -> Self {
        let timed = written.split_once(' ').unwrap_or((written, ""));
        match DateTime::parse_from_rfc3339(timed.0) {
            Ok(at) => Self {
                at: Some(at.to_utc()),
                text: timed.1.to_owned(),
            },
            Err(_) => Self {
                at: None,
                text: written.to_owned(),
            },
        }
    }
}

/// Whether the rules ask for lines that must not be there.
fn unwanted(rules: &[TextRule]) -> bool {
    rules.iter().any(|rule| match rule {
        TextRule::Empty | TextRule::Lacks(_) => true,
        TextRule::Number(bound) => !matches!(bound.comparison, Comparison::AtLeast | Comparison::Above),
        TextRule::NotEmpty
        | TextRule::Contains(_)
        | TextRule::Is(_)
        | TextRule::LinesAtLeast(_)
        | TextRule::Json(_) => false,
    })
}

fn shown(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The kept lines with their times, for the evidence.
pub(crate) fn output(logs: &[Log]) -> String {
    let lines = logs
        .iter()
        .flat_map(|log| log.lines.iter().map(move |line| (log, line)));
    // Room for all of it at once: a text that grows is in two places for a while.
    let room = lines
        .clone()
        .map(|(log, line)| log.name.len() + line.text.len() + 30);
    let mut output = String::with_capacity(room.sum());
    for (log, line) in lines {
        let at = line.at.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
        for part in [
            at.as_deref().unwrap_or_default(),
            " ",
            &log.name,
            " | ",
            &line.text,
            "\n",
        ] {
            output.push_str(part);
        }
    }
    output
}

/// What must hold of all lines together.
pub(crate) fn judge(logs: &[Log], question: &LogsQuestion, secrets: &Secrets) -> Judgement {
    let lines = || logs.iter().flat_map(|log| &log.lines);
    let mut all = String::with_capacity(lines().map(|line| line.text.len() + 1).sum());
    for line in lines() {
        all.push_str(&line.text);
        all.push('\n');
    }
    let text = Text {
        text: all,
        cut: logs.iter().any(|log| log.cut),
        private: false,
    };
    let judgement = match text::filter(text, &question.filters, secrets) {
        Ok(left) => text::judge(&left, &question.rules, secrets),
        Err(judgement) => judgement,
    };
    let read: u64 = logs.iter().map(|log| log.read).sum();
    let of: Vec<String> = logs
        .iter()
        .map(|log| format!("{} {}", log.name, log.since))
        .collect();
    let source = format!(
        "{read} {} of {}",
        if read == 1 { "line" } else { "lines" },
        of.join(", ")
    );
    let times: Vec<DateTime<Utc>> = lines().filter_map(|line| line.at).collect();
    let times = match (times.first(), times.last(), judgement.verdict) {
        (Some(first), Some(last), Verdict::Fail) if first != last => {
            format!("; first at {}, last at {}", shown(*first), shown(*last))
        }
        (Some(first), _, Verdict::Fail) => format!("; at {}", shown(*first)),
        _ => String::new(),
    };
    let ended: Vec<&str> = logs.iter().filter_map(|log| log.ended.as_deref()).collect();
    let reason = format!("{}{times} (in {source})", judgement.reason);
    match (judgement.verdict, ended.as_slice()) {
        (Verdict::Pass, [_, ..]) => Judgement::new(
            Verdict::Warning,
            format!("{reason}, but {}", ended.join("; ")),
            judgement.found,
        ),
        (verdict, _) => Judgement::new(verdict, reason, judgement.found),
    }
}
