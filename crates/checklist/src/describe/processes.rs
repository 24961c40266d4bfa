//! Processes and units in words.

use domain::probe::{ProcessMatch, ProcessProbe, UnitProbe, UnitState};
use domain::quantity::Comparison;

/// Which processes, and how many.
pub fn process(spec: &ProcessProbe) -> String {
    let which = match &spec.which {
        ProcessMatch::Name(name) => format!("a process {name}"),
        ProcessMatch::NameContains(part) => format!("a process with {part:?} in its name"),
        ProcessMatch::CommandLine(part) => format!("a process with {part:?} in its command line"),
    };
    match (spec.count.comparison, spec.count.quantity.value) {
        (Comparison::AtLeast, 1.0) => format!("{which} runs"),
        (Comparison::Equal, 0.0) => format!("{which} does not run"),
        _ => format!("{which} runs {} times", spec.count),
    }
}

/// Which unit, and how it must be.
pub fn unit(spec: &UnitProbe) -> String {
    let how = match spec.is {
        UnitState::Active => "active",
        UnitState::Running => "active and running",
        UnitState::Enabled => "enabled",
    };
    format!("the systemd unit {} is {how}", spec.unit)
}
