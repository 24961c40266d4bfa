//! Version control, languages, package managers, builds and tests.

use super::{Effect, has, operands};

/// What a developer's tool does.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let first = operands(words, &["-C", "-c", "--prefix", "--filter"])
        .first()
        .copied()
        .unwrap_or_default();
    let effect = match name {
        "git" => git(words),
        "python" | "python3" | "python3.11" | "python3.12" | "python3.13" => python(name, words),
        "node" | "deno" | "bun" | "ruby" | "php" | "perl" | "java" => version_only(name, words),
        "npm" | "pnpm" | "yarn" => {
            let reads = matches!(
                first,
                "ls" | "list" | "view" | "outdated" | "why" | "explain" | "whoami" | "ping"
            ) || (first == "audit" && !words.contains(&"fix"));
            other(reads || words == ["-v"], name, first)
        }
        "pip" | "pip3" | "uv" | "poetry" | "pipenv" | "conda" | "gem" | "bundle" | "composer" => other(
            matches!(
                first,
                "list" | "show" | "freeze" | "check" | "tree" | "info" | "outdated" | "env"
            ) && first != "env",
            name,
            first,
        ),
        "cargo" => other(
            matches!(first, "tree" | "metadata" | "search" | "version") || words == ["-V"],
            name,
            first,
        ),
        "go" => other(
            matches!(first, "version" | "env" | "list") && !words.contains(&"-w"),
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
        "liquibase" => other(matches!(first, "status" | "history" | "validate"), name, first),
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

fn version_only(name: &str, words: &[&str]) -> Effect {
    Effect::reads_if(
        matches!(words, ["--version" | "-v" | "-V" | "-version" | "version"]),
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
    let writes = has(rest, None, "output")
        || has(rest, None, "ext-diff")
        || has(rest, None, "upload-pack")
        || has(rest, Some('O'), "open-files-in-pager");
    let named = operands(rest, &["--sort", "--format", "--contains"]);
    let reads = match *first {
        "status" | "log" | "diff" | "show" | "rev-parse" | "describe" | "ls-files" | "ls-tree"
        | "ls-remote" | "blame" | "shortlog" | "rev-list" | "grep" | "cat-file" | "merge-base"
        | "whatchanged" | "count-objects" | "for-each-ref" | "show-ref" | "version" | "name-rev"
        | "cherry" | "check-ignore" => true,
        "branch" => {
            named.is_empty()
                && !has(rest, Some('d'), "delete")
                && !has(rest, Some('D'), "edit-description")
                && !has(rest, Some('m'), "move")
        }
        "tag" => {
            named.is_empty() && !has(rest, Some('d'), "delete")
                || has(rest, Some('l'), "list")
                || rest == ["-l"]
        }
        "remote" => matches!(rest, [] | ["-v"] | ["show", _] | ["get-url", _]),
        "stash" => rest == ["list"],
        "config" => has(rest, None, "get") || matches!(rest, ["--list" | "-l"]),
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

fn prints_only(code: &str) -> bool {
    let dotted = |text: &str| {
        !text.is_empty()
            && text
                .split('.')
                .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_'))
    };
    let names = |text: &str| text.split(',').all(|name| dotted(name.trim()));
    let string = |text: &str| {
        let inside = text
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''))
            .or_else(|| text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')));
        inside.is_some_and(|inside| !inside.contains(['\'', '"', '\\']))
    };
    code.split([';', '\n'])
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .all(|statement| {
            let printed = statement
                .strip_prefix("print(")
                .and_then(|rest| rest.strip_suffix(')'));
            if let Some(printed) = printed {
                return dotted(printed) || string(printed);
            }
            if let Some(modules) = statement.strip_prefix("import ") {
                return names(modules);
            }
            let from = statement
                .strip_prefix("from ")
                .and_then(|rest| rest.split_once(" import "));
            from.is_some_and(|(module, imported)| dotted(module) && names(imported))
        })
}
