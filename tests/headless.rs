//! `gonogo run` and `gonogo check`: without a server.

use crate::support::{App, Folder, database_url};
use domain::Role;
use gonogo::server::{library, sites::Sites};
use sqlx::PgPool;
use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    process::{Child, ChildStdout, Command, Stdio},
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

struct Here {
    folder: Folder,
}

impl Here {
    fn new(checklist: &str) -> Self {
        let here = Self {
            folder: Folder::new(),
        };
        let work = here.folder.path().display().to_string();
        std::fs::create_dir(here.folder.path().join("environments")).unwrap();
        let environment = format!("title = \"here\"\nclass = \"development\"\nwork_directory = \"{work}\"\n");
        here.write("environments/here.toml", &environment);
        here.write("CHECKLIST.md", checklist);
        here
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        self.gonogo(&[&["run", "CHECKLIST.md", "--env"], arguments].concat())
    }

    fn gonogo(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        ended(self.command(env!("CARGO_BIN_EXE_gonogo"), arguments))
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env("TERM", "xterm");
        command
    }

    /// `gonogo run CHECKLIST.md --env here ARGUMENTS` on a terminal of 80 columns; what `redirected` leads away is not on it.
    fn on_a_terminal(&self, arguments: &str, redirected: &str) -> Command {
        let gonogo = env!("CARGO_BIN_EXE_gonogo");
        let line = format!(
            "stty cols 80 rows 24; exec {gonogo} run CHECKLIST.md --env here {arguments} {redirected}"
        );
        let mut command = self.command("script", &["-qec", &line, "/dev/null"]);
        command.env("SHELL", "/bin/sh").stdin(Stdio::null());
        command
    }

    fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let (_, out, error) = self.run(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}{error}"))
    }

    fn is_there(&self, name: &str) -> bool {
        self.folder.path().join(name).exists()
    }

    /// Adds lines to the top of the environment `here`.
    fn declare(&self, lines: &str) {
        let file = self.folder.path().join("environments/here.toml");
        let before = std::fs::read_to_string(file).unwrap();
        self.write("environments/here.toml", &format!("{lines}\n{before}"));
    }
}

fn ended(mut command: Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Starts it, and reads its standard output until `wanted` has come.
fn started(mut command: Command, wanted: &str) -> (Child, BufReader<ChildStdout>, String) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(wanted) {
        let more = out.fill_buf().unwrap().to_owned();
        assert!(!more.is_empty(), "it ended: {}", String::from_utf8_lossy(&seen));
        out.consume(more.len());
        seen.extend(more);
    }
    (child, out, String::from_utf8(seen).unwrap())
}

const THREE: &str = "# Three\n\n## Pre-Deployment\n\n- [ ] There <!-- gonogo: file there.txt -->\n- [ ] `mkdir -p made`\n\
                     - [ ] Somebody read it\n\n### Immediate Checks (within 5 minutes)\n\n\
                     - [ ] Still there <!-- gonogo: file there.txt -->\n";

#[test]
fn its_exit_code_says_go_no_go_or_could_not_tell() {
    let here = Here::new(THREE);
    let (code, out, _) = here.run(&["here"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("FAIL    There") && out.contains("NO-GO: 0 passed, 1 failed"),
        "{out}"
    );
    here.write("there.txt", "x");
    let (code, out, _) = here.run(&["here"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("1 not due, 2 left to people"), "{out}");
    assert!(
        !here.folder.path().join("made").exists(),
        "an action is left to people"
    );
    let (code, out, _) = here.run(&["here", "--t0", "2026-01-01T00:00:00Z", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, answer["lines"][3]["verdict"].as_str()),
        (Some(0), Some("pass")),
        "{out}"
    );
    let people = Here::new("# People\n\n- [ ] Somebody read it\n");
    assert_eq!(people.run(&["here"]).0, Some(2), "no probe is no go");
}

#[test]
fn an_environment_that_is_not_there_is_named_with_those_that_are() {
    let here = Here::new(THREE);
    let (code, out, error) = here.run(&["there"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(
        error.contains("no environment \"there\"") && error.contains("there are: here"),
        "{error}"
    );
    here.write("environments/broken.toml", "class = 1");
    assert_eq!(
        here.run(&["here"]).0,
        Some(1),
        "another file's trouble is not this one's"
    );
    let (code, _, error) = here.run(&["broken"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("broken.toml:1:"), "{error}");
}

/// A line that Gonogo reads itself, one that needs a command, one that needs both, and an action.
const COMMANDS: &str = "# Commands\n\n## Before\n\n- [ ] There <!-- gonogo: file there.txt -->\n- [ ] `cmp there.txt there.copy`\n\
                        - [ ] `curl http://localhost:8000/health` and `cmp there.txt there.copy`\n\n## After\n\n- [ ] `cp a b`\n";

/// Every command goes through it, and leaves a mark.
const SPY: &str = "shell = [\"sh\", \"spy.sh\"]";

impl Here {
    fn with_commands() -> Self {
        let here = Here::new(COMMANDS);
        here.declare(SPY);
        here.write("spy.sh", "echo \"$1\" >> ran.txt\nexec bash -c \"$1\"\n");
        here.write("there.txt", "x");
        here.write("there.copy", "x");
        here
    }
}

#[test]
fn a_command_of_the_document_runs_only_where_the_environments_file_lists_its_plan() {
    let here = Here::with_commands();
    let answer = here.json(&["here"]);
    let hash = answer["plan"].as_str().unwrap().to_owned();
    let line = |answer: &serde_json::Value, index: usize| {
        let line = &answer["lines"][index];
        (
            line["verdict"].as_str().unwrap_or_default().to_owned(),
            line["reason"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(line(&answer, 0).0, "pass", "{answer}");
    let add = format!("add `published = [\"{hash}\"]` to ");
    for index in [1, 2] {
        let (verdict, reason) = line(&answer, index);
        assert_eq!(verdict, "no_data", "{reason}");
        assert!(
            reason.starts_with("not published: ") && reason.contains(&add),
            "{reason}"
        );
        assert!(
            reason.contains("environments/here.toml, above its first [table]"),
            "{reason}"
        );
        assert!(answer["lines"][index]["evidence"].is_null());
    }
    assert_eq!(answer["code"], 2, "what nobody published is no go");
    assert!(!here.is_there("ran.txt"), "nothing ran");

    let other = format!("sha256:{}", "0".repeat(64));
    here.declare(&format!("published = [\"{other}\"]"));
    let (_, reason) = line(&here.json(&["here"]), 1);
    assert!(
        reason.contains(&format!("add \"{hash}\" to `published` in ")),
        "{reason}"
    );
    assert!(!here.is_there("ran.txt"), "another plan is published");

    let file = std::fs::read_to_string(here.folder.path().join("environments/here.toml")).unwrap();
    here.write("environments/here.toml", &file.replace(&other, &hash));
    let answer = here.json(&["here"]);
    assert_eq!(line(&answer, 1).0, "pass", "{answer}");
    let (verdict, reason) = line(&answer, 2);
    assert!(
        verdict == "error" && reason.contains("localhost:8000"),
        "{reason}"
    );
    let ran = std::fs::read_to_string(here.folder.path().join("ran.txt")).unwrap();
    assert_eq!(
        ran, "cmp there.txt there.copy\ncmp there.txt there.copy\n",
        "and no action"
    );

    here.write("CHECKLIST.md", &COMMANDS.replace("there.copy", "there.copy2"));
    let (verdict, reason) = line(&here.json(&["here"]), 1);
    assert!(
        verdict == "no_data" && reason.starts_with("not published"),
        "{reason}"
    );
}

#[test]
fn what_is_listed_as_published_must_be_a_plans_hash() {
    let here = Here::new(THREE);
    here.declare("published = [\"2d71\"]");
    let (code, out, error) = here.run(&["here"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(
        error.contains("here.toml:1:") && error.contains("\"2d71\" names no plan"),
        "{error}"
    );
}

#[test]
fn listing_a_plan_changes_nothing_for_the_runs_of_a_server() {
    let here = Here::new(THREE);
    let hash = || {
        let sites = Sites::load(&here.folder.path().join("environments"), &BTreeMap::new());
        sites.place("here").unwrap().hash.clone()
    };
    let before = hash();
    here.declare(&format!("published = [\"sha256:{}\"]", "0".repeat(64)));
    assert_eq!(hash(), before);
    here.declare("paths = [\"/srv\"]");
    assert_ne!(hash(), before);
}

#[test]
fn a_command_that_names_a_parameter_without_a_value_is_not_run() {
    let here = Here::new("# One\n\n- [ ] Nothing changed: `git diff <previous-commit> --stat` is empty\n");
    here.declare(SPY);
    here.write("spy.sh", "echo \"$1\" >> ran.txt\n");
    let hash = here.json(&["here"])["plan"].as_str().unwrap().to_owned();
    here.declare(&format!("published = [\"{hash}\"]"));
    let answer = here.json(&["here"]);
    let line = &answer["lines"][0];
    assert_eq!(line["verdict"], "no_data", "{answer}");
    assert!(
        line["reason"]
            .as_str()
            .unwrap()
            .contains("GONOGO_PREVIOUS_COMMIT has no value"),
        "{answer}"
    );
    assert!(!here.is_there("ran.txt"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_hash_of_a_plan_is_the_one_that_the_server_publishes_it_by(pool: PgPool) {
    let here = Here::new(COMMANDS);
    let hash = here.json(&["here", "--plan"])["plan"]
        .as_str()
        .unwrap()
        .to_owned();
    let app = App::start(&pool).await;
    let revision = library::import(app.state(), None, "CHECKLIST.md", COMMANDS.into())
        .await
        .unwrap();
    let browser = app.signed_in("dora", &[Role::Devops]).await;
    let page = browser.get(&format!("/checklists/{revision}")).await;
    let digits = hash.strip_prefix("sha256:").unwrap();
    assert!(page.text.contains(digits), "{hash} is not on {}", page.text);
}

#[test]
fn a_plan_says_what_would_be_asked_and_what_would_not_and_touches_nothing() {
    let here = Here::with_commands();
    let backend = TcpListener::bind("127.0.0.1:0").unwrap();
    backend.set_nonblocking(true).unwrap();
    let url = format!("http://{}", backend.local_addr().unwrap());
    let file = std::fs::read_to_string(here.folder.path().join("environments/here.toml")).unwrap();
    let endpoint = format!(
        "{file}[secrets]\nTOKEN = \"file:{}/token\"\n\n[[endpoints]]\nname = \"backend\"\nurl = \"{url}\"\n\
         replaces = [\"localhost:8000\"]\n",
        here.folder.path().display()
    );
    here.write("environments/here.toml", &endpoint);
    here.write("token", "a long secret");
    here.write(
        "CHECKLIST.md",
        &format!("{COMMANDS}- [ ] `curl http://localhost:8000/live` returns 200\n"),
    );
    let (code, out, error) = here.run(&["here", "--plan"]);
    assert_eq!(code, Some(0), "{error}");
    let hash = out.lines().nth(1).unwrap().split([' ', ',']).nth(1).unwrap();
    let shown = out
        .replace(hash, "sha256:HASH")
        .replace(&here.folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(shown);
    let answer = here.json(&["here", "--plan"]);
    assert_eq!(
        (&answer["plan"], &answer["published"]),
        (&hash.into(), &false.into())
    );
    assert_eq!(answer["lines"][2]["does"], "not_published", "{answer}");
    assert_eq!(
        answer["lines"][2]["commands"][0], "cmp there.txt there.copy",
        "{answer}"
    );
    assert!(backend.accept().is_err(), "nobody came");
    assert!(!here.is_there("ran.txt"), "nothing ran");
    is_not_seen_by_the_kernel(&here);
    here.run(&["here"]);
    assert!(backend.accept().is_ok(), "a run does come");
}

/// Where processes may be traced.
fn is_not_seen_by_the_kernel(here: &Here) {
    let trace = |arguments: &[&str]| {
        let given = ["-f", "-o", "trace.txt", "-e", "trace=%file,%network,%process"];
        let mut command = here.command("strace", &[&given, arguments].concat());
        command.stderr(Stdio::null()).stdout(Stdio::null()).status()
    };
    if !trace(&["true"]).is_ok_and(|status| status.success()) {
        eprintln!("strace does not work here: not looked at");
        return;
    }
    let gonogo = env!("CARGO_BIN_EXE_gonogo");
    trace(&[gonogo, "run", "CHECKLIST.md", "--env", "here", "--plan"]).unwrap();
    let trace = std::fs::read_to_string(here.folder.path().join("trace.txt")).unwrap();
    let lines = |word: &str| {
        trace
            .lines()
            .filter(|line| line.contains(word))
            .collect::<Vec<_>>()
    };
    assert_eq!(lines("execve(").len(), 1, "{trace}");
    for word in [
        "connect(", "sendto(", "O_WRONLY", "O_CREAT", "mkdir", "unlink", "rename", "token", "fork(",
    ] {
        assert!(lines(word).is_empty(), "{word}: {:?}", lines(word));
    }
    let own = here.folder.path().display().to_string();
    let opened = |line: &&&str| line.contains("open") && (line.contains(&own) || line.contains("\"CHECK"));
    let opened: Vec<_> = lines("open")
        .iter()
        .filter(opened)
        .map(|line| (*line).to_owned())
        .collect();
    assert!(
        opened.iter().all(|line| line.contains("CHECKLIST.md")
            || line.contains("here.toml")
            || line.contains("ENOENT")),
        "{opened:?}"
    );
    assert!(!opened.is_empty(), "{trace}");
}

#[test]
fn a_section_is_named_by_its_heading_in_any_case_or_by_its_id() {
    let here = Here::new(
        "# Two\n\n## Pre-Deployment\n\n- [ ] There <!-- gonogo: file there.txt -->\n\n## Phase 1: Go On (10 minutes)\n\n\
         - [ ] Here <!-- gonogo: file here.txt -->\n",
    );
    here.write("there.txt", "x");
    for name in ["pre-deployment", "Pre-Deployment", "  PRE-deployment "] {
        let (code, out, error) = here.run(&["here", "--section", name]);
        assert_eq!(code, Some(0), "{out}{error}");
        assert!(
            out.contains("GO as far as probes can tell, in 1 of 2 sections: 1 passed")
                && !out.contains("Here"),
            "{out}"
        );
    }
    for name in ["go on", "Phase 1 · Go On", "phase 1: go on (10 MINUTES)", "go-on"] {
        let answer = here.json(&["here", "--section", name]);
        assert_eq!(answer["lines"][0]["text"], "Here", "{name}: {answer}");
        assert_eq!(answer["lines"].as_array().unwrap().len(), 1);
    }
    let both = here.json(&["here", "--section", "go on", "--section", "pre-deployment"]);
    assert_eq!(both["lines"].as_array().unwrap().len(), 2);
    let (code, out, error) = here.run(&["here", "--section", "go on", "--section", "Phase 2"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    insta::assert_snapshot!(error);
}

#[test]
fn watching_asks_again_until_everything_required_passes_and_prints_what_changed() {
    let here = Here::new(THREE);
    let arguments = [
        "run",
        "CHECKLIST.md",
        "--env",
        "here",
        "--watch",
        "1",
        "--for",
        "1",
    ];
    let command = here.command(env!("CARGO_BIN_EXE_gonogo"), &arguments);
    let (mut child, mut out, first) = started(command, "left to people");
    assert!(
        first.contains("FAIL    There") && first.contains("early   Still there"),
        "{first}"
    );
    here.write("there.txt", "x");
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
    assert!(
        rest.contains("pass    There") && rest.contains("GO as far as probes can tell"),
        "{rest}"
    );
    assert!(!rest.contains("Still there"), "that did not change: {rest}");
    assert_eq!(rest.matches("left to people").count(), 1, "{rest}");

    let json = here.command(
        env!("CARGO_BIN_EXE_gonogo"),
        &[&arguments[..], &["--format", "json"]].concat(),
    );
    std::fs::remove_file(here.folder.path().join("there.txt")).unwrap();
    let (mut child, mut out, first) = started(json, "\n");
    let first: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(
        (first["code"].as_u64(), first["lines"].as_array().unwrap().len()),
        (Some(1), 4)
    );
    here.write("there.txt", "x");
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    let rest: serde_json::Value = serde_json::from_str(&rest).unwrap();
    assert_eq!(
        (rest["code"].as_u64(), rest["lines"].as_array().unwrap().len()),
        (Some(0), 1)
    );
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn watching_ends_by_the_last_verdict_when_interrupted_when_its_time_is_over_and_where_nothing_can_change() {
    let here = Here::new(THREE);
    for signal in [rustix::process::Signal::INT, rustix::process::Signal::TERM] {
        let arguments = [
            "run",
            "CHECKLIST.md",
            "--env",
            "here",
            "--watch",
            "3600",
            "--for",
            "1440",
        ];
        let command = here.command(env!("CARGO_BIN_EXE_gonogo"), &arguments);
        let (mut child, ..) = started(command, "left to people");
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
    let (code, out, error) = here.run(&["here", "--watch", "120", "--for", "1"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(error.contains("the time to watch is over"), "{error}");
    let people = Here::with_commands();
    let (code, out, _) = people.run(&["here", "--watch", "1"]);
    assert_eq!(code, Some(2), "what nobody published stays so: {out}");
    assert_eq!(people.run(&["here", "--watch", "0"]).0, Some(2));
}

#[test]
fn progress_and_colours_are_for_terminals() {
    let here = Here::new(THREE);
    let (code, seen, _) = ended(here.on_a_terminal("", "> out.txt"));
    assert_eq!(code, Some(1), "{seen}");
    assert!(seen.contains("0/2 asked") && seen.contains("There"), "{seen:?}");
    assert!(seen.ends_with("\r\u{1b}[2K"), "the line is gone: {seen:?}");
    let out = std::fs::read_to_string(here.folder.path().join("out.txt")).unwrap();
    assert!(
        out.contains("FAIL    There") && !out.contains('\u{1b}'),
        "{out:?}"
    );

    let (_, seen, _) = ended(here.on_a_terminal("", "2> error.txt"));
    assert!(seen.contains("\u{1b}[1;31mFAIL   \u{1b}[0m There"), "{seen:?}");
    assert_eq!(
        std::fs::read_to_string(here.folder.path().join("error.txt")).unwrap(),
        ""
    );
    let mut plain = here.on_a_terminal("", "2> error.txt");
    plain.env("NO_COLOR", "1");
    let (_, seen, _) = ended(plain);
    assert!(
        seen.contains("FAIL    There") && !seen.contains('\u{1b}'),
        "{seen:?}"
    );
    assert_eq!(here.run(&["here"]).2, "", "no terminal, no progress");

    let (mut child, mut out, _) = started(here.on_a_terminal("--watch 1 --for 1", ""), "asking again in 1 s");
    here.write("there.txt", "x");
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:?}");
    assert!(rest.contains("GO as far as probes can tell"), "{rest:?}");
}

const EVERY: &str = "# Every <verdict>\n\n## Before\n\n- [ ] There <!-- gonogo: file there.txt -->\n\
                     - [ ] Gone & \"lost\" <!-- gonogo: file gone.txt -->\n- [ ] Gone (optional) <!-- gonogo: file gone.txt -->\n\
                     - [ ] `curl http://localhost:9000/health` returns 200\n- [ ] `cmp there.txt there.copy`\n\n## After\n\n\
                     - [ ] Somebody read it\n- [ ] `cp a b`\n- [ ] There <!-- gonogo: file there.txt -->\n\
                     - [ ] There <!-- gonogo: file there.txt -->\n\n\
                     ### Immediate Checks (within 5 minutes)\n\n- [ ] There still <!-- gonogo: file there.txt -->\n";

#[test]
fn a_junit_report_has_a_suite_for_each_section_and_a_case_for_each_line() {
    let here = Here::new(EVERY);
    here.write("there.txt", "x");
    let (code, out, _) = here.run(&["here", "--format", "junit"]);
    assert_eq!(code, Some(1), "{out}");
    let report = roxmltree::Document::parse(&out).unwrap();
    let number =
        |node: &roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
    let root = report.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    assert_eq!(root.attribute("name"), Some("Every <verdict>"));
    let mut told = Vec::new();
    for suite in root.children().filter(|node| node.has_tag_name("testsuite")) {
        let cases: Vec<_> = suite
            .children()
            .filter(|node| node.has_tag_name("testcase"))
            .collect();
        let with = |name: &str| {
            let has = |case: &&roxmltree::Node<'_, '_>| case.children().any(|child| child.has_tag_name(name));
            cases.iter().filter(has).count()
        };
        let counts = ["failures", "errors", "skipped"].map(|name| number(&suite, name));
        assert_eq!(counts, ["failure", "error", "skipped"].map(with));
        assert_eq!(number(&suite, "tests"), cases.len());
        for case in cases {
            let child = case.children().find(roxmltree::Node::is_element);
            told.push(format!(
                "{} | {} | {} | {}",
                case.attribute("classname").unwrap(),
                case.attribute("name").unwrap(),
                child.map_or("passed", |child| child.tag_name().name()),
                child
                    .and_then(|child| child.attribute("message"))
                    .unwrap_or_default()
            ));
        }
    }
    assert_eq!(
        ["tests", "failures", "errors"].map(|name| number(&root, name)),
        [told.len(), 1, 1]
    );
    let hash = here.json(&["here", "--plan"])["plan"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(read_by_gonogo(&here, &out), "3 passed, 2 failed, 5 skipped");
    let told = told.join("\n").replace(&hash, "sha256:HASH");
    insta::assert_snapshot!(told.replace(&here.folder.path().display().to_string(), "FOLDER"));
}

/// What Gonogo's own reader finds in a report.
fn read_by_gonogo(here: &Here, report: &str) -> String {
    let folder = here.folder.path();
    std::fs::create_dir_all(folder.join(".gonogo/run-1")).unwrap();
    here.write(".gonogo/run-1/report.xml", report);
    let environment = probe::environment::read(&folder.join("environments/here.toml")).unwrap();
    let site = probe::Site::open(environment, &|_| None)
        .unwrap()
        .with_results_of(1);
    let prober = probe::Prober::new(probe::Context::of_this_machine(&|_| None));
    let spec = domain::probe::ProbeSpec::Tests {
        report: "report.xml".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let finding = runtime.block_on(prober.probe(&spec, &site, probe::CancellationToken::new()));
    finding.evidence.found
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_evidence_of_real_targets_stands_in_the_json(pool: PgPool) {
    let here = Here::new(
        "# Real\n\n- [ ] It answers: `curl http://localhost:8000/health` returns 200\n- [ ] The database answers\n\
         - [ ] Somebody read it\n",
    );
    let backend = MockServer::start().await;
    let answer = ResponseTemplate::new(503);
    Mock::given(method("GET"))
        .respond_with(answer)
        .mount(&backend)
        .await;
    let file = std::fs::read_to_string(here.folder.path().join("environments/here.toml")).unwrap();
    let endpoints = format!(
        "{file}\n[[endpoints]]\nname = \"backend\"\nurl = \"{}\"\nreplaces = [\"localhost:8000\"]\n\n\
         [[endpoints]]\nname = \"database\"\nurl = \"{}\"\n",
        backend.uri(),
        database_url(&pool)
    );
    here.write("environments/here.toml", &endpoints);
    let answer = here.json(&["here"]);
    assert_eq!(answer["code"], 1, "{answer}");
    let line = |index: usize| &answer["lines"][index];
    assert_eq!(
        (&line(0)["verdict"], &line(1)["verdict"]),
        (&"fail".into(), &"pass".into()),
        "{answer}"
    );
    let evidence = &line(0)["evidence"];
    assert!(evidence["found"].as_str().unwrap().contains("503"), "{answer}");
    assert!(evidence["expected"].as_str().unwrap().contains("200"), "{answer}");
    assert_eq!(
        evidence["target"],
        format!("{}/health", backend.uri()),
        "{answer}"
    );
    for index in [0, 1] {
        let evidence = &line(index)["evidence"];
        assert!(evidence["duration_us"].as_u64().unwrap() > 0, "{answer}");
        chrono::DateTime::parse_from_rfc3339(evidence["at"].as_str().unwrap()).unwrap();
    }
    assert!(
        line(2)["evidence"].is_null() && line(2)["verdict"].is_null(),
        "{answer}"
    );
    backend.reset().await;
    let well = ResponseTemplate::new(200);
    Mock::given(method("GET"))
        .respond_with(well)
        .mount(&backend)
        .await;
    assert_eq!(here.json(&["here"])["code"], 0);
}

#[test]
fn what_cannot_be_used_says_so_and_could_not_tell() {
    let here = Here::new(THREE);
    let refused = |arguments: &[&str], words: &str| {
        let (code, out, error) = here.gonogo(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(error.contains(words), "{arguments:?}: {error}");
    };
    refused(&["run", "gone.md", "--env", "here"], "gone.md cannot be read");
    refused(
        &["run", "environments", "--env", "here"],
        "environments cannot be read",
    );
    refused(&["run", "/dev/zero", "--env", "here"], "larger than 10 MB");
    refused(
        &["run", "CHECKLIST.md", "--env", "../environments/here"],
        "there is no environment",
    );
    let junit = [
        "run",
        "CHECKLIST.md",
        "--env",
        "here",
        "--plan",
        "--format",
        "junit",
    ];
    refused(&junit, "--plan is written for people or as JSON");
    here.declare("paths = [\"$NOWHERE_AT_ALL\"]");
    refused(
        &["run", "CHECKLIST.md", "--env", "here"],
        "$NOWHERE_AT_ALL has no value",
    );
}

#[test]
fn whoever_stops_reading_ends_it_quietly_with_its_verdict() {
    use std::fmt::Write as _;
    let mut long = "# Long\n\n".to_owned();
    for number in 0..5_000 {
        writeln!(long, "- [ ] File {number} <!-- gonogo: file f{number}.txt -->").unwrap();
    }
    let here = Here::new(&long);
    let mut command = here.command(
        env!("CARGO_BIN_EXE_gonogo"),
        &["run", "CHECKLIST.md", "--env", "here"],
    );
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut error = String::new();
    child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    assert_eq!((child.wait().unwrap().code(), error.as_str()), (Some(1), ""));
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(2),
        "an answer that is lost could not tell"
    );
}

#[test]
fn check_finds_the_checklists_of_a_folder_and_says_where_there_is_none() {
    let here = Here::new(THREE);
    let (code, out, _) = here.gonogo(&["check", "."]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("4 items"), "{out}");
    let (code, out, complaint) = here.gonogo(&["check", "environments"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(
        complaint.contains("there is no checklist below environments"),
        "{complaint}"
    );
}

#[test]
fn check_denies_what_it_is_told_to_and_explains_a_lint() {
    let here = Here::new("# One\n\n## Phase 1: Go\n\n- [ ] Removed: `rm -rf build`\n");
    let code = |arguments: &[&str]| here.gonogo(arguments).0;
    assert_eq!(code(&["check", "CHECKLIST.md"]), Some(0));
    assert_eq!(code(&["check", "--deny", "notes", "CHECKLIST.md"]), Some(1));
    assert_eq!(code(&["check", "gone.md"]), Some(2));
    assert_eq!(code(&["check", "--explain", "GNG999"]), Some(2));
    let (code, out, _) = here.gonogo(&["check", "--explain", "gng012"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("GNG012"), "{out}");
}

/// Boxes on both sides of a verification block: each line has its own probe.
#[test]
fn a_check_between_boxes_decides_for_itself_and_no_box_for_it() {
    let here = Here::new(
        "# Between\n\n## Phase 1: Switch\n\n- [ ] Before <!-- gonogo: file before.txt -->\n\n**Verification Commands:**\n\n\
         ```bash\ntest -f checked.txt\n```\n\n- [ ] After (optional) <!-- gonogo: file after.txt -->\n",
    );
    here.write("before.txt", "x");
    here.write("after.txt", "x");
    let (code, out, _) = here.run(&["here", "--format", "json"]);
    assert_eq!(code, Some(1), "{out}");
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    let lines = answer["lines"].as_array().unwrap().iter();
    let verdicts: Vec<_> = lines
        .map(|line| (line["line"].as_u64(), line["verdict"].as_str()))
        .collect();
    assert_eq!(
        verdicts,
        [
            (Some(5), Some("pass")),
            (Some(10), Some("fail")),
            (Some(13), Some("pass"))
        ],
        "{out}"
    );
}
