//! The commit that is checked out, and what its files have become.

use super::{NO_SEAL, Parts};
use crate::git::{git, judge_end, parse};
use crate::round::Round;
use crate::site::Site;
use domain::fingerprint::{COMMIT, Part, WORK_TREE};
use domain::verdict::Verdict;
use tokio_util::sync::CancellationToken;

/// The value of a work tree in which nothing is changed.
pub(crate) const CLEAN: &str = "clean";

const STATUS: [&str; 5] = [
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--untracked-files=no",
];

/// Nothing that the repository names runs to show a difference.
const DIFFERENCE: [&str; 6] = [
    "diff",
    "--binary",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "HEAD",
];

pub(crate) async fn parts(
    round: &Round<'_>,
    site: &Site,
    cancel: &CancellationToken,
) -> Result<Parts, String> {
    let ran = git(&STATUS, site, round.context, cancel).await;
    let named = |commit, work_tree| vec![(COMMIT.to_owned(), commit), (WORK_TREE.to_owned(), work_tree)];
    match judge_end(&ran, &site.secrets) {
        Some(judgement) if judgement.verdict == Verdict::Fail => {
            return Ok(named(Part::Absent, Part::Absent));
        }
        Some(judgement) => return Err(judgement.reason),
        None => {}
    }
    let status = parse(&String::from_utf8_lossy(&ran.stdout));
    let commit = match status.head {
        Some(value) => Part::Is { value },
        None => Part::Absent,
    };
    let work_tree = match status.changed.len() {
        0 => Ok(CLEAN.to_owned()),
        count => changed(count, round, site, cancel).await,
    };
    let work_tree = match work_tree {
        Ok(value) => Part::Is { value },
        Err(why) => Part::Unread { why },
    };
    Ok(named(commit, work_tree))
}

/// How many files were changed, and a digest of what was changed in them.
async fn changed(
    count: usize,
    round: &Round<'_>,
    site: &Site,
    cancel: &CancellationToken,
) -> Result<String, String> {
    let seal = site.seal.as_ref().ok_or(NO_SEAL)?;
    let ran = git(&DIFFERENCE, site, round.context, cancel).await;
    if let Some(judgement) = judge_end(&ran, &site.secrets) {
        return Err(judgement.reason);
    }
    let files = if count == 1 { "file" } else { "files" };
    let digest = seal.digest("work tree", &ran.stdout);
    Ok(format!("{count} changed {files}, {digest}"))
}
