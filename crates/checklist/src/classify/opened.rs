//! Files that the shell opens for a command.

use super::Effect;
use crate::word::Word;

/// `< FILE`: a name that is written out. A shell opens a connection for some names below `/dev`.
pub fn reads(file: &Word) -> Effect {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | ' ' | '+' | ',' | '=');
    let known = file.literal.as_deref().is_some_and(|name| {
        let device = name.contains("/dev/") && !matches!(name, "/dev/null" | "/dev/stdin");
        name.chars().all(plain) && !device
    });
    Effect::reads_if(known, format!("what is read from `{}` is not known", file.raw))
}

/// `> FILE`
pub fn writes(file: &Word) -> Effect {
    match file.literal.as_deref() {
        Some("/dev/null" | "/dev/stdout" | "/dev/stderr") => Effect::Reads,
        Some(_) | None => Effect::changes(format!("it writes `{}`", file.raw)),
    }
}
