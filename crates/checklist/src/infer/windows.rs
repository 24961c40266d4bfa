//! A command of a block for Windows to what settles it. None of them is ever run as it stands by the environment's shell.

use super::{Inferred, check_printing, short};
use crate::describe;
use crate::fence::{Dialect, Line};
use domain::plan::Work;

/// What became of it, and whether it may change something.
pub struct Foreign {
    /// What settles it.
    pub inferred: Inferred,
    /// It is not known to read only.
    pub changes: bool,
}

/// Infers what settles a command. `moved`: a line before it changed the directory or a variable that it starts in;
/// `output` is what a block after it shows.
pub fn check(line: &Line, dialect: Dialect, moved: bool, output: Option<&str>) -> Foreign {
    if let Some(command) = shared(&line.command).filter(|_| !moved) {
        let inferred = check_printing(&command, &line.said, line.span(), output);
        match &inferred.work {
            Work::Probe { spec } if !describe::native(spec) => {}
            Work::Probe { .. } | Work::Attestation | Work::Parent => {
                return Foreign {
                    inferred,
                    changes: false,
                };
            }
            Work::Action { .. } => {
                return Foreign {
                    inferred,
                    changes: true,
                };
            }
        }
        return somebodys(line, dialect, false, "it");
    }
    match reads(&line.command) {
        Some(name) => somebodys(line, dialect, false, &format!("`{name}`")),
        None => somebodys(line, dialect, true, "it"),
    }
}

/// Whether a line changes what the lines after it start in: `cd api`, `$env:NODE_ENV = "production"`, `set X=1`.
pub fn moves(command: &str) -> bool {
    let lower = command.to_ascii_lowercase();
    let first = lower.split_whitespace().next().unwrap_or_default();
    let words = [
        "cd",
        "chdir",
        "pushd",
        "popd",
        "sl",
        "set-location",
        "push-location",
        "pop-location",
        "set",
        "call",
        "import-module",
        "set-item",
        "set-variable",
        ".",
    ];
    first.starts_with('$') || words.contains(&first) || lower.contains("$env:")
}

fn somebodys(line: &Line, dialect: Dialect, changes: bool, what: &str) -> Foreign {
    let does = if changes {
        "counts as changing"
    } else {
        "reads only"
    };
    let said = if line.said.is_empty() {
        format!("`{}`", line.command)
    } else {
        format!("`{}` ({})", line.command, line.said)
    };
    let why = format!(
        "{}: {what} {does}, and is written for {}, which the environment's shell does not understand: a person runs it \
         there; somebody's word",
        short(&said),
        dialect.word()
    );
    Foreign {
        inferred: Inferred {
            work: Work::Attestation,
            why,
            commands: Vec::new(),
        },
        changes,
    }
}

/// Tools whose words are the same in every shell.
#[rustfmt::skip] // names in rows
const SHARED: &[&str] = &[
    "git", "docker", "docker-compose", "podman", "kubectl", "helm", "npm", "npx", "pnpm", "yarn", "node", "dotnet", "az", "aws",
    "gcloud", "terraform", "python", "python3", "pip", "curl", "cargo", "go", "java", "mvn", "gradle", "php", "composer",
    "psql", "redis-cli", "gh", "vercel", "wrangler", "netlify",
];

/// A command of such a tool in plain words, without `.exe`: each shell takes it for the same.
fn shared(command: &str) -> Option<String> {
    let (first, rest) = command.split_once(' ')?;
    let lower = first.to_ascii_lowercase();
    let name = [".exe", ".cmd"]
        .iter()
        .find_map(|end| lower.strip_suffix(end))
        .unwrap_or(&lower);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=, +@\"".contains(c);
    let quotes = rest.matches('"').count().is_multiple_of(2);
    (SHARED.contains(&name) && quotes && rest.chars().all(plain)).then(|| format!("{name} {rest}"))
}

/// Commands that read whatever their plain arguments are, beside `Get-…`.
#[rustfmt::skip] // names in rows
const READING: &[&str] = &[
    "test-path", "test-netconnection", "test-connection", "resolve-dnsname", "select-string", "measure-object", "dir", "ls", "gci",
    "type", "cat", "gc", "where", "where.exe", "findstr", "systeminfo", "whoami", "hostname", "ver", "tasklist", "ipconfig", "nslookup",
];

/// The name of a command that is known to read only: one command with plain arguments.
fn reads(command: &str) -> Option<&str> {
    let name = command.split_whitespace().next()?;
    let lower = name.to_ascii_lowercase();
    let plain = !command.contains([
        '|', ';', '&', '$', '(', ')', '{', '}', '<', '>', '`', '%', '^', '@', '\n',
    ]);
    let gets = lower.strip_prefix("get-").is_some_and(|noun| !noun.is_empty());
    // With arguments, these two can change the machine.
    let alone = matches!(lower.as_str(), "ipconfig" | "hostname");
    let bare = !alone || command.trim() == name || command.trim().eq_ignore_ascii_case("ipconfig /all");
    (plain && bare && (gets || READING.contains(&lower.as_str()))).then_some(name)
}
