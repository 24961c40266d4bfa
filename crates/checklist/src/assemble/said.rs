//! Comments: what is said about the box before them, or about a section.

use super::Assembler;
use crate::annotation;
use crate::parse::Block;
use std::ops::Range;

impl Assembler<'_> {
    pub(super) fn html(&mut self, html: &str, block: &Block) {
        let comments = annotation::comments(html);
        for (comment, place) in &comments {
            let start = block.span.start;
            self.annotate_last(comment, start + place.start..start + place.end);
        }
        if block.item.is_none()
            && comments
                .iter()
                .all(|(comment, _)| !annotation::is_annotation(comment))
            && crate::parse::comment(html).is_none()
        {
            self.prose(block.span.clone());
        }
    }

    /// A comment on its own line belongs to the item before it, and after a heading to the section.
    pub(super) fn annotate_last(&mut self, comment: &str, span: Range<usize>) {
        if !annotation::is_annotation(comment) {
            return;
        }
        if let Some(pending) = &mut self.pending {
            let text = &pending.item.text;
            pending
                .said
                .read(comment, &span, text, self.source, self.findings);
            return;
        }
        let annotation::Above { kind, timing } =
            annotation::section(comment, &span, self.source, self.findings);
        if kind.is_none() && timing.is_none() {
            return;
        }
        let has_heading = self
            .open
            .last()
            .is_some_and(|open| open.draft + 1 == self.drafts.len() && !open.is_title);
        if !has_heading || !self.current().section.items.is_empty() {
            annotation::stray(
                comment,
                span,
                "`section` and `window` stand on the line after a heading, before its items",
                self.findings,
            );
            return;
        }
        let section = self.current().section.line;
        self.timings
            .extend(timing.map(|(timing, place)| annotation::Timed {
                section,
                item: None,
                timing,
                place,
            }));
        let Some(kind) = kind else { return };
        let draft = self.current();
        draft.section.kind = kind;
        draft.said = true;
        if let Some(open) = self.open.last_mut() {
            open.kind = kind;
        }
    }
}
