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
    person::Person,
    run::RunId,
};

/// Longest value, in characters.
const LONGEST: usize = 1_000;

/// Writes a value into a blank; an empty one empties it.
///
/// # Errors
/// [`Error::NotFound`] where the plan has no such blank, [`Error::Refused`] where the value does not fit it.
pub async fn fill(
    state: &AppState,
    person: &Person,
    id: RunId,
    blank: BlankId,
    value: &str,
) -> Result<(), Error> {
    let opened = open(state, person, id, Right::Attest).await?;
    let found = opened.outline.blanks.iter().find(|found| found.id == blank);
    let found = found.ok_or_else(|| Error::NotFound {
        what: format!("blank {blank}"),
    })?;
    let value = fitting(found, &short("value", value, LONGEST)?)?;
    change(state, &opened, id, &person.author(), |run| {
        still_open(run)?;
        let same = run
            .blanks
            .get(&blank)
            .map_or("", |filling| filling.value.as_str())
            == value;
        let filled = Happening::BlankFilled { blank, value };
        Ok(if same { vec![] } else { vec![filled] })
    })
    .await
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
