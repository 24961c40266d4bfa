//! The text of a revision as its page shows it: the lines, and of a huge document those that something is said about.

use crate::api::revision::{SourceLine, SourceText};
use domain::{outline::Outline, plan::Diagnostic};
use std::collections::BTreeSet;

/// Up to here every line is shown.
const WHOLE: usize = 3_000;
/// Most lines that are shown of a longer document.
const MOST: usize = 6_000;
/// Longest line that is shown whole, in characters.
const WIDEST: usize = 1_000;

/// The lines of a document.
pub fn of(bytes: &[u8], outline: &Outline, diagnostics: &[Diagnostic]) -> SourceText {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let count = text.lines().count();
    let told = (count > WHOLE).then(|| told(outline, diagnostics));
    let lines = (1u32..).zip(text.lines());
    let shown = lines.filter(|(number, _)| told.as_ref().is_none_or(|told| told.contains(number)));
    let lines: Vec<SourceLine> = shown
        .take(MOST)
        .map(|(number, text)| SourceLine {
            number,
            text: short(text),
        })
        .collect();
    SourceText {
        left_out: u32::try_from(count - lines.len()).unwrap_or(u32::MAX),
        lines,
    }
}

fn told(outline: &Outline, diagnostics: &[Diagnostic]) -> BTreeSet<u32> {
    let headings = outline.sections.iter().map(|section| section.line);
    let lines = outline.lines().map(|(_, line)| line.line);
    let found = diagnostics.iter().map(|diagnostic| diagnostic.line);
    headings.chain(lines).chain(found).collect()
}

fn short(line: &str) -> String {
    match line.char_indices().nth(WIDEST) {
        None => line.to_owned(),
        Some((at, _)) => format!("{}…", &line[..at]),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, WIDEST, of};
    use domain::outline::Outline;

    #[test]
    fn of_a_huge_document_the_lines_are_shown_that_something_is_said_about() {
        let document = format!("# Long\n\n{}- [ ] The last line\n", "words\n\n".repeat(4_000));
        let compiled = checklist::compile(document.as_bytes());
        let text = of(
            document.as_bytes(),
            &Outline::from(&compiled.plan),
            &compiled.diagnostics,
        );
        let last = text.lines.last().map(|line| (line.number, line.text.as_str()));
        assert_eq!(last, Some((8_003, "- [ ] The last line")));
        assert_eq!(text.lines.len() + text.left_out as usize, 8_003);
        assert!(text.lines.len() < 10);
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_rows_are_bounded() {
        let document = format!("- [ ] {}\n{}", "x".repeat(100_000), "- [ ] y\n".repeat(10_000));
        let compiled = checklist::compile(document.as_bytes());
        let text = of(document.as_bytes(), &Outline::from(&compiled.plan), &[]);
        assert_eq!(text.lines[0].text.chars().count(), WIDEST + 1);
        assert_eq!(text.lines.len(), MOST);
    }
}
