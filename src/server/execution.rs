//! The actions that this process runs: what they have printed, and how to end them.

use crate::{api::action::Printed, server::live::Live};
use domain::{plan::ItemId, run::RunId};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio_util::sync::CancellationToken;

/// How much of what an action prints is held for those who look, in bytes: the end of it. The evidence keeps its own part.
const SHOWN: usize = 64 * 1024;

/// As many as runs execute at once: one to an item.
#[derive(Clone, Debug)]
pub struct Executions {
    actions: Arc<Mutex<BTreeMap<(RunId, ItemId), Action>>>,
    live: Live,
}

#[derive(Debug)]
struct Action {
    cancel: CancellationToken,
    /// The end of what it printed.
    text: String,
    /// How many bytes came before `text`.
    before: u64,
}

impl Executions {
    /// Nothing runs yet. `live` wakes those who look.
    pub fn new(live: Live) -> Self {
        Self {
            actions: Arc::default(),
            live,
        }
    }

    /// An action is about to run; `cancel` ends it.
    pub fn begin(&self, run: RunId, item: ItemId, cancel: CancellationToken) {
        let action = Action {
            cancel,
            text: String::new(),
            before: 0,
        };
        self.lock().insert((run, item), action);
    }

    /// It printed this.
    pub fn print(&self, run: RunId, item: &ItemId, piece: &str) {
        if let Some(action) = self.lock().get_mut(&(run, item.clone())) {
            action.text.push_str(piece);
            let over = action.text.len().saturating_sub(SHOWN);
            let cut = action.text.ceil_char_boundary(over);
            action.text.drain(..cut);
            action.before += cut as u64;
        }
        self.live.printed(run);
    }

    /// It ended.
    pub fn end(&self, run: RunId, item: &ItemId) {
        self.lock().remove(&(run, item.clone()));
    }

    /// Ends it; false where this process does not run it.
    pub fn cancel(&self, run: RunId, item: &ItemId) -> bool {
        let actions = self.lock();
        let action = actions.get(&(run, item.clone()));
        action.inspect(|action| action.cancel.cancel()).is_some()
    }

    /// Ends everything of a run that this process runs.
    pub fn cancel_all(&self, run: RunId) {
        let actions = self.lock();
        let own = actions.iter().filter(|((of, _), _)| *of == run);
        own.for_each(|(_, action)| action.cancel.cancel());
    }

    /// What an action has printed, as far as it is held.
    pub fn printed(&self, run: RunId, item: &ItemId) -> Option<String> {
        let actions = self.lock();
        actions
            .get(&(run, item.clone()))
            .map(|action| action.text.clone())
    }

    /// What the actions of a run have printed beyond what was `sent`, which is brought up to date.
    pub fn beyond(&self, run: RunId, sent: &mut BTreeMap<ItemId, u64>) -> Vec<Printed> {
        let actions = self.lock();
        let own = actions.iter().filter(|((of, _), _)| *of == run);
        let current: BTreeMap<ItemId, u64> = own
            .clone()
            .map(|((_, item), action)| (item.clone(), action.before + action.text.len() as u64))
            .collect();
        let pieces = own.filter_map(|((_, item), action)| {
            let end = action.before + action.text.len() as u64;
            // An item that runs again begins again.
            let from = sent
                .get(item)
                .copied()
                .filter(|sent| *sent <= end)
                .unwrap_or(0)
                .max(action.before);
            let text = action.text.get(usize::try_from(from - action.before).ok()?..)?;
            (!text.is_empty()).then(|| Printed {
                item: item.clone(),
                from,
                text: text.to_owned(),
            })
        });
        let pieces = pieces.collect();
        *sent = current;
        pieces
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(RunId, ItemId), Action>> {
        self.actions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
