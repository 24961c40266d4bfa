//! The commit to go back to, and whether it can be checked out.

use super::want::{PREVIOUS, is_previous};
use super::{Look, met, missing};
use crate::fingerprint::work_tree;
use crate::git::{git, judge_end};
use crate::run::End;
use domain::fingerprint::{COMMIT, Part, WORK_TREE};
use domain::readiness::NeedState;

impl Look<'_> {
    /// That it can be checked out. Of [`PREVIOUS`] also that it is the commit from before, which it is without a value.
    pub(super) async fn commit(&self, written: &str) -> Result<NeedState, String> {
        let given = self.site.fill_parameters(written);
        let before = match self.before.part(COMMIT) {
            _ if !is_previous(written) => None,
            Part::Is { value } => Some(value),
            Part::Unread { why } if given.is_err() => return Err(why),
            Part::Absent | Part::Unread { .. } => None,
        };
        let wanted = match (given, &before) {
            (Ok(given), _) => given,
            (Err(_), Some(before)) => before.clone(),
            (Err(why), None) => return Ok(missing("no commit is known to go back to", why)),
        };
        let Some(commit) = self.reachable(&wanted).await? else {
            let why = format!("{wanted} is no commit of the repository in the work directory");
            return Ok(missing(why, "fetch it: `git fetch --all --tags`"));
        };
        Ok(match &before {
            Some(before) if *before != commit => missing(
                format!("{PREVIOUS} is {wanted}, which is not the commit before the deployment, {before}"),
                format!("correct {PREVIOUS}, or leave it out"),
            ),
            Some(_) | None => met(commit),
        })
    }

    /// The id of a commit that is there with its objects' beginning; `None` where it is not.
    async fn reachable(&self, wanted: &str) -> Result<Option<String>, String> {
        let commit = format!("{wanted}^{{commit}}");
        let asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
        let ran = git(&asked, self.site, self.round.context, self.cancel).await;
        let shown = String::from_utf8_lossy(&ran.stdout).trim().to_owned();
        match ran.end {
            End::Exited(0) => Ok(Some(shown)),
            End::Exited(1) => Ok(None),
            _ => Err(judge_end(&ran, &self.site.secrets).map_or(shown, |judgement| judgement.reason)),
        }
    }

    pub(super) async fn clean_tree(&self) -> Result<NeedState, String> {
        let parts = work_tree::parts(self.round, self.site, self.cancel).await?;
        let tree = parts.into_iter().find(|(name, _)| name == WORK_TREE);
        Ok(match tree.map(|(_, part)| part) {
            Some(Part::Is { value }) if value == work_tree::CLEAN => met("nothing in it is changed"),
            Some(Part::Is { .. } | Part::Unread { .. }) => missing(
                "files of the work tree are changed and not committed, so that a checkout may refuse or mix them",
                "commit them, or put them away: `git stash`",
            ),
            Some(Part::Absent) | None => missing(
                "the work directory is not a git work tree",
                "correct work_directory in the environment's file",
            ),
        })
    }
}
