//! Questions to services that an annotation can name.

use super::{Values, bound, measure};
use domain::probe::{
    DockerProbe, DockerQuestion, Filter, HitCounter, LogsQuestion, MetricProbe, MetricQuestion, ProbeSpec,
    PrometheusProbe, PrometheusQuestion, RangeQuery, RedisPersistence, RedisProbe, RedisQuestion, TextRule,
};
use domain::quantity::{Bound, Comparison, Unit};

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
        [first, rest @ ..]
            if !matches!(*first, "ping" | "config" | "info" | "persistence")
                && !first.starts_with("memory") =>
        {
            (Some((*first).to_owned()), rest)
        }
        words => (None, words),
    };
    let question = match asked {
        ["ping"] => RedisQuestion::Ping,
        ["persistence"] => RedisQuestion::Persistence(RedisPersistence::Any),
        ["persistence", "aof"] => RedisQuestion::Persistence(RedisPersistence::Aof),
        ["persistence", "rdb"] => RedisQuestion::Persistence(RedisPersistence::Rdb),
        [word] if word.starts_with("memory") => {
            RedisQuestion::MemoryShare(bound(&word["memory".len()..], Unit::Percent)?)
        }
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
                "`redis` takes ping, config NAME=value, info NAME<N, persistence [aof|rdb] or memory<80%, behind a service or an address"
                    .to_owned(),
            );
        }
    };
    Ok(ProbeSpec::Redis(RedisProbe { address, question }))
}

/// `running`, `healthy`, `newest-image`, `memory`, `env NAME=value` and `logs lacks="text"`, each behind a service; the first four
/// without one are about every service.
pub fn docker(words: &[String]) -> Result<ProbeSpec, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let known = ["running", "healthy", "newest-image", "memory", "env", "logs"];
    let (services, asked) = match words.as_slice() {
        [first, rest @ ..] if !known.contains(first) => (vec![(*first).to_owned()], rest),
        words => (Vec::new(), words),
    };
    let question = match asked {
        ["running"] => DockerQuestion::Running,
        ["healthy"] => DockerQuestion::Healthy,
        ["newest-image"] => DockerQuestion::NewestImage,
        ["memory"] => DockerQuestion::Memory,
        ["env", word] if !services.is_empty() => variable(word),
        ["logs", word] => DockerQuestion::Logs(LogsQuestion {
            last_seconds: None,
            tail: None,
            filters: Vec::new(),
            rules: vec![text_rule(word)?],
        }),
        _ => {
            return Err("`docker` takes running, healthy, newest-image, memory, env NAME=value, logs contains= or lacks=, behind a service".to_owned());
        }
    };
    Ok(ProbeSpec::Docker(DockerProbe {
        project: None,
        services,
        question,
    }))
}

/// `NAME` is set, or `NAME=value` is among the variables.
fn variable(word: &str) -> DockerQuestion {
    let line = if word.contains('=') {
        word.to_owned()
    } else {
        format!("{word}=")
    };
    let rule = if word.contains('=') {
        TextRule::Is(line.clone())
    } else {
        TextRule::NotEmpty
    };
    DockerQuestion::Environment {
        filters: vec![Filter::Grep {
            pattern: line,
            ignore_case: false,
            invert: false,
        }],
        rules: vec![rule],
    }
}

fn text_rule(word: &str) -> Result<TextRule, String> {
    let contains = word
        .strip_prefix("contains=")
        .map(|text| TextRule::Contains(text.to_owned()));
    contains
        .or_else(|| {
            word.strip_prefix("lacks=")
                .map(|text| TextRule::Lacks(text.to_owned()))
        })
        .ok_or_else(|| format!("`{word}` is no rule of a log: contains= or lacks="))
}

/// `targets`, `targets JOB`, or `query "EXPR" <N`.
pub fn prometheus(words: &[String]) -> Result<ProbeSpec, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let question = match words.as_slice() {
        ["targets"] => PrometheusQuestion::Targets { job: None },
        ["targets", job] => PrometheusQuestion::Targets {
            job: Some((*job).to_owned()),
        },
        ["query", expr, rule] => PrometheusQuestion::Query {
            expr: (*expr).to_owned(),
            rules: compared(rule).1,
        },
        ["range", expr, rule, window] => PrometheusQuestion::Range(range(expr, rule, window)?),
        _ => {
            let all = "targets, targets JOB, query \"EXPR\" >0, or range \"EXPR\" <1% over=1h";
            return Err(format!("`prometheus` takes {all}"));
        }
    };
    Ok(ProbeSpec::Prometheus(PrometheusProbe { url: None, question }))
}

fn range(expr: &str, rule: &str, window: &str) -> Result<RangeQuery, String> {
    let bound = match compared(rule).1.as_slice() {
        [TextRule::Number(bound)] => *bound,
        _ => return Err(format!("`{rule}` is no bound such as `<0.01`")),
    };
    let minutes = window
        .strip_prefix("over=")
        .and_then(|time| match measure::find(time).as_slice() {
            [one] if one.span == (0..time.len()) && one.unit == Unit::Milliseconds => {
                Some((one.value / 60_000.0) as u32)
            }
            _ => None,
        });
    let minutes = minutes.filter(|minutes| RangeQuery::MINUTES.contains(minutes));
    Ok(RangeQuery {
        expr: expr.to_owned(),
        bound,
        minutes: minutes
            .ok_or_else(|| format!("`{window}` is no window such as `over=1h`: a minute to a week"))?,
    })
}

/// `p95`: 0.95.
fn quantile(word: &str) -> Option<f64> {
    let percent: f64 = word.strip_prefix('p')?.parse().ok()?;
    (percent > 0.0 && percent < 100.0).then_some(percent / 100.0)
}

/// `NAME share>60%`, and perhaps `rest=NAME`: the share of one counter in the sum of two.
fn share(name: &str, bound: Bound, rest: Option<&str>) -> Result<MetricQuestion, String> {
    let rest = rest.map(str::to_owned).or_else(|| HitCounter::misses_of(name));
    let rest =
        rest.ok_or_else(|| format!("`{name}` is a share of itself and what? Name the rest, `rest=`"))?;
    Ok(MetricQuestion::Share {
        part: name.to_owned(),
        rest,
        bound,
        minutes: None,
    })
}

/// `NAME` or `NAME<N`, with the page's address where the words do not hold it.
pub fn metric(values: &Values<'_>) -> Result<ProbeSpec, String> {
    let is_address = |word: &&str| word.starts_with("http://") || word.starts_with("https://");
    let words = || values.words.iter().map(String::as_str);
    let url = words()
        .find(is_address)
        .or_else(|| values.codes().find(is_address));
    let asked: Vec<&str> = words().filter(|word| !is_address(word)).collect();
    let none = || {
        "`metric` takes the page's address and NAME, NAME<N, NAME p95<N or NAME share>60% rest=NAME"
            .to_owned()
    };
    let url = url.ok_or_else(none)?;
    let word = match asked.as_slice() {
        [word] => *word,
        [name, rule, more @ ..] if rule.starts_with("share") && more.len() <= 1 => {
            let mut rest = more
                .iter()
                .map(|word| word.strip_prefix("rest=").ok_or_else(none));
            let rest = rest.next().transpose()?;
            let bound = super::bound(&rule["share".len()..], Unit::Percent)?;
            return Ok(ProbeSpec::Metric(MetricProbe {
                url: url.to_owned(),
                question: share(name, bound, rest)?,
            }));
        }
        [name, rule] => {
            let (which, rules) = compared(rule);
            return match (quantile(&which), rules.as_slice()) {
                (Some(quantile), [TextRule::Number(bound)]) => Ok(ProbeSpec::Metric(MetricProbe {
                    url: url.to_owned(),
                    question: MetricQuestion::Quantile {
                        name: (*name).to_owned(),
                        quantile,
                        bound: *bound,
                    },
                })),
                _ => Err(format!("`{rule}` is no bound of a quantile such as `p95<200ms`")),
            };
        }
        _ => return Err(none()),
    };
    let (name, rules) = compared(word);
    let question = match rules.as_slice() {
        [TextRule::Number(bound)] => MetricQuestion::Value { name, bound: *bound },
        [TextRule::NotEmpty] => MetricQuestion::Present { name },
        _ => {
            return Err(format!(
                "`{word}` is no metric and no bound such as `queue_size<10`"
            ));
        }
    };
    Ok(ProbeSpec::Metric(MetricProbe {
        url: url.to_owned(),
        question,
    }))
}
