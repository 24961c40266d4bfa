//! Commands and tools.

use super::world::World;
use super::*;
use domain::probe::{Filter, ShellProbe, TextRule, Tool};
use domain::quantity::Version;

pub fn row(
    kind: &'static str,
    state: State,
    what: &'static str,
    right: Right,
    spec: ProbeSpec,
    script: &str,
    command: &str,
) -> Row {
    Row {
        kind,
        state,
        what,
        right,
        spec,
        world: World::folder(script),
        command: command.to_owned(),
    }
}

pub fn rows() -> Vec<Row> {
    [shells(), tools()].into_iter().flatten().collect()
}

fn shell(command: &str, filters: &[Filter], rules: &[TextRule]) -> ProbeSpec {
    ProbeSpec::Shell(ShellProbe {
        command: command.to_owned(),
        files: Vec::new(),
        filters: filters.to_vec(),
        rules: rules.to_vec(),
    })
}

fn shells() -> Vec<Row> {
    let log = "printf 'ready\\nERROR lost\\n' >log; printf 'ready\\n' >quiet";
    let error = [Filter::Grep {
        pattern: "error".to_owned(),
        ignore_case: true,
        invert: false,
    }];
    let none = |file: &str| shell(&format!("cat {file}"), &error, &[TextRule::Empty]);
    let run = |state, what, right, spec, command: &str| row("shell", state, what, right, spec, log, command);
    let plain =
        |state, what, right, command: &str| run(state, what, right, shell(command, &[], &[]), command);
    let contains = |part: &str| [TextRule::Contains(part.to_owned())];
    vec![
        plain(Good, "exit code 0", PASS, "true"),
        run(
            Good,
            "nothing is found where nothing should be",
            PASS,
            none("quiet"),
            "cat quiet | grep -i error",
        ),
        run(
            Good,
            "the text that is meant",
            PASS,
            shell("cat log", &[], &contains("ready")),
            "grep ready log",
        ),
        plain(Bad, "another exit code", NOT_GREEN, "false"),
        run(
            Bad,
            "something is found where nothing should be",
            FAIL,
            none("log"),
            "cat log | grep -i error",
        ),
        run(
            Bad,
            "not the text that is meant",
            FAIL,
            shell("cat quiet", &[], &contains("done")),
            "cat quiet",
        ),
        plain(
            Unreachable,
            "no such program",
            NO_ANSWER,
            "gonogo-no-such-program",
        ),
        run(
            Unreachable,
            "the file that is searched is not there",
            NO_ANSWER,
            none("gone"),
            "cat gone | grep -i error",
        ),
        run(
            Unreachable,
            "the server that is asked is not there",
            NO_ANSWER,
            shell("curl -sS http://127.0.0.1:1/metrics", &error, &[TextRule::Empty]),
            "curl -sS http://127.0.0.1:1/metrics | grep -i error",
        ),
        plain(
            Slow,
            "it does not end",
            NO_ANSWER,
            "tail -f --pid=$PPID /dev/null",
        ),
        run(
            Slow,
            "it says what is meant and does not end",
            NO_ANSWER,
            shell("tail -n +1 -f log", &[], &contains("ready")),
            "tail -n +1 -f log",
        ),
        run(
            Ambiguous,
            "it says what is meant and fails",
            NO_ANSWER,
            shell("echo ready; exit 3", &[], &contains("ready")),
            "echo ready; exit 3",
        ),
        run(
            Ambiguous,
            "it fails at the beginning of its pipe",
            NO_ANSWER,
            shell("false | cat", &[], &[]),
            "false | cat",
        ),
        run(
            Ambiguous,
            "a signal ends it",
            NO_ANSWER,
            shell("kill -9 $$", &[], &[]),
            "bash -c 'kill -9 $$'",
        ),
        run(
            Ambiguous,
            "it complains and ends with 0",
            FAIL,
            shell("echo ready >&2", &[], &contains("ready")),
            "echo ready >&2",
        ),
        run(
            Ambiguous,
            "half a JSON",
            FAIL,
            shell("echo '{\"a\":'", &[Filter::Json], &[]),
            "echo '{\"a\":' | cat",
        ),
        run(
            Ambiguous,
            "a text where a number is meant",
            NOT_GREEN,
            shell("echo many", &[], &[few()]),
            "echo many",
        ),
    ]
}

fn few() -> TextRule {
    TextRule::Number(domain::quantity::Bound {
        comparison: domain::quantity::Comparison::Below,
        quantity: domain::quantity::Quantity {
            value: 5.0,
            unit: domain::quantity::Unit::Count,
        },
    })
}

/// A program of the row's own that does this.
pub fn program(name: &str, does: &str) -> String {
    format!("mkdir bin; printf '#!/bin/bash\\n%s\\n' '{does}' >bin/{name}; chmod +x bin/{name}")
}

fn tools() -> Vec<Row> {
    let spec = |tool, at_least: &[u64]| ProbeSpec::Tool {
        tool,
        at_least: (!at_least.is_empty()).then(|| Version(at_least.to_vec())),
    };
    let node = |state, what, right, at_least: &[u64], does: &str| {
        row(
            "tool",
            state,
            what,
            right,
            spec(Tool::Node, at_least),
            &program("node", does),
            "node --version",
        )
    };
    vec![
        row(
            "tool",
            Good,
            "git is installed",
            PASS,
            spec(Tool::Git, &[1]),
            "",
            "git --version",
        ),
        node(Good, "new enough", PASS, &[18], "echo v20.11.1"),
        node(Good, "as new as it must be", PASS, &[20, 11], "echo v20.11.1"),
        row(
            "tool",
            Bad,
            "git is too old",
            FAIL,
            spec(Tool::Git, &[99]),
            "",
            "git --version",
        ),
        node(Bad, "too old", FAIL, &[18], "echo v9.11.1"),
        node(
            Bad,
            "too old by its second number",
            FAIL,
            &[20, 12],
            "echo v20.9.9",
        ),
        node(Unreachable, "it cannot be run", NO_ANSWER, &[], "exit 126"),
        node(Unreachable, "it fails", NO_ANSWER, &[18], "echo v20.1.1; exit 1"),
        node(
            Slow,
            "it does not end",
            NO_ANSWER,
            &[18],
            "exec tail -f --pid=$PPID /dev/null",
        ),
        node(
            Slow,
            "it says its version and does not end",
            NO_ANSWER,
            &[18],
            "echo v20.1.1; exec tail -f --pid=$PPID /dev/null",
        ),
        node(
            Ambiguous,
            "an answer without a version",
            NO_ANSWER,
            &[18],
            "echo stable",
        ),
        node(Ambiguous, "no answer and exit code 0", NO_ANSWER, &[18], "true"),
        node(
            Ambiguous,
            "a version on the other stream",
            NOT_GREEN,
            &[18],
            "echo v20.1.1 >&2",
        ),
        node(
            Ambiguous,
            "not installed, as a shim says it",
            NOT_GREEN,
            &[18],
            "echo no version is set; exit 127",
        ),
    ]
}
