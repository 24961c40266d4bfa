//! Actions: run once, shown while they run, ended on demand, and proved by what comes after them.

use crate::support::{Look, Member, Page, Team, eventually};
use domain::{
    event::{Event, Happening},
    run::RunId,
    status::Status,
};
use gonogo::api::action::ActionOffer;
use sqlx::PgPool;
use std::os::unix::fs::PermissionsExt;

/// A copy with a proof of its own before the phases, a folder, a script that a probe beside it proves, one that nothing
/// proves, and one with a parameter without a value.
const DEPLOY: &str = include_str!("support/deploy.md");

struct Bench {
    team: Team,
    run: RunId,
}

impl Bench {
    /// A run that executes, with `switch.sh` and `release.sh` doing this.
    async fn new(pool: &PgPool, switch: &str, release: &str) -> Self {
        let bench = Self::preparing(pool, switch, release).await;
        bench.team.devops.begin(bench.run, "").await.answer::<()>();
        bench
    }

    async fn preparing(pool: &PgPool, switch: &str, release: &str) -> Self {
        let team = Team::new(pool).await;
        for (name, text) in [
            ("switch.sh", switch),
            ("release.sh", release),
            ("announce.sh", "true"),
        ] {
            team.place.write(name, &format!("#!/bin/sh\n{text}\n"));
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(team.place.file(name), mode).unwrap();
        }
        let run = team.run(DEPLOY).await;
        Self { team, run }
    }

    async fn offer(&self, member: &Member, line: &str) -> ActionOffer {
        let (id, item) = (self.run.0.to_string(), member.page(self.run).await.id(line));
        member
            .call("/api/action/offer", &[("run", &id), ("item", &item)])
            .await
            .answer()
    }

    async fn act_with(&self, member: &Member, line: &str, key: &str) -> Page {
        let (id, item) = (self.run.0.to_string(), member.page(self.run).await.id(line));
        let fields = [("run", id.as_str()), ("item", &item), ("request_key", key)];
        member.call("/api/action/run", &fields).await
    }

    async fn act(&self, member: &Member, line: &str) -> Page {
        let offer = self.offer(member, line).await;
        self.act_with(member, line, &offer.request_key).await
    }

    async fn cancel(&self, member: &Member, line: &str) -> Page {
        let (id, item) = (self.run.0.to_string(), member.page(self.run).await.id(line));
        member
            .call("/api/action/cancel", &[("run", &id), ("item", &item)])
            .await
    }

    async fn becomes(&self, line: &str, status: Status) -> String {
        eventually(&format!("{line}: {status:?}"), async || {
            let standing = self.team.qa.page(self.run).await.standing(line);
            (standing.status == status).then_some(standing.reason)
        })
        .await
    }

    async fn log(&self) -> Vec<Event> {
        let id = self.run.0.to_string();
        self.team
            .qa
            .call("/api/evidence/log", &[("run", &id), ("after", "0")])
            .await
            .answer()
    }

    async fn started(&self) -> usize {
        let log = self.log().await;
        log.iter()
            .filter(|event| matches!(event.what, Happening::ActionStarted { .. }))
            .count()
    }

    fn lines(&self, name: &str) -> usize {
        std::fs::read_to_string(self.team.place.file(name))
            .unwrap_or_default()
            .lines()
            .count()
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_action_runs_once_however_often_its_form_is_sent(pool: PgPool) {
    let bench = Bench::new(&pool, "echo x >> ran; echo on > switched", "true").await;
    let devops = &bench.team.devops;
    let key = bench.offer(devops, "Switch flipped").await.request_key;
    let sent = (0..8).map(|_| bench.act_with(devops, "Switch flipped", &key));
    for page in futures::future::join_all(sent).await {
        page.answer::<()>();
    }
    bench.becomes("Switch flipped", Status::Proved).await;
    // An old form that a proxy sends again does nothing either.
    bench
        .act_with(devops, "Switch flipped", &key)
        .await
        .answer::<()>();
    assert_eq!((bench.lines("ran"), bench.started().await), (1, 1));
    bench.act(devops, "Switch flipped").await.answer::<()>();
    assert_eq!(
        (bench.lines("ran"), bench.started().await),
        (2, 2),
        "a new form is a new execution"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_offered_is_what_runs_and_where(pool: PgPool) {
    let bench = Bench::new(&pool, "true", "true").await;
    let offer = bench.offer(&bench.team.owner, "Settings backed up").await;
    assert_eq!(
        offer.written.as_deref(),
        Some("cp settings.conf settings.conf.backup")
    );
    assert!(
        offer.command.ends_with("cp settings.conf settings.conf.backup"),
        "{}",
        offer.command
    );
    assert!(
        offer
            .shell
            .starts_with("bash --noprofile --norc -o pipefail -c in /"),
        "{}",
        offer.shell
    );
    assert_eq!(offer.refused, None);
    let (status, _) = bench.act(&bench.team.qa, "Folder made").await.refusal();
    assert_eq!(status, 403, "who may look may not run");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn exit_0_alone_settles_nothing_and_what_an_action_is_for_proves_it(pool: PgPool) {
    let bench = Bench::new(&pool, "echo not yet", "echo released").await;
    let devops = &bench.team.devops;
    bench.act(devops, "Folder made").await.answer::<()>();
    let reason = bench.becomes("Folder made", Status::Proved).await;
    assert!(reason.starts_with("exit code 0; "), "{reason}");
    assert!(bench.team.place.file("config/redis").is_dir());

    bench.act(devops, "Switch flipped").await.answer::<()>();
    let reason = eventually("the probe beside it", async || {
        let standing = bench.team.qa.page(bench.run).await.standing("Switch flipped");
        standing
            .reason
            .contains("it is not proved yet")
            .then_some(standing)
    })
    .await;
    assert_eq!(reason.status, Status::Done, "{reason:?}");
    // Somebody flips it by hand: the probe says so, and the action that ended before is proved.
    bench.team.place.write("switched", "on\n");
    devops.verify(bench.run, "").await;
    bench.becomes("Switch flipped", Status::Proved).await;

    bench.act(devops, "Released").await.answer::<()>();
    assert_eq!(bench.becomes("Released", Status::Done).await, "exit code 0");
    let item = bench.team.qa.page(bench.run).await.id("Released");
    bench
        .team
        .qa
        .attest(bench.run, &item, "the page shows it")
        .await
        .answer::<()>();
    bench.becomes("Released", Status::Attested).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_failure_says_why_and_a_copy_is_never_overwritten(pool: PgPool) {
    let bench = Bench::preparing(&pool, "echo 'disk full' >&2; exit 4", "true").await;
    let devops = &bench.team.devops;
    // Before the phases, and before the environment is taken.
    bench.act(devops, "Settings backed up").await.answer::<()>();
    bench.becomes("Settings backed up", Status::Proved).await;
    bench.team.place.write("settings.conf", "broken\n");
    bench.act(devops, "Settings backed up").await.answer::<()>();
    let backup = std::fs::read_to_string(bench.team.place.file("settings.conf.backup")).unwrap();
    assert_eq!(backup, "ready = true\n", "the good copy is left as it is");

    let (status, words) = bench.act(devops, "Folder made").await.refusal();
    assert_eq!((status, words.contains("begin it first")), (422, true), "{words}");
    devops.begin(bench.run, "").await.answer::<()>();
    bench.act(devops, "Switch flipped").await.answer::<()>();
    let reason = bench.becomes("Switch flipped", Status::Failed).await;
    assert_eq!(reason, "exit code 4: \u{201c}disk full\u{201d}");
    let (status, words) = bench.act(devops, "Released").await.refusal();
    assert_eq!(
        (status, words.contains("phases go in order")),
        (422, true),
        "{words}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_parameter_without_a_value_is_named_before_anything_runs(pool: PgPool) {
    let bench = Bench::new(&pool, "echo on > switched", "true").await;
    let (devops, page) = (&bench.team.devops, bench.team.qa.page(bench.run).await);
    let (section, _) = page.outline.line(&page.line("Announced").id).unwrap();
    let id = bench.run.0.to_string();
    let fields = [
        ("run", id.as_str()),
        ("section", &section.id.0),
        ("reason", "for the test"),
    ];
    devops.call("/api/run/go_ahead", &fields).await.answer::<()>();
    let offer = bench.offer(devops, "Announced").await;
    let refused = offer.refused.unwrap();
    assert!(
        refused.contains("GONOGO_CHANNEL has no value") && refused.contains("shop.toml"),
        "{refused}"
    );
    assert_eq!(
        bench
            .act_with(devops, "Announced", &offer.request_key)
            .await
            .refusal()
            .0,
        422
    );
    assert_eq!(bench.started().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_it_prints_arrives_while_it_runs_and_cancelling_ends_all_of_it(pool: PgPool) {
    let bench = Bench::new(&pool, "sleep 300 & echo child $!; echo and more; wait", "true").await;
    let devops = &bench.team.devops;
    let id = bench.run.0;
    let mut stream = devops.stream(&format!("/live/runs/{id}?after=0")).await;
    let acting = bench.act(devops, "Switch flipped");
    let ended = async {
        let printed = eventually("its output", async || {
            let printed = bench.offer(devops, "Switch flipped").await.printed;
            printed.contains("and more").then_some(printed)
        })
        .await;
        let again = bench.act(devops, "Switch flipped").await.refusal();
        assert_eq!(
            (again.0, again.1.contains("under way already")),
            (409, true),
            "{}",
            again.1
        );
        bench
            .cancel(&bench.team.developer, "Switch flipped")
            .await
            .answer::<()>();
        printed
    };
    let (page, printed) = tokio::join!(acting, ended);
    page.answer::<()>();
    let reason = bench.becomes("Switch flipped", Status::Unknown).await;
    assert!(reason.contains("cancelled"), "{reason}");
    let child = printed
        .lines()
        .next()
        .unwrap()
        .trim_start_matches("child ")
        .to_owned();
    assert!(
        !std::path::Path::new("/proc").join(&child).join("cwd").exists(),
        "its child lives on"
    );
    let said = bench
        .log()
        .await
        .into_iter()
        .find(|event| matches!(event.what, Happening::ActionCancelled { .. }));
    assert_eq!(
        said.unwrap().by.name(),
        "dora",
        "who asked for its end stands in the log"
    );
    assert_eq!(bench.cancel(devops, "Switch flipped").await.refusal().0, 409);

    let mut text = String::new();
    while !text.contains("and more") {
        let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(text.contains("event: printed"), "{text}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_action_that_was_under_way_when_gonogo_stopped_is_unknown_and_never_passed(pool: PgPool) {
    let bench = Bench::new(&pool, "echo on > switched; sleep 300", "true").await;
    let acting = bench.act(&bench.team.devops, "Switch flipped");
    let stopped = async {
        eventually("its effect", async || {
            bench.team.place.file("switched").exists().then_some(())
        })
        .await;
        bench.team.app.state().stopping.cancel();
    };
    let (_, ()) = tokio::join!(acting, stopped);
    let Bench { team, run } = bench;
    let Team {
        place,
        app,
        qa,
        devops,
        ..
    } = team;
    assert!(app.stop().await, "the server did not stop in time");
    let app = place.app(&pool).await;
    let (qa, devops) = (qa.at(&app), devops.at(&app));
    let unknown = async || {
        eventually("nobody knows", async || {
            let standing = qa.page(run).await.standing("Switch flipped");
            (standing.status == Status::Unknown).then_some(standing.reason)
        })
        .await
    };
    let reason = unknown().await;
    assert!(reason.contains("look at the target"), "{reason}");
    // The probe beside it passes, and still nobody knows whether the action went well.
    devops.verify(run, "").await;
    unknown().await;
}

const SAID: &str = "# Said\n\n## Phase 1: Ship (5 minutes)\n\n- [ ] Slow: `./release.sh` <!-- gonogo: timeout 1s -->\n- [ ] Switched: `./switch.sh` <!-- gonogo: role developer -->\n- [ ] Told <!-- gonogo: role qa -->\n";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_line_says_how_long_it_may_take_and_who_does_it(pool: PgPool) {
    let mut bench = Bench::preparing(&pool, "echo on > switched", "sleep 60").await;
    bench.run = bench.team.run(SAID).await;
    let (devops, run) = (&bench.team.devops, bench.run);
    devops.begin(run, "").await.answer::<()>();
    assert_eq!(bench.offer(devops, "Slow").await.deadline_s, 1);
    bench.act(devops, "Slow").await.answer::<()>();
    let reason = bench.becomes("Slow", Status::Failed).await;
    assert!(reason.contains("not done after 1 s"), "{reason}");

    let refused = bench.act(devops, "Switched").await;
    assert!(
        refused.text.contains("for the role developer"),
        "{}",
        refused.text
    );
    bench.act(&bench.team.developer, "Switched").await.answer::<()>();
    bench.becomes("Switched", Status::Done).await;

    let told = devops.page(run).await.id("Told");
    let refused = devops.attest(run, &told, "seen").await;
    assert!(refused.text.contains("for the role qa"), "{}", refused.text);
    bench.team.qa.attest(run, &told, "seen").await.answer::<()>();
}
