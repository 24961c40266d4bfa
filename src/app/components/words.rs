/// Words that may be missing; empty ones are. A property of this type takes `&str`, `String` and `Option<String>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Option<String>);

impl Words {
    /// The words, where there are any.
    pub fn get(self) -> Option<String> {
        self.0.filter(|words| !words.is_empty())
    }
}

impl From<&str> for Words {
    fn from(words: &str) -> Self {
        Self(Some(words.to_owned()))
    }
}

impl From<String> for Words {
    fn from(words: String) -> Self {
        Self(Some(words))
    }
}

impl From<Option<String>> for Words {
    fn from(words: Option<String>) -> Self {
        Self(words)
    }
}
