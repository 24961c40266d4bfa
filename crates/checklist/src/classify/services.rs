//! Service managers and web servers.

use super::{Effect, after_options, has};

/// What a service tool does.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let valued = [
        "-n",
        "-p",
        "-o",
        "-t",
        "--type",
        "--state",
        "--property",
        "--output",
        "--lines",
    ];
    let flags = [
        "--no-pager",
        "-l",
        "--full",
        "-q",
        "--quiet",
        "--user",
        "--system",
        "-a",
        "--all",
        "--failed",
    ];
    let first = after_options(words, &valued, &flags)
        .and_then(|rest| rest.first().copied())
        .unwrap_or_default();
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
        "journalctl" => {
            let acts = [
                "--vac", "--rot", "--fl", "--sy", "--rel", "--up", "--set", "--smart",
            ];
            !words
                .iter()
                .any(|word| acts.iter().any(|act| word.starts_with(act)))
        }
        "service" => matches!(words, [_, "status"]),
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
