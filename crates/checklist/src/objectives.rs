//! What lines demand of numbers, as typed objectives: of a metric that is known by its words anywhere among the checks, and of
//! any number below "Success criteria" and "Targets".

use crate::expect::{self, Claim};
use crate::infer::forbidden;
use crate::measure;
use crate::metrics;
use crate::names::Map;
use crate::phrases::Lower;
use domain::metric::{Aggregation, Better, Metric};
use domain::objective::steady::Steady;
use domain::objective::{Aim, Objective, minimum_samples};
use domain::plan::{Item, ItemId, Section, SectionKind, Work};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

/// Longest line that is read, in bytes.
const LONGEST: usize = 400;

/// Most objectives of a document.
const MOST: usize = 500;

/// Labels and headings below which every number is a target.
#[rustfmt::skip] // words in rows
const TARGETS: &[&str] = &[
    "target", "objective", "goal", "criteria", "threshold", "ziel", "objectif", "objetivo", "metas", "obiettiv", "цел",
];

/// What a line is about that says when to do something instead of what must hold.
#[rustfmt::skip] // words in rows
const CONDITIONAL: &[&str] = &[
    "alert", "alarm", "notify", "trigger", " if ", " when ", "if ", "when ", "rollback", "roll back", "escalat", "page the", "wenn ", "falls ",
    "alerta", "alerte", "告警", "警报", "アラート", "알림", "оповещ",
];

#[rustfmt::skip] // words in rows
const NONE_OF: &[&str] = &[
    "no ", "zero ", "keine ", "keinen ", "kein ", "null ", "aucun ", "aucune ", "pas d'", "sin ", "cero ", "nenhum ", "sem ", "zero ", "nessun ", "senza ", "没有", "无",
    "零", "нет ", "ноль ", "отсутств",
];

const STEADY: &[&str] = &[
    "stable",
    "steady",
    "consistent",
    "stabil",
    "konstant",
    "constant",
    "estable",
    "estável",
    "稳定",
    "安定",
    "안정",
    "стабильн",
];

const STABILISED: &[&str] = &[
    "stabilized",
    "stabilised",
    "stabilizes",
    "stabilises",
    "stabilisiert",
    "stabilisé",
    "estabilizad",
    "stabilizzat",
];

/// The objectives of a plan's boxes, in the document's order.
pub fn of_sections(sections: &[Section]) -> Vec<Objective> {
    let mut found = Vec::new();
    for section in sections.iter().filter(|section| states(section.kind)) {
        let heads = [Some(section.title.as_str()), section.group.as_deref()];
        if heads.into_iter().flatten().any(turned) {
            continue;
        }
        let criteria = section.kind == SectionKind::Criteria || says_targets(&section.title);
        let parents = section.items.iter().filter(|item| item.work == Work::Parent);
        let parents: Map<&ItemId, &str> = parents.map(|item| (&item.id, beginning(&item.text))).collect();
        for item in section.items.iter().take(MOST * 20) {
            let above = item.parent.as_ref().and_then(|id| parents.get(id).copied());
            let near = [item.label.as_deref().map(beginning), above];
            if found.len() < MOST && !near.into_iter().flatten().any(turned) {
                let free = criteria || near.into_iter().flatten().any(says_targets);
                found.extend(objective(item, section.kind, free));
            }
        }
    }
    assume(&mut found);
    due(&mut found, sections);
    found
}

/// Whether lines of such a section state what must hold of numbers.
fn states(kind: SectionKind) -> bool {
    match kind {
        SectionKind::Phase { .. }
        | SectionKind::Window { .. }
        | SectionKind::Benchmark
        | SectionKind::Criteria
        | SectionKind::Prose => true,
        SectionKind::Preflight
        | SectionKind::Rollback { .. }
        | SectionKind::Troubleshooting
        | SectionKind::SignOff
        | SectionKind::FollowUp => false,
    }
}

/// So much of a text as is read.
fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// Whether what stands below such words is no demand: it must not be so, or says when to do something.
fn turned(words: &str) -> bool {
    forbidden::forbids(words) || conditional(words)
}

fn says_targets(words: &str) -> bool {
    let lower = words.to_lowercase();
    let begins = |word: &str| TARGETS.iter().any(|target| word.starts_with(target));
    let short = |word: &str| ["slo", "slos", "sla", "slas", "kpi", "kpis"].contains(&word);
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| begins(word) || short(word))
        || ["目标", "指标", "目標", "목표"]
            .iter()
            .any(|word| lower.contains(word))
}

fn conditional(words: &str) -> bool {
    let lower = words.to_lowercase();
    CONDITIONAL.iter().any(|word| match word.strip_suffix(' ') {
        Some(_) if !word.starts_with(' ') => lower.starts_with(word),
        Some(_) | None => lower.contains(word),
    })
}

/// The words before the first code, without marks.
fn head(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(LONGEST + 100)];
    let words = text.split('`').next().unwrap_or_default();
    words.replace(['*', '_'], "").trim().to_owned()
}

fn objective(item: &Item, kind: SectionKind, free: bool) -> Option<Objective> {
    match item.work {
        Work::Probe { .. } | Work::Attestation => {}
        Work::Action { .. } | Work::Parent => return None,
    }
    let words = head(&item.text);
    if words.len() > LONGEST || conditional(&words) {
        return None;
    }
    let lower = Lower::of(&words);
    let named = metrics::of(&lower);
    if named.is_none() && !free {
        return None;
    }
    let (metric, aim) = match aim(&words, &lower, named.as_ref()) {
        Some((aim, fits)) => (named.filter(|_| fits), aim),
        None => return None,
    };
    let metric = match metric {
        Some(metric) => metric,
        None if free => Metric::Free(metrics::subject(&lower, &Metric::Free(String::new()))?),
        None => return None,
    };
    let subject = match &metric {
        Metric::Free(_) => None,
        known => metrics::subject(&lower, known),
    };
    let said = metrics::aggregation(&lower);
    let natural = metric.natural();
    let assumed = said.is_none() && metric == Metric::Latency;
    let aggregation = said.unwrap_or(natural);
    let window = kind.due_minutes();
    Some(Objective {
        item: item.id.clone(),
        line: item.line,
        metric,
        subject,
        aggregation,
        assumed: assumed.then(String::new),
        minimum_samples: minimum_samples(aggregation, &aim),
        aim,
        window,
    })
}

/// What must hold, and whether the unit is one of the metric's.
fn aim(words: &str, lower: &Lower, named: Option<&Metric>) -> Option<(Aim, bool)> {
    let fits = |bound: Bound| named.is_some_and(|metric| metrics::fits(metric, bound.quantity.unit));
    let metric = || named.cloned().unwrap_or(Metric::Free(String::new()));
    match expect::claim(words) {
        Some(Claim::Changed { word, .. }) if changes_to(lower, word) => {
            let bound = plain(words)?;
            Some((Aim::Absolute { bound, upper: None }, fits(bound)))
        }
        Some(Claim::Changed { word, by }) => {
            let most = matches!(by.comparison, Comparison::AtLeast | Comparison::Above);
            let better = direction(named, word)?;
            let known = named.is_some();
            let in_percent = by.quantity.unit == Unit::Percent && by.quantity.value > 0.0;
            (most && in_percent && known).then_some((Aim::Improvement { bound: by, better }, true))
        }
        Some(Claim::Bound { bound, upper, .. }) => {
            if !limits(bound, upper, words) {
                return None;
            }
            let aim = if lower.any(STABILISED) {
                let steady = Steady::stabilised(&metric());
                Aim::Settled { bound, steady }
            } else {
                Aim::Absolute { bound, upper }
            };
            Some((aim, fits(bound)))
        }
        Some(Claim::Stable) | None => {
            let named = named?;
            if none_of(lower, named) {
                let bound = Bound {
                    comparison: Comparison::Equal,
                    quantity: Quantity {
                        value: 0.0,
                        unit: Unit::Count,
                    },
                };
                return Some((Aim::Absolute { bound, upper: None }, true));
            }
            let negated =
                lower.contains("not ") || lower.contains("unstable") || lower.contains("inconsistent");
            let steady = Steady::stable(named);
            let leaks = *named == Metric::Memory && lower.contains("leak");
            if leaks && NONE_OF.iter().any(|none| lower.trim_start().starts_with(none)) {
                return Some((Aim::Steady { steady }, true));
            }
            (lower.any(STEADY) && !negated && !lower.bytes().any(|byte| byte.is_ascii_digit()))
                .then_some((Aim::Steady { steady }, true))
        }
    }
}

/// "reduced to < 1 %": the number is where it ends, not by how much it moved.
fn changes_to(lower: &Lower, word: &str) -> bool {
    let Some(at) = lower.find(word) else { return false };
    let behind = &lower[at..];
    let number = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
    behind[..number]
        .split(|c: char| !c.is_alphabetic())
        .any(|word| matches!(word, "to" | "auf"))
}

/// The first number of the words with its comparison.
fn plain(words: &str) -> Option<Bound> {
    let bound = measure::find(words).into_iter().find_map(|found| {
        let comparison = found.comparison?;
        Some(found.bound(comparison))
    });
    bound.filter(|bound| limits(*bound, None, words))
}

/// Whether a number is a limit: what is only named ("200 ms", "~200 ms") is none, except 0.
fn limits(bound: Bound, upper: Option<Bound>, words: &str) -> bool {
    let roughly = measure::find(words).iter().any(|found| found.roughly);
    let limit = match bound.comparison {
        Comparison::Below | Comparison::AtMost | Comparison::AtLeast | Comparison::Above => true,
        Comparison::Equal => upper.is_some() || bound.quantity.value == 0.0,
        Comparison::Other => false,
    };
    limit && !roughly
}

/// Which way is better, where the words do not contradict it.
fn direction(named: Option<&Metric>, word: &str) -> Option<Better> {
    match (named?.better(), word) {
        (Better::Lower, "increased") | (Better::Higher, "reduced") | (Better::Unsaid, _) => None,
        (better, _) => Some(better),
    }
}

/// "No N+1 queries", "Zero production errors": a count that must be 0.
fn none_of(lower: &Lower, metric: &Metric) -> bool {
    let counted = match metric {
        Metric::CacheEvictions | Metric::RepeatedQueries | Metric::Errors | Metric::ErrorLogs => true,
        Metric::Latency
        | Metric::CacheLatency
        | Metric::CacheReadLatency
        | Metric::CacheWriteLatency
        | Metric::CacheHitRate
        | Metric::Queries
        | Metric::ErrorRate
        | Metric::Memory
        | Metric::Free(_) => false,
    };
    let bytes = lower.bytes().any(|byte| byte.is_ascii_digit()) && *metric != Metric::RepeatedQueries;
    counted && !bytes && NONE_OF.iter().any(|none| lower.trim_start().starts_with(none))
}

/// A latency without a percentile is that of the first line about the same one that names one, else p95.
fn assume(objectives: &mut [Objective]) {
    let named: Vec<(Option<String>, Aggregation, u32)> = objectives
        .iter()
        .filter(|objective| objective.metric == Metric::Latency && objective.assumed.is_none())
        .map(|objective| (objective.subject.clone(), objective.aggregation, objective.line))
        .collect();
    for objective in objectives
        .iter_mut()
        .filter(|objective| objective.assumed.is_some())
    {
        let same = named.iter().find(|(subject, ..)| *subject == objective.subject);
        objective.assumed = Some(match same {
            Some((_, aggregation, line)) => {
                objective.aggregation = *aggregation;
                format!("which latency is not said: {aggregation} is taken, which line {line} names")
            }
            None => "which latency is not said: p95 is taken".to_owned(),
        });
        objective.minimum_samples = minimum_samples(objective.aggregation, &objective.aim);
    }
}

/// A criterion is due with the last earlier line that asks the same kind of question about the same number; what can only be
/// known over a window, at the end of the longest one.
fn due(objectives: &mut [Objective], sections: &[Section]) {
    let windows = sections.iter().filter_map(|section| section.kind.due_minutes());
    let longest = windows.max().filter(|minutes| *minutes > 0);
    let criteria = |line: u32| {
        let after = sections.partition_point(|section| section.line <= line);
        let section = after.checked_sub(1).and_then(|at| sections.get(at));
        section.is_some_and(|section| section.kind == SectionKind::Criteria)
    };
    for at in 0..objectives.len() {
        let (before, rest) = objectives.split_at_mut(at);
        let Some(objective) = rest.first_mut().filter(|objective| objective.window.is_none()) else {
            continue;
        };
        let same = |earlier: &&Objective| {
            earlier.metric == objective.metric
                && earlier.subject == objective.subject
                && earlier.aim.is_like(&objective.aim)
        };
        let long = matches!(objective.aim, Aim::Steady { .. } | Aim::Settled { .. })
            || matches!(
                objective.metric,
                Metric::Errors | Metric::ErrorLogs | Metric::CacheEvictions
            );
        if criteria(objective.line) {
            let twins: Vec<&Objective> = before.iter().filter(same).collect();
            objective.window = match twins.iter().map(|twin| twin.window).max() {
                Some(window) => window,
                None if long => longest,
                None => None,
            };
        } else if matches!(objective.aim, Aim::Steady { .. } | Aim::Settled { .. }) {
            objective.window = longest;
        }
    }
}
