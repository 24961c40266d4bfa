//! Rules about the source that can be checked. Each failure names the file and the rule.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A source file: its path below the project, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The lines that are not tests.
    fn body(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .take_while(|line| line.trim() != "#[cfg(test)]")
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// The lines that are neither tests nor comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.body()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folders: &[&str]) -> Vec<Source> {
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let short = path.strip_prefix(root()).unwrap().display().to_string();
                found.push(Source {
                    path: short,
                    text: fs::read_to_string(&path).unwrap(),
                });
            }
        }
    }
    assert!(found.len() >= 10, "the sources were not found");
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// The source of the product: no tests, no benchmarks.
fn product() -> Vec<Source> {
    let mut found = sources(&["src", "crates"]);
    found.retain(|source| !source.path.contains("/tests/") && !source.path.contains("/benches/"));
    found
}

/// Lines of code that contain one of `needles`, in files for which `allowed` is false.
fn offences(sources: &[Source], needles: &[&str], allowed: impl Fn(&str) -> bool) -> Vec<String> {
    sources
        .iter()
        .filter(|source| !allowed(&source.path))
        .flat_map(|source| source.code().map(move |(number, line)| (source, number, line)))
        .filter(|(_, _, line)| needles.iter().any(|needle| line.contains(needle)))
        .map(|(source, number, line)| format!("{}:{number}: {}", source.path, line.trim()))
        .collect()
}

fn nobody(_: &str) -> bool {
    false
}

#[track_caller]
fn none(offences: &[String], rule: &str) {
    assert!(offences.is_empty(), "{rule}\n{}", offences.join("\n"));
}

#[test]
fn there_are_two_feature_cfgs_and_both_stand_in_lib_rs() {
    let found = offences(
        &product(),
        &[
            "cfg(feature",
            "cfg_attr(feature",
            "cfg!(feature",
            "any(feature",
            "not(feature",
        ],
        nobody,
    );
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found.iter().all(|line| line.starts_with("src/lib.rs:")),
        "{found:#?}"
    );
}

#[test]
fn no_file_has_more_than_400_lines_apart_from_its_tests() {
    let long: Vec<String> = product()
        .iter()
        .map(|source| (&source.path, source.body().count()))
        .filter(|(_, lines)| *lines > 400)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    none(&long, "a file has 400 lines at most, apart from its tests");
}

#[test]
fn sql_stands_in_the_store_only() {
    let needles = [
        "query!(",
        "query_as!(",
        "query_scalar!(",
        "sqlx::query",
        "raw_sql(",
    ];
    // The probes' questions go to the databases of the checklist, not to Gonogo's own.
    let allowed = |path: &str| {
        path.starts_with("crates/store/")
            || path.starts_with("crates/probe/src/postgres")
            || path == "crates/probe/src/clock.rs"
    };
    none(
        &offences(&product(), &needles, allowed),
        "SQL stands in crates/store only",
    );
}

#[test]
fn processes_are_started_in_two_places_only() {
    let allowed = |path: &str| {
        path.starts_with("crates/probe/")
            || path == "src/server/postgres.rs"
            || path.starts_with("src/server/postgres/")
    };
    let found = offences(&product(), &["Command::new(", "process::Command"], allowed);
    none(
        &found,
        "processes are started by crates/probe and src/server/postgres.rs only",
    );
}

#[test]
fn modules_have_telling_names() {
    let banned = [
        "mod.rs",
        "utils.rs",
        "util.rs",
        "common.rs",
        "helpers.rs",
        "helper.rs",
        "types.rs",
        "misc.rs",
    ];
    let found: Vec<String> = sources(&["src", "crates", "tests"])
        .into_iter()
        .map(|source| source.path)
        .filter(|path| banned.iter().any(|name| path.rsplit('/').next() == Some(name)))
        .collect();
    none(
        &found,
        "a module is named after what it holds, and none is a mod.rs",
    );
}

#[test]
fn lints_are_expected_with_a_reason_and_nothing_is_left_to_do() {
    let product = product();
    none(
        &offences(&product, &["#[allow(", "#![allow("], nobody),
        "use #[expect(…, reason = …)]",
    );
    none(
        &offences(
            &product,
            &["todo!(", "unimplemented!(", "dbg!(", ".unwrap()"],
            nobody,
        ),
        "not outside tests",
    );
    let bare: Vec<String> = product
        .iter()
        .flat_map(|source| {
            let mut statements = Vec::new();
            for (start, _) in source.text.match_indices("#[expect(") {
                let end = source.text[start..]
                    .find(")]")
                    .map_or(source.text.len(), |end| start + end);
                if !source.text[start..end].contains("reason") {
                    statements.push(format!("{}: {}", source.path, &source.text[start..end]));
                }
            }
            statements
        })
        .collect();
    none(&bare, "an expectation has a reason");
}

#[test]
fn every_migration_can_be_undone_and_is_named_by_its_time() {
    let mut names: Vec<String> = fs::read_dir(root().join("migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    for name in &names {
        let (time, rest) = name.split_once('_').unwrap_or_else(|| panic!("{name}: no time"));
        assert!(
            time.len() == 14 && time.bytes().all(|byte| byte.is_ascii_digit()),
            "{name}: yyyymmddhhmmss"
        );
        assert!(rest.contains('_'), "{name}: verb_noun");
        let other = match name.strip_suffix(".up.sql") {
            Some(stem) => format!("{stem}.down.sql"),
            None => name.replace(".down.sql", ".up.sql"),
        };
        assert!(names.contains(&other), "{name} has no {other}");
    }
}

#[test]
fn the_architecture_names_every_folder_and_crate() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert!(
        text.lines().count() <= 200,
        "ARCHITECTURE.md has 200 lines at most"
    );
    // Made by builds and tools, and not in the repository.
    let made = ["target", "dist", "node_modules", ".git"];
    let folders = |folder: &str| {
        fs::read_dir(root().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .filter(|name| !made.contains(&name.as_str()))
            .collect::<Vec<_>>()
    };
    let missing: Vec<String> = folders(".")
        .into_iter()
        .chain(folders("crates"))
        .filter(|name| !text.contains(&format!("{name}/")) && !text.contains(&format!("`{name}`")))
        .collect();
    none(&missing, "ARCHITECTURE.md names every folder");
}
