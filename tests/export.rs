//! The record for others: the filled checklist, and everything as JSON.

use crate::support::{Look, Member, SHOP, Team};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::StatusCode;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_filled_checklist_is_the_same_document_with_boxes_ticked_and_the_table_signed(pool: PgPool) {
    let team = Team::new(&pool).await;
    // As awkward as editors make them: a mark at the start, lines that end in CRLF, odd spaces, no last line ending.
    let document =
        format!("\u{feff}{}\n\n- not a box \\| `x`  \n\ttrailing", SHOP.trim_end()).replace('\n', "\r\n");
    let run = team.settled(&document).await;
    for member in team.members() {
        member.sign(run, "go", "with a | bar").await.answer::<()>();
    }
    let page = team.owner.get(&format!("/runs/{}/export.md", run.0)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), "text/markdown; charset=utf-8");
    assert_eq!(
        page.header("content-disposition"),
        format!("attachment; filename=\"gonogo-run-{}.md\"", run.0)
    );
    let record = team.qa.page(run).await.run.record;
    let signed = |role: &str, name: &str| {
        (
            format!("| {role} | | | |"),
            format!("| {role} | {name} | 2026-03-02 12:06 UTC | GO (“with a \\| bar”), record {record} |"),
        )
    };
    let mut expected = document.replace("- [ ]", "- [x]");
    // Its file does not exist: what the document claimed is not so.
    expected = expected.replace("- [x] The old settings", "- [ ] The old settings");
    for (role, name) in [
        ("Developer", "dora"),
        ("DevOps", "otto"),
        ("QA", "quinn"),
        ("Product Owner", "piet"),
    ] {
        let (empty, filled) = signed(role, name);
        assert!(expected.contains(&empty));
        expected = expected.replace(&empty, &filled);
    }
    assert_eq!(String::from_utf8(page.bytes).unwrap(), expected);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_in_which_nothing_is_settled_gives_the_reference_checklist_back_byte_for_byte(pool: PgPool) {
    let team = Team::new(&pool).await;
    let reference = include_str!("../checklists/performance-optimization.md");
    let run = team.run(reference).await;
    let page = team.qa.get(&format!("/runs/{}/export.md", run.0)).await;
    assert_eq!(page.bytes, reference.as_bytes());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stale_signature_says_so_in_the_filled_checklist_and_open_boxes_stay_empty(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    team.qa.sign(run, "no_go", "later | never").await.answer::<()>();
    let signed = team.qa.page(run).await.run.record;
    let item = team.qa.page(run).await.id("release notes");
    team.owner
        .settle(run, &item, "reopen", "not read")
        .await
        .answer::<()>();
    let complained = team.qa.page(run).await.id("complained");
    team.owner
        .settle(run, &complained, "skip", "nobody was asked")
        .await
        .answer::<()>();
    let text = team.qa.get(&format!("/runs/{}/export.md", run.0)).await.text;
    assert!(
        text.contains("- [ ] Nobody complained"),
        "what was left out was not done: {text}"
    );
    assert!(text.contains("- [ ] Somebody read the release notes\n"), "{text}");
    assert!(
        text.contains(&format!(
            "| QA | quinn | 2026-03-02 12:06 UTC | NO-GO, stale (“later \\| never”), record {signed} |\n"
        )),
        "{text}"
    );
    assert!(text.contains("| DevOps | | | |\n"), "{text}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_exported_record_can_be_verified_with_nothing_but_sha256(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    team.place.health(500).await;
    let page = team.qa.verify(run, "").await;
    team.owner
        .settle(run, &page.id("The service answers"), "waive", "known")
        .await
        .answer::<()>();
    team.qa.sign(run, "go", "").await.answer::<()>();
    let page = team.owner.get(&format!("/runs/{}/export.json", run.0)).await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (StatusCode::OK, "application/json")
    );
    let export: Value = serde_json::from_slice(&page.bytes).unwrap();
    assert_eq!(export["format"], "gonogo-run-1");

    let document = STANDARD
        .decode(export["document"]["base64"].as_str().unwrap())
        .unwrap();
    assert_eq!(document, SHOP.as_bytes());
    assert_eq!(export["document"]["sha256"], sha256(&document));
    assert_eq!(export["run"]["start"]["revision"], sha256(&document));
    let plan = serde_json_canonicalizer::to_string(&export["plan"]).unwrap();
    assert_eq!(export["run"]["start"]["plan"], sha256(plan.as_bytes()));

    let mut previous = "0".repeat(64);
    let mut named = Vec::new();
    let events = export["events"].as_array().unwrap();
    for (index, event) in events.iter().enumerate() {
        let body = event["body"].as_str().unwrap();
        assert_eq!(event["previous"], previous);
        previous = sha256(format!("{previous}{body}").as_bytes());
        assert_eq!(event["hash"], previous);
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["number"], index + 1);
        if body["what"]["event"] == "observed" {
            named.push(body["what"]["evidence"].as_str().unwrap().to_owned());
        }
        if body["what"]["event"] == "signed" {
            assert_eq!(body["what"]["signed"], export["run"]["record"]);
        }
    }
    let last: Value = serde_json::from_str(events.last().unwrap()["body"].as_str().unwrap()).unwrap();
    assert_eq!(last["record"], export["run"]["record"]);
    assert_eq!(export["run"]["number"], events.len());

    let mut stored: Vec<_> = export["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|evidence| {
            let canonical = serde_json_canonicalizer::to_string(&evidence["finding"]).unwrap();
            assert_eq!(evidence["hash"], sha256(canonical.as_bytes()));
            evidence["hash"].as_str().unwrap().to_owned()
        })
        .collect();
    stored.sort();
    named.sort();
    assert_eq!(named, stored, "every verdict has its evidence");
}

const FORM: &str = "# Form\n\nDeployed by: ____\n\n## Phase 1: Ship (5 minutes)\n\n- [ ] Shipped\n\n## Performance Benchmarks\n\n```\np95: _____ ms (improvement: ___%)\n```\n";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn blanks_are_fields_of_the_run_and_stand_in_the_filled_document(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(FORM).await;
    let fill = async |member: &Member, label: &str, value: &str| {
        let page = member.page(run).await;
        let blank = page
            .outline
            .blanks
            .iter()
            .find(|blank| blank.label == label)
            .unwrap();
        let id = run.0.to_string();
        let fields = [
            ("run", id.as_str()),
            ("blank", &blank.id.0),
            ("value", value),
            ("source", "the dashboard"),
        ];
        member.call("/api/run/fill_blank", &fields).await
    };
    let labels: Vec<String> = team
        .qa
        .page(run)
        .await
        .outline
        .blanks
        .into_iter()
        .map(|blank| blank.label)
        .collect();
    assert_eq!(
        labels,
        ["Deployed by", "p95"],
        "what is computed is nobody's to type"
    );
    let before = team.qa.page(run).await.run.record;
    fill(&team.developer, "Deployed by", " Dora\n x ")
        .await
        .answer::<()>();
    fill(&team.qa, "p95", "187,5").await.answer::<()>();
    for value in ["fast", "1,000", "1.0.0", "NaN"] {
        let refused = fill(&team.qa, "p95", value).await;
        assert_eq!(refused.status, 422, "{value}: {}", refused.text);
    }
    let refused = fill(&team.qa, "Deployed by", "x <!-- y").await;
    assert!(
        refused.text.contains("means something in Markdown"),
        "{}",
        refused.text
    );
    let page = team.qa.page(run).await;
    assert_ne!(
        page.run.record, before,
        "signatures are bound to what was filled in"
    );
    let text = team.owner.get(&format!("/runs/{}/export.md", run.0)).await.text;
    assert!(text.contains("Deployed by: Dora"), "{text}");
    assert!(text.contains("p95: 187.5 ms (improvement: ___%)"), "{text}");
    fill(&team.qa, "Deployed by", "").await.answer::<()>();
    assert_eq!(team.qa.page(run).await.run.blanks.len(), 1);
    let refused = fill(&team.owner, "p95", "1").await;
    assert_eq!(refused.status.as_u16(), 403);
}
