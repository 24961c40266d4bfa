//! The header fields that a document gives to a request.

use domain::probe::web::may_send;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

/// Header fields that may be sent.
#[derive(Default)]
pub(crate) struct Headers {
    /// The fields.
    pub fields: HeaderMap,
    /// Their names and values in short, so that only equal requests are taken for one; no value can be read from it.
    digest: u64,
}

/// Of this process alone: from a digest that is stored nobody finds out a value by trying.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The header fields of a request, where all of them may be sent: a stored plan is not trusted to be Gonogo's.
///
/// # Errors
/// Which one may not.
pub(crate) fn headers(given: &[(String, String)]) -> Result<Headers, String> {
    let mut fields = HeaderMap::new();
    for (name, value) in given {
        let refused = || format!("the header field {name:?} is none that a probe may send");
        if !may_send(name, value) {
            return Err(refused());
        }
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        fields.append(name, HeaderValue::from_str(value).map_err(|_| refused())?);
    }
    Ok(Headers {
        fields,
        digest: KEY.hash_one(given),
    })
}

impl fmt::Display for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fields.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = self.fields.keys().map(HeaderName::as_str).collect();
        write!(f, " with {} ({:016x})", names.join(", "), self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, value: &str) -> String {
        headers(&[(name.to_owned(), value.to_owned())]).map_or_else(|why| why, |headers| headers.to_string())
    }

    #[test]
    fn only_equal_header_fields_are_one_request_and_no_value_is_shown() {
        assert_eq!(shown("X-Key", "kQ7mX2"), shown("X-Key", "kQ7mX2"));
        assert_ne!(shown("X-Key", "kQ7mX2"), shown("X-Key", "kQ7mX3"));
        assert!(!shown("X-Key", "kQ7mX2").contains("kQ7mX2"));
        assert_eq!(Headers::default().to_string(), "");
    }
}
