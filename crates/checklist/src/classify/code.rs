//! Interpreters, and tools that run another tool of a project.

use super::tool::given;
use super::{Effect, FILLED, git, table};

/// What an interpreter or a runner does.
pub fn effect(name: &str, words: &[&str], depth: u32) -> Option<Effect> {
    let effect = match name {
        "git" => git::effect(words),
        "node" | "nodejs" => node(words),
        "npx" | "pnpx" | "bunx" => runner(name, words, depth),
        "bundle" | "bundler" if words.first() == Some(&"exec") => runner("bundle exec", &words[1..], depth),
        "poetry" | "pipenv" | "uv" | "pdm" | "hatch" if words.first() == Some(&"run") => {
            runner(&format!("{name} run"), &words[1..], depth)
        }
        "pnpm" | "yarn" if matches!(words.first(), Some(&"exec" | &"dlx")) => {
            runner(name, &words[1..], depth)
        }
        "php" if words.first() == Some(&"artisan") => table("artisan", &words[1..], depth),
        "php" if words.first() == Some(&"bin/console") => table("console", &words[1..], depth),
        "journalctl" => journal(words),
        _ if python_name(name) => python(name, words, depth),
        _ => return None,
    };
    Some(effect)
}

/// `python`, `python3`, `python3.12`
fn python_name(name: &str) -> bool {
    let version = name
        .strip_prefix("python")
        .or_else(|| (name == "py").then_some(""));
    version.is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// Tools of a project that do not run its own code for these questions.
#[rustfmt::skip] // names in rows
const RUN_INSIDE: &[&str] = &[
    "prisma", "alembic", "rails", "rake", "flask", "celery", "drizzle-kit", "django-admin", "wrangler", "vercel", "netlify",
    "firebase", "supabase", "eas", "ruff", "black", "bandit", "flake8", "pip", "railway", "expo", "hardhat", "forge", "jest", "vitest",
    "playwright", "cypress", "pytest", "eslint", "knex", "sequelize", "sequelize-cli", "typeorm",
];

fn runner(name: &str, words: &[&str], depth: u32) -> Effect {
    let skip = words
        .iter()
        .take_while(|word| {
            matches!(
                **word,
                "-y" | "--yes" | "--no-install" | "--no" | "-q" | "--quiet" | "--"
            )
        })
        .count();
    match words[skip..].split_first() {
        Some((inner, rest)) if RUN_INSIDE.contains(inner) => table(inner, rest, depth),
        Some((inner, rest)) if python_name(inner) && name != "npx" => python(inner, rest, depth),
        Some(_) | None => Effect::unknown(format!("`{name}` runs a package")),
    }
}

fn node(words: &[&str]) -> Effect {
    let known = [
        "process.version",
        "process.versions.node",
        "console.log(process.version)",
        "process.arch",
        "process.platform",
        "require('./package.json').version",
        "require(\"./package.json\").version",
        "console.log(require('./package.json').version)",
        "console.log(require(\"./package.json\").version)",
    ];
    let reads = match words {
        ["-v" | "--version"] => true,
        ["-p" | "-e" | "-pe" | "--eval" | "--print", code] => {
            known.contains(&code.trim().trim_end_matches(';'))
        }
        _ => false,
    };
    Effect::reads_if(reads, "what `node` runs is not looked into")
}

/// `python -c` reads where it only imports known packages and prints; modules that are known to read; versions.
fn python(name: &str, words: &[&str], depth: u32) -> Effect {
    match words {
        ["--version" | "-V" | "-VV"] => Effect::Reads,
        ["-c", code, ..] => Effect::reads_if(
            prints_only(code),
            format!("what `{name} -c` runs is not known to read"),
        ),
        ["-m", "json.tool"] | ["-m", "site"] => Effect::Reads,
        ["-m", "json.tool", file] => Effect::reads_if(!file.starts_with('-'), "`json.tool` can write a file"),
        [
            "-m",
            module @ ("pip" | "alembic" | "django" | "flask" | "celery" | "poetry" | "pytest" | "uv"),
            rest @ ..,
        ] => {
            let tool = if *module == "django" {
                "django-admin"
            } else {
                module
            };
            table(tool, rest, depth)
        }
        ["-m", module, ..] => Effect::unknown(format!(
            "what the module `{}` does is not known",
            super::shown(module)
        )),
        ["manage.py", rest @ ..] => table("manage.py", rest, depth),
        _ => Effect::unknown(format!("what `{name}` runs is not looked into")),
    }
}

/// Packages whose import does nothing else. A module of the project could do its work when it is imported.
#[rustfmt::skip] // names in rows
const PACKAGES: &[&str] = &[
    "sys", "os", "platform", "ssl", "sqlite3", "json", "redis", "django", "flask", "fastapi", "starlette",
    "sqlalchemy", "psycopg2", "psycopg", "asyncpg", "pgvector", "pandas", "numpy", "scipy", "sklearn",
    "torch", "tensorflow", "transformers", "celery", "requests", "httpx", "aiohttp", "pydantic",
    "uvicorn", "gunicorn", "boto3", "alembic", "pymongo", "motor", "kafka", "pika", "grpc", "jwt",
    "cryptography", "bcrypt", "passlib", "stripe", "openai", "anthropic", "langchain", "chromadb",
    "qdrant_client", "elasticsearch", "yaml", "jinja2", "click", "typer", "streamlit", "gradio", "web3",
    "PIL", "cv2", "matplotlib", "prometheus_client", "sentry_sdk", "structlog", "dotenv", "aioredis",
    "hiredis", "orjson", "lxml", "bs4", "selenium", "playwright", "pytest", "websockets", "nltk", "spacy",
];

/// Imports of known packages, prints of their version or of a text.
fn prints_only(code: &str) -> bool {
    let package = |text: &str| PACKAGES.contains(&text.trim());
    let version = |text: &str| {
        let module = [
            "__version__",
            "VERSION",
            "version",
            "version_info",
            "OPENSSL_VERSION",
            "cuda.is_available()",
            "python_version()",
        ]
        .iter()
        .find_map(|end| text.strip_suffix(end)?.strip_suffix('.'));
        module.is_some_and(package) || text == "__version__"
    };
    let quoted = |text: &str| {
        let inside = text
            .strip_prefix('\'')
            .and_then(|text| text.strip_suffix('\''))
            .or_else(|| text.strip_prefix('"').and_then(|text| text.strip_suffix('"')));
        inside.is_some_and(|text| !text.contains(['\'', '"', '\\', FILLED]))
    };
    let mut says = false;
    let known = code
        .split([';', '\n'])
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .all(|statement| {
            says = true;
            if let Some(printed) = statement
                .strip_prefix("print(")
                .and_then(|rest| rest.strip_suffix(')'))
            {
                return printed
                    .split(',')
                    .all(|part| version(part.trim()) || quoted(part.trim()));
            }
            if let Some(imported) = statement.strip_prefix("import ") {
                return imported.split(',').all(package);
            }
            let from = statement
                .strip_prefix("from ")
                .and_then(|rest| rest.split_once(" import "));
            from.is_some_and(|(module, imported)| package(module) && imported == "__version__")
        });
    known && says
}

fn journal(words: &[&str]) -> Effect {
    let acts = [
        "--vac",
        "--rot",
        "--fl",
        "--sy",
        "--rel",
        "--up",
        "--set",
        "--smart",
        "--cursor-file",
    ];
    let acts = words
        .iter()
        .any(|word| acts.iter().any(|act| word.starts_with(act)));
    if acts || given("--cursor-file", words) {
        Effect::changes("`journalctl` changes the journal")
    } else {
        Effect::Reads
    }
}
