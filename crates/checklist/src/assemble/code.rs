//! Blocks of code to checks, and tables to signature slots.

use super::{Assembler, output};
use crate::fence::{self, Line};
use crate::infer::{self, Inferred};
use crate::parse::{Block, BlockKind, Fence, Inline, ListItem, Table, row_text};
use crate::{heading, lint, names, outline};
use domain::plan::{Check, Item, ItemId, SectionKind, Slot, Work};

impl Assembler<'_> {
    pub(super) fn fence(&mut self, fence: &Fence, block: &Block, index: usize) {
        self.current().steps = true;
        let mine = block.item.and_then(|item| self.below.get(&item)) == Some(&index);
        let used = mine
            && block
                .item
                .is_some_and(|item| self.ids.contains_key(&item) && self.is_command_of(item));
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
            let lines = fence::in_context(lines);
            let last = lines.len().saturating_sub(1);
            for (at, (line, whole)) in lines.iter().enumerate() {
                let output = (at == last).then(|| output::after(self.blocks, index)).flatten();
                let above = block.item.and_then(|item| self.ids.get(&item)).cloned();
                self.check(line, whole.as_deref(), output.as_deref(), above);
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
    pub(super) fn is_command_of(&self, item: usize) -> bool {
        match &self.blocks[item].kind {
            BlockKind::Item(item) => infer::item(&item.inline, None, None).commands.is_empty(),
            _ => false,
        }
    }

    pub(super) fn verifies(&self, kind: SectionKind) -> bool {
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
            SectionKind::Prose => labelled || (self.shape.listed && !self.apart()),
            SectionKind::Benchmark
            | SectionKind::Rollback { .. }
            | SectionKind::Troubleshooting
            | SectionKind::SignOff
            | SectionKind::FollowUp => false,
        }
    }

    /// `whole` is the command with what the lines before it set up, `output` what the document says that it prints.
    fn check(&mut self, line: &Line, whole: Option<&str>, output: Option<&str>, above: Option<ItemId>) {
        let mut inferred = infer::check_printing(&line.command, &line.said, line.span(), output);
        let native = matches!(&inferred.work, Work::Probe { spec } if crate::describe::native(spec));
        if let Some(whole) = whole.filter(|_| !native) {
            inferred = infer::check_printing(whole, &line.said, line.span(), output);
        }
        self.parameters_of(&inferred);
        lint::check(&inferred, self.findings);
        let number = self.source.line(line.start);
        if self.bare() && matches!(inferred.work, Work::Action { .. }) {
            self.command_item(line, inferred, number, above);
            return;
        }
        let id = self.named(names::of_check(&line.command), None, None);
        let check = Check {
            id,
            line: number,
            text: line.command.clone(),
            work: inferred.work,
            why: inferred.why,
        };
        self.current().section.checks.push(check);
    }

    /// Without any box in the section, a command of a block that changes something is a step that a person runs.
    ///
    /// The step that the block stands in is settled by its commands, where it has none of its own.
    fn command_item(&mut self, line: &Line, inferred: Inferred, number: u32, above: Option<ItemId>) {
        let step = self
            .current()
            .section
            .items
            .iter_mut()
            .rev()
            .find(|item| Some(&item.id) == above.as_ref());
        let parent = step
            .filter(|step| matches!(step.work, Work::Attestation | Work::Parent))
            .map(|step| {
                step.work = Work::Parent;
                step.why = format!("{}: its commands settle it", infer::short(&step.text));
                step.id.clone()
            });
        let ticks = if line.command.contains('`') { "``" } else { "`" };
        let code = format!("{ticks}{}{ticks}", line.command.replace('\n', " "));
        let text = match line.said.as_str() {
            "" => code,
            said => format!("{said}: {code}"),
        };
        let label = self.label.as_ref().map(|(label, _)| label.clone());
        let id = self.named(names::of_item(&text), label.as_deref(), parent.as_ref());
        self.current().section.items.push(Item {
            id,
            parent,
            line: number,
            text,
            label,
            claimed: false,
            optional: false,
            work: inferred.work,
            why: inferred.why,
        });
    }

    /// No box stands in the section: its steps are what would have one.
    pub(super) fn bare(&self) -> bool {
        self.shape.boxless || self.drafts.last().is_some_and(|draft| draft.bare)
    }

    pub(super) fn apart(&self) -> bool {
        self.drafts.last().is_some_and(|draft| draft.apart)
    }

    /// Where no box stands in a section of things to do, the rows of a table of steps are what would have one.
    fn step_rows(&mut self, table: &Table, header: &[String], block: &Block, index: usize) -> bool {
        let named = header
            .iter()
            .any(|name| STEPS.iter().any(|word| name.contains(word)));
        let works = heading::does(self.kind(), self.shape.listed && !self.apart());
        if !named || !works || !self.bare() {
            return false;
        }
        self.current().steps = true;
        for row in table.rows.iter().skip(1) {
            let inline = row_text(self.source, row, header, &[], None);
            if inline.pieces.is_empty() {
                continue;
            }
            let span = inline.span.clone();
            let item = ListItem {
                number: None,
                tick: None,
                inline,
            };
            let row = Block {
                span,
                item: block.item,
                kind: BlockKind::Rule,
            };
            self.item(&item, &row, index);
        }
        true
    }

    /// Commands in running text of sections that run nothing are looked at for traps only.
    pub(super) fn code_outside(&mut self, inline: &Inline) {
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

    pub(super) fn table(&mut self, table: &Table, block: &Block, index: usize) {
        let header: Vec<String> = table
            .rows
            .first()
            .into_iter()
            .flatten()
            .map(|cell| cell.text().trim().to_lowercase())
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
                if !self.holds_boxes(index, block) && !self.step_rows(table, &header, block, index) {
                    self.prose(block.span.clone());
                }
                return;
            }
        };
        let decides = self.kind() == SectionKind::Criteria && self.current().section.items.is_empty();
        if self.kind() == SectionKind::Prose || decides {
            self.current().section.kind = SectionKind::SignOff;
        }
        self.current().steps = true;
        for row in table.rows.iter().skip(1) {
            let Some(cell) = row.get(column) else { continue };
            let title = cell.text().replace(['*', '`'], "").trim().to_owned();
            if title.is_empty() {
                continue;
            }
            let role = role_key(&title);
            let line = self.source.line(cell.span.start);
            self.slots.push(Slot { title, role, line });
        }
    }
}

/// Columns of tables whose rows are steps.
const STEPS: &[&str] = &[
    "step",
    "task",
    "action",
    "check",
    "item",
    "command",
    "activity",
    "test",
    "schritt",
    "aufgabe",
    "prüf",
    "paso",
    "tarea",
    "étape",
    "tâche",
    "passo",
    "tarefa",
    "attività",
    "步骤",
    "检查",
    "任务",
    "手順",
    "作業",
    "項目",
    "단계",
    "작업",
    "шаг",
    "задача",
];

/// "Product Owner" is `product_owner`.
fn role_key(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("_")
}
