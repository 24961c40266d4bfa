//! `<!-- gonogo: window delay=1m interval=10s steady=2m timeout=5s -->`: when a window, or one line of it, is sampled.

use crate::lint::{Findings, catalogue as c};
use crate::measure;
use domain::plan::{Section, SectionKind};
use domain::quantity::Unit;
use domain::window::{NoTiming, Timing};
use std::ops::Range;

/// What is said, of a section or of a line of it.
pub struct Timed {
    /// The line of the section's heading, from 1.
    pub section: u32,
    /// The line of the box, where it is said of one.
    pub item: Option<u32>,
    /// What is said.
    pub timing: Timing,
    /// Where it is said.
    pub place: Range<usize>,
}

const TAKES: &str = "`window` takes delay=, interval=, steady= and timeout=, each a time such as `10s`";

/// Reads the values of `window`.
pub fn read(values: &[String]) -> Result<Timing, String> {
    let mut timing = Timing::default();
    for word in values {
        let (name, said) = word.split_once('=').ok_or(TAKES)?;
        let part = match name {
            "delay" => &mut timing.delay,
            "interval" => &mut timing.interval,
            "steady" => &mut timing.steady,
            "timeout" => &mut timing.timeout,
            other => return Err(format!("`{other}=` is no part of it: {TAKES}")),
        };
        if part.is_some() {
            return Err(format!("`{name}=` is said twice"));
        }
        *part = Some(
            seconds(said)
                .ok_or_else(|| format!("`{said}` is no time in whole seconds such as `10s` or `2m`"))?,
        );
    }
    if timing.is_empty() {
        return Err(TAKES.to_owned());
    }
    Ok(timing)
}

/// Whole seconds of `90s`, `2m`, `1h`.
fn seconds(word: &str) -> Option<u32> {
    if word == "0s" {
        return Some(0);
    }
    match measure::find(word).as_slice() {
        [one]
            if one.span == (0..word.len()) && one.unit == Unit::Milliseconds && one.comparison.is_none() =>
        {
            let seconds = one.value / 1000.0;
            let whole = seconds.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&seconds);
            whole.then_some(seconds as u32)
        }
        _ => None,
    }
}

/// Gives sections and lines what was said of them, where a window can be sampled like this.
pub fn settle(said: Vec<Timed>, sections: &mut [Section], findings: &mut Findings) {
    for Timed {
        section,
        item,
        timing,
        place,
    } in said
    {
        let Some(section) = sections.iter_mut().find(|found| found.line == section) else {
            continue;
        };
        let checked = match section.kind {
            SectionKind::Window { minutes } => {
                let whole = if item.is_some() {
                    section.timing
                } else {
                    Timing::default()
                };
                let whole = Timing {
                    delay: timing.delay.or(whole.delay),
                    interval: timing.interval.or(whole.interval),
                    ..timing
                };
                whole.check(Some(minutes)).map_err(|NoTiming(why)| why)
            }
            SectionKind::Preflight
            | SectionKind::Phase { .. }
            | SectionKind::Benchmark
            | SectionKind::Rollback { .. }
            | SectionKind::Troubleshooting
            | SectionKind::Criteria
            | SectionKind::SignOff
            | SectionKind::FollowUp
            | SectionKind::Prose => Err(format!(
                "only a verification window is sampled, and \"{}\" is none",
                section.title
            )),
        };
        if let Err(why) = checked {
            findings.add(&c::BAD_ANNOTATION, place, format!("`window`: {why}"));
            continue;
        }
        match item {
            None => section.timing = timing,
            Some(line) => {
                let found = section.items.iter_mut().find(|item| item.line == line);
                found.into_iter().for_each(|item| item.timing = timing);
            }
        }
    }
}
