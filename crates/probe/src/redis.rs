//! Questions to a Redis server, one reading command each, over one connection for a round.

use crate::answer::{Answer, Asked, Judgement};
use crate::capture::Captured;
use crate::output::excerpt;
use crate::redact::Secrets;
use crate::round::Round;
use crate::site::Site;
use crate::text::{self, Text};
use ::redis::Value;
use connect::{Target, Trouble};
use domain::probe::redis::reads;
use domain::probe::{RedisPersistence, RedisProbe, RedisQuestion, TextRule};
use domain::verdict::Verdict;

pub(crate) mod connect;
pub(crate) mod counted;
mod info;
mod keeping;
mod reply;

pub(crate) async fn probe(spec: &RedisProbe, site: &Site, round: &Round<'_>) -> Answer {
    let command = command(&spec.question);
    let mut asked = Asked {
        read_as: format!("`{}`, natively", command.join(" ")),
        target: spec.address.clone().unwrap_or_else(|| "redis".to_owned()),
        expected: expected(&spec.question),
    };
    if !reads(&command) {
        let reason = format!(
            "`{}` is not known to read only, so it was not sent",
            command.join(" ")
        );
        return Answer::new(asked, Judgement::error(reason));
    }
    let target = match connect::target(spec.address.as_deref(), site) {
        Ok(target) => target,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target.clone_from(&target.shown);
    let (sent, section) = info::whole(&command);
    let Captured { seen, capture, .. } = once(&target, sent, site, round).await;
    // Snapshots are a setting, which `INFO` does not tell.
    let mut saving = None;
    if let RedisQuestion::Persistence(_) = spec.question
        && seen.is_ok()
    {
        saving = Some(once(&target, &["CONFIG", "GET", "save"], site, round).await);
    }
    let settings = saving.as_ref().map(|captured| captured.seen.as_ref());
    let answer = match seen.as_ref() {
        Err(trouble) => Answer::new(asked, judge_trouble(trouble, &target, site)),
        Ok(reply) => {
            let reply = section.map_or_else(|| reply.clone(), |section| info::section(reply, section));
            let judgement = match (&spec.question, settings) {
                (RedisQuestion::Persistence(how), Some(settings)) => keeping::judge(&reply, settings, *how),
                _ => judge(&reply, &spec.question, &site.secrets),
            };
            let answer = Answer::new(asked, judgement);
            match &spec.question {
                RedisQuestion::Config { key, .. } if is_password(key) => answer,
                _ => answer.with_output(reply::printed(&reply)),
            }
        }
    };
    let answer = answer.of(capture);
    match saving {
        Some(saving) => answer.of(saving.capture),
        None => answer,
    }
}

/// The reply to a command, which is sent once in a round.
async fn once(
    target: &Target,
    command: &[&str],
    site: &Site,
    round: &Round<'_>,
) -> Captured<Result<Value, Trouble>> {
    let name = format!("`{}` of {}", command.join(" "), target.shown);
    let observing = observe(target, command, site, round);
    round.once(&round.replies, name, site, observing).await
}

async fn observe(
    target: &Target,
    command: &[&str],
    site: &Site,
    round: &Round<'_>,
) -> Result<Value, Trouble> {
    let asking = connect::ask(target, command, &round.lines);
    let answered = tokio::time::timeout(site.deadline, asking).await;
    answered.unwrap_or_else(|_| {
        let limit = site.deadline.as_millis();
        Err(Trouble::Broken(format!("no complete answer within {limit} ms")))
    })
}

fn command(question: &RedisQuestion) -> Vec<&str> {
    match question {
        RedisQuestion::Ping => vec!["PING"],
        RedisQuestion::Config { key, .. } => vec!["CONFIG", "GET", key],
        RedisQuestion::Info {
            section: Some(section),
            ..
        } => vec!["INFO", section],
        RedisQuestion::Info { section: None, .. } => vec!["INFO"],
        RedisQuestion::Persistence(_) => vec!["INFO", "persistence"],
        RedisQuestion::MemoryShare(_) => vec!["INFO", "memory"],
        RedisQuestion::Text { command, .. } => command.iter().map(String::as_str).collect(),
    }
}

/// What the server's errors mean and what to do (Redis documentation, "Redis serialization protocol", and `redis.conf`).
fn judge_trouble(trouble: &Trouble, target: &Target, site: &Site) -> Judgement {
    let (code, words) = match trouble {
        Trouble::Broken(why) => return Judgement::error(format!("{}: {why}", target.shown)),
        Trouble::Said { code, words } => (code.as_str(), words.as_str()),
    };
    let (endpoint, environment) = (&target.endpoint, &site.environment.name);
    let said = excerpt(&format!("{code} {words}"), &site.secrets);
    let (verdict, why) = match code {
        "LOADING" => (
            Verdict::NoData,
            "it is still loading its data from disk (LOADING): ask again when it is done".to_owned(),
        ),
        "NOAUTH" => (
            Verdict::Error,
            format!(
                "it asks for a password (NOAUTH): name it in the url of endpoint {endpoint}, as \
                 `redis://:$REDIS_PASSWORD@host:port`, and add `REDIS_PASSWORD = \"file:/…\"` below [secrets] in \
                 environments/{environment}.toml"
            ),
        ),
        "WRONGPASS" => (
            Verdict::Error,
            format!(
                "it refuses the user or the password (WRONGPASS): correct the secret that the url of endpoint \
                 {endpoint} names in environments/{environment}.toml"
            ),
        ),
        "ERR" if words.contains("without any password configured") => (
            Verdict::Error,
            format!(
                "it has no password, and the url of endpoint {endpoint} names one: set requirepass there, or take the \
                 password out of environments/{environment}.toml"
            ),
        ),
        "NOPERM" => (
            Verdict::Error,
            format!("its user may not ask that (NOPERM): allow it with ACL SETUSER: {said}"),
        ),
        "DENIED" => (
            Verdict::Error,
            "it is in protected mode and answers on loopback only (DENIED): set a password or bind it there".to_owned(),
        ),
        "MASTERDOWN" => (
            Verdict::Error,
            "it is a replica that has lost its master (MASTERDOWN): look at the master and the replica's log".to_owned(),
        ),
        "MISCONF" => (
            Verdict::Fail,
            "it cannot save to disk and refuses writes (MISCONF): look at its log, the disk and the directory".to_owned(),
        ),
        "BUSY" => (
            Verdict::Error,
            "it is busy with a script and answers nothing else (BUSY)".to_owned(),
        ),
        _ => (Verdict::Error, format!("it answers with an error: {said}")),
    };
    Judgement::new(verdict, format!("{}: {why}", target.shown), said)
}

pub(crate) fn judge(reply: &Value, question: &RedisQuestion, secrets: &Secrets) -> Judgement {
    match question {
        RedisQuestion::Ping => match reply {
            Value::SimpleString(text) if text == "PONG" => Judgement::pass("PONG"),
            other => {
                let found = excerpt(&reply::printed(other), secrets);
                Judgement::fail(format!("answered PING with {found}, not with PONG"), found)
            }
        },
        RedisQuestion::Config { key, rules } => match setting(reply, key) {
            Some(value) => judge_value(key, &value, rules, secrets),
            None => Judgement::fail(format!("this server has no setting {key}"), "no such setting"),
        },
        RedisQuestion::Info { field, rules, .. } => match info::field(&reply::printed(reply), field) {
            Some(value) => judge_value(field, value, rules, secrets),
            None => Judgement::error(format!("there is no field {field} in what INFO gives")),
        },
        RedisQuestion::MemoryShare(bound) => keeping::judge_memory(reply, bound),
        RedisQuestion::Persistence(_) => Judgement::error("this is asked with its settings"),
        RedisQuestion::Text { filters, rules, .. } => {
            let text = Text::of(reply::printed(reply).as_bytes(), false);
            match text::filter(text, filters, secrets) {
                Ok(left) => text::judge(&left, rules, secrets),
                Err(judgement) => judgement,
            }
        }
    }
}

/// The value of one setting in an answer of `CONFIG GET`: names and values in turn.
fn setting(reply: &Value, key: &str) -> Option<String> {
    let Value::Array(pairs) = reply else { return None };
    let text = |value: &Value| match value {
        Value::BulkString(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::SimpleString(text) => Some(text.clone()),
        _ => None,
    };
    pairs.chunks_exact(2).find_map(|pair| {
        let name = text(&pair[0])?;
        name.eq_ignore_ascii_case(key).then(|| text(&pair[1])).flatten()
    })
}

/// Settings whose value is not shown: `requirepass`, `masterauth`, `tls-key-file-pass`.
fn is_password(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["pass", "auth"].iter().any(|word| key.contains(word))
}

fn judge_value(name: &str, value: &str, rules: &[TextRule], secrets: &Secrets) -> Judgement {
    let text = Text {
        private: is_password(name),
        ..Text::of(value.as_bytes(), false)
    };
    let judgement = text::judge(&text, rules, secrets);
    let unlimited =
        name.eq_ignore_ascii_case("maxmemory") && value == "0" && judgement.verdict == Verdict::Fail;
    let hint = if unlimited { "; 0 sets no limit" } else { "" };
    Judgement {
        verdict: judgement.verdict,
        reason: format!("{name}: {}{hint}", judgement.reason),
        found: format!("{name} {}", judgement.found),
    }
}

fn expected(question: &RedisQuestion) -> String {
    let of = |name: &str, rules: &[TextRule]| match text::expected(rules) {
        words if words.is_empty() => format!("{name} is there"),
        words => format!("{name}: {words}"),
    };
    match question {
        RedisQuestion::Ping => "PONG".to_owned(),
        RedisQuestion::Config { key, rules } => of(key, rules),
        RedisQuestion::Info { field, rules, .. } => of(field, rules),
        RedisQuestion::Persistence(RedisPersistence::Any) => {
            "data is kept on disk, and was written well".to_owned()
        }
        RedisQuestion::Persistence(RedisPersistence::Aof) => {
            "the append-only file is on, and was written well".to_owned()
        }
        RedisQuestion::Persistence(RedisPersistence::Rdb) => {
            "snapshots are on, and the last one was saved".to_owned()
        }
        RedisQuestion::MemoryShare(bound) => format!("used_memory {bound} of maxmemory"),
        RedisQuestion::Text { filters, rules, .. } => {
            format!("answer{} {}", text::piped(filters), text::expected(rules))
                .trim_end()
                .to_owned()
        }
    }
}
