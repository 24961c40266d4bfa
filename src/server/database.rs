//! The database that this Gonogo uses: the embedded one, or the one of `DATABASE_URL`.

use crate::server::{
    clock::Clock,
    config::Config,
    postgres::{self, Embedded, place::Place},
};
use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{path::Path, str::FromStr, time::Duration};

/// The most connections of one Gonogo.
const CONNECTIONS_MAX: u32 = 20;

/// How long a request waits for a connection; then the database counts as away.
const PATIENCE: Duration = Duration::from_secs(5);

/// The oldest Postgres whose SQL is used here.
const VERSION_MIN: i32 = 130_000;

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The embedded one does not run.
    #[error(transparent)]
    Embedded(#[from] postgres::Error),
    /// `DATABASE_URL` cannot be read.
    #[error(
        "DATABASE_URL is no address of a Postgres ({0}); write postgres://user:password@host:5432/database"
    )]
    Url(sqlx::Error),
    /// `DATABASE_URL` cannot be reached.
    #[error(
        "the database at {at} cannot be reached: {error}; check that it runs and that DATABASE_URL is right, or unset DATABASE_URL to use the embedded one"
    )]
    Unreachable {
        /// Where, without the password.
        at: String,
        /// How it failed.
        error: Box<sqlx::Error>,
    },
    /// Too old.
    #[error("the database is PostgreSQL {found}; Gonogo needs PostgreSQL {least} or newer", least = VERSION_MIN / 10_000)]
    TooOld {
        /// Its major version.
        found: i32,
    },
    /// The migrations do not apply.
    #[error(
        "the database's tables could not be brought up to date: {0}; if a newer Gonogo has used this database, run that one"
    )]
    Migrations(store::Error),
    /// Something else.
    #[error("the database: {0}")]
    Store(#[from] store::Error),
}

/// An open database. [`Database::close`] ends it in order.
#[derive(Debug)]
pub struct Database {
    /// Connections.
    pub pool: PgPool,
    /// Where it is, for the probes of the environment `this-machine`.
    pub url: String,
    embedded: Option<Embedded>,
}

impl Database {
    /// Opens the database, starting the embedded one when there is no `DATABASE_URL`, and brings its tables up to
    /// date. Where a restore was lost before its end, what the copy held is let go before anybody sees the database.
    ///
    /// # Errors
    /// See [`Error`]; each says what to do.
    pub async fn open(config: &Config, working_directory: &Path) -> Result<Self, Error> {
        let database = Self::open_as_it_is(config, working_directory).await?;
        database.ready().await
    }

    /// Opens the database with whatever tables it has: another version's, or none.
    ///
    /// # Errors
    /// See [`Error`]; each says what to do.
    pub async fn open_as_it_is(config: &Config, working_directory: &Path) -> Result<Self, Error> {
        let mut url = config.database_url.clone().unwrap_or_default();
        let (options, embedded) = match &config.database_url {
            Some(given) => (PgConnectOptions::from_str(given).map_err(Error::Url)?, None),
            None => {
                let place = place(config, working_directory)?;
                url = embedded_url(&place);
                let embedded = Embedded::start(place).await?;
                (embedded.connect_options(postgres::NAME), Some(embedded))
            }
        };
        let pool = match connect(options, embedded.as_ref()).await {
            Ok(pool) => pool,
            Err(error) => {
                if let Some(embedded) = embedded {
                    embedded.stop().await;
                }
                return Err(error);
            }
        };
        Ok(Database { pool, url, embedded })
    }

    /// Opens the database for a short command: an embedded one that a running Gonogo has is shared with it.
    ///
    /// # Errors
    /// See [`Error`]; each says what to do.
    pub async fn open_beside(config: &Config, working_directory: &Path) -> Result<Self, Error> {
        match Self::open(config, working_directory).await {
            Err(Error::Embedded(postgres::Error::InUse { .. })) => {
                let place = place(config, working_directory)?;
                let url = embedded_url(&place);
                let pool = connect(postgres::connect_options(&place, postgres::NAME), None).await?;
                let embedded = None;
                Database { pool, url, embedded }.ready().await
            }
            opened => opened,
        }
    }

    /// Brings its tables up to date.
    ///
    /// # Errors
    /// [`Error::Migrations`].
    pub async fn migrate(&self) -> Result<(), Error> {
        let migrated = store::MIGRATOR.run(&self.pool).await;
        migrated.map_err(|error| Error::Migrations(error.into()))
    }

    async fn ready(self) -> Result<Self, Error> {
        let ready = match self.migrate().await {
            Ok(()) => self.let_go().await,
            Err(error) => Err(error),
        };
        match ready {
            Ok(()) => Ok(self),
            Err(error) => {
                self.close().await;
                Err(error)
            }
        }
    }

    /// Where a restore was lost before its end, it is brought there before anything that the copy held goes on.
    async fn let_go(&self) -> Result<(), Error> {
        let mut tx = self.pool.begin().await.map_err(store::Error::from)?;
        let let_go = store::backup::let_go(&mut tx, Clock::System.now()).await?;
        tx.commit().await.map_err(store::Error::from)?;
        if let Some(let_go) = let_go {
            tracing::warn!(
                ?let_go,
                "a restore had not come to its end: what was under way was let go"
            );
        }
        Ok(())
    }

    /// Closes the connections and stops the embedded database.
    pub async fn close(self) {
        self.pool.close().await;
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}

/// The address of an embedded database.
fn embedded_url(place: &Place) -> String {
    let name = postgres::NAME;
    format!("postgres:///{name}?host={}&user={name}", place.socket.display())
}

/// Where this Gonogo keeps its data, the embedded database among it.
///
/// # Errors
/// When there is no such place.
pub fn place(config: &Config, working_directory: &Path) -> Result<Place, Error> {
    Place::choose(&config.surroundings(working_directory)).map_err(|error| Error::Embedded(error.into()))
}

async fn connect(options: PgConnectOptions, embedded: Option<&Embedded>) -> Result<PgPool, Error> {
    if let Some(embedded) = embedded {
        let mut server = reach(&embedded.connect_options("postgres")).await?;
        store::database::create_if_missing(&mut server, postgres::NAME).await?;
        server.close().await.map_err(store::Error::from)?;
    }
    let mut first = reach(&options).await?;
    let version = store::database::version_number(&mut first).await?;
    if version < VERSION_MIN {
        return Err(Error::TooOld {
            found: version / 10_000,
        });
    }
    first.close().await.map_err(store::Error::from)?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(PATIENCE)
        .connect_with(options);
    Ok(pool.await.map_err(store::Error::from)?)
}

async fn reach(options: &PgConnectOptions) -> Result<PgConnection, Error> {
    let at = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    match tokio::time::timeout(PATIENCE * 2, PgConnection::connect_with(options)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(Error::Unreachable {
            at,
            error: Box::new(error),
        }),
        Err(_) => Err(Error::Unreachable {
            at,
            error: Box::new(sqlx::Error::PoolTimedOut),
        }),
    }
}
