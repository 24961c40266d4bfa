//! Blocks for Windows: PowerShell, and the batch language of its command prompt.

use super::{LONGEST, Line, add};
use crate::annotation;
use crate::parse::{Fence, FenceLine};

/// Which of its two shells a block is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// PowerShell.
    PowerShell,
    /// `cmd.exe`
    Prompt,
}

impl Dialect {
    /// Its name for people.
    pub fn word(self) -> &'static str {
        match self {
            Dialect::PowerShell => "PowerShell",
            Dialect::Prompt => "the command prompt of Windows",
        }
    }

    /// The comment that a line is.
    fn comment(self, text: &str) -> Option<&str> {
        match self {
            Dialect::PowerShell => text.strip_prefix('#').map(|rest| rest.trim_start_matches('#')),
            Dialect::Prompt => {
                let rem = text
                    .get(..4)
                    .is_some_and(|word| word.eq_ignore_ascii_case("rem "));
                let alone = text.eq_ignore_ascii_case("rem");
                let rest = rem.then(|| &text[4..]).or(alone.then_some(""));
                rest.or_else(|| text.strip_prefix("::"))
            }
        }
    }

    /// Whether a line only sets up how the block itself runs.
    fn frames(self, text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        let label = lower.starts_with(':') && !lower.contains(' ');
        let first = lower.split_whitespace().next().unwrap_or_default();
        let echo = matches!(lower.as_str(), "@echo off" | "echo off");
        self == Dialect::Prompt && (label || echo || matches!(first, "setlocal" | "endlocal"))
    }
}

/// The shell of Windows that a block is written for, by its language.
pub fn dialect(fence: &Fence) -> Option<Dialect> {
    match fence.language.as_str() {
        "powershell" | "pwsh" | "ps1" | "posh" => Some(Dialect::PowerShell),
        "cmd" | "bat" | "batch" | "dos" => Some(Dialect::Prompt),
        _ => None,
    }
}

/// The commands of such a block.
pub fn lines(fence: &Fence, dialect: Dialect) -> Vec<Line> {
    let has_prompts = fence.lines.iter().any(|line| prompted(&line.text).is_some());
    let mut out: Vec<Line> = Vec::new();
    let (mut said, mut annotations) = (None, Vec::new());
    let mut at = 0;
    while let Some(line) = fence.lines.get(at) {
        let text = line.text.trim();
        at += 1;
        if dialect == Dialect::PowerShell && text.starts_with("<#") {
            at += fence.lines[at - 1..]
                .iter()
                .position(|line| line.text.contains("#>"))
                .unwrap_or(fence.lines.len());
            continue;
        }
        let indent = line.text.len() - line.text.trim_start().len();
        let start = line.start + indent;
        if let Some(comment) = dialect.comment(text) {
            let comment = comment.trim();
            match out.last_mut() {
                _ if annotation::is_annotation(comment) => {
                    annotations.push((comment.to_owned(), start..start + text.len()));
                }
                Some(last) if crate::expect::announces(comment) => add(&mut last.said, comment),
                _ => said = Some(comment.to_owned()),
            }
            continue;
        }
        let command = match prompted(text) {
            Some(command) => command,
            None if has_prompts => continue,
            None => text,
        };
        if command.is_empty() || dialect.frames(command) {
            continue;
        }
        let (command, next) = whole(fence, dialect, command, at);
        at = next;
        let (command, behind) = match dialect {
            Dialect::PowerShell => super::without_comment(&command),
            Dialect::Prompt => (command, None),
        };
        out.push(Line {
            annotations: std::mem::take(&mut annotations),
            command,
            said: behind.or(said.take()).unwrap_or_default(),
            start,
            end: end_of(&fence.lines[at - 1]),
        });
        said = None;
    }
    out
}

fn end_of(line: &FenceLine) -> usize {
    line.start + line.text.len()
}

/// The command behind `PS C:\app> ` or `C:\app>`.
fn prompted(line: &str) -> Option<&str> {
    let (place, command) = line.trim_start().split_once('>')?;
    let place = place.strip_prefix("PS").map_or(place, str::trim_start);
    let drive =
        place.as_bytes().get(1) == Some(&b':') && place.starts_with(|c: char| c.is_ascii_alphabetic());
    let bare = place.is_empty() && line.trim_start().starts_with("PS");
    (drive && !place.contains(' ') || bare).then(|| command.trim())
}

/// Adds the lines that belong to a command which is not complete on its first one.
fn whole(fence: &Fence, dialect: Dialect, first: &str, next: usize) -> (String, usize) {
    let mut command = first.to_owned();
    let mut at = next;
    let mut open = Open::default();
    open.read(first);
    while let Some(line) = fence.lines.get(at).filter(|_| at - next < LONGEST) {
        let text = line.text.trim();
        let end = command.trim_end();
        let more = match dialect {
            Dialect::PowerShell => end.ends_with(['`', '|', ',']) || leads_on(text),
            Dialect::Prompt => end.ends_with('^'),
        };
        if !more && !open.any() {
            break;
        }
        command.push('\n');
        command.push_str(&line.text);
        open.read(&line.text);
        at += 1;
    }
    (command, at)
}

/// A line that goes on with the statement above it.
fn leads_on(text: &str) -> bool {
    let word = text
        .split([' ', '{', '('])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    text.starts_with('|') || matches!(word.as_str(), "else" | "elseif" | "catch" | "finally")
}

/// What is still open at the end of a line.
#[derive(Default)]
struct Open {
    quote: Option<char>,
    brackets: i32,
}

impl Open {
    fn read(&mut self, line: &str) {
        for c in line.chars() {
            match (self.quote, c) {
                (Some(open), c) if open == c => self.quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => self.quote = Some(c),
                (None, '#') => break,
                (None, '{' | '(') => self.brackets += 1,
                (None, '}' | ')') => self.brackets -= 1,
                (None, _) => {}
            }
        }
    }

    fn any(&self) -> bool {
        self.quote.is_some() || self.brackets > 0
    }
}
