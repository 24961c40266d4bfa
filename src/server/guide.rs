//! Guides: which one is about what fails, what people said of it, and what is handed on where none helps.

mod text;

use crate::{
    api::{
        Error,
        guide::{Guidance, GuideMatch, GuideStep, SymptomSeen},
        run::Guide,
    },
    server::{
        prose,
        run::{self, Opened, conflict},
        state::AppState,
    },
};
use checklist::guide::{self as reading, Looked, Sight, Step};
use chrono::{DateTime, Utc};
use domain::{
    Hash, Right,
    event::Happening,
    guide::{Failing, GuideEntry, Help, MOST, failing},
    person::Person,
    plan::{ItemId, Plan, Section, SectionId, SectionKind, Work},
    retention::Kept,
    rollback::Deed,
    run::RunId,
    verdict::{Finding, Verdict},
};
use std::{cmp::Reverse, collections::BTreeMap};
use store::evidence;

/// Most failing lines that guides are looked for at once.
const LINES: usize = 50;

/// What was seen of a line when it did not pass.
struct Seen {
    line: ItemId,
    finding: Finding,
    evidence: Hash,
    since: DateTime<Utc>,
    /// It does not pass now; else it did not before.
    now: bool,
}

/// The sections for reading, in the document's order.
fn sections(plan: &Plan) -> impl Iterator<Item = &Section> {
    plan.sections.iter().filter(|section| {
        let kind = matches!(
            section.kind,
            SectionKind::Rollback { .. }
                | SectionKind::Troubleshooting
                | SectionKind::FollowUp
                | SectionKind::Benchmark
        );
        kind && !section.prose.trim().is_empty()
    })
}

/// The sections for reading, as pages show them.
pub fn shown(plan: &Plan) -> Vec<Guide> {
    sections(plan)
        .map(|section| Guide {
            kind: section.kind,
            title: section.title.clone(),
            section: section.id.clone(),
            html: prose::html(&section.prose),
        })
        .collect()
}

/// What the guides have to do with a line as it was seen when it did not pass last, or with every line that does not pass now.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
pub async fn guidance(
    state: &AppState,
    person: &Person,
    id: RunId,
    item: Option<ItemId>,
) -> Result<Guidance, Error> {
    let opened = run::open(state, person, id, Right::See).await?;
    let plan = &opened.pinned.plan;
    let guides: Vec<_> = sections(plan)
        .enumerate()
        .filter_map(|(at, section)| Some((at, section, reading::of(section)?)))
        .collect();
    let one = item.is_some();
    let seen = seen(state, &opened, item).await?;
    if seen.is_empty() {
        return Ok(Guidance::default());
    }
    let names: Vec<SectionId> = guides.iter().map(|(_, section, _)| section.id.clone()).collect();
    let mut connection = state.pool.acquire().await?;
    let outcomes = store::guide::outcomes(&mut connection, &names).await?;
    drop(connection);
    let matches: Vec<GuideMatch> = seen
        .iter()
        .flat_map(|seen| matching(&opened, &guides, seen, &outcomes))
        .collect();
    let seen = seen.first().filter(|_| one);
    Ok(Guidance {
        escalation: seen.and_then(|seen| text::escalation(&state.origin, &opened, seen, &matches)),
        draft: seen.and_then(|seen| text::draft(&opened, seen, &matches)),
        matches,
    })
}

async fn seen(state: &AppState, opened: &Opened, item: Option<ItemId>) -> Result<Vec<Seen>, Error> {
    let run = &opened.pinned.run;
    let wanted = |failing: &Failing| item.as_ref().is_none_or(|item| failing.item == item);
    let failing: Vec<Failing> = failing(run).filter(wanted).take(LINES).collect();
    let mut connection = state.pool.acquire().await?;
    if failing.is_empty() {
        return match item {
            Some(item) => Ok(seen_before(&mut connection, run.id, item)
                .await?
                .into_iter()
                .collect()),
            None => Ok(Vec::new()),
        };
    }
    let hashes: Vec<Hash> = failing.iter().map(|failing| failing.evidence.clone()).collect();
    let findings: BTreeMap<Hash, Finding> = evidence::by_hashes(&mut connection, run.id, &hashes)
        .await?
        .into_iter()
        .collect();
    let seen = failing.iter().filter_map(|failing| {
        Some(Seen {
            line: failing.item.clone(),
            finding: findings.get(failing.evidence)?.clone(),
            evidence: failing.evidence.clone(),
            since: failing.since,
            now: true,
        })
    });
    Ok(seen.collect())
}

/// What was seen of a line that passes now, when it did not.
async fn seen_before(
    connection: &mut sqlx::PgConnection,
    run: RunId,
    line: ItemId,
) -> Result<Option<Seen>, Error> {
    if line.0.contains('\0') {
        return Ok(None);
    }
    let attempts = evidence::of_item(connection, run, &line).await?;
    let failed = attempts.into_iter().find_map(|(hash, kept)| match kept {
        Kept::Whole(finding) if finding.verdict != Verdict::Pass => Some((hash, finding)),
        Kept::Whole(_) | Kept::Removed(_) => None,
    });
    Ok(failed.map(|(evidence, finding)| Seen {
        line,
        since: finding.evidence.at,
        finding,
        evidence,
        now: false,
    }))
}

/// The guides that match, the likeliest first: one that did not help with this is the last, then what was really seen counts, then
/// words, then what people said of it in all runs.
fn matching(
    opened: &Opened,
    guides: &[(usize, &Section, reading::Guide)],
    seen: &Seen,
    outcomes: &BTreeMap<SectionId, (i64, i64)>,
) -> Vec<GuideMatch> {
    let words = words(opened, &seen.line);
    let looked = Looked::new(&words, &seen.finding);
    let mut found = Vec::new();
    for (at, section, guide) in guides {
        let sights = looked.at(guide);
        let count = |of: fn(&Sight) -> bool| sights.iter().filter(|sight| of(sight)).count();
        let sure = count(|sight| matches!(sight, Sight::Seen(_)));
        let all = count(Sight::matches);
        if all == 0 {
            continue;
        }
        let said = opened.pinned.run.guides.said(&seen.line, &section.id, seen.since);
        let said = said.map(|said| said.help);
        let (solved, not) = outcomes.get(&section.id).copied().unwrap_or_default();
        let rank = (said == Some(Help::NoHelp), Reverse((sure, all, solved - not)));
        let symptoms = guide.symptoms.iter().zip(&sights);
        let shown = GuideMatch {
            line: seen.line.clone(),
            words: words.clone(),
            guide: *at,
            section: section.id.clone(),
            now: seen.now,
            symptoms: symptoms
                .map(|(symptom, sight)| SymptomSeen {
                    text: symptom.text.clone(),
                    matches: sight.matches(),
                    how: sight.words().to_owned(),
                })
                .collect(),
            steps: guide
                .steps
                .iter()
                .map(|step| offered(&opened.pinned.plan, step))
                .collect(),
            said,
            solved,
            not,
        };
        found.push((rank, shown));
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, shown)| shown).collect()
}

fn words(opened: &Opened, line: &ItemId) -> String {
    let found = opened.outline.line(line);
    found.map_or_else(|| line.0.clone(), |(_, line)| line.text.clone())
}

fn offered(plan: &Plan, step: &Step) -> GuideStep {
    GuideStep {
        text: step.text.clone(),
        runs: step.command.as_ref().and_then(|command| published(plan, command)),
        command: step.command.clone(),
    }
}

/// Where on the run's page exactly these bytes are a published command, which runs there and nowhere else.
fn published(plan: &Plan, command: &str) -> Option<String> {
    let probed = |text: &str| text.split('`').skip(1).step_by(2).any(|code| code == command);
    let items = plan.items().filter(|item| match &item.work {
        Work::Action {
            command: runs,
            written,
            ..
        } => runs == command || written == command,
        Work::Probe { .. } => probed(&item.text),
        Work::Attestation | Work::Parent => false,
    });
    let checks = plan.sections.iter().flat_map(|section| &section.checks);
    let checks = checks
        .filter(|check| check.text == command)
        .map(|check| &check.id);
    let line = items.map(|item| &item.id).chain(checks).next();
    if let Some(line) = line {
        return Some(format!("?item={line}"));
    }
    let mut steps = plan.rollback.iter().flat_map(|tier| &tier.steps);
    let rolls_back = steps.any(|step| {
        let runs = matches!(&step.deed, Deed::Command { command: runs } if runs == command);
        runs || step.written.as_deref() == Some(command)
    });
    rolls_back.then(|| "?tab=rollback".to_owned())
}

/// Somebody says whether a guide helped.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Refused`] where the note is too long.
pub async fn tell(
    state: &AppState,
    person: &Person,
    id: RunId,
    item: ItemId,
    guide: SectionId,
    (help, note): (Help, &str),
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Attest).await?;
    there(&opened, &item)?;
    let mut guides = sections(&opened.pinned.plan);
    if !guides.any(|section| section.id == guide && section.kind == SectionKind::Troubleshooting) {
        return Err(Error::NotFound {
            what: format!("guide {guide}"),
        });
    }
    let note = run::short("note", note, run::LONGEST_NOTE)?;
    run::change(state, &opened, id, &person.author(), |run| {
        run::still_open(run)?;
        bounded(run)?;
        Ok(vec![Happening::Guide(GuideEntry::Tried {
            item,
            guide,
            help,
            note,
        })])
    })
    .await
}

/// Somebody hands a line on that no guide helped with: webhooks are told.
///
/// # Errors
/// [`Error::Conflict`] where it passes, or was handed on since it fails.
pub async fn escalate(state: &AppState, person: &Person, id: RunId, item: ItemId) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Attest).await?;
    there(&opened, &item)?;
    run::change(state, &opened, id, &person.author(), |run| {
        run::still_open(run)?;
        bounded(run)?;
        let failing = failing(run).find(|failing| *failing.item == item);
        let failing = failing.ok_or_else(|| conflict("This line does not fail any more."))?;
        if run.guides.escalated(&item, failing.since).is_some() {
            return Err(conflict("Somebody has handed this line on already."));
        }
        let reason = format!("{}: {}", failing.verdict.word(), failing.reason);
        Ok(vec![Happening::Guide(GuideEntry::Escalated { item, reason })])
    })
    .await
}

fn there(opened: &Opened, item: &ItemId) -> Result<(), Error> {
    let there = opened.outline.line(item).is_some();
    there.then_some(()).ok_or_else(|| Error::NotFound {
        what: format!("item {item}"),
    })
}

fn bounded(run: &domain::run::Run) -> Result<(), Error> {
    if run.guides.count() < MOST {
        Ok(())
    } else {
        Err(Error::refused("Enough was said about the guides of this run."))
    }
}
