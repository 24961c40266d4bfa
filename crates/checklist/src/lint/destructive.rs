//! Commands after which something is gone.

use super::run::Run;

/// How a command destroys, where it does.
pub fn why(run: &Run<'_>) -> Option<String> {
    let destroys =
        !run.has(&["--help"]) && (files(run) || data(run) || history(run) || stacks(run) || clouds(run));
    destroys.then(|| format!("`{}` cannot be undone", run.short()))
}

/// Whether a command removes everything: `rm -rf /`.
pub fn removes_everything(run: &Run<'_>) -> bool {
    let everything =
        |word: &&str| matches!(*word, "/" | "/*" | "~" | "~/" | "$HOME" | "\"$HOME\"" | "${HOME}");
    let recursive = run.letter('r') || run.letter('R') || run.has(&["--recursive"]);
    !run.inside && run.program == "rm" && recursive && run.operands().iter().any(everything)
}

/// Folders that the next build makes again.
const REBUILT: &[&str] = &[
    "node_modules",
    "dist",
    "build",
    ".next",
    ".nuxt",
    "out",
    "target",
    "coverage",
    "__pycache__",
    ".cache",
    ".pytest_cache",
    ".turbo",
    "venv",
    ".venv",
    "package-lock.json",
    "vendor",
    ".parcel-cache",
    ".angular",
];

fn rebuilt(path: &str) -> bool {
    let path = path.trim_start_matches("./").trim_end_matches(['*', '/']);
    let last = path.rsplit('/').next().unwrap_or(path);
    REBUILT.contains(&path)
        || REBUILT.contains(&last)
        || path.starts_with("/tmp/")
        || path.starts_with("tmp/")
}

fn files(run: &Run<'_>) -> bool {
    let operands = run.operands();
    match run.program {
        "rm" => {
            let recursive = run.letter('r') || run.letter('R') || run.has(&["--recursive"]);
            recursive && !operands.iter().all(|path| rebuilt(path))
        }
        "shred" | "wipefs" | "dropdb" => true,
        "mkfs" => true,
        "dd" => run
            .words
            .iter()
            .any(|word| word.starts_with("of=/dev/") && !word.ends_with("/null")),
        "find" => run.has(&["-delete"]),
        "rsync" => {
            run.has(&["--delete", "--delete-after", "--delete-excluded"]) && !run.has(&["--dry-run", "-n"])
        }
        "truncate" => run.has(&["-s"]) && operands.contains(&"0"),
        "userdel" => run.letter('r'),
        program => program.starts_with("mkfs."),
    }
}

/// What is said to a database.
fn data(run: &Run<'_>) -> bool {
    let client = matches!(
        run.program,
        "psql"
            | "mysql"
            | "mariadb"
            | "sqlite3"
            | "mongosh"
            | "mongo"
            | "redis-cli"
            | "valkey-cli"
            | "sqlcmd"
            | "clickhouse-client"
    );
    let says = |word: &&str| {
        let upper = word.to_uppercase();
        let drops = [
            "DROP TABLE",
            "DROP DATABASE",
            "DROP SCHEMA",
            "TRUNCATE",
            "FLUSHALL",
            "FLUSHDB",
            "DROPDATABASE(",
        ];
        let deletes = upper.contains("DELETE FROM") && !upper.contains("WHERE");
        deletes || drops.iter().any(|bad| upper.contains(bad))
    };
    if client {
        return run.words.iter().any(says);
    }
    match run.program {
        "prisma" => run.starts(&["migrate", "reset"]),
        "npx" | "supabase" => {
            run.starts(&["prisma", "migrate", "reset"])
                || run.starts(&["supabase", "db", "reset"])
                || run.starts(&["db", "reset"])
        }
        "rails" | "rake" => run.has(&["db:drop", "db:reset", "db:migrate:reset"]),
        "php" => run.has(&["migrate:fresh", "migrate:reset", "db:wipe"]),
        "alembic" => run.starts(&["downgrade", "base"]),
        "flyway" => run.starts(&["clean"]),
        "python" | "python3" => run.has(&["flush"]) && run.has(&["manage.py"]),
        _ => false,
    }
}

fn history(run: &Run<'_>) -> bool {
    let reset = run.starts(&["reset"]) && run.has(&["--hard"]);
    let clean = run.starts(&["clean"]) && run.letter('f') && !run.letter('n');
    let push = run.starts(&["push"])
        && (run.has(&["--force", "-f", "--delete", "--mirror"])
            || run
                .words
                .iter()
                .any(|word| word.len() > 1 && word.starts_with([':', '+'])));
    run.program == "git" && (reset || clean || push)
}

fn stacks(run: &Run<'_>) -> bool {
    match run.program {
        "docker" | "podman" => {
            let volumes = run.starts(&["volume", "rm"]) || run.starts(&["volume", "prune"]);
            volumes || run.starts(&["system", "prune"])
        }
        "docker-compose" => {
            run.starts(&["down"]) && (run.has(&["-v", "--volumes"]) || run.letter('v'))
                || run.starts(&["rm"]) && run.letter('v')
        }
        "kubectl" | "oc" => {
            // A pod that belongs to something comes back.
            let pods = run
                .operands()
                .get(1)
                .is_some_and(|kind| matches!(kind.split('/').next(), Some("pod" | "pods" | "po")));
            run.starts(&["delete"]) && !pods && !run.has(&["--dry-run"])
        }
        "helm" => run.starts(&["uninstall"]) || run.starts(&["delete"]),
        "terraform" | "tofu" | "pulumi" | "cdk" => run.starts(&["destroy"]),
        _ => false,
    }
}

fn clouds(run: &Run<'_>) -> bool {
    let operands = run.operands();
    let deletes =
        |word: &&str| *word == "delete" || word.starts_with("delete-") || word.starts_with("terminate-");
    match run.program {
        "aws" => {
            let bucket =
                run.starts(&["s3", "rb"]) || (run.starts(&["s3", "rm"]) && run.has(&["--recursive"]));
            let bucket =
                bucket || (run.starts(&["s3", "sync"]) && run.has(&["--delete"]) && !run.has(&["--dryrun"]));
            bucket || operands.get(1).is_some_and(deletes)
        }
        "gcloud" | "az" | "doctl" => operands.iter().take(4).any(deletes),
        "gsutil" => run.starts(&["rm"]) && run.letter('r'),
        "heroku" => run.starts(&["apps:destroy"]) || run.starts(&["pg:reset"]),
        "fly" | "flyctl" => run.starts(&["apps", "destroy"]) || run.starts(&["destroy"]),
        _ => false,
    }
}
