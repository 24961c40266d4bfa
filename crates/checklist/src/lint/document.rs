//! Traps that only the place of a line, or several lines together, show.

use super::{Findings, catalogue as c, exposed, promise, rollback, secret, threshold};
use crate::infer::{Inferred, words};
use crate::outline::Outline;
use crate::parse::{Inline, PieceKind};
use crate::source::Source;
use domain::plan::{Item, Section, SectionKind, Work};
use domain::probe::{DockerQuestion, MetricQuestion, ProbeSpec, Tool};
use domain::quantity::{Bound, Unit};
use std::collections::HashMap;
use std::ops::Range;

/// Looks at a box as a whole.
pub fn item(item: &Item, inline: &Inline, inferred: &Inferred, attested: bool, findings: &mut Findings) {
    let span = inline.span.clone();
    match &item.work {
        Work::Probe {
            spec: ProbeSpec::Port { port },
        } => {
            findings.add(
                &c::PORT,
                span.clone(),
                format!("port {port} is in use once the service runs"),
            );
        }
        Work::Probe {
            spec: ProbeSpec::All(specs),
        } => {
            let compose = specs.iter().any(|spec| {
                matches!(
                    spec,
                    ProbeSpec::Tool {
                        tool: Tool::Compose,
                        at_least: None
                    }
                )
            });
            let engine = specs.iter().any(|spec| {
                matches!(
                    spec,
                    ProbeSpec::Tool {
                        tool: Tool::Docker,
                        at_least: Some(_)
                    }
                )
            });
            if compose && engine {
                findings.add(
                    &c::SHARED_VERSION,
                    span.clone(),
                    "Docker Compose is numbered apart from Docker",
                );
            }
        }
        Work::Probe { .. } | Work::Action { .. } | Work::Attestation | Work::Parent => {}
    }
    if !attested {
        numbers(item, &span, inferred, findings);
    }
    let mut hosts: Vec<&str> = Vec::new();
    for piece in &inline.pieces {
        let text = match &piece.kind {
            PieceKind::Link(url) => url,
            PieceKind::Text(text) => {
                secret::text(text, &piece.span, findings);
                text
            }
            PieceKind::Code(code) => {
                secret::assignment(code, &piece.span, findings);
                match code.contains(' ') {
                    true => continue,
                    false => code,
                }
            }
            PieceKind::Break | PieceKind::Comment(_) => continue,
        };
        if memchr::memchr(b':', text.as_bytes()).is_none() {
            continue;
        }
        for word in text.split_whitespace() {
            if let Some((_, rest)) = word.split_once("://") {
                let host = rest.split(['/', ':', ')', '>', '`']).next().unwrap_or(rest);
                if hosts.len() < 20 && !hosts.contains(&host) {
                    hosts.push(host);
                    exposed::named_host(host, &piece.span, findings);
                }
            }
        }
    }
}

/// A number of which nobody can say where it comes from, or that counters cannot give.
fn numbers(item: &Item, span: &Range<usize>, inferred: &Inferred, findings: &mut Findings) {
    let command = inferred.commands.first().map(|(_, span)| span);
    let share = matches!(&item.work, Work::Probe { spec: ProbeSpec::Metric(metric) }
        if matches!(metric.question, MetricQuestion::Share { .. }));
    let word = item.work == Work::Attestation
        && words::threshold(&item.text).is_some_and(|bound| compares(&item.text, &bound));
    match (command, word) {
        (Some(command), _) if share || (word && counts(inferred)) => {
            findings.add(&c::COUNTERS, command.clone(), "counters are no rate");
        }
        (None, true) => findings.add(
            &c::NO_SOURCE,
            span.clone(),
            "the line does not say where this number comes from",
        ),
        (None | Some(_), _) => {}
    }
}

/// Whether a line asks for a number that is measured: "Error rate < 1%", and neither "Ubuntu 20.04+" nor "Wait (10 minutes)".
fn compares(text: &str, bound: &Bound) -> bool {
    let lower = text.to_lowercase();
    let sign = text.contains(['<', '>', '≤', '≥', '%']);
    let said = [
        "below",
        "under ",
        "less than",
        "at most",
        "above",
        "over ",
        "more than",
        "at least",
        "within",
        "no more than",
        "between",
    ]
    .iter()
    .any(|word| lower.contains(word));
    bound.quantity.unit != Unit::Count && (sign || said)
}

/// The command prints counters.
fn counts(inferred: &Inferred) -> bool {
    let written = inferred
        .commands
        .iter()
        .map(|(outcome, _)| outcome.written.to_lowercase());
    written
        .into_iter()
        .any(|command| command.contains("/metrics") || command.contains("info stats"))
}

/// Looks at the whole document.
pub fn document(
    source: &Source,
    sections: &[Section],
    outline: &Outline,
    boxes: bool,
    findings: &mut Findings,
) {
    for range in &source.invalid {
        findings.add(
            &c::NOT_UTF8,
            range.clone(),
            format!("{} bytes are not UTF-8", range.len()),
        );
    }
    if !source.is_utf8() {
        let message = "the document is UTF-16, and read as that; save it as UTF-8";
        findings.add(&c::NOT_UTF8, 0..1, message);
    }
    if !boxes {
        findings.add(&c::NO_BOXES, 0..0, "there is no `- [ ]` in this document");
    }
    unproved_phases(source, sections, findings);
    old_containers(source, sections, findings);
    threshold::thresholds(source, sections, findings);
    rollback::rollbacks(source, sections, outline, findings);
    promise::baseline(source, sections, findings);
}

/// The bytes of a line, from 1, without its indent.
pub fn line(source: &Source, line: u32) -> Range<usize> {
    let span = source.line_span(line);
    let indent = source.slice(span.clone()).len() - source.slice(span.clone()).trim_start().len();
    span.start + indent..span.end
}

fn phase(section: &Section) -> bool {
    matches!(section.kind, SectionKind::Phase { .. })
}

fn unproved_phases(source: &Source, sections: &[Section], findings: &mut Findings) {
    if !sections
        .iter()
        .any(|section| phase(section) && !section.checks.is_empty())
    {
        return;
    }
    for section in sections
        .iter()
        .filter(|section| phase(section) && section.checks.is_empty() && does_something(section))
    {
        findings.add(
            &c::PHASE_UNPROVED,
            line(source, section.line),
            format!("{:?} has no verification commands", section.title),
        );
    }
}

/// More than people's words.
fn does_something(section: &Section) -> bool {
    section.items.iter().any(|item| match &item.work {
        Work::Probe { .. } | Work::Action { .. } => true,
        Work::Attestation | Work::Parent => false,
    })
}

/// Every work of a section with its line and command.
fn commands(section: &Section) -> impl Iterator<Item = (u32, String)> {
    let works = section
        .items
        .iter()
        .map(|item| (item.line, &item.work))
        .chain(section.checks.iter().map(|check| (check.line, &check.work)));
    works.filter_map(|(line, work)| match work {
        Work::Action { command, .. } => Some((line, command.clone())),
        Work::Probe {
            spec: ProbeSpec::Shell(shell),
        } => Some((line, shell.command.clone())),
        Work::Probe { .. } | Work::Attestation | Work::Parent => None,
    })
}

/// The services whose containers are looked into, with the line.
fn looked_into(section: &Section) -> Vec<(u32, String)> {
    let commands = commands(section).filter_map(|(line, command)| {
        let inside = after_word(&command, "-T")
            .or_else(|| after_word(&command, "exec"))
            .filter(|_| command.contains(" exec "));
        Some((line, inside?))
    });
    let items = section.items.iter().map(|item| (item.line, &item.work));
    let checks = section.checks.iter().map(|check| (check.line, &check.work));
    let natively = items.chain(checks).filter_map(|(line, work)| match work {
        Work::Probe {
            spec: ProbeSpec::Docker(docker),
        } => match &docker.question {
            DockerQuestion::Environment { .. } => Some((line, docker.services.first()?.clone())),
            _ => None,
        },
        _ => None,
    });
    commands.chain(natively).collect()
}

/// A look into a container before a later section builds it.
fn old_containers(source: &Source, sections: &[Section], findings: &mut Findings) {
    let mut built: HashMap<String, usize> = HashMap::new();
    for (place, section) in sections.iter().enumerate() {
        for (_, command) in commands(section) {
            if let Some(service) = after_word(&command, "build").filter(|_| command.contains("compose")) {
                built.insert(service, place);
            }
        }
    }
    for (place, section) in sections.iter().enumerate().filter(|_| !built.is_empty()) {
        for (number, service) in looked_into(section) {
            if built.get(&service).is_some_and(|later| *later > place) {
                findings.add(
                    &c::OLD_CONTAINER,
                    line(source, number),
                    format!("a later phase rebuilds `{service}`: this looks into the old container"),
                );
            }
        }
    }
}

fn after_word(command: &str, word: &str) -> Option<String> {
    let mut words = command
        .split_whitespace()
        .skip_while(|other| *other != word)
        .skip(1);
    words.find(|word| !word.starts_with('-')).map(str::to_owned)
}
