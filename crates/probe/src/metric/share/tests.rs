use super::*;
use crate::metric::exposition;
use Verdict::{Error, Fail, NoData, Pass};
use domain::quantity::{Comparison, Quantity, Unit};
use rstest::rstest;

fn second(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(1) + TimeDelta::seconds(second)
}

fn page(hits: u64, misses: u64) -> String {
    format!("cache_hits_total {hits}\ncache_misses_total {misses}\n")
}

/// What pages of these times and texts say in the end.
fn said(pages: &[(i64, String)], deployed_at: Option<i64>) -> (Verdict, String) {
    said_over(pages, deployed_at, None)
}

/// As [`said`], of what was counted in the last so many seconds.
fn said_over(pages: &[(i64, String)], deployed_at: Option<i64>, over: Option<i64>) -> (Verdict, String) {
    let mut earlier: Vec<Reading> = Vec::new();
    let mut last = Judgement::error("nothing was asked");
    for (at, text) in pages {
        let asking = Asking {
            target: "http://127.0.0.1/metrics",
            at: second(*at),
            earlier: &earlier,
            deployed_at: deployed_at.map(second),
            over: over.map(TimeDelta::seconds),
            secrets: &Secrets::none(),
        };
        let read = read(
            &exposition::parse(text),
            false,
            "cache_hits",
            "cache_misses",
            &asking,
        );
        last = match &read {
            Ok(pair) => judge(pair, &asking, above_60()),
            Err(judgement) => judgement.clone(),
        };
        earlier.extend(read.ok().map(|pair| pair.reading));
    }
    (last.verdict, last.reason)
}

fn above_60() -> Bound {
    let quantity = Quantity {
        value: 60.0,
        unit: Unit::Percent,
    };
    Bound {
        comparison: Comparison::Above,
        quantity,
    }
}

#[rstest]
#[case::good_since_then_and_bad_before([0, 1000], [80, 1020], Pass, "80.0 % (80 cache_hits_total and 20 cache_misses_total in the 60 min since 1970-01-02 00:00:00 UTC)")]
#[case::bad_since_then_and_good_before([9000, 1000], [9010, 1090], Fail, "10.0 % (10 cache_hits_total and 90")]
#[case::exactly_the_bound([0, 0], [60, 40], Fail, "60.0 %")]
#[case::nothing_since_then([9000, 1000], [9000, 1000], NoData, "nothing was counted")]
#[case::too_few([9000, 1000], [9019, 1000], NoData, "fewer than 20 say too little")]
#[case::just_enough([9000, 1000], [9020, 1000], Pass, "100.0 %")]
// Both began anew, or the hits alone: 65 and 34, or 65 and 14 of the misses.
#[case::a_fall_that_is_good_either_way([9000, 20], [65, 34], Pass, "began anew")]
#[case::a_fall_that_is_bad_either_way([9000, 20], [10, 60], Fail, "began anew")]
// 30 of 60 where both began anew, 30 of 40 where only the hits did.
#[case::a_fall_that_depends([9000, 20], [30, 30], NoData, "depends on what was counted before")]
fn what_was_counted_between_two_readings_decides(
    #[case] before: [u64; 2],
    #[case] after: [u64; 2],
    #[case] verdict: Verdict,
    #[case] part: &str,
) {
    let pages = [(0, page(before[0], before[1])), (3600, page(after[0], after[1]))];
    let (said, reason) = said(&pages, None);
    assert!(said == verdict && reason.contains(part), "{said:?} {reason}");
}

#[test]
fn a_window_is_neither_short_nor_from_before_the_deployment() {
    let short = [(0, page(0, 0)), (59, page(80, 20))];
    let (verdict, reason) = said(&short, None);
    assert!(verdict == NoData && reason.contains("less than 60 s"), "{reason}");
    let long = [(0, page(0, 0)), (60, page(80, 20))];
    assert_eq!(said(&long, None).0, Pass);
    assert_eq!(said(&long, Some(0)).0, Pass);
    let (verdict, reason) = said(&long, Some(1));
    assert!(
        verdict == NoData && reason.contains("says nothing of a window"),
        "{reason}"
    );
}

#[test]
fn a_rate_of_the_last_minutes_shows_what_one_since_the_beginning_hides() {
    // Good for ten hours, and bad in the last one.
    let pages = [
        (0, page(0, 0)),
        (36_000, page(90_000, 10_000)),
        (39_600, page(91_000, 19_000)),
    ];
    let (verdict, reason) = said(&pages, None);
    assert!(verdict == Pass && reason.contains("82.7 %"), "{reason}");
    let (verdict, reason) = said_over(&pages, None, Some(3615));
    assert!(verdict == Fail && reason.contains("10.0 %"), "{reason}");
    let (verdict, reason) = said_over(&pages, None, Some(1815));
    assert!(
        verdict == NoData,
        "nothing is known of the last half hour: {reason}"
    );
}

#[test]
fn a_process_that_started_meanwhile_counts_since_then() {
    let started = |hits, misses, at: i64| {
        let start = second(at).timestamp();
        format!("{}process_start_time_seconds {start}.25\n", page(hits, misses))
    };
    // The new counters stand higher than the old ones: without the start of the process the difference would be 90 and 1.
    let pages = [(0, started(10, 90, -100)), (3600, started(100, 91, 1800))];
    let (verdict, reason) = said(&pages, None);
    assert!(
        verdict == Fail && reason.contains("52.4 % (100 cache_hits_total and 91"),
        "{reason}"
    );
    assert!(
        reason.contains("in the 29 min since 1970-01-02 00:30:00 UTC when its process started"),
        "{reason}"
    );
    // It has run for too short a time.
    let pages = [(0, started(10, 90, -100)), (3600, started(100, 1, 3590))];
    assert_eq!(said(&pages, None).0, NoData);
    // Another one, that was there all the time.
    let pages = [(0, started(10, 90, -100)), (3600, started(100, 91, -500))];
    let (verdict, reason) = said(&pages, None);
    assert!(
        verdict == NoData && reason.contains("another process answered"),
        "{reason}"
    );
    // The same, worked out anew with half a second's difference.
    let pages = [(0, started(10, 90, -100)), (3600, started(100, 91, -101))];
    assert_eq!(said(&pages, None).0, Pass);
}

#[test]
fn a_counter_that_says_when_it_began_needs_no_start_of_a_process() {
    let created = |hits, misses, at: i64| {
        let began = second(at).timestamp();
        format!(
            "{}cache_hits_created {began}\ncache_misses_created {began}\n",
            page(hits, misses)
        )
    };
    let pages = [(0, created(10, 90, -100)), (3600, created(100, 91, 1800))];
    assert_eq!(said(&pages, None).0, Fail);
    let pages = [(0, created(10, 90, -100)), (3600, created(100, 91, -100))];
    assert_eq!(said(&pages, None).0, Pass);
}

#[test]
fn several_readings_give_the_longest_stretch_that_is_whole() {
    // Only the one in the middle shows that everything began anew in between.
    let pages = [(0, page(10, 90)), (1800, page(2, 60)), (3600, page(100, 91))];
    let (verdict, reason) = said(&pages, None);
    assert!(
        verdict == Pass && reason.contains("(98 cache_hits_total and 31"),
        "{reason}"
    );
    assert!(
        reason.contains("in the 30 min since 1970-01-02 00:30:00"),
        "{reason}"
    );
    let pages = [(0, page(10, 90)), (1800, page(20, 95)), (3600, page(100, 191))];
    let (verdict, reason) = said(&pages, None);
    assert!(
        verdict == Fail && reason.contains("(90 cache_hits_total and 101"),
        "{reason}"
    );
}

#[test]
fn series_are_counted_each_for_itself_and_a_new_one_from_nothing() {
    let two = |a: u64, b: u64| {
        format!("cache_hits{{cache=\"a\"}} {a}\ncache_hits{{cache=\"b\"}} {b}\ncache_misses 5\n")
    };
    let (verdict, reason) = said(&[(0, two(100, 5)), (3600, two(110, 25))], None);
    assert!(
        verdict == Pass && reason.contains("30 cache_hits and 0"),
        "{reason}"
    );
    let one = "cache_hits{cache=\"a\"} 100\ncache_misses 5\n".to_owned();
    let (_, reason) = said(&[(0, one), (3600, two(110, 25))], None);
    assert!(reason.contains("35 cache_hits and 0"), "{reason}");
}

#[test]
fn readings_of_other_pages_and_other_counters_are_left_out() {
    let text = page(80, 20);
    let asking = |earlier: &[Reading]| {
        let asking = Asking {
            target: "http://127.0.0.1/metrics",
            at: second(3600),
            earlier,
            deployed_at: None,
            over: None,
            secrets: &Secrets::none(),
        };
        let pair = read(
            &exposition::parse(&text),
            false,
            "cache_hits",
            "cache_misses",
            &asking,
        )
        .expect("a pair");
        (judge(&pair, &asking, above_60()).verdict, pair.reading)
    };
    let (_, own) = asking(&[]);
    let zero = |reading: &Reading| {
        let mut reading = reading.clone();
        reading.at = second(0);
        reading.counters.iter_mut().for_each(|counter| counter.count = 0);
        reading
    };
    let same = zero(&own);
    assert_eq!(asking(std::slice::from_ref(&same)).0, Pass);
    let elsewhere = Reading {
        target: "http://127.0.0.2/metrics".to_owned(),
        ..zero(&own)
    };
    let mut others = zero(&own);
    others
        .counters
        .retain(|counter| counter.name == "cache_hits_total");
    assert_eq!(asking(&[elsewhere, others]).0, NoData);
}

#[test]
fn a_counter_of_too_many_series_is_not_kept() {
    let series = (0..SERIES).map(|series| format!("cache_hits{{key=\"{series}\"}} 1\n"));
    let text = series.collect::<String>() + "cache_misses 1\n";
    let (verdict, reason) = said(&[(0, text)], None);
    assert!(verdict == Error && reason.contains("too many"), "{reason}");
}
