//! `$NAME` and `${NAME}` in the values of an environment's file and in written paths; `$$` is a dollar sign.

use chrono::{DateTime, Utc};
use domain::probe::day;

/// Fills in every reference.
///
/// # Errors
/// The name that has no value.
pub(crate) fn fill(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        filled.push_str(&rest[..dollar]);
        let after = &rest[dollar + 1..];
        if let Some(next) = after.strip_prefix('$') {
            filled.push('$');
            rest = next;
            continue;
        }
        match reference(after) {
            Some((name, next)) => {
                filled.push_str(&value(name).ok_or_else(|| name.to_owned())?);
                rest = next;
            }
            None => {
                filled.push('$');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Fills in `$(date +…)` as the shell of a command would, whose time zone is UTC. What it does not know stays as it is.
pub(crate) fn dates(text: &str, now: DateTime<Utc>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("$(date +") {
        let format = &rest[at + "$(date +".len()..];
        let Some((format, next)) = format.split_once(')').filter(|(format, _)| day::is_day(format)) else {
            break;
        };
        filled.push_str(&rest[..at]);
        filled.push_str(&now.format(format).to_string());
        rest = next;
    }
    filled + rest
}

/// Whether `name` can be the name of a variable.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name_length(name) == name.len()
}

/// The name at the beginning of `text`, without its braces, and what follows.
fn reference(text: &str) -> Option<(&str, &str)> {
    if let Some(inner) = text.strip_prefix('{') {
        let (name, next) = inner.split_once('}')?;
        return is_name(name).then_some((name, next));
    }
    let length = name_length(text);
    (length > 0).then(|| text.split_at(length))
}

fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
