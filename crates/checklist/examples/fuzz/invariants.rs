//! What holds for every document. The seeded and the coverage-guided search share it.

use checklist::fill::{Filled, fill};
use checklist::{Compiled, compile, report::render};
use domain::plan::Work;
use domain::probe::ProbeSpec;
use std::time::{Duration, Instant};

/// What no document may let run without asking.
pub const CANARY: &str = "rm -rf /canary";

/// Compiles a document and looks whether everything holds; `changing` are commands in it that must not be probes.
///
/// # Errors
/// What does not hold.
pub fn hold(bytes: &[u8], changing: &[String]) -> Result<(), String> {
    let start = Instant::now();
    let compiled = compile(bytes);
    let report = render(&compiled, &String::from_utf8_lossy(bytes), "x.md");
    if start.elapsed() > Duration::from_secs(10) {
        return Err(format!("took {:?}", start.elapsed()));
    }
    if let Some(hidden) = report
        .chars()
        .find(|c| *c == '\u{1b}' || *c == '\u{202e}' || *c == '\u{1}')
    {
        return Err(format!("{hidden:?} reaches the terminal"));
    }
    if compile(bytes) != compiled {
        return Err("compiles to another plan the second time".to_owned());
    }
    places(&compiled, bytes)?;
    ticks(&compiled, bytes)?;
    for spec in probes(&compiled) {
        if let Some(command) = runs(spec, changing) {
            return Err(format!(
                "a changing command is taken for a reading one: {command:?}"
            ));
        }
    }
    Ok(())
}

fn places(compiled: &Compiled, bytes: &[u8]) -> Result<(), String> {
    let ends = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    let last = u32::try_from(ends).unwrap_or(u32::MAX).saturating_add(2);
    let inside = |line: u32| (1..=last).contains(&line);
    match compiled
        .diagnostics
        .iter()
        .find(|found| !inside(found.line) || found.column == 0)
    {
        Some(found) => Err(format!(
            "{} stands at {}:{}",
            found.code, found.line, found.column
        )),
        None if compiled.plan.items().all(|item| inside(item.line)) => Ok(()),
        None => Err("an item stands outside of the document".to_owned()),
    }
}

/// Filling nothing in gives the bytes back; ticking every box loses none.
fn ticks(compiled: &Compiled, bytes: &[u8]) -> Result<(), String> {
    if fill(bytes, &Filled::default()) != bytes {
        return Err("filling nothing in changes the bytes".to_owned());
    }
    let filled = Filled {
        boxes: compiled.plan.items().map(|item| (item.line, true)).collect(),
        ..Filled::default()
    };
    let ticked = fill(bytes, &filled);
    let items = |compiled: &Compiled| compiled.plan.items().count();
    if items(&compile(&ticked)) != items(compiled) && !glued(bytes) {
        return Err("ticking loses a box".to_owned());
    }
    Ok(())
}

/// `[ ]x` is a box that somebody forgot the space of; `[x]x` is a text, so that such a box is lost when it is ticked.
fn glued(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'[').skip(1).any(|inside| {
        let end = inside.iter().position(|byte| *byte == b']');
        end.is_some_and(|end| {
            let blank = inside[..end]
                .iter()
                .all(|byte| byte.is_ascii_whitespace() || matches!(byte, b'_' | b'\\'));
            blank
                && inside
                    .get(end + 1)
                    .is_some_and(|after| !after.is_ascii_whitespace())
        })
    })
}

fn probes(compiled: &Compiled) -> impl Iterator<Item = &ProbeSpec> {
    let checks = compiled
        .plan
        .sections
        .iter()
        .flat_map(|section| &section.checks)
        .map(|check| &check.work);
    let works = compiled.plan.items().map(|item| &item.work).chain(checks);
    works.filter_map(|work| match work {
        Work::Probe { spec } => Some(spec),
        Work::Action { .. } | Work::Attestation | Work::Parent => None,
    })
}

/// The command of a probe that runs the canary as a command of its own, or holds one that changes.
fn runs<'a>(spec: &'a ProbeSpec, changing: &[String]) -> Option<&'a str> {
    match spec {
        ProbeSpec::Shell(shell) => {
            let command = shell.command.as_str();
            // In quotes, behind a comment and in a here-document the canary is a text.
            let plain = !command.contains(['\'', '"', '\\', '#', '<']);
            let behind = [
                "; ", "&& ", "|| ", "| ", "; do ", "; then ", "; else ", "( ", "; { ", "\n", "$(", "`",
            ];
            let starts = command.starts_with(CANARY)
                || (plain
                    && behind
                        .iter()
                        .any(|join| command.contains(&format!("{join}{CANARY}"))));
            (starts || changing.iter().any(|text| command.contains(text.as_str()))).then_some(command)
        }
        ProbeSpec::All(specs) => specs.iter().find_map(|spec| runs(spec, changing)),
        _ => None,
    }
}
