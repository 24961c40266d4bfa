//! Questions to services that an annotation can name.

use super::measure;
use domain::probe::{ProbeSpec, RedisProbe, RedisQuestion, TextRule};
use domain::quantity::Comparison;

/// `NAME`, `NAME=value`, `NAME<512MB`: the name and what must hold of it.
fn compared(word: &str) -> (String, Vec<TextRule>) {
    let Some(at) = word.find(['<', '>', '=', '≤', '≥']) else {
        return (word.to_owned(), vec![TextRule::NotEmpty]);
    };
    let (name, rest) = word.split_at(at);
    let rule = match measure::find(rest).as_slice() {
        [one] if one.span == (0..rest.len()) => TextRule::Number(one.bound(Comparison::Equal)),
        _ => TextRule::Is(rest.trim_start_matches('=').to_owned()),
    };
    (name.to_owned(), vec![rule])
}

/// `ping`, `config NAME=value`, `info NAME<512MB`, each behind an address where it is not the environment's own.
pub fn redis(words: &[String]) -> Result<ProbeSpec, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (address, asked) = match words.as_slice() {
        [first, rest @ ..] if !matches!(*first, "ping" | "config" | "info") => {
            (Some((*first).to_owned()), rest)
        }
        words => (None, words),
    };
    let question = match asked {
        ["ping"] => RedisQuestion::Ping,
        ["config", word] => {
            let (key, rules) = compared(word);
            RedisQuestion::Config { key, rules }
        }
        ["info", word] => {
            let (field, rules) = compared(word);
            let section = None;
            RedisQuestion::Info {
                section,
                field,
                rules,
            }
        }
        _ => {
            return Err(
                "`redis` takes ping, config NAME=value or info NAME<N, behind a service or an address"
                    .to_owned(),
            );
        }
    };
    Ok(ProbeSpec::Redis(RedisProbe { address, question }))
}
