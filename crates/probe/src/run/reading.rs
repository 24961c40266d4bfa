//! Reading what a process prints: all of it is seen, a bounded part is kept.

use crate::output::KEPT_BYTES;
use crate::text::Keeps;
use tokio::io::{AsyncRead, AsyncReadExt};

/// How much of the beginning is kept for showing, in bytes, before it is masked and escaped.
const SHOWN_BYTES: usize = 2 * KEPT_BYTES;

/// What was read of a pipe.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The beginning, whatever is sieved.
    pub shown: Vec<u8>,
    /// The lines that passed the sieve, whole.
    pub kept: Vec<u8>,
    /// A line of which the end has not come yet.
    line: Vec<u8>,
    /// Bytes that were read in all.
    pub total: u64,
    /// There was more than may be kept.
    pub full: bool,
}

impl Reading {
    /// Reads to the end, or until more than `most` bytes pass the sieve; true at the end. Lines that the first `grep` of
    /// a pipeline would drop are dropped while they come, so that a long log is judged whole.
    pub async fn read(
        &mut self,
        mut pipe: impl AsyncRead + Unpin,
        most: usize,
        sieve: Option<Sieve<'_>>,
    ) -> bool {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
            let bytes = &buffer[..count];
            self.total += count as u64;
            let room = SHOWN_BYTES.saturating_sub(self.shown.len());
            self.shown.extend_from_slice(&bytes[..count.min(room)]);
            match sieve {
                None => self.kept.extend_from_slice(bytes),
                Some(keeps) => self.sieve(bytes, keeps),
            }
            if self.kept.len() + self.line.len() > most {
                self.kept.truncate(most);
                self.full = true;
                return false;
            }
        }
        if let Some(keeps) = sieve {
            self.end_line(keeps);
        }
        true
    }

    /// Reads to the end, whatever comes, and keeps only the beginning.
    pub async fn drain(&mut self, mut pipe: impl AsyncRead + Unpin) {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
            self.total += count as u64;
            let room = SHOWN_BYTES.saturating_sub(self.shown.len());
            self.shown.extend_from_slice(&buffer[..count.min(room)]);
        }
    }

    fn sieve(&mut self, bytes: &[u8], keeps: Sieve<'_>) {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').peekable();
        while let Some(piece) = lines.next() {
            self.line.extend_from_slice(piece);
            if lines.peek().is_some() || piece.ends_with(b"\n") {
                self.end_line(keeps);
            }
        }
    }

    fn end_line(&mut self, keeps: Sieve<'_>) {
        if !self.line.is_empty() && keeps(&String::from_utf8_lossy(&self.line)) {
            self.kept.append(&mut self.line);
        }
        self.line.clear();
    }
}

/// Whether a line is kept.
pub(crate) type Sieve<'a> = &'a Keeps;
