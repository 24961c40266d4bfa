//! The sockets that listen, asked of the kernel by netlink (sock_diag(7)). The tables in `/proc` list them too, and every
//! connection behind them: reading them takes the kernel milliseconds on a large machine, with nothing connected.

use super::Listening;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// Numbers of `linux/netlink.h`, `linux/sock_diag.h`, `linux/inet_diag.h` and `net/tcp_states.h`.
const HEADER: usize = 16;
const DONE: u16 = 3;
const ERROR: u16 = 2;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const REQUEST_AND_DUMP: u16 = 0x301;
const DISTURBED: u16 = 0x10;
const TCP: u8 = 6;
const LISTEN: u32 = 10;
/// An `inet_diag_msg`.
const MESSAGE: usize = 72;

/// How long the kernel may take; it answers at once.
const SOON: Duration = Duration::from_secs(1);

/// Every TCP socket of both families that listens.
///
/// # Errors
/// The kernel does not answer so, or not in a way that is understood.
pub(super) fn listening() -> io::Result<Vec<Listening>> {
    let mut found = Vec::new();
    for family in [AddressFamily::INET, AddressFamily::INET6] {
        found.extend(of_family(family)?);
    }
    Ok(found)
}

fn of_family(family: AddressFamily) -> io::Result<Vec<Listening>> {
    let kernel = socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(netlink::SOCK_DIAG),
    )?;
    set_socket_timeout(&kernel, Timeout::Recv, Some(SOON))?;
    send(&kernel, &request(family), SendFlags::empty())?;
    let (mut found, mut buffer) = (Vec::new(), vec![0; 32 * 1024]);
    loop {
        let (count, whole) = recv(&kernel, buffer.as_mut_slice(), RecvFlags::TRUNC)?;
        let answer = buffer.get(..count.min(whole)).unwrap_or_default();
        if whole > answer.len() || answer.is_empty() {
            return Err(strange());
        }
        if read(answer, &mut found)? {
            return Ok(found);
        }
    }
}

fn request(family: AddressFamily) -> Vec<u8> {
    let mut asked = vec![family.as_raw() as u8, TCP, 0, 0];
    asked.extend((1u32 << LISTEN).to_ne_bytes());
    // Of whatever address and port.
    asked.extend([0; 48]);
    let mut message = Vec::with_capacity(HEADER + asked.len());
    message.extend(((HEADER + asked.len()) as u32).to_ne_bytes());
    message.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    message.extend(REQUEST_AND_DUMP.to_ne_bytes());
    message.extend([0; 8]);
    message.extend(asked);
    message
}

/// Reads the messages of an answer; says whether the last one was among them.
fn read(mut answer: &[u8], found: &mut Vec<Listening>) -> io::Result<bool> {
    while !answer.is_empty() {
        let length = four(answer, 0)? as usize;
        let kind = two(answer, 4)?;
        // The kernel was disturbed and says that something may be missing: it would be taken for a port that is free.
        if two(answer, 6)? & DISTURBED != 0 {
            return Err(strange());
        }
        let body = answer.get(HEADER..length).ok_or_else(strange)?;
        match kind {
            DONE => return Ok(true),
            ERROR => return Err(strange()),
            SOCK_DIAG_BY_FAMILY if body.len() >= MESSAGE => found.push(socket(body)?),
            _ => return Err(strange()),
        }
        // Each begins at a multiple of four.
        answer = answer.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

fn socket(body: &[u8]) -> io::Result<Listening> {
    let port = u16::from_be(two(body, 4)?);
    let source: [u8; 16] = body
        .get(8..24)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(strange)?;
    let [a, b, c, d, ..] = source;
    let address =
        match u32::from(*body.first().ok_or_else(strange)?) == u32::from(AddressFamily::INET.as_raw()) {
            true => Ipv4Addr::new(a, b, c, d).to_string(),
            false => format!("[{}]", Ipv6Addr::from(source)),
        };
    Ok(Listening {
        port,
        address,
        inode: u64::from(four(body, 68)?),
    })
}

fn two(bytes: &[u8], at: usize) -> io::Result<u16> {
    let found = bytes.get(at..at + 2).and_then(|bytes| bytes.try_into().ok());
    found.map(u16::from_ne_bytes).ok_or_else(strange)
}

fn four(bytes: &[u8], at: usize) -> io::Result<u32> {
    let found = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    found.map(u32::from_ne_bytes).ok_or_else(strange)
}

fn strange() -> io::Error {
    io::Error::other("the kernel's answer cannot be understood")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn the_kernel_names_the_sockets_that_listen_with_their_inodes() {
        let v4 = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = v4.local_addr().expect("its address").port();
        let found = listening().expect("this kernel answers");
        let of_port: Vec<_> = found.iter().filter(|socket| socket.port == port).collect();
        assert_eq!(of_port.len(), 1, "{found:?}");
        assert_eq!(of_port[0].address, "127.0.0.1");
        assert!(of_port[0].inode > 0);
        // A connection of that port listens nowhere.
        let near = std::net::TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        let again = listening().expect("this kernel answers");
        assert_eq!(again.iter().filter(|socket| socket.port == port).count(), 1);
        drop(near);
    }

    #[test]
    fn the_kernel_and_its_tables_agree() {
        let _v4 = TcpListener::bind("127.0.0.1:0").expect("a port");
        let v6 = TcpListener::bind("[::1]:0").ok();
        let ours = |sockets: Vec<Listening>| -> Vec<Listening> {
            let mine = super::super::own_inodes();
            let mut ours: Vec<_> = sockets
                .into_iter()
                .filter(|socket| mine.contains(&socket.inode))
                .collect();
            ours.sort();
            ours
        };
        let (asked, read) = (
            listening().expect("netlink"),
            super::super::tables("/proc".as_ref()).expect("tables"),
        );
        // Other tests begin and end to listen meanwhile: those that stand in both are compared.
        let (asked, read) = (ours(asked), ours(read));
        let both: Vec<_> = asked.iter().filter(|socket| read.contains(socket)).collect();
        let least = 1 + usize::from(v6.is_some());
        assert!(both.len() >= least, "{asked:?} and {read:?}");
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        let mut found = Vec::new();
        assert!(read(&[1, 2, 3], &mut found).is_err());
        assert!(read(&[255; 64], &mut found).is_err());
        assert!(read(&[0; 64], &mut found).is_err());
    }
}
