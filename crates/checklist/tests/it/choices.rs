//! A line with several boxes is one choice, which a person makes: no box of it is lost, and only the chosen one is ticked.

use checklist::compile;
use checklist::fill::{Filled, fill};
use domain::plan::{Item, Work};
use rstest::rstest;

fn items(text: &str) -> Vec<Item> {
    compile(format!("# T\n\n{text}\n").as_bytes())
        .plan
        .items()
        .cloned()
        .collect()
}

#[rstest]
#[case("- [ ] Patch [ ] Minor [ ] Major", "Patch, Minor or Major")]
#[case("[ ] Patch [ ] Minor [ ] Major", "Patch, Minor or Major")]
#[case("**Type:** [ ] Patch [ ] Minor [ ] Major", "**Type:** Patch, Minor or Major")]
#[case("- Type: [ ] Patch / [ ] Minor", "Type: Patch or Minor")]
#[case("- [ ] Patch or [ ] Minor", "Patch or Minor")]
#[case("- ☐ Go ☐ No-go", "Go or No-go")]
#[case("Decision: ☐ Go | ☐ No-go", "Decision: Go or No-go")]
#[case("Approved: yes [ ] no [ ]", "Approved: yes or no")]
#[case("Breaking change? [ ] yes [x] no", "Breaking change? yes or no")]
#[case(
    "| Question | Answer |\n|---|---|\n| Go live | [ ] Go [ ] No-go |",
    "Go live: Go or No-go"
)]
#[case(
    "- [ ] `npm version patch` [ ] `npm version minor`",
    "`npm version patch` or `npm version minor`"
)]
fn a_line_with_several_boxes_is_one_choice_of_a_person(#[case] text: &str, #[case] expected: &str) {
    let found = items(text);
    let texts: Vec<&str> = found.iter().map(|item| item.text.as_str()).collect();
    assert_eq!(texts, [expected]);
    assert_eq!(found[0].work, Work::Attestation);
    assert!(found[0].why.contains("a person says which"), "{}", found[0].why);
}

#[rstest]
#[case("Legend: [ ] open [x] done")]
#[case("Change `[ ]` to `[x]`: [ ] is open")]
#[case("Use [ ] for open and [x] for done")]
#[case("See [x](y) and [ ]string: fine")]
fn a_line_that_only_speaks_of_boxes_is_none(#[case] text: &str) {
    assert_eq!(items(text).len(), 0, "{text}");
}

#[test]
fn a_line_that_asks_for_a_choice_says_nothing_of_the_steps_around_it() {
    let plain = items("## Deployment\n\n1. Build it\n2. Start it");
    let asked = items("## Deployment\n\nType: [ ] Patch [ ] Minor\n\n1. Build it\n2. Start it");
    assert_eq!((plain.len(), asked.len()), (2, 3));
}

#[rstest]
#[case("Minor", "[ ] Patch [x] Minor [ ] Minor LTS")]
#[case("minor: a new field", "[ ] Patch [x] Minor [ ] Minor LTS")]
#[case("Minor LTS", "[ ] Patch [ ] Minor [x] Minor LTS")]
#[case("Patch-level only", "[x] Patch [ ] Minor [ ] Minor LTS")]
#[case("not Patch", "[x] Patch [ ] Minor [ ] Minor LTS")]
#[case("", "[x] Patch [ ] Minor [ ] Minor LTS")]
fn an_export_ticks_the_box_that_the_note_begins_with_and_no_other(
    #[case] note: &str,
    #[case] expected: &str,
) {
    let text = "Type: [x] Patch [ ] Minor [ ] Minor LTS\n\n- [ ] done\n";
    let filled = Filled {
        boxes: vec![(1, true), (3, true)],
        notes: vec![(1, note.to_owned())],
        ..Filled::default()
    };
    let out = String::from_utf8(fill(text.as_bytes(), &filled)).unwrap();
    assert_eq!(out, format!("Type: {expected}\n\n- [x] done\n"));
}

#[test]
fn a_choice_that_nobody_made_leaves_no_box_ticked() {
    let text = "- [ ] Patch [x] Minor\n";
    let filled = Filled {
        boxes: vec![(1, false)],
        notes: vec![(1, "Patch".to_owned())],
        ..Filled::default()
    };
    assert_eq!(fill(text.as_bytes(), &filled), b"- [ ] Patch [ ] Minor\n");
}

#[test]
fn the_id_of_a_choice_does_not_depend_on_what_is_ticked() {
    let id = |text: &str| items(text)[0].id.0.clone();
    assert_eq!(id("Type: [ ] Patch [ ] Minor"), id("Type: [ ] Patch [x] Minor"));
    assert_eq!(id("- [ ] Patch [ ] Minor"), "patch-minor");
}
