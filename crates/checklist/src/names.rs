//! Ids of sections, items and checks: a slug of their words. Where words are shared, all that share them are told
//! apart by where they stand (section, label, parent), and only equal lines of one place by their order: so an id
//! survives a new order of the sections and of the lines.

use crate::changes;
use domain::plan::{ItemId, Plan, Section, SectionId};
use foldhash::fast::RandomState;
use std::collections::{HashMap, HashSet};

/// Keyed by chance, as those of the standard library, and hashed in a fraction of the time.
type Map<K, V> = HashMap<K, V, RandomState>;
type Set<T> = HashSet<T, RandomState>;

/// Longest slug, in characters.
const LONGEST: usize = 60;

/// What an item or a check is named by.
#[derive(Clone, Debug)]
pub struct Named {
    /// The slug of its words.
    pub base: String,
    /// The slug of the label above it, or nothing.
    pub label: String,
    /// The place of the item that holds it.
    pub parent: Option<usize>,
    /// The id that its author gave it.
    pub given: Option<String>,
}

/// What an item is named by: its words up to the first code or colon, else all.
pub fn of_item(text: &str) -> String {
    let head = text.split(['`', ':']).next().unwrap_or_default();
    let words = if head.split_whitespace().count() >= 2 {
        slug(head)
    } else {
        slug(text)
    };
    or(words, "item")
}

/// What a command of a verification block is named by.
pub fn of_check(command: &str) -> String {
    format!("check-{}", or(slug(command), "command"))
}

/// The place among the names that an id says until all are known.
pub fn place(id: &ItemId) -> Option<usize> {
    id.0.parse().ok()
}

/// Gives the sections, and the items and checks that carry their place among the names, their ids. What is a line of
/// the old plan, perhaps in other words, keeps the id that it has there.
pub fn give(sections: &mut [Section], names: &[Named], old: Option<&Plan>) {
    let of_sections = of_sections(&sections_words(sections));
    for (section, id) in sections.iter_mut().zip(of_sections) {
        section.id = SectionId(id);
    }
    let mut home: Vec<&str> = vec![""; names.len()];
    for section in &*sections {
        let items = section.items.iter().map(|item| &item.id);
        for at in items
            .chain(section.checks.iter().map(|check| &check.id))
            .filter_map(place)
        {
            home[at] = &section.id.0;
        }
    }
    let ids = of_all(names, &home);
    let Some(old) = old else {
        return rename(sections, &ids);
    };
    let mut placed: Vec<Section> = sections.to_vec();
    rename(&mut placed, &ids);
    let ids = adopted(sections, &placed, names, ids, old);
    rename(sections, &ids);
}

/// Puts the ids in the place of the places.
fn rename(sections: &mut [Section], ids: &[String]) {
    let named = |id: &ItemId| ItemId(place(id).and_then(|at| ids.get(at)).cloned().unwrap_or_default());
    for section in sections {
        for item in &mut section.items {
            item.id = named(&item.id);
            item.parent = item.parent.as_ref().map(named);
        }
        for check in &mut section.checks {
            check.id = named(&check.id);
        }
    }
}

/// The ids by place, with those of the old plan for what it has too.
fn adopted(
    sections: &[Section],
    placed: &[Section],
    names: &[Named],
    ids: Vec<String>,
    old: &Plan,
) -> Vec<String> {
    let before = changes::lines(&old.sections);
    let mut after = changes::lines(placed);
    let places: Vec<Option<usize>> = changes::lines(sections)
        .iter()
        .map(|line| place(line.id))
        .collect();
    for (line, at) in after.iter_mut().zip(&places) {
        line.given = at.is_some_and(|at| names[at].given.is_some());
    }
    let matched = changes::pairs(&before, &after);
    let mut out: Vec<Option<String>> = vec![None; ids.len()];
    let mut taken = Set::default();
    let given = |at: &usize| names[*at].given.is_some();
    for at in places.iter().flatten().filter(|at| given(at)) {
        taken.insert(ids[*at].clone());
        out[*at] = Some(ids[*at].clone());
    }
    for (at, pair) in places.iter().zip(&matched) {
        if let (Some(at), Some(pair)) = (at, pair)
            && out[*at].is_none()
            && taken.insert(before[*pair].id.0.clone())
        {
            out[*at] = Some(before[*pair].id.0.clone());
        }
    }
    let mut next = Map::default();
    let rest = |(kept, id): (Option<String>, String)| {
        kept.unwrap_or_else(|| {
            let id = unique(&taken, &mut next, id);
            taken.insert(id.clone());
            id
        })
    };
    out.into_iter().zip(ids).map(rest).collect()
}

fn of_all(names: &[Named], home: &[&str]) -> Vec<String> {
    let words = |at: usize| (names[at].base.as_str(), home[at], names[at].label.as_str());
    let plain = |id: String| match id.trim_end_matches('-').len() {
        length if length == id.len() => id,
        length => id[..length].to_owned(),
    };
    let by_words = |at: usize| plain(names[at].base.clone());
    let by_section = |at: usize| {
        let (base, home, _) = words(at);
        plain([base, "--", home].concat())
    };
    let by_label = |at: usize| {
        let (base, home, label) = words(at);
        plain([base, "--", home, "--", label].concat())
    };
    let by_parent = |at: usize| {
        let (base, home, label) = words(at);
        let parent = names[at].parent.and_then(|at| names.get(at));
        let parent = parent.map_or("", |parent| &parent.base);
        plain([base, "--", home, "--", label, "--", parent].concat())
    };
    let given = names.iter().map(|name| name.given.clone()).collect();
    told_apart(given, &[&by_words, &by_section, &by_label, &by_parent])
}

fn sections_words(sections: &[Section]) -> Vec<(String, String)> {
    let words = |section: &Section| {
        let group = section.group.as_deref().map(slug).unwrap_or_default();
        (or(slug(&section.title), "section"), group)
    };
    sections.iter().map(words).collect()
}

fn of_sections(words: &[(String, String)]) -> Vec<String> {
    let by_title = |at: usize| words[at].0.clone();
    let by_group = |at: usize| match &words[at] {
        (title, group) if group.is_empty() => title.clone(),
        (title, group) => format!("{title}--{group}"),
    };
    told_apart(vec![None; words.len()], &[&by_title, &by_group])
}

/// The first candidate of each that nobody shares; equal ones of the last level are numbered in their order. A level is
/// asked for those only that the levels before it left open.
///
/// Those that are given already stay, the first of equal ones.
fn told_apart(given: Vec<Option<String>>, levels: &[&dyn Fn(usize) -> String]) -> Vec<String> {
    let mut taken: Set<String> = Set::default();
    let first = |id: Option<String>| id.filter(|id| taken.insert(id.clone()));
    let mut ids: Vec<Option<String>> = given.into_iter().map(first).collect();
    let mut open: Vec<(usize, String)> = Vec::new();
    for level in levels {
        let left = (0..ids.len()).filter(|at| ids[*at].is_none());
        open = left.map(|at| (at, level(at))).collect();
        let mut shared: Map<&str, u32> = Map::default();
        for (_, candidate) in &open {
            *shared.entry(candidate).or_insert(0) += 1;
        }
        for (at, candidate) in &open {
            if shared.get(candidate.as_str()) == Some(&1) && taken.insert(candidate.clone()) {
                ids[*at] = Some(candidate.clone());
            }
        }
    }
    let mut next = Map::default();
    for (at, candidate) in open {
        if ids[at].is_none() {
            let id = unique(&taken, &mut next, candidate);
            taken.insert(id.clone());
            ids[at] = Some(id);
        }
    }
    ids.into_iter().flatten().collect()
}

fn or(slug: String, otherwise: &str) -> String {
    if slug.is_empty() {
        otherwise.to_owned()
    } else {
        slug
    }
}

/// `slug`, else `slug-2`, `slug-3` …; remembers where it stopped, so that many equal names take linear time.
fn unique(taken: &Set<String>, next: &mut Map<String, u32>, slug: String) -> String {
    if !taken.contains(&slug) {
        return slug;
    }
    if !next.contains_key(&slug) {
        next.insert(slug.clone(), 2);
    }
    let Some(number) = next.get_mut(&slug) else {
        return slug;
    };
    loop {
        let id = [slug.as_str(), "-", &number.to_string()].concat();
        *number = number.saturating_add(1);
        if !taken.contains(&id) {
            return id;
        }
    }
}

/// Letters and digits in lower case, words joined by `-`.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST + 4));
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
        match c.is_ascii() {
            true => out.push(c.to_ascii_lowercase()),
            false => out.extend(c.to_lowercase()),
        }
        length += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_named_by_its_words_before_the_command() {
        for (text, name) in [
            (
                "Redis memory limit set: `redis-cli CONFIG GET maxmemory` returns `512mb`",
                "redis-memory-limit-set",
            ),
            ("`REDIS_HOST=redis`", "redis-host-redis"),
            ("Größe prüfen 🚀", "größe-prüfen"),
            ("🚀", "item"),
        ] {
            assert_eq!(of_item(text), name);
        }
    }

    #[test]
    fn equal_words_are_told_apart_by_section_then_label_then_order() {
        let named = |label: &str| Named {
            base: "no-errors".into(),
            label: label.into(),
            parent: None,
            given: None,
        };
        let names = [named(""), named(""), named("logs"), named("logs")];
        assert_eq!(
            of_all(&names, &["api", "web", "web", "web"]),
            [
                "no-errors--api",
                "no-errors--web",
                "no-errors--web--logs",
                "no-errors--web--logs-2"
            ]
        );
    }
}
