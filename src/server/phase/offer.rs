//! What going through a phase would do, line by line, before anybody presses.

use super::{free, may_start, phase};
use crate::{
    api::{
        Error,
        phase::{LineOffer, LineWay, PhaseOffer},
    },
    server::{action, desk, run, run::Opened, state::AppState},
};
use domain::{
    Right,
    outline::OutlineLine,
    permission,
    person::Person,
    phase::{Way, Why, ways},
    plan::{SectionId, Work},
    run::RunId,
    status::standing,
};
use probe::Site;
use std::collections::BTreeSet;

/// Every line of a phase.
///
/// # Errors
/// [`Error::NotFound`] where there is no such phase.
pub async fn offer(
    state: &AppState,
    person: &Person,
    id: RunId,
    section: SectionId,
) -> Result<PhaseOffer, Error> {
    let opened = run::open(state, person, id, Right::See).await?;
    let (run, now) = (&opened.pinned.run, state.clock.now());
    let phase = phase(&opened.outline, &section)?;
    let site = run::site(state, &opened);
    let lines = ways(phase, run, &BTreeSet::new(), now);
    let lines = lines.into_iter().map(|(line, way)| {
        let stands = standing(phase, line, run, now);
        let stands = format!("{} {}", stands.status.word(), stands.reason);
        one(&opened, person, site.as_ref().ok(), line, &way, stands.trim())
    });
    let lines = lines.collect();
    let place = state.sites.place(&run.start.environment).ok();
    let refused = site
        .as_ref()
        .map_err(Error::clone)
        .and_then(|_| may_start(&opened.outline, phase, run, now))
        .and_then(|()| free(&opened.outline, run, false));
    Ok(PhaseOffer {
        title: phase.heading(),
        lines,
        shell: place.map_or_else(String::new, |place| {
            format!(
                "{} in {}",
                place.declared.shell.join(" "),
                place.declared.work_directory
            )
        }),
        refused: refused.err().map(|refused| refused.to_string()),
        request_key: desk::new_request_key()?,
    })
}

fn one(
    opened: &Opened,
    person: &Person,
    site: Option<&Site>,
    line: &OutlineLine,
    way: &Way,
    stands: &str,
) -> LineOffer {
    let plan = &opened.pinned.plan;
    let (does, is_command, written) = match plan.work(&line.id) {
        Some(Work::Action { command, written, .. }) => (command.clone(), true, written.clone()),
        Some(Work::Probe { spec }) => (checklist::describe::probe(spec), false, String::new()),
        Some(Work::Attestation | Work::Parent) | None => Default::default(),
    };
    let runs = matches!(way, Way::Run);
    let unfilled = site.filter(|_| runs).and_then(|site| {
        let refused = action::filled(plan, &does, site).err()?;
        Some(refused.to_string())
    });
    let role = line
        .role
        .as_ref()
        .filter(|_| runs && !permission::is_theirs(&opened.pinned.run, line, person));
    LineOffer {
        item: line.id.clone(),
        text: line.text.clone(),
        way: match way {
            Way::Pass | Way::Done | Way::Lost => LineWay::Passes {
                stands: stands.to_owned(),
            },
            Way::Read => LineWay::Reads,
            Way::Run => match role {
                Some(role) => LineWay::Stops {
                    why: format!("it is for the role {}", role.replace('_', " ")),
                },
                None => unfilled.map_or(LineWay::Runs, |why| LineWay::Stops { why }),
            },
            Way::Ask(Why::Person, _) => LineWay::Waits,
            Way::Ask(Why::Failed | Why::Unknown, _) => LineWay::Stops {
                why: stands.to_owned(),
            },
        },
        written: Some(written).filter(|written| is_command && *written != does),
        does,
        is_command,
        optional: line.optional,
    }
}
