//! Postgres ends in the middle of things, and comes back.

use super::{Deployments, FIVE_WAYS, ITEM, act, form, is_started, roll_back};
use crate::support::{Browser, Cluster, Look, Page, Panel, Stop, eventually, fault_seeds, random};
use domain::{
    action::{ActionState, Ending},
    event::Happening,
    plan::ItemId,
    rollback::{Rollback, RollbackState, StepState},
    run::RunId,
};
use sqlx::PgPool;
use std::time::Duration;

/// When it ends after the press, and how long it is away, at most.
const MOMENTS: u64 = 600;
const AWAY: u64 = 2_000;

struct Restarts {
    cluster: Cluster,
    pool: PgPool,
    all: Deployments,
    panel: Panel,
}

/// One end of Postgres.
#[derive(Clone, Copy, Debug)]
struct End {
    how: Stop,
    after: Duration,
    away: Duration,
}

impl End {
    fn of(seed: u64) -> Self {
        let how = [Stop::Fast, Stop::Immediate, Stop::Kill][(seed % 3) as usize];
        let (after, away) = (random(seed) % MOMENTS, random(random(seed)) % AWAY);
        let (after, away) = (Duration::from_millis(after), Duration::from_millis(away));
        Self { how, after, away }
    }
}

impl Restarts {
    async fn new() -> Self {
        let cluster = Cluster::new(false).await;
        let pool = cluster.pool().await;
        let all = Deployments::new(&pool, FIVE_WAYS).await;
        let panel = Panel::start(&pool, &all.team.place).await;
        Self {
            cluster,
            pool,
            all,
            panel,
        }
    }

    async fn restart(&self, end: End) {
        tokio::time::sleep(end.after).await;
        self.cluster.stop(end.how).await;
        tokio::time::sleep(end.away).await;
        self.cluster.start().await;
    }

    /// Presses while Postgres ends, and then the same form again, until it is answered: whoever saw an error does that.
    async fn press(&self, end: End, one: impl AsyncFn(&Browser, &str) -> Page, browser: &Browser) {
        let key = form();
        tokio::join!(one(browser, &key), self.restart(end));
        eventually(&format!("the form is taken ({end:?})"), async || {
            let page = one(browser, &key).await;
            page.status.is_success().then_some(())
        })
        .await;
    }

    async fn action_ends(&self, run: RunId, item: &ItemId, told: &str) -> ActionState {
        eventually(&format!("the end of the action ({told})"), async || {
            let run = self.all.run(run).await?;
            let action = run.items.get(item)?.action.clone()?;
            (!action.is_running()).then_some(action)
        })
        .await
    }

    /// The events of the run are numbered without gaps, and each names the one before.
    async fn is_chained(&self, run: RunId, told: &str) {
        let mut connection = self.pool.acquire().await.unwrap();
        let chain = store::event::chain(&mut connection, run).await.unwrap();
        for (at, pair) in chain.windows(2).enumerate() {
            assert_eq!(pair[0].hash, pair[1].previous, "{told}: event {}", at + 2);
            assert_eq!(pair[1].event.number, at as u64 + 2, "{told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_repeated_where_postgres_ends_under_an_action_and_under_a_rollback() {
    let seeds = fault_seeds(3);
    let (first, count) = (seeds.start, seeds.end - seeds.start);
    let it = Restarts::new().await;
    let (devops, owner) = (
        it.panel.browser(&it.all.team.devops),
        it.panel.browser(&it.all.team.owner),
    );
    // Each takes long enough for every moment to be in the middle of something.
    for name in ["switch.sh", "switch-back.sh", "keep.sh"] {
        super::script(&it.all.team.place.file(name), "sleep 0.2");
    }
    for seed in seeds {
        let run = it.all.begin().await;
        let item = it.all.team.qa.page(run).await.id(ITEM);

        let end = End::of(seed);
        let told = format!("in the action of seed {seed}: {end:?}");
        it.press(
            end,
            async |browser, key| act(browser, run, &item, key).await,
            &devops,
        )
        .await;
        let action = it.action_ends(run, &ItemId(item.clone()), &told).await;
        let counted = it.all.effects();
        assert!(
            matches!(
                action,
                ActionState::Ended {
                    ending: Ending::Done,
                    ..
                }
            ),
            "{told}: {action:?} {counted:?}"
        );
        assert_eq!(counted, ["action began", "action ended"], "{told}");

        let end = End::of(seed + 1);
        let told = format!("in the rollback of seed {seed}: {end:?}");
        it.press(
            end,
            async |browser, key| roll_back(browser, run, key).await,
            &owner,
        )
        .await;
        let rollback = it.all.done(run, &told).await;
        assert_once(&it.all, &rollback, &told);
        assert_eq!(it.all.events(run, is_started).await, 1, "{told}");
        let steps = it
            .all
            .events(run, |what| matches!(what, Happening::StepStarted { .. }))
            .await;
        assert_eq!(steps, rollback.steps.len(), "{told}");
        it.is_chained(run, &told).await;
    }
    println!(
        "{count} restarts of Postgres under an action and {count} under a rollback from seed {first}: 0 lost, 0 repeated"
    );
    it.panel.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_database_that_does_not_answer_at_the_end_of_a_rollback_is_waited_for(pool: PgPool) {
    let theirs = Cluster::new(false).await;
    let all = Deployments::beside(&pool, FIVE_WAYS, &theirs.url()).await;
    let run = all.begin().await;
    theirs.stop(Stop::Fast).await;
    roll_back(&all.team.owner, run, &form()).await.answer::<()>();
    let rollback = eventually("every step is over", async || {
        let rollback = all.run(run).await?.rollback?;
        rollback.steps.iter().all(StepState::is_over).then_some(rollback)
    })
    .await;
    assert_eq!(rollback.state, RollbackState::Running);
    theirs.start().await;
    all.done(run, "their database is back").await;
}

/// Every step was done once, and each command was run once.
pub(super) fn assert_once(all: &Deployments, rollback: &Rollback, told: &str) {
    for step in [2, 3, 4] {
        let counted = ["began", "ended"].map(|what| all.count(&format!("{step} {what}")));
        assert_eq!(counted, [1, 1], "{told}, step {step}: {:?}", all.effects());
    }
    let done = |step: &StepState| {
        matches!(
            step,
            StepState::Ended {
                ending: Ending::Done,
                ..
            }
        )
    };
    assert!(rollback.steps.iter().all(done), "{told}: {rollback:?}");
    let restored = std::fs::read_to_string(all.team.place.file(".env")).unwrap();
    assert_eq!(restored, "CACHE=old\n", "{told}");
}
