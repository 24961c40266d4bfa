//! Checklists in the styles that teams really write, each with truths that a person wrote down beside it.
//!
//! `NAME.truth` holds one fact a line: `boxes 23`; how many sections of each kind hold something (`preflight 2`);
//! the errors that are right (`error GNG010`); the document's commands, as `reads`, `changes`, `unsure`,
//! `project` (what the project's own code does) or `foreign` (changing, and nothing that one must know); and what the reason of a line must say or must never say
//! (`says 34 must be "active"`).

use crate::support::plan;
use checklist::report::render;
use checklist::{Compiled, compile};
use domain::plan::{Item, Section, SectionKind, Severity, Work};
use rstest::rstest;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

struct Document {
    name: String,
    text: String,
    compiled: Compiled,
    truth: Vec<(String, String)>,
}

impl Document {
    fn open(truth: &Path) -> Self {
        let text = std::fs::read_to_string(truth.with_extension("md")).expect("a document");
        let facts = std::fs::read_to_string(truth).expect("its truths");
        Self {
            name: truth.file_stem().expect("a name").to_string_lossy().into_owned(),
            compiled: compile(text.as_bytes()),
            text,
            truth: facts
                .lines()
                .filter_map(|line| line.split_once(' '))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    fn facts<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.truth
            .iter()
            .filter(move |(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    fn count(&self, key: &str) -> usize {
        self.facts(key)
            .next()
            .map_or(0, |value| value.parse().expect("a number"))
    }

    fn commands(&self) -> impl Iterator<Item = &str> {
        ["reads", "changes", "unsure", "project"]
            .into_iter()
            .flat_map(|key| self.facts(key))
    }
}

/// One command as the only box of a phase.
fn alone(command: &str) -> Item {
    let text = format!("## Phase 1: x\n\n- [ ] Do it: `` {command} ``\n");
    let plan = plan(&text);
    plan.items().next().expect("an item").clone()
}

/// Whether the program and what it is asked to do were recognised.
fn recognised(item: &Item) -> bool {
    !["is not known:", "not understood", "no command"]
        .into_iter()
        .any(|words| item.why.contains(words))
}

#[rstest]
fn a_document_in_the_styles_of_the_wild_compiles_to_this_plan(
    #[files("tests/documents/*.truth")] path: PathBuf,
) {
    let document = Document::open(&path);
    let name = document.name.replace('-', "_");
    insta::assert_snapshot!(
        name,
        render(
            &document.compiled,
            &document.text,
            &format!("{}.md", document.name)
        )
    );
}

#[rstest]
fn no_box_is_lost_and_none_is_invented(#[files("tests/documents/*.truth")] path: PathBuf) {
    let document = Document::open(&path);
    assert_eq!(document.compiled.plan.items().count(), document.count("boxes"));
}

#[rstest]
fn the_sections_are_of_the_kinds_that_a_reader_sees(#[files("tests/documents/*.truth")] path: PathBuf) {
    let document = Document::open(&path);
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for section in &document.compiled.plan.sections {
        if let Some(word) = counted(section) {
            *found.entry(word).or_default() += 1;
        }
    }
    let expected: BTreeMap<&str, usize> = KINDS
        .into_iter()
        .map(|kind| (kind, document.count(kind)))
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(found, expected);
}

const KINDS: [&str; 9] = [
    "preflight",
    "phase",
    "window",
    "benchmark",
    "rollback",
    "troubleshooting",
    "criteria",
    "sign-off",
    "follow-up",
];

/// The word for a section that counts: prose never does, and the kinds that are worked through need a line.
fn counted(section: &Section) -> Option<&'static str> {
    let works = !section.items.is_empty() || !section.checks.is_empty();
    match section.kind {
        SectionKind::Prose => None,
        SectionKind::Benchmark => Some("benchmark"),
        SectionKind::Rollback { .. } => Some("rollback"),
        SectionKind::Troubleshooting => Some("troubleshooting"),
        SectionKind::SignOff => Some("sign-off"),
        SectionKind::Preflight => works.then_some("preflight"),
        SectionKind::Phase { .. } => works.then_some("phase"),
        SectionKind::Window { .. } => works.then_some("window"),
        SectionKind::Criteria => works.then_some("criteria"),
        SectionKind::FollowUp => works.then_some("follow-up"),
    }
}

#[rstest]
fn no_error_is_found_that_is_none(#[files("tests/documents/*.truth")] path: PathBuf) {
    let document = Document::open(&path);
    let mut found: Vec<&str> = document
        .compiled
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.code.as_str())
        .collect();
    found.sort_unstable();
    let mut expected: Vec<&str> = document.facts("error").collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[rstest]
fn no_changing_command_is_a_probe_alone_or_in_its_place(#[files("tests/documents/*.truth")] path: PathBuf) {
    let document = Document::open(&path);
    let works: Vec<&Work> = document
        .compiled
        .plan
        .sections
        .iter()
        .flat_map(|section| {
            let items = section.items.iter().map(|item| &item.work);
            items.chain(section.checks.iter().map(|check| &check.work))
        })
        .collect();
    let unproved = ["changes", "foreign", "project"];
    for command in unproved.into_iter().flat_map(|key| document.facts(key)) {
        assert!(
            !matches!(alone(command).work, Work::Probe { .. }),
            "{command}: {}",
            alone(command).why
        );
        let escaped = serde_json::to_string(command).expect("a string");
        let inner = escaped.trim_matches('"');
        for work in &works {
            if let Work::Probe { spec } = work {
                let spec = serde_json::to_string(spec).expect("a probe");
                assert!(!spec.contains(inner), "{command} runs in {spec}");
            }
        }
    }
}

#[rstest]
fn a_reading_command_is_not_taken_for_a_changing_one(#[files("tests/documents/*.truth")] path: PathBuf) {
    let document = Document::open(&path);
    let taken: Vec<String> = document
        .facts("reads")
        .filter_map(|command| {
            let item = alone(command);
            matches!(item.work, Work::Action { .. }).then(|| format!("{command}: {}", item.why))
        })
        .collect();
    assert!(taken.is_empty(), "{taken:#?}");
}

#[rstest]
fn a_line_is_judged_by_what_its_author_means(#[files("tests/documents/*.truth")] path: PathBuf) {
    let document = Document::open(&path);
    let reason = |line: &str| -> String {
        let line: u32 = line.parse().expect("a line");
        let sections = &document.compiled.plan.sections;
        let items = sections.iter().flat_map(|section| &section.items);
        let checks = sections.iter().flat_map(|section| &section.checks);
        items
            .map(|item| (item.line, &item.why))
            .chain(checks.map(|check| (check.line, &check.why)))
            .find(|(at, _)| *at == line)
            .map(|(_, why)| why.clone())
            .unwrap_or_default()
    };
    for fact in document.facts("says") {
        let (line, words) = fact.split_once(' ').expect("a line and words");
        assert!(reason(line).contains(words), "{fact}: {}", reason(line));
    }
    for fact in document.facts("never") {
        let (line, words) = fact.split_once(' ').expect("a line and words");
        assert!(!reason(line).contains(words), "{fact}: {}", reason(line));
    }
}

#[rstest]
fn the_commands_of_the_truth_stand_in_the_document(#[files("tests/documents/*.truth")] path: PathBuf) {
    let document = Document::open(&path);
    for command in document.commands() {
        assert!(document.text.contains(command), "{command}");
    }
}

#[test]
fn four_of_five_commands_are_recognised_in_each_document_and_nine_of_ten_in_all() {
    let (mut known, mut all) = (0, 0);
    let mut poor = Vec::new();
    let mut unknown = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    for entry in std::fs::read_dir(folder).expect("the documents") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "truth") {
            continue;
        }
        let document = Document::open(&path);
        let (mut here, mut of) = (0, 0);
        for command in document.commands() {
            let item = alone(command);
            of += 1;
            if recognised(&item) {
                here += 1;
            } else {
                unknown.push(format!("{command}: {}", item.why));
            }
        }
        if here * 5 < of * 4 {
            poor.push(format!("{}: {here} of {of}", document.name));
        }
        known += here;
        all += of;
    }
    assert!(poor.is_empty(), "{poor:#?}\n{unknown:#?}");
    assert!(known * 10 >= all * 9, "{known} of {all}: {unknown:#?}");
}
