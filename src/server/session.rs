//! Sessions: the cookie, and the table behind it.

use crate::server::{clock::Clock, config::Transport, state::AppState};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use std::{net::IpAddr, time::Duration};
use store::{person::PersonId, session::SessionKey};
use time::OffsetDateTime;
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::SameSite,
    session::{Id, Record},
    session_store,
};

/// How long a session lasts at most, however much it is used. [`store::session::IDLE`] is the other limit.
pub const ABSOLUTE: time::Duration = time::Duration::hours(24);

/// Where the person's id stands in the session's data.
pub const PERSON: &str = "person";

/// Where it stands from where a session began: an [`Origin`].
pub const ORIGIN: &str = "origin";

/// From where a session began.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The client's address.
    pub address: Option<IpAddr>,
    /// What the browser says that it is.
    pub agent: String,
}

/// How often ended sessions are swept out.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// The layer that gives every request its session.
pub fn layer(state: &AppState) -> SessionManagerLayer<PostgresSessions> {
    let sessions = PostgresSessions {
        pool: state.pool.clone(),
        clock: state.clock.clone(),
    };
    SessionManagerLayer::new(sessions)
        .with_name(state.config.transport.cookie_name())
        .with_secure(state.config.transport == Transport::Protected)
        .with_http_only(true)
        // Lax, so that a link in a message opens the page; whatever changes anything is a POST, which Lax withholds.
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(ABSOLUTE))
}

/// What the table knows of a session.
pub fn key(id: Id) -> SessionKey {
    SessionKey(Sha256::digest(id.0.to_le_bytes()).into())
}

/// Whether the session still signs somebody in. Live streams ask this every few seconds and end when it does not.
///
/// # Errors
/// The database's.
pub async fn is_live(state: &AppState, key: SessionKey) -> Result<bool, store::Error> {
    let mut connection = state.pool.acquire().await?;
    Ok(store::session::person(&mut connection, key, state.clock.now())
        .await?
        .is_some())
}

/// Sweeps ended sessions out until the server stops.
pub async fn sweep(state: AppState) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            () = state.stopping.cancelled() => return,
        }
        let swept = async {
            let mut connection = state.pool.acquire().await?;
            store::session::delete_ended(&mut connection, state.clock.now()).await
        };
        match swept.await {
            Ok(count) => tracing::debug!(count, "swept ended sessions out"),
            Err(error) => tracing::warn!(%error, "ended sessions could not be swept out"),
        }
    }
}

/// The table `session`, as tower-sessions asks for it.
#[derive(Clone, Debug)]
pub struct PostgresSessions {
    pool: PgPool,
    clock: Clock,
}

#[async_trait::async_trait]
impl SessionStore for PostgresSessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let (data, person) = encode(record)?;
        let now = self.clock.now();
        let ends = now + TimeDelta::seconds(ABSOLUTE.whole_seconds());
        let mut connection = self.pool.acquire().await.map_err(backend)?;
        // A taken number has a chance of 2^-128: a second one would be a fault of the generator.
        for _ in 0..3 {
            let key = key(record.id);
            if store::session::create(&mut connection, key, &data, person, ends, now)
                .await
                .map_err(backend)?
            {
                return Ok(());
            }
            record.id = Id::default();
        }
        Err(session_store::Error::Backend(
            "every session number is taken".to_owned(),
        ))
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let (data, person) = encode(record)?;
        let mut connection = self.pool.acquire().await.map_err(backend)?;
        store::session::update(&mut connection, key(record.id), &data, person)
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let mut connection = self.pool.acquire().await.map_err(backend)?;
        let found = store::session::load(&mut connection, key(*id), self.clock.now())
            .await
            .map_err(backend)?;
        let Some((data, ends)) = found else {
            return Ok(None);
        };
        let data =
            serde_json::from_value(data).map_err(|error| session_store::Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(ends.timestamp())
            .map_err(|error| session_store::Error::Decode(error.to_string()))?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let mut connection = self.pool.acquire().await.map_err(backend)?;
        store::session::delete(&mut connection, key(*id))
            .await
            .map_err(backend)
    }
}

fn encode(record: &Record) -> session_store::Result<(serde_json::Value, Option<PersonId>)> {
    let person = record
        .data
        .get(PERSON)
        .and_then(serde_json::Value::as_i64)
        .map(PersonId);
    let data = serde_json::to_value(&record.data)
        .map_err(|error| session_store::Error::Encode(error.to_string()))?;
    Ok((data, person))
}

fn backend(error: impl std::error::Error) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}
