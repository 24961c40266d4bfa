//! Where the success criteria have their evidence: earlier lines of the same document.
//!
//! 1. *Proves*: an earlier line that says the same, word for word but for little words, and whose own objective, where both have
//!    one, is at least as strict and due no earlier; or a look at the same thing: "All containers healthy" and a probe that asks
//!    each container for its health. All of these lines must be settled.
//! 2. *Measures*: lines and fields about the same number. What was measured for them is judged against the criterion's own
//!    objective; that they were met says nothing: 60 does not prove 70.
//! 3. *Supports*, where there is neither: probes that share a word with it. Shown, and settle nothing.
//!
//! A criterion with a probe of its own needs no link, and an action proves nothing.

use crate::names::Map;
use domain::form::{Field, Form, Moment};
use domain::link::{Evidence, Link, Weight};
use domain::metric::Aggregation;
use domain::objective::{Aim, Objective, series};
use domain::plan::{Check, Item, ItemId, Section, SectionKind, Work};
use domain::probe::{DockerQuestion, ProbeSpec};

/// Most lines that support a criterion.
const MOST: usize = 8;

/// Most lines that prove one together.
const ALL: usize = 50;

/// Most criteria that are linked.
const CRITERIA: usize = 200;

/// Words that a line can have or not without saying something else.
const LITTLE: &[&str] = &[
    "the", "a", "an", "is", "are", "be", "of", "in", "by", "has", "have", "been", "was", "were",
];

/// Words that say nothing of what a line is about.
#[rustfmt::skip] // words in rows
const GENERAL: &[&str] = &[
    "check", "checks", "available", "working", "works", "operational", "configured", "collected", "enabled", "running", "within", "after", "before",
    "deployment", "production", "system", "service", "services", "application", "setup", "success", "successful", "complete", "completed", "verified",
    "usage", "created", "starts", "started", "stable", "times", "there", "should", "passes", "passed", "tests", "least", "reduced", "improved", "start", "being",
];

/// An earlier line that can be evidence.
struct Earlier<'a> {
    id: &'a ItemId,
    line: u32,
    work: &'a Work,
    /// Its words that count, in lower case.
    words: Vec<String>,
    /// Its stems, with those of the phase that it stands in.
    stems: Vec<String>,
}

/// Finds the links of a document's criteria.
pub fn of_sections(sections: &[Section], objectives: &[Objective], forms: &[Form]) -> Vec<Link> {
    let criteria = || {
        let sections = sections
            .iter()
            .filter(|section| section.kind == SectionKind::Criteria);
        let items = sections.flat_map(|section| &section.items);
        items.filter(|item| item.work == Work::Attestation).take(CRITERIA)
    };
    if criteria().next().is_none() {
        return Vec::new();
    }
    let earlier: Vec<Earlier> = sections.iter().flat_map(earlier).collect();
    let mut stems: Map<&str, Vec<usize>> = Map::default();
    let mut same: Map<&[String], Vec<usize>> = Map::default();
    for (at, line) in earlier.iter().enumerate() {
        same.entry(line.words.as_slice()).or_default().push(at);
        for stem in &line.stems {
            stems.entry(stem).or_default().push(at);
        }
    }
    let own: Map<&ItemId, &Objective> = objectives
        .iter()
        .map(|objective| (&objective.item, objective))
        .collect();
    let mut links = Vec::new();
    for item in criteria() {
        let words = words(&item.text);
        let before = |at: &&usize| earlier[**at].line < item.line;
        let objective = own.get(&item.id).copied();
        let twins = same.get(words.as_slice()).into_iter().flatten().filter(before);
        let proves: Vec<&ItemId> = twins
            .map(|at| earlier[*at].id)
            .filter(|id| at_least_as_strict(own.get(id).copied(), objective))
            .chain(healthy(item, &earlier, true))
            .take(ALL + 1)
            .collect();
        // Some of those that say the same are not all of them.
        let proves = if proves.len() > ALL { Vec::new() } else { proves };
        let measures = objective
            .map(|objective| measures(objective, objectives, forms))
            .unwrap_or_default();
        let mut supports: Vec<&ItemId> = Vec::new();
        if proves.is_empty() && measures.is_empty() {
            let shared = stems_of(&words);
            let shared = shared
                .iter()
                .filter_map(|stem| stems.get(stem.as_str()))
                .flatten()
                .filter(before);
            for id in healthy(item, &earlier, false).chain(shared.map(|at| earlier[*at].id)) {
                if supports.len() < MOST && !supports.contains(&id) {
                    supports.push(id);
                }
            }
        }
        let lines = |ids: Vec<&ItemId>| ids.into_iter().cloned().map(Evidence::Line).collect::<Vec<_>>();
        for (weight, evidence) in [
            (Weight::Proves, lines(proves)),
            (Weight::Measures, measures),
            (Weight::Supports, lines(supports)),
        ] {
            if !evidence.is_empty() {
                let item = item.id.clone();
                let why = why(weight).to_owned();
                links.push(Link {
                    item,
                    weight,
                    evidence,
                    why,
                });
            }
        }
    }
    links
}

fn why(weight: Weight) -> &'static str {
    match weight {
        Weight::Proves => "these say the same: it holds where all of them are settled",
        Weight::Measures => "the same number, judged against what this line asks for",
        Weight::Supports => "about the same thing: shown beside it, and settles nothing",
    }
}

/// The lines of a section that can be evidence.
fn earlier(section: &Section) -> Vec<Earlier<'_>> {
    let (counts, phase) = match section.kind {
        SectionKind::Phase { .. } => (true, true),
        SectionKind::Window { .. } | SectionKind::Prose => (true, false),
        SectionKind::Preflight
        | SectionKind::Benchmark
        | SectionKind::Rollback { .. }
        | SectionKind::Troubleshooting
        | SectionKind::Criteria
        | SectionKind::SignOff
        | SectionKind::FollowUp => (false, false),
    };
    if !counts {
        return Vec::new();
    }
    let title = if phase {
        stems_of(&words(&section.title))
    } else {
        Vec::new()
    };
    let settles = |work: &Work| matches!(work, Work::Probe { .. } | Work::Attestation);
    let items = section.items.iter().filter(|item| settles(&item.work));
    let checks = section
        .checks
        .iter()
        .filter(|check| matches!(check.work, Work::Probe { .. }));
    let mut found: Vec<Earlier> = items
        .map(|item| line(&item.id, item.line, &item.work, &item.text, &title))
        .collect();
    found.extend(checks.map(|check| line(&check.id, check.line, &check.work, comment(check), &title)));
    found.sort_by_key(|earlier| earlier.line);
    found
}

fn line<'a>(id: &'a ItemId, line: u32, work: &'a Work, text: &str, title: &[String]) -> Earlier<'a> {
    let words = words(text);
    let mut stems = Vec::new();
    if matches!(work, Work::Probe { .. }) {
        stems = stems_of(&words);
        stems.extend_from_slice(title);
        stems.sort();
        stems.dedup();
    }
    Earlier {
        id,
        line,
        work,
        words,
        stems,
    }
}

/// What the document says of a check: the words in parentheses that its reason begins with.
fn comment(check: &Check) -> &str {
    let written = format!("`{}`", check.text);
    let why = check
        .why
        .strip_prefix(&written)
        .or_else(|| check.why.strip_prefix(&check.text))
        .unwrap_or(&check.why);
    let words = why
        .trim_start_matches([':', ' '])
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'));
    words.map_or("", |(words, _)| words)
}

/// The words before the first code, in their order, numbers and signs with them.
fn words(text: &str) -> Vec<String> {
    let head = text[..text.floor_char_boundary(400)]
        .split('`')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let spaced: String = head
        .chars()
        .flat_map(|c| match c {
            '<' | '>' | '≤' | '≥' | '=' | '%' => vec![' ', c, ' '],
            c if c.is_alphanumeric() || matches!(c, '+' | '.') => vec![c],
            _ => vec![' '],
        })
        .collect();
    let words = spaced.split_whitespace().map(|word| word.trim_matches('.'));
    words
        .filter(|word| !word.is_empty() && !LITTLE.contains(word))
        .map(str::to_owned)
        .collect()
}

/// The beginnings of the words that say what a line is about.
fn stems_of(words: &[String]) -> Vec<String> {
    let told = words
        .iter()
        .filter(|word| word.chars().count() >= 5 && !GENERAL.contains(&word.as_str()));
    told.map(|word| word.chars().take(5).collect()).collect()
}

/// Whether what settles one line says the other one's number too.
fn at_least_as_strict(earlier: Option<&Objective>, later: Option<&Objective>) -> bool {
    match (earlier, later) {
        (None, None) => true,
        (Some(earlier), Some(later)) => series::implies(earlier, later),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// What is about the same number as an objective.
fn measures(objective: &Objective, objectives: &[Objective], forms: &[Form]) -> Vec<Evidence> {
    let same = |other: &&Objective| {
        other.line < objective.line && other.metric == objective.metric && other.subject == objective.subject
    };
    let lines = objectives
        .iter()
        .filter(same)
        .map(|other| Evidence::Line(other.item.clone()));
    let wanted = |moment: Moment| match objective.aim {
        Aim::Absolute { .. } => moment != Moment::Before,
        Aim::Improvement { .. } => moment != Moment::Unsaid,
        Aim::Steady { .. } | Aim::Settled { .. } => false,
    };
    let fits = |field: &&Field| {
        let aggregated =
            field.aggregation == objective.aggregation || objective.aggregation == Aggregation::Unsaid;
        field.is_typed() && aggregated && field.metric == objective.metric && objective.subject.is_none()
    };
    let fields = forms
        .iter()
        .filter(|form| wanted(form.moment))
        .flat_map(|form| &form.fields);
    lines
        .chain(fields.filter(fits).map(|field| Evidence::Field(field.id.clone())))
        .collect()
}

/// Looks at every container, where a criterion is about all of them: one that asks for their health proves that they are
/// healthy, and one that only asks whether they run does not, for a container without a health check says nothing of it.
fn healthy<'a>(item: &Item, earlier: &'a [Earlier<'a>], proves: bool) -> impl Iterator<Item = &'a ItemId> {
    let lower = item.text.to_lowercase();
    let containers = lower.contains("all containers") || lower.contains("all services");
    let health = lower.contains("healthy") && !lower.contains("unhealthy");
    let runs = !health && lower.contains("running");
    let (line, containers) = (
        item.line,
        containers && (health || runs) && !lower.contains("not "),
    );
    let looks = move |found: &&Earlier| match found.work {
        Work::Probe {
            spec: ProbeSpec::Docker(docker),
        } if docker.services.is_empty() && docker.project.is_none() => match docker.question {
            DockerQuestion::Healthy => proves,
            DockerQuestion::Running => proves == runs,
            DockerQuestion::Logs(_)
            | DockerQuestion::Environment { .. }
            | DockerQuestion::NewestImage
            | DockerQuestion::Memory => false,
        },
        Work::Probe { .. } | Work::Action { .. } | Work::Attestation | Work::Parent => false,
    };
    let before = move |found: &&Earlier| containers && found.line < line;
    earlier.iter().filter(before).filter(looks).map(|found| found.id)
}
