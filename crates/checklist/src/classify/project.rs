//! Programs that run a project's own code before they answer: settings, plugins, hooks, tasks. What that code does stands in
//! no table.

/// Why such a program is not known to read, after its name.
pub const WHY: &str = "runs the project's own code";

/// Programs of which every answer but their version comes after the project's code.
#[rustfmt::skip] // names in rows
const ALWAYS: &[&str] = &[
    "manage.py", "django-admin", "flask", "celery", "alembic", "rails", "rake", "prisma", "drizzle-kit", "flyway", "atlas",
    "serverless", "sls", "helmfile", "terragrunt", "ansible", "ansible-playbook", "nx", "fastlane", "cap", "dbt",
    // Lua that its configuration loads; the binary that `.yarnrc` names; plugins and checks that its configuration names.
    "haproxy", "yarn", "yarnpkg", "flake8", "checkov", "tflint",
];

/// Programs that are themselves files of the project, whatever they are asked.
const FILES: &[&str] = &[
    "manage.py",
    "bin/rails",
    "bin/rake",
    "bin/console",
    "console",
    "artisan",
    "mvnw",
    "gradlew",
];

/// Runners: what they start is a package or a script of the project.
const RUNNERS: &[(&str, &[&str])] = &[
    ("npx", &[]),
    ("pnpx", &[]),
    ("bunx", &[]),
    ("bundle", &["exec"]),
    ("bundler", &["exec"]),
    ("poetry", &["run"]),
    ("pipenv", &["run"]),
    ("uv", &["run"]),
    ("pdm", &["run"]),
    ("hatch", &["run"]),
    ("pnpm", &["exec", "dlx"]),
    ("yarn", &["exec", "dlx"]),
];

/// Programs that run the project's code for these of their words, in a row.
const SOME: &[(&str, &[&str])] = &[
    (
        "bundle",
        &[
            "list", "info", "outdated", "show", "check", "licenses", "platform", "audit",
        ],
    ),
    (
        "bundler",
        &[
            "list", "info", "outdated", "show", "check", "licenses", "platform", "audit",
        ],
    ),
    ("airflow", &["dags", "tasks"]),
    ("expo", &["config", "doctor", "diagnostics"]),
    ("expo-cli", &["config", "doctor", "diagnostics"]),
    ("pod", &["outdated"]),
    ("terraform", PROVIDERS),
    ("tofu", PROVIDERS),
    // `rustc`, which `.cargo/config.toml` replaces, and programs that an alias there replaces.
    ("cargo", &["tree", "metadata", "deny", "audit", "outdated"]),
    ("snyk", &["test"]),
    (
        "wp",
        &[
            "plugin",
            "theme",
            "user",
            "post",
            "site",
            "cron",
            "role",
            "term",
            "menu",
            "transient",
            "option",
            "config",
            "db",
            "rewrite",
            "maintenance-mode",
            "search-replace",
        ],
    ),
];

/// Runners of scripts that a project names, and what stands before the name.
const SCRIPTS: &[(&str, &[&str])] = &[
    ("npm", &["run", "run-script"]),
    ("pnpm", &["run"]),
    ("yarn", &["run"]),
    ("bun", &["run"]),
    ("composer", &["run", "run-script"]),
    ("make", &[]),
    ("gmake", &[]),
    ("just", &[]),
    ("task", &[]),
];

/// Beginnings of words in the name of a script that say that it changes something.
#[rustfmt::skip] // words in rows
const CHANGING: &[&str] = &[
    "deploy", "release", "publish", "migrat", "rollback", "install", "uninstall", "clean", "seed", "reset", "drop", "delete", "destroy",
    "push", "pull", "up", "down", "start", "stop", "restart", "apply", "build", "fix", "write", "generat", "upgrade", "bump", "create",
    "remove", "run", "serve", "dev", "watch", "kill", "import", "restore", "backup", "dump", "sync", "send", "prune", "purge", "rm",
    "provision", "bootstrap", "setup", "init", "load", "all", "dist", "compile", "bundle", "tag", "commit", "promote", "switch",
];

/// Whether a program runs a script or a target of the project by its name alone, and the name does not say that it changes
/// something: `npm run check`, `make smoke-test`.
pub fn runs_script(name: &str, words: &[&str]) -> bool {
    let Some((_, before)) = SCRIPTS.iter().find(|(known, _)| *known == name) else {
        return false;
    };
    let script = match (before, words) {
        ([], [script]) => script,
        (before, [run, script]) if before.contains(run) => script,
        _ => return false,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
    let changes = |word: &str| {
        CHANGING
            .iter()
            .any(|stem| word.to_ascii_lowercase().starts_with(stem))
    };
    script.starts_with(|c: char| c.is_ascii_alphabetic())
        && script.chars().all(plain)
        && !script.split(|c: char| !c.is_ascii_alphanumeric()).any(changes)
}

/// What starts the providers that a configuration names.
const PROVIDERS: &[&str] = &[
    "plan",
    "validate",
    "show",
    "graph",
    "console",
    "test",
    "refresh",
    "state show",
    "providers schema",
];

/// Options with which a program leaves the project's code alone.
const WITHOUT: &[(&str, &[&str])] = &[
    ("composer", &["--no-plugins", "--no-scripts"]),
    ("cargo", &["metadata", "--no-deps"]),
];

/// Whether the project's own code runs before the answer.
pub fn runs(name: &str, words: &[&str]) -> bool {
    // `./nginx -t` starts a file that stands in the work directory.
    if name.starts_with("./") || FILES.contains(&name) {
        return true;
    }
    // `service ../../x status` starts that file.
    if name == "service" && words.iter().any(|word| word.contains('/')) {
        return true;
    }
    let version = matches!(
        words,
        ["--version" | "-V" | "-v" | "-vv" | "version" | "-version"]
    );
    if version {
        return false;
    }
    let left_alone = |(known, options): &(&str, &[&str])| {
        *known == name && options.iter().all(|option| words.contains(option))
    };
    if WITHOUT.iter().any(left_alone) {
        return false;
    }
    let operands = || words.iter().filter(|word| !word.starts_with('-'));
    let is = |row: &&str| {
        let mut given = operands();
        row.split(' ').all(|word| given.next() == Some(&word))
    };
    let named = |rows: &[(&str, &[&str])]| {
        rows.iter()
            .any(|(known, rows)| *known == name && (rows.is_empty() || rows.iter().any(&is)))
    };
    name == "composer" || ALWAYS.contains(&name) || named(RUNNERS) || named(SOME)
}
