//! Fifty secrets, printed in six forms wherever something is read, and none of them where somebody could read it again.

use crate::support::{DEADLINE, Look, Place, Team, eventually, noon};
use base64::{Engine, engine::general_purpose::STANDARD};
use gonogo::server::clock::Clock;
use sqlx::{AssertSqlSafe, PgPool};
use std::{
    collections::BTreeMap,
    fmt::Write,
    io,
    os::unix::fs::PermissionsExt,
    sync::{Arc, Mutex},
};
use wiremock::{Mock, ResponseTemplate, matchers::path};

const DOCUMENT: &str = "# Canaries\n\n## Pre-Deployment\n\n\
     - [ ] The service answers: `curl http://localhost:8000/health` returns 200\n\
     - [ ] The broken one answers: `curl http://localhost:8000/broken` returns 200\n\
     - [ ] The database answers\n\n\
     ```bash\n# What is there\ncat forms.txt\n# What is not\ngrep canary forms.txt missing.txt\n```\n\n\
     ## Deployment\n\n### Phase 1: Print (5 minutes)\n\n- [ ] Printed: `./print.sh`\n";

/// How a canary may show.
struct Canary {
    name: String,
    value: String,
}

impl Canary {
    fn new(number: usize) -> Self {
        // No two share more than a few letters, and each has what must be escaped somewhere.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(number as u64 + 1);
        let mut letters = String::new();
        for _ in 0..12 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            write!(letters, "{:02x}", state >> 56).unwrap();
        }
        let (one, two) = letters.split_at(12);
        let odd = ["/", "+&", "\"", "'", " x ", "%41", "\\", "ü"][number % 8];
        Canary {
            name: format!("CANARY_{number}"),
            value: format!("{one}{odd}{two}"),
        }
    }

    /// Plain, base64, percent-encoded, JSON, hexadecimal, broken into two lines.
    fn forms(&self) -> [String; 6] {
        let json = serde_json::to_string(&self.value).unwrap();
        [
            self.value.clone(),
            STANDARD.encode(&self.value),
            self.value.bytes().fold(String::new(), |text, byte| match byte {
                byte if byte.is_ascii_alphanumeric() => text + &char::from(byte).to_string(),
                byte => text + &format!("%{byte:02X}"),
            }),
            json[1..json.len() - 1].to_owned(),
            self.value.bytes().map(|byte| format!("{byte:02x}")).collect(),
            format!("{}\n{}", &self.value[..8], &self.value[8..]),
        ]
    }

    /// What shows nowhere: each form, and each half of the plain one.
    fn traces(&self) -> Vec<String> {
        let value = &self.value;
        let mut traces = self.forms()[..5].to_vec();
        traces.extend([value[..12].to_owned(), value[value.len() - 12..].to_owned()]);
        traces
    }
}

/// Where it was looked, how much there was, and what was found.
#[derive(Default)]
struct Search {
    traces: Vec<(String, String)>,
    places: usize,
    bytes: usize,
    hits: Vec<String>,
}

impl Search {
    fn look(&mut self, place: &str, text: &str) {
        self.places += 1;
        self.bytes += text.len();
        for (name, trace) in &self.traces {
            if let Some(at) = text.find(trace.as_str()) {
                let from = text.floor_char_boundary(at.saturating_sub(60));
                let to = text.ceil_char_boundary((at + 60).min(text.len()));
                self.hits.push(format!("{place}: {name}: {:?}", &text[from..to]));
            }
        }
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Thirty in files, fifteen in variables of the server, five as passwords of addresses.
async fn place_with(canaries: &[Canary], pool: &PgPool) -> Team {
    let place = Place::new().await;
    let printed: String = canaries
        .iter()
        .flat_map(Canary::forms)
        .fold(String::new(), |text, form| text + &form + "\n");
    place.write("forms.txt", &printed);
    // A secret is cut by a read, too.
    let script = "#!/bin/bash\ncat forms.txt\ncat forms.txt >&2\nenv\n\
                  while IFS= read -r line; do printf '%s' \"${line:0:7}\"; printf '%s\\n' \"${line:7}\"; done < forms.txt\n\
                  head -c 30 forms.txt\nexit 3\n";
    place.write("print.sh", script);
    std::fs::set_permissions(place.file("print.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    for (route, status) in [("/health", 200), ("/broken", 500)] {
        let answer = ResponseTemplate::new(status).set_body_string(printed.clone());
        Mock::given(path(route))
            .respond_with(answer)
            .mount(&place.backend)
            .await;
    }
    let (mut secrets, mut known) = (String::new(), BTreeMap::new());
    for (number, Canary { name, value }) in canaries.iter().enumerate().take(45) {
        if number < 30 {
            let file = place.environments().join(name);
            std::fs::write(&file, value).unwrap();
            writeln!(secrets, "{name} = \"file:{}\"", file.display()).unwrap();
        } else {
            known.insert(format!("SERVER_{name}"), value.clone());
            writeln!(secrets, "{name} = \"env:SERVER_{name}\"").unwrap();
        }
    }
    let mut endpoints = String::new();
    for (number, canary) in canaries.iter().enumerate().skip(45) {
        let (scheme, name) = if number == 45 {
            ("postgres", "database".to_owned())
        } else {
            ("redis", format!("cache-{number}"))
        };
        let password = &canary.forms()[2];
        writeln!(
            endpoints,
            "[[endpoints]]\nname = \"{name}\"\nurl = \"{scheme}://me:{password}@127.0.0.1:1/0\"\n"
        )
        .unwrap();
    }
    let work = place.file("").display().to_string();
    let environment = format!(
        "title = \"Canaries\"\nclass = \"staging\"\nwork_directory = \"{}\"\n\n[secrets]\n{secrets}\n\
         [[endpoints]]\nname = \"backend\"\nurl = \"{}\"\nreplaces = [\"localhost:8000\"]\n\n{endpoints}",
        work.trim_end_matches('/'),
        place.backend.uri(),
    );
    std::fs::write(place.environments().join("shop.toml"), environment).unwrap();
    let app = place.app_knowing(pool, Clock::at(noon()), known).await;
    Team::at(place, app).await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_secret_is_found_again_in_the_database_the_log_the_stream_the_pages_or_the_exports(pool: PgPool) {
    let log = Log::default();
    let writer = log.clone();
    let _guard = tracing::subscriber::set_default(
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(move || writer.clone())
            .finish(),
    );
    let canaries: Vec<Canary> = (0..50).map(Canary::new).collect();
    let team = place_with(&canaries, &pool).await;
    let run = team.run(DOCUMENT).await;
    let mut stream = team.qa.stream(&format!("/live/runs/{}?after=0", run.0)).await;
    team.qa.verify(run, "").await;
    team.devops.begin(run, "").await.answer::<()>();
    let (id, item) = (run.0.to_string(), team.qa.page(run).await.id("Printed"));
    let offer: gonogo::api::action::ActionOffer = team
        .devops
        .call("/api/action/offer", &[("run", &id), ("item", &item)])
        .await
        .answer();
    let fields = [
        ("run", id.as_str()),
        ("item", &item),
        ("request_key", &offer.request_key),
    ];
    team.devops.call("/api/action/run", &fields).await.answer::<()>();
    let page = eventually("the end of the action", async || {
        let page = team.qa.page(run).await;
        page.standing("Printed")
            .reason
            .contains("exit code 3")
            .then_some(page)
    })
    .await;

    let mut search = Search {
        traces: canaries
            .iter()
            .flat_map(|canary| {
                canary
                    .traces()
                    .into_iter()
                    .map(|trace| (canary.name.clone(), trace))
            })
            .collect(),
        ..Search::default()
    };
    let mut unmasked = Search {
        traces: search.traces.clone(),
        ..Search::default()
    };
    unmasked.look(
        "what was printed",
        &std::fs::read_to_string(team.place.file("forms.txt")).unwrap(),
    );
    assert!(unmasked.hits.len() >= 50 * 6, "the search finds what is there");
    let last = format!("id: {}\n", page.run.number);
    let mut told = String::new();
    while !told.contains(&last) {
        let chunk = tokio::time::timeout(DEADLINE, stream.chunk())
            .await
            .unwrap()
            .unwrap();
        told.push_str(&String::from_utf8_lossy(&chunk.unwrap()));
    }
    search.look("the stream", &told);
    let mut masked = told.matches("hidden]").count();
    for address in [
        "",
        "/export.md",
        "/export.json",
        "/export.dsse.json",
        "/results.csv",
    ] {
        let text = team.qa.get(&format!("/runs/{id}{address}")).await.text;
        search.look(&format!("/runs/N{address}"), &text);
        if address.ends_with("dsse.json") {
            let envelope: record::dsse::Envelope = serde_json::from_str(&text).unwrap();
            let payload = envelope.payload(record::file::PAYLOAD_TYPE).unwrap();
            search.look("the evidence file", &String::from_utf8(payload).unwrap());
        }
    }
    for (_, line) in page.outline.lines() {
        let panel = team.qa.get(&format!("/runs/{id}?item={}", line.id.0)).await.text;
        search.look(&format!("the panel of {}", line.text), &panel);
        let fields = [("run", id.as_str()), ("item", line.id.0.as_str())];
        let evidence = team.qa.call("/api/evidence/item", &fields).await.text;
        masked += evidence.matches("hidden]").count();
        search.look(&format!("the evidence of {}", line.text), &evidence);
    }
    let tables: Vec<String> = sqlx::query_scalar("select table_schema || '.\"' || table_name || '\"' from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')")
        .fetch_all(&pool)
        .await
        .unwrap();
    for table in &tables {
        let rows: Vec<Option<String>> =
            sqlx::query_scalar(AssertSqlSafe(format!("select t::text from {table} t")))
                .fetch_all(&pool)
                .await
                .unwrap();
        search.look(table, &rows.into_iter().flatten().collect::<Vec<_>>().join("\n"));
    }
    let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    search.look("the log", &written);
    println!(
        "canaries: 50 secrets, 6 forms, {} places ({} tables) with {} bytes, {} of them log: {} hits, {masked} masks",
        search.places,
        tables.len(),
        search.bytes,
        written.len(),
        search.hits.len()
    );
    assert!(masked >= 50 * 6, "what was printed was read: {masked} masks");
    assert!(
        search.hits.is_empty(),
        "{} hits: {:#?}",
        search.hits.len(),
        &search.hits[..search.hits.len().min(20)]
    );
}
