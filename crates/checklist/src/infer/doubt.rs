//! Probes that would prove nothing, or must not be run, although their command only reads.

use super::{constant, filters, one};
use crate::classify;
use crate::dial::{self, Never, Said, secrets};
use crate::expect::Expectation;
use crate::lint::exposed;
use crate::shell::{self, NotUnderstood, Script, Simple};
use domain::probe::{
    DockerQuestion, Filter, PostgresQuestion, ProbeSpec, RedisQuestion, ShellProbe, TextRule,
};
use domain::quantity::Unit;

/// Why a probe of a shell must not be run, although its command reads. What runs is looked at, not what was written.
pub fn never(spec: &ProbeSpec, script: &Script, said: Said) -> Option<Never> {
    let shell = match spec {
        ProbeSpec::Shell(shell) => shell,
        spec => return secret(spec),
    };
    if let Some(host) = remote(script) {
        return Some(Never::Dials(host.to_owned()));
    }
    match shell::read(&shell.command) {
        Ok(script) => dial::never(&script, said),
        Err(NotUnderstood(why)) => Some(Never::MayDial(why)),
    }
}

/// A native question of which the answer is a password.
fn secret(spec: &ProbeSpec) -> Option<Never> {
    match spec {
        ProbeSpec::Redis(redis) => match &redis.question {
            RedisQuestion::Config { key, .. } if secrets::redis_setting(key) => {
                Some(Never::Secrets(format!("CONFIG GET {key}")))
            }
            RedisQuestion::Text { command, .. } => {
                let words: Vec<&str> = command.iter().map(String::as_str).collect();
                secrets::prints("redis-cli", &words).then(|| Never::Secrets(words.join(" ")))
            }
            RedisQuestion::Ping
            | RedisQuestion::Config { .. }
            | RedisQuestion::Info { .. }
            | RedisQuestion::Persistence(_)
            | RedisQuestion::MemoryShare(_) => None,
        },
        ProbeSpec::Postgres(postgres) => match &postgres.question {
            PostgresQuestion::Query { sql, .. } => {
                secrets::prints("psql", &[sql]).then(|| Never::Secrets("psql".to_owned()))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Why a probe would prove nothing, although its command reads.
pub fn about(spec: &ProbeSpec, script: &Script) -> Option<String> {
    let shell = match spec {
        ProbeSpec::Shell(shell) => shell,
        ProbeSpec::Postgres(postgres) => {
            return about_query(&postgres.question);
        }
        ProbeSpec::Redis(redis) => return about_redis(&redis.question),
        ProbeSpec::Docker(docker) => {
            return match &docker.question {
                DockerQuestion::Running
                | DockerQuestion::Healthy
                | DockerQuestion::NewestImage
                | DockerQuestion::Memory => None,
                DockerQuestion::Logs(logs) => about_text(&logs.filters, &logs.rules, false),
                DockerQuestion::Environment { filters, rules } => about_text(filters, rules, false),
            };
        }
        _ => return None,
    };
    if constant::is(script) {
        return Some(CONSTANT.to_owned());
    }
    let number = shell.rules.iter().any(|rule| matches!(rule, TextRule::Number(_)));
    if number && !one_value(shell, script) {
        return Some(SEVERAL.to_owned());
    }
    let whole = |rule: &TextRule| matches!(rule, TextRule::Is(_));
    if shell.filters.is_empty() && shell.rules.iter().any(whole) && lists(script) {
        return Some(LISTS.to_owned());
    }
    if shell.filters.is_empty() && shell.rules.contains(&TextRule::Empty) && prints_always(script) {
        return Some(PRINTS.to_owned());
    }
    let silent = shell.rules.is_empty() && !exit_code_tells(script);
    silent.then(|| SILENT.to_owned())
}

fn about_query(question: &PostgresQuestion) -> Option<String> {
    let PostgresQuestion::Query { sql, rules } = question else {
        return None;
    };
    let share =
        |rule: &TextRule| matches!(rule, TextRule::Number(bound) if bound.quantity.unit == Unit::Percent);
    let counts = sql.to_lowercase().starts_with("select count(") && !sql.contains(['/', '%']);
    match rules.is_empty() {
        true => Some("the line does not say what the query must return".to_owned()),
        false if counts && rules.iter().any(share) => {
            Some("the query counts, and a count is no share that per cents could be compared with".to_owned())
        }
        false => None,
    }
}

/// Why the answer of a tool proves nothing, where its version must be what a file says.
pub fn version(spec: &ProbeSpec, before: &str) -> Option<String> {
    let open = matches!(spec, ProbeSpec::Tool { at_least: None, .. });
    let lower = before.to_lowercase();
    let compared = ["match", "same as", "equals", "as in"]
        .iter()
        .any(|word| lower.contains(word));
    (open && compared).then(|| "the version that it must have is not written here".to_owned())
}

const SILENT: &str =
    "the command succeeds whatever the state is, and the line does not say what it must print";
const SEVERAL: &str = "the output can hold several numbers, and the line does not say which one counts";

const CONSTANT: &str = "it says what its own words say, whatever the state is";
const LISTS: &str = "it prints a list, and the line says one word of it";
const PRINTS: &str = "it prints something whatever the state is, so that an empty output is no proof";

/// Whether a command prints a line for each of several things.
fn lists(script: &Script) -> bool {
    let stages = script.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    stages.last().is_some_and(|stage| {
        let words: Vec<&str> = stage.words.iter().map(|word| word.raw.as_str()).collect();
        let several = matches!(
            words.as_slice(),
            ["systemctl", "is-active" | "is-enabled", _, _, ..]
        );
        let second = words
            .get(1)
            .is_some_and(|word| matches!(*word, "ps" | "list" | "ls"));
        several || second
    })
}

/// Whether a command prints JSON even where there is nothing.
fn prints_always(script: &Script) -> bool {
    let stages = script.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    stages
        .last()
        .is_some_and(|stage| matches!(stage.program(), Some("aws" | "az")))
}

/// Commands of Redis that answer with one value.
const ONE_VALUE: &[&str] = &[
    "DBSIZE", "TTL", "PTTL", "EXISTS", "LLEN", "SCARD", "HLEN", "ZCARD", "STRLEN", "LASTSAVE", "GET", "HGET",
];

fn about_redis(question: &RedisQuestion) -> Option<String> {
    let (command, filters, rules) = match question {
        RedisQuestion::Ping | RedisQuestion::Persistence(_) | RedisQuestion::MemoryShare(_) => return None,
        RedisQuestion::Config { rules, .. } | RedisQuestion::Info { rules, .. } => {
            return rules.is_empty().then(|| SILENT.to_owned());
        }
        RedisQuestion::Text {
            command,
            filters,
            rules,
        } => (command, filters, rules),
    };
    let is = |at: usize, known: &str| {
        command
            .get(at)
            .is_some_and(|word| word.eq_ignore_ascii_case(known))
    };
    let one = ONE_VALUE.iter().any(|known| is(0, known)) || is(0, "SLOWLOG") && is(1, "LEN");
    about_text(filters, rules, one)
}

/// A text that a service gives. `one`: it holds one value and no more.
fn about_text(filters: &[Filter], rules: &[TextRule], one: bool) -> Option<String> {
    let number = rules.iter().any(|rule| matches!(rule, TextRule::Number(_)));
    match (rules.is_empty(), number && !one && !one::line(filters)) {
        (true, _) => Some(SILENT.to_owned()),
        (false, true) => Some(SEVERAL.to_owned()),
        (false, false) => None,
    }
}

/// Why a command that compares two things proves nothing: it fails on any difference, and only words such as "no drift" say
/// that there must be none.
pub fn difference(script: &Script, expectation: &Expectation, before: &str) -> Option<String> {
    let stage = &script.pipelines.first()?.stages.first()?;
    let words: Vec<&str> = stage
        .words
        .iter()
        .filter_map(|word| word.literal.as_deref())
        .take(2)
        .collect();
    let compares = matches!(
        words.as_slice(),
        ["diff" | "cmp", ..] | ["kubectl" | "helm", "diff"]
    );
    let lower = before.to_lowercase();
    let read = [
        "review", "read by", "look at", "inspect", "gelesen", "relu", "revisad",
    ]
    .iter()
    .any(|word| lower.contains(word));
    (compares && read && expectation.holds.is_none() && !expectation.none)
        .then(|| "it fails on any difference, and the line does not say that there must be none".to_owned())
}

/// Words in a row that belong to commands whose exit code is their answer.
const TELLING: &[&[&str]] = &[
    &["test"],
    &["["],
    &["systemctl", "is-active"],
    &["systemctl", "is-enabled"],
    &["systemctl", "status"],
    &["nginx", "-t"],
    &["pg_isready"],
    &["rollout", "status"],
    &["kubectl", "wait"],
    &["auth", "can-i"],
    &["kubectl", "cluster-info"],
    &["git", "diff", "--exit-code"],
    &["git", "diff", "--quiet"],
    &["git", "rev-parse"],
    &["git", "ls-remote"],
    &["diff"],
    &["cmp"],
    &["terraform", "validate"],
    &["fmt", "-check"],
    &["promtool", "check"],
    &["ls"],
    &["cat"],
    &["stat"],
    &["which"],
    &["command", "-v"],
    &["type"],
    &["nc", "-z"],
    &["nc", "-vz"],
    &["nc", "-zv"],
    &["openssl", "verify"],
    &["openssl", "dgst"],
    &["cargo", "deny"],
    &["manage.py", "check"],
    &["makemigrations", "--check"],
    &["dbt", "parse"],
    &["zeitwerk:check"],
    &["verify-checksums"],
    &["composer", "validate"],
    &["sam", "validate"],
    &["spctl", "--assess"],
    &["pg_restore", "--list"],
    &["ruff", "check"],
    &["tflint"],
    &["alembic", "check"],
    &["codesign", "--verify"],
    &["jarsigner", "-verify"],
    &["cosign", "verify"],
    &["signtool", "verify"],
    &["stapler", "validate"],
    &["gpg", "--verify"],
    &["-checkend"],
    &["pip", "check"],
    &["configtest"],
    &["caddy", "validate"],
    &["prisma", "validate"],
    &["psql"],
    &["mysql"],
    &["sqlite3"],
    &["curl"],
    &["wget"],
    &["http"],
    &["getent"],
    &["inspect"],
    &["sha256sum", "-c"],
    &["sha256sum", "--check"],
    &["helm", "lint"],
    &["npm", "audit"],
    &["npm", "ls"],
    &["docker", "info"],
    &["lsof"],
    &["pgrep"],
    &["grep"],
    &["haproxy", "-c"],
    &["compose", "config"],
    &["docker-compose", "config"],
    &["sts", "get-caller-identity"],
    &["--version"],
    &["ping"],
];

/// Whether the exit code says something: it is that of a command which fails where the state is bad.
fn exit_code_tells(script: &Script) -> bool {
    let hidden = script.pipelines.iter().any(|pipeline| {
        let leaves = pipeline
            .stages
            .first()
            .is_some_and(|stage| stage.program() == Some("exit"));
        pipeline.fallback && !leaves
    });
    let words = |stage: &Simple| {
        stage
            .words
            .iter()
            .map(|word| word.literal.clone().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    let tells = |stage: &Simple| {
        let words = words(stage);
        TELLING
            .iter()
            .any(|row| words.windows(row.len()).any(|window| window == *row))
    };
    !hidden
        && script
            .pipelines
            .iter()
            .flat_map(|pipeline| &pipeline.stages)
            .any(tells)
}

/// The host that a command would dial as written: of another machine, and for HTTP any that is written out, because a
/// native probe would match it with an endpoint first. Inside of a container `localhost` is the container.
fn remote(script: &Script) -> Option<&str> {
    let stages = script.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    let mut dialling = stages.filter(|stage| {
        stage
            .program()
            .is_some_and(|program| !classify::only_reads(program))
    });
    dialling.find_map(|stage| {
        let web = matches!(stage.program(), Some("curl" | "wget" | "http" | "https" | "xh"));
        let filled_in = stage.words.iter().any(|word| !word.variables.is_empty());
        let written = stage
            .words
            .iter()
            .rev()
            .find(|word| word.raw.contains(['.', ':', '/']))
            .filter(|_| web && !filled_in);
        let named = exposed::hosts(stage)
            .into_iter()
            .find(|host| web || !exposed::local(host));
        named.or(written.map(|word| word.raw.as_str()))
    })
}

/// Whether what is left of the output is one value.
fn one_value(shell: &ShellProbe, script: &Script) -> bool {
    let counted = one::line(&shell.filters);
    let field = shell
        .filters
        .iter()
        .any(|filter| matches!(filter, Filter::Grep { pattern, .. } if pattern.ends_with(':')));
    let stages = &script.pipelines[0].stages;
    let last = if script.plain {
        filters::split(script).stages.saturating_sub(1)
    } else {
        0
    };
    let program = stages.get(last).and_then(Simple::program).unwrap_or_default();
    let single = [
        "wc", "jq", "yq", "awk", "cut", "psql", "mysql", "sqlite3", "stat", "nproc", "cat", "echo", "python",
        "python3", "expr", "printenv",
    ];
    let prints = stages.get(last).is_some_and(|stage| {
        stage
            .words
            .iter()
            .any(|word| word.raw.contains("%{") || word.raw == "-c" || word.raw == "-tAc")
    });
    let value = one::value(stages, last + 1, &shell.filters);
    counted || field || value || single.contains(&program) || prints
}
