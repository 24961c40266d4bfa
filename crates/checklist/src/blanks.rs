//! The blanks of a document: "Deployed by: ____", "p95: _____ ms", "[YOUR NAME]". Where they are, what they are called
//! and what goes into them; [`crate::fill`] puts values there.

pub mod forms;
mod label;
mod places;

use crate::fence;
use crate::names;
use crate::parse::{Block, BlockKind};
use crate::source::Source;
use domain::blank::{Blank, BlankId};
use domain::plan::{Section, SectionId, Slot};
use label::Above;
pub use places::places;
use std::collections::{HashMap, HashSet};

/// Most blanks of a document; what is beyond stays as it is.
const MOST: usize = 2000;

/// Finds the blanks of a document outside of its signature table.
pub fn of_document(source: &Source, blocks: &[Block], sections: &[Section], slots: &[Slot]) -> Vec<Blank> {
    if !source.text.contains("__") && !source.text.contains("\\_") && !source.text.contains('[') {
        return Vec::new();
    }
    let signed: HashSet<u32> = slots.iter().map(|slot| slot.line).collect();
    let code = lines_of_code(source, blocks);
    let mut above = Above::default();
    let mut found: Vec<Blank> = Vec::new();
    for number in 1..=source.line(source.text.len()) {
        let span = source.line_span(number);
        let line = source.slice(span.clone());
        let places = if signed.contains(&number) {
            Vec::new()
        } else {
            places(line)
        };
        for (index, place) in places.iter().enumerate() {
            let bracket = line[place.clone()].starts_with('[');
            if found.len() >= MOST || bracket && code.contains(&number) {
                continue;
            }
            let named = label::of(line, &places, index, &above);
            let bytes = |offset: usize| (span.start + offset + source.bom) as u64;
            found.push(Blank {
                id: BlankId(String::new()),
                label: named.label,
                group: above.group(line),
                kind: named.kind,
                unit: named.unit,
                computed: named.computed,
                section: section_at(sections, number),
                line: number,
                place: u32::try_from(index).unwrap_or(u32::MAX),
                start: bytes(place.start),
                end: bytes(place.end),
            });
        }
        above.read(line);
    }
    name(&mut found);
    found
}

/// The section that a line stands in.
fn section_at(sections: &[Section], line: u32) -> SectionId {
    let after = sections.partition_point(|section| section.line <= line);
    let section = sections.get(after.saturating_sub(1));
    section.map_or_else(|| SectionId(String::new()), |section| section.id.clone())
}

/// The lines within blocks of shell code: brackets are something else there.
fn lines_of_code(source: &Source, blocks: &[Block]) -> HashSet<u32> {
    let fences = blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Fence(fence) if fence::is_shell(fence) || fence::dialect(fence).is_some() => Some(fence),
        _ => None,
    });
    fences
        .flat_map(|fence| fence.lines.iter().map(|line| source.line(line.start)))
        .collect()
}

/// Gives the ids: the slug of group and label; blanks that share it are told apart by their section, and then by number.
fn name(blanks: &mut [Blank]) {
    let base = |blank: &Blank| {
        let words = format!("{} {}", blank.group.as_deref().unwrap_or_default(), blank.label);
        match names::slug(&words) {
            slug if slug.is_empty() => "blank".to_owned(),
            slug => slug,
        }
    };
    let mut shared: HashMap<String, u32> = HashMap::new();
    for blank in &*blanks {
        *shared.entry(base(blank)).or_default() += 1;
    }
    let mut given: HashMap<String, u32> = HashMap::new();
    for blank in blanks {
        let base = base(blank);
        let own = match shared.get(&base) {
            Some(1) => base,
            Some(_) | None => format!("{base}--{}", blank.section),
        };
        let count = given.entry(own.clone()).or_default();
        *count += 1;
        blank.id = BlankId(if *count == 1 {
            own
        } else {
            format!("{own}-{count}")
        });
    }
}

#[cfg(test)]
mod tests;
