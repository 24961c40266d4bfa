//! Two runs beside each other, line by line: what is there in one alone, what stands otherwise, and their numbers and times.

use crate::{
    decision::{Answer, decide},
    form::Moment,
    hash::Hash,
    metric::{Aggregation, Metric},
    outline::{LineKind, Outline, OutlineLine, OutlineSection},
    plan::{ItemId, SectionId, SectionKind},
    quantity::Unit,
    run::{How, Run, RunId},
    schedule::Schedule,
    status::{Status, Tally, standing},
    verdict::Verdict,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Two runs beside each other: the first is the one that is compared from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The runs.
    pub sides: [Side; 2],
    /// Every line of either: in the order of the second's document, what only the first has after its section.
    pub lines: Vec<Pair>,
    /// The numbers that were measured and count, by metric and moment.
    pub numbers: Vec<Numbers>,
    /// The phases of either.
    pub phases: Vec<Phases>,
}

/// A run in the comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// Its number.
    pub id: RunId,
    /// The checklist's title.
    pub title: String,
    /// The environment's name.
    pub environment: String,
    /// What is deployed.
    pub release: String,
    /// The revision of its document.
    pub revision: Hash,
    /// Who started it.
    pub started_by: String,
    /// When.
    pub started_at: DateTime<Utc>,
    /// Go or no-go.
    pub answer: Answer,
    /// How its boxes stand.
    pub tally: Tally,
}

/// A line, as each run has it. One side at least is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Its name within either plan.
    pub id: ItemId,
    /// The heading of its section.
    pub section: String,
    /// How it stands in each; `None`: the run's document does not have it.
    pub sides: [Option<Standing>; 2],
}

/// How a line stands in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Its text, as inline Markdown; of a check, its command.
    pub text: String,
    /// What settles it.
    pub kind: LineKind,
    /// How it stands.
    pub status: Status,
    /// What its probe answered last.
    pub verdict: Option<Verdict>,
    /// What was seen, in one sentence with the value in it, or what a person wrote.
    pub seen: String,
    /// Who settled it, where a person did, and how in a word.
    pub settled: Option<(String, String)>,
    /// How long its probe took, in microseconds.
    pub duration_us: Option<u64>,
}

/// What became of a line between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It stands as it stood, and was seen to be the same.
    Same,
    /// It stands as it stood; what was seen is something else.
    SeenOtherwise,
    /// It stands otherwise: another status, verdict or settlement.
    StandsOtherwise,
    /// Its words or what settles it are others.
    Changed,
    /// Only the second document has it.
    Added,
    /// Only the first document has it.
    Removed,
}

/// A number that was measured, in each run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// What was measured.
    pub metric: Metric,
    /// How many values became one.
    pub aggregation: Aggregation,
    /// Before the deployment, or after it.
    pub moment: Moment,
    /// The base unit.
    pub unit: Unit,
    /// The values in it; `None`: not measured.
    pub values: [Option<f64>; 2],
}

/// How long a phase took in each run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phases {
    /// Its heading.
    pub title: String,
    /// The minutes that the document plans; `None`: the run's document has no such phase, or plans none.
    pub planned: [Option<u32>; 2],
    /// Seconds from the first to the last thing that happened in it; `None`: nothing did.
    pub took: [Option<i64>; 2],
}

impl Pair {
    /// What became of it from the first run to the second.
    pub fn became(&self) -> Became {
        match &self.sides {
            [None, _] => Became::Added,
            [Some(_), None] => Became::Removed,
            [Some(one), Some(other)] => {
                if (&one.text, one.kind) != (&other.text, other.kind) {
                    Became::Changed
                } else if (one.status, one.verdict, &one.settled)
                    != (other.status, other.verdict, &other.settled)
                {
                    Became::StandsOtherwise
                } else if one.seen != other.seen {
                    Became::SeenOtherwise
                } else {
                    Became::Same
                }
            }
        }
    }
}

impl Became {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Became::Same => "same",
            Became::SeenOtherwise => "seen otherwise",
            Became::StandsOtherwise => "stands otherwise",
            Became::Changed => "words changed",
            Became::Added => "added",
            Became::Removed => "removed",
        }
    }
}

/// Compares `runs`, each with the outline of its own plan, at `now`. Lines are the same where their ids are.
pub fn compare(runs: [(&Outline, &Run); 2], now: DateTime<Utc>) -> Comparison {
    let [one, other] = runs;
    Comparison {
        sides: runs.map(|(outline, run)| side(outline, run, now)),
        lines: lines(one, other, now),
        numbers: numbers(one.1, other.1),
        phases: phases(one, other, now),
    }
}

fn side(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Side {
    Side {
        id: run.id,
        title: run.start.title.clone(),
        environment: run.start.environment.clone(),
        release: run.start.release.clone(),
        revision: run.start.revision.clone(),
        started_by: run.started_by.name().to_owned(),
        started_at: run.started_at,
        answer: decide(outline, run, now),
        tally: Tally::of(outline, run, now),
    }
}

type Of<'a> = (&'a Outline, &'a Run);

fn lines(one: Of<'_>, other: Of<'_>, now: DateTime<Utc>) -> Vec<Pair> {
    let mut first: BTreeMap<&ItemId, (&OutlineSection, &OutlineLine)> = one
        .0
        .lines()
        .map(|(section, line)| (&line.id, (section, line)))
        .collect();
    let stands = |(section, line): (&OutlineSection, &OutlineLine), run| stands(section, line, run, now);
    let mut pairs = Vec::new();
    for section in &other.0.sections {
        for line in &section.lines {
            let before = first.remove(&line.id);
            pairs.push(Pair {
                id: line.id.clone(),
                section: section.title.clone(),
                sides: [
                    before.map(|before| stands(before, one.1)),
                    Some(stands((section, line), other.1)),
                ],
            });
        }
    }
    for (section, line) in one.0.lines() {
        if !first.contains_key(&line.id) {
            continue;
        }
        let gone = Pair {
            id: line.id.clone(),
            section: section.title.clone(),
            sides: [Some(stands((section, line), one.1)), None],
        };
        let after = pairs.iter().rposition(|pair| pair.section == section.title);
        pairs.insert(after.map_or(pairs.len(), |last| last + 1), gone);
    }
    pairs
}

fn stands(section: &OutlineSection, line: &OutlineLine, run: &Run, now: DateTime<Utc>) -> Standing {
    let state = run.items.get(&line.id);
    let latest = state.and_then(|state| state.latest.as_ref());
    let settlement = state.and_then(|state| state.settlement.as_ref());
    let standing = standing(section, line, run, now);
    let seen = match (settlement, latest) {
        (Some(settlement), _) => settlement.reason.clone(),
        (None, Some(latest)) => latest.reason.clone(),
        (None, None) => standing.reason,
    };
    Standing {
        text: line.text.clone(),
        kind: line.kind,
        status: standing.status,
        verdict: latest.map(|latest| latest.verdict),
        seen,
        settled: settlement
            .map(|settlement| (how(&settlement.how).to_owned(), settlement.by.name().to_owned())),
        duration_us: latest.map(|latest| latest.duration_us),
    }
}

fn how(how: &How) -> &'static str {
    match how {
        How::Attested { .. } => "attested",
        How::Overridden => "overridden",
        How::Waived { .. } => "waived",
        How::Skipped => "skipped",
    }
}

fn numbers(one: &Run, other: &Run) -> Vec<Numbers> {
    let mut found: Vec<Numbers> = Vec::new();
    for moment in [Moment::Before, Moment::After, Moment::Unsaid] {
        for (place, run) in [one, other].into_iter().enumerate() {
            for (_, figure) in run.measurements.figures(moment) {
                let known = found.iter_mut().find(|known| {
                    (&known.metric, known.aggregation, known.moment, known.unit)
                        == (&figure.metric, figure.aggregation, moment, figure.unit)
                });
                match known {
                    Some(known) => known.values[place] = Some(figure.value),
                    None => {
                        let mut values = [None, None];
                        values[place] = Some(figure.value);
                        found.push(Numbers {
                            metric: figure.metric.clone(),
                            aggregation: figure.aggregation,
                            moment,
                            unit: figure.unit,
                            values,
                        });
                    }
                }
            }
        }
    }
    found
}

fn phases(one: Of<'_>, other: Of<'_>, now: DateTime<Utc>) -> Vec<Phases> {
    let schedules = [one, other].map(|(outline, run)| Schedule::of(outline, run, now));
    let of = |outline: &Outline| -> Vec<SectionId> {
        let phases = outline
            .sections
            .iter()
            .filter(|section| matches!(section.kind, SectionKind::Phase { .. }));
        phases.map(|section| section.id.clone()).collect()
    };
    let mut ids = of(other.0);
    let missing: Vec<SectionId> = of(one.0).into_iter().filter(|id| !ids.contains(id)).collect();
    ids.extend(missing);
    ids.into_iter()
        .map(|id| {
            let sections =
                [one, other].map(|(outline, _)| outline.sections.iter().find(|section| section.id == id));
            let title = sections
                .iter()
                .flatten()
                .last()
                .map(|section| section.title.clone());
            Phases {
                title: title.unwrap_or_default(),
                planned: sections.map(|found| found.and_then(OutlineSection::planned_minutes)),
                took: [0, 1].map(|side| schedules[side].seconds(&id)),
            }
        })
        .collect()
}
