//! Processes: started without a terminal in a group of their own, read with a bound, and ended with everything they
//! started.

use crate::output::{Kept, Printed};
use crate::redact::Secrets;
use futures::FutureExt as _;
use futures::future::FusedFuture;
use rustix::process::{Pid, Signal};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

mod descendants;
mod program;
mod reading;
pub(crate) use descendants::descendants;
use descendants::runs;
pub(crate) use program::{program, shell};
use reading::{Reading, Sieve};

/// How much of standard output is judged, in bytes; what prints more is ended.
pub(crate) const OUTPUT_BYTES: usize = 8 * 1024 * 1024;

/// What is still on its way when the process has ended arrives within this time, unless a child holds the pipe open.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A program to run.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub arguments: Vec<String>,
    pub directory: PathBuf,
    pub variables: BTreeMap<String, String>,
    pub deadline: Duration,
    pub proc: PathBuf,
    /// Why it must not be started.
    pub refused: Option<String>,
}

/// What a program gave.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    pub end: End,
    /// What is judged of standard output: all of it, or the lines that passed the sieve.
    pub stdout: Vec<u8>,
    /// The end of standard error.
    pub stderr: Vec<u8>,
    /// Standard output, for showing.
    pub printed: Kept,
    /// Standard error, for showing.
    pub complained: Kept,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Exited(i32),
    Signalled(i32),
    /// Not started, with the reason.
    NotStarted(String),
    /// Ended by us.
    TooLong(Duration),
    TooMuch,
    Cancelled,
}

impl End {
    /// The exit code, where the program ended by itself.
    pub fn exit_code(&self) -> Option<i32> {
        if let End::Exited(code) = self {
            Some(*code)
        } else {
            None
        }
    }
}

/// Runs a program to its end, its deadline or its cancellation, whichever is first. When this returns, or is dropped,
/// its process group is gone. With a sieve only the lines that it keeps are judged.
pub(crate) async fn run(
    program: &Program,
    secrets: &Secrets,
    cancel: &CancellationToken,
    sieve: Option<Sieve<'_>>,
) -> Ran {
    let deadline = Instant::now() + program.deadline;
    let (mut out, mut err) = (Reading::new(secrets), Reading::new(secrets));
    let end = match Tree::start(program) {
        Err(why) => End::NotStarted(why),
        Ok(mut tree) => {
            let early = tokio::select! {
                biased;
                () = cancel.cancelled() => Some(End::Cancelled),
                () = tokio::time::sleep_until(deadline) => Some(End::TooLong(program.deadline)),
                early = follow(&mut tree, &mut out, &mut err, sieve) => early,
            };
            let ended = tree.kill().await;
            early.unwrap_or(ended)
        }
    };
    let (printed, stdout) = out.done();
    let (complained, stderr) = err.done();
    Ran {
        end,
        stdout,
        stderr,
        printed,
        complained,
    }
}

impl Ran {
    /// Standard output, and standard error below it where there is any, with this line between.
    pub fn printed(self, between: &str) -> Printed {
        let (mut all, complained) = (self.printed, self.complained);
        if !complained.is_empty() {
            if !all.ends_line() {
                all.push(b"\n");
            }
            all.push(between.as_bytes());
            all.append(complained);
        }
        Printed::Masked(all)
    }
}

/// How long a program that changes something has to end by itself when it is asked to.
const GRACE: Duration = Duration::from_secs(5);

/// Runs a program that changes something, and hands on what it prints as it comes. Cancelled, or at its deadline, it is
/// asked to end (SIGTERM), then ended with its process group; so it is when this is dropped. One that ends by itself keeps what it
/// left in the background.
pub(crate) async fn stream(
    program: &Program,
    cancel: &CancellationToken,
    print: &mut (dyn FnMut(Pipe, &[u8]) + Send),
) -> End {
    // What was called off before it began does not begin.
    if cancel.is_cancelled() {
        return End::Cancelled;
    }
    let mut tree = match Tree::start(program) {
        Err(why) => return End::NotStarted(why),
        Ok(tree) => tree,
    };
    let (Some(out), Some(err)) = (tree.child.stdout.take(), tree.child.stderr.take()) else {
        return End::NotStarted("its output could not be read".to_owned());
    };
    // Fused: a pipe that has been read to its end is not asked again.
    let reading = printed(out, err, print).fuse();
    tokio::pin!(reading);
    let deadline = Instant::now() + program.deadline;
    let early = tokio::select! {
        biased;
        () = cancel.cancelled() => Some(End::Cancelled),
        () = tokio::time::sleep_until(deadline) => Some(End::TooLong(program.deadline)),
        () = read_until_ended(&mut reading, &mut tree) => None,
    };
    if early.is_some() {
        tree.ask();
        let _ = tokio::time::timeout(GRACE, read_until_ended(&mut reading, &mut tree)).await;
    }
    // What has been read to its end would be waited for in vain.
    if !reading.is_terminated() {
        let _ = tokio::time::timeout(LAST_WORDS, &mut reading).await;
    }
    match early {
        Some(end) => {
            tree.kill().await;
            end
        }
        // What it left running in the background is what it was run for.
        None => tree.reap().await,
    }
}

/// Reads on until the program has ended; what it printed last may still be in the pipe.
async fn read_until_ended(reading: &mut (impl FusedFuture<Output = ()> + Unpin), tree: &mut Tree) {
    let mut ended = std::pin::pin!(tree.ended());
    loop {
        tokio::select! {
            () = &mut *reading, if !reading.is_terminated() => {}
            () = &mut ended => return,
        }
    }
}

/// Which of its two outputs a program printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pipe {
    Out,
    Err,
}

/// Reads both outputs as they come, to the end.
async fn printed(mut out: ChildStdout, mut err: ChildStderr, print: &mut (dyn FnMut(Pipe, &[u8]) + Send)) {
    let (mut from_out, mut from_err) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    let (mut out_open, mut err_open) = (true, true);
    while out_open || err_open {
        tokio::select! {
            count = out.read(&mut from_out), if out_open => match count {
                Ok(count @ 1..) => print(Pipe::Out, &from_out[..count]),
                Ok(0) | Err(_) => out_open = false,
            },
            count = err.read(&mut from_err), if err_open => match count {
                Ok(count @ 1..) => print(Pipe::Err, &from_err[..count]),
                Ok(0) | Err(_) => err_open = false,
            },
        }
    }
}

/// Reads until the program has ended; gives an end only when it has to be ended by us.
async fn follow(
    tree: &mut Tree,
    out: &mut Reading<'_>,
    err: &mut Reading<'_>,
    sieve: Option<Sieve<'_>>,
) -> Option<End> {
    let (Some(stdout), Some(stderr)) = (tree.child.stdout.take(), tree.child.stderr.take()) else {
        return Some(End::NotStarted("its output could not be read".to_owned()));
    };
    let reading = async {
        // Too much on standard output ends the reading at once, whatever standard error does.
        let out = async {
            if out.read(stdout, OUTPUT_BYTES, sieve).await {
                Ok(())
            } else {
                Err(End::TooMuch)
            }
        };
        let err = async {
            err.drain(stderr).await;
            Ok(())
        };
        futures::future::try_join(out, err).await.err()
    };
    tokio::pin!(reading);
    tokio::select! {
        too_much = &mut reading => {
            if too_much.is_none() {
                tree.ended().await;
            }
            too_much
        }
        () = tree.ended() => {
            // All that the program printed is in the pipe; a child that outlives it may hold the pipe open, and what
            // that prints is not waited for.
            tokio::time::timeout(LAST_WORDS, &mut reading).await.ok().flatten()
        }
    }
}

/// A process and everything below it.
struct Tree {
    child: Child,
    leader: Option<Pid>,
    /// Says that some child has ended.
    ends: Signals,
    proc: PathBuf,
}

impl Tree {
    fn start(program: &Program) -> Result<Self, String> {
        program.refused.clone().map_or(Ok(()), Err)?;
        let (name, arguments) = program.arguments.split_first().ok_or("no program is named")?;
        if !program.directory.is_dir() {
            return Err(format!(
                "the work directory {} does not exist",
                program.directory.display()
            ));
        }
        let mut command = Command::new(name);
        command.args(arguments).current_dir(&program.directory);
        command.env_clear().envs(&program.variables);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.process_group(0).kill_on_drop(true);
        // Listening begins before there is anything to hear.
        let ends =
            signal(SignalKind::child()).map_err(|why| format!("its end could not be watched: {why}"))?;
        let child = command.spawn().map_err(|why| match why.kind() {
            std::io::ErrorKind::NotFound => format!("{name} is not installed, or not in PATH"),
            _ => format!("{name} could not be started: {}", crate::place::plain(&why)),
        })?;
        let leader = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        Ok(Self {
            child,
            leader,
            ends,
            proc: program.proc.clone(),
        })
    }

    /// Waits until the leader has ended, without reaping it: its number stays taken until the group has been ended.
    async fn ended(&mut self) {
        let Some(leader) = self.leader else { return };
        while runs(leader) {
            if self.ends.recv().await.is_none() {
                return;
            }
        }
    }

    /// Ends everything that is left, reaps the leader and says how it ended.
    async fn kill(&mut self) -> End {
        self.signal();
        self.reap().await
    }

    /// Reaps the leader and says how it ended; nothing else of its group is touched any more.
    async fn reap(&mut self) -> End {
        let status = tokio::time::timeout(Duration::from_secs(2), self.child.wait()).await;
        self.leader = None;
        let unknown = || End::NotStarted("how it ended is not known".to_owned());
        match status {
            Ok(Ok(status)) => status
                .code()
                .map(End::Exited)
                .or_else(|| status.signal().map(End::Signalled))
                .unwrap_or_else(unknown),
            Ok(Err(_)) | Err(_) => unknown(),
        }
    }

    /// Asks the group to end.
    fn ask(&self) {
        if let Some(leader) = self.leader {
            let _ = rustix::process::kill_process_group(leader, Signal::TERM);
        }
    }

    /// The group, and the descendants that left it. Of a leader that has ended there are none: the kernel gave its children to
    /// another parent.
    fn signal(&self) {
        let Some(leader) = self.leader else { return };
        if runs(leader) {
            for pid in descendants(&self.proc, leader) {
                let _ = rustix::process::kill_process(pid, Signal::KILL);
            }
        }
        let _ = rustix::process::kill_process_group(leader, Signal::KILL);
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.signal();
    }
}
