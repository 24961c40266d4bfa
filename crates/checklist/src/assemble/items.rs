//! List items to boxes and steps.

use super::{Assembler, Open, boxes::direct_box, choices, output};
use crate::infer::command::{self, Outcome};
use crate::infer::{self, Inferred, forbidden};
use crate::names::{self, Named};
use crate::parse::{Block, BlockKind, Inline, ListItem, PieceKind};
use crate::phrases::Lower;
use crate::{annotation, fence, heading, lint};
use domain::plan::{Item, ItemId, Parameter, SectionKind, Work};
use domain::window::Timing;
use std::ops::Range;

/// A box about which more may be said in the lines below it.
pub(super) struct Pending<'a> {
    pub(super) item: Item,
    /// Its place among the names.
    place: usize,
    pub(super) said: annotation::Said,
    inline: &'a Inline<'a>,
    inferred: Inferred,
}

impl<'a> Assembler<'a> {
    pub(super) fn list_item(&mut self, item: &'a ListItem<'a>, block: &Block, index: usize) {
        self.current().steps = true;
        if item.tick.is_some() || (self.bare() && self.is_step(item, block)) {
            if item.tick.is_none() && item.inline.is_label() && self.holds_items(index, block) {
                let text = item.inline.plain();
                self.label = Some((text.trim_end_matches(':').trim().to_owned(), block.span.clone()));
                self.heads = Some(index);
            } else {
                self.item(item, block, index);
            }
            self.label_waits = false;
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
        for (comment, span) in item.inline.comments() {
            annotation::stray(
                comment,
                span.clone(),
                "this annotation stands after no box",
                self.findings,
            );
        }
    }

    /// Without any box in the section, steps are what would have one: the items of a list, or of a step that is
    /// only their heading.
    fn is_step(&self, item: &ListItem, block: &Block) -> bool {
        let apart = self.apart();
        // In a document with boxes elsewhere, only numbers say that a line is meant as a step.
        let counts = self.shape.boxless || item.number.is_some();
        let works = counts && heading::does(self.kind(), self.shape.listed && !apart);
        let numbered = self.shape.boxless
            && self.shape.steps
            && !apart
            && self.kind() == SectionKind::Prose
            && item.number.is_some();
        let headed = block.item.is_some() && block.item == self.heads;
        headed || (block.item.is_none() && (works || numbered))
    }

    fn holds_items(&self, index: usize, block: &Block) -> bool {
        let inner = self.blocks.get(index + 1);
        let item =
            |inner: &&Block| matches!(inner.kind, BlockKind::Item(_)) && inner.span.start < block.span.end;
        inner.filter(item).is_some()
    }

    pub(super) fn holds_boxes(&self, index: usize, block: &Block) -> bool {
        self.blocks[index + 1..]
            .iter()
            .take_while(|inner| inner.span.start < block.span.end)
            .any(|inner| matches!(&inner.kind, BlockKind::Item(item) if item.tick.is_some()))
    }

    pub(super) fn item(&mut self, item: &'a ListItem<'a>, block: &Block, index: usize) {
        self.settle_pending();
        let above = direct_box(self.blocks, index);
        let parent = above.and_then(|above| self.ids.get(&above).copied());
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
        let boxes = item.tick.as_ref().map_or(&[][..], |tick| tick.choices.as_slice());
        let text = match choices::words(boxes, self.source, &item.inline) {
            Some(words) => words,
            None => item.inline.markdown(self.source),
        };
        let line = self.source.line(
            item.tick
                .as_ref()
                .map_or(block.span.start, |tick| tick.span.start),
        );
        let inferred = if !boxes.is_empty() {
            choices::inferred(boxes)
        } else if self.parents.contains(&index) {
            let why = format!(
                "{}: its boxes settle it",
                infer::short(text.trim_end_matches(':'))
            );
            Inferred {
                work: Work::Parent,
                why,
                commands: Vec::new(),
            }
        } else {
            let below_said = below.as_ref().map(|line| line.said.clone()).unwrap_or_default();
            let below = below.as_ref().map(|line| (line.command.as_str(), line.span()));
            let near = infer::Near {
                headings: self.headings(),
                output: output::below(self.blocks, index, &text),
                said: below_said,
            };
            let inferred = infer::item_near(&item.inline, parent_text.as_deref(), below, &near);
            match self.forbidding(parent_text.as_deref()) {
                Some(words) => forbidden::settle(&text, &words, inferred),
                None => inferred,
            }
        };
        let label = self.label.as_ref().map(|(label, _)| label.clone());
        // Which of several boxes is ticked is no part of the name.
        let asked = item
            .tick
            .as_ref()
            .is_some_and(|tick| !tick.certain && !tick.choices.is_empty());
        let named = if asked { text.clone() } else { item.inline.plain() };
        let place = self.named(names::of_item(&named), label.as_deref(), parent);
        self.ids.insert(index, place);
        let left_out = item
            .tick
            .as_ref()
            .is_some_and(|tick| matches!(self.source.slice(tick.span.clone()), "[-]" | "[~]"));
        let optional = left_out
            || item.optional
            || Lower::of(&text).any(&[
                "(optional)",
                "[optional]",
                "optional:",
                "*optional*",
                "if applicable",
                "(if needed)",
            ]);
        let built = Item {
            id: names::placed(place),
            parent: parent.map(names::placed),
            line,
            label,
            claimed: item.tick.as_ref().is_some_and(|tick| tick.claimed),
            optional,
            work: inferred.work.clone(),
            why: inferred.why.clone(),
            text,
            timeout_seconds: None,
            role: None,
            timing: Timing::default(),
        };
        let mut said = annotation::Said::default();
        for (comment, span) in item.inline.comments() {
            said.read(comment, span, &built.text, self.source, self.findings);
        }
        for (comment, span) in below.iter().flat_map(|line| &line.annotations) {
            said.read(comment, span, &built.text, self.source, self.findings);
        }
        self.pending = Some(Pending {
            item: built,
            place,
            said,
            inline: &item.inline,
            inferred,
        });
    }

    /// Nothing more is said about the last box.
    pub(super) fn settle_pending(&mut self) {
        let Some(Pending {
            mut item,
            place,
            said,
            inline,
            mut inferred,
        }) = self.pending.take()
        else {
            return;
        };
        let attested = said.attests();
        if attested {
            self.attested.insert(item.line);
        }
        let (section, line) = (self.current().section.line, item.line);
        self.timings
            .extend(said.timing().map(|(timing, place)| annotation::Timed {
                section,
                item: Some(line),
                timing,
                place,
            }));
        if said.means_a_command() && inferred.commands.is_empty() {
            inferred.commands.extend(only_code(inline));
        }
        if !said.is_empty() {
            let claim = |id: &str| self.given.insert(id.to_owned());
            let given = annotation::item(said, &mut item, &mut inferred, claim, self.findings);
            self.parameters_in(&given, &inline.span);
            keep_given(&mut self.names, &mut item.id, place);
        }
        self.parameters_of(&inferred);
        lint::item(&item, inline, &inferred, attested, self.findings);
        let at = self.current().section.items.len();
        self.stands.insert(place, at);
        self.current().section.items.push(item);
    }

    /// The heading, the label or the box above that says that what stands under it must not be so.
    pub(super) fn forbidding(&self, above: Option<&str>) -> Option<String> {
        let label = self.label.as_ref().map(|(label, _)| label.as_str());
        let near = above
            .into_iter()
            .chain(label)
            .find(|words| forbidden::forbids(words));
        let title = |open: &&Open| {
            let forbids = || forbidden::forbids(&open.title);
            !open.is_title && *open.forbids.get_or_init(forbids)
        };
        near.or_else(|| self.open.iter().find(title).map(|open| open.title.as_str()))
            .map(infer::short)
    }

    /// The open headings and the label, at most so much of each as says what they are about.
    pub(super) fn headings(&self) -> String {
        let label = self.label.as_ref().map(|(label, _)| label.as_str());
        let titles = self.open.iter().map(|open| open.title.as_str());
        let words: Vec<String> = titles.chain(label).map(infer::short).collect();
        words.join(" / ")
    }

    /// Adds a name and answers its place.
    pub(super) fn named(&mut self, base: String, label: Option<&str>, parent: Option<usize>) -> usize {
        self.names.push(Named {
            base,
            label: label.map(names::slug).unwrap_or_default(),
            parent,
            given: None,
        });
        self.names.len() - 1
    }

    pub(super) fn parameters_of(&mut self, inferred: &Inferred) {
        let native = matches!(&inferred.work, Work::Probe { spec } if crate::describe::native(spec));
        for (outcome, span) in &inferred.commands {
            self.parameters_in(&outcome.rewritten.placeholders, span);
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

    pub(super) fn parameters_in(&mut self, found: &[(String, String)], span: &Range<usize>) {
        for (name, written) in found {
            if self.parameter_names.insert(name.clone()) {
                let line = self.source.line(span.start);
                self.parameters.push(Parameter {
                    name: name.clone(),
                    written: written.clone(),
                    line,
                });
            }
        }
    }
}

/// An id that an annotation gives is kept among the names.
pub(super) fn keep_given(names: &mut [Named], id: &mut ItemId, place: usize) {
    let own = names::placed(place);
    if *id != own
        && let Some(named) = names.get_mut(place)
    {
        named.given = Some(std::mem::replace(id, own).0);
    }
}

/// The inline code of a line that holds one and no more, as a command.
fn only_code(inline: &Inline) -> Option<(Outcome, Range<usize>)> {
    let mut codes = inline.pieces.iter().filter_map(|piece| match &piece.kind {
        PieceKind::Code(code) => Some((code, piece.span.clone())),
        PieceKind::Text(_) | PieceKind::Break | PieceKind::Comment(_) | PieceKind::Link(_) => None,
    });
    let (code, span) = codes.next().filter(|_| codes.next().is_none())?;
    Some((command::compile(code, "", "", None), span))
}
