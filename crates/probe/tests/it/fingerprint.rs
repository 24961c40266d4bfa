//! Fingerprints of real files, repositories and databases, and of an engine that says what runs.

use crate::git::git;
use crate::support::{Folder, context, endpoint, environment, open, server};
use crate::way_back::{SECRET, World, command, container, db, fingerprint, job, plan, tier, verify, web};
use domain::fingerprint::{CONTAINERS, Fingerprint, Part};
use domain::plan::Plan;
use probe::{CancellationToken, Prober, Seal, Site};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Executor};
use std::time::{Duration, Instant};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn is(value: &str) -> Part {
    Part::Is {
        value: value.to_owned(),
    }
}

#[track_caller]
fn why(fingerprint: &Fingerprint, name: &str) -> String {
    match fingerprint.part(name) {
        Part::Unread { why } => why,
        read => panic!("{name} was read: {read:?}"),
    }
}

/// The names of what differs.
fn changed(now: &Fingerprint, before: &Fingerprint) -> Vec<String> {
    let differences = now.differences(before).into_iter();
    differences.map(|difference| difference.part).collect()
}

fn nothing() -> Plan {
    plan(Vec::new(), &[])
}

#[tokio::test]
async fn files_the_commit_and_what_runs_are_parts_and_agree_with_themselves() {
    let world = World::new().await;
    let before = world.fingerprint(&nothing()).await;
    let head = git(world.folder.path(), &["rev-parse", "HEAD"]);
    let names: Vec<&str> = before.parts.keys().map(String::as_str).collect();
    let expected = [
        "the commit",
        "the container environment of db",
        "the container environment of web",
        "the file .env",
        "the image of db",
        "the image of web",
        "the service db",
        "the service web",
        "the work tree",
    ];
    assert_eq!(names, expected);
    assert_eq!(before.part("the commit"), is(&head));
    assert_eq!(before.part("the work tree"), is("clean"));
    assert_eq!(before.part("the image of web"), is("sha256:web1"));
    assert_eq!(before.part("the service web"), is("runs"));
    assert_eq!(changed(&world.fingerprint(&nothing()).await, &before), [""; 0]);
}

#[tokio::test]
async fn each_change_is_a_difference_by_its_name_and_none_once_it_is_taken_back() {
    let world = World::new().await;
    let before = world.fingerprint(&nothing()).await;
    let token = format!("API_TOKEN={SECRET}");

    let env = std::fs::read_to_string(world.folder.path().join(".env")).expect("the file");
    world.write(".env", &env.replace("false", "true"));
    assert_eq!(
        changed(&world.fingerprint(&nothing()).await, &before),
        ["the file .env"]
    );
    world.write(".env", &env);

    let source = std::fs::read_to_string(world.folder.path().join("app.py")).expect("the file");
    world.write("app.py", "print(1)\n");
    let one = world.fingerprint(&nothing()).await;
    assert_eq!(changed(&one, &before), ["the work tree"]);
    world.write("app.py", "print(2)\n");
    let other = world.fingerprint(&nothing()).await;
    assert_eq!(changed(&other, &one), ["the work tree"]);
    git(world.folder.path(), &["commit", "-qam", "third"]);
    assert_eq!(
        changed(&world.fingerprint(&nothing()).await, &before),
        ["the commit"]
    );
    git(world.folder.path(), &["checkout", "-q", "HEAD~1"]);
    assert_eq!(
        source,
        std::fs::read_to_string(world.folder.path().join("app.py")).expect("the file")
    );

    let cases = [
        (
            vec![container(
                "web",
                "running",
                "sha256:web2",
                &["CACHE=false", &token],
            )],
            vec!["the image of web"],
        ),
        (
            vec![container(
                "web",
                "running",
                "sha256:web1",
                &["CACHE=true", &token],
            )],
            vec!["the container environment of web"],
        ),
        (
            vec![container(
                "web",
                "paused",
                "sha256:web1",
                &[&token, "CACHE=false"],
            )],
            vec!["the service web"],
        ),
        (
            vec![container("web", "exited", "sha256:web1", &[])],
            vec![
                "the container environment of web",
                "the image of web",
                "the service web",
            ],
        ),
    ];
    for (mut containers, names) in cases {
        containers.push(db());
        world.runs(&containers).await;
        assert_eq!(changed(&world.fingerprint(&nothing()).await, &before), names);
    }
    // What a deployment added and a rollback stopped is no difference; nor what git does not know.
    let added = container("redis", "exited", "sha256:redis1", &[]);
    world.runs(&[web(), db(), added]).await;
    world.write("backup.sql", "-- a dump\n");
    assert_eq!(changed(&world.fingerprint(&nothing()).await, &before), [""; 0]);
}

#[tokio::test]
async fn several_containers_of_a_service_are_one_part() {
    let world = World::new().await;
    let mut second = container("web", "running", "sha256:web2", &["CACHE=true"]);
    second["Id"] = json!("id-web-2");
    second["State"]["Health"] = json!({"Status": "unhealthy"});
    world.runs(&[web(), second]).await;
    let now = world.fingerprint(&nothing()).await;
    assert_eq!(
        now.part("the service web"),
        is("2 containers: runs, runs, unhealthy")
    );
    assert_eq!(now.part("the image of web"), is("sha256:web1, sha256:web2"));
    let none = container("web", "running", "sha256:web1", &[]);
    world.runs(&[none, job()]).await;
    assert_eq!(
        world.fingerprint(&nothing()).await.part("the service job"),
        Part::Absent
    );
}

#[tokio::test]
async fn no_secret_and_nothing_that_one_could_be_guessed_from_is_in_a_fingerprint() {
    let world = World::new().await;
    let now = world.fingerprint(&nothing()).await;
    let shown = format!("{now:?} {}", serde_json::to_string(&now).expect("json"));
    assert!(!shown.contains(SECRET), "{shown}");
    // With another key the digests are others, so that nobody without it can try values until they agree.
    let other = Site {
        seal: Some(Seal::new([8; 32])),
        ..world.site.clone()
    };
    let sealed = [
        "the container environment of db",
        "the container environment of web",
        "the file .env",
    ];
    assert_eq!(changed(&fingerprint(&other, &nothing()).await, &now), sealed);
    // Without one they are not made at all.
    let none = Site {
        seal: None,
        ..world.site.clone()
    };
    let unsealed = fingerprint(&none, &nothing()).await;
    for name in sealed {
        assert!(why(&unsealed, name).contains("could hold secrets"));
    }
    assert_eq!(unsealed.part("the image of web"), is("sha256:web1"));
}

#[tokio::test]
async fn what_is_not_there_is_absent_and_what_is_not_named_is_no_part() {
    let folder = Folder::new();
    let site = open(environment(folder.path()));
    let now = fingerprint(&site, &nothing()).await;
    let names: Vec<&str> = now.parts.keys().map(String::as_str).collect();
    assert_eq!(names, ["the commit", "the file .env", "the work tree"]);
    assert!(now.parts.values().all(|part| *part == Part::Absent), "{now:?}");
}

#[tokio::test]
async fn what_cannot_be_read_says_why_and_the_rest_is_read() {
    let folder = Folder::new();
    folder.write(".env", "A=1\n");
    let mut environment = environment(folder.path());
    let password = format!("postgres://me:{SECRET}@127.0.0.1:1/shop");
    environment.endpoints = vec![
        endpoint("docker", "unix:///nowhere/docker.sock", &[]),
        endpoint("database", &password, &[]),
        endpoint("web", "http://127.0.0.1:1", &["localhost:8000"]),
    ];
    let site = open(environment).with_seal(Seal::new([1; 32]));
    let back = vec![tier("Back", vec![verify("http://localhost:8000/health")])];
    let now = fingerprint(&site, &plan(back, &[])).await;
    assert!(why(&now, CONTAINERS).contains("there is no such socket"));
    assert!(why(&now, "the schema").contains("connection refused"));
    assert!(why(&now, "the health page").contains("connection refused"));
    assert!(matches!(now.part("the file .env"), Part::Is { .. }));
    assert!(!format!("{now:?}").contains(SECRET));
    assert_eq!(changed(&now, &now).len(), 3);
}

#[tokio::test]
async fn targets_that_never_answer_are_left_at_the_deadline_and_a_cancelled_reading_at_once() {
    let silent = server(|stream| async move {
        let _held = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let folder = Folder::new();
    let mut environment = environment(folder.path());
    environment.endpoints = vec![
        endpoint("docker", &format!("tcp://{silent}"), &[]),
        endpoint("database", &format!("postgres://me@{silent}/shop"), &[]),
        endpoint("web", &format!("http://{silent}"), &["/"]),
    ];
    let site = Site {
        deadline: Duration::from_millis(300),
        ..open(environment)
    };
    let back = plan(vec![tier("Back", vec![verify("/health")])], &[]);
    let began = Instant::now();
    let now = fingerprint(&site, &back).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    for name in [CONTAINERS, "the schema", "the health page"] {
        assert!(why(&now, name).contains("within 300 ms"), "{now:?}");
    }
    let cancel = CancellationToken::new();
    cancel.cancel();
    let cancelled = Prober::new(context()).fingerprint(&site, &back, cancel).await;
    assert_eq!(why(&cancelled, "the schema"), "cancelled before it answered");
}

#[tokio::test]
async fn the_health_page_of_what_is_deployed_is_a_part_and_its_time_is_not() {
    let world = World::new().await;
    let (web, watching) = (MockServer::start().await, MockServer::start().await);
    let mut environment = world.site.environment.clone();
    environment
        .endpoints
        .push(endpoint("prometheus", &watching.uri(), &["localhost:9090"]));
    environment
        .endpoints
        .push(endpoint("backend", &web.uri(), &["localhost:8000"]));
    let site = open(environment);
    let back = tier(
        "Back",
        vec![
            verify("http://localhost:9090/-/healthy"),
            command("true"),
            verify("http://localhost:8000/api/orders"),
            verify("http://localhost:8000/health?full=1"),
        ],
    );
    let back = plan(vec![back], &[]);
    let cases = [
        (200, json!({"status": "ok"}), "200"),
        (
            200,
            json!({"status": "degraded"}),
            "200: the page itself says that status is “degraded”",
        ),
        (503, json!({}), "503 Service Unavailable"),
    ];
    for (status, body, value) in cases {
        web.reset().await;
        Mock::given(method("GET"))
            .and(path("/health"))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .mount(&web)
            .await;
        let now = fingerprint(&site, &back).await;
        assert_eq!(now.part("the health page"), is(value));
        assert_eq!(now.latency_us.is_some(), status == 200);
    }
    assert_eq!(watching.received_requests().await.expect("them").len(), 0);
}

#[sqlx::test(migrations = false)]
async fn the_schema_is_what_migrations_change_and_not_its_rows(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool.connect_with(options.clone()).await.expect("a pool");
    pool.execute(
        "CREATE TABLE orders (id int PRIMARY KEY, who text); CREATE TABLE schema_migrations (version text)",
    )
    .await
    .expect("tables");
    let folder = Folder::new();
    let mut environment = environment(folder.path());
    environment.endpoints = vec![endpoint("database", options.to_url_lossy().as_str(), &[])];
    let site = open(environment);
    let read = || async { fingerprint(&site, &nothing()).await.part("the schema") };
    let before = read().await;
    let Part::Is { value } = &before else {
        panic!("{before:?}")
    };
    assert!(
        value.starts_with("2 tables, 1 indexes; 0 rows of schema_migrations; "),
        "{value}"
    );
    let unchanged = [
        "INSERT INTO orders VALUES (1, 'a')",
        "ANALYZE orders",
        "CREATE TEMPORARY TABLE t (x int)",
    ];
    for sql in unchanged {
        pool.execute(sql).await.expect(sql);
        assert_eq!(read().await, before, "{sql}");
    }
    let there_and_back = [
        ("CREATE INDEX idx_who ON orders (who)", "DROP INDEX idx_who"),
        (
            "ALTER TABLE orders ADD at timestamptz",
            "ALTER TABLE orders DROP at",
        ),
        (
            "ALTER TABLE orders ALTER who SET DEFAULT 'me'",
            "ALTER TABLE orders ALTER who DROP DEFAULT",
        ),
        (
            "ALTER TABLE orders ALTER who SET NOT NULL",
            "ALTER TABLE orders ALTER who DROP NOT NULL",
        ),
        (
            "ALTER TABLE orders ADD CONSTRAINT named CHECK (id > 0)",
            "ALTER TABLE orders DROP CONSTRAINT named",
        ),
        ("CREATE VIEW seen AS SELECT id FROM orders", "DROP VIEW seen"),
        ("CREATE TYPE mood AS ENUM ('well')", "DROP TYPE mood"),
        (
            "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "DROP FUNCTION one",
        ),
        (
            "INSERT INTO schema_migrations VALUES ('42')",
            "DELETE FROM schema_migrations",
        ),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_pkey'::regclass",
            "UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'orders_pkey'::regclass",
        ),
    ];
    for (there, back) in there_and_back {
        pool.execute(there).await.expect(there);
        assert_ne!(read().await, before, "{there}");
        pool.execute(back).await.expect(back);
        assert_eq!(read().await, before, "{back}");
    }
}
