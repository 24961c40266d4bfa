//! Processes and units of systemd.

use super::{Found, Words, any, one_or_all};
use crate::measure::Measure;
use crate::phrases::Lower;
use domain::probe::process::names_unit;
use domain::probe::{ProbeSpec, ProcessMatch, ProcessProbe, UnitProbe, UnitState};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

const RUNNING: &[&str] = &[
    "running",
    "is up",
    "is active",
    "läuft",
    "en cours d'exécution",
    "en ejecución",
    "运行",
];
const ENABLED: &[&str] = &["enabled", "starts on boot", "start on boot", "starts at boot"];

/// Words of lines that are about a file of the unit, or about another machine.
const ELSEWHERE: &[&str] = &[
    "file",
    "created",
    "copied",
    "documented",
    "template",
    "container",
    "docker",
    "kubernetes",
    "pod",
    "each host",
    "all hosts",
    "every host",
    "all servers",
    "every server",
    "monitor",
    "alert",
];

/// "`nginx.service` is active", "systemd unit `web` enabled", "`gunicorn` process running".
pub fn process(words: &Words<'_>, lower: &Lower, measures: &[Measure]) -> Option<Found> {
    let [name] = words.codes else { return None };
    let (running, enabled) = (any(lower, RUNNING), any(lower, ENABLED));
    if any(lower, ELSEWHERE) || !measures.is_empty() || !names_unit(name) {
        return None;
    }
    let ending = [".service", ".timer", ".socket"]
        .iter()
        .any(|ending| name.ends_with(ending));
    if ending || lower.contains("systemd") {
        let state = match (running, any(lower, &["is active", "active"])) {
            (true, _) => Some(UnitState::Running),
            (false, true) => Some(UnitState::Active),
            (false, false) => None,
        };
        let states = state.into_iter().chain(enabled.then_some(UnitState::Enabled));
        let specs: Vec<ProbeSpec> = states.map(|is| unit(name, is)).collect();
        let because = "systemd is asked, by `systemctl show`".to_owned();
        return (!specs.is_empty()).then(|| (one_or_all(specs), because));
    }
    let said = any(
        lower,
        &[
            "process is running",
            "process running",
            "process läuft",
            "processes running",
        ],
    );
    said.then(|| {
        let quantity = Quantity {
            value: 1.0,
            unit: Unit::Count,
        };
        let spec = ProbeSpec::Process(ProcessProbe {
            which: ProcessMatch::Name((*name).to_owned()),
            count: Bound {
                comparison: Comparison::AtLeast,
                quantity,
            },
        });
        (spec, "the kernel's list of processes is read".to_owned())
    })
}

fn unit(name: &str, is: UnitState) -> ProbeSpec {
    let unit = name.to_owned();
    ProbeSpec::Unit(UnitProbe { unit, is })
}
