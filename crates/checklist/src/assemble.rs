//! Blocks to sections, items, checks and slots.

use crate::fence::{self, Line};
use crate::heading::{self, Meaning};
use crate::infer::{self, Inferred};
use crate::lint::{self, Findings};
use crate::outline::{self, Outline};
use crate::parse::{Block, BlockKind, Fence, Inline, ListItem, Table};
use crate::source::Source;
use crate::{annotation, names::Names};
use domain::plan::{Check, Item, ItemId, Parameter, Section, SectionKind, Slot, Work};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// What is assembled from the blocks.
pub struct Assembled {
    /// The title.
    pub title: String,
    /// The sections.
    pub sections: Vec<Section>,
    /// The signature slots.
    pub slots: Vec<Slot>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// What else was counted.
    pub outline: Outline,
}

/// A heading that is open while its content is read.
struct Open {
    level: u8,
    kind: SectionKind,
    title: String,
    is_title: bool,
    draft: usize,
}

/// A section while it is read.
struct Draft {
    section: Section,
    /// It has headings below it.
    divided: bool,
    /// It holds steps: lists or code.
    steps: bool,
    is_title: bool,
}

struct Assembler<'a> {
    source: &'a Source,
    blocks: &'a [Block],
    findings: &'a mut Findings,
    drafts: Vec<Draft>,
    open: Vec<Open>,
    slots: Vec<Slot>,
    parameters: Vec<Parameter>,
    outline: Outline,
    names: Names,
    /// Ids of the boxes, by block.
    ids: HashMap<usize, ItemId>,
    /// Boxes that hold boxes.
    parents: HashSet<usize>,
    /// The fence that is the command of a box, by the box's block.
    below: HashMap<usize, usize>,
    label: Option<(String, Range<usize>)>,
    /// The label was not yet put into the prose.
    label_waits: bool,
    boxless: bool,
}

/// Assembles the sections of a document.
pub fn assemble(source: &Source, blocks: &[Block], findings: &mut Findings) -> Assembled {
    let boxless = !blocks
        .iter()
        .any(|block| matches!(&block.kind, BlockKind::Item(item) if item.tick.is_some()));
    let mut assembler = Assembler {
        source,
        blocks,
        findings,
        drafts: Vec::new(),
        open: Vec::new(),
        slots: Vec::new(),
        parameters: Vec::new(),
        outline: outline::of_text(source),
        names: Names::default(),
        ids: HashMap::new(),
        parents: parents(blocks),
        below: commands_below(blocks),
        label: None,
        label_waits: false,
        boxless,
    };
    let title = title(blocks);
    assembler.draft(SectionKind::Prose, "Beginning".to_owned(), None, 1, true);
    for index in 0..blocks.len() {
        assembler.block(index, title.as_ref().is_some_and(|(at, _)| *at == index));
    }
    assembler.finish(title.map(|(_, words)| words))
}

/// The first heading of level 1, else the first heading.
fn title(blocks: &[Block]) -> Option<(usize, String)> {
    let headings = || {
        blocks
            .iter()
            .enumerate()
            .filter_map(|(at, block)| match &block.kind {
                BlockKind::Heading { level, inline } => Some((at, *level, inline)),
                _ => None,
            })
    };
    let first = headings().next()?;
    let chosen = headings().find(|(_, level, _)| *level == 1).unwrap_or(first);
    let words = chosen.2.plain().replace('`', "");
    Some((
        chosen.0,
        if words.is_empty() {
            "Untitled checklist".to_owned()
        } else {
            words
        },
    ))
}

/// The nearest box above a block.
fn box_above(blocks: &[Block], index: usize) -> Option<usize> {
    let mut at = blocks[index].item;
    while let Some(item) = at {
        if matches!(&blocks[item].kind, BlockKind::Item(item) if item.tick.is_some()) {
            return Some(item);
        }
        at = blocks[item].item;
    }
    None
}

fn parents(blocks: &[Block]) -> HashSet<usize> {
    let boxes = (0..blocks.len())
        .filter(|at| matches!(&blocks[*at].kind, BlockKind::Item(item) if item.tick.is_some()));
    boxes.filter_map(|at| direct_box(blocks, at)).collect()
}

/// [`box_above`], found without walking far: lists nest in lists, so that the item above is nearly always the box.
fn direct_box(blocks: &[Block], index: usize) -> Option<usize> {
    let above = blocks[index].item?;
    match &blocks[above].kind {
        BlockKind::Item(item) if item.tick.is_some() => Some(above),
        _ => box_above(blocks, above),
    }
}

/// Fences that hold exactly one command and stand inside of a box, the first one of each box.
fn commands_below(blocks: &[Block]) -> HashMap<usize, usize> {
    let mut below = HashMap::new();
    for (at, block) in blocks.iter().enumerate() {
        if let (BlockKind::Fence(fence), Some(item)) = (&block.kind, block.item)
            && matches!(&blocks[item].kind, BlockKind::Item(item) if item.tick.is_some())
            && fence::is_shell(fence)
            && fence::lines(fence).len() == 1
        {
            below.entry(item).or_insert(at);
        }
    }
    below
}

impl Assembler<'_> {
    fn block(&mut self, index: usize, is_title: bool) {
        let blocks = self.blocks;
        let block = &blocks[index];
        match &block.kind {
            BlockKind::Heading { level, inline } => self.heading(*level, inline, block, is_title),
            BlockKind::Paragraph(inline) => self.paragraph(inline, block, index),
            BlockKind::Item(item) => self.list_item(item, block, index),
            BlockKind::Fence(fence) => self.fence(fence, block, index),
            BlockKind::Table(table) => self.table(table, block),
            BlockKind::Html(html) => self.html(html, block),
            BlockKind::Rule => {
                self.outline.rules += 1;
                self.label = None;
            }
        }
    }

    fn heading(&mut self, level: u8, inline: &Inline, block: &Block, is_title: bool) {
        self.label = None;
        self.label_waits = false;
        let words = inline.plain().replace('`', "");
        while self.open.last().is_some_and(|open| open.level >= level) {
            self.open.pop();
        }
        let above = self.open.last().filter(|open| !open.is_title);
        let meaning = heading::read(&words);
        let kind = match is_title {
            true => SectionKind::Prose,
            false => heading::resolve(&meaning, above.map(|open| open.kind)),
        };
        let group = above.map(|open| open.title.clone());
        if let Some(open) = self.open.last() {
            self.drafts[open.draft].divided = true;
        }
        let Meaning { title, .. } = meaning;
        let title = if is_title || title.is_empty() {
            words.clone()
        } else {
            title
        };
        let line = self.source.line(block.span.start);
        let draft = self.draft(kind, title, group, line, is_title);
        self.open.push(Open {
            level,
            kind,
            title: words,
            is_title,
            draft,
        });
    }

    fn draft(
        &mut self,
        kind: SectionKind,
        title: String,
        group: Option<String>,
        line: u32,
        is_title: bool,
    ) -> usize {
        let title = if title.is_empty() {
            "Untitled".to_owned()
        } else {
            infer::short(&title)
        };
        let section = Section {
            id: self.names.section(&title),
            kind,
            title,
            group,
            line,
            items: Vec::new(),
            checks: Vec::new(),
            prose: String::new(),
        };
        self.drafts.push(Draft {
            section,
            divided: false,
            steps: false,
            is_title,
        });
        self.drafts.len() - 1
    }

    fn current(&mut self) -> &mut Draft {
        let last = self.drafts.len() - 1;
        &mut self.drafts[last]
    }

    fn kind(&self) -> SectionKind {
        self.drafts
            .last()
            .map_or(SectionKind::Prose, |draft| draft.section.kind)
    }

    fn paragraph(&mut self, inline: &Inline, block: &Block, index: usize) {
        if block.item.is_some() {
            return;
        }
        for (comment, span) in inline.comments() {
            self.annotate_last(comment, span.clone());
        }
        let next_is_list = self
            .blocks
            .get(index + 1)
            .is_some_and(|next| !matches!(next.kind, BlockKind::Paragraph(_)));
        if inline.is_label() && next_is_list {
            let text = inline.plain();
            self.label = Some((text.trim_end_matches(':').trim().to_owned(), block.span.clone()));
            self.label_waits = true;
        } else {
            self.prose(block.span.clone());
        }
    }

    fn prose(&mut self, span: Range<usize>) {
        let label = self
            .label
            .as_ref()
            .filter(|_| self.label_waits)
            .map(|(_, span)| span.clone());
        self.label_waits = false;
        for span in label.into_iter().chain([span]) {
            let text = self.source.slice(span).trim_end().to_owned();
            let prose = &mut self.current().section.prose;
            if !prose.is_empty() {
                prose.push_str("\n\n");
            }
            prose.push_str(&text);
        }
    }

    fn list_item(&mut self, item: &ListItem, block: &Block, index: usize) {
        self.current().steps = true;
        if item.tick.is_some() || (self.boxless && self.is_step(item, block)) {
            self.label_waits = false;
            self.item(item, block, index);
            return;
        }
        if block.item.is_none() {
            if self.kind() == SectionKind::FollowUp {
                self.outline.follow_ups += 1;
            }
            if !self.holds_boxes(index, block) {
                self.prose(block.span.clone());
            }
        }
        self.code_outside(&item.inline);
    }

    /// Without any box in the document, steps are what would have one.
    fn is_step(&self, item: &ListItem, block: &Block) -> bool {
        let working = match self.kind() {
            SectionKind::Preflight
            | SectionKind::Phase { .. }
            | SectionKind::Window { .. }
            | SectionKind::Criteria => true,
            SectionKind::Prose => item.number.is_some(),
            SectionKind::Benchmark
            | SectionKind::Rollback { .. }
            | SectionKind::Troubleshooting
            | SectionKind::SignOff
            | SectionKind::FollowUp => false,
        };
        working && block.item.is_none()
    }

    fn holds_boxes(&self, index: usize, block: &Block) -> bool {
        self.blocks[index + 1..]
            .iter()
            .take_while(|inner| inner.span.start < block.span.end)
            .any(|inner| matches!(&inner.kind, BlockKind::Item(item) if item.tick.is_some()))
    }

    fn item(&mut self, item: &ListItem, block: &Block, index: usize) {
        let above = direct_box(self.blocks, index);
        let parent = above.and_then(|above| self.ids.get(&above).cloned());
        let parent_text = above.and_then(|above| match &self.blocks[above].kind {
            BlockKind::Item(item) => Some(infer::short(&item.inline.plain_up_to(400))),
            _ => None,
        });
        let below = self
            .below
            .get(&index)
            .and_then(|fence| match &self.blocks[*fence].kind {
                BlockKind::Fence(fence) => fence::lines(fence).into_iter().next(),
                _ => None,
            });
        let text = item.inline.markdown(self.source);
        let line = self.source.line(
            item.tick
                .as_ref()
                .map_or(block.span.start, |tick| tick.span.start),
        );
        let inferred = if self.parents.contains(&index) {
            let why = format!("{}: its boxes settle it", infer::short(&text));
            Inferred {
                work: Work::Parent,
                why,
                commands: Vec::new(),
            }
        } else {
            let below = below.as_ref().map(|line| (line.command.as_str(), line.span()));
            infer::item(&item.inline, parent_text.as_deref(), below)
        };
        self.parameters_of(&inferred);
        let id = self.names.item(&item.inline.plain(), &self.section_id());
        self.ids.insert(index, id.clone());
        let lower = text.to_lowercase();
        let optional = [
            "(optional)",
            "[optional]",
            "optional:",
            "*optional*",
            "if applicable",
            "(if needed)",
        ]
        .iter()
        .any(|word| lower.contains(word));
        let mut built = Item {
            id,
            parent,
            line,
            label: self.label.as_ref().map(|(label, _)| label.clone()),
            claimed: item.tick.as_ref().is_some_and(|tick| tick.claimed),
            optional,
            work: inferred.work.clone(),
            why: inferred.why.clone(),
            text,
        };
        for (comment, span) in item.inline.comments() {
            annotation::apply(comment, span.clone(), &mut built, self.findings);
        }
        lint::item(&built, &item.inline, &inferred, self.findings);
        self.current().section.items.push(built);
    }

    fn section_id(&self) -> String {
        self.drafts
            .last()
            .map(|draft| draft.section.id.0.clone())
            .unwrap_or_default()
    }

    fn parameters_of(&mut self, inferred: &Inferred) {
        for (outcome, span) in &inferred.commands {
            self.parameters_in(&outcome.rewritten.placeholders, span);
            let native = matches!(&inferred.work, Work::Probe { spec } if crate::describe::native(spec));
            let script = outcome.script.as_ref().filter(|_| !native);
            let variables: Vec<(String, String)> = script
                .map(lint::free_variables)
                .unwrap_or_default()
                .into_iter()
                .map(|name| {
                    let written = format!("${name}");
                    (name, written)
                })
                .collect();
            self.parameters_in(&variables, span);
        }
    }

    fn parameters_in(&mut self, found: &[(String, String)], span: &Range<usize>) {
        for (name, written) in found {
            if !self.parameters.iter().any(|parameter| parameter.name == *name) {
                let line = self.source.line(span.start);
                self.parameters.push(Parameter {
                    name: name.clone(),
                    written: written.clone(),
                    line,
                });
            }
        }
    }

    fn fence(&mut self, fence: &Fence, block: &Block, index: usize) {
        self.current().steps = true;
        let mine = block.item.and_then(|item| self.below.get(&item)) == Some(&index);
        let used = mine && block.item.is_some_and(|item| self.is_command_of(item));
        let kind = self.kind();
        let verifies = !used && fence::is_shell(fence) && self.verifies(kind);
        self.outline.fences.push(outline::fence(
            self.source.line(block.span.start),
            kind,
            verifies || used,
        ));
        if used {
            return;
        }
        let lines = if fence::is_shell(fence) {
            fence::lines(fence)
        } else {
            Vec::new()
        };
        if verifies {
            self.label_waits = false;
            for line in lines {
                self.check(&line);
            }
            return;
        }
        let inferred: Vec<Inferred> = lines
            .iter()
            .map(|line| infer::check(&line.command, &line.said, line.span()))
            .collect();
        if kind != SectionKind::Prose {
            for inferred in &inferred {
                for (outcome, span) in &inferred.commands {
                    self.parameters_in(&outcome.rewritten.placeholders, span);
                }
                lint::outside(inferred, self.findings);
            }
        }
        if block.item.is_none() {
            self.prose(block.span.clone());
        }
    }

    /// Whether the box's own words hold no command, so that the fence below it is its command.
    fn is_command_of(&self, item: usize) -> bool {
        match &self.blocks[item].kind {
            BlockKind::Item(item) => infer::item(&item.inline, None, None).commands.is_empty(),
            _ => false,
        }
    }

    fn verifies(&self, kind: SectionKind) -> bool {
        let labelled = self.label.as_ref().is_some_and(|(label, _)| {
            let lower = label.to_lowercase();
            ["verif", "check", "test", "validat", "confirm"]
                .iter()
                .any(|word| lower.contains(word))
        });
        match kind {
            SectionKind::Preflight
            | SectionKind::Phase { .. }
            | SectionKind::Window { .. }
            | SectionKind::Criteria => true,
            SectionKind::Prose => labelled,
            SectionKind::Benchmark
            | SectionKind::Rollback { .. }
            | SectionKind::Troubleshooting
            | SectionKind::SignOff
            | SectionKind::FollowUp => false,
        }
    }

    fn check(&mut self, line: &Line) {
        let inferred = infer::check(&line.command, &line.said, line.span());
        self.parameters_of(&inferred);
        let id = self.names.check(&line.command, &self.section_id());
        lint::check(&inferred, self.findings);
        let number = self.source.line(line.start);
        let check = Check {
            id,
            line: number,
            text: line.command.clone(),
            work: inferred.work,
            why: inferred.why,
        };
        self.current().section.checks.push(check);
    }

    /// Commands in running text of sections that run nothing are looked at for traps only.
    fn code_outside(&mut self, inline: &Inline) {
        match self.kind() {
            SectionKind::Troubleshooting | SectionKind::Rollback { .. } => {
                let inferred = infer::item(inline, None, None);
                lint::outside(&inferred, self.findings);
            }
            SectionKind::Preflight
            | SectionKind::Phase { .. }
            | SectionKind::Window { .. }
            | SectionKind::Benchmark
            | SectionKind::Criteria
            | SectionKind::SignOff
            | SectionKind::FollowUp
            | SectionKind::Prose => {}
        }
    }

    fn table(&mut self, table: &Table, block: &Block) {
        let header: Vec<String> = table
            .rows
            .first()
            .into_iter()
            .flatten()
            .map(|cell| cell.text.trim().to_lowercase())
            .collect();
        let role = header
            .iter()
            .position(|cell| matches!(cell.as_str(), "role" | "approver" | "team" | "function" | "who"));
        let signs = header
            .iter()
            .any(|cell| ["sign", "approv", "date"].iter().any(|word| cell.contains(word)));
        let column = match (role, signs, self.kind()) {
            (Some(column), true, _) => column,
            (None, true, SectionKind::SignOff) => 0,
            _ => {
                self.prose(block.span.clone());
                return;
            }
        };
        if self.kind() == SectionKind::Prose {
            self.current().section.kind = SectionKind::SignOff;
        }
        self.current().steps = true;
        for row in table.rows.iter().skip(1) {
            let Some(cell) = row.get(column) else { continue };
            let title = cell.text.replace(['*', '`'], "").trim().to_owned();
            if title.is_empty() {
                continue;
            }
            let role = role_key(&title);
            let line = self.source.line(cell.span.start);
            self.slots.push(Slot { title, role, line });
        }
    }

    fn html(&mut self, html: &str, block: &Block) {
        match crate::parse::comment(html) {
            Some(inside) => self.annotate_last(inside, block.span.clone()),
            None if block.item.is_none() => self.prose(block.span.clone()),
            None => {}
        }
    }

    /// A comment on its own line belongs to the item before it.
    fn annotate_last(&mut self, comment: &str, span: Range<usize>) {
        let draft = self.drafts.last_mut();
        match draft.and_then(|draft| draft.section.items.last_mut()) {
            Some(item) => annotation::apply(comment, span, item, self.findings),
            None => annotation::stray(comment, span, self.findings),
        }
    }

    fn finish(mut self, title: Option<String>) -> Assembled {
        let boxless = self.boxless;
        let mut phases = 0;
        for draft in &mut self.drafts {
            settle_kind(draft, boxless);
            if let SectionKind::Phase { number, .. } = &mut draft.section.kind {
                *number = if *number == 0 { phases + 1 } else { *number };
                phases = phases.max(*number);
            }
        }
        let filled = |draft: &Draft| {
            let section = &draft.section;
            !section.items.is_empty()
                || !section.checks.is_empty()
                || !section.prose.trim().is_empty()
                || section.kind == SectionKind::SignOff
                || (!draft.divided && !draft.is_title)
        };
        let sections: Vec<Section> = self
            .drafts
            .into_iter()
            .filter(filled)
            .map(|draft| draft.section)
            .collect();
        let title = title.unwrap_or_else(|| "Untitled checklist".to_owned());
        Assembled {
            title,
            sections,
            slots: self.slots,
            parameters: self.parameters,
            outline: self.outline,
        }
    }
}

/// A chapter's introduction is prose, and so is a part without anything to do.
fn settle_kind(draft: &mut Draft, boxless: bool) {
    let empty = draft.section.items.is_empty() && draft.section.checks.is_empty();
    let prose = match draft.section.kind {
        SectionKind::Preflight
        | SectionKind::Phase { .. }
        | SectionKind::Window { .. }
        | SectionKind::Criteria => empty && !boxless || empty && !draft.steps,
        SectionKind::Benchmark
        | SectionKind::Rollback { .. }
        | SectionKind::Troubleshooting
        | SectionKind::FollowUp => draft.divided && empty && !draft.steps,
        SectionKind::SignOff | SectionKind::Prose => false,
    };
    if prose {
        draft.section.kind = SectionKind::Prose;
    }
}

/// "Product Owner" is `product_owner`.
fn role_key(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("_")
}
