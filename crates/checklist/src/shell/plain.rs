//! Pipelines of plain words, which most commands are: cut without the grammar, which costs ten times as much. Anything that
//! could mean more to a shell is left to it.

use super::{NotUnderstood, Own, Pipeline, Script, Simple, hidden};
use crate::word;
use std::ops::Range;

/// Words that begin something else than a command.
const RESERVED: &[&str] = &[
    "if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "in",
    "select", "function", "time", "coproc",
];

/// The script of a plain pipeline. `None` where it is not plain.
pub fn read(text: &str) -> Option<Result<Script, NotUnderstood>> {
    let stages = cut(text)?;
    let script = || {
        let mut out = Vec::with_capacity(stages.len());
        for words in stages {
            let words = words.into_iter().map(|place| word::read(&text[place]));
            out.push(Simple {
                words: words.collect::<Result<_, _>>()?,
                ..Simple::default()
            });
        }
        Ok(Script {
            pipelines: vec![Pipeline {
                stages: out,
                negated: false,
                fallback: false,
            }],
            plain: true,
            own: Own::default(),
        })
    };
    Some(script())
}

/// The places of the words of each stage.
fn cut(text: &str) -> Option<Vec<Vec<Range<usize>>>> {
    let mut stages: Vec<Vec<Range<usize>>> = vec![Vec::new()];
    let mut start = None;
    let mut quote = None;
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (Some(b'"'), b'`' | b'\\') => return None,
            (Some(b'"'), b'$') => {
                let (_, next) = bytes.peek()?;
                if !next.is_ascii_alphabetic() && *next != b'_' {
                    return None;
                }
            }
            (Some(_), _) => {}
            (None, b' ' | b'|') => {
                let words = stages.last_mut()?;
                words.extend(start.take().map(|start| start..at));
                if byte == b'|' {
                    if words.is_empty() || bytes.peek().is_some_and(|(_, next)| matches!(next, b'|' | b'&')) {
                        return None;
                    }
                    stages.push(Vec::new());
                }
            }
            (None, b'\'' | b'"') => {
                quote = Some(byte);
                start.get_or_insert(at);
            }
            (None, byte) if byte.is_ascii_alphanumeric() || b"_./:=@%+,-^".contains(&byte) => {
                start.get_or_insert(at);
            }
            (None, _) => return None,
        }
    }
    stages.last_mut()?.extend(start.map(|start| start..text.len()));
    let commands = stages.iter().all(|words| {
        words
            .first()
            .map(|place| &text[place.clone()])
            .is_some_and(|first| !RESERVED.contains(&first) && !first.contains('='))
    });
    (quote.is_none() && commands && !text.chars().any(hidden)).then_some(stages)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the classifier: the short way and the grammar understand the same.
    #[test]
    fn plain_commands_are_understood_as_by_the_grammar() {
        let mut compared = 0;
        for row in include_str!("../classify/tests/commands.txt").lines() {
            let (_, command) = row.split_once(' ').expect("a row");
            let Some(short) = read(command) else {
                continue;
            };
            compared += 1;
            let long = super::super::grammar(command);
            assert_eq!(
                format!("{:?}", short.map(|script| script.pipelines)),
                format!("{:?}", long.map(|script| script.pipelines)),
                "{command}"
            );
        }
        assert!(compared > 500, "{compared}");
    }

    #[test]
    fn what_could_mean_more_is_left_to_the_grammar() {
        for text in [
            "if a",
            "! a",
            "a; b",
            "a && b",
            "a || b",
            "a |& b",
            "| a",
            "a |",
            "a=1 b",
            "a > b",
            "a $b",
            "a `b`",
            "a \"$(b)\"",
            "a # b",
            "a\nb",
            "a &",
            "(a)",
            "{ a; }",
            "a \\b",
            "a \"b",
            "a 'b",
            "",
            " ",
            "a \u{202e}",
            "a {b,c}",
            "a \"\\b\"",
        ] {
            assert!(read(text).is_none(), "{text:?}");
        }
    }
}
