//! A line of a `.env` file.

use crate::answer::{Answer, Asked, Judgement};
use crate::dotenv::{self, Setting};
use crate::place::{Closed, Place};
use crate::site::Site;
use domain::verdict::Verdict;

pub(crate) fn probe(file: &str, key: &str, value: Option<&str>, site: &Site) -> Answer {
    let mut asked = Asked {
        read_as: ".env file, natively".to_owned(),
        target: format!("{key} in {file}"),
        expected: match value {
            None => format!("{key} is set and not empty"),
            Some(_) if looks_secret(key, value.unwrap_or_default()) => {
                format!("{key} has the value that the document names")
            }
            Some(value) => format!("{key}={value}"),
        },
    };
    let place = match Place::of(file, site) {
        Ok(place) => place,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target = format!("{key} in {}", place.shown());
    match place.read() {
        Ok((_, true)) => Answer::new(
            asked,
            Judgement::error(format!("{file} is longer than 1 MB: is it the right file?")),
        ),
        Ok((content, false)) => {
            let (settings, _) = dotenv::parse(&content);
            let shown = shown(&settings, key);
            Answer::new(asked, judge(file, key, value, &settings)).with_output(shown)
        }
        Err(Closed::Missing) => Answer::new(
            asked,
            Judgement::fail(format!("{file} does not exist"), "nothing"),
        ),
        Err(Closed::Refused(why)) => Answer::new(asked, Judgement::error(why)),
    }
}

/// The last setting of a key wins; that it was set before is a warning.
pub(crate) fn judge(file: &str, key: &str, expected: Option<&str>, settings: &[Setting]) -> Judgement {
    let all: Vec<&Setting> = settings.iter().filter(|setting| setting.key == key).collect();
    let Some(last) = all.last() else {
        let other = settings
            .iter()
            .find(|setting| setting.key.eq_ignore_ascii_case(key));
        let hint = other.map_or_else(String::new, |other| {
            format!(" ({} is, on line {})", other.key, other.line)
        });
        return Judgement::fail(format!("{key} is not set in {file}{hint}"), "not set");
    };
    let secret = looks_secret(key, &last.value) || expected.is_some_and(|value| looks_secret(key, value));
    let found = if secret {
        "set, not shown".to_owned()
    } else {
        last.value.clone()
    };
    let at = format!("line {}", last.line);
    if last.value.is_empty() && expected.is_none_or(|expected| !expected.is_empty()) {
        return Judgement::fail(format!("{key} is empty ({at})"), "empty");
    }
    if let Some(expected) = expected.filter(|expected| *expected != last.value) {
        return match (last.refers, secret) {
            (true, _) => Judgement::error(format!(
                "{key} refers to another variable ({at}), which is filled in only where the file is used: write the value"
            )),
            (false, true) => Judgement::fail(format!("{key} has another value ({at}; not shown)"), found),
            (false, false) => {
                Judgement::fail(format!("{key} is {}, not {expected} ({at})", last.value), found)
            }
        };
    }
    if all.len() > 1 {
        let lines: Vec<String> = all.iter().map(|setting| setting.line.to_string()).collect();
        let reason = format!(
            "{key} is right, but set {} times (lines {}): the last one counts",
            all.len(),
            lines.join(", ")
        );
        return Judgement::new(Verdict::Warning, reason, found);
    }
    match secret {
        true => Judgement::new(Verdict::Pass, format!("{key} is set ({at}; not shown)"), found),
        false => Judgement::new(Verdict::Pass, format!("{key}={} ({at})", last.value), found),
    }
}

/// Whether a value should not be shown: by the words of its name, or because it is an address with a password.
pub(crate) fn looks_secret(key: &str, value: &str) -> bool {
    let words = [
        "PASS",
        "PWD",
        "SECRET",
        "TOKEN",
        "KEY",
        "CREDENTIAL",
        "PRIVATE",
        "SALT",
        "AUTH",
        "COOKIE",
        "SIGNATURE",
        "DSN",
        "CERT",
    ];
    let key = key.to_ascii_uppercase();
    let address = value.split_once("://").is_some_and(|(_, rest)| {
        rest.split(['/', '?', '#'])
            .next()
            .unwrap_or_default()
            .contains('@')
    });
    address || words.iter().any(|word| key.contains(word))
}

fn shown(settings: &[Setting], key: &str) -> String {
    let lines = settings
        .iter()
        .filter(|setting| setting.key == key)
        .map(|setting| {
            let value = if looks_secret(key, &setting.value) {
                "[not shown]"
            } else {
                &setting.value
            };
            format!("{}: {key}={value}", setting.line)
        });
    lines.collect::<Vec<_>>().join("\n")
}
