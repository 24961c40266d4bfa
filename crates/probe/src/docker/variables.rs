//! The variables of containers, compared with the `.env` file that they were made from.

use super::containers::{self, Container};
use super::weakest;
use crate::answer::Judgement;
use crate::dotenv::{self, Setting};
use crate::env_line::looks_secret;
use crate::place::{Closed, Place};
use crate::redact::Secrets;
use crate::site::Site;
use crate::text::{self, Text};
use chrono::{DateTime, Utc};
use domain::probe::{Filter, TextRule};
use std::collections::BTreeMap;

/// What the `.env` file in the work directory sets; nothing where there is none that may be read, since the containers
/// are judged without it too.
pub(crate) async fn written(site: &Site) -> Result<Vec<Setting>, String> {
    let place = Place::of(".env", site)?;
    let read = tokio::task::spawn_blocking(move || place.read()).await;
    match read.map_err(|why| why.to_string())? {
        Ok((content, _)) => Ok(dotenv::parse(&content).0),
        Err(Closed::Missing | Closed::Refused(_)) => Ok(Vec::new()),
    }
}

/// Judges the variables of each container, and whether it was made from the file as it is now.
pub(crate) fn judge(
    containers: &[Container],
    settings: &[Setting],
    filters: &[Filter],
    rules: &[TextRule],
    now: DateTime<Utc>,
    secrets: &Secrets,
) -> (Judgement, String) {
    let (mut judged, mut output) = (Vec::new(), String::new());
    for container in containers {
        if !container.runs() {
            let state = containers::judge(container, false, now, secrets);
            let why = format!("nothing runs there to have variables: {}", state.reason);
            judged.push(Judgement::error(why));
            continue;
        }
        let left = text::filter(Text::of(shown(container).as_bytes(), false), filters, secrets);
        match left {
            Ok(left) => {
                output.push_str(&left.text);
                judged.push(text::judge(&left, rules, secrets));
                judged.extend(rules.iter().filter_map(|rule| misnamed(&left.text, rule)));
            }
            Err(judgement) => judged.push(judgement),
        }
        judged.extend(differing(container, settings, filters));
    }
    (weakest(judged), output)
}

/// A rule that writes a variable with its value is not held by one whose name only ends so.
fn misnamed(text: &str, rule: &TextRule) -> Option<Judgement> {
    let TextRule::Contains(part) = rule else {
        return None;
    };
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (name, _) = part.split_once('=')?;
    let mut places = text.match_indices(part.as_str()).peekable();
    places.peek()?;
    let longer = places.all(|(at, _)| text[..at].ends_with(in_name));
    (!name.is_empty() && name.chars().all(in_name) && longer).then(|| {
        let reason = format!("{name} is not what is set: a longer name ends so");
        Judgement::fail(reason.clone(), reason)
    })
}

fn variables(container: &Container) -> BTreeMap<&str, &str> {
    let variables = container
        .seen
        .config
        .as_ref()
        .and_then(|config| config.env.as_ref());
    let pairs = variables
        .into_iter()
        .flatten()
        .filter_map(|line| line.split_once('='));
    pairs.collect()
}

/// One variable a line, sorted; values of secrets are left out.
fn shown(container: &Container) -> String {
    let lines = variables(container)
        .into_iter()
        .map(|(key, value)| match looks_secret(key, value) {
            true if !value.is_empty() => format!("{key}=[not shown]\n"),
            _ => format!("{key}={value}\n"),
        });
    lines.collect()
}

/// Variables that the file sets otherwise now, among those that are asked for. One that only the file has need not be
/// passed on, and one that refers to others is filled in only by Compose.
pub(crate) fn differing(
    container: &Container,
    settings: &[Setting],
    filters: &[Filter],
) -> Option<Judgement> {
    let sieve = text::sieve(filters);
    let asked = |line: &str| sieve.as_ref().is_none_or(|keeps| keeps(line));
    // The last setting of a variable counts.
    let settings: BTreeMap<&str, &Setting> = settings
        .iter()
        .map(|setting| (setting.key.as_str(), setting))
        .collect();
    let differing: Vec<String> = variables(container)
        .into_iter()
        .filter(|(key, value)| asked(&format!("{key}={value}")))
        .filter_map(|(key, value)| {
            let setting = settings
                .get(key)
                .filter(|setting| !setting.refers && setting.value != value)?;
            Some(
                match looks_secret(key, value) || looks_secret(key, &setting.value) {
                    true => format!("{key} (not shown)"),
                    false => format!("{key} ({value}, in .env {})", setting.value),
                },
            )
        })
        .collect();
    (!differing.is_empty()).then(|| {
        let (name, service, list) = (&container.name, &container.service, differing.join(", "));
        Judgement::fail(
            format!(
                "{name} runs with other values than .env has now: {list}; make it again (`up -d {service}`)"
            ),
            format!("differs from .env: {list}"),
        )
    })
}
