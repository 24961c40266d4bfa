//! `redis-cli`, plain or inside of a service's container.

use crate::expect::{Expectation, Holds};
use crate::measure;
use domain::probe::{Filter, ProbeSpec, RedisProbe, RedisQuestion, TextRule, redis::reads};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

/// Fields of `INFO` that are searched for by their name.
const FIELDS: &[&str] = &[
    "aof_enabled",
    "aof_last_bgrewrite_status",
    "aof_last_write_status",
    "blocked_clients",
    "cluster_enabled",
    "connected_clients",
    "connected_slaves",
    "evicted_keys",
    "expired_keys",
    "instantaneous_ops_per_sec",
    "keyspace_hits",
    "keyspace_misses",
    "loading",
    "master_link_status",
    "maxmemory",
    "maxmemory_human",
    "maxmemory_policy",
    "mem_fragmentation_ratio",
    "rdb_changes_since_last_save",
    "rdb_last_bgsave_status",
    "redis_mode",
    "redis_version",
    "rejected_connections",
    "role",
    "tcp_port",
    "total_commands_processed",
    "total_connections_received",
    "uptime_in_days",
    "uptime_in_seconds",
    "used_memory",
    "used_memory_human",
    "used_memory_peak",
    "used_memory_peak_human",
    "used_memory_rss",
    "used_memory_rss_human",
];

/// The probe for the words after `redis-cli`. `service` is the container's that it runs in. A password among the words
/// is not taken over.
pub fn probe(
    service: Option<&str>,
    words: &[Option<&str>],
    filters: &[Filter],
    expectation: &Expectation,
    rules: &[TextRule],
) -> Option<ProbeSpec> {
    let mut address = Address::default();
    let mut words = words.iter();
    let mut command: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        match word {
            Some("-h") => address.host = Some(*words.next()?),
            Some("-p") => address.port = words.next()?.map(str::to_owned),
            Some("-a" | "--pass" | "--user" | "-t") => {
                words.next()?;
            }
            Some("-n") => (*words.next()? == Some("0")).then_some(())?,
            Some("--raw" | "--no-auth-warning" | "-2") => {}
            Some(option) if option.starts_with('-') => return None,
            first => {
                command = std::iter::once(first)
                    .chain(words)
                    .copied()
                    .collect::<Option<_>>()?;
                break;
            }
        }
    }
    let question = question(&command, filters, expectation, rules)?;
    Some(ProbeSpec::Redis(RedisProbe {
        address: address.written(service),
        question,
    }))
}

#[derive(Default)]
struct Address<'a> {
    /// What `-h` names; `Some(None)` is a variable.
    host: Option<Option<&'a str>>,
    port: Option<String>,
}

impl Address<'_> {
    /// Inside of a container `localhost` is its service. A host that is a variable, or none, is the environment's own.
    fn written(self, service: Option<&str>) -> Option<String> {
        let port = self.port.as_ref().filter(|port| *port != "6379");
        let local = |host: &str| matches!(host, "localhost" | "127.0.0.1" | "::1");
        match (self.host, service, port) {
            (Some(None), _, _) => None,
            (Some(Some(host)), service, _) if service.is_none() || !local(host) => {
                Some(format!("{host}:{}", self.port.as_deref().unwrap_or("6379")))
            }
            (_, Some(service), None) => Some(service.to_owned()),
            (_, Some(service), Some(port)) => Some(format!("{service}:{port}")),
            (_, None, Some(port)) => Some(format!("localhost:{port}")),
            (_, None, None) => None,
        }
    }
}

fn question(
    command: &[&str],
    filters: &[Filter],
    expectation: &Expectation,
    rules: &[TextRule],
) -> Option<RedisQuestion> {
    let upper: Vec<String> = command.iter().map(|word| word.to_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    let text = || {
        reads(command).then(|| RedisQuestion::Text {
            command: command.iter().map(|word| (*word).to_owned()).collect(),
            filters: filters.to_vec(),
            rules: rules.to_vec(),
        })
    };
    match upper.as_slice() {
        ["PING"] if pongs(filters, rules) => Some(RedisQuestion::Ping),
        ["CONFIG", "GET", _] => {
            let key = command[2];
            (!key.contains(['*', '?', '['])).then_some(())?;
            Some(RedisQuestion::Config {
                key: key.to_lowercase(),
                rules: setting(filters, expectation, rules)?,
            })
        }
        // Several settings at once could hold a password.
        ["CONFIG", ..] => None,
        ["INFO"] | ["INFO", _] => {
            let section = command.get(1).map(|section| section.to_lowercase());
            info(section, filters, expectation, rules).or_else(text)
        }
        _ => text(),
    }
}

fn pongs(filters: &[Filter], rules: &[TextRule]) -> bool {
    let pong = |text: &str| text.eq_ignore_ascii_case("pong");
    let kept = match filters {
        [] => true,
        [
            Filter::Grep {
                pattern,
                invert: false,
                ..
            },
        ] => pong(pattern),
        _ => false,
    };
    kept && rules.iter().all(|rule| match rule {
        TextRule::NotEmpty => true,
        TextRule::Is(text) | TextRule::Contains(text) => pong(text),
        _ => false,
    })
}

/// What must hold of the value of a setting, where the pipe behind it asks for nothing else.
fn setting(filters: &[Filter], expectation: &Expectation, rules: &[TextRule]) -> Option<Vec<TextRule>> {
    let searched = match filters {
        [] | [Filter::Tail(1)] => None,
        [
            Filter::Grep {
                pattern,
                invert: false,
                ..
            },
        ] => Some(pattern.as_str()),
        _ => return None,
    };
    match (&expectation.holds, searched) {
        (Some(Holds::Is(value) | Holds::Contains(value)), None) => Some(vec![same(value)]),
        (None, Some(pattern)) if rules == [TextRule::NotEmpty] => Some(vec![same(pattern)]),
        (_, Some(_)) => None,
        (_, None) => Some(rules.to_vec()),
    }
}

/// A size is compared as bytes, whatever its spelling; anything else as text.
fn same(value: &str) -> TextRule {
    match measure::find(value).as_slice() {
        [one] if one.unit == Unit::Bytes && one.span == (0..value.len()) => {
            TextRule::Number(one.bound(Comparison::Equal))
        }
        _ => TextRule::Is(value.to_owned()),
    }
}

fn info(
    section: Option<String>,
    filters: &[Filter],
    expectation: &Expectation,
    rules: &[TextRule],
) -> Option<RedisQuestion> {
    let number = match &expectation.holds {
        Some(Holds::Number(bound)) => Some(*bound),
        _ => None,
    };
    let searched = match (filters, rules) {
        (
            [
                Filter::Grep {
                    pattern,
                    invert: false,
                    ..
                },
            ],
            _,
        ) => pattern.as_str(),
        ([], [TextRule::Contains(text) | TextRule::Is(text)]) => text.as_str(),
        ([], _) if section.as_deref() == Some("memory") => number
            .filter(|bound| bound.quantity.unit == Unit::Bytes)
            .map(|_| "used_memory")?,
        _ => return None,
    };
    let (name, value) = searched.split_once(':').unwrap_or((searched, ""));
    let field = match name {
        "evicted" => "evicted_keys",
        name => FIELDS.iter().find(|field| **field == name)?,
    };
    let none = expectation.none || matches!(expectation.holds, Some(Holds::Empty));
    let rules = match (number, value) {
        (Some(bound), _) => vec![TextRule::Number(bound)],
        (None, "") if none => vec![TextRule::Number(zero())],
        (None, "") if filters.is_empty() => vec![TextRule::NotEmpty],
        (None, "") => rules.to_vec(),
        (None, value) => vec![TextRule::Is(value.to_owned())],
    };
    Some(RedisQuestion::Info {
        section,
        field: field.to_owned(),
        rules,
    })
}

fn zero() -> Bound {
    Bound {
        comparison: Comparison::Equal,
        quantity: Quantity {
            value: 0.0,
            unit: Unit::Count,
        },
    }
}
