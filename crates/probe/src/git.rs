//! The git work tree in the work directory. Git is kept from writing, asking and running what the repository names.

use crate::answer::{Answer, Asked, Judgement};
use crate::context::Context;
use crate::output::Printed;
use crate::redact::Secrets;
use crate::run::{self, End, Ran};
use crate::shell;
use crate::site::Site;
use domain::probe::GitQuestion;
use domain::verdict::Verdict;
use tokio_util::sync::CancellationToken;

mod changed;
mod secrets;

/// What `git status --porcelain=v2 --branch` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// HEAD; `None` before the first commit.
    pub head: Option<String>,
    /// The branch; `None` when HEAD is detached.
    pub branch: Option<String>,
    /// Tracked files that differ from HEAD.
    pub changed: Vec<String>,
    /// Files that git does not know.
    pub untracked: Vec<String>,
}

pub(crate) async fn probe(
    question: &GitQuestion,
    site: &Site,
    context: &Context,
    cancel: &CancellationToken,
) -> Answer {
    let asked = Asked {
        read_as: "`git status --porcelain=v2 --branch`".to_owned(),
        target: site.environment.work_directory.clone(),
        expected: match question {
            GitQuestion::Clean => "nothing is uncommitted".to_owned(),
            GitQuestion::Branch(branch) => format!("on branch {branch}"),
            GitQuestion::NoSecrets => "no secrets are kept, or would be taken by `git add`".to_owned(),
            GitQuestion::AtRelease => format!("HEAD is the release {}", site.release),
            GitQuestion::ChangedSinceTag(file) => format!("{file} changed since the last tag before HEAD"),
        },
    };
    if let GitQuestion::ChangedSinceTag(file) = question {
        return changed::probe(file, asked, site, context, cancel).await;
    }
    if *question == GitQuestion::NoSecrets {
        return secrets::probe(asked, site, context, cancel).await;
    }
    let ran = git(
        &[
            "status",
            "--porcelain=v2",
            "--branch",
            "-z",
            "--untracked-files=normal",
        ],
        site,
        context,
        cancel,
    )
    .await;
    if let Some(judgement) = judge_end(&ran, &site.secrets) {
        return Answer::new(asked, judgement).printed(Printed::Masked(ran.complained));
    }
    let status = parse(&String::from_utf8_lossy(&ran.stdout));
    let release = match question {
        GitQuestion::AtRelease if !site.release.is_empty() => {
            let commit = format!("{}^{{commit}}", site.release);
            let ran = git(
                &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit],
                site,
                context,
                cancel,
            )
            .await;
            (ran.end == End::Exited(0)).then(|| String::from_utf8_lossy(&ran.stdout).trim().to_owned())
        }
        GitQuestion::AtRelease
        | GitQuestion::Clean
        | GitQuestion::NoSecrets
        | GitQuestion::Branch(_)
        | GitQuestion::ChangedSinceTag(_) => None,
    };
    let judgement = judge(question, &status, &site.release, release.as_deref());
    let shown = String::from_utf8_lossy(&ran.stdout).replace('\0', "\n");
    Answer {
        exit_code: Some(0),
        ..Answer::new(asked, judgement).with_output(shown)
    }
}

pub(crate) fn judge(
    question: &GitQuestion,
    status: &Status,
    release: &str,
    commit: Option<&str>,
) -> Judgement {
    let detached = if status.branch.is_none() { ", detached" } else { "" };
    let head = status.head.as_deref().map_or_else(
        || "no commit yet".to_owned(),
        |head| format!("HEAD is {head}{detached}"),
    );
    match question {
        GitQuestion::Clean => match (status.changed.as_slice(), status.untracked.as_slice()) {
            ([], []) if status.head.is_none() => Judgement::fail("nothing is committed yet", head),
            ([], []) => Judgement::pass(format!("nothing is uncommitted; {head}")),
            (changed, untracked) => {
                let mut parts = Vec::new();
                for (files, what) in [(changed, "not committed"), (untracked, "not known to git")] {
                    if let Some(first) = files.first() {
                        let more = if files.len() > 1 {
                            format!(" and {} more", files.len() - 1)
                        } else {
                            String::new()
                        };
                        parts.push(format!("{first}{more} {what}"));
                    }
                }
                let found = parts.join("; ");
                Judgement::fail(format!("{found}; {head}"), found)
            }
        },
        GitQuestion::Branch(wanted) => match &status.branch {
            Some(branch) if branch == wanted => Judgement::pass(format!("on branch {branch}; {head}")),
            Some(branch) => Judgement::fail(
                format!("on branch {branch}, not {wanted}"),
                format!("on branch {branch}"),
            ),
            None => Judgement::fail(format!("on no branch, not {wanted}: {head}"), head),
        },
        GitQuestion::ChangedSinceTag(_) | GitQuestion::NoSecrets => {
            Judgement::error("this is asked in another way")
        }
        GitQuestion::AtRelease if release.is_empty() => {
            Judgement::new(Verdict::NoData, "the run names no release to compare with", head)
        }
        GitQuestion::AtRelease => match (commit, status.head.as_deref()) {
            (None, _) => Judgement::error(format!(
                "{release} is no commit or tag of this repository: fetch it first; {head}"
            )),
            (Some(commit), Some(own)) if commit == own => match status.changed.len() {
                0 => Judgement::pass(format!("{head}, which is {release}")),
                count => {
                    let files = if count == 1 {
                        "1 file differs".to_owned()
                    } else {
                        format!("{count} files differ")
                    };
                    Judgement::new(
                        Verdict::Warning,
                        format!("{head}, which is {release}, but {files} from it"),
                        head,
                    )
                }
            },
            (Some(commit), _) => Judgement::fail(format!("{head}, but {release} is {commit}"), head),
        },
    }
}

/// Reads the `-z` form: entries end with a zero byte, and a renamed file has its old name in an entry of its own.
pub(crate) fn parse(text: &str) -> Status {
    let mut status = Status::default();
    let mut entries = text.split('\0');
    while let Some(entry) = entries.next() {
        let (kind, rest) = entry.split_once(' ').unwrap_or((entry, ""));
        let path = |fields: usize| rest.splitn(fields, ' ').last().unwrap_or_default().to_owned();
        match kind {
            "#" => match rest.split_once(' ') {
                Some(("branch.oid", oid)) if oid != "(initial)" => status.head = Some(oid.to_owned()),
                Some(("branch.head", branch)) if branch != "(detached)" => {
                    status.branch = Some(branch.to_owned())
                }
                _ => {}
            },
            "1" => status.changed.push(path(8)),
            "2" => {
                status.changed.push(path(9));
                entries.next();
            }
            "u" => status.changed.push(path(10)),
            "?" => status.untracked.push(rest.to_owned()),
            _ => {}
        }
    }
    status
}

/// Runs git, kept from all of that.
pub(crate) async fn git(
    arguments: &[&str],
    site: &Site,
    context: &Context,
    cancel: &CancellationToken,
) -> Ran {
    let safe = [
        "-c",
        "core.fsmonitor=",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "core.pager=cat",
        "--no-pager",
    ];
    let mut program = run::program(site, context);
    program.arguments = ["git"]
        .iter()
        .chain(&safe)
        .chain(arguments)
        .map(|argument| (*argument).to_owned())
        .collect();
    program.variables.retain(|name, _| !name.starts_with("GIT_"));
    for (name, value) in [
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_PAGER", "cat"),
        ("LANG", "C"),
    ] {
        program.variables.insert(name.to_owned(), value.to_owned());
    }
    run::run(&program, &site.secrets, cancel, None).await
}

/// What its end alone decides; a failure where there is no work tree, `None` for exit code 0.
pub(crate) fn judge_end(ran: &Ran, secrets: &Secrets) -> Option<Judgement> {
    let said = String::from_utf8_lossy(&ran.stderr);
    if said.contains("not a git repository") {
        return Some(Judgement::fail(
            "the work directory is not a git work tree",
            "no git work tree",
        ));
    }
    if said.contains("dubious ownership") {
        let reason = "git refuses a work tree of another user: run `git config --global --add safe.directory <the work directory>` as the server's user";
        return Some(Judgement::error(reason));
    }
    shell::judge_end(ran, secrets)
}

#[cfg(test)]
mod tests;
