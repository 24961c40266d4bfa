//! Where signed heads are written to, beside the database.

use super::ConfigError;
use std::path::{Path, PathBuf};

/// A witness: what it has, nobody can take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Witness {
    /// Each head is appended to this file; absolute.
    File(PathBuf),
    /// Each head is a file on a branch of this git repository: an absolute path, or an address without a password.
    Repository(String),
}

impl Witness {
    /// The one that is set, if any.
    ///
    /// # Errors
    /// [`ConfigError::TwoWitnesses`], [`ConfigError::WitnessRepository`].
    pub(super) fn of(
        file: Option<PathBuf>,
        repository: Option<String>,
        working_directory: &Path,
    ) -> Result<Option<Self>, ConfigError> {
        match (file, repository) {
            (None, None) => Ok(None),
            (Some(file), None) => Ok(Some(Witness::File(file))),
            (None, Some(given)) => Ok(Some(Witness::Repository(place(&given, working_directory)?))),
            (Some(_), Some(_)) => Err(ConfigError::TwoWitnesses),
        }
    }
}

/// As git takes it: an address (`scheme://…`, or `host:path` as ssh has it), or a path.
fn place(given: &str, working_directory: &Path) -> Result<String, ConfigError> {
    let given = given.trim();
    if let Some((scheme, rest)) = given.split_once("://") {
        let authority = rest.split('/').next().unwrap_or_default();
        let who = authority.rsplit_once('@').map(|(who, _)| who);
        return match (scheme, who) {
            ("https" | "ssh" | "http" | "git" | "file", None) => Ok(given.to_owned()),
            ("ssh", Some(who)) if !who.contains(':') => Ok(given.to_owned()),
            _ => Err(ConfigError::WitnessRepository),
        };
    }
    let host = given.split_once(':').map(|(host, _)| host);
    match host.filter(|host| !host.contains('/')) {
        // `helper::address` has git start a program.
        Some(host) if host.is_empty() || host.starts_with('-') || given.contains("::") => {
            Err(ConfigError::WitnessRepository)
        }
        Some(_) => Ok(given.to_owned()),
        None => Ok(working_directory.join(given).display().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(repository: &str) -> Result<Option<Witness>, ConfigError> {
        Witness::of(None, Some(repository.to_owned()), Path::new("/srv/gonogo"))
    }

    #[test]
    fn a_repository_is_a_path_or_an_address_without_a_password() {
        for (text, repository) in [
            ("../heads.git", "/srv/gonogo/../heads.git"),
            ("/mnt/heads.git", "/mnt/heads.git"),
            ("-x", "/srv/gonogo/-x"),
            (
                "git@git.example.org:ops/heads.git",
                "git@git.example.org:ops/heads.git",
            ),
            (
                "ssh://git@git.example.org/heads.git",
                "ssh://git@git.example.org/heads.git",
            ),
            (
                "https://git.example.org/heads.git",
                "https://git.example.org/heads.git",
            ),
        ] {
            assert_eq!(
                given(text).unwrap(),
                Some(Witness::Repository(repository.to_owned())),
                "{text}"
            );
        }
        for text in [
            "https://ops:secret@git.example.org/heads.git",
            "https://token@git.example.org/heads.git",
            "ssh://git:secret@git.example.org/heads.git",
            "ext::sh -c true",
            "ext::sh://",
            "-oProxyCommand=true:heads.git",
        ] {
            let error = given(text).unwrap_err().to_string();
            assert!(
                error.contains("GONOGO_WITNESS_REPOSITORY") && !error.contains("secret"),
                "{error}"
            );
        }
    }

    #[test]
    fn there_is_one_witness() {
        let both = Witness::of(
            Some("/heads".into()),
            Some("/heads.git".to_owned()),
            Path::new("/"),
        );
        assert!(matches!(both, Err(ConfigError::TwoWitnesses)));
    }
}
