//! What two and more readings of counters say.

use chrono::{DateTime, TimeDelta, Utc};
use domain::reading::{Counter, Course, Reading, Stretch, stretch};
use rstest::rstest;

fn minute(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
}

/// Of hits in two series and misses in one.
fn reading(at: i64, counts: [u64; 3], since: Option<i64>) -> Reading {
    let series = [("hits", "a"), ("hits", "b"), ("misses", "")];
    let counters = series
        .into_iter()
        .zip(counts)
        .map(|((name, labels), count)| Counter {
            name: name.to_owned(),
            labels: labels.to_owned(),
            count,
            since: since.map(minute),
        });
    Reading {
        target: "http://127.0.0.1/metrics".to_owned(),
        at: minute(at),
        counters: counters.collect(),
    }
}

#[rstest]
#[case::nothing_fell([5, 0, 9], None, None, Course::On)]
#[case::nothing_moved([5, 0, 3], None, None, Course::On)]
#[case::one_of_three_fell([9, 9, 2], None, None, Course::Fell)]
#[case::the_same_process([9, 9, 9], Some(0), Some(0), Course::On)]
#[case::the_same_process_and_yet_lower([9, 9, 2], Some(0), Some(0), Course::Elsewhere)]
#[case::higher_in_a_process_that_started_since([900, 900, 900], Some(0), Some(15), Course::Anew { since: minute(15) })]
#[case::a_process_that_was_there_before([900, 900, 900], Some(0), Some(5), Course::Elsewhere)]
#[case::an_older_process([900, 900, 900], Some(5), Some(0), Course::Elsewhere)]
#[case::a_start_that_was_not_told_before([900, 900, 900], None, Some(15), Course::Anew { since: minute(15) })]
#[case::a_start_that_was_not_told_before_and_lies_before([900, 900, 900], None, Some(5), Course::On)]
fn counters_go_on_or_begin_anew(
    #[case] later: [u64; 3],
    #[case] began: Option<i64>,
    #[case] then: Option<i64>,
    #[case] course: Course,
) {
    let (before, after) = (reading(10, [5, 0, 3], began), reading(20, later, then));
    assert_eq!(before.course(&after), course);
}

#[test]
fn a_series_that_is_gone_began_anew() {
    let (before, mut after) = (reading(10, [5, 0, 3], None), reading(20, [9, 9, 9], None));
    after.counters.remove(1);
    assert_eq!(before.course(&after), Course::Fell);
    let (before, mut after) = (reading(10, [5, 0, 3], Some(0)), reading(20, [9, 9, 9], Some(12)));
    after.counters.remove(1);
    assert_eq!(before.course(&after), Course::Anew { since: minute(12) });
}

#[test]
fn a_rise_is_counted_by_series_and_what_is_new_or_lower_began_at_nothing() {
    let (mut before, after) = (reading(10, [5, 100, 3], None), reading(20, [8, 40, 3], None));
    assert_eq!(before.rise(&after, "hits"), 3 + 40);
    assert_eq!(before.rise(&after, "misses"), 0);
    assert_eq!(after.count("hits"), 48);
    before.counters.remove(0);
    assert_eq!(before.rise(&after, "hits"), 8 + 40);
    assert_eq!(before.rise(&after, "others"), 0);
}

#[test]
fn a_stretch_goes_back_to_the_last_beginning() {
    let [first, second, third, now] = [
        reading(0, [5, 5, 5], None),
        reading(10, [50, 50, 50], None),
        reading(20, [60, 60, 60], None),
        reading(30, [70, 70, 70], None),
    ];
    assert_eq!(
        stretch(vec![&third, &first, &second], &now),
        Some(Stretch::On(&first))
    );
    assert_eq!(stretch(vec![], &now), None);
    assert_eq!(stretch(vec![&now], &now), None, "itself is no earlier one");
}

#[test]
fn a_fall_between_earlier_readings_is_not_hidden_by_what_was_counted_since() {
    let [first, second, now] = [
        reading(0, [50, 50, 50], None),
        reading(10, [5, 5, 5], None),
        reading(20, [90, 90, 90], None),
    ];
    assert_eq!(stretch(vec![&first, &second], &now), Some(Stretch::On(&second)));
    assert_eq!(
        stretch(vec![&first], &now),
        Some(Stretch::On(&first)),
        "nobody could know"
    );
    assert_eq!(
        stretch(vec![&now], &reading(30, [1, 1, 1], None)),
        Some(Stretch::Fell(&now))
    );
}

#[test]
fn what_a_process_has_counted_since_it_started_is_a_stretch_where_it_started_after_a_reading() {
    let [first, second, now] = [
        reading(0, [50, 50, 50], Some(-60)),
        reading(10, [60, 60, 60], Some(5)),
        reading(20, [90, 90, 90], Some(5)),
    ];
    let since = minute(5);
    assert_eq!(
        stretch(vec![&first, &second], &now),
        Some(Stretch::Anew { since })
    );
    assert_eq!(stretch(vec![&first], &now), Some(Stretch::Anew { since }));
    let other = reading(15, [1, 1, 1], Some(-30));
    assert_eq!(
        stretch(vec![&first, &second, &other], &now),
        Some(Stretch::Elsewhere)
    );
}
