//! Each step of a tier fails, hangs, and is run twice: what happens then is its contract.

use super::{Deployments, FIVE_WAYS, form, roll_back};
use crate::support::{Panel, eventually};
use domain::{
    action::Ending,
    rollback::{Contract, StepState},
    run::RunId,
};
use sqlx::PgPool;
use wiremock::{Mock, ResponseTemplate, matchers::method};

/// The steps that are commands, by their numbers.
const COMMANDS: [usize; 3] = [2, 3, 4];

impl Deployments {
    /// How often each command began and ended.
    fn counts(&self) -> [(usize, usize); 3] {
        COMMANDS.map(|step| {
            let count = |what: &str| self.count(&format!("{step} {what}"));
            (count("began"), count("ended"))
        })
    }

    async fn press(&self, run: RunId) {
        roll_back(&self.team.owner, run, &form()).await.answer::<()>();
    }

    /// The rollback asks at this step, which ended so; it is tried again, and the rollback comes to its end.
    async fn asks_and_goes_on(
        &self,
        run: RunId,
        number: usize,
        endings: &[Ending],
        mend: impl AsyncFnOnce(),
    ) {
        let told = format!("step {number}");
        let (step, rollback) = self.asks(run, &told).await;
        assert_eq!(step + 1, number);
        let StepState::Ended { ending, .. } = &rollback.steps[step] else {
            panic!("{told}: {rollback:?}")
        };
        assert!(endings.contains(ending), "{told}: {ending:?}");
        let later = |state: &StepState| matches!(state, StepState::Waiting);
        assert!(
            rollback.steps[step + 1..].iter().all(later),
            "{told}: {rollback:?}"
        );
        mend().await;
        self.choose(&self.team.owner, run, "retry", step)
            .await
            .answer::<()>();
        let rollback = self.done(run, &told).await;
        assert!(rollback.steps.iter().all(StepState::is_over), "{told}");
    }

    /// Ends the step of this number once it runs.
    async fn end(&self, run: RunId, number: usize) {
        eventually(&format!("step {number} is stopped"), async || {
            let page = self.choose(&self.team.owner, run, "stop", number - 1).await;
            page.status.is_success().then_some(())
        })
        .await;
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn each_step_that_fails_asks_and_is_tried_again_alone(pool: PgPool) {
    let all = Deployments::new(&pool, FIVE_WAYS).await;
    for number in COMMANDS {
        let run = all.begin().await;
        all.ask(&format!("fails-{number}"));
        all.press(run).await;
        let mend = async || all.let_go(&format!("fails-{number}"));
        all.asks_and_goes_on(run, number, &[Ending::Failed], mend).await;
        let expected = COMMANDS.map(|step| (if step == number { 2 } else { 1 }, 1));
        assert_eq!(all.counts(), expected, "step {number}");
    }
    // The copy that is to be written back is missing.
    let run = all.begin().await;
    std::fs::remove_file(all.team.place.file(".env.backup")).unwrap();
    all.press(run).await;
    let mend = async || all.team.place.write(".env.backup", "CACHE=old\n");
    all.asks_and_goes_on(run, 1, &[Ending::Failed], mend).await;
    assert_eq!(all.counts(), [(1, 1); 3]);
    // What it asks at the end says no, until nobody wants to wait any longer.
    let run = all.begin().await;
    all.team.place.health(500).await;
    all.press(run).await;
    all.end(run, 5).await;
    let mend = async || all.team.place.health(200).await;
    all.asks_and_goes_on(run, 5, &[Ending::Failed, Ending::Cancelled], mend)
        .await;
    assert_eq!(all.counts(), [(1, 1); 3]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn each_step_that_hangs_is_ended_by_hand_and_leaves_nothing_running(pool: PgPool) {
    let all = Deployments::new(&pool, FIVE_WAYS).await;
    for number in COMMANDS {
        let run = all.begin().await;
        all.ask(&format!("hangs-{number}"));
        all.press(run).await;
        all.comes(&format!("{number} began")).await;
        all.end(run, number).await;
        let mend = async || all.let_go(&format!("hangs-{number}"));
        all.asks_and_goes_on(run, number, &[Ending::Cancelled], mend)
            .await;
        let expected = COMMANDS.map(|step| (if step == number { 2 } else { 1 }, 1));
        assert_eq!(all.counts(), expected, "step {number}");
    }
    // Where the copy should be is something that never comes to its end.
    let run = all.begin().await;
    let copy = all.team.place.file(".env.backup");
    std::fs::remove_file(&copy).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&copy).status().unwrap();
    assert!(made.success());
    all.press(run).await;
    let mend = async || {
        std::fs::remove_file(&copy).unwrap();
        all.team.place.write(".env.backup", "CACHE=old\n");
    };
    all.asks_and_goes_on(run, 1, &[Ending::Failed], mend).await;
    // What it asks at the end does not answer.
    let run = all.begin().await;
    all.team.place.backend.reset().await;
    let hour = std::time::Duration::from_secs(3_600);
    let mute = Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_delay(hour));
    mute.mount(&all.team.place.backend).await;
    all.press(run).await;
    all.end(run, 5).await;
    let mend = async || all.team.place.health(200).await;
    all.asks_and_goes_on(run, 5, &[Ending::Failed, Ending::Cancelled], mend)
        .await;
    assert_eq!(all.counts(), [(1, 1); 3]);
}

/// Where in a step its Gonogo is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    BeforeItsEffect,
    AfterItsEffect,
}

/// How often a command begins in all, and whether a person is asked, where its Gonogo is killed there.
fn contracted(contract: Contract, within: Within) -> (usize, bool) {
    match (contract, within) {
        (Contract::Idempotent, _) | (Contract::Checkable, Within::BeforeItsEffect) => (2, false),
        (Contract::Checkable, Within::AfterItsEffect) => (1, false),
        (Contract::Manual, _) => (1, true),
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_step_whose_gonogo_is_killed_runs_twice_where_its_contract_allows_it_and_nowhere_else(
    pool: PgPool,
) {
    let all = Deployments::new(&pool, FIVE_WAYS).await;
    give_the_script_a_proof(&pool, all.revision).await;
    for (number, contract) in [
        (2, Contract::Manual),
        (3, Contract::Idempotent),
        (4, Contract::Checkable),
    ] {
        for within in [Within::BeforeItsEffect, Within::AfterItsEffect] {
            let told = format!("step {number}, {contract:?}, {within:?}");
            let run = all.begin().await;
            let (hold, effect) = match within {
                Within::BeforeItsEffect => ("waits", None),
                Within::AfterItsEffect => ("lingers", [None, Some("restored"), Some("kept")][number - 2]),
            };
            let hold = format!("{hold}-{number}");
            all.ask(&hold);
            let mut panel = Panel::start(&pool, &all.team.place).await;
            roll_back(&panel.browser(&all.team.owner), run, &form())
                .await
                .answer::<()>();
            all.comes(&format!("{number} began")).await;
            eventually(&told, async || {
                let there = |name: &str| all.team.place.file(name).exists();
                effect.is_none_or(there).then_some(())
            })
            .await;
            panel.kill().await;
            // What the killed one has left running is ended by whoever takes over, not by this.
            eventually(&format!("it is taken over ({told})"), async || {
                let rollback = all.run(run).await?.rollback?;
                let over = |state: &StepState| {
                    !matches!(state, StepState::Running { fence: 1, .. } | StepState::Waiting)
                };
                over(&rollback.steps[number - 1]).then_some(())
            })
            .await;
            all.let_go(&hold);
            let (begins, asks) = contracted(contract, within);
            if asks {
                let (step, rollback) = all.asks(run, &told).await;
                assert!(
                    step + 1 == number && matches!(rollback.steps[step], StepState::Unknown { .. }),
                    "{told}: {rollback:?}"
                );
                all.choose(&all.team.owner, run, "skip", step)
                    .await
                    .answer::<()>();
            }
            all.done(run, &told).await;
            let expected = COMMANDS.map(|step| match step == number {
                // The first was ended before it could say that it had.
                true => (begins, begins - 1),
                false => (1, 1),
            });
            assert_eq!(all.counts(), expected, "{told}: {:?}", all.effects());
            assert!(all.team.place.file("kept").exists(), "{told}");
        }
    }
}

/// No command of a document without containers has a proof and may yet not run twice: here one gets it.
async fn give_the_script_a_proof(pool: &PgPool, revision: i64) {
    let mut plan: serde_json::Value = sqlx::query_scalar("select plan from revision where id = $1")
        .bind(revision)
        .fetch_one(pool)
        .await
        .unwrap();
    let steps = &mut plan["rollback"][0]["steps"];
    let proof = steps[2]["proof"].to_string().replace("restored", "kept");
    steps[3]["proof"] = serde_json::from_str(&proof).unwrap();
    steps[3]["contract"] = "checkable".into();
    sqlx::query("update revision set plan = $1 where id = $2")
        .bind(plan)
        .bind(revision)
        .execute(pool)
        .await
        .unwrap();
}
