//! `gonogo serve`: from settings to a server that answers, and in order back to nothing.

use crate::server::{
    clock::Clock,
    config::{Config, ConfigError},
    database::{self, Database},
    execution::Executions,
    first_start::{self, Account},
    history, library,
    live::Live,
    panel::{self, Panel},
    password::{PasswordError, Passwords},
    readiness::Looks,
    retention, router, session, signing, signing_key,
    sites::{self, Sites},
    state::AppState,
    task, verification, window,
};
use leptos::config::LeptosOptions;
use probe::{Context, Prober};
use sqlx::PgPool;
use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long requests that are under way may take to end.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Why the server does not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The port.
    #[error(
        "{address} is in use by another program; stop it, or choose another port with --address 127.0.0.1:8081"
    )]
    PortInUse {
        /// The address.
        address: SocketAddr,
    },
    /// The address.
    #[error("cannot listen on {address}: {error}; choose another with --address")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] database::Error),
    /// The first accounts.
    #[error(transparent)]
    FirstStart(#[from] first_start::Error),
    /// Randomness.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The shipped checklists, or the runs that were under way.
    #[error("{0}")]
    Checklists(crate::api::Error),
    /// The public address.
    #[error("the public address: {0}")]
    Origin(tower_http::csrf::ConfigError),
}

/// A server that answers.
pub struct Running {
    /// Where it listens, with the port that it has.
    pub address: SocketAddr,
    /// What browsers call it.
    pub url: String,
    /// Its state.
    pub state: AppState,
    task: JoinHandle<io::Result<()>>,
}

/// The state of a server on `pool`. `variables` are what `$NAME` in the environments' files stands for.
///
/// # Errors
/// When the machine gives no randomness.
pub fn state(
    config: Config,
    pool: PgPool,
    clock: Clock,
    variables: &BTreeMap<String, String>,
) -> Result<AppState, PasswordError> {
    let live = Live::new();
    let hashes = hash_file(&config.site_root);
    let leptos = LeptosOptions::builder()
        .output_name("gonogo")
        .site_root(config.site_root.display().to_string())
        .site_pkg_dir("pkg")
        .site_addr(config.address)
        .hash_files(hashes.is_some())
        .hash_file(hashes.unwrap_or_default().display().to_string().into())
        .build();
    // A name that people reach where there is one, else the address that it listens at.
    let origin = match (&config.public_url, variables.get("GONOGO_URL")) {
        (None, Some(url)) => url.clone(),
        (Some(_), _) | (None, None) => config.public_url(config.address).origin(),
    };
    Ok(AppState {
        pool,
        origin: origin.into(),
        sites: Sites::load(&config.environments, variables),
        prober: Arc::new(Prober::new(context(&clock, variables))),
        panel: Panel::default(),
        looks: Looks::default(),
        drawn: window::Drawn::default(),
        executions: Executions::new(live.clone()),
        live,
        tasks: TaskTracker::new(),
        config: Arc::new(config),
        clock,
        passwords: Passwords::new()?,
        stopping: CancellationToken::new(),
        leptos,
    })
}

/// What probes go by: the server's clock too, so that evidence and events tell one time.
fn context(clock: &Clock, variables: &BTreeMap<String, String>) -> Context {
    let clock = clock.clone();
    Context {
        clock: Arc::new(move || clock.now()),
        ..Context::of_this_machine(&|name| variables.get(name).cloned())
    }
}

/// Takes the address, before anything that takes longer.
///
/// # Errors
/// [`Error::PortInUse`], [`Error::Listen`].
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => Error::PortInUse { address },
            _ => Error::Listen { address, error },
        })
}

impl Running {
    /// Begins to answer on `listener`.
    ///
    /// # Errors
    /// When the public address is no origin.
    pub fn start(state: AppState, listener: TcpListener) -> Result<Self, Error> {
        let address = listener.local_addr().map_err(|error| Error::Listen {
            address: state.config.address,
            error,
        })?;
        let url = state.config.public_url(address);
        let router = router::router(&state, &url).map_err(Error::Origin)?;
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let stopping = state.stopping.clone();
        let serve = axum::serve(listener, service).with_graceful_shutdown(stopping.cancelled_owned());
        let task = tokio::spawn(serve.into_future());
        tokio::spawn(session::sweep(state.clone()));
        tokio::spawn(state.live.clone().listen(state.clone()));
        tokio::spawn(panel::live(state.clone()));
        tokio::spawn(task::take_due(state.clone()));
        tokio::spawn(window::sweep(state.clone()));
        tokio::spawn(retention::sweep(state.clone()));
        tokio::spawn(signing::keep(state.clone()));
        tokio::spawn(history::catch_up(state.clone()));
        Ok(Running {
            address,
            url: url.origin(),
            state,
            task,
        })
    }

    /// Ends live streams, lets requests finish, and stops. Answers false when some did not finish in time.
    pub async fn stop(mut self) -> bool {
        self.state.stopping.cancel();
        self.state.tasks.close();
        // What runs is asked to end, and its task is given back.
        let _ = tokio::time::timeout(LAST_REQUESTS, self.state.tasks.wait()).await;
        match tokio::time::timeout(LAST_REQUESTS, &mut self.task).await {
            Ok(_) => true,
            Err(_) => {
                tracing::warn!(
                    "some requests did not end within {} seconds",
                    LAST_REQUESTS.as_secs()
                );
                self.task.abort();
                false
            }
        }
    }
}

/// Serves until `stop` is cancelled. `announce` is told the accounts of a first start, and then the address.
///
/// # Errors
/// See [`Error`]; each says what to do.
pub async fn run(
    config: Config,
    working_directory: &Path,
    stop: CancellationToken,
    mut announce: impl FnMut(Announcement<'_>),
) -> Result<(), Error> {
    let listener = listen(config.address).await?;
    let database = Database::open(&config, working_directory).await?;
    let served = serve(
        config,
        working_directory,
        &database,
        listener,
        stop,
        &mut announce,
    )
    .await;
    database.close().await;
    served
}

/// What a starting server has to say.
#[derive(Debug)]
pub enum Announcement<'a> {
    /// These accounts were made, and their passwords are in this file.
    Accounts(&'a [Account], &'a Path),
    /// It answers at this address.
    Ready(&'a str),
}

async fn serve(
    mut config: Config,
    working_directory: &Path,
    database: &Database,
    listener: TcpListener,
    stop: CancellationToken,
    announce: &mut impl FnMut(Announcement<'_>),
) -> Result<(), Error> {
    let data = database::place(&config, working_directory)?.data;
    config
        .signing_key
        .get_or_insert_with(|| data.join(signing_key::NAME));
    let address = listener.local_addr().map_err(|error| Error::Listen {
        address: config.address,
        error,
    })?;
    let own = [
        ("GONOGO_URL", config.public_url(reachable(address)).origin()),
        ("GONOGO_DATABASE_URL", database.url.clone()),
        ("GONOGO_DATA_DIR", data.display().to_string()),
    ];
    let variables = sites::variables(own);
    let state = state(config, database.pool.clone(), Clock::System, &variables)?;
    let accounts = first_start::accounts(&state, &data).await?;
    let checklists = state.config.checklists.clone();
    library::load_shipped(&state, &checklists)
        .await
        .map_err(Error::Checklists)?;
    verification::interrupt_lost(&state)
        .await
        .map_err(Error::Checklists)?;
    if !accounts.is_empty() {
        announce(Announcement::Accounts(&accounts, &data.join("credentials")));
    }
    let running = Running::start(state, listener)?;
    announce(Announcement::Ready(&running.url));
    stop.cancelled().await;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// Where this machine reaches a listener: an unspecified address is nowhere that can be dialled.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    address
}

/// The file that says the names of the site's hashed files: `scripts/build` writes it into the site, `cargo leptos` beside the program.
fn hash_file(site_root: &Path) -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    [Some(site_root), beside]
        .into_iter()
        .flatten()
        .map(|folder| folder.join("hash.txt"))
        .find(|file| file.is_file())
}
