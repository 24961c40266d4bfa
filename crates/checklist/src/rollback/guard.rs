//! Words around a step that say that it is not simply to be done.

use crate::phrases::Lower;

/// Why a person judges whether a step is to be done at all, where its words say so.
pub fn open(words: &str) -> Option<&'static str> {
    let lower = Lower::of(words);
    let start = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    if starts(start, CONDITIONS) || (lower.any(WITHIN) && !starts(start, LOOKS)) {
        return Some("it depends on a condition, which a person judges");
    }
    if starts(start, CHOICES) {
        return Some("it is one of several ways, between which a person chooses");
    }
    denied(&lower).then_some("the words say what not to do")
}

/// As [`open`], of the words above several steps: that something went wrong is why anybody is here.
pub fn open_above(words: &str) -> Option<&'static str> {
    let lower = Lower::of(words);
    match lower.any(WRONG) && !starts(&lower, CHOICES) {
        true => None,
        false => open(words),
    }
}

/// Whether the words are a heading for when to roll back, or for whom to call, and not for steps.
pub fn for_reading(words: &str) -> bool {
    Lower::of(words).any(READING)
}

/// Whether the words say that it must not be done in production.
pub fn development_only(words: &str) -> bool {
    Lower::of(words).any(DEVELOPMENT)
}

/// Whether the words ask to look, and not to do.
pub fn looks(words: &str) -> bool {
    let lower = Lower::of(words);
    starts(lower.trim_start_matches(|c: char| !c.is_alphanumeric()), LOOKS)
}

fn starts(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        text.strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    })
}

fn denied(lower: &Lower) -> bool {
    lower.any(&["do not ", "don't ", "don’t ", "never ", "avoid ", "must not "])
        && !lower.any(&[
            "does not",
            "do not skip",
            "never in production",
            "do not run in production",
        ])
}

const CONDITIONS: &[&str] = &[
    "if",
    "only if",
    "when",
    "unless",
    "in case",
    "otherwise",
    "else",
    "falls",
    "wenn",
    "si",
    "se",
    "caso",
    "если",
    "如果",
];

const WITHIN: &[&str] = &[
    "if needed",
    "if necessary",
    "if required",
    "if applicable",
    "if it was",
    "if they were",
    "if the ",
    "if you ",
    "as needed",
    "where needed",
    "(optional",
    "optional:",
    "only when ",
    "only if ",
];

const CHOICES: &[&str] = &[
    "option",
    "alternative",
    "alternatively",
    "or",
    "either",
    "method",
    "variant",
    "instead",
];

const WRONG: &[&str] = &[
    "issue",
    "problem",
    "goes wrong",
    "went wrong",
    "deployment fail",
    "release fail",
    "deploy fail",
    "rollback is",
    "roll back is",
    "to roll back",
    "rollback needed",
    "something",
    "anything",
];

const READING: &[&str] = &[
    "trigger",
    "criteria",
    "when to roll",
    "conditions",
    "contact",
    "decision",
    "reasons to",
    "escalat",
    "roll back if",
    "rollback if",
];

const DEVELOPMENT: &[&str] = &[
    "development only",
    "development-only",
    "dev only",
    "dev-only",
    "only in development",
    "only on development",
    "only for development",
    "non-production only",
    "not in production",
    "never in production",
    "never on production",
    "not for production",
    "do not run in production",
    "don't run in production",
    "staging only",
];

const LOOKS: &[&str] = &[
    "verify",
    "verified",
    "check",
    "confirm",
    "confirmed",
    "ensure",
    "make sure",
    "validate",
    "test",
    "monitor",
    "smoke test",
    "see that",
    "prüfen",
    "vérifier",
    "verificar",
    "проверить",
];
