//! The event log of a run: everything that happened, numbered without gaps.

use super::{board::Board, deeds::Deeds};
use crate::{
    api::evidence::log,
    app::{
        components::{CodeText, ExactTime, SectionCard},
        loaded::load,
        trouble::NotLoaded,
    },
};
use domain::{
    event::{Event, Happening},
    follow_up::EndedHow,
    guide::GuideEntry,
    hold_off::HoldOffEntry,
    hourly::HourlyEntry,
    measurement::Source,
    phase::Why,
    plan::{ItemId, SectionId},
};
use leptos::prelude::*;

/// The log, the newest first; it grows as things happen.
pub fn tab(board: Board, _deeds: Deeds) -> AnyView {
    let number = Memo::new(move |_| board.run.with(|run| run.number));
    // The last thousand: what came before is in the export.
    let events = load(
        move || number.get(),
        move |number| async move { log(board.id, number.saturating_sub(1000)).await },
    );
    view! {
        <SectionCard title="Event log" facts=view! { <span>"append-only; each event holds the hash of the one before"</span> }.into_any()>
            <Transition fallback=|| view! { <p>"Loading the log…"</p> }>
                {move || Suspend::new(async move {
                    match events.await {
                        Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                        Ok(events) => {
                            let lines = events.into_iter().rev().map(|event| line(board, event)).collect_view();
                            view! { <ol class="log" reversed>{lines}</ol> }.into_any()
                        }
                    }
                })}
            </Transition>
        </SectionCard>
    }
    .into_any()
}

fn line(board: Board, event: Event) -> impl IntoView {
    let Event {
        number,
        at,
        by,
        what,
        record,
    } = event;
    view! {
        <li id=format!("event-{number}")>
            <a class="log-number" href=format!("#event-{number}")>{number}</a>
            <ExactTime at=at time_only=true seconds=true />
            <span>{by.name().to_owned()}</span>
            <span class="log-what"><CodeText text=words(board, what) /></span>
            <span class="hash" title=record.to_string()>{record.short()}</span>
        </li>
    }
}

fn heading(board: Board, section: &SectionId) -> String {
    board.outline.with_value(|outline| {
        let found = outline.sections.iter().find(|found| found.id == *section);
        found.map_or_else(|| section.to_string(), |found| found.heading())
    })
}

fn hold_off(board: Board, entry: HoldOffEntry) -> String {
    match entry {
        HoldOffEntry::Began {
            window,
            failed,
            tier,
            rule,
            until,
            ..
        } => format!(
            "{} failed ({failed}): {} starts at {} UTC by the environment's file ({rule}), unless somebody holds it",
            heading(board, &window),
            heading(board, &tier),
            until.format("%H:%M:%S")
        ),
        HoldOffEntry::Moved { until, why, .. } => {
            format!(
                "the automatic rollback starts at {} UTC instead: {why}",
                until.format("%H:%M:%S")
            )
        }
        HoldOffEntry::Held { window, reason } => {
            let why = if reason.is_empty() {
                reason
            } else {
                format!(": “{reason}”")
            };
            format!("held the automatic rollback of {}{why}", heading(board, &window))
        }
        HoldOffEntry::Refused {
            window, failed, why, ..
        } => format!(
            "{} failed ({failed}), and the automatic rollback does not start: {why}",
            heading(board, &window)
        ),
    }
}

fn hourly(board: Board, entry: HourlyEntry) -> String {
    let name = |id: &ItemId| {
        board
            .find(id, |_, line| line.text.clone())
            .unwrap_or_else(|| id.to_string())
    };
    match entry {
        HourlyEntry::Failed {
            line, slot, reason, ..
        } => format!(
            "hourly check, {} UTC: {} fails, {reason}",
            slot.format("%H:%M"),
            name(&line)
        ),
        HourlyEntry::Holds { line, slot } => {
            format!(
                "hourly check, {} UTC: {} holds again",
                slot.format("%H:%M"),
                name(&line)
            )
        }
    }
}

fn words(board: Board, what: Happening) -> String {
    let name = |id: &ItemId| {
        board
            .find(id, |_, line| line.text.clone())
            .unwrap_or_else(|| id.to_string())
    };
    let quoted = |text: String| {
        if text.is_empty() {
            String::new()
        } else {
            format!(": “{text}”")
        }
    };
    match what {
        Happening::Started(start) => format!("started in {} for {}", start.environment, start.release),
        Happening::Executing => "began the execution and took the environment".to_owned(),
        Happening::Superseded { by_run } => {
            format!("run {by_run} began in this environment: what was not due is superseded")
        }
        Happening::WithoutBaseline { reason } => {
            format!("goes on without numbers from before{}", quoted(reason))
        }
        Happening::WentAhead { section, reason } => {
            format!(
                "went ahead to {} out of order{}",
                heading(board, &section),
                quoted(reason)
            )
        }
        Happening::LockLost { to_run, reason } => {
            format!("run {to_run} took the environment over{}", quoted(reason))
        }
        Happening::VerificationStarted { items } => match items.as_slice() {
            [one] => format!("verifies {}", name(one)),
            many => format!("verifies {} lines", many.len()),
        },
        Happening::Observed {
            item,
            verdict,
            reason,
            ..
        } => format!("{}: {}, {reason}", name(&item), verdict.word()),
        Happening::Interrupted { items } => {
            format!(
                "Gonogo stopped while {} lines were under way: they are unknown",
                items.len()
            )
        }
        Happening::ActionStarted { item, again: false } => format!("runs {}", name(&item)),
        Happening::ActionStarted { item, again: true } => {
            format!(
                "runs {} again: Gonogo died in it, and it is safe to run twice",
                name(&item)
            )
        }
        Happening::ActionCancelled { item } => format!("asked for the end of {}", name(&item)),
        Happening::ActionEnded {
            item, ending, reason, ..
        } => format!("{}: {}, {reason}", name(&item), ending.word()),
        Happening::PhaseStarted { section } => format!("runs {}", heading(board, &section)),
        Happening::PhaseStopped => "asked for the end of the phase that is under way".to_owned(),
        Happening::PhaseAsked { item, why, reason } => {
            let asks = match why {
                Why::Failed => "stops at",
                Why::Unknown => "stops, and somebody looks at the target, at",
                Why::Person => "waits for a person at",
            };
            format!("{asks} {}{}", name(&item), quoted(reason))
        }
        Happening::PhaseContinued => "goes on with the phase".to_owned(),
        Happening::PhaseEnded => "the phase is through: everything required in it is settled".to_owned(),
        Happening::Attested { item, note, .. } => format!("attested {}{}", name(&item), quoted(note)),
        Happening::Overridden { item, reason } => {
            format!("overrode the probe of {}{}", name(&item), quoted(reason))
        }
        Happening::Waived { item, reason, until } => {
            format!(
                "waived {} until {}{}",
                name(&item),
                until.format("%Y-%m-%d %H:%M UTC"),
                quoted(reason)
            )
        }
        Happening::Skipped { item, reason } => format!("skipped {}{}", name(&item), quoted(reason)),
        Happening::Reopened { item, reason } => format!("reopened {}{}", name(&item), quoted(reason)),
        Happening::BlankFilled { blank, value, .. } if value.is_empty() => {
            format!("emptied the blank {blank}")
        }
        Happening::BlankFilled { blank, value, source } => match source {
            None => format!("filled in {blank}: {value}"),
            Some(Source::Said { words }) => format!("filled in {blank}: {value}{}", quoted(words)),
            Some(Source::Measured { attempt }) => {
                format!("filled in {blank}: {value}, from measurement {attempt}")
            }
        },
        Happening::FollowUpTaken { follow_up } => format!("takes care of {follow_up}"),
        Happening::FollowUpEnded {
            follow_up,
            time,
            how,
            note,
        } => {
            let how = match how {
                EndedHow::Done => "did",
                EndedHow::Skipped => "left out",
            };
            format!("{how} {follow_up}, time {time}{}", quoted(note))
        }
        Happening::Guide(GuideEntry::Tried {
            item,
            guide,
            help,
            note,
        }) => format!(
            "says of the guide {}: {}, for {}{}",
            heading(board, &guide),
            help.word(),
            name(&item),
            quoted(note)
        ),
        Happening::Guide(GuideEntry::Escalated { item, reason }) => {
            format!("handed {} on{}", name(&item), quoted(reason))
        }
        Happening::MeasurementStarted {
            attempt,
            moment,
            origin,
        } => format!(
            "began measurement {attempt}, {}, {}",
            moment.word(),
            origin.words()
        ),
        Happening::MeasurementStopped { attempt } => format!("asked for the end of measurement {attempt}"),
        Happening::MeasurementEnded { attempt, found, .. } if found.invalid.is_empty() => {
            format!("measurement {attempt} ended: {} numbers", found.figures.len())
        }
        Happening::MeasurementEnded { attempt, found, .. } => {
            format!(
                "measurement {attempt} ended and does not count: {}",
                found.invalid.join("; ")
            )
        }
        Happening::MeasurementFailed { attempt, why } => format!("measurement {attempt} gave nothing: {why}"),
        Happening::MeasurementCounts { attempt, reason } => {
            format!(
                "measurement {attempt} counts{}",
                quoted(reason.unwrap_or_default())
            )
        }
        Happening::T0Set { t0, reason } => {
            format!(
                "T0 is {}{}",
                t0.format("%Y-%m-%d %H:%M:%S UTC"),
                quoted(reason.unwrap_or_default())
            )
        }
        Happening::SampleFailed {
            item, slot, reason, ..
        } => format!(
            "{}: the first bad sample, {} UTC: {reason}",
            name(&item),
            slot.format("%H:%M:%S")
        ),
        Happening::SamplesHold { item, since } => {
            format!(
                "{} is steady: its samples hold since {} UTC",
                name(&item),
                since.format("%H:%M:%S")
            )
        }
        Happening::ClockWentBack { dropped } => {
            format!("the clock went back: {dropped} samples of times that have not come do not count")
        }
        Happening::WindowJudged { section } => format!("{} was due", heading(board, &section)),
        Happening::HoldOff(entry) => hold_off(board, entry),
        Happening::Hourly(entry) => hourly(board, entry),
        Happening::FingerprintTaken { moment, fingerprint } => {
            format!(
                "read how things are {}: {} parts",
                moment.word(),
                fingerprint.parts.len()
            )
        }
        Happening::RollbackStarted {
            tier,
            reason,
            environment_hash,
            ..
        } => {
            let file = environment_hash
                .map(|hash| format!(", by the environment's file as it is now ({})", hash.short()));
            format!(
                "rolls back ({tier}){}{}",
                file.unwrap_or_default(),
                quoted(reason)
            )
        }
        Happening::StepStarted { step, .. } => format!("began step {} of the rollback", step + 1),
        Happening::StepEnded {
            step, ending, reason, ..
        } => format!("step {} of the rollback: {}, {reason}", step + 1, ending.word()),
        Happening::StepStopped { step } => format!("asked for the end of step {} of the rollback", step + 1),
        Happening::StepLost { step } => format!("waits for somebody in step {} of the rollback", step + 1),
        Happening::StepRetried { step, .. } => format!("wants step {} of the rollback again", step + 1),
        Happening::StepSkipped { step, reason } => {
            format!(
                "settles step {} of the rollback by their word{}",
                step + 1,
                quoted(reason)
            )
        }
        Happening::RollbackEnded { differences } if differences.is_empty() => {
            "the rollback is over: things are as they were".to_owned()
        }
        Happening::RollbackEnded { differences } => {
            format!(
                "the rollback is over: {} parts are not as they were",
                differences.len()
            )
        }
        Happening::DifferenceAccepted { part, reason } => {
            format!("takes it that {part} is not as it was{}", quoted(reason))
        }
        Happening::Signed {
            role,
            meaning,
            comment,
            confirmed,
            ..
        } => {
            let with = confirmed.map(|with| format!(", confirmed with a {}", with.word()));
            format!(
                "signed as {role}: {meaning}{}{}",
                with.unwrap_or_default(),
                quoted(comment)
            )
        }
        Happening::Withdrawn { role, reason } => {
            format!("withdrew the signature as {role}{}", quoted(reason))
        }
        Happening::Closed { outcome, reason } => format!("closed: {}{}", outcome.word(), quoted(reason)),
    }
}
