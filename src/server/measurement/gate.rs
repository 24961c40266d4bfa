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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone as _;
    use domain::{
        metric::{Aggregation, Metric},
        plan::ItemId,
        quantity::{Bound, Comparison, Quantity, Unit},
    };
    use rstest::rstest;

    fn objective() -> Objective {
        Objective {
            item: ItemId("line".to_owned()),
            line: 1,
            metric: Metric::Errors,
            subject: None,
            aggregation: Aggregation::Total,
            assumed: None,
            minimum_samples: 1,
            aim: Aim::Absolute {
                bound: Bound {
                    comparison: Comparison::Equal,
                    quantity: Quantity {
                        value: 0.0,
                        unit: Unit::Count,
                    },
                },
                upper: None,
            },
            window: None,
        }
    }

    fn until(day: u32, hour: u32) -> Outcome {
        let due = Utc.with_ymd_and_hms(2026, 11, day, hour, 0, 0).single();
        Outcome::TooEarly { due }
    }

    const AFTER_T0: Outcome = Outcome::TooEarly { due: None };

    #[rstest]
    #[case::nothing(&[Outcome::Met, Outcome::NoData, Outcome::Waived], None)]
    #[case::one(&[Outcome::Met, until(27, 13)], Some("1 too early until 2026-11-27 13:00 UTC"))]
    #[case::together(&[until(27, 13), until(27, 13)], Some("2 too early until 2026-11-27 13:00 UTC"))]
    #[case::in_turn(
        &[until(28, 12), until(27, 13), Outcome::NoData, until(27, 18)],
        Some("3 too early: the first until 2026-11-27 13:00 UTC, all until 2026-11-28 12:00 UTC")
    )]
    #[case::before_t0(&[AFTER_T0], Some("1 too early until some time after T0"))]
    #[case::partly_known(&[until(27, 13), AFTER_T0], Some("2 too early until some time after T0"))]
    fn it_says_when_what_is_too_early_can_be_known(#[case] outcomes: &[Outcome], #[case] said: Option<&str>) {
        let objective = objective();
        let stands: Vec<_> = outcomes.iter().map(|outcome| (&objective, *outcome)).collect();
        assert_eq!(early(&stands).as_deref(), said);
    }
}
