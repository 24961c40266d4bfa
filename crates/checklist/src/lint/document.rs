//! Traps that only the place of a line, or several lines together, show.

use super::{Findings, catalogue as c, exposed, promise, secret};
use crate::infer::{Inferred, words};
use crate::outline::{Outline, Purpose};
use crate::parse::{Inline, PieceKind};
use crate::source::Source;
use domain::plan::{Item, Section, SectionKind, Work};
use domain::probe::{DockerQuestion, MetricQuestion, ProbeSpec, Tool};
use domain::quantity::{Bound, Unit};
use std::collections::HashMap;
use std::ops::Range;

/// Looks at a box as a whole.
pub fn item(item: &Item, inline: &Inline, inferred: &Inferred, findings: &mut Findings) {
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
    numbers(item, &span, inferred, findings);
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
        (Some(command), _) if word || share => {
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
    thresholds(source, sections, findings);
    rollbacks(source, sections, outline, findings);
    promise::baseline(source, sections, findings);
}

pub(super) fn line(source: &Source, line: u32) -> Range<usize> {
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

/// The same number in two lines.
fn thresholds(source: &Source, sections: &[Section], findings: &mut Findings) {
    let mut seen: HashMap<String, (u32, Bound)> = HashMap::new();
    let measured = |work: &Work| match work {
        Work::Attestation
        | Work::Probe {
            spec:
                ProbeSpec::Http(_)
                | ProbeSpec::Shell(_)
                | ProbeSpec::Redis(_)
                | ProbeSpec::Docker(_)
                | ProbeSpec::Prometheus(_)
                | ProbeSpec::Metric(_),
        } => true,
        Work::Probe { .. } | Work::Action { .. } | Work::Parent => false,
    };
    let items = sections
        .iter()
        .flat_map(|section| &section.items)
        .filter(|item| item.text.len() <= 300 && measured(&item.work));
    for item in items {
        let Some(bound) = words::threshold(&item.text).filter(|bound| bound.quantity.unit != Unit::Count)
        else {
            continue;
        };
        let subject = subject(&item.text);
        match seen.get(&subject) {
            Some((first, same)) if *same == bound => {
                findings.add(
                    &c::CONTRADICTION,
                    line(source, item.line),
                    format!("line {first} asks for the same: {bound}"),
                );
            }
            Some((first, other)) => {
                findings.add(
                    &c::CONTRADICTION,
                    line(source, item.line),
                    format!("line {first} asks for {other}, this line for {bound}"),
                );
            }
            None => {
                seen.insert(subject, (item.line, bound));
            }
        }
    }
}

/// The words before the number that name what is measured.
fn subject(text: &str) -> String {
    let lower = text.to_lowercase();
    let head = lower
        .split(['<', '>', '≥', '≤', ':', '`'])
        .next()
        .unwrap_or_default();
    let idle = [
        "stabilized",
        "stable",
        "improved",
        "reduced",
        "by",
        "is",
        "under",
        "below",
        "above",
        "at",
        "least",
        "less",
        "more",
        "than",
        "time",
    ];
    head.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !idle.contains(word))
        .collect::<Vec<_>>()
        .join(" ")
}

fn rollbacks(source: &Source, sections: &[Section], outline: &Outline, findings: &mut Findings) {
    let tiers: Vec<&Section> = sections
        .iter()
        .filter(|section| matches!(section.kind, SectionKind::Rollback { .. }))
        .collect();
    let works = sections
        .iter()
        .any(|section| matches!(section.kind, SectionKind::Phase { .. }) && !section.items.is_empty());
    if tiers.is_empty() && works && !names_a_way_back(sections) {
        findings.add(&c::NO_ROLLBACK, 0..0, "there is no section about the way back");
    }
    let coded = outline
        .fences
        .iter()
        .any(|fence| fence.purpose == Purpose::Rollback);
    for tier in tiers.iter().filter(|tier| coded && acts(tier)) {
        let items = tier.items.iter().map(|item| item.text.as_str());
        let proves = items
            .chain([tier.prose.as_str(), tier.title.as_str()])
            .any(|text| {
                let lower = text.to_lowercase();
                [
                    "curl ",
                    "verif",
                    "health",
                    "smoke",
                    "check that",
                    "confirm",
                    "monitor",
                ]
                .iter()
                .any(|word| lower.contains(word))
            });
        if !proves {
            findings.add(
                &c::ROLLBACK_UNPROVED,
                line(source, tier.line),
                format!("nothing verifies {:?}", tier.title),
            );
        }
        stops_first(source, tier, findings);
    }
}

/// It holds a command, in a box or in a block of code.
fn acts(tier: &Section) -> bool {
    let boxes = tier
        .items
        .iter()
        .any(|item| matches!(item.work, Work::Action { .. }));
    let mut inside = false;
    let command = |line: &str| {
        let text = line.trim();
        let fence = text.starts_with("```") || text.starts_with("~~~");
        inside ^= fence;
        inside && !fence && !text.is_empty() && !text.starts_with('#') && !text.starts_with("--")
    };
    boxes || tier.prose.lines().any(command)
}

/// A box or a heading speaks of it: the way back is written down, here or elsewhere.
fn names_a_way_back(sections: &[Section]) -> bool {
    let names = |text: &str| {
        let lower = text.to_lowercase();
        [
            "rollback",
            "roll back",
            "roll-back",
            "revert",
            "backout",
            "back out",
            "fallback",
            "откат",
            "retour arrière",
            "rückfall",
            "zurückrollen",
            "revertir",
            "reversión",
            "desfazer",
            "回滚",
            "回退",
            "ロールバック",
            "切り戻し",
            "롤백",
        ]
        .iter()
        .any(|word| lower.contains(word))
    };
    sections
        .iter()
        .any(|section| names(&section.title) || section.items.iter().any(|item| names(&item.text)))
}

/// `stop` of a service before `.env` is restored.
fn stops_first(source: &Source, tier: &Section, findings: &mut Findings) {
    let stop = tier
        .prose
        .find("compose stop")
        .or_else(|| tier.prose.find("compose down"));
    let restore = tier.prose.find(" .env");
    if let (Some(stop), Some(restore)) = (stop, restore)
        && stop < restore
        && tier.prose.contains(".env.backup")
    {
        findings.add(
            &c::STOP_FIRST,
            line(source, tier.line),
            "a service is stopped before the configuration that needs it is restored",
        );
    }
}
