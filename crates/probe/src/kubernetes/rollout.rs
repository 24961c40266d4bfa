//! Whether what was rolled out last is what runs.

use super::Judged;
use super::object::{Object, text};
use crate::answer::Judgement;
use domain::probe::Workload;
use domain::verdict::Verdict;

/// How many pods there are of what is wanted.
struct Counts {
    wanted: u64,
    /// Of any version.
    there: u64,
    updated: u64,
    available: u64,
}

impl Counts {
    fn of(kind: Workload, object: &Object<'_>) -> Result<Self, String> {
        let status = |name: &str| object.count(&format!("/status/{name}"));
        // The API server fills in 1 where nothing is written.
        let wanted = object.count("/spec/replicas")?.unwrap_or(1);
        Ok(match kind {
            Workload::Deployment => Self {
                wanted,
                there: status("replicas")?.unwrap_or(0),
                updated: status("updatedReplicas")?.unwrap_or(0),
                available: status("availableReplicas")?.unwrap_or(0),
            },
            Workload::StatefulSet => {
                // Servers before 1.22 count those that are ready only.
                let patient = object.count("/spec/minReadySeconds")?.unwrap_or(0) > 0;
                let ready = if patient { None } else { status("readyReplicas")? };
                Self {
                    wanted,
                    there: status("replicas")?.unwrap_or(0),
                    updated: status("updatedReplicas")?.unwrap_or(0),
                    available: status("availableReplicas")?.or(ready).unwrap_or(0),
                }
            }
            Workload::DaemonSet => {
                let wanted = status("desiredNumberScheduled")?.unwrap_or(0);
                Self {
                    wanted,
                    there: wanted,
                    updated: status("updatedNumberScheduled")?.unwrap_or(0),
                    available: status("numberAvailable")?.unwrap_or(0),
                }
            }
        })
    }

    fn whole(&self) -> bool {
        [self.there, self.updated, self.available] == [self.wanted; 3]
    }
}

pub(super) fn judge(kind: Workload, object: &Object<'_>) -> Result<Judged, String> {
    verdict(kind, object).map(Judged::alone)
}

fn verdict(kind: Workload, object: &Object<'_>) -> Result<Judgement, String> {
    let counts = Counts::of(kind, object)?;
    let what = format!("{} {}", kind.word(), object.name());
    let found = format!(
        "{what}: {} of {} updated, {} available{}",
        counts.updated,
        counts.wanted,
        counts.available,
        images(object)
    );
    let generation = object.count("/metadata/generation")?;
    let generation = generation.ok_or_else(|| format!("{what} says no generation"))?;
    let not_yet = |why: &str| Judgement::new(Verdict::NoData, format!("{found}: {why}"), found.clone());
    if object.count("/status/observedGeneration")?.unwrap_or(0) < generation {
        return Ok(not_yet("the last change has not been taken up yet; ask again"));
    }
    if counts.wanted == 0 {
        return Ok(Judgement::fail(
            format!("{what} wants no pods, so that nothing of it runs"),
            found,
        ));
    }
    let progress = object.condition("Progressing");
    if let Some(stuck) = progress.as_ref().filter(|progress| progress.status == "False") {
        return Ok(Judgement::fail(format!("{found}: {}", stuck.why()), found));
    }
    let kept_back = object
        .count("/spec/updateStrategy/rollingUpdate/partition")?
        .unwrap_or(0);
    let two = two_revisions(object);
    if counts.whole() && !two {
        return Ok(Judgement::pass(found));
    }
    let partly = counts.available == counts.wanted && counts.updated + kept_back >= counts.wanted;
    if kept_back > 0 && partly {
        let reason = format!("{found}: {kept_back} are kept at the version before by `partition`");
        return Ok(Judgement::new(Verdict::Warning, reason, found));
    }
    if object.is_true("/spec/paused") {
        return Ok(Judgement::fail(format!("{found}: it is paused"), found));
    }
    let moving = match &progress {
        Some(progress) => progress.reason != "NewReplicaSetAvailable",
        None => two || counts.updated != counts.wanted || counts.there != counts.wanted,
    };
    Ok(match moving {
        true => not_yet("it is being rolled out; ask again when that is done"),
        false => Judgement::fail(found.clone(), found),
    })
}

/// A stateful set that is updated by itself says which revision it leaves and which it goes to.
fn two_revisions(object: &Object<'_>) -> bool {
    let [from, to] = ["/status/currentRevision", "/status/updateRevision"].map(|at| object.text(at));
    let by_hand = object.text("/spec/updateStrategy/type") == "OnDelete";
    !by_hand && !to.is_empty() && from != to
}

/// Which version it is.
fn images(object: &Object<'_>) -> String {
    let containers = object.parts("/spec/template/spec/containers");
    let images: Vec<&str> = containers
        .map(|container| text(container, "/image"))
        .filter(|image| !image.is_empty())
        .collect();
    match images.is_empty() {
        true => String::new(),
        false => format!(" ({})", images.join(", ")),
    }
}
