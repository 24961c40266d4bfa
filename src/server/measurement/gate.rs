//! All demands of a checklist together, in one line: what is missing, and when it can be known at the earliest.

use chrono::{DateTime, Utc};
use domain::{
    form::Moment,
    measurement::may_measure,
    objective::{Aim, Objective, Outcome},
    run::Run,
};

/// The line.
pub fn sentence<'a>(stands: impl Iterator<Item = (&'a Objective, Outcome)>, run: &Run) -> String {
    let stands: Vec<_> = stands.collect();
    let count = |wanted: fn(Outcome) -> bool| stands.iter().filter(|(_, outcome)| wanted(*outcome)).count();
    let met = count(|outcome| outcome == Outcome::Met);
    let waived = count(|outcome| outcome == Outcome::Waived);
    let not = count(|outcome| matches!(outcome, Outcome::NotMet { .. }));
    let mut parts = vec![format!("{met} of {} met", stands.len())];
    if waived > 0 {
        parts.push(format!("{waived} waived"));
    }
    if not > 0 {
        parts.push(format!("{not} not met"));
    }
    parts.extend(early(&stands));
    parts.extend(without_data(&stands, run));
    format!("{}.", parts.join("; "))
}

fn early(stands: &[(&Objective, Outcome)]) -> Option<String> {
    let due: Vec<Option<DateTime<Utc>>> = stands
        .iter()
        .filter_map(|(_, outcome)| match outcome {
            Outcome::TooEarly { due } => Some(*due),
            Outcome::Met | Outcome::NotMet { .. } | Outcome::NoData | Outcome::Waived => None,
        })
        .collect();
    let known: Option<Vec<DateTime<Utc>>> = due.iter().copied().collect();
    let at = |time: DateTime<Utc>| time.format("%Y-%m-%d %H:%M UTC").to_string();
    let count = due.len();
    match known.map(|known| (known.iter().min().copied(), known.iter().max().copied())) {
        _ if count == 0 => None,
        Some((Some(first), Some(last))) if first == last => {
            Some(format!("{count} too early until {}", at(last)))
        }
        Some((Some(first), Some(last))) => Some(format!(
            "{count} too early: the first until {}, all until {}",
            at(first),
            at(last)
        )),
        Some(_) | None => Some(format!("{count} too early until some time after T0")),
    }
}

/// What has no data, and what somebody can do about it now.
fn without_data(stands: &[(&Objective, Outcome)], run: &Run) -> Option<String> {
    let lacking = stands.iter().filter(|(_, outcome)| *outcome == Outcome::NoData);
    let lacking: Vec<&Objective> = lacking.map(|(objective, _)| *objective).collect();
    let improves = lacking
        .iter()
        .any(|objective| matches!(objective.aim, Aim::Improvement { .. }));
    let open = |moment| run.measurements.counting(moment).is_none() && may_measure(run, moment).is_ok();
    let word = if lacking.len() == 1 { "has" } else { "have" };
    let hint = if improves && open(Moment::Before) {
        ": measure before the execution begins"
    } else if open(Moment::After) {
        ": measure after"
    } else if run.measurements.counting(Moment::After).is_none() && !run.is_live() && !run.is_closed() {
        ": to be measured after the deployment"
    } else {
        ""
    };
    (!lacking.is_empty()).then(|| format!("{} {word} no data{hint}", lacking.len()))
}
