//! A person's word for a line that demands a number, and going on without numbers from before.

use crate::support::{Bench, person};
use chrono::TimeDelta;
use domain::{
    Role, baseline,
    blank::BlankId,
    decision::{Word, blockers, close_outcome, decide},
    event::{Happening, Outcome},
    form::{Field, FieldKind, FieldUnit, Form, Moment},
    measurement::{Figure, Found, Origin, Source},
    metric::{Aggregation, Better, Metric},
    objective::{Aim, Between, Objective, minimum_samples},
    outline::LineKind,
    person::Author,
    plan::{ItemId, SectionId},
    quantity::{Bound, Comparison, Quantity, Unit},
    sign_off::Meaning,
    status::{Status, standing},
    target::Target,
    verdict::Verdict,
};
use rstest::rstest;

fn form(moment: Moment, id: &str) -> Form {
    Form {
        section: SectionId("benchmark".into()),
        moment,
        title: "Benchmark".into(),
        fields: vec![Field {
            id: BlankId(id.into()),
            label: "p95".into(),
            group: None,
            line: 1,
            metric: Metric::Latency,
            aggregation: Aggregation::Percentile(95),
            kind: FieldKind::Number {
                unit: Some(FieldUnit::of("s")),
            },
        }],
    }
}

fn forms() -> Vec<Form> {
    vec![form(Moment::Before, "then"), form(Moment::After, "now")]
}

fn objective(aim: Aim) -> Objective {
    let aggregation = Aggregation::Percentile(95);
    Objective {
        item: ItemId("word".into()),
        line: 1,
        metric: Metric::Latency,
        subject: None,
        aggregation,
        assumed: None,
        minimum_samples: minimum_samples(aggregation, &aim),
        aim,
        window: None,
    }
}

fn bound(comparison: Comparison, value: f64, unit: Unit) -> Bound {
    Bound {
        comparison,
        quantity: Quantity { value, unit },
    }
}

fn below_200_ms() -> Aim {
    Aim::Absolute {
        bound: bound(Comparison::Below, 200.0, Unit::Milliseconds),
        upper: None,
    }
}

/// Everything is settled but for a line of somebody's word that demands a number, and everybody may sign.
fn bench(aim: Aim) -> Bench {
    let mut bench = Bench::new();
    let line = bench.outline.sections[0]
        .lines
        .iter_mut()
        .find(|line| line.kind == LineKind::Attestation)
        .unwrap();
    line.targets = Target::of(&objective(aim), &forms()).into_iter().collect();
    bench.outline.baseline = baseline::fields(&forms());
    bench.happen(&Author::Gonogo, Happening::Executing);
    bench.settle_phase();
    let t0 = bench.now;
    bench.happen(&Author::Gonogo, Happening::T0Set { t0, reason: None });
    bench.now += TimeDelta::hours(1);
    bench.observe("later", Verdict::Pass);
    bench
}

fn stands(bench: &Bench) -> (Status, String) {
    let id = ItemId("word".into());
    let (section, line) = bench.outline.line(&id).unwrap();
    let standing = standing(section, line, &bench.run, bench.now);
    (standing.status, standing.reason)
}

/// What the run comes to once everybody has signed go.
fn signed(bench: &mut Bench) -> (Word, Option<Outcome>) {
    bench.sign(&person(2, &[Role::Developer]), "developer", Meaning::Go);
    bench.sign(&person(3, &[Role::Qa]), "qa", Meaning::Go);
    (
        decide(&bench.outline, &bench.run, bench.now).word,
        close_outcome(&bench.outline, &bench.run, bench.now),
    )
}

fn typed(bench: &mut Bench, field: &str, value: &str) {
    let source = Some(Source::Said {
        words: "the dashboard".into(),
    });
    let (blank, value) = (BlankId(field.into()), value.to_owned());
    bench.happen(
        &person(1, &[]).author(),
        Happening::BlankFilled { blank, value, source },
    );
}

fn measured(bench: &mut Bench, value: f64, between: Option<Between>) {
    let found = Found {
        figures: vec![Figure {
            metric: Metric::Latency,
            aggregation: Aggregation::Percentile(95),
            value,
            unit: Unit::Milliseconds,
            samples: 1000,
            between,
        }],
        ..Found::default()
    };
    counts(bench, (1, Moment::After, Origin::Load), found);
}

/// A measurement before the deployment that counts, whatever it found.
fn before(bench: &mut Bench, attempt: u32, origin: Origin) {
    counts(bench, (attempt, Moment::Before, origin), Found::default());
}

fn counts(bench: &mut Bench, (attempt, moment, origin): (u32, Moment, Origin), found: Found) {
    let evidence = bench.run.record.clone();
    for what in [
        Happening::MeasurementStarted {
            attempt,
            moment,
            origin,
        },
        Happening::MeasurementEnded {
            attempt,
            found,
            evidence,
        },
        Happening::MeasurementCounts {
            attempt,
            reason: None,
        },
    ] {
        bench.happen(&Author::Gonogo, what);
    }
}

#[test]
fn a_word_for_a_missing_number_is_no_clean_go() {
    let mut bench = bench(below_200_ms());
    assert_eq!(stands(&bench).0, Status::Attested, "it holds no phase up");
    let blockers = blockers(&bench.outline, &bench.run, bench.now);
    let [blocker] = blockers.as_slice() else {
        panic!("{blockers:?}")
    };
    assert_eq!(blocker.status, Status::NoData);
    assert!(
        blocker.reason.contains("attested “seen”") && blocker.reason.contains("the number is missing"),
        "{}",
        blocker.reason
    );
    let (word, outcome) = signed(&mut bench);
    assert_ne!(word, Word::Go);
    assert_ne!(outcome, Some(Outcome::Go));
}

#[rstest]
#[case::met(150.0, None, Status::Attested, true)]
#[case::not_met(250.0, None, Status::Failed, false)]
#[case::its_own_bound(200.0, None, Status::Failed, false)]
#[case::a_bucket_below(150.0, Some((100.0, 190.0)), Status::Attested, true)]
#[case::a_bucket_that_cannot_tell(150.0, Some((100.0, 250.0)), Status::Attested, false)]
#[case::a_bucket_above(300.0, Some((250.0, 500.0)), Status::Failed, false)]
fn a_word_stands_where_what_was_measured_meets_the_target(
    #[case] value: f64,
    #[case] between: Option<(f64, f64)>,
    #[case] expected: Status,
    #[case] clean: bool,
) {
    let mut bench = bench(below_200_ms());
    measured(
        &mut bench,
        value,
        between.map(|(low, high)| Between { low, high }),
    );
    assert_eq!(stands(&bench).0, expected, "{}", stands(&bench).1);
    let (word, outcome) = signed(&mut bench);
    assert_eq!((word == Word::Go, outcome == Some(Outcome::Go)), (clean, clean));
}

#[rstest]
#[case::met("0.15", Status::Attested)]
#[case::not_met("0.25", Status::Failed)]
fn a_typed_number_backs_a_word_in_its_own_unit(#[case] value: &str, #[case] expected: Status) {
    let mut bench = bench(below_200_ms());
    typed(&mut bench, "now", value);
    assert_eq!(stands(&bench).0, expected, "{}", stands(&bench).1);
}

#[test]
fn a_count_that_nothing_but_a_person_can_tell_is_theirs_to_say() {
    let none = Aim::Absolute {
        bound: bound(Comparison::Equal, 0.0, Unit::Count),
        upper: None,
    };
    let total = |metric| Objective {
        metric,
        aggregation: Aggregation::Total,
        ..objective(none.clone())
    };
    assert_eq!(Target::of(&total(Metric::ErrorLogs), &forms()), None);
    assert!(Target::of(&total(Metric::RepeatedQueries), &forms()).is_some());
}

#[test]
fn typed_numbers_show_no_improvement() {
    let mut bench = bench(Aim::Improvement {
        bound: bound(Comparison::Above, 60.0, Unit::Percent),
        better: Better::Lower,
    });
    typed(&mut bench, "then", "1");
    typed(&mut bench, "now", "0.1");
    let (status, reason) = stands(&bench);
    assert_eq!(status, Status::Failed);
    assert!(reason.contains("without an interval"), "{reason}");
}

#[test]
fn a_line_that_was_let_off_for_a_reason_stands_whatever_was_measured() {
    let mut bench = bench(below_200_ms());
    measured(&mut bench, 250.0, None);
    let item = ItemId("word".into());
    let reason = "known".to_owned();
    bench.happen(&person(1, &[]).author(), Happening::Skipped { item, reason });
    assert_eq!(stands(&bench).0, Status::Skipped);
    assert_eq!(signed(&mut bench), (Word::Go, Some(Outcome::Go)));
}

#[test]
fn what_is_missing_before_is_named_until_a_measurement_counts() {
    let mut bench = Bench::new();
    assert_eq!(
        baseline::missing(&bench.outline, &bench.run),
        None,
        "nothing is asked"
    );
    bench.outline.baseline = baseline::fields(&forms());
    let missing = baseline::missing(&bench.outline, &bench.run).unwrap();
    assert_eq!(
        (missing.open.as_slice(), missing.of),
        (["p95".to_owned()].as_slice(), 1)
    );
    typed(&mut bench, "then", "0.2");
    let missing = baseline::missing(&bench.outline, &bench.run).unwrap();
    assert!(missing.open.is_empty(), "{missing:?}");
    assert!(
        missing.to_string().contains("typed show no improvement"),
        "{missing}"
    );
}

#[test]
fn what_gonogo_cannot_measure_is_there_once_it_is_typed() {
    let mut bench = Bench::new();
    let mut forms = forms();
    forms[0].fields[0].metric = Metric::Free("throughput".into());
    bench.outline.baseline = baseline::fields(&forms);
    assert!(baseline::missing(&bench.outline, &bench.run).is_some());
    typed(&mut bench, "then", "0.2");
    assert_eq!(baseline::missing(&bench.outline, &bench.run), None);
}

#[test]
fn latencies_of_prometheus_leave_the_rest_of_the_time_before_missing_until_a_load_has_asked() {
    let mut bench = Bench::new();
    let mut forms = forms();
    let mut queries = forms[0].fields[0].clone();
    queries.id = BlankId("queries".into());
    queries.label = "Queries".into();
    (queries.metric, queries.aggregation) = (Metric::Queries, Aggregation::Mean);
    forms[0].fields.push(queries);
    bench.outline.baseline = baseline::fields(&forms);
    before(&mut bench, 1, Origin::Prometheus);
    let missing = baseline::missing(&bench.outline, &bench.run).unwrap();
    assert_eq!(
        missing.to_string(),
        "No measurement before the deployment counts for Queries, and nothing was typed there."
    );
    typed(&mut bench, "queries", "12");
    let missing = baseline::missing(&bench.outline, &bench.run).unwrap();
    assert_eq!(
        missing.to_string(),
        "No measurement before the deployment counts for Queries, and numbers that were typed show no improvement."
    );
    before(&mut bench, 2, Origin::Load);
    assert_eq!(baseline::missing(&bench.outline, &bench.run), None);
}

#[test]
fn a_load_leaves_missing_what_it_does_not_ask_for_until_somebody_types_it() {
    let mut bench = Bench::new();
    let mut forms = forms();
    let mut memory = forms[0].fields[0].clone();
    memory.id = BlankId("memory".into());
    memory.label = "Memory".into();
    (memory.metric, memory.aggregation) = (Metric::Memory, Aggregation::Unsaid);
    let mut note = memory.clone();
    (note.id, note.kind) = (BlankId("note".into()), FieldKind::Words);
    forms[0].fields.extend([memory, note]);
    bench.outline.baseline = baseline::fields(&forms);
    before(&mut bench, 1, Origin::Load);
    let missing = baseline::missing(&bench.outline, &bench.run).unwrap();
    assert_eq!(
        missing.to_string(),
        "No measurement before the deployment counts for Memory, and nothing was typed there."
    );
    typed(&mut bench, "memory", "512");
    assert_eq!(baseline::missing(&bench.outline, &bench.run), None);
}
