//! Every lint, with why it matters, what Gonogo does instead, how to write it, and an example of each.

mod danger;
mod proof;
mod text;
mod traps;

use domain::plan::Severity;
use std::fmt::Write;

pub use danger::*;
pub use proof::*;
pub use text::*;
pub use traps::*;

/// A lint.
#[derive(Debug)]
pub struct Lint {
    /// Its stable code: `GNG012`.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// What really happens when the line is run as it stands.
    pub why: &'static str,
    /// What Gonogo does instead.
    pub instead: &'static str,
    /// How to write it.
    pub write: &'static str,
    /// A document that it is reported for.
    pub bad: &'static str,
    /// The document as it should be: without this finding.
    pub good: &'static str,
}

impl Lint {
    /// The help of a diagnostic.
    pub fn help(&self) -> String {
        format!("{} {}", self.instead, self.write)
    }
}

macro_rules! lints {
    ($($name:ident = $code:literal $severity:ident: $title:literal, $why:literal, $instead:literal, $write:literal, $bad:literal => $good:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Lint = Lint {
                code: $code, severity: domain::plan::Severity::$severity, title: $title, why: $why, instead: $instead,
                write: $write, bad: $bad, good: $good,
            };
        )*
        /// The lints of this file, by code.
        pub(super) const LISTED: &[&Lint] = &[$(&$name),*];
    };
}
use lints;

/// All lints, by code.
pub fn all() -> impl Iterator<Item = &'static Lint> {
    let files = [text::LISTED, traps::LISTED, proof::LISTED, danger::LISTED];
    files.into_iter().flatten().copied()
}

/// The lint of this code, in any case: `gng012`.
pub fn of_code(code: &str) -> Option<&'static Lint> {
    all().find(|lint| lint.code.eq_ignore_ascii_case(code))
}

/// `docs/lints.md`: every lint in a table.
pub fn index() -> String {
    let mut out = String::from(
        "# Lints\n\nWhat `gonogo check` and the import page report. A *note* is worth knowing, a *warning* says that the line \
         cannot prove what it claims as it stands, an *error* that it cannot be used or is dangerous for sure. Codes never \
         change their meaning. `gonogo check --explain GNG012` prints a page; `gonogo check --deny warnings` fails on \
         warnings too.\n\n| code | severity | what |\n|---|---|---|\n",
    );
    for lint in all() {
        let Lint { code, title, .. } = lint;
        let severity = crate::report::severity_word(lint.severity);
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| [{code}](lints/{code}.md) | {severity} | {} |",
            title.replace('|', "\\|")
        );
    }
    out
}

/// `docs/lints/GNG012.md`: one lint.
pub fn page(lint: &Lint) -> String {
    let Lint {
        code,
        title,
        why,
        instead,
        write,
        bad,
        good,
        ..
    } = lint;
    let severity = crate::report::severity_word(lint.severity);
    format!(
        "# {code}: {title}\n\nSeverity: {severity}.\n\n## What really happens\n\n{why}\n\n## What Gonogo does instead\n\n{instead}\n\n\
         ## How to write it\n\n{write}\n\nReported for:\n\n{}\nNot reported for:\n\n{}",
        fenced(bad),
        fenced(good)
    )
}

/// The text of `gonogo check --explain`.
pub fn explanation(lint: &Lint) -> String {
    let Lint {
        code,
        title,
        why,
        instead,
        write,
        bad,
        good,
        ..
    } = lint;
    let severity = crate::report::severity_word(lint.severity);
    let shown = |text: &str| -> String {
        text.lines()
            .map(|line| format!("    {}\n", crate::report::visible(line)))
            .collect()
    };
    format!(
        "{severity}[{code}]: {title}\n\nwhat really happens\n    {why}\nwhat Gonogo does instead\n    {instead}\nhow to write it\n    {write}\n\n\
         reported for\n{}\nnot reported for\n{}",
        shown(bad),
        shown(good)
    )
}

/// A block of Markdown in a fence that is longer than any in it. Invisible characters are shown escaped.
fn fenced(text: &str) -> String {
    let shown: Vec<String> = text.lines().map(crate::report::visible).collect();
    format!("````markdown\n{}\n````\n", shown.join("\n"))
}
