//! Secrets that git keeps, or would take at the next `git add`: files that hold secrets by their name, private keys, and tokens
//! of known shapes. Other secrets are not seen, and the words say so.

use super::{git, judge_end};
use crate::answer::{Answer, Asked, Judgement};
use crate::context::Context;
use crate::output::Printed;
use crate::run::{End, Ran};
use crate::site::Site;
use domain::verdict::Verdict;
use tokio_util::sync::CancellationToken;

/// Names of files that hold secrets, as git's patterns of paths.
const NAMES: &[&str] = &[
    ".env",
    ".env.local",
    ".env.*.local",
    ".env.production",
    ".env.prod",
    ".env.staging",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    ".pgpass",
    ".netrc",
];

/// Private keys (RFC 7468), and tokens of AWS, GitHub, GitLab, Slack, Stripe and Google.
const SHAPES: &[&str] = &[
    "-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----",
    "(^|[^A-Z0-9])AKIA[0-9A-Z]{16}([^A-Z0-9]|$)",
    "gh[pousr]_[A-Za-z0-9]{36}",
    "glpat-[A-Za-z0-9_-]{20}",
    "xox[abprs]-[A-Za-z0-9-]{20}",
    "sk_live_[A-Za-z0-9]{20}",
    "AIza[A-Za-z0-9_-]{35}",
];

/// Where files stand that only show how a secret looks.
const SHOWN: &[&str] = &["test", "fixture", "example", "sample", "mock", "docs/", "spec/"];

/// What was found; paths from the top of the work tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Named like secrets and tracked.
    pub tracked: Vec<String>,
    /// Named like secrets, not tracked and not ignored.
    pub untracked: Vec<String>,
    /// With a private key or a token in them.
    pub held: Vec<String>,
    /// Named like secrets in an earlier commit.
    pub past: Vec<String>,
    /// Earlier commits are not all here.
    pub shallow: bool,
}

pub(super) async fn probe(
    asked: Asked,
    site: &Site,
    context: &Context,
    cancel: &CancellationToken,
) -> Answer {
    let asked = Asked {
        read_as: "`git ls-files`, `git grep` and `git log`".to_owned(),
        ..asked
    };
    match observe(site, context, cancel).await {
        Ok(found) => Answer::new(asked, judge(&found)),
        Err(ran) => {
            let judgement =
                judge_end(&ran, &site.secrets).unwrap_or_else(|| Judgement::error("git did not answer"));
            Answer::new(asked, judgement).printed(Printed::Masked(ran.complained))
        }
    }
}

/// The call that did not end as it should is what is given back otherwise.
async fn observe(site: &Site, context: &Context, cancel: &CancellationToken) -> Result<Found, Ran> {
    let patterns: Vec<String> = NAMES.iter().map(|name| format!(":(top,glob)**/{name}")).collect();
    let patterns = || patterns.iter().map(String::as_str);
    let call = async |arguments: &[&str], ends: &[i32]| {
        let ran = git(arguments, site, context, cancel).await;
        match &ran.end {
            End::Exited(code) if ends.contains(code) => Ok(String::from_utf8_lossy(&ran.stdout).into_owned()),
            _ => Err(ran),
        }
    };
    let listed = async |which: &[&str]| {
        let begin = ["ls-files", "-z", "--full-name"]
            .into_iter()
            .chain(which.iter().copied());
        let arguments: Vec<&str> = begin.chain(["--"]).chain(patterns()).collect();
        call(&arguments, &[0]).await.map(|text| names(&text))
    };
    let tracked = listed(&["--cached"]).await?;
    let untracked = listed(&["--others", "--exclude-standard"]).await?;
    let begin = [
        "grep",
        "--untracked",
        "--full-name",
        "--no-color",
        "-I",
        "-l",
        "-z",
        "-E",
    ];
    let shapes = SHAPES.iter().flat_map(|shape| ["-e", *shape]);
    let arguments: Vec<&str> = begin.into_iter().chain(shapes).chain(["--", ":(top)"]).collect();
    // It exits 1 where nothing is found.
    let held = names(&call(&arguments, &[0, 1]).await?);
    let begin = [
        "log",
        "--all",
        "--no-renames",
        "--diff-filter=A",
        "--format=",
        "--name-only",
        "-z",
        "--",
    ];
    let arguments: Vec<&str> = begin.into_iter().chain(patterns()).collect();
    let mut past = names(&call(&arguments, &[0]).await?);
    past.retain(|name| !tracked.contains(name));
    let shallow = call(&["rev-parse", "--is-shallow-repository"], &[0]).await?;
    Ok(Found {
        tracked,
        untracked,
        held,
        past,
        shallow: shallow.trim() != "false",
    })
}

fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = text
        .split('\0')
        .map(|name| name.trim_matches('\n').to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    names.sort();
    names.dedup();
    names
}

pub(crate) fn judge(found: &Found) -> Judgement {
    let (shown, held): (Vec<&String>, Vec<&String>) = found.held.iter().partition(|name| {
        let name = name.to_lowercase();
        SHOWN.iter().any(|word| name.contains(word))
    });
    let bad = [
        (
            all(&found.tracked),
            "is committed or staged: take it out of git, and replace the secrets in it",
        ),
        (
            held,
            "holds a private key or a token: take it out, and replace the secret",
        ),
        (
            all(&found.untracked),
            "is not ignored, so that the next `git add` takes it: name it in .gitignore",
        ),
        (
            all(&found.past),
            "stands in an earlier commit: replace the secrets in it",
        ),
    ];
    let parts: Vec<String> = bad
        .iter()
        .filter_map(|(names, what)| several(names).map(|names| format!("{names} {what}")))
        .collect();
    if !parts.is_empty() {
        let found = parts.join("; ");
        return Judgement::fail(found.clone(), found);
    }
    if let Some(names) = several(&shown) {
        let found = format!(
            "{names} holds a private key or a token, and is named like one that only shows how it looks: look at it"
        );
        return Judgement::new(Verdict::Warning, found.clone(), found);
    }
    if found.shallow {
        let reason = "nothing is found here, and this clone is shallow, so that earlier commits are not known: `git fetch --unshallow`";
        return Judgement::new(Verdict::NoData, reason, "a shallow clone");
    }
    Judgement::pass(
        "no file is named like one that holds secrets, now or in an earlier commit, and none holds a private key or a token of a \
         known shape; other secrets are not seen",
    )
}

fn all(names: &[String]) -> Vec<&String> {
    names.iter().collect()
}

/// The first of them, and how many more there are.
fn several(names: &[&String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some((*one).clone()),
        [first, rest @ ..] => Some(format!("{first} (and {} more)", rest.len())),
    }
}

#[cfg(test)]
mod tests;
