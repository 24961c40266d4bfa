//! Forms with a file: `multipart/form-data`, read with bounds.

use crate::{
    api::{Error, run::ProofGiven},
    server::library,
};
use leptos::server_fn::codec::MultipartData;
use std::collections::BTreeMap;

/// The most fields that a form may have.
const MOST_FIELDS: usize = 20;

/// A form that was sent: its texts, and its file where one was chosen.
#[derive(Debug, Default)]
pub struct Form {
    texts: BTreeMap<String, String>,
    file: Option<(String, Vec<u8>)>,
}

impl Form {
    /// Reads it, up to 10 MB a field.
    ///
    /// # Errors
    /// [`Error::Refused`] where it is larger, or broken off.
    pub async fn read(data: MultipartData) -> Result<Self, Error> {
        let broken = |error: &dyn std::fmt::Display| {
            Error::refused(format!("The form did not arrive whole ({error}). Send it again."))
        };
        let mut data = data
            .into_inner()
            .ok_or_else(|| Error::refused("The form did not arrive. Send it again."))?;
        let mut form = Self::default();
        for _ in 0..MOST_FIELDS {
            let Some(mut field) = data.next_field().await.map_err(|error| broken(&error))? else {
                return Ok(form);
            };
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let mut bytes = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
                if bytes.len() + chunk.len() > library::LARGEST {
                    return Err(Error::refused(
                        "The file is larger than 10 MB: link to it instead.",
                    ));
                }
                bytes.extend_from_slice(&chunk);
            }
            form.add(name, file_name, bytes);
        }
        Err(Error::refused("The form has too many fields."))
    }

    fn add(&mut self, name: String, file_name: Option<String>, bytes: Vec<u8>) {
        match file_name {
            // A browser sends an empty file where none was chosen.
            Some(file_name) if !(file_name.is_empty() && bytes.is_empty()) => {
                self.file = Some((file_name, bytes))
            }
            Some(_) => {}
            None => {
                self.texts
                    .insert(name, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }

    /// A text field; empty where there is none.
    pub fn text(&mut self, name: &str) -> String {
        self.texts.remove(name).unwrap_or_default()
    }

    /// A number.
    ///
    /// # Errors
    /// [`Error::Refused`] where it is none.
    pub fn number(&mut self, name: &str) -> Result<i64, Error> {
        let text = self.text(name);
        text.parse()
            .map_err(|_| Error::refused(format!("The form's field {name} is no number: {text:?}.")))
    }

    /// The chosen file, or else the field `text`.
    pub fn document(mut self) -> (String, Vec<u8>) {
        self.file.take().unwrap_or_else(|| {
            // Browsers send pasted text with CRLF; the document is what was pasted.
            let text = self.text("text").replace("\r\n", "\n");
            ("pasted.md".to_owned(), text.into_bytes())
        })
    }

    /// What is shown with an attestation.
    pub fn proof(&mut self) -> ProofGiven {
        match self.file.take() {
            Some((name, bytes)) => ProofGiven::File { name, bytes },
            None => match self.text("link") {
                link if link.trim().is_empty() => ProofGiven::Nothing,
                link => ProofGiven::Link(link),
            },
        }
    }
}
