//! Questions to Redis in words.

use super::text_rules;
use domain::probe::{Filter, RedisPersistence, RedisProbe, RedisQuestion, TextRule};

/// What is asked and what must hold.
pub fn probe(redis: &RedisProbe) -> String {
    let whom = match &redis.address {
        Some(address) => format!("Redis at {address}"),
        None => "the environment's Redis".to_owned(),
    };
    format!("ask {whom}: {}", question(&redis.question))
}

fn question(question: &RedisQuestion) -> String {
    let rules = |filters: &[Filter], rules: &[TextRule]| match text_rules(filters, rules) {
        words if words.is_empty() => "must be there".to_owned(),
        words => words.join(", "),
    };
    match question {
        RedisQuestion::Ping => "PING answers PONG".to_owned(),
        RedisQuestion::Config { key, rules: of } => format!("the setting {key}: {}", rules(&[], of)),
        RedisQuestion::Info { field, rules: of, .. } => format!("{field} of INFO: {}", rules(&[], of)),
        RedisQuestion::Persistence(RedisPersistence::Any) => {
            "the append-only file or snapshots are on, and were written well".to_owned()
        }
        RedisQuestion::Persistence(RedisPersistence::Aof) => {
            "the append-only file is on, and was written well".to_owned()
        }
        RedisQuestion::Persistence(RedisPersistence::Rdb) => {
            "snapshots are on, and the last one was saved".to_owned()
        }
        RedisQuestion::MemoryShare(bound) => format!("used_memory {bound} of maxmemory"),
        RedisQuestion::Text {
            command,
            filters,
            rules: of,
        } => format!("{}: {}", command.join(" "), rules(filters, of)),
    }
}
