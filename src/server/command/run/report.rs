//! The answer in words and as JSON.

use super::round::{Answer, Answered, Round};
use checklist::report::{Paint, Tone, visible};
use domain::verdict::Verdict;
use std::fmt::Write as _;

/// The lines about which a round says something else than the one before: another verdict, or another reason why it does
/// not pass. Measured values of what passes change with every look.
pub fn changed<'r, 'a>(before: &Round<'a>, round: &'r Round<'a>) -> Vec<&'r Answered<'a>> {
    let both = before.lines.iter().zip(&round.lines);
    let differs = |before: &Answered<'_>, now: &Answered<'_>| {
        let verdict = now.verdict();
        before.verdict() != verdict || (verdict != Some(Verdict::Pass) && before.reason() != now.reason())
    };
    let changed = both.filter(|(before, now)| differs(before, now));
    changed.map(|(_, now)| now).collect()
}

/// Everything, for people.
pub fn human(round: &Round<'_>, paint: Paint) -> String {
    let mut out = String::new();
    let title = visible(&round.checklist.plan.title);
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", paint.tone(Tone::Strong, &title));
    lines(&mut out, &round.lines.iter().collect::<Vec<_>>(), paint);
    let _ = writeln!(out, "\n{}", summary(round, paint));
    out
}

/// What changed, for people.
pub fn human_changes(round: &Round<'_>, changed: &[&Answered<'_>], paint: Paint) -> String {
    let mut out = String::new();
    let time = format!("{} UTC", round.at.format("%H:%M:%S"));
    let _ = write!(out, "\n{}", paint.tone(Tone::Strong, &time));
    lines(&mut out, changed, paint);
    let _ = writeln!(out, "{}", summary(round, paint));
    out
}

fn lines(out: &mut String, lines: &[&Answered<'_>], paint: Paint) {
    let mut above = None;
    for answered in lines.iter().filter(|line| !line.is_left_to_people()) {
        let Answered { section, line, .. } = answered;
        if above != Some(&section.id) {
            let heading = visible(&section.heading());
            let _ = writeln!(out, "\n{}", paint.tone(Tone::Strong, &heading));
            above = Some(&section.id);
        }
        let (word, tone) = mark(answered.verdict());
        let optional = if line.optional { " (optional)" } else { "" };
        let mark = paint.tone(tone, &format!("{word:<7}"));
        let _ = writeln!(out, "  {mark} {}{optional}", visible(&line.text));
        let why = visible(answered.reason());
        let _ = writeln!(out, "          {}", paint.tone(Tone::Faint, &why));
    }
}

fn summary(round: &Round<'_>, paint: Paint) -> String {
    let tone = match round.code() {
        0 => Tone::Good,
        1 => Tone::Error,
        _ => Tone::Warning,
    };
    paint.tone(tone, &round.summary())
}

fn mark(verdict: Option<Verdict>) -> (&'static str, Tone) {
    match verdict {
        Some(Verdict::Pass) => ("pass", Tone::Good),
        Some(Verdict::Warning) => ("warning", Tone::Warning),
        Some(Verdict::NoData) => ("no data", Tone::Note),
        Some(Verdict::Error) => ("ERROR", Tone::Error),
        Some(Verdict::Fail) => ("FAIL", Tone::Error),
        None => ("early", Tone::Faint),
    }
}

/// These lines of a round, as `--help` describes it.
pub fn json(round: &Round<'_>, lines: &[&Answered<'_>]) -> String {
    let lines = lines.iter().map(|answered| {
        let Answered {
            section,
            line,
            answer,
        } = answered;
        let evidence = match answer {
            Answer::Found(finding) => Some(&finding.evidence),
            Answer::Withheld(_) | Answer::NotDue(_) | Answer::People => None,
        };
        let evidence = evidence.map(|evidence| {
            serde_json::json!({
                "found": evidence.found, "expected": evidence.expected, "target": evidence.target,
                "duration_us": evidence.duration_us, "at": evidence.at,
            })
        });
        serde_json::json!({
            "id": line.id, "section": section.id, "line": line.line, "text": line.text, "optional": line.optional,
            "verdict": answered.verdict(), "reason": answered.reason(), "evidence": evidence,
        })
    });
    let lines: Vec<_> = lines.collect();
    let plan = &round.checklist.plan;
    let whole = serde_json::json!({
        "title": plan.title, "plan": round.checklist.hash, "code": round.code(), "lines": lines,
    });
    format!("{whole}\n")
}
