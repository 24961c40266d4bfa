//! What must hold whoever presses at the same moment, and whatever breaks meanwhile. An oracle counts: every command goes through
//! the environment's shell, which writes down that it began and that it ended. `GONOGO_FAULTS` says how many times each is
//! tried, each with a seed of its own, which a failure names; `GONOGO_FAULT_SEED` begins there.

mod commit;
mod overhead;
mod presses;
mod restart;
mod search;
mod steps;

use crate::support::{Browser, Member, Page, Place, Team, eventually};
use domain::{
    event::{Event, Happening},
    rollback::{Rollback, RollbackState},
    run::{Run, RunId},
};
use gonogo::api::run::RunPage;
use sqlx::PgPool;
use std::{
    os::unix::fs::PermissionsExt,
    sync::atomic::{AtomicU32, Ordering},
};

/// A tier with a step of each kind: a copy, a script that nobody knows, a folder, a script with a proof, a question.
const FIVE_WAYS: &str = include_str!("support/five_ways.md");

/// The shell of the environment. It counts what it is given, under the number of the step, or `action`, and does to it what files
/// ask for: `fails-N`, `hangs-N`, and `waits-N` or `lingers-N` for as long as they are there, before its effect or after.
const ORACLE: &str = "\
case $GONOGO_TASK in */*) step=${GONOGO_TASK##*/} ;; *) step=action ;; esac
echo \"$step began\" >> effects
[ ! -e fails-$step ] || exit 3
[ ! -e hangs-$step ] || exec sleep 300
while [ -e waits-$step ]; do sleep 0.02; done
sh -c \"$1\"; code=$?
while [ -e lingers-$step ]; do sleep 0.02; done
echo \"$step ended\" >> effects
exit $code
";

const TIER: &str = "immediate-rollback";
const ITEM: &str = "Switch flipped";

/// Runs of one checklist in one environment, each watched by the oracle.
struct Deployments {
    team: Team,
    revision: i64,
}

impl Deployments {
    /// The team works on a Gonogo of this process; `pool` is its database.
    async fn new(pool: &PgPool, document: &str) -> Self {
        Self::beside(pool, document, "$GONOGO_DATABASE_URL").await
    }

    /// The same, where the database of what is deployed has this address.
    async fn beside(pool: &PgPool, document: &str, database: &str) -> Self {
        let place = Place::new().await;
        let oracle = place.environments().join("../oracle");
        script(&oracle, ORACLE);
        let file = place.environments().join("shop.toml");
        let declared = std::fs::read_to_string(&file).unwrap();
        let declared = declared.replace("$GONOGO_DATABASE_URL", database);
        std::fs::write(&file, format!("shell = [{oracle:?}]\n{declared}")).unwrap();
        for (name, text) in [
            ("switch.sh", "true"),
            ("switch-back.sh", "true"),
            ("keep.sh", "mkdir kept"),
        ] {
            script(&place.file(name), text);
        }
        let app = place.app_of_today(pool).await;
        let team = Team::at(place, app).await;
        let revision = team.published(document).await;
        Self { team, revision }
    }

    /// The next run, which executes; the one before must be over.
    async fn begin(&self) -> RunId {
        for name in ["restored", "kept"] {
            let _ = std::fs::remove_dir(self.team.place.file(name));
        }
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
        run
    }

    /// The oracle is asked for this.
    fn ask(&self, name: &str) {
        self.team.place.write(name, "");
    }

    /// The oracle is asked for it no longer.
    fn let_go(&self, name: &str) {
        std::fs::remove_file(self.team.place.file(name)).unwrap();
    }

    /// What the oracle has counted, in its order.
    fn effects(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.team.place.file("effects")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// How many times the oracle has counted this.
    fn count(&self, effect: &str) -> usize {
        self.effects().iter().filter(|one| *one == effect).count()
    }

    /// The oracle has counted this.
    async fn comes(&self, effect: &str) {
        eventually(effect, async || (self.count(effect) > 0).then_some(())).await;
    }

    /// The run, where Gonogo and its database answer.
    async fn run(&self, run: RunId) -> Option<Run> {
        let id = run.0.to_string();
        let page = self.team.qa.call("/api/run/page", &[("id", &id)]).await;
        page.status.is_success().then(|| page.answer::<RunPage>().run)
    }

    /// The rollback of the run, once its state is this.
    async fn rollback(&self, run: RunId, what: &str, is: impl Fn(&RollbackState) -> bool) -> Rollback {
        eventually(what, async || {
            let rollback = self.run(run).await?.rollback?;
            is(&rollback.state).then_some(rollback)
        })
        .await
    }

    /// The rollback of the run, done; nobody is asked, and everything is as it was.
    async fn done(&self, run: RunId, told: &str) -> Rollback {
        let what = format!("the end of the rollback ({told})");
        let over = |state: &RollbackState| !matches!(state, RollbackState::Running);
        let rollback = self.rollback(run, &what, over).await;
        assert!(
            matches!(rollback.state, RollbackState::Done { .. }),
            "{told}: {rollback:?}"
        );
        rollback
    }

    /// The step of the rollback at which it asks.
    async fn asks(&self, run: RunId, told: &str) -> (usize, Rollback) {
        let what = format!("the rollback asks ({told})");
        let rollback = self
            .rollback(run, &what, |state| matches!(state, RollbackState::Asking { .. }))
            .await;
        let RollbackState::Asking { step } = rollback.state else {
            panic!("{rollback:?}")
        };
        (step, rollback)
    }

    /// The log of the run.
    async fn log(&self, run: RunId) -> Vec<Event> {
        let id = run.0.to_string();
        let page = self
            .team
            .qa
            .call("/api/evidence/log", &[("run", &id), ("after", "0")])
            .await;
        page.answer()
    }

    /// How many events of the run are such.
    async fn events(&self, run: RunId, such: impl Fn(&Happening) -> bool) -> usize {
        self.log(run)
            .await
            .iter()
            .filter(|event| such(&event.what))
            .count()
    }

    /// Somebody chooses for a step.
    async fn choose(&self, member: &Member, run: RunId, deed: &str, step: usize) -> Page {
        let (run, step) = (run.0.to_string(), step.to_string());
        let fields = [
            ("run", run.as_str()),
            ("step", &step),
            ("reason", "looked at"),
            ("password", &member.password),
        ];
        member.call(&format!("/api/rollback/{deed}"), &fields).await
    }
}

/// Presses the button of the rollback.
async fn roll_back(browser: &Browser, run: RunId, key: &str) -> Page {
    let run = run.0.to_string();
    let fields = [
        ("run", run.as_str()),
        ("tier", TIER),
        ("reason", "it burns"),
        ("environment", "shop"),
        ("request_key", key),
    ];
    browser.call("/api/rollback/start", &fields).await
}

/// Presses the button of an action.
async fn act(browser: &Browser, run: RunId, item: &str, key: &str) -> Page {
    let run = run.0.to_string();
    let fields = [("run", run.as_str()), ("item", item), ("request_key", key)];
    browser.call("/api/action/run", &fields).await
}

/// The number of a form, which no other test on this machine has: processes are found and ended by it.
fn form() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    uuid::Uuid::from_u128((u128::from(process) << 32) | u128::from(number) | (1 << 100)).to_string()
}

fn script(path: &std::path::Path, text: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn is_started(what: &Happening) -> bool {
    matches!(what, Happening::RollbackStarted { .. })
}
