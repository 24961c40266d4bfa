//! Who listens: the kernel's answer, or its tables of sockets, and the processes that hold them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

mod diagnosis;

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

/// Every socket of this machine that listens for TCP, on IPv4 and IPv6, and who holds it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sockets {
    listening: Vec<Listening>,
    holders: Vec<(u64, Process)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Listening {
    port: u16,
    address: String,
    inode: u64,
}

impl Sockets {
    /// Reads the kernel's tables. Blocking.
    ///
    /// # Errors
    /// A table cannot be read or understood: what is missing in it would be taken for a port that is free.
    pub fn read(proc: &Path) -> Result<Self, String> {
        // The tables of another place are not this kernel's answer.
        let asked = (proc == Path::new("/proc"))
            .then(|| diagnosis::listening().ok())
            .flatten();
        let mut listening = asked.map_or_else(|| tables(proc), Ok)?;
        listening.sort();
        listening.dedup();
        let holders = match listening.is_empty() {
            true => Vec::new(),
            false => holders(proc, listening.iter().map(|socket| socket.inode).collect()),
        };
        Ok(Self { listening, holders })
    }

    /// Who listens on a port.
    pub fn listeners(&self, port: u16) -> Vec<Listener> {
        let on_port = self.listening.iter().filter(|socket| socket.port == port);
        let holder = |inode| self.holders.iter().find(|(held, _)| *held == inode);
        on_port
            .map(|socket| Listener {
                address: socket.address.clone(),
                process: holder(socket.inode).map(|(_, process)| process.clone()),
            })
            .collect()
    }
}

/// What the kernel's tables list.
fn tables(proc: &Path) -> Result<Vec<Listening>, String> {
    let mut listening = Vec::new();
    for table in ["net/tcp", "net/tcp6"] {
        let path = proc.join(table);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            // A kernel without IPv6 has no such table.
            Err(why) if why.kind() == std::io::ErrorKind::NotFound && table == "net/tcp6" => continue,
            Err(why) => return Err(format!("{}: {why}", path.display())),
        };
        for line in text.lines().skip(1) {
            let socket = Listening::of(line)
                .ok_or_else(|| format!("{}: a line cannot be understood", path.display()))?;
            listening.extend(socket);
        }
    }
    Ok(listening)
}

impl Listening {
    /// A line of the table, and the socket where it listens; `None` where the line is none of such a table.
    fn of(line: &str) -> Option<Option<Self>> {
        let mut fields = line.split_whitespace().skip(1);
        let local = fields.next()?;
        let state = fields.nth(1)?;
        let inode = fields.nth(5)?.parse().ok()?;
        let (address, port) = local.rsplit_once(':')?;
        let port = u16::from_str_radix(port, 16).ok()?;
        Some((state == LISTENING).then(|| Self {
            port,
            address: words(address),
            inode,
        }))
    }
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

/// The sockets of this process.
#[cfg(test)]
fn own_inodes() -> BTreeSet<u64> {
    let files = fs::read_dir("/proc/self/fd").expect("the kernel shows it");
    files
        .flatten()
        .filter_map(|file| socket(&fs::read_link(file.path()).ok()?))
        .collect()
}

#[cfg(test)]
mod tests;
