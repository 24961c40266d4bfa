//! What is said of a database and a cache becomes a question to them, and what a look at them does not show does not.

use checklist::compile;
use domain::plan::{Item, Work};
use rstest::rstest;

fn item(line: &str) -> Item {
    let compiled = compile(format!("## Phase 1: x\n\n- [ ] {line}\n").as_bytes());
    compiled.plan.items().next().expect("an item").clone()
}

#[rstest]
#[case("Database connections below 80 %", "its connections < 80 %")]
#[case(
    "PostgreSQL connections under 80% of max_connections",
    "its connections < 80 %"
)]
#[case("Fewer than 100 open database connections", "its connections < 100")]
#[case(
    "Connections below 80 %: `psql -c \"SELECT count(*) FROM pg_stat_activity\"`",
    "its connections < 80 %"
)]
#[case(
    "Few sessions: `psql -tAc \"SELECT count(*) FROM pg_stat_activity\"` is < 80",
    "SELECT count(*) FROM pg_stat_activity: its number must be < 80"
)]
#[case("No blocked queries in the database", "no session waits for a lock")]
#[case("No sessions waiting for locks", "no session waits for a lock")]
#[case(
    "No long-running transactions",
    "no transaction is open for longer than 5 min"
)]
#[case(
    "No transactions older than 10 minutes",
    "no transaction is open for longer than 10 min"
)]
#[case(
    "No query slower than 100 ms",
    "the longest call of every statement in pg_stat_statements ≤ 100 ms"
)]
#[case(
    "No slow queries (> 200ms)",
    "the longest call of every statement in pg_stat_statements ≤ 200 ms"
)]
#[case(
    "Average query time < 50ms",
    "the mean time of every statement in pg_stat_statements < 50 ms"
)]
#[case("`pg_stat_statements` enabled", "pg_stat_statements is installed and answers")]
#[case(
    "`last_analyze` of `orders` within 24 hours",
    "ANALYZE ran on orders within 1 d"
)]
#[case(
    "Installed: `psql -c \"\\dx\" | grep pgvector`",
    "extension vector is installed"
)]
#[case(
    "Redis persistence enabled",
    "the append-only file or snapshots are on, and were written well"
)]
#[case("Redis AOF enabled", "the append-only file is on, and was written well")]
#[case("Valkey snapshots configured", "snapshots are on, and the last one was saved")]
#[case("No evictions in Redis", "evicted_keys of INFO: its number must be = 0")]
#[case("Redis memory usage below 80%", "used_memory < 80 % of maxmemory")]
fn a_line_asks_the_server(#[case] line: &str, #[case] asked: &str) {
    let item = item(line);
    assert!(
        matches!(item.work, Work::Probe { .. }),
        "{line}: {:?}: {}",
        item.work,
        item.why
    );
    assert!(item.why.ends_with(asked), "{line}: {}", item.why);
}

#[rstest]
#[case("Alert when database connections above 80%")]
#[case("Database connection pool below 80 %")]
#[case("MySQL: no slow queries (> 200ms)")]
#[case("No slow queries")]
#[case("No blocked queries during the migration")]
#[case("Average query time improved by 50ms")]
#[case("No query slower than 100 ms in the last hour")]
#[case("Redis persistence volume enabled")]
#[case("Redis no eviction policy")]
#[case("Redis memory alert at 80%")]
#[case(
    "Share of idle sessions < 80 %: `psql -c \"SELECT count(*) FROM pg_stat_activity WHERE state = 'idle'\"`"
)]
fn what_a_look_at_the_server_does_not_show_is_somebodys_word(#[case] line: &str) {
    let item = item(line);
    assert_eq!(item.work, Work::Attestation, "{line}: {}", item.why);
}

#[rstest]
#[case("postgres connections<80%", "its connections < 80 %")]
#[case("postgres connections<100", "its connections < 100")]
#[case("postgres no-lock-waits", "no session waits for a lock")]
#[case("postgres transactions<=5m", "no transaction is open for longer than 5 min")]
#[case("postgres statements", "pg_stat_statements is installed and answers")]
#[case(
    "postgres statements mean<100ms",
    "the mean time of every statement in pg_stat_statements < 100 ms"
)]
#[case(
    "postgres statements longest<1s",
    "the longest call of every statement in pg_stat_statements < 1000 ms"
)]
#[case("postgres analyzed orders <=24h", "ANALYZE ran on orders within 1 d")]
#[case(
    "redis persistence",
    "the append-only file or snapshots are on, and were written well"
)]
#[case(
    "redis cache:6379 persistence aof",
    "the append-only file is on, and was written well"
)]
#[case("redis memory<80%", "used_memory < 80 % of maxmemory")]
fn an_author_asks_the_server_outright(#[case] annotation: &str, #[case] asked: &str) {
    let item = item(&format!("Well <!-- gonogo: {annotation} -->"));
    assert!(item.why.contains(asked), "{annotation}: {}", item.why);
}
