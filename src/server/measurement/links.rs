//! Where the lines of a checklist that demand something have their evidence.

use crate::api::measurement::{Linked, LinkedPlace};
use domain::{
    blank::BlankId,
    link::{Evidence, Link, Weight},
    objective::series::Series,
    plan::{ItemId, Plan},
    run::RunId,
};

/// The evidence that a line is linked to, and the other lines about the same number.
pub fn of_line(plan: &Plan, run: RunId, all: &[Series], item: &ItemId) -> Vec<Linked> {
    let own = plan.links.iter().filter(|link| link.item == *item);
    let mut linked: Vec<Linked> = own.map(|link| of_link(plan, run, link)).collect();
    let same = all.iter().filter(|series| series.lines.contains(item));
    let others = same
        .flat_map(|series| &series.lines)
        .filter(|other| *other != item);
    let mut places: Vec<LinkedPlace> = others.filter_map(|other| line(plan, run, other)).collect();
    // What is linked for this very reason stands there already.
    places.retain(|place| !linked.iter().any(|linked| linked.places.contains(place)));
    if !places.is_empty() {
        let why = "the same series as".to_owned();
        linked.push(Linked { why, places });
    }
    linked
}

fn of_link(plan: &Plan, run: RunId, link: &Link) -> Linked {
    let place = |evidence: &Evidence| match evidence {
        Evidence::Line(item) => line(plan, run, item),
        Evidence::Field(blank) => field(plan, run, blank),
    };
    let weight = match link.weight {
        Weight::Proves => "holds where these are settled",
        Weight::Measures => "the same number as",
        Weight::Supports => "about the same thing, and settles nothing",
    };
    Linked {
        why: weight.to_owned(),
        places: link.evidence.iter().filter_map(place).collect(),
    }
}

fn line(plan: &Plan, run: RunId, item: &ItemId) -> Option<LinkedPlace> {
    let sections = || plan.sections.iter();
    let items = sections().flat_map(|section| section.items.iter().map(|line| (&line.id, line.line)));
    let checks = sections().flat_map(|section| section.checks.iter().map(|line| (&line.id, line.line)));
    let (_, number) = items.chain(checks).find(|(id, _)| *id == item)?;
    Some(LinkedPlace {
        label: format!("line {number}"),
        href: format!("/runs/{}?item={item}", run.0),
    })
}

fn field(plan: &Plan, run: RunId, blank: &BlankId) -> Option<LinkedPlace> {
    let fields = plan
        .forms
        .iter()
        .flat_map(|form| form.fields.iter().map(move |field| (form, field)));
    let (form, field) = fields.into_iter().find(|(_, field)| field.id == *blank)?;
    Some(LinkedPlace {
        label: format!("{} {}", form.title, field.name()),
        href: format!("/runs/{}?tab=benchmark#value-{blank}", run.0),
    })
}
