//! Blocks to sections, items, checks and slots.

mod boxes;
mod choices;
mod code;
mod items;
mod output;
mod said;
mod settings;
mod shape;
mod signatures;
mod windows;

use crate::annotation;
use crate::heading::{self, Meaning};
use crate::infer;
use crate::lint::Findings;
use crate::names::{self, Map, Named, Set};
use crate::outline::Outline;
use crate::parse::{Block, BlockKind, Inline};
use crate::source::Source;
use domain::plan::{Parameter, Plan, Section, SectionId, SectionKind, Slot};
use domain::window::Timing;
use shape::{Shape, by_position, head, is_first_level, settle_kind, shape, title};
use std::cell::OnceCell;
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
    /// The lines of which an annotation says that they are somebody's word.
    pub attested: Set<u32>,
}

/// A heading that is open while its content is read.
struct Open {
    level: u8,
    kind: SectionKind,
    title: String,
    is_title: bool,
    /// Whether it says that what stands under it must not be so, once that was asked.
    forbids: OnceCell<bool>,
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
    /// Its heading says that it is for reading: "Overview".
    apart: bool,
    /// No box stands in it.
    bare: bool,
    /// An annotation says what it is for.
    said: bool,
}

struct Assembler<'a> {
    source: &'a Source,
    blocks: &'a [Block<'a>],
    findings: &'a mut Findings,
    drafts: Vec<Draft>,
    open: Vec<Open>,
    slots: Vec<Slot>,
    parameters: Vec<Parameter>,
    /// The names of the parameters.
    parameter_names: Set<String>,
    outline: Outline,
    /// What annotations say of when windows are sampled.
    timings: Vec<annotation::Timed>,
    attested: Set<u32>,
    /// What the items and checks are named by; the place in it is their id until all are known.
    names: Vec<Named>,
    /// The ids that annotations name.
    given: Set<String>,
    /// The places of the boxes among the names, by block.
    ids: Map<usize, usize>,
    /// Where the boxes stand in their sections, by their place among the names.
    stands: Map<usize, usize>,
    /// Boxes that hold boxes.
    parents: Set<usize>,
    /// The fence that is the command of a box, by the box's block.
    below: Map<usize, usize>,
    /// The last box, until everything that is said about it was read.
    pending: Option<items::Pending<'a>>,
    label: Option<(String, Range<usize>)>,
    /// Where the headings start that have no box up to the next one.
    bare: Set<usize>,
    /// The label was not yet put into the prose.
    label_waits: bool,
    /// Variables to which the blocks give more than one value.
    contradicted: Set<String>,
    /// The step that is the heading of the steps in it.
    heads: Option<usize>,
    shape: Shape,
}

/// Assembles the sections of a document.
pub fn assemble(
    source: &Source,
    blocks: &[Block<'_>],
    old: Option<&Plan>,
    findings: &mut Findings,
) -> Assembled {
    let title = title(blocks, source);
    let shape = shape(blocks, title.as_ref());
    let mut assembler = Assembler {
        source,
        blocks,
        findings,
        drafts: Vec::new(),
        open: Vec::new(),
        slots: Vec::new(),
        parameters: Vec::new(),
        parameter_names: Set::default(),
        outline: Outline::default(),
        timings: Vec::new(),
        attested: Set::default(),
        names: Vec::new(),
        given: Set::default(),
        ids: Map::default(),
        stands: Map::default(),
        parents: boxes::parents(blocks),
        below: boxes::commands_below(blocks),
        bare: boxes::bare(blocks),
        pending: None,
        label: None,
        label_waits: false,
        contradicted: settings::contradicted(blocks),
        heads: None,
        shape,
    };
    assembler.draft(SectionKind::Prose, "Beginning", None, 1, true);
    for (index, block) in blocks.iter().enumerate() {
        let names_all = title
            .as_ref()
            .is_some_and(|(at, _)| *at == Some(index) && is_first_level(block));
        assembler.block(index, names_all);
    }
    assembler.finish(title.map(|(_, words)| words), old)
}

impl Assembler<'_> {
    fn block(&mut self, index: usize, is_title: bool) {
        let blocks = self.blocks;
        let block = &blocks[index];
        match &block.kind {
            BlockKind::Heading { level, inline } => {
                let words = inline.plain().replace('`', "");
                self.heading(*level, words, block, is_title);
                for (comment, span) in inline.comments() {
                    self.annotate_last(comment, span.clone());
                }
            }
            BlockKind::Paragraph(inline) => self.paragraph(inline, block, index),
            BlockKind::Item(item) => self.list_item(item, block, index),
            BlockKind::Fence(fence) => self.fence(fence, block, index),
            BlockKind::Table(table) => self.table(table, block, index),
            BlockKind::Html(html) => self.html(html, block),
            BlockKind::Rule => {
                self.outline.rules += 1;
                self.label = None;
            }
        }
    }

    fn heading(&mut self, level: u8, words: String, block: &Block, is_title: bool) {
        self.settle_pending();
        self.label = None;
        self.label_waits = false;
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
        let draft = self.draft(kind, &title, group, line, is_title);
        self.drafts[draft].apart = heading::apart(&words);
        self.drafts[draft].bare = self.bare.contains(&block.span.start);
        self.open.push(Open {
            level,
            kind,
            forbids: OnceCell::new(),
            title: words,
            is_title,
            draft,
        });
    }

    fn draft(
        &mut self,
        kind: SectionKind,
        title: &str,
        group: Option<String>,
        line: u32,
        is_title: bool,
    ) -> usize {
        let title = if title.is_empty() {
            "Untitled".to_owned()
        } else {
            infer::short(title)
        };
        let section = Section {
            id: SectionId(String::new()),
            kind,
            title,
            group,
            line,
            items: Vec::new(),
            checks: Vec::new(),
            prose: String::new(),
            timing: Timing::default(),
        };
        self.drafts.push(Draft {
            section,
            divided: false,
            steps: false,
            is_title,
            apart: false,
            bare: false,
            said: false,
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
        for (comment, span) in inline.comments() {
            self.annotate_last(comment, span.clone());
        }
        if block.item.is_some() {
            return;
        }
        let next_is_list = self
            .blocks
            .get(index + 1)
            .is_some_and(|next| !matches!(next.kind, BlockKind::Paragraph(_)));
        if inline.is_label() && next_is_list {
            let text = inline.plain();
            if self.shape.flat && heading::read(&text).opens() {
                let words = text.trim_end_matches([':', '：']).replace('`', "");
                self.heading(6, words, block, false);
                return;
            }
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

    fn finish(mut self, title: Option<String>, old: Option<&Plan>) -> Assembled {
        self.settle_pending();
        let boxless = self.shape.boxless;
        let mut phases = 0;
        by_position(&mut self.drafts);
        for draft in &mut self.drafts {
            if !draft.is_title {
                head(&mut draft.section);
            }
            if !draft.said {
                settle_kind(draft, boxless);
            }
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
        let mut sections: Vec<Section> = self
            .drafts
            .into_iter()
            .filter(filled)
            .map(|draft| draft.section)
            .collect();
        names::give(&mut sections, &self.names, old);
        annotation::settle_timings(self.timings, &mut sections, self.findings);
        let title = title.unwrap_or_else(|| "Untitled checklist".to_owned());
        Assembled {
            title,
            sections,
            slots: self.slots,
            parameters: self.parameters,
            outline: self.outline,
            attested: self.attested,
        }
    }
}
