//! What an author says outright in an HTML comment after an item: `<!-- gonogo: file mode<=0600 -->`.
//!
//! It wins over the words. `docs/format.md` describes the form. An unknown key is an error with a suggestion.

mod probes;

use crate::describe;
use crate::lint::{Findings, catalogue as c};
use domain::plan::{Item, Work};
use domain::probe::ProbeSpec;
use std::ops::Range;

/// Every key, for suggestions.
pub const KEYS: &[&str] = &[
    "optional",
    "attest",
    "http",
    "file",
    "env",
    "port",
    "listening",
    "certificate",
    "dns",
    "redirects",
    "tool",
    "memory",
    "disk",
    "clock",
    "git",
    "postgres",
    "redis",
    "docker",
    "prometheus",
    "metric",
];

/// What an annotation says.
enum Said {
    Optional,
    Attest,
    Probe(ProbeSpec),
}

/// Why an annotation cannot be used.
enum Wrong {
    Key(String),
    Value(String),
}

/// Applies a comment to its item. Comments that do not begin with `gonogo:` are no annotations.
pub fn apply(comment: &str, span: Range<usize>, item: &mut Item, findings: &mut Findings) {
    let Some(text) = annotation(comment) else { return };
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        match read(part, &item.text) {
            Ok(Said::Optional) => item.optional = true,
            Ok(Said::Attest) => settle(item, Work::Attestation, part, "somebody's word"),
            Ok(Said::Probe(spec)) => {
                let described = describe::probe(&spec);
                settle(item, Work::Probe { spec }, part, &described);
            }
            Err(Wrong::Key(message)) => findings.add(&c::UNKNOWN_ANNOTATION, span.clone(), message),
            Err(Wrong::Value(message)) => findings.add(&c::BAD_ANNOTATION, span.clone(), message),
        }
    }
}

/// An annotation that stands after no item.
pub fn stray(comment: &str, span: Range<usize>, findings: &mut Findings) {
    if annotation(comment).is_some() {
        findings.add(&c::BAD_ANNOTATION, span, "this annotation stands after no item");
    }
}

/// The text of an annotation, at most 2,000 bytes of it.
fn annotation(comment: &str) -> Option<&str> {
    let text = comment.trim().strip_prefix("gonogo:")?.trim();
    Some(&text[..text.floor_char_boundary(2000)])
}

fn settle(item: &mut Item, work: Work, part: &str, described: &str) {
    if item.work == Work::Parent {
        return;
    }
    item.work = work;
    item.why = format!(
        "{}: the annotation `{part}` says so; {described}",
        crate::infer::short(&item.text)
    );
}

/// Reads `key value…`.
fn read(part: &str, text: &str) -> Result<Said, Wrong> {
    let words = words(part);
    let Some((key, values)) = words.split_first() else {
        return Err(Wrong::Value("the annotation is empty".to_owned()));
    };
    let values = probes::Values::new(values, text);
    match key.as_str() {
        "optional" => values.none().map(|()| Said::Optional).map_err(Wrong::Value),
        "attest" => values.none().map(|()| Said::Attest).map_err(Wrong::Value),
        _ => match probes::read(key, values) {
            Some(spec) => spec.map(Said::Probe).map_err(Wrong::Value),
            None => Err(Wrong::Key(unknown(key))),
        },
    }
}

fn unknown(key: &str) -> String {
    let key: String = key.chars().take(40).collect();
    let nearest = KEYS.iter().map(|known| (distance(&key, known), known)).min();
    match nearest {
        Some((distance, known)) if distance <= 2.max(known.len() / 3) => {
            format!("`{key}` is no annotation; did you mean `{known}`?")
        }
        _ => format!("`{key}` is no annotation; the keys are {}", KEYS.join(", ")),
    }
}

/// Words at white space; double quotes hold words together.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => words.push(String::new()),
            c => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// How many letters must change (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (column, other) in to.iter().enumerate() {
            let cost = corner + usize::from(letter != *other);
            corner = row[column + 1];
            row[column + 1] = cost.min(corner + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use crate::compile;
    use domain::plan::Work;
    use domain::probe::{FileProbe, FileRule, ProbeSpec, Tool};
    use domain::quantity::Version;

    fn annotated(line: &str) -> (Work, Vec<String>) {
        let compiled = compile(format!("{line}\n").as_bytes());
        let work = compiled.plan.items().next().expect("an item").work.clone();
        (
            work,
            compiled
                .diagnostics
                .into_iter()
                .filter(|found| matches!(found.code.as_str(), "GNG005" | "GNG006"))
                .map(|found| found.message)
                .collect(),
        )
    }

    #[test]
    fn an_annotation_wins_over_the_words_and_takes_the_path_from_them() {
        let (work, wrong) = annotated(
            "- [ ] Passwords are safe in `credentials` <!-- gonogo: file mode<=0600 size>0B age<=24h -->",
        );
        let Work::Probe {
            spec: ProbeSpec::File(FileProbe { path, rules }),
        } = work
        else {
            panic!("{work:?}")
        };
        assert_eq!((path.as_str(), wrong), ("credentials", vec![]));
        assert_eq!(rules[0], FileRule::ModeAtMost(0o600));
        assert_eq!(rules[2], FileRule::AgeAtMost(86_400));
    }

    #[test]
    fn an_annotation_on_the_next_line_belongs_to_the_item_before_it() {
        let (work, wrong) = annotated("- [ ] Python is there\n<!-- gonogo: tool python>=3.12 -->");
        assert_eq!(
            work,
            Work::Probe {
                spec: ProbeSpec::Tool {
                    tool: Tool::Python,
                    at_least: Some(Version(vec![3, 12]))
                }
            }
        );
        assert!(wrong.is_empty());
    }

    #[test]
    fn a_misspelt_key_is_an_error_with_a_suggestion() {
        assert_eq!(
            annotated("- [ ] x <!-- gonogo: optinal -->").1,
            ["`optinal` is no annotation; did you mean `optional`?"]
        );
        assert_eq!(
            annotated("- [ ] x <!-- gonogo: file a mod<=0600 -->").1,
            [
                "`mod<=0600` is no rule of `file`: path, directory, absent, writable, not-empty, mode<=, age<=, size, contains="
            ]
        );
        assert_eq!(
            annotated("- [ ] x <!-- gonogo: file mode<=0600 -->").1,
            ["`file` names no path, and there is none in the words"]
        );
        assert!(annotated("- [ ] x <!-- todo: later -->").1.is_empty());
    }
}
