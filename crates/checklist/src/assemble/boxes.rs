//! Which box holds which.

use crate::fence;
use crate::names::{Map, Set};
use crate::parse::{Block, BlockKind, Tick};

/// The nearest box above a block.
fn box_above(blocks: &[Block], index: usize) -> Option<usize> {
    let mut at = blocks[index].item;
    while let Some(item) = at {
        if matches!(&blocks[item].kind, BlockKind::Item(item) if item.tick.is_some()) {
            return Some(item);
        }
        at = blocks[item].item;
    }
    None
}

pub fn parents(blocks: &[Block]) -> Set<usize> {
    let boxes = (0..blocks.len())
        .filter(|at| matches!(&blocks[*at].kind, BlockKind::Item(item) if item.tick.is_some()));
    boxes.filter_map(|at| direct_box(blocks, at)).collect()
}

/// [`box_above`], found without walking far: lists nest in lists, so that the item above is nearly always the box.
pub fn direct_box(blocks: &[Block], index: usize) -> Option<usize> {
    let above = blocks[index].item?;
    match &blocks[above].kind {
        BlockKind::Item(item) if item.tick.is_some() => Some(above),
        _ => box_above(blocks, above),
    }
}

/// Fences that hold exactly one command and stand inside of a box, the first one of each box.
///
/// Without any box, steps stand for them.
pub fn commands_below(blocks: &[Block]) -> Map<usize, usize> {
    let mut below = Map::default();
    for (at, block) in blocks.iter().enumerate() {
        if let (BlockKind::Fence(fence), Some(item)) = (&block.kind, block.item)
            && matches!(&blocks[item].kind, BlockKind::Item(item) if item.tick.is_some() || item.number.is_some() || direct_box(blocks, at).is_none())
            && fence::is_shell(fence)
            && fence::lines(fence).len() == 1
        {
            below.entry(item).or_insert(at);
        }
    }
    below
}

/// A line that asks for one of several boxes is a field of a form, and says nothing of the steps around it.
fn counts(tick: &Tick) -> bool {
    tick.certain || tick.choices.is_empty()
}

/// Where the headings start that have no box up to the next one.
pub fn bare(blocks: &[Block]) -> Set<usize> {
    let mut found = Set::default();
    let mut open = None;
    for block in blocks {
        match &block.kind {
            BlockKind::Heading { .. } => found.extend(open.replace(block.span.start)),
            BlockKind::Item(item) if item.tick.as_ref().is_some_and(counts) => open = None,
            BlockKind::Paragraph(_)
            | BlockKind::Item(_)
            | BlockKind::Fence(_)
            | BlockKind::Table(_)
            | BlockKind::Html(_)
            | BlockKind::Rule => {}
        }
    }
    found.extend(open);
    found
}
