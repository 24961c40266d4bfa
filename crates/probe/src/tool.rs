//! Versions of tools.

use crate::answer::{Answer, Asked, Judgement};
use crate::docker;
use crate::output::excerpt;
use crate::redact::Secrets;
use crate::round::Round;
use crate::run::{self, End, Ran};
use crate::shell;
use crate::site::Site;
use crate::turn::cancelled;
use domain::probe::Tool;
use domain::quantity::Version;
use tokio_util::sync::CancellationToken;

pub(crate) async fn probe(
    tool: Tool,
    at_least: Option<&Version>,
    site: &Site,
    round: &Round<'_>,
    cancel: &CancellationToken,
) -> Answer {
    // The client has a number of its own; what is asked for is the engine that the environment deploys to.
    if tool == Tool::Docker && site.environment.endpoint("docker").is_ok() {
        let asking = docker::version(at_least, site, round);
        return cancel.run_until_cancelled(asking).await.unwrap_or_else(|| {
            let asked = Asked {
                target: "Docker Engine".to_owned(),
                ..Asked::default()
            };
            Answer::new(asked, cancelled())
        });
    }
    let command = command(tool);
    let asked = Asked {
        read_as: format!("`{command}`"),
        target: tool.title().to_owned(),
        expected: at_least.map_or_else(|| "installed".to_owned(), |version| format!("{version} or newer")),
    };
    let ran = run::run(
        &run::shell(command, site, round.context),
        &site.secrets,
        cancel,
        None,
    )
    .await;
    let judgement = judge(tool.title(), &ran, at_least, &site.secrets);
    Answer {
        exit_code: ran.end.exit_code(),
        ..Answer::new(asked, judgement).printed(ran.printed(""))
    }
}

pub(crate) fn judge(name: &str, ran: &Ran, at_least: Option<&Version>, secrets: &Secrets) -> Judgement {
    if ran.end == End::Exited(127) {
        return Judgement::fail(
            format!("{name} is not installed, or not in PATH"),
            "not installed",
        );
    }
    if let Some(judgement) = shell::judge_end(ran, secrets) {
        return Judgement {
            reason: format!("{name}: {}", judgement.reason),
            ..judgement
        };
    }
    let printed = String::from_utf8_lossy(&ran.stdout);
    let Some(found) = Version::find(&printed) else {
        return Judgement::error(format!(
            "{name} answers, but with no version: {}",
            excerpt(&printed, secrets)
        ));
    };
    let shown = format!("{name} {found}");
    judge_version(shown, &found, at_least)
}

/// A version, shown with whose it is, is not older than the one that will do.
pub(crate) fn judge_version(shown: String, found: &Version, at_least: Option<&Version>) -> Judgement {
    match at_least {
        Some(at_least) if !found.at_least(at_least) => {
            Judgement::fail(format!("{shown}, needs {at_least} or newer"), shown)
        }
        Some(_) | None => Judgement::pass(shown),
    }
}

fn command(tool: Tool) -> &'static str {
    match tool {
        Tool::Npm => "npm --version",
        Tool::Pnpm => "pnpm --version",
        Tool::Yarn => "yarn --version",
        Tool::Bun => "bun --version",
        Tool::Ruby => "ruby --version",
        Tool::Php => "php --version",
        Tool::Composer => "composer --version",
        Tool::Dotnet => "dotnet --version",
        Tool::Maven => "mvn --version",
        Tool::Terraform => "terraform version",
        Tool::Ansible => "ansible --version",
        Tool::Helm => "helm version --short",
        Tool::Aws => "aws --version",
        Tool::Gcloud => "gcloud --version",
        Tool::Az => "az version",
        Tool::Redis => "redis-server --version 2>/dev/null || redis-cli --version",
        // It answers on the other stream.
        Tool::Nginx => "nginx -v 2>&1",
        Tool::Mysql => "mysql --version",
        Tool::Podman => "podman --version",
        Tool::Jq => "jq --version",
        Tool::Curl => "curl --version",
        Tool::Openssl => "openssl version",
        Tool::Docker => "docker --version",
        Tool::Compose => "docker-compose --version 2>/dev/null || docker compose version",
        Tool::Python => "python3 --version",
        Tool::Node => "node --version",
        Tool::Git => "git --version",
        Tool::Psql => "psql --version",
        Tool::PgDump => "pg_dump --version",
        Tool::Cargo => "cargo --version",
        Tool::Go => "go version",
        Tool::Java => "java --version",
        Tool::Kubectl => "kubectl version --client",
    }
}
