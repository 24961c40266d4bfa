//! Version control, languages, package managers, builds and tests.

use super::{Effect, after_options, has, operands};

/// What a developer's tool does.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let rest = after_options(
        words,
        &["--prefix", "--filter", "-p", "--manifest-path"],
        &["-s", "--silent"],
    )
    .unwrap_or_default();
    let first = rest.first().copied().unwrap_or_default();
    let effect = match name {
        "git" => git(words),
        "python" | "python3" | "python3.11" | "python3.12" | "python3.13" => python(name, words),
        "node" | "deno" | "bun" | "ruby" | "php" | "perl" | "java" => version_only(name, words),
        "npm" | "pnpm" => {
            let listed = matches!(first, "ls" | "list" | "view" | "outdated" | "why");
            let npm = name == "npm" && matches!(first, "explain" | "whoami" | "ping");
            other(
                listed
                    || npm
                    || words == ["-v"]
                    || (first == "audit" && rest.iter().all(|word| *word != "fix" && *word != "--fix")),
                name,
                first,
            )
        }
        // Any other word is a script of package.json.
        "yarn" => other(
            matches!(first, "list" | "why" | "outdated" | "info" | "audit") || words == ["-v"],
            name,
            first,
        ),
        "pip" | "pip3" => other(matches!(first, "list" | "show" | "freeze" | "check"), name, first),
        "poetry" | "composer" | "conda" => other(
            matches!(first, "show" | "list" | "info" | "outdated" | "check"),
            name,
            first,
        ),
        "gem" | "bundle" => other(
            matches!(first, "list" | "info" | "outdated" | "show"),
            name,
            first,
        ),
        "uv" | "pipenv" => other(false, name, first),
        "cargo" => {
            let locked = rest.contains(&"--locked") || rest.contains(&"--frozen");
            other(
                matches!(first, "search" | "version")
                    || words == ["-V"]
                    || (matches!(first, "tree" | "metadata") && locked),
                name,
                first,
            )
        }
        "go" => other(
            first == "version" || (first == "env" && rest.iter().skip(1).all(|word| !word.starts_with('-'))),
            name,
            first,
        ),
        "make" => other(false, name, first),
        "alembic" => other(
            matches!(first, "current" | "history" | "heads" | "show" | "branches"),
            name,
            first,
        ),
        "prisma" => other(
            first == "validate" || words.starts_with(&["migrate", "status"]),
            name,
            first,
        ),
        "npx" | "pnpx" | "bunx" => match words {
            ["prisma", "migrate", "status", ..] | ["prisma", "validate", ..] => Effect::Reads,
            _ => Effect::unknown(format!("`{name}` runs a package")),
        },
        "flyway" => other(matches!(first, "info" | "validate"), name, first),
        "liquibase" => other(first == "validate", name, first),
        "pytest" | "jest" | "vitest" | "phpunit" | "rspec" | "tox" | "nox" | "mocha" | "playwright"
        | "cypress" => Effect::changes(format!("`{name}` runs tests, which can change anything")),
        "mvn" | "gradle" | "./gradlew" | "./mvnw" | "ant" | "cmake" | "ninja" | "bazel" | "rake"
        | "grunt" | "gulp" | "webpack" | "vite" | "tsc" | "dotnet" | "swift" | "xcodebuild" | "flutter"
        | "fastlane" | "expo" | "eas" => version_only(name, words),
        _ => return None,
    };
    Some(effect)
}

fn other(reads: bool, name: &str, first: &str) -> Effect {
    if reads {
        Effect::Reads
    } else {
        Effect::changes(format!(
            "`{}` can change files or run scripts",
            format!("{name} {first}").trim()
        ))
    }
}

/// Where `-v` only prints the version: for others it means verbose, and the default task runs.
fn version_only(name: &str, words: &[&str]) -> Effect {
    let single = matches!(
        name,
        "node" | "java" | "php" | "ruby" | "perl" | "mvn" | "gradle" | "./gradlew" | "./mvnw" | "tsc"
    );
    Effect::reads_if(
        matches!(words, ["--version"]) || (single && matches!(words, ["-v" | "-V" | "-version"])),
        format!("what `{name}` runs is not looked into"),
    )
}

fn git(words: &[&str]) -> Effect {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        match *word {
            "-C" => at += 2,
            "--no-pager" | "--version" => at += 1,
            _ => return Effect::unknown("a global option of `git` can run a program"),
        }
    }
    let (Some(first), rest) = (words.get(at), words.get(at + 1..).unwrap_or_default()) else {
        return Effect::reads_if(words == ["--version"], "`git` is given no subcommand");
    };
    let abbreviated = ["--out", "--ext", "--up", "--open", "--rec", "--exec"];
    let writes = rest
        .iter()
        .any(|word| abbreviated.iter().any(|option| word.starts_with(option)))
        || has(rest, Some('O'), "");
    let named = operands(rest, &["--sort", "--format", "--contains"]);
    let only = |known: &[&str]| {
        rest.iter()
            .all(|word| !word.starts_with('-') || known.contains(&word.split('=').next().unwrap_or(word)))
    };
    let reads = match *first {
        "status" | "log" | "diff" | "show" | "rev-parse" | "describe" | "ls-files" | "ls-tree" | "blame"
        | "shortlog" | "rev-list" | "grep" | "cat-file" | "merge-base" | "whatchanged" | "count-objects"
        | "for-each-ref" | "show-ref" | "version" | "name-rev" | "cherry" | "check-ignore" => true,
        "ls-remote" => {
            only(&["--heads", "--tags", "--refs", "-q", "--exit-code"])
                && !rest.iter().any(|word| word.contains("::"))
        }
        "branch" => {
            let list = [
                "-a",
                "-r",
                "-v",
                "-vv",
                "--list",
                "--show-current",
                "--all",
                "--remotes",
                "--merged",
                "--no-merged",
                "--contains",
            ];
            only(&list) && (named.is_empty() || rest.contains(&"--list"))
        }
        "tag" => {
            let list = [
                "-l",
                "--list",
                "-n",
                "--sort",
                "--points-at",
                "--contains",
                "--format",
            ];
            only(&list) && (named.is_empty() || rest.contains(&"-l") || rest.contains(&"--list"))
        }
        "remote" => matches!(rest, [] | ["-v"] | ["show", _] | ["get-url", _]),
        "stash" => rest == ["list"],
        "config" => {
            (only(&["--get", "--global", "--local", "--get-all"])
                && rest.iter().any(|word| word.starts_with("--get")))
                || matches!(rest, ["--list" | "-l"])
        }
        "submodule" => rest == ["status"],
        "reflog" => rest.is_empty() || rest == ["show"],
        "fsck" => !has(rest, None, "lost-found"),
        "verify-commit" | "verify-tag" => false,
        _ => false,
    };
    if reads && !writes {
        Effect::Reads
    } else {
        Effect::changes(format!("`git {first}` is not known to read only"))
    }
}

/// `python -c` reads where it only imports and prints names; modules that are known to read; versions.
fn python(name: &str, words: &[&str]) -> Effect {
    match words {
        ["--version" | "-V"] => Effect::Reads,
        ["-c", code, ..] => Effect::reads_if(
            prints_only(code),
            format!("what `{name} -c` runs is not known to read"),
        ),
        ["-m", "json.tool"] | ["-m", "pip", "list" | "show" | "check" | "freeze", ..] => Effect::Reads,
        ["-m", module, ..] => Effect::unknown(format!("what the module `{module}` does is not known")),
        _ => Effect::unknown(format!("what `{name}` runs is not looked into")),
    }
}

/// Imports of modules and prints of their version or of a text, with at least one such print: importing alone could be
/// what does the work.
fn prints_only(code: &str) -> bool {
    let name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let dotted = |text: &str| text.split('.').all(name);
    let modules = |text: &str| text.split(',').all(|module| dotted(module.trim()));
    let version = |text: &str| {
        let module = ["__version__", "VERSION", "version", "version_info"]
            .iter()
            .find_map(|end| text.strip_suffix(end)?.strip_suffix('.'));
        module.is_some_and(dotted) || text == "__version__"
    };
    let mut versions = 0;
    let known = code
        .split([';', '\n'])
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .all(|statement| {
            if let Some(printed) = statement
                .strip_prefix("print(")
                .and_then(|rest| rest.strip_suffix(')'))
            {
                versions += 1;
                return version(printed);
            }
            if let Some(imported) = statement.strip_prefix("import ") {
                return modules(imported);
            }
            let from = statement
                .strip_prefix("from ")
                .and_then(|rest| rest.split_once(" import "));
            from.is_some_and(|(module, imported)| dotted(module) && imported == "__version__")
        });
    known && versions > 0
}
