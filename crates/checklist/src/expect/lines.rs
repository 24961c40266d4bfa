//! A block of text that shows what a command prints.

use super::Holds;
use super::value::{self, Verb};

/// Most lines of an expected output that are compared.
const LINES: usize = 5;

/// A few lines of text that an output must contain; `None` where they are an example: columns, gaps, times.
pub fn read(text: &str) -> Option<Holds> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let example = |line: &&str| {
        line.contains("...")
            || line.contains("  ")
            || line.contains(['\t', '…', '<', '>', '|', '{', '[', '│', '─'])
            || line.chars().filter(char::is_ascii_digit).count() > 5
            || line.len() > 200
    };
    if lines.is_empty() || lines.len() > LINES || lines.iter().any(example) {
        return None;
    }
    if let [line] = lines.as_slice() {
        let whole = value::read(line, Verb::Equals, false);
        return match whole {
            Some(holds @ (Holds::Empty | Holds::Status(_) | Holds::Json(_) | Holds::Number(_))) => {
                Some(holds)
            }
            _ => Some(Holds::Contains((*line).to_owned())),
        };
    }
    Some(Holds::Text(lines.into_iter().map(str::to_owned).collect()))
}
