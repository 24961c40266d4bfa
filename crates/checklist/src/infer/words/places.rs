//! Files and directories.

use super::owned::{is_sha256, owner};
use super::{Found, Words, any, one_or_all};
use crate::measure::Measure;
use crate::phrases::{Lower, Phrases};
use domain::probe::{FileProbe, FileRule, JsonField, JsonHolds, ProbeSpec, TextRule};
use domain::quantity::{Comparison, Unit};

/// Words that say that a file is there.
static THERE: Phrases = Phrases::new(
    "exist, created, present, in place, added, readable, backup, mode , directory, folder, is in the repo, \
    in the root, in root, in project root, at the root, checked in, vorhanden, erstellt, existe, créé, présent, creado, \
    criado, gerado, presente, 存在, 已创建, 生成, 作成, がある, существует, создан",
);

/// Words that say that it is not.
static GONE: Phrases = Phrases::new(
    "does not exist, is absent, removed, deleted, not present, gelöscht, entfernt, supprimé, eliminad, removid, \
    已删除, 削除",
);

/// Words that say that it may be written.
static WRITABLE: Phrases = Phrases::new(
    "writable, writeable, write permission, schreibbar, beschreibbar, inscriptible, accessible en écriture, \
    escribible, gravável, 可写, 書き込み可能",
);

/// "config file created: `path`", and what else is said of files.
pub fn file(words: &Words<'_>, lower: &Lower, measures: &[Measure]) -> Option<Found> {
    if let Some(found) = checksum(words) {
        return Some(found);
    }
    let paths: Vec<&str> = words.codes.iter().copied().filter(|code| is_path(code)).collect();
    let path = *paths.first()?;
    if let Some(found) = version(words, lower, path) {
        return Some(found);
    }
    let above = words.parent.is_some_and(|parent| {
        any(
            &Lower::of(parent),
            &["file", "created", "exist", "director", "present"],
        )
    });
    let mut rules = rules(lower, measures);
    let owner = owner(words.text, lower);
    let owned = owner.is_some();
    rules.extend(owner);
    let other = words.codes.iter().find(|code| **code != path && !code.is_empty());
    let content = other.filter(|_| {
        any(
            lower,
            &[
                "contains", "includes", "excludes", "ignores", "lists", "mentions", "enthält", "contient",
                "contiene", "contém", "包含",
            ],
        )
    });
    if let Some(text) = content {
        rules.push(FileRule::Content(TextRule::Contains((*text).to_owned())));
    }
    if GONE.within(lower) {
        rules = vec![FileRule::Absent];
    }
    let alone = words.text.trim() == format!("`{path}`");
    let said = THERE.within(lower) || GONE.within(lower) || rules.contains(&FileRule::Writable) || owned;
    (said || above && alone || !rules.is_empty() && other.is_some()).then(|| {
        let named = if content.is_some() {
            &paths[..1]
        } else {
            &paths[..]
        };
        let specs = named.iter().map(|path| of(path, lower, &rules)).collect();
        let because = format!("the file system is asked for `{}`", named.join("`, `"));
        (one_or_all(specs), because)
    })
}

/// "SHA-256 of `app.tar.gz` is `…`": one file and 64 digits.
fn checksum(words: &Words<'_>) -> Option<Found> {
    let hex = *words.codes.iter().find(|code| is_sha256(code))?;
    let mut others = words.codes.iter().filter(|code| **code != hex);
    let (path, None) = (*others.next()?, others.next()) else {
        return None;
    };
    let named = is_path(path) || path.contains('.') && is_path(&format!("./{path}"));
    let spec = ProbeSpec::File(FileProbe {
        path: path.to_owned(),
        rules: vec![FileRule::Sha256(hex.to_lowercase())],
    });
    named.then(|| {
        (
            spec,
            format!("`{path}` is read to its end, and its SHA-256 compared"),
        )
    })
}

fn of(path: &str, lower: &Lower, rules: &[FileRule]) -> ProbeSpec {
    let absent = rules.contains(&FileRule::Absent);
    let folder = path.ends_with('/') || any(lower, &["directory", "directories", "folder"]);
    let directory = (folder && !absent).then_some(FileRule::Directory);
    ProbeSpec::File(FileProbe {
        path: path.to_owned(),
        rules: directory.into_iter().chain(rules.iter().cloned()).collect(),
    })
}

/// What is said of a file beside that it is there.
fn rules(lower: &Lower, measures: &[Measure]) -> Vec<FileRule> {
    let mut rules: Vec<FileRule> = mode(lower).into_iter().collect();
    if WRITABLE.within(lower) && !any(lower, &["not writ", "read-only"]) {
        rules.push(FileRule::Writable);
    }
    if let Some(age) = measures
        .iter()
        .find(|measure| measure.unit == Unit::Milliseconds && measure.value >= 1000.0)
        && any(lower, &["old", "within", "newer", "last", "recent", "changed"])
    {
        rules.push(FileRule::AgeAtMost((age.value / 1000.0) as u64));
    }
    if let Some(size) = measures
        .iter()
        .find(|measure| measure.unit == Unit::Bytes && measure.comparison.is_some())
    {
        rules.push(FileRule::Size(size.bound(Comparison::AtLeast)));
    } else if any(lower, &["not empty", "non-empty", "is not zero"]) {
        rules.push(FileRule::Content(TextRule::NotEmpty));
    }
    rules
}

/// "`.env` is in `.gitignore`", "`.dev.vars` is git-ignored".
pub fn ignored(words: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    let list = ".gitignore";
    let listed = words.codes.contains(&list) || lower.contains(list);
    let said = listed
        || any(
            lower,
            &[
                "git-ignored",
                "gitignored",
                "ignored by git",
                "von git ignoriert",
                "ignoré par git",
                "ignorado por git",
            ],
        );
    let others: Vec<&str> = words
        .codes
        .iter()
        .copied()
        .filter(|code| *code != list && !code.contains(' '))
        .collect();
    let denied = any(
        lower,
        &["not in `.gitignore`", "not in .gitignore", "created", "exists"],
    );
    if !said || denied || others.is_empty() {
        return None;
    }
    let rules = others
        .iter()
        .map(|other| FileRule::Content(TextRule::Contains(other.trim_end_matches('/').to_owned())));
    let spec = ProbeSpec::File(FileProbe {
        path: list.to_owned(),
        rules: rules.collect(),
    });
    Some((spec, format!("`{list}` is read and must name it")))
}

/// "`package.json` version bumped to 1.2.3".
fn version(words: &Words<'_>, lower: &Lower, path: &str) -> Option<Found> {
    any(lower, &["version"]).then_some(())?;
    let number = words
        .text
        .split_whitespace()
        .map(|word| word.trim_matches(['`', ',', '.', '(', ')', '"', '*', ':']))
        .map(|word| word.strip_prefix('v').unwrap_or(word))
        .find(|word| {
            word.matches('.').count() == 2 && word.split('.').all(|part| part.parse::<u64>().is_ok())
        })?;
    let rule = match path.rsplit('/').next()? {
        "package.json" | "composer.json" | "manifest.json" => TextRule::Json(vec![JsonField {
            pointer: "/version".to_owned(),
            holds: JsonHolds::Is(format!("\"{number}\"")),
        }]),
        "Cargo.toml" | "pyproject.toml" => TextRule::Contains(format!("version = \"{number}\"")),
        _ => return None,
    };
    let spec = ProbeSpec::File(FileProbe {
        path: path.to_owned(),
        rules: vec![FileRule::Content(rule)],
    });
    Some((spec, format!("the version in `{path}` is read")))
}

/// "mode 0600", "readable only by its owner".
fn mode(lower: &Lower) -> Option<FileRule> {
    if let Some(at) = lower.find("mode ") {
        let digits: String = lower[at + 5..]
            .trim_start_matches(['`', '0', 'o'])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        if let Some(mode) = u32::from_str_radix(&digits, 8)
            .ok()
            .filter(|mode| *mode <= 0o7777)
        {
            return Some(FileRule::ModeAtMost(mode));
        }
    }
    if any(
        lower,
        &[
            "only by its owner",
            "not readable by others",
            "nobody but its owner",
            "only its owner",
        ],
    ) {
        return Some(FileRule::ModeAtMost(0o700));
    }
    None
}

/// Something that reads as a path: no spaces, a slash or a known ending, no address.
pub fn is_path(code: &str) -> bool {
    let endings = [
        ".py",
        ".js",
        ".ts",
        ".rs",
        ".go",
        ".java",
        ".rb",
        ".php",
        ".sh",
        ".sql",
        ".yml",
        ".yaml",
        ".toml",
        ".json",
        ".conf",
        ".cfg",
        ".ini",
        ".env",
        ".md",
        ".txt",
        ".xml",
        ".html",
        ".css",
        ".pem",
        ".crt",
        ".key",
        ".log",
        ".tf",
        ".lock",
        ".gitignore",
        ".dockerignore",
        ".tsx",
        ".jsx",
        ".properties",
        ".service",
        ".dump",
    ];
    let names = [
        "Dockerfile",
        "Makefile",
        "Procfile",
        "LICENSE",
        "README",
        "CHANGELOG",
    ];
    let plain = !code.contains([
        ' ', '*', '?', '<', '>', '{', '$', '(', '|', ';', '=', '\\', '"', '\'',
    ]) && !code.contains("://")
        && code.len() > 2
        && code.len() < 300;
    let slash = code.contains('/') && !code.starts_with("/-") && !code.starts_with('@') && !is_route(code);
    // A call in a program, not a log.
    let console = code.starts_with("console.") || code.starts_with("System.out");
    let climbs = code.split('/').any(|part| part == "..");
    plain
        && !climbs
        && !console
        && (slash
            || endings.iter().any(|ending| code.ends_with(ending))
            || names.contains(&code)
            || code.starts_with(".env"))
}

/// `/health`, `/api/v1/users`: a path of a web server rather than of a file system.
pub fn is_route(code: &str) -> bool {
    let roots = [
        "/etc/", "/var/", "/usr/", "/opt/", "/srv/", "/home/", "/tmp/", "/data/", "/mnt/", "/root/", "/run/",
        "/lib/", "/backup",
    ];
    code.starts_with('/') && !roots.iter().any(|root| code.starts_with(root))
}
