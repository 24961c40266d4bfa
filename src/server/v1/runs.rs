//! Runs, for programs.

use super::{
    Caller,
    problem::{self, Asked, Body, Named, Problem},
};
use crate::{
    api::{
        Error,
        history::{RunFilter, RunLine},
    },
    server::{desk, history, run, state::AppState},
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::{
    Hash, Right,
    decision::Word,
    environment::Class,
    outline::{LineKind, OutlineLine, OutlineSection},
    plan::ItemId,
    run::RunId,
    sign_off::Meaning,
    status::{Status, Tally, standing},
    summary::Summary,
};
use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    environment: String,
    state: String,
    text: String,
    before: Option<i64>,
}

#[derive(Debug, Serialize)]
struct RunList {
    runs: Vec<RunBrief>,
    next: Option<i64>,
}

#[derive(Debug, Serialize)]
struct RunBrief {
    id: RunId,
    url: String,
    title: String,
    environment: String,
    class: Class,
    release: String,
    state: String,
    decision: Word,
    why: String,
    started_by: String,
    started_at: DateTime<Utc>,
}

#[derive(Debug, Serialize)]
struct RunWhole {
    #[serde(flatten)]
    brief: RunBrief,
    revision: i64,
    record: Hash,
    tally: Tally,
    lines: Vec<Line>,
    signatures: Vec<Signature>,
    unsigned: Vec<String>,
}

/// How a line stands.
#[derive(Debug, Serialize)]
pub struct Line {
    item: ItemId,
    section: String,
    text: String,
    kind: LineKind,
    status: Status,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Signature {
    role: String,
    meaning: Meaning,
    by: String,
    at: DateTime<Utc>,
    stale: bool,
}

/// A run to be started.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRun {
    revision: i64,
    environment: String,
    release: String,
    request_key: Option<String>,
}

/// `GET /api/v1/runs`. A token for one environment sees the runs there.
pub async fn list(
    State(state): State<AppState>,
    Caller(person): Caller,
    Asked(filter): Asked<Filter>,
) -> Result<Response, Problem> {
    if filter.before.is_some_and(|before| before < 1) {
        return Err(Error::refused("A run's number is 1 or more.").into());
    }
    let own = person.service.and_then(|service| service.environment);
    let environment = match own {
        Some(own) if !filter.environment.is_empty() && filter.environment != own => {
            let words = format!("This token is for the environment {own} only.");
            return Err(Problem::of(StatusCode::FORBIDDEN, &words));
        }
        Some(own) => own,
        None => filter.environment,
    };
    let filter = RunFilter {
        environment,
        state: filter.state,
        text: filter.text,
        before: filter.before,
        ..RunFilter::default()
    };
    let page = history::page(&state, filter).await?;
    let next = page.runs.last().filter(|_| page.older).map(|line| line.id.0);
    let runs = page.runs.into_iter().map(|line| brief(&state, line)).collect();
    Ok(Json(RunList { runs, next }).into_response())
}

/// `GET /api/v1/runs/{id}`.
pub async fn read(
    State(state): State<AppState>,
    Caller(person): Caller,
    Named(id): Named,
) -> Result<Response, Problem> {
    let opened = run::open(&state, &person, id, Right::See).await?;
    let (now, outline, revision) = (state.clock.now(), opened.outline, opened.pinned.revision);
    let run = opened.pinned.run;
    let lines = outline.lines().map(|(section, it)| line(section, it, &run, now));
    let lines = lines.collect();
    let signatures = run.sign_offs.values().map(|sign_off| Signature {
        role: sign_off.role.clone(),
        meaning: sign_off.meaning,
        by: sign_off.by.name().to_owned(),
        at: sign_off.at,
        stale: run.is_stale(sign_off),
    });
    let signatures = signatures.collect();
    let summary = Summary::of(&outline, &run, now);
    let whole = RunWhole {
        revision,
        record: run.record.clone(),
        tally: summary.tally,
        unsigned: summary.unsigned,
        lines,
        signatures,
        brief: RunBrief {
            id: run.id,
            url: url(&state, run.id),
            state: run.state.word().to_owned(),
            decision: summary.answer.word,
            why: summary.answer.why,
            started_by: run.started_by.name().to_owned(),
            started_at: run.started_at,
            title: run.start.title,
            environment: run.start.environment,
            class: run.start.class,
            release: run.start.release,
        },
    };
    Ok(Json(whole).into_response())
}

/// `POST /api/v1/runs`.
pub async fn start(
    State(state): State<AppState>,
    Caller(person): Caller,
    Body(new): Body<NewRun>,
) -> Result<Response, Problem> {
    let key = match new.request_key {
        Some(key) => key,
        None => desk::new_request_key()?,
    };
    let key = desk::request_key(&key)?;
    let started = run::start(&state, &person, new.revision, &new.environment, &new.release, key).await;
    let id = started.map_err(problem::named)?;
    let location = [(header::LOCATION, format!("{}/runs/{}", super::BASE, id.0))];
    let started = serde_json::json!({"id": id, "url": url(&state, id)});
    Ok((StatusCode::CREATED, location, Json(started)).into_response())
}

/// How `line` stands.
pub fn line(
    section: &OutlineSection,
    line: &OutlineLine,
    run: &domain::run::Run,
    now: DateTime<Utc>,
) -> Line {
    let standing = standing(section, line, run, now);
    Line {
        item: line.id.clone(),
        section: section.title.clone(),
        text: line.text.clone(),
        kind: line.kind,
        status: standing.status,
        reason: standing.reason,
    }
}

fn brief(state: &AppState, line: RunLine) -> RunBrief {
    RunBrief {
        id: line.id,
        url: url(state, line.id),
        title: line.title,
        environment: line.environment,
        class: line.class,
        release: line.release,
        state: line.state,
        decision: line.summary.answer.word,
        why: line.summary.answer.why,
        started_by: line.started_by,
        started_at: line.started_at,
    }
}

/// The run's page, for people.
fn url(state: &AppState, id: RunId) -> String {
    format!("{}/runs/{}", state.origin, id.0)
}
