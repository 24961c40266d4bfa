//! Markdown to a flat list of blocks with exact byte ranges. Linear, and without recursion.

mod boxes;
mod builder;
pub mod choices;
mod html;
pub mod marks;
mod rows;

use crate::source::Source;
use pulldown_cmark::CowStr;
use std::ops::Range;

pub use builder::blocks;

/// A block of the document, in its order.
pub struct Block<'s> {
    /// Its bytes.
    pub span: Range<usize>,
    /// The block index of the list item that holds it.
    pub item: Option<usize>,
    /// What it is.
    pub kind: BlockKind<'s>,
}

/// What a block is.
pub enum BlockKind<'s> {
    /// `## Heading`
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its words.
        inline: Inline<'s>,
    },
    /// A paragraph outside or inside of an item; the first text of an item is the item's own.
    Paragraph(Inline<'s>),
    /// A list item.
    Item(ListItem<'s>),
    /// A fenced or indented block of code.
    Fence(Fence),
    /// A table.
    Table(Table<'s>),
    /// Raw HTML.
    Html(String),
    /// `---`
    Rule,
}

/// A list item.
pub struct ListItem<'s> {
    /// Its number in an ordered list.
    pub number: Option<u64>,
    /// Its box, where it has one.
    pub tick: Option<Tick>,
    /// Its first paragraph.
    pub inline: Inline<'s>,
    /// Its row of a table says that it may be left out.
    pub optional: bool,
}

/// The box of a list item.
pub struct Tick {
    /// `[x]`
    pub claimed: bool,
    /// The bytes of `[ ]`.
    pub span: Range<usize>,
    /// How it is written.
    pub form: marks::Form,
    /// It is a box wherever it stands; a ✅ is one in some places only.
    pub certain: bool,
    /// The boxes of its line, where one of several is to be ticked.
    pub choices: Vec<choices::Choice>,
}

/// A block of code.
pub struct Fence {
    /// The first word after the fence: `bash`; empty where there is none.
    pub language: String,
    /// The lines, without the fence.
    pub lines: Vec<FenceLine>,
}

/// A line of a block of code.
pub struct FenceLine {
    /// Its text without indentation of the containers and without line ending.
    pub text: String,
    /// Where it starts.
    pub start: usize,
}

/// A table: the header is the first row.
pub struct Table<'s> {
    /// The rows, with their cells.
    pub rows: Vec<Vec<Cell<'s>>>,
    /// What its rows say to do, where its columns say that they are steps and none holds a box.
    pub steps: Vec<ListItem<'s>>,
}

/// A cell of a table.
pub struct Cell<'s> {
    /// Its bytes between the bars.
    pub span: Range<usize>,
    /// Its pieces, in order.
    pub pieces: Vec<Piece<'s>>,
}

impl Cell<'_> {
    /// Its words, with code between backticks.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match &piece.kind {
                PieceKind::Text(words) => text.push_str(words),
                PieceKind::Code(code) => text.extend(["`", code, "`"]),
                PieceKind::Break | PieceKind::Comment(_) | PieceKind::Link(_) => {}
            }
        }
        text
    }
}

/// A run of inline content.
#[derive(Default)]
pub struct Inline<'s> {
    /// All its bytes, marks included.
    pub span: Range<usize>,
    /// Its pieces, in order.
    pub pieces: Vec<Piece<'s>>,
    /// Bytes of the span that are no part of it, in order, and what stands for them: the bars between cells.
    pub gaps: Vec<(Range<usize>, String)>,
}

/// A piece of inline content.
pub struct Piece<'s> {
    /// Its bytes, with backticks for code.
    pub span: Range<usize>,
    /// Whether it stands in bold.
    pub strong: bool,
    /// What it is.
    pub kind: PieceKind<'s>,
}

/// What a piece is.
pub enum PieceKind<'s> {
    /// Words. HTML tags that are not comments count as words: `<previous-commit>`.
    Text(CowStr<'s>),
    /// Inline code.
    Code(CowStr<'s>),
    /// A line break.
    Break,
    /// The inside of an HTML comment.
    Comment(CowStr<'s>),
    /// Where a link that begins here leads.
    Link(CowStr<'s>),
}

impl Inline<'_> {
    /// The words, with code between backticks, comments left out, breaks as spaces.
    pub fn plain(&self) -> String {
        self.plain_up_to(usize::MAX)
    }

    /// As [`Inline::plain`], cut after about so many bytes.
    pub fn plain_up_to(&self, bytes: usize) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            if text.len() >= bytes {
                break;
            }
            let room = bytes - text.len();
            match &piece.kind {
                PieceKind::Text(words) => text.push_str(&words[..words.floor_char_boundary(room)]),
                PieceKind::Code(code) => text.extend(["`", &code[..code.floor_char_boundary(room)], "`"]),
                PieceKind::Break => text.push(' '),
                PieceKind::Comment(_) | PieceKind::Link(_) => {}
            }
        }
        text.trim().to_owned()
    }

    /// The source text on one line, without comments.
    pub fn markdown(&self, source: &Source) -> String {
        let mut text = String::new();
        let mut at = self.span.start;
        let comments = self
            .pieces
            .iter()
            .filter(|piece| matches!(piece.kind, PieceKind::Comment(_)));
        let mut left_out: Vec<(&Range<usize>, &str)> = comments.map(|comment| (&comment.span, "")).collect();
        left_out.extend(self.gaps.iter().map(|(span, instead)| (span, instead.as_str())));
        left_out.sort_by_key(|(span, _)| span.start);
        for (span, instead) in left_out {
            text.push_str(source.slice(at..span.start));
            text.push_str(instead);
            at = span.end.max(at);
        }
        text.push_str(source.slice(at..self.span.end));
        let joined: Vec<&str> = text
            .split(['\n', '\r'])
            .map(|line| line.trim_start_matches(['>', ' ', '\t']).trim_end())
            .collect();
        joined.join(" ").trim().to_owned()
    }

    /// The comments in it.
    pub fn comments(&self) -> impl Iterator<Item = (&str, &Range<usize>)> {
        self.pieces.iter().filter_map(|piece| match &piece.kind {
            PieceKind::Comment(text) => Some((&**text, &piece.span)),
            PieceKind::Text(_) | PieceKind::Code(_) | PieceKind::Break | PieceKind::Link(_) => None,
        })
    }

    /// Whether all its words are bold or end with a colon: a label for what follows.
    pub fn is_label(&self) -> bool {
        let words = |piece: &&Piece| match &piece.kind {
            PieceKind::Text(text) => !text.trim_matches([' ', ':']).is_empty(),
            PieceKind::Code(_) => true,
            PieceKind::Break | PieceKind::Comment(_) | PieceKind::Link(_) => false,
        };
        let mut pieces = self.pieces.iter().filter(words).peekable();
        let bold = pieces.peek().is_some() && pieces.all(|piece| piece.strong);
        let text = self.plain();
        bold || (text.ends_with(':') && text.chars().count() <= 60 && !text.contains(". "))
    }
}

/// The inside of an HTML comment.
pub fn comment(html: &str) -> Option<&str> {
    html.trim()
        .strip_prefix("<!--")?
        .strip_suffix("-->")
        .map(str::trim)
}

/// Whether the document has a box that is one for certain.
pub fn has_boxes(blocks: &[Block<'_>]) -> bool {
    let certain = |item: &ListItem| item.tick.as_ref().is_some_and(|tick| tick.certain);
    blocks
        .iter()
        .any(|block| matches!(&block.kind, BlockKind::Item(item) if certain(item)))
}
