use super::*;
use chrono::TimeDelta;
use domain::environment::Environment;
use probe::Context;
use std::path::Path;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

async fn counted(server: &MockServer, hits: u64, misses: u64) {
    let page = format!("cache_hits_total {hits}\ncache_misses_total {misses}\n");
    server.reset().await;
    Mock::given(path("/metrics"))
        .respond_with(ResponseTemplate::new(200).set_body_string(page))
        .mount(server)
        .await;
}

#[tokio::test]
async fn a_later_round_counts_from_what_an_earlier_one_has_read() {
    let server = MockServer::start().await;
    let file = format!(
        "class = \"development\"\nwork_directory = \"/\"\n[[endpoints]]\nname = \"backend\"\nurl = \"{}\"\n\
         replaces = [\"localhost:8000\"]\n",
        server.uri()
    );
    let environment: Environment = toml::from_str(&file).expect("a file of an environment");
    let document = b"- [ ] Cache hit rate >60%: `curl http://localhost:8000/metrics | grep cache_hits`\n";
    let checklist =
        Checklist::new(document, &[], (&environment, Path::new("here.toml")), None).expect("a checklist");
    let now = Arc::new(Mutex::new(DateTime::UNIX_EPOCH));
    let told = Arc::clone(&now);
    let clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync> =
        Arc::new(move || *told.lock().expect("the clock"));
    let context = Context {
        clock: Arc::clone(&clock),
        ..Context::of_this_machine(&|_| None)
    };
    let asker = Asker {
        checklist: &checklist,
        site: Site::open(environment, &|_| None).expect("a site"),
        prober: Prober::new(context),
        readings: Mutex::default(),
        clock,
        cancel: CancellationToken::new(),
    };
    counted(&server, 900, 100).await;
    let first = asker.round().await;
    assert_eq!(
        (first.code(), first.may_change()),
        (2, true),
        "{}",
        first.lines[0].reason()
    );
    *now.lock().expect("the clock") += TimeDelta::minutes(5);
    counted(&server, 980, 120).await;
    let second = asker.round().await;
    assert_eq!(second.code(), 0, "{}", second.lines[0].reason());
    assert!(
        second.lines[0].reason().contains("in the 5 min since"),
        "{}",
        second.lines[0].reason()
    );
    counted(&server, 980, 520).await;
    let third = asker.round().await;
    assert_eq!(third.code(), 1, "{}", third.lines[0].reason());
}

#[test]
fn of_many_readings_the_first_and_the_latest_are_kept() {
    let reading = |minutes| Reading {
        target: String::new(),
        at: DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes),
        counters: Vec::new(),
    };
    let mut readings: Vec<Reading> = (0..700).map(reading).collect();
    keep(&mut readings);
    assert_eq!(readings.len(), READINGS);
    assert_eq!(readings[0], reading(0));
    assert_eq!(readings[1], reading(201));
    let mut few = vec![reading(0)];
    keep(&mut few);
    assert_eq!(few, [reading(0)]);
}
