//! JSON as documents write it for reading: with `...`, comments and examples in it. It becomes a list of fields that an
//! answer must have.

use domain::probe::{JsonField, JsonHolds};

/// Most fields of a pattern.
const FIELDS: usize = 100;

/// How deep a pattern may be.
const DEEPEST: usize = 32;

/// Longest pattern, in bytes.
const LONGEST: usize = 16 * 1024;

/// What is open while a pattern is read.
struct Open {
    /// `None`: an object; else the index of the next element.
    element: Option<usize>,
    /// How long the pointer was before it.
    pointer: usize,
    /// After `...` in a list no place is known.
    elided: bool,
    /// Something stood in it.
    filled: bool,
}

/// Reads a pattern; `None` where the text is no JSON, even so.
pub fn pattern(text: &str) -> Option<Vec<JsonField>> {
    if text.len() > LONGEST || !text.starts_with(['{', '[']) {
        return None;
    }
    let mut reader = Reader {
        rest: text,
        pointer: String::new(),
        open: Vec::new(),
        fields: Vec::new(),
    };
    reader.value()?;
    while !reader.open.is_empty() {
        reader.step()?;
    }
    reader.space();
    reader.rest.is_empty().then_some(reader.fields)
}

struct Reader<'a> {
    rest: &'a str,
    pointer: String,
    open: Vec<Open>,
    fields: Vec<JsonField>,
}

impl<'a> Reader<'a> {
    /// White space, commas and comments.
    fn space(&mut self) {
        loop {
            let rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n', ',']);
            let comment = rest.starts_with("//") || rest.starts_with('#');
            self.rest = match comment {
                true => rest.split_once('\n').map_or("", |(_, rest)| rest),
                false => rest,
            };
            if !comment {
                return;
            }
        }
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest.strip_prefix(text);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    /// One member, one element, or an end.
    fn step(&mut self) -> Option<()> {
        self.space();
        let top = self.open.last_mut()?;
        let end = if top.element.is_some() { "]" } else { "}" };
        if let Some(rest) = self.rest.strip_prefix(end) {
            self.rest = rest;
            return self.close();
        }
        if let Some(rest) = ellipsis(self.rest) {
            (top.elided, top.filled, self.rest) = (true, true, rest);
            return Some(());
        }
        top.filled = true;
        let length = self.pointer.len();
        match top.element {
            Some(index) => {
                top.element = Some(index + 1);
                self.pointer.push_str(&format!("/{index}"));
            }
            None => {
                let (key, rest) = string(self.rest)?;
                self.rest = rest;
                let key: String = serde_json::from_str(key).ok()?;
                self.space();
                self.take(":").then_some(())?;
                self.pointer.push('/');
                self.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
        }
        self.space();
        let depth = self.open.len();
        self.value()?;
        if self.open.len() == depth {
            self.pointer.truncate(length);
        } else if let Some(opened) = self.open.last_mut() {
            opened.pointer = length;
        }
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        let closed = self.open.pop()?;
        if !closed.filled {
            // An empty list is one; an empty object asks for nothing but itself.
            match closed.element {
                Some(_) => self.field(JsonHolds::Is("[]".to_owned())),
                None => self.field(JsonHolds::Present),
            }
        } else if closed.element.is_some() && closed.elided {
            self.field(JsonHolds::Present);
        }
        self.pointer.truncate(closed.pointer);
        Some(())
    }

    fn value(&mut self) -> Option<()> {
        for (start, element) in [("{", None), ("[", Some(0))] {
            if self.take(start) {
                (self.open.len() < DEEPEST).then_some(())?;
                self.open.push(Open {
                    element,
                    pointer: 0,
                    elided: false,
                    filled: false,
                });
                return Some(());
            }
        }
        if let Some(rest) = ellipsis(self.rest) {
            self.rest = rest;
            self.field(JsonHolds::Present);
            return Some(());
        }
        if let Some(end) = self.rest.strip_prefix('<').and_then(|rest| rest.find('>')) {
            self.rest = &self.rest[end + 2..];
            self.field(JsonHolds::Present);
            return Some(());
        }
        let (written, rest) = match string(self.rest) {
            Some(found) => found,
            None => bare(self.rest)?,
        };
        let value: serde_json::Value = serde_json::from_str(written).ok()?;
        self.rest = rest;
        let holds = match is_example(self.key(), &value) {
            true => JsonHolds::Present,
            false => JsonHolds::Is(value.to_string()),
        };
        self.field(holds);
        Some(())
    }

    /// The last name in the pointer.
    fn key(&self) -> &str {
        self.pointer
            .rsplit('/')
            .find(|name| !name.bytes().all(|byte| byte.is_ascii_digit()))
            .unwrap_or_default()
    }

    fn field(&mut self, holds: JsonHolds) {
        let vague = self.open.iter().any(|open| open.elided && open.element.is_some());
        if !vague && self.fields.len() < FIELDS {
            self.fields.push(JsonField {
                pointer: self.pointer.clone(),
                holds,
            });
        }
    }
}

fn ellipsis(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("...").or_else(|| text.strip_prefix('…'))?;
    Some(rest.trim_start_matches('.'))
}

/// A string with its quotes, and what follows it.
fn string(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.char_indices().find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    })?;
    Some(text.split_at(end.0 + 2))
}

/// A number, `true`, `false` or `null`, and what follows it.
fn bare(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')))
        .unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// Names of fields whose value is another one each time.
const CHANGING: &[&str] = &[
    "id",
    "uuid",
    "timestamp",
    "time",
    "date",
    "datetime",
    "token",
    "uptime",
    "version",
    "commit",
    "sha",
    "hash",
    "build",
    "latency",
    "duration",
    "elapsed",
    "created",
    "updated",
    "hostname",
    "host",
    "ip",
    "pid",
    "url",
    "checksum",
    "release",
    "revision",
    "environment",
    "env",
    "region",
    "email",
    "name",
    "user",
    "username",
    "memory",
    "rss",
    "cpu",
    "count",
    "total",
];

/// Whether a value is obviously an example: it is another one each time.
fn is_example(key: &str, value: &serde_json::Value) -> bool {
    let key = snake(key);
    let last = key.rsplit('_').next().unwrap_or_default();
    if CHANGING.contains(&last)
        || ["at", "ms", "seconds", "bytes", "mb", "percent", "on"].contains(&last) && key.contains('_')
    {
        return true;
    }
    match value {
        serde_json::Value::String(text) => example_text(text),
        serde_json::Value::Number(number) => number.as_u64().is_none_or(|number| number > 599),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_) => false,
    }
}

/// `createdAt` as `created_at`.
fn snake(key: &str) -> String {
    let mut out = String::new();
    for c in key.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out.replace('-', "_")
}

fn example_text(text: &str) -> bool {
    let lower = text.to_lowercase();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let written_open = ["...", "…", "your", "xxx", "example", "yyyy", "string"]
        .iter()
        .any(|word| lower.contains(word));
    let open = text.contains(['<', '{', '$']) || lower.contains("://");
    let hexadecimal =
        text.len() >= 12 && digits > 0 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    written_open || open || hexadecimal || digits >= 6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<String>> {
        let fields = pattern(text)?;
        let shown = |field: JsonField| match field.holds {
            JsonHolds::Present => field.pointer,
            JsonHolds::Is(value) => format!("{}={value}", field.pointer),
        };
        Some(fields.into_iter().map(shown).collect())
    }

    #[test]
    fn a_pattern_becomes_a_list_of_fields() {
        let text = r#"{
            "status": "healthy", // as it should be
            "version": "1.4.2",
            "timestamp": "2026-01-01T00:00:00Z",
            "checks": [{"name": "db", "ok": true}, ...],
            "nested": {"redis/0": "up", "latencyMs": 3},
            "empty": [],
            ...
        }"#;
        let fields = [
            r#"/status="healthy""#,
            "/version",
            "/timestamp",
            "/checks/0/name",
            "/checks/0/ok=true",
            "/checks",
            r#"/nested/redis~10="up""#,
            "/nested/latencyMs",
            "/empty=[]",
        ];
        assert_eq!(read(text).unwrap_or_default(), fields);
    }

    #[test]
    fn what_is_no_json_is_no_pattern() {
        for text in [
            "ok",
            "{status: ok}",
            "[INFO] started",
            "{",
            "{}}",
            "[1, 2",
            "{\"a\" 1}",
            "[x]",
            "{\"a\": string}",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("{}"), Some(vec![String::new()]));
        assert_eq!(read("[1,2]"), Some(vec!["/0=1".to_owned(), "/1=2".to_owned()]));
        assert_eq!(
            read(r#"{"a": <number>, "b": ...}"#),
            Some(vec!["/a".to_owned(), "/b".to_owned()])
        );
    }

    #[test]
    fn ten_thousand_brackets_are_no_pattern() {
        assert_eq!(read(&"[".repeat(10_000)), None);
        assert_eq!(read(&"{\"a\":".repeat(3_000)), None);
    }
}
