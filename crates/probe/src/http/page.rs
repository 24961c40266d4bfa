//! Pages for probes that read more in them than a status.

use super::{Seen, judge_status, observe, resolve, shown};
use crate::answer::Judgement;
use crate::site::Site;
use domain::probe::StatusRule;
use domain::verdict::Verdict;
use reqwest::Client;

/// A page as it was fetched.
pub(crate) struct Fetched {
    /// What was asked, for people.
    pub target: String,
    /// The page, which answered with success, or why there is none.
    pub seen: Result<Seen, Judgement>,
}

/// Fetches a page by GET; any status but success is a failure.
pub(crate) async fn fetch(written: &str, site: &Site, client: &Result<Client, String>) -> Fetched {
    let without = |why: String| Fetched {
        target: written.to_owned(),
        seen: Err(Judgement::error(why)),
    };
    let (url, client) = match (resolve(written, site), client) {
        (Ok((url, _)), Ok(client)) => (url, client),
        (Err(why), _) => return without(why),
        (_, Err(why)) => return without(format!("no HTTP client can be made: {why}")),
    };
    let target = shown(&url);
    let seen = match observe(url, StatusRule::Success, site, client).await {
        Err(why) => Err(Judgement::error(format!("GET {target}: {why}"))),
        Ok(seen) => {
            let status = judge_status(&seen, StatusRule::Success, &site.secrets);
            match status.verdict {
                Verdict::Pass => Ok(seen),
                _ => Err(status),
            }
        }
    };
    Fetched { target, seen }
}
