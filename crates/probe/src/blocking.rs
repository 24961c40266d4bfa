//! Blocking reads, away from the threads that serve.

use crate::site::Site;

/// Reads; a file system that hangs is left behind at the deadline.
///
/// # Errors
/// What `read` gives, or in words that there was no answer.
pub(crate) async fn blocking<T: Send + 'static>(
    site: &Site,
    read: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    match tokio::time::timeout(site.deadline, tokio::task::spawn_blocking(read)).await {
        Err(_) => Err(format!(
            "no answer from this machine within {} ms",
            site.deadline.as_millis()
        )),
        Ok(Err(_)) => Err("reading broke off: this is a defect of Gonogo".to_owned()),
        Ok(Ok(read)) => read,
    }
}
