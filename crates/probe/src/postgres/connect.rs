//! Connections to Postgres: which server, how, and what went wrong in words.

use crate::dial;
use crate::place::plain;
use crate::site::Site;
use chrono::{DateTime, Utc};
use domain::environment::{Endpoint, NoEndpoint};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::collections::HashMap;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{Instant, timeout, timeout_at};

/// A server that may be dialled.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub options: PgConnectOptions,
    /// For people: the endpoint's name and where it is, without user and password.
    pub shown: String,
    /// It is on this machine, and so has this machine's clock.
    pub local: bool,
}

/// The endpoint for a written address, or the environment's own database.
pub(crate) fn target(written: Option<&str>, site: &Site) -> Result<Target, String> {
    let endpoint = match written {
        None => site.endpoint("database"),
        Some(written) => endpoint(&site.fill_parameters(written)?, site),
    };
    let endpoint = endpoint.map_err(|none| none.to_string())?;
    if !endpoint.url.starts_with("postgres://") && !endpoint.url.starts_with("postgresql://") {
        return Err(format!(
            "endpoint {} is not a Postgres server: its url must begin with postgres://",
            endpoint.name
        ));
    }
    let options = PgConnectOptions::from_str(&endpoint.url)
        .map_err(|why| format!("the url of endpoint {} cannot be used: {why}", endpoint.name))?;
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let database = options.get_database().unwrap_or(options.get_username());
    let shown = format!("Postgres {database} at {place} (endpoint {})", endpoint.name);
    let host = options.get_host();
    let local = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    Ok(Target {
        options: options.statement_cache_capacity(0).disable_statement_logging(),
        shown,
        local,
    })
}

/// The connections of a round, one for each server.
#[derive(Default)]
pub(crate) struct Connections(StdMutex<HashMap<String, Kept>>);

/// A connection while nobody asks over it.
type Kept = Arc<Mutex<Option<PgConnection>>>;

/// How long the round's connection is waited for while another question is asked over it; then one more is made.
const PATIENCE: Duration = Duration::from_millis(100);

/// A connection in a read-only transaction. Dropped before its end it is closed.
pub(crate) struct Line {
    pub connection: PgConnection,
    kept: Option<OwnedMutexGuard<Option<PgConnection>>>,
}

impl Connections {
    /// Begins a read-only transaction that ends by itself at the deadline, over the round's connection where that is free.
    pub async fn begin(&self, target: &Target, deadline: Instant, site: &Site) -> Result<Line, String> {
        let mut kept = timeout(PATIENCE, self.to(&target.shown).lock_owned()).await.ok();
        let there = match kept.as_mut().and_then(|kept| kept.take()) {
            Some(connection) => still_open(connection, deadline).await,
            None => None,
        };
        let connection = match there {
            Some(connection) => connection,
            None => open(target, deadline, site).await?,
        };
        let mut line = Line { connection, kept };
        let limit = site.deadline.as_millis();
        let begin = format!(
            "BEGIN READ ONLY; SET LOCAL statement_timeout = {limit}; SET LOCAL lock_timeout = {limit}; \
             SET LOCAL idle_in_transaction_session_timeout = {}",
            limit * 2
        );
        let beginning = sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut line.connection);
        match timeout_at(deadline, beginning).await {
            Err(_) => Err(format!("connected, but no transaction within {limit} ms")),
            Ok(Err(why)) => Err(words(&why, target)),
            Ok(Ok(_)) => Ok(line),
        }
    }

    fn to(&self, server: &str) -> Kept {
        let mut connections = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(connections.entry(server.to_owned()).or_default())
    }
}

impl Line {
    /// Ends the transaction and keeps the connection for the round; a server that does not listen is left.
    pub async fn end(mut self, deadline: Instant) {
        let ending = sqlx::raw_sql("ROLLBACK").execute(&mut self.connection);
        if let (Ok(Ok(_)), Some(mut kept)) = (timeout_at(deadline, ending).await, self.kept) {
            *kept = Some(self.connection);
        }
    }
}

/// A kept connection, unless the server has closed it meanwhile.
async fn still_open(mut connection: PgConnection, deadline: Instant) -> Option<PgConnection> {
    let answered = timeout_at(deadline, connection.ping()).await;
    matches!(answered, Ok(Ok(()))).then_some(connection)
}

/// Connects to the first of the host's addresses, all of them checked, that takes a connection.
async fn open(target: &Target, deadline: Instant, site: &Site) -> Result<PgConnection, String> {
    let limit = site.deadline.as_millis();
    let connecting = async {
        let mut last = None;
        for options in addresses(&target.options).await? {
            match PgConnection::connect_with(&options).await {
                Ok(connection) => return Ok(connection),
                Err(why) => last = Some(words(&why, target)),
            }
        }
        Err(last.unwrap_or_else(|| "the name has no address".to_owned()))
    };
    timeout_at(deadline, connecting)
        .await
        .map_err(|_| format!("no connection, or no greeting, within {limit} ms"))?
}

/// A server that connects and then says nothing.
pub(crate) fn no_answer(site: &Site) -> String {
    format!("connected, but no answer within {} ms", site.deadline.as_millis())
}

/// The server's clock at this moment, not at the transaction's beginning.
pub(crate) async fn now(connection: &mut PgConnection) -> Result<DateTime<Utc>, sqlx::Error> {
    sqlx::query_scalar("SELECT clock_timestamp()")
        .fetch_one(connection)
        .await
}

/// Why the server gave no answer, in words. SQLSTATE: PostgreSQL documentation, appendix A.
pub(crate) fn words(error: &sqlx::Error, target: &Target) -> String {
    let user = target.options.get_username();
    match error {
        sqlx::Error::Io(why) => plain(why),
        sqlx::Error::Tls(why) => format!("no TLS connection: {why}"),
        sqlx::Error::Database(why) => match why.code().as_deref() {
            Some("28P01") => format!("the server refuses the password of {user}"),
            Some("28000") => format!("the server does not let {user} in: {}", why.message()),
            Some("3D000") => format!("the server has no such database: {}", why.message()),
            Some("53300") => "the server has no connection left".to_owned(),
            Some("57P03") => "the server is starting up or shutting down".to_owned(),
            Some("57014") => "the server did not finish within the deadline".to_owned(),
            Some("25006") => format!(
                "it would change something, which a read-only transaction refuses: {}",
                why.message()
            ),
            Some("42501") => format!("{user} may not read that: {}", why.message()),
            Some(_) | None => why.message().to_owned(),
        },
        sqlx::Error::Protocol(why) => format!("what answers does not speak Postgres as it should: {why}"),
        other => other.to_string(),
    }
}

fn endpoint<'a>(written: &str, site: &'a Site) -> Result<&'a Endpoint, NoEndpoint> {
    let has_port = written
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port {
        return site.endpoint(written);
    }
    site.endpoint(&format!("{written}:5432"))
        .or_else(|none| site.environment.endpoint(written).map_err(|_| none))
}

/// The addresses to try, each checked. With TLS that is asked for, the name is kept, since the certificate or a proxy
/// may depend on it; its addresses are checked first.
async fn addresses(options: &PgConnectOptions) -> Result<Vec<PgConnectOptions>, String> {
    let host = options.get_host();
    if options.get_socket().is_some() || host.starts_with('/') {
        return Ok(vec![options.clone()]);
    }
    let found = dial::resolve(host, options.get_port()).await.map_err(|why| {
        match why.downcast::<dial::Refused>() {
            Ok(refused) => refused.to_string(),
            Err(_) => "the name does not resolve".to_owned(),
        }
    })?;
    Ok(match options.get_ssl_mode() {
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => vec![options.clone()],
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => found
            .iter()
            .map(|address| options.clone().host(&address.ip().to_string()))
            .collect(),
    })
}
