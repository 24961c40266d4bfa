//! Go, no-go, or not yet: the answer at the top of a run.

use crate::{
    event::Outcome,
    outline::{LineKind, Outline, OutlineLine, OutlineSection},
    permission,
    person::Person,
    plan::{ItemId, Slot},
    role::Right,
    run::{Run, RunState},
    sign_off::{Meaning, SignOff},
    status::{Standing, Status, standing},
    target,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The answer's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// Every required item settled, no gate red, every slot go and not stale.
    Go,
    /// Everybody signed go, and something is open.
    GoWithConditions,
    /// Something required is red, or somebody said no.
    NoGo,
    /// Something is still open.
    NotYet,
    /// The run ended some other way.
    Ended,
}

/// The answer, why, and what it waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The word.
    pub word: Word,
    /// The word as it is shown.
    pub title: String,
    /// Why, in one sentence.
    pub why: String,
}

/// A required line that is not settled.
#[derive(Debug)]
pub struct Blocker<'a> {
    /// Its section.
    pub section: &'a OutlineSection,
    /// The line.
    pub line: &'a OutlineLine,
    /// How it stands.
    pub status: Status,
    /// Why.
    pub reason: String,
}

/// Every required line that is not settled, in the document's order, and every one that a person's word settled whose number is
/// missing. Parents are left out: their children speak.
pub fn blockers<'a>(outline: &'a Outline, run: &Run, now: DateTime<Utc>) -> Vec<Blocker<'a>> {
    outline
        .lines()
        .filter(|(_, line)| !line.optional && line.kind != LineKind::Parent)
        .filter_map(|(section, line)| {
            let standing = backed(line, standing(section, line, run, now), run, now);
            let blocker = Blocker {
                section,
                line,
                status: standing.status,
                reason: standing.reason,
            };
            (!standing.status.is_settled()).then_some(blocker)
        })
        .collect()
}

/// A person's word does not make a number: at the gate one that is missing, or comes too early, is no data.
fn backed(line: &OutlineLine, stands: Standing, run: &Run, now: DateTime<Utc>) -> Standing {
    let word = stands.status == Status::Attested;
    match word.then(|| target::missing(line, run, now)).flatten() {
        Some(missing) => Standing {
            status: Status::NoData,
            reason: format!("attested {}, but {}", stands.reason, missing.reason),
        },
        None => stands,
    }
}

/// The ids of [`blockers`], boxes and checks: what a `go` is conditional on.
pub fn conditions(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Vec<ItemId> {
    blockers(outline, run, now)
        .into_iter()
        .map(|blocker| blocker.line.id.clone())
        .collect()
}

/// The answer at `now`.
pub fn decide(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Answer {
    if let RunState::Closed { outcome, reason, .. } = &run.state {
        return closed(*outcome, reason, run);
    }
    if let (RunState::RollingBack { by, .. }, Some(rollback)) = (&run.state, &run.rollback) {
        let why = format!("{} rolls back: “{}”.", by.name(), rollback.reason);
        return Answer::new(Word::NoGo, why);
    }
    let blockers = blockers(outline, run, now);
    if let Some(answer) = no_go(&blockers, run) {
        return answer;
    }
    if !blockers.is_empty() {
        // What everybody has signed with its conditions waits for nothing more.
        if close_outcome(outline, run, now).is_some() {
            return signed(outline, run, now);
        }
        return Answer::new(Word::NotYet, open_sentence(&blockers));
    }
    let (missing, stale) = signatures(outline, run);
    match (missing.is_empty(), stale.is_empty()) {
        (true, true) if outline.slots.is_empty() => Answer::new(
            Word::NotYet,
            "Everything is settled, but the checklist has no signature table: nobody can sign.".into(),
        ),
        (true, true) => signed(outline, run, now),
        (true, false) => Answer::new(
            Word::NotYet,
            format!(
                "Everything is settled; stale since a change: {}.",
                stale.join(", ")
            ),
        ),
        (false, _) => Answer::new(Word::NotYet, not_signed(outline, &missing)),
    }
}

fn not_signed(outline: &Outline, missing: &[String]) -> String {
    let mut why = format!("Everything is settled; not signed yet: {}.", missing.join(", "));
    let nobody: Vec<&str> = outline
        .slots
        .iter()
        .filter(|slot| !slot.can_be_filled())
        .map(|slot| slot.title.as_str())
        .collect();
    if !nobody.is_empty() {
        why.push_str(&format!(
            " Gonogo knows no role {}: nobody can sign there.",
            nobody.join(", ")
        ));
    }
    why
}

/// Every slot is signed and nothing is open: what the signatures say together.
fn signed(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Answer {
    match close_outcome(outline, run, now) {
        Some(Outcome::Go) => Answer::new(Word::Go, go_sentence(run)),
        Some(
            outcome @ (Outcome::GoWithConditions | Outcome::NoGo | Outcome::RolledBack | Outcome::Abandoned),
        ) => {
            let open = match blockers(outline, run, now).len() {
                0 => "Everything is settled".to_owned(),
                1 => "1 required line is not settled and named as a condition".to_owned(),
                open => format!("{open} required lines are not settled and named as conditions"),
            };
            let signed = signed_by(run);
            let why = format!("{open}; {signed} One of those who signed closes the run, with a reason.");
            Answer {
                title: outcome.word().to_uppercase(),
                ..Answer::new(Word::GoWithConditions, why)
            }
        }
        None => {
            let why = "Everything is settled, but one person alone has signed: at least two people sign.";
            Answer::new(Word::NotYet, why.to_owned())
        }
    }
}

fn closed(outcome: Outcome, reason: &str, run: &Run) -> Answer {
    let word = match outcome {
        Outcome::Go => Word::Go,
        Outcome::GoWithConditions => Word::GoWithConditions,
        Outcome::NoGo => Word::NoGo,
        Outcome::RolledBack | Outcome::Abandoned => Word::Ended,
    };
    let why = if reason.is_empty() {
        go_sentence(run)
    } else {
        reason.to_owned()
    };
    Answer {
        word,
        title: outcome.word().to_uppercase(),
        why,
    }
}

fn no_go(blockers: &[Blocker<'_>], run: &Run) -> Option<Answer> {
    if let Some(no) = run
        .sign_offs
        .values()
        .find(|sign_off| sign_off.meaning == Meaning::NoGo)
    {
        let why = format!("{} says no: “{}”.", no.by.name(), no.comment);
        return Some(Answer::new(Word::NoGo, why));
    }
    let red: Vec<_> = blockers
        .iter()
        .filter(|blocker| blocker.status.is_red())
        .collect();
    let first = red.first()?;
    let others = match red.len() - 1 {
        0 => String::new(),
        1 => " One more line is red.".to_owned(),
        more => format!(" {more} more lines are red."),
    };
    let why = format!(
        "{}: {}.{others}",
        plain(&first.line.text),
        first.reason.trim_end_matches('.')
    );
    Some(Answer::new(Word::NoGo, why))
}

fn open_sentence(blockers: &[Blocker<'_>]) -> String {
    let count = |status: fn(Status) -> bool| blockers.iter().filter(|blocker| status(blocker.status)).count();
    let kinds = [
        (count(|status| status == Status::Running), "running"),
        (
            count(|status| matches!(status, Status::Open | Status::Done)),
            "open",
        ),
        (count(|status| status == Status::NoData), "without data"),
        (count(|status| status == Status::Warning), "with a warning"),
        (count(|status| status == Status::Unknown), "unknown"),
    ];
    let parts: Vec<String> = kinds
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let noun = if blockers.len() == 1 {
        "line is"
    } else {
        "lines are"
    };
    format!(
        "{} required {noun} not settled: {}.",
        blockers.len(),
        parts.join(", ")
    )
}

fn go_sentence(run: &Run) -> String {
    format!("Everything is settled; {}", signed_by(run))
}

fn signed_by(run: &Run) -> String {
    let names: Vec<&str> = run
        .sign_offs
        .values()
        .map(|sign_off| sign_off.by.name())
        .collect();
    format!("signed by {}.", names.join(", "))
}

fn signatures(outline: &Outline, run: &Run) -> (Vec<String>, Vec<String>) {
    let titles = |stands: &dyn Fn(&Slot) -> bool| {
        outline
            .slots
            .iter()
            .filter(|slot| stands(slot))
            .map(|slot| slot.title.clone())
            .collect()
    };
    let missing = titles(&|slot| !run.sign_offs.contains_key(&slot.key()));
    let stale = titles(&|slot| {
        run.sign_offs
            .get(&slot.key())
            .is_some_and(|sign_off| run.is_stale(sign_off))
    });
    (missing, stale)
}

/// What `person` personally has to do next, in one sentence; `None` where nothing is.
pub fn next_for(person: &Person, outline: &Outline, run: &Run, now: DateTime<Utc>) -> Option<String> {
    if run.is_closed() {
        return None;
    }
    let class = Some(run.start.class);
    let blockers = blockers(outline, run, now);
    let count = |kinds: &[LineKind]| {
        blockers
            .iter()
            .filter(|blocker| kinds.contains(&blocker.line.kind))
            .count()
    };
    let attest = count(&[LineKind::Attestation]);
    let red = blockers.iter().filter(|blocker| blocker.status.is_red()).count();
    // A failed action is red too, and nothing to verify.
    let verify = blockers
        .iter()
        .filter(|blocker| matches!(blocker.line.kind, LineKind::Probe | LineKind::Check))
        .filter(|blocker| !blocker.status.is_red())
        .count();
    let mut deeds = Vec::new();
    if person.may(Right::Verify, class) && verify > 0 && run.superseded.is_none() {
        deeds.push(format!("{verify} to verify"));
    }
    if person.may(Right::Act, class) && red > 0 {
        deeds.push(format!("{red} to mend"));
    }
    if person.may(Right::Attest, class) && attest > 0 {
        deeds.push(format!("{attest} to attest"));
    }
    let slot = open_slots(outline, run).find(|slot| permission::is_for(outline, run, person, slot));
    if let (true, Some(slot)) = (blockers.is_empty(), slot) {
        deeds.push(format!("your signature as {}", slot.title));
    }
    (!deeds.is_empty()).then(|| deeds.join(", "))
}

/// The slots that are empty, stale, or signed before one that comes first in the document's order.
pub fn open_slots<'a>(outline: &'a Outline, run: &'a Run) -> impl Iterator<Item = &'a Slot> {
    outline.slots.iter().filter(|slot| {
        let signed = run.sign_offs.get(&slot.key());
        signed.is_none_or(|signed| run.is_stale(signed) || is_early(outline, run, slot, signed))
    })
}

/// Whether this signature of `slot` was given before one that the document's order puts first, and says something else than no.
fn is_early(outline: &Outline, run: &Run, slot: &Slot, signed: &SignOff) -> bool {
    let first = outline
        .slots
        .iter()
        .filter(|other| other.place > 0 && other.place < slot.place);
    let later = |other: &Slot| {
        run.sign_offs
            .get(&other.key())
            .is_some_and(|other| other.number > signed.number)
    };
    signed.meaning != Meaning::NoGo && signed.number > 0 && first.into_iter().any(later)
}

/// How the run closes by its signatures, once every slot is signed and none is stale; `None` before.
pub fn close_outcome(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Option<Outcome> {
    if run.is_closed() || outline.slots.is_empty() || open_slots(outline, run).next().is_some() {
        return None;
    }
    let any = |meaning| run.sign_offs.values().any(|sign_off| sign_off.meaning == meaning);
    let mut people: Vec<_> = run
        .sign_offs
        .values()
        .map(|sign_off| sign_off.by.person())
        .collect();
    people.sort();
    people.dedup();
    if any(Meaning::NoGo) {
        return Some(Outcome::NoGo);
    }
    if people.len() < 2 {
        return None;
    }
    // What a later run has changed since is a condition of its own.
    let conditional =
        any(Meaning::GoWithConditions) || run.superseded.is_some() || !blockers(outline, run, now).is_empty();
    Some(if conditional {
        Outcome::GoWithConditions
    } else {
        Outcome::Go
    })
}

fn plain(text: &str) -> String {
    let text: String = text.chars().filter(|c| !matches!(c, '`' | '*')).collect();
    text.trim_end_matches(['.', ':']).to_owned()
}

impl Answer {
    fn new(word: Word, why: String) -> Self {
        let title = match word {
            Word::Go => "GO",
            Word::GoWithConditions => "GO WITH CONDITIONS",
            Word::NoGo => "NO-GO",
            Word::NotYet => "NOT YET",
            Word::Ended => "ENDED",
        };
        Self {
            word,
            title: title.to_owned(),
            why,
        }
    }
}
