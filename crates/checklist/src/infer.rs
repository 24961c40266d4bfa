//! An item or a command of a verification block to what settles it, and why.

pub mod command;
mod constant;
pub mod denial;
mod doubt;
mod filters;
pub mod forbidden;
pub mod header;
pub mod judge;
mod native;
mod one;
mod repeated;
pub mod windows;
pub mod words;

use crate::classify;
use crate::describe;
use crate::expect;
use crate::parse::{Inline, PieceKind};
use crate::shell;
use command::Outcome;
use domain::plan::Work;
use domain::probe::ProbeSpec;
use std::ops::Range;
use words::Words;

/// What became of an item.
pub struct Inferred {
    /// What settles it.
    pub work: Work,
    /// Why.
    pub why: String,
    /// The commands in it, with their bytes in the document.
    pub commands: Vec<(Outcome, Range<usize>)>,
}

/// Infers what settles a box from its words. `above` is the text of the box that holds it, `below` a fenced
/// command under it.
pub fn item(inline: &Inline, above: Option<&str>, below: Option<(&str, Range<usize>)>) -> Inferred {
    item_near(inline, above, below, &Near::default())
}

/// What stands around a box.
#[derive(Default)]
pub struct Near {
    /// The headings and the label above it.
    pub headings: String,
    /// The output that a block below its words shows.
    pub output: Option<String>,
    /// The comments about the command in the block below.
    pub said: String,
}

/// [`item`], with what stands around it.
pub fn item_near(
    inline: &Inline,
    above: Option<&str>,
    below: Option<(&str, Range<usize>)>,
    near: &Near,
) -> Inferred {
    let text = inline.plain();
    let inferred = undenied(inline, &text, above, below, near);
    // Code alone is about what the box above it says.
    let above = above.filter(|_| denial::only_code(&text)).unwrap_or_default();
    match (near.said.as_str(), above) {
        ("", "") => denial::settle(&text, inferred),
        (said, above) => denial::settle(&format!("{text}; {said}; {above}"), inferred),
    }
}

/// What settles an item, before its words are read for what they deny.
fn undenied(
    inline: &Inline,
    text: &str,
    above: Option<&str>,
    below: Option<(&str, Range<usize>)>,
    near: &Near,
) -> Inferred {
    let output = near.output.as_deref();
    let mut commands = commands(inline, output);
    if let (true, Some((command, span))) = (commands.is_empty(), below) {
        commands.push((command::compile(command, text, &near.said, output), span));
    }
    if let Some(inferred) = counters(text, &mut commands) {
        return inferred;
    }
    if let Some(spec) = repeated::or_quantile(text, &commands) {
        return repeated::inferred(text, spec, commands);
    }
    if names_only(inline, &commands) {
        commands.clear();
    }
    match commands.len() {
        0 => without_command(inline, text, above, near),
        1 => {
            let (outcome, _) = &commands[0];
            let (work, why) = (outcome.work.clone(), why(text, outcome));
            Inferred { work, why, commands }
        }
        _ => several(text, commands),
    }
}

/// "Run time of `dbt run` below 40 minutes" is about a command that changes something, and asks nobody to run it.
fn names_only(inline: &Inline, commands: &[(Outcome, Range<usize>)]) -> bool {
    let [(outcome, _)] = commands else { return false };
    let about = inline.pieces.first().is_some_and(|piece| match &piece.kind {
        PieceKind::Text(text) => text.trim_end().to_lowercase().ends_with(" of"),
        PieceKind::Code(_) | PieceKind::Comment(_) | PieceKind::Link(_) | PieceKind::Break => false,
    });
    about && matches!(outcome.work, Work::Action { .. })
}

/// Infers what settles a command of a verification block; `said` are the comments about it.
pub fn check(command: &str, said: &str, span: Range<usize>) -> Inferred {
    check_printing(command, said, span, None)
}

/// [`check`], with the output that a block after the command shows.
pub fn check_printing(command: &str, said: &str, span: Range<usize>, output: Option<&str>) -> Inferred {
    let outcome = command::compile(command, "", said, output);
    let outcome = if outcome.expectation.holds.is_none() && !said.is_empty() {
        command::compile(command, said, "", output)
    } else {
        outcome
    };
    let words = if said.is_empty() {
        format!("`{command}`")
    } else {
        format!("`{command}` ({said})")
    };
    let commands = vec![(outcome, span)];
    if let Some(spec) = repeated::commands(said, &commands) {
        return repeated::inferred(&words, spec, commands);
    }
    let outcome = &commands[0].0;
    let inferred = Inferred {
        work: outcome.work.clone(),
        why: why(&words, outcome),
        commands,
    };
    match said.is_empty() {
        true => inferred,
        false => denial::settle(said, inferred),
    }
}

/// The inline code that is a command: one of a known program, or what the words say to run.
fn commands(inline: &Inline, output: Option<&str>) -> Vec<(Outcome, Range<usize>)> {
    let mut found: Vec<(&str, Range<usize>, usize)> = Vec::new();
    for (at, piece) in inline.pieces.iter().enumerate() {
        let PieceKind::Code(code) = &piece.kind else {
            continue;
        };
        let before = words_before(inline, at);
        let value = || expect::ends_with_verb(&before);
        if is_command(code, &before) && (found.is_empty() || !value()) {
            found.push((code, piece.span.clone(), at));
        }
    }
    let mut out = Vec::new();
    for (index, (code, span, at)) in found.iter().enumerate() {
        let start = if index == 0 { 0 } else { found[index - 1].2 + 1 };
        let end = found.get(index + 1).map_or(inline.pieces.len(), |next| next.2);
        let (before, after) = (plain(inline, start..*at), plain(inline, at + 1..end));
        // What is shown below is what the last command prints.
        let output = output.filter(|_| index + 1 == found.len());
        out.push((command::compile(code, &before, &after, output), span.clone()));
    }
    out
}

fn words_before(inline: &Inline, at: usize) -> String {
    inline.pieces[..at]
        .iter()
        .rev()
        .map_while(|piece| match &piece.kind {
            PieceKind::Text(text) => Some(&**text),
            PieceKind::Break => Some(" "),
            PieceKind::Code(_) => None,
            PieceKind::Comment(_) | PieceKind::Link(_) => Some(""),
        })
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect()
}

fn plain(inline: &Inline, range: Range<usize>) -> String {
    let mut text = String::new();
    for piece in inline.pieces.get(range).unwrap_or_default() {
        match &piece.kind {
            PieceKind::Text(words) => text.push_str(words),
            PieceKind::Code(code) => text.extend(["`", code, "`"]),
            PieceKind::Break => text.push(' '),
            PieceKind::Comment(_) | PieceKind::Link(_) => {}
        }
    }
    text
}

/// Programs that mean something without arguments.
const BARE: &[&str] = &[
    "free",
    "df",
    "uptime",
    "pytest",
    "pg_isready",
    "make",
    "ls",
    "env",
    "netstat",
    "ss",
    "reboot",
    "lsblk",
    "vmstat",
    "lscpu",
    "dmesg",
    "nvidia-smi",
    "htop",
];

fn is_command(code: &str, before: &str) -> bool {
    // "change `[ ]` to `[x]`" is about boxes.
    if code.starts_with('[') && code.ends_with(']') && code.chars().count() <= 3 {
        return false;
    }
    let first = code.split_whitespace().next().unwrap_or_default();
    let several = code.split_whitespace().nth(1).is_some();
    if words::assignment(code).is_some() && !several {
        return false;
    }
    let program = first.rsplit('/').next().unwrap_or(first);
    if first.contains('=') && several {
        return shell::read(code).is_ok_and(|script| {
            script.pipelines[0].stages[0]
                .program()
                .is_some_and(classify::known)
        });
    }
    if classify::known(program) && (several || BARE.contains(&program)) && !first.ends_with('/') {
        return first == program || first.starts_with('/') || first.starts_with("./");
    }
    let script = first.starts_with("./")
        || [".sh", ".py", ".pl", ".rb"]
            .iter()
            .any(|ending| first.ends_with(ending));
    let lower = before.trim_end().to_lowercase();
    let told = [
        "run", "execute", "run:", "command:", "execute:", "with:", "using:", "via",
    ]
    .iter()
    .any(|word| lower.ends_with(word));
    let told = told
        || (lower.ends_with(':')
            && ["run ", "execute ", "start "]
                .iter()
                .any(|verb| lower.starts_with(verb) || lower.contains(&format!(" {verb}"))));
    let flags = code.split_whitespace().skip(1).any(|word| word.starts_with('-'));
    (script && (several || told || first.starts_with("./")))
        || (told && several)
        || (flags
            && several
            && first
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))
}

/// The author's words and what is made of them.
fn why(words: &str, outcome: &Outcome) -> String {
    let words = short(words);
    match &outcome.work {
        Work::Probe { spec } => format!("{words}: {}; {}", outcome.because, describe::probe(spec)),
        Work::Action { .. } => format!("{words}: {}", outcome.because),
        Work::Attestation | Work::Parent => format!("{words}: {}", outcome.because),
    }
}

/// At most 300 characters of the author's words.
pub fn short(words: &str) -> String {
    if words.len() <= 300 {
        return words.to_owned();
    }
    match words.char_indices().nth(300) {
        None => words.to_owned(),
        Some((at, _)) => format!("{}…", &words[..at]),
    }
}

/// A rate over counters cannot be read from one look at them.
fn counters(text: &str, commands: &mut Vec<(Outcome, Range<usize>)>) -> Option<Inferred> {
    let [(outcome, _)] = commands.as_slice() else {
        return None;
    };
    let reads =
        matches!(&outcome.work, Work::Probe { spec: ProbeSpec::Http(http) } if http.url.contains("/metrics"));
    let rate = expect::claim(text)
        .and_then(|claim| claim.bound())
        .is_some_and(|bound| bound.quantity.unit == domain::quantity::Unit::Percent);
    (reads && rate).then(|| Inferred {
        work: Work::Attestation,
        why: format!("{}: the command prints counters since the start, which are no rate; somebody's word until a rate over the window is computed", short(text)),
        commands: std::mem::take(commands),
    })
}

fn several(text: &str, commands: Vec<(Outcome, Range<usize>)>) -> Inferred {
    let probes: Option<Vec<ProbeSpec>> = commands
        .iter()
        .map(|(outcome, _)| match &outcome.work {
            Work::Probe { spec } => Some(spec.clone()),
            Work::Action { .. } | Work::Attestation | Work::Parent => None,
        })
        .collect();
    if let Some(specs) = probes {
        let spec = ProbeSpec::All(specs);
        let why = format!(
            "{}: every command is known to read only; {}",
            short(text),
            describe::probe(&spec)
        );
        return Inferred {
            work: Work::Probe { spec },
            why,
            commands,
        };
    }
    let because_of = |wanted: fn(&Work) -> bool| {
        let found = commands.iter().find(|(outcome, _)| wanted(&outcome.work));
        found.map(|(outcome, _)| format!("{}: {}", short(text), outcome.because))
    };
    let Some(why) = because_of(|work| matches!(work, Work::Action { .. })) else {
        // All of them read, and what one of them shows nobody can judge.
        let why = because_of(|work| matches!(work, Work::Attestation)).unwrap_or_default();
        return Inferred {
            work: Work::Attestation,
            why,
            commands,
        };
    };
    let joined = |part: fn(&Outcome) -> &str| {
        commands
            .iter()
            .map(|(outcome, _)| part(outcome))
            .collect::<Vec<_>>()
            .join(" && ")
    };
    let command = joined(|outcome| &outcome.rewritten.command);
    let written = joined(|outcome| match &outcome.work {
        Work::Action { written, .. } => written,
        Work::Probe { .. } | Work::Attestation | Work::Parent => &outcome.rewritten.command,
    });
    Inferred {
        work: Work::action(command, written),
        why,
        commands,
    }
}

fn without_command(inline: &Inline, text: &str, above: Option<&str>, near: &Near) -> Inferred {
    let pieces = inline.pieces.iter();
    let codes = pieces.clone().filter_map(|piece| match &piece.kind {
        PieceKind::Code(code) => Some(&**code),
        _ => None,
    });
    let links = pieces.filter_map(|piece| match &piece.kind {
        PieceKind::Link(url) => Some(&**url),
        _ => None,
    });
    let (codes, links): (Vec<&str>, Vec<&str>) = (codes.collect(), links.collect());
    let text = &text[..text.floor_char_boundary(2000)];
    let words = Words {
        text,
        codes: &codes,
        links: &links,
        parent: above,
        near: &near.headings,
        output: near.output.as_deref(),
    };
    let (work, why) = match words::probe(&words) {
        Some((spec, because)) => {
            let why = format!("{}: {because}; {}", short(text), describe::probe(&spec));
            (Work::Probe { spec }, why)
        }
        None => {
            let because = match expect::claim(text) {
                Some(claim) => format!("{claim}; no source of this number is known yet: somebody's word"),
                None => "no command and nothing that can be read: somebody's word".to_owned(),
            };
            (Work::Attestation, format!("{}: {because}", short(text)))
        }
    };
    Inferred {
        work,
        why,
        commands: Vec::new(),
    }
}
