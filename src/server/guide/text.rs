//! What is handed on where no guide helped, and what a new guide could say.

use super::{Seen, words};
use crate::{api::guide::GuideMatch, server::run::Opened};
use domain::{guide::Help, verdict::Output};

/// How much of an output is handed on, in characters.
const EXCERPT: usize = 1500;

/// The longest phrase of a new guide, in characters.
const PHRASE: usize = 80;

/// What to send to whoever can help; `None` while a guide may still help, or nobody has tried one.
pub fn escalation(origin: &str, opened: &Opened, seen: &Seen, matches: &[GuideMatch]) -> Option<String> {
    let run = &opened.pinned.run;
    let tried = run.guides.tried.iter();
    let tried = tried.filter(|tried| tried.item == seen.line && tried.at >= seen.since);
    let tried: Vec<_> = tried.filter(|tried| tried.help == Help::NoHelp).collect();
    let left = matches.iter().any(|one| one.said != Some(Help::NoHelp));
    if !seen.now || tried.is_empty() || left {
        return None;
    }
    let mut text = format!(
        "{} {} in {}, run {}: {}\n{}: {}\n",
        run.start.title,
        run.start.release,
        run.start.environment,
        run.id.0,
        words(opened, &seen.line),
        seen.finding.verdict.word(),
        seen.finding.reason,
    );
    for tried in tried {
        let title = opened
            .pinned
            .plan
            .section(&tried.guide)
            .map(|section| section.title.as_str());
        let title = title.unwrap_or(&tried.guide.0);
        let note = if tried.note.is_empty() {
            String::new()
        } else {
            format!(": {}", tried.note)
        };
        text += &format!("\"{title}\" did not help, says {}{note}\n", tried.by.name());
    }
    text += &format!(
        "Evidence: {}\n{origin}/runs/{}?item={}\n",
        seen.evidence, run.id.0, seen.line
    );
    if let Some(output) = &seen.finding.evidence.output {
        text += &format!("\n{}\n", excerpt(output));
    }
    Some(text)
}

fn excerpt(output: &Output) -> String {
    let whole = format!("{}{}", output.text, output.ending);
    match whole.char_indices().nth(EXCERPT) {
        None => whole,
        Some((end, _)) => format!("{}…", &whole[..end]),
    }
}

/// The Markdown of a guide for a failure that no guide solved and that is over; `None` otherwise.
pub fn draft(opened: &Opened, seen: &Seen, matches: &[GuideMatch]) -> Option<String> {
    let solved = matches.iter().any(|one| one.said == Some(Help::Solved));
    if seen.now || solved {
        return None;
    }
    let run = &opened.pinned.run;
    let noted = run
        .guides
        .tried
        .iter()
        .rfind(|tried| tried.item == seen.line && !tried.note.is_empty());
    let settled = run
        .items
        .get(&seen.line)
        .and_then(|state| state.settlement.as_ref());
    let note = settled
        .map(|settled| &settled.reason)
        .or(noted.map(|tried| &tried.note));
    let output = seen.finding.evidence.output.as_ref();
    let printed = output.and_then(|output| output.text.lines().find_map(phrase));
    let symptoms: String = [phrase(&seen.finding.reason), printed]
        .into_iter()
        .flatten()
        .map(|phrase| format!("- It shows \"{phrase}\"\n"))
        .collect();
    let note = note.map_or("What was done?", |note| note.as_str());
    Some(format!(
        "### Issue: {}\n\n**Symptoms:**\n{symptoms}\n**Solutions:**\n1. {}\n",
        one_line(&words(opened, &seen.line)),
        one_line(note)
    ))
}

/// What of a line can stand in quotes as it is, so that it is found again: its longest part without quotes and code.
fn phrase(line: &str) -> Option<String> {
    let parts = line.split(['"', '`', '“', '”', '„', '«', '»']).map(str::trim);
    let longest = parts.max_by_key(|part| part.chars().count())?;
    let phrase = match longest.char_indices().nth(PHRASE) {
        None => longest,
        // No word is cut: half of one is found nowhere.
        Some((end, _)) => longest[..end].rsplit_once(' ')?.0.trim(),
    };
    (phrase.chars().count() >= 3).then(|| phrase.to_owned())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
