//! Processes and units that an annotation can name.

use super::bound;
use domain::probe::process::names_unit;
use domain::probe::{ProbeSpec, ProcessMatch, ProcessProbe, UnitProbe, UnitState};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

/// `nginx`, `nginx >=2`, `command="gunicorn app" =0`.
pub fn process(words: &[String]) -> Result<ProbeSpec, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (which, count) = match words.as_slice() {
        [which] => (which, once()),
        [which, count] => (which, bound(count, Unit::Count)?),
        _ => return Err("`process` takes a name or command=\"text\", and how many, such as >=2".to_owned()),
    };
    let which = match which.strip_prefix("command=") {
        Some("") => return Err("`command=` names nothing".to_owned()),
        Some(part) => ProcessMatch::CommandLine(part.to_owned()),
        None => ProcessMatch::Name((*which).to_owned()),
    };
    Ok(ProbeSpec::Process(ProcessProbe { which, count }))
}

fn once() -> Bound {
    let quantity = Quantity {
        value: 1.0,
        unit: Unit::Count,
    };
    let comparison = Comparison::AtLeast;
    Bound { comparison, quantity }
}

/// `nginx.service`, `nginx running`, `nginx enabled`.
pub fn unit(words: &[String]) -> Result<ProbeSpec, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (unit, is) = match words.as_slice() {
        [unit] | [unit, "active"] => (*unit, UnitState::Active),
        [unit, "running"] => (*unit, UnitState::Running),
        [unit, "enabled"] => (*unit, UnitState::Enabled),
        _ => return Err("`unit` takes a unit of systemd, and active, running or enabled".to_owned()),
    };
    let spec = UnitProbe {
        unit: unit.to_owned(),
        is,
    };
    match names_unit(unit) {
        true => Ok(ProbeSpec::Unit(spec)),
        false => Err(format!("`{unit}` is no name of a unit of systemd")),
    }
}
