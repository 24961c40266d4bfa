//! What a process that died has left running: found by the variable that everything carries which a task starts.

use crate::run::descendants;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::path::Path;

/// The variable.
pub(crate) const MARK: &str = "GONOGO_TASK";

/// Ends every process that carries this mark, with what those have started, and says how many there were. Does blocking
/// reads.
pub(crate) fn end_marked(proc: &Path, mark: &str) -> usize {
    let carried = format!("{MARK}={mark}");
    let marked = |pid: &Pid| {
        let folder = proc.join(pid.as_raw_nonzero().to_string());
        // Another user's process cannot be read, and was not started by us.
        fs::read(folder.join("environ"))
            .is_ok_and(|all| all.split(|byte| *byte == 0).any(|one| one == carried.as_bytes()))
    };
    let mut ended = 0;
    // What is started while we look is found by looking again.
    for _ in 0..10 {
        let own = Pid::from_raw(i32::try_from(std::process::id()).unwrap_or(0));
        let mut found: Vec<Pid> = pids(proc)
            .filter(|pid| Some(*pid) != own)
            .filter(marked)
            .collect();
        let below: Vec<Pid> = found.iter().flat_map(|pid| descendants(proc, *pid)).collect();
        found.extend(below);
        if found.is_empty() {
            break;
        }
        ended += found.len();
        for pid in found {
            let _ = kill_process(pid, Signal::KILL);
        }
        std::thread::yield_now();
    }
    ended
}

fn pids(proc: &Path) -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir(proc).into_iter().flatten();
    entries.filter_map(|entry| Pid::from_raw(entry.ok()?.file_name().to_str()?.parse().ok()?))
}
