//! Everything that programs can ask for, each with what the document says of it: there is no route without its description.

use super::{evidence, openapi, runs};
use crate::server::state::AppState;
use axum::{
    http::Method,
    routing::{MethodRouter, get, post},
};
use domain::person::Scope;
use serde_json::{Value, json};

/// Something that a program can ask for.
pub struct Operation {
    /// How.
    pub method: Method,
    /// Where, below [`super::BASE`].
    pub path: &'static str,
    /// What the token has to be for; `None`: any that works.
    pub scope: Option<Scope>,
    /// Its name in the document.
    pub id: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// Its parameters, as the document has them.
    pub parameters: Value,
    /// The name of the body's schema.
    pub body: Option<&'static str>,
    /// The status of success, and the name of the answer's schema.
    pub answer: (u16, &'static str),
    /// What can be asked with the answer, as the document has it.
    pub links: Value,
    /// What answers.
    pub answers: MethodRouter<AppState>,
}

/// All of them.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation {
            method: Method::GET,
            path: "/runs",
            scope: Some(Scope::Read),
            id: "listRuns",
            summary: "Lists runs, the newest first, 50 at most.",
            parameters: json!([
                query(
                    "environment",
                    json!({"type": "string"}),
                    "Only runs in this environment."
                ),
                query(
                    "state",
                    json!({"type": "string"}),
                    "Only runs in this state, by its word."
                ),
                query(
                    "text",
                    json!({"type": "string"}),
                    "Only runs with this in the title, the release or a name."
                ),
                query("before", run_number(), "Only runs with a lower number."),
            ]),
            body: None,
            answer: (200, "RunList"),
            links: json!({"readRun": link("readRun", "$response.body#/runs/0/id")}),
            answers: get(runs::list),
        },
        Operation {
            method: Method::POST,
            path: "/runs",
            scope: Some(Scope::StartRun),
            id: "startRun",
            summary: "Starts a run of a published plan. The same request_key again answers the run that it started.",
            parameters: json!([]),
            body: Some("NewRun"),
            answer: (201, "StartedRun"),
            links: json!({
                "readRun": link("readRun", "$response.body#/id"),
                "pushEvidence": link("pushEvidence", "$response.body#/id"),
            }),
            answers: post(runs::start),
        },
        Operation {
            method: Method::GET,
            path: "/runs/{id}",
            scope: Some(Scope::Read),
            id: "readRun",
            summary: "Reads a run: how its lines stand, its signatures, and go or no-go.",
            parameters: json!([run()]),
            body: None,
            answer: (200, "Run"),
            links: json!({"pushEvidence": link("pushEvidence", "$request.path.id")}),
            answers: get(runs::read),
        },
        Operation {
            method: Method::POST,
            path: "/runs/{id}/evidence",
            scope: Some(Scope::PushEvidence),
            id: "pushEvidence",
            summary: "Gives the program's word for a line that no probe settles, with what shows it. It counts as attested.",
            parameters: json!([run()]),
            body: Some("NewEvidence"),
            answer: (200, "Line"),
            links: json!({"readRun": link("readRun", "$request.path.id")}),
            answers: post(evidence::push),
        },
        Operation {
            method: Method::GET,
            path: "/openapi.json",
            scope: None,
            id: "describe",
            summary: "Answers this document.",
            parameters: json!([]),
            body: None,
            answer: (200, "Document"),
            links: json!({}),
            answers: get(openapi::answer),
        },
    ]
}

fn query(name: &str, schema: Value, description: &str) -> Value {
    json!({"name": name, "in": "query", "required": false, "schema": schema, "description": description})
}

fn run() -> Value {
    json!({"name": "id", "in": "path", "required": true, "schema": run_number(), "description": "The run's number."})
}

fn run_number() -> Value {
    json!({"type": "integer", "format": "int64", "minimum": 1, "maximum": i64::MAX})
}

/// What the run can be asked for next, and where its number is.
fn link(operation: &str, id: &str) -> Value {
    json!({"operationId": operation, "parameters": {"id": id}})
}
