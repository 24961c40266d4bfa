//! Markdown to a flat list of blocks with exact byte ranges. Linear, and without recursion.

use crate::source::Source;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// A block of the document, in its order.
pub struct Block {
    /// Its bytes.
    pub span: Range<usize>,
    /// The block index of the list item that holds it.
    pub item: Option<usize>,
    /// What it is.
    pub kind: BlockKind,
}

/// What a block is.
pub enum BlockKind {
    /// `## Heading`
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its words.
        inline: Inline,
    },
    /// A paragraph outside or inside of an item; the first text of an item is the item's own.
    Paragraph(Inline),
    /// A list item.
    Item(ListItem),
    /// A fenced or indented block of code.
    Fence(Fence),
    /// A table.
    Table(Table),
    /// Raw HTML.
    Html(String),
    /// `---`
    Rule,
}

/// A list item.
pub struct ListItem {
    /// Its number in an ordered list.
    pub number: Option<u64>,
    /// Its box, where it has one.
    pub tick: Option<Tick>,
    /// Its first paragraph.
    pub inline: Inline,
}

/// The box of a list item.
pub struct Tick {
    /// `[x]`
    pub claimed: bool,
    /// The bytes of `[ ]`.
    pub span: Range<usize>,
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
pub struct Table {
    /// The rows, with their cells.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
pub struct Cell {
    /// Its bytes between the bars.
    pub span: Range<usize>,
    /// Its words.
    pub text: String,
}

/// A run of inline content.
#[derive(Default)]
pub struct Inline {
    /// All its bytes, marks included.
    pub span: Range<usize>,
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of inline content.
pub struct Piece {
    /// Its bytes, with backticks for code.
    pub span: Range<usize>,
    /// Whether it stands in bold.
    pub strong: bool,
    /// What it is.
    pub kind: PieceKind,
}

/// What a piece is.
pub enum PieceKind {
    /// Words. HTML tags that are not comments count as words: `<previous-commit>`.
    Text(String),
    /// Inline code.
    Code(String),
    /// A line break.
    Break,
    /// The inside of an HTML comment.
    Comment(String),
    /// Where a link that begins here leads.
    Link(String),
}

impl Inline {
    /// The words, with code between backticks, comments left out, breaks as spaces.
    pub fn plain(&self) -> String {
        self.plain_up_to(usize::MAX)
    }

    /// As [`Inline::plain`], the pieces that begin in the first `bytes` only.
    pub fn plain_up_to(&self, bytes: usize) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            if text.len() > bytes {
                break;
            }
            match &piece.kind {
                PieceKind::Text(words) => text.push_str(words),
                PieceKind::Code(code) => text.extend(["`", code, "`"]),
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
        for comment in comments {
            text.push_str(source.slice(at..comment.span.start));
            at = comment.span.end;
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
            PieceKind::Comment(text) => Some((text.as_str(), &piece.span)),
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

/// Parses the body of a document.
pub fn blocks(source: &Source) -> Vec<Block> {
    let body = &source.text[source.body..];
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let mut builder = Builder {
        source,
        blocks: Vec::new(),
        items: Vec::new(),
        lists: Vec::new(),
        strong: 0,
        open: Open::Nothing,
    };
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        builder.event(event, range.start + source.body..range.end + source.body);
    }
    builder.close();
    builder.blocks
}

/// The block whose content is being collected.
enum Open {
    Nothing,
    Heading(u8, Inline),
    Paragraph(Inline),
    ItemText(usize, Inline),
    Fence(Fence, bool),
    Html(Range<usize>),
    Table(Table, Option<(Range<usize>, String)>),
}

struct Builder<'s> {
    source: &'s Source,
    blocks: Vec<Block>,
    /// Block indices of the items that are open.
    items: Vec<usize>,
    /// The next number of each open list.
    lists: Vec<Option<u64>>,
    strong: u32,
    open: Open,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, span),
            Event::End(tag) => self.end(tag, span),
            Event::Text(text) => self.text(&text, span),
            Event::Code(code) => self.piece(PieceKind::Code(code.into_string()), span),
            Event::Html(_) => {}
            Event::InlineHtml(html) => match comment(&html) {
                Some(inside) => self.piece(PieceKind::Comment(inside.to_owned()), span),
                None => self.piece(PieceKind::Text(html.into_string()), span),
            },
            Event::SoftBreak | Event::HardBreak => self.piece(PieceKind::Break, span),
            Event::Rule => {
                self.close();
                self.push(span, BlockKind::Rule);
            }
            Event::TaskListMarker(claimed) => {
                if let Some(BlockKind::Item(item)) = self
                    .items
                    .last()
                    .and_then(|at| self.blocks.get_mut(*at))
                    .map(|block| &mut block.kind)
                {
                    item.tick = Some(Tick { claimed, span });
                }
            }
            Event::FootnoteReference(text) => self.text(&text, span),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text, span),
        }
    }

    fn start(&mut self, tag: Tag<'_>, span: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.close();
                self.open = Open::Heading(depth(level), Inline::default());
            }
            Tag::Paragraph => self.paragraph(),
            Tag::List(number) => {
                self.close();
                self.lists.push(number);
            }
            Tag::Item => {
                self.close();
                let number = self.lists.last_mut().and_then(|next| {
                    let number = *next;
                    *next = number.map(|number| number.saturating_add(1));
                    number
                });
                let item = ListItem {
                    number,
                    tick: None,
                    inline: Inline::default(),
                };
                let at = self.push(span, BlockKind::Item(item));
                self.items.push(at);
                self.open = Open::ItemText(at, Inline::default());
            }
            Tag::CodeBlock(kind) => {
                self.close();
                let language = match kind {
                    CodeBlockKind::Indented => String::new(),
                    CodeBlockKind::Fenced(info) => {
                        info.split_whitespace().next().unwrap_or_default().to_lowercase()
                    }
                };
                self.open = Open::Fence(
                    Fence {
                        language,
                        lines: Vec::new(),
                    },
                    false,
                );
            }
            Tag::HtmlBlock => {
                self.close();
                self.open = Open::Html(span);
            }
            Tag::Table(_) => {
                self.close();
                self.open = Open::Table(Table { rows: Vec::new() }, None);
            }
            Tag::TableHead | Tag::TableRow => {
                if let Open::Table(table, _) = &mut self.open {
                    table.rows.push(Vec::new());
                }
            }
            Tag::TableCell => {
                if let Open::Table(_, cell) = &mut self.open {
                    *cell = Some((span, String::new()));
                }
            }
            Tag::Strong => {
                self.strong += 1;
                self.cover(&span);
            }
            Tag::Link { dest_url, .. } => {
                self.cover(&span);
                self.piece(PieceKind::Link(dest_url.into_string()), span.start..span.start);
            }
            Tag::Emphasis | Tag::Strikethrough | Tag::Superscript | Tag::Subscript | Tag::Image { .. } => {
                self.cover(&span)
            }
            Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) | Tag::MetadataBlock(_) => self.close(),
            Tag::DefinitionList | Tag::DefinitionListTitle | Tag::DefinitionListDefinition => self.close(),
        }
    }

    fn end(&mut self, tag: TagEnd, span: Range<usize>) {
        match tag {
            TagEnd::Heading(_)
            | TagEnd::Paragraph
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::Table => {
                self.finish(span);
            }
            TagEnd::List(_) => {
                self.close();
                self.lists.pop();
            }
            TagEnd::Item => {
                self.close();
                self.items.pop();
            }
            TagEnd::TableCell => {
                if let Open::Table(table, cell) = &mut self.open
                    && let (Some((span, text)), Some(row)) = (cell.take(), table.rows.last_mut())
                {
                    row.push(Cell { span, text });
                }
            }
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            _ => {}
        }
    }

    /// A paragraph that is the first thing in an item is the item's text.
    fn paragraph(&mut self) {
        if let Open::ItemText(_, inline) = &self.open
            && inline.pieces.is_empty()
        {
            return;
        }
        self.close();
        self.open = Open::Paragraph(Inline::default());
    }

    fn text(&mut self, text: &str, span: Range<usize>) {
        match &mut self.open {
            Open::Fence(fence, unfinished) => code_lines(self.source, fence, unfinished, span),
            Open::Table(_, Some((_, cell))) => cell.push_str(text),
            Open::Nothing
            | Open::Heading(..)
            | Open::Paragraph(_)
            | Open::ItemText(..)
            | Open::Html(_)
            | Open::Table(_, None) => {
                self.piece(PieceKind::Text(text.to_owned()), span);
            }
        }
    }

    fn piece(&mut self, kind: PieceKind, span: Range<usize>) {
        let strong = self.strong > 0;
        match &mut self.open {
            Open::Heading(_, inline) | Open::Paragraph(inline) | Open::ItemText(_, inline) => {
                extend(&mut inline.span, &span);
                inline.pieces.push(Piece { span, strong, kind });
            }
            Open::Table(_, Some((_, cell))) => match kind {
                PieceKind::Text(text) => cell.push_str(&text),
                PieceKind::Code(code) => cell.extend(["`", &code, "`"]),
                PieceKind::Break | PieceKind::Comment(_) | PieceKind::Link(_) => {}
            },
            Open::Nothing | Open::Fence(..) | Open::Html(_) | Open::Table(_, None) => {}
        }
    }

    fn cover(&mut self, span: &Range<usize>) {
        match &mut self.open {
            Open::Heading(_, inline) | Open::Paragraph(inline) | Open::ItemText(_, inline) => {
                extend(&mut inline.span, span)
            }
            Open::Nothing | Open::Fence(..) | Open::Html(_) | Open::Table(..) => {}
        }
    }

    /// Ends what is open because something else begins.
    fn close(&mut self) {
        self.finish(0..0);
    }

    fn finish(&mut self, span: Range<usize>) {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => {}
            Open::Heading(level, inline) => {
                self.push(span, BlockKind::Heading { level, inline });
            }
            Open::Paragraph(inline) => {
                let span = if span.is_empty() {
                    inline.span.clone()
                } else {
                    span
                };
                self.push(span, BlockKind::Paragraph(inline));
            }
            Open::ItemText(at, inline) => {
                if let BlockKind::Item(item) = &mut self.blocks[at].kind {
                    item.inline = inline;
                }
            }
            Open::Fence(fence, _) => {
                self.push(span, BlockKind::Fence(fence));
            }
            Open::Html(start) => {
                let span = if span.is_empty() { start } else { span };
                let text = self.source.slice(span.clone()).to_owned();
                self.push(span, BlockKind::Html(text));
            }
            Open::Table(table, _) => {
                self.push(span, BlockKind::Table(table));
            }
        }
    }

    fn push(&mut self, span: Range<usize>, kind: BlockKind) -> usize {
        self.blocks.push(Block {
            span,
            item: self.items.last().copied(),
            kind,
        });
        self.blocks.len() - 1
    }
}

/// The inside of an HTML comment.
pub fn comment(html: &str) -> Option<&str> {
    html.trim()
        .strip_prefix("<!--")?
        .strip_suffix("-->")
        .map(str::trim)
}

fn extend(all: &mut Range<usize>, span: &Range<usize>) {
    if all.start == all.end {
        *all = span.clone();
    } else {
        *all = all.start.min(span.start)..all.end.max(span.end);
    }
}

fn code_lines(source: &Source, fence: &mut Fence, unfinished: &mut bool, span: Range<usize>) {
    let mut start = span.start;
    for line in source.slice(span).split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        match fence.lines.last_mut() {
            Some(last) if *unfinished => last.text.push_str(text),
            _ => fence.lines.push(FenceLine {
                text: text.to_owned(),
                start,
            }),
        }
        *unfinished = !line.ends_with('\n');
        start += line.len();
    }
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
