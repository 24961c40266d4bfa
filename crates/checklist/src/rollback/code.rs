//! Blocks of code to steps.

use super::command::{self, Around};
use super::settings::{self, Assignments};
use super::walk::Reader;
use super::{guard, mend, title};
use crate::annotation;
use crate::expect;
use crate::fence::{self, Line};
use crate::infer::{self, Inferred};
use crate::parse::{Block, Fence};
use crate::shell;
use domain::plan::{Check, ItemId, Work};
use domain::probe::ProbeSpec;
use domain::rollback::Deed;

/// What a line sets up for those after it.
pub struct Context {
    command: String,
    /// Variables that only some of the later lines use.
    variables: Option<Assignments>,
    /// How many steps there were.
    steps: usize,
}

/// Most lines that are set up for one command.
const MOST: usize = 12;
/// Most lines that set something up.
const MOST_KEPT: usize = 60;
/// So far a variable is looked for, in bytes.
const FAR: usize = 8 * 1024;

impl Reader<'_> {
    /// The steps of a block of code.
    pub(super) fn fence(&mut self, fence: &Fence, block: &Block) {
        let owner = block.item;
        let words: Vec<String> = self.owners(owner).take(1).collect();
        let above = self
            .above
            .as_ref()
            .filter(|(_, announces)| *announces)
            .map(|(above, _)| above);
        let named = words.first().or(above).map(|words| title::before_code(words));
        if fence::dialect(fence).is_some() || !fence::is_shell(fence) {
            return self.foreign(fence, block, named);
        }
        let lines = fence::lines(fence);
        let sessions = fence::sessions(&lines);
        let opens: Vec<bool> = (0..lines.len())
            .map(|at| {
                let next = sessions.get(at + 1).cloned().flatten();
                sessions[at].is_none() && next.as_deref() == Some(lines[at].command.as_str())
            })
            .collect();
        let mut comment: Option<String> = None;
        let mut end = block.span.start;
        for (at, line) in lines.iter().enumerate() {
            comment = comments(fence, end, line.start).or(comment);
            end = line.end;
            let said = comment.clone().unwrap_or_default();
            let development = [said.as_str(), line.said.as_str()]
                .iter()
                .any(|words| guard::development_only(words));
            let around = Around {
                title: comment
                    .as_deref()
                    .map(title::plain)
                    .or_else(|| named.clone())
                    .unwrap_or_else(|| title::of_command(&line.command)),
                line: self.source.line(line.start),
                development_only: development || self.only_development(owner),
                timeout_seconds: self.timeout(owner),
            };
            let open = self
                .open("", owner)
                .or_else(|| guard::open(&said))
                .or_else(|| guard::open(&line.said));
            if let Some(why) = open {
                self.by_hand(around, command::code(&line.command), Some(why));
            } else if let Some(opener) = sessions[at].as_deref() {
                let why = format!(
                    "it is typed into the session that `{}` opens, and Gonogo opens none",
                    infer::short(opener)
                );
                self.by_hand(around, command::code(&line.command), Some(&why));
            } else if opens[at] {
                let why = "it opens a session into which the next lines are typed, and Gonogo opens none";
                self.by_hand(around, command::code(&line.command), Some(why));
            } else {
                let near: Vec<String> = [said].into_iter().chain(self.owners(owner)).collect();
                self.code_line(line, around, &near);
            }
        }
    }

    /// A line of shell code.
    fn code_line(&mut self, line: &Line, around: Around, near: &[String]) {
        if matches!(line.command.split_whitespace().next(), Some("set" | "exit"))
            && !line.command.contains(['&', ';', '|'])
        {
            return;
        }
        if let Some(set) = Assignments::of(&line.command) {
            return self.assignment(line, set, around, near);
        }
        if fence::sets_up(line) && self.context.len() < MOST_KEPT {
            let command = line.command.clone();
            let steps = self.steps.len();
            self.context.push(Context {
                command,
                variables: None,
                steps,
            });
            return;
        }
        self.code_command(line, around);
    }

    /// A line that only sets variables: for later lines where those use them, else of the `.env` file that the words name.
    fn assignment(&mut self, line: &Line, set: Assignments, around: Around, near: &[String]) {
        let far = self
            .source
            .text
            .floor_char_boundary(self.end().min(line.end + FAR));
        let used = set.used_in(self.source.slice(line.end..far.max(line.end)));
        let known = (used || far == self.end()) && self.context.len() < MOST_KEPT;
        let named = near.iter().find_map(|words| settings::env_file(words));
        let file = named.clone().or_else(|| {
            let above = self
                .above
                .as_ref()
                .map(|(above, _)| above.as_str())
                .unwrap_or_default();
            settings::env_file(above).or_else(|| self.env_named.clone())
        });
        if known && (used || set.exported && named.is_none()) {
            let exported = set.exported && !set.computed();
            self.context.push(Context {
                command: crate::rewrite::rewrite(&line.command).command,
                variables: (!exported).then_some(set),
                steps: self.steps.len(),
            });
            return;
        }
        let moved = self
            .context
            .iter()
            .any(|context| context.command.starts_with("cd "));
        let (Some(file), Some(lines), false) = (file.filter(|_| known), set.literal(), moved) else {
            let why =
                "it sets a variable of its own shell only, and it cannot be told where it is meant to be set";
            let step = around.by_hand(&line.command, why);
            return self.keep(step);
        };
        let last = self.steps.last_mut().filter(|step| step.title == around.title);
        if let Some(step) = last
            && let Deed::EnvEdit {
                file: same,
                lines: before,
            } = &mut step.deed
            && *same == file
        {
            before.extend(lines);
            if let Some(written) = &mut step.written {
                written.push('\n');
                written.push_str(&line.command);
            }
            return;
        }
        let mended = format!(
            "in a shell this sets a variable of that shell only and changes nothing, so `{file}` is edited"
        );
        let mut step = around.step(Deed::EnvEdit { file, lines });
        step.written = Some(line.command.clone());
        step.mended = Some(mended);
        self.keep(step);
    }

    fn code_command(&mut self, line: &Line, mut around: Around) {
        let mut prefix: Vec<&str> = Vec::new();
        let mut late = false;
        for context in &self.context {
            let applies = match &context.variables {
                None => true,
                Some(set) => set.used_in(&line.command),
            };
            if applies {
                prefix.push(&context.command);
                let computed = context.variables.as_ref().is_some_and(Assignments::computed);
                late |= computed && context.steps != self.steps.len();
            }
        }
        if late || prefix.len() > MOST {
            let why = "it uses what a command printed before other steps changed the target";
            let step = around.by_hand(&line.command, why);
            return self.keep(step);
        }
        let restart = (self.env_changed && !prefix.is_empty())
            .then(|| shell::read(&line.command).ok())
            .flatten()
            .and_then(|script| mend::recreating(&script));
        let run = restart.as_ref().unwrap_or(&line.command);
        let whole = (!prefix.is_empty()).then(|| format!("{} && {run}", prefix.join(" && ")));
        let mut inferred = infer::check(&line.command, &line.said, line.span());
        if let Some(whole) = whole.as_ref().filter(|_| !stands_alone(&inferred)) {
            inferred = infer::check(whole, &line.said, line.span());
        }
        let work = self.annotated(line, &mut inferred, &mut around);
        let Some((outcome, _)) = inferred.commands.first() else {
            return;
        };
        let mut step = command::step(&work, outcome, &around, self.env_changed);
        if whole.is_some()
            && !matches!(step.deed, Deed::ByHand { .. })
            && step.written.as_ref() != Some(&line.command)
        {
            step.written = Some(line.command.clone());
            let mut why = String::from(
                "it stands with the lines before it that it needs, because each step has a shell of its own",
            );
            if restart.is_some() {
                why = format!("{why}; {}", mend::RESTART);
            }
            step.mended = Some(match step.mended.take() {
                Some(mended) => format!("{why}; {mended}"),
                None => why,
            });
        }
        self.leaves_open(outcome, &work, around.line);
        self.keep(step);
    }

    /// What settles a command, with what the annotations before it say.
    fn annotated(&mut self, line: &Line, inferred: &mut Inferred, around: &mut Around) -> Work {
        let mut said = annotation::Said::default();
        for (comment, span) in &line.annotations {
            said.read(comment, span, &line.command, self.source, self.findings);
        }
        if said.is_empty() {
            return inferred.work.clone();
        }
        let mut check = Check {
            id: ItemId(String::new()),
            line: around.line,
            text: line.command.clone(),
            work: inferred.work.clone(),
            why: inferred.why.clone(),
            timeout_seconds: None,
            role: None,
        };
        annotation::check(said, &mut check, inferred, |_| true, self.findings);
        around.timeout_seconds = check.timeout_seconds.or(around.timeout_seconds);
        check.work
    }

    /// A block that is no shell code: lines of a `.env` file, what a command prints, or something for a person.
    fn foreign(&mut self, fence: &Fence, block: &Block, named: Option<String>) {
        let words: Vec<String> = self.owners(block.item).collect();
        let text = self.source.slice(block.span.clone()).trim_end().to_owned();
        let around = Around {
            title: named.unwrap_or_else(|| self.section.title.clone()),
            line: self.source.line(block.span.start),
            development_only: self.only_development(block.item),
            timeout_seconds: None,
        };
        let above = self.above.as_ref().map(|(above, _)| above.clone());
        let file = words
            .iter()
            .chain(&above)
            .find_map(|words| settings::env_file(words));
        let dotenv = matches!(fence.language.as_str(), "env" | "dotenv").then(|| ".env".to_owned());
        let set = fence::settings(fence).filter(|lines| lines.iter().all(|line| fixed(&line.value)));
        let open = self.open("", block.item);
        match (file.or(dotenv), set, open) {
            (Some(file), Some(lines), None) => {
                let lines = lines.into_iter().map(|line| (line.key, line.value)).collect();
                self.keep(around.step(Deed::EnvEdit { file, lines }));
            }
            _ if prints(fence) && !self.steps.is_empty() && open.is_none() => {}
            _ => self.by_hand(around, text, open),
        }
    }
}

/// Whether a native probe asks the same wherever it is asked from.
fn stands_alone(inferred: &Inferred) -> bool {
    let Work::Probe { spec } = &inferred.work else {
        return false;
    };
    let placed = |leaf: &ProbeSpec| {
        matches!(
            leaf,
            ProbeSpec::File(_)
                | ProbeSpec::EnvLine { .. }
                | ProbeSpec::Git(_)
                | ProbeSpec::Disk { .. }
                | ProbeSpec::Docker(_)
        )
    };
    crate::describe::native(spec) && !spec.leaves().into_iter().any(placed)
}

/// Whether a value of a `.env` file is given, and not left open.
fn fixed(value: &str) -> bool {
    infer::words::fixed(value)
}

/// Whether a block without a language of its own shows what a command prints.
fn prints(fence: &Fence) -> bool {
    matches!(
        fence.language.as_str(),
        "" | "text" | "txt" | "plaintext" | "output" | "json" | "log"
    )
}

/// The comments between two places of a block that are about what follows them.
fn comments(fence: &Fence, from: usize, to: usize) -> Option<String> {
    let first = fence.lines.partition_point(|line| line.start < from);
    let lines = fence.lines[first..].iter().take_while(|line| line.start < to);
    let comments: Vec<&str> = lines
        .filter_map(|line| line.text.trim().strip_prefix('#'))
        .map(|comment| comment.trim_start_matches(['#', '!']).trim())
        .filter(|comment| {
            !comment.is_empty() && !comment.starts_with("/bin/") && !comment.starts_with("/usr/bin/")
        })
        .filter(|comment| !annotation::is_annotation(comment) && !expect::announces(comment))
        .collect();
    (!comments.is_empty()).then(|| comments.join(" "))
}
