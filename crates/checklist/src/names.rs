//! Ids of sections, items and checks: a slug of their words, made unique by the section and then by a number.

use domain::plan::{ItemId, SectionId};
use std::collections::{HashMap, HashSet};

/// Longest slug, in characters.
const LONGEST: usize = 60;

/// The ids that are given.
#[derive(Default)]
pub struct Names {
    sections: HashSet<String>,
    items: HashSet<String>,
    next: HashMap<String, u32>,
}

impl Names {
    /// An id for a section.
    pub fn section(&mut self, title: &str) -> SectionId {
        let slug = or(slug(title), "section");
        let id = unique(&self.sections, &mut self.next, slug);
        self.sections.insert(id.clone());
        SectionId(id)
    }

    /// An id for an item: its words up to the first code or colon, else the code.
    pub fn item(&mut self, text: &str, section: &str) -> ItemId {
        let head = text.split(['`', ':']).next().unwrap_or_default();
        let words = if head.split_whitespace().count() >= 2 {
            slug(head)
        } else {
            slug(text)
        };
        self.give(or(words, "item"), section)
    }

    /// An id for a command of a verification block.
    pub fn check(&mut self, command: &str, section: &str) -> ItemId {
        self.give(format!("check-{}", or(slug(command), "command")), section)
    }

    fn give(&mut self, slug: String, section: &str) -> ItemId {
        let id = match self.items.contains(&slug) {
            false => slug,
            true => unique(&self.items, &mut self.next, format!("{slug}--{section}")),
        };
        self.items.insert(id.clone());
        ItemId(id)
    }
}

fn or(slug: String, otherwise: &str) -> String {
    if slug.is_empty() {
        otherwise.to_owned()
    } else {
        slug
    }
}

/// `slug`, else `slug-2`, `slug-3` …; remembers where it stopped, so that many equal names take linear time.
fn unique(taken: &HashSet<String>, next: &mut HashMap<String, u32>, slug: String) -> String {
    if !taken.contains(&slug) {
        return slug;
    }
    let number = next.entry(slug.clone()).or_insert(2);
    loop {
        let id = format!("{slug}-{number}");
        *number = number.saturating_add(1);
        if !taken.contains(&id) {
            return id;
        }
    }
}

/// Letters and digits in lower case, words joined by `-`.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    let mut length = 0;
    let mut gap = false;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            gap = length > 0;
            continue;
        }
        if length >= LONGEST {
            break;
        }
        if std::mem::take(&mut gap) {
            out.push('-');
            length += 1;
        }
        out.extend(c.to_lowercase());
        length += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_named_by_its_words_before_the_command() {
        let mut names = Names::default();
        let mut id = |text: &str| names.item(text, "checks").0;
        assert_eq!(
            id("Redis memory limit set: `redis-cli CONFIG GET maxmemory` returns `512mb`"),
            "redis-memory-limit-set"
        );
        assert_eq!(id("`REDIS_HOST=redis`"), "redis-host-redis");
        assert_eq!(id("Größe prüfen 🚀"), "größe-prüfen");
        assert_eq!(id("🚀"), "item");
        assert_eq!(id("No error logs"), "no-error-logs");
        assert_eq!(id("No error logs"), "no-error-logs--checks");
        assert_eq!(id("No error logs"), "no-error-logs--checks-2");
    }
}
