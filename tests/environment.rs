//! The file of an environment that changes while a run is live, and the host that serves it.

use crate::support::{Look, Member, Page, Panel, Place, Team, eventually};
use domain::{
    event::{Event, Happening},
    rollback::{Rollback, RollbackState},
    run::RunId,
};
use gonogo::api::rollback::RollbackOffer;
use sqlx::PgPool;

/// Needs a value for `OLD_PORT` on its way back.
const DOCUMENT: &str = "# Move the shop\n\n## Phase 1: Move (5 minutes)\n\n- [ ] Moved: `mkdir -p moved`\n- [ ] Settings file exists: `settings.conf`\n\n\
                        ## Rollback\n\n### Immediate Rollback (< 5 minutes)\n\n1. Note the port:\n   ```bash\n   mkdir -p \
                        port-<old-port>\n   ```\n\n## Sign-off\n\n| Role | Name |\n|---|---|\n| DevOps | |\n| QA | |\n";

const TIER: &str = "immediate-rollback";

/// A run that has changed something, and a panel that was started after the environment's file changed.
struct Changed {
    team: Team,
    run: RunId,
    later: Panel,
}

impl Changed {
    async fn new(pool: &PgPool, host: &str, change: impl Fn(String) -> String) -> Self {
        let place = Place::new().await;
        let app = place.app_of_today(pool).await;
        let team = Team::at(place, app).await;
        let run = team.run(DOCUMENT).await;
        team.devops.begin(run, "").await.answer::<()>();
        team.place.declare(change);
        let later = Panel::start_on(pool, &team.place, host).await;
        Self { team, run, later }
    }

    /// Presses the button at the panel that was started later.
    async fn roll_back(&self, member: &Member) -> Page {
        let (run, key) = (self.run.0.to_string(), uuid::Uuid::from_u128(1).to_string());
        let fields = [
            ("run", run.as_str()),
            ("tier", TIER),
            ("reason", "it burns"),
            ("environment", "shop"),
            ("request_key", &key),
        ];
        self.later
            .browser(member)
            .call("/api/rollback/start", &fields)
            .await
    }

    async fn offer(&self) -> RollbackOffer {
        let run = self.run.0.to_string();
        let browser = self.later.browser(&self.team.owner);
        browser
            .call("/api/rollback/offer", &[("run", &run)])
            .await
            .answer()
    }

    async fn rolled_back(&self) -> Rollback {
        eventually("the rollback is over", async || {
            let rollback = self.team.qa.page(self.run).await.run.rollback?;
            matches!(
                rollback.state,
                RollbackState::Done { .. } | RollbackState::Differs { .. }
            )
            .then_some(rollback)
        })
        .await
    }

    async fn refused(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let page = self.later.browser(&self.team.devops).call(path, fields).await;
        assert!(!page.status.is_success(), "{}", page.text);
        page.text
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rollback_goes_by_the_file_as_it_was_mended_and_says_so(pool: PgPool) {
    let changed = Changed::new(&pool, "", |text| {
        format!("{text}\n[parameters]\nGONOGO_OLD_PORT = \"8000\"\n")
    })
    .await;
    // What was proved is not proved for the file of today.
    let run = changed.run.0.to_string();
    let item = changed
        .team
        .devops
        .page(changed.run)
        .await
        .id("Settings file exists");
    let why = changed
        .refused("/api/run/verify", &[("run", &run), ("item", &item)])
        .await;
    assert!(why.contains("has changed since this run was started"), "{why}");

    let offer = changed.offer().await;
    assert_eq!(offer.tiers[0].refused, None);
    assert!(offer.notices[0].contains("by the file as it is now"), "{offer:?}");
    changed.roll_back(&changed.team.owner).await.answer::<()>();
    changed.rolled_back().await;
    assert!(changed.team.place.file("port-8000").is_dir());

    let log: Vec<Event> = changed
        .team
        .qa
        .call("/api/evidence/log", &[("run", &run), ("after", "0")])
        .await
        .answer();
    let by = log.iter().find_map(|event| match &event.what {
        Happening::RollbackStarted { environment_hash, .. } => environment_hash.clone(),
        _ => None,
    });
    let start = changed.team.qa.page(changed.run).await.run.start;
    assert!(
        by.is_some_and(|by| by != start.environment_hash),
        "the log names the file"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_file_that_says_another_class_now_is_no_way_back(pool: PgPool) {
    let changed = Changed::new(&pool, "", |text| {
        let text = text.replace("class = \"staging\"", "class = \"development\"");
        format!("{text}\n[parameters]\nGONOGO_OLD_PORT = \"8000\"\n")
    })
    .await;
    let refused = changed.offer().await.tiers[0].refused.clone().unwrap();
    assert!(refused.contains("write staging back"), "{refused}");
    let page = changed.roll_back(&changed.team.owner).await;
    assert!(page.text.contains("write staging back"), "{}", page.text);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_another_host_serves_is_done_there_and_a_rollback_may_be_pressed_anywhere(pool: PgPool) {
    let serve = |host: &str| {
        let host = host.to_owned();
        move |text: String| {
            format!("served_by = [\"{host}\"]\n{text}\n[parameters]\nGONOGO_OLD_PORT = \"8000\"\n")
        }
    };
    let place = Place::new().await;
    place.declare(serve("blue"));
    // Both processes see one file; only the one on `blue` may act on it.
    let app = place.app_of_today(&pool).await;
    let team = Team::at(place, app).await;
    let run = team.run(DOCUMENT).await;
    let id = run.0.to_string();
    let item = team.devops.page(run).await.id("Settings file exists");
    let here = team.devops.verify_now(run, &item).await;
    assert!(
        here.text.contains("is served by the Gonogo on blue"),
        "{}",
        here.text
    );

    let blue = Panel::start_on(&pool, &team.place, "blue").await;
    let begun = blue
        .browser(&team.devops)
        .call("/api/run/begin", &[("run", &id), ("take_over", "")])
        .await;
    begun.answer::<()>();
    let offer: RollbackOffer = team
        .owner
        .call("/api/rollback/offer", &[("run", &id)])
        .await
        .answer();
    assert!(offer.notices[0].contains("The Gonogo on blue"), "{offer:?}");
    let changed = Changed {
        team,
        run,
        later: blue,
    };
    let key = uuid::Uuid::from_u128(1).to_string();
    let fields = [
        ("run", id.as_str()),
        ("tier", TIER),
        ("reason", "it burns"),
        ("environment", "shop"),
        ("request_key", &key),
    ];
    changed
        .team
        .owner
        .call("/api/rollback/start", &fields)
        .await
        .answer::<()>();
    changed.rolled_back().await;
    assert!(changed.team.place.file("port-8000").is_dir());
    let hosts =
        sqlx::query_scalar::<_, String>("select distinct host from panel join task on true where fence > 0");
    assert!(hosts.fetch_all(&pool).await.unwrap().contains(&"blue".to_owned()));
}
