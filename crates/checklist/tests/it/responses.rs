//! What lines ask of an answer's header, and of the second of two calls.

use checklist::{compile, describe};
use domain::plan::{Severity, Work};
use rstest::rstest;

fn read(line: &str) -> String {
    let compiled = compile(format!("## Phase 1: x\n\n- [ ] {line}\n").as_bytes());
    let item = compiled.plan.items().next().expect("an item");
    match &item.work {
        Work::Probe { spec } => describe::probe(spec),
        other => other.word().to_owned(),
    }
}

const PAIRS: &str = "in 5 pairs: the second answer from a cache, or faster";

#[rstest]
#[case(
    "HSTS: `curl -sI https://app.example.com/ | grep -i strict-transport-security`",
    "GET https://app.example.com/: status 2xx, answers with the header strict-transport-security"
)]
#[case(
    "`curl -s --head https://app.example.com/ | grep -i 'x-frame-options: deny'` shows it",
    "GET https://app.example.com/: status 2xx, answers with the header x-frame-options: deny"
)]
#[case(
    "`curl -I https://app.example.com/ | grep -i x-powered-by` is empty",
    "GET https://app.example.com/: status 2xx, answers without the header x-powered-by"
)]
#[case(
    "Response has header `X-Frame-Options: DENY`",
    "GET /: status 2xx, answers with the header X-Frame-Options: DENY"
)]
#[case(
    "Security headers present on `/login`: `X-Content-Type-Options`, `Referrer-Policy`",
    "GET /login: status 2xx, answers with the header X-Content-Type-Options, answers with the header Referrer-Policy"
)]
#[case(
    "Headers <!-- gonogo: http /x header=X-Frame-Options:DENY header=!Server -->",
    "GET /x: status 2xx, answers with the header X-Frame-Options: DENY, answers without the header Server"
)]
fn a_header_field_of_an_answer_is_typed(#[case] line: &str, #[case] words: &str) {
    assert_eq!(read(line), words);
}

#[rstest]
// A part of a name may be in another field, or in a value.
#[case("`curl -I https://app.example.com/ | grep -i frame`")]
#[case("Request header `X-Api-Key` is set")]
#[case("Security headers present: see the scan")]
#[case("Security headers missing: `X-Frame-Options`")]
fn what_is_not_known_to_be_one_field_is_none(#[case] line: &str) {
    assert!(!read(line).contains("answers with"), "{line}: {}", read(line));
}

#[rstest]
#[case(
    "Caching works: call `curl http://localhost:8000/api/items` twice, the second call is faster",
    "http://localhost:8000/api/items"
)]
#[case(
    "`curl -s -o /dev/null -w '%{time_total}' http://localhost:8000/api/items` second request should be faster",
    "http://localhost:8000/api/items"
)]
#[case(
    "`curl http://localhost:8000/a && curl http://localhost:8000/a`: second should be faster",
    "http://localhost:8000/a"
)]
#[case("Request `/api/items` twice: the second should be faster", "/api/items")]
#[case("Cache works <!-- gonogo: repeated /api/items -->", "/api/items")]
fn the_second_of_two_equal_calls_is_compared_with_the_first(#[case] line: &str, #[case] url: &str) {
    assert_eq!(read(line), format!("GET {url} {PAIRS}"));
}

#[rstest]
#[case("Cache is working: Make 2 identical API calls, second should be faster")]
#[case("`curl http://localhost:8000/a && curl http://localhost:8000/b`: second should be faster")]
#[case("`curl -X POST http://localhost:8000/a`: second should be faster")]
#[case("`curl -H 'Authorization: Bearer x' http://localhost:8000/a`: second should be faster")]
#[case("POST `/api/items` twice: the second should be faster")]
#[case("Request `/api/items` twice: the second should be faster than 50 ms")]
fn calls_that_are_not_known_to_be_equal_reads_are_not_compared(#[case] line: &str) {
    assert!(!read(line).contains("pairs"), "{line}: {}", read(line));
}

#[test]
fn a_comment_of_a_verification_block_may_say_so_too() {
    let text = "## Phase 1: x\n\n**Verification Commands**:\n```bash\n# second call should be faster\ncurl -s http://localhost:8000/api/items\n```\n";
    let compiled = compile(text.as_bytes());
    let written = serde_json::to_string(&compiled.plan).expect("JSON");
    assert!(written.contains("\"probe\":\"repeated\""), "{written}");
}

#[rstest]
#[case("API p95 latency <200ms: `curl http://localhost:8000/metrics | grep http_request_duration`")]
#[case("`curl -s http://localhost:8000/metrics | grep http_request_duration` p95 < 200 ms")]
#[case("p95 <!-- gonogo: metric http://localhost:8000/metrics http_request_duration p95<200ms -->")]
fn a_quantile_is_read_from_the_buckets_and_is_not_the_time_of_the_page(#[case] line: &str) {
    assert_eq!(
        read(line),
        "GET http://localhost:8000/metrics and read the metrics: p95 of the histogram \"http_request_duration\" must be < 200 ms; \
         its buckets may leave it open, and since the start it is a warning at best"
    );
}

#[test]
fn an_expression_over_a_window_is_an_annotation() {
    let line = "Errors <!-- gonogo: prometheus range \"errors:ratio\" <0.01 over=1h -->";
    assert_eq!(
        read(line),
        "ask the environment's Prometheus: errors:ratio: every sample of the last 60 min must be < 0.01"
    );
}

#[rstest]
#[case(
    "Cache hit rate >60%: `curl http://localhost:8000/metrics | grep cache_hits`",
    "cache_hits",
    "cache_misses"
)]
#[case(
    "Cached <!-- gonogo: metric http://localhost:8000/metrics cache_hits share>60% -->",
    "cache_hits",
    "cache_misses"
)]
#[case(
    "Cached <!-- gonogo: metric http://localhost:8000/metrics served share>60% rest=asked -->",
    "served",
    "asked"
)]
fn a_share_of_counters_is_one_of_what_is_counted_between_two_looks(
    #[case] line: &str,
    #[case] part: &str,
    #[case] rest: &str,
) {
    assert_eq!(
        read(line),
        format!(
            "GET http://localhost:8000/metrics and read the metrics: {part:?} / ({part:?} + {rest:?}) must be > 60 % of what is \
             counted between two looks, a minute or more apart; the first is no data"
        )
    );
}

#[rstest]
#[case(
    "repeated /api metrics=/metrics hits=cache_hits",
    ", as its header or cache_hits of /metrics says"
)]
#[case(
    "repeated /api metrics=/metrics hits=found misses=lost",
    ", as its header or found of /metrics says"
)]
#[case("repeated /api", "")]
fn an_annotation_says_where_hits_are_counted(#[case] annotation: &str, #[case] counted: &str) {
    assert_eq!(
        read(&format!("Cached <!-- gonogo: {annotation} -->")),
        format!("GET /api in 5 pairs: the second answer from a cache{counted}, or faster")
    );
}

#[rstest]
#[case("repeated /api hits=cache_hits")]
#[case("repeated /api metrics=/metrics")]
#[case("repeated /api metrics=/metrics hits=found")]
#[case("metric http://localhost:8000/metrics served share>60%")]
#[case("metric http://localhost:8000/metrics cache_hits share>60")]
#[case("metric http://localhost:8000/metrics cache_hits share>60% asked")]
fn an_annotation_that_says_too_little_of_counters_is_an_error(#[case] annotation: &str) {
    let compiled = compile(format!("- [ ] Cached <!-- gonogo: {annotation} -->\n").as_bytes());
    assert!(
        compiled
            .diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error),
        "{:#?}",
        compiled.diagnostics
    );
}
