//! SHA-256 of one text after another, each resumed where it parts from the one before.

use crate::canonical;
use domain::Hash;
use sha2::{Digest, Sha256};

/// After how many bytes the digest is kept, some 110 bytes of it: on average half of as many are hashed in vain.
const STEP: usize = 1024;

/// The text that was hashed last, and the digest after each of its whole steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resumed {
    text: String,
    after: Vec<Sha256>,
}

impl Resumed {
    /// The hash of this text: what it begins with as the last one did is not hashed again.
    pub fn hash(&mut self, text: String) -> Hash {
        let (old, new) = (self.text.as_bytes(), text.as_bytes());
        let steps = old.chunks_exact(STEP).zip(new.chunks_exact(STEP));
        self.after
            .truncate(steps.take_while(|(old, new)| old == new).count());
        let mut digest = self.after.last().cloned().unwrap_or_default();
        let mut rest = new[self.after.len() * STEP..].chunks_exact(STEP);
        for step in rest.by_ref() {
            digest.update(step);
            self.after.push(digest.clone());
        }
        digest.update(rest.remainder());
        self.text = text;
        canonical::finish(digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A text of up to seven parts, of the lengths at which steps begin and end.
    fn text() -> impl Strategy<Value = String> {
        let length = prop_oneof![Just(0), Just(1), Just(STEP - 1), Just(STEP), 0..3 * STEP];
        let part = ("[ab]", length).prop_map(|(letter, length)| letter.repeat(length));
        prop::collection::vec(part, 0..7).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_was_hashed_before_the_hash_is_that_of_the_text(texts in prop::collection::vec(text(), 1..8)) {
            let mut resumed = Resumed::default();
            for text in texts {
                let from_scratch = canonical::sha256(text.as_bytes());
                prop_assert_eq!(resumed.hash(text), from_scratch);
            }
        }
    }
}
