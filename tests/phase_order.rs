//! Phases in their order, and the reason for going out of it.

use crate::support::{Look, SHOP, Team};
use domain::{event::Happening, run::RunId, status::Status};
use sqlx::PgPool;

async fn go_ahead(
    member: &crate::support::Member,
    run: RunId,
    section: &str,
    reason: &str,
) -> crate::support::Page {
    let id = run.0.to_string();
    let fields = [("run", id.as_str()), ("section", section), ("reason", reason)];
    member.call("/api/run/go_ahead", &fields).await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_word_for_a_later_phase_waits_for_the_earlier_one_and_says_which(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let page = team.qa.page(run).await;
    let (told, looked) = (page.id("team was told"), page.id("front page"));
    let (status, words) = team.qa.attest(run, &looked, "looked").await.refusal();
    assert_eq!(status, 422);
    assert_eq!(
        words,
        "“Phase 1 · Switch” is not settled yet, and phases go in order: settle it first, or go ahead to “Phase 2 · Warm up” \
         with a reason."
    );
    // Reading is free, and what stands before the phases waits for nothing.
    team.devops.verify(run, "").await;
    team.qa
        .attest(run, &page.id("release notes"), "read")
        .await
        .answer::<()>();
    team.qa.attest(run, &told, "told").await.answer::<()>();
    team.qa.attest(run, &looked, "looked").await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn going_ahead_needs_a_reason_and_the_right_to_act_and_stands_in_the_log(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let page = team.qa.page(run).await;
    let (section, line) = page.outline.line(&page.line("front page").id).unwrap();
    let (section, looked) = (section.id.0.clone(), line.id.0.clone());
    assert_eq!(go_ahead(&team.devops, run, &section, " ").await.refusal().0, 422);
    assert_eq!(go_ahead(&team.devops, run, "nowhere", "x").await.refusal().0, 404);
    assert_eq!(go_ahead(&team.qa, run, &section, "x").await.refusal().0, 403);
    assert_eq!(
        team.qa.page(run).await.run.number,
        page.run.number,
        "nothing was written"
    );
    go_ahead(&team.devops, run, &section, "the team is at lunch")
        .await
        .answer::<()>();
    let (status, words) = go_ahead(&team.devops, run, &section, "again").await.refusal();
    assert_eq!(
        (status, words.contains("Nothing before this phase is open")),
        (422, true),
        "{words}"
    );
    team.qa.attest(run, &looked, "looked").await.answer::<()>();
    let after = team.qa.page(run).await;
    assert_eq!(after.status("front page"), Status::Attested);
    let id = run.0.to_string();
    let log: Vec<domain::event::Event> = team
        .qa
        .call("/api/evidence/log", &[("run", &id), ("after", "0")])
        .await
        .answer();
    let reasons: Vec<_> = log
        .iter()
        .filter_map(|event| match &event.what {
            Happening::WentAhead { reason, .. } => Some((event.by.name(), reason.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, [("otto", "the team is at lunch")]);
}
