//! What a program says about a line, with what shows it.

use super::{
    Caller,
    problem::{self, Body, Named, Problem},
    runs,
};
use crate::{
    api::{Error, run::ProofGiven},
    server::{
        run,
        settlement::{self, Deed},
        state::AppState,
    },
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{Right, plan::ItemId};
use serde::Deserialize;

/// What is pushed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEvidence {
    item: String,
    note: String,
    link: Option<String>,
    output: Option<String>,
    output_name: Option<String>,
}

/// `POST /api/v1/runs/{id}/evidence`. Nobody here saw what the program saw: it is its word, and settles nothing that a probe
/// settles.
pub async fn push(
    State(state): State<AppState>,
    Caller(person): Caller,
    Named(id): Named,
    Body(new): Body<NewEvidence>,
) -> Result<Response, Problem> {
    let item = ItemId(new.item);
    let proof = match (new.link, new.output) {
        (None, None) => ProofGiven::Nothing,
        (Some(link), None) => ProofGiven::Link(link),
        (None, Some(output)) if output.len() > crate::server::library::LARGEST => {
            return Err(Error::refused("The output is larger than 10 MB: link to it instead.").into());
        }
        (None, Some(output)) => ProofGiven::File {
            name: new.output_name.unwrap_or_else(|| "output.txt".to_owned()),
            bytes: output.into_bytes(),
        },
        (Some(_), Some(_)) => return Err(Error::refused("Give a link or an output, not both.").into()),
    };
    let deed = Deed::Attest {
        note: new.note,
        proof,
    };
    run::open(&state, &person, id, Right::Attest).await?;
    let settled = settlement::settle(&state, &person, id, item.clone(), deed).await;
    settled.map_err(problem::named)?;
    let opened = run::open(&state, &person, id, Right::See).await?;
    let found = opened.outline.line(&item);
    let (section, line) = found.ok_or_else(|| Error::NotFound {
        what: format!("item {item}"),
    })?;
    let line = runs::line(section, line, &opened.pinned.run, state.clock.now());
    Ok(Json(line).into_response())
}
