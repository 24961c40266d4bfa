//! Many runs: copies of one that was really gone through, with everything that is stored beside it, made by the database itself.

use sqlx::{AssertSqlSafe, PgPool};

/// How many copies are made in one transaction.
const BATCH: i64 = 5_000;

/// Copies run `template` until there are `runs`, each started five minutes after the one before. Ten of every thousand are still
/// open at most; outcomes, environments, people and releases vary by the number, so that the same call makes the same data.
pub async fn copy_runs(pool: &PgPool, template: i64, runs: i64) {
    let mut made: i64 = sqlx::query_scalar("select count(*) from run")
        .fetch_one(pool)
        .await
        .unwrap();
    while made < runs {
        let batch = BATCH.min(runs - made);
        let mut tx = pool.begin().await.unwrap();
        for statement in COPY {
            let statement = statement
                .replace("$TEMPLATE", &template.to_string())
                .replace("$FROM", &made.to_string())
                .replace("$COUNT", &batch.to_string());
            sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        made += batch;
    }
    for table in TABLES {
        vacuum(pool, table).await;
    }
}

/// Waits until a vacuum of the runs' own tables finds everything on disk, and nobody who looks at how they were before: until then no
/// index alone answers.
pub async fn all_seen(pool: &PgPool) {
    for table in ["run", "run_person"] {
        super::eventually("a vacuum sees that everybody sees all", || async move {
            vacuum(pool, table).await;
            let seen = "select relallvisible >= relpages from pg_class where oid = to_regclass($1)";
            let seen: bool = sqlx::query_scalar(seen)
                .bind(table)
                .fetch_one(pool)
                .await
                .unwrap();
            seen.then_some(())
        })
        .await;
    }
}

async fn vacuum(pool: &PgPool, table: &str) {
    let vacuum = format!("vacuum analyze {table}");
    sqlx::raw_sql(AssertSqlSafe(vacuum)).execute(pool).await.unwrap();
}

/// The tables that grow with every run.
pub const TABLES: [&str; 10] = [
    "run",
    "run_person",
    "event",
    "evidence",
    "sample",
    "task",
    "delivery",
    "measurement",
    "run_phase",
    "waiver",
];

/// `$COUNT` copies after the first `$FROM`. What belongs to a run is written beside each other, as it is in life.
const COPY: [&str; 10] = [
    // The first ten are in one environment, started by one person; the rest is spread.
    "create temporary table copy on commit drop as
     select n, nextval(pg_get_serial_sequence('run', 'id')) as id,
            case when n < 10 then 'shop' else (array['shop-live', 'staging', 'shop-test', 'edge'])[1 + n % 4] end as environment,
            case when n < 10 then 'otto' else (array['dora', 'quinn', 'piet', 'ada', 'max'])[1 + n % 5] end as starter,
            (array['go', 'go', 'go', 'go', 'go_with_conditions', 'no_go', 'rolled_back', 'abandoned'])[1 + n % 8] as outcome,
            (array['GO', 'GO', 'GO', 'GO', 'GO with conditions', 'NO-GO', 'rolled back', 'abandoned'])[1 + n % 8] as word,
            (select started_at from run where id = $TEMPLATE) + n * interval '5 minutes' as started_at
     from generate_series($FROM, $FROM + $COUNT - 1) as n order by n",
    "insert into run (id, request_key, revision_id, environment, release, title, state, fold, summary, event_count, head,
                      started_by, started_at, closed_at, seal, class, words, begun_at, troubled_at)
     overriding system value
     select copy.id, gen_random_uuid(), revision_id, copy.environment, 'v1.' || n, title, word,
            fold || jsonb_build_object('id', copy.id, 'started_at', to_json(copy.started_at),
                'start', fold -> 'start' || jsonb_build_object('environment', copy.environment, 'release', 'v1.' || n),
                'state', jsonb_build_object('state', 'closed', 'outcome', outcome, 'at', to_json(copy.started_at),
                                            'by', fold -> 'started_by', 'reason', 'copied')),
            summary, event_count, head, starter, copy.started_at, copy.started_at + interval '40 minutes', seal, class,
            words || array_to_tsvector(array['v1.' || n, 'ticket-' || n % 977]), copy.started_at + interval '5 minutes',
            case when outcome in ('no_go', 'rolled_back') then copy.started_at + interval '20 minutes' end
     from copy join run on run.id = $TEMPLATE order by n",
    "insert into run_person (person, started_at, run_id)
     select starter, started_at, id from copy union select 'signer-' || n % 7, started_at, id from copy",
    "insert into event (run_id, number, body, previous, hash)
     select copy.id, number, body, previous, hash from copy join event on run_id = $TEMPLATE order by n, number",
    "insert into evidence (run_id, hash, item, body, at)
     select copy.id, hash, item, body, at from copy join evidence on run_id = $TEMPLATE order by n, at",
    "insert into sample (run_id, slot, item, taken_at, verdict, value, said, evidence)
     select copy.id, slot, item, taken_at, verdict, value, said, evidence
     from copy join sample on run_id = $TEMPLATE order by n, item, slot",
    "insert into task (run_id, environment, request_key, work, started_by, due_at, state, created_at, ended_at)
     select copy.id, copy.environment, gen_random_uuid(), work, started_by, due_at, 'ended', created_at, created_at
     from copy join task on run_id = $TEMPLATE order by n, task.id",
    "insert into measurement (run_id, hash, attempt, body, at)
     select copy.id, hash, attempt, body, at from copy join measurement on run_id = $TEMPLATE order by n",
    "insert into run_phase (run_id, section, title, planned_minutes, seconds)
     select id, 'parts', 'Parts', 5, 60 + n % 600 from copy order by n",
    "insert into waiver (run_id, number, item, line, person, reason, at, until)
     select id, 3, 'part-' || n % 70 || '-is-there', 'Part', 'piet', 'because', started_at, started_at + interval '7 days'
     from copy where n % 10 = 0 order by n",
];
