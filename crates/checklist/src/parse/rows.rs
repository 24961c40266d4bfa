//! Rows of tables that hold a box: each becomes an item of its cells.

mod columns;

use super::boxes::tick;
use super::builder::Builder;
use super::choices;
use super::marks::{self, Mark};
use super::{BlockKind, Cell, Inline, ListItem, Piece, PieceKind, Table};
use crate::source::Source;
use columns::{ASIDE, EXPECTED, STATES, STEPS};
use pulldown_cmark::CowStr;
use std::ops::Range;

impl<'s> Builder<'s> {
    pub(super) fn table(&mut self, span: Range<usize>, mut table: Table<'s>) {
        let mut items = Vec::new();
        let header: Vec<String> = table
            .rows
            .first()
            .into_iter()
            .flatten()
            .map(|cell| cell.text().trim().to_lowercase())
            .collect();
        let columns = columns(self.source, &table, &header, self.doing);
        for row in table.rows.iter().skip(1) {
            let found = row_marks(self.source, row, &columns);
            for (column, start, mark) in &found {
                let named = (found.len() > 1).then_some(*column);
                let inline = row_text(self.source, row, &header, &found, named);
                let all = row.first().map_or(*start, |cell| cell.span.start)
                    ..row.last().map_or(*start, |cell| cell.span.end);
                let mut tick = tick(*start, *mark);
                let cell = Inline {
                    span: trimmed(self.source, row[*column].span.clone()),
                    ..Inline::default()
                };
                tick.choices = choices::after(self.source, &tick, &cell);
                let item = ListItem {
                    number: None,
                    tick: Some(tick),
                    inline,
                    optional: columns::optional(row, &header),
                };
                items.push((all, item));
            }
        }
        if items.is_empty()
            && !facts(&header)
            && header
                .iter()
                .any(|name| STEPS.iter().any(|word| name.contains(word)))
        {
            let step = |row: &Vec<Cell<'s>>| ListItem {
                number: None,
                tick: None,
                optional: columns::optional(row, &header),
                inline: row_text(self.source, row, &header, &[], None),
            };
            let steps = table.rows.iter().skip(1).map(step);
            table.steps = steps.filter(|step| !step.inline.pieces.is_empty()).collect();
        }
        self.push(span, BlockKind::Table(table));
        for (span, item) in items {
            self.push(span, BlockKind::Item(item));
        }
    }
}

/// Two columns of which one says what is so: "Item | Value".
fn facts(header: &[String]) -> bool {
    let values = [
        "value",
        "wert",
        "valeur",
        "valor",
        "valore",
        "值",
        "値",
        "값",
        "значение",
    ];
    matches!(header, [_, second] if values.contains(&second.as_str()))
}

/// What the cells of a column say of it.
#[derive(Clone, Copy, Default)]
struct Column {
    /// It holds a certain box.
    certain: bool,
    /// It holds words beside a mark: a report, not a list of boxes.
    words: bool,
    /// Its name says that it is for a state.
    state: bool,
}

fn cell_mark(source: &Source, cell: &Cell) -> Option<(usize, Mark, bool)> {
    let range = trimmed(source, cell.span.clone());
    let text = source.slice(range.clone());
    let mark = marks::at_start(text)?;
    Some((range.start, mark, text.len() > mark.length))
}

fn columns(source: &Source, table: &Table, header: &[String], doing: bool) -> Vec<Column> {
    let named = |(at, name): (usize, &String)| Column {
        state: STATES.iter().any(|word| name.contains(word)) || (doing && at > 0 && name.is_empty()),
        ..Column::default()
    };
    let mut columns: Vec<Column> = header.iter().enumerate().map(named).collect();
    for row in table.rows.iter().skip(1) {
        for (cell, column) in row.iter().zip(&mut columns) {
            if let Some((_, mark, words)) = cell_mark(source, cell) {
                column.certain |= mark.certain;
                column.words |= words;
            }
        }
    }
    columns
}

/// The boxes of a row: their column and where they start.
fn row_marks(source: &Source, row: &[Cell], columns: &[Column]) -> Vec<(usize, usize, Mark)> {
    let mark = |(at, (cell, column)): (usize, (&Cell, &Column))| {
        let (start, mark, _) = cell_mark(source, cell)?;
        let counts = mark.certain || (column.state && (column.certain || !column.words));
        counts.then_some((at, start, mark))
    };
    row.iter().zip(columns).enumerate().filter_map(mark).collect()
}

/// The words of a row without its boxes; of several boxes, each has the name of its column.
fn row_text<'s>(
    source: &Source,
    row: &[Cell<'s>],
    header: &[String],
    found: &[(usize, usize, Mark)],
    named: Option<usize>,
) -> Inline<'s> {
    let name = |column: usize| header.get(column).map_or("", String::as_str);
    let rest = |column: usize| {
        let cell = row[column].span.clone();
        let start = found
            .iter()
            .find(|(marked, _, _)| *marked == column)
            .map_or(cell.start, |(_, start, mark)| start + mark.length);
        trimmed(source, start..cell.end)
    };
    let filled = |column: &usize| {
        let other = found
            .iter()
            .any(|(marked, _, _)| marked == column && named.is_some_and(|own| own != *column));
        !other && source.slice(rest(*column)).chars().any(char::is_alphanumeric)
    };
    let bare = |text: &str| state_word(text) || !text.chars().any(char::is_alphabetic);
    // What must come out may be a number alone.
    let expects = |column: usize| EXPECTED.iter().any(|word| name(column).contains(word));
    let telling = |column: &usize| {
        let says = expects(*column) || !bare(source.slice(rest(*column)));
        !ASIDE.contains(&name(*column)) && says
    };
    let all: Vec<usize> = (0..row.len()).filter(filled).collect();
    let mut columns: Vec<usize> = all.iter().copied().filter(telling).collect();
    if columns.is_empty() {
        columns = all;
    }
    // Behind a command only what must come out is about it: not how to mend it, nor why it is asked.
    if let Some(command) = columns.iter().position(|column| holds_command(&row[*column])) {
        let mut at = 0;
        columns.retain(|column| {
            at += 1;
            at <= command + 1 || expects(*column) || holds_command(&row[*column])
        });
    }
    let mut inline = Inline::default();
    for column in columns {
        let range = rest(column);
        if inline.pieces.is_empty() {
            inline.span = range.clone();
        } else {
            let gap = inline.span.end..range.start;
            let between = if ends_a_word(&inline) { ": " } else { " " };
            inline.pieces.push(words(between.into(), gap.clone()));
            inline.gaps.push((gap, between.to_owned()));
            inline.span.end = range.end;
        }
        inline.pieces.extend(
            row[column]
                .pieces
                .iter()
                .filter_map(|piece| within(piece, &range)),
        );
    }
    if let Some(column) = named.filter(|column| !name(*column).is_empty()) {
        let end = inline.span.end;
        let word = format!(" ({})", name(column));
        inline.pieces.push(words(word.clone().into(), end..end));
        inline.gaps.push((end..end, word));
    }
    inline
}

/// Code of several words.
fn holds_command(cell: &Cell) -> bool {
    cell.pieces
        .iter()
        .any(|piece| matches!(&piece.kind, PieceKind::Code(code) if code.trim().contains(' ')))
}

/// The first cell names what the others say.
fn ends_a_word(inline: &Inline) -> bool {
    inline.gaps.is_empty()
        && matches!(inline.pieces.last().map(|piece| &piece.kind), Some(PieceKind::Text(text)) if text.ends_with(char::is_alphanumeric))
}

fn words(text: CowStr<'_>, span: Range<usize>) -> Piece<'_> {
    Piece {
        span,
        strong: false,
        kind: PieceKind::Text(text),
    }
}

/// "☐ Pending" is a box whose cell says so in words.
fn state_word(text: &str) -> bool {
    [
        "pending",
        "done",
        "todo",
        "to do",
        "open",
        "complete",
        "completed",
        "not started",
        "in progress",
        "yes",
        "no",
        "ok",
        "pass",
        "passed",
        "fail",
        "failed",
        "ready",
    ]
    .contains(&text.trim().to_lowercase().as_str())
}

fn trimmed(source: &Source, range: Range<usize>) -> Range<usize> {
    let text = source.slice(range.clone());
    let start = range.start + text.len() - text.trim_start().len();
    start..start + text.trim().len()
}

/// The part of a piece that stands in a range.
fn within<'s>(piece: &Piece<'s>, range: &Range<usize>) -> Option<Piece<'s>> {
    if piece.span.end <= range.start || piece.span.start >= range.end {
        return None;
    }
    let kind = match &piece.kind {
        PieceKind::Text(words) if words.len() == piece.span.len() => {
            let from = range.start.saturating_sub(piece.span.start);
            let to = words.len() - piece.span.end.saturating_sub(range.end);
            PieceKind::Text(words.get(from..to)?.to_owned().into())
        }
        PieceKind::Text(words) => PieceKind::Text(words.clone()),
        PieceKind::Code(code) => PieceKind::Code(code.clone()),
        PieceKind::Break => PieceKind::Break,
        PieceKind::Comment(inside) => PieceKind::Comment(inside.clone()),
        PieceKind::Link(url) => PieceKind::Link(url.clone()),
    };
    Some(Piece {
        span: piece.span.start.max(range.start)..piece.span.end.min(range.end),
        strong: piece.strong,
        kind,
    })
}
