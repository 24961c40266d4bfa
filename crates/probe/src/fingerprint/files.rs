//! The files that a way back writes.

use super::{NO_SEAL, Parts};
use crate::blocking::blocking;
use crate::place::{Closed, Place};
use crate::site::Site;
use domain::environment::Class;
use domain::fingerprint::{Part, file};
use domain::plan::{Plan, Work};
use domain::probe::ProbeSpec;
use domain::rollback::Deed;
use std::collections::BTreeSet;

/// What keeps digests of files apart from others.
pub(crate) const KIND: &str = "file";

/// `.env`, what the plan asks for lines of, and what a step of a way back edits or restores.
pub(crate) fn named(plan: &Plan, class: Class) -> BTreeSet<String> {
    let mut files = BTreeSet::from([".env".to_owned()]);
    for item in plan.items() {
        if let Work::Probe { spec } = &item.work {
            files.extend(spec.leaves().into_iter().filter_map(|leaf| match leaf {
                ProbeSpec::EnvLine { file, .. } => Some(file.clone()),
                _ => None,
            }));
        }
    }
    for step in plan.rollback.iter().flat_map(|tier| tier.steps_in(class)) {
        match &step.deed {
            Deed::EnvEdit { file, .. } => files.extend([file.clone()]),
            Deed::Restore { to, .. } => files.extend([to.clone()]),
            Deed::Command { .. } | Deed::Verify { .. } | Deed::ByHand { .. } => {}
        }
    }
    files
}

pub(super) async fn part(path: &str, site: &Site) -> Result<Parts, String> {
    let part = match read(path, site).await? {
        Some(content) => Part::Is {
            value: site.seal.as_ref().ok_or(NO_SEAL)?.digest(KIND, &content),
        },
        None => Part::Absent,
    };
    Ok(vec![(file(path), part)])
}

/// A file's bytes; `None` where there is no file.
pub(crate) async fn read(path: &str, site: &Site) -> Result<Option<Vec<u8>>, String> {
    let place = Place::of(path, site)?;
    let shown = place.shown();
    match blocking(site, move || Ok(place.read())).await? {
        Err(Closed::Missing) => Ok(None),
        Err(Closed::Refused(why)) => Err(why),
        Ok((_, true)) => Err(format!("{shown} is longer than 1 MB: is it the right file?")),
        Ok((content, false)) => Ok(Some(content)),
    }
}
