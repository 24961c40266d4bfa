use super::{Facts, Mean, invalid};
use domain::load::Invalid;
use std::time::Duration;

fn mean(milliseconds: &[u64]) -> Mean {
    let mut mean = Mean::default();
    milliseconds
        .iter()
        .for_each(|took| mean.add(Duration::from_millis(*took)));
    mean
}

fn good() -> Facts {
    Facts {
        lag_p99_us: Some(200),
        answered: 1_000,
        sent: 1_000,
        waited: 0,
        unsent: 0,
        rate: 100,
        calm: mean(&[10, 10]),
        crowded: Mean::default(),
    }
}

#[test]
fn what_kept_to_its_schedule_is_valid() {
    assert_eq!(invalid(&good()), []);
    let just = Facts {
        lag_p99_us: Some(1_000),
        ..good()
    };
    assert_eq!(invalid(&just), []);
}

#[test]
fn a_send_lag_of_more_than_a_millisecond_is_not_valid() {
    let late = Facts {
        lag_p99_us: Some(1_001),
        ..good()
    };
    assert_eq!(invalid(&late), [Invalid::Lag { p99_us: 1_001 }]);
}

#[test]
fn waiting_for_our_bound_is_not_valid_and_says_how_many_slots_it_takes() {
    let bound = Facts {
        waited: 6,
        crowded: mean(&[10, 12]),
        ..good()
    };
    assert_eq!(
        invalid(&bound),
        [Invalid::Bound {
            waited: 6,
            of: 1_000,
            needed: 3
        }]
    );
    let few = Facts { waited: 5, ..bound };
    assert_eq!(invalid(&few), []);
}

#[test]
fn waiting_for_a_target_that_is_slower_than_it_was_is_valid() {
    let held = Facts {
        waited: 600,
        crowded: mean(&[300, 10]),
        ..good()
    };
    assert!(held.target_held());
    assert_eq!(invalid(&held), []);
}

#[test]
fn waiting_for_what_nobody_knows_is_our_bound() {
    let unknown = Facts {
        waited: 600,
        calm: Mean::default(),
        crowded: mean(&[300]),
        ..good()
    };
    assert!(!unknown.target_held());
    assert_eq!(invalid(&unknown).len(), 1);
}

#[test]
fn missing_latencies_are_not_valid() {
    let unsent = Facts { unsent: 1, ..good() };
    assert_eq!(invalid(&unsent), [Invalid::Unsent { count: 1 }]);
    let nothing = Facts {
        answered: 0,
        ..good()
    };
    assert_eq!(invalid(&nothing), [Invalid::NoAnswer]);
    let unknown = Facts {
        lag_p99_us: None,
        ..good()
    };
    assert_eq!(invalid(&unknown), [Invalid::NoLag]);
    let stopped_in_the_warm_up = Facts {
        lag_p99_us: None,
        answered: 0,
        sent: 0,
        ..good()
    };
    assert_eq!(invalid(&stopped_in_the_warm_up), [Invalid::NoAnswer]);
}
