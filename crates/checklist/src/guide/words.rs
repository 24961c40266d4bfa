//! The words of a text that say something.

/// Words that say nothing about what is wrong.
const COMMON: &[&str] = &[
    "about", "after", "all", "also", "and", "any", "are", "been", "before", "can", "check", "could", "data",
    "does", "error", "failed", "fail", "first", "for", "from", "has", "have", "hour", "issue", "its", "last",
    "less", "line", "logs", "minute", "more", "must", "need", "none", "return", "sample", "says", "second",
    "show", "since", "still", "than", "that", "the", "then", "there", "they", "this", "thi", "was", "were",
    "when", "which", "while", "with", "within", "won't", "would",
];

/// The words that say something, without their endings: "misses", "missing" and "miss" are one.
pub fn of(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(str::to_lowercase)
        .filter(|word| !COMMON.contains(&word.as_str()))
        .map(|word| {
            let stem = ["ing", "es", "ed", "s"]
                .iter()
                .find_map(|ending| word.strip_suffix(ending).filter(|stem| stem.chars().count() >= 3));
            stem.map(str::to_owned).unwrap_or(word)
        })
        .filter(|word| word.chars().count() >= 3 && !COMMON.contains(&word.as_str()))
}
