//! The steps of a tier, for a terminal.

use super::{Paint, Tone, visible};
use crate::describe;
use domain::plan::{Plan, Section};
use domain::rollback::{Contract, Deed, Step};
use std::fmt::Write;

/// The steps of a section's tier, each with what was changed, what it loses and what happens where nobody knows how it ended.
pub fn steps(out: &mut String, plan: &Plan, section: &Section, paint: Paint) -> std::fmt::Result {
    for step in plan.tier(&section.id).iter().flat_map(|tier| &tier.steps) {
        let number = step.line.map(|line| line.to_string()).unwrap_or_default();
        let mark = paint.tone(tone(&step.deed), mark(&step.deed));
        writeln!(out, "{number:>5}  {mark} {}", visible(&words(step)))?;
        let more = visible(&more(step));
        if !more.is_empty() {
            writeln!(out, "         {}", paint.tone(Tone::Faint, &more))?;
        }
    }
    Ok(())
}

/// The steps of a section's tier in short.
pub fn listing(out: &mut String, plan: &Plan, section: &Section) -> std::fmt::Result {
    for step in plan.tier(&section.id).iter().flat_map(|tier| &tier.steps) {
        let added = if step.line.is_none() { " (added)" } else { "" };
        writeln!(out, "  {} {}{added}", mark(&step.deed), visible(&words(step)))?;
    }
    Ok(())
}

/// One word for what a step does, all of the width of those of the items.
fn mark(deed: &Deed) -> &'static str {
    match deed {
        Deed::Command { .. } => "[step]  ",
        Deed::EnvEdit { .. } => "[edit]  ",
        Deed::Restore { .. } => "[copy]  ",
        Deed::Verify { .. } => "[verify]",
        Deed::ByHand { .. } => "[person]",
    }
}

fn tone(deed: &Deed) -> Tone {
    match deed {
        Deed::Command { .. } | Deed::EnvEdit { .. } | Deed::Restore { .. } => Tone::Warning,
        Deed::Verify { .. } => Tone::Good,
        Deed::ByHand { .. } => Tone::Note,
    }
}

fn words(step: &Step) -> String {
    let deed = match &step.deed {
        Deed::Command { command } => format!("`{command}`"),
        Deed::EnvEdit { file, lines } => {
            let lines: Vec<String> = lines
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            format!("`{file}` gets {}", lines.join(", "))
        }
        Deed::Restore { from, to } => format!("`{from}` in the place of `{to}`"),
        Deed::Verify { spec } => describe::probe(spec),
        Deed::ByHand { words } => words.clone(),
    };
    let only = if step.development_only {
        " (not in production)"
    } else {
        ""
    };
    match deed.contains(&step.title) || deed.replace(['`', '*'], "").contains(&step.title) {
        true => format!("{deed}{only}"),
        false => format!("{}: {deed}{only}", step.title),
    }
}

fn more(step: &Step) -> String {
    let mut parts = Vec::new();
    parts.extend(
        step.written
            .as_ref()
            .map(|written| format!("written `{written}`")),
    );
    parts.extend(step.mended.clone());
    parts.extend(step.loses.as_ref().map(|lost| format!("loses {lost}")));
    parts.extend(step.timeout_seconds.map(|seconds| format!("at most {seconds} s")));
    parts.extend(
        step.proof
            .as_ref()
            .map(|proof| format!("proved: {}", describe::probe(proof))),
    );
    let doubt = match (&step.deed, step.contract) {
        (Deed::Verify { .. } | Deed::ByHand { .. }, _) => None,
        (_, Contract::Idempotent) => Some("safe to run twice"),
        (_, Contract::Checkable) => Some("in doubt its proof decides"),
        (_, Contract::Manual) => Some("in doubt a person looks"),
    };
    parts.extend(doubt.map(str::to_owned));
    parts.join("; ")
}
