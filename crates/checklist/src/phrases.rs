//! Many words looked for in one text: most of them are turned away by their pairs of letters, before the text is read.

use std::ops::Deref;
use std::sync::OnceLock;

/// The pairs of neighbouring bytes of a text, so far as ten bits of a pair tell.
#[derive(Clone, Debug)]
pub struct Pairs([u64; 16]);

impl Pairs {
    /// Reads a text once.
    pub fn of(text: &str) -> Self {
        let mut pairs = Pairs([0; 16]);
        for pair in text.as_bytes().windows(2) {
            let (row, bit) = place(pair);
            pairs.0[row] |= bit;
        }
        pairs
    }

    /// Whether the text can hold these words. False is certain.
    pub fn may_hold(&self, words: &str) -> bool {
        words.as_bytes().windows(2).all(|pair| {
            let (row, bit) = place(pair);
            self.0[row] & bit != 0
        })
    }
}

fn place(pair: &[u8]) -> (usize, u64) {
    let (one, other) = (usize::from(pair[0]), usize::from(pair[1]));
    ((one ^ (other >> 5)) & 15, 1 << ((other ^ (one >> 3)) & 63))
}

/// A text in lower case that is asked for many words.
#[derive(Clone, Debug)]
pub struct Lower {
    text: String,
    pairs: Pairs,
}

impl Lower {
    /// Turns a text into lower case.
    pub fn of(text: &str) -> Self {
        Lower::from(text.to_lowercase())
    }

    /// Whether these words stand in it, as [`str::contains`].
    pub fn contains(&self, words: &str) -> bool {
        self.pairs.may_hold(words) && self.text.contains(words)
    }

    /// Whether any of these words stands in it.
    pub fn any(&self, words: &[&str]) -> bool {
        words.iter().any(|words| self.contains(words))
    }

    /// Where these words stand in it first, as [`str::find`].
    pub fn find(&self, words: &str) -> Option<usize> {
        self.pairs
            .may_hold(words)
            .then(|| self.text.find(words))
            .flatten()
    }
}

impl From<String> for Lower {
    /// A text that is in lower case already.
    fn from(text: String) -> Self {
        let pairs = Pairs::of(&text);
        Lower { text, pairs }
    }
}

impl Deref for Lower {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// A fixed list of words, written with ", " between them and taken apart once.
pub struct Phrases {
    written: &'static str,
    rows: OnceLock<Rows>,
}

struct Rows {
    /// As they are written.
    all: Vec<&'static str>,
    /// By their first byte.
    first: Vec<Vec<&'static str>>,
}

impl Phrases {
    /// The words of a list.
    pub const fn new(written: &'static str) -> Self {
        Phrases {
            written,
            rows: OnceLock::new(),
        }
    }

    fn rows(&self) -> &Rows {
        self.rows.get_or_init(|| {
            let all: Vec<&str> = self.written.split(", ").collect();
            let mut first = vec![Vec::new(); 256];
            for words in &all {
                if let Some(byte) = words.bytes().next() {
                    first[usize::from(byte)].push(*words);
                }
            }
            Rows { all, first }
        })
    }

    /// All of them, as they are written.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.rows().all.iter().copied()
    }

    /// Those that begin with the same byte as a text.
    pub fn near(&self, text: &str) -> &[&'static str] {
        let byte = text.bytes().next();
        byte.map_or(&[], |byte| self.rows().first[usize::from(byte)].as_slice())
    }

    /// As [`Phrases::near`], where the list is in lower case and the text is not.
    pub fn near_ignoring_case(&self, text: &str) -> &[&'static str] {
        let byte = text.bytes().next().map(|byte| byte.to_ascii_lowercase());
        byte.map_or(&[], |byte| self.rows().first[usize::from(byte)].as_slice())
    }

    /// Whether a word is one of them.
    pub fn has(&self, word: &str) -> bool {
        self.near(word).contains(&word)
    }

    /// Whether a word begins with one of them.
    pub fn begins(&self, word: &str) -> bool {
        self.near(word).iter().any(|stem| word.starts_with(stem))
    }

    /// Those that stand in a text, in the order of the list.
    pub fn of<'t>(&'t self, text: &'t Lower) -> impl Iterator<Item = &'static str> + 't {
        self.iter().filter(|words| text.contains(words))
    }

    /// Whether one of them stands in a text.
    pub fn within(&self, text: &Lower) -> bool {
        self.of(text).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    static WORDS: Phrases = Phrases::new("no, not, пуст, closed beta, 不为空");

    proptest! {
        #[test]
        fn a_text_holds_what_a_plain_search_finds(text in "[a-dA-D не不]{0,40}", words in "[a-d не不]{0,3}") {
            let lower = Lower::of(&text);
            prop_assert_eq!(lower.contains(&words), text.to_lowercase().contains(&words));
            prop_assert_eq!(lower.find(&words), text.to_lowercase().find(&words));
        }
    }

    #[test]
    fn a_list_is_asked_for_whole_words_for_beginnings_and_for_what_stands_in_a_text() {
        assert!(WORDS.has("not") && WORDS.has("不为空") && !WORDS.has("nothing") && !WORDS.has(""));
        assert!(WORDS.begins("nothing") && WORDS.begins("пустой") && !WORDS.begins("yes"));
        let text = Lower::of("It is NOT a closed beta");
        assert_eq!(WORDS.of(&text).collect::<Vec<_>>(), ["no", "not", "closed beta"]);
        assert!(WORDS.within(&text) && !WORDS.within(&Lower::of("")));
    }
}
