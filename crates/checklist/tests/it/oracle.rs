//! The reference checklist gives the counts that product.md states, in the project's own version and, where the
//! verbatim file lies beside the project, in that one too.

use checklist::outline::Purpose;
use checklist::report::Counts;
use checklist::{Compiled, compile, describe};
use domain::plan::{Plan, Section, SectionKind, Work};
use std::path::{Path, PathBuf};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The project's own version, and the verbatim one where it is there.
fn documents() -> Vec<(String, Vec<u8>)> {
    let own = project().join("checklists/performance-optimization.md");
    let verbatim = project().join("../shared/checklists/performance-optimization.md");
    let mut documents = vec![(
        "own".to_owned(),
        std::fs::read(own).expect("the project ships its version"),
    )];
    documents.extend(
        std::fs::read(verbatim)
            .ok()
            .map(|bytes| ("verbatim".to_owned(), bytes)),
    );
    documents
}

fn each(check: impl Fn(&Compiled)) {
    for (name, bytes) in documents() {
        println!("{name}");
        check(&compile(&bytes));
    }
}

fn boxes(plan: &Plan, of: impl Fn(&SectionKind) -> bool) -> Vec<usize> {
    plan.sections
        .iter()
        .filter(|section| of(&section.kind))
        .map(|section| section.items.len())
        .collect()
}

fn sections(plan: &Plan, of: impl Fn(&SectionKind) -> bool) -> Vec<&Section> {
    plan.sections.iter().filter(|section| of(&section.kind)).collect()
}

fn is_phase(kind: &SectionKind) -> bool {
    matches!(kind, SectionKind::Phase { .. })
}

#[test]
fn ninety_six_boxes_stand_where_the_oracle_says() {
    each(|compiled| {
        let plan = &compiled.plan;
        assert_eq!(plan.items().count(), 96);
        assert_eq!(boxes(plan, |kind| *kind == SectionKind::Preflight), [8, 4]);
        assert_eq!(boxes(plan, is_phase), [7, 6, 17, 6, 12, 7]);
        assert_eq!(
            boxes(plan, |kind| matches!(kind, SectionKind::Window { .. })),
            [5, 5, 6]
        );
        assert_eq!(boxes(plan, |kind| *kind == SectionKind::Criteria), [13]);
    });
}

/// What settles the boxes: no shell is needed for one of them, and for one check only.
#[test]
fn fifty_four_boxes_are_proved_natively_and_none_by_a_shell() {
    each(|compiled| {
        let counts = Counts {
            items: 96,
            native: 54,
            shell: 0,
            actions: 12,
            attestations: 27,
            parents: 3,
        };
        assert_eq!(Counts::of(&compiled.plan), counts);
        let shell = compiled
            .plan
            .sections
            .iter()
            .flat_map(|section| &section.checks)
            .filter(|check| matches!(&check.work, Work::Probe { spec } if !describe::native(spec)));
        let lines: Vec<u32> = shell.map(|check| check.line).collect();
        assert_eq!(lines, [98]);
    });
}

#[test]
fn the_criteria_stand_under_four_labels() {
    each(|compiled| {
        let criteria = sections(&compiled.plan, |kind| *kind == SectionKind::Criteria);
        let mut labels: Vec<(String, usize)> = Vec::new();
        for item in &criteria[0].items {
            let label = item.label.clone().expect("a label");
            match labels.last_mut() {
                Some((last, count)) if *last == label => *count += 1,
                _ => labels.push((label, 1)),
            }
        }
        let counts: Vec<(&str, usize)> = labels
            .iter()
            .map(|(label, count)| (label.as_str(), *count))
            .collect();
        assert_eq!(
            counts,
            [
                ("Infrastructure", 3),
                ("Performance", 4),
                ("Stability", 3),
                ("Monitoring", 3)
            ]
        );
    });
}

#[test]
fn fourteen_boxes_are_nested_under_three_parents_in_phase_three() {
    each(|compiled| {
        let plan = &compiled.plan;
        let nested: Vec<_> = plan.items().filter(|item| item.parent.is_some()).collect();
        assert_eq!(nested.len(), 14);
        assert_eq!(plan.items().filter(|item| item.work == Work::Parent).count(), 3);
        for item in nested {
            let kind = plan.section_of(&item.id).expect("a section").kind;
            assert_eq!(
                kind,
                SectionKind::Phase {
                    number: 3,
                    minutes: Some(10)
                }
            );
            let parent = plan
                .item(item.parent.as_ref().expect("a parent"))
                .expect("the parent is a box");
            assert_eq!(parent.work, Work::Parent);
        }
    });
}

#[test]
fn phases_are_numbered_and_have_seventy_minutes_in_all() {
    each(|compiled| {
        let phases: Vec<(u32, Option<u32>)> = compiled
            .plan
            .sections
            .iter()
            .filter_map(|section| match section.kind {
                SectionKind::Phase { number, minutes } => Some((number, minutes)),
                _ => None,
            })
            .collect();
        assert_eq!(
            phases,
            [
                (1, Some(10)),
                (2, Some(15)),
                (3, Some(10)),
                (4, Some(10)),
                (5, Some(15)),
                (6, Some(10))
            ]
        );
        assert_eq!(phases.iter().filter_map(|(_, minutes)| *minutes).sum::<u32>(), 70);
    });
}

#[test]
fn windows_rollbacks_guides_forms_and_slots_are_found() {
    each(|compiled| {
        let plan = &compiled.plan;
        let kinds: Vec<SectionKind> = plan.sections.iter().map(|section| section.kind).collect();
        let windows: Vec<u32> = kinds
            .iter()
            .filter_map(|kind| {
                if let SectionKind::Window { minutes } = kind {
                    Some(*minutes)
                } else {
                    None
                }
            })
            .collect();
        assert_eq!(windows, [5, 60, 1440]);
        let tiers: Vec<Option<u32>> = kinds
            .iter()
            .filter_map(|kind| {
                if let SectionKind::Rollback { minutes } = kind {
                    Some(*minutes)
                } else {
                    None
                }
            })
            .collect();
        assert_eq!(tiers, [Some(5), Some(15)]);
        assert_eq!(
            sections(plan, |kind| *kind == SectionKind::Troubleshooting).len(),
            4
        );
        assert_eq!(sections(plan, |kind| *kind == SectionKind::Benchmark).len(), 2);
        assert_eq!(sections(plan, |kind| *kind == SectionKind::FollowUp).len(), 1);
        let roles: Vec<&str> = plan.slots.iter().map(|slot| slot.role.as_str()).collect();
        assert_eq!(roles, ["developer", "devops", "qa", "product_owner"]);
        assert_eq!(compiled.outline.follow_ups, 4);
        assert_eq!(compiled.outline.rules, 17);
    });
}

#[test]
fn blocks_of_code_and_blanks_are_counted_by_their_purpose() {
    each(|compiled| {
        let count = |purpose| {
            compiled
                .outline
                .fences
                .iter()
                .filter(|fence| fence.purpose == purpose)
                .count()
        };
        assert_eq!(compiled.outline.fences.len(), 14);
        assert_eq!(
            (
                count(Purpose::Verification),
                count(Purpose::Form),
                count(Purpose::Rollback)
            ),
            (5, 2, 7)
        );
        let blanks = &compiled.plan.blanks;
        let computed = blanks.iter().filter(|blank| blank.computed).count();
        assert_eq!((blanks.len(), computed), (14, 4));
        let checked: Vec<u32> = compiled
            .plan
            .sections
            .iter()
            .filter(|section| !section.checks.is_empty())
            .filter_map(|section| {
                if let SectionKind::Phase { number, .. } = section.kind {
                    Some(number)
                } else {
                    None
                }
            })
            .collect();
        assert_eq!(checked, [1, 2, 3, 4, 6]);
    });
}

#[test]
fn rollback_tiers_hold_three_and_four_blocks() {
    each(|compiled| {
        let tiers = sections(&compiled.plan, |kind| {
            matches!(kind, SectionKind::Rollback { .. })
        });
        let blocks: Vec<usize> = tiers
            .iter()
            .map(|tier| tier.prose.matches("```bash").count())
            .collect();
        assert_eq!(blocks, [3, 4]);
    });
}

#[test]
fn code_and_options_are_counted() {
    each(|compiled| {
        assert_eq!(
            compiled
                .plan
                .items()
                .filter(|item| item.text.contains('`'))
                .count(),
            53
        );
        assert_eq!(compiled.plan.items().filter(|item| item.optional).count(), 3);
        assert_eq!(compiled.plan.items().filter(|item| item.claimed).count(), 0);
    });
}

#[test]
fn every_id_is_unique_and_every_reason_has_the_authors_words() {
    each(|compiled| {
        let plan = &compiled.plan;
        let mut ids: Vec<&str> = plan.items().map(|item| item.id.0.as_str()).collect();
        ids.extend(
            plan.sections
                .iter()
                .flat_map(|section| &section.checks)
                .map(|check| check.id.0.as_str()),
        );
        let total = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), total);
        for item in plan.items() {
            let words = item.text.split(['`', '*']).next().unwrap_or_default();
            assert!(
                item.why.contains(words),
                "{:?} lacks the words of {:?}",
                item.why,
                item.text
            );
        }
    });
}

/// The verbatim document names somebody's host and user. They appear in none of our files.
#[test]
fn the_host_and_the_user_of_the_verbatim_document_stand_in_no_file_of_ours() {
    let Some((_, bytes)) = documents().into_iter().find(|(name, _)| name == "verbatim") else {
        return;
    };
    let text = String::from_utf8(bytes).expect("UTF-8");
    let line = text.lines().nth(53).expect("line 54");
    let after = |option: &str| {
        line.split(option)
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next())
            .expect("a value")
    };
    let names = [after(" -h ").to_owned(), after(" -U ").to_owned()];
    let mut folders = vec![
        project().join("checklists"),
        project().join("docs"),
        project().join("crates"),
    ];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if let Ok(text) = std::fs::read_to_string(&entry) {
                seen += 1;
                assert!(
                    !names.iter().any(|name| text.contains(name.as_str())),
                    "{} names somebody's host or user",
                    entry.display()
                );
            }
        }
    }
    assert!(seen > 20);
}

#[test]
fn the_blanks_of_the_forms_are_named_and_can_be_filled() {
    for (name, bytes) in documents() {
        println!("{name}");
        let plan = compile(&bytes).plan;
        let told: Vec<String> = plan
            .blanks
            .iter()
            .map(|blank| {
                let unit = blank.unit.as_deref().unwrap_or("-");
                format!(
                    "{} [{unit}]{}",
                    blank.id,
                    if blank.computed { " computed" } else { "" }
                )
            })
            .collect();
        let before = "before-deployment";
        let after = "after-deployment";
        let of = |id: &str, section: &str, unit: &str| format!("{id}--{section} [{unit}]");
        let computed = |id: &str| format!("{id}-improvement [%] computed");
        let response = "api-response-time";
        let expected = vec![
            of(&format!("{response}-p50"), before, "ms"),
            of(&format!("{response}-p95"), before, "ms"),
            of(&format!("{response}-p99"), before, "ms"),
            of("database-queries-average", before, "queries"),
            of(&format!("{response}-p50"), after, "ms"),
            computed(&format!("{response}-p50")),
            of(&format!("{response}-p95"), after, "ms"),
            computed(&format!("{response}-p95")),
            of(&format!("{response}-p99"), after, "ms"),
            computed(&format!("{response}-p99")),
            of("database-queries-average", after, "queries"),
            computed("database-queries-average"),
            "cache-hit-rate [%]".to_owned(),
            "cache-average-latency [ms]".to_owned(),
        ];
        assert_eq!(told, expected);
        let blanks = plan.blanks.iter().map(|blank| checklist::fill::Blank {
            line: blank.line,
            place: blank.place,
            value: blank.id.0.clone(),
        });
        let filled = checklist::fill::Filled {
            blanks: blanks.collect(),
            ..Default::default()
        };
        let filled = checklist::fill::fill(&bytes, &filled);
        let mut expected = bytes.clone();
        for blank in plan.blanks.iter().rev() {
            expected.splice(blank.start as usize..blank.end as usize, blank.id.0.bytes());
        }
        assert_eq!(filled, expected);
        assert_eq!(compile(&filled).plan.blanks, []);
    }
}

#[test]
fn a_plan_that_was_stored_without_blanks_still_loads() {
    let plan = compile(b"# T\n\n- [ ] a\n").plan;
    let json = serde_json::to_string(&plan).expect("JSON");
    assert!(!json.contains("blanks"));
    assert_eq!(serde_json::from_str::<Plan>(&json).expect("a plan"), plan);
}
