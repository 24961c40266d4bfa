//! The sheet `docs/asvs.md` says what is so: every test and file that it names is there, and its counts are those of its rows.

use gonogo::server::{library, password, session};
use std::{collections::BTreeSet, fs, path::Path};

/// How many requirements of levels 1 and 2 ASVS 5.0.0 has.
const REQUIREMENTS: usize = 253;

/// A requirement's standing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Met,
    Partly,
    NotMet,
    DoesNotApply,
}

/// A row of the sheet.
#[derive(Debug)]
struct Row {
    id: String,
    status: Status,
    /// What stands between backticks: `file::test`, or a file.
    named: Vec<String>,
    /// The last cell without that.
    words: String,
}

impl Row {
    fn tests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.named.iter().filter_map(|name| name.split_once("::"))
    }

    fn applies(&self) -> bool {
        self.status != Status::DoesNotApply
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sheet() -> String {
    fs::read_to_string(root().join("docs/asvs.md")).unwrap()
}

/// The rows of a sheet: those that begin with the number of a requirement.
fn rows(sheet: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for line in sheet.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if !cells[0].starts_with(|first: char| first.is_ascii_digit()) {
            continue;
        }
        let [id, _, status, shown] = cells[..] else {
            panic!("not four cells: {line}");
        };
        let numbers: Vec<u32> = id.split('.').filter_map(|part| part.parse().ok()).collect();
        assert!(matches!(numbers[..], [1..=17, _, _]), "{id} is no requirement");
        let parts: Vec<&str> = shown.split('`').collect();
        rows.push(Row {
            id: id.to_owned(),
            status: match status {
                "met" => Status::Met,
                "partly" => Status::Partly,
                "not met" => Status::NotMet,
                "does not apply" => Status::DoesNotApply,
                other => panic!("{id} is {other:?}"),
            },
            named: parts
                .iter()
                .skip(1)
                .step_by(2)
                .map(|name| (*name).to_owned())
                .collect(),
            words: parts
                .iter()
                .step_by(2)
                .copied()
                .collect::<String>()
                .trim()
                .to_owned(),
        });
    }
    rows
}

/// What is wrong with a test that is named, if anything.
fn missing(file: &str, name: &str) -> Option<String> {
    let Ok(text) = fs::read_to_string(root().join(file)) else {
        return Some(format!("there is no {file}"));
    };
    let there = if file.ends_with(".rs") {
        text.find(&format!("fn {name}(")).is_some_and(|at| {
            // An attribute of a test stands right above it.
            let above = text[..at].rsplit_once('\n').map_or("", |(above, _)| above);
            let mut attributes = above
                .lines()
                .rev()
                .take_while(|line| !matches!(line.trim(), "}" | ""));
            attributes.any(|line| line.trim_start().starts_with("#[") && line.contains("test"))
        })
    } else {
        text.contains(&format!("test(\"{name}\""))
    };
    (!there).then(|| format!("{file} has no test {name}"))
}

/// The sentence at the head of the page.
fn head(rows: &[Row]) -> String {
    let count = |status: Status| rows.iter().filter(|row| row.status == status).count();
    let apply = rows.iter().filter(|row| row.applies()).count();
    let tested = rows
        .iter()
        .filter(|row| row.applies() && row.tests().next().is_some())
        .count();
    format!(
        "Of {} requirements {apply} apply: {} are met, {} partly, {} not. {tested} of the {apply} ({} %) are shown by a test.",
        rows.len(),
        count(Status::Met),
        count(Status::Partly),
        count(Status::NotMet),
        tested * 100 / apply.max(1),
    )
}

#[test]
fn the_sheet_has_each_requirement_once_and_counts_right() {
    let sheet = sheet();
    let rows = rows(&sheet);
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let twice: Vec<&Row> = rows
        .iter()
        .enumerate()
        .filter(|(index, row)| rows[..*index].iter().any(|other| other.id == row.id))
        .map(|(_, row)| row)
        .collect();
    assert!(twice.is_empty(), "twice: {twice:?}");
    assert_eq!(ids.len(), REQUIREMENTS);
    let head = head(&rows);
    assert!(
        sheet.contains(&head),
        "the head of docs/asvs.md has to say: {head}"
    );
}

#[test]
fn every_test_and_file_that_the_sheet_names_is_there() {
    let mut wrong = Vec::new();
    for row in rows(&sheet()) {
        for name in &row.named {
            let found = match name.split_once("::") {
                Some((file, test)) => missing(file, test),
                None => (!root().join(name).exists()).then(|| format!("there is no {name}")),
            };
            wrong.extend(found.map(|what| format!("{}: {what}", row.id)));
        }
        match row.status {
            Status::Met if row.named.is_empty() => {
                wrong.push(format!("{}: met, and nothing shows it", row.id))
            }
            Status::NotMet if row.tests().next().is_some() => {
                wrong.push(format!("{}: not met, and a test shows it", row.id));
            }
            Status::Partly | Status::NotMet | Status::DoesNotApply if row.words.is_empty() => {
                wrong.push(format!("{}: nothing says why", row.id));
            }
            Status::Met | Status::Partly | Status::NotMet | Status::DoesNotApply => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_test_that_is_not_there_is_noticed() {
    let here = "tests/asvs.rs";
    assert_eq!(missing(here, "a_test_that_is_not_there_is_noticed"), None);
    assert!(missing(here, "a_test_that_nobody_wrote").is_some());
    assert!(
        missing(here, "missing").is_some(),
        "a function that is no test shows nothing"
    );
    assert!(missing("tests/no_such_file.rs", "x").is_some());
    let spec = "end2end/sign_in.spec.ts";
    assert_eq!(missing(spec, "a developer signs in and sees the runs"), None);
    assert!(missing(spec, "a developer signs in and sees nothing").is_some());
}

#[test]
fn the_limits_on_the_page_are_those_of_the_program() {
    let sheet = sheet();
    for words in [
        format!(
            "{} to {} characters",
            password::LENGTH.start(),
            password::LENGTH.end()
        ),
        format!(
            "after {} hours without use and {} hours in all",
            store::session::IDLE.num_hours(),
            session::ABSOLUTE.whole_hours()
        ),
        format!("{} MB a file", library::LARGEST >> 20),
    ] {
        assert!(sheet.contains(&words), "docs/asvs.md has to say: {words}");
    }
}

#[test]
fn the_cryptography_on_the_page_is_what_the_program_asks_for() {
    const KNOWN: [&str; 24] = [
        "aes",
        "aes-gcm",
        "argon2",
        "bcrypt",
        "blake2",
        "blake3",
        "chacha20poly1305",
        "des",
        "ed25519-dalek",
        "getrandom",
        "hmac",
        "md-5",
        "native-tls",
        "openssl",
        "p256",
        "pbkdf2",
        "rand",
        "rc4",
        "ring",
        "rsa",
        "rustls",
        "sha1",
        "sha2",
        "sha3",
    ];
    let (sheet, mut asked) = (sheet(), BTreeSet::new());
    for manifest in manifests() {
        let names = manifest
            .lines()
            .filter_map(|line| line.split(['.', ' ', '=']).next());
        asked.extend(
            KNOWN
                .into_iter()
                .filter(|known| names.clone().any(|name| name == *known)),
        );
    }
    assert!(asked.contains("argon2") && asked.contains("sha2"), "{asked:?}");
    let listed = KNOWN
        .into_iter()
        .filter(|known| sheet.contains(&format!("`{known}`")));
    assert_eq!(listed.collect::<BTreeSet<_>>(), asked);
}

#[test]
fn dependencies_come_from_one_registry_and_no_crate_of_ours_may_be_unsafe() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let sources: BTreeSet<&str> = lock
        .lines()
        .filter(|line| line.starts_with("source = "))
        .collect();
    let registry = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    assert_eq!(sources, BTreeSet::from([registry]));
    let manifests = manifests();
    assert!(manifests[0].contains("\nunsafe_code = \"forbid\"\n"));
    for manifest in &manifests {
        assert!(manifest.contains("[lints]\nworkspace = true\n"), "{manifest}");
    }
}

#[test]
fn a_release_stops_where_a_number_would_go_round() {
    let manifest = &manifests()[0];
    let release = manifest.split_once("\n[profile.release]\n").unwrap().1;
    let release = release.split_once("\n[").map_or(release, |(release, _)| release);
    assert!(release.contains("overflow-checks = true"), "{release}");
}

/// The manifests of the project's crates, that of the root first.
fn manifests() -> Vec<String> {
    let crates = fs::read_dir(root().join("crates")).unwrap();
    let folders = crates.map(|entry| entry.unwrap().path());
    [root().to_owned()]
        .into_iter()
        .chain(folders)
        .map(|folder| fs::read_to_string(folder.join("Cargo.toml")).unwrap())
        .collect()
}
