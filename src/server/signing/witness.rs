//! The witness: a file, best on another machine's disk, or a git repository, best on another machine. Both can hang, and nothing waits
//! for them long.

mod file;
mod repository;

use super::Error;
use crate::server::{config, state::AppState};
use domain::run::RunId;
use probe::git_branch::GitBranch;
use std::{path::PathBuf, time::Duration};
use store::head::Unwitnessed;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

/// How long a round waits for the witness.
const PATIENCE: Duration = Duration::from_secs(2);

/// For how long a repository that failed is left alone at first, doubled with each failure, and at most: a host may shut out who comes
/// too often in vain.
const REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(300);

/// How many heads one push has at most.
const PUSHED_AT_ONCE: i64 = 50;

/// The witness, and what is being written to it.
pub(super) struct Witness {
    place: Place,
    /// As people are told.
    named: String,
    writing: Option<Writing>,
    resting: Option<Resting>,
}

enum Place {
    File(PathBuf),
    Repository(GitBranch),
}

/// Heads on their way.
struct Writing {
    heads: Vec<(RunId, u64)>,
    written: oneshot::Receiver<Result<(), String>>,
}

/// A repository that failed, and for how long it is left alone.
struct Resting {
    why: String,
    length: Duration,
    until: Instant,
}

impl Witness {
    /// The one of the settings, which need a file of the signing key where it is a repository: its copy is beside that.
    pub(super) fn of(state: &AppState) -> Option<Self> {
        let (place, named) = match state.config.witness.clone()? {
            config::Witness::File(file) => {
                let named = file.display().to_string();
                (Place::File(file), named)
            }
            config::Witness::Repository(named) => {
                let copy = state
                    .config
                    .signing_key
                    .as_deref()?
                    .with_added_extension("witness.git");
                (Place::Repository(repository::branch(state, &named, copy)), named)
            }
        };
        Some(Self {
            place,
            named,
            writing: None,
            resting: None,
        })
    }

    /// Writes the next heads that are not there yet; false where none are, or where they are on their way to a repository. Should the
    /// process die in between, or two of them write, a head stands in a file twice, in a repository once. What has not answered is
    /// waited for again, and nothing is written beside it.
    pub(super) async fn next(&mut self, state: &AppState) -> Result<bool, Error> {
        let mut writing = match self.writing.take() {
            Some(writing) => writing,
            None => match self.begin(state).await? {
                Some(begun) => begun,
                None => return Ok(false),
            },
        };
        let written = match timeout(PATIENCE, &mut writing.written).await {
            Ok(Ok(written)) => written,
            Ok(Err(_)) => Err("who wrote it has died".to_owned()),
            Err(_) => {
                self.writing = Some(writing);
                return match self.place {
                    Place::File(_) => Err(self.broken("timed out".to_owned())),
                    // Git has deadlines of its own.
                    Place::Repository(_) => Ok(false),
                };
            }
        };
        if let Err(why) = written {
            self.rest(&why);
            return Err(self.broken(why));
        }
        self.resting = None;
        let mut connection = state.pool.acquire().await?;
        for (run, number) in writing.heads {
            store::head::witnessed(&mut connection, run, number).await?;
        }
        Ok(true)
    }

    async fn begin(&self, state: &AppState) -> Result<Option<Writing>, Error> {
        if let Some(resting) = self
            .resting
            .as_ref()
            .filter(|resting| resting.until > Instant::now())
        {
            return Err(self.broken(resting.why.clone()));
        }
        let at_once = match self.place {
            Place::File(_) => 1,
            Place::Repository(_) => PUSHED_AT_ONCE,
        };
        let next = store::head::unwitnessed(&mut *state.pool.acquire().await?, at_once).await?;
        if next.is_empty() {
            return Ok(None);
        }
        let heads = next.iter().map(|head| (head.run, head.number)).collect();
        let written = self.write(state, next)?;
        Ok(Some(Writing { heads, written }))
    }

    fn write(
        &self,
        state: &AppState,
        heads: Vec<Unwitnessed>,
    ) -> Result<oneshot::Receiver<Result<(), String>>, Error> {
        let (done, written) = oneshot::channel();
        match &self.place {
            Place::File(file) => {
                let begun = file::append(file.clone(), heads, done);
                begun.map_err(|error| self.broken(error.to_string()))?;
            }
            Place::Repository(branch) => {
                let (branch, stopping) = (branch.clone(), state.stopping.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        // Git ends with it. What it has pushed by then is found again.
                        () = stopping.cancelled() => {}
                        added = repository::add(&branch, &heads) => drop(done.send(added)),
                    }
                });
            }
        }
        Ok(written)
    }

    fn rest(&mut self, why: &str) {
        let Place::Repository(_) = self.place else { return };
        let before = self.resting.take();
        let length = before.map_or(REST, |before| (before.length * 2).min(LONGEST_REST));
        self.resting = Some(Resting {
            why: why.to_owned(),
            length,
            until: Instant::now() + length,
        });
    }

    fn broken(&self, why: String) -> Error {
        let named = self.named.clone();
        Error::Witness { named, why }
    }
}
