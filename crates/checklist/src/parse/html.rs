//! Boxes in raw HTML.

use super::BlockKind;
use super::builder::Builder;
use super::marks::{self, Form, Mark};
use std::ops::Range;

impl Builder<'_> {
    /// The boxes in raw HTML.
    pub(super) fn html(&mut self, span: Range<usize>) {
        let html = self.source.slice(span.clone()).to_owned();
        let start = span.start;
        self.push(span, BlockKind::Html(html.clone()));
        let lower = html
            .trim_start()
            .get(..7)
            .unwrap_or_default()
            .to_ascii_lowercase();
        if ["<!--", "<pre", "<script", "<style"]
            .iter()
            .any(|tag| lower.starts_with(tag))
        {
            return;
        }
        let mut items = Vec::new();
        let mut at = start;
        for line in html.split_inclusive('\n') {
            html_line(line.trim_end(), |offset, mark, end| {
                items.push(self.source_item(at + offset, mark, at + end));
            });
            at += line.len();
        }
        let parent = self.items.last().copied();
        self.push_items(items, parent);
    }
}

/// Calls `found` for each box of a line of HTML: where it starts and where its text ends.
fn html_line(line: &str, mut found: impl FnMut(usize, Mark, usize)) {
    let mut at = line.len() - line.trim_start().len();
    while let Some(tag) = line[at..]
        .strip_prefix('<')
        .filter(|tag| !tag.starts_with("input"))
    {
        let Some(end) = tag.find('>') else { return };
        at += end + 2;
        at += line[at..].len() - line[at..].trim_start().len();
    }
    if let Some((offset, mark)) = marks::of_line(&line[at..])
        && mark.certain
        && mark.form != Form::Html
    {
        found(at + offset, mark, text_end(line, at + offset + mark.length));
        return;
    }
    let mut from = 0;
    while let Some(offset) = line[from..].find("<input") {
        let start = from + offset;
        from = start + 6;
        if let Some(mark) = marks::at_start(&line[start..]) {
            from = start + mark.length;
            found(start, mark, text_end(line, from));
        }
    }
}

/// Where the words behind a box of HTML end: at the next box, or at a tag that is closed or breaks the line.
fn text_end(line: &str, from: usize) -> usize {
    let rest = &line[from..];
    let stops = |at: usize| {
        ["<input", "</", "<br"]
            .iter()
            .any(|stop| rest[at..].starts_with(stop))
    };
    let first = rest.match_indices('<').find(|(at, _)| stops(*at));
    first.map_or(line.len(), |(offset, _)| from + offset)
}
