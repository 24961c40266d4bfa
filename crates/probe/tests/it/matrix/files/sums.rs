//! Whose files are, and what their content comes to.

use super::*;

/// Of nothing at all.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn owner(user: &str) -> FileRule {
    FileRule::Owner {
        user: Some(user.to_owned()),
        group: None,
    }
}

fn sum(state: State, what: &'static str, right: Right, path: &str, rule: FileRule, script: &str) -> Row {
    let command = match &rule {
        FileRule::Checksums => format!("sha256sum -c {path}"),
        FileRule::Sha256(_) => format!("sha256sum {path}"),
        _ => format!("stat -c %U {path}"),
    };
    file(state, what, right, path, &[rule], script, &command)
}

pub fn rows() -> Vec<Row> {
    let sha = || FileRule::Sha256(EMPTY.to_owned());
    let list = || FileRule::Checksums;
    let own = rustix::process::getuid().as_raw().to_string();
    let other = (rustix::process::getuid().as_raw() + 1).to_string();
    let made = "echo a >a; echo b >b; sha256sum a b >SUMS";
    vec![
        sum(Good, "the content that is meant", PASS, "f", sha(), "touch f"),
        sum(Good, "files as a list names them", PASS, "SUMS", list(), made),
        sum(Good, "its owner", PASS, "f", owner(&own), "touch f"),
        sum(Bad, "another content", FAIL, "f", sha(), "echo >f"),
        sum(Bad, "no file to add up", FAIL, "f", sha(), ""),
        sum(
            Bad,
            "a file that changed since the list was written",
            FAIL,
            "SUMS",
            list(),
            &format!("{made}; echo c >b"),
        ),
        sum(
            Bad,
            "a file of the list is gone",
            FAIL,
            "SUMS",
            list(),
            &format!("{made}; rm b"),
        ),
        sum(Bad, "another owner", FAIL, "f", owner(&other), "touch f"),
        sum(
            Unreachable,
            "a content outside of what may be read",
            NO_ANSWER,
            "/etc/hostname",
            sha(),
            "",
        ),
        sum(
            Unreachable,
            "a list outside of what may be read",
            NO_ANSWER,
            "l",
            list(),
            "ln -s /etc/passwd l",
        ),
        sum(
            Slow,
            "more than can be added up in time",
            NO_ANSWER,
            "f",
            sha(),
            "truncate -s 300G f",
        ),
        sum(
            Ambiguous,
            "a list that names nothing",
            NO_ANSWER,
            "SUMS",
            list(),
            "touch SUMS",
        ),
        sum(
            Ambiguous,
            "a list with a line that is none",
            NO_ANSWER,
            "SUMS",
            list(),
            &format!("{made}; echo 'a: OK' >>SUMS"),
        ),
        sum(
            Ambiguous,
            "a list that names a file elsewhere",
            NO_ANSWER,
            "SUMS",
            list(),
            "sha256sum /etc/passwd >SUMS",
        ),
        sum(
            Ambiguous,
            "a folder where a content is meant",
            FAIL,
            "d",
            sha(),
            "mkdir d",
        ),
        sum(
            Ambiguous,
            "a pipe where a content is meant",
            FAIL,
            "p",
            sha(),
            "mkfifo p",
        ),
        sum(
            Ambiguous,
            "a user that this machine does not know",
            NO_ANSWER,
            "f",
            owner("no-such-user"),
            "touch f",
        ),
    ]
}
