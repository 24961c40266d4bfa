//! Lines of a block that are items of a list.

use crate::parse::Fence;

/// Whether a line is an item of a list, or goes on with the item above it: words, and no command.
pub fn listed(fence: &Fence, at: usize) -> bool {
    let item = |text: &str| ["- ", "* ", "+ ", "• "].iter().any(|mark| text.starts_with(mark));
    let indent = |text: &str| text.len() - text.trim_start().len();
    let text = fence.lines[at].text.as_str();
    if item(text.trim_start()) {
        return true;
    }
    let above = fence.lines[..at]
        .iter()
        .rev()
        .map(|line| line.text.as_str())
        .take(LOOK_BACK);
    let mut above = above.take_while(|line| !line.trim().is_empty());
    above
        .find(|line| indent(line) < indent(text))
        .is_some_and(|line| item(line.trim_start()))
}

/// How many lines above are looked at.
const LOOK_BACK: usize = 10;
