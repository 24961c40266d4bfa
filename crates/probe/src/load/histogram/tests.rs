use super::{decode, empty, encode, merge, percentiles};
use domain::load::EncodedHistogram;

#[test]
fn what_was_written_is_read_and_merged_without_losing_a_value() {
    let mut halves = [empty().expect("one"), empty().expect("one")];
    let mut whole = empty().expect("one");
    for value in 1..=100_000_u64 {
        let microseconds = value * value % 9_999_991;
        halves[usize::from(value % 3 == 0)]
            .record(microseconds)
            .expect("it fits");
        whole.record(microseconds).expect("it fits");
    }
    let written = halves.each_ref().map(|half| encode(half).expect("text"));
    assert!(written[0].0.starts_with("HISTFAAA"), "as other tools write it");
    let merged = decode(&merge(&written).expect("one")).expect("one");
    assert_eq!(merged, whole);
    assert_eq!(percentiles(&merged), percentiles(&whole));
    assert_eq!(percentiles(&whole).map(|all| all.count), Some(100_000));
}

#[test]
fn quantiles_are_right_to_a_thousandth() {
    let mut histogram = empty().expect("one");
    (1..=10_000_u64).for_each(|value| histogram.record(value * 100).expect("it fits"));
    let found = percentiles(&histogram).expect("some");
    for (found, wanted) in [
        (found.p50_us, 500_000),
        (found.p95_us, 950_000),
        (found.p99_us, 990_000),
    ] {
        assert!(found.abs_diff(wanted) * 1_000 <= wanted, "{found}, not {wanted}");
    }
    assert_eq!(percentiles(&empty().expect("one")), None);
}

#[test]
fn what_is_no_histogram_is_refused_and_nothing_panics() {
    for text in ["", "HISTFAAAA", "aGVsbG8gd29ybGQ=", "ümlaut"] {
        assert!(decode(&EncodedHistogram(text.to_owned())).is_err(), "{text}");
    }
    let mut some = empty().expect("one");
    (1..=50).for_each(|value| some.record(value * value).expect("it fits"));
    let whole = encode(&some).expect("text").0;
    for cut in 0..whole.len() {
        assert!(
            decode(&EncodedHistogram(whole[..cut].to_owned())).is_err(),
            "{cut}"
        );
    }
    let damaged = whole.replacen(
        &whole[30..32],
        if &whole[30..32] == "AA" { "BB" } else { "AA" },
        1,
    );
    assert!(decode(&EncodedHistogram(damaged)).is_err());
}
