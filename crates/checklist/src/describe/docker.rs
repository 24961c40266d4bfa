//! Questions to a Docker Engine in words.

use super::text_rules;
use domain::probe::{DockerProbe, DockerQuestion, Filter, TextRule};

/// What is asked and what must hold.
pub fn probe(docker: &DockerProbe) -> String {
    let (of, verb) = match docker.services.as_slice() {
        [] => ("every service".to_owned(), "runs"),
        [one] => (format!("service {one}"), "runs"),
        several => (format!("services {}", several.join(", ")), "run"),
    };
    let project = docker
        .project
        .as_ref()
        .map_or_else(String::new, |name| format!(" of project {name}"));
    let judged = |what: &str, filters: &[Filter], rules: &[TextRule]| {
        let rules = text_rules(filters, rules);
        let rules = if rules.is_empty() {
            "can be read".to_owned()
        } else {
            rules.join(", ")
        };
        format!("ask the Docker Engine for the {what} of {of}{project}: {rules}")
    };
    match &docker.question {
        DockerQuestion::Running => {
            format!("ask the Docker Engine: {of}{project} {verb} and is not unhealthy")
        }
        DockerQuestion::Healthy => format!("ask the Docker Engine: {of}{project} {verb} and is healthy"),
        DockerQuestion::NewestImage => {
            format!("ask the Docker Engine: {of}{project} {verb} from the newest image of its name")
        }
        DockerQuestion::Memory => {
            format!("ask the Docker Engine for the memory that {of}{project} uses, together")
        }
        DockerQuestion::Environment { filters, rules } => judged("variables", filters, rules),
        DockerQuestion::Logs(logs) => {
            let since = logs.last_seconds.map_or_else(
                || "log since the deployment".to_owned(),
                |seconds| format!("log of the last {seconds} s"),
            );
            judged(&since, &logs.filters, &logs.rules)
        }
    }
}
