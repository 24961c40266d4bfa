//! A task that this process has: it says so twice a second, and every write asks whether it is still so.

use crate::{
    api::Error,
    server::{run::Opened, state::AppState},
};
use domain::{
    Hash, event::Happening, outline::Outline, person::Author, plan::ItemId, run::Run, verdict::Finding,
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{
    run::Pinned,
    task::{Beat, Next, Task},
};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How often it is said.
const BEAT: Duration = Duration::from_millis(500);

/// After this long without an answer what runs is ended: another may have it after twenty seconds, and ending takes five.
const LASTS: Duration = Duration::from_secs(12);

/// How long an answer is waited for.
const ANSWERED: Duration = Duration::from_secs(2);

/// How long until a write is tried again that the database did not answer.
const AGAIN: Duration = Duration::from_millis(100);

/// A task that this process has.
pub struct Lease {
    /// What everything can reach.
    pub state: AppState,
    /// The task.
    pub task: Task,
    cancel: Arc<Mutex<CancellationToken>>,
    /// Cancelled when another has the task.
    taken: CancellationToken,
    /// When the database last said that it is ours.
    answered: Arc<Mutex<Instant>>,
    /// How much longer than usual the database may be away.
    silence: Arc<Mutex<Duration>>,
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
        state.panel.keep(task.id);
        let (taken, ended) = (CancellationToken::new(), CancellationToken::new());
        let cancel = Arc::new(Mutex::new(state.stopping.child_token()));
        if task.stopping {
            lock(&cancel).cancel();
        }
        let answered = Arc::new(Mutex::new(Instant::now()));
        let silence = Arc::new(Mutex::new(Duration::ZERO));
        let beating = Beating {
            state: state.clone(),
            task: task.clone(),
            cancel: cancel.clone(),
            taken: taken.clone(),
            answered: answered.clone(),
            silence: silence.clone(),
        };
        tokio::spawn(ended.clone().run_until_cancelled_owned(beating.go_on()));
        Self {
            state,
            task,
            cancel,
            taken,
            answered,
            silence,
            _beating: ended.drop_guard(),
        }
    }

    /// Cancelled when what runs now shall end: somebody asked, the server stops, or another has the task.
    pub fn cancel(&self) -> CancellationToken {
        lock(&self.cancel).clone()
    }

    /// The next step begins: what was asked of the last one is over.
    pub fn renew(&self) {
        let mut cancel = lock(&self.cancel);
        if cancel.is_cancelled() && !self.taken.is_cancelled() {
            *cancel = self.state.stopping.child_token();
        }
    }

    /// What comes next may take the database away for as long as `silence`, and nobody takes the task over meanwhile; zero: nothing
    /// like that any more.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn bear_with(&self, silence: Duration) -> Result<(), Gone> {
        if *lock(&self.silence) == silence {
            return Ok(());
        }
        loop {
            let told = async {
                let mut connection = self.state.pool.acquire().await?;
                store::task::bear_with(&mut connection, self.task.id, self.task.fence, silence).await
            };
            match told.await {
                Ok(()) => break,
                Err(error) => self.wait_after(error).await?,
            }
        }
        *lock(&self.silence) = silence;
        Ok(())
    }

    /// Ends what the owner before, on this host, has left running of this part of the task.
    pub async fn end_orphans(&self, mark: &str) {
        if self.task.lost_on.as_deref() == Some(self.state.prober.host()) {
            let ended = self.state.prober.end_orphans(mark).await;
            if ended > 0 {
                tracing::warn!(
                    task = self.task.id.0,
                    ended,
                    "processes of its owner before were ended"
                );
            }
        }
    }

    /// Whether its owner before was on another host, where what it started may still run.
    pub fn was_elsewhere(&self) -> bool {
        self.task
            .lost_on
            .as_deref()
            .is_some_and(|host| host != self.state.prober.host())
    }

    /// What everything carries that it starts.
    pub fn mark(&self) -> String {
        self.task.request_key.to_string()
    }

    /// Whether it is still ours, right before an effect: a process that slept since its last heartbeat asks first.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn sure(&self) -> Result<(), Gone> {
        while lock(&self.answered).elapsed() > LASTS / 2 {
            self.goes_on()?;
            match said(&self.state, &self.task).await {
                Some(Beat::Lost) => return Err(self.lost()),
                Some(Beat::Ours | Beat::Stop) => *lock(&self.answered) = Instant::now(),
                None => tokio::time::sleep(AGAIN).await,
            }
        }
        self.goes_on()
    }

    /// Another has it.
    pub(in crate::server) fn lost(&self) -> Gone {
        self.taken.cancel();
        lock(&self.cancel).cancel();
        Gone::Taken
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
                Ok(None) => return Err(self.lost()),
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
    pub(in crate::server) async fn wait_after(&self, error: store::Error) -> Result<(), Gone> {
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

impl Drop for Lease {
    fn drop(&mut self) {
        self.state.panel.let_go(self.task.id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the database says of a task; `None` where it does not answer in time.
async fn said(state: &AppState, task: &Task) -> Option<Beat> {
    let beat = async {
        let mut connection = state.pool.acquire().await?;
        store::task::beat(&mut connection, task.id, task.fence).await
    };
    tokio::time::timeout(ANSWERED, beat).await.ok()?.ok()
}

/// Says twice a second that the task has an owner.
struct Beating {
    state: AppState,
    task: Task,
    cancel: Arc<Mutex<CancellationToken>>,
    taken: CancellationToken,
    answered: Arc<Mutex<Instant>>,
    silence: Arc<Mutex<Duration>>,
}

impl Beating {
    async fn go_on(self) {
        loop {
            tokio::time::sleep(BEAT).await;
            let asked = Instant::now();
            match said(&self.state, &self.task).await {
                Some(Beat::Ours) => *lock(&self.answered) = asked,
                Some(Beat::Stop) => {
                    *lock(&self.answered) = asked;
                    lock(&self.cancel).cancel();
                }
                Some(Beat::Lost) => {
                    self.taken.cancel();
                    lock(&self.cancel).cancel();
                    return;
                }
                None => {}
            }
            let lasts = LASTS + *lock(&self.silence);
            if lock(&self.answered).elapsed() > lasts {
                // Whether another has it shows with the next write.
                lock(&self.cancel).cancel();
            }
        }
    }
}
