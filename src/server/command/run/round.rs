//! One round: everything that is due is asked once.

use super::{
    lines::{Checklist, Line, Step},
    progress::Progress,
};
use crate::server::{action, commands};
use chrono::{DateTime, Utc};
use domain::{
    outline::{LineKind, OutlineLine, OutlineSection},
    probe::ProbeSpec,
    reading::Reading,
    verdict::{Finding, Verdict},
};
use futures::{StreamExt as _, stream};
use probe::{CancellationToken, Prober, Site};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many probes are under way at once; the prober bounds them further by their targets.
const AT_ONCE: usize = 64;

/// How many readings of counters are kept.
const READINGS: usize = 500;

/// What rounds need.
pub struct Asker<'a> {
    /// What is asked.
    pub checklist: &'a Checklist,
    /// Where.
    pub site: Site,
    /// By whom.
    pub prober: Prober,
    /// What earlier rounds have read of counters.
    pub readings: Mutex<Vec<Reading>>,
    /// The time.
    pub clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    /// Ends what is under way.
    pub cancel: CancellationToken,
}

/// What came of asking everything once.
pub struct Round<'a> {
    /// Of which checklist.
    pub checklist: &'a Checklist,
    /// When it began.
    pub at: DateTime<Utc>,
    /// Line by line, in the document's order.
    pub lines: Vec<Answered<'a>>,
}

/// A line and what became of it.
pub struct Answered<'a> {
    /// Where it stands.
    pub section: &'a OutlineSection,
    /// What it says.
    pub line: &'a OutlineLine,
    /// What became of it.
    pub answer: Answer,
}

/// What became of a line.
pub enum Answer {
    /// Its probe answered.
    Found(Box<Finding>),
    /// Its probe was not asked, so that there is no data, and why.
    Withheld(String),
    /// Nothing to ask now.
    NotDue(String),
    /// A person does it.
    People,
}

impl<'a> Asker<'a> {
    /// Asks everything that is due.
    pub async fn round(&self) -> Round<'a> {
        let at = (self.clock)();
        let lines = self.checklist.lines(at);
        let due = |line: &&Line<'_>| matches!(line.step, Step::Ask(_));
        let progress = &Progress::asking(lines.iter().filter(due).count());
        // What one probe observes serves the others of this round, and none of the next.
        let round = &self.prober.round();
        let site = &self.site.clone().with_readings(self.remembered().clone());
        let answering = lines.into_iter().enumerate().map(|(index, line)| async move {
            let Line {
                section, line, step, ..
            } = line;
            let answer = match step {
                Step::Ask(spec) => {
                    progress.began(index, &line.text);
                    let answer = self.ask(spec, site, round).await;
                    progress.ended(index);
                    answer
                }
                Step::Unpublished(_) => Answer::Withheld(self.checklist.unpublished()),
                Step::NotDue(why) => Answer::NotDue(why),
                Step::People => Answer::People,
            };
            let answered = Answered {
                section,
                line,
                answer,
            };
            (index, answered)
        });
        let mut answered: Vec<_> = stream::iter(answering).buffer_unordered(AT_ONCE).collect().await;
        answered.sort_unstable_by_key(|(index, _)| *index);
        self.remember(answered.iter().map(|(_, answered)| answered));
        Round {
            checklist: self.checklist,
            at,
            lines: answered.into_iter().map(|(_, answered)| answered).collect(),
        }
    }

    /// Counters as they stand now are what the next round counts from. Of many rounds the first is kept, and the latest.
    fn remember<'l>(&self, answered: impl Iterator<Item = &'l Answered<'a>>)
    where
        'a: 'l,
    {
        let mut readings = self.remembered();
        for line in answered {
            if let Answer::Found(finding) = &line.answer {
                readings.extend(finding.evidence.readings.clone());
            }
        }
        keep(&mut readings);
    }

    fn remembered(&self) -> MutexGuard<'_, Vec<Reading>> {
        self.readings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, spec: &ProbeSpec, site: &Site, round: &probe::Round<'_>) -> Answer {
        let mut commands = commands::of_probe(spec).into_iter();
        let blank =
            commands.find_map(|command| action::filled(&self.checklist.plan, &command.text, site).err());
        match blank {
            Some(blank) => Answer::Withheld(blank.to_string()),
            None => {
                let finding = round.probe(spec, site, self.cancel.child_token());
                Answer::Found(Box::new(finding.await))
            }
        }
    }
}

impl Answered<'_> {
    /// Its verdict; `None` where nothing was to be asked.
    pub fn verdict(&self) -> Option<Verdict> {
        match &self.answer {
            Answer::Found(finding) => Some(finding.verdict),
            Answer::Withheld(_) => Some(Verdict::NoData),
            Answer::NotDue(_) | Answer::People => None,
        }
    }

    /// Why.
    pub fn reason(&self) -> &str {
        match &self.answer {
            Answer::Found(finding) => &finding.reason,
            Answer::Withheld(why) | Answer::NotDue(why) => why,
            Answer::People => self.line.kind.word(),
        }
    }

    /// A person's word, and an action that has not left behind what it is for: somebody still runs it.
    pub fn is_left_to_people(&self) -> bool {
        match &self.answer {
            Answer::People => true,
            Answer::Found(_) | Answer::Withheld(_) => {
                self.line.kind == LineKind::Action && self.verdict() != Some(Verdict::Pass)
            }
            Answer::NotDue(_) => false,
        }
    }

    /// Its verdict counts. What is optional, and the proof of an action that nobody has run, decides nothing.
    pub fn decides(&self) -> bool {
        !self.line.optional && self.line.kind != LineKind::Action
    }
}

impl Round<'_> {
    /// 0 go, 1 no-go, 2 could not tell. What is not due or left to people decides nothing.
    pub fn code(&self) -> u8 {
        let required = self.lines.iter().filter(|line| line.decides());
        let verdicts: Vec<Verdict> = required.filter_map(Answered::verdict).collect();
        if verdicts.contains(&Verdict::Fail) {
            1
        } else if verdicts.is_empty() || verdicts.iter().any(|verdict| *verdict != Verdict::Pass) {
            2
        } else {
            0
        }
    }

    /// Something required was asked and did not pass, so that asking again may answer otherwise.
    pub fn may_change(&self) -> bool {
        let open = |line: &Answered<'_>| matches!(&line.answer, Answer::Found(finding) if finding.verdict != Verdict::Pass);
        self.lines.iter().any(|line| line.decides() && open(line))
    }

    /// The answer in one line, with its counts.
    pub fn summary(&self) -> String {
        let asked = || self.lines.iter().filter(|line| !line.is_left_to_people());
        let count = |wanted: Verdict| asked().filter(|line| line.verdict() == Some(wanted)).count();
        let word = match self.code() {
            0 => "GO as far as probes can tell",
            1 => "NO-GO",
            _ => "COULD NOT TELL",
        };
        let part = match self.checklist.sections() {
            (chosen, all) if chosen < all => format!(", in {chosen} of {all} sections"),
            _ => String::new(),
        };
        format!(
            "{word}{part}: {} passed, {} failed, {} errors, {} without data, {} warnings, {} not due, {} left to people",
            count(Verdict::Pass),
            count(Verdict::Fail),
            count(Verdict::Error),
            count(Verdict::NoData),
            count(Verdict::Warning),
            asked().filter(|line| line.verdict().is_none()).count(),
            self.lines.len() - asked().count(),
        )
    }
}

fn keep(readings: &mut Vec<Reading>) {
    if readings.len() > READINGS {
        let surplus = readings.len() - READINGS;
        readings.drain(1..=surplus);
    }
}

#[cfg(test)]
mod tests;
