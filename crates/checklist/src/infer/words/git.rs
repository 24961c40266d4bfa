//! What is said of the git work tree.

use super::{Found, Words, any};
use crate::measure::Measure;
use crate::phrases::{Lower, Phrases};
use domain::probe::{GitQuestion, ProbeSpec};

static SECRETS: Phrases = Phrases::new(
    "no secrets committed, no secrets are committed, no secret is committed, secrets are not committed, secrets not committed, \
    no secrets in git, no secrets in the git, no secrets in the repo, no secrets in repo, no secrets in version control, \
    no secrets in source control, no credentials committed, no credentials are committed, no credentials in git, \
    no credentials in the repo, no private keys committed, no private keys in the repo, no private keys in git, \
    no `.env` committed, no `.env` files committed, no .env committed, no .env files committed, `.env` is not committed, \
    `.env` not committed, .env is not committed, .env not committed, keine secrets committet, keine secrets im repository",
);

/// Words of lines that ask for more than files and shapes show.
static ELSEWHERE: Phrases = Phrases::new(
    "hardcoded, hard-coded, in code, in the code, in logs, image, history, scan, gitleaks, trufflehog",
);

/// "Application code committed", "on the `main` branch", "CHANGELOG.md updated".
pub fn git(words: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    if let Some(file) = changelog(words, lower) {
        let because = "the file must differ from what it was at the last tag before HEAD; what it says is for people to read";
        return Some((
            ProbeSpec::Git(GitQuestion::ChangedSinceTag(file)),
            because.to_owned(),
        ));
    }
    if SECRETS.within(lower)
        && !ELSEWHERE.within(lower)
        && words.codes.iter().all(|code| code.starts_with(".env"))
    {
        let because = "files that hold secrets by their name, private keys and tokens of known shapes are looked for in what git \
                       keeps or would take; other secrets are not seen";
        return Some((ProbeSpec::Git(GitQuestion::NoSecrets), because.to_owned()));
    }
    let committed = lower.contains("committed")
        && any(lower, &["git", "code", "changes"])
        && !any(
            lower,
            &[
                "not committed",
                "never committed",
                "aren't committed",
                "no secrets",
                "no credentials",
            ],
        );
    let clean = any(
        lower,
        &[
            "work tree is clean",
            "working tree is clean",
            "working tree clean",
            "clean working tree",
            "working directory clean",
            "no uncommitted changes",
            "all changes committed",
            "keine uncommitteten änderungen",
            "keine uncommitted",
            "aucune modification non commitée",
            "sin cambios sin commitear",
            "no hay cambios sin commitear",
            "没有未提交的更改",
            "无未提交",
        ],
    );
    if committed || clean {
        return Some((
            ProbeSpec::Git(GitQuestion::Clean),
            "the work tree is read: nothing may be uncommitted, and HEAD goes into the evidence".to_owned(),
        ));
    }
    if any(
        lower,
        &[
            "at the release",
            "release is checked out",
            "release commit is checked out",
        ],
    ) {
        return Some((
            ProbeSpec::Git(GitQuestion::AtRelease),
            "HEAD is compared with the run's release".to_owned(),
        ));
    }
    let branch = branch(words, lower)?;
    Some((
        ProbeSpec::Git(GitQuestion::Branch(branch.to_owned())),
        "the branch that is checked out is read".to_owned(),
    ))
}

/// Deeds with branches that leave another one checked out, or say nothing of the one that is.
const DEEDS: &[&str] = &[
    "merge",
    "push",
    "create",
    "delete",
    "protect",
    "rebase",
    "pull request",
    "cut ",
    "deploys from",
    "trigger",
    "up to date",
    "up-to-date",
    "backport",
    "review",
    "track",
];

/// "on the `main` branch", "branch is `main`", "on branch main", "`main` branch checked out".
fn branch<'a>(words: &Words<'a>, lower: &Lower) -> Option<&'a str> {
    if !lower.contains("branch") || DEEDS.iter().any(|deed| lower.contains(deed)) {
        return None;
    }
    let said = any(
        lower,
        &[
            "checked out",
            "branch is ",
            "branch: ",
            "on branch",
            "on the `",
            "on `",
            "current branch",
            "branch `",
            "on main",
            "on master",
            "on the main",
            "on the master",
        ],
    );
    let name = match words.codes {
        [name] => name,
        [] => ["main", "master"].into_iter().find(|name| {
            lower.contains(&format!("on {name} branch"))
                || lower.contains(&format!("on the {name} branch"))
                || lower.contains(&format!("on branch {name}"))
        })?,
        _ => return None,
    };
    let shaped = !name.is_empty()
        && !name.contains([' ', '<', '{', '*', '$', '~', '^', ':'])
        && !name.starts_with('-');
    (said && shaped).then_some(name)
}

/// The changelog that is said to be up to date.
fn changelog(words: &Words<'_>, lower: &Lower) -> Option<String> {
    if !lower.contains("changelog") {
        return None;
    }
    let updated = any(
        lower,
        &[
            "updated",
            "update changelog",
            "update `changelog",
            "entry",
            "written",
            "aktualisiert",
            "mis à jour",
            "actualizado",
            "atualizado",
            "已更新",
            "更新",
        ],
    );
    if !updated {
        return None;
    }
    let is_one = |word: &&str| word.to_lowercase().contains("changelog") && !word.contains([' ', '<', '*']);
    let spoken = || {
        words
            .text
            .split_whitespace()
            .map(|word| word.trim_matches(['`', ',', '.', '(', ')', ':', '*']))
            .find(|word| is_one(word) && word.contains('.'))
    };
    let file = words.codes.iter().copied().find(is_one).or_else(spoken);
    Some(file.unwrap_or("CHANGELOG.md").to_owned())
}
