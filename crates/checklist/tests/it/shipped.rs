//! The plans of the checklists that ship, whole, in the form that `gonogo check` prints.

use checklist::report::{Counts, render};
use checklist::{compile, describe};
use domain::plan::{Plan, SectionKind, Work};

fn shipped(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../checklists")
        .join(name);
    std::fs::read_to_string(path).expect("a shipped checklist")
}

fn report(name: &str) -> String {
    let text = shipped(name);
    render(&compile(text.as_bytes()), &text, name)
}

#[test]
fn the_reference_checklist_compiles_to_this_plan() {
    insta::assert_snapshot!(report("performance-optimization.md"));
}

#[test]
fn the_go_live_checklist_compiles_to_this_plan() {
    insta::assert_snapshot!(report("go-live.md"));
}

fn go_live() -> Plan {
    compile(shipped("go-live.md").as_bytes()).plan
}

#[test]
fn the_go_live_checklist_can_be_green_on_any_machine() {
    let plan = go_live();
    let counts = Counts::of(&plan);
    assert!((20..=30).contains(&counts.items), "{counts:?}");
    assert_eq!(
        counts.shell, 0,
        "a shell probe could need a program that is not there"
    );
    for item in plan
        .items()
        .filter(|item| matches!(item.work, Work::Action { .. }))
    {
        assert!(item.optional, "{:?} would block", item.text);
    }
    for check in plan.sections.iter().flat_map(|section| &section.checks) {
        assert!(
            matches!(&check.work, Work::Probe { spec } if describe::native(spec)),
            "{:?}",
            check.text
        );
    }
    assert!(
        !plan
            .sections
            .iter()
            .any(|section| matches!(section.kind, SectionKind::Window { .. }))
    );
}

#[test]
fn the_go_live_checklist_has_the_four_slots_two_rollback_tiers_and_two_guides() {
    let plan = go_live();
    let roles: Vec<&str> = plan.slots.iter().map(|slot| slot.role.as_str()).collect();
    assert_eq!(roles, ["developer", "devops", "qa", "product_owner"]);
    let count =
        |of: fn(&SectionKind) -> bool| plan.sections.iter().filter(|section| of(&section.kind)).count();
    assert_eq!(count(|kind| matches!(kind, SectionKind::Rollback { .. })), 2);
    assert_eq!(count(|kind| *kind == SectionKind::Troubleshooting), 2);
}
