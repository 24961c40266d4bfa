//! `--plan`: what would be asked, and what would not and why. Touches nothing.

use super::lines::{Checklist, Line, Step};
use crate::server::commands;
use checklist::{
    describe,
    report::{Paint, Tone, visible},
};
use chrono::{DateTime, Utc};
use domain::{plan::Work, probe::ProbeSpec};
use std::fmt::Write as _;

/// What would become of a line.
struct Intent {
    /// One word: `ask`, `run`, `not_published`, `not_due` or `people`.
    does: Does,
    /// What is read and must hold.
    asks: Option<String>,
    /// The exact bytes that would run, or would if they were published, or are left to people.
    commands: Vec<String>,
    /// Why it would not be asked.
    why: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Does {
    /// Asked natively.
    Ask,
    /// Asked by commands of the document.
    Run,
    /// It needs commands that nobody published.
    NotPublished,
    /// Too early.
    NotDue,
    /// Left to people.
    People,
}

/// The plan for people.
pub fn human(checklist: &Checklist, now: DateTime<Utc>, paint: Paint) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let title = visible(&checklist.plan.title);
    let _ = writeln!(out, "{}", paint.tone(Tone::Strong, &title));
    let listed = if checklist.is_published { "" } else { "not " };
    let _ = writeln!(out, "plan {}, {listed}listed as published", checklist.hash);
    let lines = checklist.lines(now);
    let intents: Vec<_> = lines.iter().map(|line| (line, intent(line))).collect();
    let mut above = None;
    for (line, intent) in &intents {
        if above != Some(&line.section.id) {
            let heading = visible(&line.section.heading());
            let _ = writeln!(out, "\n{}", paint.tone(Tone::Strong, &heading));
            above = Some(&line.section.id);
        }
        one(&mut out, line, intent, paint);
    }
    let count = |does: Does| intents.iter().filter(|(_, intent)| intent.does == does).count();
    let _ = writeln!(
        out,
        "\n{} asked natively, {} by commands of the document, {} not published, {} not due, {} left to people",
        count(Does::Ask),
        count(Does::Run),
        count(Does::NotPublished),
        count(Does::NotDue),
        count(Does::People),
    );
    if count(Does::NotPublished) > 0 {
        let how = &checklist.how_to_publish;
        let _ = writeln!(out, "Once somebody has read what is not published: {how}");
    }
    out
}

fn one(out: &mut String, line: &Line<'_>, intent: &Intent, paint: Paint) {
    let (word, tone) = match intent.does {
        Does::Ask => ("ask", Tone::Good),
        Does::Run => ("run", Tone::Warning),
        Does::NotPublished => ("not run", Tone::Error),
        Does::NotDue => ("early", Tone::Faint),
        Does::People => ("people", Tone::Note),
    };
    let mark = paint.tone(tone, &format!("{word:<7}"));
    let optional = if line.line.optional { " (optional)" } else { "" };
    let _ = writeln!(out, "  {mark} {}{optional}", visible(&line.line.text));
    let below = [&intent.why, &intent.asks];
    for words in below.into_iter().flatten() {
        let _ = writeln!(out, "          {}", paint.tone(Tone::Faint, &visible(words)));
    }
    for command in &intent.commands {
        for (index, text) in command.lines().enumerate() {
            let lead = if index == 0 { "$" } else { " " };
            let _ = writeln!(out, "          {lead} {}", visible(text));
        }
    }
}

fn intent(line: &Line<'_>) -> Intent {
    let (asked, does, why) = match &line.step {
        Step::Ask(spec) if describe::native(spec) => (Some(*spec), Does::Ask, None),
        Step::Ask(spec) => (Some(*spec), Does::Run, None),
        Step::Unpublished(spec) => (Some(*spec), Does::NotPublished, Some("not published".to_owned())),
        Step::NotDue(why) => (probe_of(line.work), Does::NotDue, Some(why.clone())),
        Step::People => (None, Does::People, Some(left_to_people(line.work))),
    };
    let commands = match (line.work, asked) {
        (_, Some(spec)) => commands::of_probe(spec)
            .into_iter()
            .map(|command| command.text)
            .collect(),
        (Work::Action { command, .. }, None) => vec![command.clone()],
        (Work::Probe { .. } | Work::Attestation | Work::Parent, None) => vec![],
    };
    let proves = matches!(line.work, Work::Action { .. });
    let asks = asked.map(describe::probe).map(|asks| match proves {
        true => format!("the action is never run here; whether somebody has done it: {asks}"),
        false => asks,
    });
    Intent {
        does,
        asks,
        commands,
        why,
    }
}

fn probe_of(work: &Work) -> Option<&ProbeSpec> {
    match work {
        Work::Probe { spec } => Some(spec),
        Work::Action { proof, .. } => proof.as_ref(),
        Work::Attestation | Work::Parent => None,
    }
}

fn left_to_people(work: &Work) -> String {
    let words = match work {
        Work::Action { .. } => "an action, which is never run here",
        Work::Attestation | Work::Parent | Work::Probe { .. } => "a person's word",
    };
    words.to_owned()
}

/// The plan as `--help` describes it.
pub fn json(checklist: &Checklist, now: DateTime<Utc>) -> String {
    let lines = checklist.lines(now);
    let lines = lines.iter().map(|line| {
        let Intent {
            does,
            asks,
            commands,
            why,
        } = intent(line);
        serde_json::json!({
            "id": line.line.id, "section": line.section.id, "line": line.line.line, "text": line.line.text,
            "optional": line.line.optional, "does": does, "asks": asks, "commands": commands, "why": why,
        })
    });
    let lines: Vec<_> = lines.collect();
    let whole = serde_json::json!({
        "title": checklist.plan.title, "plan": checklist.hash, "published": checklist.is_published, "lines": lines,
    });
    format!("{whole}\n")
}
