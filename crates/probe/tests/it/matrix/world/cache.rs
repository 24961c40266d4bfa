//! A real Redis for a row.

use crate::support::Folder;
use std::any::Any;
use std::net::SocketAddr;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

/// Starts it and tells it what the row needs; without replies to wait for it may still be at it. It ends with what is returned.
pub async fn stand(
    folder: &Folder,
    options: &[&str],
    told: &str,
    replies: usize,
) -> (SocketAddr, Box<dyn Any>) {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = free.local_addr().expect("its address");
    drop(free);
    let mut process = Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
        .args(["--save", "", "--dir", &folder.path().display().to_string()])
        .args(options)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("redis-server is installed (scripts/setup)");
    let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
    loop {
        let line = lines
            .next_line()
            .await
            .expect("a line")
            .expect("redis-server is ready before it ends");
        if line.contains("Ready to accept connections") {
            break;
        }
    }
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let mut stream = BufReader::new(TcpStream::connect(address).await.expect("a connection"));
    stream.write_all(told.as_bytes()).await.expect("written");
    for _ in 0..replies {
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("a reply");
        assert!(!line.starts_with('-'), "{line}");
    }
    (address, Box::new((process, stream)))
}
