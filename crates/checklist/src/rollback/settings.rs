//! Lines that set a variable: an edit of a `.env` file, or something that later commands use.

use crate::shell::{self, Script};
use crate::word::Word;

/// Variables that a line sets, and nothing else.
pub struct Assignments {
    /// Name and value.
    pub pairs: Vec<(String, Word)>,
    /// They are given to the programs after it too.
    pub exported: bool,
}

impl Assignments {
    /// What a line of shell code sets, where it does nothing else.
    pub fn of(command: &str) -> Option<Self> {
        let script = shell::read(command).ok()?;
        let [pipeline] = script.pipelines.as_slice() else {
            return None;
        };
        let [stage] = pipeline.stages.as_slice() else {
            return None;
        };
        if pipeline.negated || !stage.redirects.is_empty() || !stage.beside.is_empty() {
            return None;
        }
        let exported = stage.program() == Some("export") && stage.assignments.is_empty();
        let pairs = match (stage.words.as_slice(), stage.assignments.as_slice()) {
            ([], [_, ..]) => stage.assignments.clone(),
            ([_, values @ ..], []) if exported => values.iter().map(pair).collect::<Option<Vec<_>>>()?,
            _ => return None,
        };
        (!pairs.is_empty()).then_some(Self { pairs, exported })
    }

    /// Name and value, where nothing of them is left to the shell or to be filled in.
    pub fn literal(&self) -> Option<Vec<(String, String)>> {
        let fixed = |value: &str| !value.chars().any(|c| c.is_control() || matches!(c, '<' | '>'));
        self.pairs
            .iter()
            .map(|(name, value)| {
                let value = value.literal.clone().filter(|value| fixed(value))?;
                Some((name.clone(), value))
            })
            .collect()
    }

    /// A value is what a command prints when the line is read.
    pub fn computed(&self) -> bool {
        self.pairs
            .iter()
            .any(|(_, value)| !value.substitutions.is_empty())
    }

    /// Whether a text uses one of the variables.
    pub fn used_in(&self, text: &str) -> bool {
        self.pairs.iter().any(|(name, _)| uses(text, name))
    }
}

/// `KEY=value` behind `export`.
fn pair(word: &Word) -> Option<(String, Word)> {
    let (name, value) = word.raw.split_once('=')?;
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let value = crate::word::read(value).ok()?;
    named.then(|| (name.to_owned(), value))
}

/// Whether a text names the variable `$name` or `${name…}`.
fn uses(text: &str, name: &str) -> bool {
    text.match_indices('$').any(|(at, _)| {
        let rest = &text[at + 1..];
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.strip_prefix(name)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    })
}

/// The `.env` file that words name: one below the work directory, and no template.
pub fn env_file(words: &str) -> Option<String> {
    let trimmed = words
        .split(|c: char| c.is_whitespace() || matches!(c, '`' | '"' | '\'' | '(' | ')' | '*'))
        .map(|word| word.trim_end_matches(['.', ',', ':', ';', '!', '?']));
    let plain = |word: &&str| {
        word.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'_' | b'-'))
    };
    let mut named = trimmed.filter(plain).filter(|word| is_env_file(word));
    named.next().map(str::to_owned)
}

/// Whether a path is one of a `.env` file that is in use.
pub fn is_env_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let shaped = name == ".env" || name.starts_with(".env.") || (name.ends_with(".env") && name.len() > 4);
    let lower = name.to_lowercase();
    let other = ["example", "template", "sample", "dist"]
        .iter()
        .chain(BACKUP)
        .any(|word| lower.contains(word));
    shaped && !other && is_below(path)
}

/// What the name of a copy says.
const BACKUP: &[&str] = &["backup", ".bak", ".old", ".orig", ".save", "previous"];

/// Whether a path stays below the work directory.
fn is_below(path: &str) -> bool {
    !path.starts_with(['/', '~', '-']) && !path.split('/').any(|part| part == "..")
}

/// The copy and what it replaces, of `cp .env.backup .env`.
pub fn restore(script: &Script) -> Option<(String, String)> {
    let [stage] = script.pipelines.first()?.stages.as_slice() else {
        return None;
    };
    let plain = script.plain && stage.redirects.is_empty() && stage.assignments.is_empty();
    let arguments = stage.literal_arguments()?;
    let [options @ .., from, to] = arguments.as_slice() else {
        return None;
    };
    let kept = options
        .iter()
        .all(|option| matches!(*option, "-f" | "-v" | "-fv" | "-vf" | "--force"));
    let lower = from.to_lowercase();
    let copy = BACKUP.iter().any(|word| lower.contains(word));
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let same = !name(to).is_empty() && name(to) != "." && name(from).starts_with(&name(to));
    let fits = plain && kept && copy && same && is_below(from) && is_below(to) && from != to;
    (stage.program() == Some("cp") && fits).then(|| ((*from).to_owned(), (*to).to_owned()))
}
