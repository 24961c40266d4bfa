//! What a document's own command says by its exit code, which is all that a script or a person in a hurry looks at.

use super::world::Made;
use super::{Right, State};
use domain::verdict::Verdict;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// There is no command for the question, or its program is not installed.
    Unasked,
    Code(i32),
    /// It did not end.
    Hangs,
}

impl Exit {
    pub fn shown(self) -> String {
        match self {
            Exit::Unasked => "-".to_owned(),
            Exit::Code(code) => code.to_string(),
            Exit::Hangs => "hangs".to_owned(),
        }
    }

    /// It was asked.
    pub fn said(self) -> bool {
        self != Exit::Unasked
    }

    /// Exit code 0 where it does not hold, or where nobody can know.
    pub fn falsely_green(self, right: Right) -> bool {
        self == Exit::Code(0) && !right.contains(&Verdict::Pass) && !right.contains(&Verdict::Warning)
    }

    /// Another exit code where it holds, or where nobody can know: a code has no third answer.
    pub fn falsely_red(self, right: Right) -> bool {
        matches!(self, Exit::Code(code) if code != 0) && !right.contains(&Verdict::Fail)
    }
}

/// Runs it in the row's world, by a shell as a document's reader has it: without `pipefail`.
pub async fn of(command: &str, made: &Made, state: State) -> Exit {
    if command.is_empty() {
        return Exit::Unasked;
    }
    let patience = match state {
        State::Unreachable | State::Slow => Duration::from_secs(3),
        State::Good | State::Bad | State::Ambiguous => Duration::from_secs(20),
    };
    let mut child = Command::new("bash")
        .args(["--noprofile", "--norc", "-c", command])
        .current_dir(made.folder.path())
        .env_clear()
        .envs(&made.context.variables)
        .envs(made.shown.iter().map(|(key, value)| (key, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .process_group(0)
        .spawn()
        .expect("bash");
    let group = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(rustix::process::Pid::from_raw);
    let code = match tokio::time::timeout(patience, child.wait()).await {
        Ok(ended) => ended.expect("its end").code(),
        Err(_) => {
            // The shell's children would outlive it.
            if let Some(group) = group {
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            }
            return Exit::Hangs;
        }
    };
    match code {
        Some(126 | 127) if !matches!(state, State::Unreachable | State::Ambiguous) => Exit::Unasked,
        code => Exit::Code(code.unwrap_or(128)),
    }
}
