//! A server whose delays are known, and what an open load of it must measure: shared by the tests and the comparison.
//!
//! Each connection has a thread of its own, so that an answer is late by what the kernel takes to wake a thread, and by nothing
//! that is the runtime's.

use std::collections::BinaryHeap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How long answers take: the n-th of a path at the n-th place of a sequence that fills its distribution evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Delays {
    Constant(Duration),
    /// Evenly between two.
    Between(Duration, Duration),
    /// Mostly the first, in this share of all the second.
    Mixed(Duration, Duration, f64),
    /// Exponential with this mean, at most six times it.
    Exponential(Duration),
}

/// The server stops as the request of this number arrives, for so long: nothing is read or answered meanwhile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stall {
    pub at: u64,
    pub lasts: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    pub delays: Delays,
    pub stall: Option<Stall>,
}

impl Delays {
    /// The delay of the n-th request: the golden ratio's multiples fill the unit interval as evenly as can be.
    pub fn of(self, number: u64) -> Duration {
        let at = ((number as f64 + 0.5) * 0.618_033_988_749_894_9).fract();
        match self {
            Delays::Constant(delay) => delay,
            Delays::Between(from, to) => from + (to - from).mul_f64(at),
            Delays::Mixed(usual, other, share) => {
                if at < share {
                    other
                } else {
                    usual
                }
            }
            Delays::Exponential(mean) => mean.mul_f64((-(1.0 - at).ln()).min(6.0)),
        }
    }
}

impl Manner {
    /// When an answer is sent to what arrives then, as the `number`th, where the server stops at `stopped`: all from the same
    /// beginning.
    pub fn answered(&self, number: u64, arrives: Duration, stopped: Option<Duration>) -> Duration {
        let delay = self.delays.of(number);
        let Some((from, lasts)) = stopped.zip(self.stall.map(|stall| stall.lasts)) else {
            return arrives + delay;
        };
        let until = from + lasts;
        match arrives {
            during if (from..until).contains(&during) => until + delay,
            before if before < from && before + delay >= from => (before + delay).max(until),
            _ => arrives + delay,
        }
    }

    /// The latencies that an open load of this rate meets, through so many connections: of request `skip` and those after it.
    pub fn latencies(&self, rate: u32, requests: u64, skip: u64, slots: usize) -> Vec<Duration> {
        let due = |number: u64| Duration::from_nanos(number * 1_000_000_000 / u64::from(rate));
        let stopped = self.stall.map(|stall| due(stall.at));
        // When each slot is free again, negated: the heap gives the largest.
        let mut slots: BinaryHeap<std::cmp::Reverse<Duration>> =
            (0..slots).map(|_| std::cmp::Reverse(Duration::ZERO)).collect();
        let mut found = Vec::new();
        for number in 0..requests {
            let free = slots.pop().map_or(Duration::ZERO, |free| free.0);
            let answered = self.answered(number, due(number).max(free), stopped);
            slots.push(std::cmp::Reverse(answered));
            if number >= skip {
                found.push(answered - due(number));
            }
        }
        found.sort();
        found
    }

    /// Whether each answer before the stall is sent clearly before or after it begins, so that a tenth of a millisecond does not
    /// decide whether one more meets all of it.
    pub fn is_clear(&self, rate: u32) -> bool {
        let due = |number: u64| number as f64 / f64::from(rate);
        self.stall.is_none_or(|stall| {
            (stall.at.saturating_sub(u64::from(rate))..stall.at).all(|number| {
                let answered = due(number) + self.delays.of(number).as_secs_f64();
                (answered - due(stall.at)).abs() > 0.000_7
            })
        })
    }
}

/// The value of this quantile (nearest rank).
pub fn quantile(sorted: &[Duration], quantile: f64) -> Duration {
    let rank = (quantile * sorted.len() as f64).ceil() as usize;
    sorted[rank.saturating_sub(1)]
}

struct Serving {
    manner: Manner,
    began: Instant,
    arrived: AtomicU64,
    stopped: OnceLock<Duration>,
    kept: Arc<Record>,
}

/// What a server did: each request's number, when it arrived and when its answer was sent.
#[derive(Default)]
pub struct Record(Mutex<Vec<(u64, Duration, Duration)>>);

impl Record {
    /// The latencies that the server gave an open load of this rate, as `Manner::latencies` has them from its closed form. Nothing is
    /// asked before it is due: what arrived soonest after it was due tells when the load began.
    pub fn latencies(&self, rate: u32, skip: u64) -> Vec<Duration> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = |number: u64| Duration::from_nanos(number * 1_000_000_000 / u64::from(rate));
        let began = answers
            .iter()
            .map(|(number, arrived, _)| arrived.saturating_sub(due(*number)));
        let began = began.min().unwrap_or_default();
        let counted = answers.iter().filter(|(number, ..)| *number >= skip);
        let mut found: Vec<Duration> = counted
            .map(|(number, _, answered)| answered.saturating_sub(began + due(*number)))
            .collect();
        found.sort();
        found
    }
}

/// Serves on its own threads for as long as the process lives, or nobody is connected and `listener` is at its end.
pub fn serve(manner: Manner) -> SocketAddr {
    serve_recorded(manner).0
}

/// The same, with what it did.
pub fn serve_recorded(manner: Manner) -> (SocketAddr, Arc<Record>) {
    let record = Arc::new(Record::default());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let serving = Arc::new(Serving {
        manner,
        began: Instant::now(),
        arrived: AtomicU64::new(0),
        stopped: OnceLock::new(),
        kept: Arc::clone(&record),
    });
    std::thread::spawn(move || {
        // Its delays are to be known, whatever else this machine does; each thread inherits it.
        let _ = rustix::process::setpriority_process(None, -20);
        for stream in listener.incoming().flatten() {
            let serving = Arc::clone(&serving);
            std::thread::spawn(move || serving.converse(stream));
        }
    });
    (address, record)
}

impl Serving {
    fn converse(&self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut answers = stream.try_clone().expect("a second handle");
        let mut lines = BufReader::new(stream).lines();
        while let Some(Ok(line)) = lines.next() {
            if !line.is_empty() {
                continue;
            }
            let (number, now) = (self.arrived.fetch_add(1, Ordering::SeqCst), self.began.elapsed());
            if self.manner.stall.is_some_and(|stall| stall.at == number) {
                let _ = self.stopped.set(now);
            }
            let mut due = self.manner.answered(number, now, self.stopped.get().copied());
            loop {
                while let Some(left) = due
                    .checked_sub(self.began.elapsed())
                    .filter(|left| !left.is_zero())
                {
                    std::thread::park_timeout(left);
                }
                // It may have stopped meanwhile.
                let at = self.manner.answered(number, now, self.stopped.get().copied());
                if at == due {
                    break;
                }
                due = at;
            }
            let answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok";
            let sent = self.began.elapsed();
            // Before it is sent: whoever has the last answer reads the record at once.
            let mut kept = self.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push((number, now, sent));
            drop(kept);
            if answers.write_all(answer).is_err() {
                return;
            }
        }
    }
}
