//! Secrets in what clouds are asked.

use super::Asked;

/// Whether an answer of `aws`, `gcloud` or `az` may hold one.
pub fn cloud(name: &str, asked: &Asked<'_>) -> bool {
    let narrowed = |option: &str, odd: &[&str]| {
        asked
            .value("", option)
            .is_some_and(|value| !odd.iter().any(|part| value.to_lowercase().contains(part)))
    };
    match name {
        "aws" => {
            let always = [
                "get-secret-value",
                "get-parameter",
                "with-decryption",
                "get-login",
            ];
            let holds = [
                "get-function",
                "list-functions",
                "describe-task",
                "describe-configuration-settings",
                "describe-service",
                "batch-get-projects",
                "get-app",
                "get-branch",
                "user-data",
                "userdata",
                "describe-launch-template",
                "describe-job-definitions",
            ];
            let services = ["describe-services", "describe-service-"]
                .iter()
                .any(|verb| asked.has(verb))
                && asked.names("ecs");
            always.iter().any(|verb| asked.has(verb))
                || !services
                    && holds.iter().any(|verb| asked.has(verb))
                    && !narrowed(
                        "--query",
                        &[
                            "environment",
                            "variable",
                            "definition",
                            "*",
                            "@",
                            "secret",
                            "data",
                        ],
                    )
        }
        "gcloud" => {
            let holds = [
                "run",
                "functions",
                "app",
                "instances",
                "clusters",
                "jobs",
                "revisions",
                "sql",
            ];
            let described = asked.names("describe") && holds.iter().any(|noun| asked.names(noun));
            let narrow = asked.value("", "--format").is_some_and(|format| {
                format.starts_with("value(")
                    && !["env", "container", "template", "metadata", "auth", "spec)"]
                        .iter()
                        .any(|part| format.to_lowercase().contains(part))
            });
            asked.has("secrets") && asked.has("access")
                || asked.has("print-access-token")
                || described && !narrow
        }
        _ => {
            let parts = ["secret", "appsettings", "keys", "credential", "connection-string"];
            parts.iter().any(|part| asked.has(part))
                || asked.starts(&["containerapp"])
                    && asked.names("show")
                    && asked.value("", "--query").is_none()
        }
    }
}
