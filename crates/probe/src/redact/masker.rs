//! Masking a stream that arrives in pieces.

use super::{Look, Secrets, shape};

/// How much of what was shown stays known, in bytes: some shapes are known by what stands before them.
const BEHIND: usize = 128;

/// The longest private key that is hidden to its end, in bytes.
const KEY_BYTES: usize = 16 * 1024;

/// Masks a stream: what could be the beginning of a secret is held back until more is known, and nothing else is.
pub struct Masker<'a> {
    secrets: &'a Secrets,
    /// What was shown last, and from `at` on what is held back.
    held: Vec<u8>,
    at: usize,
    hiding: Option<Rest>,
}

/// How far a secret goes on of which the beginning is masked.
#[derive(Clone, Copy)]
pub(super) enum Rest {
    /// As long as the bytes may be part of it.
    While(fn(u8) -> bool),
    /// To the end of a private key, at most this many bytes on.
    Key(usize),
}

impl Rest {
    pub(super) const KEY: Self = Self::Key(KEY_BYTES);
}

impl<'a> Masker<'a> {
    pub(super) fn new(secrets: &'a Secrets) -> Self {
        Self {
            secrets,
            held: Vec::new(),
            at: 0,
            hiding: None,
        }
    }

    /// Takes the next piece and gives what can be shown by now.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        self.advance(false)
    }

    /// Gives the rest of a stream that came to its end.
    pub fn finish(mut self) -> Vec<u8> {
        self.advance(true)
    }

    /// Gives the rest of a stream that was broken off: where that could be the beginning of a secret, only that it was there.
    pub fn cut(self) -> &'static [u8] {
        if self.at < self.held.len() {
            b"[cut off]"
        } else {
            b""
        }
    }

    fn advance(&mut self, ended: bool) -> Vec<u8> {
        let mut shown = Vec::with_capacity(self.held.len() - self.at);
        while self.at < self.held.len() {
            let (before, rest) = self.held.split_at(self.at);
            let before = &before[before.len().saturating_sub(BEHIND)..];
            let (last, first) = (before.last().copied(), rest[0]);
            if self.hiding.is_none() && !self.secrets.possible(first) && !shape::possible(last, first) {
                shown.push(first);
                self.at += 1;
                continue;
            }
            match self.secrets.at(rest, ended) {
                Look::Open => break,
                Look::Found((mask, length)) => {
                    if self.hiding.is_none() {
                        shown.extend_from_slice(mask.as_bytes());
                    }
                    self.at += length;
                    continue;
                }
                Look::Nothing => {}
            }
            if let Some(hiding) = self.hiding {
                match hiding.after(rest, ended) {
                    Look::Open => break,
                    Look::Found(next) => {
                        self.hiding = Some(next);
                        self.at += 1;
                        continue;
                    }
                    Look::Nothing => self.hiding = None,
                }
            }
            match shape::at(before, rest, ended) {
                Look::Open => break,
                Look::Found(shape) => {
                    shown.extend_from_slice(shape.mask.as_bytes());
                    self.at += shape.length;
                    self.hiding = shape.rest;
                }
                Look::Nothing => {
                    shown.push(first);
                    self.at += 1;
                }
            }
        }
        let known = self.at.saturating_sub(BEHIND);
        self.held.drain(..known);
        self.at -= known;
        shown
    }
}

impl Rest {
    /// What is hidden after the first byte of `rest`, where that byte is.
    fn after(self, rest: &[u8], ended: bool) -> Look<Self> {
        match self {
            Rest::While(part) if rest.first().is_some_and(|byte| part(*byte)) => Look::Found(self),
            Rest::While(_) | Rest::Key(0) => Look::Nothing,
            Rest::Key(left) => match shape::begins(rest, b"-----END ", ended) {
                Look::Open => Look::Open,
                Look::Found(()) => Look::Found(Rest::While(shape::end_of_key)),
                Look::Nothing => Look::Found(Rest::Key(left - 1)),
            },
        }
    }
}
