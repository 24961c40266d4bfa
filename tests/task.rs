//! Work that outlives the process that does it: killed, stopped and woken for real.

use crate::support::{Look, Panel, Place, Team, eventually};
use domain::{event::Happening, run::RunId, status::Status};
use sqlx::PgPool;
use std::{os::unix::fs::PermissionsExt, time::Instant};

/// A script that nothing proves by itself, and a folder that is made.
const DEPLOY: &str = include_str!("support/deploy.md");

/// A team on a panel of this process, and another panel as a process of its own, which runs `switch.sh`.
struct Two {
    team: Team,
    other: Panel,
    run: RunId,
}

impl Two {
    async fn new(pool: &PgPool, switch: &str) -> Self {
        let place = Place::new().await;
        let app = place.app_of_today(pool).await;
        let team = Team::at(place, app).await;
        team.place.write("switch.sh", &format!("#!/bin/sh\n{switch}\n"));
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(team.place.file("switch.sh"), mode).unwrap();
        let other = Panel::start(pool, &team.place).await;
        let run = team.run(DEPLOY).await;
        team.devops.begin(run, "").await.answer::<()>();
        Self { team, other, run }
    }

    /// The other panel runs the switch, and has got as far as to write this file.
    async fn switching(&self, file: &str) {
        let (run, item) = (
            self.run.0.to_string(),
            self.team.devops.page(self.run).await.id("Switch flipped"),
        );
        let browser = self.other.browser(&self.team.devops);
        let key = uuid::Uuid::from_u128(7).to_string();
        let fields = [("run", run.as_str()), ("item", &item), ("request_key", &key)];
        let (fields, file) = (
            fields.map(|(name, value)| (name, value.to_owned())),
            self.team.place.file(file),
        );
        tokio::spawn(async move {
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            browser.call("/api/action/run", &fields).await
        });
        eventually("its effect", async || file.exists().then_some(())).await;
    }

    async fn becomes(&self, status: Status) -> String {
        eventually(&format!("{status:?}"), async || {
            let standing = self.team.qa.page(self.run).await.standing("Switch flipped");
            (standing.status == status).then_some(standing.reason)
        })
        .await
    }

    /// The process whose number the script wrote.
    fn child_lives(&self) -> bool {
        let pid = std::fs::read_to_string(self.team.place.file("child")).unwrap();
        std::path::Path::new("/proc")
            .join(pid.trim())
            .join("cwd")
            .exists()
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_panel_that_is_killed_leaves_nothing_running_and_the_other_says_within_moments_that_nobody_knows(
    pool: PgPool,
) {
    let mut two = Two::new(&pool, "sh -c 'echo $$ > child; exec sleep 300' & wait").await;
    two.switching("child").await;
    assert!(two.child_lives());
    two.other.kill().await;
    let killed = Instant::now();
    let reason = two.becomes(Status::Unknown).await;
    let took = killed.elapsed();
    assert!(reason.contains("look at the target"), "{reason}");
    assert!(!two.child_lives(), "what the dead panel started goes on");
    assert!(took.as_secs() < 20, "it took {took:?}");
    println!("kill to taken over: {took:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_panel_that_sleeps_past_its_lease_writes_nothing_when_it_wakes(pool: PgPool) {
    let two = Two::new(&pool, "echo $$ > child; exec sleep 300").await;
    two.switching("child").await;
    two.other.pause();
    two.becomes(Status::Unknown).await;
    assert!(!two.child_lives(), "what the sleeping panel started goes on");
    let number = two.team.qa.page(two.run).await.run.number;
    two.other.wake();
    // It ends in order, and with it everything that it would still have written.
    two.other.stop().await;
    let fence = sqlx::query_scalar::<_, i64>(
        "select fence from task where work ->> 'item' is not null and state = 'ended'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(fence, 2, "the second owner ended it");
    let page = two.team.qa.page(two.run).await;
    assert_eq!(
        (page.run.number, page.status("Switch flipped")),
        (number, Status::Unknown),
        "nothing was written"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_action_on_another_panel_is_ended_from_here(pool: PgPool) {
    let two = Two::new(&pool, "echo $$ > child; exec sleep 300").await;
    two.switching("child").await;
    let (run, item) = (
        two.run.0.to_string(),
        two.team.qa.page(two.run).await.id("Switch flipped"),
    );
    let fields = [("run", run.as_str()), ("item", &item)];
    two.team
        .devops
        .call("/api/action/cancel", &fields)
        .await
        .answer::<()>();
    let reason = two.becomes(Status::Unknown).await;
    assert!(reason.contains("cancelled"), "{reason}");
    assert!(!two.child_lives());
    let log: Vec<domain::event::Event> = two
        .team
        .qa
        .call("/api/evidence/log", &[("run", &run), ("after", "0")])
        .await
        .answer();
    let ended = log
        .iter()
        .filter(|event| matches!(event.what, Happening::ActionEnded { .. }));
    assert_eq!(ended.count(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_task_that_breaks_off_runs_no_command_a_second_time(pool: PgPool) {
    let place = Place::new().await;
    let app = place.app_of_today(&pool).await;
    let team = Team::at(place, app).await;
    let script = "#!/bin/sh\necho x >> switches\nwhile ! test -f go; do sleep 0.05; done\n";
    team.place.write("switch.sh", script);
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(team.place.file("switch.sh"), mode).unwrap();
    let run = team.run(DEPLOY).await;
    team.devops.begin(run, "").await.answer::<()>();
    let item = team.devops.page(run).await.id("Switch flipped");
    let (id, key) = (run.0.to_string(), uuid::Uuid::from_u128(1).to_string());
    let fields = [("run", id.as_str()), ("item", &item), ("request_key", &key)];
    let acting = team.devops.call("/api/action/run", &fields);
    let breaking = async {
        let switches = team.place.file("switches");
        eventually("it began", async || switches.exists().then_some(())).await;
        // How it ended cannot be written, and no second try would help: a defect of ours.
        let away = "alter table evidence rename to evidence_away";
        sqlx::query(away).execute(&pool).await.unwrap();
        team.place.write("go", "");
        eventually("it broke off", async || {
            let beat = sqlx::query_scalar::<_, bool>(
                "select beat_at = '-infinity' from task where work ->> 'item' is not null",
            );
            beat.fetch_one(&pool).await.unwrap().then_some(())
        })
        .await;
        let back = "alter table evidence_away rename to evidence";
        sqlx::query(back).execute(&pool).await.unwrap();
    };
    futures::future::join(acting, breaking).await;
    eventually("somebody looks at the target", async || {
        let status = team.qa.page(run).await.status("Switch flipped");
        (status == Status::Unknown).then_some(())
    })
    .await;
    let effects = std::fs::read_to_string(team.place.file("switches")).unwrap();
    assert_eq!(effects, "x\n");
}
