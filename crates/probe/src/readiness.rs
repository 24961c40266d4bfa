//! Whether the ways back can be gone now: what their steps need, looked at before anybody needs it.

use crate::fingerprint::{prompt, tangible};
use crate::output::sentence;
use crate::prober::Prober;
use crate::round::Round;
use crate::seal::Seal;
use crate::site::Site;
use crate::turn::cancelled;
use domain::fingerprint::Fingerprint;
use domain::plan::Plan;
use domain::readiness::{Need, NeedState, Readiness, TierReadiness};
use futures::future::{FutureExt as _, join_all};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use want::Want;

mod command;
mod commit;
mod dump;
mod files;
mod images;
mod values;
mod want;

/// How long all of it may take.
const BUDGET: Duration = Duration::from_secs(5);

/// What is known while needs are looked at.
struct Look<'a> {
    round: &'a Round<'a>,
    site: &'a Site,
    /// How things were before the deployment, or are where it has not begun.
    before: &'a Fingerprint,
    /// The deployment has begun.
    begun: bool,
    cancel: &'a CancellationToken,
}

impl Prober {
    /// Looks at everything that the tiers need in the environment, at once, in a round of its own and within five seconds.
    /// Never fails: what could not be looked at says why. `before` is the fingerprint from when the execution began; without it
    /// things are compared with how they are now, which is what would be restored.
    pub async fn readiness(
        &self,
        site: &Site,
        plan: &Plan,
        before: Option<&Fingerprint>,
        cancel: CancellationToken,
    ) -> Readiness {
        let (round, budget) = (self.round(), site.deadline.min(BUDGET));
        let mut site = site.clone();
        let (now, begun) = (Fingerprint::default(), before.is_some());
        let now = if begun {
            site.deadline = budget;
            now
        } else {
            // Nothing of this fingerprint is kept, so that any key will do.
            site.seal = Some(site.seal.unwrap_or(Seal::new([0; 32])));
            site.deadline = budget / 2;
            let parts = tangible(&round, &prompt(&site), plan, &cancel).await;
            Fingerprint {
                parts: parts.into_iter().collect(),
                ..now
            }
        };
        let site = &prompt(&site);
        let look = Look {
            round: &round,
            site,
            before: before.unwrap_or(&now),
            begun,
            cancel: &cancel,
        };
        let class = site.environment.class;
        let tiers: Vec<_> = plan.rollback.iter().collect();
        let wants: Vec<Vec<Want>> = tiers.iter().map(|tier| want::of(tier, plan, class)).collect();
        let needs = look.at(&wants).await;
        let known = |want: &Want| {
            needs
                .iter()
                .find(|(known, _)| known == want)
                .map(|(_, need)| need.clone())
        };
        let tiers = tiers.iter().zip(&wants).map(|(tier, wants)| {
            let needs = wants.iter().filter_map(known).collect();
            TierReadiness::new(tier, needs)
        });
        Readiness {
            tiers: tiers.collect(),
        }
    }
}

impl Look<'_> {
    /// Each that is wanted, looked at once, however many tiers want it.
    async fn at(&self, wants: &[Vec<Want>]) -> Vec<(Want, Need)> {
        let mut different: Vec<&Want> = Vec::new();
        for want in wants.iter().flatten() {
            if !different.contains(&want) {
                different.push(want);
            }
        }
        join_all(different.into_iter().map(|want| self.need(want))).await
    }

    /// In words without secrets, and within the deadline.
    async fn need(&self, want: &Want) -> (Want, Need) {
        let (site, unread) = (self.site, |why: String| NeedState::Unread { why });
        let looking = AssertUnwindSafe(self.state(want)).catch_unwind();
        let state = tokio::select! {
            biased;
            () = self.cancel.cancelled() => unread(cancelled().reason),
            looked = tokio::time::timeout(site.deadline, looking) => match looked {
                Ok(Ok(state)) => state,
                Ok(Err(_)) => unread("looking at it broke off".to_owned()),
                Err(_) => unread(format!("no complete answer within {} ms", site.deadline.as_millis())),
            },
        };
        let words = |text: String| sentence(&text, &site.secrets);
        let state = match state {
            NeedState::Met { found } => NeedState::Met { found: words(found) },
            NeedState::Missing { why, todo } => NeedState::Missing {
                why: words(why),
                todo: words(todo),
            },
            NeedState::Unread { why } => NeedState::Unread { why: words(why) },
        };
        let what = words(want.words());
        (want.clone(), Need { what, state })
    }

    async fn state(&self, want: &Want) -> NeedState {
        let looked = match want {
            Want::Step => Ok(missing(
                "none of its steps exists in this environment",
                "say in the checklist what is to be done here",
            )),
            Want::ByHand { steps, of } => Ok(met(format!("{steps} of {of} steps"))),
            Want::Copy { from, to } => self.copy(from, to).await,
            Want::Dump { file } => self.dump(file).await,
            Want::DumpElsewhere => Err("it lies within a container".to_owned()),
            Want::Writable { path } => self.writable(path).await,
            Want::Space { files } => self.space(files).await,
            Want::Commit { written } => self.commit(written).await,
            Want::Program { name } => self.program(name).await,
            Want::CleanTree => self.clean_tree().await,
            Want::Images => self.images().await,
            Want::Value { name } => Ok(self.value(name)),
            Want::Endpoint { url } => Ok(self.endpoint(url)),
        };
        looked.unwrap_or_else(|why| NeedState::Unread { why })
    }
}

fn met(found: impl Into<String>) -> NeedState {
    NeedState::Met { found: found.into() }
}

fn missing(why: impl Into<String>, todo: impl Into<String>) -> NeedState {
    NeedState::Missing {
        why: why.into(),
        todo: todo.into(),
    }
}
