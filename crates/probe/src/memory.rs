//! Memory that is available here: what the kernel says for the machine, and what control groups leave of it.

use crate::answer::{Answer, Asked, Judgement};
use crate::context::Context;
use domain::quantity::bytes;
use std::path::{Path, PathBuf};

/// Available memory, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Available {
    /// `MemAvailable` of the machine.
    pub machine: u64,
    /// The tightest control group: what its limit leaves, and the limit.
    pub group: Option<Group>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub left: u64,
    pub limit: u64,
}

pub(crate) fn probe(at_least: u64, context: &Context) -> Answer {
    let asked = Asked {
        read_as: "/proc/meminfo and the control group's limit".to_owned(),
        target: String::new(),
        expected: format!("at least {} available", bytes(at_least)),
    };
    let judgement =
        observe(&context.proc, &context.cgroup).map_or_else(Judgement::error, |seen| judge(&seen, at_least));
    Answer::new(asked, judgement)
}

pub(crate) fn observe(proc: &Path, cgroup: &Path) -> Result<Available, String> {
    let file = proc.join("meminfo");
    let meminfo = std::fs::read_to_string(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    let machine = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))
        .and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok())
        .ok_or_else(|| {
            format!(
                "{} has no MemAvailable: the kernel is older than 3.14",
                file.display()
            )
        })?;
    let groups = std::fs::read_to_string(proc.join("self/cgroup")).unwrap_or_default();
    let tightest = groups
        .lines()
        .filter_map(|line| group(line, cgroup))
        .min_by_key(|group| group.left);
    Ok(Available {
        machine: machine.saturating_mul(1024),
        group: tightest,
    })
}

pub(crate) fn judge(seen: &Available, at_least: u64) -> Judgement {
    let (left, found) = match &seen.group {
        Some(group) if group.left < seen.machine => (
            group.left,
            format!(
                "{} available within the container's limit of {}",
                bytes(group.left),
                bytes(group.limit)
            ),
        ),
        Some(_) | None => (seen.machine, format!("{} available", bytes(seen.machine))),
    };
    if left >= at_least {
        Judgement::pass(found)
    } else {
        Judgement::fail(format!("{found}, needs {}", bytes(at_least)), found)
    }
}

/// What a line of `/proc/self/cgroup` (`hierarchy:controllers:path`) and the groups above it leave.
fn group(line: &str, mounted: &Path) -> Option<Group> {
    let mut fields = line.splitn(3, ':').skip(1);
    let (controllers, path) = (fields.next()?, fields.next()?);
    let (root, files): (PathBuf, Files) = if controllers.is_empty() {
        (mounted.to_owned(), V2)
    } else if controllers.split(',').any(|controller| controller == "memory") {
        (mounted.join("memory"), V1)
    } else {
        return None;
    };
    let own = root.join(path.trim_start_matches('/'));
    // Inside a container the path may be the host's, which is not there: the mounted root is then its own group.
    let directories = own
        .ancestors()
        .take_while(|directory| directory.starts_with(&root));
    directories
        .filter_map(|directory| limit(directory, &files))
        .min_by_key(|group| group.left)
}

struct Files {
    limit: &'static str,
    usage: &'static str,
    inactive: &'static str,
}

const V2: Files = Files {
    limit: "memory.max",
    usage: "memory.current",
    inactive: "inactive_file",
};
const V1: Files = Files {
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    inactive: "total_inactive_file",
};

fn limit(directory: &Path, files: &Files) -> Option<Group> {
    let number = |name: &str| {
        std::fs::read_to_string(directory.join(name))
            .ok()?
            .trim()
            .parse::<u64>()
            .ok()
    };
    // "max" is no number; v1 writes a huge one for no limit, which leaves more than any machine has.
    let limit = number(files.limit)?;
    let stat = std::fs::read_to_string(directory.join("memory.stat")).unwrap_or_default();
    let inactive = stat
        .lines()
        .find_map(|line| line.strip_prefix(files.inactive)?.trim().parse::<u64>().ok());
    let used = number(files.usage)?.saturating_sub(inactive.unwrap_or(0));
    Some(Group {
        left: limit.saturating_sub(used),
        limit,
    })
}

#[cfg(test)]
mod tests;
