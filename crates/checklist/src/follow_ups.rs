//! What follows later: the lines of follow-up sections as tasks, with their times.

mod times;

use crate::infer::short;
use crate::names;
use crate::parse::{Block, BlockKind};
use crate::phrases::Lower;
use crate::source::Source;
use domain::follow_up::{Every, FollowUp, When};
use domain::plan::{ItemId, Section, SectionKind};
use std::collections::{HashMap, HashSet};

/// Most tasks of a document.
const MOST: usize = 1000;

/// What is looked at every hour by itself.
const METRICS: &[&str] = &[
    "metric",
    "monitor",
    "dashboard",
    "kpi",
    "metrik",
    "kennzahl",
    "métrique",
    "métrica",
    "metriche",
    "指标",
    "监控",
    "メトリ",
    "監視",
    "지표",
    "모니터링",
    "метрик",
    "монитор",
];

/// A line of a list while the sections are read.
struct Line {
    words: String,
    /// Its own time, else that of the line above, the label or the heading.
    when: When,
}

/// Finds the tasks of a document.
pub fn of_document(source: &Source, blocks: &[Block], sections: &[Section]) -> Vec<FollowUp> {
    if !sections
        .iter()
        .any(|section| section.kind == SectionKind::FollowUp)
    {
        return Vec::new();
    }
    let items = sections.iter().flat_map(|section| &section.items);
    let boxes: HashMap<u32, &ItemId> = items.map(|item| (item.line, &item.id)).collect();
    let holders: HashSet<usize> = blocks
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Item(_)))
        .filter_map(|block| block.item)
        .collect();
    let mut lines: HashMap<usize, Line> = HashMap::new();
    let mut label: (usize, Option<When>) = (usize::MAX, None);
    let mut found: Vec<(FollowUp, usize)> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let number = source.line(block.span.start);
        let section = sections
            .partition_point(|section| section.line <= number)
            .checked_sub(1);
        let Some(section) = section.filter(|at| sections[*at].kind == SectionKind::FollowUp) else {
            continue;
        };
        match &block.kind {
            BlockKind::Paragraph(inline) if block.item.is_none() && inline.is_label() => {
                label = (section, times::read(&inline.plain_up_to(400)));
            }
            BlockKind::Item(item) if found.len() < MOST => {
                let words = item
                    .inline
                    .plain_up_to(400)
                    .trim_end_matches([':', '：'])
                    .trim()
                    .to_owned();
                let above = block.item.and_then(|above| lines.get(&above));
                let inherited = above.map(|above| above.when).unwrap_or_else(|| {
                    let labelled = label.1.filter(|_| label.0 == section);
                    labelled
                        .or_else(|| headed(&sections[section]))
                        .unwrap_or(When::Unsaid)
                });
                let when = own(&words, inherited);
                if !holders.contains(&at) && !words.is_empty() {
                    let parent = above.map(|above| above.words.clone());
                    let item = boxes.get(&number).map(|id| (*id).clone());
                    let task = task(&words, when, parent, item, (sections[section].id.clone(), number));
                    found.push((task, section));
                }
                lines.insert(
                    at,
                    Line {
                        words: short(&words),
                        when,
                    },
                );
            }
            BlockKind::Heading { .. }
            | BlockKind::Paragraph(_)
            | BlockKind::Item(_)
            | BlockKind::Fence(_)
            | BlockKind::Table(_)
            | BlockKind::Html(_)
            | BlockKind::Rule => {}
        }
    }
    // A line without a time is a task beside others that have one; a box is part of the run in any case.
    let timed: HashSet<usize> = found
        .iter()
        .filter(|(task, _)| task.when != When::Unsaid)
        .map(|(_, section)| *section)
        .collect();
    let counts = |(task, section): &(FollowUp, usize)| {
        task.when != When::Unsaid || task.item.is_none() && timed.contains(section)
    };
    let mut tasks: Vec<FollowUp> = found.into_iter().filter(counts).map(|(task, _)| task).collect();
    name(&mut tasks);
    tasks
}

fn task(
    words: &str,
    when: When,
    parent: Option<String>,
    item: Option<ItemId>,
    (section, line): (domain::plan::SectionId, u32),
) -> FollowUp {
    let lower = Lower::of(words);
    let dated = matches!(when, When::Days { .. } | When::Weeks { .. });
    FollowUp {
        id: names::slug(words),
        section,
        line,
        item,
        words: short(words),
        parent,
        when,
        automatic: dated && times::hourly(&lower) && lower.any(METRICS),
    }
}

/// A line's own time, where it says one. What recurs within days that are said stays within them, unless it does not even
/// come round in them: "once a month" below "Week 1".
fn own(words: &str, inherited: When) -> When {
    match (times::read(words), inherited) {
        (None, _) => inherited,
        (Some(When::Recurring(every)), When::Days { from, to }) if length(every) <= to - from + 1 => {
            inherited
        }
        (Some(When::Recurring(every)), When::Weeks { from, to }) if length(every) <= (to - from + 1) * 7 => {
            inherited
        }
        (Some(own), _) => own,
    }
}

/// About so many days.
fn length(every: Every) -> u32 {
    match every {
        Every::Day => 1,
        Every::Week => 7,
        Every::Month => 30,
        Every::Quarter => 91,
        Every::Year => 365,
    }
}

/// The time that the headings of a section say.
fn headed(section: &Section) -> Option<When> {
    let headings = [Some(section.title.as_str()), section.group.as_deref()];
    headings.into_iter().flatten().find_map(times::read)
}

/// Tells tasks of the same words apart: by the line above, then by their order.
fn name(tasks: &mut [FollowUp]) {
    let mut taken: HashSet<String> = HashSet::new();
    for task in tasks {
        let base = match task.id.as_str() {
            "" => "task".to_owned(),
            words => words.to_owned(),
        };
        let above = task.parent.as_deref().map(names::slug).unwrap_or_default();
        let names = [base.clone(), format!("{base}--{above}")].into_iter();
        let numbered = (2..).map(|number| format!("{base}--{above}-{number}"));
        task.id = names
            .chain(numbered)
            .find(|id| !taken.contains(id))
            .unwrap_or(base);
        taken.insert(task.id.clone());
    }
}
