//! Objectives: met, not met, no data, too early, waived.

use chrono::{DateTime, TimeDelta, Utc};
use domain::metric::{Aggregation, Better, Metric};
use domain::objective::series::{self, implies};
use domain::objective::steady::{Sample, Stays, Steady};
use domain::objective::{
    Aim, Clock, Interval, Judgement, Measured, Objective, Outcome, Reading, judge, minimum_samples,
};
use domain::plan::ItemId;
use domain::quantity::Comparison::{Above, AtLeast, AtMost, Below, Equal};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use rstest::rstest;

const MET: Outcome = Outcome::Met;
const NOT: Outcome = Outcome::NotMet { shown: true };
const NOT_SHOWN: Outcome = Outcome::NotMet { shown: false };
const NO_DATA: Outcome = Outcome::NoData;

fn t0() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

/// So many minutes after T0.
fn after(minutes: i64) -> Clock {
    Clock {
        t0: Some(t0()),
        now: t0() + TimeDelta::minutes(minutes),
        waived: false,
    }
}

fn bound(comparison: Comparison, value: f64, unit: Unit) -> Bound {
    Bound {
        comparison,
        quantity: Quantity { value, unit },
    }
}

fn objective(metric: Metric, aggregation: Aggregation, aim: Aim) -> Objective {
    Objective {
        item: ItemId("line".into()),
        line: 1,
        metric,
        subject: None,
        aggregation,
        assumed: None,
        minimum_samples: minimum_samples(aggregation, &aim),
        aim,
        window: None,
    }
}

fn absolute(metric: Metric, aggregation: Aggregation, bound: Bound) -> Objective {
    objective(metric, aggregation, Aim::Absolute { bound, upper: None })
}

fn value(aggregation: Aggregation, value: f64, unit: Unit, samples: u64) -> Measured {
    Measured {
        aggregation,
        samples,
        coverage: None,
        reading: Reading::Value { value, unit },
    }
}

fn hit_rate(comparison: Comparison, percent: f64) -> Objective {
    absolute(
        Metric::CacheHitRate,
        Aggregation::Ratio,
        bound(comparison, percent, Unit::Percent),
    )
}

fn outcome(objective: &Objective, measured: &Measured) -> Outcome {
    judge(objective, Some(measured), after(10_000)).outcome
}

#[rstest]
#[case(Above, 60.0, 60.01, MET)]
#[case(Above, 60.0, 60.0, NOT)]
#[case(Above, 60.0, 59.99, NOT)]
#[case(Above, 60.0, 59.999_999, NOT)]
#[case(Above, 60.0, 60.000_000_000_000_01, NOT)]
#[case(AtLeast, 60.0, 60.0, MET)]
#[case(AtLeast, 60.0, 59.999_999_999_999, NOT)]
#[case(Above, 0.0, 0.0, NOT)]
#[case(Above, 60.0, 100.0, MET)]
#[case(Above, 60.0, f64::NAN, NO_DATA)]
#[case(Above, 60.0, f64::INFINITY, NO_DATA)]
fn a_percentage_is_compared_unrounded(
    #[case] comparison: Comparison,
    #[case] limit: f64,
    #[case] found: f64,
    #[case] expected: Outcome,
) {
    let measured = value(Aggregation::Ratio, found, Unit::Percent, 1000);
    assert_eq!(outcome(&hit_rate(comparison, limit), &measured), expected);
}

#[rstest]
#[case(Below, 200.0, 199.999, MET)]
#[case(Below, 200.0, 200.0, NOT)]
#[case(Below, 200.0, 199.999_999_999_999_9, NOT)]
#[case(AtMost, 200.0, 200.0, MET)]
#[case(AtMost, 200.0, 200.000_000_1, NOT)]
#[case(Below, 200.0, 0.0, MET)]
fn a_latency_is_compared_unrounded(
    #[case] comparison: Comparison,
    #[case] limit: f64,
    #[case] found: f64,
    #[case] expected: Outcome,
) {
    let p95 = Aggregation::Percentile(95);
    let objective = absolute(Metric::Latency, p95, bound(comparison, limit, Unit::Milliseconds));
    assert_eq!(
        outcome(&objective, &value(p95, found, Unit::Milliseconds, 1000)),
        expected
    );
}

#[rstest]
#[case(Aggregation::Percentile(50), 20)]
#[case(Aggregation::Percentile(95), 200)]
#[case(Aggregation::Percentile(99), 1000)]
#[case(Aggregation::Percentile(100), 1000)]
#[case(Aggregation::Mean, 30)]
#[case(Aggregation::Ratio, 100)]
fn three_samples_are_no_data_and_so_is_one_less_than_needed(#[case] of: Aggregation, #[case] least: u64) {
    let objective = absolute(Metric::Latency, of, bound(Below, 200.0, Unit::Milliseconds));
    assert_eq!(objective.minimum_samples, least);
    for (samples, expected) in [(0, NO_DATA), (3, NO_DATA), (least - 1, NO_DATA), (least, MET)] {
        let measured = value(of, 1.0, Unit::Milliseconds, samples);
        assert_eq!(outcome(&objective, &measured), expected, "{samples}");
    }
}

#[test]
fn another_unit_or_another_aggregation_is_no_data() {
    let p95 = Aggregation::Percentile(95);
    let objective = absolute(Metric::Latency, p95, bound(Below, 200.0, Unit::Milliseconds));
    assert_eq!(outcome(&objective, &value(p95, 1.0, Unit::Count, 1000)), NO_DATA);
    assert_eq!(
        outcome(
            &objective,
            &value(Aggregation::Mean, 1.0, Unit::Milliseconds, 1000)
        ),
        NO_DATA
    );
    let pair = Measured {
        aggregation: p95,
        samples: 1000,
        coverage: None,
        reading: Reading::Pair {
            before: Some(1.0),
            after: Some(1.0),
            interval: None,
        },
    };
    assert_eq!(outcome(&objective, &pair), NO_DATA);
}

fn improvement(comparison: Comparison, percent: f64) -> Objective {
    let aim = Aim::Improvement {
        bound: bound(comparison, percent, Unit::Percent),
        better: Better::Lower,
    };
    objective(Metric::Latency, Aggregation::Percentile(95), aim)
}

fn pair(before: Option<f64>, after: Option<f64>, interval: Option<(f64, f64)>) -> Measured {
    let interval = interval.map(|(low, high)| Interval {
        low,
        high,
        bounds: false,
    });
    Measured {
        aggregation: Aggregation::Percentile(95),
        samples: 1000,
        coverage: None,
        reading: Reading::Pair {
            before,
            after,
            interval,
        },
    }
}

#[rstest]
#[case(200.0, 60.0, Some((66.0, 74.0)), MET)]
#[case(200.0, 60.0, Some((60.0, 74.0)), NOT_SHOWN)]
#[case(200.0, 60.0, Some((59.0, 74.0)), NOT_SHOWN)]
#[case(200.0, 90.0, Some((50.0, 61.0)), NOT_SHOWN)]
#[case(200.0, 90.0, Some((50.0, 58.0)), NOT)]
#[case(200.0, 80.0, Some((60.0, 60.0)), NOT)]
#[case(200.0, 300.0, Some((-60.0, -40.0)), NOT)]
#[case(200.0, 60.0, None, NOT_SHOWN)]
#[case(200.0, 90.0, None, NOT)]
#[case(200.0, 60.0, Some((80.0, 90.0)), NO_DATA)]
#[case(200.0, 60.0, Some((f64::NAN, 90.0)), NO_DATA)]
#[case(0.0, 60.0, Some((66.0, 74.0)), NO_DATA)]
fn an_improvement_is_met_only_where_its_interval_clears_the_bound(
    #[case] before: f64,
    #[case] after: f64,
    #[case] interval: Option<(f64, f64)>,
    #[case] expected: Outcome,
) {
    let measured = pair(Some(before), Some(after), interval);
    assert_eq!(outcome(&improvement(Above, 60.0), &measured), expected);
}

#[test]
fn an_improvement_without_a_value_before_or_after_is_not_computable() {
    for (measured, says) in [
        (pair(None, Some(60.0), None), "no value before"),
        (pair(Some(200.0), None, None), "no value after"),
        (pair(Some(0.0), Some(60.0), None), "before is 0"),
    ] {
        let Judgement { outcome, reason } = judge(&improvement(Above, 60.0), Some(&measured), after(1));
        assert_eq!(outcome, NO_DATA);
        assert!(
            reason.contains("not computable") && reason.contains(says),
            "{reason}"
        );
    }
}

fn no_errors() -> Objective {
    let mut objective = absolute(Metric::Errors, Aggregation::Total, bound(Equal, 0.0, Unit::Count));
    objective.window = Some(1440);
    objective
}

fn errors(count: f64, samples: u64, coverage: Option<f64>) -> Measured {
    Measured {
        coverage,
        ..value(Aggregation::Total, count, Unit::Count, samples)
    }
}

#[rstest]
#[case(0.0, 2861, Some(0.9934), MET)]
#[case(0.0, 2861, Some(0.95), MET)]
#[case(0.0, 2861, Some(0.949), NO_DATA)]
#[case(0.0, 2861, Some(f64::NAN), NO_DATA)]
#[case(0.0, 2861, Some(1.2), NO_DATA)]
#[case(0.0, 2861, None, NO_DATA)]
#[case(0.0, 3, Some(1.0), NO_DATA)]
#[case(1.0, 2861, Some(0.9934), NOT)]
#[case(1.0, 3, Some(0.2), NOT)]
fn zero_over_a_window_needs_to_have_been_seen(
    #[case] count: f64,
    #[case] samples: u64,
    #[case] coverage: Option<f64>,
    #[case] expected: Outcome,
) {
    assert_eq!(outcome(&no_errors(), &errors(count, samples, coverage)), expected);
}

#[test]
fn early_is_not_a_pass_and_the_first_error_ends_the_wait() {
    let fine = errors(0.0, 600, Some(1.0));
    let due = Some(t0() + TimeDelta::minutes(1440));
    let early = Outcome::TooEarly { due };
    assert_eq!(judge(&no_errors(), Some(&fine), after(1439)).outcome, early);
    assert_eq!(judge(&no_errors(), None, after(1439)).outcome, early);
    assert_eq!(judge(&no_errors(), Some(&fine), after(1440)).outcome, MET);
    assert_eq!(judge(&no_errors(), None, after(1440)).outcome, NO_DATA);
    assert_eq!(
        judge(&no_errors(), Some(&errors(1.0, 1, None)), after(5)).outcome,
        NOT
    );
    let before = Clock { t0: None, ..after(0) };
    assert_eq!(
        judge(&no_errors(), Some(&fine), before).outcome,
        Outcome::TooEarly { due: None }
    );
}

#[test]
fn a_waiver_comes_before_everything_else() {
    let clock = Clock {
        waived: true,
        ..after(1)
    };
    assert_eq!(
        judge(&no_errors(), Some(&errors(9.0, 1, None)), clock).outcome,
        Outcome::Waived
    );
}

/// Samples of 24 hours, one an hour.
fn track(values: impl IntoIterator<Item = f64>) -> Vec<Sample> {
    let sample = |(at, value): (usize, f64)| Sample {
        minute: at as f64 * 60.0,
        value,
    };
    values.into_iter().enumerate().map(sample).collect()
}

fn yes(steady: Steady, values: impl IntoIterator<Item = f64>) -> bool {
    matches!(steady.judge(&track(values), 1440.0), Stays::Yes(_))
}

fn no(steady: Steady, values: impl IntoIterator<Item = f64>) -> bool {
    matches!(steady.judge(&track(values), 1440.0), Stays::No(_))
}

#[test]
fn stable_is_a_small_slope_and_a_small_spread() {
    let memory = Steady::stable(&Metric::Memory);
    assert!(yes(memory, (0..25).map(|hour| 500.0 + f64::from(hour % 3))));
    assert!(
        no(memory, (0..25).map(|hour| 500.0 + 5.0 * f64::from(hour))),
        "it leaks"
    );
    assert!(
        no(memory, (0..25).map(|hour| 500.0 - 5.0 * f64::from(hour))),
        "it falls"
    );
    assert!(
        no(
            memory,
            (0..25).map(|hour| if hour % 2 == 0 { 400.0 } else { 600.0 })
        ),
        "it jumps"
    );
    assert!(yes(memory, [0.0; 25]), "nothing stays nothing");
    let latency = Steady::stable(&Metric::Latency);
    let noisy = || (0..25).map(|hour| 100.0 + f64::from(hour % 2) * 40.0);
    assert!(
        yes(latency, noisy()) && no(memory, noisy()),
        "latencies vary more than memory"
    );
}

#[rstest]
#[case::no_sample(vec![])]
#[case::three(vec![500.0; 3])]
#[case::one_fewer_than_needed(vec![500.0; 11])]
#[case::no_number((0..25).map(|_| f64::NAN).collect())]
#[case::a_share_of_nothing((0..25).map(|hour| f64::from(hour % 3) - 1.0).take(24).collect())]
fn too_few_samples_and_what_has_no_share_are_no_data(#[case] values: Vec<f64>) {
    let judged = Steady::stable(&Metric::Memory).judge(&track(values), 1440.0);
    assert!(matches!(judged, Stays::Unknown(_)), "{judged:?}");
}

#[test]
fn stabilised_looks_at_the_last_quarter_alone() {
    let rate = Steady::stabilised(&Metric::CacheHitRate);
    assert!(
        yes(rate, (0..25).map(|hour| f64::from(hour * 5).min(75.0))),
        "it rose before"
    );
    assert!(no(
        Steady::stable(&Metric::CacheHitRate),
        (0..25).map(|hour| f64::from(hour * 5).min(75.0))
    ));
    assert!(
        no(rate, (0..25).map(|hour| 40.0 + f64::from(hour) * 2.0)),
        "it still rises"
    );
    assert!(
        matches!(rate.judge(&track([75.0; 20]), 1440.0), Stays::Unknown(_)),
        "two of the last six hours"
    );
}

#[test]
fn what_stable_means_is_said_with_every_answer() {
    let memory = Steady::stable(&Metric::Memory);
    let Stays::Yes(said) = memory.judge(&track([500.0; 25]), 1440.0) else {
        panic!("it stays")
    };
    assert_eq!(
        said,
        "stable: over the window the line through 25 samples changes by +0.0 % of their mean (at most 10 %), and without the tenth \
         at either end they differ by 0.0 % of it (at most 20 %)"
    );
    assert_eq!(
        memory.to_string(),
        "over the window the line through the samples changes by at most 10 % of their mean, and the samples without the tenth at \
         either end differ by at most 20 % of it"
    );
}

#[test]
fn one_value_is_no_answer_to_what_stays() {
    let steady = Steady::stable(&Metric::Memory);
    let mut objective = objective(Metric::Memory, Aggregation::Unsaid, Aim::Steady { steady });
    objective.window = Some(1440);
    let measured = Measured {
        coverage: Some(1.0),
        ..value(Aggregation::Unsaid, 500.0, Unit::Bytes, 2880)
    };
    let Judgement { outcome, reason } = judge(&objective, Some(&measured), after(10_000));
    assert_eq!(outcome, NO_DATA);
    assert!(
        reason.contains("one value says nothing of what stays: over the window"),
        "{reason}"
    );
}

/// By so much the interval ends beyond, on, or short of the bound: what is shown is on the same side of it.
#[rstest]
#[case(60.04, "60.04 to")]
#[case(60.000_04, "60.00004 to")]
#[case(59.96, "59.96 to")]
#[case(60.0, "60.0 to")]
#[case(61.23, "61.2 to")]
fn rounding_never_shows_an_end_on_the_other_side_of_its_bound(#[case] low: f64, #[case] says: &str) {
    let measured = pair(Some(200.0), Some(70.0), Some((low, 74.0)));
    let Judgement { reason, .. } = judge(&improvement(Above, 60.0), Some(&measured), after(1));
    assert!(reason.contains(says), "{reason}");
}

fn at_line(line: u32, mut objective: Objective) -> Objective {
    objective.item = ItemId(format!("line-{line}"));
    objective.line = line;
    objective
}

#[test]
fn lines_about_one_number_are_one_series_and_their_differences_are_said() {
    let mut hour = at_line(2, hit_rate(Above, 60.0));
    hour.window = Some(60);
    let lines = [
        at_line(1, hit_rate(Above, 60.0)),
        hour,
        at_line(3, hit_rate(Above, 70.0)),
        no_errors(),
    ];
    let found = series::of(&lines, &[]);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].lines.len(), 3);
    let words: Vec<&str> = found[0]
        .differences
        .iter()
        .map(|found| found.words.as_str())
        .collect();
    assert_eq!(
        words,
        [
            "line 1 is due as soon as there is a value, this line 60 min after T0",
            "line 2 asks for > 60 %, this line for > 70 %: one value is judged against each; line 2 is due 60 min after \
             T0, this line as soon as there is a value",
        ]
    );
}

#[rstest]
#[case(Above, 70.0, Above, 60.0, true)]
#[case(Above, 60.0, Above, 60.0, true)]
#[case(Above, 60.0, Above, 70.0, false)]
#[case(Above, 60.0, AtLeast, 60.0, true)]
#[case(AtLeast, 60.0, Above, 60.0, false)]
#[case(AtLeast, 61.0, Above, 60.0, true)]
#[case(Below, 5.0, AtMost, 5.0, true)]
#[case(AtMost, 5.0, Below, 5.0, false)]
#[case(Below, 5.0, Above, 5.0, false)]
fn a_weaker_bound_never_implies_a_stronger_one(
    #[case] one: Comparison,
    #[case] value: f64,
    #[case] other: Comparison,
    #[case] limit: f64,
    #[case] expected: bool,
) {
    assert_eq!(implies(&hit_rate(one, value), &hit_rate(other, limit)), expected);
}

#[test]
fn another_part_of_the_service_or_an_earlier_time_implies_nothing() {
    let plain = hit_rate(Above, 70.0);
    let mut search = plain.clone();
    search.subject = Some("search".into());
    assert!(!implies(&plain, &search));
    let mut day = plain.clone();
    day.window = Some(1440);
    assert!(!implies(&plain, &day) && implies(&day, &plain));
}

#[rstest]
#[case(0.391_222_499_999_999_9, "0.3912 ms found, < 200 ms asked for")]
#[case(199.999_99, "199.99999 ms found, < 200 ms asked for")]
#[case(200.0, "200 ms found, < 200 ms asked for")]
fn what_was_found_is_told_in_four_decimals_unless_they_would_say_otherwise(
    #[case] found: f64,
    #[case] told: &str,
) {
    let p95 = Aggregation::Percentile(95);
    let objective = absolute(Metric::Latency, p95, bound(Below, 200.0, Unit::Milliseconds));
    let measured = value(p95, found, Unit::Milliseconds, 1000);
    assert_eq!(judge(&objective, Some(&measured), after(0)).reason, told);
}
