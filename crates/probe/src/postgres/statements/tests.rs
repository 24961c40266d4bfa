use super::*;
use Verdict::{Fail, NoData, Pass};
use domain::quantity::{Comparison, Quantity, Unit};
use rstest::rstest;

fn counted(mean: f64, longest: f64, query: Option<&str>) -> Statements {
    Statements::Counted {
        count: 12,
        slowest: Some(Slowest {
            query: query.map(str::to_owned),
            calls: 40,
            mean,
            longest,
        }),
    }
}

fn below(by: StatementTime) -> Option<(StatementTime, Bound)> {
    let quantity = Quantity {
        value: 100.0,
        unit: Unit::Milliseconds,
    };
    let comparison = Comparison::Below;
    Some((by, Bound { comparison, quantity }))
}

const MEAN: StatementTime = StatementTime::Mean;
const LONGEST: StatementTime = StatementTime::Longest;
const NONE: Statements = Statements::Counted {
    count: 0,
    slowest: None,
};

#[rstest]
#[case(
    counted(20.0, 90.0, Some("SELECT 2")),
    below(LONGEST),
    Pass,
    "the slowest of 12 statements by its longest call: 90.0 ms in 40 calls (mean 20.0 ms, longest 90.0 ms): “SELECT 2”"
)]
#[case(
    counted(20.0, 900.0, Some("SELECT 2")),
    below(MEAN),
    Pass,
    "the slowest of 12 statements by its mean: 20.0 ms in 40 calls (mean 20.0 ms, longest 900 ms): “SELECT 2”"
)]
#[case(
    counted(20.0, 900.0, None),
    below(LONGEST),
    Fail,
    "the slowest of 12 statements by its longest call: 900 ms in 40 calls (mean 20.0 ms, longest 900 ms): a statement that \
     this user may not see; must be < 100 ms"
)]
#[case(
    counted(100.0, 900.0, None),
    None,
    Pass,
    "pg_stat_statements answers; it knows 12 statements of this database"
)]
#[case(
    NONE,
    None,
    Pass,
    "pg_stat_statements answers; it knows 0 statements of this database"
)]
#[case(
    NONE,
    below(MEAN),
    NoData,
    "pg_stat_statements has counted no statement of this database that reads or writes rows: drive some load first"
)]
fn the_slowest_statement_is_judged(
    #[case] seen: Statements,
    #[case] slowest: Option<(StatementTime, Bound)>,
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let judgement = judge(&seen, slowest.as_ref(), &Secrets::none());
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}

#[test]
fn without_the_extension_there_is_no_data_and_that_it_is_missing_is_a_failure_where_it_was_asked_for() {
    for seen in [
        Statements::NotInstalled,
        Statements::NotLoaded("must be loaded".to_owned()),
    ] {
        let bounded = judge(&seen, below(MEAN).as_ref(), &Secrets::none());
        assert_eq!(bounded.verdict, NoData, "{seen:?}");
        let there = judge(&seen, None, &Secrets::none());
        assert_eq!(there.verdict, Fail, "{seen:?}");
        assert!(there.reason.contains("restart the server"), "{}", there.reason);
    }
}
