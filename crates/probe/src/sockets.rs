//! Who listens: the kernel's tables of sockets and the processes that hold them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Something that listens on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listener {
    /// The address it listens on, as the kernel writes it in words: `127.0.0.1`, `[::]`.
    pub address: String,
    /// The process, where it may be seen.
    pub process: Option<Process>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    pub name: String,
    pub pid: u32,
}

/// The state "listening" in the kernel's tables (`include/net/tcp_states.h`).
const LISTENING: &str = "0A";

/// Who listens on a TCP port of this machine, on IPv4 and IPv6. Blocking.
///
/// # Errors
/// The table cannot be read.
pub(crate) fn listeners(proc: &Path, port: u16) -> Result<Vec<Listener>, String> {
    let mut found = Vec::new();
    for table in ["net/tcp", "net/tcp6"] {
        let path = proc.join(table);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            // A kernel without IPv6 has no such table.
            Err(why) if why.kind() == std::io::ErrorKind::NotFound && table == "net/tcp6" => continue,
            Err(why) => return Err(format!("{}: {why}", path.display())),
        };
        found.extend(text.lines().skip(1).filter_map(|line| listening(line, port)));
    }
    found.sort();
    found.dedup();
    let holders = if found.is_empty() {
        Vec::new()
    } else {
        holders(proc, found.iter().map(|(_, inode)| *inode).collect())
    };
    Ok(found
        .into_iter()
        .map(|(address, inode)| Listener {
            address,
            process: holders
                .iter()
                .find(|(held, _)| *held == inode)
                .map(|(_, process)| process.clone()),
        })
        .collect())
}

/// The address and inode of a line of the table, where it listens on `port`.
fn listening(line: &str, port: u16) -> Option<(String, u64)> {
    let mut fields = line.split_whitespace().skip(1);
    let local = fields.next()?;
    let state = fields.nth(1)?;
    let inode = fields.nth(5)?.parse().ok()?;
    let (address, hex_port) = local.rsplit_once(':')?;
    (state == LISTENING && u16::from_str_radix(hex_port, 16).ok()? == port).then(|| (words(address), inode))
}

/// The kernel writes addresses as 32-bit words in the machine's byte order.
fn words(hex: &str) -> String {
    let word = |at: usize| {
        hex.get(at..at + 8)
            .and_then(|word| u32::from_str_radix(word, 16).ok())
            .map(u32::to_ne_bytes)
    };
    let bytes: Option<Vec<[u8; 4]>> = (0..hex.len()).step_by(8).map(word).collect();
    match bytes.as_deref() {
        Some([v4]) => std::net::Ipv4Addr::from(*v4).to_string(),
        Some([a, b, c, d]) => {
            let mut all = [0; 16];
            for (slot, byte) in all.iter_mut().zip([a, b, c, d].into_iter().flatten()) {
                *slot = *byte;
            }
            format!("[{}]", std::net::Ipv6Addr::from(all))
        }
        _ => hex.to_owned(),
    }
}

/// The processes that hold these sockets, as far as this user may look.
fn holders(proc: &Path, inodes: BTreeSet<u64>) -> Vec<(u64, Process)> {
    let Ok(entries) = fs::read_dir(proc) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut pids: Vec<u32> = entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    pids.sort_unstable();
    for pid in pids {
        let directory = proc.join(pid.to_string());
        let Ok(files) = fs::read_dir(directory.join("fd")) else {
            continue;
        };
        for file in files.flatten() {
            let Some(inode) = fs::read_link(file.path()).ok().and_then(|link| socket(&link)) else {
                continue;
            };
            if inodes.contains(&inode) && !found.iter().any(|(held, _)| *held == inode) {
                let name = fs::read_to_string(directory.join("comm")).unwrap_or_default();
                found.push((
                    inode,
                    Process {
                        name: name.trim().to_owned(),
                        pid,
                    },
                ));
            }
        }
        if found.len() == inodes.len() {
            break;
        }
    }
    found
}

fn socket(link: &Path) -> Option<u64> {
    link.to_str()?
        .strip_prefix("socket:[")?
        .strip_suffix(']')?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests;
