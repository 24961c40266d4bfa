//! Pages for probes that read more in them than a status.

use super::{Headers, Seen, Stopped, judge_status, page, resolve, shown};
use crate::answer::Judgement;
use crate::round::Round;
use crate::site::Site;
use domain::probe::StatusRule;
use domain::verdict::{Capture, Verdict};

/// A page as it was fetched.
pub(crate) struct Fetched {
    /// What was asked, for people.
    pub target: String,
    /// The page, which answered with success, or why there is none.
    pub seen: Result<Seen, Judgement>,
    /// The observation; `None` where nothing was dialled.
    pub capture: Option<Capture>,
}

/// Fetches a page by GET; any status but success is a failure.
pub(crate) async fn fetch(written: &str, site: &Site, round: &Round<'_>) -> Fetched {
    let (url, endpoint) = match resolve(written, site) {
        Ok(found) => found,
        Err(why) => {
            return Fetched {
                target: written.to_owned(),
                seen: Err(Judgement::error(why)),
                capture: None,
            };
        }
    };
    let target = shown(&url);
    let captured = page(
        &url,
        endpoint,
        StatusRule::Success,
        Headers::default(),
        site,
        round,
    )
    .await;
    let seen = match captured.seen.as_ref() {
        Err(Stopped { why, .. }) => Err(Judgement::error(format!("GET {target}: {why}"))),
        Ok(seen) => {
            let status = judge_status(seen, StatusRule::Success, &site.secrets);
            match status.verdict {
                Verdict::Pass => Ok(seen.clone()),
                _ => Err(status),
            }
        }
    };
    Fetched {
        target,
        seen,
        capture: Some(captured.capture),
    }
}
