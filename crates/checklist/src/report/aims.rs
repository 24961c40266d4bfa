//! What a plan measures, for a terminal: its forms, objectives, the evidence of its criteria, and what follows later.

use super::visible;
use domain::blank::BlankId;
use domain::follow_up::FollowUp;
use domain::form::{Field, FieldKind, Form, Moment};
use domain::link::{Evidence, Link, Weight};
use domain::objective::{Aim, Objective};
use domain::plan::{ItemId, Plan};
use std::fmt::{Result, Write};

/// All of it; nothing where there is none.
pub fn write(out: &mut String, plan: &Plan) -> Result {
    for form in &plan.forms {
        self::form(out, plan, form)?;
    }
    if !plan.objectives.is_empty() {
        writeln!(out, "\nObjectives")?;
    }
    for objective in &plan.objectives {
        self::objective(out, objective)?;
    }
    if !plan.links.is_empty() {
        writeln!(out, "\nEvidence of the criteria")?;
    }
    for link in &plan.links {
        self::link(out, plan, link)?;
    }
    if !plan.follow_ups.is_empty() {
        writeln!(out, "\nLater")?;
    }
    for task in &plan.follow_ups {
        self::task(out, task)?;
    }
    Ok(())
}

fn form(out: &mut String, plan: &Plan, form: &Form) -> Result {
    let typed = form
        .fields
        .iter()
        .filter(|field| field.is_blank() && field.is_typed())
        .count();
    let computed = form
        .fields
        .iter()
        .filter(|field| field.is_blank() && !field.is_typed())
        .count();
    let moment = match form.moment {
        Moment::Before => ", before",
        Moment::After => ", after",
        Moment::Unsaid => "",
    };
    writeln!(
        out,
        "\nForm: {}{moment} ({typed} typed, {computed} computed)",
        visible(&form.title)
    )?;
    for field in &form.fields {
        let Field {
            line,
            metric,
            aggregation,
            ..
        } = field;
        let name = visible(&field.name());
        let kind = visible(&kind(plan, &field.kind));
        writeln!(
            out,
            "{line:>5}  {name}: {kind}; {aggregation} of {}",
            visible(&metric.to_string())
        )?;
    }
    Ok(())
}

fn kind(plan: &Plan, kind: &FieldKind) -> String {
    match kind {
        FieldKind::Number { unit: Some(unit) } => format!("a number in {}", unit.written),
        FieldKind::Number { unit: None } => "a number".to_owned(),
        FieldKind::Words => "words".to_owned(),
        FieldKind::Date => "a date".to_owned(),
        FieldKind::Choice { options, .. } => options.join(" or "),
        FieldKind::Fixed { value } => format!("always {value}"),
        FieldKind::Computed { of, before, .. } => {
            let fields = || plan.forms.iter().flat_map(|form| &form.fields);
            let line = |id: &BlankId| {
                fields()
                    .find(|field| field.id == *id)
                    .map_or(0, |field| field.line)
            };
            match before {
                Some(before) => format!("computed from lines {} and {}", line(before), line(of)),
                None => "not computable: nothing is asked about the time before".to_owned(),
            }
        }
    }
}

fn objective(out: &mut String, objective: &Objective) -> Result {
    writeln!(out, "{:>5}  {}", objective.line, visible(&objective.to_string()))?;
    if let Aim::Steady { steady } | Aim::Settled { steady, .. } = objective.aim {
        writeln!(out, "       {steady}")?;
    }
    match &objective.assumed {
        Some(assumed) => writeln!(out, "       {assumed}"),
        None => Ok(()),
    }
}

fn link(out: &mut String, plan: &Plan, link: &Link) -> Result {
    let line = |id: &ItemId| {
        let checks = || plan.sections.iter().flat_map(|section| &section.checks);
        let item = plan.item(id).map(|item| item.line);
        item.or_else(|| checks().find(|check| check.id == *id).map(|check| check.line))
            .unwrap_or_default()
    };
    let field = |id: &BlankId| {
        let mut fields = plan.forms.iter().flat_map(|form| &form.fields);
        fields.find(|field| field.id == *id).map_or(0, |field| field.line)
    };
    let places: Vec<String> = link
        .evidence
        .iter()
        .map(|evidence| match evidence {
            Evidence::Line(id) => line(id).to_string(),
            Evidence::Field(id) => format!("{} (form)", field(id)),
        })
        .collect();
    let weight = match link.weight {
        Weight::Proves => "is proved by",
        Weight::Measures => "is measured with",
        Weight::Supports => "is supported by",
    };
    let text = plan
        .item(&link.item)
        .map(|item| visible(&item.text))
        .unwrap_or_default();
    writeln!(
        out,
        "{:>5}  {text} {weight} {}",
        line(&link.item),
        places.join(", ")
    )
}

fn task(out: &mut String, task: &FollowUp) -> Result {
    let FollowUp {
        line,
        words,
        when,
        automatic,
        ..
    } = task;
    let automatic = if *automatic { ", every hour by itself" } else { "" };
    writeln!(out, "{line:>5}  {}: {when}{automatic}", visible(words))
}
