//! This machine: ports, memory and its clock.

use super::world::{Conduct, Target, World};
use super::*;
use std::net::TcpListener;

pub fn row(
    kind: &'static str,
    state: State,
    what: &'static str,
    right: Right,
    spec: ProbeSpec,
    world: World,
    command: &str,
) -> Row {
    Row {
        kind,
        state,
        what,
        right,
        spec,
        world,
        command: command.to_owned(),
    }
}

/// A port of this machine that is held for as long as the tests run, by nobody of an environment.
fn held() -> u16 {
    static HELD: std::sync::OnceLock<(TcpListener, u16)> = std::sync::OnceLock::new();
    let held = HELD.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        (listener, port)
    });
    held.1
}

/// A folder in the place of `/proc`.
fn elsewhere(script: &str) -> World {
    World::folder(script).with(|_, context, folder| {
        context.proc = folder.path().join("proc");
        context.cgroup = folder.path().join("cgroup");
    })
}

pub fn rows() -> Vec<Row> {
    [ports(), memory(), clock()].into_iter().flatten().collect()
}

fn ports() -> Vec<Row> {
    let here = || World::folder("");
    // Below what the kernel gives out, and without a service of its own.
    let free = 1;
    let (port, listening) = (
        |port| ProbeSpec::Port { port },
        |port| ProbeSpec::Listening { port },
    );
    let grep = |port: u16| format!("! ss -ltn | grep :{port}");
    let some = |port: u16| format!("ss -ltn | grep :{port}");
    let own = || {
        here().with(|site, _, _| {
            let url = format!("http://127.0.0.1:{}", held());
            site.environment.endpoints = vec![crate::support::endpoint("backend", &url, &[])];
        })
    };
    let garbage = "mkdir -p proc/net; printf 'sl local\\ngarbage\\n' >proc/net/tcp";
    let mut rows = vec![
        row("port", Good, "free", PASS, port(free), here(), &grep(free)),
        row(
            "port",
            Good,
            "held by a service of this environment",
            PASS,
            port(held()),
            own(),
            &grep(held()),
        ),
        row(
            "port",
            Bad,
            "held by a stranger",
            FAIL,
            port(held()),
            here(),
            &grep(held()),
        ),
        row(
            "port",
            Unreachable,
            "the kernel's tables are not there",
            NO_ANSWER,
            port(free),
            elsewhere(""),
            "",
        ),
        row(
            "listening",
            Good,
            "somebody listens",
            PASS,
            listening(held()),
            here(),
            &some(held()),
        ),
        row(
            "listening",
            Bad,
            "nobody listens",
            FAIL,
            listening(free),
            here(),
            &some(free),
        ),
        row(
            "listening",
            Unreachable,
            "the kernel's tables are not there",
            NO_ANSWER,
            listening(free),
            elsewhere(""),
            "",
        ),
        row(
            "listening",
            Ambiguous,
            "a table that cannot be understood",
            NOT_GREEN,
            listening(free),
            elsewhere(garbage),
            "",
        ),
    ];
    rows.push(row(
        "port",
        Ambiguous,
        "a table that cannot be understood",
        NOT_GREEN,
        port(free),
        elsewhere(garbage),
        "",
    ));
    rows
}

fn memory() -> Vec<Row> {
    let some = ProbeSpec::Memory { at_least: 1 << 20 };
    let much = ProbeSpec::Memory { at_least: 1 << 60 };
    let gigabyte = ProbeSpec::Memory { at_least: 1 << 30 };
    let limited = "mkdir -p proc/self cgroup/g; echo 'MemAvailable: 8000000 kB' >proc/meminfo; echo 0::/g >proc/self/cgroup; \
                   echo 536870912 >cgroup/g/memory.max; echo 1000 >cgroup/g/memory.current";
    let unlimited = limited.replace("536870912", "max");
    vec![
        row(
            "memory",
            Good,
            "enough is available",
            PASS,
            some.clone(),
            World::folder(""),
            "free -m",
        ),
        row(
            "memory",
            Good,
            "enough in a container without a limit",
            PASS,
            gigabyte.clone(),
            elsewhere(&unlimited),
            "",
        ),
        row(
            "memory",
            Bad,
            "too little is available",
            FAIL,
            much,
            World::folder(""),
            "free -m",
        ),
        row(
            "memory",
            Unreachable,
            "the kernel does not say",
            NO_ANSWER,
            some.clone(),
            elsewhere(""),
            "",
        ),
        row(
            "memory",
            Ambiguous,
            "enough in the machine, too little in the container",
            FAIL,
            gigabyte,
            elsewhere(limited),
            "free -m",
        ),
        row(
            "memory",
            Ambiguous,
            "a kernel without the figure",
            NO_ANSWER,
            some.clone(),
            elsewhere("mkdir proc; echo 'MemFree: 9 kB' >proc/meminfo"),
            "",
        ),
        row(
            "memory",
            Ambiguous,
            "a figure that is no number",
            NO_ANSWER,
            some,
            elsewhere("mkdir proc; echo 'MemAvailable: much kB' >proc/meminfo"),
            "",
        ),
    ]
}

fn clock() -> Vec<Row> {
    let spec = |within_ms| ProbeSpec::Clock { within_ms };
    let real = || World::of(Target::Postgres("", None));
    let off = || {
        real().with(|_, context, _| {
            let clock = std::sync::Arc::clone(&context.clock);
            context.clock = std::sync::Arc::new(move || clock() + chrono::TimeDelta::hours(1));
        })
    };
    let tcp = |conduct| World::tcp("postgres", conduct);
    let date = "psql -XAtc 'SELECT now()'";
    vec![
        row(
            "clock",
            Good,
            "the clocks agree",
            PASS,
            spec(60_000),
            real(),
            date,
        ),
        row("clock", Bad, "an hour apart", FAIL, spec(1000), off(), date),
        row(
            "clock",
            Unreachable,
            "nobody listens",
            NO_ANSWER,
            spec(1000),
            tcp(Conduct::Closed),
            date,
        ),
        row(
            "clock",
            Slow,
            "no answer",
            NO_ANSWER,
            spec(1000),
            tcp(Conduct::Silent),
            date,
        ),
        row(
            "clock",
            Ambiguous,
            "closer than can be measured",
            NO_ANSWER,
            spec(0),
            real(),
            date,
        ),
    ]
}
