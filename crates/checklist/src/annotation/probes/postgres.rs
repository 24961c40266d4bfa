//! Questions to Postgres that an annotation can name.

use super::bound;
use domain::probe::{PostgresProbe, PostgresQuestion, ProbeSpec, StatementTime};
use domain::quantity::{Bound, Comparison, Unit, Version};

const TAKES: &str = "`postgres` takes answers, version>=N, extension NAME, table NAME [not-empty], size<N, indexes>=N, \
                     analyzed TABLE [<=24h], connections<80%, no-lock-waits, transactions<=5m, statements [mean<100ms|longest<100ms]";

/// Reads the values.
pub fn read(words: &[String]) -> Result<ProbeSpec, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let question = match words.as_slice() {
        ["answers"] => PostgresQuestion::Answers,
        ["extension", name] => PostgresQuestion::Extension {
            name: (*name).to_owned(),
        },
        ["table", name] => PostgresQuestion::Table {
            name: (*name).to_owned(),
            not_empty: false,
        },
        ["table", name, "not-empty"] => PostgresQuestion::Table {
            name: (*name).to_owned(),
            not_empty: true,
        },
        ["analyzed", table] => PostgresQuestion::LastAnalyzed {
            table: (*table).to_owned(),
            within: None,
        },
        ["analyzed", table, age] => PostgresQuestion::LastAnalyzed {
            table: (*table).to_owned(),
            within: Some(seconds(age)?),
        },
        ["no-lock-waits"] => PostgresQuestion::NoLockWaits,
        ["statements"] => PostgresQuestion::Statements { slowest: None },
        ["statements", word] => PostgresQuestion::Statements {
            slowest: Some(slowest(word)?),
        },
        [word] => numbered(word)?,
        _ => return Err(TAKES.to_owned()),
    };
    Ok(ProbeSpec::Postgres(PostgresProbe {
        address: None,
        question,
    }))
}

/// A name with its bound.
fn numbered(word: &str) -> Result<PostgresQuestion, String> {
    if word.starts_with("version>=") {
        let at_least = Version::find(word).ok_or_else(|| format!("`{word}` names no version"))?;
        return Ok(PostgresQuestion::Version { at_least });
    }
    if let Some(size) = word.strip_prefix("size") {
        return Ok(PostgresQuestion::Size(bound(size, Unit::Bytes)?));
    }
    if let Some(count) = word.strip_prefix("indexes") {
        return Ok(PostgresQuestion::Indexes {
            at_least: bound(count, Unit::Count)?.quantity.value as u32,
            created_by: None,
        });
    }
    if let Some(share) = word.strip_prefix("connections") {
        let bound = bound(share, Unit::Percent).or_else(|_| bound(share, Unit::Count));
        return bound
            .map(PostgresQuestion::Connections)
            .map_err(|_| format!("`{share}` is no bound such as `<80%` or `<100`"));
    }
    match word.strip_prefix("transactions") {
        Some(time) => Ok(PostgresQuestion::NoTransactionOver(seconds(time)?)),
        None => Err(TAKES.to_owned()),
    }
}

/// `<=24h` in seconds: what is older, or lasts longer, is too old.
fn seconds(word: &str) -> Result<u64, String> {
    let time = most(word)?;
    Ok((time.quantity.value / 1000.0) as u64)
}

fn slowest(word: &str) -> Result<(StatementTime, Bound), String> {
    let named = [("mean", StatementTime::Mean), ("longest", StatementTime::Longest)];
    let known = named
        .iter()
        .find_map(|(name, by)| Some((*by, word.strip_prefix(name)?)));
    let (by, time) = known.ok_or_else(|| format!("`{word}` is neither mean<100ms nor longest<100ms"))?;
    Ok((by, most(time)?))
}

/// A time that something must not exceed.
fn most(word: &str) -> Result<Bound, String> {
    let time = bound(word, Unit::Milliseconds)?;
    match time.comparison {
        Comparison::AtMost | Comparison::Below => Ok(time),
        Comparison::Equal | Comparison::Other | Comparison::AtLeast | Comparison::Above => {
            Err(format!("`{word}` is no longest time such as `<=5m`"))
        }
    }
}
