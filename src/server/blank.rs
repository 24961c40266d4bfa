//! The blanks of a document: fields of a run that somebody fills in.

use crate::{
    api::Error,
    server::{
        run::{change, open, short, still_open},
        state::AppState,
    },
};
use domain::{
    Right,
    blank::{Blank, BlankId, BlankKind},
    event::Happening,
    form::{
        Field, Form,
        typed::{self, Typed},
    },
    measurement::{Source, may_measure},
    person::Person,
    run::RunId,
};

/// Longest value, in characters.
const LONGEST: usize = 1_000;

/// Writes a value into a blank, or into a field of a form, which needs a source; an empty one empties it.
///
/// # Errors
/// [`Error::NotFound`] where the plan has no such blank, [`Error::Refused`] where the value does not fit it.
pub async fn fill(
    state: &AppState,
    person: &Person,
    id: RunId,
    blank: BlankId,
    value: &str,
    source: &str,
) -> Result<(), Error> {
    let opened = open(state, person, id, Right::Attest).await?;
    let (value, source) = (short("value", value, LONGEST)?, short("source", source, LONGEST)?);
    let plan = &opened.pinned.plan;
    let field = field(&plan.forms, &blank);
    let value = match (field, plan.blanks.iter().find(|found| found.id == blank)) {
        (Some((_, field)), _) => typed(field, &value, &source)?,
        (None, Some(found)) => fitting(found, &value)?,
        (None, None) => {
            return Err(Error::NotFound {
                what: format!("blank {blank}"),
            });
        }
    };
    let source = (!source.is_empty()).then_some(Source::Said { words: source });
    change(state, &opened, id, &person.author(), |run| {
        still_open(run)?;
        if let Some((form, _)) = field {
            may_measure(run, form.moment).map_err(Error::refused)?;
        }
        let filling = run.blanks.get(&blank);
        let same = filling.map_or("", |filling| filling.value.as_str()) == value
            && filling.and_then(|filling| filling.source.as_ref()) == source.as_ref();
        let filled = Happening::BlankFilled { blank, value, source };
        Ok(if same { vec![] } else { vec![filled] })
    })
    .await
}

fn field<'a>(forms: &'a [Form], blank: &BlankId) -> Option<(&'a Form, &'a Field)> {
    let fields = forms
        .iter()
        .flat_map(|form| form.fields.iter().map(move |field| (form, field)));
    let mut fields = fields.filter(|(_, field)| field.id == *blank);
    fields.next()
}

/// A value of a field as it goes into the document.
fn typed(field: &Field, value: &str, source: &str) -> Result<String, Error> {
    let refused = |trouble: typed::Trouble| Error::refused(format!("{}: {trouble}", field.name()));
    match typed::value(field, value).map_err(refused)? {
        Typed::Empty => Ok(String::new()),
        Typed::Number(_) if source.is_empty() => Err(refused(typed::Trouble::NoSource)),
        Typed::Number(number) => Ok(number.to_string()),
        Typed::Words(words) => Ok(words),
    }
}

/// The value as it goes into the document: on one line, a number with a point.
fn fitting(blank: &Blank, value: &str) -> Result<String, Error> {
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(mark) = value.chars().find(|c| matches!(c, '|' | '<' | '`')) {
        return Err(Error::refused(format!(
            "{mark} means something in Markdown and cannot stand in a blank of the document: leave it out."
        )));
    }
    match blank.kind {
        BlankKind::Text | BlankKind::Date => Ok(value),
        BlankKind::Number if value.is_empty() => Ok(value),
        BlankKind::Number => {
            // 1,000 is a thousand to some and one to others.
            let thousands = value
                .split_once(',')
                .is_some_and(|(_, rest)| rest.len() == 3 || rest.contains(','));
            let number = if thousands {
                String::new()
            } else {
                value.replace(',', ".")
            };
            match number.parse::<f64>() {
                Ok(parsed) if parsed.is_finite() => Ok(number),
                Ok(_) | Err(_) => Err(Error::refused(format!(
                    "{} takes a number without marks for thousands, for example 1212 or 0,5: {value:?} is none.",
                    blank.label
                ))),
            }
        }
    }
}
