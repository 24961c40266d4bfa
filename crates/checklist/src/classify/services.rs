//! Service managers and web servers.

use super::{Effect, has, operands};

/// What a service tool does.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let operands = operands(words, &["-u", "-n", "-p", "-o"]);
    let first = operands.first().copied().unwrap_or_default();
    let reads = match name {
        "systemctl" => matches!(
            first,
            "status"
                | "is-active"
                | "is-enabled"
                | "is-failed"
                | "show"
                | "list-units"
                | "list-timers"
                | "list-unit-files"
                | "cat"
                | "list-dependencies"
                | "is-system-running"
        ),
        "journalctl" => !words
            .iter()
            .any(|word| word.starts_with("--vacuum") || matches!(*word, "--rotate" | "--flush" | "--sync")),
        "service" => operands.get(1) == Some(&"status"),
        "nginx" => {
            !words.is_empty()
                && words
                    .iter()
                    .all(|word| matches!(*word, "-t" | "-v" | "-V" | "-T"))
        }
        "apachectl" | "apache2ctl" | "httpd" => matches!(words, ["configtest" | "-t" | "-S" | "-v"]),
        "caddy" => matches!(first, "validate" | "version" | "list-modules"),
        "haproxy" => has(words, Some('c'), ""),
        "pm2" => matches!(
            first,
            "list" | "ls" | "status" | "show" | "describe" | "logs" | "info" | "jlist"
        ),
        "supervisorctl" => matches!(first, "status" | "avail" | "tail"),
        "rabbitmqctl" => matches!(
            first,
            "status" | "list_queues" | "list_users" | "cluster_status" | "list_connections"
        ),
        "promtool" => words.first() == Some(&"check"),
        "logrotate" => has(words, Some('d'), "debug"),
        _ => return None,
    };
    let form = if first.is_empty() {
        name.to_owned()
    } else {
        format!("{name} {first}")
    };
    Some(if reads {
        Effect::Reads
    } else {
        Effect::changes(format!("`{form}` is not known to read only"))
    })
}
