//! The lines of a plan, each with where it stands.

use super::Side;
use crate::describe;
use domain::plan::{Check, Item, Plan, Section, Work};

/// An item or a check, and where it stands.
pub struct Place<'p> {
    pub side: Side,
    pub section: &'p Section,
    pub work: &'p Work,
    pub role: Option<&'p str>,
    pub timeout: Option<u32>,
}

/// Every line of a plan with its place.
pub fn places(plan: &Plan) -> Vec<Place<'_>> {
    let mut places = Vec::new();
    for section in &plan.sections {
        let title = &section.title;
        places.extend(section.items.iter().map(|item| Place {
            side: of_item(item, title),
            section,
            work: &item.work,
            role: item.role.as_deref(),
            timeout: item.timeout_seconds,
        }));
        places.extend(section.checks.iter().map(|check| Place {
            side: of_check(check, title),
            section,
            work: &check.work,
            role: None,
            timeout: None,
        }));
    }
    places
}

fn of_item(item: &Item, section: &str) -> Side {
    Side {
        id: item.id.clone(),
        check: false,
        line: item.line,
        section: section.to_owned(),
        parent: item.parent.clone(),
        text: item.text.clone(),
        optional: item.optional,
        work: item.work.word().to_owned(),
        detail: detail(&item.work),
    }
}

fn of_check(check: &Check, section: &str) -> Side {
    Side {
        id: check.id.clone(),
        check: true,
        line: check.line,
        section: section.to_owned(),
        parent: None,
        text: check.text.clone(),
        optional: false,
        work: check.work.word().to_owned(),
        detail: detail(&check.work),
    }
}

fn detail(work: &Work) -> String {
    match work {
        Work::Probe { spec } => describe::probe(spec),
        Work::Action { command, .. } => command.clone(),
        Work::Attestation => "somebody's word".to_owned(),
        Work::Parent => "its boxes".to_owned(),
    }
}
