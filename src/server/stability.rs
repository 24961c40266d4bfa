//! How changes go, over some days.

use crate::{
    api::{
        Error,
        stability::{DeploymentsLine, PhaseLine, StabilityFilter, StabilityPage, WaiverLine},
    },
    server::{
        history::{day, midnight},
        state::AppState,
    },
};
use chrono::Days;
use store::stability::{Deployments, PhaseTimes, Range, WAIVERS, Waiver};

/// How many days there are where nobody says from when.
const DAYS: Days = Days::new(89);

/// The numbers of some days.
///
/// # Errors
/// [`Error::Refused`] where a day is none, or the last comes before the first.
pub async fn page(state: &AppState, filter: &StabilityFilter) -> Result<StabilityPage, Error> {
    let now = state.clock.now();
    let to = day(&filter.to)?.unwrap_or(now.date_naive());
    let from = day(&filter.from)?.unwrap_or_else(|| to.checked_sub_days(DAYS).unwrap_or(to));
    if to < from {
        return Err(Error::refused(format!(
            "The last day, {to}, comes before the first, {from}: change one of them."
        )));
    }
    let environment = Some(filter.environment.trim().to_owned()).filter(|name| !name.is_empty());
    if environment.as_ref().is_some_and(|name| name.contains('\0')) {
        return Err(Error::refused("No environment has a zero byte in its name."));
    }
    let range = Range {
        from: midnight(from),
        to: midnight(to.checked_add_days(Days::new(1)).unwrap_or(to)),
        environment,
    };
    let mut connection = state.pool.acquire().await?;
    let mut deployments = store::stability::deployments(&mut connection, &range).await?;
    let phases = store::stability::phases(&mut connection, &range).await?;
    let mut waivers = store::stability::waivers(&mut connection, &range).await?;
    let all = deployments.pop().map(deployed).unwrap_or_default();
    let more_waivers = waivers.len() as i64 > WAIVERS;
    waivers.truncate(usize::try_from(WAIVERS).unwrap_or_default());
    Ok(StabilityPage {
        from,
        to,
        all,
        months: deployments.into_iter().map(deployed).collect(),
        phases: phases.into_iter().map(phase).collect(),
        waivers: waivers.into_iter().map(waiver).collect(),
        more_waivers,
        environments: super::history::environments(state),
        now,
    })
}

fn deployed(deployments: Deployments) -> DeploymentsLine {
    let Deployments {
        of,
        begun,
        ended,
        failed,
        restored,
        restore_seconds,
    } = deployments;
    let (month, environment) = of
        .map(|(month, environment)| (month.format("%Y-%m").to_string(), environment))
        .unwrap_or_default();
    DeploymentsLine {
        month,
        environment,
        begun,
        ended,
        failed,
        restored,
        restore_seconds,
    }
}

fn phase(times: PhaseTimes) -> PhaseLine {
    let PhaseTimes {
        title,
        runs,
        planned_minutes,
        median_seconds,
        longest_seconds,
    } = times;
    PhaseLine {
        title,
        runs,
        planned_minutes,
        median_seconds,
        longest_seconds,
    }
}

fn waiver(waiver: Waiver) -> WaiverLine {
    let Waiver {
        run,
        environment,
        item,
        line,
        person,
        reason,
        at,
        until,
        taken_back_at,
    } = waiver;
    WaiverLine {
        run,
        environment,
        item,
        line,
        person,
        reason,
        at,
        until,
        taken_back_at,
    }
}
