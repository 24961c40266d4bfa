//! Ids through revisions, and what a new revision means for the plan.

use crate::support::plan;
use checklist::changes::{Changes, What, between};
use checklist::{compile, compile_after};
use domain::plan::{ItemId, Plan};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rstest::rstest;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

fn reimport(old: &str, new: &str) -> (Plan, Plan, Changes) {
    let old = compile(old.as_bytes()).plan;
    let new = compile_after(new.as_bytes(), Some(&old)).plan;
    let changes = between(&old, &new);
    (old, new, changes)
}

fn ids(plan: &Plan) -> Vec<&str> {
    plan.items().map(|item| item.id.0.as_str()).collect()
}

const OLD: &str = "# T\n\n## Before deployment\n\n- [ ] Backup taken\n- [ ] Redis answers: `redis-cli PING` returns `PONG`\n\n\
                   ## Phase 1: Deploy\n\n- [ ] Run `docker compose up -d`\n- [ ] No errors in the log of the backend\n";

#[rstest]
#[case("Backup taken", "A backup was taken", &[What::Reworded])]
#[case("returns `PONG`", "returns `PONG` at once", &[What::Reworded])]
#[case("`docker compose up -d`", "`docker compose up -d --build`", &[What::Reworded, What::Changed])]
#[case("Run `docker compose up -d`", "Start everything with `docker compose up -d`", &[What::Reworded])]
#[case("No errors in the log of the backend", "No errors in the log of the new backend", &[What::Reworded])]
#[case("- [ ] Backup taken", "- [ ] (optional) Backup taken", &[What::Reworded, What::Changed])]
fn a_line_that_is_written_otherwise_keeps_its_id(#[case] was: &str, #[case] is: &str, #[case] what: &[What]) {
    let (old, new, changes) = reimport(OLD, &OLD.replace(was, is));
    assert_eq!(ids(&new), ids(&old));
    assert_eq!(changes.lines.len(), 1, "{:#?}", changes.lines);
    assert_eq!(changes.lines[0].what, what);
    assert!(!changes.lines[0].meaning.is_empty());
    assert_eq!(changes.unchanged, 3);
}

#[test]
fn nothing_changes_by_an_import_of_the_same_document() {
    let (old, new, changes) = reimport(OLD, OLD);
    assert_eq!(old, new);
    assert!(changes.is_empty() && changes.unchanged == 4);
}

#[test]
fn what_is_added_removed_and_moved_is_said() {
    let text = OLD.replace("- [ ] Backup taken\n", "- [ ] Team told\n") + "- [ ] Backup taken\n";
    let (old, new, changes) = reimport(OLD, &text);
    let moved = changes
        .lines
        .iter()
        .find(|change| change.what == [What::Moved])
        .unwrap();
    assert_eq!(moved.after.as_ref().unwrap().id, old.items().next().unwrap().id);
    assert!(
        moved.meaning[0].contains("(preflight), now in “Deploy” (phase)"),
        "{:?}",
        moved.meaning
    );
    assert_eq!((changes.count(What::Added), changes.count(What::Removed)), (1, 0));
    let (_, _, back) = (&new, &old, between(&new, &old));
    assert_eq!((back.count(What::Added), back.count(What::Removed)), (0, 1));
}

#[test]
fn the_work_is_told_from_what_to_what() {
    let (_, _, changes) = reimport(OLD, &OLD.replace("returns `PONG`", "returns `OK`"));
    let said = changes.lines[0].meaning.join(" ");
    assert!(said.contains("PONG") && said.contains("OK"), "{said}");
}

#[test]
fn an_equal_line_elsewhere_takes_no_id_away() {
    let text = OLD.replace(
        "## Before",
        "## First steps before deployment\n\n- [ ] Backup taken\n\n## Before",
    );
    let (old, new, changes) = reimport(OLD, &text);
    assert_eq!(&ids(&new)[1..], ids(&old).as_slice());
    assert_eq!((changes.lines.len(), changes.count(What::Added)), (1, 1));
}

#[test]
fn equal_lines_of_two_sections_do_not_swap_their_ids() {
    let (a, b) = ("## API\n\n- [ ] No errors\n\n", "## Web\n\n- [ ] No errors\n\n");
    let by_section = |text: String| -> BTreeMap<String, Vec<ItemId>> {
        let plan = plan(&text);
        let ids =
            |section: &domain::plan::Section| section.items.iter().map(|item| item.id.clone()).collect();
        plan.sections
            .iter()
            .map(|section| (section.title.clone(), ids(section)))
            .collect()
    };
    assert_eq!(
        by_section(format!("# T\n\n{a}{b}")),
        by_section(format!("# T\n\n{b}{a}"))
    );
}

#[test]
fn parameters_and_signatures_that_come_and_go_are_named() {
    let table = "\n## Sign-off\n\n| Role | Name | Signature |\n|---|---|---|\n| QA | | |\n";
    let old = format!("{OLD}- [ ] Check `git log <previous-commit>`\n");
    let (_, _, changes) = reimport(&old, &format!("{OLD}{table}"));
    assert_eq!(changes.slots_added, ["QA"]);
    assert_eq!(changes.parameters_removed.len(), 1, "{changes:?}");
}

#[test]
fn changes_of_a_huge_document_are_found_at_once() {
    let document = |word: &str| -> String {
        let line = |at: u32| format!("- [ ] {word} number {at} of the many lines that stand here\n");
        format!("# T\n\n## Deploy\n\n{}", (0..5_000).map(line).collect::<String>())
    };
    let start = std::time::Instant::now();
    let (old, new, changes) = reimport(&document("check"), &document("look at"));
    assert_eq!(ids(&old), ids(&new));
    assert_eq!(changes.count(What::Reworded), 5_000);
    assert!(
        start.elapsed() < std::time::Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
}

/// Sections of lines; lines may be equal.
fn sections() -> impl Strategy<Value = Vec<(usize, Vec<usize>)>> {
    let lines = prop::collection::vec(0..12usize, 1..6);
    prop::collection::vec(lines, 1..6).prop_map(|list| list.into_iter().enumerate().collect())
}

const LINES: [&str; 12] = [
    "Backup of the database taken",
    "Redis answers: `redis-cli PING`",
    "No errors in the log",
    "Team was told",
    "Image built: `docker build .`",
    "Health is fine: `curl http://localhost/health`",
    "Tests are green",
    "Migrations applied: `alembic upgrade head`",
    "Cache is warm",
    "Queue is empty",
    "Certificate valid",
    "Feature flags set",
];

fn document(sections: &[(usize, Vec<usize>)], reworded: bool) -> String {
    let mut text = String::from("# T\n");
    for (number, lines) in sections {
        text.push_str(&format!(
            "\n## Part {}\n\n",
            ["one", "two", "three", "four", "five", "six"][*number]
        ));
        for line in lines {
            let words = LINES[*line];
            let words = match words.split_once(": ") {
                Some((words, command)) if reworded => format!("{words}: {command} returns `x` now"),
                _ => words.to_owned(),
            };
            text.push_str(&format!("- [ ] {words}\n"));
        }
    }
    text
}

fn by_section(plan: &Plan) -> BTreeMap<String, BTreeSet<ItemId>> {
    let ids = |section: &domain::plan::Section| section.items.iter().map(|item| item.id.clone()).collect();
    plan.sections
        .iter()
        .map(|section| (section.title.clone(), ids(section)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ids_are_stable_under_a_new_order_and_other_commands(list in sections(), turn in 0..6usize, back in any::<bool>()) {
        let old = compile(document(&list, false).as_bytes()).plan;
        let mut other = list.clone();
        let length = other.len();
        other.rotate_left(turn % length);
        if back {
            other.reverse();
            for (_, lines) in &mut other { lines.reverse(); }
        }
        let text = document(&other, true);
        prop_assert_eq!(by_section(&plan(&text)), by_section(&old));
        let after = compile_after(text.as_bytes(), Some(&old)).plan;
        prop_assert_eq!(by_section(&after), by_section(&old));
        let changes = between(&old, &after);
        prop_assert_eq!(changes.count(What::Added) + changes.count(What::Removed) + changes.count(What::Moved), 0);
    }

    #[test]
    fn ids_are_unique_and_every_line_is_accounted_for(old in sections(), new in sections()) {
        let before = compile(document(&old, false).as_bytes()).plan;
        let after = compile_after(document(&new, true).as_bytes(), Some(&before)).plan;
        let all: BTreeSet<&ItemId> = after.items().map(|item| &item.id).collect();
        prop_assert_eq!(all.len(), after.items().count());
        let changes = between(&before, &after);
        let kept = after.items().count() - changes.count(What::Added);
        prop_assert_eq!(kept + changes.count(What::Removed), before.items().count());
    }
}
