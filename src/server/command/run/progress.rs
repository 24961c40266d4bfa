//! How far a round is, redrawn in one line of standard error where that is a terminal, and nowhere else.

use checklist::report::visible;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// The line; it is gone with this.
pub struct Progress {
    bar: ProgressBar,
    /// What is under way, by its place. As many as are asked at once.
    under_way: Mutex<BTreeMap<usize, String>>,
}

impl Progress {
    /// So many probes are asked.
    pub fn asking(total: usize) -> Self {
        Self::new(ProgressBar::new(total as u64), "{pos}/{len} asked  {wide_msg}")
    }

    /// Nothing is under way until the next round.
    pub fn waiting(words: String) -> Self {
        let waiting = Self::new(ProgressBar::new_spinner(), "{wide_msg}");
        waiting.bar.set_message(words);
        waiting
    }

    fn new(bar: ProgressBar, template: &str) -> Self {
        // The templates are ours; one that cannot be read leaves the library's own line.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.tick();
        Self {
            bar,
            under_way: Mutex::new(BTreeMap::new()),
        }
    }

    /// This probe is under way.
    pub fn began(&self, index: usize, text: &str) {
        if !self.bar.is_hidden() {
            self.say(|under_way| {
                under_way.insert(index, visible(text));
            });
        }
    }

    /// This probe answered.
    pub fn ended(&self, index: usize) {
        self.say(|under_way| {
            under_way.remove(&index);
        });
        self.bar.inc(1);
    }

    fn say(&self, change: impl FnOnce(&mut BTreeMap<usize, String>)) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut under_way);
        let words = match (under_way.values().next(), under_way.len()) {
            (None, _) => String::new(),
            (Some(first), 1) => first.clone(),
            (Some(first), count) => format!("{} more and {first}", count - 1),
        };
        self.bar.set_message(words);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
