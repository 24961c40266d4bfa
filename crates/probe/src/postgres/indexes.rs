//! Indexes: how many, which of them are invalid, and whether those are there that a migration creates.

use crate::answer::Judgement;
use crate::place::{Closed, Place};
use crate::site::Site;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use std::collections::BTreeSet;

/// An index outside the system schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Index {
    pub schema: String,
    pub name: String,
    pub valid: bool,
    /// Its table.
    pub table: String,
    /// When `ANALYZE` was last run on its table by somebody, not by the server itself.
    pub analyzed: Option<DateTime<Utc>>,
}

/// What a migration's file says that it creates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    /// No migration is known.
    Unknown,
    /// The file cannot be read: why.
    Unread(String),
    /// The names of its indexes, in the file's order.
    Names(Vec<String>),
}

type Row = (String, String, bool, String, Option<DateTime<Utc>>);

pub(super) async fn observe(connection: &mut PgConnection) -> Result<Vec<Index>, sqlx::Error> {
    let sql = "SELECT n.nspname::text, c.relname::text, i.indisvalid, t.relname::text, s.last_analyze \
               FROM pg_catalog.pg_index i \
               JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
               JOIN pg_catalog.pg_class t ON t.oid = i.indrelid \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               LEFT JOIN pg_catalog.pg_stat_user_tables s ON s.relid = i.indrelid \
               WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' ORDER BY 1, 2";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(connection).await?;
    let index = |(schema, name, valid, table, analyzed)| Index {
        schema,
        name,
        valid,
        table,
        analyzed,
    };
    Ok(rows.into_iter().map(index).collect())
}

/// Reads the migration's file.
pub(super) async fn created(file: Option<&str>, site: &Site) -> Created {
    let Some(file) = file else {
        return Created::Unknown;
    };
    let place = match Place::of(file, site) {
        Ok(place) => place,
        Err(why) => return Created::Unread(why),
    };
    match tokio::task::spawn_blocking(move || place.read()).await {
        Ok(Ok((content, _))) => Created::Names(names(&String::from_utf8_lossy(&content))),
        Ok(Err(Closed::Missing)) => Created::Unread(format!("{file} does not exist")),
        Ok(Err(Closed::Refused(why))) => Created::Unread(why),
        Err(broken) => Created::Unread(format!("{file}: {broken}")),
    }
}

/// The names of the indexes that a migration creates: what follows `CREATE INDEX` or `create_index(`, and what stands in
/// quotes and is named like an index (`idx_…`, `ix_…`, `…_idx`), as scripts hold them in tables. What is only dropped does not
/// count, nor what the script fills in (`{name}`).
fn names(text: &str) -> Vec<String> {
    let words = words(text);
    let (mut found, mut dropped) = (Vec::new(), BTreeSet::new());
    for (at, (before, word)) in words.iter().enumerate() {
        let lower = word.to_ascii_lowercase();
        let like = lower.starts_with("idx_") || lower.starts_with("ix_") || lower.ends_with("_idx");
        let filled_in = before.is_some_and(|c| matches!(c, '{' | '$' | '%' | '<' | ':'));
        let quoted = before.is_some_and(|c| matches!(c, '"' | '\'' | '`'));
        match deed(&words[..at]) {
            Deed::Creates if !is_keyword(&lower) && !filled_in => found.push(lower),
            Deed::Drops => {
                dropped.insert(lower);
            }
            Deed::Creates | Deed::Nothing if like && quoted => found.push(lower),
            Deed::Creates | Deed::Nothing => {}
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|name| seen.insert(name.clone()));
    // A file that goes both ways (up and down) also drops what it creates.
    found.retain(|name| !dropped.contains(name) || is_created(&words, name));
    found
}

type Written<'a> = (Option<char>, &'a str);

/// Every word, with the character right before it.
fn words(text: &str) -> Vec<Written<'_>> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut words = Vec::new();
    let mut before = None;
    for piece in text.split_inclusive(|c: char| !part(c)) {
        let word = piece.trim_end_matches(|c: char| !part(c));
        if !word.is_empty() {
            words.push((before, word));
        }
        before = piece.chars().next_back().filter(|c| !part(*c));
    }
    words
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Creates,
    Drops,
    Nothing,
}

/// What the words right before a name say: `CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS`.
fn deed(before: &[Written<'_>]) -> Deed {
    let mut index = false;
    for (_, word) in before.iter().rev().take(7) {
        match word.to_ascii_lowercase().as_str() {
            "create_index" => return Deed::Creates,
            "drop_index" => return Deed::Drops,
            "create" if index => return Deed::Creates,
            "drop" if index => return Deed::Drops,
            "index" => index = true,
            lower if is_keyword(lower) => {}
            _ => return Deed::Nothing,
        }
    }
    Deed::Nothing
}

fn is_keyword(lower: &str) -> bool {
    matches!(
        lower,
        "index" | "unique" | "concurrently" | "if" | "not" | "exists" | "op" | "f" | "on"
    )
}

fn is_created(words: &[Written<'_>], name: &str) -> bool {
    let mut places = words
        .iter()
        .enumerate()
        .filter(|(_, (_, word))| word.eq_ignore_ascii_case(name));
    places.any(|(at, _)| deed(&words[..at]) == Deed::Creates)
}

pub(super) fn judge(indexes: &[Index], created: &Created, at_least: u32) -> Judgement {
    let found = counted(indexes.len(), "index", "indexes");
    let invalid: Vec<String> = indexes
        .iter()
        .filter(|index| !index.valid)
        .map(|index| format!("{}.{}", index.schema, index.name))
        .collect();
    if !invalid.is_empty() {
        let verb = if invalid.len() == 1 { "is" } else { "are" };
        return Judgement::fail(
            format!("{found}, of which {} {verb} invalid: REINDEX", some(&invalid)),
            format!("{found}, {} invalid", invalid.len()),
        );
    }
    if (indexes.len() as u64) < u64::from(at_least) {
        return Judgement::fail(format!("{found}, must be at least {at_least}"), found);
    }
    match created {
        Created::Unknown => Judgement::pass(format!("{found}, none invalid")),
        Created::Names(names) if names.is_empty() => {
            Judgement::pass(format!("{found}, none invalid; the migration's file names none"))
        }
        Created::Unread(why) => Judgement::error(format!(
            "{found}, but which of them the migration creates is not known: {why}"
        )),
        Created::Names(names) => {
            let missing: Vec<String> = names.iter().filter(|name| !has(indexes, name)).cloned().collect();
            match missing.len() {
                0 => Judgement::pass(format!(
                    "{found}, none invalid; all {} of the migration are there",
                    names.len()
                )),
                1 => Judgement::fail(
                    format!(
                        "{} of the migration's {} indexes is missing",
                        missing[0],
                        names.len()
                    ),
                    format!("{found}, 1 missing"),
                ),
                count => Judgement::fail(
                    format!(
                        "{} of the migration's {} indexes are missing",
                        some(&missing),
                        names.len()
                    ),
                    format!("{found}, {count} missing"),
                ),
            }
        }
    }
}

pub(super) fn judge_analyzed(indexes: &[Index], created: &Created) -> Judgement {
    let names = match created {
        Created::Names(names) if !names.is_empty() => names,
        Created::Names(_) => {
            return Judgement::error("the migration's file names no index, so no table is known");
        }
        Created::Unknown => return Judgement::error("no migration is known"),
        Created::Unread(why) => return Judgement::fail(why.clone(), "no migration"),
    };
    let its: Vec<&Index> = indexes
        .iter()
        .filter(|index| names.iter().any(|name| index.name.eq_ignore_ascii_case(name)))
        .collect();
    let tables: BTreeSet<&str> = its.iter().map(|index| index.table.as_str()).collect();
    if tables.is_empty() {
        return Judgement::fail("no table has an index of the migration yet", "not migrated");
    }
    let never: BTreeSet<String> = its
        .iter()
        .filter(|index| index.analyzed.is_none())
        .map(|index| index.table.clone())
        .collect();
    let never: Vec<String> = never.into_iter().collect();
    if !never.is_empty() {
        return Judgement::fail(
            format!("ANALYZE was never run on {}", some(&never)),
            format!("{} not analyzed", counted(never.len(), "table", "tables")),
        );
    }
    let oldest = its.iter().filter_map(|index| index.analyzed).min();
    let since = oldest.map_or_else(String::new, |at| {
        format!(", the first at {} UTC", at.format("%Y-%m-%d %H:%M:%S"))
    });
    Judgement::pass(format!(
        "{} analyzed{since}",
        counted(tables.len(), "table", "tables")
    ))
}

fn has(indexes: &[Index], name: &str) -> bool {
    indexes.iter().any(|index| index.name.eq_ignore_ascii_case(name))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

/// At most five names.
fn some(names: &[String]) -> String {
    match names {
        [first, _, _, _, _, _, ..] => format!("{first} and {} more", names.len() - 1),
        few => few.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::verdict::Verdict::{self, Error, Fail, Pass};
    use rstest::rstest;

    fn index(name: &str, analyzed: bool) -> Index {
        Index {
            schema: "public".to_owned(),
            name: name.to_owned(),
            valid: true,
            table: format!("table_of_{name}"),
            analyzed: analyzed.then(DateTime::<Utc>::default),
        }
    }

    fn named(names: &[&str]) -> Created {
        Created::Names(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[rstest]
    #[case("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS By_Name ON users (name);", &["by_name"])]
    #[case("op.create_index('ix_users_email', 'users')\nop.drop_index('ix_users_email')", &["ix_users_email"])]
    #[case("INDEXES = {\"idx_a\": \"t (a)\", \"idx_b\": \"t (b)\"}  # DROP INDEX {name}", &["idx_a", "idx_b"])]
    #[case("DROP INDEX IF EXISTS idx_old; CREATE INDEX idx_new ON t (a)", &["idx_new"])]
    #[case("CREATE TABLE index_page (a int)", &[])]
    #[case("f\"CREATE INDEX IF NOT EXISTS {name} ON {what}\"; SELECT s.idx_scan", &[])]
    fn the_indexes_of_a_migration_are_read_from_its_file(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(names(text), expected);
    }

    #[rstest]
    #[case(&named(&["idx_a", "idx_b"]), Pass, "2 indexes, none invalid; all 2 of the migration are there")]
    #[case(&named(&["idx_a", "idx_c"]), Fail, "idx_c of the migration's 2 indexes is missing")]
    #[case(&Created::Unread("m.py does not exist".into()), Error,
        "2 indexes, but which of them the migration creates is not known: m.py does not exist")]
    fn a_missing_index_of_the_migration_is_named(
        #[case] created: &Created,
        #[case] verdict: Verdict,
        #[case] reason: &str,
    ) {
        let judgement = judge(&[index("idx_a", true), index("IDX_B", true)], created, 1);
        assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
    }

    #[test]
    fn tables_of_the_migration_that_were_never_analyzed_are_named() {
        let indexes = [index("idx_a", true), index("idx_b", false), index("other", false)];
        let judgement = judge_analyzed(&indexes, &named(&["idx_a", "idx_b"]));
        assert_eq!(judgement.verdict, Fail);
        assert_eq!(judgement.reason, "ANALYZE was never run on table_of_idx_b");
        let judgement = judge_analyzed(&indexes, &named(&["idx_a"]));
        assert_eq!(judgement.verdict, Pass);
    }
}
