//! Blocks of code that show what a command must print.

use crate::expect;
use crate::fence;
use crate::parse::{Block, BlockKind, Fence};

/// Most blocks between a box and the output below it.
const NEAR: usize = 6;

/// What the command that ends the block of code at `index` must print: the block after it, where that is JSON or the words
/// between the two announce it.
pub fn after(blocks: &[Block], index: usize) -> Option<String> {
    let next = blocks.get(index + 1)?;
    let (announced, shown) = match &next.kind {
        BlockKind::Paragraph(inline) => {
            let words = inline.plain_up_to(400);
            (expect::announces(&words), blocks.get(index + 2)?)
        }
        _ => (false, next),
    };
    let BlockKind::Fence(fence) = &shown.kind else {
        return None;
    };
    let beside = matches!(next.kind, BlockKind::Fence(_)) || announced;
    (beside && shown.item == blocks[index].item)
        .then(|| text(fence, announced))
        .flatten()
}

/// What the words of the box at `index` say must come out, shown in a block below them.
pub fn below(blocks: &[Block], index: usize, words: &str) -> Option<String> {
    let end = blocks[index].span.end;
    let mut announced = words.trim_end().ends_with(':') || expect::announces(words);
    for block in blocks[index + 1..].iter().take(NEAR) {
        if block.span.start >= end || matches!(block.kind, BlockKind::Item(_)) {
            return None;
        }
        match &block.kind {
            BlockKind::Fence(fence) if fence::is_shell(fence) => announced = false,
            BlockKind::Fence(fence) => return text(fence, announced),
            BlockKind::Paragraph(inline) => announced = expect::announces(&inline.plain_up_to(400)),
            BlockKind::Heading { .. }
            | BlockKind::Item(_)
            | BlockKind::Table(_)
            | BlockKind::Html(_)
            | BlockKind::Rule => {}
        }
    }
    None
}

/// The text of a block that can be an output.
fn text(fence: &Fence, announced: bool) -> Option<String> {
    let json = match fence.language.as_str() {
        "json" | "jsonc" | "json5" => true,
        "" | "text" | "txt" | "output" | "plaintext" | "plain" | "http" | "log"
            if !fence::is_shell(fence) =>
        {
            false
        }
        _ => return None,
    };
    (json || announced).then(|| {
        let lines: Vec<&str> = fence.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    })
}
