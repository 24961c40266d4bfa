//! Webhooks: who is told what happens in the runs of an environment.

use crate::notice::Kind;
use serde::{Deserialize, Serialize};

/// One `[[webhooks]]` of an environment's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Its name, which stands in the place of its address everywhere.
    pub name: String,
    /// What is sent.
    pub form: WebhookForm,
    /// `$NAME` of one of the environment's secrets: whoever knows the address may write there.
    pub url: String,
    /// What is told; empty: everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Kind>,
    /// `$NAME` of the secret that the signed form is signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Its address may be http although it is neither on this machine nor of a development environment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain_http: bool,
}

/// What is sent to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookForm {
    /// Slack's blocks.
    Slack,
    /// An Adaptive Card, as Microsoft Teams takes it.
    Teams,
    /// Gonogo's own JSON, signed.
    Signed,
}

impl Webhook {
    /// Whether it wants to be told about this.
    pub fn wants(&self, kind: Kind) -> bool {
        // A head is for a witness, and says nothing to people.
        (self.events.is_empty() && kind != Kind::HeadSigned) || self.events.contains(&kind)
    }
}

impl WebhookForm {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            WebhookForm::Slack => "slack",
            WebhookForm::Teams => "teams",
            WebhookForm::Signed => "signed",
        }
    }
}
