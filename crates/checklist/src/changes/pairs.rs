//! Which line of a new plan is which line of the old one.

use domain::plan::{Check, Item, ItemId, SectionId, Work};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// Least share of common words of two lines that are taken for one that was reworded.
const ALIKE: f64 = 0.5;
/// So many words of a line are compared.
const WORDS: usize = 24;
/// A word of more lines than these tells none of them.
const COMMON: usize = 32;

/// A line as it is matched.
pub struct Line<'p> {
    check: bool,
    /// Its id.
    pub id: &'p ItemId,
    /// Its author gave it its id.
    pub given: bool,
    section: &'p SectionId,
    label: Option<&'p str>,
    text: String,
    command: Option<String>,
}

impl<'p> Line<'p> {
    /// That of a box.
    pub fn of_item(item: &'p Item, section: &'p SectionId) -> Self {
        Self {
            check: false,
            id: &item.id,
            given: false,
            section,
            label: item.label.as_deref(),
            text: normal(&item.text),
            command: command(&item.work).or_else(|| code(&item.text)),
        }
    }

    /// That of a command of a verification block.
    pub fn of_check(check: &'p Check, section: &'p SectionId) -> Self {
        Self {
            check: true,
            id: &check.id,
            given: false,
            section,
            label: None,
            text: normal(&check.text),
            command: command(&check.work),
        }
    }
}

/// For each new line, the old line that it is. The surest first: the same words in the same place, the same id, the
/// same words elsewhere, the same command, and at last words enough in common.
pub fn pairs(old: &[Line<'_>], new: &[Line<'_>]) -> Vec<Option<usize>> {
    let mut matching = Matching {
        taken: vec![false; old.len()],
        found: vec![None; new.len()],
    };
    let text = |line: &Line<'_>| line.text.clone();
    let section = |line: &Line<'_>| line.section.0.clone();
    matching.pass(old, new, |line, is_new| {
        (line.given || !is_new).then(|| line.id.0.clone())
    });
    matching.pass(old, new, |line, _| {
        Some(format!(
            "{}\0{}\0{}",
            text(line),
            section(line),
            line.label.unwrap_or_default()
        ))
    });
    matching.pass(old, new, |line, _| {
        Some(format!("{}\0{}", text(line), section(line)))
    });
    matching.pass(old, new, |line, _| Some(line.id.0.clone()));
    matching.pass(old, new, |line, _| Some(text(line)));
    matching.unique(old, new, |line| line.command.clone());
    matching.alike(old, new);
    matching.found
}

struct Matching {
    taken: Vec<bool>,
    found: Vec<Option<usize>>,
}

impl Matching {
    /// Pairs what has the same key, in order; a key is of the old line or of the new one.
    fn pass(&mut self, old: &[Line<'_>], new: &[Line<'_>], key: impl Fn(&Line<'_>, bool) -> Option<String>) {
        let mut waiting: HashMap<(bool, String), VecDeque<usize>> = HashMap::new();
        for (at, line) in old.iter().enumerate().filter(|(at, _)| !self.taken[*at]) {
            if let Some(key) = key(line, false) {
                waiting.entry((line.check, key)).or_default().push_back(at);
            }
        }
        for (at, line) in new.iter().enumerate() {
            if self.found[at].is_none()
                && let Some(key) = key(line, true)
                && let Some(pair) = waiting.get_mut(&(line.check, key)).and_then(VecDeque::pop_front)
            {
                self.pair(pair, at);
            }
        }
    }

    /// Pairs what is the only one with its key on both sides.
    fn unique(&mut self, old: &[Line<'_>], new: &[Line<'_>], key: impl Fn(&Line<'_>) -> Option<String>) {
        let mut keys: HashMap<(bool, String), (Vec<usize>, Vec<usize>)> = HashMap::new();
        for (at, line) in old.iter().enumerate().filter(|(at, _)| !self.taken[*at]) {
            if let Some(key) = key(line) {
                keys.entry((line.check, key)).or_default().0.push(at);
            }
        }
        for (at, line) in new.iter().enumerate().filter(|(at, _)| self.found[*at].is_none()) {
            if let Some(entry) = key(line).and_then(|key| keys.get_mut(&(line.check, key))) {
                entry.1.push(at);
            }
        }
        for (before, after) in keys.into_values() {
            if let ([before], [after]) = (before.as_slice(), after.as_slice()) {
                self.pair(*before, *after);
            }
        }
    }

    /// Pairs lines with words enough in common, the most alike first.
    fn alike(&mut self, old: &[Line<'_>], new: &[Line<'_>]) {
        let left: Vec<usize> = (0..old.len()).filter(|at| !self.taken[*at]).collect();
        let words: Vec<BTreeSet<String>> = left.iter().map(|at| words(&old[*at].text)).collect();
        let mut lines: HashMap<(bool, &str), Vec<usize>> = HashMap::new();
        for (index, of_line) in words.iter().enumerate() {
            for word in of_line {
                lines
                    .entry((old[left[index]].check, word))
                    .or_default()
                    .push(index);
            }
        }
        let mut candidates: Vec<(u32, usize, usize)> = Vec::new();
        for (at, line) in new.iter().enumerate().filter(|(at, _)| self.found[*at].is_none()) {
            let own = self::words(&line.text);
            let mut near: BTreeSet<usize> = BTreeSet::new();
            for word in &own {
                let with = lines
                    .get(&(line.check, word.as_str()))
                    .filter(|list| list.len() <= COMMON);
                near.extend(with.into_iter().flatten());
            }
            for index in near {
                let shared = words[index].intersection(&own).count();
                let all = words[index].len() + own.len() - shared;
                let share = shared as f64 / all.max(1) as f64;
                let here = old[left[index]].section == line.section;
                if share >= ALIKE {
                    candidates.push(((share * 1000.0) as u32 + u32::from(here), left[index], at));
                }
            }
        }
        candidates.sort_by_key(|(share, before, after)| (std::cmp::Reverse(*share), *before, *after));
        for (_, before, after) in candidates {
            if !self.taken[before] && self.found[after].is_none() {
                self.pair(before, after);
            }
        }
    }

    fn pair(&mut self, old: usize, new: usize) {
        self.taken[old] = true;
        self.found[new] = Some(old);
    }
}

/// The words without marks, in lower case and with single spaces.
fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text
        .split(|c: char| c.is_whitespace() || matches!(c, '*' | '_'))
        .filter(|word| !word.is_empty())
    {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}

fn command(work: &Work) -> Option<String> {
    match work {
        Work::Action { written, .. } => Some(normal(written)),
        Work::Probe { .. } | Work::Attestation | Work::Parent => None,
    }
}

/// The first inline code of a text that has more than one word.
fn code(text: &str) -> Option<String> {
    let mut parts = text.split('`').skip(1).step_by(2);
    parts.find(|code| code.trim().contains(' ')).map(normal)
}

fn words(text: &str) -> BTreeSet<String> {
    let word = |c: char| !c.is_alphanumeric();
    let mut found = BTreeSet::new();
    for word in text.split(word).filter(|word| !word.is_empty()) {
        // Scripts without spaces are compared by their characters.
        if word.chars().next().is_some_and(|c| c as u32 >= 0x2e80) {
            found.extend(word.chars().take(WORDS).map(String::from));
        } else {
            found.insert(word.to_owned());
        }
        if found.len() >= WORDS {
            break;
        }
    }
    found
}
