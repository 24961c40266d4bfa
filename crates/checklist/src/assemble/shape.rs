//! What a document is as a whole, and what its sections are once all of them are known.

use super::Draft;
use crate::heading;
use crate::infer;
use crate::parse::{Block, BlockKind};
use crate::source::Source;
use domain::plan::{Section, SectionKind, Work};

/// What is known of a document before its parts are read.
#[derive(Clone, Copy, Default)]
pub(super) struct Shape {
    /// It has no box: its steps are what would have one.
    pub(super) boxless: bool,
    /// Its title says that it is a list of things to do.
    pub(super) listed: bool,
    /// Its title says what is done, or it has no headings at all: numbered steps are meant.
    pub(super) steps: bool,
    /// It has no headings below the title: bold lines are.
    pub(super) flat: bool,
}

pub(super) fn shape(blocks: &[Block], title: Option<&(Option<usize>, String)>) -> Shape {
    let titled = title.filter(|(at, _)| at.is_none_or(|at| is_first_level(&blocks[at])));
    let headings = blocks
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Heading { .. }))
        .count();
    Shape {
        boxless: !crate::parse::has_boxes(blocks),
        listed: titled.is_some_and(|(_, words)| heading::lists(words)),
        steps: headings == 0 || titled.is_some_and(|(_, words)| heading::read(words).kind.is_some()),
        flat: headings == usize::from(titled.is_some_and(|(at, _)| at.is_some())),
    }
}

/// A heading of a lower level names its section too.
pub(super) fn is_first_level(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Heading { level: 1, .. })
}

/// The first heading of level 1, else the title of the front matter, else the first heading.
pub(super) fn title(blocks: &[Block], source: &Source) -> Option<(Option<usize>, String)> {
    let headings = || {
        blocks
            .iter()
            .enumerate()
            .filter_map(|(at, block)| match &block.kind {
                BlockKind::Heading { level, inline } => Some((at, *level, inline)),
                _ => None,
            })
    };
    let first = headings().find(|(_, level, _)| *level == 1);
    let front = || source.front_title().map(|title| (None, infer::short(title)));
    let Some(chosen) = first.or_else(|| headings().next().filter(|_| front().is_none())) else {
        return front();
    };
    let words = chosen.2.plain().replace('`', "");
    Some((
        Some(chosen.0),
        if words.is_empty() {
            "Untitled checklist".to_owned()
        } else {
            words
        },
    ))
}

/// What is to be done before the first phase, under a heading that says nothing, prepares it.
pub(super) fn by_position(drafts: &mut [Draft]) {
    let phase = |draft: &Draft| matches!(draft.section.kind, SectionKind::Phase { .. });
    let unsaid = |draft: &Draft| {
        draft.section.kind == SectionKind::Prose && !draft.apart && !draft.is_title && !draft.said
    };
    let Some(first) = drafts.iter().position(phase) else {
        return;
    };
    // A part between two steps is one too.
    for at in first + 1..drafts.len().saturating_sub(1) {
        let [before, draft, after] = &mut drafts[at - 1..=at + 1] else {
            continue;
        };
        let follows = matches!(
            after.section.kind,
            SectionKind::Phase { .. } | SectionKind::Window { .. }
        );
        if phase(before) && follows && unsaid(draft) && !draft.section.items.is_empty() {
            draft.section.kind = SectionKind::Phase {
                number: 0,
                minutes: None,
            };
        }
    }
    for draft in &mut drafts[..first] {
        if unsaid(draft) && !draft.section.items.is_empty() {
            draft.section.kind = SectionKind::Preflight;
        }
    }
}

/// The box of a heading is settled by those below it.
pub(super) fn head(section: &mut Section) {
    let line = section.line;
    let Some((first, rest)) = section.items.split_first_mut() else {
        return;
    };
    if first.line != line || rest.is_empty() || first.work != Work::Attestation {
        return;
    }
    first.work = Work::Parent;
    first.why = format!(
        "{}: the boxes below it settle it",
        infer::short(first.text.trim_end_matches(':'))
    );
    for item in rest.iter_mut().filter(|item| item.parent.is_none()) {
        item.parent = Some(first.id.clone());
    }
}

/// A chapter's introduction is prose, and so is a part without anything to do.
pub(super) fn settle_kind(draft: &mut Draft, boxless: bool) {
    let empty = draft.section.items.is_empty() && draft.section.checks.is_empty();
    let prose = match draft.section.kind {
        SectionKind::Preflight
        | SectionKind::Phase { .. }
        | SectionKind::Window { .. }
        | SectionKind::Criteria => empty && !(boxless && draft.steps),
        SectionKind::Benchmark
        | SectionKind::Rollback { .. }
        | SectionKind::Troubleshooting
        | SectionKind::FollowUp => draft.divided && empty && !draft.steps,
        SectionKind::SignOff | SectionKind::Prose => false,
    };
    if prose {
        draft.section.kind = SectionKind::Prose;
    }
}
