//! Redis: real servers, and for what none can be brought to in a test one that says it.

use super::world::{Conduct, Target, World};
use super::*;
use domain::probe::{RedisProbe, RedisQuestion, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

mod keeping;

fn row(state: State, what: &'static str, right: Right, question: RedisQuestion, target: Target) -> Row {
    let words = match &question {
        RedisQuestion::Ping => "ping".to_owned(),
        RedisQuestion::Config { key, .. } => format!("config get {key}"),
        RedisQuestion::Info { section, .. } => format!("info {}", section.as_deref().unwrap_or_default()),
        RedisQuestion::Persistence(_) => "info persistence".to_owned(),
        RedisQuestion::MemoryShare(_) => "info memory".to_owned(),
        RedisQuestion::Text { command, .. } => command.join(" "),
    };
    let address = Some("redis".to_owned());
    Row {
        kind: "redis",
        state,
        what,
        right,
        spec: ProbeSpec::Redis(RedisProbe { address, question }),
        world: World::of(target),
        command: format!("redis-cli -h $HOST -p $PORT {words}"),
    }
}

fn ping() -> RedisQuestion {
    RedisQuestion::Ping
}

fn config(key: &str, rule: TextRule) -> RedisQuestion {
    RedisQuestion::Config {
        key: key.to_owned(),
        rules: vec![rule],
    }
}

fn info(section: &str, field: &str, rule: TextRule) -> RedisQuestion {
    RedisQuestion::Info {
        section: Some(section.to_owned()),
        field: field.to_owned(),
        rules: vec![rule],
    }
}

fn text(command: &[&str], rule: TextRule) -> RedisQuestion {
    RedisQuestion::Text {
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        filters: Vec::new(),
        rules: vec![rule],
    }
}

fn is(text: &str) -> TextRule {
    TextRule::Is(text.to_owned())
}

fn number(comparison: Comparison, value: f64, unit: Unit) -> TextRule {
    let quantity = Quantity { value, unit };
    TextRule::Number(Bound { comparison, quantity })
}

fn half_a_gigabyte() -> RedisQuestion {
    config(
        "maxmemory",
        number(Comparison::Equal, 512.0 * 1024.0 * 1024.0, Unit::Bytes),
    )
}

fn none_evicted() -> RedisQuestion {
    info(
        "stats",
        "evicted_keys",
        number(Comparison::Equal, 0.0, Unit::Count),
    )
}

fn real(options: &'static [&'static str]) -> Target {
    Target::Redis(options, "", 0)
}

fn says(reply: &str) -> Target {
    Target::Tcp("redis", Conduct::Says(reply.as_bytes().to_vec()))
}

pub fn rows() -> Vec<Row> {
    [good(), bad(), silent(), ambiguous(), keeping::rows()]
        .into_iter()
        .flatten()
        .collect()
}

fn good() -> Vec<Row> {
    let big = number(Comparison::Below, 1e12, Unit::Bytes);
    vec![
        row(Good, "PONG", PASS, ping(), real(&[])),
        row(
            Good,
            "maxmemory of 512mb",
            PASS,
            half_a_gigabyte(),
            real(&["--maxmemory", "512mb"]),
        ),
        row(
            Good,
            "appendonly yes",
            PASS,
            config("appendonly", is("yes")),
            real(&["--appendonly", "yes"]),
        ),
        row(Good, "nothing was evicted", PASS, none_evicted(), real(&[])),
        row(
            Good,
            "memory within its bound",
            PASS,
            info("memory", "used_memory", big),
            real(&[]),
        ),
        row(
            Good,
            "a key that is there",
            PASS,
            text(&["GET", "k"], is("v")),
            Target::Redis(&[], "SET k v\r\n", 1),
        ),
        row(
            Good,
            "an empty database",
            PASS,
            text(&["DBSIZE"], is("0")),
            real(&[]),
        ),
    ]
}

fn bad() -> Vec<Row> {
    let small = number(Comparison::Below, 1024.0, Unit::Bytes);
    let evicting = "CONFIG SET maxmemory-policy allkeys-lru\r\nSET a b\r\nCONFIG SET maxmemory 1\r\n";
    vec![
        row(Bad, "no limit of memory", FAIL, half_a_gigabyte(), real(&[])),
        row(
            Bad,
            "another limit of memory",
            FAIL,
            half_a_gigabyte(),
            real(&["--maxmemory", "256mb"]),
        ),
        row(
            Bad,
            "appendonly no",
            FAIL,
            config("appendonly", is("yes")),
            real(&[]),
        ),
        row(
            Bad,
            "another policy",
            FAIL,
            config("maxmemory-policy", is("allkeys-lru")),
            real(&[]),
        ),
        row(
            Bad,
            "a key was evicted",
            FAIL,
            none_evicted(),
            Target::Redis(&[], evicting, 3),
        ),
        row(
            Bad,
            "memory beyond its bound",
            FAIL,
            info("memory", "used_memory", small),
            real(&[]),
        ),
        row(
            Bad,
            "a key of another value",
            FAIL,
            text(&["GET", "k"], is("v")),
            Target::Redis(&[], "SET k w\r\n", 1),
        ),
        row(
            Bad,
            "a replica whose master is gone",
            FAIL,
            info("replication", "master_link_status", is("up")),
            real(&["--replicaof", "127.0.0.1 1"]),
        ),
    ]
}

fn silent() -> Vec<Row> {
    let tcp = |conduct| Target::Tcp("redis", conduct);
    let sleeping = || Target::Redis(&["--enable-debug-command", "local"], "DEBUG SLEEP 8\r\n", 0);
    let http = b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec();
    vec![
        row(
            Unreachable,
            "nobody listens",
            NO_ANSWER,
            ping(),
            tcp(Conduct::Closed),
        ),
        row(
            Unreachable,
            "the queue is full",
            NO_ANSWER,
            ping(),
            tcp(Conduct::Full),
        ),
        row(
            Unreachable,
            "the connection is closed at once",
            NO_ANSWER,
            none_evicted(),
            tcp(Conduct::Closes),
        ),
        row(
            Unreachable,
            "it asks for a password",
            NO_ANSWER,
            ping(),
            real(&["--requirepass", "of-the-tests"]),
        ),
        row(
            Unreachable,
            "it asks for a password before a setting",
            NO_ANSWER,
            half_a_gigabyte(),
            real(&["--requirepass", "of-the-tests"]),
        ),
        row(
            Unreachable,
            "an HTTP server listens there",
            NO_ANSWER,
            ping(),
            tcp(Conduct::Ends(http)),
        ),
        row(
            Unreachable,
            "a replica that answers nothing without its master",
            NO_ANSWER,
            text(&["DBSIZE"], TextRule::NotEmpty),
            real(&["--replicaof", "127.0.0.1 1", "--replica-serve-stale-data", "no"]),
        ),
        row(Slow, "no answer", NO_ANSWER, ping(), tcp(Conduct::Silent)),
        row(Slow, "a server that is busy", NO_ANSWER, ping(), sleeping()),
        row(
            Slow,
            "a setting of a server that is busy",
            NO_ANSWER,
            half_a_gigabyte(),
            sleeping(),
        ),
        row(Slow, "half an answer", NO_ANSWER, ping(), says("+PO")),
        row(
            Slow,
            "a text of which half comes",
            NO_ANSWER,
            none_evicted(),
            says("$900\r\n# Stats\r\nevicted_keys:0\r\n"),
        ),
    ]
}

fn ambiguous() -> Vec<Row> {
    let there = || text(&["GET", "k"], TextRule::NotEmpty);
    vec![
        row(
            Ambiguous,
            "it loads its data (said)",
            NO_DATA,
            ping(),
            says("-LOADING Redis is loading the dataset in memory\r\n"),
        ),
        row(
            Ambiguous,
            "it cannot save (said)",
            FAIL,
            ping(),
            says("-MISCONF Redis is configured to save RDB snapshots\r\n"),
        ),
        row(
            Ambiguous,
            "it runs a script (said)",
            NO_ANSWER,
            ping(),
            says("-BUSY Redis is busy running a script\r\n"),
        ),
        row(
            Ambiguous,
            "another word than PONG (said)",
            FAIL,
            ping(),
            says("+HELLO\r\n"),
        ),
        row(
            Ambiguous,
            "PONG as a text among others (said)",
            NOT_GREEN,
            ping(),
            says("*2\r\n$4\r\nPONG\r\n$0\r\n\r\n"),
        ),
        row(Ambiguous, "no key where one is meant", FAIL, there(), real(&[])),
        row(
            Ambiguous,
            "a key that holds nothing",
            FAIL,
            there(),
            Target::Redis(&[], "SET k \"\"\r\n", 1),
        ),
        row(
            Ambiguous,
            "a list where a text is meant",
            NOT_GREEN,
            there(),
            Target::Redis(&[], "RPUSH k v\r\n", 1),
        ),
        row(
            Ambiguous,
            "a setting that no server has",
            NOT_GREEN,
            config("max-memory", is("0")),
            real(&[]),
        ),
        row(
            Ambiguous,
            "a field that no server has",
            NOT_GREEN,
            info("stats", "evictions", is("0")),
            real(&[]),
        ),
        row(
            Ambiguous,
            "a user who may not ask",
            NO_ANSWER,
            half_a_gigabyte(),
            Target::Redis(&[], "ACL SETUSER default -config\r\n", 1),
        ),
        row(
            Ambiguous,
            "a command that changes",
            NO_ANSWER,
            text(&["DEL", "k"], is("1")),
            Target::Redis(&[], "SET k v\r\n", 1),
        ),
        row(
            Ambiguous,
            "a null of the newer protocol (said)",
            NOT_GREEN,
            there(),
            says("_\r\n"),
        ),
    ]
}
