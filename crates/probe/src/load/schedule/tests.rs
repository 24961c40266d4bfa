use super::Schedule;
use domain::environment::{Load, LoadEndpoint, LoadMethod};
use domain::load::LoadPlan;
use std::time::Duration;

fn plan(weights: &[u32], seed: u32) -> LoadPlan {
    let endpoint = |weight: &u32| LoadEndpoint {
        endpoint: "api".to_owned(),
        path: "/".to_owned(),
        weight: *weight,
        method: LoadMethod::Get,
    };
    LoadPlan {
        load: Load {
            rate: 300,
            seconds: 30,
            warm_up_seconds: 2,
            concurrency: 8,
            timeout_seconds: 1,
            endpoints: weights.iter().map(endpoint).collect(),
        },
        seed,
    }
}

#[test]
fn the_same_seed_asks_the_same_and_another_does_not() {
    let of = |seed| Schedule::new(&plan(&[3, 1], seed)).expect("a schedule").asked;
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}

#[test]
fn endpoints_are_asked_by_their_weights() {
    let schedule = Schedule::new(&plan(&[6, 3, 1], 1)).expect("a schedule");
    let share = |which: usize| {
        let count = (0..schedule.len())
            .filter(|number| schedule.asked(*number) == which)
            .count();
        count as f64 / schedule.len() as f64
    };
    for (which, wanted) in [0.6, 0.3, 0.1].into_iter().enumerate() {
        // Five standard deviations of so many choices.
        let near = 5.0 * (wanted * (1.0 - wanted) / schedule.len() as f64).sqrt();
        assert!((share(which) - wanted).abs() < near, "{which}: {}", share(which));
    }
}

#[test]
fn requests_are_due_at_a_constant_rate_and_the_warm_up_is_not_measured() {
    let schedule = Schedule::new(&plan(&[1], 1)).expect("a schedule");
    assert_eq!(schedule.len(), 300 * 32);
    assert_eq!(schedule.due(0), Duration::ZERO);
    assert_eq!(schedule.due(300), Duration::from_secs(1));
    assert_eq!(schedule.due(301), Duration::from_nanos(1_003_333_333));
    assert!(!schedule.is_measured(599) && schedule.is_measured(600));
}

#[test]
fn weights_of_nothing_are_refused() {
    assert!(Schedule::new(&plan(&[0, 0], 1)).is_err());
}
