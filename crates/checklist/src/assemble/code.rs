//! Blocks of code to checks.

use super::items::keep_given;
use super::{Assembler, output};
use crate::fence::{self, Line};
use crate::infer::{self, Inferred, forbidden};
use crate::parse::{Block, BlockKind, Fence, Inline, Table};
use crate::{annotation, heading, lint, names, outline};
use domain::plan::{Check, Item, SectionKind, Work};
use domain::window::Timing;
use std::collections::HashMap;

impl<'a> Assembler<'a> {
    pub(super) fn fence(&mut self, fence: &Fence, block: &Block, index: usize) {
        self.current().steps = true;
        let mine = block.item.and_then(|item| self.below.get(&item)) == Some(&index);
        let used = mine
            && block
                .item
                .is_some_and(|item| self.ids.contains_key(&item) && self.is_command_of(item));
        let kind = self.kind();
        let works = !used && self.verifies(kind);
        let verifies = works && fence::is_shell(fence);
        let foreign = fence::dialect(fence).filter(|_| works);
        self.outline.fences.push(outline::fence(
            self.source.line(block.span.start),
            kind,
            verifies || used || foreign.is_some(),
        ));
        if used {
            return;
        }
        if let Some(dialect) = foreign {
            self.windows(fence, dialect, block, index);
            return;
        }
        if !verifies && (kind == SectionKind::Prose || !fence::is_shell(fence)) {
            lint::block(fence, self.findings);
        }
        if !verifies && self.settings(fence, block, index) {
            return;
        }
        let lines = if fence::is_shell(fence) {
            fence::lines(fence)
        } else {
            Vec::new()
        };
        // What stands in a rollback is read with its steps.
        if !matches!(kind, SectionKind::Rollback { .. }) {
            self.stray_annotations(fence, &lines, verifies);
        }
        if verifies {
            self.label_waits = false;
            if self.bare() {
                self.settle_pending();
            }
            let step = block.item.and_then(|item| self.step(item));
            for line in lines.iter().filter(|line| fence::sets_up(line)) {
                lint::check(
                    &infer::check(&line.command, &line.said, line.span()),
                    self.findings,
                );
            }
            let sessions = fence::sessions(&lines);
            let inside: HashMap<usize, String> = lines
                .iter()
                .zip(sessions)
                .filter_map(|(line, opener)| Some((line.start, opener?)))
                .collect();
            let lines = fence::in_context(lines);
            let last = lines.len().saturating_sub(1);
            for (at, (line, whole)) in lines.iter().enumerate() {
                let output = (at == last).then(|| output::after(self.blocks, index)).flatten();
                let session = inside.get(&line.start).map(String::as_str);
                self.check(line, whole.as_deref(), output.as_deref(), (step, session));
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
                lint::outside(inferred, kind == SectionKind::Troubleshooting, self.findings);
            }
        }
        if block.item.is_none() {
            self.prose(block.span.clone());
        }
    }

    /// Annotations of a block that belong to no check.
    fn stray_annotations(&mut self, fence: &Fence, lines: &[Line], verifies: bool) {
        let annotations = fence::annotations(fence);
        let shell = fence::is_shell(fence);
        let used: usize = if verifies {
            lines.iter().map(|line| line.annotations.len()).sum()
        } else {
            0
        };
        for (comment, span) in annotations.into_iter().skip(used).filter(|_| shell) {
            let why = if verifies {
                "no command follows this annotation"
            } else {
                "the commands of this block are no checks, so that nothing can be said about them"
            };
            annotation::stray(&comment, span, why, self.findings);
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

    /// `whole` is the command with what the lines before it set up, `output` what the document says that it prints,
    /// `step` the place of the step that it stands in.
    fn check(
        &mut self,
        line: &Line,
        whole: Option<&str>,
        output: Option<&str>,
        (step, session): (Option<usize>, Option<&str>),
    ) {
        let mut inferred = infer::check_printing(&line.command, &line.said, line.span(), output);
        let native = matches!(&inferred.work, Work::Probe { spec } if crate::describe::native(spec));
        if let Some(whole) = whole.filter(|_| !native) {
            inferred = infer::check_printing(whole, &line.said, line.span(), output);
        }
        if let Some(opener) = session
            && !matches!(inferred.work, Work::Attestation)
        {
            inferred.work = Work::Attestation;
            inferred.why = format!(
                "`{}`: it is typed into the session that `{}` opens, and Gonogo opens none: somebody's word",
                line.command,
                infer::short(opener)
            );
        }
        self.keep_check(line, inferred, false, step);
    }

    /// Puts a command among the checks. One that `changes` something is a step where no box stands in the section, and so
    /// is an action.
    pub(super) fn keep_check(
        &mut self,
        line: &Line,
        mut inferred: Inferred,
        changes: bool,
        step: Option<usize>,
    ) {
        if let Some(words) = self.forbidding(None) {
            let said = format!("`{}`", line.command);
            inferred = forbidden::settle(&said, &words, inferred);
        }
        let number = self.source.line(line.start);
        let place = self.named(names::of_check(&line.command), None, None);
        let mut check = Check {
            id: names::placed(place),
            line: number,
            text: line.command.clone(),
            work: inferred.work.clone(),
            why: inferred.why.clone(),
            timeout_seconds: None,
            role: None,
        };
        let mut said = annotation::Said::default();
        for (comment, span) in &line.annotations {
            said.read(comment, span, &line.command, self.source, self.findings);
        }
        if !said.is_empty() {
            let claim = |id: &str| self.given.insert(id.to_owned());
            let given = annotation::check(said, &mut check, &mut inferred, claim, self.findings);
            self.parameters_in(&given, &line.span());
            keep_given(&mut self.names, &mut check.id, place);
        }
        self.parameters_of(&inferred);
        lint::check(&inferred, self.findings);
        if self.bare() && (changes || matches!(check.work, Work::Action { .. })) {
            self.command_item(line, check, step);
            return;
        }
        self.current().section.checks.push(check);
    }

    /// Without any box in the section, a command of a block that changes something is a step that a person runs.
    ///
    /// The step that the block stands in is settled by its commands, where it has none of its own.
    fn command_item(&mut self, line: &Line, check: Check, step: Option<usize>) {
        let step = step.and_then(|at| self.current().section.items.get_mut(at));
        let open = |step: &&mut Item| matches!(step.work, Work::Attestation | Work::Parent);
        let parent = step.filter(open).map(|step| {
            step.work = Work::Parent;
            step.why = format!(
                "{}: its commands settle it",
                infer::short(step.text.trim_end_matches(':'))
            );
            step.id.clone()
        });
        let ticks = if line.command.contains('`') { "``" } else { "`" };
        let code = format!("{ticks}{}{ticks}", line.command.replace('\n', " "));
        let text = match line.said.as_str() {
            "" => code,
            said => format!("{said}: {code}"),
        };
        let label = self.label.as_ref().map(|(label, _)| label.clone());
        if let Some(named) = names::place(&check.id).and_then(|at| self.names.get_mut(at)) {
            named.base = names::of_item(&text);
            named.label = label.as_deref().map(names::slug).unwrap_or_default();
            named.parent = parent.as_ref().and_then(names::place);
        }
        self.current().section.items.push(Item {
            id: check.id,
            parent,
            line: check.line,
            text,
            label,
            claimed: false,
            optional: false,
            work: check.work,
            why: check.why,
            timeout_seconds: check.timeout_seconds,
            role: check.role,
            timing: Timing::default(),
        });
    }

    /// The place in the section of the step that a block is.
    pub(super) fn step(&mut self, block: usize) -> Option<usize> {
        let place = *self.ids.get(&block)?;
        let at = *self.stands.get(&place)?;
        let item = self.current().section.items.get(at)?;
        (names::place(&item.id) == Some(place)).then_some(at)
    }

    /// No box stands in the section: its steps are what would have one.
    pub(super) fn bare(&self) -> bool {
        self.shape.boxless || self.drafts.last().is_some_and(|draft| draft.bare)
    }

    pub(super) fn apart(&self) -> bool {
        self.drafts.last().is_some_and(|draft| draft.apart)
    }

    /// Where no box stands in a section of things to do, the rows of a table of steps are what would have one.
    pub(super) fn step_rows(&mut self, table: &'a Table<'a>, block: &Block, index: usize) -> bool {
        let works = heading::does(self.kind(), self.shape.listed && !self.apart());
        if table.steps.is_empty() || !works || !self.bare() {
            return false;
        }
        self.current().steps = true;
        for step in &table.steps {
            let row = Block {
                span: step.inline.span.clone(),
                item: block.item,
                kind: BlockKind::Rule,
            };
            self.item(step, &row, index);
        }
        true
    }

    /// Commands in running text of sections that run nothing are looked at for traps only.
    pub(super) fn code_outside(&mut self, inline: &Inline) {
        match self.kind() {
            SectionKind::Troubleshooting | SectionKind::Rollback { .. } => {
                let inferred = infer::item(inline, None, None);
                lint::outside(
                    &inferred,
                    self.kind() == SectionKind::Troubleshooting,
                    self.findings,
                );
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
}
