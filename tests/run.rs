//! Runs: starting one, the environment's lock, T0, the windows, closing, the history.

use crate::support::{Look, SHOP, Team, clock_after, noon};
use chrono::TimeDelta;
use domain::{
    event::{Happening, Outcome},
    run::{RunId, RunState},
    status::Status,
};
use gonogo::api::history::RunsPage;
use reqwest::StatusCode;
use sqlx::PgPool;

const SMALL: &str = "# Small\n\n## Phase 1: Look (1 minute)\n\n- [ ] Somebody looked\n\n## Sign-off\n\n\
                     | Role | Name | Date | Signature |\n|---|---|---|---|\n| QA | | | |\n| DevOps | | | |\n";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_that_is_sent_eight_times_at_once_starts_one_run(pool: PgPool) {
    let team = Team::new(&pool).await;
    let revision = team.published(SMALL).await;
    let key = "6f0f1a1e-2d3c-4b5a-9687-0123456789ab";
    let starts = (0..8).map(|_| team.devops.start_once(revision, "shop", "v1", key));
    let pages = futures::future::join_all(starts).await;
    let first = pages[0].number();
    for page in &pages {
        assert_eq!((page.status, page.number()), (StatusCode::OK, first));
    }
    let again = team.devops.start_once(revision, "shop", "v1", key).await;
    assert_eq!(again.number(), first);
    let (runs, events): (i64, i64) =
        sqlx::query_as("select (select count(*) from run), (select count(*) from event)")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!((runs, events), (1, 1));
    let other = team.devops.start(revision, "shop", "v1").await.number();
    assert_ne!(other, first, "another form starts another run");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_without_a_place_or_a_release_is_refused_in_words(pool: PgPool) {
    let team = Team::new(&pool).await;
    let revision = team.published(SMALL).await;
    let long = "v".repeat(201);
    for (environment, release, words) in [
        ("nowhere", "v1", "There is no usable environment \"nowhere\""),
        ("", "v1", "There is no usable environment \"\""),
        ("../shop", "v1", "There is no usable environment"),
        ("shop", "", "Name the release"),
        ("shop", "  \t ", "Name the release"),
        ("shop", long.as_str(), "The release is longer than 200 characters"),
        ("shop", "v\0", "contains a zero byte"),
    ] {
        let (status, message) = team.devops.start(revision, environment, release).await.refusal();
        assert_eq!(status, 422, "{environment:?} {release:?}");
        assert!(message.contains(words), "{message}");
    }
    let (status, words) = team.devops.start(revision + 1000, "shop", "v1").await.refusal();
    assert_eq!(status, 404, "{words}");
    let (status, words) = team.devops.start_once(revision, "shop", "v1", "").await.refusal();
    assert_eq!(
        (status, words.as_str()),
        (422, "The form has no number of its own. Load the page again.")
    );
    let runs: i64 = sqlx::query_scalar("select count(*) from run")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(runs, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_pins_what_it_was_started_with(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let page = team.qa.page(run).await;
    let revision = team.qa.revision(page.revision).await.line;
    assert_eq!(
        (&page.run.start.revision, &page.run.start.plan),
        (&revision.hash, &revision.plan_hash)
    );
    assert_eq!(page.run.start.environment, "shop");
    assert_eq!(page.run.start.release, "v1");
    assert_eq!(page.run.started_by.name(), "otto");
    assert_eq!(page.run.state, RunState::Preparing);
    // The same checklist is imported again with another line: the run keeps its own.
    let newer = SHOP.replace("Nobody complained", "Nobody at all complained");
    team.published(&newer).await;
    assert_eq!(
        team.qa.page(run).await.line("complained").text,
        "Nobody complained"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_run_at_a_time_executes_in_an_environment_and_the_other_is_told_which(pool: PgPool) {
    let team = Team::new(&pool).await;
    let (first, second) = (team.run(SHOP).await, team.run(SHOP).await);
    team.devops.begin(first, "").await.answer::<()>();
    team.devops.begin(first, "").await.answer::<()>();
    assert_eq!(team.qa.page(first).await.run.state.word(), "executing");
    let (status, words) = team.developer.begin(second, "").await.refusal();
    assert_eq!(status, 409);
    for part in [
        format!("Run {} holds shop", first.0),
        "2026-03-02 12:00 UTC".into(),
        "otto".into(),
    ] {
        assert!(words.contains(&part), "{words}");
    }
    let page = team.qa.page(second).await;
    assert_eq!(page.run.state, RunState::Preparing);
    let holder = page.held_by.unwrap();
    assert_eq!((holder.run, holder.owner.as_str()), (first, "otto"));
    assert_eq!(team.qa.page(first).await.held_by, None, "nobody else holds it");

    let revision = team.published(SHOP).await;
    let elsewhere = RunId(team.devops.start(revision, "shop-live", "v1").await.number());
    team.devops.begin(elsewhere, "").await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_eight_runs_that_begin_at_once_one_executes(pool: PgPool) {
    let team = Team::new(&pool).await;
    let mut runs = Vec::new();
    for _ in 0..8 {
        runs.push(team.run(SHOP).await);
    }
    let begins = runs.iter().map(|run| team.devops.begin(*run, ""));
    let mut statuses: Vec<_> = futures::future::join_all(begins)
        .await
        .iter()
        .map(|page| page.status.as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    let executing: i64 = sqlx::query_scalar("select count(*) from run where state = 'executing'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(executing, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn devops_takes_an_environment_over_with_a_reason_and_the_other_run_loses_it(pool: PgPool) {
    let team = Team::new(&pool).await;
    let (first, second) = (team.run(SHOP).await, team.run(SHOP).await);
    team.developer.begin(first, "").await.answer::<()>();
    assert_eq!(
        team.devops.begin(second, "  ").await.refusal().0,
        409,
        "without a reason"
    );
    // Who acts here, and may not waive.
    let (status, words) = team.developer.begin(second, "I want it").await.refusal();
    assert_eq!(
        (status, words.contains("take an environment over")),
        (403, true),
        "{words}"
    );
    assert_eq!(team.qa.page(first).await.run.state.word(), "executing");

    team.devops
        .begin(second, "the first one hangs")
        .await
        .answer::<()>();
    assert_eq!(team.qa.page(first).await.run.state, RunState::Preparing);
    assert_eq!(team.qa.page(second).await.run.state.word(), "executing");
    let log: Vec<domain::event::Event> = team
        .qa
        .call(
            "/api/evidence/log",
            &[("run", &first.0.to_string()), ("after", "0")],
        )
        .await
        .answer();
    let lost = log.last().unwrap();
    assert_eq!(lost.by.name(), "otto");
    let expected = Happening::LockLost {
        to_run: second.0,
        reason: "the first one hangs".into(),
    };
    assert_eq!(lost.what, expected);
    let (status, words) = team.developer.begin(first, "").await.refusal();
    assert_eq!(
        (status, words.contains(&format!("Run {} holds shop", second.0))),
        (409, true),
        "{words}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn taking_over_while_the_holder_works_never_ends_in_a_fault(pool: PgPool) {
    let team = Team::new(&pool).await;
    let (mut holder, mut other) = (team.run(SHOP).await, team.run(SHOP).await);
    let page = team.qa.page(holder).await;
    let (item, told) = (page.id("release notes"), page.id("team was told"));
    team.devops.begin(holder, "").await.answer::<()>();
    for round in 0..6 {
        let (took, attested, twice, settled) = futures::join!(
            team.devops.begin(other, "it is my turn"),
            team.qa.attest(holder, &item, "read"),
            team.developer.begin(holder, ""),
            team.developer.attest(holder, &told, "told"),
        );
        assert_eq!(took.status, StatusCode::OK, "round {round}: {}", took.text);
        assert_eq!(
            attested.status,
            StatusCode::OK,
            "round {round}: {}",
            attested.text
        );
        assert_eq!(settled.status, StatusCode::OK, "round {round}: {}", settled.text);
        assert!(
            [200, 409].contains(&twice.status.as_u16()),
            "round {round}: {}",
            twice.text
        );
        std::mem::swap(&mut holder, &mut other);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_phase_that_closes_while_others_begin_never_ends_in_a_fault(pool: PgPool) {
    let team = Team::new(&pool).await;
    for round in 0..5 {
        let (run, other) = (team.run(SMALL).await, team.run(SMALL).await);
        team.devops.begin(run, "").await.answer::<()>();
        let item = team.qa.page(run).await.id("Somebody looked");
        // The last box sets T0 and lets the environment go, just when others ask for it.
        let (attested, again, took) = futures::join!(
            team.qa.attest(run, &item, "looked"),
            team.devops.begin(run, ""),
            team.developer.begin(other, ""),
        );
        assert_eq!(
            attested.status,
            StatusCode::OK,
            "round {round}: {}",
            attested.text
        );
        for page in [again, took] {
            assert!(
                [200, 409].contains(&page.status.as_u16()),
                "round {round}: {}",
                page.text
            );
        }
        team.devops.close(run, true, "next round").await.answer::<()>();
        team.devops.close(other, true, "next round").await.answer::<()>();
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t0_follows_when_every_phase_is_settled_and_lets_the_environment_go(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    team.devops.begin(run, "").await.answer::<()>();
    let page = team.devops.verify(run, "").await;
    assert_eq!(
        (page.status("Still answers"), page.run.t0),
        (Status::NoData, None)
    );
    assert_eq!(
        page.standing("Still answers").reason,
        "too early: the window opens at T0"
    );
    team.qa
        .attest(run, &page.id("team was told"), "told")
        .await
        .answer::<()>();
    assert_eq!(
        team.qa.page(run).await.run.state.word(),
        "executing",
        "phase 2 is still open"
    );
    team.app.advance(TimeDelta::minutes(3));
    team.qa
        .attest(run, &page.id("front page"), "looked")
        .await
        .answer::<()>();
    let page = team.qa.page(run).await;
    assert_eq!(page.run.t0, Some(noon() + TimeDelta::minutes(3)));
    assert_eq!(
        page.run.state.word(),
        "verifying",
        "what preflight left open does not keep T0 away"
    );
    let other = team.run(SHOP).await;
    team.developer.begin(other, "").await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_window_is_no_data_until_it_is_due_and_then_it_is_verified(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let page = team.devops.verify(run, "").await;
    team.attest_phases(run).await;
    let item = page.id("Still answers");
    let (status, words) = team.qa.verify_now(run, &item).await.refusal();
    assert_eq!(
        (status, words.as_str()),
        (422, "It is too early: the window opens at T0.")
    );
    team.devops.begin(run, "").await.answer::<()>();
    let page = team.qa.page(run).await;
    assert_eq!(
        page.standing("Still answers").reason,
        "too early, due 2026-03-02 12:05 UTC"
    );
    assert_eq!(page.status("Nobody complained"), Status::NoData);
    let (status, words) = team.qa.verify_now(run, &item).await.refusal();
    assert_eq!(
        (status, words.as_str()),
        (422, "It is too early, due 2026-03-02 12:05 UTC.")
    );
    assert_eq!(
        team.qa.verify(run, "").await.attempts("Still answers"),
        0,
        "verifying everything leaves it alone"
    );

    team.app.advance(TimeDelta::seconds(299));
    assert_eq!(team.qa.page(run).await.status("Still answers"), Status::NoData);
    // Past the last slot, too: what is sampled in it is asked by Gonogo itself.
    team.app.advance(TimeDelta::seconds(7));
    assert_eq!(
        team.qa.page(run).await.status("Still answers"),
        Status::Open,
        "due, and nobody asked yet"
    );
    let page = team.qa.verify(run, &item).await;
    assert_eq!(
        (page.status("Still answers"), page.attempts("Still answers")),
        (Status::Proved, 1)
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn somebodys_word_for_a_window_that_is_not_due_settles_nothing(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.id("Nobody complained");
    let (status, words) = team.qa.attest(run, &item, "nobody did").await.refusal();
    assert_eq!((status, words.contains("too early")), (422, true), "{words}");
    assert_eq!(
        team.qa.page(run).await.status("Nobody complained"),
        Status::NoData
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t0_is_corrected_with_a_reason_and_every_window_counts_from_it(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let id = run.0.to_string();
    let set = async |t0: &str, reason: &str| {
        team.devops
            .call("/api/run/t0", &[("run", &id), ("t0", t0), ("reason", reason)])
            .await
    };
    let (status, words) = set("", "it serves").await.refusal();
    assert_eq!(
        (status, words.as_str()),
        (422, "The run does not execute yet: begin it first.")
    );
    team.app.advance(TimeDelta::hours(1));
    team.devops.begin(run, "").await.answer::<()>();
    for (t0, reason, words) in [
        ("", " ", "Give a reason"),
        ("2026-03-02T13:01", "soon", "between the start of the run and now"),
        (
            "2026-03-02T11:59",
            "before",
            "between the start of the run and now",
        ),
        ("yesterday", "x", "is no time"),
    ] {
        let (status, message) = set(t0, reason).await.refusal();
        assert_eq!((status, message.contains(words)), (422, true), "{t0}: {message}");
    }
    set("2026-03-02T12:58", "seen in the balancer's log")
        .await
        .answer::<()>();
    let page = team.qa.page(run).await;
    assert_eq!(page.run.t0, Some(noon() + TimeDelta::minutes(58)));
    assert_eq!(
        page.standing("Still answers").reason,
        "too early, due 2026-03-02 13:03 UTC"
    );
    set("2026-03-02T12:00:00+00:00", "it was earlier still")
        .await
        .answer::<()>();
    assert_eq!(team.qa.page(run).await.status("Still answers"), Status::Open);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_was_given_up_lets_the_environment_go_and_takes_nothing_more(pool: PgPool) {
    let team = Team::new(&pool).await;
    let (run, other) = (team.run(SHOP).await, team.run(SHOP).await);
    team.devops.begin(run, "").await.answer::<()>();
    assert_eq!(
        team.owner.close(run, true, " ").await.refusal().0,
        422,
        "without a reason"
    );
    assert_eq!(
        team.qa.close(run, true, "no").await.refusal().0,
        403,
        "somebody else's run, without the right to waive"
    );
    let (status, words) = team.devops.close(run, false, "done").await.refusal();
    assert_eq!(
        (status, words.contains("Signatures are missing")),
        (422, true),
        "{words}"
    );
    team.owner.close(run, true, "wrong release").await.answer::<()>();
    let page = team.qa.page(run).await;
    let RunState::Closed {
        outcome, by, reason, ..
    } = &page.run.state
    else {
        panic!("{:?}", page.run.state);
    };
    assert_eq!(
        (*outcome, by.name(), reason.as_str()),
        (Outcome::Abandoned, "piet", "wrong release")
    );
    let (notes, service) = (page.id("release notes"), page.id("The service answers"));
    let number = page.run.number;
    for answer in [
        team.qa.attest(run, &notes, "read").await,
        team.qa.verify_now(run, "").await,
        team.qa.verify_now(run, &service).await,
        team.devops.settle(run, &notes, "skip", "no").await,
        team.devops.begin(run, "").await,
        team.devops.close(run, true, "again").await,
    ] {
        assert_eq!(answer.refusal().0, 409, "{}", answer.text);
    }
    assert_eq!(team.devops.sign(run, "go", "").await.refusal().0, 422);
    assert_eq!(team.qa.page(run).await.run.number, number, "nothing was written");
    team.developer.begin(other, "").await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn after_a_restart_a_run_is_where_it_was(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let page = team.devops.verify(run, "").await;
    team.qa
        .attest(run, &page.id("release notes"), "read")
        .await
        .answer::<()>();
    team.devops.begin(run, "").await.answer::<()>();
    let before = team.qa.page(run).await;
    let Team {
        place,
        app,
        qa,
        devops,
        ..
    } = team;
    assert!(app.stop().await, "the server did not stop in time");
    let app = place.app_at(&pool, clock_after(TimeDelta::hours(1))).await;
    let (qa, devops) = (qa.at(&app), devops.at(&app));
    let after = qa.page(run).await;
    assert_eq!(after.run, before.run);
    assert_eq!(after.outline, before.outline);
    devops.begin(run, "").await.answer::<()>();
    assert_eq!(
        qa.page(run).await.run.number,
        before.run.number,
        "it still holds the environment"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_history_is_filtered_and_searched_as_written(pool: PgPool) {
    let team = Team::new(&pool).await;
    let revision = team.published(SMALL).await;
    let mut ids = Vec::new();
    for release in ["v1", "50%_off", "v2\\beta", "v3"] {
        ids.push(team.devops.start(revision, "shop", release).await.number());
    }
    let live = team.qa.start(revision, "shop-live", "v3").await.number();
    team.devops.close(RunId(ids[0]), true, "old").await.answer::<()>();
    let list = async |fields: [(&str, &str); 3]| {
        let [environment, state, text] = fields;
        let fields = [
            ("filter[environment]", environment.1),
            ("filter[state]", state.1),
            ("filter[text]", text.1),
        ];
        let page: RunsPage = team.owner.call("/api/history/list", &fields).await.answer();
        page.runs.into_iter().map(|line| line.id.0).collect::<Vec<_>>()
    };
    let ask = async |environment, state, text| list([("e", environment), ("s", state), ("t", text)]).await;
    assert_eq!(ask("", "", "").await, [live, ids[3], ids[2], ids[1], ids[0]]);
    assert_eq!(ask("shop-live", "", "").await, [live]);
    assert_eq!(ask("", "abandoned", "").await, [ids[0]]);
    assert_eq!(ask("", "", "v3").await, [live, ids[3]]);
    assert_eq!(ask("", "", "%_").await, [ids[1]], "a percent sign is only itself");
    assert_eq!(ask("", "", "\\b").await, [ids[2]]);
    assert_eq!(ask("", "", "QUINN").await, [live], "who started it");
    assert_eq!(ask("", "", "' or true --").await, [] as [i64; 0]);
    assert_eq!(
        ask("shop", "", "\0").await,
        [] as [i64; 0],
        "a zero byte stands in no text"
    );
    assert_eq!(ask("\0", "", "").await, [] as [i64; 0]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_does_not_exist_is_not_found_whatever_is_asked_of_it(pool: PgPool) {
    let team = Team::new(&pool).await;
    let none = RunId(4711);
    let id = none.0.to_string();
    let hash = domain::Hash::zero();
    for page in [
        team.devops.call("/api/run/page", &[("id", &id)]).await,
        team.devops.verify_now(none, "").await,
        team.devops.begin(none, "").await,
        team.devops.attest(none, "x", "y").await,
        team.devops.settle(none, "x", "skip", "y").await,
        team.devops.close(none, true, "y").await,
        team.devops
            .sign_record(none, "devops", "go", "", &hash, &team.devops.password)
            .await,
        team.devops
            .call("/api/evidence/item", &[("run", &id), ("item", "x")])
            .await,
        team.devops
            .call("/api/evidence/log", &[("run", &id), ("after", "0")])
            .await,
    ] {
        assert_eq!(page.refusal().0, 404, "{}", page.text);
    }
    for path in [
        "/live/runs/4711",
        "/runs/4711/export.md",
        "/runs/4711/export.json",
        "/runs/4711/export.dsse.json",
        "/runs/4711/results.csv",
    ] {
        assert_eq!(
            team.devops.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_later_run_closes_the_open_windows_of_the_one_before(pool: PgPool) {
    let team = Team::new(&pool).await;
    let first = team.run(SHOP).await;
    team.devops.begin(first, "").await.answer::<()>();
    team.devops.verify(first, "").await;
    team.attest_phases(first).await;
    let record = team.qa.page(first).await.run.record;
    team.app.advance(TimeDelta::minutes(2));
    let second = team.run(SHOP).await;
    team.devops.begin(second, "").await.answer::<()>();

    team.app.advance(TimeDelta::minutes(10));
    let page = team.qa.page(first).await;
    let superseded = page.run.superseded.unwrap();
    assert_eq!(
        (superseded.by_run, superseded.at),
        (second, noon() + TimeDelta::minutes(2))
    );
    assert_ne!(page.run.record, record, "who signs sees it in the record");
    assert_eq!(
        (
            page.status("Still answers"),
            page.standing("Still answers").reason
        ),
        (
            Status::NoData,
            format!("superseded by run {} before it was due", second.0)
        )
    );
    for item in ["", &page.id("Still answers")] {
        let (status, words) = team.qa.verify_now(first, item).await.refusal();
        assert_eq!(
            (status, words.contains("what could be seen there now is its work")),
            (409, true),
            "{words}"
        );
    }
    let (status, words) = team
        .qa
        .attest(first, &page.id("complained"), "nobody")
        .await
        .refusal();
    assert_eq!(
        (status, words.contains("superseded by run")),
        (422, true),
        "{words}"
    );
    // It still ends: as a go with conditions that name what nobody could see.
    team.qa
        .attest(first, &page.id("release notes"), "read")
        .await
        .answer::<()>();
    for member in team.members() {
        member.sign(first, "go", "").await.answer::<()>();
    }
    team.owner
        .close(first, false, "the next one is out")
        .await
        .answer::<()>();
    let page = team.qa.page(first).await;
    assert_eq!(page.run.state.word(), Outcome::GoWithConditions.word());
    assert_eq!(team.qa.page(second).await.run.superseded, None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_window_that_was_due_before_the_next_run_keeps_what_it_proved(pool: PgPool) {
    let team = Team::new(&pool).await;
    let first = team.settled(SHOP).await;
    let second = team.run(SHOP).await;
    team.devops.begin(second, "").await.answer::<()>();
    let page = team.qa.page(first).await;
    assert!(page.run.superseded.is_some());
    assert_eq!(
        (page.status("Still answers"), page.status("complained")),
        (Status::Proved, Status::Attested)
    );
    // What was seen then is what there is: nothing is verified again, and nothing is too old to sign.
    team.app.advance(TimeDelta::hours(2));
    for member in team.members() {
        member.sign(first, "go", "").await.answer::<()>();
    }
    let page = team.qa.page(first).await;
    assert_eq!(
        page.run.state.word(),
        "verifying",
        "what the later run changes is a condition"
    );
    assert_eq!(
        domain::decision::close_outcome(&page.outline, &page.run, page.now),
        Some(Outcome::GoWithConditions)
    );
    let refused = team
        .devops
        .call(
            "/api/run/t0",
            &[("run", &first.0.to_string()), ("reason", "earlier")],
        )
        .await
        .refusal();
    assert_eq!(refused.0, 409, "its windows are decided");
}
