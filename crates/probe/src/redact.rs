//! Secrets, and the one place that masks them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::BTreeMap;
use std::fmt;

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

#[derive(Clone)]
struct Needle {
    bytes: Vec<u8>,
    mask: String,
}

/// Masks a stream that arrives in pieces: what could be the beginning of a secret is held back until more is known.
pub struct Masker<'a> {
    secrets: &'a Secrets,
    held: Vec<u8>,
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

    /// `text` with every secret in every form replaced by its name in brackets.
    pub fn mask(&self, text: &str) -> String {
        if self.needles.is_empty() {
            return text.to_owned();
        }
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
        Masker {
            secrets: self,
            held: Vec::new(),
        }
    }

    /// The secret that stands at the beginning of `bytes`.
    fn at(&self, bytes: &[u8]) -> Option<&Needle> {
        self.first_bytes.binary_search(bytes.first()?).ok()?;
        self.needles
            .iter()
            .find(|needle| bytes.starts_with(&needle.bytes))
    }
}

impl Masker<'_> {
    /// Takes the next piece and gives what can be shown by now.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        self.advance(self.secrets.longest().saturating_sub(1))
    }

    /// Gives the rest.
    pub fn finish(mut self) -> Vec<u8> {
        self.advance(0)
    }

    /// Shows all but the last `keep` bytes, where a secret could still be incomplete.
    fn advance(&mut self, keep: usize) -> Vec<u8> {
        let mut shown = Vec::with_capacity(self.held.len());
        let mut at = 0;
        while at + keep < self.held.len() {
            match self.secrets.at(&self.held[at..]) {
                Some(needle) => {
                    shown.extend_from_slice(needle.mask.as_bytes());
                    at += needle.bytes.len();
                }
                None => {
                    shown.push(self.held[at]);
                    at += 1;
                }
            }
        }
        self.held.drain(..at.min(self.held.len()));
        shown
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values.keys()).finish()
    }
}

/// The value itself, its lines, and its base64, URL, JSON, shell and hexadecimal forms.
fn forms(value: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    if value.len() >= SHORTEST_SECRET {
        forms.push(value.as_bytes().to_vec());
    }
    let trimmed = value.trim();
    let lines = value
        .lines()
        .map(str::trim)
        .filter(|line| line.len() >= SHORTEST_FORM);
    let json = serde_json::to_string(value).unwrap_or_default();
    let (upper, lower) = (percent(value, true), percent(value, false));
    let mut encoded: Vec<String> = lines.map(str::to_owned).collect();
    encoded.extend([
        json.trim_matches('"').to_owned(),
        upper.replace("%20", "+"),
        upper,
        lower,
    ]);
    encoded.extend([
        value.replace('\'', r"'\''"),
        value.replace('"', "\\\""),
        trimmed.to_owned(),
    ]);
    let hex: String = trimmed.bytes().map(|byte| format!("{byte:02x}")).collect();
    encoded.extend([hex.to_uppercase(), hex]);
    encoded.extend(base64_forms(trimmed.as_bytes()));
    for form in encoded {
        if form.len() >= SHORTEST_FORM && !forms.contains(&form.clone().into_bytes()) {
            forms.push(form.into_bytes());
        }
    }
    forms
}

/// The base64 text of `value` wherever it stands within a longer text: at each of the three alignments, only the
/// characters that depend on nothing else.
fn base64_forms(value: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(value);
        let first = (before * 8).div_ceil(6);
        let end = bytes.len() * 8 / 6;
        for text in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            forms.extend(text.get(first..end).map(str::to_owned));
        }
    }
    forms
}

fn percent(value: &str, upper: bool) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else if upper {
            text.push_str(&format!("%{byte:02X}"));
        } else {
            text.push_str(&format!("%{byte:02x}"));
        }
    }
    text
}

#[cfg(test)]
mod tests;
