//! Who goes first when a request is due: the measuring threads, as far as the system permits and others can bear it.

use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
    thread_native_id,
};

/// The nice value of the measuring threads: who is told when something arrives goes before who computes.
const FIRST: i32 = -20;

/// The highest rate, in requests a second, at which the threads may keep everybody else waiting. Each request spins for 120 µs
/// at most and is handled in less, so that of any core at least three quarters are left.
const BEARABLE: u32 = 1_000;

/// Puts this thread, and those that it starts, before others. A thread that only has a better share still waits until the slice
/// of the one that runs is over, up to 4 ms; a real-time thread does not. Where the system permits neither, nothing changes:
/// the lag of the threads says what came of it.
pub(super) fn claim(rate: u32) {
    let is_first = rate <= BEARABLE && go_before_all();
    if !is_first {
        let _ = rustix::process::setpriority_process(None, FIRST);
    }
}

fn go_before_all() -> bool {
    set_thread_priority_and_policy(
        thread_native_id(),
        ThreadPriority::Min,
        ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin),
    )
    .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use thread_priority::{NormalThreadSchedulePolicy, thread_schedule_policy};

    fn policy_at(rate: u32) -> ThreadSchedulePolicy {
        let claimed = std::thread::spawn(move || {
            claim(rate);
            thread_schedule_policy().unwrap()
        });
        claimed.join().unwrap()
    }

    #[test]
    fn a_load_that_could_fill_a_core_keeps_nobody_waiting_and_a_slow_one_waits_for_nobody_where_it_may() {
        let shared = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
        assert_eq!(policy_at(BEARABLE + 1), shared);
        let permitted = std::thread::spawn(go_before_all).join().unwrap();
        let first = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin);
        assert_eq!(policy_at(BEARABLE), if permitted { first } else { shared });
    }
}
