//! A branch of a git repository that files are added to and never taken from: written with plumbing, without a work tree, in a bare
//! copy of our own, and pushed without force. The copy's branch is what the repository had when it was last pushed to or looked at;
//! a repository whose branch does not come after that was rewritten.

use crate::context::Context;
use crate::redact::Secrets;
use crate::run::{self, End, Program, Ran};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::fs;
use tokio_util::sync::CancellationToken;

/// How long one call of git may take, in which it may dial.
const DEADLINE: Duration = Duration::from_secs(60);

/// The most of what git complains of that is told, in characters.
const COMPLAINT: usize = 400;

/// Where the branch was when the repository was looked at last.
const SEEN: &str = "refs/seen/theirs";

/// A branch, and the copy of it.
#[derive(Clone)]
pub struct GitBranch {
    repository: String,
    branch: String,
    copy: PathBuf,
    variables: BTreeMap<String, String>,
    proc: PathBuf,
    clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

/// A file to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its folder in the repository.
    pub folder: String,
    /// What its name begins with: the rest is the beginning of its content's hash, so that no content hides another.
    pub name: String,
    /// What its name ends with.
    pub ending: String,
    /// What is in it.
    pub content: String,
}

/// Why nothing was added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdded {
    /// It is not what was pushed, or does not come after it.
    #[error(
        "its branch {branch} is {found}, which does not come after {left}, where it was left: its history was rewritten or set back. \
         Nothing is written to it. Push {left} to it again from {}, or, if this was meant, take that folder away",
        copy.display()
    )]
    Rewritten {
        /// The branch.
        branch: String,
        /// Where it was left: a commit.
        left: String,
        /// Where it is: a commit, or "gone".
        found: String,
        /// The folder that has what it was.
        copy: PathBuf,
    },
    /// Git did not do something.
    #[error("git {what}: {why}")]
    Failed {
        /// What.
        what: String,
        /// Why, in git's words where it has any.
        why: String,
    },
}

impl GitBranch {
    /// The branch of this name in the repository (a path or an address, as git takes it), and the folder of its copy, which need not
    /// be there yet. Git runs with the variables that probing passes on, and with this machine's settings of git.
    pub fn new(repository: String, branch: &str, copy: PathBuf, context: &Context) -> Self {
        Self {
            repository,
            branch: branch.to_owned(),
            variables: context.variables.clone(),
            proc: context.proc.clone(),
            clock: context.clock.clone(),
            copy,
        }
    }

    /// Adds those that are not there yet in one commit, and pushes it. When this is `Ok` all of them are in the repository; whoever
    /// does not know how it ended asks again, and what is there is not written twice. Only one may be under way for a copy.
    ///
    /// # Errors
    /// See [`NotAdded`]; nothing is in the repository then, or all of it.
    pub async fn add(&self, files: &[Added], message: &str) -> Result<(), NotAdded> {
        self.prepare().await?;
        let tip = self.agree().await?;
        let Some(commit) = self.commit(tip.as_deref(), files, message).await? else {
            return Ok(());
        };
        // Without force: whoever was faster keeps their commits, and the next time begins after them.
        let to = format!("{commit}:{}", self.reference());
        self.git(&["push", "--quiet", "--no-verify", "--", &self.repository, &to])
            .await?;
        self.move_to(&commit).await
    }

    fn reference(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    fn index(&self) -> PathBuf {
        self.copy.join("adding.index")
    }

    async fn prepare(&self) -> Result<(), NotAdded> {
        fs::create_dir_all(&self.copy).await.map_err(disk(&self.copy))?;
        if !self.copy.join("HEAD").exists() {
            self.git(&["init", "--quiet", "--bare"]).await?;
        }
        // What a process that died has left of its index.
        for left in [self.index(), self.index().with_added_extension("lock")] {
            match fs::remove_file(&left).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(disk(&left)(error)),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Where to go on: where the repository's branch is, if that comes after where it was left. `None`: there is none, nor was there.
    async fn agree(&self) -> Result<Option<String>, NotAdded> {
        let reference = self.reference();
        let left = self.known(&reference).await?;
        let listed = self
            .git(&["ls-remote", "--", &self.repository, &reference])
            .await?;
        let listed = String::from_utf8_lossy(&listed.stdout);
        let theirs = listed.split_whitespace().next().map(str::to_owned);
        match (left, theirs) {
            (None, None) => Ok(None),
            (Some(left), Some(theirs)) if left == theirs => Ok(Some(left)),
            (Some(left), None) => Err(self.rewritten(left, "gone".to_owned())),
            (left, Some(_)) => {
                let fetched = format!("+{reference}:{SEEN}");
                self.git(&["fetch", "--quiet", "--no-tags", "--", &self.repository, &fetched])
                    .await?;
                let seen = self.known(SEEN).await?.unwrap_or_default();
                if let Some(left) = left
                    && !self.follows(&left, &seen).await?
                {
                    return Err(self.rewritten(left, seen));
                }
                self.move_to(&seen).await?;
                Ok(Some(seen))
            }
        }
    }

    fn rewritten(&self, left: String, found: String) -> NotAdded {
        NotAdded::Rewritten {
            branch: self.branch.clone(),
            left,
            found,
            copy: self.copy.clone(),
        }
    }

    async fn follows(&self, before: &str, after: &str) -> Result<bool, NotAdded> {
        let asked = ["merge-base", "--is-ancestor", before, after];
        let ran = self.run(&asked).await;
        match ran.end {
            End::Exited(0) => Ok(true),
            End::Exited(1) => Ok(false),
            _ => Err(failed(&asked, &ran)),
        }
    }

    /// The commit of a reference of the copy, where it has one.
    async fn known(&self, reference: &str) -> Result<Option<String>, NotAdded> {
        let commits = self
            .git(&["for-each-ref", "--format=%(objectname)", reference])
            .await?;
        Ok(Some(line(&commits)).filter(|commit| !commit.is_empty()))
    }

    async fn move_to(&self, commit: &str) -> Result<(), NotAdded> {
        self.git(&["update-ref", &self.reference(), commit]).await?;
        Ok(())
    }

    /// A commit after `tip` that has the files too; `None` where all of them are there.
    async fn commit(
        &self,
        tip: Option<&str>,
        files: &[Added],
        message: &str,
    ) -> Result<Option<String>, NotAdded> {
        if let Some(tip) = tip {
            self.git(&["read-tree", tip]).await?;
        }
        for file in files {
            let hash = self.store(&file.content).await?;
            let short = hash.get(..12).unwrap_or(&hash);
            let path = format!("{}/{}-{short}{}", file.folder, file.name, file.ending);
            let entry = format!("100644,{hash},{path}");
            self.git(&["update-index", "--add", "--cacheinfo", &entry])
                .await?;
        }
        let tree = line(&self.git(&["write-tree"]).await?);
        let mut asked = vec!["commit-tree", &tree, "-m", message];
        if let Some(tip) = tip {
            let before = format!("{tip}^{{tree}}");
            if line(&self.git(&["rev-parse", "--verify", &before]).await?) == tree {
                return Ok(None);
            }
            asked.extend(["-p", tip]);
        }
        Ok(Some(line(&self.git(&asked).await?)))
    }

    /// Stores a content, and answers its hash.
    async fn store(&self, content: &str) -> Result<String, NotAdded> {
        let draft = self.copy.join("adding.draft");
        fs::write(&draft, content).await.map_err(disk(&draft))?;
        let stored = self
            .git(&["hash-object", "-w", "--no-filters", "adding.draft"])
            .await?;
        Ok(line(&stored))
    }

    async fn git(&self, arguments: &[&str]) -> Result<Ran, NotAdded> {
        let ran = self.run(arguments).await;
        match ran.end {
            End::Exited(0) => Ok(ran),
            _ => Err(failed(arguments, &ran)),
        }
    }

    /// Runs git in the copy: it asks nobody for a password, and runs nothing that a repository names.
    async fn run(&self, arguments: &[&str]) -> Ran {
        let safe = [
            "core.hooksPath=/dev/null",
            "protocol.ext.allow=never",
            "gc.auto=0",
            "maintenance.auto=false",
        ];
        let mut words = vec!["git".to_owned(), "--no-pager".to_owned()];
        words.extend(
            safe.iter()
                .flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]),
        );
        words.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let mut variables = self.variables.clone();
        let at = format!("@{} +0000", (self.clock)().timestamp());
        let index = self.index();
        for (name, value) in [
            ("LANG", "C"),
            ("GIT_DIR", "."),
            ("GIT_INDEX_FILE", &index.display().to_string()),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_ASKPASS", "false"),
            ("SSH_ASKPASS", "false"),
            ("SSH_ASKPASS_REQUIRE", "force"),
            ("GIT_AUTHOR_NAME", "Gonogo"),
            ("GIT_AUTHOR_EMAIL", "gonogo@localhost"),
            ("GIT_AUTHOR_DATE", &at),
            ("GIT_COMMITTER_NAME", "Gonogo"),
            ("GIT_COMMITTER_EMAIL", "gonogo@localhost"),
            ("GIT_COMMITTER_DATE", &at),
        ] {
            variables.insert(name.to_owned(), value.to_owned());
        }
        let program = Program {
            arguments: words,
            directory: self.copy.clone(),
            variables,
            deadline: DEADLINE,
            proc: self.proc.clone(),
            refused: None,
        };
        run::run(&program, &Secrets::none(), &CancellationToken::new(), None).await
    }
}

fn line(ran: &Ran) -> String {
    String::from_utf8_lossy(&ran.stdout).trim().to_owned()
}

fn failed(arguments: &[&str], ran: &Ran) -> NotAdded {
    let said = String::from_utf8_lossy(&ran.stderr);
    let said: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let mut why = match &ran.end {
        End::Exited(code) => format!("exit code {code}"),
        End::Signalled(signal) => format!("ended by signal {signal}"),
        End::NotStarted(why) => why.clone(),
        End::TooLong(deadline) => format!("no end within {} s", deadline.as_secs()),
        End::TooMuch => "it printed too much".to_owned(),
        End::Cancelled => "called off".to_owned(),
    };
    if !said.is_empty() {
        let said: String = said.join("; ").chars().take(COMPLAINT).collect();
        let _ = write!(why, ": {said}");
    }
    NotAdded::Failed {
        what: arguments.first().copied().unwrap_or_default().to_owned(),
        why,
    }
}

fn disk(path: &Path) -> impl Fn(std::io::Error) -> NotAdded + '_ {
    |error| NotAdded::Failed {
        what: "in its copy".to_owned(),
        why: format!("{}: {error}", path.display()),
    }
}
