//! Tools whose version can be asked.

use serde::{Deserialize, Serialize};

/// A tool whose version can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// `docker --version`: the Engine's number.
    Docker,
    /// `docker compose version` or `docker-compose --version`; numbered apart from the Engine.
    Compose,
    /// `python3 --version`
    Python,
    /// `node --version`
    Node,
    /// `git --version`
    Git,
    /// `psql --version`
    Psql,
    /// `pg_dump --version`
    PgDump,
    /// `cargo --version`
    Cargo,
    /// `go version`
    Go,
    /// `java --version`
    Java,
    /// `kubectl version --client`
    Kubectl,
    /// `npm --version`
    Npm,
    /// `pnpm --version`
    Pnpm,
    /// `yarn --version`
    Yarn,
    /// `bun --version`
    Bun,
    /// `ruby --version`
    Ruby,
    /// `php --version`
    Php,
    /// `composer --version`
    Composer,
    /// `dotnet --version`
    Dotnet,
    /// `mvn --version`
    Maven,
    /// `terraform version`
    Terraform,
    /// `ansible --version`
    Ansible,
    /// `helm version --short`
    Helm,
    /// `aws --version`
    Aws,
    /// `gcloud --version`
    Gcloud,
    /// `az version`
    Az,
    /// `redis-server --version` or `redis-cli --version`
    Redis,
    /// `nginx -v`
    Nginx,
    /// `mysql --version`
    Mysql,
    /// `podman --version`
    Podman,
    /// `jq --version`
    Jq,
    /// `curl --version`
    Curl,
    /// `openssl version`
    Openssl,
}

impl Tool {
    /// All of them.
    pub const ALL: &'static [Tool] = &[
        Tool::Docker,
        Tool::Compose,
        Tool::Python,
        Tool::Node,
        Tool::Git,
        Tool::Psql,
        Tool::PgDump,
        Tool::Cargo,
        Tool::Go,
        Tool::Java,
        Tool::Kubectl,
        Tool::Npm,
        Tool::Pnpm,
        Tool::Yarn,
        Tool::Bun,
        Tool::Ruby,
        Tool::Php,
        Tool::Composer,
        Tool::Dotnet,
        Tool::Maven,
        Tool::Terraform,
        Tool::Ansible,
        Tool::Helm,
        Tool::Aws,
        Tool::Gcloud,
        Tool::Az,
        Tool::Redis,
        Tool::Nginx,
        Tool::Mysql,
        Tool::Podman,
        Tool::Jq,
        Tool::Curl,
        Tool::Openssl,
    ];

    /// The word of an annotation.
    pub fn key(self) -> &'static str {
        match self {
            Tool::Docker => "docker",
            Tool::Compose => "compose",
            Tool::Python => "python",
            Tool::Node => "node",
            Tool::Git => "git",
            Tool::Psql => "psql",
            Tool::PgDump => "pg_dump",
            Tool::Cargo => "cargo",
            Tool::Go => "go",
            Tool::Java => "java",
            Tool::Kubectl => "kubectl",
            Tool::Npm => "npm",
            Tool::Pnpm => "pnpm",
            Tool::Yarn => "yarn",
            Tool::Bun => "bun",
            Tool::Ruby => "ruby",
            Tool::Php => "php",
            Tool::Composer => "composer",
            Tool::Dotnet => "dotnet",
            Tool::Maven => "maven",
            Tool::Terraform => "terraform",
            Tool::Ansible => "ansible",
            Tool::Helm => "helm",
            Tool::Aws => "aws",
            Tool::Gcloud => "gcloud",
            Tool::Az => "az",
            Tool::Redis => "redis",
            Tool::Nginx => "nginx",
            Tool::Mysql => "mysql",
            Tool::Podman => "podman",
            Tool::Jq => "jq",
            Tool::Curl => "curl",
            Tool::Openssl => "openssl",
        }
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Tool::Docker => "Docker",
            Tool::Compose => "Docker Compose",
            Tool::Python => "Python",
            Tool::Node => "Node.js",
            Tool::Git => "Git",
            Tool::Cargo => "Cargo",
            Tool::Go => "Go",
            Tool::Java => "Java",
            Tool::Yarn => "Yarn",
            Tool::Bun => "Bun",
            Tool::Ruby => "Ruby",
            Tool::Php => "PHP",
            Tool::Composer => "Composer",
            Tool::Dotnet => ".NET",
            Tool::Maven => "Maven",
            Tool::Terraform => "Terraform",
            Tool::Ansible => "Ansible",
            Tool::Helm => "Helm",
            Tool::Aws => "AWS CLI",
            Tool::Gcloud => "Google Cloud CLI",
            Tool::Az => "Azure CLI",
            Tool::Redis => "Redis",
            Tool::Mysql => "MySQL",
            Tool::Podman => "Podman",
            Tool::Openssl => "OpenSSL",
            Tool::Psql
            | Tool::PgDump
            | Tool::Kubectl
            | Tool::Npm
            | Tool::Pnpm
            | Tool::Nginx
            | Tool::Jq
            | Tool::Curl => self.key(),
        }
    }
}
