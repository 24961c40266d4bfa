//! Files and directories.

use super::{Found, Words, any};
use crate::measure::Measure;
use domain::probe::{FileProbe, FileRule, ProbeSpec, TextRule};
use domain::quantity::{Comparison, Unit};

/// "config file created: `path`", and what else is said of a file.
pub fn file(words: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
    let path = words.codes.iter().copied().find(|code| is_path(code))?;
    let above = words.parent.is_some_and(|parent| {
        any(
            &parent.to_lowercase(),
            &["file", "created", "exist", "director", "present"],
        )
    });
    let mut rules = Vec::new();
    if path.ends_with('/') || any(lower, &["directory", "folder"]) {
        rules.push(FileRule::Directory);
    }
    rules.extend(mode(lower));
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
    let other = words.codes.iter().find(|code| **code != path && !code.is_empty());
    if let Some(text) = other
        && any(
            lower,
            &["contains", "includes", "excludes", "ignores", "lists", "mentions"],
        )
    {
        rules.push(FileRule::Content(TextRule::Contains((*text).to_owned())));
    }
    if any(lower, &["does not exist", "is absent", "removed", "deleted"]) {
        rules = vec![FileRule::Absent];
    }
    let alone = words.text.trim() == format!("`{path}`");
    let says = any(
        lower,
        &[
            "exist",
            "created",
            "present",
            "in place",
            "added",
            "readable",
            "backup",
            "mode ",
            "directory",
            "folder",
            "is in the repository",
            "removed",
            "deleted",
            "absent",
            "does not exist",
        ],
    );
    (says || above && alone || !rules.is_empty() && other.is_some()).then(|| {
        (
            ProbeSpec::File(FileProbe {
                path: path.to_owned(),
                rules,
            }),
            format!("the file system is asked for `{path}`"),
        )
    })
}

/// "mode 0600", "readable only by its owner".
fn mode(lower: &str) -> Option<FileRule> {
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
    let climbs = code.split('/').any(|part| part == "..");
    plain
        && !climbs
        && (slash
            || endings.iter().any(|ending| code.ends_with(ending))
            || names.contains(&code)
            || code.starts_with(".env"))
}

/// `/health`, `/api/v1/users`: a path of a web server rather than of a file system.
fn is_route(code: &str) -> bool {
    let roots = [
        "/etc/", "/var/", "/usr/", "/opt/", "/srv/", "/home/", "/tmp/", "/data/", "/mnt/", "/root/", "/run/",
        "/lib/", "/backup",
    ];
    code.starts_with('/') && !roots.iter().any(|root| code.starts_with(root))
}
