//! What a heading means: which kind of section it opens, in how many minutes, and what is left as its title.

use crate::measure;
use domain::plan::SectionKind;
use domain::quantity::Unit;

/// What the words of a heading say.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    /// Its kind by its own words.
    pub kind: Option<SectionKind>,
    /// "Phase 2": the number.
    pub number: Option<u32>,
    /// "(10 minutes)", "within 1 hour", "< 5 minutes".
    pub minutes: Option<u32>,
    /// Its own words are weak: the heading above decides, where there is one.
    pub weak: bool,
    /// The words without number and minutes.
    pub title: String,
}

/// Reads a heading.
pub fn read(words: &str) -> Meaning {
    let text = words
        .trim()
        .trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '`' | '[' | '('));
    let (number, rest) = leading_number(text);
    let (title, minutes) = without_minutes(rest);
    let title = without_prefix(&title);
    let title = without_numbering(&title).to_owned();
    let lower = text.to_lowercase();
    let own = kind(&lower, number, minutes);
    let weak = own.is_none()
        && ["verif", "validat", "monitor", "confirm"]
            .iter()
            .any(|word| lower.contains(word));
    let own = if weak {
        Some(SectionKind::Window {
            minutes: minutes.unwrap_or(0),
        })
    } else {
        own
    };
    let title = if title.is_empty() { text.to_owned() } else { title };
    Meaning {
        kind: own,
        number,
        weak,
        minutes,
        title,
    }
}

/// The kind of a section from its own heading and the kind that the heading above it has.
pub fn resolve(own: &Meaning, above: Option<SectionKind>) -> SectionKind {
    let inherited = above.map(|kind| with_minutes(kind, own));
    match (own.kind, above) {
        (Some(own_kind), Some(above)) if holds_its_own(above) && !names_a_chapter(own_kind) => {
            with_minutes(above, own)
        }
        (Some(_), Some(above)) if own.weak => with_minutes(above, own),
        (Some(kind), _) => kind,
        (None, _) => inherited.unwrap_or(SectionKind::Prose),
    }
}

/// A chapter whose parts belong to it whatever their words: "Before Deployment" below "Benchmarks".
fn holds_its_own(kind: SectionKind) -> bool {
    match kind {
        SectionKind::Benchmark
        | SectionKind::Rollback { .. }
        | SectionKind::Troubleshooting
        | SectionKind::Criteria
        | SectionKind::SignOff
        | SectionKind::FollowUp => true,
        SectionKind::Preflight
        | SectionKind::Phase { .. }
        | SectionKind::Window { .. }
        | SectionKind::Prose => false,
    }
}

fn names_a_chapter(kind: SectionKind) -> bool {
    match kind {
        SectionKind::Rollback { .. } | SectionKind::Troubleshooting | SectionKind::SignOff => true,
        SectionKind::Benchmark
        | SectionKind::Criteria
        | SectionKind::FollowUp
        | SectionKind::Preflight
        | SectionKind::Phase { .. }
        | SectionKind::Window { .. }
        | SectionKind::Prose => false,
    }
}

fn with_minutes(kind: SectionKind, own: &Meaning) -> SectionKind {
    match kind {
        SectionKind::Phase { .. } => SectionKind::Phase {
            number: own.number.unwrap_or(0),
            minutes: own.minutes,
        },
        SectionKind::Window { minutes } => SectionKind::Window {
            minutes: own.minutes.unwrap_or(minutes),
        },
        SectionKind::Rollback { .. } => SectionKind::Rollback { minutes: own.minutes },
        SectionKind::Preflight
        | SectionKind::Benchmark
        | SectionKind::Troubleshooting
        | SectionKind::Criteria
        | SectionKind::SignOff
        | SectionKind::FollowUp
        | SectionKind::Prose => kind,
    }
}

/// Words that tell what a section is for; the first line that matches decides.
const KINDS: &[(&[&str], Kind)] = &[
    (
        &[
            "rollback",
            "roll back",
            "roll-back",
            "back-out",
            "backout",
            "revert",
        ],
        Kind::Rollback,
    ),
    (
        &[
            "troubleshoot",
            "issue:",
            "problem:",
            "common issues",
            "known issues",
            "if something goes wrong",
        ],
        Kind::Trouble,
    ),
    (
        &["sign-off", "sign off", "signoff", "signatures", "approvals"],
        Kind::SignOff,
    ),
    (
        &[
            "success criteria",
            "acceptance criteria",
            "exit criteria",
            "success metrics",
            "definition of done",
            "go/no-go",
        ],
        Kind::Criteria,
    ),
    (
        &[
            "next steps",
            "follow-up",
            "follow up",
            "followup",
            "future improvements",
            "ongoing maintenance",
        ],
        Kind::FollowUp,
    ),
    (&["benchmark", "baseline"], Kind::Benchmark),
    (
        &[
            "pre-deploy",
            "pre deploy",
            "predeploy",
            "preflight",
            "pre-flight",
            "prerequisite",
            "pre-requisite",
            "before deploy",
            "before you",
            "before the deploy",
            "pre-launch",
            "prelaunch",
            "pre-release",
            "preparation",
            "requirements",
        ],
        Kind::Preflight,
    ),
    (
        &[
            "post-deploy",
            "post deploy",
            "postdeploy",
            "after deploy",
            "after the deploy",
            "post-launch",
            "post-release",
            "smoke test",
        ],
        Kind::Window,
    ),
    (
        &[
            "deploy",
            "release",
            "install",
            "rollout",
            "roll-out",
            "upgrade",
            "go-live",
            "go live",
            "launch",
            "migration",
        ],
        Kind::Phase,
    ),
];

#[derive(Clone, Copy)]
enum Kind {
    Rollback,
    Trouble,
    SignOff,
    Criteria,
    FollowUp,
    Benchmark,
    Preflight,
    Window,
    Phase,
}

fn kind(lower: &str, number: Option<u32>, minutes: Option<u32>) -> Option<SectionKind> {
    let by_words = KINDS
        .iter()
        .find(|(words, _)| words.iter().any(|word| lower.contains(word)))
        .map(|(_, kind)| *kind);
    let due = minutes.filter(|_| {
        ["within", "after", "first ", "t+"]
            .iter()
            .any(|word| lower.contains(word))
    });
    match by_words {
        Some(Kind::Rollback) => Some(SectionKind::Rollback { minutes }),
        Some(Kind::Trouble) => Some(SectionKind::Troubleshooting),
        Some(Kind::SignOff) => Some(SectionKind::SignOff),
        Some(
            Kind::Criteria | Kind::FollowUp | Kind::Benchmark | Kind::Preflight | Kind::Window | Kind::Phase,
        )
        | None
            if number.is_some() =>
        {
            Some(SectionKind::Phase {
                number: number.unwrap_or(0),
                minutes,
            })
        }
        Some(Kind::Criteria) => Some(SectionKind::Criteria),
        Some(Kind::FollowUp) => Some(SectionKind::FollowUp),
        Some(Kind::Benchmark) => Some(SectionKind::Benchmark),
        Some(Kind::Preflight) => Some(SectionKind::Preflight),
        Some(Kind::Window) => Some(SectionKind::Window {
            minutes: minutes.unwrap_or(0),
        }),
        Some(Kind::Phase) | None if due.is_some() => Some(SectionKind::Window {
            minutes: due.unwrap_or(0),
        }),
        Some(Kind::Phase) => Some(SectionKind::Phase { number: 0, minutes }),
        None => None,
    }
}

/// "Phase 2: Database" gives 2 and "Database".
fn leading_number(text: &str) -> (Option<u32>, &str) {
    let lower = text.to_lowercase();
    for word in ["phase", "step", "stage"] {
        let Some(rest) = lower.strip_prefix(word) else {
            continue;
        };
        let digits = rest.trim_start();
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            continue;
        }
        let at = lower.len() - digits.len();
        let (Some(number), Some(rest)) = (text.get(at..at + count), text.get(at + count..)) else {
            continue;
        };
        return (
            number.parse().ok(),
            rest.trim_start_matches([':', '.', ')', '-', '–', '—', ' ']),
        );
    }
    (None, text)
}

/// Takes a parenthesis that holds a duration off the title: "(within 1 hour)".
fn without_minutes(text: &str) -> (String, Option<u32>) {
    if let (Some(open), Some(close)) = (text.rfind('('), text.rfind(')'))
        && open < close
        && let Some(minutes) = duration(&text[open + 1..close])
    {
        return (
            format!("{} {}", text[..open].trim_end(), text[close + 1..].trim())
                .trim()
                .to_owned(),
            Some(minutes),
        );
    }
    (text.trim().to_owned(), duration(text))
}

/// The last duration in the words, in whole minutes, rounded up.
fn duration(text: &str) -> Option<u32> {
    let measures = measure::find(text);
    let last = measures
        .iter()
        .rev()
        .find(|measure| measure.unit == Unit::Milliseconds)?;
    let minutes = (last.value / 60_000.0).ceil();
    (1.0..=1e6).contains(&minutes).then_some(minutes as u32)
}

/// "1. Preparation", "2) Deploy": the numbering is no part of the title.
fn without_numbering(title: &str) -> &str {
    let digits = title
        .bytes()
        .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
        .count();
    let (number, behind) = title.split_at(digits);
    let rest = behind.trim_start_matches([')', ':']);
    let numbered =
        digits > 0 && rest.starts_with(' ') && (number.ends_with('.') || behind.len() > rest.len());
    if numbered { rest.trim_start() } else { title }
}

fn without_prefix(title: &str) -> String {
    let lower = title.to_lowercase();
    let prefix = ["issue:", "problem:", "issue -", "problem -"]
        .iter()
        .find(|prefix| lower.starts_with(**prefix));
    prefix
        .and_then(|prefix| title.get(prefix.len()..))
        .unwrap_or(title)
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_has_a_number_and_minutes() {
        let meaning = read("Phase 2: Database Optimization (15 minutes)");
        assert_eq!(
            meaning.kind,
            Some(SectionKind::Phase {
                number: 2,
                minutes: Some(15)
            })
        );
        assert_eq!(meaning.title, "Database Optimization");
    }

    #[test]
    fn windows_are_due_in_minutes_whatever_the_unit() {
        let kind = |words| read(words).kind;
        assert_eq!(
            kind("Immediate Checks (within 5 minutes)"),
            Some(SectionKind::Window { minutes: 5 })
        );
        assert_eq!(
            kind("Short-term Monitoring (within 1 hour)"),
            Some(SectionKind::Window { minutes: 60 })
        );
        assert_eq!(
            kind("📈 First 24 hours"),
            Some(SectionKind::Window { minutes: 1440 })
        );
    }

    #[test]
    fn rollback_tiers_keep_their_budget() {
        let meaning = read("Immediate Rollback (< 5 minutes)");
        assert_eq!(meaning.kind, Some(SectionKind::Rollback { minutes: Some(5) }));
        assert_eq!(meaning.title, "Immediate Rollback");
    }

    #[test]
    fn parts_of_a_chapter_stay_in_it() {
        let before = read("Before Deployment");
        assert_eq!(
            resolve(&before, Some(SectionKind::Benchmark)),
            SectionKind::Benchmark
        );
        assert_eq!(resolve(&before, None), SectionKind::Preflight);
        assert_eq!(
            read("Issue: Redis won't start").kind,
            Some(SectionKind::Troubleshooting)
        );
    }
}
