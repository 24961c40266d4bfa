//! Commands that are read natively, so that no process is started.

mod compose;
mod files;
pub mod kubernetes;
mod metrics;
mod postgres;
mod processes;
mod redis;
mod services;

use crate::expect::{Expectation, Holds, text_rules};
use crate::infer::{header, words};
use crate::lint::secret::{self, Strength};
use crate::shell::{Redirect, Simple};
use domain::probe::web::may_send;
use domain::probe::{
    Filter, GitQuestion, HeaderRule, HttpProbe, PostgresProbe, PostgresQuestion, ProbeSpec, StatusRule,
    TextRule, Tool,
};
use domain::quantity::{Comparison, Unit, Version};

/// The native probe for one command and the filters behind it, where there is one.
pub fn probe(
    command: &Simple,
    filters: &[Filter],
    expectation: &Expectation,
    rules: &[TextRule],
) -> Option<ProbeSpec> {
    let quiet = command.redirects.iter().all(|redirect| match redirect {
        Redirect::Reads { .. } => true,
        Redirect::Writes { file, .. } => file.literal.as_deref() == Some("/dev/null"),
    });
    if !quiet {
        return None;
    }
    let program = command.program()?;
    if program == "psql" {
        return postgres::asked(command, filters, rules);
    }
    if program == "pg_isready" {
        let address = postgres::address(command)?;
        return Some(ProbeSpec::Postgres(PostgresProbe {
            address,
            question: PostgresQuestion::Answers,
        }));
    }
    if matches!(program, "redis-cli" | "valkey-cli") {
        let dropped = command
            .assignments
            .iter()
            .all(|(name, _)| name == "REDISCLI_AUTH");
        dropped.then_some(())?;
        return redis::probe(None, &command.arguments(), filters, expectation, rules);
    }
    if let Some(compose) = compose::read(program, &command.arguments()) {
        return services::probe(&compose, filters, expectation, rules).or_else(|| {
            version(program, &command.literal_arguments()?, expectation).filter(|_| filters.is_empty())
        });
    }
    let arguments = command.literal_arguments()?;
    if !command.assignments.is_empty() {
        return None;
    }
    match program {
        "curl" => http(&arguments, filters, expectation, rules),
        "test" | "[" if filters.is_empty() => files::tested(&arguments),
        "sha256sum" | "shasum" if filters.is_empty() => files::summed(program, &arguments, rules),
        "stat" if filters.is_empty() && !rules.is_empty() => files::owned(&arguments, rules),
        "ls" | "stat" if filters.is_empty() && rules.is_empty() => files::listed(&arguments),
        "ls" if filters.is_empty() => files::unlisted(&arguments, rules),
        "cat" => files::content(&arguments, filters, rules),
        "grep" if filters.is_empty() => files::searched(&arguments, rules),
        "lsof" if filters.is_empty() => port(&arguments),
        "pgrep" | "pidof" => processes::named(program, &arguments, filters, rules),
        "ps" => processes::listed(&arguments, filters, rules),
        "systemctl" if filters.is_empty() => processes::unit(&arguments, rules),
        "git" => git(&arguments, filters, rules),
        "df" if filters.is_empty() => disk(&arguments, expectation),
        _ if filters.is_empty() => version(program, &arguments, expectation),
        _ => None,
    }
}

/// Options of curl that a native GET honours by itself.
const IGNORED: &[&str] = &[
    "--silent",
    "--show-error",
    "--fail",
    "--fail-with-body",
    "--location",
    "--verbose",
    "--no-progress-meter",
    "--compressed",
    "--no-buffer",
    "-XGET",
];

fn http(
    arguments: &[&str],
    filters: &[Filter],
    expectation: &Expectation,
    rules: &[TextRule],
) -> Option<ProbeSpec> {
    let mut url = None;
    let mut headers = Vec::new();
    let mut code_only = false;
    let field = header::searched(filters, rules);
    let mut head = false;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "-X" | "--request" => {
                (*words.next()? == "GET").then_some(())?;
            }
            "-o" | "--output" | "-so" | "-sSo" | "-fso" | "-fsSo" => {
                words.next()?;
            }
            "-H" | "--header" => headers.push(header(words.next()?)?),
            "--head" if field.is_some() => head = true,
            "-m" | "--max-time" | "--connect-timeout" | "--retry" | "--retry-delay" => {
                words.next()?;
            }
            "-w" | "--write-out" => {
                let format = words.next()?.replace("\\n", "");
                let timed = format.contains("%{time_") && expectation.within_ms.is_some();
                (timed || format == "%{http_code}" || format == "%{response_code}").then_some(())?;
                code_only = true;
            }
            word if IGNORED.contains(&word) => {}
            word if word.starts_with('-') => {
                let status = matches!(expectation.holds, None | Some(Holds::Status(_) | Holds::Word(_)));
                let asked = word.contains('I') && (field.is_some() || filters.is_empty() && status);
                word[1..]
                    .chars()
                    .all(|letter| "sSfLv#".contains(letter) || (letter == 'I' && asked))
                    .then_some(())?;
                head |= asked;
            }
            word if url.is_none() => url = Some(word),
            _ => return None,
        }
    }
    let url = url?;
    let address = if url.contains("://") {
        url.to_owned()
    } else {
        format!("http://{url}")
    };
    let web = address.starts_with("http://") || address.starts_with("https://");
    if !web || address.contains(['{', '[', '*']) {
        return None;
    }
    let response: Vec<HeaderRule> = field.filter(|_| head).into_iter().collect();
    // What searches the header does not search the body.
    let (filters, rules) = if response.is_empty() {
        (filters, rules)
    } else {
        (&[][..], &[][..])
    };
    let (status, body) = match response.is_empty() {
        true => http_rules(expectation, rules, code_only, filters.is_empty()),
        false => (StatusRule::Success, Vec::new()),
    };
    let within_ms = expectation.within_ms;
    let body = if within_ms.is_some() {
        without_numbers(body)
    } else {
        body
    };
    let filters = metrics::filters(&address, filters);
    let probe = HttpProbe {
        url: address,
        status,
        body,
        filters,
        within_ms,
        secure_or_loopback: false,
        headers,
        response,
    };
    // A page of metrics is asked without any.
    let plain = probe.headers.is_empty();
    let metric = || metrics::probe(&probe, expectation, rules);
    plain.then(metric).flatten().or(Some(ProbeSpec::Http(probe)))
}

/// `Accept: application/json`, where a probe may send it and nothing is left open in it.
fn header(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once(':')?;
    let value = value.trim();
    let secret = secret::is_secret(name) || name.eq_ignore_ascii_case("authorization");
    let last = value.split_whitespace().next_back().unwrap_or_default();
    let open = !words::fixed(value) || secret && secret::strength(last) == Strength::No;
    (may_send(name, value) && !open).then(|| (name.to_owned(), value.to_owned()))
}

fn http_rules(
    expectation: &Expectation,
    rules: &[TextRule],
    code_only: bool,
    whole: bool,
) -> (StatusRule, Vec<TextRule>) {
    match &expectation.holds {
        Some(Holds::Status(status)) => (*status, Vec::new()),
        Some(Holds::Is(text) | Holds::Contains(text) | Holds::Word(text)) if code_only && text.len() == 3 => {
            (
                text.parse().map_or(StatusRule::Success, StatusRule::Is),
                Vec::new(),
            )
        }
        Some(Holds::Word(text)) if text.len() == 3 && text.parse::<u16>().is_ok_and(|code| code >= 100) => (
            text.parse().map_or(StatusRule::Success, StatusRule::Is),
            Vec::new(),
        ),
        Some(Holds::Is(text)) if whole => (StatusRule::Success, vec![TextRule::Contains(text.clone())]),
        _ if code_only => (StatusRule::Success, Vec::new()),
        _ => (StatusRule::Success, rules.to_vec()),
    }
}

fn without_numbers(rules: Vec<TextRule>) -> Vec<TextRule> {
    rules
        .into_iter()
        .filter(|rule| !matches!(rule, TextRule::Number(_)))
        .collect()
}

fn port(arguments: &[&str]) -> Option<ProbeSpec> {
    let port = match arguments {
        ["-i", port] => port.strip_prefix("tcp").unwrap_or(port).strip_prefix(':')?,
        [one] => one.strip_prefix("-i:").or_else(|| one.strip_prefix("-iTCP:"))?,
        _ => return None,
    };
    port.parse().ok().map(|port| ProbeSpec::Port { port })
}

/// `df -h /data` where the words say how much must be free.
fn disk(arguments: &[&str], expectation: &Expectation) -> Option<ProbeSpec> {
    let Some(Holds::Number(bound)) = &expectation.holds else {
        return None;
    };
    let least = matches!(bound.comparison, Comparison::AtLeast | Comparison::Above);
    (least && bound.quantity.unit == Unit::Bytes).then_some(())?;
    let mut paths = arguments.iter().filter(|word| !word.starts_with('-'));
    let path = paths.next().map(|path| (*path).to_owned());
    paths.next().is_none().then_some(ProbeSpec::Disk {
        path,
        at_least: bound.quantity.value as u64,
    })
}

fn git(arguments: &[&str], filters: &[Filter], rules: &[TextRule]) -> Option<ProbeSpec> {
    if !filters.is_empty() {
        return None;
    }
    match (arguments, rules) {
        (["status"] | ["status", "--porcelain" | "-s" | "--short"], [] | [TextRule::Empty]) => {
            Some(ProbeSpec::Git(GitQuestion::Clean))
        }
        (["status"], [TextRule::Contains(text)]) if text.to_lowercase().contains("clean") => {
            Some(ProbeSpec::Git(GitQuestion::Clean))
        }
        (
            ["branch", "--show-current"] | ["rev-parse", "--abbrev-ref", "HEAD"],
            [TextRule::Is(branch) | TextRule::Contains(branch)],
        ) => Some(ProbeSpec::Git(GitQuestion::Branch(branch.clone()))),
        _ => version("git", arguments, &Expectation::default()),
    }
}

fn version(program: &str, arguments: &[&str], expectation: &Expectation) -> Option<ProbeSpec> {
    let asks = matches!(arguments, ["--version" | "-v" | "-V" | "version" | "-version"]);
    let tool = match (program, arguments) {
        ("docker", ["compose", "version"]) => Tool::Compose,
        ("docker-compose", _) if asks => Tool::Compose,
        ("python3", _) if asks => Tool::Python,
        ("mvn", _) if asks => Tool::Maven,
        ("redis-server", _) if asks => Tool::Redis,
        ("kubectl", ["version", "--client"]) => Tool::Kubectl,
        // It asks its server too.
        ("kubectl", _) => return None,
        (program, _) if asks => *Tool::ALL.iter().find(|tool| tool.key() == program)?,
        _ => return None,
    };
    let at_least = match &expectation.holds {
        None | Some(Holds::Something | Holds::Word(_)) => None,
        Some(Holds::Number(_) | Holds::Between(..) | Holds::Lines(_)) => {
            Version::find(expectation.words.as_deref().unwrap_or_default())
        }
        Some(holds) => match text_rules(holds).as_slice() {
            [TextRule::Is(text) | TextRule::Contains(text)] => Version::find(text),
            _ => return None,
        },
    };
    Some(ProbeSpec::Tool { tool, at_least })
}
