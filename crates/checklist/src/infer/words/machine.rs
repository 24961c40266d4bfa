//! Tools, ports, memory and disks of the machine.

use super::{Found, Words, any, one_or_all};
use crate::measure::Measure;
use crate::phrases::Lower;
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
    ("pnpm", Tool::Pnpm),
    ("npm", Tool::Npm),
    ("yarn", Tool::Yarn),
    ("bun", Tool::Bun),
    ("ruby", Tool::Ruby),
    ("php", Tool::Php),
    ("composer", Tool::Composer),
    ("dotnet", Tool::Dotnet),
    ("maven", Tool::Maven),
    ("terraform", Tool::Terraform),
    ("ansible", Tool::Ansible),
    ("helm", Tool::Helm),
    ("aws cli", Tool::Aws),
    ("aws-cli", Tool::Aws),
    ("gcloud", Tool::Gcloud),
    ("azure cli", Tool::Az),
    ("redis", Tool::Redis),
    ("nginx", Tool::Nginx),
    ("mysql client", Tool::Mysql),
    ("podman", Tool::Podman),
    ("jq", Tool::Jq),
    ("openssl", Tool::Openssl),
];

/// What people say of a tool that is there.
const INSTALLED: &[&str] = &[
    "installed",
    "available",
    "is present",
    "installiert",
    "verfügbar",
    "installé",
    "instalad",
    "disponible",
    "disponível",
    "已安装",
    "安装",
    "インストール",
    "установлен",
];

/// Words of lines that are about something else than the tool.
const DISTRACTIONS: &[&str] = &[
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
    "dependenc",
    "extension",
    "plugin",
    "chart",
    "updated",
    "credential",
    "account",
    "secret",
    "not installed",
    "uninstall",
    " ram",
    "memory",
    "disk",
    "update",
];

/// "Python 3.12+ available", "Docker and Docker Compose installed (20.10+)".
pub fn tools(words: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    let mut rest = str::to_owned(lower);
    let mut found: Vec<(Tool, Option<Version>)> = Vec::new();
    for (name, tool) in TOOLS {
        let Some(at) = lower.contains(name).then(|| whole(&rest, name)).flatten() else {
            continue;
        };
        let own = version_after(words.text, lower, &[name]);
        // Without "installed" a server may run anywhere.
        let elsewhere =
            matches!(tool, Tool::Redis | Tool::Nginx) && !any(lower, &["install", "instal", "已安装"]);
        if !elsewhere && !found.iter().any(|(other, _)| other == tool) {
            found.push((*tool, own));
        }
        rest.replace_range(at..at + name.len(), &" ".repeat(name.len()));
    }
    if found.is_empty() {
        return None;
    }
    let installed = any(lower, INSTALLED);
    let versioned = found.iter().any(|(_, version)| version.is_some());
    let short = words.text.split_whitespace().count() <= 10;
    let distracted = any(lower, DISTRACTIONS);
    // A name that is no known tool would not be asked.
    let named =
        |code: &&str| code.starts_with(|c: char| c.is_ascii_alphabetic()) && !code.contains([' ', '.']);
    let known = |code: &str| TOOLS.iter().any(|(name, _)| code.eq_ignore_ascii_case(name));
    let stranger = words
        .codes
        .iter()
        .filter(|code| named(code))
        .any(|code| !known(code));
    if stranger || !(installed || versioned) || !short || distracted {
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

/// Words behind a version that let newer ones pass.
const OR_NEWER: &[&str] = &[
    "or newer",
    "or later",
    "or higher",
    "or above",
    "or greater",
    "minimum",
    "at least",
    "oder neuer",
    "oder höher",
    "ou supérieur",
    "ou plus récent",
    "o superior",
    "ou superior",
    "以上",
    "以降",
    "и выше",
];

/// "Python 3.12+", "Helm v3.x": the version right after one of the names.
pub fn version_after(text: &str, lower: &Lower, names: &[&str]) -> Option<Version> {
    let (at, name) = names.iter().find_map(|name| Some((whole(lower, name)?, name)))?;
    let rest = text.get(at + name.len()..)?.trim_start();
    let rest = ["version ", "Version ", "versión ", "versão "]
        .iter()
        .find_map(|word| rest.strip_prefix(word))
        .unwrap_or(rest);
    let word = rest.trim_start_matches([' ', ':', '(', '`', 'v', '≥', '>', '=']);
    (rest.len() - word.len() <= 6).then_some(())?;
    let end = word
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(word.len());
    let series = word[end..].starts_with('x') && word[..end].ends_with('.');
    let plus = word[end..].starts_with('+') || series || rest.contains(['≥', '>']) || any(lower, OR_NEWER);
    (end > 0 && plus).then(|| Version::find(&word[..end])).flatten()
}

/// "Java 21": the number right after the name of a tool, of which newer ones pass.
pub fn version_named(tool: Tool, text: &str) -> Option<Version> {
    let lower = text.to_lowercase();
    let names = TOOLS.iter().filter(|(_, known)| *known == tool);
    names
        .filter_map(|(name, _)| whole(&lower, name).map(|at| at + name.len()))
        .find_map(|end| {
            let rest = lower.get(end..)?.trim_start().trim_start_matches('v');
            let digits = rest
                .find(|c: char| !(c.is_ascii_digit() || c == '.'))
                .unwrap_or(rest.len());
            Version::find(&rest[..digits])
        })
}

/// "(20.10+)"
fn at_least(text: &str) -> Option<Version> {
    let plus = text.find('+')?;
    let before = text[..plus].trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    Version::find(&text[before.len()..plus])
}

/// "Service listens on port 8000"
pub fn listening(words: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    let said = any(
        lower,
        &[
            "listening on",
            "listens on",
            "is listening",
            "lauscht auf",
            "écoute sur",
            "escuchando en",
            "监听",
        ],
    );
    let numbers = if said { ports(lower) } else { Vec::new() };
    (said && !numbers.is_empty() && words.codes.len() <= numbers.len() && !beyond_this_machine(lower)).then(
        || {
            let specs = numbers.into_iter().map(|port| ProbeSpec::Listening { port });
            let because = "the kernel is asked who listens on the port".to_owned();
            (one_or_all(specs.collect()), because)
        },
    )
}

/// "Port 6379 available", "Ports 80 and 443 available"
pub fn port(words: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    let free = any(
        lower,
        &[
            "available",
            "free",
            "not in use",
            "unused",
            "open",
            "frei",
            "verfügbar",
            "disponible",
            "libre",
            "disponíve",
            "livre",
            "可用",
            "未被占用",
        ],
    );
    let numbers = if free { ports(lower) } else { Vec::new() };
    let fits = !numbers.is_empty() && words.codes.len() <= numbers.len() && !beyond_this_machine(lower);
    (free && fits).then(|| {
        let specs = numbers.into_iter().map(|port| ProbeSpec::Port { port });
        let because = "a free port passes, and so does one that a service of this environment holds; held by anyone else it fails".to_owned();
        (one_or_all(specs.collect()), because)
    })
}

/// What stands between this machine and others is not seen from here.
fn beyond_this_machine(lower: &Lower) -> bool {
    any(
        lower,
        &[
            "firewall",
            "security group",
            "inbound",
            "outbound",
            "ingress",
            "egress",
            "router",
            "open to",
            "opened",
            "nsg",
            "ufw",
            "from outside",
            "publicly",
            "forward",
        ],
    )
}

/// The numbers right after "port", "ports".
fn ports(lower: &Lower) -> Vec<u16> {
    let names = ["ports", "port", "portas", "porta", "puertos", "puerto", "端口"];
    let mut named = names.iter().filter(|name| lower.contains(name));
    let Some(rest) = named.find_map(|name| {
        whole(lower, name)
            .or_else(|| lower.find(name).filter(|_| !name.is_ascii()))
            .map(|at| &lower[at + name.len()..])
    }) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut rest = rest;
    loop {
        let number = rest.trim_start_matches([' ', '`', ':', ',', '/', '&', '、', '和']);
        let number = ["and ", "und ", "et ", "y ", "e "]
            .iter()
            .find_map(|word| number.strip_prefix(word))
            .unwrap_or(number)
            .trim_start_matches([' ', '`']);
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        match number[..digits].parse::<u16>() {
            Ok(port) if port > 0 && found.len() < 20 => found.push(port),
            Ok(_) | Err(_) => return found,
        }
        // "8000-8010" names more ports than stand there.
        if number[digits..].starts_with(['-', '–']) {
            return Vec::new();
        }
        rest = &number[digits..];
    }
}

/// "At least 1GB RAM available"
pub fn memory(_: &Words<'_>, lower: &Lower, measures: &[Measure]) -> Option<Found> {
    if measures.is_empty() {
        return None;
    }
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
pub fn disk(words: &Words<'_>, lower: &Lower, measures: &[Measure]) -> Option<Found> {
    if measures.is_empty() {
        return None;
    }
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
