//! The record of a run for others: the filled checklist, and everything as JSON.

use crate::{
    api::Error,
    server::{
        auth::Identity, failure, guard::ErrorAnswer, library, measurement, record, results, run,
        state::AppState,
    },
};
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use checklist::fill::{Blank, Chosen, Filled, Signature, fill};
use chrono::{DateTime, Utc};
use domain::{
    Right,
    form::FieldKind,
    retention::Kept,
    run::{Run, RunId},
    status::{Status, standing},
};
use serde::Serialize;
use serde_json::value::RawValue;

/// `GET /runs/{id}/export.md`: the same document with boxes ticked, blanks filled, choices marked and the signature table filled;
/// nothing else is touched.
pub async fn markdown(
    State(state): State<AppState>,
    Path(id): Path<i64>,
    identity: Identity,
) -> Result<Response, ErrorAnswer> {
    let opened = run::open(&state, &identity.person, RunId(id), Right::See).await?;
    let document = library::document(&state, opened.pinned.revision).await?;
    let filled = filled(&opened, state.clock.now());
    Ok(download(
        &format!("run-{id}.md"),
        "text/markdown; charset=utf-8",
        fill(&document.bytes, &filled),
    ))
}

/// `GET /runs/{id}/export.json`: the document, the plan, the run, its events as they were hashed, and its evidence.
pub async fn json(
    State(state): State<AppState>,
    Path(id): Path<i64>,
    identity: Identity,
) -> Result<Response, ErrorAnswer> {
    let opened = run::open(&state, &identity.person, RunId(id), Right::See).await?;
    let bytes = everything(&state, opened).await?;
    Ok(download(&format!("run-{id}.json"), "application/json", bytes))
}

/// `GET /runs/{id}/results.csv`: how each line stands, for spreadsheets.
pub async fn results(
    State(state): State<AppState>,
    Path(id): Path<i64>,
    identity: Identity,
) -> Result<Response, ErrorAnswer> {
    let opened = run::open(&state, &identity.person, RunId(id), Right::See).await?;
    let table = results::csv(&opened, state.clock.now());
    Ok(download(
        &format!("run-{id}.csv"),
        "text/csv; charset=utf-8",
        table.into_bytes(),
    ))
}

/// `GET /runs/{id}/export.dsse.json`: the evidence file, which anybody can verify without Gonogo.
pub async fn evidence(
    State(state): State<AppState>,
    Path(id): Path<i64>,
    identity: Identity,
) -> Result<Response, ErrorAnswer> {
    run::open(&state, &identity.person, RunId(id), Right::See).await?;
    let bytes = record::file(&state, RunId(id)).await?;
    Ok(download(
        &format!("run-{id}.dsse.json"),
        "application/json",
        bytes,
    ))
}

/// `GET /checklists/{id}/document.md`: the bytes of the revision, as they were imported.
pub async fn document(
    State(state): State<AppState>,
    Path(id): Path<i64>,
    _: Identity,
) -> Result<Response, ErrorAnswer> {
    let document = library::document(&state, id).await?;
    let name = format!("checklist-{id}.md");
    Ok(download(&name, "text/markdown; charset=utf-8", document.bytes))
}

/// What the run says of the document's boxes, blanks and slots.
pub(super) fn filled(opened: &run::Opened, now: DateTime<Utc>) -> Filled {
    let (outline, run) = (&opened.outline, &opened.pinned.run);
    // A tick says that it was done: what was let off or left out keeps its empty box.
    let boxes = outline
        .lines()
        .filter(|(_, line)| line.is_box)
        .map(|(section, line)| {
            let status = standing(section, line, run, now).status;
            (line.line, matches!(status, Status::Proved | Status::Attested))
        });
    let noted = outline.lines().filter(|(_, line)| line.is_box);
    let noted = noted.filter_map(|(_, line)| {
        let settled = run.items.get(&line.id)?.settlement.as_ref()?;
        Some((line.line, settled.reason.clone()))
    });
    let signed = outline.slots.iter().filter_map(|slot| {
        let sign_off = run.sign_offs.get(&slot.key())?;
        let stale = if run.is_stale(sign_off) { ", stale" } else { "" };
        let comment = match sign_off.comment.as_str() {
            "" => String::new(),
            comment => format!(" (“{comment}”)"),
        };
        Some(Signature {
            line: slot.line,
            name: sign_off.by.name().to_owned(),
            date: sign_off.at.format("%Y-%m-%d %H:%M UTC").to_string(),
            signature: format!("{}{stale}{comment}, record {}", sign_off.meaning, sign_off.record),
        })
    });
    let plan = &opened.pinned.plan;
    let computed = measurement::computed(plan, run);
    let blanks = plan.blanks.iter().filter_map(|blank| {
        let value = match blank.computed {
            true => computed.get(&blank.id)?.written()?,
            false => run.blanks.get(&blank.id)?.value.clone(),
        };
        let (line, place) = (blank.line, blank.place);
        Some(Blank { line, place, value })
    });
    let fields = plan.forms.iter().flat_map(|form| &form.fields);
    let choices = fields.filter_map(|field| match &field.kind {
        FieldKind::Choice { start, end, .. } => Some(Chosen {
            start: *start,
            end: *end,
            option: run.blanks.get(&field.id).map(|filling| filling.value.clone()),
        }),
        FieldKind::Number { .. }
        | FieldKind::Words
        | FieldKind::Date
        | FieldKind::Fixed { .. }
        | FieldKind::Computed { .. } => None,
    });
    Filled {
        boxes: boxes.collect(),
        notes: noted.collect(),
        blanks: blanks.collect(),
        choices: choices.collect(),
        signatures: one_a_row(signed),
    }
}

/// Two signatures of one row stand in it together.
fn one_a_row(signed: impl Iterator<Item = Signature>) -> Vec<Signature> {
    let mut rows: Vec<Signature> = Vec::new();
    for one in signed {
        match rows.iter_mut().find(|row| row.line == one.line) {
            None => rows.push(one),
            Some(row) => {
                row.name.push_str(&format!("; {}", one.name));
                row.date.push_str(&format!("; {}", one.date));
                row.signature.push_str(&format!("; {}", one.signature));
            }
        }
    }
    rows
}

#[derive(Serialize)]
struct Export<'a> {
    format: &'static str,
    run: &'a Run,
    plan: &'a domain::plan::Plan,
    document: Document,
    events: Vec<ExportEvent>,
    evidence: Vec<ExportEvidence>,
}

#[derive(Serialize)]
struct Document {
    name: String,
    sha256: String,
    base64: String,
}

/// `hash` is SHA-256 of `previous` followed by `body`, byte for byte.
#[derive(Serialize)]
struct ExportEvent {
    body: String,
    previous: String,
    hash: String,
}

/// `hash` is SHA-256 of the canonical JSON (RFC 8785) of `finding`.
#[derive(Serialize)]
struct ExportEvidence {
    hash: String,
    item: String,
    #[serde(flatten)]
    kept: ExportKept,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum ExportKept {
    Finding(Box<RawValue>),
    /// By retention: nothing but the hash is left.
    RemovedAt(DateTime<Utc>),
}

impl TryFrom<Kept<String>> for ExportKept {
    type Error = serde_json::Error;

    fn try_from(kept: Kept<String>) -> Result<Self, Self::Error> {
        Ok(match kept {
            Kept::Whole(body) => ExportKept::Finding(RawValue::from_string(body)?),
            Kept::Removed(at) => ExportKept::RemovedAt(at),
        })
    }
}

async fn everything(state: &AppState, opened: run::Opened) -> Result<Vec<u8>, Error> {
    let document = library::document(state, opened.pinned.revision).await?;
    let id = opened.pinned.run.id;
    let mut connection = state.pool.acquire().await?;
    let chain = store::event::chain(&mut connection, id).await?;
    let evidence = store::evidence::all(&mut connection, id).await?;
    let fault = |error: serde_json::Error| failure::internal("writing an export", &error);
    let export = Export {
        format: "gonogo-run-1",
        run: &opened.pinned.run,
        plan: &opened.pinned.plan,
        document: Document {
            name: document.revision.file_name,
            sha256: document.revision.hash.to_string(),
            base64: STANDARD.encode(&document.bytes),
        },
        events: chain
            .into_iter()
            .map(|linked| ExportEvent {
                body: linked.body,
                previous: linked.previous.to_string(),
                hash: linked.hash.to_string(),
            })
            .collect(),
        evidence: evidence
            .into_iter()
            .map(|(hash, item, kept)| {
                Ok(ExportEvidence {
                    hash: hash.to_string(),
                    item: item.0,
                    kept: kept.try_into()?,
                })
            })
            .collect::<Result<_, serde_json::Error>>()
            .map_err(fault)?,
    };
    serde_json::to_vec_pretty(&export).map_err(fault)
}

fn download(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"gonogo-{name}\"");
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, bytes).into_response()
}
