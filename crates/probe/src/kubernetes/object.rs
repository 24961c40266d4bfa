//! An object as the API server gives it.

use serde_json::Value;

/// How many names are said.
const NAMED: usize = 3;

/// One object.
pub(super) struct Object<'a>(&'a Value);

/// One of its conditions.
pub(super) struct Condition<'a> {
    /// `True`, `False` or `Unknown`.
    pub status: &'a str,
    pub reason: &'a str,
    pub message: &'a str,
}

impl<'a> Object<'a> {
    /// The object of this kind and name, and no other.
    pub fn named(value: &'a Value, kind: &str, name: &str) -> Result<Self, String> {
        let object = Self(value);
        let same = object.text("/kind").eq_ignore_ascii_case(kind) && object.text("/metadata/name") == name;
        same.then_some(object)
            .ok_or_else(|| format!("kubectl printed another object than the {kind} {name}"))
    }

    /// The objects of a list, all of this kind.
    pub fn list(value: &'a Value, kind: &str) -> Result<Vec<Self>, String> {
        let items = value.get("items").and_then(Value::as_array);
        let objects: Vec<Self> = items.ok_or("kubectl printed no list")?.iter().map(Self).collect();
        let known = |object: &Self| object.text("/kind") == kind && !object.name().is_empty();
        match objects.iter().all(known) {
            true => Ok(objects),
            false => Err(format!("kubectl printed a list of other objects than {kind}")),
        }
    }

    pub fn name(&self) -> &'a str {
        self.text("/metadata/name")
    }

    /// The text there; empty where there is none.
    pub fn text(&self, pointer: &str) -> &'a str {
        text(self.0, pointer)
    }

    /// The number there; the API server leaves out what is 0.
    pub fn count(&self, pointer: &str) -> Result<Option<u64>, String> {
        match self.0.pointer(pointer) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value
                .as_u64()
                .map(Some)
                .ok_or_else(|| format!("{pointer} of {} is no count", self.name())),
        }
    }

    pub fn is_true(&self, pointer: &str) -> bool {
        self.0.pointer(pointer).and_then(Value::as_bool) == Some(true)
    }

    /// The parts of a list there.
    pub fn parts(&self, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.0
            .pointer(pointer)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    }

    pub fn conditions(&self) -> impl Iterator<Item = (&'a str, Condition<'a>)> + use<'a> {
        self.parts("/status/conditions").map(|value| {
            let condition = Condition {
                status: text(value, "/status"),
                reason: text(value, "/reason"),
                message: text(value, "/message"),
            };
            (text(value, "/type"), condition)
        })
    }

    pub fn condition(&self, kind: &str) -> Option<Condition<'a>> {
        let mut all = self.conditions().filter(|(known, _)| *known == kind);
        all.next().map(|(_, condition)| condition)
    }
}

impl Condition<'_> {
    /// Its reason, and its message behind it.
    pub fn why(&self) -> String {
        let parts = [self.reason, self.message];
        let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        match said.is_empty() {
            true => "no reason is given".to_owned(),
            false => said.join(": "),
        }
    }
}

/// The text at a place; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The first few, and how many more there are.
pub(super) fn some(names: &[String]) -> String {
    let first = names
        .iter()
        .take(NAMED)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
