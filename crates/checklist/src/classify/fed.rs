//! What comes into a command that hands it on.

use super::Effect;
use crate::shell::Simple;

/// `s_client` stands somewhere in a command, inside of a substitution or of an inner command too.
pub fn talks(stage: &Simple) -> bool {
    let assigned = stage.assignments.iter().map(|(_, value)| value);
    let mut words = stage.words.iter().chain(&stage.beside).chain(assigned);
    words.any(|word| word.raw.contains("s_client"))
}

/// `openssl s_client` says to the other side what comes in: nothing and `Q` only read.
pub fn fed(stage: &Simple, before: Option<&Simple>) -> Effect {
    let talks = talks(stage);
    let quiet = before.is_none_or(|before| {
        before.program() == Some("echo")
            && matches!(
                before.literal_arguments().as_deref(),
                Some([] | ["Q" | "q" | "-n" | ""])
            )
    });
    let quiet = quiet && stage.beside.is_empty();
    match talks && !quiet {
        true => Effect::unknown("`openssl s_client` sends what it is given"),
        false => Effect::Reads,
    }
}
