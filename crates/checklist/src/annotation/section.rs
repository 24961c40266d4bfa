//! `<!-- gonogo: section phase 2 15m -->` on the line after a heading.

use crate::lint::{Findings, catalogue as c};
use crate::measure;
use crate::source::Source;
use domain::plan::SectionKind;
use domain::quantity::Unit;
use domain::window::Timing;
use std::ops::Range;

/// What an annotation makes of a section.
#[derive(Clone, Copy, Debug)]
pub struct Said(SectionKind);

/// Every kind, for the message about another one.
const KINDS: &str =
    "preflight, phase, window, benchmark, rollback, troubleshooting, criteria, sign-off, follow-up, prose";

/// Reads the values of `section`.
pub fn read(values: &[String]) -> Result<Said, String> {
    let Some((kind, rest)) = values.split_first() else {
        return Err(format!("`section` takes what it is for: {KINDS}"));
    };
    let mut number = None;
    let mut time = None;
    for word in rest {
        match (word.parse::<u32>(), minutes(word)) {
            (Ok(value), _) if kind == "phase" && number.is_none() && value > 0 => number = Some(value),
            (Err(_), Some(value))
                if matches!(kind.as_str(), "phase" | "window" | "rollback") && time.is_none() =>
            {
                time = Some(value)
            }
            _ => {
                return Err(format!(
                    "`{word}` is too much behind `section {kind}`: a phase takes a number and a time, a window and a rollback a time"
                ));
            }
        }
    }
    let kind = match kind.as_str() {
        "preflight" => SectionKind::Preflight,
        "phase" => SectionKind::Phase {
            number: number.unwrap_or(0),
            minutes: time,
        },
        "window" => SectionKind::Window {
            minutes: time.ok_or("a window takes its time after T0: section window 1h")?,
        },
        "benchmark" => SectionKind::Benchmark,
        "rollback" => SectionKind::Rollback { minutes: time },
        "troubleshooting" => SectionKind::Troubleshooting,
        "criteria" => SectionKind::Criteria,
        "sign-off" => SectionKind::SignOff,
        "follow-up" => SectionKind::FollowUp,
        "prose" => SectionKind::Prose,
        other => return Err(format!("`{other}` is no kind of section: {KINDS}")),
    };
    Ok(Said(kind))
}

/// Whole minutes of `15m`, `1h`, `24h`, at least one.
fn minutes(word: &str) -> Option<u32> {
    match measure::find(word).as_slice() {
        [one]
            if one.span == (0..word.len()) && one.unit == Unit::Milliseconds && one.comparison.is_none() =>
        {
            let minutes = (one.value / 60_000.0).ceil();
            (1.0..=525_600.0).contains(&minutes).then_some(minutes as u32)
        }
        _ => None,
    }
}

/// What a comment after a heading says of its section.
#[derive(Default)]
pub struct Above {
    /// What it is for.
    pub kind: Option<SectionKind>,
    /// When it is sampled, and where that is said.
    pub timing: Option<(Timing, Range<usize>)>,
}

/// What a comment after a heading says of its section. Anything but `section` and `window` stands after no item there.
pub fn section(comment: &str, span: &Range<usize>, source: &Source, findings: &mut Findings) -> Above {
    let mut said = super::Said::default();
    said.read(comment, span, "", source, findings);
    let mut above = Above::default();
    for (part, place, words) in said.parts {
        match part {
            super::Part::Section(Said(said)) => above.kind = Some(said),
            super::Part::Window(timing) => above.timing = Some((timing, place)),
            _ => findings.add(
                &c::BAD_ANNOTATION,
                place,
                format!("`{words}` stands after no item"),
            ),
        }
    }
    above
}
