//! What a durable step costs, and how long nobody works where a Gonogo is killed. `GONOGO_BENCH` measures more often.

use super::{Deployments, form, roll_back, script};
use crate::support::{Cluster, Member, Panel, Place, Team, eventually};
use chrono::{DateTime, Utc};
use domain::{
    rollback::{Rollback, RollbackState, StepState},
    run::RunId,
};
use sqlx::PgPool;
use std::{
    fmt::Write,
    io::Write as _,
    time::{Duration, Instant},
};

/// After this long with a connection a panel takes over from others.
const SETTLED: Duration = Duration::from_millis(2_000);

/// A heartbeat is a commit too.
const BEAT: Duration = Duration::from_millis(500);

/// A tier of many small steps, and a last one that may run twice.
fn document(steps: usize) -> String {
    let mut text = "# Many steps\n\n## Deployment\n\n### Phase 1: Files (5 minutes)\n\n- [ ] Switch flipped: `./switch.sh`\n\n\
                    ## Rollback\n\n### Immediate Rollback (< 5 minutes)\n\n"
        .to_owned();
    let commands = (1..=steps).map(|step| format!("./step.sh {step}"));
    for (at, command) in commands.chain(["mkdir -p restored".to_owned()]).enumerate() {
        let number = format!("{}. ", at + 1);
        let indent = " ".repeat(number.len());
        write!(
            text,
            "{number}Step {}:\n{indent}```bash\n{indent}{command}\n{indent}```\n",
            at + 1
        )
        .unwrap();
    }
    text.push_str(
        "\n## Sign-off\n\n| Role | Name | Date | Signature |\n|---|---|---|---|\n| DevOps | | | |\n",
    );
    text
}

/// A rollback on a panel of its own, beside nobody.
struct Measured {
    cluster: Cluster,
    pool: PgPool,
    place: Place,
    owner: Member,
    run: RunId,
    steps: usize,
}

impl Measured {
    async fn new(steps: usize) -> Self {
        let cluster = Cluster::new(true).await;
        let pool = cluster.pool().await;
        let all = Deployments::new(&pool, &document(steps)).await;
        script(&all.team.place.file("step.sh"), "true");
        let run = all.begin().await;
        all.ask(&format!("hangs-{}", steps + 1));
        let Team {
            place, app, owner, ..
        } = all.team;
        assert!(app.stop().await, "the server did not stop in time");
        Self {
            cluster,
            pool,
            place,
            owner,
            run,
            steps,
        }
    }

    async fn rollback(&self) -> Option<Rollback> {
        let mut connection = self.pool.acquire().await.unwrap();
        let pinned = store::run::by_id(&mut connection, self.run).await.unwrap();
        pinned.unwrap().run.rollback
    }

    /// The last step runs under this number.
    async fn runs_under(&self, wanted: i64) {
        eventually(&format!("the last step under {wanted}"), async || {
            let rollback = self.rollback().await?;
            assert_eq!(rollback.state, RollbackState::Running, "{rollback:?}");
            let last = rollback.steps.last()?;
            matches!(last, StepState::Running { fence, .. } if *fence == wanted).then_some(())
        })
        .await;
    }

    /// When each of the small steps began, and how long its command took.
    async fn times(&self) -> Vec<(DateTime<Utc>, Duration)> {
        let mut connection = self.pool.acquire().await.unwrap();
        let mut times = Vec::new();
        for step in &self.rollback().await.unwrap().steps[..self.steps] {
            let StepState::Ended { since, evidence, .. } = step else {
                panic!("{step:?}")
            };
            let seen = store::evidence::by_hash(&mut connection, self.run, evidence)
                .await
                .unwrap();
            let duration = seen.unwrap().evidence.duration_us;
            times.push((*since, Duration::from_micros(duration)));
        }
        times
    }

    /// The commits between two moments that Postgres has written down: those of the run's events, and all.
    async fn commits(&self, from: DateTime<Utc>, to: DateTime<Utc>, since: &str) -> (i64, usize) {
        let own = sqlx::query_scalar(
            "select count(distinct xmin::text) from event
             where run_id = $1 and (body::jsonb ->> 'at')::timestamptz >= $2 and (body::jsonb ->> 'at')::timestamptz < $3",
        )
        .bind(self.run.0)
        .bind(from)
        .bind(to)
        .fetch_one(&self.pool)
        .await
        .unwrap();
        let output = self
            .cluster
            .program("pg_waldump")
            .arg(format!("--path={}", self.cluster.data().join("pg_wal").display()))
            .args(["--rmgr=Transaction", &format!("--start={since}")])
            .env("TZ", "UTC")
            .output()
            .await
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let at = |line: &str| {
            let time = line.split_once("COMMIT ")?.1.split(" UTC").next()?.to_owned();
            let time = chrono::NaiveDateTime::parse_from_str(&time, "%Y-%m-%d %H:%M:%S%.f").ok()?;
            Some(time.and_utc())
        };
        let all = text
            .lines()
            .filter_map(at)
            .filter(|at| *at >= from && *at < to)
            .count();
        (own, all)
    }

    /// Kills whoever works, with another beside it, and says how long it took until the step ran again.
    async fn killed(&self, panel: Panel, fence: i64) -> (Panel, Duration) {
        let next = Panel::start_at(&self.cluster.url(), &self.pool, &self.place, "").await;
        tokio::time::sleep(SETTLED).await;
        let mut panel = panel;
        let from = Instant::now();
        panel.kill().await;
        self.runs_under(fence).await;
        (next, from.elapsed())
    }
}

/// One write of a page of Postgres, waited for.
fn one_sync(folder: &std::path::Path) -> Duration {
    let mut file = std::fs::File::create(folder.join("sync")).unwrap();
    let times = (0..100).map(|_| {
        let from = Instant::now();
        file.write_all(&[7; 8_192]).unwrap();
        file.sync_data().unwrap();
        from.elapsed()
    });
    median(times.collect())
}

fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_costs_two_commits_and_a_killed_gonogo_is_replaced_within_moments() {
    let bench = std::env::var_os("GONOGO_BENCH").is_some();
    let (steps, kills) = if bench { (200, 10) } else { (20, 1) };
    let it = Measured::new(steps).await;
    let since: String = sqlx::query_scalar("select pg_current_wal_flush_lsn()::text")
        .fetch_one(&it.pool)
        .await
        .unwrap();
    let mut panel = Panel::start_at(&it.cluster.url(), &it.pool, &it.place, "").await;
    let before = one_sync(it.cluster.path());
    roll_back(&panel.browser(&it.owner), it.run, &form())
        .await
        .answer::<()>();
    it.runs_under(1).await;
    let sync = median(vec![
        before,
        one_sync(it.cluster.path()),
        one_sync(it.cluster.path()),
    ]);

    let times = it.times().await;
    let (from, to) = (times[0].0, times[steps - 1].0);
    let (own, all) = it.commits(from, to, &since).await;
    let between = i64::try_from(steps - 1).unwrap();
    let others = i64::try_from(all).unwrap() - own;
    let took = (to - from).to_std().unwrap();
    let beats = i64::try_from(took.as_millis() / BEAT.as_millis()).unwrap() + 1;
    assert!(own <= 2 * between, "{own} commits of {between} steps");
    assert!(others >= 0, "{all} commits in all, and {own} of the events");
    // Each step has two events, and a head is signed every hundred of them.
    let heads = 2 * between / 100 + 1;
    assert!(
        others <= beats + heads,
        "{others} commits beside those of the events, {beats} heartbeats, {heads} signed heads"
    );
    let overheads = times.windows(2).map(|pair| {
        let (since, command) = pair[0];
        (pair[1].0 - since).to_std().unwrap().saturating_sub(command)
    });
    let overhead = median(overheads.collect());

    let mut replaced = Vec::new();
    for fence in 2..kills + 2 {
        let (next, took) = it.killed(panel, fence).await;
        panel = next;
        replaced.push(took);
    }
    let slowest = *replaced.iter().max().unwrap();
    assert!(slowest < Duration::from_secs(20), "{replaced:?}");
    panel.stop().await;

    let program = std::env::var("GONOGO_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_gonogo").to_owned());
    let build = if program.contains("/release/") {
        "release"
    } else {
        "debug"
    };
    let ms = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1_000.0);
    let met = |met: bool| if met { "met" } else { "missed" };
    let more = overhead.saturating_sub(sync);
    println!("{steps} steps and {kills} kills, {build} build, Postgres waits for the disk");
    println!("{:<50} {:>12} {:>12}", "", "measured", "goal");
    let line = |what: &str, measured: String, goal: &str, is: &str| {
        println!("{what:<50} {measured:>12} {goal:>12} {is}")
    };
    let per_step = own as f64 / between as f64;
    line(
        "commits a step",
        format!("{per_step:.2}"),
        "<= 2",
        met(per_step <= 2.0),
    );
    line("one fdatasync of 8 KiB (median)", ms(sync), "", "");
    let whole = times
        .windows(2)
        .map(|pair| (pair[1].0 - pair[0].0).to_std().unwrap());
    line(
        "a step, with a command that does nothing (median)",
        ms(median(whole.collect())),
        "",
        "",
    );
    line("a step, without its command (median)", ms(overhead), "", "");
    line(
        "  more than one fdatasync",
        ms(more),
        "<= 3 ms",
        met(more <= Duration::from_millis(3)),
    );
    line(
        "kill -9 to the step running again (median)",
        ms(median(replaced.clone())),
        "",
        "",
    );
    line(
        "  slowest",
        ms(slowest),
        "<= 2 s",
        met(slowest <= Duration::from_secs(2)),
    );
}
