//! Pages of metrics in the text format of Prometheus (0.0.4) and OpenMetrics (1.0). A line that is neither a sample nor a
//! comment is named and skipped.

/// How many malformed lines are named.
const NAMED: usize = 20;

/// A sample: one value of one metric.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    /// The metric's name, with its suffix (`_total`, `_bucket`).
    pub name: String,
    /// Its labels, in order, without escapes.
    pub labels: Vec<(String, String)>,
    /// Its value; may be infinite or NaN.
    pub value: f64,
    /// Its line, from 1.
    pub line: usize,
}

/// What a page holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Page {
    pub samples: Vec<Sample>,
    /// Comments (`# HELP`, `# TYPE`), without the `#`.
    pub comments: Vec<String>,
    /// The first lines that are neither, from 1.
    pub malformed: Vec<usize>,
    /// How many such lines there are.
    pub strange: usize,
}

/// Reads any text; never fails.
pub(crate) fn parse(text: &str) -> Page {
    let mut page = Page::default();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            page.comments.push(comment.trim().to_owned());
        } else if let Some(sample) = sample(line, index + 1) {
            page.samples.push(sample);
        } else {
            page.strange += 1;
            if page.malformed.len() < NAMED {
                page.malformed.push(index + 1);
            }
        }
    }
    page
}

/// `name{label="value"} 1.5 1700000000000 # {trace="x"} 1`
fn sample(line: &str, number: usize) -> Option<Sample> {
    let end = line.find(|c: char| c == '{' || c.is_whitespace())?;
    let (name, rest) = line.split_at(end);
    let mut sample = Sample {
        name: name.to_owned(),
        labels: Vec::new(),
        value: 0.0,
        line: number,
    };
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('{') {
        Some(inside) => labels(inside, &mut sample)?,
        None => rest,
    };
    if !is_name(&sample.name, &[':']) && name == sample.name {
        return None;
    }
    // An exemplar stands behind the value; labels, which may hold a # too, are gone by now.
    let (rest, exemplar) = rest
        .split_once(" # ")
        .map_or((rest, None), |(rest, more)| (rest, Some(more)));
    if exemplar.is_some_and(|more| !more.trim_start().starts_with('{')) {
        return None;
    }
    let mut words = rest.split_whitespace();
    sample.value = words.next()?.parse().ok()?;
    let timed = words.next().is_none_or(|time| time.parse::<f64>().is_ok());
    (timed && words.next().is_none()).then_some(sample)
}

/// Reads labels up to the closing brace and gives what stands behind it. A quoted text without a value is the name.
fn labels<'a>(text: &'a str, sample: &mut Sample) -> Option<&'a str> {
    let mut rest = text.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return (!sample.name.is_empty()).then_some(after);
        }
        let (key, after) = match rest.strip_prefix('"') {
            Some(quoted) => value(quoted)?,
            None => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
                let key = &rest[..end];
                is_name(key, &[]).then_some(())?;
                (key.to_owned(), &rest[end..])
            }
        };
        let quoted = rest.starts_with('"');
        let after = after.trim_start();
        rest = match after.strip_prefix('=') {
            Some(after) => {
                let (value, after) = value(after.trim_start().strip_prefix('"')?)?;
                sample.labels.push((key, value));
                after.trim_start()
            }
            None if quoted && sample.name.is_empty() => {
                sample.name = key;
                after
            }
            None => return None,
        };
        rest = match rest.strip_prefix(',') {
            Some(after) => after.trim_start(),
            None if rest.starts_with('}') => rest,
            None => return None,
        };
    }
}

/// A quoted value without its escapes, and what stands behind the closing quote.
fn value(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((out, &text[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => out.push('\n'),
                plain @ ('"' | '\\') => out.push(plain),
                other => out.extend(['\\', other]),
            },
            c => out.push(c),
        }
    }
    None
}

fn is_name(text: &str, beside: &[char]) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || beside.contains(&c);
    !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(plain)
}

impl Sample {
    /// As a page writes it, for people.
    pub fn shown(&self) -> String {
        let labels: Vec<String> = self
            .labels
            .iter()
            .map(|(key, value)| format!("{key}={value:?}"))
            .collect();
        match labels.is_empty() {
            true => format!("{} {}", self.name, self.value),
            false => format!("{}{{{}}} {}", self.name, labels.join(","), self.value),
        }
    }
}

#[cfg(test)]
mod tests;
