use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::js_sys;

/// How long ago, with the exact time in the viewer's zone on hover.
#[component]
pub fn RelativeTime(
    /// The moment.
    at: DateTime<Utc>,
    /// The clock of the page; it may tick.
    #[prop(into)]
    now: Signal<DateTime<Utc>>,
    /// Without "ago", for narrow columns.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    let offset = viewer_offset(at);
    view! {
        <time datetime=at.to_rfc3339() title=move || exact(at, offset.get(), Shape::Seconds)>
            {move || relative(at, now.get(), short)}
        </time>
    }
    .into_any()
}

/// Date and time with the zone's name: in UTC as the server draws it, in the viewer's zone in the browser.
#[component]
pub fn ExactTime(
    /// The moment.
    at: DateTime<Utc>,
    /// With seconds.
    #[prop(optional)]
    seconds: bool,
    /// Without the date.
    #[prop(optional)]
    time_only: bool,
) -> impl IntoView {
    let offset = viewer_offset(at);
    let shape = match (time_only, seconds) {
        (true, _) => Shape::Time,
        (false, true) => Shape::Seconds,
        (false, false) => Shape::Minutes,
    };
    view! { <time datetime=at.to_rfc3339()>{move || exact(at, offset.get(), shape)}</time> }.into_any()
}

/// A duration as people say it: "0.3 ms", "41 ms", "3.1 s", "8 min 12 s".
pub fn duration_words(microseconds: u64) -> String {
    match microseconds {
        0..10_000 => format!("{:.1} ms", microseconds as f64 / 1e3),
        10_000..1_000_000 => format!("{} ms", microseconds / 1000),
        1_000_000..60_000_000 => format!("{:.1} s", microseconds as f64 / 1e6),
        _ => {
            let seconds = microseconds / 1_000_000;
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

#[derive(Clone, Copy)]
enum Shape {
    Time,
    Minutes,
    Seconds,
}

/// Minutes east of UTC where the viewer is, at that moment: 0 until the page lives in a browser.
fn viewer_offset(at: DateTime<Utc>) -> RwSignal<i32> {
    let offset = RwSignal::new(0);
    Effect::new(move |_| {
        let moment = js_sys::Date::new(&JsValue::from_f64(at.timestamp_millis() as f64));
        let east = -moment.get_timezone_offset() as i32;
        if east != offset.get_untracked() {
            offset.set(east);
        }
    });
    offset
}

fn exact(at: DateTime<Utc>, offset: i32, shape: Shape) -> String {
    let zone = FixedOffset::east_opt(offset * 60).unwrap_or_else(|| at.fixed_offset().timezone());
    let format = match shape {
        Shape::Time => "%H:%M",
        Shape::Minutes => "%-d %b %Y %H:%M",
        Shape::Seconds => "%-d %b %Y %H:%M:%S",
    };
    format!("{} {}", at.with_timezone(&zone).format(format), zone_name(offset))
}

fn zone_name(offset: i32) -> String {
    let sign = if offset < 0 { '−' } else { '+' };
    match (offset.abs() / 60, offset.abs() % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

fn relative(at: DateTime<Utc>, now: DateTime<Utc>, short: bool) -> String {
    let apart = now - at;
    let words = amount(apart.abs());
    match (words, apart < TimeDelta::zero()) {
        (None, _) => "now".to_owned(),
        (Some(words), true) => format!("in {words}"),
        (Some(words), false) if short => words,
        (Some(words), false) => format!("{words} ago"),
    }
}

fn amount(apart: TimeDelta) -> Option<String> {
    let seconds = apart.num_seconds();
    Some(match seconds {
        0..2 => return None,
        2..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn how_long_ago_is_said_in_the_largest_unit_that_fits() {
        let now = moment("2025-11-23T14:00:00Z");
        for (seconds, words) in [
            (0, "now"),
            (9, "9 s ago"),
            (61, "1 min ago"),
            (7200, "2 h ago"),
            (172_800, "2 days ago"),
            (-2280, "in 38 min"),
        ] {
            assert_eq!(relative(now - TimeDelta::seconds(seconds), now, false), words);
        }
        assert_eq!(relative(now - TimeDelta::seconds(9), now, true), "9 s");
    }

    #[test]
    fn the_exact_time_names_its_zone() {
        let at = moment("2025-11-23T23:30:05Z");
        assert_eq!(exact(at, 0, Shape::Minutes), "23 Nov 2025 23:30 UTC");
        assert_eq!(exact(at, 60, Shape::Seconds), "24 Nov 2025 00:30:05 UTC+1");
        assert_eq!(exact(at, -210, Shape::Time), "20:00 UTC−3:30");
    }

    /// A window of 24 hours over the night in which clocks are changed: the browser gives the offset of the moment that is shown, so
    /// that T0 and the due time stand each in the hour that the viewer's clock shows then.
    #[test]
    fn a_due_time_beyond_a_change_of_the_clocks_is_that_of_the_clock_then() {
        let day = TimeDelta::days(1);
        for (t0, before, after, begins, due) in [
            (
                "2026-03-28T13:30:00Z",
                60,
                120,
                "28 Mar 2026 14:30 UTC+1",
                "29 Mar 2026 15:30 UTC+2",
            ),
            (
                "2026-10-24T12:30:00Z",
                120,
                60,
                "24 Oct 2026 14:30 UTC+2",
                "25 Oct 2026 13:30 UTC+1",
            ),
            (
                "2026-11-01T02:00:00Z",
                -240,
                -300,
                "31 Oct 2026 22:00 UTC−4",
                "1 Nov 2026 21:00 UTC−5",
            ),
            // Lord Howe Island changes by half an hour.
            (
                "2026-04-04T03:00:00Z",
                660,
                630,
                "4 Apr 2026 14:00 UTC+11",
                "5 Apr 2026 13:30 UTC+10:30",
            ),
        ] {
            let t0 = moment(t0);
            assert_eq!(exact(t0, before, Shape::Minutes), begins);
            assert_eq!(exact(t0 + day, after, Shape::Minutes), due);
            assert_eq!(
                relative(t0 + day, t0, false),
                "in 24 h",
                "it is a day of time, whatever the clock shows"
            );
        }
        // The hour that is there twice is told apart by its zone.
        let (first, second) = (moment("2026-10-25T00:30:00Z"), moment("2026-10-25T01:30:00Z"));
        assert_eq!(exact(first, 120, Shape::Time), "02:30 UTC+2");
        assert_eq!(exact(second, 60, Shape::Time), "02:30 UTC+1");
    }

    #[test]
    fn durations_read_as_people_say_them() {
        let said: Vec<_> = [300, 41_000, 3_100_000, 492_000_000].map(duration_words).into();
        assert_eq!(said, ["0.3 ms", "41 ms", "3.1 s", "8 min 12 s"]);
    }
}
