//! Lints: documented, and found where the reference checklist lies.

use checklist::compile;
use checklist::lint::catalogue::{all, index, page};
use std::collections::BTreeMap;

fn project_file(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn codes_are_unique_and_in_order() {
    let codes: Vec<&str> = all().map(|lint| lint.code).collect();
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
fn the_pages_say_what_the_catalogue_says() {
    let again = "write it again: cargo run -p checklist --example docs";
    assert_eq!(project_file("docs/lints.md"), index(), "{again}");
    for lint in all() {
        assert_eq!(
            project_file(&format!("docs/lints/{}.md", lint.code)),
            page(lint),
            "{again}"
        );
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lints");
    let pages = std::fs::read_dir(folder).expect("the pages").count();
    assert_eq!(pages, all().count(), "a page without a lint");
}

/// Two examples cannot stand in a page as they are: a byte that is not UTF-8, and 2,000 lines.
fn example(code: &str, text: &str) -> Vec<u8> {
    match code {
        "GNG001" => {
            let parts: Vec<&[u8]> = text.split('\u{fffd}').map(str::as_bytes).collect();
            parts.join(&0xff)
        }
        "GNG008" => text.repeat(2001).into_bytes(),
        _ => text.as_bytes().to_vec(),
    }
}

#[test]
fn the_bad_example_of_every_lint_is_reported_and_the_good_one_is_not() {
    let mut wrong = Vec::new();
    for lint in all() {
        let found = |text: &str| {
            let compiled = compile(&example(lint.code, text));
            let codes: Vec<String> = compiled.diagnostics.into_iter().map(|found| found.code).collect();
            (codes.iter().any(|code| code == lint.code), codes)
        };
        let (bad, good) = (found(lint.bad), found(lint.good));
        if !bad.0 {
            wrong.push(format!("{} is not reported for {:?}", lint.code, lint.bad));
        }
        if good.0
            || good
                .1
                .iter()
                .any(|code| matches!(code.as_str(), "GNG005" | "GNG006"))
        {
            wrong.push(format!("{} has {:?} for {:?}", lint.code, good.1, lint.good));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
