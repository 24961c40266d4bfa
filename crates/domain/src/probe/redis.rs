//! What a Redis server is asked.

use super::{Filter, TextRule};
use crate::quantity::Bound;
use serde::{Deserialize, Serialize};

/// A question to a Redis server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RedisProbe {
    /// `host:port`, a host or a Compose service as written; `None`: the environment's own Redis.
    pub address: Option<String>,
    /// What is asked.
    pub question: RedisQuestion,
}

/// What a Redis server is asked. Nothing that [`reads`] does not know is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedisQuestion {
    /// It answers `PING` with `PONG`.
    Ping,
    /// The value of one setting, as `CONFIG GET` gives it.
    Config {
        /// The setting.
        key: String,
        /// What must hold; sizes are compared as bytes.
        rules: Vec<TextRule>,
    },
    /// The value of one field of `INFO`.
    Info {
        /// The section that is asked for; `None`: the server's default ones.
        section: Option<String>,
        /// The field: `used_memory`, `evicted_keys`.
        field: String,
        /// What must hold; sizes are compared as bytes.
        rules: Vec<TextRule>,
    },
    /// What it holds is kept on disk, and the last writing went well (`INFO persistence`).
    Persistence(RedisPersistence),
    /// The memory that it uses, in per cent of `maxmemory`.
    MemoryShare(Bound),
    /// Another command that reads, with its answer as `redis-cli` prints it into a pipe.
    Text {
        /// The command and its arguments.
        command: Vec<String>,
        /// Reading filters of a pipe.
        filters: Vec<Filter>,
        /// What must hold of what is left.
        rules: Vec<TextRule>,
    },
}

/// How a Redis server keeps what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedisPersistence {
    /// In either way.
    Any,
    /// By its append-only file.
    Aof,
    /// By snapshots.
    Rdb,
}

/// Commands that only read, whatever their arguments are.
const READING: &[&str] = &[
    "PING", "INFO", "GET", "MGET", "EXISTS", "TTL", "PTTL", "DBSIZE", "TYPE", "SCAN", "KEYS", "LLEN",
    "SCARD", "HGET", "HGETALL", "HLEN", "ZCARD", "LRANGE", "SMEMBERS", "STRLEN", "TIME", "ROLE", "LASTSAVE",
    "ECHO",
];

/// Commands with the subcommands that only read.
const READING_FORMS: &[(&str, &[&str])] = &[
    ("CONFIG", &["GET"]),
    ("CLIENT", &["LIST", "INFO", "GETNAME"]),
    ("SLOWLOG", &["GET", "LEN"]),
    ("MEMORY", &["USAGE", "STATS", "DOCTOR"]),
    ("LATENCY", &["LATEST", "HISTORY", "DOCTOR"]),
    ("CLUSTER", &["INFO", "NODES"]),
    ("ACL", &["LIST", "WHOAMI"]),
    ("MODULE", &["LIST"]),
];

/// Whether a command of Redis, in any case, is known to read only.
pub fn reads(command: &[&str]) -> bool {
    let Some((name, rest)) = command.split_first() else {
        return false;
    };
    let is = |known: &&str| name.eq_ignore_ascii_case(known);
    let second = rest.first().copied().unwrap_or_default();
    READING.iter().any(is)
        || READING_FORMS
            .iter()
            .any(|(known, forms)| is(known) && forms.iter().any(|form| second.eq_ignore_ascii_case(form)))
}
