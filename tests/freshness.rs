//! How old the evidence may be that somebody signs on.

use crate::support::{Look, Member, SHOP, Team, eventually};
use chrono::TimeDelta;
use domain::run::RunId;
use sqlx::PgPool;

async fn review(member: &Member, run: RunId) {
    let id = run.0.to_string();
    let fields = [("run", id.as_str()), ("role", member.role.key())];
    member.call("/api/sign_off/review", &fields).await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_signs_go_on_old_evidence_and_a_review_makes_it_fresh(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    team.app.advance(TimeDelta::minutes(15));
    team.qa.sign(run, "go", "").await.answer::<()>();
    team.app.advance(TimeDelta::seconds(1));
    for meaning in ["go", "go_with_conditions"] {
        let (status, words) = team.owner.sign(run, meaning, "fine").await.refusal();
        assert_eq!(
            (status, words.contains("older than 15 minutes")),
            (409, true),
            "{words}"
        );
    }
    // Who says no need not wait for it.
    team.developer
        .sign(run, "no_go", "not today")
        .await
        .answer::<()>();
    // The product owner may not verify, and still signs on what holds now.
    review(&team.owner, run).await;
    team.owner.sign(run, "go", "").await.answer::<()>();
    let page = team.qa.page(run).await;
    let latest = page.run.items[&page.line("The service answers").id]
        .latest
        .clone()
        .unwrap();
    assert_eq!(
        (latest.by.name(), latest.at),
        ("piet", page.now),
        "who asked stands in the evidence"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_review_that_finds_something_broken_shows_it_before_anybody_signs(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let read = team.owner.page(run).await.run.record;
    team.place.health(500).await;
    team.app.advance(TimeDelta::minutes(6));
    review(&team.owner, run).await;
    let sign = team
        .owner
        .sign_record(run, "product_owner", "go", "", &read, &team.owner.password)
        .await;
    let (status, words) = sign.refusal();
    assert_eq!(
        (status, words.contains("The record changed")),
        (409, true),
        "{words}"
    );
    let page = team.owner.page(run).await;
    assert!(
        page.standing("Still answers").reason.contains("500"),
        "{:?}",
        page.standing("Still answers")
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn while_a_probe_is_under_way_a_signature_waits_for_its_answer(pool: PgPool) {
    let team = Team::new(&pool).await;
    let slow = SHOP.replace(
        "- [ ] The database answers",
        "- [ ] The mute one answers: `curl http://localhost:9000/` returns 200",
    );
    let run = team.run(&slow).await;
    team.devops.begin(run, "").await.answer::<()>();
    let item = team.devops.page(run).await.id("mute one");
    let verify = team.devops.verify_now(run, &item);
    let refused = async {
        eventually("a probe under way", async || {
            let page = team.owner.page(run).await;
            page.run
                .items
                .values()
                .any(|item| item.running.is_some())
                .then_some(())
        })
        .await;
        team.owner.sign(run, "go", "").await.refusal()
    };
    let (answer, (status, words)) = tokio::join!(verify, refused);
    answer.answer::<()>();
    assert_eq!(
        (status, words.contains("being verified just now: 1")),
        (409, true),
        "{words}"
    );
    team.devops.verify(run, "").await;
    team.owner.sign(run, "go", "").await.answer::<()>();
    assert!(
        !team.owner.page(run).await.run.sign_offs["product_owner"]
            .conditions
            .is_empty()
    );
}
