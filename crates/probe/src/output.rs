//! What is shown of foreign bytes: valid UTF-8, no control or bidirectional characters, at most a stated length.

use crate::redact::Secrets;
use domain::verdict::Output;

mod kept;
pub(crate) use kept::{Keeping, Kept, Printed, cut_character};

/// How much of the beginning and of the end of an output is kept, in bytes of the escaped text, each.
pub const KEPT_BYTES: usize = 64 * 1024;

/// How long a reason, a target or another sentence may be, in characters.
pub const SENTENCE_CHARS: usize = 600;

/// How much of a foreign text stands inside a sentence, in characters.
pub const EXCERPT_CHARS: usize = 160;

/// Masks, escapes and caps an output of which everything is at hand. `cut` says that there was more, which was not read.
pub fn keep(raw: &[u8], cut: bool, secrets: &Secrets) -> Output {
    Kept::of(raw, cut, secrets).output()
}

/// The next piece of an output that is shown while it comes: escaped like [`keep`].
pub(crate) fn piece(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        push_escaped(&mut shown, character, true);
    }
    shown
}

/// One line for a sentence: masked, control characters escaped, at most [`SENTENCE_CHARS`] long.
pub fn sentence(text: &str, secrets: &Secrets) -> String {
    shortened(&secrets.mask(text), SENTENCE_CHARS)
}

/// A quoted piece of a foreign text for use inside a sentence: masked first, then cut to [`EXCERPT_CHARS`].
pub(crate) fn excerpt(text: &str, secrets: &Secrets) -> String {
    brief(text, EXCERPT_CHARS, true, secrets)
}

/// The same, cut to `most` characters; `whole` says that the text does not go on.
pub(crate) fn brief(text: &str, most: usize, whole: bool, secrets: &Secrets) -> String {
    let reach = text.len().min(8 * most + secrets.longest());
    let masked = mask_start(text.as_bytes(), reach, !whole, secrets);
    format!("“{}”", shortened(String::from_utf8_lossy(&masked).trim(), most))
}

/// Masks the first `reach` bytes; where more follow, what could be the beginning of a secret is left out.
fn mask_start(bytes: &[u8], reach: usize, more: bool, secrets: &Secrets) -> Vec<u8> {
    let mut masker = secrets.masker();
    let mut masked = masker.push(&bytes[..reach]);
    if reach == bytes.len() && !more {
        masked.extend(masker.finish());
    }
    masked
}

fn shortened(text: &str, most: usize) -> String {
    let mut short = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == most {
            short.push('…');
            break;
        }
        push_escaped(&mut short, character, false);
    }
    short
}

fn push_escaped(text: &mut String, character: char, lines: bool) {
    match character {
        '\n' | '\t' if lines => text.push(character),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push(' '),
        _ if character.is_control() || deceives(character) => text.extend(character.escape_unicode()),
        _ => text.push(character),
    }
}

/// Characters that show nothing themselves and change how others are shown: bidirectional controls (Unicode Standard
/// Annex 9), zero-width and tag characters, line and paragraph separators.
fn deceives(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests;
