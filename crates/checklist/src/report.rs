//! A compiled document for a terminal: the plan, section by section, and the diagnostics with excerpts.

mod aims;
mod purpose;
mod tiers;

use crate::Compiled;
use crate::describe;
use domain::plan::{Check, Diagnostic, Item, Plan, Section, SectionKind, Severity, Work};
use purpose::{heading, purpose};
use std::fmt::Write;

/// How many boxes became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
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

/// Whether a report is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// Plain text.
    #[default]
    Plain,
    /// With colours (ECMA-48, select graphic rendition).
    Coloured,
}

/// Colours by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A heading.
    Strong,
    /// Beside what matters.
    Faint,
    /// As it should be.
    Good,
    /// Worth knowing.
    Note,
    /// Wants a look.
    Warning,
    /// Wrong.
    Error,
}

impl Paint {
    /// The text in the tone's colour, where there are colours.
    pub fn tone(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Good => "32",
            Tone::Note => "1;36",
            Tone::Warning => "1;33",
            Tone::Error => "1;31",
        };
        match self {
            Paint::Plain => text.to_owned(),
            Paint::Coloured => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    fn severity(self, severity: Severity, text: &str) -> String {
        let tone = match severity {
            Severity::Note => Tone::Note,
            Severity::Warning => Tone::Warning,
            Severity::Error => Tone::Error,
        };
        self.tone(tone, text)
    }

    fn mark(self, work: &Work) -> String {
        let tone = match work {
            Work::Probe { .. } => Tone::Good,
            Work::Action { .. } => Tone::Warning,
            Work::Attestation => Tone::Note,
            Work::Parent => Tone::Faint,
        };
        self.tone(tone, mark(work))
    }
}

/// The whole report as plain text. `source` is the document, `name` what to call it; control characters are shown escaped.
pub fn render(compiled: &Compiled, source: &str, name: &str) -> String {
    render_in(compiled, source, name, Paint::Plain)
}

/// As [`render`], in colours where they are wanted.
pub fn render_in(compiled: &Compiled, source: &str, name: &str, paint: Paint) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = sections(&mut out, compiled, paint);
    let _ = aims::write(&mut out, &compiled.plan);
    let _ = diagnostics(&mut out, &compiled.diagnostics, source, name, paint);
    let _ = summary(&mut out, compiled, paint);
    out
}

fn sections(out: &mut String, compiled: &Compiled, paint: Paint) -> std::fmt::Result {
    writeln!(
        out,
        "{}",
        paint.tone(Tone::Strong, &visible(&compiled.plan.title))
    )?;
    for section in &compiled.plan.sections {
        writeln!(out, "\n{}", paint.tone(Tone::Strong, &heading(section)))?;
        for line in lines(section) {
            let (number, depth, text, why) = match line {
                Line::Box(item) => (item.line, depth(item), &item.text, &item.why),
                Line::Check(check) => (check.line, "", &check.text, &check.why),
            };
            let (work, notes) = match line {
                Line::Box(item) => (&item.work, notes(item)),
                Line::Check(check) => (&check.work, String::new()),
            };
            let mark = paint.mark(work);
            writeln!(out, "{number:>5}  {depth}{mark} {}{notes}", visible(text))?;
            let why = visible(&reason(why, text));
            writeln!(out, "       {depth}  {}", paint.tone(Tone::Faint, &why))?;
        }
        tiers::steps(out, &compiled.plan, section, paint)?;
    }
    Ok(())
}

/// A box or a check.
#[derive(Clone, Copy)]
enum Line<'a> {
    Box(&'a Item),
    Check(&'a Check),
}

/// The boxes and checks of a section in the document's order.
fn lines(section: &Section) -> Vec<Line<'_>> {
    let boxes = section.items.iter().map(|item| (item.line, Line::Box(item)));
    let checks = section
        .checks
        .iter()
        .map(|check| (check.line, Line::Check(check)));
    let mut lines: Vec<(u32, Line)> = boxes.chain(checks).collect();
    lines.sort_by_key(|(line, _)| *line);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn depth(item: &Item) -> &'static str {
    if item.parent.is_some() { "  " } else { "" }
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
    if !item.timing.is_empty() {
        notes.push_str(&format!(" ({})", item.timing));
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

fn diagnostics(
    out: &mut String,
    diagnostics: &[Diagnostic],
    source: &str,
    name: &str,
    paint: Paint,
) -> std::fmt::Result {
    let starts: Vec<&str> = source
        .strip_prefix('\u{feff}')
        .unwrap_or(source)
        .lines()
        .collect();
    for diagnostic in diagnostics {
        let severity = format!("{}[{}]", severity_word(diagnostic.severity), diagnostic.code);
        let severity = paint.severity(diagnostic.severity, &severity);
        writeln!(
            out,
            "\n{severity}: {}",
            paint.tone(Tone::Strong, &visible(&diagnostic.message))
        )?;
        let Diagnostic { line, column, .. } = diagnostic;
        writeln!(out, "  --> {}:{line}:{column}", visible(name))?;
        if let Some(text) = starts.get((*line as usize).saturating_sub(1)) {
            excerpt(out, text, diagnostic, paint)?;
        }
        writeln!(out, "   = {}", diagnostic.help)?;
    }
    Ok(())
}

/// The line with marks below it. A long line is cut around the column.
fn excerpt(out: &mut String, text: &str, diagnostic: &Diagnostic, paint: Paint) -> std::fmt::Result {
    let Diagnostic {
        severity,
        line,
        column,
        length,
        ..
    } = *diagnostic;
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
        paint.severity(severity, &"^".repeat(visible(&marked).chars().count().max(1)))
    )
}

/// The plan in short: each section with its kind, each box and check with what settles it. Sections without any are left out.
pub fn listing(plan: &Plan) -> String {
    let mut out = String::new();
    let full = |section: &&Section| {
        !section.items.is_empty()
            || !section.checks.is_empty()
            || section.kind == SectionKind::SignOff
            || plan.tier(&section.id).is_some()
    };
    for section in plan.sections.iter().filter(full) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} ({})", visible(&section.title), purpose(section));
        for line in lines(section) {
            let _ = match line {
                Line::Box(item) => writeln!(
                    out,
                    "  {}{} {}{}",
                    depth(item),
                    mark(&item.work),
                    visible(&item.text),
                    notes(item)
                ),
                Line::Check(check) => {
                    writeln!(out, "  {} {} (check)", mark(&check.work), visible(&check.text))
                }
            };
        }
        let _ = tiers::listing(&mut out, plan, section);
    }
    let _ = aims::write(&mut out, plan);
    out
}

/// The word for people.
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn summary(out: &mut String, compiled: &Compiled, paint: Paint) -> std::fmt::Result {
    let Counts {
        items,
        native,
        shell,
        actions,
        attestations,
        parents,
    } = Counts::of(&compiled.plan);
    let sum = format!(
        "{items} items = {native} native probes + {shell} shell probes + {actions} actions + {attestations} attestations + {parents} parents"
    );
    writeln!(out, "\n{}", paint.tone(Tone::Strong, &sum))?;
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
