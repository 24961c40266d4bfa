//! The embedded database, driven through the program: it starts, survives, says what is wrong, and stops.

use crate::support::{Browser, DEADLINE, Folder, eventually};
use reqwest::StatusCode;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

/// `gonogo serve` as a process of its own.
struct Server {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    before_ready: Vec<String>,
    browser: Browser,
    data: PathBuf,
}

fn gonogo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gonogo"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .env("GONOGO_DATA_DIR", folder.join("data"))
        .env("GONOGO_ADDRESS", "127.0.0.1:0")
        .env(
            "GONOGO_CHECKLISTS",
            concat!(env!("CARGO_MANIFEST_DIR"), "/checklists"),
        )
        .env(
            "GONOGO_ENVIRONMENTS",
            concat!(env!("CARGO_MANIFEST_DIR"), "/environments"),
        )
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

impl Server {
    async fn start(folder: &Folder) -> Self {
        Self::start_as(folder, gonogo(folder.path(), &["serve"])).await
    }

    async fn start_as(folder: &Folder, mut command: Command) -> Self {
        let log = folder.path().join("stderr.log");
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut before_ready = Vec::new();
        let url = loop {
            let line = tokio::time::timeout(DEADLINE, lines.next_line())
                .await
                .expect("it says that it is ready");
            let Some(line) = line.unwrap() else {
                panic!(
                    "it ended before it was ready: {}",
                    fs::read_to_string(&log).unwrap()
                );
            };
            match line.strip_prefix("Gonogo is ready at ") {
                Some(url) => break url.to_owned(),
                None => before_ready.push(line),
            }
        };
        Server {
            child,
            lines,
            before_ready,
            browser: Browser::new(&url),
            data: folder.path().join("data"),
        }
    }

    fn postmaster(&self) -> Pid {
        let text = fs::read_to_string(self.data.join("postgres/postmaster.pid")).unwrap();
        Pid::from_raw(text.lines().next().unwrap().trim().parse().unwrap()).unwrap()
    }

    async fn stop(mut self) {
        let pid = Pid::from_raw(self.child.id().unwrap().try_into().unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        let status = tokio::time::timeout(DEADLINE, self.child.wait())
            .await
            .expect("it stops")
            .unwrap();
        assert!(status.success(), "{status}");
        assert_eq!(self.lines.next_line().await.unwrap(), None);
    }
}

impl Drop for Server {
    /// A test that fails leaves no Postgres behind.
    fn drop(&mut self) {
        let text = fs::read_to_string(self.data.join("postgres/postmaster.pid")).unwrap_or_default();
        let pid = text
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok())
            .and_then(Pid::from_raw);
        if let Some(pid) = pid.filter(|pid| is_running(*pid)) {
            let _ = kill_process(pid, Signal::QUIT);
        }
    }
}

/// A process that has ended and waits for its parent to notice runs no more.
fn is_running(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit_once(')').unwrap().1.trim_start().starts_with('Z'))
}

fn uid_of(pid: Pid) -> u32 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// What a command that must fail says.
async fn failure(mut command: Command) -> String {
    let output = tokio::time::timeout(DEADLINE, command.output())
        .await
        .expect("it ends")
        .unwrap();
    assert!(!output.status.success(), "it did not fail");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn it_starts_by_itself_as_no_root_and_without_tcp_and_stops_with_gonogo() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let postmaster = server.postmaster();
    let own = rustix::process::geteuid();
    let expected_root = uid_of(postmaster) == 0;
    assert!(!expected_root, "Postgres runs as root");
    if !own.is_root() {
        assert_eq!(uid_of(postmaster), own.as_raw());
    }
    let pid_file = fs::read_to_string(server.data.join("postgres/postmaster.pid")).unwrap();
    assert_eq!(
        pid_file.lines().nth(5),
        Some(""),
        "no address is listened on: {pid_file}"
    );
    assert_eq!(server.browser.get("/readyz").await.status, StatusCode::OK);
    server.stop().await;
    assert!(!is_running(postmaster), "Postgres was left behind");
}

#[tokio::test]
async fn a_service_manager_is_told_when_it_answers_and_when_it_stops() {
    let folder = Folder::new();
    let socket = folder.path().join("notify");
    let manager = tokio::net::UnixDatagram::bind(&socket).unwrap();
    let told = async || {
        let mut buffer = [0; 64];
        let heard = tokio::time::timeout(DEADLINE, manager.recv(&mut buffer)).await;
        let length = heard.expect("it says something").unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    };
    let mut command = gonogo(folder.path(), &["serve"]);
    command.env("NOTIFY_SOCKET", &socket);
    let server = Server::start_as(&folder, command).await;
    assert_eq!(told().await, "READY=1");
    assert_eq!(server.browser.get("/readyz").await.status, StatusCode::OK);
    server.stop().await;
    assert_eq!(told().await, "STOPPING=1");
}

#[tokio::test]
async fn the_first_start_makes_an_account_for_each_role_and_the_second_makes_none() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let file = server.data.join("credentials");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    let accounts: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    let names: Vec<&str> = accounts.iter().map(|account| account[1]).collect();
    assert_eq!(
        names,
        ["developer", "devops", "qa", "owner", "admin", "auditor", "viewer"]
    );
    for account in &accounts {
        let (name, password) = (account[1], account[2]);
        assert!(
            server
                .before_ready
                .iter()
                .any(|line| line.contains(name) && line.ends_with(password))
        );
        let page = Browser::new(server.browser.url()).sign_in(name, password).await;
        assert_eq!(page.header("location"), "/account", "{name} changes it first");
    }
    server.stop().await;
    let server = Server::start(&folder).await;
    assert_eq!(server.before_ready, [""; 0], "nothing is printed again");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    server.stop().await;
}

#[tokio::test]
async fn after_gonogo_is_killed_the_next_start_takes_the_database_over_and_nothing_is_lost() {
    let folder = Folder::new();
    let mut server = Server::start(&folder).await;
    let left_behind = server.postmaster();
    let text = fs::read_to_string(server.data.join("credentials")).unwrap();
    let password = text
        .lines()
        .find_map(|line| line.strip_prefix("qa\tqa\t"))
        .unwrap();
    server.browser.sign_in("qa", password).await;
    let cookie = server.browser.cookie();
    server.child.kill().await.unwrap();
    assert!(
        is_running(left_behind),
        "this test is about a Postgres that outlives Gonogo"
    );
    let server = Server::start(&folder).await;
    assert_ne!(server.postmaster(), left_behind);
    assert!(!is_running(left_behind), "two Postgres on one folder");
    server.browser.set_cookie(cookie);
    assert_eq!(
        server.browser.get("/account").await.status,
        StatusCode::OK,
        "the session is still there"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_postgres_that_is_killed_is_started_again_and_gonogo_lives_on() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let first = server.postmaster();
    kill_process(first, Signal::KILL).unwrap();
    let browser = &server.browser;
    eventually("Postgres runs again", || async {
        let text = fs::read_to_string(server.data.join("postgres/postmaster.pid")).unwrap_or_default();
        (!text.is_empty() && !text.starts_with(&format!("{first}\n"))).then_some(())
    })
    .await;
    eventually("the database answers again", || async {
        (browser.get("/readyz").await.status == StatusCode::OK).then_some(())
    })
    .await;
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(browser.get("/sign-in").await.status, StatusCode::OK);
    server.stop().await;
}

#[tokio::test]
async fn both_killed_at_once_start_again() {
    let folder = Folder::new();
    let mut server = Server::start(&folder).await;
    kill_process(server.postmaster(), Signal::KILL).unwrap();
    server.child.kill().await.unwrap();
    let server = Server::start(&folder).await;
    assert_eq!(server.browser.get("/readyz").await.status, StatusCode::OK);
    server.stop().await;
}

#[tokio::test]
async fn a_half_made_database_is_made_afresh() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("data/postgres.new/base")).unwrap();
    fs::write(folder.path().join("data/postgres.new/PG_VERSION"), "15\n").unwrap();
    let data = folder.path().join("data");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(&data, private).unwrap();
    let server = Server::start(&folder).await;
    assert!(!data.join("postgres.new").exists());
    server.stop().await;
}

#[tokio::test]
async fn a_database_of_another_version_is_left_alone_and_says_what_to_install() {
    let folder = Folder::new();
    let cluster = folder.path().join("data/postgres");
    fs::create_dir_all(&cluster).unwrap();
    fs::write(cluster.join("PG_VERSION"), "9\n").unwrap();
    let said = failure(gonogo(folder.path(), &["serve"])).await;
    assert!(
        said.contains("was made by PostgreSQL 9, and only PostgreSQL "),
        "{said}"
    );
    assert!(said.contains("apt install postgresql-9"), "{said}");
    assert_eq!(fs::read_to_string(cluster.join("PG_VERSION")).unwrap(), "9\n");
}

#[tokio::test]
async fn a_second_gonogo_on_the_same_folder_is_refused_and_the_first_lives_on() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let said = failure(gonogo(folder.path(), &["serve"])).await;
    assert!(said.contains("another Gonogo is running on"), "{said}");
    assert_eq!(server.browser.get("/readyz").await.status, StatusCode::OK);
    server.stop().await;
}

#[tokio::test]
async fn a_command_shares_the_database_of_a_running_gonogo() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let output = gonogo(folder.path(), &["user", "list"]).output().await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("Product owner")
    );
    assert_eq!(server.browser.get("/readyz").await.status, StatusCode::OK);
    server.stop().await;
}

#[tokio::test]
async fn a_port_that_is_in_use_says_which_and_what_to_do() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = failure(gonogo(folder.path(), &["serve", "--address", &address])).await;
    assert!(
        said.contains(&format!("{address} is in use by another program")),
        "{said}"
    );
    assert!(said.contains("--address"), "{said}");
    assert!(
        !folder.path().join("data").exists(),
        "nothing was made for a server that cannot start"
    );
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_says_where_and_never_the_password() {
    let folder = Folder::new();
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut command = gonogo(folder.path(), &["serve"]);
    command.env(
        "DATABASE_URL",
        format!("postgres://gonogo:hunter2-secret@{closed}/gonogo"),
    );
    let said = failure(command).await;
    assert!(
        said.contains(&format!("the database at {closed} cannot be reached")),
        "{said}"
    );
    assert!(said.contains("unset DATABASE_URL"), "{said}");
    assert!(!said.contains("hunter2-secret"), "{said}");
}
