//! Promises that only a measurement from before can show.

use super::{Findings, catalogue as c, document::line};
use crate::source::Source;
use domain::plan::{Section, SectionKind};

/// An improvement is promised, and nothing was measured before. Said once, at the first promise.
pub fn baseline(source: &Source, sections: &[Section], findings: &mut Findings) {
    let items = || sections.iter().flat_map(|section| &section.items);
    let Some(item) = items().find(|item| item.text.len() <= 300 && promises(&item.text)) else {
        return;
    };
    let measures = |text: &str| {
        let lower = text.to_lowercase();
        ["baseline", "before", "benchmark", "previous"]
            .iter()
            .any(|word| lower.contains(word))
    };
    let measured = sections.iter().any(|section| {
        section.kind == SectionKind::Benchmark || measures(&section.title) || measures(&section.prose)
    });
    if !measured && !items().any(|item| measures(&item.text)) {
        findings.add(
            &c::NO_BASELINE,
            line(source, item.line),
            "nothing in this document measures how it was before",
        );
    }
}

/// "Response time improved by 40%", "2x faster".
fn promises(text: &str) -> bool {
    let lower = text.to_lowercase();
    let better = [
        "improved by",
        "improvement",
        "reduced by",
        "reduction",
        "faster",
        "decreased by",
    ];
    let number = lower.char_indices().any(|(at, c)| {
        c.is_ascii_digit() && matches!(lower[at + 1..].trim_start().chars().next(), Some('%' | 'x' | '×'))
    });
    number && better.iter().any(|word| lower.contains(word))
}
