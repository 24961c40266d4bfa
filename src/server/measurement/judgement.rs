//! The lines that demand something of a number, judged by what was measured: as a probe would have, with evidence of their own.

use crate::server::{run::Opened, state::AppState};
use domain::{
    Hash,
    event::Happening,
    measurement::{judged_by, measured},
    objective::{Clock, Judgement, Objective, Outcome, judge},
    person::Author,
    plan::{ItemId, Plan, SectionKind, Work},
    run::{How, Observation, Run},
    verdict::{Evidence, Finding, Verdict},
};
use sqlx::PgConnection;

/// Each line about which something is known now that was not known before, with its finding.
pub fn judged(state: &AppState, plan: &Plan, run: &Run) -> Vec<(ItemId, Finding)> {
    // What a window's own samples say is not made better by one load.
    let lines = plan
        .objectives
        .iter()
        .filter(|line| !is_sampled(plan, &line.item));
    lines
        .filter_map(|objective| {
            let latest = run
                .items
                .get(&objective.item)
                .and_then(|item| item.latest.as_ref());
            let known = measured(objective, &run.measurements).is_some();
            // What was measured before and counts no more, or is early again, proves nothing any more.
            let taken_back = latest.is_some_and(|latest| is_ours(plan, &objective.item, latest));
            let judgement = judgement(state, plan, objective, run);
            let verdict = match judgement.outcome {
                Outcome::Met => Verdict::Pass,
                Outcome::NotMet { .. } => Verdict::Fail,
                Outcome::NoData if known || taken_back => Verdict::NoData,
                Outcome::TooEarly { .. } if taken_back => Verdict::NoData,
                Outcome::NoData | Outcome::TooEarly { .. } | Outcome::Waived => return None,
            };
            if latest.is_some_and(|latest| latest.verdict == verdict && latest.reason == judgement.reason) {
                return None;
            }
            Some((
                objective.item.clone(),
                finding(state, objective, run, verdict, judgement.reason),
            ))
        })
        .collect()
}

/// Whether a window samples this line.
fn is_sampled(plan: &Plan, item: &ItemId) -> bool {
    let windows = plan
        .sections
        .iter()
        .filter(|section| matches!(section.kind, SectionKind::Window { .. }));
    let mut items = windows.flat_map(|section| &section.items);
    items.any(|line| line.id == *item && matches!(line.work, Work::Probe { .. }))
}

/// Whether what is known of this line is from a measurement: no probe and no program looks at it.
fn is_ours(plan: &Plan, item: &ItemId, latest: &Observation) -> bool {
    let mut items = plan.sections.iter().flat_map(|section| &section.items);
    let word = items.any(|line| line.id == *item && line.work == Work::Attestation);
    word && !matches!(latest.by, Author::Service { .. })
}

/// Whether a run still takes what was measured.
pub fn may_be_judged(run: &Run) -> bool {
    !run.is_closed() && !run.is_rolling_back() && run.superseded.is_none()
}

/// A line was judged.
pub fn observed(item: &ItemId, finding: &Finding, evidence: &Hash) -> Happening {
    Happening::Observed {
        item: item.clone(),
        verdict: finding.verdict,
        reason: finding.reason.clone(),
        evidence: evidence.clone(),
        duration_us: 0,
        asked_at: None,
    }
}

/// Judges every line by what counts now, in the transaction of whoever changed that or came to its time.
///
/// # Errors
/// The database's.
pub async fn judge_again(
    state: &AppState,
    connection: &mut PgConnection,
    opened: &Opened,
    run: &Run,
    by: &Author,
) -> Result<(), store::Error> {
    let now = state.clock.now();
    for (item, finding) in judged(state, &opened.pinned.plan, run) {
        let evidence = store::evidence::insert(connection, run.id, &item, &finding).await?;
        store::run::append(connection, &opened.outline, run.id, by, now, |run| {
            let seen = may_be_judged(run).then(|| observed(&item, &finding, &evidence));
            Ok::<_, store::Error>(seen.into_iter().collect())
        })
        .await?;
    }
    Ok(())
}

/// How a line stands to what was measured, or to the samples of its window.
pub fn judgement(state: &AppState, plan: &Plan, objective: &Objective, run: &Run) -> Judgement {
    let sampled = is_sampled(plan, &objective.item);
    let measured = measured(objective, &run.measurements).filter(|_| !sampled);
    let item = run.items.get(&objective.item);
    let settled = item.and_then(|item| item.settlement.as_ref());
    let now = state.clock.now();
    let waived = settled.is_some_and(|settled| matches!(settled.how, How::Waived { until } if until > now));
    let clock = Clock {
        t0: run.t0,
        now,
        waived,
    };
    let judged = judge(objective, measured.as_ref(), clock);
    let latest = item.and_then(|item| item.latest.as_ref());
    match latest.filter(|_| sampled && judged.outcome == Outcome::NoData) {
        Some(latest) => Judgement {
            outcome: match latest.verdict {
                Verdict::Pass => Outcome::Met,
                Verdict::Warning => Outcome::NotMet { shown: false },
                Verdict::Fail => Outcome::NotMet { shown: true },
                Verdict::NoData | Verdict::Error => Outcome::NoData,
            },
            reason: latest.reason.clone(),
        },
        None => judged,
    }
}

fn finding(state: &AppState, objective: &Objective, run: &Run, verdict: Verdict, reason: String) -> Finding {
    let attempts = judged_by(objective, &run.measurements);
    let attempts: Vec<String> = attempts.iter().map(u32::to_string).collect();
    Finding {
        verdict,
        evidence: Evidence {
            read_as: match attempts.is_empty() {
                true => "what counts of all measurements".to_owned(),
                false => format!("what counts of measurement {}", attempts.join(" and ")),
            },
            target: run.start.environment.clone(),
            expected: objective.to_string(),
            found: reason.clone(),
            output: None,
            exit_code: None,
            at: state.clock.now(),
            duration_us: 0,
            host: state.prober.host().to_owned(),
            captures: Vec::new(),
            readings: Vec::new(),
        },
        reason,
    }
}
