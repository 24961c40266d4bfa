//! Blocks of PowerShell and of batch files to checks.

use super::{Assembler, output};
use crate::fence::{self, Dialect};
use crate::infer::windows;
use crate::lint;
use crate::parse::{Block, Fence};

impl Assembler<'_> {
    /// The commands of a block for Windows: each a check of its section, which a person settles.
    pub(super) fn windows(&mut self, fence: &Fence, dialect: Dialect, block: &Block, index: usize) {
        self.label_waits = false;
        lint::block(fence, self.findings);
        if self.bare() {
            self.settle_pending();
        }
        let step = block.item.and_then(|item| self.step(item));
        let lines = fence::windows_lines(fence, dialect);
        let last = lines.len().saturating_sub(1);
        let mut moved = false;
        for (at, line) in lines.iter().enumerate() {
            let shown = (at == last).then(|| output::after(self.blocks, index)).flatten();
            let foreign = windows::check(line, dialect, moved, shown.as_deref());
            moved |= windows::moves(&line.command);
            self.keep_check(line, foreign.inferred, foreign.changes, step);
        }
    }
}
