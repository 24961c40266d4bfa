//! Processes of a machine, and units of its systemd.

use super::machine::row;
use super::world::World;
use super::*;
use domain::probe::{ProcessMatch, ProcessProbe, UnitProbe, UnitState};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

pub fn rows() -> Vec<Row> {
    [processes(), units()].into_iter().flatten().collect()
}

/// A machine with these processes: a name, a state, a command line.
fn machine(processes: &[(u32, &str, &str, &str)]) -> World {
    let each = processes.iter().map(|(pid, name, state, line)| {
        let line = line.replace(' ', "\\0");
        format!(
            "mkdir -p proc/{pid}; echo '{pid} ({name}) {state} 0 0 0' >proc/{pid}/stat; \
             printf '{line}\\0' >proc/{pid}/cmdline; "
        )
    });
    World::folder(each.collect::<String>()).with(|_, context, folder| {
        context.proc = folder.path().join("proc");
    })
}

fn asks(which: ProcessMatch, comparison: Comparison, value: f64) -> ProbeSpec {
    let unit = Unit::Count;
    let quantity = Quantity { value, unit };
    let count = Bound { comparison, quantity };
    ProbeSpec::Process(ProcessProbe { which, count })
}

fn processes() -> Vec<Row> {
    let init = (1, "init", "S", "/sbin/init");
    let web = (20, "nginx", "S", "nginx: master process");
    let name = |name: &str| ProcessMatch::Name(name.to_owned());
    let line = |part: &str| ProcessMatch::CommandLine(part.to_owned());
    let one = |which| asks(which, Comparison::AtLeast, 1.0);
    let none = |which| asks(which, Comparison::Equal, 0.0);
    let process = |state, what, right, spec, world| row("process", state, what, right, spec, world, "");
    let long = (
        30,
        "a-name-of-fifte",
        "S",
        "/opt/a-name-of-fifteen-and-more --serve",
    );
    vec![
        process(Good, "it runs", PASS, one(name("nginx")), machine(&[init, web])),
        process(
            Good,
            "it runs, by its command line",
            PASS,
            one(line("master")),
            machine(&[init, web]),
        ),
        process(
            Good,
            "none runs where none should",
            PASS,
            none(name("old")),
            machine(&[init, web]),
        ),
        process(
            Good,
            "a name that the kernel cuts",
            PASS,
            one(name("a-name-of-fifteen-and-more")),
            machine(&[init, long]),
        ),
        process(
            Good,
            "a real one of this machine",
            PASS,
            one(line("")),
            World::folder(""),
        ),
        process(Bad, "it does not run", FAIL, one(name("nginx")), machine(&[init])),
        process(
            Bad,
            "it runs where none should",
            FAIL,
            none(name("nginx")),
            machine(&[init, web]),
        ),
        process(
            Bad,
            "fewer than there must be",
            FAIL,
            asks(name("nginx"), Comparison::AtLeast, 2.0),
            machine(&[init, web]),
        ),
        process(
            Unreachable,
            "no list of processes",
            NO_ANSWER,
            none(name("old")),
            machine(&[]),
        ),
        process(
            Ambiguous,
            "it has ended, and nobody took note",
            FAIL,
            one(name("nginx")),
            machine(&[init, (20, "nginx", "Z", "")]),
        ),
        process(
            Ambiguous,
            "none is seen, and others are hidden",
            NO_DATA,
            none(name("nginx")),
            machine(&[(50, "gonogo", "S", "gonogo")]),
        ),
        process(
            Ambiguous,
            "a longer name begins alike",
            FAIL,
            one(name("nginx")),
            machine(&[init, (20, "nginx-exporter", "S", "nginx-exporter")]),
        ),
    ]
}

fn units() -> Vec<Row> {
    let asks = |is| {
        let unit = "web".to_owned();
        ProbeSpec::Unit(UnitProbe { unit, is })
    };
    // What systemd would say.
    let systemd = |says: &str| {
        World::folder(format!(
            "mkdir bin; printf '%s\\n' '#!/bin/sh' '{says}' >bin/systemctl; chmod +x bin/systemctl"
        ))
    };
    let states = |load: &str, active: &str, sub: &str, file: &str| {
        systemd(&format!(
            "echo LoadState={load}; echo ActiveState={active}; echo SubState={sub}; echo UnitFileState={file}"
        ))
    };
    let unit = |state, what, right, is, world| {
        // Without a PATH there is no shell to ask either.
        let command = match is {
            _ if what == "no systemctl" => "",
            UnitState::Active | UnitState::Running => "systemctl is-active web",
            UnitState::Enabled => "systemctl is-enabled web",
        };
        row("unit", state, what, right, asks(is), world, command)
    };
    let (active, running, enabled) = (UnitState::Active, UnitState::Running, UnitState::Enabled);
    vec![
        unit(
            Good,
            "it is active",
            PASS,
            active,
            states("loaded", "active", "running", "enabled"),
        ),
        unit(
            Good,
            "it is enabled",
            PASS,
            enabled,
            states("loaded", "inactive", "dead", "enabled"),
        ),
        unit(
            Bad,
            "it failed",
            FAIL,
            active,
            states("loaded", "failed", "failed", "enabled"),
        ),
        unit(
            Bad,
            "it is disabled",
            FAIL,
            enabled,
            states("loaded", "active", "running", "disabled"),
        ),
        unit(
            Bad,
            "there is none",
            FAIL,
            active,
            states("not-found", "inactive", "dead", ""),
        ),
        unit(
            Unreachable,
            "systemd does not run",
            NO_ANSWER,
            active,
            systemd("echo System has not been booted with systemd >&2; exit 1"),
        ),
        unit(
            Unreachable,
            "no systemctl",
            NO_ANSWER,
            enabled,
            World::folder("").with(|_, context, _| {
                context.variables.insert("PATH".to_owned(), "/nowhere".to_owned());
            }),
        ),
        unit(Slow, "no answer", NO_ANSWER, active, systemd("exec sleep 60")),
        unit(
            Ambiguous,
            "it is starting",
            NO_DATA,
            active,
            states("loaded", "activating", "start", "enabled"),
        ),
        unit(
            Ambiguous,
            "it ran to its end",
            FAIL,
            running,
            states("loaded", "active", "exited", "enabled"),
        ),
        unit(
            Ambiguous,
            "it is never enabled",
            WARNING,
            enabled,
            states("loaded", "active", "running", "static"),
        ),
        unit(
            Ambiguous,
            "an answer that says nothing",
            NO_ANSWER,
            active,
            systemd("true"),
        ),
    ]
}
