//! Numbers with a unit and the comparisons that a checklist makes with them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How a found value is compared with the expected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `≠`
    Other,
}

/// What a number counts. Values are held in the base unit named here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A plain count.
    Count,
    /// Bytes; `mb` and `MB` are 1024² as Redis and Docker read them.
    Bytes,
    /// Milliseconds.
    Milliseconds,
    /// Per cent, 0 to 100.
    Percent,
}

/// A value in its base unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// The value, in [`Quantity::unit`].
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
}

/// A numeric bound: `< 5 ms`, `>= 512 MiB`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// How the found value is compared.
    pub comparison: Comparison,
    /// With what.
    pub quantity: Quantity,
}

impl Comparison {
    /// Whether `found` stands in this relation to `expected`; false for NaN.
    pub fn holds(self, found: f64, expected: f64) -> bool {
        match self {
            Comparison::Below => found < expected,
            Comparison::AtMost => found <= expected,
            Comparison::Equal => found == expected,
            Comparison::AtLeast => found >= expected,
            Comparison::Above => found > expected,
            Comparison::Other => found.partial_cmp(&expected).is_some_and(|order| order.is_ne()),
        }
    }

    /// The sign for people.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Below => "<",
            Comparison::AtMost => "≤",
            Comparison::Equal => "=",
            Comparison::AtLeast => "≥",
            Comparison::Above => ">",
            Comparison::Other => "≠",
        }
    }
}

/// A number of bytes for people: `512 MB`, `1.5 GB`, powers of 1024.
pub fn bytes(count: u64) -> String {
    let units = ["B", "KB", "MB", "GB", "TB"];
    let power = (0..units.len() - 1)
        .rev()
        .find(|power| count >> (10 * (power + 1)) > 0);
    match power {
        None => format!("{count} B"),
        Some(power) => {
            let value = count as f64 / 1024f64.powi(power as i32 + 1);
            let digits = if value >= 100.0 || value.fract() < 0.05 {
                0
            } else {
                1
            };
            format!("{value:.digits$} {}", units[power + 1])
        }
    }
}

/// Whole days, hours or minutes as such, everything else in milliseconds.
fn write_time(f: &mut fmt::Formatter<'_>, ms: f64) -> fmt::Result {
    let units = [(86_400_000.0, "d"), (3_600_000.0, "h"), (60_000.0, "min")];
    match units.iter().find(|(size, _)| ms >= *size && ms % size == 0.0) {
        Some((size, unit)) => write!(f, "{} {unit}", ms / size),
        None => write!(f, "{ms} ms"),
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            Unit::Count => write!(f, "{}", self.value),
            Unit::Bytes => f.write_str(&bytes(self.value.max(0.0) as u64)),
            Unit::Milliseconds => write_time(f, self.value),
            Unit::Percent => write!(f, "{} %", self.value),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.comparison.sign(), self.quantity)
    }
}

/// A version as numbers: `20.10` is `[20, 10]`. Compared component by component; missing ones are 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version(pub Vec<u64>);

impl Version {
    /// The first dotted number in `text` ("Docker version 28.2.2, build e6534b4" is 28.2.2), if there is one.
    /// A dotted number is preferred; a plain number counts where no dotted one stands.
    pub fn find(text: &str) -> Option<Self> {
        let words = || {
            text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
                .map(|word| word.trim_matches('.'))
        };
        let parse = |word: &str| {
            word.split('.')
                .map(|part| part.parse().ok())
                .collect::<Option<Vec<u64>>>()
        };
        words()
            .filter(|word| word.contains('.'))
            .find_map(parse)
            .or_else(|| words().filter(|word| !word.is_empty()).find_map(parse))
            .map(Self)
    }

    /// Whether this version is `other` or newer.
    pub fn at_least(&self, other: &Version) -> bool {
        let longest = self.0.len().max(other.0.len());
        let padded = |version: &Version| {
            (0..longest)
                .map(|i| version.0.get(i).copied().unwrap_or(0))
                .collect::<Vec<_>>()
        };
        padded(self) >= padded(other)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(u64::to_string).collect();
        f.write_str(&parts.join("."))
    }
}
