//! Keeping the beginning and the end of a stream, and counting and hashing all of it.

use super::{KEPT_BYTES, push_escaped};
use crate::redact::{Masker, Secrets};
use domain::Hash;
use domain::verdict::Output;
use sha2::{Digest as _, Sha256};

/// What a probe has of an output.
#[derive(Clone, Debug)]
pub(crate) enum Printed {
    /// As it came, all of it.
    Raw(Vec<u8>),
    /// Masked while it came.
    Masked(Kept),
}

/// A stream that is masked and kept while it comes.
pub(crate) struct Keeping<'a> {
    masker: Masker<'a>,
    kept: Kept,
}

/// What is kept of a masked stream.
///
/// Counted and hashed is what was masked, not what was read: from the digest of a short output with a secret in it the secret
/// could be guessed, and its length is nobody's business either. Without a secret both are those of the stream itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    head: Vec<u8>,
    /// What came after the head, without what was dropped.
    tail: Vec<u8>,
    dropped: u64,
    bytes: u64,
    hash: Sha256,
}

impl Printed {
    /// What is kept of it.
    pub fn kept(self, secrets: &Secrets) -> Kept {
        match self {
            Printed::Masked(kept) => kept,
            Printed::Raw(bytes) => Kept::of(&bytes, false, secrets),
        }
    }
}

/// How much of an output is masked at once, in bytes: what is masked is a copy.
const AT_ONCE: usize = 16 * 1024;

impl Kept {
    /// What is kept of an output of which everything is at hand; `cut`: there was more, which was not read.
    pub fn of(bytes: &[u8], cut: bool, secrets: &Secrets) -> Self {
        let mut keeping = Keeping::new(secrets);
        for piece in bytes.chunks(AT_ONCE) {
            keeping.push(piece);
        }
        keeping.finish(!cut)
    }
}

impl<'a> Keeping<'a> {
    pub fn new(secrets: &'a Secrets) -> Self {
        Self {
            masker: secrets.masker(),
            kept: Kept::default(),
        }
    }

    pub fn push(&mut self, raw: &[u8]) {
        let masked = self.masker.push(raw);
        self.kept.push(&masked);
    }

    /// The stream came to its end, or was broken off, where no half of a secret may show.
    pub fn finish(mut self, ended: bool) -> Kept {
        if ended {
            let rest = self.masker.finish();
            self.kept.push(&rest);
        } else {
            self.kept.push(self.masker.cut());
        }
        self.kept
    }
}

impl Kept {
    /// The next bytes, masked.
    pub fn push(&mut self, masked: &[u8]) {
        self.hash.update(masked);
        self.bytes += masked.len() as u64;
        self.hold(masked);
    }

    /// What another stream was, below this one. Where some of it is not at hand, a line with its count and its digest stands
    /// for that, so that the digest of both covers it.
    pub fn append(&mut self, other: Kept) {
        self.push(&other.head);
        if other.dropped > 0 {
            let Kept {
                dropped, bytes, hash, ..
            } = other;
            let line = format!(
                "\n[{dropped} of {bytes} bytes left out, sha256 {}]\n",
                digest(hash)
            );
            self.push(line.as_bytes());
            self.bytes += dropped;
        }
        self.push(&other.tail);
    }

    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// It does not end in the middle of a line.
    pub fn ends_line(&self) -> bool {
        let last = self.tail.last().or(self.head.last());
        last.is_none_or(|byte| *byte == b'\n')
    }

    /// The last line that is not blank.
    pub fn last_line(&self) -> Option<String> {
        let line = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes)
                .lines()
                .map(str::trim)
                .rfind(|line| !line.is_empty())
                .map(str::to_owned)
        };
        line(&self.tail).or_else(|| line(&self.head))
    }

    /// Escaped and capped, with what it was in all.
    pub fn output(self) -> Output {
        let Kept {
            mut head,
            mut tail,
            mut dropped,
            bytes,
            hash,
        } = self;
        if dropped == 0 {
            // Nothing lies between: a character is not cut in two where they meet.
            head.append(&mut tail);
            let (text, shown) = beginning(&head);
            let (ending, left_out) = ending(&head[shown..]);
            return Output {
                text,
                dropped_bytes: left_out as u64,
                ending,
                bytes: Some(bytes),
                sha256: Some(digest(hash)),
            };
        }
        let (text, shown) = beginning(&head[..head.len() - cut_character(&head)]);
        let begun = tail
            .iter()
            .take(3)
            .take_while(|byte| (0x80..0xc0).contains(*byte))
            .count();
        let (ending, left_out) = ending(&tail[begun..]);
        dropped += (head.len() - shown + begun + left_out) as u64;
        Output {
            text,
            dropped_bytes: dropped,
            ending,
            bytes: Some(bytes),
            sha256: Some(digest(hash)),
        }
    }

    fn hold(&mut self, masked: &[u8]) {
        // Once something stands in the tail, nothing more belongs to the head.
        let room = match self.tail.is_empty() {
            true => (KEPT_BYTES - self.head.len()).min(masked.len()),
            false => 0,
        };
        self.head.extend_from_slice(&masked[..room]);
        let rest = &masked[room..];
        // Of a long piece only the end can stay.
        let skipped = rest.len().saturating_sub(KEPT_BYTES);
        if skipped > 0 {
            self.dropped += (self.tail.len() + skipped) as u64;
            self.tail.clear();
        }
        self.tail.extend_from_slice(&rest[skipped..]);
        if self.tail.len() > 2 * KEPT_BYTES {
            let cut = self.tail.len() - KEPT_BYTES;
            self.dropped += cut as u64;
            self.tail.drain(..cut);
        }
    }
}

fn digest(hash: Sha256) -> Hash {
    Hash::of_bytes(&hash.finalize().into())
}

/// Each character with the bytes that it took; what is no UTF-8 is one replacement character.
fn characters(bytes: &[u8]) -> impl Iterator<Item = (char, usize)> + '_ {
    bytes.utf8_chunks().flat_map(|chunk| {
        let valid = chunk
            .valid()
            .chars()
            .map(|character| (character, character.len_utf8()));
        let invalid = Some((char::REPLACEMENT_CHARACTER, chunk.invalid().len()));
        valid.chain(invalid.filter(|(_, length)| *length > 0))
    })
}

/// The escaped beginning, at most [`KEPT_BYTES`] long, and how many bytes it shows.
fn beginning(bytes: &[u8]) -> (String, usize) {
    let (mut text, mut shown) = (String::new(), 0);
    for (character, length) in characters(bytes) {
        let before = text.len();
        push_escaped(&mut text, character, true);
        if text.len() > KEPT_BYTES {
            text.truncate(before);
            break;
        }
        shown += length;
    }
    (text, shown)
}

/// The escaped end, at most [`KEPT_BYTES`] long, and how many bytes before it are left out.
fn ending(bytes: &[u8]) -> (String, usize) {
    let escaped = |character| {
        let mut text = String::new();
        push_escaped(&mut text, character, true);
        text
    };
    let mut left: usize = characters(bytes)
        .map(|(character, _)| escaped(character).len())
        .sum();
    let (mut text, mut left_out) = (String::new(), 0);
    for (character, length) in characters(bytes) {
        let shown = escaped(character);
        if left > KEPT_BYTES {
            left_out += length;
        } else {
            text.push_str(&shown);
        }
        left -= shown.len();
    }
    (text, left_out)
}

/// How many bytes at the end are the start of a character.
pub(crate) fn cut_character(bytes: &[u8]) -> usize {
    (1..=3.min(bytes.len()))
        .find(|count| {
            let tail = &bytes[bytes.len() - count..];
            matches!(std::str::from_utf8(tail), Err(error) if error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .unwrap_or(0)
}
