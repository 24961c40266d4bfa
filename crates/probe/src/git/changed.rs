//! Whether a file changed since the last tag before HEAD.

use super::{git, judge_end};
use crate::answer::{Answer, Asked, Judgement};
use crate::context::Context;
use crate::output::Printed;
use crate::run::{End, Ran};
use crate::site::Site;
use domain::verdict::Verdict;
use tokio_util::sync::CancellationToken;

pub(super) async fn probe(
    file: &str,
    asked: Asked,
    site: &Site,
    context: &Context,
    cancel: &CancellationToken,
) -> Answer {
    let asked = Asked {
        read_as: "`git describe --tags --abbrev=0 HEAD^` and `git diff`".to_owned(),
        target: file.to_owned(),
        ..asked
    };
    // A tag at HEAD is the release itself.
    let described = git(
        &["describe", "--tags", "--abbrev=0", "HEAD^"],
        site,
        context,
        cancel,
    )
    .await;
    let tag = match &described.end {
        End::Exited(0) => String::from_utf8_lossy(&described.stdout).trim().to_owned(),
        End::Exited(_) if !outside(&described) => {
            let reason = "there is no tag before HEAD, so nothing to compare with";
            return Answer::new(asked, Judgement::new(Verdict::NoData, reason, "no tag"));
        }
        End::Exited(_)
        | End::Signalled(_)
        | End::NotStarted(_)
        | End::TooLong(_)
        | End::TooMuch
        | End::Cancelled => {
            let judgement = judge_end(&described, &site.secrets)
                .unwrap_or_else(|| Judgement::error("git did not answer"));
            return Answer::new(asked, judgement).printed(Printed::Masked(described.complained));
        }
    };
    let range = format!("{tag}..HEAD");
    let compared = git(
        &[
            "diff",
            "--quiet",
            "--no-ext-diff",
            "--no-textconv",
            &range,
            "--",
            file,
        ],
        site,
        context,
        cancel,
    )
    .await;
    let judgement = judge(file, &tag, &compared.end).unwrap_or_else(|| {
        judge_end(&compared, &site.secrets).unwrap_or_else(|| Judgement::error("git did not answer"))
    });
    Answer::new(asked, judgement).printed(Printed::Masked(compared.complained))
}

fn outside(ran: &Ran) -> bool {
    let said = String::from_utf8_lossy(&ran.stderr);
    said.contains("not a git repository") || said.contains("dubious ownership")
}

/// `git diff --quiet` exits 1 where there is a difference.
fn judge(file: &str, tag: &str, end: &End) -> Option<Judgement> {
    match end {
        End::Exited(1) => Some(Judgement::pass(format!("{file} changed since {tag}"))),
        End::Exited(0) => {
            let found = format!("{file} is as it was at {tag}");
            Some(Judgement::fail(found.clone(), found))
        }
        End::Exited(_)
        | End::Signalled(_)
        | End::NotStarted(_)
        | End::TooLong(_)
        | End::TooMuch
        | End::Cancelled => None,
    }
}
