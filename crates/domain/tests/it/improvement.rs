use domain::improvement::{Claim, Direction, Improvement, Interval, NotComputable, percent};
use rstest::rstest;

fn of(before: f64, after: f64) -> Improvement {
    Improvement::between(Some(before), Some(after), Direction::Lower)
}

fn with(share: f64, low: f64, high: f64) -> Improvement {
    Improvement::Share {
        share,
        interval: Some(Interval { low, high }),
    }
}

#[rstest]
#[case(200.0, 80.0, "60.0 %")]
#[case(200.0, 79.0, "60.5 %")]
#[case(450.0, 95.0, "78.9 %")]
#[case(1.0, 0.0, "100.0 %")]
#[case(3.0, 3.0, "0.0 %")]
#[case(3.0, 3.000_001, "0.0 %, a regression")]
#[case(100.0, 150.0, "-50.0 %, a regression")]
#[case(0.0, 0.0, "not computable: the value from before is 0")]
#[case(0.0, 5.0, "not computable: the value from before is 0")]
#[case(-1.0, 5.0, "not computable: a value is no measurement")]
#[case(f64::NAN, 5.0, "not computable: a value is no measurement")]
#[case(5.0, f64::INFINITY, "not computable: a value is no measurement")]
#[case(1e-300, 1e300, "not computable: a value is no measurement")]
fn an_improvement_is_told(#[case] before: f64, #[case] after: f64, #[case] told: &str) {
    assert_eq!(of(before, after).to_string(), told);
}

#[test]
fn a_missing_value_is_not_computable_and_shows_nothing() {
    for (before, after, why) in [
        (None, Some(5.0), NotComputable::NoBefore),
        (Some(5.0), None, NotComputable::NoAfter),
        (None, None, NotComputable::NoBefore),
    ] {
        let found = Improvement::between(before, after, Direction::Lower);
        assert_eq!(found, Improvement::NotComputable(why));
        assert_eq!(found.exceeds(0.0), Claim::NotComputable(why));
        assert!(!found.is_regression());
    }
}

#[test]
fn where_more_is_better_more_is_an_improvement() {
    let rate = |before, after| Improvement::between(Some(before), Some(after), Direction::Higher);
    assert_eq!(rate(0.4, 0.8).to_string(), "100.0 %");
    assert!(rate(0.8, 0.4).is_regression());
    assert_eq!(
        rate(0.0, 0.4),
        Improvement::NotComputable(NotComputable::BeforeZero)
    );
}

#[rstest]
#[case(with(0.70, 0.61, 0.75), Claim::Met)]
#[case(with(0.70, 0.600_000_001, 0.75), Claim::Met)]
#[case(with(0.70, 0.60, 0.75), Claim::NotShown)]
#[case(with(0.70, 0.55, 0.75), Claim::NotShown)]
#[case(with(0.50, 0.45, 0.61), Claim::NotShown)]
#[case(with(0.50, 0.45, 0.60), Claim::NotMet)]
#[case(with(-0.50, -0.60, -0.40), Claim::NotMet)]
#[case(of(100.0, 1.0), Claim::NotShown)]
#[case(of(0.0, 1.0), Claim::NotComputable(NotComputable::BeforeZero))]
fn more_than_sixty_per_cent_is_met_only_where_the_interval_clears_it(
    #[case] found: Improvement,
    #[case] claim: Claim,
) {
    assert_eq!(found.exceeds(0.6), claim);
    assert_eq!(claim.is_met(), claim == Claim::Met);
}

#[rstest]
#[case(0.5996, Some(0.6), "60.0 %")]
#[case(0.6004, Some(0.6), "60.04 %")]
#[case(0.600_000_4, Some(0.6), "60.00004 %")]
#[case(0.6, Some(0.6), "60.0 %")]
#[case(0.6001, None, "60.0 %")]
#[case(-0.0001, None, "0.0 %")]
#[case(0.789, Some(0.6), "78.9 %")]
fn rounding_never_shows_a_share_on_the_other_side_of_its_bound(
    #[case] share: f64,
    #[case] bound: Option<f64>,
    #[case] shown: &str,
) {
    assert_eq!(percent(share, bound), shown);
}
