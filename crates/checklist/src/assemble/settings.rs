//! Blocks that list environment variables, to checks that each is set.

use super::Assembler;
use crate::describe;
use crate::fence::{self, Setting};
use crate::infer::words;
use crate::names::{self, Map, Set};
use crate::parse::{Block, BlockKind, Fence};
use domain::plan::{Check, SectionKind, Work};

/// Variables to which the blocks of a document give more than one value: each is an example.
pub fn contradicted(blocks: &[Block]) -> Set<String> {
    let mut first: Map<String, String> = Map::default();
    let mut found = Set::default();
    for block in blocks {
        let BlockKind::Fence(fence) = &block.kind else {
            continue;
        };
        for Setting { key, value, .. } in fence::settings(fence).into_iter().flatten() {
            if first.get(&key).is_some_and(|before| *before != value) {
                found.insert(key);
            } else {
                first.insert(key, value);
            }
        }
    }
    found
}

impl Assembler<'_> {
    /// Whether the block lists environment variables: then each is a check of the section.
    pub(super) fn settings(&mut self, fence: &Fence, block: &Block, index: usize) -> bool {
        let Some(settings) = fence::settings(fence).filter(|_| self.may_ask()) else {
            return false;
        };
        let near = self.said_of(block, index);
        let Some(file) =
            words::settings_file(&near, &self.headings()).filter(|_| self.forbidding(Some(&near)).is_none())
        else {
            return false;
        };
        self.label_waits = false;
        for setting in settings.into_iter().filter(|setting| !setting.optional) {
            let Setting { key, value, span, .. } = setting;
            let value = if self.contradicted.contains(&key) {
                ""
            } else {
                &value
            };
            let (spec, because) = words::setting(&file, &key, value);
            let text = match &spec {
                domain::probe::ProbeSpec::EnvLine {
                    value: Some(value), ..
                } => format!("{key}={value}"),
                _ => key.clone(),
            };
            let check = Check {
                id: names::placed(self.named(names::of_check(&key), None, None)),
                line: self.source.line(span.start),
                why: format!("`{text}`: {because}; {}", describe::probe(&spec)),
                work: Work::Probe { spec },
                text,
                timeout_seconds: None,
                role: None,
            };
            self.current().section.checks.push(check);
        }
        true
    }

    /// Something may be asked in this section.
    fn may_ask(&self) -> bool {
        match self.kind() {
            SectionKind::Preflight
            | SectionKind::Phase { .. }
            | SectionKind::Window { .. }
            | SectionKind::Criteria => true,
            SectionKind::Prose => !self.apart(),
            SectionKind::Benchmark
            | SectionKind::Rollback { .. }
            | SectionKind::Troubleshooting
            | SectionKind::SignOff
            | SectionKind::FollowUp => false,
        }
    }

    /// The words that a block of code stands under: those of its box, of the paragraph before it, of its label.
    fn said_of(&self, block: &Block, index: usize) -> String {
        let before = index.checked_sub(1).map(|at| &self.blocks[at]);
        let before = before.filter(|before| before.item == block.item);
        let above = block.item.map(|item| &self.blocks[item]);
        let words = [above, before]
            .into_iter()
            .flatten()
            .map(|block| match &block.kind {
                BlockKind::Paragraph(inline) => inline.plain_up_to(400),
                BlockKind::Item(item) => item.inline.plain_up_to(400),
                BlockKind::Heading { .. }
                | BlockKind::Fence(_)
                | BlockKind::Table(_)
                | BlockKind::Html(_)
                | BlockKind::Rule => String::new(),
            });
        let label = self.label.as_ref().map(|(label, _)| label.clone());
        let heading = self.open.last().map(|open| open.title.clone());
        let all: Vec<String> = words
            .chain(label)
            .chain(heading)
            .filter(|words| !words.is_empty())
            .collect();
        all.join(" / ")
    }
}
