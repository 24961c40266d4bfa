//! The calls of the database's statements between two readings.

use super::Told;
use chrono::{DateTime, Utc};
use domain::measurement::Figure;
use domain::metric::{Aggregation, Metric};
use domain::quantity::Unit;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// From so many calls for each request on a lookup repeats.
const REPEATS: f64 = 3.0;

/// So many times as often as another statement it is called.
const TIMES: f64 = 2.0;

/// What is called less often for each request than this is no part of the load.
const PART: f64 = 0.05;

/// How many statements are named.
const NAMED: usize = 10;

/// What `pg_stat_statements` has counted of one database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statements {
    /// The database's number (oid): one that was made anew under the same name is another one.
    pub database: u32,
    /// Since when everything is counted.
    pub reset: DateTime<Utc>,
    /// How often the server has thrown statements away for want of room.
    pub evictions: u64,
    /// How often this reading itself was counted before: it is forgotten with the others, whatever they were called since.
    pub readings: u64,
    /// Calls of statements that this user may not see.
    pub hidden: u64,
    /// What clients send. Statements within functions are left out, and those that control sessions and transactions, change
    /// the schema, look at the server itself (as Gonogo does) or only ask whether it is there (`SELECT 1`).
    pub known: Vec<Statement>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Who calls it: the role's number (oid).
    pub user: u32,
    /// Its number (queryid), with its sign: too long for numbers of JSON.
    pub id: String,
    /// How often it was called.
    pub calls: u64,
    /// Its text without its values, masked, on one line, at most 120 characters: where it is a lookup (a SELECT with a
    /// parameter in its WHERE), which alone can repeat for each row of another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<String>,
}

/// A statement with its calls since.
type Called<'a> = (&'a Statement, u64);

impl Statements {
    pub(super) fn since(&self, before: &Self, requests: u64, told: &mut Told) {
        let called = match self.called(before) {
            Ok(_) if requests == 0 => {
                let why = "no request was made that they could be divided by";
                return told.1.push(format!("Database queries were not counted: {why}"));
            }
            Ok(called) => called,
            Err(why) => return told.1.push(format!("Database queries were not counted: {why}")),
        };
        let calls: u64 = called.iter().map(|(_, calls)| calls).sum();
        if calls == 0 {
            let none = "No query of the endpoint database was counted during the load: is it the database that was used?";
            told.1.push(none.to_owned());
        }
        let repeating = repeating(&called, requests);
        let figure = |metric, aggregation, value| Figure {
            metric,
            aggregation,
            value,
            unit: Unit::Count,
            samples: requests,
            between: None,
        };
        told.0.extend([
            figure(Metric::Queries, Aggregation::Mean, rate(calls, requests)),
            figure(
                Metric::RepeatedQueries,
                Aggregation::Total,
                repeating.len() as f64,
            ),
        ]);
        for (statement, calls) in repeating.iter().take(NAMED) {
            told.1.push(format!(
                "It repeats like N+1, {:.1} calls for each request: {}",
                rate(*calls, requests),
                statement.lookup.as_deref().unwrap_or_default()
            ));
        }
        if let Some(more) = repeating.len().checked_sub(NAMED).filter(|more| *more > 0) {
            told.1.push(format!("{more} more statements repeat like N+1."));
        }
    }

    /// What was called since, and how often; or why that is not known, and what to do.
    pub(super) fn called(&self, before: &Self) -> Result<Vec<Called<'_>>, String> {
        if self.database != before.database {
            return Err("the database is another one than before the load".to_owned());
        }
        if self.reset != before.reset {
            let at = self.reset.format("%Y-%m-%d %H:%M:%S");
            return Err(format!(
                "pg_stat_statements was reset meanwhile, at {at} UTC: measure again"
            ));
        }
        if self.evictions != before.evictions {
            let why =
                "pg_stat_statements had no room left meanwhile and threw statements away, with their counts";
            return Err(format!("{why}: raise pg_stat_statements.max and measure again"));
        }
        if self.hidden != before.hidden {
            let why = "statements of others were called meanwhile that the user of the endpoint database may not see";
            return Err(format!(
                "{why}: GRANT pg_read_all_stats to it, or name the application's own user in the endpoint's url"
            ));
        }
        let mut had: HashMap<(u32, &str), u64> = HashMap::new();
        for statement in &before.known {
            had.insert(statement.key(), statement.calls);
        }
        let since = self.known.iter().map(|statement| {
            let earlier = had.remove(&statement.key()).unwrap_or(0);
            let calls = statement.calls.checked_sub(earlier)?;
            Some((statement, calls))
        });
        let since: Option<Vec<Called<'_>>> = since.collect();
        match since {
            // What is left was counted before and is not known any more.
            Some(since) if had.is_empty() && self.readings > before.readings => Ok(since),
            Some(_) | None => {
                let why = "pg_stat_statements has forgotten counts since before the load";
                Err(format!("{why}: something resets it; measure again"))
            }
        }
    }
}

impl Statement {
    fn key(&self) -> (u32, &str) {
        (self.user, &self.id)
    }
}

/// Lookups that look like N+1, the most frequent first: called at least three times for each request on average, and at least
/// twice as often as another statement of the load, the one whose rows they would follow. One that is alone repeats too: its
/// rows may come from a cache. Where everything is called about as often, a request simply makes several.
fn repeating<'a>(called: &[Called<'a>], requests: u64) -> Vec<Called<'a>> {
    let part = |calls: u64| rate(calls, requests) >= PART;
    let mut repeating: Vec<Called<'a>> = Vec::new();
    for (index, (statement, calls)) in called.iter().enumerate() {
        let others = called.iter().enumerate().filter(|(other, _)| *other != index);
        let least = others
            .map(|(_, (_, calls))| *calls)
            .filter(|calls| part(*calls))
            .min();
        let stands_out = least.is_none_or(|least| *calls as f64 >= TIMES * least as f64);
        if statement.lookup.is_some() && rate(*calls, requests) >= REPEATS && stands_out {
            repeating.push((statement, *calls));
        }
    }
    repeating.sort_by(|(one, calls), (other, more)| more.cmp(calls).then_with(|| one.id.cmp(&other.id)));
    repeating
}

fn rate(calls: u64, requests: u64) -> f64 {
    calls as f64 / requests as f64
}
