//! A tool whose subcommand and options decide, as a row of a table.

use super::Effect;

/// One tool and the forms of it that read.
pub struct Tool {
    /// Its names, with `|` between them.
    pub names: &'static str,
    /// The options that may stand before or between the words of a form; `=` at the end of one that takes a value.
    options: &'static str,
    /// The forms that read: words in a row, each with alternatives. `+--x` stands for an option that must be given, `_` for any word
    /// that is no option, `.` for no operand after the form, `!` for nothing at all after it, `*` for whatever follows.
    reads: &'static [&'static str],
    /// Options with which no form reads: they write a file or run a program.
    never: &'static str,
    /// What it does in all other forms, where that is more than a guess.
    does: &'static str,
}

/// A row of which only the version is read: everything else does this.
pub const fn acts(names: &'static str, does: &'static str) -> Tool {
    Tool {
        names,
        options: "",
        reads: &["--version|-V|-v|version !"],
        never: "",
        does,
    }
}

/// A row whose forms read whatever their other options are.
pub const fn tool(names: &'static str, options: &'static str, reads: &'static [&'static str]) -> Tool {
    guarded(names, options, reads, "")
}

/// A row with options that must not be given.
pub const fn guarded(
    names: &'static str,
    options: &'static str,
    reads: &'static [&'static str],
    never: &'static str,
) -> Tool {
    Tool {
        names,
        options,
        reads,
        never,
        does: "",
    }
}

impl Tool {
    /// What the tool does with these words.
    pub fn effect(&self, name: &str, words: &[&str]) -> Effect {
        if let Some(effect) = self.refused(name, words) {
            return effect;
        }
        if self.reads.iter().any(|form| self.is(form, words)) {
            return Effect::Reads;
        }
        if !self.does.is_empty() {
            return Effect::changes(format!("`{name}` {}", self.does));
        }
        let subcommand = |word: &&&str| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
        };
        let form = words.iter().find(subcommand).copied().unwrap_or_default();
        Effect::changes(format!(
            "`{}` counts as changing",
            format!("{name} {form}").trim()
        ))
    }

    /// An option is given with which no form reads.
    pub fn refused(&self, name: &str, words: &[&str]) -> Option<Effect> {
        // An option that is known by its whole name is no short form of another: `--target`, `--target-path`.
        let others: Vec<&str> = words
            .iter()
            .copied()
            .filter(|word| {
                let name = word.split('=').next().unwrap_or(word);
                let own = name.starts_with("--") && self.takes_value(name).is_some();
                !own || self.never.split(' ').any(|option| option == name)
            })
            .collect();
        let option = self.never.split(' ').find(|option| given(option, &others))?;
        Some(Effect::changes(format!(
            "`{option}` lets `{name}` write or run something"
        )))
    }

    fn is(&self, form: &str, words: &[&str]) -> bool {
        let mut at = 0;
        for token in form.split(' ') {
            let fits = |word: &&str| match token {
                "_" => !word.starts_with('-'),
                token => token.split('|').any(|known| known == *word),
            };
            if token == "*" {
                return true;
            }
            if token == "!" {
                return at == words.len();
            }
            if token == "." {
                return self.no_operand(words.get(at..).unwrap_or_default());
            }
            if let Some(option) = token.strip_prefix('+') {
                if !self.demanded(option, words) {
                    return false;
                }
                continue;
            }
            if !token.starts_with('-') {
                match self.after_options(words, at) {
                    Some(after) => at = after,
                    None => return false,
                }
            }
            if !words.get(at).is_some_and(fits) {
                return false;
            }
            at += 1;
        }
        true
    }

    /// The words after the leading options; `None` where one of those is not known.
    pub fn after<'a, 'b>(&self, words: &'b [&'a str]) -> Option<&'b [&'a str]> {
        words.get(self.after_options(words, 0)?..)
    }

    fn takes_value(&self, option: &str) -> Option<bool> {
        self.options
            .split(' ')
            .find_map(|known| match known.strip_suffix('=') {
                Some(name) if name == option => Some(true),
                None if known == option => Some(false),
                Some(_) | None => None,
            })
    }

    /// Where the options from `at` on end; `None` where one is not known: it could take a value that is then mistaken for
    /// the subcommand.
    fn after_options(&self, words: &[&str], mut at: usize) -> Option<usize> {
        while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
            let name = word.split_once('=').map(|(name, _)| name);
            at += match (self.takes_value(name.unwrap_or(word))?, name) {
                (true, None) => 2,
                (true, Some(_)) | (false, None) => 1,
                (false, Some(_)) => return None,
            };
        }
        Some(at)
    }

    fn no_operand(&self, words: &[&str]) -> bool {
        let mut at = 0;
        while let Some(word) = words.get(at) {
            if !word.starts_with('-') {
                return false;
            }
            at += if self.takes_value(word) == Some(true) {
                2
            } else {
                1
            };
        }
        true
    }

    /// The option is given once, before a `--`, and cannot be the value of the option before it.
    fn demanded(&self, option: &str, words: &[&str]) -> bool {
        let name = |word: &str| word.trim_start_matches('-').split('=').next().map(str::to_owned);
        let wanted = name(option.split('|').next().unwrap_or(option));
        let mut given = words
            .iter()
            .enumerate()
            .filter(|(_, word)| word.starts_with('-') && name(word) == wanted);
        let (Some((at, word)), None) = (given.next(), given.next()) else {
            return false;
        };
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        let free = before.is_none_or(|before| {
            !before.starts_with('-') || before.contains('=') || self.takes_value(before) == Some(false)
        });
        let ended = words[..at].contains(&"--");
        free && !ended && option.split('|').any(|known| known == *word)
    }
}

/// Whether an option is among the words, abbreviated or with its value attached: `-oX`, `-no X`, `--out`, `--output=X`.
pub fn given(option: &str, words: &[&str]) -> bool {
    if option.is_empty() {
        return false;
    }
    words.iter().any(|word| {
        let name = word.split('=').next().unwrap_or(word);
        match option.strip_prefix("--") {
            Some(_) => name == option || (name.len() > 3 && option.starts_with(name)),
            None if option.len() > 2 => name == option,
            None => {
                word.len() > 1
                    && word
                        .strip_prefix('-')
                        .is_some_and(|letters| !letters.starts_with('-') && letters.contains(&option[1..]))
            }
        }
    })
}
