//! The offered edit of a `.env` file: shown, accepted once, written whole, kept, and proved by its lines.

use crate::support::{Look, Member, Page, Team};
use domain::{
    event::{Event, Happening},
    run::RunId,
    status::Status,
};
use gonogo::api::env_edit::EnvEditOffer;
use sqlx::PgPool;
use std::os::unix::fs::{PermissionsExt, symlink};

const CONFIGURE: &str = include_str!("support/configure.md");
const BEFORE: &str = "# The shop\nexport REDIS_HOST=localhost # for now\nDB_PASSWORD=hunter22\n";

struct Desk {
    team: Team,
    run: RunId,
}

impl Desk {
    /// A run that executes, with this `.env`.
    async fn new(pool: &PgPool, env: &str) -> Self {
        let team = Team::new(pool).await;
        team.place.write(".env", env);
        let mode = std::fs::Permissions::from_mode(0o640);
        std::fs::set_permissions(team.place.file(".env"), mode).unwrap();
        let run = team.run(CONFIGURE).await;
        team.devops.begin(run, "").await.answer::<()>();
        Self { team, run }
    }

    async fn offered(&self, member: &Member, line: &str) -> Page {
        let (id, item) = (self.run.0.to_string(), member.page(self.run).await.id(line));
        member
            .call("/api/env_edit/offer", &[("run", &id), ("item", &item)])
            .await
    }

    async fn offer(&self, line: &str) -> EnvEditOffer {
        self.offered(&self.team.devops, line).await.answer()
    }

    async fn accept(&self, member: &Member, line: &str, offer: &EnvEditOffer) -> Page {
        let (id, item) = (self.run.0.to_string(), member.page(self.run).await.id(line));
        let fields = [
            ("run", id.as_str()),
            ("item", &item),
            ("before", offer.before.as_str()),
            ("request_key", &offer.request_key),
        ];
        member.call("/api/env_edit/accept", &fields).await
    }

    fn env(&self) -> String {
        std::fs::read_to_string(self.team.place.file(".env")).unwrap()
    }

    async fn log(&self) -> Vec<Event> {
        let id = self.run.0.to_string();
        let fields = [("run", id.as_str()), ("after", "0")];
        self.team.qa.call("/api/evidence/log", &fields).await.answer()
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_lines_of_a_box_are_set_together_and_proved(pool: PgPool) {
    let desk = Desk::new(&pool, BEFORE).await;
    desk.team.devops.verify(desk.run, "").await;
    let offer = desk.offer(".env file updated").await;
    let shown = [
        "-REDIS_HOST=localhost",
        "+REDIS_HOST=redis",
        "+CACHE_ENABLED=true",
    ];
    assert_eq!(offer.difference, shown);
    assert_eq!(offer.refused, None);
    desk.accept(&desk.team.devops, ".env file updated", &offer)
        .await
        .answer::<()>();
    assert_eq!(
        desk.env(),
        "# The shop\nexport REDIS_HOST=redis # for now\nDB_PASSWORD=hunter22\nCACHE_ENABLED=true\n"
    );
    let mode = std::fs::metadata(desk.team.place.file(".env")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o640, "its mode stays");
    let page = desk.team.qa.page(desk.run).await;
    for line in ["REDIS_HOST=redis", "CACHE_ENABLED=true", ".env file updated"] {
        assert_eq!(page.status(line), Status::Proved, "{line}");
    }
    assert_eq!(desk.offer(".env file updated").await.difference, [""; 0]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_the_file_was_is_kept_beside_the_run_and_no_change_of_the_work_tree(pool: PgPool) {
    let desk = Desk::new(&pool, BEFORE).await;
    let offer = desk.offer("REDIS_HOST=redis").await;
    desk.accept(&desk.team.devops, "REDIS_HOST=redis", &offer)
        .await
        .answer::<()>();
    let log = desk.log().await;
    let said = log.iter().find_map(|event| match &event.what {
        Happening::ActionEnded { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    let kept = format!(
        ".gonogo/run-{}/.env.before-{}",
        desk.run.0,
        &offer.before.as_str()[..12]
    );
    assert_eq!(
        said,
        Some(format!("1 line of .env set; what it was is kept as {kept}"))
    );
    assert_eq!(
        std::fs::read_to_string(desk.team.place.file(&kept)).unwrap(),
        BEFORE
    );
    let ignored = std::fs::read_to_string(desk.team.place.file(".gonogo/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_file_that_was_changed_meanwhile_is_left_as_it_is(pool: PgPool) {
    let desk = Desk::new(&pool, BEFORE).await;
    let offer = desk.offer("REDIS_HOST=redis").await;
    let edited = format!("{BEFORE}MEANWHILE=1\n");
    desk.team.place.write(".env", &edited);
    let page = desk.accept(&desk.team.devops, "REDIS_HOST=redis", &offer).await;
    assert!(page.text.contains("was changed meanwhile"), "{}", page.text);
    assert_eq!(desk.env(), edited);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn eight_presses_of_one_form_edit_once(pool: PgPool) {
    let desk = Desk::new(&pool, BEFORE).await;
    let offer = desk.offer("REDIS_HOST=redis").await;
    let pressed = (0..8).map(|_| desk.accept(&desk.team.devops, "REDIS_HOST=redis", &offer));
    for page in futures::future::join_all(pressed).await {
        page.answer::<()>();
    }
    let log = desk.log().await;
    let edits = log
        .iter()
        .filter(|event| matches!(event.what, Happening::ActionStarted { .. }))
        .count();
    assert_eq!(edits, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_file_that_is_missing_is_made_for_its_owner_alone(pool: PgPool) {
    let desk = Desk::new(&pool, BEFORE).await;
    std::fs::remove_file(desk.team.place.file(".env")).unwrap();
    let offer = desk.offer("CACHE_ENABLED=true").await;
    desk.accept(&desk.team.devops, "CACHE_ENABLED=true", &offer)
        .await
        .answer::<()>();
    assert_eq!(desk.env(), "CACHE_ENABLED=true\n");
    let mode = std::fs::metadata(desk.team.place.file(".env")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_is_not_written_through(pool: PgPool) {
    let desk = Desk::new(&pool, BEFORE).await;
    let (env, other) = (desk.team.place.file(".env"), desk.team.place.file("other"));
    std::fs::rename(&env, &other).unwrap();
    symlink("other", &env).unwrap();
    let offer = desk.offer("REDIS_HOST=redis").await;
    let page = desk.accept(&desk.team.devops, "REDIS_HOST=redis", &offer).await;
    assert!(page.text.contains("is a symbolic link"), "{}", page.text);
    assert_eq!(std::fs::read_to_string(other).unwrap(), BEFORE);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_edit_waits_for_the_execution_and_for_the_right_to_act(pool: PgPool) {
    let team = Team::new(&pool).await;
    team.place.write(".env", BEFORE);
    let run = team.run(CONFIGURE).await;
    let desk = Desk { team, run };
    let offer = desk.offer("REDIS_HOST=redis").await;
    assert!(offer.refused.is_some_and(|why| why.contains("begin it first")));
    let page: EnvEditOffer = desk.offered(&desk.team.qa, "REDIS_HOST=redis").await.answer();
    let refused = desk.accept(&desk.team.qa, "REDIS_HOST=redis", &page).await;
    assert_eq!(refused.status.as_u16(), 403);
    assert_eq!(desk.env(), BEFORE);
    let none = desk.offered(&desk.team.devops, "Password set").await;
    assert_eq!(
        none.status.as_u16(),
        404,
        "a value that the document leaves open is nobody's to set"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_line_for_another_role_is_not_edited(pool: PgPool) {
    let team = Team::new(&pool).await;
    team.place.write(".env", BEFORE);
    let said = CONFIGURE.replace(
        "`REDIS_HOST=redis`",
        "`REDIS_HOST=redis` <!-- gonogo: role qa -->",
    );
    let run = team.run(&said).await;
    team.devops.begin(run, "").await.answer::<()>();
    let desk = Desk { team, run };
    for line in ["REDIS_HOST=redis", ".env file updated"] {
        let offer = desk.offer(line).await;
        assert!(
            offer
                .refused
                .as_ref()
                .is_some_and(|why| why.contains("for the role qa")),
            "{line}"
        );
        let refused = desk.accept(&desk.team.devops, line, &offer).await;
        assert!(
            refused.text.contains("for the role qa"),
            "{line}: {}",
            refused.text
        );
    }
    assert_eq!(desk.env(), BEFORE);
    let other = desk.offer("CACHE_ENABLED=true").await;
    desk.accept(&desk.team.devops, "CACHE_ENABLED=true", &other)
        .await
        .answer::<()>();
}
