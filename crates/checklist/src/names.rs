//! Ids of sections, items and checks: a slug of their words. Where words are shared, all that share them are told
//! apart by where they stand (section, label, parent), and only equal lines of one place by their order: so an id
//! survives a new order of the sections and of the lines.

use crate::changes;
use domain::plan::{ItemId, Plan, Section, SectionId};
use std::collections::{HashMap, HashSet};

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
    let mut taken = HashSet::new();
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
    let mut next = HashMap::new();
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
    let levels = [
        |name: &Named, _: &str, _: &[Named]| name.base.clone(),
        |name: &Named, home: &str, _: &[Named]| format!("{}--{home}", name.base),
        |name: &Named, home: &str, _: &[Named]| format!("{}--{home}--{}", name.base, name.label),
        |name: &Named, home: &str, names: &[Named]| {
            let parent = name
                .parent
                .and_then(|at| names.get(at))
                .map_or("", |parent| &parent.base);
            format!("{}--{home}--{}--{parent}", name.base, name.label)
        },
    ];
    let candidates = levels.iter().map(|level| {
        let one = |(name, home): (&Named, &&str)| level(name, home, names).trim_end_matches('-').to_owned();
        names.iter().zip(home).map(one).collect()
    });
    let given = names.iter().map(|name| name.given.clone()).collect();
    told_apart(given, candidates)
}

fn sections_words(sections: &[Section]) -> Vec<(String, String)> {
    let words = |section: &Section| {
        let group = section.group.as_deref().map(slug).unwrap_or_default();
        (or(slug(&section.title), "section"), group)
    };
    sections.iter().map(words).collect()
}

fn of_sections(words: &[(String, String)]) -> Vec<String> {
    let levels = [0, 1].into_iter().map(|level| {
        let one = |(title, group): &(String, String)| match (level, group.as_str()) {
            (0, _) | (_, "") => title.clone(),
            (_, group) => format!("{title}--{group}"),
        };
        words.iter().map(one).collect()
    });
    told_apart(vec![None; words.len()], levels)
}

/// The first candidate of each that nobody shares; equal ones of the last level are numbered in their order.
///
/// Those that are given already stay, the first of equal ones.
fn told_apart(given: Vec<Option<String>>, levels: impl Iterator<Item = Vec<String>>) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let first = |id: Option<String>| id.filter(|id| taken.insert(id.clone()));
    let mut ids: Vec<Option<String>> = given.into_iter().map(first).collect();
    let mut last = Vec::new();
    for candidates in levels {
        let mut shared: HashMap<&str, u32> = HashMap::new();
        for (candidate, id) in candidates.iter().zip(&ids) {
            if id.is_none() {
                *shared.entry(candidate).or_insert(0) += 1;
            }
        }
        for (candidate, id) in candidates.iter().zip(&mut ids) {
            if id.is_none() && shared.get(candidate.as_str()) == Some(&1) && taken.insert(candidate.clone()) {
                *id = Some(candidate.clone());
            }
        }
        last = candidates;
        if ids.iter().all(Option::is_some) {
            break;
        }
    }
    let mut next = HashMap::new();
    let number = |(id, candidate): (Option<String>, String)| {
        id.unwrap_or_else(|| {
            let id = unique(&taken, &mut next, candidate);
            taken.insert(id.clone());
            id
        })
    };
    ids.into_iter().zip(last).map(number).collect()
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
