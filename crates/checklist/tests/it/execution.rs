//! Nothing in a document is executed, and nobody is dialled: the kernel kills the process that compiles at the first
//! attempt to start another program, a process or a thread, or to open a socket.
//!
//! The parent runs this test binary again; the child puts a seccomp filter on its own thread, and then does what it is told.

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// What the child is told.
const TOLD: &str = "GONOGO_TEST_UNDER_SECCOMP";

/// Kills the process at each of these calls.
fn filter() -> BpfProgram {
    let calls = [
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_clone,
        libc::SYS_clone3,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_fork,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_vfork,
        libc::SYS_socket,
        libc::SYS_ptrace,
    ];
    let rules = calls.into_iter().map(|call| (call, Vec::new())).collect();
    let arch: TargetArch = std::env::consts::ARCH.try_into().expect("a known processor");
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::KillProcess, arch)
        .expect("a filter")
        .try_into()
        .expect("a program")
}

fn child(told: &str) -> ExitStatus {
    let this = std::env::current_exe().expect("this binary");
    Command::new(this)
        .args(["--exact", "execution::what_the_child_does", "--test-threads=1"])
        .env(TOLD, told)
        .output()
        .expect("the child runs")
        .status
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("tests/documents"), root.join("../../checklists")];
    let mut found: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    found.sort();
    assert!(found.len() > 3, "{found:?}");
    found
}

/// Every command of the classifier's table: in a box, in a verification block, and as a rollback.
fn commands() -> String {
    let rows = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/classify/tests/commands.txt");
    let rows = std::fs::read_to_string(rows).expect("the table");
    let commands = rows.lines().filter_map(|row| row.split_once(' '));
    commands
        .map(|(_, command)| command.replace("\\n", "\n").replace("\\\\", "\\"))
        .map(|command| {
            let line = command.replace('\n', " ");
            format!("- [ ] Run ``{line}``\n\n## Verification\n\n```bash\n{command}\n```\n\n## Rollback\n\n```sh\n{command}\n```\n\n## Phase 1\n\n")
        })
        .collect()
}

/// Called by the other tests in a process of its own; alone it does nothing.
#[test]
fn what_the_child_does() {
    let Some(told) = std::env::var_os(TOLD) else {
        return;
    };
    let mut texts: Vec<Vec<u8>> = documents()
        .iter()
        .map(|path| std::fs::read(path).expect("a document"))
        .collect();
    texts.push(commands().into_bytes());
    texts.push(format!("- [ ] x: `curl {}`\n", "$(".repeat(5_000)).into_bytes());
    seccompiler::apply_filter(&filter()).expect("the filter is on");
    match told.to_str() {
        Some("compile") => {
            for text in &texts {
                let compiled = checklist::compile(text);
                checklist::report::render(&compiled, &String::from_utf8_lossy(text), "x.md");
            }
        }
        Some("start") => drop(Command::new("/bin/true").spawn()),
        Some("replace") => drop(Command::new("/bin/true").exec()),
        Some("dial") => drop(std::net::TcpStream::connect("127.0.0.1:9")),
        Some("thread") => drop(std::thread::spawn(|| {})),
        Some(_) | None => {}
    }
}

#[test]
fn compiling_starts_no_program_and_dials_nobody() {
    let status = child("compile");
    assert!(status.success(), "{status}");
}

#[test]
fn the_test_above_can_fail() {
    for told in ["start", "replace", "dial", "thread"] {
        let status = child(told);
        assert_eq!(status.signal(), Some(libc::SIGSYS), "{told}: {status}");
    }
    assert!(child("nothing").success());
}
