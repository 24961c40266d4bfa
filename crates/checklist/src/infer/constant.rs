//! Commands that say what they are told to say: nothing of any state is read.

use crate::classify;
use crate::shell::{self, Redirect, Script, Simple};
use crate::word::Word;

/// Programs of which the words alone decide what they print and how they end.
const SAYS: &[&str] = &[
    "echo", "printf", "true", "false", ":", "seq", "expr", "sleep", "basename", "dirname", "numfmt", "exit",
];

/// Programs that hand on what comes in.
const FILTERS: &[&str] = &[
    "grep", "egrep", "fgrep", "head", "tail", "wc", "sort", "uniq", "tr", "cut", "sed", "awk", "cat", "jq",
    "rev", "tac", "nl", "true",
];

/// Options of `test` that look at a file, or at what the shell knows.
#[rustfmt::skip] // options in a row
const LOOKS: &[&str] = &[
    "-e", "-f", "-d", "-r", "-w", "-x", "-s", "-L", "-h", "-S", "-p", "-b", "-c", "-k", "-u", "-g", "-O", "-G", "-N", "-t", "-v", "-a",
    "-ef", "-nt", "-ot", "-o",
];

/// Whether a script says the same whatever the state is.
pub fn is(script: &Script) -> bool {
    let mut stages = script.pipelines.iter().peekable();
    stages.peek().is_some()
        && stages.all(|pipeline| {
            let mut behind = false;
            pipeline
                .stages
                .iter()
                .all(|stage| simple(stage, std::mem::replace(&mut behind, true)))
        })
}

fn simple(stage: &Simple, behind: bool) -> bool {
    let nothing = stage.redirects.iter().any(|redirect| {
        matches!(redirect, Redirect::Reads { file: Some(file) } if file.literal.as_deref() == Some("/dev/null"))
    });
    let opens = stage
        .redirects
        .iter()
        .any(|redirect| matches!(redirect, Redirect::Reads { file: Some(_) }) && !nothing);
    let words = stage.words.iter().chain(&stage.beside);
    !opens && words.clone().all(fixed) && says(&stage.words, behind || nothing)
}

/// Nothing but what is written, or what such a command prints.
fn fixed(word: &Word) -> bool {
    let inner = |text: &String| shell::read(text).is_ok_and(|script| is(&script));
    word.variables.is_empty() && word.substitutions.iter().all(inner)
}

fn says(words: &[Word], fed: bool) -> bool {
    let texts: Vec<&str> = words.iter().map(|word| word.filled.as_str()).collect();
    let Some((name, rest)) = texts.split_first() else {
        return false;
    };
    if let Some(count) = classify::wraps(name, rest).filter(|count| *count > 0) {
        return says(&words[words.len() - count..], fed);
    }
    match *name {
        name if SAYS.contains(&name) => true,
        name if fed && FILTERS.contains(&name) => true,
        "test" | "[" | "[[" => !rest.iter().any(|word| LOOKS.contains(word)),
        "awk" | "gawk" | "mawk" => {
            matches!(rest, [program] if program.trim_start().starts_with("BEGIN") && !program.contains("getline"))
        }
        "jq" | "yq" => rest.contains(&"-n") && rest.len() == 2,
        _ => false,
    }
}
