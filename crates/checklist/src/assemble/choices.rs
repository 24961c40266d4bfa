//! Lines with several boxes, of which a person ticks one.

use crate::infer::{Inferred, short};
use crate::parse::Inline;
use crate::parse::choices::{Choice, named_together};
use crate::source::Source;
use domain::plan::Work;

/// The line as one item: "**Type:** Patch, Minor or Major". `None` without choices.
pub fn words(choices: &[Choice], source: &Source, inline: &Inline) -> Option<String> {
    let (first, last) = (choices.first()?, choices.last()?);
    let together = named_together(choices);
    let before = match inline.span.start < first.span.start {
        true => source.slice(inline.span.start..first.span.start),
        false => "",
    };
    let lead = match before.rfind([':', '：', '?', '？']) {
        Some(at) => {
            let behind = before[at..].chars().next().map_or(1, char::len_utf8);
            let marks = before[at + behind..]
                .chars()
                .take_while(|c| matches!(c, '*' | '_'))
                .count();
            format!("{} ", &before[..at + behind + marks])
        }
        // The cells of a row before the one with the boxes.
        None if before.trim().is_empty() => String::new(),
        None => format!("{}: ", before.trim_matches([' ', '\t', '|']).replace('|', " ")),
    };
    let rest = source.slice(last.span.end..inline.span.end.max(last.span.end));
    let lines: Vec<&str> = rest
        .lines()
        .skip(1)
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    Some(format!("{lead}{together} {}", lines.join(" ")).trim().to_owned())
}

/// A choice is a person's.
pub fn inferred(choices: &[Choice]) -> Inferred {
    Inferred {
        work: Work::Attestation,
        why: format!(
            "one of several boxes: a person says which and begins the note with it ({}); somebody's word",
            short(&named_together(choices))
        ),
        commands: Vec::new(),
    }
}
