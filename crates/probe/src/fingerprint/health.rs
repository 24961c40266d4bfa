//! The health page: which one it is, what it answers, and how long it took.

use crate::http::{self, health};
use crate::round::Round;
use crate::site::Site;
use domain::plan::{Plan, Work};
use domain::probe::ProbeSpec;
use domain::rollback::Deed;
use domain::verdict::Verdict;

/// The first health page that the way back verifies, else that the plan asks for; one of what is deployed before one of what
/// watches it.
pub(super) fn page(plan: &Plan, site: &Site) -> Option<String> {
    let back = plan.rollback.iter().flat_map(|tier| &tier.steps);
    let back = back.flat_map(|step| {
        let verified = match &step.deed {
            Deed::Verify { spec } => Some(spec),
            Deed::Command { .. } | Deed::EnvEdit { .. } | Deed::Restore { .. } | Deed::ByHand { .. } => None,
        };
        verified.into_iter().chain(&step.proof)
    });
    let works = plan.sections.iter().flat_map(|section| {
        let items = section.items.iter().map(|item| &item.work);
        items.chain(section.checks.iter().map(|check| &check.work))
    });
    let forth = works.filter_map(|work| match work {
        Work::Probe { spec } => Some(spec),
        Work::Action { proof, .. } => proof.as_ref(),
        Work::Attestation | Work::Parent => None,
    });
    let pages: Vec<&str> = back
        .chain(forth)
        .flat_map(ProbeSpec::leaves)
        .filter_map(|leaf| match leaf {
            ProbeSpec::Http(spec) => Some(spec.url.as_str()),
            _ => None,
        })
        .filter(|url| health::is_page(url))
        .collect();
    let web = site.environment.web_endpoint().ok();
    let of_web = |url: &&&str| {
        let endpoint = http::resolve(url, site).ok().map(|(_, endpoint)| endpoint);
        endpoint.is_some() && endpoint == web
    };
    let page = pages.iter().find(of_web).or(pages.first())?;
    Some((*page).to_owned())
}

/// The status, and what the page says against the service; how long it took, in microseconds, where it answered with success.
pub(super) async fn observe(
    page: &str,
    site: &Site,
    round: &Round<'_>,
) -> Result<(String, Option<u64>), String> {
    let fetched = http::fetch(page, site, round).await;
    match fetched.seen {
        Ok(seen) => {
            let against = health::judge(page, &seen.body).map(|judgement| judgement.found);
            let against = against.map_or_else(String::new, |found| format!(": {found}"));
            let took = u64::try_from(seen.took.as_micros()).ok();
            Ok((format!("{}{against}", seen.status), took))
        }
        Err(judgement) if judgement.verdict == Verdict::Fail => Ok((judgement.found, None)),
        Err(judgement) => Err(judgement.reason),
    }
}
