//! List items to boxes and steps.

use super::{Assembler, boxes::direct_box, output};
use crate::infer::{self, Inferred};
use crate::names::{self, Named};
use crate::parse::{Block, BlockKind, ListItem};
use crate::{annotation, fence, heading, lint};
use domain::plan::{Item, ItemId, Parameter, SectionKind, Work};
use std::ops::Range;

impl Assembler<'_> {
    pub(super) fn list_item(&mut self, item: &ListItem, block: &Block, index: usize) {
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

    pub(super) fn item(&mut self, item: &ListItem, block: &Block, index: usize) {
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
            let output = output::below(self.blocks, index, &text);
            infer::item_printing(&item.inline, parent_text.as_deref(), below, output.as_deref())
        };
        self.parameters_of(&inferred);
        let label = self.label.as_ref().map(|(label, _)| label.clone());
        let id = self.named(
            names::of_item(&item.inline.plain()),
            label.as_deref(),
            parent.as_ref(),
        );
        self.ids.insert(index, id.clone());
        let lower = text.to_lowercase();
        let left_out = item
            .tick
            .as_ref()
            .is_some_and(|tick| matches!(self.source.slice(tick.span.clone()), "[-]" | "[~]"));
        let optional = left_out
            || [
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
            id: id.clone(),
            parent,
            line,
            label,
            claimed: item.tick.as_ref().is_some_and(|tick| tick.claimed),
            optional,
            work: inferred.work.clone(),
            why: inferred.why.clone(),
            text,
        };
        for (comment, span) in item.inline.comments() {
            annotation::apply(comment, span.clone(), &mut built, self.findings);
        }
        keep_given(&mut self.names, &mut built, id);
        lint::item(&built, &item.inline, &inferred, self.findings);
        self.current().section.items.push(built);
    }

    /// The id until all are known: the place among the names.
    pub(super) fn named(&mut self, base: String, label: Option<&str>, parent: Option<&ItemId>) -> ItemId {
        self.names.push(Named {
            base,
            label: label.map(names::slug).unwrap_or_default(),
            parent: parent.and_then(names::place),
            given: None,
        });
        ItemId((self.names.len() - 1).to_string())
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
}

/// An id that an annotation gives is kept among the names.
pub(super) fn keep_given(names: &mut [Named], item: &mut Item, place: ItemId) {
    if item.id != place
        && let Some(named) = names::place(&place).and_then(|at| names.get_mut(at))
    {
        named.given = Some(std::mem::replace(&mut item.id, place).0);
    }
}
