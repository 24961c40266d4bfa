//! Webhooks: told once for one event, by real HTTP, whoever dies and whatever the receiver does.

use crate::support::{App, Browser, Look, Member, Page, Panel, Place, Team, eventually, noon};
use chrono::TimeDelta;
use domain::run::RunId;
use gonogo::{
    api::environment::{EnvironmentFacts, EnvironmentLine, UndeliveredLine},
    server::clock::Clock,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Mutex,
};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

/// A line that a probe settles, one that waits for a word, a way back, two slots.
const DOCUMENT: &str = "# Move the shop\n\n## Phase 1: Move (5 minutes)\n\n- [ ] Settings file exists: `settings.conf`\n\
                        - [ ] Somebody told the team & left\n\n## Rollback\n\n### Immediate Rollback (< 5 minutes)\n\n\
                        1. Make the folder:\n   ```bash\n   mkdir -p restored\n   ```\n\n## Sign-off\n\n\
                        | Role | Name | Date | Signature |\n|---|---|---|---|\n| DevOps | | | |\n| QA | | | |\n";

const KEY: &str = "a key of the tests, long enough";

/// A place whose environment `shop` has these webhooks: name, form, address.
async fn place(webhooks: &[(&str, &str, &str)]) -> Place {
    let place = Place::new().await;
    let (mut hooks, mut secrets) = (String::new(), String::new());
    place.write("hook-key", KEY);
    let file = |name: &str| place.file(name).display().to_string();
    for (name, form, url) in webhooks {
        place.write(&format!("hook-{name}"), url);
        let signed = if *form == "signed" {
            "secret = \"$HOOK_KEY\"\n"
        } else {
            ""
        };
        hooks.push_str(&format!(
            "\n[[webhooks]]\nname = \"{name}\"\nform = \"{form}\"\nurl = \"$HOOK_{name}\"\n{signed}"
        ));
        secrets.push_str(&format!(
            "HOOK_{name} = \"file:{}\"\n",
            file(&format!("hook-{name}"))
        ));
    }
    secrets.push_str(&format!("HOOK_KEY = \"file:{}\"\n", file("hook-key")));
    place.declare(|text| format!("{text}{hooks}\n[secrets]\n{secrets}"));
    place
}

/// Takes everything, and says so with this status.
async fn receiver(status: u16) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

async fn received(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

fn field<'a>(request: &'a Request, name: &str) -> &'a str {
    request
        .headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

fn json(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// How many tasks of this kind are not over.
async fn open(pool: &PgPool, work: &str) -> i64 {
    sqlx::query_scalar("select count(*) from task where work ->> 'work' = $1 and state <> 'ended'")
        .bind(work)
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Everything that was to be told is told, or given up.
async fn all_told(pool: &PgPool) {
    eventually("everything is told", async || {
        (open(pool, "notify").await + open(pool, "deliver").await == 0).then_some(())
    })
    .await;
}

/// A run of [`DOCUMENT`] that executes, and no-go from QA: one event.
async fn says_no(team: &Team) -> RunId {
    let run = team.run(DOCUMENT).await;
    team.devops.begin(run, "").await.answer::<()>();
    team.qa.sign(run, "no_go", "it burns").await.answer::<()>();
    run
}

async fn facts(browser: &Browser) -> EnvironmentFacts {
    let lines: Vec<EnvironmentLine> = browser.call("/api/environment/list", &[]).await.answer();
    let shop = lines.into_iter().find_map(|line| match line {
        EnvironmentLine::Usable(facts) if facts.name == "shop" => Some(*facts),
        EnvironmentLine::Usable(_) | EnvironmentLine::Broken(_) => None,
    });
    shop.unwrap()
}

/// What this webhook was not told, once `is` holds for it.
async fn undelivered(
    member: &Member,
    webhook: &str,
    is: impl Fn(&UndeliveredLine) -> bool,
) -> UndeliveredLine {
    eventually(&format!("what {webhook} was not told"), async || {
        let missed = facts(member).await.undelivered;
        missed
            .into_iter()
            .find(|line| line.webhook == webhook && is(line))
    })
    .await
}

async fn roll_back(browser: &Browser, run: RunId) -> Page {
    let (run, key) = (run.0.to_string(), uuid::Uuid::from_u128(1).to_string());
    let fields = [
        ("run", run.as_str()),
        ("tier", "immediate-rollback"),
        ("reason", "it burns"),
        ("environment", "shop"),
        ("request_key", &key),
    ];
    browser.call("/api/rollback/start", &fields).await
}

/// HMAC (RFC 2104) with SHA-256, written out: another one than the one that signs.
fn hmac(key: &[u8], text: &[u8]) -> String {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let padded = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new()
        .chain_update(padded(0x36))
        .chain_update(text)
        .finalize();
    let outer = Sha256::new()
        .chain_update(padded(0x5c))
        .chain_update(inner)
        .finalize();
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn each_event_is_told_once_with_two_panels_and_its_link_opens_the_very_item(pool: PgPool) {
    let (signed, slack, teams) = (receiver(200).await, receiver(200).await, receiver(202).await);
    let place = place(&[
        ("signed", "signed", &signed.uri()),
        ("slack", "slack", &slack.uri()),
        ("teams", "teams", &teams.uri()),
    ])
    .await;
    let app = place.app_of_today(&pool).await;
    let team = Team::at(place, app).await;
    let _other = Panel::start(&pool, &team.place).await;
    let run = team.run(DOCUMENT).await;
    team.devops.begin(run, "").await.answer::<()>();
    let page = team.devops.verify(run, "").await;
    let word = page.id("Somebody told");
    // Once more: it comes out as before, and makes nobody wait a second time.
    team.devops.verify(run, "").await;
    team.qa.attest(run, &word, "seen").await.answer::<()>();
    team.devops.verify(run, "").await;
    team.qa
        .sign(run, "no_go", "it burns <!channel>")
        .await
        .answer::<()>();
    roll_back(&team.owner, run).await.answer::<()>();
    eventually("the end of the rollback", async || {
        (received(&signed).await.len() >= 5).then_some(())
    })
    .await;
    all_told(&pool).await;

    let requests = received(&signed).await;
    let mut told: Vec<(String, String)> = requests
        .iter()
        .map(|request| {
            let body = json(request);
            let text = |key: &str| body[key].as_str().unwrap().to_owned();
            assert_eq!(text("delivery"), field(request, "gonogo-delivery"));
            (text("event"), text("link"))
        })
        .collect();
    told.sort();
    let links = told
        .iter()
        .map(|(event, link)| (event.as_str(), &link[link.find("/runs/").unwrap()..]));
    assert_eq!(
        links.collect::<Vec<_>>(),
        [
            ("no_go", "/runs/1?tab=sign-off"),
            ("ready_to_sign", "/runs/1?tab=sign-off"),
            ("rollback_ended", "/runs/1?tab=rollback"),
            ("rollback_started", "/runs/1?tab=rollback"),
            ("waiting", format!("/runs/1?item={word}").as_str()),
        ]
    );
    let mut deliveries: Vec<&str> = Vec::new();
    let (slack, teams) = (received(&slack).await, received(&teams).await);
    assert_eq!((slack.len(), teams.len()), (5, 5));
    for request in requests.iter().chain(&slack).chain(&teams) {
        deliveries.push(field(request, "gonogo-delivery"));
    }
    deliveries.sort_unstable();
    deliveries.dedup();
    assert_eq!(deliveries.len(), 15, "each delivery has a number of its own");

    let opened = team.qa.get(&format!("/runs/1?item={word}")).await;
    assert!(opened.text.contains("left"), "{}", opened.text);
    let shown: String = slack
        .iter()
        .map(|request| json(request)["text"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        shown.contains("the team &amp; left") && shown.contains("&lt;!channel&gt;") && !shown.contains("<!"),
        "{shown}"
    );
    let page = team.devops.get("/environments").await.text;
    assert!(page.contains("signed") && !page.contains(&signed.uri()), "{page}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_signature_is_verified_by_another_implementation_and_by_the_one_in_the_documentation(
    pool: PgPool,
) {
    let signed = receiver(200).await;
    let place = place(&[("signed", "signed", &signed.uri())]).await;
    let app = place.app(&pool).await;
    let team = Team::at(place, app).await;
    says_no(&team).await;
    all_told(&pool).await;
    let requests = received(&signed).await;
    let [request] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    let header = field(request, "gonogo-signature");
    let (time, digest) = header
        .strip_prefix("t=")
        .and_then(|rest| rest.split_once(",v1="))
        .unwrap();
    assert_eq!(time, noon().timestamp().to_string());
    let text = [time.as_bytes(), b".", &request.body].concat();
    assert_eq!(digest, hmac(KEY.as_bytes(), &text));
    let body = String::from_utf8(request.body.clone()).unwrap();
    assert_eq!(python(header, &body, KEY).as_deref().unwrap_or("True"), "True");
    assert_eq!(
        python(header, &body.replace("burns", "works"), KEY)
            .as_deref()
            .unwrap_or("False"),
        "False"
    );
}

/// What the function of the documentation says; `None` where this machine has no Python.
fn python(header: &str, body: &str, key: &str) -> Option<String> {
    let documentation = include_str!("../docs/environments.md");
    let snippet = documentation
        .split("```python\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let call = "import sys\nprint(is_genuine(sys.argv[1], sys.argv[2].encode(), sys.argv[3].encode(), now=int(sys.argv[4])))";
    let output = std::process::Command::new("python3")
        .args([
            "-c",
            &format!("{snippet}\n{call}"),
            header,
            body,
            key,
            &noon().timestamp().to_string(),
        ])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_receiver_that_was_down_is_told_when_it_is_up_and_who_looks_after_it_sees_why_not_yet(
    pool: PgPool,
) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let url = format!("http://{address}/secret-part");
    let place = place(&[("ops", "slack", &url)]).await;
    let app = place.app(&pool).await;
    let team = Team::at(place, app).await;
    let run = says_no(&team).await;
    let missed = undelivered(&team.devops, "ops", |line| line.tries == 1).await;
    assert_eq!((missed.run, missed.given_up), (run.0, false));
    assert!(
        missed.why.contains("refused") && !missed.why.contains("secret-part"),
        "{missed:?}"
    );
    let page = team.devops.get("/environments").await.text;
    assert!(
        page.contains("was not told") && !page.contains("secret-part"),
        "{page}"
    );
    assert_eq!(facts(&team.qa).await.undelivered, [], "it is not for everybody");

    // After a second, and after two more.
    team.app.advance(TimeDelta::seconds(1));
    undelivered(&team.devops, "ops", |line| line.tries == 2).await;
    let up = MockServer::builder()
        .listener(std::net::TcpListener::bind(address).unwrap())
        .start()
        .await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200))
        .mount(&up)
        .await;
    team.app.advance(TimeDelta::seconds(2));
    all_told(&pool).await;
    assert_eq!(received(&up).await.len(), 1);
    assert_eq!(facts(&team.devops).await.undelivered, []);
}

/// A receiver of our own: what it does with each connection, and how many there were.
async fn tcp<F, D>(serve: F) -> SocketAddr
where
    F: Fn(TcpStream, u64) -> D + Send + 'static,
    D: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream, number));
        }
    });
    address
}

/// The header of a request, as far as it has come.
async fn head(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 64 * 1024];
    let mut length = 0;
    while !bytes[..length].windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut bytes[length..]).await {
            Ok(0) | Err(_) => break,
            Ok(more) => length += more,
        }
    }
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_receiver_that_redirects_hangs_fails_or_never_ends_hurts_nothing_and_is_given_up_after_a_day(
    pool: PgPool,
) {
    let elsewhere = receiver(200).await;
    let redirects = MockServer::start().await;
    let leads = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
    Mock::given(any()).respond_with(leads).mount(&redirects).await;
    let fails = receiver(500).await;
    let hangs = tcp(|mut stream, _| async move {
        head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let sent = Arc::new(AtomicU64::new(0));
    let count = sent.clone();
    let endless = tcp(move |mut stream, _| {
        let count = count.clone();
        async move {
            head(&mut stream).await;
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n";
            let mut written = stream.write_all(answer).await;
            while written.is_ok() && count.load(Ordering::Relaxed) < 1_000_000_000 {
                written = stream.write_all(&[b'a'; 64 * 1024]).await;
                count.fetch_add(64 * 1024, Ordering::Relaxed);
            }
        }
    })
    .await;
    let place = place(&[
        ("redirects", "teams", &redirects.uri()),
        ("fails", "slack", &fails.uri()),
        ("hangs", "slack", &format!("http://{hangs}")),
        ("endless", "slack", &format!("http://{endless}")),
    ])
    .await;
    let app = place.app(&pool).await;
    let team = Team::at(place, app).await;
    says_no(&team).await;
    let why = async |name: &str| undelivered(&team.devops, name, |line| line.tries == 1).await.why;
    assert!(why("redirects").await.contains("not followed"));
    assert_eq!(why("fails").await, "answered 500");
    let hung = why("hangs").await;
    assert!(hung.starts_with("no first byte within 10 s"), "{hung}");
    let still = facts(&team.devops).await.undelivered;
    assert!(!still.iter().any(|line| line.webhook == "endless"), "{still:?}");
    let read = sent.load(Ordering::Relaxed);
    assert!(
        read < 100_000_000,
        "{read} bytes were sent before the connection ended"
    );
    assert_eq!(received(&elsewhere).await.len(), 0);

    team.app.advance(TimeDelta::hours(25));
    all_told(&pool).await;
    // A day later everybody signs in again.
    team.devops.sign_in("otto", &team.devops.password).await;
    let missed = facts(&team.devops).await.undelivered;
    let given_up = missed
        .iter()
        .filter(|line| line.given_up && line.tries == 1)
        .count();
    assert_eq!(given_up, 3, "{missed:?}");
    assert_eq!(received(&fails).await.len(), 1, "nobody tries after a day");
    println!("a body of 1 GB: {read} bytes sent before the end of the connection");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_killed_panel_was_telling_is_told_by_another_under_the_same_number(pool: PgPool) {
    let heads: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = heads.clone();
    // The first is never answered.
    let address = tcp(move |mut stream, number| {
        let seen = seen.clone();
        async move {
            let head = head(&mut stream).await;
            seen.lock().await.push(head);
            if number == 0 {
                std::future::pending::<()>().await;
            }
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                .await;
        }
    })
    .await;
    let place = place(&[("ops", "signed", &format!("http://{address}"))]).await;
    place.declare(|text| format!("served_by = [\"blue\"]\n{text}"));
    let app: App = place.app_at(&pool, Clock::System).await;
    let team = Team::at(place, app).await;
    let mut blue = Panel::start_on(&pool, &team.place, "blue").await;
    let run = team.run(DOCUMENT).await;
    let id = run.0.to_string();
    let begun = blue
        .browser(&team.devops)
        .call("/api/run/begin", &[("run", &id), ("take_over", "")])
        .await;
    begun.answer::<()>();
    team.qa.sign(run, "no_go", "it burns").await.answer::<()>();
    eventually("the first try", async || {
        (heads.lock().await.len() == 1).then_some(())
    })
    .await;
    blue.kill().await;
    // Stored while nobody serves the environment, and sent by whoever comes.
    team.qa.withdraw(run, "qa", "a mistake").await.answer::<()>();
    team.qa.sign(run, "no_go", "it burns indeed").await.answer::<()>();
    let _next = Panel::start_on(&pool, &team.place, "blue").await;
    all_told(&pool).await;
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for head in heads.lock().await.iter() {
        let line = head.lines().find(|line| line.starts_with("gonogo-delivery: "));
        *numbers.entry(line.unwrap().to_owned()).or_default() += 1;
    }
    let mut times: Vec<usize> = numbers.into_values().collect();
    times.sort_unstable();
    assert_eq!(
        times,
        [1, 2],
        "one was told twice under one number, as its answer was lost"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rollback_neither_waits_for_a_webhook_nor_stops_it(pool: PgPool) {
    let (asked, release) = (Arc::new(AtomicU64::new(0)), Arc::new(tokio::sync::Notify::new()));
    let (count, go) = (asked.clone(), release.clone());
    let slow = tcp(move |mut stream, _| {
        let (count, go) = (count.clone(), go.clone());
        async move {
            head(&mut stream).await;
            count.fetch_add(1, Ordering::Relaxed);
            go.notified().await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                .await;
        }
    })
    .await;
    let place = place(&[("slow", "slack", &format!("http://{slow}"))]).await;
    let app = place.app_of_today(&pool).await;
    let team = Team::at(place, app).await;
    let run = says_no(&team).await;
    eventually("the no-go is being told", async || {
        (asked.load(Ordering::Relaxed) == 1).then_some(())
    })
    .await;
    roll_back(&team.owner, run).await.answer::<()>();
    eventually("the end of the rollback", async || {
        let rollback = team.qa.page(run).await.run.rollback?;
        matches!(
            rollback.state,
            domain::rollback::RollbackState::Done { .. } | domain::rollback::RollbackState::Differs { .. }
        )
        .then_some(())
    })
    .await;
    let first = sqlx::query_scalar::<_, bool>(
        "select stopping from task where work ->> 'work' = 'deliver' and work -> 'notice' ->> 'notice' = 'no_go'",
    );
    assert!(!first.fetch_one(&pool).await.unwrap(), "it is still being told");
    eventually("everything is told", async || {
        release.notify_waiters();
        (open(&pool, "notify").await + open(&pool, "deliver").await == 0).then_some(())
    })
    .await;
    assert_eq!(
        asked.load(Ordering::Relaxed),
        3,
        "the no-go, the start and the end"
    );
    assert_eq!(facts(&team.devops).await.undelivered, []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_signed_head_is_told_to_who_asks_for_it_and_to_nobody_else(pool: PgPool) {
    let (keeper, people) = (receiver(200).await, receiver(200).await);
    let place = place(&[
        ("keeper", "signed", &keeper.uri()),
        ("people", "slack", &people.uri()),
    ])
    .await;
    let url = "url = \"$HOOK_keeper\"\n";
    place.declare(|text| text.replace(url, &format!("{url}events = [\"head_signed\"]\n")));
    let app = place.app(&pool).await;
    let team = Team::at(place, app).await;
    let run = says_no(&team).await;
    eventually("the keeper is told", async || {
        (!received(&keeper).await.is_empty()).then_some(())
    })
    .await;
    all_told(&pool).await;
    let told = received(&keeper).await;
    assert_eq!(told.len(), 1, "one signature, one head");
    let body = json(&told[0]);
    assert_eq!(body["event"], "head_signed");
    let mut connection = pool.acquire().await.unwrap();
    let heads = store::head::all(&mut connection, run).await.unwrap();
    assert_eq!(body["head"], serde_json::to_value(&heads[0]).unwrap());
    let read: record::dsse::Envelope = serde_json::from_value(body["head"].clone()).unwrap();
    assert_eq!(read, heads[0], "a checkpoint as it is");
    for request in received(&people).await {
        assert!(!json(&request).to_string().contains("Record signed"));
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_line_that_no_guide_helped_with_is_told_with_how_it_stands(pool: PgPool) {
    let signed = receiver(200).await;
    let place = place(&[("signed", "signed", &signed.uri())]).await;
    let app = place.app_of_today(&pool).await;
    let team = Team::at(place, app).await;
    let run = team.run(DOCUMENT).await;
    std::fs::remove_file(team.place.file("settings.conf")).unwrap();
    let item = team.qa.verify(run, "").await.id("Settings file exists");
    let id = run.0.to_string();
    let fields = [("run", id.as_str()), ("item", item.as_str())];
    team.qa.call("/api/guide/escalate", &fields).await.answer::<()>();
    all_told(&pool).await;
    let told: Vec<Value> = received(&signed).await.iter().map(json).collect();
    let [told] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(told["event"], "escalated");
    let sentence = told["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("No guide helped quinn with Settings file exists")
            && sentence.contains("fail: "),
        "{sentence}"
    );
    assert!(
        told["link"].as_str().unwrap().ends_with(&format!("?item={item}")),
        "{told}"
    );
}
