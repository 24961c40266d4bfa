//! What is said about how a command ends.

use crate::phrases::Lower;

/// "exit code 1": why it cannot be judged; 0 is asked of every command anyway.
pub fn exit_code(lower: &Lower) -> Option<String> {
    let after = [
        "exit code",
        "exit status",
        "exits with code",
        "exits with",
        "return code",
    ]
    .iter()
    .find_map(|words| Some(&lower[lower.find(words)? + words.len()..]))?;
    let digits: String = after
        .trim_start_matches(|c: char| !c.is_ascii_alphanumeric())
        .chars()
        .skip_while(|c| c.is_ascii_alphabetic() || *c == ' ')
        .take_while(char::is_ascii_digit)
        .collect();
    (digits != "0" && !digits.is_empty())
        .then(|| format!("the command must exit {digits}, and only exit 0 is taken for success"))
}
