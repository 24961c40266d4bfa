//! Everything that the page of a run says about its numbers.

use super::judgement;
use crate::{
    api::{
        Error,
        measurement::{BenchmarkPage, FormOffer, ObjectiveRow},
    },
    server::{desk, run, state::AppState},
};
use chrono::{DateTime, Utc};
use domain::{
    Right,
    blank::BlankId,
    environment::Load,
    form::{
        Form, improvement,
        typed::{self, Entry},
    },
    measurement::{Source, may_measure},
    objective::{Outcome, series},
    person::Person,
    plan::Plan,
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
    let objectives: Vec<ObjectiveRow> = rows(state, plan, run);
    Ok(BenchmarkPage {
        forms,
        load: load(state, &run.start.environment),
        computed: changes
            .into_iter()
            .map(|(blank, change)| (blank, change.to_string()))
            .collect(),
        troubles: filled
            .troubles
            .into_iter()
            .map(|(blank, trouble)| (blank, trouble.to_string()))
            .collect(),
        gate: gate(&objectives),
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
    load.map(ToString::to_string).ok_or_else(|| {
        format!(
            "Nothing can be measured: add a table [load] with rate, seconds and endpoints to environments/{environment}.toml, and start \
             Gonogo again."
        )
    })
}

fn rows(state: &AppState, plan: &Plan, run: &Run) -> Vec<ObjectiveRow> {
    let all = series::of(&plan.objectives, &plan.forms);
    let differs = |item: &domain::plan::ItemId| {
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
            differs: differs(&item.id),
        })
    };
    plan.objectives.iter().filter_map(row).collect()
}

/// All demands together, in one sentence.
fn gate(rows: &[ObjectiveRow]) -> String {
    let count = |wanted: fn(Outcome) -> bool| rows.iter().filter(|row| wanted(row.outcome)).count();
    let met = count(|outcome| matches!(outcome, Outcome::Met | Outcome::Waived));
    let not = count(|outcome| matches!(outcome, Outcome::NotMet { .. }));
    let none = count(|outcome| outcome == Outcome::NoData);
    let early: Vec<Option<DateTime<Utc>>> = rows
        .iter()
        .filter_map(|row| match row.outcome {
            Outcome::TooEarly { due } => Some(due),
            Outcome::Met | Outcome::NotMet { .. } | Outcome::NoData | Outcome::Waived => None,
        })
        .collect();
    let mut parts = vec![format!("{met} of {} met", rows.len())];
    if not > 0 {
        parts.push(format!("{not} not met"));
    }
    if none > 0 {
        parts.push(format!("{none} without data"));
    }
    match (early.len(), early.iter().max().copied().flatten()) {
        (0, _) => {}
        (count, Some(last)) if early.iter().all(Option::is_some) => parts.push(format!(
            "{count} too early: all can be known from {} UTC on",
            last.format("%Y-%m-%d %H:%M")
        )),
        (count, _) => parts.push(format!("{count} are due some time after T0")),
    }
    format!("{}.", parts.join(", "))
}
