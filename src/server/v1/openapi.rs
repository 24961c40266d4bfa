//! The OpenAPI 3.1 document, made from the operations themselves.

use super::{BASE, Caller, Operation, operations};
use axum::{Json, http::Method};
use serde_json::{Map, Value, json};

/// `GET /api/v1/openapi.json`.
pub async fn answer(_: Caller) -> Json<Value> {
    Json(document())
}

/// The document.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations() {
        let path = format!("{BASE}{}", operation.path);
        let method = operation.method.as_str().to_lowercase();
        let entry = paths.entry(path).or_insert_with(|| json!({}));
        entry[method] = described(&operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Gonogo",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "For programs, such as CI jobs. A token is made on the page People; it never signs.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas(),
        },
    })
}

fn described(operation: &Operation) -> Value {
    let (status, schema) = operation.answer;
    let content = |kind: &str, schema: &str| json!({kind: {"schema": named(schema)}});
    let mut answer = json!({"description": "Done.", "content": content("application/json", schema)});
    if operation.links != json!({}) {
        answer["links"] = operation.links.clone();
    }
    if status == 201 {
        answer["headers"] =
            json!({"Location": {"schema": {"type": "string"}, "description": "Where it can be read."}});
    }
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": operation.parameters,
        "responses": {},
    });
    for (status, description) in refusals(operation) {
        described["responses"][status.to_string()] =
            json!({"description": description, "content": content("application/problem+json", "Problem")});
    }
    described["responses"][status.to_string()] = answer;
    if let Some(body) = operation.body {
        described["requestBody"] = json!({"required": true, "content": content("application/json", body)});
    }
    if let Some(scope) = operation.scope {
        described["description"] = json!(format!(
            "The token has to be made to {}.",
            scope.title().to_lowercase()
        ));
    }
    described
}

/// The statuses of what is not done, and why it is not.
fn refusals(operation: &Operation) -> Vec<(u16, &'static str)> {
    let parameters = operation.parameters.as_array().into_iter().flatten();
    let queried = parameters.clone().any(|parameter| parameter["in"] == "query");
    let named = parameters.clone().any(|parameter| parameter["in"] == "path");
    let (changes, sent) = (operation.method == Method::POST, operation.body.is_some());
    let all = [
        (true, 401, "No token, or one that does not work."),
        (
            operation.scope.is_some(),
            403,
            "The token is not made to do this, or not here.",
        ),
        (named, 404, "There is no such run."),
        (changes, 409, "Something else happened meanwhile."),
        (sent, 413, "The body is too large."),
        (sent, 415, "The body is not called JSON."),
        (
            queried || sent,
            422,
            "It is not what this document describes, or a rule says no: the detail says which.",
        ),
        (true, 500, "A fault of the server; its log has more."),
        (true, 503, "The server cannot do it now, and may soon."),
    ];
    let those = all.into_iter().filter(|(possible, ..)| *possible);
    those.map(|(_, status, why)| (status, why)).collect()
}

fn named(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn schemas() -> Value {
    json!({
        "Document": {"type": "object"},
        "Problem": object(json!({
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string"},
        }), &[]),
        "RunList": object(json!({
            "runs": {"type": "array", "items": named("RunBrief")},
            "next": {"type": ["integer", "null"], "description": "What to ask for as `before`, where there are older runs."},
        }), &[]),
        "RunBrief": object(brief(), &[]),
        "Run": object(whole(), &[]),
        "Line": line(),
        "Signature": object(json!({
            "role": {"type": "string"},
            "meaning": words(&["go", "go_with_conditions", "no_go"]),
            "by": {"type": "string"},
            "at": time(),
            "stale": {"type": "boolean", "description": "The record has changed since."},
        }), &[]),
        "NewRun": object(json!({
            "revision": {"type": "integer", "format": "int64", "minimum": 1, "maximum": i64::MAX, "description": "The number of the revision: /checklists/NUMBER."},
            "environment": {"type": "string"},
            "release": {"type": "string", "minLength": 1, "maxLength": 200, "description": "A commit or a tag, no zero byte."},
            "request_key": {"type": ["string", "null"], "format": "uuid", "description": "The same again starts nothing."},
        }), &["request_key"]),
        "StartedRun": object(json!({"id": {"type": "integer"}, "url": {"type": "string"}}), &[]),
        "NewEvidence": object(json!({
            "item": {"type": "string", "description": "The line's name, as the run's `lines` say."},
            "note": {"type": "string", "maxLength": 4000, "description": "What was seen; empty only together with `link` or `output`."},
            "link": {"type": ["string", "null"], "format": "uri", "pattern": "^https?://[^\\s]+$", "maxLength": 2000, "description": "Where more is to be seen; not together with `output`."},
            "output": {"type": ["string", "null"], "description": "What was seen, 10 MB at most: hashed into the record."},
            "output_name": {"type": ["string", "null"], "maxLength": 200, "description": "The name of the file that it becomes."},
        }), &["link", "output", "output_name"]),
    })
}

fn brief() -> Value {
    json!({
        "id": {"type": "integer"},
        "url": {"type": "string"},
        "title": {"type": "string"},
        "environment": {"type": "string"},
        "class": words(&["development", "staging", "production"]),
        "release": {"type": "string"},
        "state": {"type": "string"},
        "decision": words(&["go", "go_with_conditions", "no_go", "not_yet", "ended"]),
        "why": {"type": "string"},
        "started_by": {"type": "string"},
        "started_at": time(),
    })
}

fn whole() -> Value {
    let mut whole = brief();
    whole["revision"] = json!({"type": "integer"});
    whole["record"] = json!({"type": "string", "description": "The SHA-256 of what is signed."});
    let counts = [
        "all",
        "proved",
        "stale",
        "attested",
        "overridden",
        "waived",
        "skipped",
        "failed",
        "warned",
        "no_data",
        "open",
    ];
    let counts: Map<String, Value> = counts
        .map(|name| (name.to_owned(), json!({"type": "integer"})))
        .into_iter()
        .collect();
    whole["tally"] = object(Value::Object(counts), &[]);
    whole["lines"] = json!({"type": "array", "items": named("Line")});
    whole["signatures"] = json!({"type": "array", "items": named("Signature")});
    whole["unsigned"] = json!({"type": "array", "items": {"type": "string"}});
    whole
}

fn line() -> Value {
    let statuses = [
        "not_applicable",
        "proved",
        "attested",
        "overridden",
        "skipped",
        "waived",
        "stale",
        "done",
        "open",
        "running",
        "warning",
        "no_data",
        "unknown",
        "error",
        "failed",
    ];
    object(
        json!({
            "item": {"type": "string"},
            "section": {"type": "string"},
            "text": {"type": "string"},
            "kind": words(&["probe", "action", "attestation", "parent", "check"]),
            "status": words(&statuses),
            "reason": {"type": "string"},
        }),
        &[],
    )
}

fn words(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

/// An object with these properties and no others, all of them but `optional` always there.
fn object(properties: Value, optional: &[&str]) -> Value {
    let names = properties
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str());
    let required: Vec<&str> = names.filter(|name| !optional.contains(name)).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}
