//! Lines that cannot prove what they claim. Each lint has a stable code; `docs/lints.md` lists them all.

pub mod catalogue;
mod command;
mod destructive;
mod document;
mod endless;
pub mod exposed;
mod hidden;
mod interactive;
mod judged;
mod placeholder;
mod promise;
mod rollback;
mod run;
pub mod script;
pub mod secret;
pub mod sign_off;
pub mod threshold;

use crate::infer::Inferred;
use crate::parse::{Fence, Inline};
use crate::shell::Script;
use crate::source::Source;
use catalogue::Lint;
use domain::plan::{Diagnostic, Item};
use std::collections::BTreeSet;
use std::ops::Range;

pub use document::{document, line as document_line};

/// Most findings that are kept; a last note says that there are more.
pub const MOST: usize = 2000;
/// Longest part of a line that a diagnostic covers, in characters.
const WIDEST: usize = 200;

/// A finding before its offset is turned into line and column.
struct Finding {
    lint: &'static Lint,
    span: Range<usize>,
    message: String,
}

/// The findings of a document.
#[derive(Default)]
pub struct Findings {
    list: Vec<Finding>,
    dropped: usize,
    /// Codes that were added once and for all.
    said: Vec<&'static str>,
}

impl Findings {
    /// Adds a finding.
    pub fn add(&mut self, lint: &'static Lint, span: Range<usize>, message: impl Into<String>) {
        if self.list.len() >= MOST {
            self.dropped += 1;
            return;
        }
        self.list.push(Finding {
            lint,
            span,
            message: message.into(),
        });
    }

    /// Adds a finding that is said once for the whole document.
    pub fn add_once(&mut self, lint: &'static Lint, span: Range<usize>, message: impl Into<String>) {
        if !self.said.contains(&lint.code) {
            self.said.push(lint.code);
            self.add(lint, span, message);
        }
    }

    /// Takes back what was found within this span, which something that was read later has answered.
    pub fn forget(&mut self, lint: &'static Lint, within: &Range<usize>) {
        let inside = |span: &Range<usize>| within.contains(&span.start);
        self.list
            .retain(|finding| finding.lint.code != lint.code || !inside(&finding.span));
    }

    /// The code and the bytes of each.
    pub fn places(&self) -> Vec<(&'static str, Range<usize>)> {
        self.list
            .iter()
            .map(|finding| (finding.lint.code, finding.span.clone()))
            .collect()
    }

    /// Sorts them by place and finds lines and columns in one pass over the text.
    pub fn diagnostics(mut self, source: &Source) -> Vec<Diagnostic> {
        self.list
            .sort_by_key(|finding| (finding.span.start, finding.lint.code));
        if self.dropped > 0 {
            let message = format!("{} more findings are not shown", self.dropped);
            self.list.push(Finding {
                lint: &catalogue::TOO_MANY,
                span: source.text.len()..source.text.len(),
                message,
            });
        }
        let mut place = Place::default();
        let mut out: Vec<Diagnostic> = Vec::with_capacity(self.list.len());
        for finding in self.list {
            let (line, column) = place.find(source, finding.span.start);
            let end = finding
                .span
                .end
                .min(source.line_span(line).end)
                .max(finding.span.start);
            let length = source
                .slice(finding.span.start..end)
                .chars()
                .take(WIDEST)
                .count()
                .max(1);
            let diagnostic = Diagnostic {
                code: finding.lint.code.to_owned(),
                severity: finding.lint.severity,
                line,
                column,
                length: length as u32,
                message: finding.message,
                help: finding.lint.help(),
            };
            if out.last() != Some(&diagnostic) {
                out.push(diagnostic);
            }
        }
        out
    }
}

/// The last place that was asked for: columns are counted from there.
#[derive(Default)]
struct Place {
    line: u32,
    offset: usize,
    column: usize,
}

impl Place {
    fn find(&mut self, source: &Source, offset: usize) -> (u32, u32) {
        let line = source.line(offset);
        if line != self.line {
            *self = Place {
                line,
                offset: source.line_span(line).start,
                column: 0,
            };
        }
        self.column += source.slice(self.offset..offset.max(self.offset)).chars().count();
        self.offset = self.offset.max(offset);
        (line, u32::try_from(self.column + 1).unwrap_or(u32::MAX))
    }
}

/// Looks at a box. `attested`: an annotation says that it is somebody's word.
pub fn item(item: &Item, inline: &Inline, inferred: &Inferred, attested: bool, findings: &mut Findings) {
    check(inferred, findings);
    document::item(item, inline, inferred, attested, findings);
}

/// Looks at a command of a verification block.
pub fn check(inferred: &Inferred, findings: &mut Findings) {
    for (outcome, span) in &inferred.commands {
        command::all(outcome, span, findings);
    }
}

/// Looks at a command that is for reading: a step of a rollback, or of a `guide`, in which a restart is a restart.
pub fn outside(inferred: &Inferred, guide: bool, findings: &mut Findings) {
    let before = findings.list.len();
    for (outcome, span) in &inferred.commands {
        command::traps(outcome, span, findings);
    }
    if guide {
        let mut at = 0;
        findings.list.retain(|finding| {
            at += 1;
            at <= before || finding.lint.code != catalogue::RESTART.code
        });
    }
}

/// Looks at a block of code of which no line is run: `.env`, YAML, JSON, a command for reading.
pub fn block(fence: &Fence, findings: &mut Findings) {
    for (at, line) in fence.lines.iter().enumerate() {
        let next = fence.lines.get(at + 1).map(|next| next.text.as_str());
        let indent = line.text.len() - line.text.trim_start().len();
        let span = line.start + indent..line.start + line.text.len();
        secret::line(&line.text, next, &span, findings);
    }
}

/// Variables that a shell has without being told.
const GIVEN: &[&str] = &[
    "HOME", "PATH", "USER", "PWD", "OLDPWD", "TMPDIR", "LANG", "TZ", "SHELL", "HOSTNAME", "UID", "RANDOM",
    "SECONDS", "",
];

/// The variables that a script uses and does not set itself.
pub fn free_variables(script: &Script) -> Vec<String> {
    let stages = || script.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    let set: BTreeSet<&str> = stages()
        .flat_map(|stage| &stage.assignments)
        .map(|(name, _)| name.as_str())
        .collect();
    let used = stages().flat_map(|stage| {
        stage
            .words
            .iter()
            .chain(stage.assignments.iter().map(|(_, value)| value))
    });
    let mut names: Vec<String> = Vec::new();
    for name in used.flat_map(|word| &word.variables) {
        let known = GIVEN.contains(&name.as_str())
            || set.contains(name.as_str())
            || name.bytes().all(|byte| byte.is_ascii_digit());
        if !known && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}
