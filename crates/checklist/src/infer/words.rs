//! What words without a command ask for, where a native probe can answer it.

use crate::measure::{self, Measure};
use domain::probe::{
    FileProbe, FileRule, GitQuestion, HttpProbe, PostgresProbe, PostgresQuestion, ProbeSpec, StatusRule,
    TextRule, Tool,
};
use domain::quantity::{Bound, Comparison, Unit, Version};

/// An item's words.
pub struct Words<'a> {
    /// All of them, inline code between backticks.
    pub text: &'a str,
    /// The inline code, in order.
    pub codes: &'a [&'a str],
    /// The links, in order.
    pub links: &'a [&'a str],
    /// The text of the box above.
    pub parent: Option<&'a str>,
}

/// A probe and why it is the one.
pub type Found = (ProbeSpec, String);

/// The native probe that the words ask for.
pub fn probe(words: &Words<'_>) -> Option<Found> {
    let lower = words.text.to_lowercase();
    let measures = measure::find(words.text);
    let finders: [fn(&Words<'_>, &str, &[Measure]) -> Option<Found>; 10] = [
        env_line, clock, web, database, tools, port, memory, disk, git, file,
    ];
    finders.iter().find_map(|find| find(words, &lower, &measures))
}

fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// `KEY=value` alone, or "`KEY` is set in `.env`".
fn env_line(words: &Words<'_>, lower: &str, _: &[Measure]) -> Option<Found> {
    let file = words
        .codes
        .iter()
        .find(|code| code.starts_with(".env") || code.ends_with(".env"))
        .map(|code| (*code).to_owned());
    let above = words.parent.and_then(|parent| {
        parent
            .split_whitespace()
            .map(|word| word.trim_matches(['`', ':', ',']))
            .find(|word| word.starts_with(".env") || word.ends_with(".env"))
            .map(str::to_owned)
    });
    let file_name = file.clone().or(above).unwrap_or_else(|| ".env".to_owned());
    if let Some((key, value)) = words.codes.first().and_then(|code| assignment(code)) {
        let because = format!("the line `{key}` of `{file_name}` is read and must be `{value}`");
        let value = Some(value.to_owned());
        return Some((
            ProbeSpec::EnvLine {
                file: file_name,
                key: key.to_owned(),
                value,
            },
            because,
        ));
    }
    let key = words
        .codes
        .iter()
        .find(|code| is_variable(code) && code.len() > 2)?;
    (file.is_some() && any(lower, &["set", "defined", "present", "configured"])).then(|| {
        let because = format!("the line `{key}` of `{file_name}` is read and must not be empty");
        (
            ProbeSpec::EnvLine {
                file: file_name,
                key: (*key).to_owned(),
                value: None,
            },
            because,
        )
    })
}

/// `KEY=value` with a key in capitals.
pub fn assignment(code: &str) -> Option<(&str, &str)> {
    let (key, value) = code.split_once('=')?;
    let shaped =
        is_variable(key) && !value.contains(['`', '\n']) && !value.contains("$(") && !value.contains(' ');
    let unfilled =
        value.starts_with('<') || value.is_empty() || value.contains("your") || value.contains("...");
    (shaped && !unfilled).then(|| (key, value.trim_matches(['"', '\''])))
}

fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn clock(_: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
    let about =
        lower.contains("clock") && any(lower, &["agree", "within", "differ", "synchron", "drift", "skew"]);
    let bound = measures
        .iter()
        .find(|measure| measure.unit == Unit::Milliseconds)?;
    about.then(|| {
        let within_ms = bound.value as u64;
        (
            ProbeSpec::Clock { within_ms },
            "this machine's clock is compared with the database's".to_owned(),
        )
    })
}

/// A URL in code, in a link or in the words.
fn web(words: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
    let in_code = words
        .codes
        .iter()
        .map(|code| code.strip_prefix("GET ").unwrap_or(code))
        .find(|code| is_url(code));
    let spoken = words
        .text
        .split_whitespace()
        .map(|word| word.trim_matches(['(', ')', ',', '.', '"', '<', '>', '`']))
        .find(|word| is_url(word));
    let url = in_code
        .or_else(|| words.links.iter().copied().find(|link| is_url(link)))
        .or(spoken)?;
    let secure = any(
        lower,
        &["https or on loopback", "https or loopback", "loopback or https"],
    );
    let expectation = crate::expect::read("", words.text);
    let status = match expectation.holds {
        Some(crate::expect::Holds::Status(status)) => StatusRule::Is(status),
        _ => StatusRule::Success,
    };
    let time = measures.iter().find(|measure| measure.unit == Unit::Milliseconds);
    let within_ms = time
        .filter(|_| any(lower, &["answer", "respon", "latency", "load", "within"]))
        .map(|measure| measure.value as u64);
    let asks = secure
        || within_ms.is_some()
        || status != StatusRule::Success
        || any(
            lower,
            &[
                "visit",
                "open ",
                "reachable",
                "accessible",
                "answers",
                "responds",
                "loads",
                "available",
                "works",
                "health",
                "returns",
                "get ",
            ],
        );
    asks.then(|| {
        let probe = HttpProbe {
            url: url.to_owned(),
            status,
            body: Vec::new(),
            filters: Vec::new(),
            within_ms,
            secure_or_loopback: secure,
        };
        (ProbeSpec::Http(probe), "the address is asked by GET".to_owned())
    })
}

fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| rest.len() > 3 && !rest.contains([' ', '<', '{', '*', '$']))
}

fn postgres(question: PostgresQuestion) -> ProbeSpec {
    ProbeSpec::Postgres(PostgresProbe {
        address: None,
        question,
    })
}

fn database(words: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
    let server = any(lower, &["postgresql", "postgres ", "postgres`"]);
    if server && !any(lower, &["client", "psql", "pg_dump", "read replica", "replicas"]) {
        let mut parts = Vec::new();
        if let Some(at_least) = version_after(words.text, lower, &["postgresql", "postgres"]) {
            parts.push(postgres(PostgresQuestion::Version { at_least }));
        }
        if let Some(name) = extension(lower) {
            parts.push(postgres(PostgresQuestion::Extension { name }));
        }
        let because =
            "the server is asked; an extension must be installed in the database, not just available"
                .to_owned();
        match parts.len() {
            0 => {}
            1 => return parts.pop().map(|spec| (spec, because)),
            _ => return Some((ProbeSpec::All(parts), because)),
        }
    }
    if words.codes.iter().any(|code| matches!(*code, "\\di" | "\\di+"))
        || (lower.contains("indexes created") && words.codes.is_empty())
    {
        let because = "the catalogue is asked: there must be indexes, and no invalid one".to_owned();
        return Some((postgres(PostgresQuestion::Indexes { at_least: 1 }), because));
    }
    if lower.contains(" table")
        && any(
            lower,
            &[
                "check",
                "exists",
                "recorded",
                "created",
                "rows",
                "populated",
                "seeded",
            ],
        )
        && let [table] = words.codes
        && table
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
    {
        let not_empty = any(lower, &["recorded", "rows", "populated", "seeded", "not empty"]);
        let because = format!(
            "the table `{table}` must exist{}",
            if not_empty { " and hold a row" } else { "" }
        );
        return Some((
            postgres(PostgresQuestion::Table {
                name: (*table).to_owned(),
                not_empty,
            }),
            because,
        ));
    }
    if lower.contains("database size")
        && let Some(size) = measures.iter().find(|measure| measure.unit == Unit::Bytes)
    {
        return Some((
            postgres(PostgresQuestion::Size(size.bound(Comparison::AtMost))),
            "the database is asked for its size".to_owned(),
        ));
    }
    let answers = any(
        lower,
        &[
            "database answers",
            "database is reachable",
            "database reachable",
            "database accepts connections",
            "database is up",
            "database connection works",
        ],
    );
    (answers && words.codes.is_empty()).then(|| {
        (
            postgres(PostgresQuestion::Answers),
            "the environment's database is asked `SELECT 1`".to_owned(),
        )
    })
}

/// "with pgvector extension", "`postgis` extension".
fn extension(lower: &str) -> Option<String> {
    let at = lower.find("extension")?;
    let word = lower[..at]
        .split_whitespace()
        .next_back()?
        .trim_matches(['`', '"', '(', ')']);
    let name = if word == "pgvector" { "vector" } else { word };
    let shaped = name.len() > 1
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    (shaped && !matches!(name, "the" | "with" | "an" | "required")).then(|| name.to_owned())
}

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

fn tools(words: &Words<'_>, lower: &str, _: &[Measure]) -> Option<Found> {
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
fn version_after(text: &str, lower: &str, names: &[&str]) -> Option<Version> {
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
fn port(words: &Words<'_>, lower: &str, _: &[Measure]) -> Option<Found> {
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

fn memory(_: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
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

fn disk(words: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
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

fn git(words: &Words<'_>, lower: &str, _: &[Measure]) -> Option<Found> {
    let committed = lower.contains("committed") && any(lower, &["git", "code", "changes"]);
    let clean = any(
        lower,
        &[
            "work tree is clean",
            "working tree is clean",
            "working tree clean",
            "working directory clean",
            "no uncommitted changes",
        ],
    );
    if committed || clean {
        return Some((
            ProbeSpec::Git(GitQuestion::Clean),
            "the work tree is read: nothing may be uncommitted, and HEAD goes into the evidence".to_owned(),
        ));
    }
    if any(
        lower,
        &[
            "at the release",
            "release is checked out",
            "release commit is checked out",
        ],
    ) {
        return Some((
            ProbeSpec::Git(GitQuestion::AtRelease),
            "HEAD is compared with the run's release".to_owned(),
        ));
    }
    let branch =
        lower.contains("branch") && any(lower, &["checked out", " is ", "on branch", "current branch"]);
    match words.codes {
        [name] if branch && !name.contains(' ') => Some((
            ProbeSpec::Git(GitQuestion::Branch((*name).to_owned())),
            "the branch that is checked out is read".to_owned(),
        )),
        _ => None,
    }
}

fn file(words: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
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

/// A number with a comparison that no probe can read yet: "Cache hit rate: >60%".
pub fn threshold(text: &str) -> Option<Bound> {
    let measure = measure::find(text).into_iter().find(|measure| {
        measure.comparison.is_some() || measure.unit != Unit::Count || measure.value == 0.0
    })?;
    Some(measure.bound(Comparison::Equal))
}
