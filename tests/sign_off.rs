//! Sign-off: who may sign what, what a signature is bound to, and how a run ends.

use crate::support::{Look, Member, SHOP, Team};
use chrono::TimeDelta;
use domain::{
    Hash, Role,
    event::{Event, Happening, Outcome},
    plan::ItemId,
    record::{About, Difference},
    run::{RunId, RunState},
    sign_off::Meaning,
};
use reqwest::StatusCode;
use sqlx::PgPool;

async fn closings(member: &Member, run: RunId) -> Vec<Outcome> {
    let id = run.0.to_string();
    let events: Vec<Event> = member
        .call("/api/evidence/log", &[("run", &id), ("after", "0")])
        .await
        .answer();
    let closed = events.into_iter().filter_map(|event| match event.what {
        Happening::Closed { outcome, .. } => Some(outcome),
        _ => None,
    });
    closed.collect()
}

async fn withdraw(member: &Member, run: RunId, reason: &str) -> crate::support::Page {
    member.withdraw(run, member.role.key(), reason).await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn four_signatures_on_a_settled_run_close_it_as_go_once(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    for member in team.members() {
        assert_eq!(team.qa.page(run).await.run.state.word(), "verifying");
        let page = member.sign(run, "go", "").await;
        assert_eq!(
            (page.status, page.header("location")),
            (StatusCode::OK, format!("/runs/{}?tab=sign-off", run.0).as_str())
        );
    }
    let page = team.qa.page(run).await;
    assert!(
        matches!(
            page.run.state,
            RunState::Closed {
                outcome: Outcome::Go,
                ..
            }
        ),
        "{:?}",
        page.run.state
    );
    let names: Vec<_> = page
        .run
        .sign_offs
        .values()
        .map(|sign_off| (sign_off.by.name(), sign_off.meaning))
        .collect();
    assert_eq!(
        names,
        [
            ("dora", Meaning::Go),
            ("otto", Meaning::Go),
            ("piet", Meaning::Go),
            ("quinn", Meaning::Go)
        ]
    );
    for sign_off in page.run.sign_offs.values() {
        assert_eq!(
            (&sign_off.record, sign_off.conditions.len()),
            (&page.run.record, 0)
        );
    }
    assert_eq!(closings(&team.qa, run).await, [Outcome::Go]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn when_the_last_sign_at_the_same_time_the_run_closes_once(pool: PgPool) {
    let team = Team::new(&pool).await;
    for _ in 0..3 {
        let run = team.settled(SHOP).await;
        let record = team.qa.page(run).await.run.record;
        let signs = team
            .members()
            .map(|member| member.sign_record(run, member.role.key(), "go", "", &record, &member.password));
        for page in futures::future::join_all(signs).await {
            assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        }
        assert_eq!(closings(&team.qa, run).await, [Outcome::Go]);
        assert_eq!(team.qa.page(run).await.run.sign_offs.len(), 4);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_double_click_signs_and_closes_once(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    for member in [&team.developer, &team.devops, &team.qa] {
        member.sign(run, "go", "").await.answer::<()>();
    }
    let (one, two) = futures::join!(team.owner.sign(run, "go", ""), team.owner.sign(run, "go", ""));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422], "{} {}", one.text, two.text);
    assert_eq!(closings(&team.qa, run).await, [Outcome::Go]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_the_role_of_the_slot_signs_it(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let record = team.qa.page(run).await.run.record;
    for slot in ["developer", "devops", "product_owner"] {
        let page = team
            .qa
            .sign_record(run, slot, "go", "", &record, &team.qa.password)
            .await;
        let (status, words) = page.refusal();
        assert_eq!(
            (status, words.starts_with("Only somebody with the role")),
            (422, true),
            "{words}"
        );
    }
    for slot in ["auditor", "", "QA"] {
        let page = team
            .qa
            .sign_record(run, slot, "go", "", &record, &team.qa.password)
            .await;
        let (status, words) = page.refusal();
        assert_eq!(
            (status, words.contains("no signature slot")),
            (422, true),
            "{words}"
        );
    }
    let auditor = Member::new(&team.app, "aud", Role::Auditor).await;
    let page = auditor
        .sign_record(run, "qa", "go", "", &record, &auditor.password)
        .await;
    assert_eq!(page.refusal().0, 422);
    assert!(team.qa.page(run).await.run.sign_offs.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_signature_needs_the_signers_own_password_again(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let record = team.qa.page(run).await.run.record;
    for password in ["", "wrong password", team.devops.password.as_str()] {
        let page = team.qa.sign_record(run, "qa", "go", "", &record, password).await;
        assert_eq!(
            (page.status, page.text.as_str()),
            (StatusCode::UNAUTHORIZED, r#"{"kind":"wrong_password"}"#)
        );
    }
    for _ in 0..3 {
        team.qa
            .sign_record(run, "qa", "go", "", &record, "wrong again")
            .await;
    }
    let page = team
        .qa
        .sign_record(run, "qa", "go", "", &record, &team.qa.password)
        .await;
    assert_eq!(
        page.refusal().0,
        429,
        "guessing is slowed down as at the sign-in page"
    );
    assert!(team.qa.page(run).await.run.sign_offs.is_empty());
    let words: i64 = sqlx::query_scalar("select count(*) from event where body like '%password%'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(words, 0, "a password reached the log");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_person_fills_one_slot_whatever_roles_they_hold(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let password = team.app.add_person("both", &[Role::Qa, Role::Developer]).await;
    let both = team.app.browser();
    both.sign_in("both", &password).await;
    let record = team.qa.page(run).await.run.record;
    let sign = async |role: &str| {
        let id = run.0.to_string();
        let fields = [
            ("run", id.as_str()),
            ("role", role),
            ("meaning", "go"),
            ("comment", ""),
            ("record", record.as_str()),
            ("password", &password),
        ];
        both.call("/api/sign_off/sign", &fields).await
    };
    sign("qa").await.answer::<()>();
    let (status, words) = sign("developer").await.refusal();
    assert_eq!(
        (status, words.contains("one person fills one slot")),
        (422, true),
        "{words}"
    );
    sign("qa").await.answer::<()>();
    assert_eq!(
        team.qa.page(run).await.run.sign_offs.len(),
        1,
        "they may sign their own slot again"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_no_go_needs_a_reason_and_ends_the_run_only_when_everybody_has_answered(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    for comment in ["", "  "] {
        assert_eq!(
            team.qa.sign(run, "no_go", comment).await.refusal(),
            (422, "A no-go needs a reason.".to_owned())
        );
    }
    team.qa
        .sign(run, "no_go", "the till is wrong")
        .await
        .answer::<()>();
    let page = team.qa.page(run).await;
    let answer = domain::decision::decide(&page.outline, &page.run, page.now);
    assert_eq!(
        (answer.title.as_str(), answer.why.as_str()),
        ("NO-GO", "quinn says no: “the till is wrong”.")
    );
    assert_eq!(
        team.qa.close(run, false, "no").await.refusal().0,
        422,
        "three have not answered"
    );
    for member in [&team.developer, &team.devops, &team.owner] {
        member.sign(run, "go", "").await.answer::<()>();
    }
    assert_eq!(
        closings(&team.qa, run).await,
        [],
        "a person closes what is no clean go"
    );
    team.owner
        .close(run, false, "we fix the till first")
        .await
        .answer::<()>();
    assert_eq!(closings(&team.qa, run).await, [Outcome::NoGo]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_that_is_none_signs_nothing(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    for meaning in ["", "GO", "maybe"] {
        let (status, words) = team.qa.sign(run, meaning, "").await.refusal();
        assert_eq!(
            (status, words.contains("Choose an answer")),
            (422, true),
            "{words}"
        );
    }
    let long = "c".repeat(4001);
    assert_eq!(team.qa.sign(run, "go", &long).await.refusal().0, 422);
    let fields = [
        ("record", "latest"),
        ("role", "qa"),
        ("meaning", "go"),
        ("comment", ""),
        ("password", "x"),
        ("run", "1"),
    ];
    assert_eq!(team.qa.call("/api/sign_off/sign", &fields).await.refusal().0, 422);
    assert!(team.qa.page(run).await.run.sign_offs.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_record_that_changed_while_it_was_read_is_not_signed(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let page = team.qa.page(run).await;
    team.devops
        .settle(run, &page.id("release notes"), "skip", "not needed")
        .await
        .answer::<()>();
    let answer = team
        .qa
        .sign_record(run, "qa", "go", "", &page.run.record, &team.qa.password)
        .await;
    let (status, words) = answer.refusal();
    assert_eq!(
        (
            status,
            words.contains("The record changed while you were reading. Nothing was signed")
        ),
        (409, true),
        "{words}"
    );
    let answer = team
        .qa
        .sign_record(run, "qa", "go", "", &Hash::zero(), &team.qa.password)
        .await;
    assert_eq!(answer.refusal().0, 409);
    assert!(team.qa.page(run).await.run.sign_offs.is_empty());
    team.qa.sign(run, "go", "").await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whatever_changes_the_record_makes_signatures_stale_and_a_check_with_the_same_verdict_does_not(
    pool: PgPool,
) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let item = team.qa.page(run).await.id("The service answers");
    let stale = async || {
        let page = team.qa.page(run).await;
        page.run.is_stale(&page.run.sign_offs["qa"])
    };
    team.qa.sign(run, "go", "").await.answer::<()>();
    team.developer.verify(run, "").await;
    assert!(!stale().await, "a check with the same verdict");

    team.place.health(500).await;
    team.developer.verify(run, &item).await;
    assert!(stale().await, "another verdict");
    team.qa
        .sign(run, "go_with_conditions", "known")
        .await
        .answer::<()>();
    team.owner
        .settle(run, &item, "waive", "known")
        .await
        .answer::<()>();
    assert!(stale().await, "a waiver");
    team.qa.sign(run, "go", "").await.answer::<()>();
    team.qa
        .attest(run, &team.qa.page(run).await.id("release notes"), "read again")
        .await
        .answer::<()>();
    assert!(stale().await, "another word");
    team.qa.sign(run, "go", "").await.answer::<()>();
    let id = run.0.to_string();
    let fields = [
        ("run", id.as_str()),
        ("t0", "2026-03-02T12:01"),
        ("reason", "seen in the log"),
    ];
    team.app.advance(TimeDelta::minutes(1));
    team.devops.call("/api/run/t0", &fields).await.answer::<()>();
    assert!(stale().await, "another T0");
    for member in [&team.developer, &team.devops, &team.qa] {
        member.sign(run, "go", "").await.answer::<()>();
    }
    assert!(!stale().await, "signed again");
    team.owner
        .settle(run, &item, "reopen", "look again")
        .await
        .answer::<()>();
    assert!(stale().await, "a settlement that was taken back");
    assert_eq!(
        team.qa.close(run, false, "done").await.refusal().0,
        422,
        "stale signatures close nothing"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn stale_signatures_do_not_close_a_run_until_they_are_given_again(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    for member in [&team.developer, &team.devops, &team.qa] {
        member.sign(run, "go", "").await.answer::<()>();
    }
    let item = team.qa.page(run).await.id("release notes");
    team.qa.attest(run, &item, "read once more").await.answer::<()>();
    team.owner.sign(run, "go", "").await.answer::<()>();
    assert_eq!(
        closings(&team.qa, run).await,
        [],
        "three were given on another record"
    );
    for member in [&team.developer, &team.devops, &team.qa] {
        assert_eq!(closings(&team.qa, run).await, []);
        member.sign(run, "go", "").await.answer::<()>();
    }
    assert_eq!(closings(&team.qa, run).await, [Outcome::Go]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_go_while_something_is_open_or_red_is_a_go_with_conditions_that_names_it(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    team.place.health(503).await;
    let page = team
        .qa
        .verify(run, &team.qa.page(run).await.id("The service answers"))
        .await;
    let red = page.line("The service answers").id.clone();
    team.owner
        .settle(run, &page.id("release notes"), "reopen", "not read")
        .await
        .answer::<()>();
    let open = page.line("release notes").id.clone();
    for member in team.members() {
        member.sign(run, "go", "").await.answer::<()>();
    }
    let page = team.qa.page(run).await;
    for sign_off in page.run.sign_offs.values() {
        assert_eq!(sign_off.meaning, Meaning::GoWithConditions);
        assert_eq!(
            sign_off.conditions,
            [red.clone(), open.clone()],
            "an optional box is no condition"
        );
    }
    assert_eq!(closings(&team.qa, run).await, []);
    assert_eq!(
        team.owner.close(run, false, "").await.refusal().0,
        422,
        "without a reason"
    );
    team.owner
        .close(run, false, "the till is mended on Monday")
        .await
        .answer::<()>();
    assert_eq!(closings(&team.qa, run).await, [Outcome::GoWithConditions]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn before_its_windows_are_due_a_go_names_them(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    assert_eq!(
        team.qa.sign(run, "go", "").await.refusal().0,
        422,
        "the run still prepares"
    );
    team.devops.begin(run, "").await.answer::<()>();
    let page = team.devops.verify(run, "").await;
    team.qa
        .attest(run, &page.id("release notes"), "read")
        .await
        .answer::<()>();
    team.attest_phases(run).await;
    team.qa.sign(run, "go", "").await.answer::<()>();
    let page = team.qa.page(run).await;
    let sign_off = &page.run.sign_offs["qa"];
    let windows = [
        page.line("Still answers").id.clone(),
        page.line("Nobody complained").id.clone(),
    ];
    assert_eq!(
        (sign_off.meaning, sign_off.conditions.as_slice()),
        (Meaning::GoWithConditions, windows.as_slice())
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_signature_is_withdrawn_by_its_signer_with_a_reason_and_the_log_keeps_both(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    team.qa.sign(run, "go", "fine").await.answer::<()>();
    assert_eq!(withdraw(&team.qa, run, " ").await.refusal().0, 422);
    for (member, role) in [
        (&team.developer, "qa"),
        (&team.developer, "developer"),
        (&team.qa, "nobody"),
    ] {
        let (status, words) = member.withdraw(run, role, "mine").await.refusal();
        assert_eq!(
            (status, words.contains("only the signer withdraws")),
            (422, true),
            "{words}"
        );
    }
    assert_eq!(team.qa.page(run).await.run.sign_offs.len(), 1);
    withdraw(&team.qa, run, "I read the wrong page")
        .await
        .answer::<()>();
    let page = team.qa.page(run).await;
    assert!(page.run.sign_offs.is_empty());
    let id = run.0.to_string();
    let events: Vec<Event> = team
        .qa
        .call("/api/evidence/log", &[("run", &id), ("after", "0")])
        .await
        .answer();
    let kinds: Vec<_> = events
        .iter()
        .filter(|event| matches!(event.what, Happening::Signed { .. } | Happening::Withdrawn { .. }))
        .map(|event| event.by.name())
        .collect();
    assert_eq!(kinds, ["quinn", "quinn"]);
    for member in team.members() {
        member.sign(run, "go", "").await.answer::<()>();
    }
    assert_eq!(
        withdraw(&team.qa, run, "too late").await.refusal().0,
        409,
        "a closed run stays as it is"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_person_alone_never_makes_a_go(pool: PgPool) {
    let team = Team::new(&pool).await;
    let one_slot = SHOP
        .replace("| Developer | | | |\n", "")
        .replace("| QA | | | |\n", "")
        .replace("| Product Owner | | | |\n", "");
    let run = team.settled(&one_slot).await;
    let (status, words) = team.devops.sign(run, "go", "").await.refusal();
    assert_eq!(
        (status, words.contains("cannot be the only one who signs go")),
        (422, true),
        "{words}"
    );
    let other = Member::new(&team.app, "olga", Role::Devops).await;
    other.sign(run, "go", "").await.answer::<()>();
    assert_eq!(closings(&team.qa, run).await, [], "at least two people sign a go");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_review_verifies_again_what_is_old_and_nothing_else(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let before = team.qa.page(run).await;
    let id = run.0.to_string();
    let review = async |member: &Member| {
        let page = member
            .call("/api/sign_off/review", &[("run", &id), ("role", "qa&x=<y>")])
            .await;
        assert_eq!(
            page.header("location"),
            format!("/runs/{id}?tab=sign-off&role=qaxy")
        );
        page.answer::<()>();
        member.page(run).await
    };
    let page = review(&team.qa).await;
    // Everything was verified when the window was due.
    assert_eq!(
        page.attempts("The service answers"),
        before.attempts("The service answers")
    );
    team.app.advance(TimeDelta::minutes(5) + TimeDelta::seconds(1));
    let page = review(&team.qa).await;
    assert_eq!(
        page.attempts("The service answers"),
        before.attempts("The service answers") + 1
    );
    assert_eq!(
        page.attempts("Still answers"),
        before.attempts("Still answers") + 1
    );
    assert_eq!(
        page.run.record, before.run.record,
        "the same verdicts are the same record"
    );
    let again = review(&team.owner).await;
    assert_eq!(again.run.number, page.run.number, "what is fresh is left alone");
    team.app.advance(TimeDelta::minutes(6));
    let by_owner = review(&team.owner).await;
    assert_eq!(
        by_owner.attempts("Still answers"),
        page.attempts("Still answers") + 1,
        "whoever signs may have what is old verified again"
    );
}

/// Two of one role, and an order.
const TWO_OF_A_ROLE: &str = "# Ship it\n\n## Phase 1: Deploy\n\n- [ ] The release notes are written\n\n## Sign-off\n\nSign in this order:\n\n\
| Role | Name | Date | Signature |\n|---|---|---|---|\n| QA x2 | | | |\n| Product Owner | | | |\n| DevOps | | | |\n";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_role_may_sign_twice_by_two_people_and_in_the_order_of_the_document(pool: PgPool) {
    let team = Team::new(&pool).await;
    let second = Member::new(&team.app, "quentin", Role::Qa).await;
    let run = team.run(TWO_OF_A_ROLE).await;
    team.devops.begin(run, "").await.answer::<()>();
    team.attest_phases(run).await;
    let early = team.owner.sign(run, "go", "").await;
    assert!(early.refusal().1.contains("QA x2 signs first"), "{}", early.text);
    let record = team.qa.page(run).await.run.record;
    let sign = async |member: &Member, slot: &str| {
        member
            .sign_record(run, slot, "go", "", &record, &member.password)
            .await
    };
    sign(&team.qa, "qa").await.answer::<()>();
    let twice = sign(&team.qa, "qa#2").await;
    assert!(
        twice.refusal().1.contains("one person fills one slot"),
        "{}",
        twice.text
    );
    let early = team.owner.sign(run, "go", "").await;
    assert!(early.refusal().1.contains("signs first"), "{}", early.text);
    sign(&second, "qa#2").await.answer::<()>();
    assert_eq!(closings(&team.qa, run).await, []);
    team.owner.sign(run, "go", "").await.answer::<()>();
    let taken_back = team.qa.withdraw(run, "qa", "one more look").await;
    taken_back.answer::<()>();
    sign(&team.qa, "qa").await.answer::<()>();
    let early = team.devops.sign(run, "go", "").await;
    assert!(
        early.refusal().1.contains("Product Owner signs first"),
        "they signed before the first of them: {}",
        early.text
    );
    team.owner.sign(run, "go", "").await.answer::<()>();
    assert_eq!(closings(&team.qa, run).await, []);
    team.devops.sign(run, "go", "").await.answer::<()>();
    assert_eq!(closings(&team.qa, run).await, [Outcome::Go]);
    let filled = team.qa.get(&format!("/runs/{}/export.md", run.0)).await.text;
    assert!(filled.contains("| QA x2 | quinn; quentin |"), "{filled}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stale_signature_says_what_changed_since(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let changes = async |slot: &str| -> Vec<Difference> {
        let id = run.0.to_string();
        team.owner
            .call("/api/sign_off/changes", &[("run", &id), ("role", slot)])
            .await
            .answer()
    };
    team.qa.sign(run, "go", "").await.answer::<()>();
    assert_eq!(changes("qa").await, [], "it stands");
    let item = team.qa.page(run).await.id("The service answers");
    team.place.health(500).await;
    team.developer.verify(run, &item).await;
    team.owner
        .settle(run, &item, "waive", "known")
        .await
        .answer::<()>();
    let found: Vec<_> = changes("qa")
        .await
        .into_iter()
        .map(|one| (one.about, one.was, one.is))
        .collect();
    assert_eq!(
        found,
        [(
            About::Line(ItemId(item.clone())),
            "pass".to_owned(),
            "fail, waived by piet: “known”".to_owned()
        )]
    );
    let page = team
        .owner
        .get(&format!("/runs/{}?tab=sign-off&changed=qa", run.0))
        .await
        .text;
    assert!(
        page.contains("What changed since quinn signed") && page.contains("fail, waived by piet"),
        "{page}"
    );
    assert_eq!(changes("devops").await, [], "nobody signed there");
}
