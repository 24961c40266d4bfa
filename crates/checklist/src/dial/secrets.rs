//! Commands that print secrets, or may: settings, environments, connections and keys as a whole.

mod cloud;
mod containers;

use crate::lint::exposed;
use cloud::cloud;
use containers::{cluster, containers, kubernetes};

/// Whether what a program prints may hold a secret.
pub fn prints(name: &str, words: &[&str]) -> bool {
    let asked = Asked::of(words);
    match name {
        "docker" | "podman" | "nerdctl" | "docker-compose" | "podman-compose" | "crictl" | "skopeo"
        | "crane" => containers(name, words, &asked),
        "kubectl" | "oc" | "k" => kubernetes(words, &asked),
        "helm" | "argocd" | "kind" | "k3d" | "minikube" | "kubeadm" | "istioctl" | "etcdctl" => {
            cluster(name, &asked)
        }
        "git" => git(words, &asked),
        "aws" | "gcloud" | "az" => cloud(name, &asked),
        _ => machine(name, words, &asked) || service(name, words, &asked) || platform(name, words, &asked),
    }
}

/// What a program is asked.
struct Asked<'a> {
    words: &'a [&'a str],
    operands: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    fn of(words: &'a [&'a str]) -> Self {
        let operands = words.iter().copied().filter(|word| !word.starts_with('-'));
        Self {
            words,
            operands: operands.collect(),
        }
    }

    /// This stands in one of the words, whatever its case.
    fn has(&self, part: &str) -> bool {
        self.words.iter().any(|word| word.to_lowercase().contains(part))
    }

    /// The operands begin with these.
    fn starts(&self, operands: &[&str]) -> bool {
        self.operands.starts_with(operands)
    }

    /// One of the operands is this.
    fn names(&self, operand: &str) -> bool {
        self.operands.contains(&operand)
    }

    /// The value of an option: `-o x`, `-ox`, `-o=x`, `--output x`, `--output=x`.
    fn value(&self, short: &str, long: &str) -> Option<&'a str> {
        self.words.iter().enumerate().find_map(|(at, word)| {
            let rest = match word.strip_prefix(long) {
                Some(rest) if rest.is_empty() || rest.starts_with('=') => rest,
                _ if word.starts_with("--") || short.is_empty() => return None,
                _ => word.strip_prefix(short)?,
            };
            match rest.trim_start_matches('=') {
                "" => self.words.get(at + 1).copied(),
                value => Some(value),
            }
        })
    }
}

fn machine(name: &str, words: &[&str], asked: &Asked<'_>) -> bool {
    match name {
        "env" | "set" | "export" | "declare" | "typeset" => {
            words.iter().all(|word| word.starts_with('-')) && words != ["--version"]
        }
        "printenv" => asked.operands.is_empty() || asked.operands.iter().any(|name| exposed::is_secret(name)),
        // Letters without a dash: `e` shows the environment of each process.
        "ps" => words.iter().enumerate().any(|(at, word)| {
            let value = at > 0
                && words[at - 1].starts_with('-')
                && words[at - 1].ends_with(['C', 'u', 'U', 'p', 'o', 'O', 'g', 'G', 't', 'k', 'q']);
            !value && word.contains('e') && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        }),
        "systemctl" => {
            asked.names("show-environment")
                || asked.names("cat")
                || asked.names("show")
                    && asked
                        .value("-p", "--property")
                        .is_none_or(|properties| properties.contains("Environment") || properties == "*")
        }
        "nginx" | "openresty" | "angie" => words.contains(&"-T"),
        "php" => words.iter().any(|word| matches!(*word, "-i" | "--info")),
        "openssl" => {
            matches!(asked.operands.first(), Some(&"rsa" | &"ec" | &"pkey" | &"pkcs12"))
                && (!words.contains(&"-noout") || words.contains(&"-text"))
                && !words.iter().any(|word| matches!(*word, "-pubin" | "-pubout"))
        }
        "op" | "doppler" | "sops" | "pass" | "gopass" | "bw" | "lpass" | "secret-tool" | "security"
        | "keyring" | "chamber" | "berglas" | "infisical" | "aws-vault" => words != ["--version"],
        _ => false,
    }
}

fn service(name: &str, words: &[&str], asked: &Asked<'_>) -> bool {
    match name {
        "psql" | "mysql" | "mariadb" => {
            let passwords = [
                "rolpassword",
                "pg_authid",
                "pg_shadow",
                "authentication_string",
                "mysql.user",
            ];
            passwords.iter().any(|name| asked.has(name))
        }
        "pg_dumpall" => !words.contains(&"--no-role-passwords"),
        "pg_dump" => !words
            .iter()
            .any(|word| matches!(*word, "-s" | "--schema-only" | "--version" | "-V")),
        "mysqldump" => !words
            .iter()
            .any(|word| matches!(*word, "-d" | "--no-data" | "--version" | "-V")),
        "redis-cli" | "valkey-cli" => {
            let at = words.iter().position(|word| word.eq_ignore_ascii_case("get"));
            let setting = at
                .filter(|at| *at > 0 && words[at - 1].eq_ignore_ascii_case("config"))
                .map(|at| &words[at + 1..]);
            setting.is_some_and(|names| names.iter().any(|name| redis_setting(name)))
                || words.iter().any(|word| word.eq_ignore_ascii_case("acl"))
        }
        "rabbitmqctl" | "rabbitmq-diagnostics" => [
            "environment",
            "report",
            "list_parameters",
            "list_global_parameters",
        ]
        .iter()
        .any(|word| asked.names(word)),
        "airflow" => {
            matches!(
                asked.operands.first(),
                Some(&"connections" | &"config" | &"variables")
            )
        }
        "patronictl" => asked.names("show-config"),
        "barman" => asked.names("show-server") || asked.names("diagnose"),
        "consul" => asked.starts(&["kv"]) || asked.starts(&["config"]),
        "nomad" => asked.names("inspect"),
        "vault" => asked.has("kv") || asked.has("read") || asked.has("token") || asked.has("lookup"),
        "terraform" | "tofu" | "terragrunt" => match asked.operands.first() {
            Some(&"output") => {
                words.contains(&"-json") || asked.operands.iter().any(|name| exposed::is_secret(name))
            }
            Some(&"show") => words.contains(&"-json"),
            _ => false,
        },
        "pulumi" => words.contains(&"--show-secrets"),
        _ => false,
    }
}

/// Whether a setting of Redis, or a pattern of settings, can be a password.
pub fn redis_setting(name: &str) -> bool {
    let name = name.to_lowercase();
    let secret = ["pass", "auth", "secret", "user"];
    name.contains(['*', '?', '[']) || secret.iter().any(|word| name.contains(word))
}

fn platform(name: &str, words: &[&str], asked: &Asked<'_>) -> bool {
    match name {
        "heroku" => asked.has("config") || asked.has("credentials"),
        "vercel" | "netlify" | "ntl" | "fly" | "flyctl" | "railway" | "eas" => {
            let whole = [["variables", ""], ["config", "env"]];
            asked.has("env:get")
                || asked.has("env:list")
                || whole.iter().any(|[first, second]| {
                    asked.operands.first() == Some(first)
                        && (second.is_empty() || asked.operands.get(1) == Some(second))
                })
        }
        "supabase" => asked.starts(&["status"]) || asked.has("env:"),
        "firebase" => asked.has("config:get") || asked.has("secrets:get"),
        "eb" => asked.has("printenv"),
        "glab" => asked.starts(&["variable"]),
        "gh" => asked.starts(&["auth"]) && asked.has("token"),
        "doctl" => asked.starts(&["databases"]) && (asked.names("user") || asked.has("json")),
        "wrangler" => asked.starts(&["kv", "key", "get"]),
        "yarn" | "pnpm" | "pip" | "pip3" | "bundle" | "bundler" | "poetry" => {
            asked.starts(&["config"]) && !words.contains(&"--version")
        }
        _ => false,
    }
}

fn git(words: &[&str], asked: &Asked<'_>) -> bool {
    let words: Vec<&str> = match words {
        ["-C", _, rest @ ..] | ["--no-pager", rest @ ..] => rest.to_vec(),
        words => words.to_vec(),
    };
    let key = |word: &&str| {
        let word = word.to_lowercase();
        let kinds = [
            "url",
            "header",
            "credential",
            "remote.",
            "token",
            "pass",
            "secret",
            "insteadof",
        ];
        kinds.iter().any(|kind| word.contains(kind))
    };
    match words.split_first() {
        Some((&"config", rest)) => {
            let all = [
                "-l",
                "--list",
                "list",
                "--get-regexp",
                "--get-urlmatch",
                "--get-all",
            ];
            let names = asked.words.contains(&"--name-only");
            !names && (rest.iter().any(|word| all.contains(word)) || rest.iter().any(key))
        }
        // An address can hold a password.
        Some((&"remote", rest)) => rest
            .iter()
            .any(|word| matches!(*word, "-v" | "--verbose" | "get-url" | "show")),
        _ => false,
    }
}
