//! What an author says outright in an HTML comment after an item: `<!-- gonogo: file mode<=0600 -->`, or in a shell comment
//! before a command: `# gonogo: expect empty`.
//!
//! It wins over the words. `docs/format.md` describes the form. It is checked like code: an unknown key is an error with a
//! suggestion, a value that cannot be used says which can, and what contradicts itself is an error too.

mod apply;
mod command;
mod keys;
mod probes;
mod section;
mod window;

use crate::lint::{Findings, catalogue as c};
use crate::source::Source;
use domain::probe::ProbeSpec;
use domain::window::Timing;
use std::ops::Range;

pub use apply::{check, item};
pub use keys::nearest;
pub use section::{Above, section};
pub use window::{Timed, settle as settle_timings};

/// Longest annotation that is read, in bytes.
const LONGEST: usize = 2000;

/// Most parts that are read for one item.
const MOST: usize = 40;

/// Everything that the annotations of one item or check say.
#[derive(Default)]
pub struct Said {
    parts: Vec<(Part, Range<usize>, String)>,
}

/// One `key value…`.
enum Part {
    Optional,
    Attest,
    Action,
    Probe,
    Spec(Box<ProbeSpec>),
    Expect(command::Expected),
    Parameter { name: String, value: Option<String> },
    Timeout(u32),
    Role(String),
    Id(String),
    Section(section::Said),
    Window(Timing),
}

/// Why an annotation cannot be used.
enum Wrong {
    Key(String),
    Value(String),
}

impl Said {
    /// Reads a comment. One that does not begin with `gonogo:` is no annotation. `text` gives a path or an address that is
    /// left out.
    pub fn read(
        &mut self,
        comment: &str,
        span: &Range<usize>,
        text: &str,
        source: &Source,
        findings: &mut Findings,
    ) {
        let Some(annotation) = annotation(comment) else {
            return;
        };
        let start = source
            .slice(span.clone())
            .find(annotation)
            .map(|at| span.start + at);
        let place = |part: &Range<usize>| match start {
            Some(start) => start + part.start..start + part.end,
            None => span.clone(),
        };
        let parts = parts(annotation);
        if parts.is_empty() {
            findings.add(&c::BAD_ANNOTATION, span.clone(), "the annotation says nothing");
        }
        for range in parts {
            let (part, place) = (&annotation[range.clone()], place(&range));
            if self.parts.len() >= MOST {
                let message = format!("more than {MOST} things are said about one line");
                findings.add(&c::BAD_ANNOTATION, place, message);
                return;
            }
            let read =
                keys::read(part, text).and_then(|read| self.fits(&read).map(|()| read).map_err(Wrong::Value));
            match read {
                Ok(read) => self.parts.push((read, place, part.to_owned())),
                Err(Wrong::Key(message)) => findings.add(&c::UNKNOWN_ANNOTATION, place, message),
                Err(Wrong::Value(message)) => findings.add(&c::BAD_ANNOTATION, place, message),
            }
        }
    }

    /// It is said that the line is somebody's word.
    pub fn attests(&self) -> bool {
        self.parts.iter().any(|(part, ..)| matches!(part, Part::Attest))
    }

    /// When it is sampled, where that is said, and where it stands.
    pub fn timing(&self) -> Option<(Timing, Range<usize>)> {
        let mut said = self.parts.iter();
        said.find_map(|(part, place, _)| match part {
            Part::Window(timing) => Some((*timing, place.clone())),
            Part::Optional
            | Part::Attest
            | Part::Action
            | Part::Probe
            | Part::Spec(_)
            | Part::Expect(_)
            | Part::Parameter { .. }
            | Part::Timeout(_)
            | Part::Role(_)
            | Part::Id(_)
            | Part::Section(_) => None,
        })
    }

    /// It is said that the code in the line is a command.
    pub fn means_a_command(&self) -> bool {
        let command = |part: &Part| {
            matches!(
                part,
                Part::Action | Part::Probe | Part::Expect(_) | Part::Parameter { .. }
            )
        };
        self.parts.iter().any(|(part, ..)| command(part))
    }

    /// Nothing is said.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether a part neither repeats nor contradicts what was said.
    fn fits(&self, part: &Part) -> Result<(), String> {
        let other = self.parts.iter().find(|(before, ..)| before.excludes(part));
        match other {
            None => Ok(()),
            Some((before, _, words)) if before.key() == part.key() => Err(format!(
                "`{}` is said twice: `{words}` stands before it",
                part.key()
            )),
            Some((_, _, words)) => Err(format!(
                "`{}` contradicts `{words}`, which stands before it",
                part.key()
            )),
        }
    }
}

impl Part {
    fn key(&self) -> &'static str {
        match self {
            Part::Optional => "optional",
            Part::Attest => "attest",
            Part::Action => "action",
            Part::Probe => "probe",
            Part::Spec(_) => "a probe",
            Part::Expect(_) => "expect",
            Part::Parameter { .. } => "param",
            Part::Timeout(_) => "timeout",
            Part::Role(_) => "role",
            Part::Id(_) => "id",
            Part::Section(_) => "section",
            Part::Window(_) => "window",
        }
    }

    /// Whether the two cannot both be said.
    fn excludes(&self, other: &Part) -> bool {
        let settles = |part: &Part| matches!(part, Part::Attest | Part::Action | Part::Probe | Part::Spec(_));
        let unread = |part: &Part| matches!(part, Part::Attest | Part::Action | Part::Spec(_));
        match (self, other) {
            (Part::Parameter { name: one, .. }, Part::Parameter { name: two, .. }) => one == two,
            (Part::Expect(_), other) | (other, Part::Expect(_)) if unread(other) => true,
            (one, two) => one.key() == two.key() || (settles(one) && settles(two)),
        }
    }
}

/// The annotations in raw HTML, with the bytes of each comment within it.
pub fn comments(html: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = html[at..].find("<!--").map(|start| at + start) {
        let Some(end) = html[start + 4..].find("-->").map(|end| start + 4 + end) else {
            break;
        };
        found.push((html[start + 4..end].trim(), start..end + 3));
        at = end + 3;
    }
    found
}

/// Whether a comment is an annotation.
pub fn is_annotation(comment: &str) -> bool {
    annotation(comment).is_some()
}

/// An annotation where it can say nothing.
pub fn stray(comment: &str, span: Range<usize>, why: &str, findings: &mut Findings) {
    if is_annotation(comment) {
        findings.add(&c::BAD_ANNOTATION, span, why);
    }
}

/// The text of an annotation, at most 2,000 bytes of it.
fn annotation(comment: &str) -> Option<&str> {
    let text = comment.trim();
    let (name, rest) = text.split_at_checked("gonogo:".len())?;
    let text = name.eq_ignore_ascii_case("gonogo:").then(|| rest.trim())?;
    Some(text[..text.floor_char_boundary(LONGEST)].trim_end())
}

/// The parts between semicolons; double quotes hold a part together.
fn parts(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in text.char_indices().chain([(text.len(), ';')]) {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted || at == text.len() => {
                let part = &text[start..at];
                let lead = part.len() - part.trim_start().len();
                if !part.trim().is_empty() {
                    ranges.push(start + lead..start + lead + part.trim().len());
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    ranges
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
                "`mod<=0600` is no rule of `file`: path, directory, absent, writable, not-empty, mode<=, age<=, size, contains=, ends=, owner=, sha256=, checksums"
            ]
        );
        assert_eq!(
            annotated("- [ ] x <!-- gonogo: file mode<=0600 -->").1,
            ["`file` names no path, and there is none in the words"]
        );
        assert!(annotated("- [ ] x <!-- todo: later -->").1.is_empty());
    }
}
