//! Ten runs against many: what pages read of the database, and how long they take, must not depend on how many runs there are.
//! `GONOGO_HISTORY_RUNS` says how many; with it plans and times count too: a small table is read whole, and a machine that does other work
//! beside would spoil the times.

use crate::support::{Place, TABLES, Team, all_seen, copy_runs};
use domain::run::RunId;
use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// By how much a page may read more, and take longer.
const BUFFERS: f64 = 1.2;
const TIME: f64 = 1.25;
/// Where a page makes few look-ups, each of them goes a step deeper into an index; and up to three calls of one page share what they
/// read of its run, some ten pages each, or do not, as the machine has time.
const DEEPER: f64 = 40.0;
/// What a list may read in any case: so much for each run that it shows, and so much for finding and counting them. Ten runs lie on
/// two pages that are read whole; of many each is looked up.
const LIST: (f64, f64) = (5.0, 40.0);

/// How many runs there are where nobody says so.
const SAMPLE: i64 = 2_000;
/// How often a page is asked for where its buffers are counted, and where it is timed.
const ASKED: u32 = 10;
const TIMED: u32 = 100;

/// A checklist of 70 boxes that a probe reads.
fn document() -> String {
    let mut text = String::from("# Seventy\n\n## Phase 1: Parts (5 minutes)\n\n");
    for part in 0..70 {
        text +=
            &format!("- [ ] Part {part} is there <!-- gonogo: file settings.conf contains=\"ready\" -->\n");
    }
    text += "\n## Post-Deployment Verification\n\n### Immediate Checks (within 5 minutes)\n\n- [ ] Nobody complained\n\n\
             ## Sign-off\n\n| Role | Name | Date | Signature |\n|---|---|---|---|\n| QA | | | |\n| DevOps | | | |\n";
    text
}

/// A run of 70 results with samples and a measurement beside them, given up.
async fn template(pool: &PgPool, team: &Team) -> RunId {
    let run = team.run(&document()).await;
    team.devops.verify(run, "").await;
    team.devops.begin(run, "").await.answer::<()>();
    let page = team.qa.page(run).await;
    let item = &page.outline.lines().last().unwrap().1.id.0;
    sqlx::query(
        "insert into sample (run_id, slot, item, taken_at, verdict, value)
         select $1, $2 + n * interval '10 seconds', $3, $2 + n * interval '10 seconds', 'pass', n from generate_series(1, 20) n",
    )
    .bind(run.0)
    .bind(page.now)
    .bind(item)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into measurement (run_id, hash, attempt, body, at)
         values ($1, repeat('a', 64), 1, '{\"body\":\"' || repeat('measured ', 200) || '\"}', $2)",
    )
    .bind(run.0)
    .bind(page.now)
    .execute(pool)
    .await
    .unwrap();
    team.owner
        .close(run, true, "the template of many")
        .await
        .answer::<()>();
    run
}

/// What a page reads and how long it takes.
#[derive(Clone, Debug)]
struct Cost {
    /// Pages of the database's memory, for one request.
    buffers: f64,
    /// The same by statement, the dearest first.
    statements: Vec<(f64, String)>,
    /// How many runs it lists.
    listed: usize,
    /// The 99th percentile, best of three rounds; zero where nothing was timed.
    p99: Duration,
}

struct Bench {
    team: Team,
    pool: PgPool,
    timed: bool,
}

impl Bench {
    async fn cost(&self, path: &str) -> Cost {
        for _ in 0..ASKED {
            self.ask(path).await;
        }
        // Calls of one page share what they read of its run where they are at it at once: that is chance.
        let (one, other) = (self.read(path).await, self.read(path).await);
        let sum = |read: &(Vec<(f64, String)>, usize)| read.0.iter().map(|(buffers, _)| buffers).sum::<f64>();
        let (statements, listed) = if sum(&one) <= sum(&other) { one } else { other };
        let buffers = statements.iter().map(|(buffers, _)| buffers).sum();
        let mut p99 = if self.timed { Duration::MAX } else { Duration::ZERO };
        for _ in 0..if self.timed { 3 } else { 0 } {
            let mut times = Vec::new();
            for _ in 0..TIMED {
                let begun = Instant::now();
                self.ask(path).await;
                times.push(begun.elapsed());
            }
            times.sort();
            p99 = p99.min(times[times.len() * 99 / 100 - 1]);
        }
        Cost {
            buffers,
            statements,
            listed,
            p99,
        }
    }

    /// What a page reads, by statement, the dearest first; and how many runs it lists.
    async fn read(&self, path: &str) -> (Vec<(f64, String)>, usize) {
        sqlx::query("select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)")
            .execute(&self.pool)
            .await
            .unwrap();
        let mut listed = 0;
        for _ in 0..ASKED {
            listed = self.ask(path).await.matches("class=\"runs-choose\"").count();
        }
        // What the server does by itself meanwhile is asked less often than the page.
        let statements = sqlx::query_as(
            "select (shared_blks_hit + shared_blks_read)::float8 / $1 as buffers, query
             from pg_stat_statements
             where dbid = (select oid from pg_database where datname = current_database())
               and query not like '%pg_stat_statements%' and calls * 2 >= $1
             order by buffers desc",
        )
        .bind(i32::try_from(ASKED).unwrap())
        .fetch_all(&self.pool)
        .await
        .unwrap();
        (statements, listed)
    }

    /// A page, or where it names a function and its fields, that function.
    async fn ask(&self, path: &str) -> String {
        let page = match path.strip_prefix("/api/") {
            None => self.team.owner.get(path).await,
            Some(call) => {
                let (name, fields) = call.split_once('?').unwrap_or((call, ""));
                let fields: Vec<(&str, &str)> = fields
                    .split('&')
                    .filter_map(|field| field.split_once('='))
                    .collect();
                self.team.owner.call(&format!("/api/{name}"), &fields).await
            }
        };
        assert!(page.status.is_success(), "{path}: {} {}", page.status, page.text);
        page.text
    }

    async fn costs(&self, paths: &[String]) -> BTreeMap<String, Cost> {
        let mut costs = BTreeMap::new();
        for path in paths {
            costs.insert(path.clone(), self.cost(path).await);
        }
        costs
    }
}

/// Pages that show the same, however many runs there are: one run, and lists that ten runs fit.
fn narrow(run: i64, other: i64) -> Vec<String> {
    [
        format!("/runs/{run}"),
        format!("/runs/{run}?tab=log"),
        format!("/runs/{run}?tab=next"),
        format!("/runs/{run}?tab=sign-off"),
        format!("/runs/{run}?tab=rollback"),
        format!("/runs/{run}/export.json"),
        format!("/runs/compare?a={run}&b={other}"),
        format!("/api/evidence/item?run={run}&item=part-7-is-there"),
        format!("/api/evidence/log?run={run}&after=0"),
        format!("/api/run/bars?run={run}"),
        "/environments".to_owned(),
        "/checklists".to_owned(),
        "/new-run".to_owned(),
        "/?environment=shop".to_owned(),
        "/?environment=shop&state=closed".to_owned(),
        "/?person=otto".to_owned(),
        "/?person=otto&text=seventy".to_owned(),
        "/?from=2026-03-02&to=2026-03-02&environment=shop".to_owned(),
        "/?text=ticket-3&environment=shop".to_owned(),
    ]
    .to_vec()
}

/// Lists that are full.
fn wide(middle: i64) -> Vec<String> {
    [
        "/".to_owned(),
        format!("/?before={middle}"),
        format!("/?after={middle}"),
        "/?state=closed".to_owned(),
        "/?environment=edge".to_owned(),
        "/?outcome=NO-GO".to_owned(),
        "/?person=dora".to_owned(),
        "/?person=signer-3".to_owned(),
        "/?from=2026-03-02".to_owned(),
        "/?environment=edge&outcome=GO".to_owned(),
    ]
    .to_vec()
}

/// From now on the plans of whoever connects stand in the server's log. Answers how long that is by now.
async fn log_plans(pool: &PgPool) -> i64 {
    let name: String = sqlx::query_scalar("select quote_ident(current_database())")
        .fetch_one(pool)
        .await
        .unwrap();
    for setting in [
        "session_preload_libraries = auto_explain",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_nested_statements = on",
    ] {
        sqlx::raw_sql(AssertSqlSafe(format!("alter database {name} set {setting}")))
            .execute(pool)
            .await
            .unwrap();
    }
    let length = "select (pg_stat_file(current_setting('data_directory') || '/../server.log')).size";
    sqlx::query_scalar(length)
        .fetch_one(pool)
        .await
        .expect("the server's log stands beside its data: scripts/with-postgres starts it so")
}

/// The plans in the log after its first `from` bytes.
async fn plans(pool: &PgPool, from: i64) -> Vec<String> {
    let read = "select pg_read_file(current_setting('data_directory') || '/../server.log', $1, 200000000)";
    let log: String = sqlx::query_scalar(read).bind(from).fetch_one(pool).await.unwrap();
    let plans: Vec<String> = log
        .split(" LOG:  duration: ")
        .skip(1)
        .map(|entry| entry.replace('\t', "  "))
        .collect();
    assert!(plans.len() > 100, "{} plans were logged", plans.len());
    plans
}

/// The plans that read a table that grows from end to end.
fn scans(plans: &[String]) -> Vec<&String> {
    let scanned = |plan: &&String| {
        TABLES
            .iter()
            .any(|table| plan.contains(&format!("Seq Scan on {table} ")))
    };
    plans.iter().filter(scanned).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn pages_cost_the_same_with_ten_runs_and_with_very_many(pool: PgPool) {
    let given = std::env::var("GONOGO_HISTORY_RUNS").ok();
    let runs: i64 = given.as_ref().map_or(SAMPLE, |given| given.parse().unwrap());
    let options = pool.connect_options();
    let connect = || {
        PgPoolOptions::new()
            .max_connections(10)
            .connect_with((*options).clone())
    };
    let watch = PgPoolOptions::new()
        .max_connections(1)
        .connect_with((*options).clone())
        .await
        .unwrap();
    pool.close().await;
    sqlx::query("create extension pg_stat_statements")
        .execute(&watch)
        .await
        .expect("the server loads pg_stat_statements: scripts/with-postgres starts it so");
    let served = connect().await.unwrap();
    let place = Place::new().await;
    let app = place.app(&served).await;
    let team = Team::at(place, app).await;
    let run = template(&served, &team).await;
    copy_runs(&served, run.0, 10).await;
    let bench = Bench {
        team,
        pool: watch.clone(),
        timed: given.is_some(),
    };
    let narrow = narrow(run.0 + 5, run.0 + 6);
    let mut before = bench.costs(&narrow).await;
    copy_runs(&served, run.0, 60).await;
    let full = bench.cost("/").await;
    // It shows the last thirty runs beside each other.
    let thirty = format!("/runs/{}?tab=benchmark", run.0 + 5);
    before.insert(thirty.clone(), bench.cost(&thirty).await);
    let begun = Instant::now();
    copy_runs(&served, run.0, runs).await;
    let made = begun.elapsed();
    all_seen(&served).await;
    let wide = wide(run.0 + runs / 2);
    before.extend(wide.iter().map(|path| (path.clone(), full.clone())));

    let paths: Vec<String> = narrow.into_iter().chain(wide).chain([thirty]).collect();
    let after = bench.costs(&paths).await;

    // Once more with connections whose plans are logged.
    let from = log_plans(&watch).await;
    let Team {
        place,
        app,
        owner,
        devops,
        qa,
        developer,
    } = bench.team;
    app.stop().await;
    let logged = connect().await.unwrap();
    let app = place.app(&logged).await;
    let (owner, devops, qa, developer) = (owner.at(&app), devops.at(&app), qa.at(&app), developer.at(&app));
    let bench = Bench {
        team: Team {
            place,
            app,
            owner,
            devops,
            qa,
            developer,
        },
        ..bench
    };
    for path in &paths {
        bench.ask(path).await;
    }
    let plans = plans(&watch, from).await;
    let scans = scans(&plans);

    let results: i64 = sqlx::query_scalar("select count(*) from evidence")
        .fetch_one(&watch)
        .await
        .unwrap();
    let mut worst = [(0.0, ""); 3];
    let mut bad = Vec::new();
    for path in &paths {
        let (was, is) = (&before[path], &after[path]);
        let buffers = is.buffers / was.buffers.max(1.0);
        let time = is.p99.as_secs_f64() / was.p99.as_secs_f64().max(1e-6);
        println!(
            "history: {path}: {:.0} buffers, {:.0} with ten runs ({buffers:.2}x); p99 {:?}, {:?} ({time:.2}x)",
            is.buffers, was.buffers, is.p99, was.p99
        );
        let list = is.listed > 0;
        let allowed = is.listed as f64 * LIST.0 + LIST.1;
        if list && is.buffers / allowed > worst[2].0 {
            worst[2] = (is.buffers / allowed, path);
        }
        if !list && buffers > worst[0].0 {
            worst[0] = (buffers, path);
        }
        if bench.timed && time > worst[1].0 {
            worst[1] = (time, path);
        }
        let deeper = is.buffers - was.buffers <= DEEPER;
        let reads_more = buffers > BUFFERS && !deeper && !(list && is.buffers <= allowed);
        if reads_more || (bench.timed && time > TIME) {
            bad.push(path);
            for cost in [was, is] {
                for (buffers, statement) in &cost.statements {
                    println!(
                        "  {buffers:.0} buffers: {}",
                        statement.split_whitespace().collect::<Vec<_>>().join(" ")
                    );
                }
                println!();
            }
        }
    }
    println!(
        "history: {runs} runs and {results} results made in {} s; buffers at most {:.2}x ({}), of a list {:.2} of what \
         is allowed ({}), p99 at most {:.2}x ({}), {} of {} plans scan",
        made.as_secs(),
        worst[0].0,
        worst[0].1,
        worst[2].0,
        worst[2].1,
        worst[1].0,
        worst[1].1,
        scans.len(),
        plans.len(),
    );
    // A table of a few pages is read whole for good reason.
    assert!(
        !bench.timed || scans.is_empty(),
        "tables that grow are read from end to end: {scans:#?}"
    );
    assert!(bad.is_empty(), "{bad:?} cost more with {runs} runs than with ten");
}
