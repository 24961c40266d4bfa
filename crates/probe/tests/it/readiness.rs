//! Whether ways back can be gone, against real files and repositories, and an engine that says what it keeps.

use crate::git::git;
use crate::support::{Folder, context, endpoint, environment, open, server};
use crate::way_back::{SECRET, World, command, container, db, plan, restore, tier, verify, web};
use domain::environment::Class;
use domain::fingerprint::Fingerprint;
use domain::plan::Plan;
use domain::readiness::{NeedState, Readiness, TierReadiness};
use domain::rollback::Deed;
use probe::{CancellationToken, Prober, Site};
use rstest::rstest;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Executor};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::{Duration, Instant};

async fn readiness(site: &Site, plan: &Plan, before: Option<&Fingerprint>) -> Readiness {
    let prober = Prober::new(context());
    let looking = prober.readiness(site, plan, before, CancellationToken::new());
    let found = tokio::time::timeout(Duration::from_secs(6), looking);
    found.await.expect("all of it takes five seconds at most")
}

async fn first(site: &Site, plan: &Plan, before: Option<&Fingerprint>) -> TierReadiness {
    readiness(site, plan, before).await.tiers.remove(0)
}

/// The full rollback of the reference checklist, as it runs.
fn full() -> Plan {
    let steps = vec![
        restore(),
        command("docker-compose stop redis"),
        command("git checkout \"$GONOGO_PREVIOUS_COMMIT\"\ndocker-compose up -d --build \"$GONOGO_SERVICE\""),
        verify("http://localhost:8000/health"),
    ];
    plan(
        vec![tier("Full", steps)],
        &["GONOGO_PREVIOUS_COMMIT", "GONOGO_SERVICE"],
    )
}

/// A world before its deployment, in which nothing is missing for [`full`].
async fn prepared() -> (World, Fingerprint) {
    let mut world = World::new().await;
    let env = std::fs::read(world.folder.path().join(".env")).expect("the file");
    world.folder.write(".env.backup", env);
    let environment = &mut world.site.environment;
    let name = "GONOGO_SERVICE".to_owned();
    environment.parameters.insert(name, "web".to_owned());
    // The program that the steps start need not be on the machine of the tests.
    let tool = world.folder.write("bin/docker-compose", "#!/bin/sh\n");
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).expect("a program");
    let path = context().variables.remove("PATH").expect("a path");
    let with_tool = format!("bin:{path}");
    environment.variables.insert("PATH".to_owned(), with_tool);
    let page = endpoint("backend", "http://127.0.0.1:1", &["localhost:8000"]);
    environment.endpoints.push(page);
    let before = world.fingerprint(&full()).await;
    (world, before)
}

fn needs(tier: &TierReadiness) -> Vec<String> {
    let needs = tier.needs.iter().map(|need| match &need.state {
        NeedState::Met { found } => format!("{}: {found}", need.what),
        NeedState::Missing { why, todo } => format!("{}: NOT {why} ({todo})", need.what),
        NeedState::Unread { why } => format!("{}: ? {why}", need.what),
    });
    needs.collect()
}

#[tokio::test]
async fn programs_are_looked_for_where_the_environments_shell_takes_commands() {
    let (mut world, before) = prepared().await;
    // As chroot or ssh: what it starts sees other programs than this machine has.
    let shell = world.folder.write(
        "elsewhere",
        "#!/bin/sh\nPATH=/there:$PATH\ncase \"$1\" in *docker-compose) exit 127;; esac\nexec sh -c \"$1\"\n",
    );
    std::fs::set_permissions(&shell, std::fs::Permissions::from_mode(0o755)).expect("a program");
    world.site.environment.shell = vec![shell.display().to_string()];
    let now = first(&world.site, &full(), Some(&before)).await;
    assert_eq!(
        now.summary(None),
        "not ready: docker-compose is not installed here"
    );
    let git = needs(&now)
        .into_iter()
        .find(|need| need.starts_with("the program git: "));
    assert!(git.is_some_and(|git| git.ends_with("/git")));
}

#[tokio::test]
async fn a_tier_with_all_that_its_steps_need_is_ready_before_and_after_the_deployment() {
    let (world, before) = prepared().await;
    let head = git(world.folder.path(), &["rev-parse", "HEAD"]);
    let now = first(&world.site, &full(), None).await;
    assert_eq!(now.summary(None), "ready, never rehearsed");
    let copy = &needs(&now)[0];
    assert!(
        copy.starts_with(".env.backup, the copy of .env: as .env is now, "),
        "{copy}"
    );

    // The deployment edits the file, goes to another commit and runs another image.
    world.write(".env", "CACHE=true\n");
    git(
        world.folder.path(),
        &["commit", "-q", "--allow-empty", "-m", "third"],
    );
    world
        .runs(&[container("web", "running", "sha256:web2", &[]), db()])
        .await;
    world.keeps("sha256:web1").await;
    let after = first(&world.site, &full(), Some(&before)).await;
    let trial = Some(Duration::from_secs(38));
    assert_eq!(
        after.summary(trial),
        "ready, about 40 s of 5 min",
        "{:#?}",
        needs(&after)
    );
    let room =
        |line: &String| !line.starts_with("room on the disk: ") && !line.starts_with("the program git: ");
    let told: Vec<String> = needs(&after).into_iter().filter(room).collect();
    let expected = [
        ".env.backup, the copy of .env: as .env was before the deployment, 36 B".to_owned(),
        "the right to write .env: .env can be written".to_owned(),
        format!(
            "the program docker-compose: {}/bin/docker-compose",
            world.folder.path().display()
        ),
        "the images that ran before the deployment: those of db, web are there".to_owned(),
        "a value for GONOGO_SERVICE: it has one".to_owned(),
        "a work tree that another commit can be checked out in: nothing in it is changed".to_owned(),
        format!("the commit before the deployment: {head}"),
        "an endpoint for http://localhost:8000/health: endpoint backend".to_owned(),
        "the right to write the work directory: the work directory can be written".to_owned(),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn each_thing_that_is_missing_is_named_and_nothing_else() {
    let (mut world, before) = prepared().await;
    let path = world.folder.path().to_owned();
    let summary = async |world: &World| first(&world.site, &full(), Some(&before)).await.summary(None);

    let copy = std::fs::read_to_string(path.join(".env.backup")).expect("the copy");
    world.write(".env.backup", "CACHE=true\n");
    assert_eq!(
        summary(&world).await,
        "not ready: .env.backup is not what .env was before the deployment"
    );
    world.write(".env.backup", "");
    assert_eq!(summary(&world).await, "not ready: .env.backup is empty");
    std::fs::remove_file(path.join(".env.backup")).expect("it is there");
    assert_eq!(summary(&world).await, "not ready: .env.backup does not exist");
    world.write(".env.backup", &copy);

    world
        .runs(&[container("web", "running", "sha256:web2", &[]), db()])
        .await;
    assert_eq!(
        summary(&world).await,
        "not ready: the engine has no image sha256:web1 of web any more"
    );
    world.runs(&[web(), db()]).await;

    world.write("app.py", "print(1)\n");
    assert_eq!(
        summary(&world).await,
        "not ready: files of the work tree are changed and not committed, so that a checkout may refuse or mix them"
    );
    git(&path, &["checkout", "-q", "app.py"]);

    std::fs::rename(path.join(".env"), path.join("elsewhere")).expect("it is there");
    symlink("elsewhere", path.join(".env")).expect("a link");
    assert_eq!(
        summary(&world).await,
        "not ready: .env is a symbolic link, which is not written through"
    );
    std::fs::rename(path.join("elsewhere"), path.join(".env")).expect("it is there");

    for (value, why) in [
        ("v1", "which is not the commit before the deployment"),
        ("v9", "v9 is no commit of the repository in the work directory"),
        ("-x", "-x is no commit of the repository in the work directory"),
    ] {
        let name = "previous-commit".to_owned();
        world.site.environment.parameters.insert(name, value.to_owned());
        assert!(summary(&world).await.contains(why), "{}", summary(&world).await);
    }
    world.site.environment.parameters.clear();
    assert_eq!(summary(&world).await, "not ready: GONOGO_SERVICE has no value");
    let name = "GONOGO_SERVICE".to_owned();
    world
        .site
        .environment
        .parameters
        .insert(name.clone(), "--help".to_owned());
    assert!(summary(&world).await.contains("it would be read as an option"));
    world.site.environment.parameters.insert(name, "web".to_owned());

    std::fs::remove_file(path.join("bin/docker-compose")).expect("it is there");
    world.site.environment.variables.insert(
        "PATH".to_owned(),
        std::env::join_paths([path.join("bin"), "/usr/bin".into(), "/bin".into()])
            .expect("a path")
            .into_string()
            .expect("text"),
    );
    if !std::path::Path::new("/usr/bin/docker-compose").exists() {
        assert_eq!(
            summary(&world).await,
            "not ready: docker-compose is not installed here"
        );
    }
    world.folder.write("bin/docker-compose", "");
    world.site.environment.endpoints.pop();
    assert!(
        summary(&world)
            .await
            .contains("localhost:8000 is not an endpoint of the environment")
    );
    world.site.environment.endpoints.clear();
    assert!(summary(&world).await.contains("names no Docker Engine"));
}

const DUMPED: &str = "--\n-- PostgreSQL database dump complete\n--\n";

#[rstest]
#[case("backup.sql", Some(DUMPED), "ready, never rehearsed")]
#[case(
    "backup.sql",
    Some("-- MySQL dump\n-- Dump completed on 2026-11-26\n"),
    "ready, never rehearsed"
)]
#[case("backup.sql", None, "not ready: backup.sql does not exist")]
#[case("backup.sql", Some(""), "not ready: backup.sql is empty")]
#[case(
    "backup.sql",
    Some("CREATE TABLE a"),
    "not ready: backup.sql does not say at its end that it is whole"
)]
#[case(
    "backup_*.sql",
    None,
    "nobody knows whether it is ready: the dump backup_*.sql: backup_*.sql may stand for several files"
)]
#[case(
    "/etc/hostname",
    None,
    "nobody knows whether it is ready: the dump /etc/hostname: /etc/hostname is outside of the work directory: add \
     `/etc/hostname` to `paths` in environments/test.toml"
)]
#[tokio::test]
async fn a_dump_is_whole_or_it_is_not_counted_on(
    #[case] name: &str,
    #[case] content: Option<&str>,
    #[case] summary: &str,
) {
    let folder = Folder::new();
    if let Some(content) = content {
        folder.write(name, content);
    }
    let steps = vec![command(&format!("psql shop < {name}"))];
    let site = open(environment(folder.path()));
    let back = plan(vec![tier("Back", steps)], &[]);
    assert_eq!(first(&site, &back, None).await.summary(None), summary);
}

/// A program of this machine, with the variables of the tests.
fn run(program: &str, arguments: &[&str], folder: &Folder) {
    let done = std::process::Command::new(program)
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .expect(program);
    assert!(done.status.success(), "{program} {arguments:?}: {done:?}");
}

#[sqlx::test(migrations = false)]
async fn a_packed_dump_is_read_to_its_end_by_its_own_program(pool: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool.connect_with(options.clone()).await.expect("a pool");
    pool.execute("CREATE TABLE orders AS SELECT n, md5(n::text) FROM generate_series(1, 20000) n")
        .await
        .expect("a table");
    let folder = Folder::new();
    let site = open(environment(folder.path()));
    let mut url = options.to_url_lossy();
    // Postgres' own programs know other options than the driver.
    url.set_query(None);
    run(
        "pg_dump",
        &["-Fc", "-f", "shop.dump", "-d", url.as_str()],
        &folder,
    );
    run("pg_dump", &["-f", "shop.sql", "-d", url.as_str()], &folder);
    run("gzip", &["shop.sql"], &folder);
    for (name, text) in [
        ("shop.dump", "pg_restore --clean -d shop shop.dump"),
        ("shop.sql.gz", "gunzip -c shop.sql.gz | psql shop"),
    ] {
        let deed = vec![command(text)];
        let back = plan(vec![tier("Back", deed)], &[]);
        let found = first(&site, &back, None).await;
        assert!(found.is_ready(), "{:#?}", needs(&found));
        let all = std::fs::read(folder.path().join(name)).expect("the dump");
        folder.write(name, &all[..all.len() / 2]);
        let found = first(&site, &back, None).await.summary(None);
        assert!(
            found.starts_with(&format!("not ready: {name} is not whole: ")),
            "{found}"
        );
    }
}

#[tokio::test]
async fn a_commit_that_the_document_names_has_to_be_there() {
    let (world, before) = prepared().await;
    for (text, words) in [
        ("git checkout v1", "ready, never rehearsed"),
        (
            "git checkout v0",
            "not ready: v0 is no commit of the repository in the work directory",
        ),
        (
            "git checkout \"$GONOGO_TAG\"",
            "not ready: no commit is known to go back to",
        ),
    ] {
        let back = plan(vec![tier("Back", vec![command(text)])], &["GONOGO_TAG"]);
        let found = first(&world.site, &back, Some(&before)).await;
        assert_eq!(found.summary(None), words);
    }
}

#[tokio::test]
async fn a_tier_without_a_step_here_is_not_ready_and_one_of_people_says_so() {
    let folder = Folder::new();
    let mut environment = environment(folder.path());
    environment.class = Class::Production;
    let mut development = tier("Development", vec![command("true")]);
    development.steps[0].development_only = true;
    let by_hand = Deed::ByHand {
        words: "Call the host.".to_owned(),
    };
    let people = tier("People", vec![by_hand]);
    let found = readiness(&open(environment), &plan(vec![development, people], &[]), None).await;
    assert_eq!(
        found.tiers[0].summary(None),
        "not ready: none of its steps exists in this environment"
    );
    assert_eq!(
        needs(&found.tiers[1]),
        ["somebody who does what no command does: 1 of 1 steps"]
    );
}

#[tokio::test]
async fn without_a_repository_or_a_value_no_commit_is_known() {
    let folder = Folder::new();
    let steps = vec![command("git checkout \"$GONOGO_PREVIOUS_COMMIT\"")];
    let back = plan(vec![tier("Back", steps)], &["GONOGO_PREVIOUS_COMMIT"]);
    let found = first(&open(environment(folder.path())), &back, None).await;
    assert_eq!(
        found.summary(None),
        "not ready: the work directory is not a git work tree; no commit is known to go back to"
    );
}

#[tokio::test]
async fn no_secret_is_in_the_words() {
    let (mut world, before) = prepared().await;
    world.write(".env.backup", &format!("API_TOKEN={SECRET}\n"));
    let environment = &mut world.site.environment;
    let unresolved = format!("tcp://me:{SECRET}@127.0.0.1:1");
    environment.endpoints[0] = endpoint("docker", &unresolved, &[]);
    let site = Site {
        seal: world.site.seal.clone(),
        ..open(environment.clone())
    };
    for before in [None, Some(&before)] {
        let found = readiness(&site, &full(), before).await;
        assert!(!found.tiers[0].is_ready());
        let shown = format!("{found:?} {}", found.tiers[0].summary(None));
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[tokio::test]
async fn an_engine_that_never_answers_holds_nothing_up() {
    let (mut world, before) = prepared().await;
    let silent = server(|stream| async move {
        let _held = stream;
        std::future::pending::<()>().await;
    })
    .await;
    world.site.environment.endpoints[0] = endpoint("docker", &format!("tcp://{silent}"), &[]);
    world.site.deadline = Duration::from_millis(600);
    for before in [None, Some(&before)] {
        let began = Instant::now();
        let found = first(&world.site, &full(), before).await;
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        let summary = found.summary(None);
        assert!(
            summary
                .starts_with("nobody knows whether it is ready: the images that ran before the deployment: "),
            "{summary}"
        );
    }
    let cancel = CancellationToken::new();
    cancel.cancel();
    let prober = Prober::new(context());
    let cancelled = prober
        .readiness(&world.site, &full(), Some(&before), cancel)
        .await;
    assert!(!cancelled.tiers[0].is_ready());
}
