//! Processes, as the kernel shows them (proc(5)). Nothing is started, so that no search finds itself.

use crate::answer::{Answer, Asked, Judgement};
use crate::context::Context;
use domain::probe::{ProcessMatch, ProcessProbe};
use domain::verdict::Verdict;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

/// The kernel keeps this much of a name, in bytes.
const NAME_BYTES: usize = 15;

/// How much of a command line is read, in bytes.
const LINE_BYTES: u64 = 64 * 1024;

/// A process that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    pub pid: u32,
    pub parent: u32,
    pub name: String,
    /// Empty for the kernel's own.
    pub line: String,
}

/// All that can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub processes: Vec<Process>,
    /// Others' processes are hidden from this user (`hidepid`).
    pub hidden: bool,
}

pub(crate) fn probe(spec: &ProcessProbe, context: &Context) -> Answer {
    let asked = Asked {
        read_as: format!("{}, natively", context.proc.display()),
        target: which(&spec.which),
        expected: format!("how many run: {}", spec.count),
    };
    let judgement = match observe(&context.proc) {
        Ok(seen) => judge(&seen, spec, std::process::id()),
        Err(why) => Judgement::error(why),
    };
    Answer::new(asked, judgement)
}

/// Reads every process. Blocking.
///
/// # Errors
/// There is no such list; in words.
pub(crate) fn observe(proc: &Path) -> Result<Seen, String> {
    let entries = fs::read_dir(proc).map_err(|why| format!("{}: {why}", proc.display()))?;
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    // One that ends meanwhile is not there any more.
    let processes: Vec<Process> = pids
        .filter_map(|pid| read(pid, &proc.join(format!("{pid}"))))
        .collect();
    if processes.is_empty() {
        return Err(format!("{} shows no process", proc.display()));
    }
    let hidden = fs::read_to_string(proc.join("1/stat")).is_err();
    Ok(Seen { processes, hidden })
}

fn read(pid: u32, folder: &Path) -> Option<Process> {
    let stat = fs::read(folder.join("stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // The name stands in brackets and may hold anything.
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let (state, parent) = (fields.next()?, fields.next()?.parse().ok()?);
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    let mut line = Vec::new();
    let file = fs::File::open(folder.join("cmdline")).ok()?;
    file.take(LINE_BYTES).read_to_end(&mut line).ok()?;
    let line = String::from_utf8_lossy(&line)
        .trim_end_matches('\0')
        .replace('\0', " ");
    let program = line.split(' ').next().unwrap_or_default();
    let whole = program.rsplit('/').next().unwrap_or_default();
    let name = match name.len() >= NAME_BYTES && whole.starts_with(name) {
        true => whole,
        false => name,
    };
    Some(Process {
        pid,
        parent,
        name: name.to_owned(),
        line,
    })
}

/// `own` is this process, which does not count, nor does what it started.
pub(crate) fn judge(seen: &Seen, spec: &ProcessProbe, own: u32) -> Judgement {
    let parents: BTreeMap<u32, u32> = seen
        .processes
        .iter()
        .map(|process| (process.pid, process.parent))
        .collect();
    let ours = |pid: u32| {
        let up = std::iter::successors(Some(pid), |pid| parents.get(pid).copied());
        up.take(64).any(|pid| pid == own)
    };
    let matches = |process: &&Process| match &spec.which {
        ProcessMatch::Name(name) => process.name == *name,
        ProcessMatch::NameContains(part) => process.name.contains(part.as_str()),
        ProcessMatch::CommandLine(part) => process.line.contains(part.as_str()),
    };
    let found: Vec<String> = seen
        .processes
        .iter()
        .filter(matches)
        .filter(|process| !ours(process.pid))
        .map(|process| format!("{} ({})", process.name, process.pid))
        .collect();
    let which = which(&spec.which);
    let words = match found.as_slice() {
        [] => format!("no {which} runs"),
        [one] => format!("1 {which} runs: {one}"),
        many => {
            let more = if many.len() > 5 { ", …" } else { "" };
            let first = many[..many.len().min(5)].join(", ");
            format!("{} of {which} run: {first}{more}", many.len())
        }
    };
    let (count, wanted) = (found.len() as f64, spec.count.quantity.value);
    let holds = spec.count.comparison.holds(count, wanted);
    // With some hidden there are this many or more.
    let sure = !seen.hidden || holds && spec.count.comparison.holds(f64::MAX, wanted);
    match (sure, holds) {
        (false, _) => Judgement::new(
            Verdict::NoData,
            format!(
                "{words}, of those that this user may see: processes of others are hidden here (hidepid)"
            ),
            words,
        ),
        (true, true) => Judgement::pass(words),
        (true, false) => Judgement::fail(format!("{words}; how many must run: {}", spec.count), words),
    }
}

fn which(which: &ProcessMatch) -> String {
    match which {
        ProcessMatch::Name(name) => format!("process {name}"),
        ProcessMatch::NameContains(part) => format!("process with {part} in its name"),
        ProcessMatch::CommandLine(part) => format!("process with “{part}” in its command line"),
    }
}

#[cfg(test)]
mod tests;
