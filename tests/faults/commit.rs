//! The wire to Postgres breaks in a commit: what became of it is read back.

use super::{Deployments, FIVE_WAYS, ITEM, act, form, is_started, restart::assert_once, roll_back};
use crate::support::{Cut, Look, Panel, Wire, fault_seeds, random};
use domain::event::Happening;
use sqlx::PgPool;

/// A commit that stores a task takes half a second: nobody reads back sooner than it is through.
const SLOW: &str = "
    create function wait_in_commit() returns trigger language plpgsql as $$
    begin
        perform pg_sleep(0.5);
        return null;
    end
    $$;
    create constraint trigger task_is_slow after insert on task deferrable initially deferred
        for each row execute function wait_in_commit();
";

const CUTS: [Cut; 3] = [Cut::Before, Cut::Answered, Cut::AtOnce];

/// A rollback of five steps commits its start, two for each step, and its end.
const COMMITS: u64 = 12;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_press_whose_commit_is_cut_off_is_settled_by_reading_back(pool: PgPool) {
    let all = Deployments::new(&pool, FIVE_WAYS).await;
    let wire = Wire::to(&pool).await;
    let panel = Panel::start_at(&wire.url(), &pool, &all.team.place, "").await;
    let (devops, owner) = (panel.browser(&all.team.devops), panel.browser(&all.team.owner));
    sqlx::raw_sql(SLOW).execute(&pool).await.unwrap();
    for cut in CUTS {
        let run = all.begin().await;
        let item = all.team.qa.page(run).await.id(ITEM);
        let is_action = |what: &Happening| matches!(what, Happening::ActionStarted { .. });

        let key = form();
        wire.cut(1, cut);
        let page = act(&devops, run, &item, &key).await;
        assert!(wire.has_cut(), "{cut:?}");
        let stored = cut != Cut::Before;
        assert_eq!(page.status.is_success(), stored, "{cut:?}: {}", page.text);
        assert_eq!(all.events(run, is_action).await, usize::from(stored), "{cut:?}");
        act(&devops, run, &item, &key).await.answer::<()>();
        all.comes("action ended").await;
        assert_eq!(all.effects(), ["action began", "action ended"], "{cut:?}");

        let key = form();
        wire.cut(1, cut);
        let page = roll_back(&owner, run, &key).await;
        assert!(wire.has_cut(), "{cut:?}");
        assert_eq!(page.status.is_success(), stored, "{cut:?}: {}", page.text);
        assert_eq!(all.events(run, is_started).await, usize::from(stored), "{cut:?}");
        roll_back(&owner, run, &key).await.answer::<()>();
        let rollback = all.done(run, &format!("{cut:?}")).await;
        assert_once(&all, &rollback, &format!("{cut:?}"));
        assert_eq!(all.events(run, is_started).await, 1, "{cut:?}");
        // Nobody had to take anything over.
        let fences: Vec<i64> = sqlx::query_scalar(
            "select fence from task where run_id = $1 and work ->> 'work' in ('action', 'rollback')",
        )
        .bind(run.0)
        .fetch_all(&pool)
        .await
        .unwrap();
        assert_eq!(fences, [1, 1], "{cut:?}");
    }
    panel.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rollback_whose_commits_are_cut_off_does_every_step_once(pool: PgPool) {
    let all = Deployments::new(&pool, FIVE_WAYS).await;
    let wire = Wire::to(&pool).await;
    let panel = Panel::start_at(&wire.url(), &pool, &all.team.place, "").await;
    let owner = panel.browser(&all.team.owner);
    let seeds = fault_seeds(8);
    let (first, count) = (seeds.start, seeds.end - seeds.start);
    let mut cuts = 0;
    for seed in seeds {
        let run = all.begin().await;
        let number = usize::try_from(random(seed) % COMMITS).unwrap() + 1;
        let cut = CUTS[usize::try_from(random(random(seed)) % 3).unwrap()];
        let told = format!("seed {seed}, commit {number} cut off {cut:?}");
        let key = form();
        wire.cut(number, cut);
        if !roll_back(&owner, run, &key).await.status.is_success() {
            roll_back(&owner, run, &key).await.answer::<()>();
        }
        let rollback = all.done(run, &told).await;
        cuts += usize::from(wire.has_cut());
        assert_once(&all, &rollback, &told);
        let steps = all
            .events(run, |what| matches!(what, Happening::StepStarted { .. }))
            .await;
        assert_eq!((all.events(run, is_started).await, steps), (1, 5), "{told}");
    }
    assert!(cuts > 0, "nothing was cut off");
    println!("{cuts} of {count} rollbacks from seed {first} with a commit cut off: 0 lost, 0 repeated");
    panel.stop().await;
}
