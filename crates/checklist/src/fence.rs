//! A block of shell code to its commands, each with the comments about it.

mod listed;
mod sessions;
mod settings;
mod windows;

use crate::annotation;
use crate::classify;
use crate::parse::{Fence, FenceLine};
use listed::listed;
pub use sessions::sessions;
pub use settings::{Setting, settings};
use std::ops::Range;
pub use windows::{Dialect, dialect, lines as windows_lines};

/// A command of a block of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The command, on one or more lines, without prompt and without the comment behind it.
    pub command: String,
    /// The comments before it, behind it, and what a comment after it says to expect.
    pub said: String,
    /// Where it starts in the document.
    pub start: usize,
    /// Where its last line ends.
    pub end: usize,
    /// The annotations before it or behind it.
    pub annotations: Vec<(String, Range<usize>)>,
}

impl Line {
    /// Its bytes in the document.
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// Puts what a block does for its later lines in front of them: `cd frontend`, `export X=y`, `source venv/bin/activate`.
/// Gives the command to look at beside each line; those lines themselves are left out.
pub fn in_context(lines: Vec<Line>) -> Vec<(Line, Option<String>)> {
    let mut context: Vec<String> = Vec::new();
    let mut out = Vec::new();
    for line in lines {
        match &line {
            line if ends_itself(line) => {}
            line if sets_up(line) && context.len() < MOST_CONTEXT => context.push(line.command.clone()),
            _ if context.is_empty() => out.push((line, None)),
            _ => {
                let whole = format!("{} && {}", context.join(" && "), line.command);
                out.push((line, Some(whole)));
            }
        }
    }
    out
}

fn first_word(line: &Line) -> Option<&str> {
    let simple = !line.command.contains(['&', '|', ';', '\n', '>', '`', '(']);
    line.command.split_whitespace().next().filter(|_| simple)
}

fn ends_itself(line: &Line) -> bool {
    matches!(first_word(line), Some("set" | "exit"))
}

/// Whether a line only changes the shell that it runs in.
pub fn sets_up(line: &Line) -> bool {
    matches!(first_word(line), Some("cd" | "export" | "source" | "."))
}

/// Lines of a block that can be context of later ones.
const MOST_CONTEXT: usize = 3;

/// Whether a block holds shell commands: by its language, or by prompts where it names none.
pub fn is_shell(fence: &Fence) -> bool {
    match fence.language.as_str() {
        "bash" | "sh" | "shell" | "zsh" | "console" | "terminal" | "shell-session" | "sh-session"
        | "bash-session" | "shellscript" => true,
        "" | "text" => {
            fence.lines.iter().any(|line| prompted(&line.text).is_some()) || is_of_known_programs(fence)
        }
        _ => false,
    }
}

/// Whether each command of a block without a language is one of a known program, so that it is no output and no form.
fn is_of_known_programs(fence: &Fence) -> bool {
    const MOST: usize = 100;
    let mut commands = 0;
    let mut goes_on = false;
    for line in &fence.lines {
        let text = line.text.trim();
        let inner = std::mem::replace(&mut goes_on, text.ends_with(['\\', '|']) || text.ends_with("&&"));
        if inner || text.is_empty() || text.starts_with('#') {
            continue;
        }
        let known = text.split_whitespace().next().is_some_and(classify::known);
        let shaped = text.contains(' ') && !text.contains("___") && !text.ends_with([':', '.']);
        commands += 1;
        if !known || !shaped || commands > MOST {
            return false;
        }
    }
    commands > 0
}

/// The command behind a prompt: `$ ls`, `(venv) $ ls`, `ada@host:~$ ls`, `[ada@host ~]# ls`.
fn prompted(line: &str) -> Option<&str> {
    let text = line.trim_start();
    if let Some(command) = text.strip_prefix("$ ") {
        return Some(command);
    }
    let end = text
        .bytes()
        .take(80)
        .position(|byte| matches!(byte, b'$' | b'#' | b'>'))?;
    let (before, rest) = text.split_at(end);
    let command = rest[1..].strip_prefix(' ')?;
    let host = before.contains('@') && !before.trim_end().contains(' ')
        || before.starts_with('[') && before.ends_with(']');
    let venv = before.starts_with('(') && before.ends_with(") ");
    (rest.starts_with(['$', '#']) && (host || venv)).then_some(command)
}

/// The commands of a block.
pub fn lines(fence: &Fence) -> Vec<Line> {
    let has_prompts = fence.lines.iter().any(|line| prompted(&line.text).is_some());
    let mut out: Vec<Line> = Vec::new();
    let mut said: Vec<String> = Vec::new();
    let mut annotations = Vec::new();
    let mut at = 0;
    while let Some(line) = fence.lines.get(at) {
        let text = line.text.trim();
        at += 1;
        if text.is_empty() {
            continue;
        }
        if let Some(annotation) = annotated(line) {
            annotations.push(annotation);
            continue;
        }
        if let Some(comment) = text.strip_prefix('#') {
            let comment = comment.trim_start_matches(['#', '!']).trim();
            match out.last_mut() {
                Some(last) if crate::expect::announces(comment) => add(&mut last.said, comment),
                _ => said.push(comment.to_owned()),
            }
            continue;
        }
        if listed(fence, at - 1) {
            said.clear();
            continue;
        }
        let command = match prompted(text) {
            Some(command) => command,
            None if has_prompts => continue,
            None => text,
        };
        let (command, last) = whole(fence, command, at);
        at = last;
        let (command, behind) = without_comment(&command);
        let end = fence
            .lines
            .get(at - 1)
            .map_or(line.start, |line| line.start + line.text.len());
        let indent = line.text.len() - line.text.trim_start().len();
        let mut spoken = said.last().cloned().unwrap_or_default();
        said.clear();
        if let Some(behind) = behind {
            spoken = behind;
        }
        if let Some(annotation) = behind_annotation(&mut spoken, line, end) {
            annotations.push(annotation);
        }
        out.push(Line {
            annotations: std::mem::take(&mut annotations),
            command,
            said: spoken,
            start: line.start + indent,
            end,
        });
    }
    // Words below the last command that say what comes out are about it, whatever they begin with.
    if let (Some(last), Some(comment)) = (out.last_mut(), said.first())
        && last.said.is_empty()
        && crate::expect::read("", comment).holds.is_some()
    {
        add(&mut last.said, comment);
    }
    out
}

/// The annotations of a block, in order: `# gonogo: expect empty`.
pub fn annotations(fence: &Fence) -> Vec<(String, Range<usize>)> {
    let behind = |line: &FenceLine| {
        let at = line.text.find("# gonogo:").filter(|at| *at > 0)?;
        Some((
            line.text[at + 1..].trim().to_owned(),
            line.start + at..line.start + line.text.len(),
        ))
    };
    fence
        .lines
        .iter()
        .filter_map(|line| annotated(line).or_else(|| behind(line)))
        .collect()
}

/// A line that is nothing but an annotation.
fn annotated(line: &FenceLine) -> Option<(String, Range<usize>)> {
    let comment = line.text.trim().strip_prefix('#')?.trim_start_matches('#').trim();
    let indent = line.text.len() - line.text.trim_start().len();
    annotation::is_annotation(comment).then(|| {
        (
            comment.to_owned(),
            line.start + indent..line.start + line.text.len(),
        )
    })
}

/// An annotation behind a command, which then is none of the words about it.
fn behind_annotation(spoken: &mut String, line: &FenceLine, end: usize) -> Option<(String, Range<usize>)> {
    annotation::is_annotation(spoken).then(|| (std::mem::take(spoken), line.start..end))
}

fn add(said: &mut String, comment: &str) {
    if !said.is_empty() {
        said.push_str("; ");
    }
    said.push_str(comment);
}

/// Most lines of one command.
const LONGEST: usize = 200;

/// Adds the lines that belong to a command which is not complete on its first one.
fn whole(fence: &Fence, first: &str, next: usize) -> (String, usize) {
    let mut command = first.to_owned();
    let mut at = next;
    let mut state = Lexing::default();
    state.read(first);
    while at < fence.lines.len() && at - next < LONGEST && state.open(&command) {
        let line = &fence.lines[at].text;
        command.push('\n');
        command.push_str(line);
        state.read(line);
        at += 1;
    }
    (command, at)
}

/// What is still open at the end of a line.
#[derive(Default)]
struct Lexing {
    quote: Option<char>,
    blocks: i32,
    here: Option<String>,
}

impl Lexing {
    fn read(&mut self, line: &str) {
        if let Some(end) = &self.here {
            if line.trim() == end {
                self.here = None;
            }
            return;
        }
        let mut escaped = false;
        for c in line.chars() {
            match (self.quote, c) {
                _ if escaped => escaped = false,
                (None | Some('"'), '\\') => escaped = true,
                (Some(open), c) if open == c => self.quote = None,
                (None, '\'' | '"') => self.quote = Some(c),
                _ => {}
            }
        }
        let words = line.split(|c: char| c.is_whitespace() || c == ';');
        for word in words {
            match word {
                "if" | "for" | "while" | "until" | "case" => self.blocks += 1,
                "fi" | "done" | "esac" => self.blocks -= 1,
                _ => {}
            }
        }
        if let Some((_, rest)) = line.split_once("<<")
            && !rest.starts_with('<')
        {
            let word: String = rest
                .trim_start_matches(['-', ' '])
                .trim_matches(['\'', '"'])
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            self.here = (!word.is_empty()).then_some(word);
        }
    }

    fn open(&self, command: &str) -> bool {
        let starts = ["if", "for", "while", "until", "case"]
            .iter()
            .any(|word| command.split_whitespace().next() == Some(*word));
        let end = command.trim_end();
        self.here.is_some()
            || self.quote.is_some()
            || (starts && self.blocks > 0)
            || end.ends_with('\\')
            || end.ends_with('|')
            || end.ends_with("&&")
    }
}

/// Takes ` # comment` off the end of a command of one line.
fn without_comment(command: &str) -> (String, Option<String>) {
    if command.contains('\n') {
        return (command.to_owned(), None);
    }
    let mut quote = None;
    let mut previous = ' ';
    for (at, c) in command.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') if previous.is_whitespace() => {
                return (
                    command[..at].trim_end().to_owned(),
                    Some(command[at + 1..].trim().to_owned()),
                );
            }
            _ => {}
        }
        previous = c;
    }
    (command.to_owned(), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::FenceLine;

    fn fence(language: &str, text: &str) -> Fence {
        let lines = text
            .lines()
            .map(|line| FenceLine {
                text: line.to_owned(),
                start: 0,
            })
            .collect();
        Fence {
            language: language.to_owned(),
            lines,
        }
    }

    fn commands(language: &str, text: &str) -> Vec<(String, String)> {
        lines(&fence(language, text))
            .into_iter()
            .map(|line| (line.command, line.said))
            .collect()
    }

    fn pair(command: &str, said: &str) -> (String, String) {
        (command.to_owned(), said.to_owned())
    }

    #[test]
    fn comments_before_behind_and_after_a_command_are_about_it() {
        let text = "# Check logs\nlogs x | grep -i error  # Should be empty\n\n# Count\ncount\n\n# Expected output: 10+ new";
        assert_eq!(
            commands("bash", text),
            [
                pair("logs x | grep -i error", "Should be empty"),
                pair("count", "Count; Expected output: 10+ new")
            ]
        );
    }

    #[test]
    fn output_below_a_prompt_is_no_command() {
        assert_eq!(
            commands("console", "$ ls\na  b\n$ pwd\n/x"),
            [pair("ls", ""), pair("pwd", "")]
        );
    }

    #[test]
    fn a_command_on_several_lines_is_one() {
        assert_eq!(
            commands("bash", "a \\\n  b\nc"),
            [pair("a \\\n  b", ""), pair("c", "")]
        );
        assert_eq!(commands("sh", "cat <<EOF\nrm x\nEOF\nls").len(), 2);
        assert_eq!(commands("sh", "if a; then\n  b\nfi\nc").len(), 2);
        assert_eq!(commands("sh", "echo 'a # b' # c"), [pair("echo 'a # b'", "c")]);
    }
}
