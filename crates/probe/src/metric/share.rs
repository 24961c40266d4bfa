//! The share of one counter in the sum of two. What a page says was counted since its process started, before the deployment and
//! under another load: what is judged is the difference from an earlier reading.

use super::exposition::{Page, Sample};
use super::{judge_none, samples};
use crate::answer::Judgement;
use crate::output::sentence;
use crate::redact::Secrets;
use chrono::{DateTime, TimeDelta, Utc};
use domain::quantity::Bound;
use domain::reading::{Counter, Reading, Stretch, stretch};
use domain::verdict::Verdict;

/// A shorter window says more about its moment than about the service.
const SHORTEST: TimeDelta = TimeDelta::seconds(60);

/// Of fewer, each moves the share by more than five hundredths.
const FEWEST: u64 = 20;

/// More series than that are no reading to keep.
const SERIES: usize = 200;

/// The largest number that a page writes exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Which page was asked, when, and what is known of it from before.
pub(crate) struct Asking<'a> {
    pub target: &'a str,
    pub at: DateTime<Utc>,
    /// Earlier readings, of any page.
    pub earlier: &'a [Reading],
    /// What was read before is no window of this deployment.
    pub deployed_at: Option<DateTime<Utc>>,
    /// What was read longer ago is not counted from.
    pub over: Option<TimeDelta>,
    pub secrets: &'a Secrets,
}

/// Two counters of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The metrics whose names have the wanted texts in them.
    pub part: String,
    pub rest: String,
    pub reading: Reading,
}

/// Reads two counters, each the only one with this text in its name.
pub(crate) fn read(
    page: &Page,
    cut: bool,
    part: &str,
    rest: &str,
    asking: &Asking<'_>,
) -> Result<Pair, Judgement> {
    let (part, rest) = match (counter(page, cut, part), counter(page, cut, rest)) {
        (Ok(part), Ok(rest)) => (part, rest),
        (Err(judgement), Ok(_)) | (Ok(_), Err(judgement)) => return Err(judgement),
        (Err(one), Err(other)) => {
            return Err(
                Judgement::weakest(vec![one, other]).unwrap_or_else(|| Judgement::error("nothing to share"))
            );
        }
    };
    if part.len() + rest.len() > SERIES {
        let reason = format!("more than {SERIES} series are too many to be counted from");
        return Err(Judgement::error(reason));
    }
    let mut counters: Vec<Counter> = Vec::new();
    for sample in part.iter().chain(&rest) {
        let counter = series(sample, page, asking.secrets)?;
        // What masking made equal is counted together.
        let like = |other: &&mut Counter| other.name == counter.name && other.labels == counter.labels;
        match counters.iter_mut().find(like) {
            Some(other) => other.count = other.count.saturating_add(counter.count),
            None => counters.push(counter),
        }
    }
    let name = |samples: &[&Sample]| {
        let first = samples
            .first()
            .map(|sample| sentence(&sample.name, asking.secrets));
        first.unwrap_or_default()
    };
    Ok(Pair {
        part: name(&part),
        rest: name(&rest),
        reading: Reading {
            target: sentence(asking.target, asking.secrets),
            at: asking.at,
            counters,
        },
    })
}

/// The samples of the one metric with this text in its name.
fn counter<'a>(page: &'a Page, cut: bool, name: &str) -> Result<Vec<&'a Sample>, Judgement> {
    let found = samples(page, name);
    let mut names: Vec<&str> = found.iter().map(|sample| sample.name.as_str()).collect();
    names.dedup();
    match names.as_slice() {
        [] => Err(judge_none(page, cut, name)),
        [_] if cut => Err(Judgement::error(format!(
            "the page is too long to be read whole, so {name} cannot be added up"
        ))),
        [_] => Ok(found),
        names => Err(Judgement::error(format!(
            "several metrics have {name} in their name: {}; name one",
            names.join(", ")
        ))),
    }
}

fn series(sample: &Sample, page: &Page, secrets: &Secrets) -> Result<Counter, Judgement> {
    let value = sample.value;
    if !(0.0..EXACT).contains(&value) || value.fract() != 0.0 {
        return Err(Judgement::error(format!("{} is no count", sample.shown())));
    }
    let labels: Vec<String> = sample
        .labels
        .iter()
        .map(|(key, value)| format!("{key}={value:?}"))
        .collect();
    Ok(Counter {
        name: sentence(&sample.name, secrets),
        labels: sentence(&labels.join(","), secrets),
        count: value as u64,
        since: since(sample, page),
    })
}

/// When it began: with the process, where the page says when that started, else when it says itself (OpenMetrics 1.0, `_created`).
fn since(sample: &Sample, page: &Page) -> Option<DateTime<Utc>> {
    let base = sample.name.strip_suffix("_total").unwrap_or(&sample.name);
    let created =
        |other: &&Sample| other.name.strip_suffix("_created") == Some(base) && other.labels == sample.labels;
    let process = |other: &&Sample| other.name == "process_start_time_seconds" && other.labels.is_empty();
    let said = page.samples.iter().find(process);
    let seconds = said.or_else(|| page.samples.iter().find(created))?.value;
    let sane = (0.0..EXACT / 1000.0).contains(&seconds) && seconds > 0.0;
    sane.then(|| DateTime::from_timestamp_millis((seconds * 1000.0) as i64))
        .flatten()
}

/// Judges what was counted in the longest stretch that earlier readings of the same page leave.
pub(crate) fn judge(now: &Pair, asking: &Asking<'_>, bound: Bound) -> Judgement {
    let usable = |reading: &&Reading| {
        reading.target == now.reading.target
            && reading.has(&now.part)
            && reading.has(&now.rest)
            && asking.deployed_at.is_none_or(|deployed| reading.at >= deployed)
            && asking.over.is_none_or(|over| now.reading.at - reading.at <= over)
    };
    let earlier = asking.earlier.iter().filter(usable).collect();
    let Some(stretch) = stretch(earlier, &now.reading) else {
        return first(now);
    };
    let differences = |from: &Reading| Counts {
        part: from.rise(&now.reading, &now.part),
        rest: from.rise(&now.reading, &now.rest),
    };
    let (from, what, counted) = match stretch {
        Stretch::On(from) => (from.at, "", vec![differences(from)]),
        Stretch::Anew { since } => (since, " when its process started", vec![Counts::of(now)]),
        // Whether all of them began anew, or only those that fell, is not known: what is judged must hold of both.
        Stretch::Fell(from) => (
            from.at,
            ", in which a counter began anew: what it counted before that is not known",
            vec![differences(from), Counts::of(now)],
        ),
        Stretch::Elsewhere => {
            let reason =
                "another process answered than before: what one of several has counted cannot be told";
            return Judgement::new(Verdict::NoData, reason, reason);
        }
    };
    let window = Window {
        from,
        until: now.reading.at,
        what,
    };
    let judged = counted
        .iter()
        .map(|counts| counts.judge(now, &window, bound))
        .collect();
    agreed(judged)
}

/// No window lies before the first reading.
fn first(now: &Pair) -> Judgement {
    let counts = Counts::of(now);
    let said = match counts.share() {
        Some(share) => format!("{share:.1} % ({})", counts.shown(now)),
        None => counts.shown(now),
    };
    let reason = format!(
        "{said} was counted since the process started and says nothing of a window; it is counted from here when this is verified \
         again, after {} s or more",
        SHORTEST.num_seconds()
    );
    Judgement::new(Verdict::NoData, reason, said)
}

/// What is said of every possible count; no data where they do not say the same.
fn agreed(judged: Vec<Judgement>) -> Judgement {
    let verdict = judged.first().map(|first| first.verdict);
    let same = judged.iter().all(|one| Some(one.verdict) == verdict);
    let weakest = Judgement::weakest(judged).unwrap_or_else(|| Judgement::error("nothing was counted"));
    match same {
        true => weakest,
        false => Judgement {
            verdict: Verdict::NoData,
            reason: format!("it depends on what was counted before: {}", weakest.found),
            found: weakest.found,
        },
    }
}

struct Counts {
    part: u64,
    rest: u64,
}

struct Window {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// What else is to be said of it.
    what: &'static str,
}

impl Counts {
    /// Since the process started.
    fn of(now: &Pair) -> Self {
        Self {
            part: now.reading.count(&now.part),
            rest: now.reading.count(&now.rest),
        }
    }

    fn total(&self) -> u64 {
        self.part.saturating_add(self.rest)
    }

    /// In per cent; of nothing there is none.
    fn share(&self) -> Option<f64> {
        (self.total() > 0).then(|| self.part as f64 / self.total() as f64 * 100.0)
    }

    fn shown(&self, now: &Pair) -> String {
        format!("{} {} and {} {}", self.part, now.part, self.rest, now.rest)
    }

    fn judge(&self, now: &Pair, window: &Window, bound: Bound) -> Judgement {
        let counted = format!("{} {}", self.shown(now), window.shown());
        let none = |why: String| Judgement::new(Verdict::NoData, why, counted.clone());
        if window.until - window.from < SHORTEST {
            let least = SHORTEST.num_seconds();
            return none(format!(
                "{counted}: a window of less than {least} s says too little"
            ));
        }
        let Some(share) = self.share() else {
            return none(format!("{counted}: nothing was counted"));
        };
        if self.total() < FEWEST {
            return none(format!("{counted}: fewer than {FEWEST} say too little"));
        }
        let found = format!("{share:.1} % ({counted})");
        match bound.comparison.holds(share, bound.quantity.value) {
            true => Judgement::pass(found),
            false => Judgement::fail(format!("{found}, must be {bound}"), found),
        }
    }
}

impl Window {
    fn shown(&self) -> String {
        let seconds = (self.until - self.from).num_seconds().max(0);
        let long = match seconds {
            0..180 => format!("{seconds} s"),
            180..10_800 => format!("{} min", seconds / 60),
            _ => format!("{} h", seconds / 3600),
        };
        format!(
            "in the {long} since {}{}",
            self.from.format("%Y-%m-%d %H:%M:%S UTC"),
            self.what
        )
    }
}

#[cfg(test)]
mod tests;
