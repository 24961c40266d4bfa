//! What is sent to a webhook. The words come from the document, from people and from targets: they are masked first, and in no form do
//! they become markup.

use crate::server::run::Opened;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    environment::WebhookForm,
    notice::{Kind, Notice},
    outline::Outline,
    plan::ItemId,
    run::Run,
};
use probe::Secrets;
use serde_json::{Value, json};

/// How much of one text is told, in characters: the page has all of it.
const LONGEST: usize = 600;

/// How much Slack takes as a header, in characters.
const LONGEST_HEADER: usize = 150;

/// What is told, in words without secrets.
#[derive(Debug)]
pub struct Message {
    kind: Kind,
    /// In a few words: "NO-GO · Shop v1 in shop".
    title: String,
    /// In one sentence.
    sentence: String,
    /// The address of what it is about.
    link: String,
    checklist: String,
    run: i64,
    release: String,
    environment: String,
    class: &'static str,
    at: DateTime<Utc>,
    /// The signed head, for the signed form.
    head: Option<Value>,
}

impl Message {
    /// What `notice` tells about a run, for people who come to `origin`.
    pub fn new(origin: &str, opened: &Opened, secrets: &Secrets, notice: &Notice, at: DateTime<Utc>) -> Self {
        let run = &opened.pinned.run;
        let words = |text: &str| short(&secrets.mask(text), LONGEST);
        let (checklist, release) = (words(&run.start.title), words(&run.start.release));
        Self {
            kind: notice.kind(),
            title: format!(
                "{} · {checklist} {release} in {}",
                headline(notice),
                run.start.environment
            ),
            sentence: words(&sentence(notice, &opened.outline, run)),
            link: format!("{origin}{}", notice.path(run)),
            checklist,
            run: run.id.0,
            release,
            environment: run.start.environment.clone(),
            class: run.start.class.word(),
            at,
            head: if let Notice::HeadSigned { envelope, .. } = notice {
                serde_json::from_str(envelope).ok()
            } else {
                None
            },
        }
    }

    /// The body, as JSON.
    pub fn body(&self, form: WebhookForm, delivery: &str) -> String {
        match form {
            WebhookForm::Slack => self.slack(),
            WebhookForm::Teams => self.teams(),
            WebhookForm::Signed => self.plain(delivery),
        }
        .to_string()
    }

    /// Slack's blocks. Words stand in `plain_text`, which knows neither mentions nor links; `text`, which notifications show, is
    /// escaped.
    fn slack(&self) -> Value {
        let plain = |text: String| json!({ "type": "plain_text", "text": text, "emoji": false });
        let button = json!({
            "type": "button", "url": self.link, "action_id": "open",
            "text": { "type": "plain_text", "text": self.invitation() },
        });
        json!({
            "text": escaped(&format!("{}: {}", self.title, self.sentence)),
            "mrkdwn": false,
            "unfurl_links": false,
            "unfurl_media": false,
            "blocks": [
                { "type": "header", "text": plain(short(&self.title, LONGEST_HEADER)) },
                { "type": "section", "text": plain(self.sentence.clone()) },
                { "type": "actions", "elements": [button] },
            ],
        })
    }

    /// An Adaptive Card. Words stand in text runs, which know no Markdown.
    fn teams(&self) -> Value {
        let line = |run: Value| json!({ "type": "RichTextBlock", "inlines": [run] });
        let title = json!({ "type": "TextRun", "text": self.title, "weight": "Bolder", "size": "Medium" });
        let sentence = json!({ "type": "TextRun", "text": self.sentence });
        json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": null,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [line(title), line(sentence)],
                    "actions": [{ "type": "Action.OpenUrl", "title": self.invitation(), "url": self.link }],
                },
            }],
        })
    }

    fn plain(&self, delivery: &str) -> Value {
        let mut plain = json!({
            "delivery": delivery,
            "event": self.kind.word(),
            "at": self.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            "title": self.title,
            "sentence": self.sentence,
            "link": self.link,
            "run": {
                "number": self.run,
                "checklist": self.checklist,
                "release": self.release,
                "environment": self.environment,
                "class": self.class,
            },
        });
        if let Some(head) = &self.head {
            plain["head"] = head.clone();
        }
        plain
    }

    fn invitation(&self) -> String {
        format!("Open run {}", self.run)
    }
}

fn headline(notice: &Notice) -> &'static str {
    match notice {
        Notice::Waiting { .. } => "Waiting for you",
        Notice::ReadyToSign { .. } => "Ready to sign",
        Notice::NoGo { .. } => "NO-GO",
        Notice::WindowFailed { .. } => "A window failed",
        Notice::HoldOff { .. } => "A rollback starts by itself, unless you hold it",
        Notice::NoAutomaticRollback { .. } => "No automatic rollback",
        Notice::HourlyFailed { .. } => "An hourly check failed",
        Notice::Escalated { .. } => "Somebody needs help",
        Notice::RollbackStarted { rehearsal: true, .. } => "Rehearsal of a rollback",
        Notice::RollbackStarted { .. } => "Rollback started",
        Notice::RollbackEnded { differences: 0 } => "Rolled back",
        Notice::RollbackEnded { .. } => "Rolled back, with differences",
        Notice::RollbackAsks { .. } => "A rollback waits for somebody",
        Notice::HeadSigned { .. } => "Record signed",
    }
}

fn sentence(notice: &Notice, outline: &Outline, run: &Run) -> String {
    match notice {
        Notice::Waiting { lines } => {
            let first = lines.first().map(|item| line(outline, item)).unwrap_or_default();
            match lines.len() {
                1 => format!("Only somebody's word is missing: {first}."),
                several => format!("Only the words for {several} lines are missing, first: {first}."),
            }
        }
        Notice::ReadyToSign { slots } => {
            format!("Everything is settled. Not signed yet: {}.", slots.join(", "))
        }
        Notice::NoGo {
            role: Some(role),
            by,
            reason,
        } => format!("{by} signed no-go as {}: “{reason}”.", slot(outline, role)),
        Notice::NoGo {
            role: None,
            by,
            reason,
        } => format!("{by} closed the run as no-go: “{reason}”."),
        Notice::WindowFailed { item, reason } => format!("{}: {reason}", line(outline, item)),
        Notice::HoldOff { line: item, until } => format!(
            "{} failed. The rollback starts at {} UTC, unless somebody who may roll back holds it.",
            line(outline, item),
            until.format("%H:%M:%S")
        ),
        Notice::NoAutomaticRollback { line: item, why } => format!(
            "{} failed, and the rollback that the environment's file asks for does not start: {why}.",
            line(outline, item)
        ),
        Notice::HourlyFailed { line: item, reason } => format!("{}: {reason}", line(outline, item)),
        Notice::Escalated {
            line: item,
            by,
            reason,
        } => format!("No guide helped {by} with {}: {reason}", line(outline, item)),
        Notice::RollbackStarted { by, reason, .. } => format!("{by} started it: “{reason}”."),
        Notice::RollbackEnded { differences: 0 } => "Things are as they were, or accepted.".to_owned(),
        Notice::RollbackEnded { differences: 1 } => {
            "All steps are over. 1 part is not as it was and waits for somebody's word.".to_owned()
        }
        Notice::RollbackEnded { differences } => format!(
            "All steps are over. {differences} parts are not as they were and wait for somebody's word."
        ),
        Notice::HeadSigned { number, .. } => {
            format!("The record was signed at event {number}: kept elsewhere, this is a checkpoint.")
        }
        Notice::RollbackAsks { step } => {
            let steps = run.rollback.as_ref().map_or(0, |rollback| rollback.steps.len());
            format!(
                "Step {} of {steps} did not end well, or is done by hand: a person chooses how it goes on.",
                step + 1
            )
        }
    }
}

/// The words of a line, and its id where the document has none.
fn line(outline: &Outline, item: &ItemId) -> String {
    let found = outline.lines().find(|(_, line)| line.id == *item);
    found.map_or_else(
        || item.0.clone(),
        |(_, line)| line.text.trim_end_matches('.').to_owned(),
    )
}

fn slot<'a>(outline: &'a Outline, role: &'a str) -> &'a str {
    let slot = outline.slots.iter().find(|slot| slot.key() == role);
    slot.map_or(role, |slot| &slot.title)
}

/// In one line, and with an ellipsis where it is longer.
fn short(text: &str, longest: usize) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match line.char_indices().nth(longest) {
        None => line,
        Some(_) => {
            let kept: String = line.chars().take(longest - 1).collect();
            format!("{kept}…")
        }
    }
}

/// The three characters that Slack reads (`<!channel>`, `<https://…|words>`, `&amp;`).
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
