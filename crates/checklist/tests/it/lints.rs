//! Lints: documented, and found where the reference checklist lies.

use checklist::compile;
use checklist::lint::catalogue::ALL;
use std::collections::BTreeMap;

fn project_file(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn codes_are_unique_and_in_order() {
    let codes: Vec<&str> = ALL.iter().map(|lint| lint.code).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted);
}

/// The codes that were found on each line of the project's version of the reference checklist.
fn found() -> BTreeMap<u32, Vec<String>> {
    let compiled = compile(project_file("checklists/performance-optimization.md").as_bytes());
    let mut found: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for diagnostic in compiled.diagnostics {
        found.entry(diagnostic.line).or_default().push(diagnostic.code);
    }
    found
}

#[test]
fn the_traps_of_the_reference_checklist_are_reported_on_their_lines() {
    let found = found();
    let traps: &[(u32, &str)] = &[
        (11, "GNG016"),
        (15, "GNG015"),
        (16, "GNG015"),
        (22, "GNG018"),
        (24, "GNG019"),
        (37, "GNG011"),
        (38, "GNG010"),
        (39, "GNG012"),
        (44, "GNG014"),
        (46, "GNG013"),
        (95, "GNG017"),
        (98, "GNG017"),
        (110, "GNG012"),
        (126, "GNG027"),
        (153, "GNG014"),
        (171, "GNG013"),
        (178, "GNG025"),
        (182, "GNG014"),
        (186, "GNG036"),
        (191, "GNG014"),
        (244, "GNG020"),
        (247, "GNG021"),
        (260, "GNG022"),
        (260, "GNG026"),
        (279, "GNG023"),
        (307, "GNG024"),
    ];
    let missing: Vec<_> = traps
        .iter()
        .filter(|(line, code)| {
            !found
                .get(line)
                .is_some_and(|codes| codes.iter().any(|found| found == code))
        })
        .collect();
    assert!(missing.is_empty(), "not reported: {missing:?}");
}

#[test]
fn a_hard_coded_host_and_user_are_reported_and_a_parameter_is_not() {
    let codes = |text: &str| {
        compile(text.as_bytes())
            .diagnostics
            .into_iter()
            .map(|diagnostic| diagnostic.code)
            .collect::<Vec<_>>()
    };
    let hard = codes("- [ ] Connects: `psql -h db.corp.example.net -U somebody -d app -c \"SELECT 1\"`\n");
    assert!(
        hard.contains(&"GNG028".to_owned()) && hard.contains(&"GNG029".to_owned()),
        "{hard:?}"
    );
    let parameter = codes(
        "- [ ] Connects: `psql -h \"$GONOGO_DB_HOST\" -U \"$GONOGO_DB_USER\" -d app -c \"SELECT 1\"`\n",
    );
    assert!(
        parameter.iter().all(|code| code != "GNG028" && code != "GNG029"),
        "{parameter:?}"
    );
}

#[test]
fn every_code_is_documented_as_the_catalogue_says() {
    let documented = project_file("docs/lints.md");
    for lint in ALL {
        assert!(
            documented.contains(&format!("| {} |", lint.code)),
            "docs/lints.md lacks {}",
            lint.code
        );
    }
    assert_eq!(
        documented,
        checklist::lint::catalogue::markdown(),
        "write it again: cargo run -p checklist --example lints > docs/lints.md"
    );
}
