//! Hosts and users that are written into a line.

use super::{Findings, catalogue as c, placeholder};
use crate::address;
use crate::phrases::Lower;
use crate::shell::Simple;
use std::ops::Range;

/// Hosts and users that are written out.
pub fn addresses(stage: &Simple, words: &[&str], span: &Range<usize>, findings: &mut Findings) {
    let database = matches!(
        stage.program(),
        Some(
            "psql"
                | "pg_dump"
                | "pg_isready"
                | "pg_restore"
                | "mysql"
                | "mysqldump"
                | "redis-cli"
                | "mongosh"
        )
    );
    for pair in words.windows(2) {
        let literal = !pair[1].contains(['$', '<']);
        if database && literal && matches!(pair[0], "-h" | "--host") && !local(pair[1]) {
            findings.add(
                &c::HARD_HOST,
                span.clone(),
                "the host is written into the command",
            );
        }
        if database
            && literal
            && matches!(pair[0], "-U" | "--username" | "-u" | "--user")
            && !matches!(pair[1], "postgres" | "root")
        {
            findings.add(
                &c::HARD_USER,
                span.clone(),
                "the user is written into the command",
            );
        }
    }
    for word in words {
        let url_host = word.split_once("://").map(|(_, rest)| host_of(rest));
        // An example address is a placeholder of the command and was reported as one.
        if let Some(host) = url_host.filter(|host| is_address(host)) {
            named_host(host, span, findings);
        }
        if matches!(stage.program(), Some("ssh" | "scp" | "rsync" | "sftp")) {
            account(word, span, findings);
        }
    }
}

/// `user@host` of `ssh` and its like.
fn account(word: &str, span: &Range<usize>, findings: &mut Findings) {
    let Some((user, rest)) = word.split_once('@').filter(|_| !word.contains("://")) else {
        return;
    };
    let host = rest.split(':').next().unwrap_or(rest);
    let open = |text: &str| text.is_empty() || text.contains(['$', '<', '{', '[', '`', ' ', '(']);
    let shown = |text: &str| {
        let lower = text.to_lowercase();
        lower.contains("your")
            || lower.contains("example")
            || matches!(
                lower.as_str(),
                "user" | "username" | "host" | "hostname" | "server" | "server-ip"
            )
    };
    if !open(user) && !shown(user) && !shown(host) && user != "git" {
        findings.add(
            &c::HARD_USER,
            span.clone(),
            "the account is written into the command",
        );
    }
    if !open(host) && !shown(host) && !local(host) && user != "git" {
        findings.add(
            &c::HARD_HOST,
            span.clone(),
            "the host is written into the command",
        );
    }
}

/// Programs that call the machine that they are given.
const CALLERS: &[&str] = &[
    "ssh",
    "scp",
    "sftp",
    "rsync",
    "mosh",
    "ping",
    "ping6",
    "nc",
    "ncat",
    "netcat",
    "telnet",
    "traceroute",
    "mtr",
    "ssh-keyscan",
    "nmap",
];

/// The hosts that a command would dial: of URLs, of `-h` for clients of servers, the operands of `ping` and `nc`.
pub fn hosts(stage: &Simple) -> Vec<&str> {
    let words: Vec<&str> = stage
        .words
        .iter()
        .map(|word| word.literal.as_deref().unwrap_or(&word.raw))
        .collect();
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let client = has(&[
        "psql",
        "pg_dump",
        "pg_isready",
        "mysql",
        "mysqladmin",
        "redis-cli",
        "valkey-cli",
        "mongosh",
        "mongo",
    ]);
    let fixed = |host: &&str| !host.contains(['$', '<', '`']) && !host.is_empty();
    let mut hosts: Vec<&str> = words
        .iter()
        .filter_map(|word| word.split_once("://"))
        .map(|(_, rest)| host_of(rest))
        .filter(fixed)
        .collect();
    if client {
        hosts.extend(
            words
                .windows(2)
                .filter(|pair| matches!(pair[0], "-h" | "--host"))
                .map(|pair| pair[1])
                .filter(fixed),
        );
        hosts.extend(
            words
                .iter()
                .filter_map(|word| word.strip_prefix("--host="))
                .filter(fixed),
        );
    }
    let names = |word: &&&str| !word.starts_with('-') && word.contains('.') && !word.contains('/');
    if let Some(at) = words.iter().position(|word| {
        matches!(
            *word,
            "ping" | "nc" | "ncat" | "traceroute" | "mtr" | "curl" | "wget" | "http"
        )
    }) {
        let bare = words[at + 1..]
            .iter()
            .filter(names)
            .map(|word| word.split(':').next().unwrap_or(word));
        hosts.extend(bare.filter(|host| {
            host.split('.')
                .next_back()
                .is_some_and(|end| end.len() >= 2 || is_address(host))
        }));
    }
    if let Some(at) = words.iter().position(|word| *word == "-connect") {
        hosts.extend(
            words
                .get(at + 1)
                .and_then(|word| address::host(word))
                .filter(fixed),
        );
    }
    // Those that call what they are given, in whatever spelling.
    let calls = |word: &&str| CALLERS.contains(word);
    if let Some(at) = words.iter().position(calls) {
        hosts.extend(
            words[at + 1..]
                .iter()
                .filter_map(|word| address::host(word))
                .filter(fixed),
        );
    }
    hosts
}

/// The host of what stands behind `://`.
fn host_of(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#', '"']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => host.split(':').next().unwrap_or(host),
    }
}

/// Reports an example host as a placeholder and an address as hard-coded.
pub fn named_host(host: &str, span: &Range<usize>, findings: &mut Findings) {
    let lower = Lower::of(host);
    let example = lower.starts_with("your") || lower.contains("your-") || placeholder::example_host(&lower);
    if example {
        findings.add(
            &c::PLACEHOLDER,
            span.clone(),
            format!("`{host}` is an example address"),
        );
    } else if is_address(&lower) && !local(&lower) {
        findings.add(
            &c::HARD_HOST,
            span.clone(),
            "an IP address is written into the line",
        );
    }
}

fn is_address(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok()
}

/// A loopback address, a socket, or a name without a dot, which is a service of this environment.
pub fn local(host: &str) -> bool {
    let loopback = host
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback() || address.is_unspecified());
    loopback || host.starts_with('/') || (!host.contains('.') && !host.contains(':'))
}

/// Whether a name may be that of a password or a key, so that its value is kept out of a plan. Wider than what is
/// reported, which [`super::secret`] decides.
pub fn is_secret(name: &str) -> bool {
    let upper = name.to_uppercase();
    let words = [
        "PASSWORD",
        "PASSWD",
        "SECRET",
        "TOKEN",
        "API_KEY",
        "APIKEY",
        "PRIVATE_KEY",
        "REDISCLI_AUTH",
        "MYSQL_PWD",
        "CREDENTIAL",
    ];
    words.iter().any(|word| upper.contains(word)) && !upper.ends_with("_TTL") && !upper.contains("EXPIR")
}
