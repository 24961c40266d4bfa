//! What `gonogo check` answers, without its files and its terminal.

use crate::lint::catalogue;
use crate::report::{Counts, Paint, render_in};
use crate::{compile, fix};
use domain::plan::Severity;
use std::ffi::OsStr;

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// For people.
    Human(Paint),
    /// One JSON object a file: `{"file", "plan", "diagnostics", "counts", "fixes"}`.
    Json,
    /// A unified diff of what Gonogo suggests.
    Patch,
}

/// What was found in a document.
pub struct Checked {
    /// What to print.
    pub text: String,
    /// The worst of the findings.
    pub worst: Option<Severity>,
}

/// Compiles a document that is called `name`.
pub fn check(name: &str, bytes: &[u8], answer: Answer) -> Checked {
    let compiled = compile(bytes);
    let worst = compiled.diagnostics.iter().map(|found| found.severity).max();
    let text = match answer {
        Answer::Human(paint) => {
            let mut text = render_in(&compiled, &String::from_utf8_lossy(bytes), name, paint);
            let fixes = fix::suggest(bytes).len();
            if fixes > 0 {
                text.push_str(&format!(
                    "{fixes} suggestions: `gonogo check --fix` prints them as a patch\n"
                ));
            }
            text
        }
        Answer::Json => {
            let counts = Counts::of(&compiled.plan);
            let fixes = fix::suggest(bytes);
            let answer = serde_json::json!({
                "file": name,
                "plan": compiled.plan,
                "diagnostics": compiled.diagnostics,
                "counts": counts,
                "fixes": fixes,
            });
            format!("{answer}\n")
        }
        Answer::Patch => fix::patch(&String::from_utf8_lossy(bytes), &fix::suggest(bytes), name),
    };
    Checked { text, worst }
}

/// Whether a document with such findings is refused: they are as bad as `deny`, or worse.
pub fn refused(worst: Option<Severity>, deny: Severity) -> bool {
    worst.is_some_and(|worst| worst >= deny)
}

/// The page of a lint for the terminal.
///
/// # Errors
/// There is no such code: which there are.
pub fn explain(code: &str) -> Result<String, String> {
    let lint = catalogue::of_code(code.trim());
    let codes = || {
        catalogue::all()
            .map(|lint| lint.code)
            .collect::<Vec<_>>()
            .join(", ")
    };
    lint.map(catalogue::explanation).ok_or_else(|| {
        let code: String = code.chars().take(40).collect();
        format!(
            "{} is no lint; the codes are {}",
            crate::report::visible(&code),
            codes()
        )
    })
}

/// Whether to colour: `NO_COLOR` forbids it and `CLICOLOR_FORCE` asks for it where they are not empty (no-color.org,
/// bixense.com/clicolors); otherwise a terminal decides that is not dumb.
pub fn paint(no_color: Option<&OsStr>, force: Option<&OsStr>, term: Option<&OsStr>, terminal: bool) -> Paint {
    let set = |value: Option<&OsStr>| value.is_some_and(|value| !value.is_empty());
    let forced = set(force) && force != Some(OsStr::new("0"));
    let able = terminal && term != Some(OsStr::new("dumb"));
    if !set(no_color) && (forced || able) {
        Paint::Coloured
    } else {
        Paint::Plain
    }
}
