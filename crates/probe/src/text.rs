//! Texts: the reading filters of a pipeline, and what must hold of what is left.

use crate::answer::Judgement;
use crate::output::excerpt;
use crate::redact::Secrets;
use domain::probe::{Filter, TextRule};
use domain::quantity::{Bound, Unit};
use domain::verdict::Verdict;

mod grep;
mod json;
mod number;

use grep::Grep;
pub(crate) use grep::{Keeps, sieve};

/// A text as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    /// What was read; invalid UTF-8 is replaced.
    pub text: String,
    /// There was more, which was not read.
    pub cut: bool,
    /// No piece of it may stand in a reason.
    pub private: bool,
}

impl Text {
    pub fn of(bytes: &[u8], cut: bool) -> Self {
        Self {
            text: String::from_utf8_lossy(bytes).into_owned(),
            cut,
            private: false,
        }
    }

    fn shown(&self, piece: &str, secrets: &Secrets) -> String {
        if self.private {
            "a text that is not shown".to_owned()
        } else {
            excerpt(piece, secrets)
        }
    }
}

/// Applies the filters in order.
///
/// # Errors
/// What cannot be filtered: text that is not JSON, or the end of a text that was not read to its end.
pub(crate) fn filter(text: Text, filters: &[Filter], secrets: &Secrets) -> Result<Text, Judgement> {
    filters
        .iter()
        .try_fold(text, |text, one| apply(text, one, secrets))
}

/// Judges every rule; no rule is a pass.
pub(crate) fn judge(text: &Text, rules: &[TextRule], secrets: &Secrets) -> Judgement {
    let judgements = rules.iter().map(|rule| judge_one(text, rule, secrets)).collect();
    if let Some(judgement) = Judgement::weakest(judgements) {
        return match absent(rules) {
            Some(words) if judgement.verdict == Verdict::Pass => Judgement::pass(words),
            _ => judgement,
        };
    }
    let found = match first_line(&text.text) {
        "" => "an empty answer".to_owned(),
        line => text.shown(line, secrets),
    };
    Judgement::pass(found)
}

/// Several texts that must not occur, as one sentence.
fn absent(rules: &[TextRule]) -> Option<String> {
    let words = rules.iter().map(|rule| match rule {
        TextRule::Lacks(part) => Some(format!("“{part}”")),
        _ => None,
    });
    let words: Vec<String> = words.collect::<Option<_>>()?;
    (words.len() > 1).then(|| format!("none of {} occurs", words.join(", ")))
}

/// What must hold, in words.
pub(crate) fn expected(rules: &[TextRule]) -> String {
    let words = rules.iter().map(|rule| match rule {
        TextRule::Empty => "is empty".to_owned(),
        TextRule::NotEmpty => "is not empty".to_owned(),
        TextRule::Contains(part) => format!("contains “{part}”"),
        TextRule::Lacks(part) => format!("lacks “{part}”"),
        TextRule::Is(whole) => format!("is “{whole}”"),
        TextRule::Number(bound) => format!("number {bound}"),
        TextRule::LinesAtLeast(count) => format!("at least {count} lines"),
        TextRule::Json(fields) => json::expected(fields),
    });
    words.collect::<Vec<_>>().join("; ")
}

/// Filters, in words.
pub(crate) fn piped(filters: &[Filter]) -> String {
    let words = filters.iter().map(|filter| match filter {
        Filter::Grep {
            pattern,
            ignore_case,
            invert,
        } => {
            let option = match (ignore_case, invert) {
                (false, false) => "",
                (true, false) => " -i",
                (false, true) => " -v",
                (true, true) => " -iv",
            };
            format!(" | grep{option} {pattern:?}")
        }
        Filter::Head(count) => format!(" | head -n {count}"),
        Filter::Tail(count) => format!(" | tail -n {count}"),
        Filter::CountLines => " | wc -l".to_owned(),
        Filter::Json => " | jq .".to_owned(),
        Filter::JsonAt(pointer) => format!(" | jq -r {}", pointer.replace('/', ".")),
    });
    words.collect()
}

fn apply(text: Text, filter: &Filter, secrets: &Secrets) -> Result<Text, Judgement> {
    let lines =
        |lines: &mut dyn Iterator<Item = &str>| lines.fold(String::new(), |all, line| all + line + "\n");
    let unread = |what: &str| Judgement::error(format!("the answer is too long to be read whole, so {what}"));
    let left = match filter {
        Filter::Grep { .. } => match Grep::of(filter) {
            // What was searched while it came is searched again, and not copied.
            Some(grep) if keeps_all(&grep, &text.text) => return Ok(text),
            Some(grep) => lines(&mut text.text.lines().filter(|line| grep.keeps(line))),
            None => text.text.clone(),
        },
        Filter::Head(count) => {
            let count = *count as usize;
            let whole = text.text.lines().count() > count;
            let left = lines(&mut text.text.lines().take(count));
            return Ok(Text {
                text: left,
                cut: text.cut && !whole,
                ..text
            });
        }
        Filter::Tail(_) if text.cut => return Err(unread("its end is not known")),
        Filter::Tail(count) => {
            let skip = text.text.lines().count().saturating_sub(*count as usize);
            lines(&mut text.text.lines().skip(skip))
        }
        Filter::CountLines if text.cut => return Err(unread("its lines cannot be counted")),
        Filter::CountLines => format!("{}\n", text.text.lines().count()),
        Filter::Json | Filter::JsonAt(_) if text.cut => return Err(unread("it cannot be checked as JSON")),
        Filter::Json | Filter::JsonAt(_) => match serde_json::from_str::<serde_json::Value>(&text.text) {
            Ok(value) => json_answer(&value, filter),
            Err(why) => {
                let line = text.shown(first_line(&text.text), secrets);
                return Err(Judgement::fail(
                    format!("not JSON ({why}): {line}"),
                    format!("not JSON: {line}"),
                ));
            }
        },
    };
    Ok(Text { text: left, ..text })
}

/// Whether nothing is left out, and no end of a line would be written otherwise.
fn keeps_all(grep: &Grep, text: &str) -> bool {
    text.ends_with('\n') && !text.contains('\r') && text.lines().all(|line| grep.keeps(line))
}

/// The whole value, or the one that the filter points at.
fn json_answer(value: &serde_json::Value, filter: &Filter) -> String {
    let Filter::JsonAt(pointer) = filter else {
        return format!("{value:#}\n");
    };
    match value.pointer(pointer) {
        Some(serde_json::Value::String(text)) => format!("{text}\n"),
        Some(value) => format!("{value:#}\n"),
        None => "null\n".to_owned(),
    }
}

fn judge_one(text: &Text, rule: &TextRule, secrets: &Secrets) -> Judgement {
    let shown = |piece: &str| text.shown(piece, secrets);
    let body = text.text.trim();
    let all = || {
        if body.is_empty() {
            "nothing".to_owned()
        } else {
            shown(body)
        }
    };
    // What the part that was read proves, it proves of the whole; what it does not prove stays open.
    let unread =
        || Judgement::error("the answer is too long to be read whole, and what was read decides nothing");
    match rule {
        TextRule::Empty if !body.is_empty() => {
            let lines = body.lines().filter(|line| !line.trim().is_empty()).count();
            let count = if lines == 1 {
                "1 line".to_owned()
            } else {
                format!("{lines} lines")
            };
            let reason = format!("should be empty, but has {count}: {}", shown(first_line(body)));
            Judgement::fail(reason, format!("{count}: {}", shown(first_line(body))))
        }
        TextRule::Empty if text.cut => unread(),
        TextRule::Empty => Judgement::pass("empty"),
        TextRule::NotEmpty if !body.is_empty() => Judgement::pass(shown(first_line(body))),
        TextRule::NotEmpty if text.cut => unread(),
        TextRule::NotEmpty => Judgement::fail("empty, but something should be there", "nothing"),
        TextRule::Contains(part) => match text.text.lines().find(|line| line.contains(part.as_str())) {
            Some(line) => Judgement::pass(shown(line)),
            None if text.text.contains(part.as_str()) => Judgement::pass(shown(body)),
            None if text.cut => unread(),
            None => Judgement::fail(format!("does not contain “{part}”: {}", all()), all()),
        },
        TextRule::Lacks(part) => {
            let needle = part.to_lowercase();
            match text
                .text
                .lines()
                .find(|line| line.to_lowercase().contains(&needle))
            {
                Some(line) => Judgement::fail(format!("contains “{part}”: {}", shown(line)), shown(line)),
                None if text.cut => unread(),
                None => Judgement::pass(format!("“{part}” does not occur")),
            }
        }
        TextRule::Is(whole) if body == whole.trim() && !text.cut => Judgement::pass(all()),
        TextRule::Is(whole) => Judgement::fail(format!("is {}, not “{whole}”", all()), all()),
        TextRule::Json(_) | TextRule::Number(_) if text.cut => unread(),
        TextRule::Json(fields) => json::judge(body, fields, &shown),
        TextRule::Number(bound) => match number::last(body, bound.quantity.unit) {
            Some(found) => judge_number(&found, *bound),
            None => Judgement::error(format!("there is no number in {}", all())),
        },
        TextRule::LinesAtLeast(count) => {
            let lines = text.text.lines().filter(|line| !line.trim().is_empty()).count() as u64;
            let found = if lines == 1 {
                "1 line".to_owned()
            } else {
                format!("{lines} lines")
            };
            match lines >= u64::from(*count) {
                true => Judgement::pass(found),
                false if text.cut => unread(),
                false => Judgement::fail(format!("{found}, must be at least {count}"), found),
            }
        }
    }
}

fn judge_number(found: &number::Found, bound: Bound) -> Judgement {
    let value = match found.value {
        Ok(value) => value,
        Err(why) => {
            return Judgement::error(format!(
                "{} cannot be compared with {}: {why}",
                found.written, bound.quantity
            ));
        }
    };
    let quantity = domain::quantity::Quantity {
        value,
        unit: bound.quantity.unit,
    };
    let shown = quantity.to_string();
    let shown = if shown == found.written {
        shown
    } else {
        format!("{} ({shown})", found.written)
    };
    if !bound.comparison.holds(value, bound.quantity.value) {
        return Judgement::fail(format!("{shown}, must be {bound}"), shown);
    }
    match (found.bare, bound.quantity.unit) {
        // Seconds and milliseconds are both written without a unit: what only might hold is not a pass.
        (true, Unit::Milliseconds) => Judgement::new(
            Verdict::Warning,
            format!(
                "{} has no unit; read as milliseconds it is {bound}",
                found.written
            ),
            shown,
        ),
        (true, Unit::Count | Unit::Bytes | Unit::Percent) | (false, _) => Judgement::pass(shown),
    }
}

fn first_line(text: &str) -> &str {
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
