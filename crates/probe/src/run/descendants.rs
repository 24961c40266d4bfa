//! Which processes a process has started, as the kernel shows them.

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

/// Every process below `leader` by its parents.
pub(crate) fn descendants(proc: &Path, leader: Pid) -> Vec<Pid> {
    let Ok(entries) = fs::read_dir(proc) else {
        return Vec::new();
    };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let parents: BTreeMap<i32, i32> = pids.filter_map(|pid| Some((pid, parent(proc, pid)?))).collect();
    let below = |pid: i32| {
        let mut at = pid;
        for _ in 0..64 {
            match parents.get(&at) {
                Some(parent) if *parent == leader.as_raw_nonzero().get() => return true,
                Some(parent) if *parent > 1 => at = *parent,
                _ => return false,
            }
        }
        false
    };
    parents
        .keys()
        .filter(|pid| below(**pid))
        .filter_map(|pid| Pid::from_raw(*pid))
        .collect()
}

/// The parent: the second field after the name, which stands in brackets and may hold anything. Both stand in the beginning, which
/// is read at once: a machine has many processes.
fn parent(proc: &Path, pid: i32) -> Option<i32> {
    let mut beginning = [0; 512];
    let mut file = fs::File::open(proc.join(pid.to_string()).join("stat")).ok()?;
    let count = file.read(&mut beginning).ok()?;
    let stat = String::from_utf8_lossy(beginning.get(..count)?);
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Whether a child has not ended yet; it is not reaped.
pub(super) fn runs(child: Pid) -> bool {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    matches!(waitid(WaitId::Pid(child), look), Ok(None))
}
