//! Lines of `.env`, and free space.

use super::world::World;
use super::*;

pub fn rows() -> Vec<Row> {
    [env_lines(), disks()].into_iter().flatten().collect()
}

fn env(state: State, what: &'static str, right: Right, value: Option<&str>, script: &str) -> Row {
    Row {
        kind: "env line",
        state,
        what,
        right,
        spec: ProbeSpec::EnvLine {
            file: ".env".to_owned(),
            key: "CACHE".to_owned(),
            value: value.map(str::to_owned),
        },
        world: World::folder(script),
        command: match value {
            Some(value) => format!("grep CACHE={value} .env"),
            None => "grep CACHE= .env".to_owned(),
        },
    }
}

fn disk(state: State, what: &'static str, right: Right, path: &str, at_least: u64, script: &str) -> Row {
    Row {
        kind: "disk",
        state,
        what,
        right,
        spec: ProbeSpec::Disk {
            path: Some(path.to_owned()),
            at_least,
        },
        world: World::folder(script),
        command: format!("df -h {path}"),
    }
}

fn env_lines() -> Vec<Row> {
    let on = Some("true");
    vec![
        env(Good, "set as it should be", PASS, on, "echo CACHE=true >.env"),
        env(
            Good,
            "set in quotes, exported, with CRLF",
            PASS,
            on,
            "printf 'export CACHE=\"true\"\\r\\n' >.env",
        ),
        env(Good, "set to something", PASS, None, "echo CACHE=1 >.env"),
        env(
            Good,
            "set, with a comment behind it",
            PASS,
            on,
            "echo 'CACHE=true # since May' >.env",
        ),
        env(Bad, "set to another value", FAIL, on, "echo CACHE=false >.env"),
        env(Bad, "not set", FAIL, on, "echo OTHER=true >.env"),
        env(Bad, "set to nothing", FAIL, None, "echo CACHE= >.env"),
        env(
            Bad,
            "set in a comment only",
            FAIL,
            on,
            "echo '# CACHE=true' >.env",
        ),
        env(Bad, "no file", FAIL, on, ""),
        env(
            Unreachable,
            "the file leads out of the environment",
            NO_ANSWER,
            on,
            "ln -s /etc/hostname .env",
        ),
        env(
            Unreachable,
            "the file is a link to itself",
            NO_ANSWER,
            on,
            "ln -s .env .env",
        ),
        env(
            Ambiguous,
            "set twice, the last one right",
            WARNING,
            on,
            "printf 'CACHE=false\\nCACHE=true\\n' >.env",
        ),
        env(
            Ambiguous,
            "set twice, the last one wrong",
            FAIL,
            on,
            "printf 'CACHE=true\\nCACHE=false\\n' >.env",
        ),
        env(
            Ambiguous,
            "set to another variable's value",
            NOT_GREEN,
            on,
            "echo 'CACHE=$OTHER' >.env",
        ),
        env(Ambiguous, "a longer name", FAIL, on, "echo OLD_CACHE=true >.env"),
        env(Ambiguous, "a longer value", FAIL, on, "echo CACHE=trueish >.env"),
        env(
            Ambiguous,
            "the name in another case",
            FAIL,
            on,
            "echo cache=true >.env",
        ),
        env(
            Ambiguous,
            "quotes around nothing",
            FAIL,
            None,
            "echo 'CACHE=\"\"' >.env",
        ),
        env(Ambiguous, "the file is a folder", NOT_GREEN, on, "mkdir .env"),
        env(Ambiguous, "the file is a pipe", NOT_GREEN, on, "mkfifo .env"),
        env(Ambiguous, "spaces only", FAIL, None, "echo 'CACHE=   ' >.env"),
    ]
}

fn disks() -> Vec<Row> {
    vec![
        disk(Good, "enough is free", PASS, ".", 1, ""),
        disk(Bad, "too little is free", FAIL, ".", u64::MAX, ""),
        disk(
            Unreachable,
            "a folder that is not there",
            NO_ANSWER,
            "gone",
            1,
            "",
        ),
        disk(
            Unreachable,
            "outside of the environment",
            NO_ANSWER,
            "/var",
            1,
            "",
        ),
        disk(
            Ambiguous,
            "a link to another file system",
            NOT_GREEN,
            "l",
            1,
            "ln -s /proc l",
        ),
    ]
}
