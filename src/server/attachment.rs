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

/// Whether a file is what the ending of its name says: pictures, PDF, archives and office files by their first bytes, texts by
/// being UTF-8. Nothing is said of other endings: they are bytes, and only ever handed out as such.
///
/// # Errors
/// [`Error::Refused`] with what it should be.
pub fn fits_its_name(name: &str, bytes: &[u8]) -> Result<(), Error> {
    let ending = name
        .rsplit_once('.')
        .map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase());
    let (fits, kind) = match ending.as_str() {
        "png" => (bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "a PNG picture"),
        "jpg" | "jpeg" => (bytes.starts_with(b"\xff\xd8\xff"), "a JPEG picture"),
        "gif" => (
            bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
            "a GIF picture",
        ),
        "webp" => (
            bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
            "a WebP picture",
        ),
        "pdf" => (bytes.starts_with(b"%PDF-"), "a PDF document"),
        "gz" | "tgz" => (bytes.starts_with(b"\x1f\x8b"), "a gzip archive"),
        // The second is the one of an empty archive.
        "zip" | "docx" | "xlsx" | "pptx" | "odt" | "ods" => (
            bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06"),
            "a zip archive, as office files are",
        ),
        "txt" | "log" | "csv" | "tsv" | "json" | "md" | "xml" | "yaml" | "yml" | "toml" => (
            std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')),
            "text in UTF-8",
        ),
        _ => return Ok(()),
    };
    if fits {
        return Ok(());
    }
    Err(Error::refused(format!(
        "The file is named .{ending}, and what is in it is not {kind}: choose the right file, or name it as what it is."
    )))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_fits_the_ending_of_its_name_or_is_refused_with_what_it_should_be() {
        let fitting: [(&str, &[u8]); 10] = [
            ("shot.PNG", b"\x89PNG\r\n\x1a\n...."),
            ("shot.jpeg", b"\xff\xd8\xff\xe0"),
            ("shot.gif", b"GIF89a"),
            ("shot.webp", b"RIFF\x10\0\0\0WEBPVP8 "),
            ("report.pdf", b"%PDF-1.7"),
            ("report.docx", b"PK\x03\x04\x14"),
            ("all.tar.gz", b"\x1f\x8b\x08"),
            ("out.log", "größer\n".as_bytes()),
            ("empty.txt", b""),
            ("capture.pcap", b"\xd4\xc3\xb2\xa1"),
        ];
        for (name, bytes) in fitting {
            assert_eq!(fits_its_name(name, bytes), Ok(()), "{name}");
        }
        let others: [(&str, &[u8], &str); 10] = [
            ("shot.png", b"\xff\xd8\xff\xe0", "a PNG picture"),
            ("shot.jpg", b"MZ\x90\0", "a JPEG picture"),
            ("shot.gif", b"GIF", "a GIF picture"),
            ("shot.webp", b"RIFF\x10\0\0\0WAVE", "a WebP picture"),
            ("report.pdf", b"<html>", "a PDF document"),
            ("report.docx", b"%PDF-1.7", "a zip archive"),
            ("all.tgz", b"PK\x03\x04", "a gzip archive"),
            ("out.log", b"\xff\xfea\0", "text in UTF-8"),
            ("out.JSON", b"{}\0", "text in UTF-8"),
            ("empty.pdf", b"", "a PDF document"),
        ];
        for (name, bytes, kind) in others {
            let refused = fits_its_name(name, bytes).unwrap_err().to_string();
            assert!(refused.contains(kind), "{name}: {refused}");
        }
    }
}
