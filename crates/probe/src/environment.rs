//! Environments from a folder of TOML files.

use domain::environment::Environment;
use std::path::{Path, PathBuf};

/// The longest environment file, in bytes.
const FILE_BYTES: u64 = 256 * 1024;

/// A file that does not declare an environment.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// The folder or the file cannot be read.
    #[error("{}: {why}: environments are TOML files that the server can read", file.display())]
    Unreadable {
        /// The folder or file.
        file: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The file's name cannot be an environment's name.
    #[error("{}: an environment's name has only a-z, 0-9 and -: rename the file", file.display())]
    Name {
        /// The file.
        file: PathBuf,
    },
    /// What is written is not an environment.
    #[error("{}:{line}:{column}: {why} (environments/this-machine.toml explains every key)", file.display())]
    Written {
        /// The file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong there.
        why: String,
    },
}

/// Every `*.toml` of the folder, by name. A file that cannot be used is an error of its own and hides no other.
pub fn load(dir: &Path) -> Vec<Result<Environment, EnvironmentError>> {
    let unreadable = |why: std::io::Error| EnvironmentError::Unreadable {
        file: dir.to_owned(),
        why: why.to_string(),
    };
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(why) => return vec![Err(unreadable(why))],
    };
    let mut files = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => files.push(entry.path()),
            Err(why) => return vec![Err(unreadable(why))],
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files.iter().map(|file| read(file)).collect()
}

/// One file.
///
/// # Errors
/// [`EnvironmentError`] with the file, the line and what is wrong there.
pub fn read(file: &Path) -> Result<Environment, EnvironmentError> {
    let unreadable = |why: String| EnvironmentError::Unreadable {
        file: file.to_owned(),
        why,
    };
    let named = |stem: &&str| {
        !stem.is_empty()
            && stem
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    let name = stem.filter(named).ok_or_else(|| EnvironmentError::Name {
        file: file.to_owned(),
    })?;
    let metadata = std::fs::metadata(file).map_err(|why| unreadable(why.to_string()))?;
    if !metadata.is_file() || metadata.len() > FILE_BYTES {
        return Err(unreadable("not a file of at most 256 KB".to_owned()));
    }
    let text = std::fs::read_to_string(file).map_err(|why| unreadable(why.to_string()))?;
    let mut environment: Environment = toml::from_str(&text).map_err(|error| {
        let before = &text[..error.span().map_or(0, |span| span.start.min(text.len()))];
        EnvironmentError::Written {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
            why: error.message().trim().to_owned(),
        }
    })?;
    name.clone_into(&mut environment.name);
    Ok(environment)
}
