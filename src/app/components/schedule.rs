use super::{ExactTime, Tone};
use chrono::{DateTime, TimeDelta, Utc};
use domain::schedule::{Course, PhaseTime, Schedule};
use leptos::prelude::*;

/// The height of a row's picture, in pixels: the planned bar above, the actual one below it.
const HIGH: f64 = 22.0;

/// The phases of a run on one scale of time, planned above actual, with what is expected and where now is. Each bar stands in the
/// table that says the same in words.
#[component]
pub fn ScheduleTable(
    /// The phases.
    schedule: Schedule,
) -> impl IntoView {
    let scale = Scale::of(&schedule);
    let mut from = 0.0;
    let rows: Vec<AnyView> = schedule
        .phases
        .iter()
        .map(|phase| {
            let planned = (from, phase.planned.map(|minutes| f64::from(minutes) * 60.0));
            from += planned.1.unwrap_or(0.0);
            row(phase, &scale, planned, schedule.until)
        })
        .collect();
    let now = scale
        .now
        .map(|_| view! { <li data-key="now">{if halted(&schedule) { "halt" } else { "now" }}</li> });
    view! {
        <figure class="schedule">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Phases, planned against actual">
                <table class="table schedule-table">
                    <thead><tr>
                        <th scope="col">"Phase"</th>
                        <th scope="col" class="is-number">"Planned"</th>
                        <th scope="col">"Actual"</th>
                        <th scope="col">"Ends"</th>
                        <th scope="col">"On one scale"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <figcaption>
                <ul class="picture-keys" role="list" aria-hidden="true">
                    <li data-key="planned">"planned"</li>
                    <li data-key="actual">"actual"</li>
                    <li data-key="expected">"expected"</li>
                    {now}
                </ul>
            </figcaption>
        </figure>
    }
    .into_any()
}

/// The schedule in one line: "12 min of 30 planned, ends in 20 min, 2 min late".
pub fn schedule_words(schedule: &Schedule) -> String {
    let planned = schedule.planned().map(i64::from);
    let Some(began) = schedule.began else {
        return planned.map_or_else(
            || "no time is planned for every phase".to_owned(),
            |minutes| format!("{minutes} min planned"),
        );
    };
    let done = schedule
        .phases
        .iter()
        .all(|phase| matches!(phase.course, Course::Done { .. }));
    let until = schedule.ends().filter(|_| done).unwrap_or(schedule.until);
    let of = planned.map_or_else(String::new, |minutes| format!(" of {minutes} min planned"));
    let took = words((until - began).num_seconds());
    let how = match (done, halted(schedule)) {
        (true, _) => format!("took {took}{of}"),
        (false, true) => return format!("halted after {took}{of}"),
        (false, false) => format!("{took}{of}"),
    };
    let ends = schedule
        .ends()
        .filter(|_| !done)
        .map(|ends| format!(", ends in {}", words((ends - schedule.until).num_seconds())));
    let late = schedule
        .late()
        .map_or_else(String::new, |late| match late.num_minutes() {
            1.. => format!(", {} later than planned", words(late.num_seconds())),
            0 => String::new(),
            ..0 => format!(", {} earlier than planned", words(-late.num_seconds())),
        });
    format!("{how}{}{late}", ends.unwrap_or_default())
}

fn halted(schedule: &Schedule) -> bool {
    let halted = |phase: &PhaseTime| matches!(phase.course, Course::Halted { .. });
    schedule.phases.iter().any(halted)
}

/// What stands where: seconds since the execution began as a share of the picture's width.
struct Scale {
    began: Option<DateTime<Utc>>,
    seconds: f64,
    /// Where now is; `None`: it is over, or has not begun.
    now: Option<f64>,
}

impl Scale {
    fn of(schedule: &Schedule) -> Self {
        let since = |at: DateTime<Utc>| schedule.began.map_or(0.0, |began| seconds(at - began));
        let planned = schedule.phases.iter().filter_map(|phase| phase.planned);
        let planned: f64 = planned.map(|minutes| f64::from(minutes) * 60.0).sum();
        let going = |phase: &PhaseTime| !matches!(phase.course, Course::Done { .. });
        let now = schedule.began.filter(|_| schedule.phases.iter().any(going));
        let now = now.map(|_| since(schedule.until));
        let ends = schedule.phases.iter().filter_map(|phase| phase.course.ends());
        let last = ends.map(since).chain(now).fold(planned, f64::max);
        Self {
            began: schedule.began,
            seconds: last.max(60.0),
            now,
        }
    }

    fn at(&self, at: DateTime<Utc>) -> f64 {
        self.began.map_or(0.0, |began| seconds(at - began))
    }

    fn share(&self, seconds: f64) -> String {
        format!("{:.2}%", seconds / self.seconds * 100.0)
    }

    /// A bar from one second to another; no bar is too short to be seen.
    fn bar(
        &self,
        class: &'static str,
        tone: Tone,
        (from, to): (f64, f64),
        top: f64,
    ) -> impl IntoView + use<> {
        let wide = (to - from).max(self.seconds / 250.0);
        let from = from.min(self.seconds - wide);
        view! {
            <rect class=class data-tone=tone.key() x=self.share(from) width=self.share(wide) y=top height="7" rx="2"></rect>
        }
    }
}

fn row(
    phase: &PhaseTime,
    scale: &Scale,
    (from, planned): (f64, Option<f64>),
    until: DateTime<Utc>,
) -> AnyView {
    let plan = planned.map(|wide| scale.bar("schedule-planned", Tone::None, (from, from + wide), 3.0));
    let over = |took: i64| planned.is_some_and(|planned| took as f64 > planned);
    let (took, expected, so_far) = match &phase.course {
        Course::Ahead { expected } => (None, *expected, "not begun"),
        Course::Running { since, expected } => (
            Some((*since, until)),
            expected.map(|ends| (until, ends)),
            " so far",
        ),
        Course::Halted { since, at } => (Some((*since, *at)), None, ", halted"),
        Course::Done { since, at } => (Some((*since, *at)), None, ""),
    };
    let length = took.map(|(since, at)| (at - since).num_seconds());
    let tone = match (&phase.course, length.is_some_and(over)) {
        (_, true) => Tone::Hold,
        (Course::Done { .. }, false) => Tone::Go,
        (Course::Running { .. }, false) => Tone::Run,
        (Course::Ahead { .. } | Course::Halted { .. }, false) => Tone::None,
    };
    let actual =
        took.map(|(since, at)| scale.bar("schedule-actual", tone, (scale.at(since), scale.at(at)), 12.0));
    let ahead = expected.filter(|(from, to)| to > from);
    let ahead =
        ahead.map(|(from, to)| scale.bar("schedule-expected", tone, (scale.at(from), scale.at(to)), 12.0));
    let now = scale.now.map(|now| {
        let at = scale.share(now);
        view! { <line class="schedule-now" x1=at.clone() x2=at y1="0" y2=HIGH></line> }
    });
    let said = length.map_or_else(
        || so_far.to_owned(),
        |length| format!("{}{so_far}{}", words(length), beyond(length, planned)),
    );
    let ends = phase
        .course
        .ends()
        .map(|at| view! { <ExactTime at=at time_only=true /> });
    let expected = expected.map(|_| view! { <small>"expected"</small> });
    let planned = phase
        .planned
        .map_or_else(|| "not said".to_owned(), |minutes| format!("{minutes} min"));
    view! {
        <tr>
            <th scope="row"><a href=format!("#{}", phase.section)>{phase.number} " " {phase.title.clone()}</a></th>
            <td data-label="Planned" class="is-number">{planned}</td>
            <td data-label="Actual">{said}</td>
            <td data-label="Ends">{ends} " " {expected}</td>
            <td class="schedule-bar">
                <svg class="schedule-picture" height=HIGH width="100%" aria-hidden="true">{plan} {ahead} {actual} {now}</svg>
            </td>
        </tr>
    }
    .into_any()
}

/// ", 2 min over".
fn beyond(took: i64, planned: Option<f64>) -> String {
    let over = planned.map_or(0, |planned| took - planned as i64);
    match over {
        1.. => format!(", {} over", words(over)),
        ..1 => String::new(),
    }
}

fn seconds(span: TimeDelta) -> f64 {
    span.num_seconds() as f64
}

/// "40 s", "12 min", "1 h 5 min".
pub(super) fn words(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{} s", seconds.max(0)),
        60..3600 => format!("{} min", (seconds + 30) / 60),
        3600.. => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
