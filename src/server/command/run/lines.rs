//! What is done about each line of a checklist, decided before anything is asked.

use super::section;
use checklist::describe;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    environment::{Environment, Published},
    outline::{LineKind, Outline, OutlineLine, OutlineSection},
    plan::{ItemId, Plan, Section, Work},
    probe::ProbeSpec,
    window::Demand,
};
use std::{collections::HashMap, path::Path};

/// A compiled checklist as one environment takes it.
pub struct Checklist {
    /// Its plan.
    pub plan: Plan,
    /// The same without specifications.
    pub outline: Outline,
    /// The plan's name: the hash that the server publishes it by.
    pub hash: Published,
    /// The environment's file lists it.
    pub is_published: bool,
    /// What to do so that its commands run.
    pub how_to_publish: String,
    /// Of each section, whether it is asked for.
    chosen: Vec<bool>,
    /// When the new version began to serve, where somebody said so.
    t0: Option<DateTime<Utc>>,
}

/// One line, parents apart: their children stand for them.
pub struct Line<'a> {
    /// Where it stands.
    pub section: &'a OutlineSection,
    /// What it says.
    pub line: &'a OutlineLine,
    /// What settles it.
    pub work: &'a Work,
    /// What is done about it now.
    pub step: Step<'a>,
}

/// What is done about a line.
pub enum Step<'a> {
    /// This is asked: natively, or by commands that somebody published.
    Ask(&'a ProbeSpec),
    /// It needs commands of the document, and nobody published them.
    Unpublished(&'a ProbeSpec),
    /// Nothing yet, and why.
    NotDue(String),
    /// A person does it.
    People,
}

impl Checklist {
    /// Compiles the document. `file` is the environment's.
    ///
    /// # Errors
    /// A section is wanted that is not there.
    pub fn new(
        document: &[u8],
        wanted: &[String],
        (environment, file): (&Environment, &Path),
        t0: Option<DateTime<Utc>>,
    ) -> anyhow::Result<Self> {
        let plan = checklist::compile(document).plan;
        let chosen = section::chosen(&plan, document, wanted)?;
        let hash = Published(store::canonical::hash(&plan)?);
        let is_published = environment.published.contains(&hash);
        let file = file.display();
        let how_to_publish = match environment.published.is_empty() {
            true => format!("add `published = [\"{hash}\"]` to {file}, above its first [table]"),
            false => format!("add \"{hash}\" to `published` in {file}"),
        };
        Ok(Self {
            outline: Outline::from(&plan),
            plan,
            hash,
            is_published,
            how_to_publish,
            chosen,
            t0,
        })
    }

    /// The lines of the sections that are asked for, in the document's order.
    pub fn lines(&self, now: DateTime<Utc>) -> Vec<Line<'_>> {
        let sections = self.plan.sections.iter().zip(&self.outline.sections);
        let chosen = sections.zip(&self.chosen).filter(|(_, chosen)| **chosen);
        let lines = chosen.flat_map(|((section, outlined), _)| {
            let works: HashMap<&ItemId, &Work> = works(section).collect();
            outlined.lines.iter().filter_map(move |line| {
                let work = works.get(&line.id)?;
                Some(Line {
                    section: outlined,
                    line,
                    work,
                    step: self.step(work, outlined, line, now),
                })
            })
        });
        lines.filter(|line| line.line.kind != LineKind::Parent).collect()
    }

    /// How many sections with lines are asked for, and how many there are.
    pub fn sections(&self) -> (usize, usize) {
        let full = |section: &OutlineSection| !section.lines.is_empty();
        let sections = self.outline.sections.iter().zip(&self.chosen);
        let chosen = sections.filter(|(section, chosen)| **chosen && full(section));
        let all = self.outline.sections.iter().filter(|section| full(section));
        (chosen.count(), all.count())
    }

    /// Why a line that needs its commands has no data.
    pub fn unpublished(&self) -> String {
        format!(
            "not published: read its commands with --plan, then {}",
            self.how_to_publish
        )
    }

    fn step<'a>(
        &self,
        work: &'a Work,
        section: &OutlineSection,
        line: &OutlineLine,
        now: DateTime<Utc>,
    ) -> Step<'a> {
        let spec = match work {
            // What an action must have left behind can be read without running it.
            Work::Probe { spec }
            | Work::Action {
                proof: Some(spec), ..
            } => spec,
            Work::Action { proof: None, .. } | Work::Attestation | Work::Parent => return Step::People,
        };
        match too_early(section, self.t0, now) {
            Some(_) if matches!(work, Work::Action { .. }) => Step::People,
            Some(why) => Step::NotDue(why),
            // Only the samples of a window show it, and nobody takes them here.
            None if matches!(line.demand, Demand::Stable(_)) => Step::People,
            // Tools and git are asked by fixed commands of Gonogo's own, in which nothing of the document stands but a
            // file's name: they are native.
            None if self.is_published || describe::native(spec) => Step::Ask(spec),
            None => Step::Unpublished(spec),
        }
    }
}

fn works(section: &Section) -> impl Iterator<Item = (&ItemId, &Work)> {
    let items = section.items.iter().map(|item| (&item.id, &item.work));
    items.chain(section.checks.iter().map(|check| (&check.id, &check.work)))
}

fn too_early(section: &OutlineSection, t0: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<String> {
    let minutes = section.kind.due_minutes()?;
    match t0.map(|t0| t0 + TimeDelta::minutes(i64::from(minutes))) {
        None => Some("a verification window: give --t0".to_owned()),
        Some(due) if due > now => Some(format!("too early, due {} UTC", due.format("%Y-%m-%d %H:%M"))),
        Some(_) => None,
    }
}
