//! Lines of a window that ask that a number stays as it is. What other lines of the document read gives such a number too, so that the
//! window takes its samples and judges them by [`domain::objective::steady`]. Where no line reads anything of the kind, or it is not
//! said whose number is meant, it stays somebody's word, and the plan says why.

use crate::describe;
use crate::infer::short;
use crate::lint::{Findings, catalogue as c, document_line};
use crate::names::Set;
use crate::source::Source;
use domain::metric::{Aggregation, Metric};
use domain::objective::{Aim, Objective, steady::Steady};
use domain::plan::{Item, Section, Work};
use domain::probe::{
    DockerProbe, DockerQuestion, MetricProbe, MetricQuestion, ProbeSpec, PrometheusProbe, PrometheusQuestion,
    RedisProbe, RedisQuestion, TextRule,
};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

/// Looks of a rate: over a part of the window, in minutes.
const RATES: std::ops::RangeInclusive<u32> = 2..=60;

/// Lets windows sample what they can, and says of the other lines why not. What an annotation makes somebody's word stays that.
pub fn attach(
    source: &Source,
    sections: &mut [Section],
    objectives: &[Objective],
    attested: &Set<u32>,
    findings: &mut Findings,
) {
    let known = Sources::of(sections);
    for section in sections {
        let minutes = section.kind.due_minutes().filter(|minutes| *minutes > 0);
        let items = section.items.iter_mut();
        for item in items.filter(|item| item.work == Work::Attestation && !attested.contains(&item.line)) {
            let objective = objectives.iter().find(|objective| objective.item == item.id);
            let Some((objective, steady)) = objective.and_then(|it| Some((it, steady(it)?))) else {
                continue;
            };
            let asked = match minutes {
                Some(minutes) => known.track(item, objective, minutes),
                None => Err(
                    "what stays as it is shows over a verification window, and this line stands in none"
                        .to_owned(),
                ),
            };
            let words = short(&item.text);
            match asked {
                Ok((spec, because)) => {
                    item.why = format!("{words}: {because}; {}; {steady}", describe::probe(&spec));
                    item.work = Work::Probe { spec };
                    findings.forget(&c::NO_SOURCE, &document_line(source, item.line));
                }
                Err(why) => {
                    item.why = format!(
                        "{words}: {} means that {steady}; {why}: somebody's word",
                        word(objective)
                    )
                }
            }
        }
    }
}

fn steady(objective: &Objective) -> Option<Steady> {
    match objective.aim {
        Aim::Steady { steady } | Aim::Settled { steady, .. } => Some(steady),
        Aim::Absolute { .. } | Aim::Improvement { .. } => None,
    }
}

fn word(objective: &Objective) -> &'static str {
    match objective.aim {
        Aim::Settled { .. } => "stabilised",
        Aim::Steady { .. } | Aim::Absolute { .. } | Aim::Improvement { .. } => "stable",
    }
}

/// What the lines of a document read, each where it is the only one of its kind.
struct Sources {
    /// The page and the two counters of the cache's hits.
    hits: Only<(String, String, String)>,
    /// The Redis that is asked.
    redis: Only<Option<String>>,
    /// The Compose project whose containers are looked at.
    project: Only<Option<String>>,
    /// The services that are named.
    services: Vec<String>,
    /// The histogram of how long requests take.
    histogram: Only<String>,
    /// The Prometheus that is asked.
    prometheus: Only<Option<String>>,
}

/// None, one, or several that differ.
enum Only<T> {
    None,
    One(T),
    Several,
}

impl<T: PartialEq> Only<T> {
    fn add(&mut self, found: T) {
        match self {
            Only::None => *self = Only::One(found),
            Only::One(one) if *one == found => {}
            Only::One(_) | Only::Several => *self = Only::Several,
        }
    }

    fn get(&self, what: &str) -> Result<&T, String> {
        match self {
            Only::One(one) => Ok(one),
            Only::None => Err(format!(
                "no line of the document reads {what}, and no annotation says what does"
            )),
            Only::Several => Err(format!(
                "lines of the document read several of {what}: an annotation says which is meant"
            )),
        }
    }
}

impl Sources {
    fn of(sections: &[Section]) -> Self {
        let mut found = Self {
            hits: Only::None,
            redis: Only::None,
            project: Only::None,
            services: Vec::new(),
            histogram: Only::None,
            prometheus: Only::None,
        };
        let items = sections
            .iter()
            .flat_map(|section| &section.items)
            .map(|item| &item.work);
        let checks = sections
            .iter()
            .flat_map(|section| &section.checks)
            .map(|check| &check.work);
        for work in items.chain(checks) {
            if let Work::Probe { spec } = work {
                spec.leaves().into_iter().for_each(|leaf| found.read(leaf));
            }
        }
        found
    }

    fn read(&mut self, spec: &ProbeSpec) {
        match spec {
            ProbeSpec::Metric(metric) => self.page(metric),
            ProbeSpec::Redis(redis) => self.redis.add(redis.address.clone()),
            ProbeSpec::Prometheus(prometheus) => self.prometheus.add(prometheus.url.clone()),
            ProbeSpec::Docker(docker) => {
                self.project.add(docker.project.clone());
                self.services.extend(docker.services.iter().cloned());
            }
            _ => {}
        }
    }

    fn page(&mut self, metric: &MetricProbe) {
        match &metric.question {
            MetricQuestion::Share { part, rest, .. } if part.contains("cache") => {
                self.hits.add((metric.url.clone(), part.clone(), rest.clone()));
            }
            MetricQuestion::Present { name } | MetricQuestion::Quantile { name, .. }
                if ["duration", "latency"].iter().any(|word| name.contains(word)) =>
            {
                let whole = ["_bucket", "_count", "_sum"]
                    .iter()
                    .find_map(|end| name.strip_suffix(end));
                self.histogram.add(whole.unwrap_or(name).to_owned());
            }
            MetricQuestion::Present { .. }
            | MetricQuestion::Value { .. }
            | MetricQuestion::Quantile { .. }
            | MetricQuestion::Share { .. } => {}
        }
    }

    /// What reads the number of a line in a window of so many minutes, and why that; or why nothing does.
    fn track(&self, item: &Item, objective: &Objective, minutes: u32) -> Result<(ProbeSpec, String), String> {
        let words: Vec<String> = item
            .text
            .to_lowercase()
            .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
            .map(str::to_owned)
            .collect();
        let of_redis = words.iter().any(|word| word == "redis");
        if item.text.contains('`') && !(of_redis && item.text.contains("redis-cli")) {
            return Err("its command prints no number that the window could sample".to_owned());
        }
        match objective.metric {
            Metric::CacheHitRate => self.hit_rate(objective, minutes),
            Metric::Memory if of_redis => self.redis_memory(objective),
            Metric::Memory => self.container_memory(objective, &words),
            Metric::Latency => self.latency(objective),
            Metric::CacheLatency
            | Metric::CacheReadLatency
            | Metric::CacheWriteLatency
            | Metric::CacheEvictions
            | Metric::Queries
            | Metric::RepeatedQueries
            | Metric::Errors
            | Metric::ErrorRate
            | Metric::ErrorLogs
            | Metric::Free(_) => Err(format!(
                "nothing that a window could sample gives {}",
                objective.metric
            )),
        }
    }

    fn hit_rate(&self, objective: &Objective, minutes: u32) -> Result<(ProbeSpec, String), String> {
        unnamed(objective)?;
        let (url, part, rest) = self.hits.get("the counters of the cache's hits")?;
        let spec = ProbeSpec::Metric(MetricProbe {
            url: url.clone(),
            question: MetricQuestion::Share {
                part: part.clone(),
                rest: rest.clone(),
                bound: objective.aim.bound().unwrap_or(any(Unit::Percent)),
                minutes: Some((minutes / 24).clamp(*RATES.start(), *RATES.end())),
            },
        });
        Ok((
            spec,
            "another line reads the counters of hits and misses, and the window samples their rate"
                .to_owned(),
        ))
    }

    fn redis_memory(&self, objective: &Objective) -> Result<(ProbeSpec, String), String> {
        if objective.subject.as_deref() != Some("redis") {
            return Err("it is not said of which part of Redis".to_owned());
        }
        let address = self.redis.get("Redis")?.clone();
        let question = match objective.aim.bound() {
            None => used(TextRule::NotEmpty),
            Some(bound) if bound.quantity.unit == Unit::Bytes => used(TextRule::Number(bound)),
            Some(bound) => RedisQuestion::MemoryShare(bound),
        };
        let spec = ProbeSpec::Redis(RedisProbe { address, question });
        Ok((
            spec,
            "other lines ask this Redis, and the window samples the memory that it uses".to_owned(),
        ))
    }

    fn container_memory(
        &self,
        objective: &Objective,
        words: &[String],
    ) -> Result<(ProbeSpec, String), String> {
        if objective.aim.bound().is_some() {
            return Err("no source of a limit of memory is known".to_owned());
        }
        let project = self.project.get("containers")?.clone();
        let named: Vec<&String> = self
            .services
            .iter()
            .filter(|service| words.contains(&service.to_lowercase()))
            .collect();
        let services = match named.as_slice() {
            [] => unnamed(objective).map(|()| Vec::new())?,
            [first, rest @ ..] if rest.iter().all(|other| other == first) => vec![(*first).clone()],
            _ => return Err("it names several services: give each a line of its own".to_owned()),
        };
        let spec = ProbeSpec::Docker(DockerProbe {
            project,
            services,
            question: DockerQuestion::Memory,
        });
        Ok((
            spec,
            "other lines ask the Docker Engine, and the window samples the memory that containers use"
                .to_owned(),
        ))
    }

    fn latency(&self, objective: &Objective) -> Result<(ProbeSpec, String), String> {
        unnamed(objective)?;
        let Aggregation::Percentile(percent) = objective.aggregation else {
            return Err(format!("its {} is in no histogram", objective.aggregation));
        };
        if objective.aim.bound().is_some() {
            return Err("Prometheus counts in seconds, and the limit is not compared yet".to_owned());
        }
        let histogram = self.histogram.get("a histogram of how long requests take")?;
        let url = self.prometheus.get("Prometheus")?.clone();
        let quantile = f64::from(percent) / 100.0;
        let spec = ProbeSpec::Prometheus(PrometheusProbe {
            url,
            question: PrometheusQuestion::Query {
                expr: format!("histogram_quantile({quantile}, sum by (le) (rate({histogram}_bucket[5m])))"),
                rules: vec![TextRule::Number(any(Unit::Count))],
            },
        });
        Ok((
            spec,
            "other lines name the histogram and ask Prometheus, and the window samples its quantile"
                .to_owned(),
        ))
    }
}

fn used(rule: TextRule) -> RedisQuestion {
    RedisQuestion::Info {
        section: Some("memory".to_owned()),
        field: "used_memory".to_owned(),
        rules: vec![rule],
    }
}

/// Nothing is asked of the number itself.
fn any(unit: Unit) -> Bound {
    Bound {
        comparison: Comparison::AtLeast,
        quantity: Quantity { value: 0.0, unit },
    }
}

/// Of a part that the words name, only a line about the same part could say something.
fn unnamed(objective: &Objective) -> Result<(), String> {
    match &objective.subject {
        None => Ok(()),
        Some(subject) => Err(format!(
            "no line of the document reads it of {subject}, and no annotation says what does"
        )),
    }
}
