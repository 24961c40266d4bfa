//! Files that people showed with an attestation, given back as they came.

use crate::{
    api::Error,
    server::{auth::Identity, desk, guard::ErrorAnswer, run, state::AppState},
};
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use domain::{Right, retention::Kept, run::RunId};

/// `GET /runs/{id}/attachments/{hash}`. Always a download: a browser never draws what somebody uploaded.
pub async fn download(
    State(state): State<AppState>,
    Path((id, hash)): Path<(i64, String)>,
    identity: Identity,
) -> Result<Response, ErrorAnswer> {
    run::open(&state, &identity.person, RunId(id), Right::See).await?;
    let hash = desk::hash(hash)?;
    let mut connection = state.pool.acquire().await.map_err(Error::from)?;
    let found = store::attachment::by_hash(&mut connection, RunId(id), &hash)
        .await
        .map_err(Error::from)?;
    let file = found.ok_or_else(|| Error::NotFound {
        what: "file with this hash in this run".to_owned(),
    })?;
    let bytes = match file.bytes {
        Kept::Whole(bytes) => Ok(bytes),
        Kept::Removed(at) => Err(Error::NotFound {
            what: format!(
                "output here any more: removed by retention on {}, and its hash stays in the record",
                at.format("%Y-%m-%d")
            ),
        }),
    }?;
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
            c
        } else {
            '_'
        }
    };
    let name: String = file.name.chars().map(plain).collect();
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, bytes).into_response())
}
