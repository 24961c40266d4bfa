//! A probe in words, for people who read a plan.

mod docker;
mod kubernetes;
mod metrics;
mod postgres;
mod processes;
mod redis;
mod web;

use crate::lint::secret;
use domain::probe::{
    FileRule, Filter, GitQuestion, HttpProbe, JsonField, JsonHolds, ProbeSpec, StatusRule, TextRule, Tool,
};
use domain::quantity::bytes;

/// What a probe reads and what must hold, in one phrase.
pub fn probe(spec: &ProbeSpec) -> String {
    match spec {
        ProbeSpec::Http(spec) => http(spec),
        ProbeSpec::Repeated(spec) => web::repeated(spec),
        ProbeSpec::Postgres(spec) => postgres::probe(spec),
        ProbeSpec::Redis(spec) => redis::probe(spec),
        ProbeSpec::Docker(spec) => docker::probe(spec),
        ProbeSpec::Prometheus(spec) => metrics::prometheus(spec),
        ProbeSpec::Metric(spec) => metrics::page(spec),
        ProbeSpec::Tests { .. } => {
            "the report of the test run in this run: at least one test, and none failed".to_owned()
        }
        ProbeSpec::File(file) => {
            let rules: Vec<String> = file.rules.iter().map(file_rule).collect();
            let rules = if rules.is_empty() {
                "exists".to_owned()
            } else {
                rules.join(", ")
            };
            format!("file {}: {rules}", file.path)
        }
        ProbeSpec::EnvLine {
            file,
            key,
            value: Some(value),
        } => format!("{key} in {file} is {value}"),
        ProbeSpec::EnvLine {
            file,
            key,
            value: None,
        } => format!("{key} in {file} is set"),
        ProbeSpec::Port { port } => format!("port {port} is free or held by a service of this environment"),
        ProbeSpec::Listening { port } => format!("something listens on port {port}"),
        ProbeSpec::Certificate(spec) => web::certificate(spec),
        ProbeSpec::Dns(spec) => web::dns(spec),
        ProbeSpec::Redirects { url } => web::redirects(url.as_deref()),
        ProbeSpec::Tool {
            tool,
            at_least: Some(version),
        } => format!("{} is {version} or newer", tool_name(*tool)),
        ProbeSpec::Tool { tool, at_least: None } => format!("{} answers", tool_name(*tool)),
        ProbeSpec::Memory { at_least } => format!("{} of memory available", bytes(*at_least)),
        ProbeSpec::Disk { path, at_least } => {
            format!(
                "{} free on the file system of {}",
                bytes(*at_least),
                path.as_deref().unwrap_or("the work directory")
            )
        }
        ProbeSpec::Clock { within_ms } => format!("clock within {within_ms} ms of the database's"),
        ProbeSpec::Process(spec) => processes::process(spec),
        ProbeSpec::Unit(spec) => processes::unit(spec),
        ProbeSpec::Kubernetes(spec) => kubernetes::kubernetes(spec),
        ProbeSpec::Git(GitQuestion::Clean) => "git: nothing uncommitted".to_owned(),
        ProbeSpec::Git(GitQuestion::Branch(branch)) => format!("git: on branch {branch}"),
        ProbeSpec::Git(GitQuestion::NoSecrets) => {
            "git: no file that holds secrets by its name, no private key, no token of a known shape"
                .to_owned()
        }
        ProbeSpec::Git(GitQuestion::AtRelease) => "git: HEAD is the release".to_owned(),
        ProbeSpec::Git(GitQuestion::ChangedSinceTag(file)) => {
            format!("git: {file} changed since the last tag before HEAD")
        }
        ProbeSpec::Shell(shell) => {
            let rules = text_rules(&shell.filters, &shell.rules);
            let rules = if rules.is_empty() {
                "must exit 0".to_owned()
            } else {
                rules.join(", ")
            };
            format!("run `{}`: {rules}", shell.command)
        }
        ProbeSpec::All(specs) => specs.iter().map(probe).collect::<Vec<_>>().join("; "),
    }
}

fn http(http: &HttpProbe) -> String {
    let mut parts = vec![match http.status {
        StatusRule::Success => "status 2xx".to_owned(),
        StatusRule::Is(code) => format!("status {code}"),
        StatusRule::Either(one, other) => format!("status {one} or {other}"),
        StatusRule::Between(from, to) => format!("status {from} to {to}"),
    }];
    parts.extend(http.within_ms.map(|ms| format!("within {ms} ms")));
    parts.extend(
        http.secure_or_loopback
            .then(|| "https or a loopback address".to_owned()),
    );
    parts.extend(http.response.iter().map(web::header));
    parts.extend(text_rules(&http.filters, &http.body));
    // Of what says who asks, the name is enough.
    let shown = |(name, value): &(String, String)| {
        let own =
            secret::is_secret(name) || ["authorization", "cookie"].contains(&name.to_lowercase().as_str());
        if own {
            name.clone()
        } else {
            format!("{name}: {value}")
        }
    };
    let headers: Vec<String> = http.headers.iter().map(shown).collect();
    let with = if headers.is_empty() {
        String::new()
    } else {
        format!(" with {}", headers.join(", "))
    };
    format!("GET {}{with}: {}", http.url, parts.join(", "))
}

/// Whether a probe starts no process of the document's.
pub fn native(spec: &ProbeSpec) -> bool {
    spec.commands().is_empty()
}

fn text_rules(filters: &[Filter], rules: &[TextRule]) -> Vec<String> {
    filters
        .iter()
        .map(filter)
        .chain(rules.iter().map(text_rule))
        .collect()
}

fn filter(filter: &Filter) -> String {
    match filter {
        Filter::Grep {
            pattern,
            ignore_case,
            invert,
        } => {
            let verb = if *invert { "without" } else { "with" };
            let case = if *ignore_case { " in any case" } else { "" };
            format!("lines {verb} {pattern:?}{case}")
        }
        Filter::Head(count) => format!("first {count} lines"),
        Filter::Tail(1) => "last line".to_owned(),
        Filter::Tail(count) => format!("last {count} lines"),
        Filter::CountLines => "lines counted".to_owned(),
        Filter::Json => "valid JSON".to_owned(),
        Filter::JsonAt(pointer) => format!("the value at {pointer} of the JSON"),
    }
}

fn text_rule(rule: &TextRule) -> String {
    match rule {
        TextRule::Empty => "must be empty".to_owned(),
        TextRule::NotEmpty => "must not be empty".to_owned(),
        TextRule::Contains(text) => format!("must contain {text:?}"),
        TextRule::Lacks(text) => format!("must not contain {text:?}"),
        TextRule::Is(text) => format!("must be {text:?}"),
        TextRule::Number(bound) => format!("its number must be {bound}"),
        TextRule::LinesAtLeast(count) => format!("at least {count} lines"),
        TextRule::Json(fields) => json(fields),
    }
}

fn json(fields: &[JsonField]) -> String {
    let words: Vec<String> = fields.iter().map(json_field).collect();
    match words.is_empty() {
        true => "must be JSON".to_owned(),
        false => format!("must be JSON with {}", words.join(", ")),
    }
}

fn json_field(field: &JsonField) -> String {
    let at = if field.pointer.is_empty() {
        "the whole"
    } else {
        &field.pointer
    };
    match &field.holds {
        JsonHolds::Present => format!("{at} there"),
        JsonHolds::Is(value) => format!("{at} = {value}"),
    }
}

fn file_rule(rule: &FileRule) -> String {
    match rule {
        FileRule::Directory => "is a directory".to_owned(),
        FileRule::Absent => "does not exist".to_owned(),
        FileRule::Size(bound) => format!("size {bound}"),
        FileRule::ModeAtMost(mode) => format!("mode at most {mode:04o}"),
        FileRule::AgeAtMost(seconds) if seconds.is_multiple_of(3600) => {
            format!("changed within {} h", seconds / 3600)
        }
        FileRule::AgeAtMost(seconds) => format!("changed within {seconds} s"),
        FileRule::Owner { user, group } => {
            let user = user.iter().map(|user| format!("belongs to {user}"));
            let group = group.iter().map(|group| format!("belongs to the group {group}"));
            user.chain(group).collect::<Vec<_>>().join(", ")
        }
        FileRule::Sha256(wanted) => format!("its SHA-256 is {wanted}"),
        FileRule::Checksums => "every file that it lists has the SHA-256 that it names".to_owned(),
        FileRule::Ends(rule) => format!("at its end {}", text_rule(rule)),
        FileRule::Writable => "can be written by the user that Gonogo runs as".to_owned(),
        FileRule::Content(rule) => text_rule(rule),
    }
}

fn tool_name(tool: Tool) -> &'static str {
    if tool == Tool::Docker {
        "Docker Engine"
    } else {
        tool.title()
    }
}
