//! The wire between Gonogo and Postgres, which breaks in a commit.

use sqlx::PgPool;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    task::JoinSet,
};

/// What is sent to commit: a simple query of this text.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

/// Where a commit breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before Postgres hears of it.
    Before,
    /// When Postgres has answered, before Gonogo hears of it.
    Answered,
    /// As soon as Postgres has it: it may still be busy with it.
    AtOnce,
}

/// Takes connections on a port and passes everything on to the socket of a Postgres.
pub struct Wire {
    port: u16,
    database: String,
    knife: Arc<Mutex<Knife>>,
    _taking: JoinSet<()>,
}

#[derive(Default)]
struct Knife {
    /// Which commit breaks, counted from 1, and where.
    next: Option<(usize, Cut)>,
}

impl Knife {
    /// A commit comes: whether it breaks.
    fn comes(&mut self) -> Option<Cut> {
        match &mut self.next {
            Some((1, cut)) => {
                let cut = *cut;
                self.next = None;
                Some(cut)
            }
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        }
    }
}

impl Wire {
    /// To the database of `pool`.
    pub async fn to(pool: &PgPool) -> Self {
        let options = pool.connect_options();
        let socket = options
            .get_socket()
            .unwrap()
            .join(format!(".s.PGSQL.{}", options.get_port()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let knife = Arc::new(Mutex::new(Knife::default()));
        let mut taking = JoinSet::new();
        taking.spawn(take(listener, socket, knife.clone()));
        Self {
            port,
            database: options.get_database().unwrap().to_owned(),
            knife,
            _taking: taking,
        }
    }

    /// The database's address by way of it.
    pub fn url(&self) -> String {
        format!("postgres://gonogo@127.0.0.1:{}/{}", self.port, self.database)
    }

    /// Breaks the commit of this number from now.
    pub fn cut(&self, number: usize, cut: Cut) {
        self.knife.lock().unwrap().next = Some((number, cut));
    }

    /// Whether that has happened; else it does not any more.
    pub fn has_cut(&self) -> bool {
        self.knife.lock().unwrap().next.take().is_none()
    }
}

async fn take(listener: TcpListener, socket: PathBuf, knife: Arc<Mutex<Knife>>) {
    // What is under way ends with the wire.
    let mut passing = JoinSet::new();
    loop {
        let (gonogo, _) = listener.accept().await.unwrap();
        let (socket, knife) = (socket.clone(), knife.clone());
        passing.spawn(async move {
            if let Ok(postgres) = UnixStream::connect(socket).await {
                // An end that is gone is what this is for.
                let _ = pass(gonogo, postgres, &knife).await;
            }
        });
    }
}

/// Passes everything on, both ways, until one end closes or a commit breaks.
async fn pass(mut gonogo: TcpStream, mut postgres: UnixStream, knife: &Mutex<Knife>) -> std::io::Result<()> {
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            length = gonogo.read(&mut asked) => {
                let bytes = &asked[..length?];
                let commits = bytes.windows(COMMIT.len()).any(|window| window == COMMIT);
                let cut = if commits { knife.lock().unwrap().comes() } else { None };
                if bytes.is_empty() || cut == Some(Cut::Before) {
                    return Ok(());
                }
                postgres.write_all(bytes).await?;
                match cut {
                    None => {}
                    Some(Cut::Before | Cut::AtOnce) => return Ok(()),
                    Some(Cut::Answered) => {
                        postgres.readable().await?;
                        return Ok(());
                    }
                }
            }
            length = postgres.read(&mut answered) => match length? {
                0 => return Ok(()),
                length => gonogo.write_all(&answered[..length]).await?,
            },
        }
    }
}
