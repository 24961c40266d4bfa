//! Copies, rights and room.

use super::{Look, met, missing};
use crate::blocking::blocking;
use crate::disk;
use crate::file::{self, Seen, Wanted};
use crate::fill;
use crate::fingerprint::files::{KIND, read};
use crate::place::Place;
use crate::seal::Seal;
use domain::fingerprint::{Part, file as part_of};
use domain::quantity::bytes;
use domain::readiness::NeedState;
use domain::verdict::Verdict;

/// How much must be free in any case, in bytes.
const ROOM: u64 = 1 << 30;

impl Look<'_> {
    pub(super) async fn copy(&self, from: &str, to: &str) -> Result<NeedState, String> {
        let again = || format!("copy {to} to {from} while {to} is as it was before the deployment");
        let content = match read(from, self.site).await? {
            None => return Ok(missing(format!("{from} does not exist"), again())),
            Some(content) if content.is_empty() => {
                return Ok(missing(format!("{from} is empty"), again()));
            }
            Some(content) => content,
        };
        let was = match (self.before.part(&part_of(to)), self.begun) {
            (Part::Is { value }, _) => value,
            (Part::Unread { why }, _) => return Err(why),
            (Part::Absent, true) => {
                let why = format!("{to} did not exist before the deployment, so {from} is no copy of it");
                return Ok(missing(why, "look at both files"));
            }
            (Part::Absent, false) => {
                return Ok(missing(format!("{to} does not exist"), "look at both files"));
            }
        };
        let digest = |seal: &Seal| seal.digest(KIND, &content);
        let own = self.site.seal.as_ref().map(digest);
        let own = own.ok_or("there is no key here to compare it by")?;
        let when = if self.begun {
            "was before the deployment"
        } else {
            "is now"
        };
        let size = bytes(content.len() as u64);
        Ok(match own == was {
            true => met(format!("as {to} {when}, {size}")),
            false => missing(format!("{from} is not what {to} {when}"), again()),
        })
    }

    pub(super) async fn writable(&self, path: &str) -> Result<NeedState, String> {
        let place = Place::of(path, self.site)?;
        let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
        let beside = Place::of(if folder.is_empty() { "/" } else { &folder }, self.site);
        let site = self.site.clone();
        let looking = blocking(self.site, move || {
            let own = file::observe(&place, Wanted::default(), &site)?;
            let link = place.is_link();
            Ok((
                own,
                link,
                beside.and_then(|beside| file::observe(&beside, Wanted::default(), &site)),
            ))
        });
        let (own, link, beside) = looking.await?;
        let what = if path == "." { "the work directory" } else { path };
        let allow = format!("let Gonogo's user write {what}");
        if path != "." && link {
            let why = format!("{path} is a symbolic link, which is not written through");
            return Ok(missing(why, "name the file that it leads to"));
        }
        Ok(match (own, beside) {
            (Seen::Something { writable: false, .. }, _) => {
                missing(format!("{what} cannot be written"), allow)
            }
            (Seen::Nothing, _) if path == "." => missing(format!("{what} does not exist"), allow),
            // A file is replaced whole, which its folder has to allow.
            (_, Ok(Seen::Something { writable: false, .. })) if path != "." => missing(
                format!("the folder of {path} cannot be written"),
                format!("let Gonogo's user write the folder of {path}"),
            ),
            (_, Err(why)) if path != "." => return Err(why),
            (Seen::Something { .. } | Seen::Nothing, _) => met(format!("{what} can be written")),
        })
    }

    /// Twice what is restored, and never less than [`ROOM`].
    pub(super) async fn space(&self, files: &[String]) -> Result<NeedState, String> {
        let now = (self.round.context.clock)();
        let work = Place::of(".", self.site)?;
        let files = files
            .iter()
            .map(|file| Place::of(&fill::dates(file, now), self.site));
        let site = self.site.clone();
        // One that cannot be found is its own need's trouble.
        let files: Vec<Place> = files.filter_map(Result::ok).collect();
        let looking = blocking(self.site, move || {
            let sizes = files
                .iter()
                .map(|place| match file::observe(place, Wanted::default(), &site) {
                    Ok(Seen::Something { size, .. }) => size,
                    Ok(Seen::Nothing) | Err(_) => 0,
                });
            let most: u64 = sizes.fold(0, u64::saturating_add);
            Ok((disk::observe(&work)?, most))
        });
        let (left, size) = looking.await?;
        let judgement = disk::judge(left, ROOM.max(size.saturating_mul(2)));
        Ok(match judgement.verdict {
            Verdict::Pass => met(judgement.found),
            Verdict::Fail | Verdict::Warning | Verdict::NoData | Verdict::Error => {
                missing(judgement.reason, "make room: old images, old dumps")
            }
        })
    }
}
