//! Commands that read what must not be kept, or never stop.

use super::Never;
use crate::lint::exposed;

/// Whether what a program prints may be kept, and it ends by itself.
pub fn look(name: &str, words: &[&str]) -> Result<(), Never> {
    let shown = || {
        let mut out = name.to_owned();
        let words = words.iter().take_while(|word| !word.starts_with('-')).take(2);
        words.for_each(|word| {
            out.push(' ');
            out.push_str(word);
        });
        out.replace(crate::word::FILLED, "…")
    };
    if secret(name, words) {
        return Err(Never::Secrets(shown()));
    }
    match endless(name, words) {
        true => Err(Never::Endless(shown())),
        false => Ok(()),
    }
}

fn secret(name: &str, words: &[&str]) -> bool {
    let operands: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !word.starts_with('-'))
        .collect();
    let has = |wanted: &str| words.iter().any(|word| word.to_lowercase().contains(wanted));
    match name {
        "env" | "set" | "export" => words.is_empty() || words == ["-0"],
        "printenv" => operands.is_empty() || operands.iter().any(|name| exposed::is_secret(name)),
        "heroku" => has("config") || has("credentials"),
        "vault" => has("kv") || has("read") || has("token") || has("lookup"),
        "op" | "doppler" | "sops" => true,
        "aws" => {
            has("get-secret-value") || has("get-parameter") || has("with-decryption") || has("get-login")
        }
        "gcloud" => has("secrets") && has("access") || has("print-access-token"),
        "az" => has("secret") || has("appsettings") || has("keys") || has("credential"),
        "kubectl" | "oc" | "k" => {
            operands.iter().any(|word| {
                word.split(',').any(|kind| {
                    let kind = kind.split(['/', '.']).next().unwrap_or(kind).to_lowercase();
                    matches!(kind.as_str(), "secret" | "secrets")
                })
            }) && words.first().is_some_and(|_| prints_whole(words))
                || has("--raw") && has("secrets")
        }
        "helm" if operands.first() == Some(&"env") => true,
        "helm" => operands.first() == Some(&"get") && !matches!(operands.get(1), Some(&"notes" | &"hooks")),
        "docker" | "podman" | "nerdctl" => operands.contains(&"inspect") && !formatted(words),
        "vercel" | "netlify" | "ntl" | "fly" | "flyctl" | "railway" | "supabase" => {
            has("env:get") || has("env:list") || operands == ["variables"] || operands == ["config", "env"]
        }
        "firebase" => has("config:get") || has("secrets:get"),
        "eb" => has("printenv"),
        "terraform" | "tofu" | "terragrunt" => {
            operands.first() == Some(&"output")
                && (words.contains(&"-json") || operands.iter().any(|name| exposed::is_secret(name)))
        }
        "pulumi" => words.contains(&"--show-secrets"),
        _ => false,
    }
}

/// `kubectl get secret -o yaml`: names alone may be kept.
fn prints_whole(words: &[&str]) -> bool {
    let at = words
        .iter()
        .position(|word| word.starts_with("-o") || word.starts_with("--output"));
    let Some(at) = at else { return false };
    let value = words[at]
        .trim_start_matches("--output")
        .trim_start_matches("-o")
        .trim_start_matches('=');
    let value = match value {
        "" => words.get(at + 1).copied().unwrap_or_default(),
        value => value,
    };
    !matches!(value, "name" | "wide")
}

/// `docker inspect --format` of the state: the whole holds the environment.
fn formatted(words: &[&str]) -> bool {
    let kinds = ["network", "volume", "image", "manifest", "node"];
    if words.first().is_some_and(|word| kinds.contains(word)) && words.first() != Some(&"image") {
        return true;
    }
    let format = words.iter().enumerate().find_map(|(at, word)| match *word {
        "-f" | "--format" => words.get(at + 1).copied(),
        word => word
            .strip_prefix("--format=")
            .or_else(|| word.strip_prefix("-f=")),
    });
    let known = [
        ".State",
        ".Name",
        ".RestartCount",
        ".Id",
        ".Image",
        ".Created",
        ".RepoDigests",
        ".RepoTags",
        ".Size",
        ".HostConfig.RestartPolicy",
        ".HostConfig.Memory",
        ".NetworkSettings",
        ".Platform",
        ".Config.Image",
        ".Config.User",
    ];
    format.is_some_and(|format| {
        let fields = format
            .split([' ', '{', '}', '(', ')', '|'])
            .filter(|field| field.starts_with('.'));
        let mut fields = fields.peekable();
        fields.peek().is_some() && fields.all(|field| known.iter().any(|known| field.starts_with(known)))
    })
}

fn endless(name: &str, words: &[&str]) -> bool {
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let letter = |letter: char| {
        words.iter().any(|word| {
            let short = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
            short.is_some_and(|rest| rest.contains(letter) && rest.chars().all(|c| c.is_ascii_alphanumeric()))
        })
    };
    let follow = words
        .iter()
        .any(|word| word.starts_with("--follow") && *word != "--follow=false");
    let operand = |wanted: &str| words.contains(&wanted);
    match name {
        "tail" => {
            follow || letter('f') || letter('F') || words.iter().any(|word| word.starts_with("--retry"))
        }
        "journalctl" => follow || letter('f'),
        "kubectl" | "oc" | "k" => {
            let watch = words
                .iter()
                .any(|word| word.starts_with("--watch") && *word != "--watch=false");
            let logs = operand("logs") && (follow || has(&["-f"]) || words.contains(&"-f=true"));
            let shorts = operand("get") && letter('w') && has(&["-w", "-Aw", "-wA", "-w=true"]);
            watch || logs || shorts || has(&["-w", "--watch-only"])
        }
        "docker" | "podman" | "nerdctl" | "docker-compose" => {
            (operand("events") && !words.iter().any(|word| word.starts_with("--until")))
                || (operand("logs") && (follow || has(&["-f"]) && behind_logs(words)))
                || (operand("stats") && !words.iter().any(|word| word.starts_with("--no-stream")))
        }
        "pm2" => operand("logs") && !has(&["--nostream"]) || operand("monit"),
        "wrangler" => operand("tail"),
        "dmesg" => has(&["-w", "-W", "--follow"]) || follow,
        "heroku" => operand("logs") && has(&["--tail", "-t"]),
        "aws" => operand("tail") && (follow || has(&["-f"])),
        "stern" | "kail" | "kubetail" => true,
        "az" => operand("tail"),
        "top" | "atop" => !letter('b') && !letter('l'),
        _ => false,
    }
}

/// `-f` before `logs` is a file of Compose.
fn behind_logs(words: &[&str]) -> bool {
    let at = words.iter().position(|word| *word == "logs").unwrap_or_default();
    words[at..].contains(&"-f")
}
