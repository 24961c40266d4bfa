//! The lines that demand something of a number, judged by what was measured: as a probe would have, with evidence of their own.

use crate::server::state::AppState;
use domain::{
    measurement::measured,
    objective::{Clock, Judgement, Objective, Outcome, judge},
    plan::{ItemId, Plan},
    run::{How, Run},
    verdict::{Evidence, Finding, Verdict},
};

/// Each line about which something is known now that was not known before, with its finding.
pub fn judged(state: &AppState, plan: &Plan, run: &Run) -> Vec<(ItemId, Finding)> {
    let lines = plan.objectives.iter();
    lines
        .filter_map(|objective| {
            measured(objective, &run.measurements)?;
            let judgement = judgement(state, objective, run);
            let verdict = match judgement.outcome {
                Outcome::Met => Verdict::Pass,
                Outcome::NotMet { .. } => Verdict::Fail,
                Outcome::NoData => Verdict::NoData,
                Outcome::TooEarly { .. } | Outcome::Waived => return None,
            };
            let latest = run
                .items
                .get(&objective.item)
                .and_then(|item| item.latest.as_ref());
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

/// How a line stands to what was measured.
pub fn judgement(state: &AppState, objective: &Objective, run: &Run) -> Judgement {
    let measured = measured(objective, &run.measurements);
    let settled = run
        .items
        .get(&objective.item)
        .and_then(|item| item.settlement.as_ref());
    let now = state.clock.now();
    let waived = settled.is_some_and(|settled| matches!(settled.how, How::Waived { until } if until > now));
    let clock = Clock {
        t0: run.t0,
        now,
        waived,
    };
    judge(objective, measured.as_ref(), clock)
}

fn finding(state: &AppState, objective: &Objective, run: &Run, verdict: Verdict, reason: String) -> Finding {
    let attempts = run.measurements.counting.values().map(u32::to_string);
    let attempts: Vec<String> = attempts.collect();
    Finding {
        verdict,
        evidence: Evidence {
            read_as: format!("what counts of measurement {}", attempts.join(" and ")),
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
