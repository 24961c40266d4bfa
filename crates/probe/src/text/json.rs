//! JSON that must have certain fields; what else is in it does not matter.

use super::first_line;
use crate::answer::Judgement;
use domain::probe::{JsonField, JsonHolds};
use serde_json::Value;

/// What must hold, in words.
pub(super) fn expected(fields: &[JsonField]) -> String {
    let words = fields.iter().map(|field| match &field.holds {
        JsonHolds::Present => format!("{} there", place(field)),
        JsonHolds::Is(value) => format!("{} = {value}", place(field)),
    });
    let words: Vec<String> = words.collect();
    match words.is_empty() {
        true => "JSON".to_owned(),
        false => format!("JSON with {}", words.join(", ")),
    }
}

/// Judges a text; `shown` masks a piece of it for people.
pub(super) fn judge(text: &str, fields: &[JsonField], shown: &dyn Fn(&str) -> String) -> Judgement {
    let whole: Value = match serde_json::from_str(text) {
        Ok(whole) => whole,
        Err(why) => {
            let line = shown(first_line(text));
            return Judgement::fail(format!("not JSON ({why}): {line}"), format!("not JSON: {line}"));
        }
    };
    let judgements = fields
        .iter()
        .map(|field| judge_field(&whole, field, shown))
        .collect();
    Judgement::weakest(judgements).unwrap_or_else(|| Judgement::pass(shown(text)))
}

fn judge_field(whole: &Value, field: &JsonField, shown: &dyn Fn(&str) -> String) -> Judgement {
    let at = place(field);
    let Some(found) = whole.pointer(&field.pointer) else {
        return Judgement::fail(format!("{at} is missing"), format!("no {at}"));
    };
    let written = format!("{at} is {}", shown(&found.to_string()));
    match &field.holds {
        JsonHolds::Present => Judgement::pass(format!("{at} is there")),
        JsonHolds::Is(value) => match serde_json::from_str::<Value>(value) {
            Ok(wanted) if same(&wanted, found) => Judgement::pass(written),
            Ok(_) => Judgement::fail(format!("{written}, must be {value}"), written),
            Err(_) => Judgement::error(format!("what {at} must be is no JSON: {value}")),
        },
    }
}

/// `1` and `1.0` are the same number.
fn same(wanted: &Value, found: &Value) -> bool {
    wanted == found
        || wanted
            .as_f64()
            .zip(found.as_f64())
            .is_some_and(|(wanted, found)| wanted == found)
}

fn place(field: &JsonField) -> &str {
    if field.pointer.is_empty() {
        "the whole"
    } else {
        &field.pointer
    }
}

#[cfg(test)]
mod tests;
