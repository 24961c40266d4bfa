//! Servers that behave as a row says, over real sockets.

use crate::caching::Caching;
use std::any::Any;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// What a server does with a connection.
#[derive(Clone)]
pub enum Conduct {
    /// Its port is taken and nobody listens there.
    Closed,
    /// It listens, its queue is full, and it takes no connection.
    Full,
    /// It closes each connection at once.
    Closes,
    /// It takes every connection and every byte, and says nothing.
    Silent,
    /// It answers everything with these bytes and then waits.
    Says(Vec<u8>),
    /// It answers with these bytes and closes.
    Ends(Vec<u8>),
    /// It answers HTTP by path.
    Pages(Vec<Page>),
    /// It answers HTTP from a cache, or not, and has a page of metrics.
    Caching(Caching),
}

/// One page: where, its status and its body.
#[derive(Clone)]
pub struct Page {
    pub path: &'static str,
    pub status: u16,
    pub body: Vec<u8>,
}

/// The bytes of an HTTP answer. `head` is what follows the version: a status line's rest and headers.
pub fn http(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut answer = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

impl Conduct {
    /// An HTTP server that answers everything so.
    pub fn http(head: &str, body: impl AsRef<[u8]>) -> Self {
        Self::Says(http(head, body))
    }

    /// What stands is kept in `kept`, or by the runtime.
    pub async fn stand(&self, kept: &mut Vec<Box<dyn Any>>) -> SocketAddr {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
        let address = socket.local_addr().expect("its address");
        match self {
            Conduct::Closed => kept.push(Box::new(socket)),
            Conduct::Full => {
                let listener = socket.listen(1).expect("a listener");
                let mut waiting = Vec::new();
                while let Ok(stream) =
                    tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await
                {
                    waiting.push(stream.expect("a connection"));
                }
                kept.push(Box::new((listener, waiting)));
            }
            _ => {
                let listener = socket.listen(64).expect("a listener");
                let serving = tokio::spawn(serve(listener, self.clone()));
                kept.push(Box::new(Ending(serving)));
            }
        }
        address
    }
}

/// A server, or whoever else is at work, that ends with its row.
pub struct Ending<T>(pub tokio::task::JoinHandle<T>);

impl<T> Drop for Ending<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn serve(listener: TcpListener, conduct: Conduct) {
    let conduct = Arc::new(conduct);
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, Arc::clone(&conduct)));
    }
}

async fn answer(mut stream: TcpStream, conduct: Arc<Conduct>) {
    if let Conduct::Caching(caching) = &*conduct {
        return caching.clone().serve(stream).await;
    }
    let mut asked = vec![0; 16 * 1024];
    if matches!(*conduct, Conduct::Closes) {
        return;
    }
    while let Ok(read @ 1..) = stream.read(&mut asked).await {
        match &*conduct {
            Conduct::Says(bytes) => {
                let _ = stream.write_all(bytes).await;
            }
            Conduct::Ends(bytes) => {
                let _ = stream.write_all(bytes).await;
                return;
            }
            Conduct::Pages(pages) => {
                let _ = stream.write_all(&page(&asked[..read], pages)).await;
                return;
            }
            Conduct::Silent | Conduct::Closed | Conduct::Full | Conduct::Closes | Conduct::Caching(_) => {}
        }
    }
}

/// The page for a request; a leading version of the Docker Engine's API is left out.
fn page(request: &[u8], pages: &[Page]) -> Vec<u8> {
    let request = String::from_utf8_lossy(request);
    let mut words = request.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let path = match path
        .strip_prefix("/v1.")
        .and_then(|rest| rest.find('/').map(|end| &rest[end..]))
    {
        Some(rest) => rest,
        None => path,
    };
    let found = pages.iter().find(|page| page.path == path);
    let (status, body): (u16, &[u8]) = found.map_or((404, b"{\"message\":\"no such page\"}"), |page| {
        (page.status, &page.body)
    });
    let head =
        format!("{status} X\r\napi-version: 1.47\r\nconnection: close\r\ncontent-type: application/json");
    http(&head, if method == "HEAD" { b"" } else { body })
}
