//! The results of a run as a table for spreadsheets (RFC 4180): a line for each line of the document.

use crate::server::run::Opened;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::status::standing;

const COLUMNS: [&str; 12] = [
    "section",
    "line",
    "text",
    "kind",
    "status",
    "why",
    "verdict",
    "seen_at",
    "evidence",
    "settled_by",
    "settled_at",
    "note",
];

/// The table, as it stands at `now`.
pub fn csv(opened: &Opened, now: DateTime<Utc>) -> String {
    let (outline, run) = (&opened.outline, &opened.pinned.run);
    let mut table = row(COLUMNS);
    for (section, line) in outline.lines() {
        let standing = standing(section, line, run, now);
        let state = run.items.get(&line.id);
        let latest = state.and_then(|state| state.latest.as_ref());
        let settled = state.and_then(|state| state.settlement.as_ref());
        let number = line.line.to_string();
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let (seen_at, settled_at) = (
            latest.map(|latest| time(latest.at)),
            settled.map(|settled| time(settled.at)),
        );
        table += &row([
            section.title.as_str(),
            &number,
            &line.text,
            line.kind.word(),
            standing.status.word(),
            &standing.reason,
            latest.map_or("", |latest| latest.verdict.word()),
            &seen_at.unwrap_or_default(),
            latest.map_or("", |latest| latest.evidence.as_str()),
            settled.map_or("", |settled| settled.by.name()),
            &settled_at.unwrap_or_default(),
            settled.map_or("", |settled| settled.reason.as_str()),
        ]);
    }
    table
}

fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell, quoted. What a spreadsheet takes for a formula gets an apostrophe in front: the words are a document's, a target's or a
/// person's.
fn cell(text: &str) -> String {
    let formula = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_taken_for_a_formula_and_none_ends_early() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            " =cmd|'/c calc'!A1",
            "\r=1",
            "＝1",
        ] {
            assert!(cell(formula).starts_with("\"'"), "{formula:?}: {}", cell(formula));
        }
        assert_eq!(cell("a \"b\", c\r\nd"), "\"a \"\"b\"\", c\r\nd\"");
        assert_eq!(row(["plain", ""]), "\"plain\",\"\"\r\n");
    }
}
