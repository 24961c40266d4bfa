//! Secrets, and the one place that masks them.

use forms::forms;
use std::collections::BTreeMap;
use std::fmt;

mod forms;
mod masker;
mod shape;
pub use masker::Masker;

/// A secret must be at least this many bytes long: masking a shorter one would shred every text.
pub const SHORTEST_SECRET: usize = 4;

/// An encoded form or a line of a secret is masked from this many bytes on.
const SHORTEST_FORM: usize = 8;

/// The values that must never be shown, and the forms in which they could show.
#[derive(Clone, Default)]
pub struct Secrets {
    values: BTreeMap<String, String>,
    /// Longest first, so that a secret that contains another is masked whole.
    needles: Vec<Needle>,
    first_bytes: Vec<u8>,
}

/// What stands at a place of a stream.
enum Look<T> {
    /// No secret.
    Nothing,
    /// What has come could be the beginning of one.
    Open,
    /// A secret.
    Found(T),
}

#[derive(Clone)]
struct Needle {
    bytes: Vec<u8>,
    mask: String,
}

impl Secrets {
    /// No secrets.
    pub fn none() -> Self {
        Self::default()
    }

    /// Secrets that commands get as variables, by name.
    pub fn new(values: BTreeMap<String, String>) -> Self {
        let mut secrets = Self::default();
        for (name, value) in &values {
            secrets.hide(name, value);
        }
        Self { values, ..secrets }
    }

    /// Masks `value` too, without handing it to commands (a password within an address).
    pub fn hide(&mut self, name: &str, value: &str) {
        let mask = format!("[{name} hidden]");
        for bytes in forms(value) {
            if !self.needles.iter().any(|needle| needle.bytes == bytes) {
                self.needles.push(Needle {
                    bytes,
                    mask: mask.clone(),
                });
            }
        }
        self.needles
            .sort_by_key(|needle| std::cmp::Reverse(needle.bytes.len()));
        self.first_bytes = self.needles.iter().map(|needle| needle.bytes[0]).collect();
        self.first_bytes.sort_unstable();
        self.first_bytes.dedup();
    }

    /// Hands a secret to no command, and masks it as before.
    pub(crate) fn withhold(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// The value of a secret, for the variable of a command or the password of an address; never for showing.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Every secret that commands get, by name; never for showing.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The length of the longest form, in bytes; 0 without secrets.
    pub fn longest(&self) -> usize {
        self.needles.first().map_or(0, |needle| needle.bytes.len())
    }

    /// `text` with every secret in every form, and what has the shape of one, replaced by words in brackets.
    pub fn mask(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.mask_bytes(text.as_bytes())).into_owned()
    }

    /// [`Secrets::mask`] for bytes of any kind.
    pub fn mask_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mut masker = self.masker();
        let mut masked = masker.push(bytes);
        masked.extend(masker.finish());
        masked
    }

    /// Masks a stream.
    pub fn masker(&self) -> Masker<'_> {
        Masker::new(self)
    }

    /// Whether a secret could begin with this byte.
    fn possible(&self, first: u8) -> bool {
        self.first_bytes.binary_search(&first).is_ok()
    }

    /// The mask of the secret at the beginning of `bytes`, and how many bytes it takes; the longest is looked for first.
    fn at(&self, bytes: &[u8], ended: bool) -> Look<(&str, usize)> {
        if !bytes.first().is_some_and(|first| self.possible(*first)) {
            return Look::Nothing;
        }
        for needle in &self.needles {
            match needle.at(bytes) {
                Look::Found(length) => return Look::Found((&needle.mask, length)),
                Look::Open if !ended => return Look::Open,
                Look::Open | Look::Nothing => {}
            }
        }
        Look::Nothing
    }
}

impl Needle {
    /// How many bytes it takes at the beginning of `bytes`. One that is long enough may be broken into lines anywhere, as
    /// `base64` and terminals do.
    fn at(&self, bytes: &[u8]) -> Look<usize> {
        let (mut at, mut skipped) = (0, 0);
        for wanted in &self.bytes {
            loop {
                match bytes.get(at) {
                    None => return Look::Open,
                    Some(byte) if byte == wanted => break,
                    Some(b'\n' | b'\r') if at > 0 && skipped < 2 && self.bytes.len() >= SHORTEST_FORM => {
                        skipped += 1;
                        at += 1;
                    }
                    Some(_) => return Look::Nothing,
                }
            }
            skipped = 0;
            at += 1;
        }
        Look::Found(at)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests;
