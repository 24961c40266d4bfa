//! The thread that says when a request is due. The runtime's timers are exact to a millisecond; a thread that parks and then
//! spins for the last stretch is to some microseconds.

use super::schedule::Schedule;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// How long before a request is due the thread stops parking: the kernel wakes it about so much late.
const SPIN: Duration = Duration::from_micros(120);

/// How many requests are due by now.
#[derive(Default)]
pub(super) struct Due {
    count: AtomicUsize,
    more: Notify,
}

impl Due {
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Waits until there are more than when this was asked last.
    pub async fn more(&self) {
        self.more.notified().await;
    }
}

/// The thread. It ends with it.
pub(super) struct Pacer {
    thread: Option<JoinHandle<()>>,
    over: Arc<AtomicBool>,
}

impl Pacer {
    /// # Errors
    /// What the system says.
    pub fn start(schedule: Arc<Schedule>, from: Instant, due: Arc<Due>) -> std::io::Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let thread = Builder::new()
            .name("load pace".to_owned())
            .spawn(move || pace(&schedule, from, &due, &seen))?;
        Ok(Self {
            thread: Some(thread),
            over,
        })
    }
}

impl Drop for Pacer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It cannot panic, and nobody could do anything about it.
            let _ = thread.join();
        }
    }
}

fn pace(schedule: &Schedule, from: Instant, due: &Due, over: &AtomicBool) {
    for number in 0..schedule.len() {
        let at = from + schedule.due(number);
        loop {
            if over.load(Ordering::Acquire) {
                return;
            }
            let left = at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            match left.checked_sub(SPIN) {
                Some(long) => std::thread::park_timeout(long),
                None => std::hint::spin_loop(),
            }
        }
        due.count.store(number + 1, Ordering::Release);
        due.more.notify_one();
    }
}
