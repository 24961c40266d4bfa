//! Where the embedded database lives and as whom it runs.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What of the surroundings decides the place. All values, so that every case can be tried on one machine.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The number of the user that Gonogo runs as; 0 is root.
    pub uid: u32,
    /// `GONOGO_DATA_DIR`, absolute.
    pub data_dir: Option<PathBuf>,
    /// The project's folder: the working directory, with links resolved.
    pub project: PathBuf,
    /// `$HOME`.
    pub home: Option<PathBuf>,
    /// `$XDG_DATA_HOME`.
    pub xdg_data_home: Option<PathBuf>,
    /// `$XDG_RUNTIME_DIR`.
    pub xdg_runtime_dir: Option<PathBuf>,
}

/// The folders of one installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Gonogo's own folder: `credentials`, `lock`, `postgres.log`, and the cluster in `postgres`.
    pub data: PathBuf,
    /// The folder of the Unix socket, only for the database's user.
    pub socket: PathBuf,
    /// Whether the database has to run as the system user [`SYSTEM_USER`], because Gonogo runs as root.
    pub as_system_user: bool,
}

/// Whom the database runs as when Gonogo runs as root: Postgres refuses root.
pub const SYSTEM_USER: &str = "gonogo";

/// The name of the socket below its folder. The port's number is a name only: nothing listens on TCP.
const SOCKET_NAME: &str = ".s.PGSQL.5432";

/// What `sun_path` holds on Linux (unix(7): 108 bytes with the closing zero).
const SOCKET_PATH_MAX: usize = 107;

/// No place could be chosen.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlaceError {
    /// Neither `$XDG_DATA_HOME` nor `$HOME` is set.
    #[error(
        "there is no folder for the embedded database: neither XDG_DATA_HOME nor HOME is set; set GONOGO_DATA_DIR, or DATABASE_URL to use another server"
    )]
    NoHome,
    /// The socket's path does not fit.
    #[error(
        "the database's socket would be {path}, {length} bytes long, and a socket's path holds {max}; set XDG_RUNTIME_DIR to a shorter folder",
        max = SOCKET_PATH_MAX
    )]
    SocketPathTooLong {
        /// The path.
        path: String,
        /// Its length in bytes.
        length: usize,
    },
}

impl Place {
    /// Chooses the place: as root below `/var/lib/gonogo` and `/run/gonogo`, otherwise below the user's own folders.
    ///
    /// # Errors
    /// When there is no folder of the user's, or the socket's path would be too long.
    pub fn choose(around: &Surroundings) -> Result<Self, PlaceError> {
        let root = around.uid == 0;
        let hash = short_hash(around.data_dir.as_deref().unwrap_or(&around.project));
        let data = match (&around.data_dir, root) {
            (Some(folder), _) => folder.clone(),
            (None, true) => Path::new("/var/lib/gonogo").join(&hash),
            (None, false) => data_home(around)?.join("gonogo").join(&hash),
        };
        let socket = if root {
            Path::new("/run/gonogo").join(&hash)
        } else {
            match &around.xdg_runtime_dir {
                Some(folder) => folder.join("gonogo").join(&hash),
                None => PathBuf::from(format!("/tmp/gonogo-{}", around.uid)).join(&hash),
            }
        };
        let path = socket.join(SOCKET_NAME);
        let length = path.as_os_str().len();
        if length > SOCKET_PATH_MAX {
            let path = path.display().to_string();
            return Err(PlaceError::SocketPathTooLong { path, length });
        }
        Ok(Place {
            data,
            socket,
            as_system_user: root,
        })
    }

    /// The database's own folder, as `initdb` makes it.
    pub fn cluster(&self) -> PathBuf {
        self.data.join("postgres")
    }

    /// The file by which Postgres says that it has the socket.
    pub fn socket_lock(&self) -> PathBuf {
        self.socket.join(format!("{SOCKET_NAME}.lock"))
    }

    /// What Postgres says: replaced when it has grown too long.
    pub fn log(&self) -> PathBuf {
        self.data.join("postgres.log")
    }
}

fn data_home(around: &Surroundings) -> Result<PathBuf, PlaceError> {
    match (&around.xdg_data_home, &around.home) {
        (Some(folder), _) => Ok(folder.clone()),
        (None, Some(home)) => Ok(home.join(".local/share")),
        (None, None) => Err(PlaceError::NoHome),
    }
}

/// Twelve hexadecimal digits: 48 bits tell the projects of one machine apart.
fn short_hash(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(uid: u32) -> Surroundings {
        Surroundings {
            uid,
            data_dir: None,
            project: PathBuf::from("/srv/gonogo"),
            home: Some(PathBuf::from("/home/ada")),
            xdg_data_home: None,
            xdg_runtime_dir: Some(PathBuf::from("/run/user/1000")),
        }
    }

    #[test]
    fn root_keeps_its_data_where_the_system_user_can_enter() {
        let place = Place::choose(&around(0)).unwrap();
        assert!(place.data.starts_with("/var/lib/gonogo"), "{place:?}");
        assert!(place.socket.starts_with("/run/gonogo"), "{place:?}");
        assert!(place.as_system_user);
    }

    #[test]
    fn another_user_keeps_it_in_their_own_folders() {
        let place = Place::choose(&around(1000)).unwrap();
        assert!(
            place.data.starts_with("/home/ada/.local/share/gonogo"),
            "{place:?}"
        );
        assert!(place.socket.starts_with("/run/user/1000/gonogo"), "{place:?}");
        assert!(!place.as_system_user);
    }

    #[test]
    fn two_projects_have_two_places() {
        let one = Place::choose(&around(0)).unwrap();
        let mut other = around(0);
        other.project = PathBuf::from("/srv/gonogo2");
        let other = Place::choose(&other).unwrap();
        assert_ne!(one.data, other.data);
        assert_ne!(one.socket, other.socket);
    }

    #[test]
    fn a_socket_path_that_does_not_fit_is_refused_with_its_length() {
        let mut around = around(1000);
        around.xdg_runtime_dir = Some(PathBuf::from(format!("/{}", "x".repeat(100))));
        let error = Place::choose(&around).unwrap_err().to_string();
        assert!(
            error.contains("bytes long, and a socket's path holds 107"),
            "{error}"
        );
    }

    #[test]
    fn without_a_home_the_error_names_the_setting() {
        let mut around = around(1000);
        around.home = None;
        assert_eq!(Place::choose(&around), Err(PlaceError::NoHome));
    }
}
