//! Edits of a `.env` file that Gonogo offers and a person accepts: the difference, and the file written at once with what
//! it was before kept beside the run.

use crate::context::Context;
use crate::dotenv::edit::{Change, edited};
use crate::env_line::looks_secret;
use crate::output::sentence;
use crate::place::{Closed, Place, plain};
use crate::site::Site;
use domain::Hash;
use domain::verdict::{Evidence, Finding, Output, Verdict};
use sha2::{Digest, Sha256};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use tokio::time::Instant;

/// The lines that a file shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvEdit {
    /// The file as the document writes it.
    pub file: String,
    /// Variables and their values.
    pub wanted: Vec<(String, String)>,
}

/// What an edit changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The whole path of the file.
    pub path: String,
    /// SHA-256 of the content that the difference was made for; of nothing where there is no file.
    pub before: Hash,
    /// The lines that change; empty where the file has all of them.
    pub lines: Vec<ChangedLine>,
}

/// A line that changes, as it is shown: values of secrets are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedLine {
    /// Its number in the new text, from 1.
    pub line: usize,
    /// `KEY=value` as it was; `None` where it is new.
    pub before: Option<String>,
    /// `KEY=value` as it becomes.
    pub after: String,
}

impl EnvEdit {
    /// What it would change now. Does blocking reads.
    ///
    /// # Errors
    /// Why the file cannot be read, in words.
    pub fn difference(&self, site: &Site) -> Result<Difference, String> {
        let place = Place::of(&self.file, site)?;
        let content = match place.read() {
            Ok((_, true)) => {
                return Err(format!(
                    "{} is longer than 1 MB: is it the right file?",
                    self.file
                ));
            }
            Ok((content, false)) => content,
            Err(Closed::Missing) => Vec::new(),
            Err(Closed::Refused(why)) => return Err(why),
        };
        let (_, changes) = edited(&content, &self.wanted)?;
        Ok(difference(&place, &content, changes, site))
    }

    /// Writes it, whatever the file is now: twice does what once does. Does blocking reads and writes.
    pub(crate) fn put(&self, site: &Site, context: &Context) -> Finding {
        match self.difference(site) {
            Err(why) => self.finding(context, Verdict::Fail, sentence(&why, &site.secrets)),
            Ok(difference) if difference.lines.is_empty() => self.finding(
                context,
                Verdict::Pass,
                format!("{} has these lines already", self.file),
            ),
            Ok(difference) => self.write(site, context, &difference.before),
        }
    }

    /// Writes it, where the file is still the one that `before` names, and keeps what it was in the run's folder. The verdict
    /// says how that went; the evidence holds the difference. Does blocking reads and writes.
    pub(crate) fn write(&self, site: &Site, context: &Context, before: &Hash) -> Finding {
        let began = Instant::now();
        let mut finding = match self.replace(site, before) {
            Err(why) => self.finding(context, Verdict::Fail, sentence(&why, &site.secrets)),
            Ok((difference, kept)) => {
                let kept = kept.map_or_else(String::new, |kept| format!("; what it was is kept as {kept}"));
                let lines = match difference.lines.len() {
                    1 => "1 line".to_owned(),
                    count => format!("{count} lines"),
                };
                let reason = format!("{lines} of {} set{kept}", self.file);
                let mut finding = self.finding(context, Verdict::Pass, sentence(&reason, &site.secrets));
                finding.evidence.output = Some(Output {
                    text: shown(&difference),
                    ..Output::default()
                });
                finding
            }
        };
        finding.evidence.target = sentence(&site.environment.work_directory, &site.secrets);
        finding.evidence.duration_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        finding
    }

    /// It broke on the way: look at the file.
    pub(crate) fn broken(&self, context: &Context, why: &dyn std::fmt::Display) -> Finding {
        self.finding(
            context,
            Verdict::Error,
            format!("the edit broke off ({why}): look at {}", self.file),
        )
    }

    fn finding(&self, context: &Context, verdict: Verdict, reason: String) -> Finding {
        Finding {
            verdict,
            reason: reason.clone(),
            evidence: Evidence {
                read_as: format!("edit of {}, natively", self.file),
                target: self.file.clone(),
                expected: "the file is written whole".to_owned(),
                found: reason,
                output: None,
                exit_code: None,
                at: (context.clock)(),
                duration_us: 0,
                host: context.host.clone(),
                captures: Vec::new(),
                readings: Vec::new(),
            },
        }
    }

    fn replace(&self, site: &Site, before: &Hash) -> Result<(Difference, Option<String>), String> {
        let place = Place::of(&self.file, site)?;
        place.replace(|content| {
            let there = content.is_some();
            let content = content.unwrap_or_default();
            if hash(&content) != *before {
                return Err(format!(
                    "{} was changed meanwhile: look at the difference again",
                    self.file
                ));
            }
            let (text, changes) = edited(&content, &self.wanted)?;
            let kept = if there {
                keep(&self.file, &content, site)?
            } else {
                None
            };
            Ok((text, (difference(&place, &content, changes, site), kept)))
        })
    }
}

fn hash(content: &[u8]) -> Hash {
    Hash::of_bytes(&Sha256::digest(content).into())
}

/// Keeps the content in the run's folder, named by its hash: no copy ever takes the place of another.
pub(crate) fn keep(file: &str, content: &[u8], site: &Site) -> Result<Option<String>, String> {
    let told = |error: std::io::Error| {
        format!(
            "{file} could not be kept, so it is left as it is: {}",
            plain(&error)
        )
    };
    let Some(folder) = site.results_folder().map_err(told)? else {
        return Ok(None);
    };
    let base = file.rsplit('/').next().unwrap_or(file);
    let name = format!("{base}.before-{}", &hash(content).as_str()[..12]);
    // Whole or not there: one that a death cut off is no copy, and is written again.
    let (whole, part) = (folder.join(&name), folder.join(format!("{name}.part")));
    if std::fs::read(&whole).is_ok_and(|kept| kept == content) {
        return Ok(Some(kept_as(site, &name)));
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)
        .map_err(told)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&part, &whole))
        .map_err(told)?;
    Ok(Some(kept_as(site, &name)))
}

fn kept_as(site: &Site, name: &str) -> String {
    let results = site.results.as_deref().unwrap_or_default();
    format!("{results}/{name}")
}

fn difference(place: &Place, content: &[u8], changes: Vec<Change>, site: &Site) -> Difference {
    let line = |change: Change| {
        let Change {
            key,
            before,
            after,
            line,
        } = change;
        let shown = |value: &str| {
            let value = if looks_secret(&key, value) {
                "[not shown]"
            } else {
                value
            };
            site.secrets.mask(&format!("{key}={value}"))
        };
        ChangedLine {
            line,
            before: before.as_deref().map(&shown),
            after: shown(&after),
        }
    };
    Difference {
        path: place.shown(),
        before: hash(content),
        lines: changes.into_iter().map(line).collect(),
    }
}

/// The difference as text: what goes after `-`, what comes after `+`.
fn shown(difference: &Difference) -> String {
    let mut text = String::new();
    for ChangedLine {
        before,
        after,
        line: _,
    } in &difference.lines
    {
        if let Some(before) = before {
            text.push_str(&format!("-{before}\n"));
        }
        text.push_str(&format!("+{after}\n"));
    }
    text
}
