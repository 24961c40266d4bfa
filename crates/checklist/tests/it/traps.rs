//! What the lines of the reference checklist that lie become, in both spellings of Compose.

use crate::support::work;
use domain::plan::Work;
use domain::probe::{
    DockerProbe, DockerQuestion, Filter, LogsQuestion, MetricProbe, MetricQuestion, ProbeSpec,
    PrometheusProbe, PrometheusQuestion, RedisProbe, RedisQuestion, TextRule,
};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use rstest::rstest;

/// The probe of a line, which is the same one in both spellings of Compose.
fn probe(line: &str) -> ProbeSpec {
    let newer = line.replace("docker-compose", "docker compose");
    assert_eq!(work(line), work(&newer), "{newer}");
    match work(line) {
        Work::Probe { spec } => spec,
        other => panic!("{line}: {other:?}"),
    }
}

fn redis(address: Option<&str>, question: RedisQuestion) -> ProbeSpec {
    ProbeSpec::Redis(RedisProbe {
        address: address.map(str::to_owned),
        question,
    })
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

fn docker(services: &[&str], question: DockerQuestion) -> ProbeSpec {
    ProbeSpec::Docker(DockerProbe {
        project: None,
        services: services.iter().map(|service| (*service).to_owned()).collect(),
        question,
    })
}

fn logs(services: &[&str], pattern: &str, ignore_case: bool, rule: TextRule) -> ProbeSpec {
    let question = LogsQuestion {
        last_seconds: None,
        tail: None,
        filters: vec![grep(pattern, ignore_case)],
        rules: vec![rule],
    };
    docker(services, DockerQuestion::Logs(question))
}

fn grep(pattern: &str, ignore_case: bool) -> Filter {
    Filter::Grep {
        pattern: pattern.to_owned(),
        ignore_case,
        invert: false,
    }
}

fn bound(comparison: Comparison, value: f64, unit: Unit) -> Bound {
    Bound {
        comparison,
        quantity: Quantity { value, unit },
    }
}

fn megabytes(comparison: Comparison, count: f64) -> TextRule {
    TextRule::Number(bound(comparison, count * 1024.0 * 1024.0, Unit::Bytes))
}

fn is(text: &str) -> TextRule {
    TextRule::Is(text.to_owned())
}

fn metric(question: MetricQuestion) -> ProbeSpec {
    ProbeSpec::Metric(MetricProbe {
        url: "http://localhost:8000/metrics".to_owned(),
        question,
    })
}

fn none() -> TextRule {
    TextRule::Number(bound(Comparison::Equal, 0.0, Unit::Count))
}

#[rstest]
#[case(
    "Passes: `docker-compose exec redis redis-cli ping`",
    redis(Some("redis"), RedisQuestion::Ping)
)]
#[case(
    "Set: `docker-compose exec redis redis-cli CONFIG GET maxmemory` returns `512mb`",
    redis(Some("redis"), config("maxmemory", megabytes(Comparison::Equal, 512.0)))
)]
#[case(
    "Enabled: `docker-compose exec redis redis-cli CONFIG GET appendonly` returns `yes`",
    redis(Some("redis"), config("appendonly", is("yes")))
)]
#[case(
    "`docker-compose exec redis redis-cli INFO server | grep redis_version`",
    redis(Some("redis"), info("server", "redis_version", TextRule::NotEmpty))
)]
#[case(
    "Redis memory <512MB: `docker-compose exec redis redis-cli INFO memory`",
    redis(
        Some("redis"),
        info("memory", "used_memory", megabytes(Comparison::Below, 512.0))
    )
)]
#[case(
    "No cache evictions: `docker-compose exec redis redis-cli INFO stats | grep evicted`",
    redis(Some("redis"), info("stats", "evicted_keys", none()))
)]
#[case("`docker-compose ps redis | grep \"Up\"`", docker(&["redis"], DockerQuestion::Running))]
#[case("All containers running: `docker-compose ps` shows all \"Up\"", docker(&[], DockerQuestion::Running))]
#[case("`docker-compose ps web | grep healthy`", docker(&["web"], DockerQuestion::Healthy))]
#[case("`docker-compose logs redis | grep -i error` is empty", logs(&["redis"], "error", true, TextRule::Empty))]
#[case("No error logs: `docker-compose logs | grep -i error` is empty", logs(&[], "error", true, TextRule::Empty))]
#[case("Backend logs show no errors: `docker-compose logs backend`", logs(&["backend"], "error", true, TextRule::Empty))]
#[case(
    "Logged: `docker-compose logs backend | grep \"Redis cache initialized\"`",
    logs(&["backend"], "Redis cache initialized", false, TextRule::NotEmpty)
)]
#[case(
    "No slow queries: `docker-compose logs backend | grep \"SLOW QUERY\"` is empty",
    logs(&["backend"], "SLOW QUERY", false, TextRule::Empty)
)]
#[case(
    "`docker-compose exec backend env | grep REDIS`",
    docker(
        &["backend"],
        DockerQuestion::Environment { filters: vec![grep("REDIS", false)], rules: vec![TextRule::NotEmpty] }
    )
)]
#[case(
    "Cache metrics visible: `curl http://localhost:8000/metrics | grep cache_hits`",
    metric(MetricQuestion::Present { name: "cache_hits".to_owned() })
)]
#[case(
    "Cache hit rate >60%: `curl http://localhost:8000/metrics | grep cache_hits`",
    metric(MetricQuestion::Share {
        part: "cache_hits".to_owned(),
        rest: "cache_misses".to_owned(),
        bound: bound(Comparison::Above, 60.0, Unit::Percent),
    minutes: None,
    })
)]
#[case(
    "Targets: `curl http://localhost:9090/api/v1/targets | jq`",
    ProbeSpec::Prometheus(PrometheusProbe {
        url: Some("http://localhost:9090".to_owned()),
        question: PrometheusQuestion::Targets { job: None },
    })
)]
fn a_line_of_the_reference_checklist_becomes_what_it_means(#[case] line: &str, #[case] spec: ProbeSpec) {
    assert_eq!(probe(line), spec);
}

#[rstest]
#[case("redis-cli ping", None)]
#[case("redis-cli -p 6380 ping", Some("localhost:6380"))]
#[case("redis-cli -h cache ping", Some("cache:6379"))]
#[case("redis-cli -h \"$REDIS_HOST\" ping", None)]
#[case("REDISCLI_AUTH=\"$PW\" redis-cli ping", None)]
#[case("redis-cli -a \"$PW\" --no-auth-warning ping | grep PONG", None)]
#[case(
    "docker-compose -p shop exec -T cache redis-cli -h 127.0.0.1 PING",
    Some("cache")
)]
#[case(
    "docker-compose exec cache redis-cli -h other -p 6380 ping",
    Some("other:6380")
)]
fn an_address_of_redis_is_taken_over_and_a_password_is_not(
    #[case] command: &str,
    #[case] address: Option<&str>,
) {
    assert_eq!(
        probe(&format!("Look: `{command}`")),
        redis(address, RedisQuestion::Ping)
    );
}

#[rstest]
#[case(
    "`redis-cli INFO replication | grep role:master`",
    info("replication", "role", is("master"))
)]
#[case(
    "Shows it: `redis-cli CONFIG GET maxmemory` shows \"1gb\"",
    config("maxmemory", megabytes(Comparison::Equal, 1024.0))
)]
#[case(
    "`redis-cli CONFIG GET maxmemory-policy` returns `allkeys-lru`",
    config("maxmemory-policy", is("allkeys-lru"))
)]
#[case(
    "`redis-cli CONFIG GET appendonly | grep yes`",
    config("appendonly", is("yes"))
)]
fn a_setting_and_a_field_are_compared_as_what_they_are(#[case] line: &str, #[case] question: RedisQuestion) {
    assert_eq!(probe(line), redis(None, question));
}

#[test]
fn a_log_is_limited_as_the_line_says() {
    let spec =
        probe("No errors: `docker-compose -p shop logs --since 10m --tail=50 -f web db | grep -i error`");
    let ProbeSpec::Docker(DockerProbe {
        project,
        services,
        question: DockerQuestion::Logs(logs),
    }) = spec
    else {
        panic!("no log")
    };
    assert_eq!(
        (project.as_deref(), services),
        (Some("shop"), vec!["web".to_owned(), "db".to_owned()])
    );
    assert_eq!((logs.last_seconds, logs.tail), (Some(600), Some(50)));
}

/// "pool ready" is no exhaustion.
#[test]
fn a_bare_word_is_searched_for_what_the_line_fears() {
    let spec = probe("No connection pool exhaustion: `docker-compose logs backend | grep \"pool\"`");
    let ProbeSpec::Docker(DockerProbe {
        question: DockerQuestion::Logs(logs),
        ..
    }) = spec
    else {
        panic!("no log")
    };
    assert_eq!(logs.filters, [grep("pool", false)]);
    assert!(
        logs.rules.contains(&TextRule::Lacks("exhaust".to_owned())),
        "{logs:?}"
    );
    assert!(!logs.rules.contains(&TextRule::Empty), "{logs:?}");
}

/// What does not fit stays what it was: a command that is known to read, somebody's word, or an action.
#[rstest]
#[case("`docker-compose exec backend python -c \"import redis; print(redis.__version__)\"`")]
#[case("No errors: `docker-compose logs --since 2026-01-01 web | grep -i error`")]
#[case("No errors: `docker-compose logs web | grep -iE \"error|panic\"`")]
#[case("`docker-compose ps --services` shows \"web\"")]
#[case("`docker exec web redis-cli ping`")]
#[case("`redis-cli --tls ping`")]
fn a_form_that_is_not_understood_stays_a_command(#[case] line: &str) {
    let stays = |work: &Work| {
        matches!(
            work,
            Work::Probe {
                spec: ProbeSpec::Shell(_)
            }
        )
    };
    assert!(stays(&work(line)), "{:?}", work(line));
}

#[rstest]
#[case("`redis-cli INFO stats`")]
#[case("`redis-cli CONFIG GET maxmemory`")]
#[case("`docker-compose logs web`")]
#[case("Memory <512MB: `redis-cli MEMORY STATS`")]
#[case("Error rate <1%: `curl http://localhost:8000/metrics | grep errors_total`")]
fn a_question_without_an_answer_stays_somebodys_word(#[case] line: &str) {
    assert_eq!(work(line), Work::Attestation, "{line}");
}

#[rstest]
#[case("`redis-cli CONFIG SET maxmemory 1gb`")]
#[case("`redis-cli FLUSHALL`")]
#[case("`docker-compose restart backend`")]
#[case("`docker-compose exec redis redis-cli SHUTDOWN`")]
fn what_changes_something_stays_an_action(#[case] line: &str) {
    assert!(matches!(work(line), Work::Action { .. }), "{line}");
}
