//! Changing a checklist's rules of sign-off, which those who sign by the old ones approve.

use crate::support::{Member, Page, Team, noon};
use domain::{Hash, Role, person::PersonId, rule_approval::RuleApproval};
use gonogo::{api::revision::RevisionLine, server::library};
use reqwest::StatusCode;
use sqlx::PgPool;

/// A checklist with this line and a signature table of these rows; without rows there is none.
fn document(line: &str, rows: &[&str]) -> String {
    let table: String = rows.iter().map(|role| format!("| {role} | | | |\n")).collect();
    let head = "\n## Sign-off\n\n| Role | Name | Date | Signature |\n|---|---|---|---|\n";
    let head = if rows.is_empty() { "" } else { head };
    format!("# Ship it\n\n## Phase 1: Ship (5 minutes)\n\n- [ ] {line}\n{head}{table}")
}

async fn import(team: &Team, line: &str, rows: &[&str]) -> i64 {
    let document = document(line, rows);
    team.devops.import("ship.md", document.as_bytes()).await.number()
}

async fn publish(member: &Member, id: i64) -> Page {
    let plan = member.revision(id).await.line.plan_hash;
    member.publish(id, &plan).await
}

async fn approve_plan(member: &Member, id: i64, slot: &str, plan: &Hash, password: &str) -> Page {
    let id = id.to_string();
    let fields = [
        ("id", id.as_str()),
        ("slot", slot),
        ("plan", plan.as_str()),
        ("password", password),
    ];
    member.call("/api/revision/approve", &fields).await
}

async fn approve(member: &Member, id: i64, slot: &str) -> Page {
    let plan = member.revision(id).await.line.plan_hash;
    approve_plan(member, id, slot, &plan, &member.password).await
}

/// Refused with these words, and nothing was published.
async fn not_published(team: &Team, id: i64, words: &str) {
    let (status, said) = publish(&team.devops, id).await.refusal();
    assert_eq!((status, said.contains(words)), (422, true), "{said}");
    assert!(team.qa.revision(id).await.line.published.is_none());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_first_plan_and_one_with_the_same_rules_need_no_approval(pool: PgPool) {
    let team = Team::new(&pool).await;
    let first = import(&team, "it", &["Developer", "QA"]).await;
    assert_eq!(team.qa.revision(first).await.rules, None);
    publish(&team.devops, first).await.answer::<()>();
    let second = import(&team, "it is out", &["Quality assurance", "Developer"]).await;
    assert_eq!(team.qa.revision(second).await.rules, None);
    publish(&team.devops, second).await.answer::<()>();
    let (status, words) = approve(&team.qa, second, "qa").await.refusal();
    assert_eq!(
        (status, words.contains("there is nothing to approve")),
        (422, true),
        "{words}"
    );
    let other = document("it", &["DevOps"]).replace("# Ship it", "# Ship something else");
    team.published(&other).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn new_rules_are_published_when_every_slot_of_the_old_ones_has_approved(pool: PgPool) {
    let team = Team::new(&pool).await;
    let old = import(&team, "it", &["Developer", "DevOps", "QA", "Lead"]).await;
    publish(&team.devops, old).await.answer::<()>();
    let new = import(&team, "it", &["DevOps", "Product Owner"]).await;
    not_published(&team, new, "still missing: Developer, DevOps, QA.").await;
    assert!(
        team.devops
            .start(new, "shop", "v1")
            .await
            .refusal()
            .1
            .contains("not published yet")
    );
    approve(&team.developer, new, "developer").await.answer::<()>();
    approve(&team.devops, new, "devops").await.answer::<()>();
    not_published(&team, new, "still missing: QA.").await;

    let page = team.qa.get(&format!("/checklists/{new}")).await.text;
    for words in [
        "The rules of sign-off change",
        "QA signs no more.",
        "Product Owner signs, in any order: this is new.",
        "dora",
        "not asked: no role can sign this",
        "action=\"/api/revision/approve\"",
        "value=\"qa\"",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    let page = team.owner.get(&format!("/checklists/{new}")).await.text;
    assert!(
        !page.contains("/api/revision/approve"),
        "the new table's roles are not asked"
    );
    let page = team.devops.get(&format!("/checklists/{new}")).await.text;
    assert!(
        page.contains("still missing: QA") && !page.contains("publish the plan</button>"),
        "{page}"
    );

    approve(&team.qa, new, "qa").await.answer::<()>();
    let rules = team.qa.revision(new).await.rules.unwrap();
    assert_eq!(rules.since, old);
    let qa: Vec<&RuleApproval> = rules
        .approvals
        .iter()
        .filter(|approval| approval.slot == "qa")
        .collect();
    let id: i64 = sqlx::query_scalar("select id from person where name = 'quinn'")
        .fetch_one(&pool)
        .await
        .unwrap();
    let quinn = RuleApproval {
        slot: "qa".into(),
        by: PersonId(id),
        name: "quinn".into(),
        at: noon(),
    };
    assert_eq!(qa, [&quinn]);
    publish(&team.devops, new).await.answer::<()>();
    let page = team.qa.revision(new).await;
    assert!(page.line.published.is_some() && page.rules.is_none());
    team.devops.start(new, "shop", "v1").await.number();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_person_approves_for_one_slot_of_a_role_that_they_hold_with_their_password(pool: PgPool) {
    let team = Team::new(&pool).await;
    let second = Member::new(&team.app, "quentin", Role::Qa).await;
    let old = import(&team, "it", &["QA x2"]).await;
    publish(&team.devops, old).await.answer::<()>();
    let new = import(&team, "it", &[]).await;
    let plan = team.qa.revision(new).await.line.plan_hash;
    let wrong = approve_plan(&team.qa, new, "qa", &plan, "not the password").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    for (member, slot, words) in [
        (&team.developer, "qa", "Only somebody who holds the role QA x2"),
        (&team.qa, "developer", "no slot for developer"),
        (&team.qa, "", "no slot for"),
    ] {
        let (status, said) = approve(member, new, slot).await.refusal();
        assert_eq!((status, said.contains(words)), (422, true), "{said}");
    }
    let (status, _) = approve_plan(&team.qa, 999_999, "qa", &plan, &team.qa.password)
        .await
        .refusal();
    assert_eq!(status, 404);
    assert_eq!(team.qa.revision(new).await.rules.unwrap().approvals, []);

    approve(&team.qa, new, "qa").await.answer::<()>();
    let (status, words) = approve(&team.qa, new, "qa#2").await.refusal();
    assert_eq!(
        (status, words.contains("one person fills one slot")),
        (422, true),
        "{words}"
    );
    let (status, words) = approve(&second, new, "qa").await.refusal();
    assert_eq!(
        (status, words.contains("Quinn has approved")),
        (422, true),
        "{words}"
    );
    not_published(&team, new, "still missing: QA x2 (2).").await;
    approve(&second, new, "qa#2").await.answer::<()>();
    publish(&team.devops, new).await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_two_who_approve_for_one_slot_at_once_one_does(pool: PgPool) {
    let team = Team::new(&pool).await;
    let second = Member::new(&team.app, "quentin", Role::Qa).await;
    let old = import(&team, "it", &["QA"]).await;
    publish(&team.devops, old).await.answer::<()>();
    let new = import(&team, "it", &["DevOps"]).await;
    let (one, other) = futures::join!(approve(&team.qa, new, "qa"), approve(&second, new, "qa"));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    assert_eq!(team.qa.revision(new).await.rules.unwrap().approvals.len(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_revision_in_between_that_nobody_published_bypasses_nothing(pool: PgPool) {
    let team = Team::new(&pool).await;
    let old = import(&team, "it", &["Developer", "QA"]).await;
    publish(&team.devops, old).await.answer::<()>();
    let between = import(&team, "it", &["DevOps"]).await;
    let new = import(&team, "it is out", &["DevOps"]).await;
    assert_eq!(team.qa.revision(new).await.changes.unwrap().revision, between);
    not_published(&team, new, "still missing: Developer, QA.").await;
    for (member, slot) in [(&team.developer, "developer"), (&team.qa, "qa")] {
        approve(member, between, slot).await.answer::<()>();
    }
    not_published(&team, new, "still missing: Developer, QA.").await;
    publish(&team.devops, between).await.answer::<()>();
    publish(&team.devops, new).await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_approval_is_of_one_plan_and_of_the_rules_that_held_then(pool: PgPool) {
    let team = Team::new(&pool).await;
    let old = import(&team, "it", &["QA"]).await;
    publish(&team.devops, old).await.answer::<()>();
    let new = import(&team, "it", &["Developer"]).await;
    let page = team.qa.revision(new).await;
    let (status, words) = approve_plan(&team.qa, new, "qa", &page.line.hash, &team.qa.password)
        .await
        .refusal();
    assert_eq!(
        (status, words.contains("another than the one that you read")),
        (409, true),
        "{words}"
    );
    approve(&team.qa, new, "qa").await.answer::<()>();
    // The same approval of another plan is none.
    sqlx::query("update revision set plan_hash = repeat('a', 64) where id = $1")
        .bind(new)
        .execute(&pool)
        .await
        .unwrap();
    not_published(&team, new, "still missing: QA.").await;
    approve(&team.qa, new, "qa").await.answer::<()>();

    // Meanwhile other rules come to hold, approved by the same person.
    let first = import(&team, "it", &["QA", "Product Owner"]).await;
    approve(&team.qa, first, "qa").await.answer::<()>();
    team.app.advance(chrono::TimeDelta::minutes(1));
    publish(&team.devops, first).await.answer::<()>();
    not_published(&team, new, "still missing: QA, Product Owner.").await;
    approve(&team.qa, new, "qa").await.answer::<()>();
    approve(&team.owner, new, "product_owner").await.answer::<()>();
    publish(&team.devops, new).await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_publishes_new_rules_has_not_approved_them_alone(pool: PgPool) {
    let team = Team::new(&pool).await;
    let old = import(&team, "it", &["DevOps"]).await;
    publish(&team.devops, old).await.answer::<()>();
    let new = import(&team, "it", &["QA"]).await;
    approve(&team.devops, new, "devops").await.answer::<()>();
    not_published(&team, new, "cannot be the only one who approves").await;
    let other = Member::new(&team.app, "olga", Role::Devops).await;
    publish(&other, new).await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_shipped_checklist_with_other_rules_is_loaded_and_waits_for_people(pool: PgPool) {
    let team = Team::new(&pool).await;
    let old = import(&team, "it", &["QA"]).await;
    publish(&team.devops, old).await.answer::<()>();
    team.place.write("same.md", &document("it is out", &["QA"]));
    team.place.write("ship.md", &document("it", &["Developer"]));
    let folder = team.place.file("");
    for _ in 0..2 {
        library::load_shipped(team.app.state(), &folder).await.unwrap();
    }
    let lines: Vec<RevisionLine> = team.qa.call("/api/revision/list", &[]).await.answer();
    let published = |name: &str, by: Option<&str>| {
        let found = lines
            .iter()
            .find(|line| line.file_name == name && line.imported_by.as_deref() == by);
        found.unwrap().published.is_some()
    };
    assert!(published("same.md", None) && !published("ship.md", None));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn approvals_are_append_only(pool: PgPool) {
    let team = Team::new(&pool).await;
    let old = import(&team, "it", &["QA"]).await;
    publish(&team.devops, old).await.answer::<()>();
    let new = import(&team, "it", &["DevOps"]).await;
    approve(&team.qa, new, "qa").await.answer::<()>();
    for change in [
        "update rule_approval set slot = 'developer'",
        "delete from rule_approval",
        "truncate rule_approval",
    ] {
        let refused = sqlx::query(change).execute(&pool).await;
        assert!(refused.is_err(), "{change}");
    }
    assert_eq!(team.qa.revision(new).await.rules.unwrap().approvals.len(), 1);
}
