//! Clouds, hosting platforms and infrastructure as code.

use super::{Effect, after_options, operands};

/// Options before the subcommand that take a value.
const VALUED: &[&str] = &[
    "--region",
    "--profile",
    "--project",
    "-a",
    "--app",
    "--resource-group",
    "-g",
    "--output",
    "-chdir",
    "--endpoint-url",
];

/// Answers of `aws` that are printed; other `get-…` can write a file.
const AWS_GET: &[&str] = &[
    "get-caller-identity",
    "get-function",
    "get-function-configuration",
    "get-metric-statistics",
    "get-distribution",
    "get-health-check",
    "get-pipeline-state",
    "get-bucket-location",
    "get-bucket-versioning",
    "get-policy",
];

/// Verbs that change; with one of them among the words nothing is known.
const VERBS: &[&str] = &[
    "create", "delete", "update", "deploy", "set", "call", "run", "start", "stop", "restart", "reset", "ssh",
    "scp", "add", "remove", "apply", "rollback", "import", "export", "invoke", "execute", "publish",
    "submit", "resume", "suspend", "patch", "promote", "enable", "disable", "move", "cancel", "attach",
    "detach", "login", "auth", "config", "install", "upgrade", "scale", "exec", "sync", "cp", "rm", "mv",
    "purge", "swap",
];

/// What a platform's tool does.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let rest = after_options(words, VALUED, &["--no-color", "--quiet"]).unwrap_or_default();
    let first = rest.first().copied().unwrap_or_default();
    let second = rest.get(1).copied().unwrap_or_default();
    let reads = match name {
        "aws" => match (first, second) {
            ("s3", "ls") => true,
            ("s3" | "secretsmanager" | "ssm", _) => {
                second.starts_with("describe-") || second.starts_with("list-")
            }
            _ => second.starts_with("describe-") || second.starts_with("list-") || AWS_GET.contains(&second),
        },
        "gcloud" | "az" => {
            // The first word is a group: `gcloud run services list`.
            let operands = operands(rest.get(1..).unwrap_or_default(), &[]);
            let asks = operands
                .iter()
                .any(|word| matches!(*word, "list" | "describe" | "show"));
            asks && !operands.iter().any(|word| VERBS.contains(word))
        }
        "terraform" | "tofu" => {
            matches!(first, "validate" | "show" | "output" | "version" | "graph")
                || rest == ["providers"]
                || (first == "fmt" && rest.contains(&"-check"))
                || (first == "state" && matches!(second, "list" | "show"))
        }
        "heroku" => {
            let asks = [
                "ps", "logs", "releases", "apps", "status", "config", "info", "addons", "pg:info",
            ];
            asks.contains(&first) && (second.is_empty() || second.starts_with('-'))
        }
        "vercel" | "netlify" | "fly" | "flyctl" | "railway" | "wrangler" | "doctl" => {
            matches!(
                first,
                "ls" | "list" | "logs" | "status" | "inspect" | "whoami" | "info" | "releases"
            )
        }
        "gh" => matches!(
            (first, second),
            (
                "run" | "pr" | "release" | "issue" | "workflow",
                "list" | "view" | "status"
            )
        ),
        "ansible" | "ansible-playbook" | "pulumi" | "cdk" | "serverless" | "sls" | "sam" | "packer"
        | "vault" | "firebase" => false,
        _ => return None,
    };
    let form = format!("{name} {first} {second}");
    Some(if reads {
        Effect::Reads
    } else {
        Effect::changes(format!("`{}` is not known to read only", form.trim()))
    })
}
