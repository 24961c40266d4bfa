use crate::support::{Bench, id, person};
use domain::{
    Role,
    environment::{AutomaticRollback, HoldOffTime, NoHoldOff},
    event::Happening,
    hold_off::{HoldOffEntry, HoldOffState, Turn},
    person::Author,
    plan::SectionId,
};

fn section(name: &str) -> SectionId {
    SectionId(name.to_owned())
}

/// A run in which the window's hold-off waits.
fn waiting() -> Bench {
    let mut bench = Bench::new();
    let t0 = bench.now;
    bench.happen(&Author::Gonogo, Happening::T0Set { t0, reason: None });
    let began = began(&bench, "window");
    bench.happen(&Author::Gonogo, began);
    bench
}

fn began(bench: &Bench, window: &str) -> Happening {
    Happening::HoldOff(HoldOffEntry::Began {
        window: section(window),
        line: id("later"),
        failed: "2 lines".into(),
        tier: section("immediate"),
        rule: "tier = \"immediate\"".into(),
        until: bench.now,
    })
}

fn rolls_back() -> Happening {
    Happening::RollbackStarted {
        tier: section("immediate"),
        reason: "it burns".into(),
        steps: 2,
        rehearsal: false,
        environment_hash: None,
    }
}

fn state(bench: &Bench) -> &HoldOffState {
    &bench.run.hold_offs.0[&section("window")].state
}

fn held(window: &str) -> Happening {
    Happening::HoldOff(HoldOffEntry::Held {
        window: section(window),
        reason: String::new(),
    })
}

/// What becomes of a line of the window `hour` that failed when the hold-off of the other had waited for so many seconds.
fn turn_of_another(
    bench: &Bench,
    began: chrono::DateTime<chrono::Utc>,
    seconds: i64,
    settled: &[&str],
) -> bool {
    let failed_at = began + chrono::TimeDelta::seconds(seconds);
    let turn = bench
        .run
        .hold_offs
        .turn(&section("hour"), &id("hit-rate"), Some(failed_at), |line| {
            settled.contains(&line.0.as_str())
        });
    matches!(turn, Turn::Begins)
}

#[test]
fn one_waits_at_most_and_whoever_holds_it_holds_all_that_had_failed_by_then() {
    let mut bench = waiting();
    let (number, began) = (bench.run.number, bench.now);
    let turn = |bench: &Bench, window: &str, line: &str| {
        let turn = bench
            .run
            .hold_offs
            .turn(&section(window), &id(line), Some(began), |_| false);
        format!("{turn:?}")
            .split('(')
            .next()
            .map(str::to_owned)
            .unwrap_or_default()
    };
    assert!(bench.run.hold_offs.waits(number));
    assert_eq!(turn(&bench, "window", "later"), "Own");
    assert_eq!(turn(&bench, "window", "another"), "Behind");
    assert_eq!(turn(&bench, "hour", "hit-rate"), "Behind");
    let owner = person(7, &[Role::ProductOwner]).author();
    bench.happen(&owner, held("window"));
    assert!(matches!(state(&bench), HoldOffState::Held { by, .. } if *by == owner));
    assert!(!bench.run.hold_offs.waits(number));
    assert_eq!(
        turn(&bench, "window", "another"),
        "Never",
        "its window was decided about"
    );
    assert!(
        !turn_of_another(&bench, began, 60, &[]),
        "it had failed when it was held"
    );
    assert!(
        turn_of_another(&bench, began, 61, &[]),
        "it failed after it was held"
    );
    assert!(
        !turn_of_another(&bench, began, 61, &["hit-rate"]),
        "it was let off itself"
    );
}

#[test]
fn a_line_that_was_let_off_says_nothing_about_another_even_when_its_waiver_has_ended() {
    for let_off in [true, false] {
        let mut bench = waiting();
        let began = bench.now;
        let refused = HoldOffEntry::Refused {
            window: section("window"),
            line: id("later"),
            failed: "2 lines".into(),
            rule: "tier = \"immediate\"".into(),
            why: "Paula waived it, or no tier is ready".into(),
            let_off,
        };
        bench.happen(&Author::Gonogo, Happening::HoldOff(refused));
        for settled in [&["later"] as &[&str], &[]] {
            assert_eq!(turn_of_another(&bench, began, 30, settled), let_off);
        }
        let own = bench
            .run
            .hold_offs
            .turn(&section("window"), &id("another"), Some(began), |_| false);
        assert_eq!(matches!(own, Turn::Begins), let_off, "another line of its window");
    }
}

#[test]
fn what_comes_first_ends_it_and_only_the_rule_itself_starts_it() {
    let rule = Author::Rule {
        name: "the rule".into(),
    };
    let owner = person(7, &[Role::ProductOwner]).author();
    let mut bench = waiting();
    bench.happen(&rule, rolls_back());
    assert!(matches!(state(&bench), HoldOffState::Started { .. }));
    let t0 = bench.now;
    for what in [
        rolls_back(),
        Happening::Superseded { by_run: 9 },
        Happening::T0Set { t0, reason: None },
        Happening::LockLost {
            to_run: 9,
            reason: "urgent".into(),
        },
    ] {
        let mut bench = waiting();
        bench.happen(&owner, what);
        assert!(matches!(state(&bench), HoldOffState::Over { .. }));
        let turn = bench
            .run
            .hold_offs
            .turn(&section("window"), &id("later"), Some(t0), |_| false);
        assert_eq!(turn, Turn::Begins);
    }
}

#[test]
fn a_run_that_was_stored_before_there_were_hold_offs_is_read_as_one_without() {
    let bench = Bench::new();
    let stored = serde_json::to_value(&bench.run).unwrap();
    assert!(stored.get("hold_offs").is_none() && stored.get("hourly").is_none());
    let read: domain::run::Run = serde_json::from_value(stored).unwrap();
    assert_eq!(read, bench.run);
    let what = began(&bench, "window");
    let again: Happening = serde_json::from_value(serde_json::to_value(&what).unwrap()).unwrap();
    assert_eq!(again, what);
}

#[test]
fn a_time_to_hold_it_lies_between_half_a_minute_and_an_hour() {
    for (text, seconds) in [("30s", 30), ("2m", 120), ("90s", 90), ("60m", 3600), ("1h", 3600)] {
        let time = HoldOffTime::try_from(text.to_owned()).unwrap();
        assert_eq!(time.delta().num_seconds(), seconds, "{text}");
        assert_eq!(HoldOffTime::try_from(time.to_string()), Ok(time));
    }
    for text in [
        "",
        "2",
        "m",
        "29s",
        "0m",
        "61m",
        "2h",
        "-2m",
        "2 m",
        "1.5m",
        "2d",
        "99999999999m",
        "4294967295h",
    ] {
        let refused = HoldOffTime::try_from(text.to_owned());
        assert_eq!(refused, Err(NoHoldOff(text.to_owned())));
    }
}

#[test]
fn the_rule_names_a_tier_and_a_time_and_nothing_else() {
    let rule = |text: &str| serde_json::from_str::<AutomaticRollback>(text);
    assert!(rule("{\"tier\": \"immediate\", \"hold_off\": \"2m\"}").is_ok());
    for text in [
        "{\"tier\": \"immediate\"}",
        "{\"hold_off\": \"2m\"}",
        "{\"tier\": \"immediate\", \"hold_off\": \"2m\", \"on\": true}",
        "{\"tier\": \"immediate\", \"hold_off\": \"1s\"}",
    ] {
        assert!(rule(text).is_err(), "{text}");
    }
}
