//! A task that this process has: it says so twice a second, and every write asks whether it is still so.

use crate::{
    api::Error,
    server::{run::Opened, state::AppState},
};
use domain::{
    Hash, event::Happening, outline::Outline, person::Author, plan::ItemId, run::Run, verdict::Finding,
};
use std::time::Duration;
use store::{
    run::Pinned,
    task::{Beat, Next, Task},
};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How often it is said.
const BEAT: Duration = Duration::from_millis(500);

/// After this long without an answer another may have it: what runs is ended. The database says ten seconds.
const LASTS: Duration = Duration::from_secs(9);

/// How long until a write is tried again that the database did not answer.
const AGAIN: Duration = Duration::from_millis(100);

/// A task that this process has.
pub struct Lease {
    /// What everything can reach.
    pub state: AppState,
    /// The task.
    pub task: Task,
    /// Cancelled when what runs shall end: somebody asked, the server stops, or another has the task.
    pub cancel: CancellationToken,
    /// Cancelled when another has the task.
    taken: CancellationToken,
    _beating: DropGuard,
}

/// Why the work on a task ends before it is done.
#[derive(Debug)]
pub enum Gone {
    /// Another has it, or somebody else ended it.
    Taken,
    /// This process stops: another goes on.
    Stopping,
    /// It cannot be done.
    Failed(store::Error),
}

impl From<store::Error> for Gone {
    fn from(error: store::Error) -> Self {
        Gone::Failed(error)
    }
}

impl From<Gone> for Error {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Taken | Gone::Stopping => Error::Conflict {
                message: "This Gonogo stops. What it began is looked after by the next: load the page again."
                    .to_owned(),
            },
            Gone::Failed(error) => error.into(),
        }
    }
}

/// What a write adds to the run.
pub struct Entry<'a> {
    /// Whose deed it is.
    pub by: &'a Author,
    /// What was seen, and of what.
    pub seen: Option<(&'a ItemId, &'a Finding)>,
    /// What becomes of the task.
    pub next: Next,
}

impl Lease {
    /// Begins to say that this process has it.
    pub fn hold(state: AppState, task: Task) -> Self {
        let (cancel, taken, ended) = (
            state.stopping.child_token(),
            CancellationToken::new(),
            CancellationToken::new(),
        );
        let beating = beat(state.clone(), task.clone(), cancel.clone(), taken.clone());
        tokio::spawn(ended.clone().run_until_cancelled_owned(beating));
        Self {
            state,
            task,
            cancel,
            taken,
            _beating: ended.drop_guard(),
        }
    }

    /// What everything carries that it starts.
    pub fn mark(&self) -> String {
        self.task.request_key.to_string()
    }

    /// The run and its plan.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn open(&self) -> Result<Opened, Gone> {
        let pinned = loop {
            match self.try_to_open().await {
                Ok(pinned) => break pinned,
                Err(error) => self.wait_after(error).await?,
            }
        };
        let pinned = pinned.ok_or(store::Error::Missing {
            what: "run",
            id: self.task.run.0,
        })?;
        let outline = Outline::from(&pinned.plan);
        Ok(Opened { pinned, outline })
    }

    async fn try_to_open(&self) -> Result<Option<Pinned>, store::Error> {
        let mut connection = self.state.pool.acquire().await?;
        store::run::by_id(&mut connection, self.task.run).await
    }

    /// Appends what `decide` answers to the run, where the task is still ours. A database that does not answer is asked again;
    /// `decide` sees then whether the first try was stored after all, and answers nothing.
    ///
    /// # Errors
    /// [`Gone::Taken`] where another has the task.
    pub async fn write(
        &self,
        outline: &Outline,
        entry: Entry<'_>,
        decide: impl Fn(&Run, Option<&Hash>) -> Vec<Happening>,
    ) -> Result<Run, Gone> {
        loop {
            match self.try_to_write(outline, &entry, &decide).await {
                Ok(Some(run)) => return Ok(run),
                Ok(None) => {
                    self.taken.cancel();
                    self.cancel.cancel();
                    return Err(Gone::Taken);
                }
                Err(error) => self.wait_after(error).await?,
            }
        }
    }

    async fn try_to_write(
        &self,
        outline: &Outline,
        entry: &Entry<'_>,
        decide: &impl Fn(&Run, Option<&Hash>) -> Vec<Happening>,
    ) -> Result<Option<Run>, store::Error> {
        let (id, run, now) = (self.task.id, self.task.run, self.state.clock.now());
        let mut tx = self.state.pool.begin().await?;
        // The task before the environment before the run: everybody locks in this order.
        if !store::task::is_ours(&mut tx, id, self.task.fence).await? {
            return Ok(None);
        }
        let evidence = match entry.seen {
            Some((item, finding)) => Some(store::evidence::insert(&mut tx, run, item, finding).await?),
            None => None,
        };
        let decided = |run: &Run| Ok::<_, store::Error>(decide(run, evidence.as_ref()));
        let (run, _) = store::run::append(&mut tx, outline, run, entry.by, now, decided).await?;
        store::task::settle(&mut tx, id, entry.next, now).await?;
        tx.commit().await?;
        Ok(Some(run))
    }

    /// Waits until the database is worth another try.
    async fn wait_after(&self, error: store::Error) -> Result<(), Gone> {
        if !error.is_passing() {
            return Err(error.into());
        }
        tracing::warn!(task = self.task.id.0, %error, "the database does not answer a task, trying again");
        tokio::select! {
            () = self.taken.cancelled() => Err(Gone::Taken),
            () = self.state.stopping.cancelled() => Err(Gone::Stopping),
            () = tokio::time::sleep(AGAIN) => Ok(()),
        }
    }

    /// The process stops, or another has it: what was cut off is nobody's outcome.
    ///
    /// # Errors
    /// [`Gone::Stopping`], [`Gone::Taken`].
    pub fn goes_on(&self) -> Result<(), Gone> {
        if self.taken.is_cancelled() {
            Err(Gone::Taken)
        } else if self.state.stopping.is_cancelled() {
            Err(Gone::Stopping)
        } else {
            Ok(())
        }
    }

    /// Another takes it at once.
    pub(super) async fn give_back(&self) {
        let given = async {
            let mut connection = self.state.pool.acquire().await?;
            store::task::give_back(&mut connection, self.task.id, self.task.fence).await
        };
        if let Err(error) = given.await {
            tracing::warn!(task = self.task.id.0, %error, "a task is taken over when its owner was silent for long enough");
        }
    }
}

async fn beat(state: AppState, task: Task, cancel: CancellationToken, taken: CancellationToken) {
    let mut answered = Instant::now();
    loop {
        tokio::time::sleep(BEAT).await;
        let asked = Instant::now();
        let beat = async {
            let mut connection = state.pool.acquire().await?;
            store::task::beat(&mut connection, task.id, task.fence).await
        };
        match tokio::time::timeout(LASTS, beat).await {
            Ok(Ok(Beat::Ours)) => answered = asked,
            Ok(Ok(Beat::Stop)) => {
                answered = asked;
                cancel.cancel();
            }
            Ok(Ok(Beat::Lost)) => {
                taken.cancel();
                cancel.cancel();
                return;
            }
            Ok(Err(_)) | Err(_) => {}
        }
        if answered.elapsed() > LASTS {
            // Whether another has it shows with the next write.
            cancel.cancel();
        }
    }
}
