//! Steps of documents and sections without boxes, and sections by what their headings mean.

use crate::support::plan;
use domain::plan::{SectionKind, Work};
use rstest::rstest;

fn texts(text: &str) -> Vec<String> {
    plan(text).items().map(|item| item.text.clone()).collect()
}

fn kind(heading: &str) -> SectionKind {
    let plan = plan(&format!("# T\n\n## {heading}\n\n- [ ] a\n"));
    plan.sections
        .iter()
        .find(|section| !section.items.is_empty())
        .expect("an item")
        .kind
}

#[rstest]
#[case("1. Pre-flight", "preflight")]
#[case("T-24h", "preflight")]
#[case("D-1: Freeze", "preflight")]
#[case("Step 1 — Build", "phase")]
#[case("Stage 3: Ship", "phase")]
#[case("Day 0", "phase")]
#[case("T-0", "phase")]
#[case("🚀 Launch", "phase")]
#[case("T+1h", "verification window")]
#[case("Post-launch monitoring (first 24 h)", "verification window")]
#[case("Smoke tests", "verification window")]
#[case("Go/No-Go", "success criteria")]
#[case("Minimum Acceptance (must pass)", "success criteria")]
#[case("Emergency rollback", "rollback")]
#[case("0) Access", "preflight")]
#[case("1️⃣ Before", "preflight")]
#[case("T-60 min", "preflight")]
#[case("T+10 Verification", "verification window")]
#[case("Verify the release", "verification window")]
#[case("4) Undo", "rollback")]
#[case("How to go back", "rollback")]
#[case("Clean-up (next day)", "follow-up")]
#[case("一、部署前检查", "preflight")]
#[case("Undocumented", "prose")]
#[case("Contacts", "prose")]
#[case("Post-Launch (First Week)", "follow-up")]
#[case("Vor dem Deployment", "preflight")]
#[case("Bereitstellung", "phase")]
#[case("Nach der Bereitstellung", "verification window")]
#[case("Zurückrollen", "rollback")]
#[case("Fehlerbehebung", "troubleshooting")]
#[case("Freigabe", "sign-off")]
#[case("Erfolgskriterien", "success criteria")]
#[case("Nächste Schritte", "follow-up")]
#[case("Schritt 2: Dienste", "phase")]
#[case("Avant le déploiement", "preflight")]
#[case("Déploiement", "phase")]
#[case("Après le déploiement", "verification window")]
#[case("Retour arrière", "rollback")]
#[case("Dépannage", "troubleshooting")]
#[case("Étape 3 : Services", "phase")]
#[case("Antes del despliegue", "preflight")]
#[case("Despliegue", "phase")]
#[case("Después del despliegue", "verification window")]
#[case("Reversión", "rollback")]
#[case("Criterios de éxito", "success criteria")]
#[case("Pré-requisitos", "preflight")]
#[case("Implantação", "phase")]
#[case("Pós-implantação", "verification window")]
#[case("Próximos passos", "follow-up")]
#[case("Prima del rilascio", "preflight")]
#[case("Rilascio", "phase")]
#[case("Ripristino", "rollback")]
#[case("部署前检查", "preflight")]
#[case("部署", "phase")]
#[case("第2步 部署服务", "phase")]
#[case("部署后验证", "verification window")]
#[case("回滚方案", "rollback")]
#[case("故障排查", "troubleshooting")]
#[case("デプロイ前の確認", "preflight")]
#[case("デプロイ", "phase")]
#[case("リリース後", "verification window")]
#[case("ロールバック手順", "rollback")]
#[case("배포 전 확인", "preflight")]
#[case("배포", "phase")]
#[case("1단계: 준비", "preflight")]
#[case("2단계: 서비스", "phase")]
#[case("배포 후", "verification window")]
#[case("롤백", "rollback")]
#[case("Перед деплоем", "preflight")]
#[case("Развёртывание", "phase")]
#[case("После релиза", "verification window")]
#[case("Откат", "rollback")]
fn a_heading_says_what_its_section_is_for(#[case] heading: &str, #[case] word: &str) {
    assert_eq!(kind(heading).word(), word, "{heading}");
}

#[rstest]
#[case("Phase 1: Preparation of data (5-10 minutes)", "Preparation of data")]
#[case("1️⃣ Open the firewall", "Open the firewall")]
#[case("2.1 Update the file", "Update the file")]
#[case("☐ Ship", "Ship")]
fn a_title_is_free_of_numbers_minutes_and_boxes(#[case] heading: &str, #[case] title: &str) {
    let plan = plan(&format!("# T\n\n## {heading}\n\n- [ ] a\n"));
    assert!(
        plan.sections.iter().any(|section| section.title == title),
        "{:?}",
        plan.sections
    );
}

#[test]
fn minutes_are_read_in_ranges_and_other_languages() {
    assert_eq!(
        kind("Phase 2: Daten (5–10 Minuten)"),
        SectionKind::Phase {
            number: 2,
            minutes: Some(10)
        }
    );
    assert_eq!(
        kind("Innerhalb von 2 Stunden"),
        SectionKind::Window { minutes: 120 }
    );
    assert_eq!(kind("部署后 1小时内"), SectionKind::Window { minutes: 60 });
}

#[test]
fn the_checks_of_a_phase_belong_to_it() {
    let plan =
        plan("# T\n\n## Phase 3: Switch\n\n- [ ] a\n\n### Verification\n\n- [ ] b\n\n## Deploy\n\n- [ ] c\n");
    let numbers: Vec<u32> = plan
        .sections
        .iter()
        .filter_map(|section| match section.kind {
            SectionKind::Phase { number, .. } => Some(number),
            _ => None,
        })
        .collect();
    assert_eq!(numbers, [3, 3, 4]);
}

#[test]
fn what_stands_before_the_first_phase_prepares_it() {
    let plan = plan("# T\n\n## Code\n\n- [ ] a\n\n## Deploy\n\n- [ ] b\n\n## Mail\n\n- [ ] c\n");
    let kinds: Vec<&str> = plan.sections.iter().map(|section| section.kind.word()).collect();
    assert_eq!(kinds, ["preflight", "phase", "prose"]);
}

#[test]
fn the_box_of_a_heading_is_settled_by_those_below_it() {
    let plan = plan("# T\n\n## ☐ Step 1: Build\n\n- [ ] a\n- [ ] b\n\n## ☐ Step 2: Ship\n\nText.\n");
    let works: Vec<&str> = plan.items().map(|item| item.work.word()).collect();
    assert_eq!(works, ["parent", "attestation", "attestation", "attestation"]);
    assert_eq!(plan.items().filter(|item| item.parent.is_some()).count(), 2);
}

#[test]
fn a_step_with_a_block_of_commands_is_settled_by_them() {
    let plan = plan(
        "# Guide\n\n## Deploy\n\n1. **Update the image**\n\n   ```bash\n   docker pull x\n   docker compose up -d\n   ```\n",
    );
    let works: Vec<&str> = plan.items().map(|item| item.work.word()).collect();
    assert_eq!(works, ["parent", "action", "action"]);
}

#[test]
fn bold_lines_and_underlined_ones_are_headings() {
    let text = "Release day\n===========\n\n**Pre-deployment**\n\n- [ ] a\n\n**Deployment:**\n\n- [ ] b\n\nRollback plan:\n\n1. c\n";
    let plan = plan(text);
    let found: Vec<(&str, &str)> = plan
        .sections
        .iter()
        .map(|section| (section.title.as_str(), section.kind.word()))
        .collect();
    assert_eq!(
        found,
        [
            ("Pre-deployment", "preflight"),
            ("Deployment", "phase"),
            ("Rollback plan", "rollback")
        ]
    );
}

#[test]
fn a_child_of_the_preparation_is_part_of_it() {
    let text =
        "# T\n\n## Pre-deployment\n\n### Helm installation\n\n- [ ] a\n\n### Rollback plan\n\n- [ ] b\n";
    let kinds: Vec<&str> = plan(text)
        .sections
        .iter()
        .filter(|section| !section.items.is_empty())
        .map(|section| section.kind.word())
        .collect();
    assert_eq!(kinds, ["preflight", "rollback"]);
}

#[test]
fn steps_without_boxes_are_items_below_headings_that_say_what_to_do() {
    let text = "# Guide\n\n## Features\n\n- fast\n- safe\n\n## Deploy\n\n- Build the image\n- Ship it\n\n\
                ## Verify after deployment\n\n1. Open the page\n\n## Rollback\n\n1. Undo\n\n## License\n\n1. MIT\n";
    assert_eq!(texts(text), ["Build the image", "Ship it", "Open the page"]);
}

#[test]
fn a_readme_does_not_become_a_plan() {
    let text = "# A library\n\n## Usage\n\n1. Add it\n2. Call it\n\n- fast\n- small\n\n```\ngit clone x\n```\n\n## API\n\n* one\n* two\n";
    assert_eq!(texts(text), Vec::<String>::new());
}

#[test]
fn every_part_of_a_checklist_without_boxes_is_one_but_for_those_to_read() {
    let text = "# Production checklist\n\n## Overview\n\n- for reading\n\n## Database\n\n- dump taken\n\n\
                ## DNS\n\n1. **Records**\n   - A record set\n   - TTL low\n";
    assert_eq!(texts(text), ["dump taken", "A record set", "TTL low"]);
}

#[test]
fn commands_of_a_block_are_checks_or_actions_that_a_person_runs() {
    let text =
        "# Guide\n\n## Deployment\n\n```bash\n# Build\ndocker build -t app .\n# Look\ndocker ps\n```\n";
    let plan = plan(text);
    let items: Vec<&str> = plan.items().map(|item| item.text.as_str()).collect();
    assert_eq!(items, ["Build: `docker build -t app .`"]);
    assert!(plan.items().all(|item| matches!(item.work, Work::Action { .. })));
    let checks: Vec<&str> = plan
        .sections
        .iter()
        .flat_map(|section| &section.checks)
        .map(|check| check.text.as_str())
        .collect();
    assert_eq!(checks, ["docker ps"]);
}

#[test]
fn numbered_steps_of_a_section_without_boxes_are_items_in_a_document_with_boxes() {
    let text = "# T\n\n## Pre-deployment\n\n- [ ] a\n- b\n\n## Deployment\n\n1. Pull `git pull`\n2. Restart\n\n- a remark\n";
    assert_eq!(texts(text), ["a", "Pull `git pull`", "Restart"]);
}

#[test]
fn a_table_of_steps_without_boxes_is_one() {
    let text = "# T\n\n## Deployment steps\n\n| Step | Description | Command | Owner |\n|---|---|---|---|\n| 1 | Stop the service | `systemctl stop app` | Ada |\n";
    assert_eq!(texts(text), ["Stop the service: `systemctl stop app`"]);
}

#[test]
fn a_block_whose_lines_are_boxes_is_a_list_of_them() {
    let text = "# T\n\n## Deploy\n\n```bash\n- [ ] sudo systemctl daemon-reload\n- [ ] Health: curl http://localhost/h  # returns 200\n```\n";
    let plan = plan(text);
    let works: Vec<&str> = plan.items().map(|item| item.work.word()).collect();
    assert_eq!(works, ["action", "probe"], "{:?}", plan.sections);
}

#[test]
fn where_a_block_goes_is_context_of_its_later_lines_and_no_check() {
    let text = "# T\n\n## Phase 1\n\n- [ ] a\n\n```bash\ncd frontend\nls dist | wc -l\nset -e\n```\n";
    let plan = plan(text);
    let checks: Vec<&domain::plan::Check> =
        plan.sections.iter().flat_map(|section| &section.checks).collect();
    assert_eq!(checks.len(), 1, "{checks:?}");
    assert_eq!(checks[0].text, "ls dist | wc -l");
    assert!(
        format!("{:?}", checks[0].work).contains("cd frontend && ls dist"),
        "{:?}",
        checks[0].work
    );
}

#[rstest]
#[case("```\n$ git status\n```")]
#[case("```\nada@host:~/app$ git status\n```")]
#[case("```console\n(venv) $ git status\nOn branch main\n```")]
#[case("~~~sh\ngit status\n~~~")]
#[case("````bash\ngit status\n````")]
#[case("```\ngit status\n```")]
#[case("- x\n\n  ```bash\n  git status\n  ```")]
#[case("> ```bash\n> git status\n> ```")]
fn a_command_is_found_in_every_kind_of_block(#[case] block: &str) {
    let plan = plan(&format!("# T\n\n## Phase 1\n\n- [ ] a\n\nText.\n\n{block}\n"));
    let checks: Vec<&str> = plan
        .sections
        .iter()
        .flat_map(|section| &section.checks)
        .map(|check| check.text.as_str())
        .collect();
    assert_eq!(checks, ["git status"]);
}
