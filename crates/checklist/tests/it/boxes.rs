//! Every form of a box is one item, is ticked in its own way, and nothing else of the document changes.

use crate::support::plan;
use checklist::compile;
use checklist::fill::{Blank, Filled, fill};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rstest::rstest;

/// The items of a document: line, text, claimed.
fn items(text: &str) -> Vec<(u32, String, bool)> {
    let plan = plan(text);
    let item = |item: &domain::plan::Item| (item.line, item.text.clone(), item.claimed);
    plan.items().map(item).collect()
}

fn texts(text: &str) -> Vec<String> {
    items(text).into_iter().map(|(_, text, _)| text).collect()
}

#[rstest]
#[case("- [ ] do x", false)]
#[case("* [ ] do x", false)]
#[case("+ [x] do x", true)]
#[case("- [X] do x", true)]
#[case("1. [ ] do x", false)]
#[case("2) [x] do x", true)]
#[case("-\t[ ] do x", false)]
#[case("\t- [ ] do x", false)]
#[case("      - [x] do x", true)]
#[case("> - [ ] do x", false)]
#[case("> > * [x] do x", true)]
#[case("- [] do x", false)]
#[case("- [ ]do x", false)]
#[case("- [  ] do x", false)]
#[case("- [ x ] do x", true)]
#[case("- \\[ \\] do x", false)]
#[case("- \\[x\\] do x", true)]
#[case("\\[ \\] do x", false)]
#[case("[ ] do x", false)]
#[case("[x] do x", true)]
#[case("> [ ] do x", false)]
#[case("☐ do x", false)]
#[case("☑ do x", true)]
#[case("☒ do x", true)]
#[case("☑️ do x", true)]
#[case("- ☐ do x", false)]
#[case("- □ do x", false)]
#[case("- ⬜ do x", false)]
#[case("- ▢ do x", false)]
#[case("- 🔲 do x", false)]
#[case("1. ☑ do x", true)]
#[case("- <input type=\"checkbox\"> do x", false)]
#[case("- <input type=\"checkbox\" checked> do x", true)]
#[case("<li><input type='checkbox' disabled checked=\"\"> do x</li>", true)]
#[case("<input type=\"checkbox\"> do x<br>", false)]
#[case("-[ ] do x", false)]
#[case("- [√] do x", true)]
#[case("- [~] do x", false)]
#[case("- do x [ ]", false)]
#[case("- do x ☑", true)]
#[case("| Task | Done |\n|---|---|\n| do x | [ ] |", false)]
#[case("| | Task |\n|---|---|\n| [x] | do x |", true)]
#[case("| Task | Owner | Status |\n|---|---|---|\n| do x | Ada | ☐ |", false)]
#[case("| Task | Status |\n|---|---|\n| do x | ✅ |", true)]
#[case("| Task | Status |\n|---|---|\n| do x | ☑ Done |", true)]
#[case("| Task | Status |\n|---|---|\n| do x | ❌ |", false)]
#[case("| ☐ do x |\n|---|\n| ☐ do x |", false)]
#[case("```\n[ ] do x\n```", false)]
#[case("```text\n☑ do x\n```", true)]
#[case("<details>\n<summary>More</summary>\n\n- [ ] do x\n\n</details>", false)]
#[case("<details>\n<summary>More</summary>\n- [x] do x\n</details>", true)]
#[case("---\ntitle: T\n---\n\n- [ ] do x", false)]
fn every_form_of_a_box_is_one_item(#[case] text: &str, #[case] claimed: bool) {
    let document = format!("# T\n\n{text}\n");
    let document = if text.starts_with("---") {
        text.to_owned()
    } else {
        document
    };
    let found = items(&document);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].1.as_str(), found[0].2), ("do x", claimed), "{text}");
    let line = document.lines().nth(found[0].0 as usize - 1).unwrap();
    assert!(line.contains("do x"), "line {}: {line}", found[0].0);
}

#[rstest]
#[case("## ✅ Deploy\n\n- [ ] do x\n")]
#[case("Features:\n\n- ✅ fast\n- ✅ safe\n\n## Deploy\n\n- [ ] do x\n")]
#[case("## Deploy\n\n- [ ] do x\n\nResult: ✅ all green\n\n✅ Done last week\n")]
#[case("## Do and don't\n\n- ✅ use transactions\n- ❌ lock tables\n\n## Deploy\n\n- [ ] do x\n")]
#[case("| Feature | Free | Pro |\n|---|---|---|\n| SSO | ❌ | ✅ |\n\n- [ ] do x\n")]
#[case("| Component | Status |\n|---|---|\n| API | ✅ Ready |\n| Worker | ⚠️ Waiting |\n\n- [ ] do x\n")]
#[case("```markdown\n- [ ] a template\n```\n\n- [ ] do x\n")]
#[case("```bash\n[ -f x ] && echo y\n```\n\n- [ ] do x\n- [x](https://example.com) is a link\n")]
fn what_only_decorates_is_no_box(#[case] text: &str) {
    assert_eq!(texts(text), ["do x"]);
}

#[test]
fn ticks_are_boxes_beside_boxes_and_below_headings_that_say_what_to_do() {
    assert_eq!(
        items("## Deploy\n\n- ✅ build\n- ⬜ ship\n"),
        [(3, "build".into(), true), (4, "ship".into(), false)]
    );
    assert_eq!(
        items("## Pre-deployment\n\n- ✅ **build** `x`\n- ❌ ship\n\n## Features\n\n- ✅ fast\n"),
        [(3, "**build** `x`".into(), true), (4, "ship".into(), false)]
    );
    assert_eq!(
        texts("# Release checklist\n\n## Database\n\n✅ dump\n✅ restore\n"),
        ["dump", "restore"]
    );
}

#[test]
fn lines_of_a_paragraph_are_an_item_each() {
    assert_eq!(
        items("Before:\n[ ] one\n  goes on\n[x] two `ls`\n☐ three\n"),
        [
            (2, "one goes on".into(), false),
            (4, "two `ls`".into(), true),
            (5, "three".into(), false)
        ]
    );
    assert_eq!(texts("- [ ] one\n[ ] two\n"), ["one", "two"]);
}

#[test]
fn a_row_reads_as_its_task_its_command_and_its_expectation() {
    let text = "## Verify\n\n| # | Check | Command | Expected | Owner | Status |\n|---|---|---|---|---|---|\n\
                | 1 | Health answers | `curl http://localhost/h` | returns 200 | Ada | [ ] |\n";
    assert_eq!(
        texts(text),
        ["Health answers: `curl http://localhost/h` returns 200"]
    );
    let several = "| Task | Staging | Production |\n|---|---|---|\n| Migrate | [x] | [ ] |\n";
    assert_eq!(
        items(several),
        [
            (3, "Migrate (staging)".into(), true),
            (3, "Migrate (production)".into(), false)
        ]
    );
    let filled = Filled {
        boxes: vec![(3, true), (3, true)],
        ..Filled::default()
    };
    let out = fill(several.as_bytes(), &filled);
    assert_eq!(String::from_utf8(out).unwrap(), several.replace("[ ]", "[x]"));
}

#[test]
fn blanks_and_empty_cells_are_filled_and_nothing_else() {
    let text = "Deployed by: ____ at ____\n\n| Role | Name | Date |\n|---|---|---|\n| QA | ____ | |\n";
    let blank = |place, value: &str| Blank {
        line: 1,
        place,
        value: value.to_owned(),
    };
    let filled = Filled {
        blanks: vec![blank(1, "noon"), blank(0, "Ada"), blank(2, "?")],
        ..Filled::default()
    };
    let out = String::from_utf8(fill(text.as_bytes(), &filled)).unwrap();
    assert_eq!(out, text.replace("by: ____ at ____", "by: Ada at noon"));
}

#[test]
fn utf16_is_read_said_and_given_back_in_utf16() {
    let encode = |text: &str| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let bytes = encode("# Größe\r\n\r\n- [ ] do x 🚀\r\n");
    let compiled = compile(&bytes);
    assert_eq!(compiled.plan.title, "Größe");
    assert!(
        compiled
            .diagnostics
            .iter()
            .any(|found| found.message.contains("UTF-16"))
    );
    assert_eq!(fill(&bytes, &Filled::default()), bytes);
    let filled = Filled {
        boxes: vec![(3, true)],
        ..Filled::default()
    };
    assert_eq!(fill(&bytes, &filled), encode("# Größe\r\n\r\n- [x] do x 🚀\r\n"));
}

#[test]
fn a_title_may_stand_in_the_front_matter() {
    let title = |text: &str| plan(text).title;
    assert_eq!(
        title("---\ntitle: \"Go live\"\nowner: x\n---\n\n- [ ] a\n"),
        "Go live"
    );
    assert_eq!(title("+++\ntitle = 'Go live'\n+++\n\n- [ ] a\n"), "Go live");
    assert_eq!(title("---\ntitle: x\n---\n\n# Heading\n"), "Heading");
}

/// Boxes in each form, with their indented or quoted surroundings; `N` is a number.
fn forms() -> impl Strategy<Value = (&'static str, bool)> {
    prop::sample::select(vec![
        ("\n- [ ] item N\n", false),
        ("\n* [x] item N\n", true),
        ("\n3. [X] item N\n", true),
        ("\n- a\n\t- [ ] item N\n", false),
        ("\n> - [ ] item N\n", false),
        ("\n[ ] item N\n", false),
        ("\n- [] item N\n", false),
        ("\n\\[x\\] item N\n", true),
        ("\n☐ item N\n", false),
        ("\n- ☑ item N\n", true),
        ("\n- ▢ **item N**\n", false),
        ("\n- **☐ item N**\n", false),
        ("\n- item N [ ]\n", false),
        ("\n- <input type=\"checkbox\"> item N\n", false),
        ("\n<p><input type=\"checkbox\" checked /> item N</p>\n", true),
        ("\n| A | Done |\n|---|---|\n| item N | ☐ |\n", false),
        ("\n| A | Done |\n|---|---|\n| item N | ❌ |\n", false),
        ("\n| A | Done |\n|---|---|\n| [x] item N | |\n", true),
        ("\n```\n[ ] item N\n```\n", false),
        (
            "\n<details>\n<summary>x</summary>\n- [ ] item N\n</details>\n",
            false,
        ),
        ("\n    - [x] item N\n", true),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: RngSeed::Fixed(4), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_box_is_lost_and_a_run_exports_exactly_its_ticks(
        parts in prop::collection::vec((forms(), any::<bool>(), prop::sample::select(vec!["", "\n## Phase 2: Next\n", "\nSome words with ✅ and [x](y).\n", "\n---\n"])), 1..12),
        windows in any::<bool>(),
    ) {
        let mut text = String::from("# T\n");
        let mut wanted = Vec::new();
        for (number, ((form, claimed), settled, between)) in parts.iter().enumerate() {
            text.push_str(&form.replace('N', &format!("number{number}.")));
            text.push_str(between);
            text.push_str("\nWords.\n");
            wanted.push((*claimed, *settled));
        }
        let text = if windows { text.replace('\n', "\r\n") } else { text };
        let found = items(&text);
        prop_assert_eq!(found.len(), wanted.len(), "{}\n{:?}", text, found);
        for (number, (line, words, claimed)) in found.iter().enumerate() {
            let written = format!("number{number}.");
            prop_assert!(words.contains(&written), "{} {:?}", text, found);
            prop_assert_eq!(*claimed, wanted[number].0, "{}", text);
            prop_assert!(text.lines().nth(*line as usize - 1).is_some_and(|line| line.contains(&written)));
        }
        let boxes = found.iter().zip(&wanted).map(|((line, _, _), (_, settled))| (*line, *settled)).collect();
        let filled = Filled { boxes, ..Filled::default() };
        let exported = String::from_utf8(fill(text.as_bytes(), &filled)).unwrap();
        let again = items(&exported);
        prop_assert_eq!(again.iter().map(|item| item.2).collect::<Vec<_>>(), wanted.iter().map(|(_, settled)| *settled).collect::<Vec<_>>());
        let words = |items: &[(u32, String, bool)]| items.iter().map(|item| item.1.clone()).collect::<Vec<_>>();
        prop_assert_eq!(words(&again), words(&found));
        let touched = exported.lines().zip(text.lines()).filter(|(now, before)| now != before).count();
        prop_assert_eq!(touched, wanted.iter().filter(|(claimed, settled)| claimed != settled).count());
        prop_assert_eq!(exported.lines().count(), text.lines().count());
    }
}

#[rstest]
#[case("Priority", "Optional", true)]
#[case("Priority", "**Nice to have**", true)]
#[case("Required", "No", true)]
#[case("Required?", "optional", true)]
#[case("Optional", "yes", true)]
#[case("Priority", "P3", false)]
#[case("Priority", "Low", false)]
#[case("Priority", "High", false)]
#[case("Required", "Yes", false)]
#[case("Optional", "no", false)]
#[case("Notes", "Optional", false)]
#[case("Notes", "No", false)]
fn a_row_is_optional_only_where_its_cell_says_so_plainly(
    #[case] column: &str,
    #[case] cell: &str,
    #[case] optional: bool,
) {
    let text = format!("| Task | {column} | Done |\n|---|---|---|\n| Load test ran | {cell} | [ ] |\n");
    let plan = plan(&text);
    assert_eq!(
        plan.items().map(|item| item.optional).collect::<Vec<_>>(),
        [optional]
    );
}

#[rstest]
#[case("- []  - [ ] Disk space")]
#[case("- [x]  - [ ] Disk space")]
#[case("- [x]  - [x] Disk space")]
fn a_box_behind_a_box_is_one_of_its_own_whichever_way_the_first_is_written(#[case] text: &str) {
    assert_eq!(texts(text).len(), 2);
}

#[test]
fn a_heading_that_is_a_box_stays_one_when_it_is_ticked_and_a_decorated_one_is_none() {
    assert_eq!(
        items("## ☐ Switch over\n"),
        [(1, "Switch over".to_owned(), false)]
    );
    assert_eq!(items("## ☑ Switch over\n"), [(1, "Switch over".to_owned(), true)]);
    assert_eq!(items("## ☑️ Before the deployment\n\n- [ ] x\n").len(), 1);
}
