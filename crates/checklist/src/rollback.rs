//! The way back of a document: each section about a rollback to a tier, whose steps are data.
//!
//! Numbered steps, bullets, boxes, rows of tables and blocks of shell code give steps. What cannot be understood, and what
//! depends on a condition, is somebody's to do: nothing is dropped, and nothing is guessed.

mod code;
mod command;
mod guard;
mod loss;
mod mend;
mod prove;
mod said;
mod settings;
mod title;
mod walk;

use crate::lint::Findings;
use crate::parse::Block;
use crate::source::Source;
use domain::plan::{Parameter, Section, SectionKind};
use domain::rollback::Tier;
use std::ops::Range;
use walk::Reader;

/// The tiers of a document, in its order. The parameters of their commands are added to those of the plan.
pub fn tiers(
    source: &Source,
    blocks: &[Block],
    sections: &[Section],
    parameters: &mut Vec<Parameter>,
    findings: &mut Findings,
) -> Vec<Tier> {
    let mut tiers = Vec::new();
    for (at, section) in sections.iter().enumerate() {
        let SectionKind::Rollback { minutes } = section.kind else {
            continue;
        };
        let end = sections
            .get(at + 1)
            .map_or(source.text.len(), |next| source.line_span(next.line).start);
        let part = within(blocks, source.line_span(section.line).start..end);
        let mut reader = Reader::new(source, blocks, section, findings);
        reader.read(part);
        for found in reader.parameters {
            if !parameters.iter().any(|known| known.name == found.name) {
                parameters.push(found);
            }
        }
        let mut steps = reader.steps;
        mend::order(&mut steps);
        prove::settle(&mut steps, sections);
        mend::kept_images(&mut steps);
        if !steps.is_empty() {
            tiers.push(Tier {
                section: section.id.clone(),
                title: section.title.clone(),
                minutes,
                steps,
            });
        }
    }
    mend::verified(&mut tiers, sections);
    tiers
}

/// The services that a command of a step would build, where it may do without; none: all of them. `None`: it builds nothing, or must.
pub fn built(command: &str) -> Option<Vec<String>> {
    let (_, rest) = command.split_once(mend::BUILD)?;
    let words = rest.split_whitespace();
    Some(
        words
            .filter(|word| !word.starts_with('-'))
            .map(str::to_owned)
            .collect(),
    )
}

/// The blocks that begin within these bytes.
fn within(blocks: &[Block], bytes: Range<usize>) -> Range<usize> {
    let start = blocks.partition_point(|block| block.span.start < bytes.start);
    let end = blocks.partition_point(|block| block.span.start < bytes.end);
    start..end.max(start)
}
