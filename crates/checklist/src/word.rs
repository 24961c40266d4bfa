//! One word of a command: what it is without quotes, which variables it names, which commands it runs.

mod ends;

use crate::shell::NotUnderstood;
use ends::{closing, computed};

pub use ends::computes;

/// Stands in [`Word::filled`] for what the shell fills in. A text with control characters is refused before it is read, so
/// that nobody can write it.
pub const FILLED: char = '\u{1}';

/// What a word can become once the shell has filled it in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Becomes {
    /// One word that is no option unless it is written as one.
    #[default]
    Operand,
    /// Several words, or an option: a variable without quotes stands at its start.
    Words,
    /// Whatever the author of the text wants: the output of a command, an argument, a default.
    Anything,
}

/// A word of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// As written.
    pub raw: String,
    /// Without quotes, where nothing in it is left to the shell.
    pub literal: Option<String>,
    /// Without quotes, with [`FILLED`] for each part that is left to the shell.
    pub filled: String,
    /// What it can become.
    pub becomes: Becomes,
    /// The variables that it names.
    pub variables: Vec<String>,
    /// The commands that it runs by `$(…)` or backticks.
    pub substitutions: Vec<String>,
}

impl Word {
    /// A word that another word gave: literal unless it holds [`FILLED`].
    pub fn given(text: &str) -> Self {
        Word {
            raw: text.to_owned(),
            literal: (!text.contains(FILLED)).then(|| text.to_owned()),
            filled: text.to_owned(),
            ..Word::default()
        }
    }
}

/// Reads a word.
///
/// # Errors
/// It is not complete, or holds something that is not known here.
pub fn read(raw: &str) -> Result<Word, NotUnderstood> {
    let itself = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:=@%+,-".contains(&byte);
    if raw.bytes().all(itself) {
        return Ok(Word::given(raw));
    }
    scan(raw, true)
}

/// Reads the body of a here-document, in which quotes mean nothing.
///
/// # Errors
/// As [`read`].
pub fn read_here_document(raw: &str) -> Result<Word, NotUnderstood> {
    scan(raw, false)
}

/// A word while it is read.
struct Scan {
    word: Word,
    plain: bool,
    double: bool,
}

impl Scan {
    fn push(&mut self, c: char) {
        self.word.filled.push(c);
    }

    /// Nothing but what the shell fills in stands before this place.
    fn at_start(&self) -> bool {
        self.word.filled.chars().all(|c| c == FILLED)
    }

    fn at_least(&mut self, becomes: Becomes) {
        if becomes == Becomes::Anything || self.word.becomes == Becomes::Operand {
            self.word.becomes = becomes;
        }
    }

    /// A pattern or a list in braces: its first letter is free where it stands at the start.
    fn pattern(&mut self, c: char) {
        if self.at_start() {
            self.at_least(Becomes::Anything);
        }
        self.plain = false;
        self.push(c);
    }

    fn variable(&mut self, name: &str) {
        // The author decides on arguments of functions and on what the shell remembers of the last command.
        let authors = name.is_empty()
            || name.starts_with("BASH")
            || name.bytes().all(|byte| byte.is_ascii_digit())
            || matches!(name, "_" | "REPLY" | "OPTARG" | "@" | "*");
        match (authors, self.double, self.at_start()) {
            (true, _, _) => self.at_least(Becomes::Anything),
            (false, false, true) => self.at_least(Becomes::Words),
            (false, _, _) => {}
        }
        self.plain = false;
        self.push(FILLED);
        self.word.variables.push(name.to_owned());
    }

    fn substitution(&mut self, command: &str) {
        if !self.double || self.at_start() {
            self.at_least(Becomes::Anything);
        }
        self.plain = false;
        self.push(FILLED);
        self.word.substitutions.push(command.to_owned());
    }

    fn finish(mut self) -> Word {
        let behind = self.word.filled.trim_start_matches(FILLED);
        let before = self.word.filled.split(FILLED).next().unwrap_or_default();
        let value = before.starts_with("--") && before.contains('=');
        if !self.plain && behind.starts_with('-') && !value {
            self.word.becomes = Becomes::Anything;
        }
        self.word.literal = self.plain.then(|| self.word.filled.clone());
        self.word
    }
}

fn scan(raw: &str, quotes: bool) -> Result<Word, NotUnderstood> {
    let mut scan = Scan {
        word: Word {
            raw: raw.to_owned(),
            ..Word::default()
        },
        plain: true,
        double: false,
    };
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\'' if quotes && !scan.double => {
                let end = after.find('\'').ok_or_else(open)?;
                scan.word.filled.push_str(&after[..end]);
                &after[end + 1..]
            }
            '"' if quotes => {
                scan.double = !scan.double;
                after
            }
            '\\' => escaped(after, &mut scan),
            '$' => dollar(after, &mut scan)?,
            '`' => {
                let end = after.find('`').ok_or_else(open)?;
                if after[..end].contains('\\') {
                    return Err(not("its backticks hold a backslash"));
                }
                scan.substitution(&after[..end]);
                &after[end + 1..]
            }
            other => {
                let unquoted = quotes && !scan.double;
                match other {
                    '*' | '?' if unquoted => scan.pattern(other),
                    '[' if unquoted && after.contains(']') => scan.pattern(other),
                    '{' if unquoted && after.contains('}') && after.contains([',', '.']) => {
                        scan.pattern(other)
                    }
                    '~' if unquoted && scan.word.filled.is_empty() => {
                        scan.plain = false;
                        scan.push('~');
                    }
                    other => scan.push(other),
                }
                after
            }
        };
    }
    if scan.double {
        return Err(open());
    }
    Ok(scan.finish())
}

/// What follows a backslash.
fn escaped<'a>(after: &'a str, scan: &mut Scan) -> &'a str {
    match after.chars().next() {
        Some(next) if scan.double && !matches!(next, '$' | '`' | '"' | '\\' | '\n') => {
            scan.push('\\');
            after
        }
        Some('\n') => &after[1..],
        Some(next) => {
            scan.push(next);
            &after[next.len_utf8()..]
        }
        None => after,
    }
}

fn open() -> NotUnderstood {
    not("a quote is not closed")
}

fn not(why: &str) -> NotUnderstood {
    NotUnderstood(why.to_owned())
}

fn name_at(text: &str) -> &str {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let end = text.bytes().position(|byte| !letters(byte)).unwrap_or(text.len());
    // `$12` is the first argument and a 2.
    let end = if text.starts_with(|c: char| c.is_ascii_digit()) {
        1
    } else {
        end
    };
    &text[..end]
}

/// What follows a `$`: the rest after what the shell fills in.
fn dollar<'a>(after: &'a str, scan: &mut Scan) -> Result<&'a str, NotUnderstood> {
    if let Some(inside) = after.strip_prefix("((") {
        let end = computed(inside).ok_or_else(|| not("it computes something that is not simple"))?;
        if scan.at_start() {
            scan.at_least(Becomes::Anything);
        }
        scan.plain = false;
        scan.push(FILLED);
        return Ok(&inside[end + 2..]);
    }
    if let Some(inside) = after.strip_prefix('(') {
        let end = closing(inside)
            .ok_or_else(|| not("a substitution is not closed, or holds more than a command"))?;
        scan.substitution(&inside[..end]);
        return Ok(&inside[end + 1..]);
    }
    if let Some(inside) = after.strip_prefix('{') {
        let end = inside.find('}').ok_or_else(|| not("a ${ is not closed"))?;
        braces(&inside[..end], scan)?;
        return Ok(&inside[end + 1..]);
    }
    if !scan.double && after.starts_with(['\'', '"']) {
        return Err(not("it holds a quote after a $"));
    }
    let name = name_at(after);
    if !name.is_empty() {
        scan.variable(name);
        return Ok(&after[name.len()..]);
    }
    if after.starts_with(['@', '*']) {
        scan.variable(&after[..1]);
        return Ok(&after[1..]);
    }
    if after.starts_with(['?', '!', '#', '$', '-']) {
        scan.plain = false;
        scan.push(FILLED);
        return Ok(&after[1..]);
    }
    scan.push('$');
    Ok(after)
}

/// `${name}`, with a default or a message that is one plain word, and its length.
fn braces(content: &str, scan: &mut Scan) -> Result<(), NotUnderstood> {
    let (counted, content) = match content.strip_prefix('#') {
        Some(name) if !name.is_empty() => (true, name),
        Some(_) | None => (false, content),
    };
    let name = name_at(content);
    let operation = &content[name.len()..];
    let value = operation.strip_prefix(':').unwrap_or(operation);
    let mut letters = value.chars();
    let known = match letters.next() {
        None => operation.is_empty(),
        Some('-' | '+') => {
            let word = letters.as_str();
            !word.starts_with('-')
                && word
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_-./:@".contains(c))
        }
        Some('?') => !value.contains(['$', '`', '\\', '\'', '"', '{']),
        Some('%' | '#') => operation == value && !value.contains(['$', '`', '\\', '\'', '"', '{']),
        Some(_) => false,
    };
    if !known || name.is_empty() || (counted && !operation.is_empty()) {
        return Err(not("it holds a ${ } that is not simple"));
    }
    scan.variable(name);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_come_off_and_what_the_shell_fills_in_is_not_literal() {
        let literal = |raw: &str| read(raw).expect("a word").literal;
        assert_eq!(literal("'a b'\"c\"\\ d").as_deref(), Some("a bc d"));
        assert_eq!(literal("\"$HOME/x\""), None);
        assert_eq!(literal("*.log"), None);
        assert_eq!(literal("'*.log'").as_deref(), Some("*.log"));
    }

    #[test]
    fn substitutions_are_found_inside_of_double_quotes_and_not_of_single_ones() {
        let word = read("\"backup_$(date +%Y).sql\"").expect("a word");
        assert_eq!(word.substitutions, ["date +%Y"]);
        assert!(read("'$(rm x)'").expect("a word").substitutions.is_empty());
        assert_eq!(
            read("\"$(echo \"$(rm x)\")\"").expect("a word").substitutions,
            ["echo \"$(rm x)\""]
        );
    }

    #[test]
    fn a_word_says_whether_it_can_become_an_option() {
        let becomes = |raw: &str| read(raw).expect("a word").becomes;
        for raw in [
            "\"$X/y\"",
            "a$X",
            "\"$X\"",
            "http://$HOST/x",
            "\"a $(date)\"",
            "${X:-8080}",
            "~/x",
        ] {
            let words = becomes(raw) == Becomes::Words && raw.starts_with("${");
            assert!(words || becomes(raw) == Becomes::Operand, "{raw}");
        }
        for raw in [
            "\"$X\"-delete",
            "\"$X-delete\"",
            "\"$(echo -delete)\"",
            "a$(echo ' -o f')",
            "{-delete,}",
            "*",
            "\"$1\"",
            "\"$_\"",
            "\"$@\"",
            "$((0-5))",
        ] {
            assert_eq!(becomes(raw), Becomes::Anything, "{raw}");
        }
        assert_eq!(becomes("$X"), Becomes::Words);
    }

    #[test]
    fn an_expansion_that_could_hide_a_command_is_not_understood() {
        assert!(read("${x:-$(rm y)}").is_err());
        assert!(read("\"open").is_err());
        for raw in [
            "$\"-delete\"",
            "${x:--delete}",
            "${!x}",
            "${x@P}",
            "$(echo # )\nrm x)",
            "$(cat <<E\n)\nrm x)",
            "$((a[$(rm x)]))",
            "`echo \\`rm\\``",
        ] {
            assert!(read(raw).is_err(), "{raw}");
        }
    }
}
