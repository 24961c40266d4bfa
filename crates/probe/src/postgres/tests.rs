use super::{Seen, Value, judge};
use crate::redact::Secrets;
use domain::probe::{PostgresQuestion, TextRule};
use domain::quantity::Version;
use domain::verdict::Verdict::{self, Error, Fail, NoData, Pass};
use rstest::rstest;

fn version() -> PostgresQuestion {
    PostgresQuestion::Version {
        at_least: Version(vec![15]),
    }
}

fn extension() -> PostgresQuestion {
    PostgresQuestion::Extension {
        name: "vector".to_owned(),
    }
}

fn extension_seen(installed: Option<&str>, available: Option<&str>) -> Seen {
    Seen::Extension {
        installed: installed.map(str::to_owned),
        available: available.map(str::to_owned),
    }
}

fn query(rules: &[TextRule]) -> PostgresQuestion {
    PostgresQuestion::Query {
        sql: "SELECT 1".to_owned(),
        rules: rules.to_vec(),
    }
}

fn indexes(count: u64, invalid: &[&str]) -> Seen {
    let index = |name: String, valid| super::Index {
        schema: "public".to_owned(),
        name,
        valid,
        table: "t".to_owned(),
        analyzed: None,
    };
    let whole = (invalid.len() as u64..count).map(|number| index(format!("i{number}"), true));
    Seen::Indexes {
        indexes: invalid
            .iter()
            .map(|name| index((*name).to_owned(), false))
            .chain(whole)
            .collect(),
        created: super::Created::Unknown,
    }
}

#[rstest]
#[case(version(), Seen::Version("15.14 (Debian 15.14-0+deb12u1)".into()), Pass, "PostgreSQL 15.14")]
#[case(version(), Seen::Version("14.9".into()), Fail, "PostgreSQL 14.9, needs 15 or newer")]
#[case(version(), Seen::Version("17beta1".into()), Pass, "PostgreSQL 17")]
#[case(version(), Seen::Version("devel".into()), Error, "the server's version is devel, which is no number")]
#[case(
    extension(),
    extension_seen(Some("0.8.0"), Some("0.8.0")),
    Pass,
    "vector 0.8.0 is installed"
)]
#[case(
    extension(),
    extension_seen(None, Some("0.8.0")),
    Fail,
    "vector 0.8.0 is available but not installed in this database: CREATE EXTENSION vector"
)]
#[case(
    extension(),
    extension_seen(None, None),
    Fail,
    "vector is neither installed nor available on this server"
)]
#[case(PostgresQuestion::Indexes { at_least: 2, created_by: None }, indexes(2, &[]), Pass, "2 indexes, none invalid")]
#[case(PostgresQuestion::Indexes { at_least: 2, created_by: None }, indexes(9, &["a", "b"]), Fail,
    "9 indexes, of which public.a, public.b are invalid: REINDEX")]
#[case(query(&[]), Seen::Value(Value::NoRow), Pass, "the query ran, without a row")]
#[case(query(&[TextRule::NotEmpty]), Seen::Value(Value::NoRow), Fail,
    "the query gave no row; empty, but something should be there")]
#[case(query(&[]), Seen::Value(Value::Null), Pass, "the query ran; its value is NULL")]
#[case(query(&[TextRule::NotEmpty]), Seen::Value(Value::Null), NoData,
    "the query's value is NULL: there is nothing to judge")]
#[case(query(&[TextRule::Is("1".into())]), Seen::Value(Value::Text("1".into())), Pass, "“1”")]
#[case(
    PostgresQuestion::Answers,
    Seen::Size(1),
    Error,
    "the answer is to another question than answers"
)]
fn answers_are_judged(
    #[case] question: PostgresQuestion,
    #[case] seen: Seen,
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let judgement = judge(&seen, &question, &Secrets::none());
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}
