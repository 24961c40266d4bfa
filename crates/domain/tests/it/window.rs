//! Windows: slots, coverage, and a day in a fake clock.

use crate::support::{Bench, hash, id};
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    event::Happening,
    person::Author,
    plan::SectionId,
    probe::{ProbeSpec, StatusRule, TextRule},
    status::{Status, standing},
    verdict::Verdict,
    window::{Bar, Demand, Judged, Sample, Sampling, Window, Windows, judge, value},
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

#[test]
fn stable_is_a_number_that_neither_drifts_nor_spreads() {
    let window = Window::new(t0(), 60);
    let with = |number: &dyn Fn(usize) -> f64| {
        let mut samples = whole(&window);
        for (at, sample) in samples.iter_mut().enumerate() {
            sample.value = Some(number(at));
        }
        judged(&window, Demand::Stable, &samples)
    };
    let (verdict, reason) = with(&|at| 100.0 + (at % 3) as f64);
    assert_eq!(verdict, Verdict::Pass);
    assert!(
        reason.starts_with("stable: drift +0.1 %, spread 2.0 % over the window (at most 10 % and 20 %)"),
        "{reason}"
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
        judged(&window, Demand::Stable, &whole(&window)).0,
        Verdict::NoData,
        "no numbers"
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
#[case("nothing", None)]
#[case("", None)]
fn the_number_of_a_sample_is_the_last_one_that_was_found(#[case] found: &str, #[case] number: Option<f64>) {
    assert_eq!(value(found), number);
}

#[test]
fn what_holds_throughout_is_told_by_its_words_and_by_what_it_looks_for() {
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
        ("Memory usage stable", Demand::Stable),
        ("Cache hit rate stabilized >70%", Demand::Stable),
        ("API responds: `curl` returns 200", Demand::AtTheEnd),
        ("Notes are kept", Demand::AtTheEnd),
    ] {
        assert_eq!(Demand::of(text, &http(vec![])), demand, "{text}");
    }
    assert_eq!(
        Demand::of("Antwort", &http(vec![TextRule::Lacks("error".into())])),
        Demand::Throughout
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
