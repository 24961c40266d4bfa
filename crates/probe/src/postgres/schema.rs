//! The schema of the environment's database, and which migrations it has, as one short value.

use super::connect;
use crate::round::Round;
use crate::seal::hexadecimal;
use crate::site::Site;
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;
use tokio::time::{Instant, timeout_at};

/// One line for everything outside the system schemas that a migration could change, in an order that no locale changes.
/// Rows and the places of sequences are no schema.
const CATALOGUE: &str = "\
WITH relation AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.relkind AS kind
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I', 'c')
), line (line) AS (
    SELECT format('relation %s %s', name, kind) FROM relation
    UNION ALL
    SELECT format('column %s %I %s %s %s %s %s', name, attname, pg_catalog.format_type(atttypid, atttypmod), attnotnull,
                  attidentity, attgenerated, pg_catalog.pg_get_expr(adbin, adrelid))
    FROM relation JOIN pg_catalog.pg_attribute a ON attrelid = relation.oid
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
    WHERE attnum > 0 AND NOT attisdropped AND kind NOT IN ('i', 'I')
    UNION ALL
    SELECT format('constraint %s %I %s %s', name, conname, convalidated, pg_catalog.pg_get_constraintdef(k.oid))
    FROM relation JOIN pg_catalog.pg_constraint k ON conrelid = relation.oid
    UNION ALL
    SELECT format('index %s valid %s ready %s', pg_catalog.pg_get_indexdef(indexrelid), indisvalid, indisready)
    FROM relation JOIN pg_catalog.pg_index ON indrelid = relation.oid
    UNION ALL
    SELECT format('view %s %s', name, pg_catalog.pg_get_viewdef(oid)) FROM relation WHERE kind IN ('v', 'm')
    UNION ALL
    SELECT format('trigger %s %s %s', name, tgenabled, pg_catalog.pg_get_triggerdef(t.oid))
    FROM relation JOIN pg_catalog.pg_trigger t ON tgrelid = relation.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT format('function %I.%I(%s) %s', n.nspname, proname, pg_catalog.pg_get_function_identity_arguments(p.oid), prosrc)
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = pronamespace
    WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    UNION ALL
    SELECT format('value of %s %L', enumtypid::regtype, enumlabel) FROM pg_catalog.pg_enum
    UNION ALL
    SELECT format('extension %I %s', extname, extversion) FROM pg_catalog.pg_extension
)
SELECT (SELECT count(*) FROM relation WHERE kind IN ('r', 'p', 'f')),
       (SELECT count(*) FROM relation WHERE kind IN ('i', 'I')),
       (SELECT count(*) FROM relation JOIN pg_catalog.pg_index ON indexrelid = relation.oid WHERE NOT indisvalid),
       (SELECT encode(sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE \"C\"), ''), 'UTF8')), 'hex')
        FROM line)";

/// Where tools note which migrations a database has.
const MIGRATIONS: [&str; 9] = [
    "schema_migrations",
    "alembic_version",
    "django_migrations",
    "flyway_schema_history",
    "databasechangelog",
    "_sqlx_migrations",
    "_prisma_migrations",
    "knex_migrations",
    "\"__EFMigrationsHistory\"",
];

/// `12 tables, 30 indexes, 1 of them invalid; 4 rows of schema_migrations; 5f2c…`: how much there is, and a digest of all of it.
///
/// # Errors
/// Why the database gives no answer, in words.
pub(crate) async fn observe(site: &Site, round: &Round<'_>) -> Result<String, String> {
    let target = connect::target(None, site)?;
    let deadline = Instant::now() + site.deadline;
    let told = |why: String| format!("{}: {why}", target.shown);
    let mut line = round
        .databases
        .begin(&target, deadline, site)
        .await
        .map_err(told)?;
    let seen = timeout_at(deadline, described(&mut line.connection)).await;
    let seen = seen.map_err(|_| told(connect::no_answer(site)))?;
    line.end(deadline).await;
    seen.map_err(|why| told(connect::words(&why, &target)))
}

async fn described(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let (tables, indexes, invalid, catalogue): (i64, i64, i64, String) =
        sqlx::query_as(CATALOGUE).fetch_one(&mut *connection).await?;
    let mut digest = Sha256::new_with_prefix(&catalogue);
    let mut value = format!("{tables} tables, {indexes} indexes");
    if invalid > 0 {
        value.push_str(&format!(", {invalid} of them invalid"));
    }
    for written in MIGRATIONS {
        if let Some((name, rows, all)) = noted(written, connection).await? {
            value.push_str(&format!("; {rows} rows of {name}"));
            digest.update(format!("\n{name} {all}"));
        }
    }
    Ok(format!("{value}; {}", hexadecimal(&digest.finalize())))
}

/// The table's own name, how many rows it has, and a digest of them.
async fn noted(
    written: &str,
    connection: &mut PgConnection,
) -> Result<Option<(String, i64, String)>, sqlx::Error> {
    let name: Option<String> = sqlx::query_scalar("SELECT to_regclass($1)::text")
        .bind(written)
        .fetch_one(&mut *connection)
        .await?;
    let Some(name) = name else { return Ok(None) };
    // The name is the catalogue's own, quoted by the server.
    let sql = format!(
        "SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(r::text, E'\\n' ORDER BY r::text COLLATE \"C\"), ''), \
         'UTF8')), 'hex') FROM {name} r"
    );
    let (rows, all) = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(connection).await?;
    Ok(Some((name, rows, all)))
}
