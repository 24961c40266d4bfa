//! A compiled document for a terminal: the plan, section by section, and the diagnostics with excerpts.

use crate::Compiled;
use crate::describe;
use domain::plan::{Diagnostic, Item, Plan, Section, SectionKind, Severity, Work};
use std::fmt::Write;

/// How many boxes became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All boxes.
    pub items: usize,
    /// Probes that start no process.
    pub native: usize,
    /// Probes that run a command which is known to read.
    pub shell: usize,
    /// Commands that change something.
    pub actions: usize,
    /// A person's word.
    pub attestations: usize,
    /// Boxes that their children settle.
    pub parents: usize,
}

impl Counts {
    /// Counts the boxes of a plan.
    pub fn of(plan: &Plan) -> Self {
        let mut counts = Self::default();
        for item in plan.items() {
            counts.items += 1;
            match &item.work {
                Work::Probe { spec } if describe::native(spec) => counts.native += 1,
                Work::Probe { .. } => counts.shell += 1,
                Work::Action { .. } => counts.actions += 1,
                Work::Attestation => counts.attestations += 1,
                Work::Parent => counts.parents += 1,
            }
        }
        counts
    }
}

/// Longest excerpt of a line, in characters.
const WIDEST: usize = 160;

/// The whole report. `source` is the document, `name` what to call it; control characters are shown escaped.
pub fn render(compiled: &Compiled, source: &str, name: &str) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = sections(&mut out, compiled);
    let _ = diagnostics(&mut out, &compiled.diagnostics, source, name);
    let _ = summary(&mut out, compiled);
    out
}

fn sections(out: &mut String, compiled: &Compiled) -> std::fmt::Result {
    writeln!(out, "{}", visible(&compiled.plan.title))?;
    for section in &compiled.plan.sections {
        writeln!(out, "\n{}", heading(section))?;
        for item in &section.items {
            let depth = if item.parent.is_some() { "  " } else { "" };
            writeln!(
                out,
                "{:>5}  {depth}{} {}{}",
                item.line,
                mark(&item.work),
                visible(&item.text),
                notes(item)
            )?;
            writeln!(out, "       {depth}  {}", visible(&reason(&item.why, &item.text)))?;
        }
        for check in &section.checks {
            writeln!(
                out,
                "{:>5}  {} {}",
                check.line,
                mark(&check.work),
                visible(&check.text)
            )?;
            writeln!(out, "         {}", visible(&reason(&check.why, &check.text)))?;
        }
    }
    Ok(())
}

fn heading(section: &Section) -> String {
    let kind = match section.kind {
        SectionKind::Phase { number, minutes } => format!("phase {number}{}", budget(minutes)),
        SectionKind::Window { minutes } => format!("verification window, due {minutes} min after T0"),
        SectionKind::Rollback { minutes } => format!("rollback{}", budget(minutes)),
        SectionKind::Preflight
        | SectionKind::Benchmark
        | SectionKind::Troubleshooting
        | SectionKind::Criteria
        | SectionKind::SignOff
        | SectionKind::FollowUp
        | SectionKind::Prose => section.kind.word().to_owned(),
    };
    format!("{:>5}  {} ({kind})", section.line, visible(&section.title))
}

fn budget(minutes: Option<u32>) -> String {
    minutes
        .map(|minutes| format!(", {minutes} min"))
        .unwrap_or_default()
}

/// One word for what settles an item, all of the same width.
pub fn mark(work: &Work) -> &'static str {
    match work {
        Work::Probe { spec } if describe::native(spec) => "[native]",
        Work::Probe { .. } => "[shell] ",
        Work::Action { .. } => "[action]",
        Work::Attestation => "[person]",
        Work::Parent => "[boxes] ",
    }
}

fn notes(item: &Item) -> String {
    let mut notes = String::new();
    if item.claimed {
        notes.push_str(" (ticked in the document: settles nothing)");
    }
    if item.optional && !item.text.to_lowercase().contains("optional") {
        notes.push_str(" (optional)");
    }
    notes
}

/// The reason without the words of the line, which stand above it.
fn reason(why: &str, text: &str) -> String {
    let because = why
        .strip_prefix(text)
        .or_else(|| why.strip_prefix(&format!("`{text}`")));
    because
        .map(|rest| rest.trim_start_matches([':', ' ']))
        .unwrap_or(why)
        .to_owned()
}

fn diagnostics(out: &mut String, diagnostics: &[Diagnostic], source: &str, name: &str) -> std::fmt::Result {
    let starts: Vec<&str> = source
        .strip_prefix('\u{feff}')
        .unwrap_or(source)
        .lines()
        .collect();
    for diagnostic in diagnostics {
        let severity = severity_word(diagnostic.severity);
        writeln!(
            out,
            "\n{severity}[{}]: {}",
            diagnostic.code,
            visible(&diagnostic.message)
        )?;
        let Diagnostic {
            line, column, length, ..
        } = diagnostic;
        writeln!(out, "  --> {}:{line}:{column}", visible(name))?;
        if let Some(text) = starts.get((*line as usize).saturating_sub(1)) {
            excerpt(out, text, *line, *column, *length)?;
        }
        writeln!(out, "   = {}", diagnostic.help)?;
    }
    Ok(())
}

/// The line with marks below it. A long line is cut around the column.
fn excerpt(out: &mut String, text: &str, line: u32, column: u32, length: u32) -> std::fmt::Result {
    let column = column.saturating_sub(1) as usize;
    let skip = column.saturating_sub(WIDEST / 2);
    let shown: String = text
        .chars()
        .skip(skip)
        .take(WIDEST)
        .map(|c| if c == '\t' { ' ' } else { c })
        .collect();
    let before: String = shown.chars().take(column - skip).collect();
    let marked: String = shown.chars().skip(column - skip).take(length as usize).collect();
    let gutter = line.to_string().len().max(4);
    let lead = if skip > 0 { "…" } else { "" };
    writeln!(out, "{line:>gutter$} | {lead}{}", visible(&shown))?;
    let indent = " ".repeat(lead.chars().count() + visible(&before).chars().count());
    writeln!(
        out,
        "{:>gutter$} | {indent}{}",
        "",
        "^".repeat(visible(&marked).chars().count().max(1))
    )
}

/// The word for people.
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn summary(out: &mut String, compiled: &Compiled) -> std::fmt::Result {
    let Counts {
        items,
        native,
        shell,
        actions,
        attestations,
        parents,
    } = Counts::of(&compiled.plan);
    writeln!(
        out,
        "\n{items} items = {native} native probes + {shell} shell probes + {actions} actions + {attestations} attestations + {parents} parents"
    )?;
    let count = |severity| {
        compiled
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    };
    let checks: usize = compiled
        .plan
        .sections
        .iter()
        .map(|section| section.checks.len())
        .sum();
    writeln!(
        out,
        "{checks} checks, {} slots, {} parameters; {} errors, {} warnings, {} notes",
        compiled.plan.slots.len(),
        compiled.plan.parameters.len(),
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note)
    )
}

/// Control, zero-width and bidirectional characters as `\u{…}`, so that a terminal neither obeys nor hides them.
pub fn visible(text: &str) -> String {
    let hidden = |c: char| crate::shell::hidden(c) || c == '\n';
    if !text.contains(hidden) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) {
            out.extend(c.escape_unicode())
        } else {
            out.push(c)
        }
    }
    out
}
