//! A section's blocks to steps, in the document's order.

use super::command::{self, Around};
use super::{guard, settings, title};
use crate::infer::{self, Inferred};
use crate::lint::{self, Findings};
use crate::parse::{Block, BlockKind, Inline, ListItem, PieceKind};
use crate::source::Source;
use domain::plan::{Item, Parameter, Section, Work};
use domain::rollback::{Deed, Step};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// A section while it is read.
pub struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) blocks: &'a [Block<'a>],
    pub(super) section: &'a Section,
    pub(super) findings: &'a mut Findings,
    /// The steps so far.
    pub steps: Vec<Step>,
    /// What their commands leave open.
    pub parameters: Vec<Parameter>,
    /// The section's items, by line.
    boxes: HashMap<u32, &'a Item>,
    /// What the lines of the items that are no boxes are.
    inferred: HashMap<usize, Inferred>,
    /// Items whose steps stand in the blocks that they hold.
    held: HashSet<usize>,
    /// The paragraph above, and whether it announces what follows.
    pub(super) above: Option<(String, bool)>,
    /// What lines before set up for those after them.
    pub(super) context: Vec<super::code::Context>,
    /// A `.env` file is another one since.
    pub(super) env_changed: bool,
    /// The `.env` file that the section names anywhere.
    pub(super) env_named: Option<String>,
    /// Where the section ends.
    end: usize,
}

impl<'a> Reader<'a> {
    /// Nothing is read yet.
    pub fn new(
        source: &'a Source,
        blocks: &'a [Block<'a>],
        section: &'a Section,
        findings: &'a mut Findings,
    ) -> Self {
        Reader {
            source,
            blocks,
            section,
            findings,
            steps: Vec::new(),
            parameters: Vec::new(),
            boxes: section.items.iter().map(|item| (item.line, item)).collect(),
            inferred: HashMap::new(),
            held: HashSet::new(),
            above: None,
            context: Vec::new(),
            env_changed: false,
            env_named: None,
            end: source.text.len(),
        }
    }

    /// Where the section ends.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Reads the blocks of the section, its heading first.
    pub fn read(&mut self, part: Range<usize>) {
        let procedure = ["procedure", "steps", "plan"]
            .iter()
            .any(|word| self.section.title.to_lowercase().contains(word));
        if guard::for_reading(&self.section.title) && !procedure {
            return;
        }
        self.end = self.blocks.get(part.end).map_or(self.end, |next| next.span.start);
        let start = self.source.line_span(self.section.line).start;
        self.env_named = settings::env_file(self.source.slice(start..self.end.max(start)));
        let part = part.start + usize::from(self.heading(part.start))..part.end;
        for at in part.clone() {
            self.look(at);
        }
        let mut whole = 0;
        for at in part.clone() {
            if self.blocks[at].span.start >= whole {
                whole = self.block(at).unwrap_or(whole);
            }
        }
        if self.steps.is_empty() {
            part.for_each(|at| self.words_alone(at));
        }
    }

    /// Whether a block is the section's heading.
    fn heading(&self, at: usize) -> bool {
        self.blocks.get(at).is_some_and(|block| match &block.kind {
            BlockKind::Heading { .. } => true,
            BlockKind::Paragraph(inline) => {
                inline.is_label() && self.source.line(block.span.start) == self.section.line
            }
            BlockKind::Item(_)
            | BlockKind::Fence(_)
            | BlockKind::Table(_)
            | BlockKind::Html(_)
            | BlockKind::Rule => false,
        })
    }

    /// Finds out which items hold steps below their words.
    fn look(&mut self, at: usize) {
        let block = &self.blocks[at];
        let steps = match &block.kind {
            BlockKind::Item(item) => {
                let inferred = infer::item(&item.inline, None, None);
                let steps = item.tick.is_some() || !inferred.commands.is_empty();
                self.inferred.insert(at, inferred);
                steps
            }
            BlockKind::Fence(_) => true,
            BlockKind::Paragraph(inline) => block.item.is_some() && only_code(inline),
            BlockKind::Heading { .. } | BlockKind::Table(_) | BlockKind::Html(_) | BlockKind::Rule => false,
        };
        let mut above = block.item.filter(|_| steps);
        while let Some(item) = above.filter(|item| self.held.insert(*item)) {
            above = self.blocks[item].item;
        }
    }

    /// Reads a block. The end of what was read with it.
    fn block(&mut self, at: usize) -> Option<usize> {
        let block = &self.blocks[at];
        match &block.kind {
            BlockKind::Item(item) => return self.item(at, item, block),
            BlockKind::Fence(fence) => self.fence(fence, block),
            BlockKind::Paragraph(inline) => self.paragraph(inline, block),
            BlockKind::Table(table) => {
                for row in &table.steps {
                    let inferred = infer::item(&row.inline, None, None);
                    self.line(&row.inline, &inferred, None, block.item, row.inline.span.clone());
                }
            }
            BlockKind::Heading { .. } | BlockKind::Html(_) | BlockKind::Rule => {}
        }
        None
    }

    fn item(&mut self, at: usize, item: &ListItem, block: &Block) -> Option<usize> {
        let inferred = self.inferred.remove(&at)?;
        let words = item.inline.plain();
        let above = self
            .above
            .as_ref()
            .map(|(above, _)| above.as_str())
            .unwrap_or_default();
        let reading = item.inline.is_label() && guard::for_reading(&words);
        if reading || guard::for_reading(last_sentence(above)) {
            return Some(block.span.end);
        }
        let place = item
            .tick
            .as_ref()
            .map_or(block.span.start, |tick| tick.span.start);
        let boxed = self.boxes.get(&self.source.line(place)).copied();
        let held = self.held.contains(&at);
        let attested = boxed.is_some_and(|item| {
            item.work == Work::Attestation && item.why.contains("the annotation `attest` says so")
        });
        let open = self.open(&words, block.item);
        let commands = !inferred.commands.is_empty();
        if attested || open.is_some() || !(commands || held) {
            let whole = self.source.slice(item.inline.span.end..block.span.end).trim_end();
            let text = format!("{}{whole}", item.inline.markdown(self.source));
            let around = self.around(&item.inline, boxed, block.item, place);
            let looked = self
                .by_words(&inferred, &words, boxed, &around)
                .filter(|_| open.is_none());
            match looked {
                Some(step) => self.steps.push(step),
                None => self.by_hand(around, text, open),
            }
            return Some(block.span.end);
        }
        if !commands && held {
            return None;
        }
        self.line(&item.inline, &inferred, boxed, block.item, place..block.span.end);
        None
    }

    /// The steps in the words of a line.
    fn line(
        &mut self,
        inline: &Inline,
        inferred: &Inferred,
        boxed: Option<&Item>,
        owner: Option<usize>,
        span: Range<usize>,
    ) {
        let words = inline.plain();
        let around = self.around(inline, boxed, owner, span.start);
        if let Some(open) = self.open(&words, owner) {
            return self.by_hand(around, inline.markdown(self.source), Some(open));
        }
        let work = boxed.map_or(&inferred.work, |item| &item.work);
        let several = inferred.commands.len() > 1 && matches!(work, Work::Action { .. });
        match inferred.commands.as_slice() {
            [] => match self.by_words(inferred, &words, boxed, &around) {
                Some(step) => self.steps.push(step),
                None => self.by_hand(around, inline.markdown(self.source), None),
            },
            _ if matches!(work, Work::Attestation | Work::Parent) => {
                self.by_hand(around, inline.markdown(self.source), None);
            }
            commands => {
                for (outcome, _) in commands {
                    let work = if several { &outcome.work } else { work };
                    let step = command::step(work, outcome, &around, self.env_changed);
                    self.leaves_open(outcome, work, around.line);
                    self.keep(step);
                    if !several {
                        break;
                    }
                }
            }
        }
    }

    /// A paragraph of nothing but code is a step; any other is about what follows it.
    fn paragraph(&mut self, inline: &Inline, block: &Block) {
        if only_code(inline) {
            let inferred = infer::item(inline, None, None);
            if !inferred.commands.is_empty() {
                self.line(inline, &inferred, None, block.item, inline.span.clone());
            }
        } else if block.item.is_none() {
            self.above = Some((inline.plain_up_to(400), inline.is_label()));
        }
    }

    /// Where a section has nothing but words, they are for a person.
    fn words_alone(&mut self, at: usize) {
        let block = &self.blocks[at];
        if let (BlockKind::Paragraph(inline), None) = (&block.kind, block.item) {
            let around = self.around(inline, None, None, block.span.start);
            let text = inline.markdown(self.source);
            if !text.is_empty() {
                self.by_hand(around, text, None);
            }
        }
    }

    /// Why a person judges whether this is to be done, by its own words, those of the items that hold it, and those above.
    pub(super) fn open(&self, words: &str, owner: Option<usize>) -> Option<&'static str> {
        let above = self.above.as_ref().map(|(above, _)| last_sentence(above));
        guard::open(words)
            .or_else(|| self.owners(owner).find_map(|words| guard::open(&words)))
            .or_else(|| above.and_then(guard::open_above))
    }

    /// The words of the items that hold a block, the nearest first.
    pub(super) fn owners(&self, owner: Option<usize>) -> impl Iterator<Item = String> {
        let blocks = self.blocks;
        std::iter::successors(owner, move |at| blocks[*at].item)
            .take(DEEPEST)
            .filter_map(move |at| match &blocks[at].kind {
                BlockKind::Item(item) => Some(item.inline.plain_up_to(400)),
                _ => None,
            })
    }

    /// What is said around a line.
    pub(super) fn around(
        &self,
        inline: &Inline,
        boxed: Option<&Item>,
        owner: Option<usize>,
        start: usize,
    ) -> Around {
        let words = inline.plain_up_to(1000);
        let own = guard::development_only(&words);
        Around {
            title: title::before_code(&words),
            line: self.source.line(start),
            development_only: own || self.only_development(owner),
            timeout_seconds: boxed.and_then(|item| item.timeout_seconds),
        }
    }

    /// Whether the words around say that it is not for production.
    pub(super) fn only_development(&self, owner: Option<usize>) -> bool {
        let group = self.section.group.as_deref().unwrap_or_default();
        let above = self
            .above
            .as_ref()
            .map(|(above, _)| above.as_str())
            .unwrap_or_default();
        self.owners(owner).any(|words| guard::development_only(&words))
            || [self.section.title.as_str(), group, above]
                .iter()
                .any(|words| guard::development_only(words))
    }

    /// The timeout that an annotation gives the box that holds a block.
    pub(super) fn timeout(&self, owner: Option<usize>) -> Option<u32> {
        let block = self.blocks.get(owner?)?;
        let line = match &block.kind {
            BlockKind::Item(ListItem { tick: Some(tick), .. }) => tick.span.start,
            _ => block.span.start,
        };
        self.boxes.get(&self.source.line(line))?.timeout_seconds
    }

    pub(super) fn by_hand(&mut self, around: Around, words: String, why: Option<&str>) {
        let mut step = around.step(Deed::ByHand { words });
        step.mended = why.map(|why| format!("a person does it: {why}"));
        self.keep(step);
    }

    /// Adds a step.
    pub(super) fn keep(&mut self, step: Step) {
        self.env_changed |= command::changes_env(&step.deed);
        self.steps.push(step);
    }

    /// What a command leaves open becomes a parameter of the plan.
    pub(super) fn leaves_open(&mut self, outcome: &infer::command::Outcome, work: &Work, line: u32) {
        let native = matches!(work, Work::Probe { spec } if crate::describe::native(spec));
        let placeholders = outcome.rewritten.placeholders.iter().cloned();
        let script = outcome.script.as_ref().filter(|_| !native);
        let variables = script.map(lint::free_variables).unwrap_or_default();
        let variables = variables.into_iter().map(|name| {
            let written = format!("${name}");
            (name, written)
        });
        let found: Vec<(String, String)> = placeholders.chain(variables).collect();
        for (name, written) in found {
            self.parameters.push(Parameter { name, written, line });
        }
    }
}

/// How many items deep words are looked for.
const DEEPEST: usize = 8;

/// Whether a paragraph is a command and nothing else, or announces it: "Run: `make rollback`".
fn only_code(inline: &Inline) -> bool {
    let mut code = false;
    let told = inline.pieces.iter().all(|piece| match &piece.kind {
        PieceKind::Text(words) => {
            let words = words.trim().trim_end_matches(['.', ';']).to_lowercase();
            words.is_empty() || matches!(words.as_str(), "run" | "run:" | "execute" | "execute:")
        }
        PieceKind::Code(_) => {
            code = true;
            true
        }
        PieceKind::Break | PieceKind::Comment(_) => true,
        PieceKind::Link(_) => false,
    });
    code && told
}

fn last_sentence(words: &str) -> &str {
    words.rsplit(". ").next().unwrap_or(words)
}
