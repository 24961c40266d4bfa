use super::check;
use rstest::rstest;

#[rstest]
#[case("SELECT 1")]
#[case("select 1;")]
#[case("SELECT count(*) FROM schema_migrations WHERE version = 'performance; optimization' -- DELETE\n")]
#[case("SELECT extversion FROM pg_extension WHERE extname = 'vector'")]
#[case(
    "SELECT max(n)::bigint, \"delete\" FROM public.t t JOIN u USING (id) GROUP BY 1 HAVING count(*) > 1 LIMIT 1"
)]
#[case("WITH x AS (SELECT 1 AS n) SELECT n FROM x WHERE n IN (1, 2) AND NOT EXISTS (SELECT 1)")]
#[case("SELECT pg_size_pretty(pg_catalog.pg_database_size(current_database()))")]
#[case("SELECT now() - pg_postmaster_start_time() > interval '1 hour'")]
#[case("SHOW server_version")]
#[case("SHOW pg_stat_statements.track")]
fn what_reads_is_accepted(#[case] sql: &str) {
    assert_eq!(check(sql), Ok(()));
}

#[rstest]
#[case("", "it does not begin with SELECT, WITH or SHOW")]
#[case("UPDATE t SET n = 1", "it begins with UPDATE")]
#[case("EXPLAIN ANALYZE DELETE FROM t", "it begins with EXPLAIN")]
#[case("SELECT 1; DROP TABLE t", "it is more than one statement")]
#[case("SELECT 1;;SELECT 2", "it is more than one statement")]
#[case("SELECT * INTO copy FROM t", "INTO may change or lock something")]
#[case("SELECT * FROM t FOR UPDATE", "FOR may change or lock something")]
#[case(
    "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
    "DELETE may change or lock something"
)]
#[case("SELECT nextval('s')", "the function nextval is not known to read only")]
#[case("SELECT PG_SLEEP (1)", "the function pg_sleep is not known to read only")]
#[case("SELECT public.count(1)", "the function count is not known to read only")]
#[case(
    "SELECT \"pg_sleep\"(1)",
    "a function with a quoted name is not known to read only"
)]
#[case(
    "SELECT * FROM dblink('x', 'DELETE FROM t')",
    "the function dblink is not known to read only"
)]
#[case(
    "SELECT pg_read_file('/etc/passwd')",
    "the function pg_read_file is not known to read only"
)]
#[case("SELECT $$x$$", "the character $ is not read")]
#[case("SELECT $1", "the character $ is not read")]
#[case("SELECT 1 /* /* */ */", "comments of this kind are not read")]
#[case("SELECT E'\\''", "e begins a form that is not read")]
#[case("SELECT U&'\\0041'", "u begins a form that is not read")]
#[case(
    "SELECT 'a\\' || pg_sleep(1) --'",
    "a backslash within quotes is read differently by different servers"
)]
#[case("SELECT 'open", "a quote is not closed")]
#[case(
    "SELECT 1 -- \u{2028}\nFROM t \u{202e}",
    "the character \\u{202e} is not read"
)]
#[case("SHOW", "SHOW takes one name")]
#[case("SHOW a; SELECT 1", "it is more than one statement")]
#[case("\\di", "the character \\\\ is not read")]
fn what_is_not_known_to_read_is_refused_with_the_reason(#[case] sql: &str, #[case] why: &str) {
    assert_eq!(check(sql), Err(why.to_owned()));
}

proptest::proptest! {
    #[test]
    fn any_text_is_checked_without_a_panic(sql in "(SELECT|SHOW|WITH)? ?.{0,100}") {
        let _ = check(&sql);
    }

    #[test]
    fn nothing_that_changes_is_accepted_after_any_start(start in "[ -~]{0,30}", word in "(INSERT|update|Delete|INTO|drop)") {
        let free = !start.contains(['\'', '"']) && !start.contains("--");
        proptest::prop_assume!(free);
        let sql = format!("SELECT {start} {word} x");
        proptest::prop_assert!(check(&sql).is_err(), "{}", sql);
    }
}
