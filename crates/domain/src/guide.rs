//! Which troubleshooting guide is about what was seen: by the words that both have.

/// How many words a failure and the symptoms of a guide must share.
const ENOUGH: usize = 2;

/// Words that say nothing about what is wrong.
const COMMON: &[&str] = &[
    "about", "after", "also", "been", "before", "check", "could", "data", "does", "error", "failed", "fail",
    "first", "from", "have", "hour", "issue", "last", "less", "line", "logs", "minute", "more", "must",
    "need", "none", "return", "sample", "says", "second", "show", "since", "still", "than", "that", "then",
    "there", "they", "this", "thi", "were", "when", "which", "while", "with", "within", "won't", "would",
];

/// The guide whose words share the most with what was seen, and those words in their order; `None` where none shares enough: no
/// guide is better than the wrong one.
pub fn matching<'a, T>(
    guides: impl IntoIterator<Item = (T, &'a str)>,
    seen: &str,
) -> Option<(T, Vec<String>)> {
    let seen: Vec<String> = words(seen).collect();
    let mut best: Option<(T, Vec<String>)> = None;
    for (guide, symptoms) in guides {
        let mut shared: Vec<String> = Vec::new();
        for word in words(symptoms).filter(|word| seen.contains(word)) {
            if !shared.contains(&word) {
                shared.push(word);
            }
        }
        if shared.len() >= ENOUGH.max(best.as_ref().map_or(0, |(_, most)| most.len() + 1)) {
            best = Some((guide, shared));
        }
    }
    best
}

/// The words that say something, without their endings: "misses", "missing" and "miss" are one.
fn words(text: &str) -> impl Iterator<Item = String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const MISSES: &str = "Issue: High cache miss rate. Cache hit rate <60%. Little performance improvement";
    const SLOW: &str =
        "Issue: Slow queries still detected. Logs show \"SLOW QUERY\" warnings. API latency still high";
    const START: &str = "Issue: Redis won't start. `docker-compose ps redis` shows \"Exit 1\". Logs show \"Address already in use\"";

    fn found(seen: &str) -> Option<(usize, Vec<String>)> {
        matching([MISSES, SLOW, START].into_iter().enumerate(), seen)
    }

    #[test]
    fn the_guide_with_the_most_words_in_common_is_found_and_says_which() {
        assert_eq!(
            found("Cache hit rate stabilized >70%: 41 % of 900"),
            Some((0, vec!["cache".into(), "rate".into(), "hit".into()]))
        );
        assert_eq!(
            found("No slow queries in logs: 3 lines match \"SLOW QUERY\""),
            Some((1, vec!["slow".into(), "queri".into(), "query".into()]))
        );
    }

    #[test]
    fn one_word_or_words_that_say_nothing_are_no_match() {
        for seen in [
            "No errors in the logs: 1 line",
            "the cache is cold",
            "still failed after 5 minutes",
            "",
        ] {
            assert_eq!(found(seen), None, "{seen}");
        }
    }
}
