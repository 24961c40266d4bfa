//! One word of a command: what it is without quotes, which variables it names, which commands it runs.

use crate::shell::NotUnderstood;

/// A word of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// As written.
    pub raw: String,
    /// Without quotes, where nothing in it is left to the shell.
    pub literal: Option<String>,
    /// The variables that it names.
    pub variables: Vec<String>,
    /// The commands that it runs by `$(…)` or backticks.
    pub substitutions: Vec<String>,
}

/// Reads a word.
///
/// # Errors
/// It is not complete, or holds something that is not known here.
pub fn read(raw: &str) -> Result<Word, NotUnderstood> {
    scan(raw, true)
}

/// Reads the body of a here-document, in which quotes mean nothing.
///
/// # Errors
/// As [`read`].
pub fn read_here_document(raw: &str) -> Result<Word, NotUnderstood> {
    scan(raw, false)
}

fn scan(raw: &str, quotes: bool) -> Result<Word, NotUnderstood> {
    let mut word = Word {
        raw: raw.to_owned(),
        ..Word::default()
    };
    let mut literal = String::new();
    let mut plain = true;
    let mut double = false;
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\'' if quotes && !double => {
                let end = after.find('\'').ok_or_else(open)?;
                literal.push_str(&after[..end]);
                &after[end + 1..]
            }
            '"' if quotes => {
                double = !double;
                after
            }
            '\\' => match after.chars().next() {
                Some(next) if double && !matches!(next, '$' | '`' | '"' | '\\' | '\n') => {
                    literal.push('\\');
                    after
                }
                Some('\n') => &after[1..],
                Some(next) => {
                    literal.push(next);
                    &after[next.len_utf8()..]
                }
                None => after,
            },
            '$' => {
                let (rest, expands) = dollar(after, double, &mut word, &mut literal)?;
                plain &= !expands;
                rest
            }
            '`' => {
                let end = after.find('`').ok_or_else(open)?;
                word.substitutions.push(after[..end].to_owned());
                plain = false;
                &after[end + 1..]
            }
            '*' | '?' if quotes && !double => {
                plain = false;
                after
            }
            '[' if quotes && !double && after.contains(']') => {
                plain = false;
                after
            }
            '{' if quotes && !double && after.contains('}') && after.contains([',', '.']) => {
                plain = false;
                after
            }
            '~' if quotes && !double && literal.is_empty() => {
                plain = false;
                after
            }
            other => {
                literal.push(other);
                after
            }
        };
    }
    if double {
        return Err(open());
    }
    word.literal = plain.then_some(literal);
    Ok(word)
}

fn open() -> NotUnderstood {
    NotUnderstood("a quote is not closed".to_owned())
}

/// What follows a `$`: the rest after it, and whether the shell fills something in.
fn dollar<'a>(
    after: &'a str,
    double: bool,
    word: &mut Word,
    literal: &mut String,
) -> Result<(&'a str, bool), NotUnderstood> {
    let name_length = after
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    if after.starts_with("((") {
        return Err(NotUnderstood("it computes".to_owned()));
    }
    if let Some(inside) = after.strip_prefix('(') {
        let end = closing(inside).ok_or_else(|| NotUnderstood("a substitution is not closed".to_owned()))?;
        word.substitutions.push(inside[..end].to_owned());
        return Ok((&inside[end + 1..], true));
    }
    if let Some(inside) = after.strip_prefix('{') {
        let end = inside
            .find('}')
            .ok_or_else(|| NotUnderstood("a ${ is not closed".to_owned()))?;
        let content = &inside[..end];
        let length = content
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count();
        if content[length..].contains(['$', '`', '\'', '"', '{'])
            || content[length..].starts_with(['=', '@'])
            || content[length..].starts_with(":=")
        {
            return Err(NotUnderstood("it holds a ${ } that is not simple".to_owned()));
        }
        word.variables.push(content[..length].to_owned());
        return Ok((&inside[end + 1..], true));
    }
    if after.starts_with('\'') && !double {
        return Err(NotUnderstood("it holds a $' quote".to_owned()));
    }
    if name_length > 0 {
        word.variables.push(after[..name_length].to_owned());
        return Ok((&after[name_length..], true));
    }
    if after.starts_with(['?', '!', '#', '@', '*', '$', '-']) {
        return Ok((&after[1..], true));
    }
    literal.push('$');
    Ok((after, false))
}

/// Where the bracket that was opened before `text` closes, quotes respected.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, c) {
            (None | Some('"'), '\\') => escaped = true,
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
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
    fn an_expansion_that_could_hide_a_command_is_not_understood() {
        assert!(read("${x:-$(rm y)}").is_err());
        assert!(read("\"open").is_err());
    }
}
