//! Ids of sections, items and checks: a slug of their words. Where words are shared, all that share them are told
//! apart by where they stand (section, label, parent), and only equal lines of one place by their order: so an id
//! survives a new order of the sections and of the lines.

use crate::changes;
use domain::plan::{ItemId, Plan, Section, SectionId};
use foldhash::fast::RandomState;
use std::collections::{HashMap, HashSet};

/// Keyed by chance, as those of the standard library, and hashed in a fraction of the time.
pub type Map<K, V> = HashMap<K, V, RandomState>;
/// As [`Map`].
pub type Set<T> = HashSet<T, RandomState>;

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

/// The id of a line until all are known: its place among the names.
pub fn placed(place: usize) -> ItemId {
    ItemId(place.to_string())
}

/// The place that [`placed`] says.
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
        return rename(sections, ids);
    };
    let mut placed: Vec<Section> = sections.to_vec();
    rename(&mut placed, ids.clone());
    let ids = adopted(sections, &placed, names, ids, old);
    rename(sections, ids);
}

/// Puts the ids in the place of the places.
fn rename(sections: &mut [Section], mut ids: Vec<String>) {
    let items = sections.iter_mut().flat_map(|section| &mut section.items);
    for above in items.filter_map(|item| item.parent.as_mut()) {
        above.0 = place(above)
            .and_then(|at| ids.get(at))
            .cloned()
            .unwrap_or_default();
    }
    for section in sections {
        let items = section.items.iter_mut().map(|item| &mut item.id);
        for id in items.chain(section.checks.iter_mut().map(|check| &mut check.id)) {
            let own = place(id).and_then(|at| ids.get_mut(at));
            id.0 = own.map(std::mem::take).unwrap_or_default();
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
    let mut next: Map<String, u32> = Map::default();
    let rest = |(kept, id): (Option<String>, String)| {
        kept.unwrap_or_else(|| {
            let id = match taken.contains(&id) {
                true => numbered(&taken, next.entry(id.clone()).or_insert(2), &id),
                false => id,
            };
            taken.insert(id.clone());
            id
        })
    };
    out.into_iter().zip(ids).map(rest).collect()
}

fn of_all(names: &[Named], home: &[&str]) -> Vec<String> {
    let parent = |at: usize| {
        let parent = names[at].parent.and_then(|at| names.get(at));
        parent.map_or("", |parent| parent.base.as_str())
    };
    let words = |at: usize| {
        [
            names[at].base.as_str(),
            home[at],
            names[at].label.as_str(),
            parent(at),
        ]
    };
    told_apart(names.iter().map(|name| name.given.clone()).collect(), words)
}

fn sections_words(sections: &[Section]) -> Vec<(String, String)> {
    let words = |section: &Section| {
        let group = section.group.as_deref().map(slug).unwrap_or_default();
        (or(slug(&section.title), "section"), group)
    };
    sections.iter().map(words).collect()
}

fn of_sections(words: &[(String, String)]) -> Vec<String> {
    let title_and_group = |at: usize| [words[at].0.as_str(), words[at].1.as_str()];
    told_apart(vec![None; words.len()], title_and_group)
}

/// As many of the words of each, the first ones, as nobody shares, joined by `--`; those that share all of them are
/// numbered in their order. Those that are given already stay, the first of equal ones.
fn told_apart<'w, const N: usize>(
    given: Vec<Option<String>>,
    words: impl Fn(usize) -> [&'w str; N],
) -> Vec<String> {
    let mut taken: Set<String> = Set::with_capacity_and_hasher(given.len(), RandomState::default());
    let first = |id: Option<String>| id.filter(|id| taken.insert(id.clone()));
    let mut ids: Vec<Option<String>> = given.into_iter().map(first).collect();
    let joined = |at: usize, count: usize| {
        let words = words(at);
        let named = words[..count].iter().rposition(|word| !word.is_empty());
        words[..=named.unwrap_or(0)].join("--")
    };
    // Those that are still open, each with the number of its group: who shares the words so far.
    let mut open: Vec<(usize, usize)> = (0..ids.len())
        .filter(|at| ids[*at].is_none())
        .map(|at| (at, 0))
        .collect();
    let mut groups = 0;
    for level in 0..N {
        let mut split: Map<(usize, &str), usize> = Map::default();
        let mut sizes: Vec<u32> = Vec::new();
        for (at, group) in &mut open {
            let next = sizes.len();
            *group = *split.entry((*group, words(*at)[level])).or_insert(next);
            match sizes.get_mut(*group) {
                Some(size) => *size += 1,
                None => sizes.push(1),
            }
        }
        groups = sizes.len();
        open.retain(|(at, group)| {
            if sizes[*group] > 1 {
                return true;
            }
            let id = joined(*at, level + 1);
            let free = taken.insert(id.clone());
            if free {
                ids[*at] = Some(id);
            }
            !free
        });
    }
    let mut next = vec![1; groups];
    for (at, group) in open {
        let id = numbered(&taken, &mut next[group], &joined(at, N));
        taken.insert(id.clone());
        ids[at] = Some(id);
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

/// `slug`, else `slug-2`, `slug-3` …; `next` is where it goes on, so that many equal names take linear time.
fn numbered(taken: &Set<String>, next: &mut u32, slug: &str) -> String {
    loop {
        let id = match *next {
            1 => slug.to_owned(),
            number => format!("{slug}-{number}"),
        };
        *next = next.saturating_add(1);
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
