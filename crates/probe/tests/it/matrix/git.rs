//! Work trees of git, and several questions in one.

use super::commands::{program, row};
use super::world::{Conduct, World};
use super::*;
use crate::support::get;
use domain::probe::{FileProbe, GitQuestion};

pub fn rows() -> Vec<Row> {
    [git(), several()].into_iter().flatten().collect()
}

const REPOSITORY: &str = "git init -q -b main; echo one >app; git add app; git commit -qm one; git tag v1; ";

fn git() -> Vec<Row> {
    let clean = || GitQuestion::Clean;
    let main = || GitQuestion::Branch("main".to_owned());
    let changed = || GitQuestion::ChangedSinceTag("app".to_owned());
    let tree = |state, what, right, question: GitQuestion, script: &str| {
        let command = match &question {
            GitQuestion::Clean => "git status",
            GitQuestion::Branch(_) => "git branch | grep main",
            GitQuestion::NoSecrets => "! git ls-files | grep -F .env",
            GitQuestion::AtRelease => "git rev-parse v1",
            GitQuestion::ChangedSinceTag(_) => "git diff v1 -- app",
        };
        let mut row = row(
            "git",
            state,
            what,
            right,
            ProbeSpec::Git(question),
            &format!("{REPOSITORY}{script}"),
            command,
        );
        row.world = row.world.with(|site, _, _| site.release = "v1".to_owned());
        row
    };
    let secrets = || GitQuestion::NoSecrets;
    let key = "printf -- '-----BEGIN %s KEY-----\\n' PRIVATE >";
    let second = "echo two >app; git commit -qam two; git tag v2";
    let broken = format!("{REPOSITORY} rm -rf .git/objects");
    vec![
        tree(Good, "nothing is uncommitted", PASS, clean(), ""),
        tree(Good, "the branch that is meant", PASS, main(), ""),
        tree(Good, "no secrets", PASS, secrets(), ""),
        tree(
            Good,
            "secrets that git ignores",
            PASS,
            secrets(),
            "echo .env >.gitignore; echo A=b >.env",
        ),
        tree(
            Good,
            "an example of settings",
            PASS,
            secrets(),
            "echo A= >.env.example; git add .",
        ),
        tree(
            Bad,
            "secrets that are committed",
            FAIL,
            secrets(),
            "mkdir d; echo A=b >d/.env; git add .; git commit -qm two",
        ),
        tree(
            Bad,
            "secrets that are staged",
            FAIL,
            secrets(),
            "echo A=b >.env; git add .",
        ),
        tree(
            Bad,
            "secrets that the next commit takes",
            FAIL,
            secrets(),
            "echo A=b >.env",
        ),
        tree(
            Bad,
            "a private key in a file of any name",
            FAIL,
            secrets(),
            &format!("{key}notes; git add ."),
        ),
        tree(
            Ambiguous,
            "secrets that were committed once",
            FAIL,
            secrets(),
            "echo A=b >.env; git add .; git commit -qm two; git rm -q .env; git commit -qm three",
        ),
        tree(
            Ambiguous,
            "a key of the tests",
            WARNING,
            secrets(),
            &format!("mkdir tests; {key}tests/a.pem; git add ."),
        ),
        tree(
            Ambiguous,
            "a clone that does not know what was",
            NO_DATA,
            secrets(),
            "git commit -qm two --allow-empty; git rev-parse HEAD^{commit} >.git/shallow",
        ),
        tree(Good, "HEAD is the release", PASS, GitQuestion::AtRelease, ""),
        tree(
            Good,
            "a file that changed since the last tag",
            PASS,
            changed(),
            second,
        ),
        tree(Bad, "a file is uncommitted", FAIL, clean(), "echo two >app"),
        tree(
            Bad,
            "a file is staged",
            FAIL,
            clean(),
            "echo two >app; git add app",
        ),
        tree(Bad, "a file that git does not know", FAIL, clean(), "touch new"),
        tree(Bad, "another branch", FAIL, main(), "git checkout -qb feature"),
        tree(
            Bad,
            "HEAD is another commit than the release",
            FAIL,
            GitQuestion::AtRelease,
            second,
        ),
        tree(
            Bad,
            "a file as it was at the last tag",
            FAIL,
            changed(),
            "touch x; git add x; git commit -qm x",
        ),
        tree(
            Unreachable,
            "the release is no commit",
            NO_ANSWER,
            GitQuestion::AtRelease,
            "git tag -d v1 >/dev/null",
        ),
        row(
            "git",
            Unreachable,
            "git is broken",
            NO_ANSWER,
            ProbeSpec::Git(clean()),
            &program("git", "exit 1"),
            "git status",
        ),
        tree(
            Slow,
            "git does not end",
            NO_ANSWER,
            clean(),
            &program("git", "exec tail -f --pid=$PPID /dev/null"),
        ),
        tree(
            Slow,
            "git does not end where a branch is asked for",
            NO_ANSWER,
            main(),
            &program("git", "exec tail -f --pid=$PPID /dev/null"),
        ),
        row(
            "git",
            Ambiguous,
            "no work tree",
            NOT_GREEN,
            ProbeSpec::Git(clean()),
            "",
            "git status",
        ),
        row(
            "git",
            Ambiguous,
            "no commit yet",
            NOT_GREEN,
            ProbeSpec::Git(clean()),
            "git init -q -b main",
            "git status",
        ),
        row(
            "git",
            Ambiguous,
            "its objects are gone",
            NOT_GREEN,
            ProbeSpec::Git(clean()),
            &broken,
            "git status",
        ),
        tree(
            Ambiguous,
            "a detached HEAD",
            FAIL,
            main(),
            "git checkout -q --detach",
        ),
        tree(
            Ambiguous,
            "a detached HEAD at the release",
            PASS,
            GitQuestion::AtRelease,
            "git checkout -q --detach",
        ),
        tree(
            Ambiguous,
            "the release, with a file changed",
            &[Verdict::Warning, Verdict::Fail],
            GitQuestion::AtRelease,
            "echo two >app",
        ),
        tree(
            Ambiguous,
            "a merge that is not finished",
            FAIL,
            clean(),
            "git checkout -qb b; echo b >app; git commit -qam b; git checkout -q main; echo m >app; git commit -qam m; git merge -q b >/dev/null || true",
        ),
        tree(Ambiguous, "no tag before HEAD", NO_DATA, changed(), ""),
        tree(
            Ambiguous,
            "a branch whose name begins so",
            FAIL,
            main(),
            "git checkout -qb main-old",
        ),
    ]
}

fn several() -> Vec<Row> {
    let file = |path: &str| {
        ProbeSpec::File(FileProbe {
            path: path.to_owned(),
            rules: Vec::new(),
        })
    };
    let page = || ProbeSpec::Http(get("http://backend:8000/health"));
    let all = |state, what, right, specs: Vec<ProbeSpec>, conduct, command: &str| {
        let world = World::tcp("http", conduct).with_folder("touch there");
        Row {
            world,
            ..row("all", state, what, right, ProbeSpec::All(specs), "", command)
        }
    };
    let ok = || Conduct::http("200 OK", "ok");
    vec![
        all(
            Good,
            "both hold",
            PASS,
            vec![file("there"), page()],
            ok(),
            "ls there; curl -fsS $URL",
        ),
        all(
            Bad,
            "one does not hold",
            FAIL,
            vec![file("gone"), page()],
            ok(),
            "ls gone; curl -fsS $URL",
        ),
        all(
            Unreachable,
            "one cannot be asked",
            NO_ANSWER,
            vec![page(), file("there")],
            Conduct::Closed,
            "curl -fsS $URL; ls there",
        ),
        all(
            Slow,
            "one does not answer",
            NO_ANSWER,
            vec![page(), file("there")],
            Conduct::Silent,
            "curl -fsS $URL; ls there",
        ),
        all(Ambiguous, "nothing is asked", NO_DATA, vec![], ok(), ""),
        all(
            Ambiguous,
            "one cannot be asked and one does not hold",
            FAIL,
            vec![page(), file("gone")],
            Conduct::Closed,
            "curl -fsS $URL; ls gone",
        ),
    ]
}
