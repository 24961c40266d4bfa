//! Programs that run a project's own code before they answer: settings, plugins, hooks, tasks. What that code does stands in
//! no table.

/// Why such a program is not known to read, after its name.
pub const WHY: &str = "runs the project's own code";

/// Programs of which every answer but their version comes after the project's code.
#[rustfmt::skip] // names in rows
const ALWAYS: &[&str] = &[
    "manage.py", "django-admin", "flask", "celery", "alembic", "rails", "rake", "prisma", "drizzle-kit", "flyway", "atlas",
    "serverless", "sls", "helmfile", "terragrunt", "ansible", "ansible-playbook", "nx", "fastlane", "cap", "dbt",
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

/// Programs that run the project's code for these of their words.
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
    ("terraform", &["plan"]),
    ("tofu", &["plan"]),
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
    let version = matches!(words, ["--version" | "-V" | "-v" | "version" | "-version"]);
    if version {
        return false;
    }
    let first = words
        .iter()
        .find(|word| !word.starts_with('-'))
        .copied()
        .unwrap_or_default();
    let named = |rows: &[(&str, &[&str])]| {
        rows.iter()
            .any(|(known, words)| *known == name && (words.is_empty() || words.contains(&first)))
    };
    ALWAYS.contains(&name) || named(RUNNERS) || named(SOME)
}
