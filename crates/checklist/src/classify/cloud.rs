//! Clouds, hosting platforms and infrastructure as code.

use super::{Effect, operands};

/// What a platform's tool does.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let operands = operands(
        words,
        &[
            "--region",
            "--profile",
            "--project",
            "-a",
            "--app",
            "--resource-group",
            "-g",
        ],
    );
    let first = operands.first().copied().unwrap_or_default();
    let second = operands.get(1).copied().unwrap_or_default();
    let reading = |word: &str| {
        ["describe", "list", "get-", "ls", "show", "status", "info"]
            .iter()
            .any(|start| word.starts_with(start))
    };
    let reads = match name {
        "aws" => match (first, second) {
            ("s3", "ls") => true,
            ("s3", _) | ("secretsmanager", _) | ("ssm", _) => {
                second.starts_with("describe") || second.starts_with("list")
            }
            _ => reading(second),
        },
        "gcloud" | "az" => {
            operands
                .iter()
                .any(|word| matches!(*word, "list" | "describe" | "show"))
                && !operands
                    .iter()
                    .any(|word| matches!(*word, "create" | "delete" | "update" | "deploy" | "set"))
        }
        "terraform" | "tofu" => {
            matches!(
                first,
                "validate" | "show" | "output" | "version" | "providers" | "graph"
            ) || (first == "fmt" && words.contains(&"-check"))
                || (first == "state" && matches!(second, "list" | "show"))
        }
        "heroku" => {
            matches!(
                first,
                "ps" | "logs"
                    | "releases"
                    | "apps"
                    | "status"
                    | "config"
                    | "info"
                    | "addons"
                    | "config:get"
                    | "pg:info"
            ) && second.is_empty()
        }
        "vercel" | "netlify" | "fly" | "flyctl" | "railway" | "wrangler" | "firebase" | "doctl" => matches!(
            first,
            "ls" | "list" | "logs" | "status" | "inspect" | "whoami" | "info" | "releases"
        ),
        "gh" => matches!(
            (first, second),
            (
                "run" | "pr" | "release" | "issue" | "workflow",
                "list" | "view" | "status"
            )
        ),
        "ansible" | "ansible-playbook" | "pulumi" | "cdk" | "serverless" | "sls" | "sam" | "packer"
        | "vault" => false,
        _ => return None,
    };
    let form = format!("{name} {first} {second}");
    Some(if reads {
        Effect::Reads
    } else {
        Effect::changes(format!("`{}` is not known to read only", form.trim()))
    })
}
