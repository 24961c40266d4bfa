//! Dates that count from T0.

use chrono::{DateTime, NaiveDate, Utc};
use domain::follow_up::{Every, Span, When, current, due, next_hour, occurrence};
use rstest::rstest;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn span(from: &str, to: &str) -> Span {
    Span {
        from: day(from),
        to: day(to),
    }
}

#[rstest]
#[case("2026-11-27", When::Days { from: 1, to: 7 }, "2026-11-27", "2026-12-03")]
#[case("2026-11-27", When::Days { from: 3, to: 3 }, "2026-11-29", "2026-11-29")]
#[case("2026-11-27", When::Weeks { from: 2, to: 2 }, "2026-12-04", "2026-12-10")]
#[case("2026-11-27", When::Weeks { from: 3, to: 4 }, "2026-12-11", "2026-12-24")]
#[case("2026-12-30", When::Days { from: 1, to: 7 }, "2026-12-30", "2027-01-05")]
#[case("2028-02-26", When::Days { from: 1, to: 7 }, "2028-02-26", "2028-03-03")]
#[case("2027-02-26", When::Days { from: 1, to: 7 }, "2027-02-26", "2027-03-04")]
#[case("2026-11-27", When::Recurring(Every::Week), "2026-11-28", "2026-12-04")]
#[case("2026-11-27", When::Recurring(Every::Month), "2026-11-28", "2026-12-27")]
#[case("2026-11-27", When::Recurring(Every::Quarter), "2026-11-28", "2027-02-27")]
fn a_task_is_due_from_a_day_to_a_day(
    #[case] t0: &str,
    #[case] when: When,
    #[case] from: &str,
    #[case] to: &str,
) {
    assert_eq!(due(day(t0), when), Some(span(from, to)));
}

#[test]
fn what_the_document_does_not_date_has_no_dates_and_nonsense_has_none_either() {
    let t0 = day("2026-11-27");
    for when in [
        When::Unsaid,
        When::Days { from: 0, to: 3 },
        When::Weeks { from: 0, to: 1 },
        When::Weeks {
            from: 1,
            to: u32::MAX,
        },
    ] {
        assert_eq!(due(t0, when), None, "{when:?}");
    }
    assert_eq!(occurrence(t0, Every::Month, 0), None);
    assert_eq!(due(NaiveDate::MAX, When::Days { from: 2, to: 2 }), None);
}

#[rstest]
#[case("2027-01-31", Every::Month, 1, "2027-02-28")]
#[case("2028-01-31", Every::Month, 1, "2028-02-29")]
#[case("2027-01-31", Every::Month, 2, "2027-03-31")]
#[case("2027-01-31", Every::Month, 3, "2027-04-30")]
#[case("2026-11-30", Every::Quarter, 1, "2027-02-28")]
#[case("2026-11-30", Every::Quarter, 2, "2027-05-30")]
#[case("2028-02-29", Every::Year, 1, "2029-02-28")]
#[case("2028-02-29", Every::Year, 4, "2032-02-29")]
#[case("2026-12-28", Every::Week, 1, "2027-01-04")]
#[case("2026-12-31", Every::Day, 1, "2027-01-01")]
fn what_recurs_ends_on_the_day_of_t0_or_on_the_last_of_a_short_month(
    #[case] t0: &str,
    #[case] every: Every,
    #[case] number: u32,
    #[case] to: &str,
) {
    assert_eq!(
        occurrence(day(t0), every, number).map(|span| span.to),
        Some(day(to))
    );
}

#[rstest]
#[case(Every::Day)]
#[case(Every::Week)]
#[case(Every::Month)]
#[case(Every::Quarter)]
#[case(Every::Year)]
fn the_times_of_what_recurs_touch_and_each_day_is_in_one(#[case] every: Every) {
    let t0 = day("2027-01-31");
    for days in 1..1500 {
        let today = t0 + chrono::Days::new(days);
        let (number, span) = current(t0, every, today).unwrap();
        assert!(span.from <= today && today <= span.to, "{today}: {span:?}");
        assert_eq!(occurrence(t0, every, number), Some(span));
    }
    assert_eq!(current(t0, every, t0).map(|(number, _)| number), Some(1));
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[rstest]
#[case("2026-11-27T10:20:00Z", Some("2026-11-27T11:20:00Z"))]
#[case("2026-11-27T09:00:00Z", Some("2026-11-27T11:20:00Z"))]
#[case("2026-11-27T11:19:59Z", Some("2026-11-27T11:20:00Z"))]
#[case("2026-11-27T11:20:00Z", Some("2026-11-27T12:20:00Z"))]
#[case("2026-12-04T10:19:59Z", Some("2026-12-04T10:20:00Z"))]
#[case("2026-12-04T10:20:00Z", None)]
fn an_hourly_check_comes_at_whole_hours_after_t0_until_its_days_are_over(
    #[case] now: &str,
    #[case] next: Option<&str>,
) {
    let week = When::Days { from: 1, to: 7 };
    assert_eq!(next_hour(at("2026-11-27T10:20:00Z"), week, at(now)), next.map(at));
}

#[test]
fn an_hourly_check_of_a_later_week_waits_for_it() {
    let (t0, second) = (at("2026-11-27T10:20:00Z"), When::Weeks { from: 2, to: 2 });
    assert_eq!(next_hour(t0, second, t0), Some(at("2026-12-04T10:20:00Z")));
    assert_eq!(next_hour(t0, When::Recurring(Every::Week), t0), None);
}
