//! Going on although nothing that counts is known of the time before the deployment.

use crate::{api::Error, server::run::reasoned};
use domain::{baseline, event::Happening, outline::Outline, run::Run};

/// The entry for somebody who goes on without numbers from before; nothing where they are there, or somebody said so before.
///
/// # Errors
/// [`Error::Refused`] without a reason, which says what is missing.
pub fn forgone(outline: &Outline, run: &Run, reason: Option<&str>) -> Result<Option<Happening>, Error> {
    let Some(missing) = baseline::missing(outline, run).filter(|_| run.without_baseline.is_none()) else {
        return Ok(None);
    };
    let Some(reason) = reason.filter(|reason| !reason.trim().is_empty()) else {
        return Err(Error::refused(format!(
            "{missing} What was before cannot be measured any more once the execution begins: measure first, or say why it goes on \
             without."
        )));
    };
    let reason = reasoned(reason)?;
    Ok(Some(Happening::WithoutBaseline { reason }))
}
