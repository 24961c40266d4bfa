//! Whether a job ran to its end.

use super::Judged;
use super::object::Object;
use crate::answer::Judgement;
use domain::verdict::Verdict;

pub(super) fn judge(object: &Object<'_>) -> Result<Judged, String> {
    let what = format!("job {}", object.name());
    let holds = |kind: &str| {
        object
            .condition(kind)
            .filter(|condition| condition.status == "True")
    };
    let active = object.count("/status/active")?.unwrap_or(0);
    let failed = object.count("/status/failed")?.unwrap_or(0);
    let counted = format!("{what}: {active} active, {failed} failed");
    let judgement = if let Some(failure) = holds("Failed").or_else(|| holds("FailureTarget")) {
        Judgement::fail(format!("{what} failed: {}", failure.why()), counted)
    } else if holds("Complete").is_some() {
        Judgement::pass(format!(
            "{what} is complete since {}",
            object.text("/status/completionTime")
        ))
    } else if holds("Suspended").is_some() {
        Judgement::fail(format!("{what} is suspended, so that it does not run"), counted)
    } else {
        let reason = format!("{counted}: it has not come to its end; ask again");
        Judgement::new(Verdict::NoData, reason, counted)
    };
    Ok(Judged::alone(judgement))
}
