//! Everything that the page of a run says about its numbers.

use super::{gate, judgement, links};
use crate::{
    api::{
        Error,
        measurement::{BenchmarkPage, CriterionRow, FormOffer, ObjectiveRow},
    },
    server::{desk, run, state::AppState},
};
use domain::{
    Right,
    blank::BlankId,
    environment::Load,
    form::{
        Form, improvement,
        typed::{self, Entry},
    },
    measurement::{Source, judged_by, may_measure},
    objective::series::{self, Series},
    person::Person,
    plan::{ItemId, Plan},
    run::{Filling, Run, RunId},
};
use std::collections::BTreeMap;

/// The numbers of a run.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn page(state: &AppState, person: &Person, id: RunId) -> Result<BenchmarkPage, Error> {
    let opened = run::open(state, person, id, Right::See).await?;
    let (plan, run) = (&opened.pinned.plan, &opened.pinned.run);
    let mut forms = Vec::new();
    for form in &plan.forms {
        forms.push(offer(form, run)?);
    }
    let filled = typed::read(&plan.forms, &entries(run));
    let changes = improvement::computed(&plan.forms, &filled.numbers);
    let all = series::of(&plan.objectives, &plan.forms);
    let objectives: Vec<ObjectiveRow> = rows(state, plan, run, &all);
    let stands = plan.objectives.iter().map(|objective| {
        let outcome = judgement(state, plan, objective, run).outcome;
        (objective, outcome)
    });
    Ok(BenchmarkPage {
        forms,
        load: load(state, &run.start.environment),
        latency: latency(state, &run.start.environment),
        computed: changes
            .into_iter()
            .map(|(blank, change)| (blank, change.to_string()))
            .collect(),
        troubles: filled
            .troubles
            .into_iter()
            .map(|(blank, trouble)| (blank, trouble.to_string()))
            .collect(),
        gate: gate::sentence(stands, run),
        criteria: criteria(plan, run, &all),
        objectives,
    })
}

fn offer(form: &Form, run: &Run) -> Result<FormOffer, Error> {
    Ok(FormOffer {
        form: form.clone(),
        request_key: desk::new_request_key()?,
        refused: may_measure(run, form.moment).err().map(str::to_owned),
    })
}

fn entries(run: &Run) -> BTreeMap<BlankId, Entry> {
    let entry = |filling: &Filling| Entry {
        text: filling.value.clone(),
        source: match &filling.source {
            Some(Source::Said { words }) => words.clone(),
            Some(Source::Measured { attempt }) => format!("measurement {attempt}"),
            None => String::new(),
        },
    };
    run.blanks
        .iter()
        .map(|(blank, filling)| (blank.clone(), entry(filling)))
        .collect()
}

fn load(state: &AppState, environment: &str) -> Result<String, String> {
    let place = state
        .sites
        .place(environment)
        .map_err(|error| error.to_string())?;
    let load: Option<&Load> = place.declared.load.as_ref();
    // A path may hold a secret.
    let said = load.map(|load| place.site.secrets.mask(&load.to_string()));
    said.ok_or_else(|| {
        format!(
            "Nothing can be measured: add a table [load] with rate, seconds and endpoints to environments/{environment}.toml, and start \
             Gonogo again."
        )
    })
}

fn latency(state: &AppState, environment: &str) -> Option<String> {
    let place = state.sites.place(environment).ok()?;
    let latency = place.declared.latency.as_ref()?;
    Some(place.site.secrets.mask(&latency.to_string()))
}

/// What follows from other fields of the forms.
pub fn computed(plan: &Plan, run: &Run) -> BTreeMap<BlankId, improvement::Change> {
    let filled = typed::read(&plan.forms, &entries(run));
    improvement::computed(&plan.forms, &filled.numbers)
}

/// The lines that have evidence elsewhere and demand no number.
fn criteria(plan: &Plan, run: &Run, all: &[Series]) -> Vec<CriterionRow> {
    let mut items: Vec<&ItemId> = plan.links.iter().map(|link| &link.item).collect();
    items.dedup();
    let objective = |item: &ItemId| plan.objectives.iter().any(|objective| objective.item == *item);
    let linked = items.into_iter().filter(|item| !objective(item));
    let row = |item: &ItemId| {
        let mut lines = plan.items();
        let line = lines.find(|line| line.id == *item)?;
        Some(CriterionRow {
            item: item.clone(),
            text: line.text.clone(),
            linked: links::of_line(plan, run.id, all, item),
        })
    };
    linked.filter_map(row).collect()
}

fn rows(state: &AppState, plan: &Plan, run: &Run, all: &[Series]) -> Vec<ObjectiveRow> {
    let differs = |item: &ItemId| {
        let differences = all.iter().flat_map(|series| &series.differences);
        let own = differences.filter(|difference| difference.second == *item);
        own.map(|difference| difference.words.clone()).collect()
    };
    let row = |objective: &domain::objective::Objective| {
        let judgement = judgement(state, plan, objective, run);
        let mut sections = plan.sections.iter();
        let section = sections.find(|section| section.items.iter().any(|item| item.id == objective.item))?;
        let item = section.items.iter().find(|item| item.id == objective.item)?;
        Some(ObjectiveRow {
            item: item.id.clone(),
            text: item.text.clone(),
            section: section.title.clone(),
            asks: objective.to_string(),
            outcome: judgement.outcome,
            reason: judgement.reason,
            measurements: judged_by(objective, &run.measurements),
            differs: differs(&item.id),
            linked: links::of_line(plan, run.id, all, &item.id),
        })
    };
    plan.objectives.iter().filter_map(row).collect()
}
