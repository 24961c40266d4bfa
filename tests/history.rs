//! The history: what it is asked for, page by page, and two of its runs beside each other.

mod many;

use crate::support::{Look, SHOP, Team, copy_runs, eventually, noon};
use chrono::TimeDelta;
use domain::{
    comparison::{Became, Comparison},
    run::RunId,
};
use gonogo::api::{
    history::{Count, RunsPage},
    stability::StabilityPage,
};
use reqwest::StatusCode;
use sqlx::PgPool;

const SMALL: &str = "# Small\n\n## Phase 1: Look (1 minute)\n\n- [ ] Somebody looked\n- [ ] Somebody looked again\n\n\
                     ## Sign-off\n\n| Role | Name | Date | Signature |\n|---|---|---|---|\n| QA | | | |\n| DevOps | | | |\n";

/// The numbers of the runs that fit.
async fn found(team: &Team, fields: &[(&str, &str)]) -> Vec<i64> {
    page(team, fields)
        .await
        .runs
        .iter()
        .map(|line| line.id.0)
        .collect()
}

async fn page(team: &Team, fields: &[(&str, &str)]) -> RunsPage {
    let named: Vec<(String, &str)> = fields
        .iter()
        .map(|(name, value)| (format!("filter[{name}]"), *value))
        .collect();
    let fields: Vec<(&str, &str)> = named
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    team.owner.call("/api/history/list", &fields).await.answer()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn runs_are_found_by_state_outcome_person_day_and_what_was_said(pool: PgPool) {
    let team = Team::new(&pool).await;
    let revision = team.published(SMALL).await;
    let first = team.devops.start(revision, "shop", "v1").await.number();
    team.devops
        .close(RunId(first), true, "Postponed: Überlast on Friday")
        .await
        .answer::<()>();
    let second = team.developer.start(revision, "shop-live", "v2").await.number();
    team.devops.begin(RunId(second), "").await.answer::<()>();
    let item = team.qa.page(RunId(second)).await.id("looked again");
    team.qa
        .attest(RunId(second), &item, "seen on ticket SHOP-4711")
        .await
        .answer::<()>();
    team.qa
        .sign(RunId(second), "no_go", "too slow")
        .await
        .answer::<()>();
    let third = team.devops.start(revision, "shop", "v3").await.number();
    for (run, days) in [(second, 1), (third, 2)] {
        let later = "update run set started_at = started_at + $2 * interval '1 day' where id = $1";
        sqlx::query(later)
            .bind(run)
            .bind(days)
            .execute(&pool)
            .await
            .unwrap();
        let person =
            "update run_person set started_at = run.started_at from run where id = run_id and id = $1";
        sqlx::query(person).bind(run).execute(&pool).await.unwrap();
    }
    let day = |days: i64| (noon() + TimeDelta::days(days)).format("%Y-%m-%d").to_string();
    let (one, two) = (day(1), day(2));
    for (fields, expected) in [
        (vec![], vec![third, second, first]),
        (vec![("state", "open")], vec![third, second]),
        (vec![("state", "closed")], vec![first]),
        (vec![("state", "preparing")], vec![third]),
        (vec![("state", "executing")], vec![second]),
        (vec![("outcome", "abandoned")], vec![first]),
        (vec![("outcome", "GO")], vec![]),
        (vec![("state", "open"), ("outcome", "abandoned")], vec![]),
        (vec![("person", "otto")], vec![third, first]),
        (vec![("person", "quinn")], vec![second]),
        (
            vec![("person", "dora"), ("environment", "shop-live")],
            vec![second],
        ),
        (vec![("person", "dora"), ("environment", "shop")], vec![]),
        (vec![("person", "quin")], vec![]),
        (vec![("from", &one)], vec![third, second]),
        (vec![("to", &one)], vec![second, first]),
        (vec![("from", &one), ("to", &one)], vec![second]),
        (vec![("from", &two), ("person", "otto")], vec![third]),
        (vec![("text", "überl FRI")], vec![first]),
        (vec![("text", "shop-4711")], vec![second]),
        (vec![("text", "4711")], vec![second]),
        (vec![("text", "slow")], vec![second]),
        (vec![("text", "slow friday")], vec![]),
        (vec![("text", "small")], vec![third, second, first]),
    ] {
        assert_eq!(found(&team, &fields).await, expected, "{fields:?}");
    }
    assert_eq!(page(&team, &[("state", "open")]).await.count, Count::Exactly(2));
    let (status, words) = team
        .owner
        .call("/api/history/list", &[("filter[from]", "yesterday")])
        .await
        .refusal();
    assert_eq!(
        (status, words.as_str()),
        (422, "\"yesterday\" is no day: write it as 2026-11-23.")
    );
    let all = page(&team, &[]).await;
    assert!(
        ["shop", "shop-live"]
            .iter()
            .all(|name| all.environments.iter().any(|known| known == name)),
        "{:?}",
        all.environments
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_word_that_nobody_says_any_more_finds_nothing(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SMALL).await;
    let item = team.qa.page(run).await.id("looked again");
    team.qa.attest(run, &item, "zebra").await.answer::<()>();
    assert_eq!(found(&team, &[("text", "zebra")]).await, [run.0]);
    team.qa
        .settle(run, &item, "reopen", "it was another animal")
        .await
        .answer::<()>();
    assert_eq!(found(&team, &[("text", "zebra")]).await, [0; 0]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn pages_go_both_ways_and_no_run_is_left_out_or_shown_twice(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SMALL).await;
    copy_runs(&pool, run.0, 120).await;
    // Some were started at the same moment: the number decides.
    sqlx::query("update run set started_at = (select max(started_at) from run) where id % 3 = 0")
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("update run_person set started_at = run.started_at from run where run.id = run_id")
        .execute(&pool)
        .await
        .unwrap();
    let all: Vec<i64> = sqlx::query_scalar("select id from run order by started_at desc, id desc")
        .fetch_all(&pool)
        .await
        .unwrap();
    for filter in [vec![], vec![("text", "small")]] {
        let ask = async |turn: Option<(&str, i64)>| {
            let id = turn.map(|(_, id)| id.to_string()).unwrap_or_default();
            let mut fields = filter.clone();
            fields.extend(turn.map(|(way, _)| (way, id.as_str())));
            let page = page(&team, &fields).await;
            let ids: Vec<i64> = page.runs.iter().map(|line| line.id.0).collect();
            (ids, page.newer, page.older, page.count)
        };
        let every = Count::Exactly(120);
        let first = ask(None).await;
        assert_eq!(first, (all[..50].to_vec(), false, true, every));
        let second = ask(Some(("before", all[49]))).await;
        assert_eq!(second, (all[50..100].to_vec(), true, true, every));
        let third = ask(Some(("before", all[99]))).await;
        assert_eq!(third, (all[100..].to_vec(), true, false, every));
        assert_eq!(ask(Some(("after", all[100]))).await, second);
        assert_eq!(ask(Some(("after", all[50]))).await, first);
        assert_eq!(
            ask(Some(("after", all[20]))).await,
            first,
            "the newest page is whole"
        );
        assert_eq!(
            ask(Some(("before", 4711))).await,
            first,
            "from nowhere it is the newest"
        );
    }
    let otto: Vec<i64> = sqlx::query_scalar(
        "select run_id from run_person where person = 'dora' order by started_at desc, run_id desc",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(found(&team, &[("person", "dora")]).await, otto);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_list_is_counted_up_to_a_thousand(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SMALL).await;
    copy_runs(&pool, run.0, 1_000).await;
    assert_eq!(page(&team, &[]).await.count, Count::Exactly(1_000));
    copy_runs(&pool, run.0, 1_001).await;
    assert_eq!(page(&team, &[]).await.count, Count::MoreThan(1_000));
    let html = team.owner.get("/").await.text;
    assert!(html.contains("more than 1,000 runs"), "{html}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn runs_of_an_earlier_gonogo_are_read_when_a_newer_one_starts(pool: PgPool) {
    let team = Team::new(&pool).await;
    let revision = team.published(SMALL).await;
    let run = team.devops.start(revision, "shop", "v1").await.number();
    copy_runs(&pool, run, 45).await;
    sqlx::query("update run set words = null")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(found(&team, &[("text", "small")]).await, [0; 0]);
    let Team {
        place, app, owner, ..
    } = team;
    app.stop().await;
    let app = place.app(&pool).await;
    let owner = owner.at(&app);
    eventually("the words of every run", async || {
        let page: RunsPage = owner
            .call("/api/history/list", &[("filter[text]", "small")])
            .await
            .answer();
        (page.count == Count::Exactly(45)).then_some(())
    })
    .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_runs_are_compared_line_by_line(pool: PgPool) {
    let team = Team::new(&pool).await;
    let first = team.run(SHOP).await;
    team.devops.verify(first, "").await;
    team.place.health(503).await;
    let changed = SHOP.replace(
        "- [ ] Somebody read the release notes",
        "- [ ] Somebody checked the disk",
    );
    let second = team.run(&changed).await;
    team.devops.verify(second, "").await;
    let (a, b) = (first.0.to_string(), second.0.to_string());
    let comparison: Comparison = team
        .owner
        .call("/api/comparison/of", &[("a", &a), ("b", &b)])
        .await
        .answer();
    let became = |text: &str| {
        let pair = comparison.lines.iter().find(|pair| {
            let sides = pair.sides.iter().flatten();
            sides.into_iter().any(|side| side.text.contains(text))
        });
        pair.unwrap_or_else(|| panic!("no line says {text:?}")).became()
    };
    assert_eq!(became("The service answers"), Became::StandsOtherwise);
    assert_eq!(became("The service is configured"), Became::Same);
    assert_eq!(became("read the release notes"), Became::Removed);
    assert_eq!(became("checked the disk"), Became::Added);
    let html = team
        .owner
        .get(&format!("/runs/compare?run={b}&run={a}&only=differences"))
        .await;
    assert_eq!(html.status, StatusCode::OK);
    assert!(html.text.contains("stands otherwise") && html.text.contains("checked the disk"));
    assert!(
        !html.text.contains(">The service is configured"),
        "what is the same is left out"
    );
    let whole = team.owner.get(&format!("/runs/compare?a={a}&b={b}")).await.text;
    assert!(whole.contains(">The service is configured"), "{whole}");
    let title = format!("Run {a} and run {b}");
    assert!(html.text.contains(&title), "the earlier one comes first");
    let (status, _) = team
        .owner
        .call("/api/comparison/of", &[("a", &a), ("b", "4711")])
        .await
        .refusal();
    assert_eq!(status, 404);
    let unclear = team.owner.get("/runs/compare?run=1").await;
    assert!(unclear.text.contains("exactly two runs"), "{}", unclear.text);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn failures_restores_phases_and_waivers_are_counted_over_days(pool: PgPool) {
    let team = Team::new(&pool).await;
    let ask = async |fields: &[(&str, &str)]| -> StabilityPage {
        team.owner.call("/api/stability/of", fields).await.answer()
    };
    let nothing = ask(&[]).await;
    assert_eq!(
        (nothing.all.begun, nothing.months.len(), nothing.phases.len()),
        (0, 0, 0)
    );
    let html = team.owner.get("/stability").await.text;
    assert!(html.contains("No run began in these days."), "{html}");

    let revision = team.published(SMALL).await;
    let never = RunId(team.devops.start(revision, "shop", "v0").await.number());
    team.devops
        .close(never, true, "it never began")
        .await
        .answer::<()>();
    let failed = RunId(team.devops.start(revision, "shop", "v1").await.number());
    team.devops.begin(failed, "").await.answer::<()>();
    team.app.advance(TimeDelta::minutes(5));
    for member in [&team.qa, &team.devops] {
        member.sign(failed, "no_go", "errors").await.answer::<()>();
    }
    team.app.advance(TimeDelta::minutes(1));
    team.owner
        .close(failed, false, "errors at checkout")
        .await
        .answer::<()>();
    let unrestored = ask(&[]).await.all;
    assert_eq!(
        (
            unrestored.begun,
            unrestored.ended,
            unrestored.failed,
            unrestored.restored
        ),
        (1, 1, 1, 0)
    );
    assert_eq!(unrestored.restore_seconds, None);

    team.app.advance(TimeDelta::minutes(14));
    let mended = RunId(team.developer.start(revision, "shop", "v2").await.number());
    team.devops.begin(mended, "").await.answer::<()>();
    let page = team.qa.page(mended).await;
    let lines: Vec<String> = page.outline.lines().map(|(_, line)| line.id.0.clone()).collect();
    let [first, second] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    team.owner
        .settle(mended, first, "waive", "looked at on Friday")
        .await
        .answer::<()>();
    team.app.advance(TimeDelta::minutes(3));
    team.qa.attest(mended, second, "seen").await.answer::<()>();
    for member in [&team.qa, &team.devops] {
        member.sign(mended, "go", "").await.answer::<()>();
    }
    let state = team.qa.page(mended).await.run.state;
    assert_eq!(state.word(), "GO");

    let page = ask(&[]).await;
    let all = &page.all;
    assert_eq!((all.begun, all.ended, all.failed, all.restored), (2, 2, 1, 1));
    assert_eq!(
        all.restore_seconds,
        Some(18.0 * 60.0),
        "from the first no-go to the next go"
    );
    assert_eq!(page.months.len(), 1);
    assert_eq!(
        (page.months[0].month.as_str(), page.months[0].environment.as_str()),
        ("2026-03", "shop")
    );
    let phase = &page.phases[0];
    assert_eq!((phase.runs, phase.planned_minutes), (1, Some(1.0)));
    assert_eq!((phase.median_seconds, phase.longest_seconds), (180.0, 180));
    let waiver = &page.waivers[0];
    assert_eq!(
        (
            waiver.run,
            waiver.person.as_str(),
            waiver.reason.as_str(),
            waiver.line.as_str()
        ),
        (mended, "piet", "looked at on Friday", "Somebody looked")
    );
    assert_eq!(waiver.taken_back_at, None);
    let elsewhere = ask(&[("filter[environment]", "shop-live")]).await;
    assert_eq!((elsewhere.all.begun, elsewhere.waivers.len()), (0, 0));
    let before = ask(&[("filter[to]", "2026-03-01")]).await;
    assert_eq!((before.all.begun, before.waivers.len()), (0, 0));
    let html = team.owner.get("/stability").await.text;
    assert!(
        html.contains("50 % (1 of 2)") && html.contains("18 min 0 s (1 of 1)"),
        "{html}"
    );
    let (status, words) = team
        .owner
        .call(
            "/api/stability/of",
            &[("filter[from]", "2026-03-05"), ("filter[to]", "2026-03-01")],
        )
        .await
        .refusal();
    assert!(
        status == 422 && words.contains("comes before the first"),
        "{words}"
    );
}
