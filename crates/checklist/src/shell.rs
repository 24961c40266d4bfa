//! Shell text to commands: pipelines of simple commands with their words, redirections and substitutions.
//!
//! The grammar is `brush-parser`'s. It is exponential on unclosed parentheses and recurses on nesting, so that
//! what [`guard`] refuses is not given to it. What is not understood is never taken for a reading command.

mod plain;
mod walk;

use crate::word::Word;
use std::ops::Range;
use walk::Walk;

/// Longest text that is parsed, in bytes.
pub const LONGEST: usize = 16 * 1024;
/// Most brackets that may stay unclosed.
const MOST_OPEN: usize = 12;
/// Deepest nesting of brackets and keywords.
const DEEPEST: usize = 24;

/// A text that was understood.
#[derive(Clone, Debug)]
pub struct Script {
    /// All pipelines, those inside of groups, conditions and loops too, in order.
    pub pipelines: Vec<Pipeline>,
    /// One pipeline, with nothing around it.
    pub plain: bool,
    /// What the script gives itself: variables and functions.
    pub own: Own,
}

/// What a script gives itself, and what it does beside its commands.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Variables that only ever hold plain words which the text lists: those of loops.
    pub listed: Vec<String>,
    /// Variables that can hold anything: of loops over an output, and those that are assigned.
    pub free: Vec<String>,
    /// Functions, whose commands stand among the pipelines.
    pub functions: Vec<String>,
    /// Why it cannot be let run to its end, in words.
    pub endless: Option<&'static str>,
}

/// Commands that are joined by `|`.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The commands.
    pub stages: Vec<Simple>,
    /// `!` turns its outcome around.
    pub negated: bool,
    /// It runs only where the one before failed (`||`).
    pub fallback: bool,
}

/// A command with its words.
#[derive(Clone, Debug, Default)]
pub struct Simple {
    /// `NAME=value` before it.
    pub assignments: Vec<(String, Word)>,
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// Where its input comes from and its output goes.
    pub redirects: Vec<Redirect>,
    /// What it expands besides its words: here-documents, the values of a loop, the word of a `case`.
    pub beside: Vec<Word>,
}

/// A redirection.
#[derive(Clone, Debug)]
pub enum Redirect {
    /// Reads only, or joins two outputs.
    Reads {
        /// The file that is read, where it is one.
        file: Option<Word>,
    },
    /// Writes this file.
    Writes {
        /// The file.
        file: Word,
        /// `>>`
        append: bool,
    },
}

/// Why a text was not understood, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotUnderstood(pub String);

impl Simple {
    /// The program's name, where it is written out: `/usr/bin/git` is `git`.
    pub fn program(&self) -> Option<&str> {
        let name = self.words.first()?.literal.as_deref()?;
        let folders = ["/bin/", "/usr/bin/", "/usr/local/bin/", "/sbin/", "/usr/sbin/"];
        Some(
            folders
                .iter()
                .find_map(|folder| name.strip_prefix(folder))
                .unwrap_or(name),
        )
    }

    /// The arguments that are written out; `None` stands for one that only the shell knows.
    pub fn arguments(&self) -> Vec<Option<&str>> {
        self.words
            .iter()
            .skip(1)
            .map(|word| word.literal.as_deref())
            .collect()
    }

    /// All arguments, where every one of them is written out.
    pub fn literal_arguments(&self) -> Option<Vec<&str>> {
        self.arguments().into_iter().collect()
    }
}

/// Reads a shell text.
///
/// # Errors
/// Why it was not understood.
pub fn read(text: &str) -> Result<Script, NotUnderstood> {
    if text.len() > LONGEST {
        return Err(not("it is longer than 16 KiB"));
    }
    plain::read(text).unwrap_or_else(|| grammar(text))
}

fn grammar(text: &str) -> Result<Script, NotUnderstood> {
    guard(text)?;
    let options = brush_parser::ParserOptions::default();
    let mut parser =
        brush_parser::Parser::new(text.as_bytes(), &options, &brush_parser::SourceInfo::default());
    let program = parser
        .parse_program()
        .map_err(|_| not("it is not a complete shell command"))?;
    let mut walk = Walk {
        pipelines: Vec::new(),
        plain: true,
        own: Own::default(),
        lists: Vec::new(),
    };
    walk.program(&program)?;
    let plain = walk.plain && walk.pipelines.len() == 1;
    if walk.pipelines.is_empty() {
        return Err(not("there is no command in it"));
    }
    Ok(Script {
        pipelines: walk.pipelines,
        plain,
        own: walk.own,
    })
}

/// The bytes of each stage of a text that is one plain pipeline.
pub fn stages(text: &str) -> Option<Vec<Range<usize>>> {
    guard(text).ok()?;
    let tokens =
        brush_parser::uncached_tokenize_str(text, &brush_parser::TokenizerOptions::default()).ok()?;
    let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    offsets.push(text.len());
    let mut ranges = Vec::new();
    let mut start = 0;
    for token in tokens {
        if let brush_parser::Token::Operator(operator, place) = token
            && operator == "|"
        {
            ranges.push(start..*offsets.get(place.start.index)?);
            start = *offsets.get(place.end.index)?;
        }
    }
    ranges.push(start..text.len());
    Some(ranges)
}

fn not(reason: &str) -> NotUnderstood {
    NotUnderstood(reason.to_owned())
}

/// Refuses what the parser must not see.
fn guard(text: &str) -> Result<(), NotUnderstood> {
    if text.len() > LONGEST {
        return Err(not("it is longer than 16 KiB"));
    }
    if let Some(control) = text.chars().find(|c| hidden(*c)) {
        return Err(NotUnderstood(format!(
            "it holds the invisible character U+{:04X}",
            control as u32
        )));
    }
    let (mut depth, mut deepest, mut closes) = (0usize, 0usize, 0usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => {
                closes += 1;
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    let keywords = text.split(|c: char| !c.is_alphanumeric()).filter(|word| {
        matches!(
            *word,
            "if" | "for" | "while" | "until" | "case" | "select" | "function" | "elif"
        )
    });
    let marks = text.matches(['!', '`']).count() + text.matches("<<").count();
    if depth > MOST_OPEN {
        return Err(not("more than 12 brackets stay open"));
    }
    if deepest > DEEPEST || keywords.count() > DEEPEST || marks > 2 * DEEPEST || closes > 8 * DEEPEST {
        return Err(not("it is nested too deeply"));
    }
    Ok(())
}

/// Characters that a reader does not see: controls but tab and line feed, and those that turn the direction
/// of text around or take no room (Unicode TR 36, section 3.1).
pub fn hidden(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\t' | '\n');
    control
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || matches!(c, '\u{e0000}'..='\u{e007f}' | '\u{00ad}' | '\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_is_cut_at_its_bars_and_not_inside_of_quotes() {
        let text = "docker ps | grep 'a|b' | wc -l";
        let ranges = stages(text).expect("a pipeline");
        let parts: Vec<&str> = ranges.into_iter().map(|range| text[range].trim()).collect();
        assert_eq!(parts, ["docker ps", "grep 'a|b'", "wc -l"]);
    }

    #[test]
    fn umlauts_before_a_bar_do_not_shift_the_cut() {
        let text = "echo 'größe' | wc -l";
        let parts: Vec<&str> = stages(text)
            .expect("a pipeline")
            .into_iter()
            .map(|range| text[range].trim())
            .collect();
        assert_eq!(parts, ["echo 'größe'", "wc -l"]);
    }

    #[test]
    fn brackets_that_would_take_exponential_time_are_refused_first() {
        assert_eq!(
            read(&"(".repeat(500)).map(|_| ()),
            Err(not("more than 12 brackets stay open"))
        );
        let deep = format!("{}true{}", "$(".repeat(300), ")".repeat(300));
        assert_eq!(read(&deep).map(|_| ()), Err(not("it is nested too deeply")));
        assert!(read(&"a ".repeat(9000)).is_err());
    }

    #[test]
    fn control_and_bidirectional_characters_are_refused() {
        assert!(read("ls \u{202e}fdp.sh").is_err());
        assert!(read("ls \u{1b}[2J").is_err());
    }

    #[test]
    fn conditions_and_groups_give_all_their_commands() {
        let script = read("if test -f a; then (rm a; echo b); fi && ls").expect("understood");
        let programs: Vec<&str> = script
            .pipelines
            .iter()
            .filter_map(|pipeline| pipeline.stages.first()?.program())
            .collect();
        assert_eq!(programs, ["ls", "test", "rm", "echo"]);
        assert!(!script.plain);
    }
}
