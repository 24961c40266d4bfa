//! Guides: what of their symptoms a machine can see, and whether it was seen.

use checklist::guide::{Guide, Looked, Sight, Sign, of};
use domain::verdict::{Finding, Verdict};

const SHIPPED: &str = include_str!("../../../../checklists/performance-optimization.md");
const GO_LIVE: &str = include_str!("../../../../checklists/go-live.md");

fn guides(document: &str) -> Vec<Guide> {
    let plan = checklist::compile(document.as_bytes()).plan;
    plan.sections.iter().filter_map(of).collect()
}

/// A checklist with one guide.
fn document(body: &str) -> String {
    let phase = "## Phase 1: Go (5 minutes)\n\n- [ ] It goes\n";
    format!("# Shop\n\n{phase}\n## Troubleshooting\n\n### Issue: The web is away\n\n{body}\n")
}

fn guide(body: &str) -> Guide {
    let mut guides = guides(&document(body));
    assert_eq!(guides.len(), 1, "{guides:?}");
    guides.remove(0)
}

fn finding(verdict: Verdict, reason: &str, found: &str, output: &str) -> Finding {
    let output = (!output.is_empty()).then(|| serde_json::json!({"text": output, "dropped_bytes": 0}));
    let evidence = serde_json::json!({
        "read_as": "a test", "target": "", "expected": "", "found": found, "output": output, "exit_code": null,
        "at": "2026-11-27T12:00:00Z", "duration_us": 0, "host": "here",
    });
    Finding {
        verdict,
        reason: reason.to_owned(),
        evidence: serde_json::from_value(evidence).expect("evidence"),
    }
}

/// The guides of a document with their matching symptoms, by how they match.
fn matching(document: &str, line: &str, finding: &Finding) -> Vec<String> {
    let looked = Looked::new(line, finding);
    let told = guides(document).into_iter().flat_map(|guide| {
        let sights = looked.at(&guide);
        let matching = sights.into_iter().filter(Sight::matches);
        matching
            .map(move |sight| format!("{}: {}", guide.issue, sight.words()))
            .collect::<Vec<_>>()
    });
    told.collect()
}

fn told(guide: &Guide) -> String {
    let symptoms = guide.symptoms.iter().map(|symptom| {
        let about = symptom.about.as_deref().map(|about| format!(" of {about}"));
        let sign = match &symptom.sign {
            Sign::Phrase(phrase) => format!("phrase {phrase:?}"),
            Sign::Number { subject, bound } => format!("number {subject:?} {bound}"),
            Sign::Words => "words".to_owned(),
        };
        format!("{sign}{}", about.unwrap_or_default())
    });
    let steps = guide.steps.iter().map(|step| match &step.command {
        Some(command) => format!("$ {command}"),
        None => step.text.clone(),
    });
    let lines: Vec<String> = symptoms.chain(steps).collect();
    format!("{}\n{}\n", guide.issue, lines.join("\n"))
}

#[test]
fn the_guides_of_the_shipped_checklists_are_read_with_what_a_machine_can_see() {
    let all: String = [SHIPPED, GO_LIVE]
        .into_iter()
        .flat_map(guides)
        .map(|guide| told(&guide))
        .collect();
    assert_eq!(
        all,
        "Redis won't start\nphrase \"Exit 1\" of redis\nphrase \"Address already in use\"\n$ lsof -i :6379\n\
         Change port in docker-compose.yml\n$ docker-compose logs redis\n\
         Cache not initializing\nphrase \"Redis cache initialization failed\"\nwords\n\
         $ docker-compose exec backend ping redis\nCheck REDIS_HOST in .env\nCheck Redis logs for errors\n\
         $ docker-compose restart redis backend\n\
         Slow queries still detected\nphrase \"SLOW QUERY\"\nwords\n\
         $ python -m src.db.migrations.performance_optimization analyze\n\
         Check index usage: Run EXPLAIN ANALYZE on slow queries\nReview query patterns in code\n\
         Increase cache TTL for hot data\n\
         High cache miss rate\nnumber \"Cache hit rate\" < 60 %\nwords\nIncrease cache TTL values\n\
         Implement cache warmup for hot data\nReview cache key generation\n\
         $ docker-compose exec redis redis-cli INFO stats\n\
         The panel does not answer\nphrase \"Connection refused\" of /healthz\n$ systemctl status gonogo\n\
         $ journalctl -u gonogo -n 50\n$ lsof -i :8080\n\
         The panel answers and is not ready\nphrase \"503\" of /readyz\nwords\n$ pg_isready\n$ df -h\n\
         $ systemctl restart gonogo\n"
    );
}

#[test]
fn what_was_really_seen_finds_the_guide_and_says_what_matches() {
    use Verdict::{Error, Fail, NoData};
    let port = "Could not create server TCP listening socket *:6379: bind: Address already in use";
    let cases: [(&str, Finding, &[&str]); 9] = [
        (
            "Redis runs: `docker-compose ps redis`",
            finding(
                Fail,
                "redis has exited with exit code 1",
                "redis has exited with exit code 1",
                port,
            ),
            &[
                "Redis won't start: found: redis has exited with exit code 1",
                "Redis won't start: in the output: Could not create server TCP listening socket *:6379: bind: Address already in use",
            ],
        ),
        // Another service that has exited is no sign of Redis.
        (
            "The database runs",
            finding(
                Fail,
                "db has exited with exit code 1",
                "db has exited with exit code 1",
                "",
            ),
            &[],
        ),
        (
            "Cache hit rate >70%",
            finding(
                Fail,
                "41.2 % (hits 41 and misses 59), must be > 70 %",
                "41.2 % (hits 41 and misses 59)",
                "",
            ),
            &["High cache miss rate: 41.2 %, the symptom says < 60 %"],
        ),
        // It fails its own demand, and the symptom's number is another.
        (
            "Cache hit rate >70%",
            finding(Fail, "65 %, must be > 70 %", "65 %", ""),
            &[],
        ),
        // A limit is no measured number.
        (
            "Cache hit rate >50%",
            finding(NoData, "nothing was counted, must be > 50 %", "", ""),
            &[],
        ),
        (
            "No slow queries in the log",
            finding(Fail, "3 lines match", "3 lines", "12:00 slow query: select 1\n"),
            &["Slow queries still detected: in the output: 12:00 slow query: select 1"],
        ),
        // What could not be asked was not seen.
        (
            "`grep \"SLOW QUERY\" app.log` is empty",
            finding(Error, "app.log cannot be read to look for \"SLOW QUERY\"", "", ""),
            &[],
        ),
        (
            "API latency reduced >60%",
            finding(Fail, "212 ms", "212 ms", ""),
            &["Slow queries still detected: the same words (api, latency)"],
        ),
        (
            "The disk has room",
            finding(Fail, "1 MB free, needs 1 GB", "1 MB", ""),
            &[],
        ),
    ];
    for (line, finding, expected) in &cases {
        assert_eq!(matching(SHIPPED, line, finding), *expected, "{line}");
    }
    let mut refused = finding(Error, "127.0.0.1:8080: Connection refused", "", "");
    refused.evidence.target = "http://127.0.0.1:8080/healthz".to_owned();
    assert_eq!(
        matching(GO_LIVE, "The panel answers", &refused),
        ["The panel does not answer: in the reason: 127.0.0.1:8080: Connection refused"]
    );
}

#[test]
fn a_phrase_stands_in_a_line_by_itself() {
    let seen = |text: &str| {
        let finding = finding(Verdict::Fail, "it fails", "", text);
        let symptoms = guide("**Symptoms:**\n- It returns 503\n- `web` shows \"Exit 1\"\n");
        Looked::new("web", &finding)
            .at(&symptoms)
            .iter()
            .map(Sight::matches)
            .collect::<Vec<_>>()
    };
    assert_eq!(seen("HTTP/1.1 503 Service Unavailable"), [true, false]);
    assert_eq!(seen("5035 ms, Exit 12"), [false, false]);
    assert_eq!(seen("web Exited (1) 2 minutes ago"), [false, true]);
    assert_eq!(seen(""), [false, false]);
}

#[test]
fn guides_are_written_in_many_ways() {
    let cases = [
        (
            "Symptom: it says “no space”\n\nFix: run `df -h /`",
            "phrase \"no space\"\n$ df -h /\n",
        ),
        (
            "**Anzeichen:**\n* Log zeigt `kein Platz`\n\n**Lösung:**\n1) Platz\n   schaffen:\n   ```bash\n   rm -r tmp\n   ls\n   ```\n",
            "phrase \"kein Platz\"\n$ rm -r tmp\nls\n",
        ),
        ("1. Restart `web`\n2. `web`\n", "Restart `web`\n$ web\n"),
        ("**Symptoms:**\n- `unclosed and this\n", "words\n"),
        (
            "**Symptoms:**\n- p95 latency above 200 ms\n  for minutes\n",
            "number \"p95 latency\" > 200 ms\n",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(
            told(&guide(body)),
            format!("The web is away\n{expected}"),
            "{body}"
        );
    }
}

#[test]
fn hostile_empty_and_huge_text_is_read_within_bounds() {
    assert_eq!(guides(&document("Nobody knows.")), []);
    let long = "ü".repeat(2_000);
    let many = format!("- \"{long}\" `{long}\n").repeat(100);
    let guide = guide(&format!(
        "**Symptoms:**\n{many}\n**Solutions:**\n{}",
        format!("1. {long}\n").repeat(100)
    ));
    assert_eq!((guide.symptoms.len(), guide.steps.len()), (30, 30));
    assert!(
        guide
            .symptoms
            .iter()
            .all(|symptom| symptom.text.chars().count() <= 501)
    );
    let huge = format!("{}\n", "İ\u{202e}\u{0} <60% \"Exit 1\" ".repeat(20_000));
    let finding = finding(Verdict::Fail, &huge, &huge, &huge);
    for body in [
        "**Symptoms:**\n- \"\"\n- ``\n- <>%\n- \" \"\n- <60%\n- > 1e999 %\n- \"``\"\n",
        "**Symptoms:**\n",
    ] {
        for guide in guides(&document(body)) {
            let sights = Looked::new("x", &finding).at(&guide);
            assert!(sights.iter().all(|sight| !sight.matches()), "{sights:?}");
        }
    }
}

#[test]
fn a_phrase_is_seen_where_it_was_found_and_not_where_it_was_asked_for_or_is_missing() {
    let asked = "The shop answers: `curl localhost/health` returns 200";
    let cases = [
        ("The log shows \"ready\"", "", "LOG: ready", true),
        ("The log never shows \"ready\"", "", "LOG: ready", false),
        ("It isn’t `ready`", "", "LOG: ready", false),
        (
            "It does not start: the log shows \"no space\"",
            "",
            "ERROR: no space",
            true,
        ),
        ("It returns 503", "answered 503, must be 200", "", true),
        (
            "It returns 200, and the page is empty",
            "answered 503, must be 200",
            "",
            false,
        ),
        ("It returns 503", "", "took 503 ms", false),
        ("It returns 503", "", "from 10.0.503.1:80", false),
        ("It returns 503", "", "{\"status\":503}", true),
        ("It returns 0", "", "0 rows from 10.0.0.1", false),
    ];
    for (symptom, reason, output, seen) in cases {
        let guide = guide(&format!("**Symptoms:**\n- {symptom}\n\n**Solutions:**\n1. Look"));
        let found = finding(Verdict::Fail, reason, "", output);
        let sights = Looked::new(asked, &found).at(&guide);
        let is_seen = matches!(sights[0], Sight::Seen(_));
        assert_eq!(is_seen, seen, "{symptom} / {reason} / {output}: {sights:?}");
    }
}
