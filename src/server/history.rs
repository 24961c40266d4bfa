//! The history: runs by what somebody looks for.

use crate::{
    api::{
        Error,
        history::{Count, RunFilter, RunLine, RunsPage},
    },
    server::{sites::Entry, state::AppState},
};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use domain::{run::RunId, search::terms};
use store::history::{Filter, Listed, Turn};

/// A page of the history, with what its filters can be chosen from.
///
/// # Errors
/// [`Error::Refused`] where a day is none; the database's.
pub async fn page(state: &AppState, asked: RunFilter) -> Result<RunsPage, Error> {
    let turn = match (asked.before, asked.after) {
        (Some(before), _) => Turn::Before(RunId(before)),
        (None, Some(after)) => Turn::After(RunId(after)),
        (None, None) => Turn::Newest,
    };
    let mut connection = state.pool.acquire().await?;
    // Postgres keeps no zero byte in a text: nothing matches one.
    let (page, count) = if has_zero(&asked) {
        (store::history::Page::default(), (0, false))
    } else {
        let filter = filter(asked)?;
        let page = store::history::page(&mut connection, &filter, turn).await?;
        (page, store::history::count(&mut connection, &filter).await?)
    };
    Ok(RunsPage {
        runs: page.runs.into_iter().map(line).collect(),
        count: match count {
            (count, true) => Count::MoreThan(count),
            (count, false) => Count::Exactly(count),
        },
        newer: page.newer,
        older: page.older,
        environments: environments(state),
    })
}

/// The names of the environments that can be used.
pub(crate) fn environments(state: &AppState) -> Vec<String> {
    let usable = state.sites.all().iter().filter_map(|entry| match entry {
        Entry::Usable(place) => Some(place.declared.name.clone()),
        Entry::Broken { .. } => None,
    });
    usable.collect()
}

fn has_zero(asked: &RunFilter) -> bool {
    let texts = [
        &asked.environment,
        &asked.state,
        &asked.outcome,
        &asked.person,
        &asked.text,
    ];
    texts.iter().any(|text| text.contains('\0'))
}

fn filter(asked: RunFilter) -> Result<Filter, Error> {
    let given = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let (state, outcome) = (given(asked.state), given(asked.outcome));
    let open = match state.as_deref() {
        Some("open") => Some(true),
        Some("closed") => Some(false),
        Some(_) | None => None,
    };
    let state = state.filter(|_| open.is_none());
    let next = |day: NaiveDate| day.checked_add_days(Days::new(1));
    Ok(Filter {
        environment: given(asked.environment),
        open,
        states: [state, outcome].into_iter().flatten().collect(),
        from: day(&asked.from)?.map(midnight),
        to: day(&asked.to)?.and_then(next).map(midnight),
        person: given(asked.person),
        terms: terms(&asked.text),
    })
}

pub(crate) fn day(text: &str) -> Result<Option<NaiveDate>, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    // Years that Postgres and people write with four digits.
    let known = parsed.filter(|day| (1..=9999).contains(&chrono::Datelike::year(day)));
    known
        .map(Some)
        .ok_or_else(|| Error::refused(format!("{text:?} is no day: write it as 2026-11-23.")))
}

pub(crate) fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn line(listed: Listed) -> RunLine {
    let Listed {
        id,
        title,
        environment,
        class,
        release,
        state,
        started_by,
        started_at,
        summary,
    } = listed;
    RunLine {
        id,
        title,
        environment,
        class,
        release,
        state,
        started_by,
        started_at,
        summary,
    }
}

/// Reads what an earlier Gonogo stored without what the history searches, a few runs at a time, until nothing is left.
pub async fn catch_up(state: AppState) {
    let mut count = 0;
    loop {
        let read = async {
            let mut tx = state.pool.begin().await?;
            let read = store::history::catch_up(&mut tx).await?;
            tx.commit().await?;
            Ok::<usize, store::Error>(read)
        };
        let read = tokio::select! {
            () = state.stopping.cancelled() => return,
            read = read => read,
        };
        match read {
            Ok(0) => break,
            Ok(read) => count += read,
            Err(error) => {
                tracing::warn!(%error, "older runs could not be read for the history; the next start tries again");
                return;
            }
        }
    }
    if count > 0 {
        tracing::info!(count, "read older runs for the history");
    }
}
