//! Webhooks of a site: addresses and keys taken out of the secrets, checked, and shown to nobody.

use super::opening::check_address;
use crate::redact::Secrets;
use domain::environment::{Class, Environment, Webhook};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::net::IpAddr;
use url::Url;

/// The fewest bytes that a key may have (RFC 2104 wants it no shorter than half a digest).
const SHORTEST_KEY: usize = 16;

/// A webhook that can be told something.
#[derive(Clone)]
pub struct Hook {
    /// As the file declares it.
    pub declared: Webhook,
    pub(crate) url: Url,
    key: Option<String>,
}

impl Hook {
    /// `t=SECONDS,v1=HEX`: HMAC-SHA-256 over `SECONDS.body` under the webhook's key; `None` for a form that is not signed.
    pub fn signature(&self, seconds: i64, body: &str) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_ref()?.as_bytes()).ok()?;
        mac.update(format!("{seconds}.{body}").as_bytes());
        let mut shown = format!("t={seconds},v1=");
        for byte in mac.finalize().into_bytes() {
            // Writing to a text does not fail.
            let _ = write!(shown, "{byte:02x}");
        }
        Some(shown)
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hook({})", self.declared.name)
    }
}

/// The webhooks of an environment. What they name is handed to no command from then on, and masked as before.
///
/// # Errors
/// The key of the file, and what to do.
pub(super) fn hooks(environment: &Environment, secrets: &mut Secrets) -> Result<Vec<Hook>, (String, String)> {
    let mut names = BTreeSet::new();
    let mut hooks = Vec::new();
    for declared in &environment.webhooks {
        let error = |key: &str, why: String| (format!("webhook {}{key}", declared.name), why);
        if declared.name.trim().is_empty() || declared.name.chars().any(char::is_control) {
            return Err(error("", "a webhook needs a name".to_owned()));
        }
        if !names.insert(declared.name.as_str()) {
            return Err(error("", "there are two of this name: name each once".to_owned()));
        }
        let url = referred(&declared.url, secrets).map_err(|why| error(", url", why))?;
        let url = address(url, declared, environment.class).map_err(|why| error(", url", why))?;
        let key = key(declared, secrets).map_err(|why| error(", secret", why))?;
        hooks.push(Hook {
            declared: declared.clone(),
            url,
            key,
        });
    }
    for reference in environment
        .webhooks
        .iter()
        .flat_map(|declared| [Some(&declared.url), declared.secret.as_ref()])
        .flatten()
    {
        secrets.withhold(name(reference));
    }
    Ok(hooks)
}

fn name(reference: &str) -> &str {
    let bare = reference.strip_prefix('$').unwrap_or_default();
    bare.strip_prefix('{')
        .and_then(|bare| bare.strip_suffix('}'))
        .unwrap_or(bare)
}

/// What a reference stands for. It is a whole secret: what is not hidden as one would be shown with the file.
fn referred<'a>(reference: &str, secrets: &'a Secrets) -> Result<&'a str, String> {
    secrets.value(name(reference)).ok_or_else(|| {
        "write `$NAME`, where NAME stands below [secrets]: whoever knows the value may write in your name"
            .to_owned()
    })
}

fn address(text: &str, declared: &Webhook, class: Class) -> Result<Url, String> {
    check_address(text)?;
    let url = Url::parse(text).map_err(|_| "it is not an address".to_owned())?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if declared.plain_http || class == Class::Development || is_loopback(&url) => Ok(url),
        "http" => Err(
            "it is plain http, which anybody on the way reads: use https, or say `plain_http = true`"
                .to_owned(),
        ),
        _ => Err("it is neither https nor http".to_owned()),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

fn key(declared: &Webhook, secrets: &Secrets) -> Result<Option<String>, String> {
    use domain::environment::WebhookForm::{Signed, Slack, Teams};
    match (declared.form, &declared.secret) {
        (Slack | Teams, None) => Ok(None),
        (Slack | Teams, Some(_)) => Err("only the form `signed` uses one: leave it out".to_owned()),
        (Signed, None) => Err("the form `signed` needs one: `secret = \"$NAME\"`".to_owned()),
        (Signed, Some(reference)) => {
            let key = referred(reference, secrets)?;
            match key.len() >= SHORTEST_KEY {
                true => Ok(Some(key.to_owned())),
                false => Err(format!(
                    "it has fewer than {SHORTEST_KEY} bytes: take a longer one"
                )),
            }
        }
    }
}
