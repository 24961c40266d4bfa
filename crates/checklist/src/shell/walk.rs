//! The grammar's tree to a list of pipelines, without recursion: what stands inside of groups, conditions, loops and
//! functions counts like what stands outside.

use super::{NotUnderstood, Own, Pipeline, Redirect, Simple, not};
use crate::word::{self, Becomes, Word};
use brush_parser::ast;

/// What was found so far.
pub struct Walk<'a> {
    pub pipelines: Vec<Pipeline>,
    pub plain: bool,
    pub own: Own,
    /// Lists that are still to be read, the next one last.
    pub lists: Vec<&'a ast::CompoundList>,
}

type Understood<T = ()> = Result<T, NotUnderstood>;

impl<'a> Walk<'a> {
    /// Reads a whole program.
    pub fn program(&mut self, program: &'a ast::Program) -> Understood {
        self.lists.extend(program.complete_commands.iter().rev());
        while let Some(list) = self.lists.pop() {
            let place = self.lists.len();
            for ast::CompoundListItem(and_or, separator) in &list.0 {
                if matches!(separator, ast::SeparatorOperator::Async) {
                    self.own.endless = Some("it leaves a command running in the background");
                    self.plain = false;
                }
                for (operator, pipeline) in and_or {
                    self.pipeline(pipeline, operator == ast::PipelineOperator::Or)?;
                }
            }
            // What was found inside is read in its order.
            self.lists[place..].reverse();
        }
        Ok(())
    }

    fn pipeline(&mut self, pipeline: &'a ast::Pipeline, fallback: bool) -> Understood {
        let mut stages = Vec::new();
        for command in &pipeline.seq {
            match command {
                ast::Command::Simple(command) => stages.push(self.simple(command)?),
                ast::Command::Compound(compound, redirects) => {
                    let stage = self.compound(compound, redirects.as_ref())?;
                    stages.push(stage);
                }
                ast::Command::Function(function) => {
                    self.own.functions.push(function.fname.value.clone());
                    let stage = self.compound(&function.body.0, function.body.1.as_ref())?;
                    stages.push(stage);
                }
                ast::Command::ExtendedTest(test) => stages.push(extended(&test.expr)?),
            }
        }
        self.plain &= !pipeline.bang && pipeline.timed.is_none();
        self.pipelines.push(Pipeline {
            stages,
            negated: pipeline.bang,
            fallback,
        });
        Ok(())
    }

    /// What a compound command holds is read later; its own words and redirections are a stage without a program.
    fn compound(
        &mut self,
        compound: &'a ast::CompoundCommand,
        redirects: Option<&'a ast::RedirectList>,
    ) -> Understood<Simple> {
        self.plain = false;
        let mut holder = Simple::default();
        match compound {
            ast::CompoundCommand::BraceGroup(group) => self.lists.push(&group.list),
            ast::CompoundCommand::Subshell(group) => self.lists.push(&group.list),
            ast::CompoundCommand::IfClause(clause) => {
                self.lists.extend([&clause.condition, &clause.then]);
                for other in clause.elses.iter().flatten() {
                    self.lists.extend(&other.condition);
                    self.lists.push(&other.body);
                }
            }
            ast::CompoundCommand::ForClause(clause) => {
                self.values(&clause.variable_name, clause.values.as_deref(), &mut holder)?;
                self.lists.push(&clause.body.list);
            }
            ast::CompoundCommand::ArithmeticForClause(clause) => {
                for part in [&clause.initializer, &clause.condition, &clause.updater]
                    .into_iter()
                    .flatten()
                {
                    self.arithmetic(part)?;
                }
                let condition = clause.condition.as_ref().map_or("1", |part| part.value.as_str());
                self.ends(condition, &clause.body.list);
                self.lists.push(&clause.body.list);
            }
            ast::CompoundCommand::Arithmetic(command) => self.arithmetic(&command.expr)?,
            ast::CompoundCommand::CaseClause(clause) => {
                holder.beside.push(word::read(&clause.value.value)?);
                for case in &clause.cases {
                    for pattern in &case.patterns {
                        holder.beside.push(word::read(&pattern.value)?);
                    }
                    self.lists.extend(&case.cmd);
                }
            }
            ast::CompoundCommand::WhileClause(clause) | ast::CompoundCommand::UntilClause(clause) => {
                self.ends(&clause.0.to_string(), &clause.1.list);
                self.lists.extend([&clause.0, &clause.1.list]);
            }
        }
        for redirect in redirects.iter().flat_map(|list| &list.0) {
            self.redirect(redirect, &mut holder)?;
        }
        Ok(holder)
    }

    fn ends(&mut self, condition: &str, body: &ast::CompoundList) {
        if !may_end(condition, body) {
            self.own.endless = Some("it never ends");
        }
    }

    /// A loop's variable: listed where every value is a plain word or a range of numbers.
    fn values(&mut self, name: &str, values: Option<&[ast::Word]>, holder: &mut Simple) -> Understood {
        if !harmless(name) {
            return Err(not("its loop changes a variable that can change what runs"));
        }
        let mut listed = values.is_some();
        for value in values.unwrap_or_default() {
            let value = word::read(&value.value)?;
            let range = value
                .raw
                .strip_prefix('{')
                .and_then(|inside| inside.strip_suffix('}'));
            let counts = value
                .raw
                .strip_prefix("$(seq ")
                .and_then(|inside| inside.strip_suffix(')'));
            let numbers = |text: &str| {
                text.bytes()
                    .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b' '))
            };
            let plain = value.literal.as_deref().is_some_and(|literal| {
                literal.starts_with(|c: char| c.is_ascii_alphanumeric())
                    && literal
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
            });
            listed &= plain || range.or(counts).is_some_and(numbers);
            holder.beside.push(value);
        }
        let variables = if listed {
            &mut self.own.listed
        } else {
            &mut self.own.free
        };
        variables.push(name.to_owned());
        Ok(())
    }

    fn arithmetic(&mut self, expression: &ast::UnexpandedArithmeticExpr) -> Understood {
        match word::computes(&expression.value) {
            true => Ok(()),
            false => Err(not("it computes something that is not simple")),
        }
    }

    fn simple(&mut self, command: &'a ast::SimpleCommand) -> Understood<Simple> {
        let mut out = Simple::default();
        for item in command.prefix.iter().flat_map(|prefix| &prefix.0) {
            self.part(item, &mut out, false)?;
        }
        if let Some(name) = &command.word_or_name {
            out.words.push(word::read(&name.value)?);
        }
        for item in command.suffix.iter().flat_map(|suffix| &suffix.0) {
            self.part(item, &mut out, true)?;
        }
        if out.words.is_empty() {
            self.own
                .free
                .extend(out.assignments.iter().map(|(name, _)| name.clone()));
        }
        Ok(out)
    }

    fn part(
        &mut self,
        item: &'a ast::CommandPrefixOrSuffixItem,
        out: &mut Simple,
        argument: bool,
    ) -> Understood {
        match item {
            ast::CommandPrefixOrSuffixItem::Word(word) => out.words.push(word::read(&word.value)?),
            ast::CommandPrefixOrSuffixItem::IoRedirect(redirect) => self.redirect(redirect, out)?,
            ast::CommandPrefixOrSuffixItem::AssignmentWord(_, word) if argument => {
                out.words.push(word::read(&word.value)?)
            }
            ast::CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) => {
                match (&assignment.name, &assignment.value) {
                    (ast::AssignmentName::VariableName(name), ast::AssignmentValue::Scalar(value)) => {
                        out.assignments.push((name.clone(), word::read(&value.value)?));
                    }
                    (ast::AssignmentName::ArrayElementName(..), _) | (_, ast::AssignmentValue::Array(_)) => {
                        return Err(not("it fills an array"));
                    }
                }
            }
            ast::CommandPrefixOrSuffixItem::ProcessSubstitution(_, inner) => {
                self.process(inner);
                out.words.push(Word::given("/dev/fd/63"));
            }
        }
        Ok(())
    }

    /// `<(…)`: its commands count, and the word is the name of a pipe.
    fn process(&mut self, inner: &'a ast::SubshellCommand) {
        self.plain = false;
        self.lists.push(&inner.list);
    }

    fn redirect(&mut self, redirect: &'a ast::IoRedirect, out: &mut Simple) -> Understood {
        let found = match redirect {
            ast::IoRedirect::File(_, kind, ast::IoFileRedirectTarget::Filename(file)) => {
                let file = word::read(&file.value)?;
                let fed = matches!(kind, ast::IoFileRedirectKind::Read)
                    && file.literal.as_deref() != Some("/dev/null");
                if fed {
                    out.beside.push(file.clone());
                }
                opened(kind, file)
            }
            ast::IoRedirect::File(_, _, ast::IoFileRedirectTarget::Fd(_)) => Redirect::Reads { file: None },
            ast::IoRedirect::File(_, _, ast::IoFileRedirectTarget::Duplicate(target)) => {
                let file = word::read(&target.value)?;
                let descriptor = |text: &str| text == "-" || text.bytes().all(|byte| byte.is_ascii_digit());
                match file.literal.as_deref() {
                    Some(text) if descriptor(text) => Redirect::Reads { file: None },
                    Some(_) | None => Redirect::Writes { file, append: false },
                }
            }
            ast::IoRedirect::File(_, _, ast::IoFileRedirectTarget::ProcessSubstitution(_, inner)) => {
                self.process(inner);
                Redirect::Reads { file: None }
            }
            ast::IoRedirect::HereDocument(_, document) => {
                if document.requires_expansion {
                    out.beside.push(word::read_here_document(&document.doc.value)?);
                }
                Redirect::Reads { file: None }
            }
            ast::IoRedirect::HereString(_, text) => {
                out.beside.push(word::read(&text.value)?);
                Redirect::Reads { file: None }
            }
            ast::IoRedirect::OutputAndError(file, append) => Redirect::Writes {
                file: word::read(&file.value)?,
                append: *append,
            },
        };
        out.redirects.push(found);
        Ok(())
    }
}

fn opened(kind: &ast::IoFileRedirectKind, file: Word) -> Redirect {
    match kind {
        // A name that is filled in could be a pipe or a device.
        ast::IoFileRedirectKind::Read if file.becomes == Becomes::Operand => {
            Redirect::Reads { file: Some(file) }
        }
        ast::IoFileRedirectKind::Append => Redirect::Writes { file, append: true },
        ast::IoFileRedirectKind::Read
        | ast::IoFileRedirectKind::Write
        | ast::IoFileRedirectKind::Clobber
        | ast::IoFileRedirectKind::ReadAndWrite
        | ast::IoFileRedirectKind::DuplicateInput
        | ast::IoFileRedirectKind::DuplicateOutput => Redirect::Writes { file, append: false },
    }
}

/// Names of loops: a variable of the environment could change what runs.
fn harmless(name: &str) -> bool {
    let known = [
        "SERVICE",
        "HOST",
        "PORT",
        "NODE",
        "POD",
        "FILE",
        "TABLE",
        "NAMESPACE",
        "URL",
        "ENDPOINT",
        "CONTAINER",
        "I",
    ];
    known.contains(&name)
        || (!name.ends_with("_proxy") && name.bytes().all(|byte| !byte.is_ascii_uppercase()))
}

/// `[[ … ]]` as a command with all of its words.
fn extended(expression: &ast::ExtendedTestExpr) -> Understood<Simple> {
    let mut out = Simple::default();
    out.words.push(Word::given("[["));
    let mut left = vec![expression];
    while let Some(expression) = left.pop() {
        match expression {
            ast::ExtendedTestExpr::And(one, two) | ast::ExtendedTestExpr::Or(one, two) => {
                left.extend([&**two, &**one])
            }
            ast::ExtendedTestExpr::Not(inner) | ast::ExtendedTestExpr::Parenthesized(inner) => {
                left.push(inner)
            }
            ast::ExtendedTestExpr::UnaryTest(_, word) => out.words.push(word::read(&word.value)?),
            ast::ExtendedTestExpr::BinaryTest(_, one, two) => {
                out.words
                    .extend([word::read(&one.value)?, word::read(&two.value)?]);
            }
        }
    }
    Ok(out)
}

/// A loop ends by its condition, or by a command in it that leaves.
fn may_end(condition: &str, body: &ast::CompoundList) -> bool {
    let steps = condition.split(['|', '&', ';', '\n']).map(str::trim);
    let steps = steps.filter(|step| !step.is_empty());
    let body = body.to_string();
    let leaves = body
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|word| matches!(word, "break" | "exit" | "return"));
    leaves || !steps.into_iter().all(constant)
}

/// Whether a condition comes out the same whenever it is asked: `true`, `! false`, `[ 1 -eq 1 ]`, `((1))`, `sleep 5`.
///
/// `while false` and `until true` are loops in name only: they count as those that never end.
fn constant(step: &str) -> bool {
    let plain = step.trim_matches(|c: char| c.is_whitespace() || matches!(c, '!' | '(' | ')' | '{' | '}'));
    let mut words = plain.split_whitespace();
    let program = words.next().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or(program);
    match program {
        "true" | "false" | ":" | "sleep" | "echo" | "printf" | "date" => true,
        "[" | "[[" | "test" => words.all(|word| {
            let compares = matches!(word, "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-n" | "-z");
            compares || !word.starts_with('-') && !word.contains(['$', '`'])
        }),
        word => word.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
