//! Postgres' own programs for copies of the database: `pg_dump`, `pg_restore`, `psql`.

use chrono::{DateTime, NaiveDateTime, Utc};
use std::{
    io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
};
use store::backup::MARK;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

/// Why a copy was not made or not read. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The programs are missing, or older than the server.
    #[error(
        "pg_dump and pg_restore of PostgreSQL {server} or newer are not installed: neither PATH nor /usr/lib/postgresql/*/bin has them; install them (Debian, Ubuntu: apt install postgresql-client-{server})"
    )]
    Missing {
        /// The server's major version.
        server: u32,
    },
    /// A program could not be started, or was lost.
    #[error("{program}: {error}")]
    Program {
        /// Which.
        program: &'static str,
        /// How.
        error: io::Error,
    },
    /// A program said no.
    #[error("{program}: {said}")]
    Refused {
        /// Which.
        program: &'static str,
        /// Its last words.
        said: String,
    },
}

/// The programs for one database.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
    /// The database's address without its password.
    url: String,
    password: Option<String>,
}

impl Programs {
    /// The programs for the server of this major version: its own, else the oldest that is newer. `url` may have a password; it is
    /// handed over where other users of the machine do not see it.
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub async fn choose(server: u32, url: &str) -> Result<Self, Error> {
        let mut found = Vec::new();
        for folder in candidates() {
            if let Some(major) = super::setup::major_version(&folder.join("pg_dump")).await
                && major >= server
            {
                found.push((major, folder));
            }
        }
        let (_, folder) = found
            .into_iter()
            .min_by_key(|(major, _)| *major)
            .ok_or(Error::Missing { server })?;
        let (url, password) = without_password(url);
        Ok(Self {
            folder,
            url,
            password,
        })
    }

    /// Writes the whole database into `file`, which is there and empty: one state of it, whatever happens meanwhile.
    ///
    /// # Errors
    /// What `pg_dump` says.
    pub async fn dump(&self, file: &Path) -> Result<(), Error> {
        let mut command = self.command("pg_dump");
        command
            .args(["--format=custom", "--no-owner", "--no-acl", "--no-password"])
            .arg(format!("--dbname={}", self.url))
            .arg("--file")
            .arg(file);
        run("pg_dump", &mut command).await.map(|_| ())
    }

    /// Reads `file` from end to end.
    ///
    /// # Errors
    /// What `pg_restore` says of a file that is no copy, or not a whole one.
    pub async fn check(&self, file: &Path) -> Result<(), Error> {
        let mut command = self.command("pg_restore");
        command.args(["--file=/dev/null"]).arg(file);
        run("pg_restore", &mut command).await.map(|_| ())
    }

    /// When `file` was made, where it was made by [`Programs::dump`]; `None` where it does not say so.
    ///
    /// # Errors
    /// What `pg_restore` says.
    pub async fn made_at(&self, file: &Path) -> Result<Option<DateTime<Utc>>, Error> {
        let mut command = self.command("pg_restore");
        command.arg("--list").arg(file);
        let text = run("pg_restore", &mut command).await?;
        Ok(text.lines().find_map(|line| {
            let at = line.strip_prefix("; Archive created at ")?;
            let at = NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M:%S UTC").ok()?;
            Some(at.and_utc())
        }))
    }

    /// The versions of the migrations that the database of `file` had.
    ///
    /// # Errors
    /// What `pg_restore` says.
    pub async fn migrations(&self, file: &Path) -> Result<Vec<i64>, Error> {
        let mut command = self.command("pg_restore");
        command
            .args(["--data-only", "--table=_sqlx_migrations", "--file=-"])
            .arg(file);
        let text = run("pg_restore", &mut command).await?;
        // The rows stand between COPY and `\.`; the version is their first column.
        Ok(text
            .lines()
            .skip_while(|line| !line.starts_with("COPY "))
            .skip(1)
            .take_while(|line| *line != "\\.")
            .filter_map(|line| line.split('\t').next()?.parse().ok())
            .collect())
    }

    /// Puts what is in `file` in the place of everything in the database, in one transaction: after an error it is as it was. After
    /// success it has the mark that [`store::backup::let_go`] goes by.
    ///
    /// # Errors
    /// What `pg_restore` or `psql` says.
    pub async fn replace(&self, file: &Path) -> Result<(), Error> {
        let lost = |program| move |error| Error::Program { program, error };
        let mut reader = self.command("pg_restore");
        reader
            .args(["--no-owner", "--no-acl", "--file=-"])
            .arg(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut writer = self.command("psql");
        writer
            .args(["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1"])
            .arg(format!("--dbname={}", self.url))
            .stdin(Stdio::piped())
            .stderr(Stdio::piped());
        let mut reader = reader.spawn().map_err(lost("pg_restore"))?;
        let mut writer = writer.spawn().map_err(lost("psql"))?;
        let pumped = pump(&mut reader, &mut writer).await;
        let (wrote, said) = ended(writer).await.map_err(lost("psql"))?;
        if !wrote.success() {
            return Err(Error::Refused {
                program: "psql",
                said,
            });
        }
        pumped
    }

    /// A program with nothing of our own surroundings.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.folder.join(program));
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        if let Some(password) = &self.password {
            command.env("PGPASSWORD", password);
        }
        command
    }
}

/// Hands what `reader` writes to `writer` as one transaction, which is committed only when the reader has ended well.
async fn pump(reader: &mut Child, writer: &mut Child) -> Result<(), Error> {
    let lost = |program| move |error| Error::Program { program, error };
    let (Some(mut from), Some(mut to)) = (reader.stdout.take(), writer.stdin.take()) else {
        return Err(lost("psql")(io::ErrorKind::BrokenPipe.into()));
    };
    let begin = b"begin;\ndrop schema public cascade;\ncreate schema public;\n";
    to.write_all(begin).await.map_err(lost("psql"))?;
    tokio::io::copy(&mut from, &mut to).await.map_err(lost("psql"))?;
    let mut said = String::new();
    if let Some(mut errors) = reader.stderr.take() {
        errors
            .read_to_string(&mut said)
            .await
            .map_err(lost("pg_restore"))?;
    }
    let status = reader.wait().await.map_err(lost("pg_restore"))?;
    if !status.success() {
        return Err(Error::Refused {
            program: "pg_restore",
            said: last_words(&said, status),
        });
    }
    let end = format!("\ncomment on schema public is '{MARK}';\ncommit;\n");
    to.write_all(end.as_bytes()).await.map_err(lost("psql"))
}

async fn ended(child: Child) -> io::Result<(ExitStatus, String)> {
    let output = child.wait_with_output().await?;
    let said = last_words(&String::from_utf8_lossy(&output.stderr), output.status);
    Ok((output.status, said))
}

async fn run(program: &'static str, command: &mut Command) -> Result<String, Error> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = command
        .output()
        .await
        .map_err(|error| Error::Program { program, error })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Error::Refused {
        program,
        said: last_words(&String::from_utf8_lossy(&output.stderr), output.status),
    })
}

fn last_words(said: &str, status: ExitStatus) -> String {
    match said.trim() {
        "" => status.to_string(),
        said => said.to_owned(),
    }
}

fn candidates() -> Vec<PathBuf> {
    let mut folders = super::setup::folders();
    folders.retain(|folder| {
        ["pg_dump", "pg_restore", "psql"]
            .iter()
            .all(|program| folder.join(program).is_file())
    });
    folders
}

/// `postgres://user:password@host/database` without its password, and that, decoded.
fn without_password(url: &str) -> (String, Option<String>) {
    let whole = || (url.to_owned(), None);
    let Some((scheme, rest)) = url.split_once("://") else {
        return whole();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    let Some((who, host)) = authority.rsplit_once('@') else {
        return whole();
    };
    let Some((user, password)) = who.split_once(':') else {
        return whole();
    };
    (
        format!("{scheme}://{user}@{host}{after}"),
        Some(decoded(password)),
    )
}

/// Percent-encoding (RFC 3986) undone.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = match (first, after) {
            (b'%', [high, low, ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                digit(*high).zip(digit(*low)).map(|(high, low)| high * 16 + low)
            }
            _ => None,
        };
        match code.and_then(|code| u8::try_from(code).ok()) {
            Some(code) => {
                bytes.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_stands_where_others_see_it() {
        let found = |url| without_password(url);
        let password = |text: &str| Some(text.to_owned());
        assert_eq!(
            found("postgres://ada:s%3Acr%40t%25@db:5432/gonogo?sslmode=require"),
            (
                "postgres://ada@db:5432/gonogo?sslmode=require".to_owned(),
                password("s:cr@t%")
            )
        );
        for without in [
            "postgres:///gonogo?host=/run/gonogo&user=gonogo",
            "postgres://ada@db/gonogo",
            "postgres://db/gonogo?x=a:b@c",
        ] {
            assert_eq!(found(without), (without.to_owned(), None));
        }
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%41"), "%zzA");
    }
}
