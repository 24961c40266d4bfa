//! Options and operands among the words of a command.

/// The words after the leading options; `None` where one of those is not known, because it could take a value that
/// is then mistaken for the subcommand.
pub fn after_options<'a, 'b>(words: &'b [&'a str], valued: &[&str], flags: &[&str]) -> Option<&'b [&'a str]> {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        let name = word.split_once('=').map_or(*word, |(name, _)| name);
        at += match (valued.contains(&name), name.len() < word.len()) {
            (true, true) => 1,
            (true, false) => 2,
            (false, false) if flags.contains(&name) => 1,
            (false, _) => return None,
        };
    }
    words.get(at..)
}

/// The operands: what is no option. Options in `with_value` take the next word.
pub fn operands<'a>(words: &[&'a str], with_value: &[&str]) -> Vec<&'a str> {
    let mut out = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if with_value.contains(word) {
            words.next();
        } else if !word.starts_with('-') || *word == "-" {
            out.push(*word);
        }
    }
    out
}

/// Whether an option is among the words: `-i`, `-ni`, `--in-place`, `--in-place=x`, `--in-pl`.
pub fn has(words: &[&str], short: Option<char>, long: &str) -> bool {
    words.iter().any(|word| match word.strip_prefix("--") {
        Some(name) => {
            let name = name.split('=').next().unwrap_or(name);
            !long.is_empty() && !name.is_empty() && long.starts_with(name)
        }
        None => word
            .strip_prefix('-')
            .is_some_and(|letters| short.is_some_and(|short| letters.contains(short))),
    })
}
