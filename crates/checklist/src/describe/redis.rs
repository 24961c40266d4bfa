//! Questions to Redis in words.

use super::text_rules;
use domain::probe::{Filter, RedisProbe, RedisQuestion, TextRule};

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
        RedisQuestion::Text {
            command,
            filters,
            rules: of,
        } => format!("{}: {}", command.join(" "), rules(filters, of)),
    }
}
