//! Lines of `.env` files.

use super::{Found, Words, any, one_or_all};
use crate::lint::exposed;
use crate::measure::Measure;
use crate::phrases::{Lower, Phrases};
use domain::probe::ProbeSpec;

/// Places where values live that are in no file of the repository.
static ELSEWHERE: Phrases = Phrases::new(
    "dashboard, vercel, netlify, heroku, railway, on render, in render, render env, fly.io, github, gitlab, \
    secrets manager, secret manager, parameter store, key vault, console, portal, cloudflare, app settings, app service, \
    configmap, config map, lambda, docker-compose.yml, settings.py, systemd, ci/cd, pipeline, build args, amplify, firebase",
);

/// Platforms that keep the values of what they host, as a heading names them.
const PLATFORMS: &[&str] = &[
    "render",
    "vercel",
    "netlify",
    "railway",
    "heroku",
    "fly.io",
    "cloudflare",
    "amplify",
    "firebase",
    "dashboard",
    "lambda",
];

/// `KEY=value` alone, "`KEY` is set to `value`", or "`KEY` is set in `.env`".
pub fn env_line(words: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    if words.codes.is_empty() && !words.text.contains('_') {
        return None;
    }
    let file = words
        .codes
        .iter()
        .find(|code| code.starts_with(".env") || code.ends_with(".env"))
        .map(|code| (*code).to_owned());
    let above = words.parent.and_then(|parent| {
        parent
            .split_whitespace()
            .map(|word| word.trim_matches(['`', ':', ',']))
            .find(|word| word.starts_with(".env") || word.ends_with(".env"))
            .map(str::to_owned)
    });
    if file.is_none() && above.is_none() && elsewhere(words.near, lower) {
        return None;
    }
    let file_name = file.clone().or(above).unwrap_or_else(|| ".env".to_owned());
    let said = words
        .codes
        .first()
        .and_then(|code| assignment(code))
        .or_else(|| pair(words))
        .or_else(|| spoken(words));
    if let Some((key, value)) = said {
        return Some(line(&file_name, key, value));
    }
    let keys: Vec<&str> = words
        .codes
        .iter()
        .copied()
        .filter(|code| is_variable(code) && code.len() > 2)
        .collect();
    let set = any(
        lower,
        &[
            "set",
            "defined",
            "present",
            "configured",
            "gesetzt",
            "définie",
            "défini",
            "configurad",
            "definid",
            "设置",
            "設定",
        ],
    );
    (file.is_some() && set && !keys.is_empty()).then(|| {
        let specs = keys.iter().map(|key| ProbeSpec::EnvLine {
            file: file_name.clone(),
            key: (*key).to_owned(),
            value: None,
        });
        let because = match keys.as_slice() {
            [key] => format!("the line `{key}` of `{file_name}` is read and must not be empty"),
            keys => format!(
                "the lines `{}` of `{file_name}` are read and must not be empty",
                keys.join("`, `")
            ),
        };
        (one_or_all(specs.collect()), because)
    })
}

/// Whether the values live in no file of the environment, by the headings and by the words in lower case.
fn elsewhere(near: &str, lower: &Lower) -> bool {
    ELSEWHERE.within(lower) || hosted(near)
}

/// What says that a block lists environment variables.
static VARIABLES: Phrases = Phrases::new(
    "environment variable, env variable, env var, environment setting, environment file, environment config, \
    .env, umgebungsvariable, variables d'environnement, variables de entorno, variáveis de ambiente, variabili d'ambiente, \
    环境变量, 環境変数, 환경 변수, 환경변수, переменные окружения, переменных окружения",
);

/// The file in which a block's variables must be set, by the words that it stands under and the headings above: `None`
/// where they say nothing of environment variables, or that these are kept elsewhere, or where the file is a template.
pub fn settings_file(near: &str, headings: &str) -> Option<String> {
    let lower = Lower::of(near);
    let says = VARIABLES.within(&lower);
    let mut named = near
        .split_whitespace()
        .map(|word| word.trim_matches(['`', ':', ',', '*', '(', ')', '"', '.']));
    // The dot of `.env` was trimmed with the full stops.
    let file = named.find(|word| {
        *word == "env" && near.contains(".env") || word.starts_with("env.") || word.ends_with(".env")
    });
    let file = match file {
        Some(word) if word.starts_with("env") => format!(".{word}"),
        Some(word) => word.to_owned(),
        None => ".env".to_owned(),
    };
    let template = ["example", "template", "sample", "dist"]
        .iter()
        .any(|word| file.contains(word));
    (says && !template && !elsewhere(headings, &lower)).then_some(file)
}

/// The probe for one line of a block. Values of blocks are examples more often than those of lines: an address is not
/// compared.
pub fn setting(file: &str, key: &str, value: &str) -> Found {
    let example =
        value.contains("://") || value.contains(['@', ' ']) || value.contains("__") || value.len() > 40;
    let kept = [
        "KEY", "SALT", "URL", "URI", "DSN", "ID", "HOST", "PASS", "PWD", "USER", "EMAIL", "DOMAIN",
    ];
    let own = key.rsplit('_').next().is_some_and(|last| kept.contains(&last));
    line(file, key, if example || own { "" } else { value })
}

/// Whether the headings above name a platform.
fn hosted(near: &str) -> bool {
    let near = Lower::of(near);
    near.any(PLATFORMS)
        && near
            .split(|c: char| !c.is_alphanumeric() && c != '.')
            .any(|word| PLATFORMS.contains(&word))
}

/// The probe for one line.
fn line(file: &str, key: &str, value: &str) -> Found {
    let compared = fixed(value) && !exposed::is_secret(key);
    let because = match compared {
        true => format!("the line `{key}` of `{file}` is read and must be `{value}`"),
        false => {
            format!("the line `{key}` of `{file}` is read and must not be empty; its value is not compared")
        }
    };
    let value = compared.then(|| value.to_owned());
    let spec = ProbeSpec::EnvLine {
        file: file.to_owned(),
        key: key.to_owned(),
        value,
    };
    (spec, because)
}

/// Words between a variable and its value in two spans of code.
const BETWEEN: &[&str] = &[
    "=",
    ":",
    "to",
    "is",
    "is set to",
    "set to",
    "equals",
    "→",
    "->",
    "auf",
    "ist",
    "auf den wert",
    "à",
    "est",
    "réglé sur",
    "a",
    "en",
    "es",
    "está en",
    "como",
    "para",
    "é",
    "为",
    "设为",
    "设置为",
    "を",
    "は",
];

/// "`NODE_ENV` is set to `production`".
fn pair<'a>(words: &Words<'a>) -> Option<(&'a str, &'a str)> {
    let [key, value] = words.codes else { return None };
    let after = words.text.split_once(&format!("`{key}`"))?.1;
    let between = after.split_once('`')?.0.trim().to_lowercase();
    let plain = !value.contains([' ', '`', '\n']) && !value.starts_with(".env");
    (is_variable(key) && key.len() > 2 && plain && BETWEEN.contains(&between.as_str()))
        .then_some((*key, *value))
}

/// "set NODE_ENV=production" and "NODE_ENV set to production" without code.
fn spoken<'a>(words: &Words<'a>) -> Option<(&'a str, &'a str)> {
    if !words.codes.is_empty() {
        return None;
    }
    let mut spoken = words
        .text
        .split_whitespace()
        .map(|word| word.trim_matches([',', ';', '.', '(', ')', '"', '*']));
    let named = |key: &str| is_variable(key) && key.contains('_');
    while let Some(word) = spoken.next() {
        if let Some((key, value)) = assignment(word).filter(|(key, value)| named(key) && !value.is_empty()) {
            return Some((key, value));
        }
        if named(word) {
            let rest: Vec<&str> = spoken.collect();
            let value = match rest.as_slice() {
                ["is", "set", "to", value] | ["set", "to", value] | ["=", value] | ["is", value] => *value,
                _ => return None,
            };
            let state = [
                "",
                "set",
                "configured",
                "defined",
                "correct",
                "present",
                "rotated",
                "valid",
                "used",
            ];
            return (!state.contains(&value)).then_some((word, value));
        }
    }
    None
}

/// `KEY=value` with a key in capitals.
pub fn assignment(code: &str) -> Option<(&str, &str)> {
    let (key, value) = code.split_once('=')?;
    let shaped = is_variable(key) && !value.contains(['`', '\n', ' ']) && !value.contains("$(");
    shaped.then(|| (key, value.trim_matches(['"', '\''])))
}

/// Whether a value is meant as written, and not to be filled in.
pub fn fixed(value: &str) -> bool {
    let lower = value.to_lowercase();
    let open = [
        "your",
        "xxx",
        "...",
        "changeme",
        "change-me",
        "change_me",
        "placeholder",
        "example.com",
        "todo",
        "actual",
        "/path/to",
        "sk_live",
        "sk_test",
        "pk_live",
        "pk_test",
        "replace",
        "insert",
        "dummy",
        "hostname-or",
        "my-",
    ];
    !value.is_empty()
        && !value.contains(['<', '{', '$', '…', '[', '%'])
        && !open.iter().any(|word| lower.contains(word))
        && !["secret", "password", "random", "generated", "value", "here"].contains(&lower.as_str())
}

/// `NODE_ENV`
pub fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
