//! How this Gonogo is set up: flags before variables (`GONOGO_…`) before `gonogo.toml` before defaults.

mod witness;

use crate::server::postgres::place::Surroundings;
use chrono::TimeDelta;
use domain::retention::DAYS;
use serde::Deserialize;
use std::{
    fs, io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};
pub use witness::Witness;

/// Every setting, as a flag, a variable, or a line of the file. What is not given has a default in [`Config`].
#[derive(Clone, Debug, Default, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The file of settings [default: gonogo.toml, when there is one]
    #[arg(long, global = true, env = "GONOGO_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "GONOGO_ADDRESS", value_name = "HOST:PORT")]
    pub address: Option<SocketAddr>,
    /// The address that browsers use, when it is not the one above: https://gonogo.example.org
    #[arg(long, global = true, env = "GONOGO_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Another Postgres than the embedded one: postgres://user@host/database
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// Where the embedded database and `credentials` are kept
    #[arg(long, global = true, env = "GONOGO_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// The file of the key that records are signed with; made at the first start [default: signing-key in the data folder]
    #[arg(long, global = true, env = "GONOGO_SIGNING_KEY", value_name = "FILE")]
    pub signing_key: Option<PathBuf>,
    /// A file that each signed head is appended to, best on another machine's disk: what it has, nobody can take back
    #[arg(long, global = true, env = "GONOGO_WITNESS", value_name = "FILE")]
    pub witness: Option<PathBuf>,
    /// A git repository instead of a file, by path or URL: each signed head is pushed to its branch `gonogo`, never forced
    #[arg(
        long,
        global = true,
        env = "GONOGO_WITNESS_REPOSITORY",
        value_name = "PATH|URL"
    )]
    pub witness_repository: Option<String>,
    /// For how many days after their run was closed outputs and attachments are kept, 30 to 36,500 [default: for ever]
    #[arg(long, global = true, env = "GONOGO_KEEP_OUTPUTS_DAYS", value_name = "DAYS")]
    pub keep_outputs_days: Option<u32>,
    /// The folder of environments [default: environments]
    #[arg(long, global = true, env = "GONOGO_ENVIRONMENTS", value_name = "FOLDER")]
    pub environments: Option<PathBuf>,
    /// The folder of the checklists that are loaded at the first start [default: checklists]
    #[arg(long, global = true, env = "GONOGO_CHECKLISTS", value_name = "FOLDER")]
    pub checklists: Option<PathBuf>,
    /// The folder of the browser's files [default: target/site]
    #[arg(long, global = true, env = "GONOGO_SITE_ROOT", value_name = "FOLDER")]
    pub site_root: Option<PathBuf>,
    /// Serve plain http beyond this machine: passwords and sessions can then be read on the way
    #[arg(long, global = true, env = "GONOGO_INSECURE_HTTP", num_args = 0..=1, default_missing_value = "true")]
    pub insecure_http: Option<bool>,
    /// Proxies whose `X-Forwarded-For` counts
    #[arg(
        long,
        global = true,
        env = "GONOGO_TRUSTED_PROXIES",
        value_name = "ADDRESS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Option<Vec<IpAddr>>,
    /// How to write the log [default: human on a terminal, json otherwise]
    #[arg(long, global = true, env = "GONOGO_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// The settings, complete and checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub address: SocketAddr,
    /// What browsers use, when it was said.
    pub public_url: Option<PublicUrl>,
    /// `None`: the embedded database.
    pub database_url: Option<String>,
    /// Where the embedded database and `credentials` are kept, when it was said; absolute.
    pub data_dir: Option<PathBuf>,
    /// The file of the signing key, when it was said; absolute.
    pub signing_key: Option<PathBuf>,
    /// Where signed heads are written to as well.
    pub witness: Option<Witness>,
    /// How long after their run was closed outputs and attachments are kept; `None`: for ever.
    pub keep_outputs: Option<TimeDelta>,
    /// The folder of environments.
    pub environments: PathBuf,
    /// The folder of shipped checklists.
    pub checklists: PathBuf,
    /// The folder of the browser's files.
    pub site_root: PathBuf,
    /// How cookies travel.
    pub transport: Transport,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpAddr>,
}

/// How cookies travel, which follows from the public address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// https, or http that never leaves the machine: `__Host-` and `Secure`, as browsers demand of each other.
    Protected,
    /// http beyond this machine, which the operator asked for: browsers drop `Secure` cookies there.
    Plain,
}

impl Transport {
    /// The name of the session's cookie.
    pub fn cookie_name(self) -> &'static str {
        match self {
            Transport::Protected => "__Host-gonogo",
            Transport::Plain => "gonogo",
        }
    }
}

/// `scheme://host[:port]`, nothing after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: String,
    authority: String,
    loopback: bool,
}

impl PublicUrl {
    /// As browsers write it in `Origin`.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// Whether browsers come by https.
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    fn transport(&self) -> Transport {
        if self.is_https() || self.loopback {
            Transport::Protected
        } else {
            Transport::Plain
        }
    }
}

/// The settings do not fit.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("the settings file {file}: {error}")]
    Read {
        /// Which.
        file: PathBuf,
        /// How.
        error: io::Error,
    },
    /// The file is not what it should be.
    #[error("the settings file {file}: {error}")]
    Parse {
        /// Which.
        file: PathBuf,
        /// What and where.
        error: Box<toml::de::Error>,
    },
    /// The public address is no address of a site.
    #[error(
        "the public address {given:?} is not http:// or https:// with a host and nothing after it; write for example https://gonogo.example.org"
    )]
    PublicUrl {
        /// What was given.
        given: String,
    },
    /// Outputs would go too soon, or never.
    #[error("outputs are kept for {} to {} days, or for ever where nothing is said; {given} is neither", DAYS.start(), DAYS.end())]
    KeepOutputs {
        /// What was given, in days.
        given: u32,
    },
    /// Each head would be written to two places, of which one may not answer.
    #[error("a witness is a file (GONOGO_WITNESS) or a git repository (GONOGO_WITNESS_REPOSITORY), not both")]
    TwoWitnesses,
    /// The repository is none that git is given. What was given may have a secret in it, and is not shown.
    #[error(
        "GONOGO_WITNESS_REPOSITORY is a path, host:path, or an address of https, http, ssh, git or file without a password; a helper \
         or a key of git's own settings has that"
    )]
    WitnessRepository,
    /// Passwords would travel in the clear.
    #[error(
        "{origin} is plain http beyond this machine: passwords and sessions could be read on the way. Put https in front and set --public-url https://…, or say --insecure-http if that is what you want"
    )]
    PlainHttp {
        /// The address.
        origin: String,
    },
}

impl Config {
    /// Completes and checks `given` (flags and variables) with the settings file.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn load(given: Settings, working_directory: &Path) -> Result<Self, ConfigError> {
        let file = match &given.config {
            Some(file) => read(file)?,
            None => match read(&working_directory.join("gonogo.toml")) {
                Err(ConfigError::Read { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
                    Settings::default()
                }
                read => read?,
            },
        };
        let given = given.over(file);
        let address = given.address.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
        let not_empty = |text: &String| !text.trim().is_empty();
        let public_url = given
            .public_url
            .filter(not_empty)
            .map(|url| parse_url(&url))
            .transpose()?;
        let effective = public_url.clone().unwrap_or_else(|| url_of(address));
        let transport = effective.transport();
        if transport == Transport::Plain && !given.insecure_http.unwrap_or(false) {
            return Err(ConfigError::PlainHttp {
                origin: effective.origin(),
            });
        }
        let keep_outputs = given.keep_outputs_days.map(days).transpose()?;
        let folder = |given: Option<PathBuf>, default: &str| {
            working_directory.join(given.unwrap_or_else(|| PathBuf::from(default)))
        };
        let file = |given: Option<PathBuf>| {
            let named = given.filter(|file| !file.as_os_str().is_empty());
            named.map(|file| working_directory.join(file))
        };
        Ok(Config {
            address,
            public_url,
            database_url: given.database_url.filter(not_empty),
            data_dir: file(given.data_dir),
            signing_key: file(given.signing_key),
            witness: Witness::of(
                file(given.witness),
                given.witness_repository.filter(not_empty),
                working_directory,
            )?,
            keep_outputs,
            environments: folder(given.environments, "environments"),
            checklists: folder(given.checklists, "checklists"),
            site_root: folder(given.site_root, "target/site"),
            transport,
            trusted_proxies: given.trusted_proxies.unwrap_or_default(),
        })
    }

    /// The address for browsers, now that the port is known.
    pub fn public_url(&self, bound: SocketAddr) -> PublicUrl {
        self.public_url.clone().unwrap_or_else(|| url_of(bound))
    }

    /// What decides where the embedded database lives.
    pub fn surroundings(&self, working_directory: &Path) -> Surroundings {
        let folder = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        Surroundings {
            uid: rustix::process::geteuid().as_raw(),
            data_dir: self.data_dir.clone(),
            project: working_directory.to_owned(),
            home: folder("HOME"),
            xdg_data_home: folder("XDG_DATA_HOME"),
            xdg_runtime_dir: folder("XDG_RUNTIME_DIR"),
        }
    }
}

impl Settings {
    /// These settings, and those of `file` where these say nothing.
    fn over(self, file: Settings) -> Settings {
        Settings {
            config: self.config,
            address: self.address.or(file.address),
            public_url: self.public_url.or(file.public_url),
            database_url: self.database_url.or(file.database_url),
            data_dir: self.data_dir.or(file.data_dir),
            signing_key: self.signing_key.or(file.signing_key),
            witness: self.witness.or(file.witness),
            witness_repository: self.witness_repository.or(file.witness_repository),
            keep_outputs_days: self.keep_outputs_days.or(file.keep_outputs_days),
            environments: self.environments.or(file.environments),
            checklists: self.checklists.or(file.checklists),
            site_root: self.site_root.or(file.site_root),
            insecure_http: self.insecure_http.or(file.insecure_http),
            trusted_proxies: self.trusted_proxies.or(file.trusted_proxies),
            log_format: self.log_format.or(file.log_format),
        }
    }
}

fn read(file: &Path) -> Result<Settings, ConfigError> {
    let text = fs::read_to_string(file).map_err(|error| ConfigError::Read {
        file: file.to_owned(),
        error,
    })?;
    toml::from_str(&text).map_err(|error| ConfigError::Parse {
        file: file.to_owned(),
        error: Box::new(error),
    })
}

fn days(given: u32) -> Result<TimeDelta, ConfigError> {
    match DAYS.contains(&given) {
        true => Ok(TimeDelta::days(i64::from(given))),
        false => Err(ConfigError::KeepOutputs { given }),
    }
}

fn url_of(address: SocketAddr) -> PublicUrl {
    PublicUrl {
        scheme: "http".to_owned(),
        authority: address.to_string(),
        loopback: address.ip().is_loopback(),
    }
}

fn parse_url(given: &str) -> Result<PublicUrl, ConfigError> {
    let wrong = || ConfigError::PublicUrl {
        given: given.to_owned(),
    };
    let uri: axum::http::Uri = given.trim().trim_end_matches('/').parse().map_err(|_| wrong())?;
    let scheme = uri
        .scheme_str()
        .filter(|scheme| matches!(*scheme, "http" | "https"))
        .ok_or_else(wrong)?;
    let authority = uri.authority().ok_or_else(wrong)?;
    let bare = uri.path_and_query().is_none_or(|rest| rest.as_str() == "/");
    if !bare || authority.as_str().contains('@') {
        return Err(wrong());
    }
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    Ok(PublicUrl {
        scheme: scheme.to_owned(),
        authority: authority.as_str().to_lowercase(),
        loopback,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(settings: Settings) -> Result<Config, ConfigError> {
        Config::load(settings, Path::new("/nonexistent"))
    }

    #[test]
    fn the_default_is_this_machine_only_with_protected_cookies() {
        let config = load(Settings::default()).unwrap();
        assert_eq!(config.address.to_string(), "127.0.0.1:8080");
        assert_eq!(config.transport.cookie_name(), "__Host-gonogo");
    }

    #[test]
    fn plain_http_beyond_this_machine_is_refused_unless_asked_for() {
        let open = Settings {
            address: Some("0.0.0.0:8080".parse().unwrap()),
            ..Settings::default()
        };
        let error = load(open.clone()).unwrap_err().to_string();
        assert!(error.contains("--insecure-http"), "{error}");
        let config = load(Settings {
            insecure_http: Some(true),
            ..open
        })
        .unwrap();
        assert_eq!(config.transport.cookie_name(), "gonogo");
    }

    #[test]
    fn https_in_front_protects_cookies() {
        let config = load(Settings {
            address: Some("0.0.0.0:8080".parse().unwrap()),
            public_url: Some("https://Gonogo.Example.org/".to_owned()),
            ..Settings::default()
        })
        .unwrap();
        assert_eq!(config.transport, Transport::Protected);
        assert_eq!(
            config.public_url(config.address).origin(),
            "https://gonogo.example.org"
        );
    }

    #[test]
    fn a_public_address_with_a_path_or_a_password_is_refused() {
        for given in [
            "https://example.org/gonogo",
            "ftp://example.org",
            "https://me:secret@example.org",
            "gonogo",
        ] {
            let settings = Settings {
                public_url: Some(given.to_owned()),
                ..Settings::default()
            };
            assert!(
                matches!(load(settings), Err(ConfigError::PublicUrl { .. })),
                "{given}"
            );
        }
    }

    #[test]
    fn outputs_are_kept_for_ever_or_for_thirty_days_to_a_hundred_years() {
        let keep = |days| {
            load(Settings {
                keep_outputs_days: days,
                ..Settings::default()
            })
        };
        assert_eq!(keep(None).unwrap().keep_outputs, None);
        for days in [30, 36_500] {
            let kept = keep(Some(days)).unwrap().keep_outputs;
            assert_eq!(kept, Some(TimeDelta::days(i64::from(days))));
        }
        for given in [0, 29, 36_501] {
            let error = keep(Some(given)).unwrap_err().to_string();
            assert!(error.contains("30 to 36500 days"), "{error}");
        }
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let folder = std::env::temp_dir().join(format!("gonogo-config-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join("gonogo.toml"),
            "address = \"127.0.0.1:1111\"\nsite_root = \"site\"\n",
        )
        .unwrap();
        let given = Settings {
            address: Some("127.0.0.1:2222".parse().unwrap()),
            ..Settings::default()
        };
        let config = Config::load(given, &folder).unwrap();
        assert_eq!(config.address.port(), 2222);
        assert_eq!(config.site_root, folder.join("site"));
        fs::write(folder.join("gonogo.toml"), "adress = 1\n").unwrap();
        let error = Config::load(Settings::default(), &folder)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("adress") && error.contains("gonogo.toml"),
            "{error}"
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
