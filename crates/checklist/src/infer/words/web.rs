//! Pages, paths and health checks that are named without a command.

use super::{Found, Words, any, is_route, whole_word};
use crate::expect::{self, Holds};
use crate::infer::{header, repeated};
use crate::measure::Measure;
use crate::phrases::{Lower, Phrases};
use domain::probe::{HttpProbe, ProbeSpec, StatusRule, TextRule};

/// Most addresses of one line.
const MOST: usize = 12;

/// Words that ask for a look at an address.
static ASKS: Phrases = Phrases::new(
    "visit, open , reachable, accessible, answers, responds, loads, available, works, working, health, \
    returns, return , get , navigate to, browse to, go to, access , is up, is live, online, \
    endpoint, route , curl, 200, erreichbar, antwortet, liefert, gibt, accessible, répond, renvoie, retourne, testée, accesible, \
    responde, devuelve, acessível, retorna, disponible, disponível, 可访问, 返回, 响应, 访问, アクセス, 返",
);

/// Words that ask a person to do something there, or to be somebody.
static PERSON: Phrases = Phrases::new(
    "log in, login and, logged in, sign in, sign up, click, select , with jwt, with token, with a token, \
    with auth, authenticated, bearer, dashboard, fill in, fill out, submit, upload, create , configure, add , register, paste, \
    redirect, websocket, incognito, mobile, browser console, devtools, rotate, flow, form, button, manually, functionality, permission, admin, header, cors, faucet, claimed, bought, purchased, curl , wget ",
);

/// Services whose paths are not those of what is deployed.
static OTHERS: Phrases = Phrases::new(
    "loki, prometheus, grafana, jaeger, kibana, elasticsearch, alertmanager, rabbitmq, minio, consul, vault",
);

/// A URL in code, in a link or in the words, or a path without a host.
pub fn web(words: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    if words.codes.is_empty() && words.links.is_empty() && !words.text.contains('/') {
        return None;
    }
    let addresses = addresses(words, lower);
    if addresses.is_empty() || changes(words.text) {
        return None;
    }
    let secure = any(
        lower,
        &["https or on loopback", "https or loopback", "loopback or https"],
    );
    let (before, after) = around(words.text, addresses[0]);
    // "`wp option get siteurl` returns `https://…`": what comes out, and no page to be asked.
    if words.codes.len() > 1 && expect::ends_with_verb(before) {
        return None;
    }
    let expectation = expect::read(before, after).with_output(words.output);
    if expectation.beyond.is_some() || expectation.example {
        return None;
    }
    let (status, body) = match &expectation.holds {
        Some(Holds::Status(status)) => (*status, Vec::new()),
        Some(Holds::Is(text)) => (StatusRule::Success, vec![TextRule::Contains(text.clone())]),
        Some(
            holds @ (Holds::Contains(_)
            | Holds::Lacks(_)
            | Holds::Text(_)
            | Holds::Json(_)
            | Holds::Something),
        ) => (StatusRule::Success, expect::text_rules(holds)),
        // What an address that answers is; any other word would have to be read in its answer.
        Some(Holds::Word(word)) if ANSWERING.contains(&word.to_lowercase().as_str()) => {
            (StatusRule::Success, Vec::new())
        }
        Some(Holds::Word(_)) => return None,
        // A number beside an address is a time or a port more often than an answer.
        None
        | Some(Holds::Empty | Holds::AllUp | Holds::Number(_) | Holds::Between(..) | Holds::Lines(_)) => {
            (StatusRule::Success, Vec::new())
        }
    };
    let within_ms = expectation.within_ms;
    let said = secure || within_ms.is_some() || status != StatusRule::Success || !body.is_empty();
    let alone = words.text.trim().trim_matches(['`', '<', '>']) == addresses[0];
    let person = ASKS_NOTHING.iter().any(|word| lower.starts_with(word)) || person(lower, said);
    let asks = said || alone || ASKS.within(lower);
    (asks && !person).then(|| {
        let specs: Vec<ProbeSpec> = addresses
            .iter()
            .map(|url| {
                ProbeSpec::Http(HttpProbe {
                    url: (*url).to_owned(),
                    status,
                    body: body.clone(),
                    filters: Vec::new(),
                    within_ms,
                    secure_or_loopback: secure,
                    headers: Vec::new(),
                    response: Vec::new(),
                })
            })
            .collect();
        let because = match addresses[0].starts_with('/') {
            true => "the path is asked by GET of the environment's web endpoint",
            false => "the address is asked by GET",
        };
        (super::one_or_all(specs), because.to_owned())
    })
}

/// "Response has header `X-Frame-Options: DENY`": of the address that is named, else of the environment's web endpoint.
pub fn headers(words: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    let response = header::said(words.codes, lower)?;
    let url = match addresses(words, lower).as_slice() {
        [] => "/".to_owned(),
        [url] => (*url).to_owned(),
        _ => return None,
    };
    let spec = ProbeSpec::Http(HttpProbe {
        url,
        status: StatusRule::Success,
        body: Vec::new(),
        filters: Vec::new(),
        within_ms: None,
        secure_or_loopback: false,
        headers: Vec::new(),
        response,
    });
    Some((spec, "the header of the answer is read".to_owned()))
}

/// "`/api/items` twice: the second call should be faster".
pub fn repeated(words: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    let spec = repeated::page(words.text, &addresses(words, lower))?;
    (!changes(words.text)).then(|| (spec, repeated::BECAUSE.to_owned()))
}

/// Words for an address that answers.
const ANSWERING: &[&str] = &[
    "up",
    "ok",
    "live",
    "online",
    "available",
    "active",
    "running",
    "open",
    "healthy",
    "ready",
];

/// Beginnings of lines that only point somewhere.
const ASKS_NOTHING: &[&str] = &[
    "see ",
    "documentation:",
    "docs:",
    "reference:",
    "siehe ",
    "voir ",
    "ver ",
];

fn person(lower: &Lower, said: bool) -> bool {
    PERSON
        .of(lower)
        .any(|word| !said || !matches!(word.trim(), "create" | "add" | "dashboard"))
}

/// POST and its like: such a request is never sent.
pub fn changes(text: &str) -> bool {
    ["POST", "PUT", "PATCH", "DELETE"]
        .iter()
        .any(|method| whole_word(text, method).is_some())
}

/// The addresses of a line, each once: whole ones, else paths without a host.
fn addresses<'a>(words: &Words<'a>, lower: &Lower) -> Vec<&'a str> {
    let codes = || {
        words
            .codes
            .iter()
            .map(|code| code.strip_prefix("GET ").unwrap_or(code).trim())
    };
    let spoken = || {
        words
            .text
            .split_whitespace()
            .map(|word| word.trim_matches(['(', ')', ',', '.', '"', '<', '>', '`', '*', ';']))
    };
    let whole = || {
        codes()
            .chain(words.links.iter().copied())
            .chain(spoken())
            .filter(|word| is_url(word))
    };
    let mut found: Vec<&str> = whole().take(1).collect();
    if found.is_empty() && !OTHERS.within(lower) {
        found = codes().filter(|code| is_plain_route(code)).collect();
        let named = any(lower, &["get ", "endpoint", "route", "returns", "health", "page"]);
        if found.is_empty() && named {
            found = spoken()
                .filter(|word| is_plain_route(word) && word.len() > 1)
                .take(1)
                .collect();
        }
    }
    let mut once: Vec<&str> = Vec::new();
    for url in found {
        if !once.contains(&url) {
            once.push(url);
        }
        if once.len() > MOST {
            return Vec::new();
        }
    }
    once
}

/// What stands before and behind an address.
fn around<'a>(text: &'a str, address: &str) -> (&'a str, &'a str) {
    let at = text.find(address).unwrap_or(text.len());
    let end = (at + address.len()).min(text.len());
    let before = text[..at].trim_end_matches('`');
    (
        before
            .strip_suffix("GET ")
            .map_or(before, |before| before.trim_end_matches('`')),
        text[end..].trim_start_matches('`'),
    )
}

/// An address that can be asked as it stands.
pub fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| {
        rest.len() > 3 && !rest.contains([' ', '<', '{', '*', '$', '[', '`', '…']) && !rest.contains("...")
    })
}

fn is_plain_route(text: &str) -> bool {
    let plain = !text.contains([' ', '<', '{', '*', '$', '[', ':', '`', '(', '|', '\\', ',', '…'])
        && !text.contains("...");
    text.starts_with('/') && !text.starts_with("//") && plain && text.len() < 200 && is_route(text)
}
