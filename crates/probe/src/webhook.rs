//! Telling a webhook: one POST to the address that the environment lists, by the client that dials nothing else.

use crate::http::Course;
use crate::prober::Prober;
use crate::site::Hook;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use std::time::Duration;

/// How long it may take, until the status of the answer is there.
const DEADLINE: Duration = Duration::from_secs(10);

impl Prober {
    /// Posts `body`, which is JSON, with these header fields. It has arrived where the answer's status is 200 to 299; a redirect is not
    /// followed, and the body of the answer is not read.
    ///
    /// # Errors
    /// Why it has not arrived, as far as anybody knows, in words without the address.
    pub async fn tell(
        &self,
        hook: &Hook,
        fields: &[(&'static str, String)],
        body: String,
    ) -> Result<(), String> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in fields {
            let value = HeaderValue::from_str(value).map_err(|why| why.to_string())?;
            headers.insert(HeaderName::from_static(name), value);
        }
        let mut course = Course::new(DEADLINE);
        let status = self.client().post(&hook.url, &headers, body, &mut course).await?;
        match status.as_u16() {
            200..300 => Ok(()),
            300..400 => Err(format!(
                "answered {}, a redirect, which is not followed: write the address that it leads to",
                status.as_u16()
            )),
            other => Err(format!("answered {other}")),
        }
    }
}
