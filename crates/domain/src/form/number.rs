//! Numbers as people type them: with a comma or a point, with a unit, and never guessed.

use thiserror::Error;

/// Why a text is no number that can be taken.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum NoNumber {
    /// `1,000`: a thousand to some and one to others.
    #[error(
        "{written} is {thousands} to some and {fraction} to others: write {thousands}, or {fraction}0 with a fourth digit behind the mark."
    )]
    Ambiguous {
        /// As typed.
        written: String,
        /// With the mark taken for one of thousands.
        thousands: String,
        /// With the mark taken for one of decimals, a point.
        fraction: String,
    },
    /// `200-300`, `<5`, `about 3`, `1e3`, `n/a`.
    #[error(
        "{written:?} is not one plain number: write digits, with a comma or a point before decimals, for example 1212 or 0,5."
    )]
    Plain {
        /// As typed.
        written: String,
    },
}

/// A number and the word behind it, which may be empty: `0,2 s` is 0.2 and `s`.
///
/// # Errors
/// What is no number, or may be two.
pub fn read(text: &str) -> Result<(f64, &str), NoNumber> {
    let text = text.trim();
    let part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',') || c == '-' && text.starts_with('-');
    let digits = text.find(|c| !part(c)).unwrap_or(text.len());
    let (number, unit) = (text[..digits].trim(), text[digits..].trim());
    let plain = || NoNumber::Plain {
        written: text.chars().take(40).collect(),
    };
    let is_unit = unit == "%" || unit.chars().all(|c| c.is_alphabetic() || matches!(c, '/' | ' '));
    if number.is_empty() || number.len() > 18 || !is_unit {
        return Err(plain());
    }
    let (sign, number) = match number.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, number),
    };
    let written = with_point(number)?.ok_or_else(plain)?;
    let value: f64 = written.parse().map_err(|_| plain())?;
    Ok((sign * value, unit))
}

/// The digits with a point before the decimals and no marks for thousands; `None` where the marks make no sense.
fn with_point(number: &str) -> Result<Option<String>, NoNumber> {
    if !number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
    {
        return Ok(None);
    }
    let parts: Vec<&str> = number.split(['.', ',']).collect();
    let marks: Vec<char> = number.chars().filter(|c| matches!(c, '.' | ',')).collect();
    let whole = parts.iter().all(|part| !part.is_empty());
    // "1,234,567": the first group has up to three digits and does not begin with 0, the others have three.
    let grouped = |parts: &[&str]| {
        let first = parts[0];
        (1..=3).contains(&first.len())
            && !first.starts_with('0')
            && parts[1..].iter().all(|part| part.len() == 3)
    };
    Ok(match marks.as_slice() {
        _ if !whole => None,
        [] => Some(number.to_owned()),
        [_] if grouped(&parts) => {
            return Err(NoNumber::Ambiguous {
                written: number.to_owned(),
                thousands: parts.concat(),
                fraction: parts.join("."),
            });
        }
        [_] => Some(parts.join(".")),
        [first, rest @ ..] if rest.iter().all(|mark| mark == first) => {
            grouped(&parts).then(|| parts.concat())
        }
        [first, middle @ .., last] => {
            let (decimals, groups) = (parts[parts.len() - 1], &parts[..parts.len() - 1]);
            let thousands = middle.iter().all(|mark| mark == first) && first != last && grouped(groups);
            thousands.then(|| format!("{}.{decimals}", groups.concat()))
        }
    })
}
