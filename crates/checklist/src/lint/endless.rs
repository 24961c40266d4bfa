//! Commands that run until somebody stops them.

use super::run::Run;

/// Why a command never ends, where it does not.
pub fn why(run: &Run<'_>) -> Option<String> {
    let ends = run.bounded || run.has(&["--help", "--version", "-h"]) && run.program != "ping";
    let endless = !ends && (follows(run) || watches(run) || serves(run) || forwards(run));
    endless.then(|| format!("`{}` never ends by itself", run.short()))
}

/// Logs that are followed.
fn follows(run: &Run<'_>) -> bool {
    let follow = run.has(&["-f", "--follow", "-F", "-tf", "-ft"]);
    let log = run.operands().iter().any(|word| matches!(*word, "logs" | "log"));
    let behind = |run: &Run<'_>| {
        let at = run
            .words
            .iter()
            .position(|word| *word == "logs")
            .unwrap_or_default();
        let words = run.words[at..].iter().filter(|word| word.starts_with('-'));
        words
            .clone()
            .any(|word| *word == "--follow" || (!word.starts_with("--") && word.contains('f')))
    };
    match run.program {
        "tail" => follow || run.letter('f') || run.letter('F'),
        "journalctl" => follow || run.letter('f'),
        "docker" | "docker-compose" | "podman" | "kubectl" | "oc" => log && behind(run),
        "stern" => !run.has(&["--no-follow"]),
        "dmesg" => run.has(&["-w", "--follow"]),
        "pm2" => (log && !run.has(&["--nostream"])) || run.starts(&["monit"]),
        "heroku" => log && run.has(&["--tail", "-t"]),
        "fly" | "flyctl" => log && !run.has(&["--no-tail", "-n"]),
        "aws" => run.starts(&["logs", "tail"]) && follow,
        "wrangler" => run.starts(&["tail"]),
        _ => false,
    }
}

/// Looks that repeat.
fn watches(run: &Run<'_>) -> bool {
    match run.program {
        "watch" | "htop" | "btop" | "nmon" | "iftop" | "glances" | "yes" => true,
        "top" => !run.letter('b') && !run.letter('n') && !run.letter('l'),
        "ping" | "ping6" => !run.letter('c') && !run.letter('w') && !run.words.is_empty(),
        "vmstat" | "iostat" | "mpstat" | "sar" => {
            let numbers = run.words.iter().filter(|word| word.parse::<u32>().is_ok());
            numbers.count() == 1
        }
        "docker" | "podman" => {
            (run.starts(&["stats"]) && !run.has(&["--no-stream"]))
                || (run.starts(&["events"]) && !run.has(&["--until"]))
        }
        "docker-compose" => run.starts(&["events"]) || run.starts(&["watch"]),
        "kubectl" | "oc" => run.starts(&["get"]) && (run.has(&["-w", "--watch"])),
        "redis-cli" | "valkey-cli" => {
            let monitor = run
                .operands()
                .first()
                .is_some_and(|word| word.eq_ignore_ascii_case("monitor"));
            monitor || run.has(&["--stat", "--latency", "--latency-history"])
        }
        "sleep" => run.words == ["infinity"],
        _ => false,
    }
}

/// Servers in the foreground.
fn serves(run: &Run<'_>) -> bool {
    let operands = run.operands();
    let first = operands.first().copied().unwrap_or_default();
    match run.program {
        "npm" | "pnpm" | "yarn" | "bun" => {
            let script = match first {
                "run" => operands.get(1).copied().unwrap_or_default(),
                _ => first,
            };
            let name = script.split(':').next().unwrap_or(script);
            matches!(
                name,
                "dev" | "develop" | "start" | "serve" | "watch" | "storybook" | "preview"
            )
        }
        "npx" | "pnpx" | "bunx" => {
            matches!(first, "serve" | "http-server" | "nodemon" | "vite" if operands.len() < 2 || first != "vite")
        }
        "next" | "nuxt" | "vercel" | "netlify" | "wrangler" | "astro" => first == "dev",
        "vite" => matches!(first, "" | "dev" | "serve" | "preview"),
        "ng" | "mkdocs" | "jekyll" => first == "serve",
        "firebase" => matches!(first, "serve" | "emulators:start"),
        "hugo" => matches!(first, "server" | "serve"),
        "rails" => matches!(first, "server" | "s"),
        "flask" => operands.contains(&"run"),
        "php" => {
            run.has(&["-S"]) || (first == "artisan" && run.has(&["serve", "queue:work", "queue:listen"]))
        }
        "python" | "python3" => run.has(&["runserver", "http.server"]),
        "uvicorn" | "nodemon" | "hypercorn" | "daphne" => true,
        "gunicorn" => !run.has(&["-D", "--daemon", "--check-config"]),
        "celery" => run.has(&["worker", "beat", "flower"]) && !run.has(&["--detach"]),
        "caddy" => first == "run",
        "docker-compose" => {
            let returns = [
                "-d",
                "--detach",
                "--wait",
                "--no-start",
                "--exit-code-from",
                "--abort-on-container-exit",
            ];
            first == "up" && !run.has(&returns) && !run.letter('d')
        }
        _ => false,
    }
}

/// Tunnels.
fn forwards(run: &Run<'_>) -> bool {
    match run.program {
        "kubectl" | "oc" => run.starts(&["port-forward"]) || run.starts(&["proxy"]),
        "ngrok" | "cloud_sql_proxy" | "cloud-sql-proxy" => true,
        "stripe" => run.starts(&["listen"]),
        "ssh" => run.letter('N') && !run.letter('f'),
        _ => false,
    }
}
