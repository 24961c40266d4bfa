//! Windows: slots, coverage, and a day in a fake clock.

use crate::support::{Bench, hash, id};
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    event::Happening,
    metric::Metric,
    objective::{Aim, Objective, minimum_samples, steady::Steady},
    person::Author,
    plan::SectionId,
    probe::{ProbeSpec, StatusRule, TextRule},
    status::{Status, standing},
    verdict::Verdict,
    window::{
        Bar, Demand, Judged, OfWindows, Sample, Sampling, Timing, Window, WindowTiming, Windows, judge, value,
    },
};
use rstest::rstest;

mod day;

pub fn t0() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 7).unwrap()
}

fn seconds(count: i64) -> TimeDelta {
    TimeDelta::seconds(count)
}

/// A sample of every slot of the window, all of them good.
fn whole(window: &Window) -> Vec<Sample> {
    window
        .slots(window.due)
        .map(|slot| sample(slot, Verdict::Pass))
        .collect()
}

pub fn sample(slot: DateTime<Utc>, verdict: Verdict) -> Sample {
    Sample {
        slot,
        taken_at: slot,
        verdict,
        value: None,
        said: (verdict == Verdict::Fail).then(|| "3 lines".to_owned()),
    }
}

fn judged(window: &Window, demand: Demand, samples: &[Sample]) -> (Verdict, String) {
    let Judged { verdict, reason, .. } = judge(window, demand, samples, window.due).unwrap();
    (verdict, reason)
}

#[rstest]
#[case(1, 10, 6)]
#[case(5, 10, 30)]
#[case(60, 30, 120)]
#[case(1440, 30, 2880)]
#[case(10_080, 210, 2880)]
#[case(43_200, 900, 2880)]
fn a_window_has_as_many_slots_as_its_intervals_wherever_t0_lies(
    #[case] minutes: u32,
    #[case] interval: i64,
    #[case] count: usize,
) {
    for micros in [0, 1, 999_999, 7_123_456, 29_999_999] {
        let window = Window::new(t0() + TimeDelta::microseconds(micros), minutes);
        assert_eq!(window.sampling.interval, seconds(interval));
        let slots: Vec<_> = window.slots(window.due).collect();
        assert_eq!((slots.len(), window.come(window.due)), (count, count));
        assert!(slots.iter().all(|slot| *slot > window.t0 && *slot <= window.due));
        assert!(
            slots
                .windows(2)
                .all(|two| two[1] - two[0] == window.sampling.interval)
        );
        // Whoever asks at a slot is told the next one, and at the end the due time.
        let mut now = window.t0;
        let mut told = Vec::new();
        while let Some(next) = window.next_after(now) {
            now = next;
            told.extend(window.slot_at(now).filter(|slot| *slot == now));
        }
        assert_eq!((told, now), (slots, window.due));
    }
}

#[test]
fn windows_of_one_run_share_their_slots() {
    let (short, long) = (Window::new(t0(), 5), Window::new(t0(), 60));
    let shared = long
        .slots(short.due)
        .filter(|slot| short.slot_at(*slot) == Some(*slot))
        .count();
    assert_eq!(shared, long.come(short.due), "one round serves both");
}

#[test]
fn zero_errors_reads_with_its_coverage() {
    let window = Window::new(t0(), 1440);
    let mut samples = whole(&window);
    samples.drain(100..108);
    samples.drain(500..508);
    samples.drain(1000..1003);
    assert_eq!(
        judged(&window, Demand::Throughout, &samples),
        (
            Verdict::Pass,
            "0 failed, 2,861 of 2,880 samples, longest gap 4 min".to_owned()
        )
    );
    samples[77].verdict = Verdict::Fail;
    samples[77].said = Some("2 lines".to_owned());
    samples[99].verdict = Verdict::Fail;
    assert_eq!(
        judged(&window, Demand::Throughout, &samples),
        (
            Verdict::Fail,
            "2 failed, the first 2026-03-02 12:39:00 UTC (2 lines); 2,861 of 2,880 samples, longest gap 4 min".to_owned()
        )
    );
}

#[test]
fn below_95_per_cent_nothing_has_held_throughout_and_one_failure_is_one_all_the_same() {
    let window = Window::new(t0(), 60);
    let mut samples = whole(&window);
    samples.truncate(114);
    assert_eq!(
        judged(&window, Demand::Throughout, &samples).0,
        Verdict::Pass,
        "95 %"
    );
    samples.truncate(113);
    assert_eq!(
        judged(&window, Demand::Throughout, &samples),
        (
            Verdict::NoData,
            "0 failed, but 113 of 120 samples, longest gap 3 min 30 s: 94.2 % were seen, 95 % must be"
                .to_owned()
        )
    );
    samples[0].verdict = Verdict::Fail;
    assert_eq!(judged(&window, Demand::Throughout, &samples).0, Verdict::Fail);
    assert_eq!(judged(&window, Demand::Throughout, &[]).0, Verdict::NoData);
}

#[rstest]
#[case::nothing_was_seen(Verdict::Error)]
#[case::nothing_to_judge(Verdict::NoData)]
fn a_target_that_does_not_answer_is_a_gap(#[case] verdict: Verdict) {
    let window = Window::new(t0(), 5);
    let mut samples = whole(&window);
    for sample in &mut samples[10..13] {
        sample.verdict = verdict;
    }
    let judged = judge(&window, Demand::Throughout, &samples, window.due).unwrap();
    assert_eq!(
        (judged.verdict, judged.taken, judged.gaps.len()),
        (Verdict::NoData, 27, 1)
    );
    assert_eq!((judged.gaps[0].asked, judged.longest), (3, seconds(30)));
}

#[test]
fn a_sample_that_was_taken_outside_of_its_slot_is_a_gap() {
    let window = Window::new(t0(), 5);
    for (off, counts) in [
        (0, true),
        (5, true),
        (6, false),
        (-1, false),
        (3600, false),
        (-3600, false),
    ] {
        let mut samples = whole(&window);
        samples[3].taken_at += seconds(off);
        let judged = judge(&window, Demand::Throughout, &samples, window.due).unwrap();
        assert_eq!(judged.taken, if counts { 30 } else { 29 }, "{off} s");
    }
    let mut beside = whole(&window);
    beside[3].slot += seconds(1);
    beside[3].taken_at += seconds(1);
    assert_eq!(
        judge(&window, Demand::Throughout, &beside, window.due)
            .unwrap()
            .taken,
        29,
        "no slot"
    );
}

#[test]
fn what_need_not_hold_throughout_is_forgiven_but_holds_at_the_end() {
    let window = Window::new(t0(), 5);
    let mut samples = whole(&window);
    samples[0].verdict = Verdict::Fail;
    samples[20].verdict = Verdict::Error;
    assert_eq!(
        judged(&window, Demand::AtTheEnd, &samples),
        (
            Verdict::Pass,
            "held for 1 min 20 s when it was due, 1 failed before; 29 of 30 samples, longest gap 10 s"
                .to_owned()
        )
    );
    samples[28].verdict = Verdict::Fail;
    assert_eq!(
        judged(&window, Demand::AtTheEnd, &samples).0,
        Verdict::NoData,
        "not steady"
    );
    samples[29] = sample(samples[29].slot, Verdict::Fail);
    assert_eq!(
        judged(&window, Demand::AtTheEnd, &samples),
        (
            Verdict::Fail,
            "fail when it was due (3 lines); 29 of 30 samples, longest gap 10 s".to_owned()
        )
    );
    samples.pop();
    assert_eq!(
        judged(&window, Demand::AtTheEnd, &samples).0,
        Verdict::NoData,
        "early is no pass"
    );
    assert_eq!(judged(&window, Demand::AtTheEnd, &[]).0, Verdict::NoData);
}

#[test]
fn a_corrected_t0_moves_the_window_and_no_sample() {
    let first = Window::new(t0(), 60);
    let samples = whole(&first);
    // Later: what was before it is not the window's, and the end is still to come.
    let later = Window::new(t0() + TimeDelta::minutes(10), 60);
    let seen = judge(&later, Demand::Throughout, &samples, first.due).unwrap();
    assert_eq!((seen.taken, seen.come), (100, 100));
    // Earlier: nobody looked before the first T0, and that is said.
    let earlier = Window::new(t0() - TimeDelta::minutes(10), 60);
    let seen = judge(&earlier, Demand::Throughout, &samples, earlier.due).unwrap();
    assert_eq!(
        (seen.taken, seen.come, seen.longest),
        (100, 120, TimeDelta::minutes(10))
    );
    assert_eq!(seen.verdict, Verdict::NoData);
}

fn numbered(window: &Window, number: &dyn Fn(usize) -> f64) -> Vec<Sample> {
    let mut samples = whole(window);
    for (at, sample) in samples.iter_mut().enumerate() {
        sample.value = Some(number(at));
    }
    samples
}

#[test]
fn a_stable_line_holds_throughout_and_its_number_stays_as_it_is() {
    let window = Window::new(t0(), 60);
    let stable = Demand::Stable(Steady::stable(&Metric::Memory));
    let with = |number: &dyn Fn(usize) -> f64| judged(&window, stable, &numbered(&window, number));
    let (verdict, reason) = with(&|at| 100.0 + (at % 3) as f64);
    assert_eq!(verdict, Verdict::Pass);
    assert_eq!(
        reason,
        "stable: over the window the line through 120 samples changes by +0.1 % of their mean (at most 10 %), and without the tenth \
         at either end they differ by 2.0 % of it (at most 20 %); 0 failed, 120 of 120 samples"
    );
    assert_eq!(
        with(&|at| 100.0 + at as f64 / 10.0).0,
        Verdict::Fail,
        "it grows by 12 %"
    );
    assert_eq!(
        with(&|at| 100.0 + (at % 2 * 30) as f64).0,
        Verdict::Fail,
        "it swings"
    );
    assert_eq!(with(&|_| f64::NAN).0, Verdict::NoData);
    assert_eq!(
        judged(&window, stable, &whole(&window)).0,
        Verdict::NoData,
        "no numbers"
    );
    let mut samples = numbered(&window, &|_| 100.0);
    samples
        .iter_mut()
        .step_by(10)
        .for_each(|sample| sample.value = None);
    let (verdict, reason) = judged(&window, stable, &samples);
    assert_eq!(verdict, Verdict::NoData, "{reason}");
    assert!(reason.contains("108 of 120 samples hold a number"), "{reason}");
    samples = numbered(&window, &|_| 100.0);
    samples.truncate(113);
    assert_eq!(
        judged(&window, stable, &samples).0,
        Verdict::NoData,
        "94 % were seen"
    );
    samples = numbered(&window, &|_| 100.0);
    samples[3].verdict = Verdict::Fail;
    assert_eq!(judged(&window, stable, &samples).0, Verdict::Fail);
}

#[test]
fn what_stabilised_may_have_been_otherwise_before_its_last_quarter_that_was_seen() {
    let window = Window::new(t0(), 60);
    let settled = Demand::Stable(Steady::stabilised(&Metric::CacheHitRate));
    let rate = |at: usize| (at as f64).min(75.0);
    let mut samples = numbered(&window, &rate);
    for sample in samples.iter_mut().take(70) {
        sample.verdict = Verdict::Fail;
    }
    let (verdict, reason) = judged(&window, settled, &samples);
    assert_eq!(verdict, Verdict::Pass, "{reason}");
    assert!(
        reason.ends_with("; in the last 25 % of the window 0 failed, 30 of 30 samples"),
        "{reason}"
    );
    samples[100].verdict = Verdict::Fail;
    let (verdict, reason) = judged(&window, settled, &samples);
    assert_eq!(verdict, Verdict::Fail);
    assert!(
        reason.starts_with("in the last 25 % of the window 1 failed"),
        "{reason}"
    );
    // Nobody looked for a while before: not enough of the window is known.
    let mut samples = numbered(&window, &|_| 75.0);
    samples.drain(10..20);
    let (verdict, reason) = judged(&window, settled, &samples);
    assert_eq!(verdict, Verdict::NoData);
    assert!(reason.contains("95 % of the window must be seen"), "{reason}");
    assert!(!settled.needs_every_sample() && settled.outweighs_a_look());
    // Early, its last quarter has not come.
    let samples = numbered(&window, &|_| 75.0);
    let early = judge(&window, settled, &samples, t0() + TimeDelta::minutes(20)).unwrap();
    assert_eq!(early.verdict, Verdict::NoData, "{}", early.reason);
}

#[test]
fn three_samples_show_nothing_stable() {
    let window = Window {
        sampling: Sampling {
            interval: TimeDelta::minutes(20),
            ..Sampling::of(TimeDelta::hours(1))
        },
        ..Window::new(t0(), 60)
    };
    let stable = Demand::Stable(Steady::stable(&Metric::Memory));
    let (verdict, reason) = judged(&window, stable, &numbered(&window, &|_| 100.0));
    assert_eq!(verdict, Verdict::NoData);
    assert!(
        reason.starts_with("3 numbers over the window: 12 are needed"),
        "{reason}"
    );
}

#[rstest]
#[case("used_memory 1.5 MB", Some(1_572_864.0))]
#[case("64.2 %", Some(64.2))]
#[case("evicted_keys:0", Some(0.0))]
#[case("took 2 s", Some(2000.0))]
#[case("-3", Some(-3.0))]
#[case("status 200", Some(200.0))]
#[case("since 12:05", None)]
#[case("v18", None)]
#[case(
    "64.2 % (90 cache_hits_total and 50 cache_misses_total in the 3 min since 2026-03-02 12:00:00 UTC)",
    Some(64.2)
)]
#[case("redis uses 30.50 MB", Some(31_981_568.0))]
#[case("nothing (404)", None)]
#[case("(12 MB)", Some(12_582_912.0))]
#[case("nothing", None)]
#[case("", None)]
fn the_number_of_a_sample_is_the_last_one_that_was_found(#[case] found: &str, #[case] number: Option<f64>) {
    assert_eq!(value(found), number);
}

#[test]
fn what_holds_throughout_is_told_by_its_words_and_by_what_it_looks_for() {
    let free = || Metric::Free(String::new());
    let http = |body| {
        ProbeSpec::Http(domain::probe::HttpProbe {
            url: "/".into(),
            status: StatusRule::Success,
            body,
            filters: vec![],
            within_ms: None,
            secure_or_loopback: false,
            headers: vec![],
            response: vec![],
        })
    };
    for (text, demand) in [
        ("Zero production errors", Demand::Throughout),
        ("No slow queries: `logs`", Demand::Throughout),
        ("Error log is empty", Demand::Throughout),
        ("Memory usage stable", Demand::Stable(Steady::stable(&free()))),
        (
            "Cache hit rate stabilized >70%",
            Demand::Stable(Steady::stabilised(&free())),
        ),
        ("API responds: `curl` returns 200", Demand::AtTheEnd),
        ("Notes are kept", Demand::AtTheEnd),
    ] {
        assert_eq!(Demand::of(text, &http(vec![]), None), demand, "{text}");
    }
    assert_eq!(
        Demand::of("Antwort", &http(vec![TextRule::Lacks("error".into())]), None),
        Demand::Throughout
    );
    // What the plan says of the line is meant, in whatever words.
    let steady = Steady::stable(&Metric::Latency);
    let aim = Aim::Steady { steady };
    let objective = Objective {
        item: id("line"),
        line: 1,
        metric: Metric::Latency,
        subject: None,
        aggregation: Metric::Latency.natural(),
        assumed: None,
        minimum_samples: minimum_samples(Metric::Latency.natural(), &aim),
        aim,
        window: Some(60),
    };
    assert_eq!(
        Demand::of("Response times consistent", &http(vec![]), Some(&objective)),
        Demand::Stable(steady)
    );
}

#[test]
fn a_line_that_must_hold_throughout_has_failed_with_its_first_bad_sample_and_stays_so() {
    let mut bench = Bench::new();
    bench.outline.sections[1].lines[0].demand = Demand::Throughout;
    let t0 = bench.now;
    bench.happen(&Author::Gonogo, Happening::T0Set { t0, reason: None });
    let fails = |slot| Happening::SampleFailed {
        item: id("later"),
        slot,
        reason: "2 lines".into(),
        evidence: hash(9),
    };
    bench.happen(&Author::Gonogo, fails(t0 + TimeDelta::seconds(30)));
    bench.happen(&Author::Gonogo, fails(t0 + TimeDelta::seconds(60)));
    let stands = |bench: &Bench| {
        let (section, line) = bench.outline.line(&id("later")).unwrap();
        standing(section, line, &bench.run, bench.now)
    };
    let early = stands(&bench);
    assert_eq!(
        (early.status, early.reason.as_str()),
        (Status::Failed, "failed 2026-03-02 12:00:30 UTC: 2 lines")
    );
    // Where it need only hold at the end, it is too early to say.
    bench.outline.sections[1].lines[0].demand = Demand::AtTheEnd;
    assert_eq!(stands(&bench).status, Status::NoData);
    // Another T0, another window: what of the old samples lies in it is judged anew.
    bench.happen(
        &Author::Gonogo,
        Happening::WindowJudged {
            section: SectionId("window".into()),
        },
    );
    bench.happen(
        &Author::Gonogo,
        Happening::T0Set {
            t0: bench.now,
            reason: Some("later".into()),
        },
    );
    assert_eq!(bench.run.windows, Windows::since(bench.run.number));
}

#[test]
fn a_bar_has_few_letters_whatever_the_window_and_shows_the_weakest_of_each_part() {
    for (minutes, parts) in [(1, 6), (5, 30), (60, 60), (1440, 60), (10_080, 60)] {
        let window = Window::new(t0(), minutes);
        let mut samples = whole(&window);
        let last = samples.len() - 1;
        samples[0].verdict = Verdict::Fail;
        samples.remove(last);
        let judged = judge(&window, Demand::Throughout, &samples, window.due).unwrap();
        let bar = Bar::new(id("later"), &window, &samples, &judged, window.due);
        assert_eq!((bar.parts.len(), bar.of), (parts, parts), "{minutes}");
        assert!(
            bar.parts.starts_with('x') && bar.parts.ends_with('-'),
            "{}",
            bar.parts
        );
        assert!(
            bar.parts[1..parts - 1].chars().all(|part| part == '.'),
            "{}",
            bar.parts
        );
    }
}

#[test]
fn how_often_is_sampled_follows_from_how_long() {
    let of = Sampling::of(TimeDelta::minutes(5));
    assert_eq!((of.steady, of.timeout), (seconds(20), seconds(5)));
    assert!(of.timeout < of.interval, "no sample could belong to two slots");
}

#[test]
fn somebody_says_when_a_window_is_sampled() {
    let said = Timing {
        delay: Some(60),
        interval: Some(15),
        steady: Some(120),
        timeout: Some(10),
    };
    let window = Window::timed(t0(), 60, said);
    let slots: Vec<_> = window.slots(window.due).collect();
    assert_eq!(window.due, t0() + TimeDelta::hours(1), "it is due as before");
    assert!(
        slots[0] > t0() + seconds(60),
        "what happens in the first minute is nobody's"
    );
    assert_eq!(slots.len(), 236);
    assert!(slots.windows(2).all(|two| two[1] - two[0] == seconds(15)));
    assert_eq!(
        (window.sampling.steady, window.sampling.timeout),
        (seconds(120), seconds(10))
    );
    let mut failing = whole(&window);
    failing.truncate(200);
    failing.insert(0, sample(t0() + seconds(23), Verdict::Fail));
    let judged = judge(&window, Demand::Throughout, &failing, window.due).unwrap();
    assert_eq!((judged.failed, judged.come), (0, 236));
    // What is said counts for as much as it says, and leaves the rest.
    let part = Timing {
        interval: Some(60),
        ..Timing::default()
    };
    assert_eq!(Window::timed(t0(), 60, part).sampling.steady, seconds(120));
    assert_eq!(
        Window::timed(t0(), 60, part.or(said)).sampling.steady,
        seconds(120)
    );
    assert_eq!(part.or(said).interval, Some(60), "the nearer word wins");
    assert_eq!(Window::timed(t0(), 60, Timing::default()), Window::new(t0(), 60));
    assert_eq!(
        said.to_string(),
        "sampled from 1 min after T0 on, sampled every 15 s, held for 2 min at its end, each sample at most 10 s late"
    );
}

fn timing(delay: u32, interval: u32, steady: u32, timeout: u32) -> Timing {
    Timing {
        delay: Some(delay),
        interval: Some(interval),
        steady: Some(steady),
        timeout: Some(timeout),
    }
}

#[rstest]
#[case(60, timing(0, 5, 1, 1), None)]
#[case(60, timing(1800, 300, 1800, 299), None)]
#[case(
    60,
    timing(1801, 30, 1, 1),
    Some("delay must be 0 s to 1800 s here, 1801 s are too many")
)]
#[case(
    60,
    timing(0, 4, 1, 1),
    Some("interval must be 5 s to 600 s here, 4 s are too few")
)]
#[case(60, timing(0, 601, 1, 1), Some("interval must be 5 s to 600 s"))]
#[case(60, timing(1800, 301, 1, 1), Some("interval must be 5 s to 300 s"))]
#[case(1440, timing(0, 29, 1, 1), Some("interval must be 30 s to 14400 s"))]
#[case(
    60,
    timing(0, 30, 0, 1),
    Some("steady must be 1 s to 1800 s here, 0 s are too few")
)]
#[case(
    60,
    timing(0, 30, 1, 30),
    Some("timeout must be 1 s to 29 s here, 30 s are too many")
)]
#[case(60, timing(0, 30, 1, 0), Some("timeout must be 1 s"))]
#[case(0, timing(0, 30, 1, 1), Some("what is due at T0 has no samples"))]
fn what_is_said_of_a_window_is_bounded(
    #[case] minutes: u32,
    #[case] said: Timing,
    #[case] wrong: Option<&str>,
) {
    let checked = said.check(Some(minutes)).map_err(|wrong| wrong.to_string());
    match wrong {
        None => assert_eq!(checked, Ok(())),
        Some(words) => assert!(
            checked.clone().is_err_and(|said| said.starts_with(words)),
            "{checked:?}"
        ),
    }
    // Whatever is said, and whoever says it, a window has its slots, and each sample one.
    for minutes in [1, 5, 60, 1440, 43_200] {
        let window = Window::timed(t0(), minutes, said);
        let Sampling {
            interval,
            steady,
            timeout,
        } = window.sampling;
        let come = window.come(window.due);
        assert!((5..=2881).contains(&come), "{minutes}: {come}");
        assert!(
            timeout < interval && steady <= (window.due - window.t0) / 2,
            "{minutes}"
        );
    }
}

#[test]
fn the_environments_file_says_it_of_windows_by_their_time_or_of_all_others() {
    let of = |minutes, interval_seconds| WindowTiming {
        minutes,
        delay_seconds: Some(10),
        interval_seconds,
        steady_seconds: None,
        timeout_seconds: None,
    };
    let said = OfWindows::try_from(vec![
        of(None, Some(60)),
        of(Some(60), None),
        of(Some(5), Some(20)),
    ])
    .unwrap();
    assert_eq!(said.of(5).interval, Some(20));
    assert_eq!(
        said.of(60).interval,
        Some(60),
        "what it leaves open is for the others"
    );
    assert_eq!(
        (said.of(1440).interval, said.of(1440).delay),
        (Some(60), Some(10))
    );
    for (wrong, words) in [
        (
            vec![of(Some(5), Some(20)); 2],
            "[[windows]] with minutes = 5 stands there twice",
        ),
        (
            vec![of(None, Some(2))],
            "[[windows]] without minutes: interval must be 5 s to 43200 s",
        ),
        (
            vec![of(Some(5), Some(60))],
            "[[windows]] with minutes = 5: interval must be 5 s to 48 s",
        ),
        (
            vec![of(Some(0), Some(60))],
            "[[windows]] with minutes = 0: what is due at T0",
        ),
    ] {
        let said = OfWindows::try_from(wrong).unwrap_err().to_string();
        assert!(said.starts_with(words), "{said}");
    }
    assert!(OfWindows::default().is_empty() && OfWindows::default().of(60).is_empty());
}
