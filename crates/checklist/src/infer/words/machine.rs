//! Tools, ports, memory and disks of the machine.

use super::{Found, Words, any};
use crate::measure::Measure;
use domain::probe::{ProbeSpec, Tool};
use domain::quantity::{Comparison, Unit, Version};

/// The names that people use, longest first.
const TOOLS: &[(&str, Tool)] = &[
    ("docker compose", Tool::Compose),
    ("docker-compose", Tool::Compose),
    ("docker", Tool::Docker),
    ("python", Tool::Python),
    ("node.js", Tool::Node),
    ("nodejs", Tool::Node),
    ("node", Tool::Node),
    ("psql", Tool::Psql),
    ("postgresql client", Tool::Psql),
    ("pg_dump", Tool::PgDump),
    ("kubectl", Tool::Kubectl),
    ("cargo", Tool::Cargo),
    ("rust", Tool::Cargo),
    ("java", Tool::Java),
    ("git", Tool::Git),
    ("go", Tool::Go),
];

/// "Python 3.12+ available", "Docker and Docker Compose installed (20.10+)".
pub fn tools(words: &Words<'_>, lower: &str, _: &[Measure]) -> Option<Found> {
    let installed = any(lower, &["installed", "available", "is present"]);
    let mut rest = lower.to_owned();
    let mut found: Vec<(Tool, Option<Version>)> = Vec::new();
    for (name, tool) in TOOLS {
        let Some(at) = whole(&rest, name) else { continue };
        let own = version_after(words.text, lower, &[name]);
        if !found.iter().any(|(other, _)| other == tool) {
            found.push((*tool, own));
        }
        rest.replace_range(at..at + name.len(), &" ".repeat(name.len()));
    }
    let versioned = found.iter().any(|(_, version)| version.is_some());
    let short = words.text.split_whitespace().count() <= 10;
    let distracted = any(
        lower,
        &[
            "package",
            "image",
            "container",
            "file",
            "library",
            "module",
            "config",
            "repository",
            "service",
            "port ",
        ],
    );
    if found.is_empty() || !(installed || versioned) || !short || distracted {
        return None;
    }
    let shared = words
        .text
        .rfind('(')
        .and_then(|open| at_least(&words.text[open..]));
    let compose_apart = found.len() > 1 && found.iter().any(|(tool, _)| *tool == Tool::Compose);
    let mut specs: Vec<ProbeSpec> = Vec::new();
    found.sort_by_key(|(tool, _)| *tool == Tool::Compose);
    for (tool, own) in found {
        let shared = shared
            .clone()
            .filter(|_| !(compose_apart && tool == Tool::Compose));
        specs.push(ProbeSpec::Tool {
            tool,
            at_least: own.or(shared),
        });
    }
    let because = if compose_apart {
        "the Engine's number is compared; Compose is numbered apart from it and must only answer".to_owned()
    } else {
        "the tool is asked for its version, which is compared number by number".to_owned()
    };
    let spec = if specs.len() == 1 {
        specs.pop()?
    } else {
        ProbeSpec::All(specs)
    };
    Some((spec, because))
}

fn whole(text: &str, word: &str) -> Option<usize> {
    let edge =
        |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        edge(text[..*at].chars().next_back())
            && edge(text[at + word.len()..].trim_start_matches('.').chars().next())
    })
}

/// "Python 3.12+": the version right after one of the names.
pub fn version_after(text: &str, lower: &str, names: &[&str]) -> Option<Version> {
    let (at, name) = names.iter().find_map(|name| Some((whole(lower, name)?, name)))?;
    let rest = text.get(at + name.len()..)?;
    let word = rest.trim_start_matches([' ', ':', '(', '`', 'v', '≥', '>', '=']);
    (rest.len() - word.len() <= 6).then_some(())?;
    let end = word
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(word.len());
    let plus = word[end..].starts_with('+')
        || rest.contains(['≥', '>'])
        || lower.contains("or newer")
        || lower.contains("or later")
        || lower.contains("or higher");
    (end > 0 && plus).then(|| Version::find(&word[..end])).flatten()
}

/// "(20.10+)"
fn at_least(text: &str) -> Option<Version> {
    let plus = text.find('+')?;
    let start = text[..plus]
        .rfind(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map_or(0, |at| at + 1);
    Version::find(&text[start..plus])
}

/// "Port 6379 available"
pub fn port(words: &Words<'_>, lower: &str, _: &[Measure]) -> Option<Found> {
    let at = whole(lower, "port")?;
    let digits: String = lower[at + 4..]
        .trim_start_matches([' ', '`', ':'])
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let number: u16 = digits.parse().ok().filter(|port| *port > 0)?;
    let free = any(lower, &["available", "free", "not in use", "unused", "open"]);
    (free && words.codes.len() <= 1).then(|| {
        let because = "a free port passes, and so does one that a service of this environment holds; held by anyone else it fails".to_owned();
        (ProbeSpec::Port { port: number }, because)
    })
}

/// "At least 1GB RAM available"
pub fn memory(_: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
    let about =
        any(lower, &[" ram", "memory"]) && any(lower, &["available", "free", "at least", "minimum", "+"]);
    let bound = measures
        .iter()
        .find(|measure| measure.unit == Unit::Bytes && wants_at_least(measure))?;
    (about && !any(lower, &["usage", "redis memory", "limit", "leak"])).then(|| {
        (
            ProbeSpec::Memory {
                at_least: bound.value as u64,
            },
            "the memory that is available here is read, container limits included".to_owned(),
        )
    })
}

/// "At least 5 GB of disk free"
pub fn disk(words: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
    let about = any(lower, &["disk", "storage"]) && any(lower, &["free", "available", "at least", "space"]);
    let bound = measures
        .iter()
        .find(|measure| measure.unit == Unit::Bytes && wants_at_least(measure))?;
    let path = words
        .codes
        .iter()
        .find(|code| code.starts_with('/') || code.starts_with('.'))
        .map(|code| (*code).to_owned());
    about.then(|| {
        (
            ProbeSpec::Disk {
                path,
                at_least: bound.value as u64,
            },
            "the free space of the file system is read".to_owned(),
        )
    })
}

fn wants_at_least(measure: &Measure) -> bool {
    matches!(
        measure.comparison,
        None | Some(Comparison::AtLeast | Comparison::Above)
    )
}
