//! kill -9 at random moments of a rollback, with an oracle that counts every effect. `GONOGO_KILLS` says how many; each has a
//! seed of its own, which a failure names, and `GONOGO_KILL_SEED` begins there.

use crate::support::{Panel, Place, Team, eventually, random, seeds};
use domain::{
    action::Ending,
    rollback::{RollbackState, StepState},
    run::RunId,
};
use sqlx::PgPool;
use std::{os::unix::fs::PermissionsExt, time::Duration};

const WAY_BACK: &str = include_str!("support/way_back.md");

/// The script's place among the steps: nobody knows whether it may run twice.
const SCRIPT: usize = 1;

struct Oracle {
    team: Team,
    revision: i64,
}

impl Oracle {
    async fn new(pool: &PgPool) -> Self {
        let place = Place::new().await;
        let app = place.app_of_today(pool).await;
        let team = Team::at(place, app).await;
        for (name, text) in [
            ("switch.sh", "true"),
            (
                "switch-back.sh",
                "echo began >> effects; sleep 0.2; echo ended >> effects",
            ),
        ] {
            team.place.write(name, &format!("#!/bin/sh\n{text}\n"));
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(team.place.file(name), mode).unwrap();
        }
        let revision = team.published(WAY_BACK).await;
        Self { team, revision }
    }

    /// A deployment whose rollback `panel` begins, and which is killed after this time.
    async fn killed(&self, pool: &PgPool, after: Duration, seed: u64) -> RunId {
        for (name, text) in [
            (".env", "CACHE=old\n"),
            (".env.backup", "CACHE=old\n"),
            ("effects", ""),
        ] {
            self.team.place.write(name, text);
        }
        let run = RunId(self.team.devops.start(self.revision, "shop", "v1").await.number());
        self.team.devops.begin(run, "").await.answer::<()>();
        self.team.place.write(".env", "CACHE=new\n");
        let mut panel = Panel::start(pool, &self.team.place).await;
        let browser = panel.browser(&self.team.owner);
        let (id, key) = (
            run.0.to_string(),
            uuid::Uuid::from_u128(u128::from(seed) + 1_000).to_string(),
        );
        let fields = [
            ("run", id.as_str()),
            ("tier", "immediate-rollback"),
            ("reason", "it burns"),
            ("environment", "shop"),
            ("request_key", &key),
        ];
        browser.call("/api/rollback/start", &fields).await.answer::<()>();
        tokio::time::sleep(after).await;
        panel.kill().await;
        run
    }

    /// Whatever asks is looked at by a person, and left out.
    async fn settled(&self, run: RunId, seed: u64) -> Vec<StepState> {
        eventually(&format!("the end of the rollback of seed {seed}"), async || {
            let rollback = self.team.qa.page(run).await.run.rollback?;
            if let RollbackState::Asking { step } = rollback.state {
                let (id, step) = (run.0.to_string(), step.to_string());
                let fields = [
                    ("run", id.as_str()),
                    ("step", &step),
                    ("reason", "looked at"),
                    ("password", &self.team.owner.password),
                ];
                self.team.owner.call("/api/rollback/skip", &fields).await;
            }
            rollback.is_done().then_some(rollback.steps)
        })
        .await
    }

    fn effects(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.team.place.file("effects")).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rollback_whose_panel_is_killed_at_any_moment_comes_to_its_end_and_repeats_nothing_unknown(
    pool: PgPool,
) {
    let seeds = seeds("GONOGO_KILL_SEED", "GONOGO_KILLS", 6);
    let (first, kills) = (seeds.start, seeds.end - seeds.start);
    let oracle = Oracle::new(&pool).await;
    let mut asked = 0;
    for seed in seeds {
        let after = Duration::from_millis(random(seed) % 700);
        let run = oracle.killed(&pool, after, seed).await;
        let steps = oracle.settled(run, seed).await;
        let effects = oracle.effects();
        let done = matches!(
            steps[SCRIPT],
            StepState::Ended {
                ending: Ending::Done,
                ..
            }
        );
        let told = format!(
            "seed {seed}, killed after {after:?}: {effects:?} {:?}",
            steps[SCRIPT]
        );
        // What is said to be done was done once, whole; what nobody knows was begun once at most.
        if done {
            assert_eq!(effects, ["began", "ended"], "{told}");
        } else {
            assert!(matches!(steps[SCRIPT], StepState::Skipped { .. }), "{told}");
            assert!(
                effects.iter().filter(|effect| *effect == "began").count() <= 1,
                "{told}"
            );
            asked += 1;
        }
        assert_eq!(
            std::fs::read_to_string(oracle.team.place.file(".env")).unwrap(),
            "CACHE=old\n",
            "{told}"
        );
        let others = steps.iter().enumerate().filter(|(at, _)| *at != SCRIPT);
        for (at, step) in others {
            assert!(
                matches!(
                    step,
                    StepState::Ended {
                        ending: Ending::Done,
                        ..
                    }
                ),
                "step {at}: {told}"
            );
        }
    }
    println!("{kills} kills from seed {first}: 0 steps lost, 0 repeated, {asked} left to a person");
}
