//! Reading what a process prints: all of it is seen, a bounded part is kept.

use crate::output::{Keeping, Kept};
use crate::redact::Secrets;
use crate::text::Keeps;
use tokio::io::{AsyncRead, AsyncReadExt};

/// How much of the end of what is only drained is kept for judging, in bytes.
const LAST_BYTES: usize = 64 * 1024;

/// What was read of a pipe.
pub(crate) struct Reading<'a> {
    /// All of it, for showing, whatever is sieved.
    shown: Keeping<'a>,
    /// What is judged: the lines that passed the sieve, whole.
    kept: Vec<u8>,
    /// A line of which the end has not come yet.
    line: Vec<u8>,
    /// It was read to its end.
    ended: bool,
}

impl<'a> Reading<'a> {
    pub fn new(secrets: &'a Secrets) -> Self {
        Self {
            shown: Keeping::new(secrets),
            kept: Vec::new(),
            line: Vec::new(),
            ended: false,
        }
    }

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
            self.shown.push(bytes);
            match sieve {
                None => self.kept.extend_from_slice(bytes),
                Some(keeps) => self.sieve(bytes, keeps),
            }
            if self.kept.len() + self.line.len() > most {
                self.kept.truncate(most);
                return false;
            }
        }
        if let Some(keeps) = sieve {
            self.end_line(keeps);
        }
        self.ended = true;
        true
    }

    /// Reads to the end, whatever comes, and keeps only the last [`LAST_BYTES`].
    pub async fn drain(&mut self, mut pipe: impl AsyncRead + Unpin) {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
            self.shown.push(&buffer[..count]);
            self.kept.extend_from_slice(&buffer[..count]);
            let old = self.kept.len().saturating_sub(LAST_BYTES);
            self.kept.drain(..old);
        }
        self.ended = true;
    }

    /// What is shown, and what is judged.
    pub fn done(self) -> (Kept, Vec<u8>) {
        (self.shown.finish(self.ended), self.kept)
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
