//! Units of systemd, by `systemctl show`, which only reads (systemctl(1)).

use crate::answer::{Answer, Asked, Judgement};
use crate::context::Context;
use crate::output::Printed;
use crate::run::{self, End, Ran};
use crate::shell;
use crate::site::Site;
use domain::probe::process::names_unit;
use domain::probe::{UnitProbe, UnitState};
use domain::verdict::Verdict;
use tokio_util::sync::CancellationToken;

pub(crate) async fn probe(
    spec: &UnitProbe,
    site: &Site,
    context: &Context,
    cancel: &CancellationToken,
) -> Answer {
    let asked = Asked {
        read_as: format!("`systemctl show {}`", spec.unit),
        target: spec.unit.clone(),
        expected: match spec.is {
            UnitState::Active => "active".to_owned(),
            UnitState::Running => "active, and running".to_owned(),
            UnitState::Enabled => "enabled".to_owned(),
        },
    };
    if !names_unit(&spec.unit) {
        let reason = format!("{} is no name of a unit", spec.unit);
        return Answer::new(asked, Judgement::error(reason));
    }
    let mut program = run::program(site, context);
    program.arguments = [
        "systemctl",
        "show",
        "--no-pager",
        "--property=LoadState,ActiveState,SubState,UnitFileState",
        "--",
        &spec.unit,
    ]
    .map(str::to_owned)
    .to_vec();
    // The system's own manager, and no other machine's.
    program
        .variables
        .retain(|name, _| !name.starts_with("SYSTEMD_") && !name.starts_with("DBUS_"));
    program.variables.insert("LANG".to_owned(), "C".to_owned());
    let ran = run::run(&program, &site.secrets, cancel, None).await;
    let judgement = judge_end(&ran)
        .or_else(|| shell::judge_end(&ran, &site.secrets))
        .unwrap_or_else(|| judge(&String::from_utf8_lossy(&ran.stdout), spec));
    Answer {
        exit_code: ran.end.exit_code(),
        ..Answer::new(asked, judgement).printed(Printed::Masked(ran.printed))
    }
}

/// A machine without systemd, which a container mostly is.
fn judge_end(ran: &Ran) -> Option<Judgement> {
    let said = String::from_utf8_lossy(&ran.stderr);
    let absent = ["not been booted with systemd", "Failed to connect to bus"];
    let failed = ran.end != End::Exited(0);
    (failed && absent.iter().any(|words| said.contains(words))).then(|| {
        Judgement::error(
            "systemd does not run on this machine, or this user may not ask it: ask it where the unit runs",
        )
    })
}

/// Judges `NAME=value` lines.
pub(crate) fn judge(text: &str, spec: &UnitProbe) -> Judgement {
    let value = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once('='));
        lines.find(|(known, _)| *known == name).map(|(_, value)| value)
    };
    let (Some(load), Some(active)) = (value("LoadState"), value("ActiveState")) else {
        return Judgement::error("systemctl does not say how the unit is");
    };
    let unit = &spec.unit;
    match load {
        "loaded" => {}
        "not-found" => return Judgement::fail(format!("there is no unit {unit}"), "no such unit"),
        "masked" => return Judgement::fail(format!("{unit} is masked, so nothing starts it"), "masked"),
        other => return Judgement::error(format!("{unit} could not be loaded: {other}")),
    }
    match spec.is {
        UnitState::Active => judge_active(unit, active, value("SubState"), false),
        UnitState::Running => judge_active(unit, active, value("SubState"), true),
        UnitState::Enabled => judge_enabled(unit, value("UnitFileState").unwrap_or_default()),
    }
}

fn judge_active(unit: &str, active: &str, sub: Option<&str>, running: bool) -> Judgement {
    let sub = sub.unwrap_or_default();
    let found = format!("{unit} is {active} ({sub})");
    match active {
        "active" if running && sub == "exited" => Judgement::fail(
            format!("{found}: it ran to its end, and none of its processes runs"),
            found,
        ),
        "active" => Judgement::pass(found),
        "activating" | "reloading" => {
            let reason = format!("{found}: ask again when it is done");
            Judgement::new(Verdict::NoData, reason, found)
        }
        "inactive" | "failed" | "deactivating" | "maintenance" => Judgement::fail(found.clone(), found),
        _ => Judgement::error(format!("{found}, which is no known state")),
    }
}

fn judge_enabled(unit: &str, state: &str) -> Judgement {
    let found = format!("{unit} is {state}");
    let warning = |why: &str| Judgement::new(Verdict::Warning, format!("{found}: {why}"), found.clone());
    match state {
        "enabled" | "alias" | "generated" => Judgement::pass(found),
        "enabled-runtime" | "linked-runtime" => {
            Judgement::fail(format!("{found}, so only until the machine starts again"), found)
        }
        "disabled" | "masked" | "masked-runtime" | "linked" | "bad" => Judgement::fail(found.clone(), found),
        "static" => warning("it cannot be enabled, and starts when another unit wants it"),
        "indirect" => warning("not itself, but a unit that its file names"),
        "transient" => warning("it is gone when the machine starts again"),
        _ => Judgement::error(format!("systemctl does not say whether {unit} is enabled")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use UnitState::{Active, Enabled, Running};
    use Verdict::{Error, Fail, NoData, Pass, Warning};
    use rstest::rstest;

    #[rstest]
    #[case("loaded active running enabled", Active, Pass, "web is active (running)")]
    #[case("loaded active exited enabled", Active, Pass, "web is active (exited)")]
    #[case(
        "loaded active exited enabled",
        Running,
        Fail,
        "web is active (exited): it ran to its end, and none of its processes runs"
    )]
    #[case("loaded active listening enabled", Running, Pass, "web is active (listening)")]
    #[case(
        "loaded activating auto-restart enabled",
        Active,
        NoData,
        "web is activating (auto-restart): ask again when it is done"
    )]
    #[case("loaded failed failed enabled", Active, Fail, "web is failed (failed)")]
    #[case("loaded inactive dead enabled", Running, Fail, "web is inactive (dead)")]
    #[case(
        "loaded new new enabled",
        Active,
        Error,
        "web is new (new), which is no known state"
    )]
    #[case("not-found inactive dead ", Active, Fail, "there is no unit web")]
    #[case("not-found inactive dead ", Enabled, Fail, "there is no unit web")]
    #[case(
        "masked inactive dead masked",
        Enabled,
        Fail,
        "web is masked, so nothing starts it"
    )]
    #[case(
        "bad-setting inactive dead enabled",
        Enabled,
        Error,
        "web could not be loaded: bad-setting"
    )]
    #[case("loaded inactive dead enabled", Enabled, Pass, "web is enabled")]
    #[case("loaded active running disabled", Enabled, Fail, "web is disabled")]
    #[case(
        "loaded active running enabled-runtime",
        Enabled,
        Fail,
        "web is enabled-runtime, so only until the machine starts again"
    )]
    #[case(
        "loaded active running static",
        Enabled,
        Warning,
        "web is static: it cannot be enabled, and starts when another unit wants it"
    )]
    #[case(
        "loaded active running ",
        Enabled,
        Error,
        "systemctl does not say whether web is enabled"
    )]
    fn a_unit_is_judged_by_its_states(
        #[case] states: &str,
        #[case] is: UnitState,
        #[case] verdict: Verdict,
        #[case] reason: &str,
    ) {
        let names = ["LoadState", "ActiveState", "SubState", "UnitFileState"];
        let lines = names.iter().zip(states.split(' '));
        let text: String = lines.map(|(name, value)| format!("{name}={value}\n")).collect();
        let unit = "web".to_owned();
        let judgement = judge(&text, &UnitProbe { unit, is });
        assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
    }

    #[test]
    fn an_answer_that_says_nothing_is_an_error() {
        let unit = "web".to_owned();
        assert_eq!(judge("", &UnitProbe { unit, is: Active }).verdict, Error);
    }
}
