use crate::support::{Folder, assert_said, environment, open, probe, probe_until, said};
use domain::environment::Environment;
use domain::probe::{Filter, ProbeSpec, ShellProbe, TextRule, Tool};
use domain::quantity::Version;
use domain::verdict::Verdict;
use probe::{CancellationToken, Site};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

fn shell(command: &str, rules: &[TextRule]) -> ProbeSpec {
    piped(command, &[], rules)
}

fn piped(command: &str, filters: &[Filter], rules: &[TextRule]) -> ProbeSpec {
    ProbeSpec::Shell(ShellProbe {
        command: command.to_owned(),
        files: Vec::new(),
        filters: filters.to_vec(),
        rules: rules.to_vec(),
    })
}

fn reading(command: &str, file: &Path) -> ProbeSpec {
    ProbeSpec::Shell(ShellProbe {
        command: command.to_owned(),
        files: vec![file.display().to_string()],
        filters: Vec::new(),
        rules: Vec::new(),
    })
}

#[tokio::test]
async fn a_command_that_names_a_file_runs_only_where_the_environment_lists_it() {
    let (folder, outside) = (Folder::new(), Folder::new());
    outside.write("listed/inner", "words");
    outside.write("secret", "secret words");
    std::os::unix::fs::symlink(outside.path().join("secret"), outside.path().join("listed/link"))
        .expect("a link");
    let mut environment = environment(folder.path());
    environment
        .paths
        .push(outside.path().join("listed").display().to_string());
    let site = open(environment);
    let ran = folder.path().join("ran");
    let cat = |file: &str| {
        let file = outside.path().join(file);
        let command = format!("touch {} && cat {}", ran.display(), file.display());
        reading(&command, &file)
    };
    for (file, why) in [("secret", "add `"), ("listed/link", "leads outside of")] {
        let finding = probe(&cat(file), &site).await;
        assert_said(&finding, Verdict::Error, why);
        assert_eq!(finding.evidence.output, None, "{file}");
        assert!(!ran.exists(), "{file} was read");
    }
    assert_said(
        &probe(&cat("listed/inner"), &site).await,
        Verdict::Pass,
        "exit code 0",
    );
    assert!(ran.exists());
}

fn grep(pattern: &str) -> Filter {
    Filter::Grep {
        pattern: pattern.to_owned(),
        ignore_case: true,
        invert: false,
    }
}

/// Everything that was started holds this pipe open: its end is the end of all of them.
struct Witness(tokio::task::JoinHandle<String>);

impl Witness {
    fn new(folder: &Path) -> Self {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let pipe = folder.join("witness");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a pipe");
        Self(tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            std::fs::File::open(pipe)
                .expect("a writer")
                .read_to_string(&mut text)
                .expect("its words");
            text
        }))
    }

    /// Waits until nothing holds the pipe any more.
    async fn all_ended(self) -> String {
        tokio::time::timeout(Duration::from_secs(10), self.0)
            .await
            .expect("every process has ended")
            .expect("it was read")
    }
}

#[tokio::test]
async fn a_command_runs_as_written_in_the_work_directory() {
    let folder = Folder::new();
    let site = open(environment(folder.path()));
    let finding = probe(
        &shell(
            "pwd; printf '%s' \"a  'b' $((1+1))\"",
            &[TextRule::Contains("a  'b' 2".to_owned())],
        ),
        &site,
    )
    .await;
    assert_said(&finding, Verdict::Pass, "a  'b' 2");
    assert_eq!(finding.evidence.exit_code, Some(0));
    assert!(
        finding
            .evidence
            .output
            .expect("output")
            .text
            .starts_with(&folder.path().display().to_string())
    );
}

#[tokio::test]
async fn a_command_gets_the_listed_variables_and_no_other() {
    let folder = Folder::new();
    let mut environment = environment(folder.path());
    environment
        .variables
        .insert("COLOUR".to_owned(), "blue; echo injected".to_owned());
    environment
        .parameters
        .insert("previous-commit".to_owned(), "$(touch pwned)".to_owned());
    environment
        .secrets
        .insert("DB_PASSWORD".to_owned(), "env:FROM_SERVER".to_owned());
    let server = |name: &str| (name == "FROM_SERVER").then(|| "hunter2hunter2".to_owned());
    let site = Site::open(environment, &server)
        .expect("a site")
        .with_release("v1.2.3");
    let finding = probe(&shell("env | sort", &[]), &site).await;
    let output = finding.evidence.output.expect("output").text;
    let names: Vec<&str> = output
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name)
        .collect();
    let expected = [
        "COLOUR",
        "DB_PASSWORD",
        "GONOGO_ENVIRONMENT",
        "GONOGO_PREVIOUS_COMMIT",
        "GONOGO_RELEASE",
        "HOME",
        "LANG",
        "PATH",
        "PWD",
        "SHLVL",
        "TMPDIR",
        "TZ",
        "USER",
        "_",
    ];
    assert_eq!(names, expected);
    for line in [
        "COLOUR=blue; echo injected",
        "GONOGO_PREVIOUS_COMMIT=$(touch pwned)",
        "LANG=C.UTF-8",
        "TZ=UTC",
        "GONOGO_RELEASE=v1.2.3",
    ] {
        assert!(output.lines().any(|found| found == line), "{line} in {output}");
    }
    let quoted = probe(
        &shell(
            "printf %s \"$GONOGO_PREVIOUS_COMMIT\"",
            &[TextRule::Is("$(touch pwned)".to_owned())],
        ),
        &site,
    )
    .await;
    assert_said(&quoted, Verdict::Pass, "");
    assert!(!folder.path().join("pwned").exists());
}

#[tokio::test]
async fn a_secret_is_masked_in_every_form_that_a_command_prints() {
    let folder = Folder::new();
    let mut environment = environment(folder.path());
    environment.secrets.insert("TOKEN".to_owned(), "env:T".to_owned());
    let secret = "s3cr\"t/€ value+";
    let site = Site::open(environment, &|_| Some(secret.to_owned())).expect("a site");
    let command = "printf '%s\\n' \"$TOKEN\"; printf 'user:%s' \"$TOKEN\" | base64 -w0; echo; printf %s \"$TOKEN\" | base64; \
                   printf '%s' \"$TOKEN\" | od -An -tx1 | tr -d ' \\n'; echo; printf '%s' \"$TOKEN\" >&2; exit 3";
    let finding = probe(&shell(command, &[TextRule::Empty]), &site).await;
    let kept = serde_json::to_string(&finding).expect("json");
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    for leak in ["s3cr", "value+", "czNjc", "M2NyI", "zNjciJ0", &hex] {
        assert!(!kept.contains(leak), "{leak} in {kept}");
    }
    assert_eq!(
        finding
            .evidence
            .output
            .expect("output")
            .text
            .matches("[TOKEN hidden]")
            .count(),
        5
    );
    assert_said(
        &probe(&shell("cat no-such-file", &[]), &site).await,
        Verdict::Error,
        "exit code 1",
    );
}

#[tokio::test]
async fn a_failed_source_is_an_error_although_empty_was_expected() {
    let folder = Folder::new();
    let site = open(environment(folder.path()));
    let finding = probe(
        &piped("cat missing.log", &[grep("error")], &[TextRule::Empty]),
        &site,
    )
    .await;
    assert_said(
        &finding,
        Verdict::Error,
        "exit code 1, so what it printed proves nothing",
    );
    assert_eq!(finding.evidence.exit_code, Some(1));
    folder.write("clean.log", "all is well\n");
    let finding = probe(
        &piped("cat clean.log", &[grep("error")], &[TextRule::Empty]),
        &site,
    )
    .await;
    assert_eq!(said(&finding), (Verdict::Pass, "empty"));
    folder.write("dirty.log", "all is well\nERROR: it is not\n");
    let finding = probe(
        &piped("cat dirty.log", &[grep("error")], &[TextRule::Empty]),
        &site,
    )
    .await;
    assert_said(
        &finding,
        Verdict::Fail,
        "should be empty, but has 1 line: “ERROR: it is not”",
    );
}

#[tokio::test]
async fn a_failure_early_in_a_pipe_counts() {
    let folder = Folder::new();
    let finding = probe(&shell("false | cat", &[]), &open(environment(folder.path()))).await;
    assert_said(&finding, Verdict::Error, "exit code 1");
}

#[tokio::test]
async fn a_command_that_is_not_installed_is_an_error() {
    let folder = Folder::new();
    let finding = probe(
        &shell("gonogo-no-such-command", &[]),
        &open(environment(folder.path())),
    )
    .await;
    assert_said(&finding, Verdict::Error, "exit code 127");
}

#[tokio::test]
async fn a_shell_or_a_folder_that_is_missing_is_an_error() {
    let folder = Folder::new();
    let missing = Environment {
        shell: vec!["gonogo-no-such-shell".to_owned()],
        ..environment(folder.path())
    };
    let finding = probe(&shell("true", &[]), &open(missing)).await;
    assert_said(&finding, Verdict::Error, "gonogo-no-such-shell is not installed");
    let finding = probe(
        &shell("true", &[]),
        &open(environment(&folder.path().join("gone"))),
    )
    .await;
    assert_said(&finding, Verdict::Error, "does not exist");
}

#[tokio::test]
async fn the_deadline_ends_the_whole_tree() {
    let folder = Folder::new();
    let witness = Witness::new(folder.path());
    let site = Site {
        command_deadline: Duration::from_millis(800),
        ..open(environment(folder.path()))
    };
    // One child in the group, one in a session of its own, one that ignores every signal it may.
    let command = "exec 3>witness; sleep 1000 & setsid sleep 1000 & (trap '' TERM INT HUP; sleep 1000 | cat) & echo up >&3; wait";
    let finding = probe(&shell(command, &[]), &site).await;
    assert_said(&finding, Verdict::Error, "not done after 1 s, and ended");
    assert_eq!(witness.all_ended().await, "up\n");
}

#[tokio::test]
async fn cancelling_ends_the_whole_tree() {
    let folder = Folder::new();
    let witness = Witness::new(folder.path());
    let site = open(environment(folder.path()));
    let cancel = CancellationToken::new();
    let spec = shell(
        "exec 3>witness; setsid sleep 1000 & sleep 1000 & touch started; wait",
        &[],
    );
    let cancelling = async {
        let mut tick = tokio::time::interval(Duration::from_millis(10));
        while !folder.path().join("started").exists() {
            tick.tick().await;
        }
        cancel.cancel();
    };
    let (finding, ()) = tokio::join!(probe_until(&spec, &site, cancel.clone()), cancelling);
    assert_said(&finding, Verdict::NoData, "cancelled");
    witness.all_ended().await;
}

#[tokio::test]
async fn dropping_a_probe_ends_the_whole_tree() {
    let folder = Folder::new();
    let witness = Witness::new(folder.path());
    let site = open(environment(folder.path()));
    let spec = shell("exec 3>witness; setsid sleep 1000 & touch started; wait", &[]);
    let started = async {
        let mut tick = tokio::time::interval(Duration::from_millis(10));
        while !folder.path().join("started").exists() {
            tick.tick().await;
        }
    };
    tokio::select! {
        finding = probe(&spec, &site) => panic!("{finding:?}"),
        () = started => {}
    }
    witness.all_ended().await;
}

#[tokio::test]
async fn a_child_that_outlives_its_parent_is_ended_and_not_waited_for() {
    let folder = Folder::new();
    let witness = Witness::new(folder.path());
    let site = open(environment(folder.path()));
    let finding = probe(
        &shell(
            "exec 3>witness; sleep 1000 & echo done",
            &[TextRule::Is("done".to_owned())],
        ),
        &site,
    )
    .await;
    assert_said(&finding, Verdict::Pass, "done");
    assert!(finding.evidence.duration_us < 10_000_000);
    witness.all_ended().await;
}

#[tokio::test]
async fn endless_output_is_ended_at_a_bound() {
    let folder = Folder::new();
    let finding = probe(
        &shell("yes", &[TextRule::NotEmpty]),
        &open(environment(folder.path())),
    )
    .await;
    assert_said(&finding, Verdict::Error, "printed more than 8 MB, and was ended");
    let output = finding.evidence.output.expect("the beginning");
    assert!(output.text.len() <= probe::output::KEPT_BYTES && output.dropped_bytes >= 8_000_000);
    assert!(output.ending.len() <= probe::output::KEPT_BYTES && output.bytes > Some(8_000_000));
}

#[tokio::test]
async fn a_log_of_any_length_is_judged_whole_by_its_grep() {
    let folder = Folder::new();
    let site = open(environment(folder.path()));
    let log = "yes 'a line of a long log, and all is well' | head -n 500000; echo 'ERROR at last'";
    let finding = probe(&piped(log, &[grep("error")], &[TextRule::Empty]), &site).await;
    assert_said(
        &finding,
        Verdict::Fail,
        "should be empty, but has 1 line: “ERROR at last”",
    );
    let output = finding.evidence.output.expect("both ends");
    assert_eq!(output.bytes, Some(500_000 * 38 + 14));
    assert!(
        output.ending.ends_with("well\nERROR at last\n"),
        "its end is there"
    );
    let finding = probe(&piped(log, &[grep("fatal")], &[TextRule::Empty]), &site).await;
    assert_eq!(said(&finding), (Verdict::Pass, "empty"));
    let finding = probe(
        &piped("tr '\\0' x </dev/zero", &[grep("fatal")], &[TextRule::Empty]),
        &site,
    )
    .await;
    assert_said(&finding, Verdict::Error, "printed more than 8 MB");
}

#[tokio::test]
async fn hostile_output_is_shown_harmlessly() {
    let folder = Folder::new();
    let command = r"printf 'a\033[2J\033]0;title\007\r\0\377\xe2\x80\xae b\n'";
    let finding = probe(
        &shell(command, &[TextRule::NotEmpty]),
        &open(environment(folder.path())),
    )
    .await;
    let text = finding.evidence.output.expect("output").text;
    assert_eq!(
        text,
        "a\\u{1b}[2J\\u{1b}]0;title\\u{7}\\r\\u{0}\u{fffd}\\u{202e} b\n"
    );
    assert!(!finding.reason.contains('\u{1b}') && !finding.reason.contains('\u{202e}'));
}

#[tokio::test]
async fn there_is_no_terminal_and_no_input() {
    let folder = Folder::new();
    let command = "cat; if [ -t 0 ] || [ -t 1 ] || [ -t 2 ]; then echo terminal; fi";
    let finding = probe(
        &shell(command, &[TextRule::Empty]),
        &open(environment(folder.path())),
    )
    .await;
    assert_eq!(said(&finding), (Verdict::Pass, "empty"));
}

#[tokio::test]
async fn tools_are_asked_through_the_shell() {
    let folder = Folder::new();
    folder.write("bin/docker", "#!/bin/sh\n[ \"$1\" = --version ] && echo 'Docker version 20.10.24+dfsg1, build 297e128'\n[ \"$1\" = compose ] && { echo unknown command >&2; exit 1; }\nexit 0\n");
    folder.write(
        "bin/docker-compose",
        "#!/bin/sh\necho 'docker-compose version 1.29.2, build unknown'\n",
    );
    folder.write("bin/node", "#!/bin/sh\necho 'nothing to see'\n");
    for name in ["docker", "docker-compose", "node"] {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.path().join("bin").join(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("executable");
    }
    let mut environment = environment(folder.path());
    environment.shell[0] = "/bin/bash".to_owned();
    environment
        .variables
        .insert("PATH".to_owned(), folder.path().join("bin").display().to_string());
    let site = open(environment);
    let tool = |tool, at_least: Option<&[u64]>| ProbeSpec::Tool {
        tool,
        at_least: at_least.map(|v| Version(v.to_vec())),
    };
    let cases = [
        (
            tool(Tool::Docker, Some(&[20, 10])),
            Verdict::Pass,
            "Docker 20.10.24",
        ),
        (
            tool(Tool::Docker, Some(&[28])),
            Verdict::Fail,
            "Docker 20.10.24, needs 28 or newer",
        ),
        (tool(Tool::Compose, None), Verdict::Pass, "Docker Compose 1.29.2"),
        (
            tool(Tool::Node, Some(&[18])),
            Verdict::Error,
            "with no version: “nothing to see”",
        ),
        (
            tool(Tool::Kubectl, None),
            Verdict::Fail,
            "kubectl is not installed, or not in PATH",
        ),
        (
            tool(Tool::Psql, Some(&[9])),
            Verdict::Fail,
            "psql is not installed, or not in PATH",
        ),
    ];
    for (spec, verdict, part) in cases {
        assert_said(&probe(&spec, &site).await, verdict, part);
    }
}

#[tokio::test]
async fn a_parameter_that_would_be_an_option_is_not_given_to_a_command() {
    for (value, why) in [
        ("--upload-pack=touch pwned", "begins with `-`"),
        ("v1\n--force", "a control character or a new line"),
        ("v1\u{1b}[2J", "a control character or a new line"),
    ] {
        let folder = Folder::new();
        let mut declared = environment(folder.path());
        declared.parameters.insert("ref".to_owned(), value.to_owned());
        let site = open(declared);
        for command in [
            "touch ran \"$GONOGO_REF\"",
            "touch ran; echo \"${GONOGO_REF:-x}\"",
        ] {
            let finding = probe(&shell(command, &[]), &site).await;
            assert_said(&finding, Verdict::Error, why);
            assert!(finding.reason.contains("the parameter ref"), "{}", finding.reason);
            assert!(!folder.path().join("ran").exists(), "{command}");
        }
        // A command that does not name it runs.
        assert_said(
            &probe(&shell("true", &[]), &site).await,
            Verdict::Pass,
            "exit code 0",
        );
    }
    let folder = Folder::new();
    let site = open(environment(folder.path())).with_release("--force");
    let finding = probe(&shell("echo \"$GONOGO_RELEASE\"", &[]), &site).await;
    assert_said(&finding, Verdict::Error, "the parameter release begins with `-`");
}
