//! Files that are known to hold secrets, and the programs that print what they read.

use super::local;
use crate::lint::exposed;
use crate::shell::{Redirect, Simple};
use crate::word::{FILLED, Word};

/// Programs that say something of a file and never what is in it.
#[rustfmt::skip] // names in rows
const SILENT: &[&str] = &[
    "test", "[", "[[", "ls", "stat", "wc", "du", "df", "file", "find", "basename", "dirname", "realpath", "readlink", "cmp", "namei",
    "lsattr", "getfacl", "getcap", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shasum", "md5sum", "md5", "b2sum",
    "cksum", "cd", "exit", ":", "true", "false", "tree", "which", "type", "lsof", "printenv", "pgrep", "ps", "pidof", "sleep", "seq",
    "getent", "ssh-keygen", "jarsigner", "mount", "findmnt", "whereis", "hostname", "kill", "dotenv-linter", "tar", "unzip",
];

/// Whether a program that dials nobody prints a file that is known to hold secrets, or the value of a variable that does.
pub fn prints(name: &str, arguments: &[Word]) -> bool {
    // `file -f LIST` prints the lines of the list.
    let list = name == "file" && arguments.iter().any(|word| word.filled.starts_with("-f"));
    if SILENT.contains(&name) && !list || silent(name, arguments) {
        return false;
    }
    sweeps(name, arguments)
        || asks_variables(name, arguments)
        || arguments.iter().any(variable)
        || files(name, arguments).into_iter().any(holds)
}

/// What comes in from a file, or stands beside the command: a here-document.
pub fn fed(stage: &Simple) -> bool {
    let name = stage.program().unwrap_or_default();
    if SILENT.contains(&name) || silent(name, &stage.words) {
        return false;
    }
    let file = |redirect: &Redirect| match redirect {
        Redirect::Reads { file: Some(file) } => holds(file),
        Redirect::Reads { file: None } | Redirect::Writes { .. } => false,
    };
    local::always(name) && stage.beside.iter().any(variable) || stage.redirects.iter().any(file)
}

/// Programs that search files.
const SEARCHES: &[&str] = &["grep", "egrep", "fgrep", "rg", "zgrep"];

/// A search that finds a secret wherever one is, or everything.
fn wide(arguments: &[Word]) -> bool {
    let mut operands = arguments.iter().filter(|word| !word.filled.starts_with('-'));
    let pattern = operands.next().map_or("", |word| word.filled.as_str());
    let letters = pattern.chars().filter(|c| c.is_alphanumeric()).count();
    let lower = pattern.to_lowercase();
    let named = [
        "pass",
        "secret",
        "token",
        "api_key",
        "apikey",
        "private",
        "credential",
    ];
    letters < 3 || named.iter().any(|word| lower.contains(word))
}

/// A search through whole folders.
fn sweeps(name: &str, arguments: &[Word]) -> bool {
    let deep = |word: &Word| {
        let text = word.filled.as_str();
        let short = text.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        matches!(text, "--recursive" | "--dereference-recursive")
            || short.is_some_and(|rest| rest.contains(['r', 'R']))
    };
    SEARCHES.contains(&name) && (name == "rg" || arguments.iter().any(deep)) && wide(arguments)
}

/// A program of a text filter that asks for the variables of its process.
fn asks_variables(name: &str, arguments: &[Word]) -> bool {
    let mut texts = arguments.iter().map(|word| word.filled.as_str());
    match name {
        "awk" | "gawk" | "mawk" => texts.any(|text| text.contains("ENVIRON")),
        // `.env` is a field.
        "jq" | "yq" => texts.any(|text| {
            let words = text.match_indices(|c: char| c.is_alphanumeric() || c == '_');
            let start = |at: usize| text[..at].chars().next_back();
            text.contains("$ENV")
                || words.into_iter().any(|(at, _)| {
                    let rest = &text[at..];
                    let called = ["env", "strenv", "envsubst"].iter().any(|name| {
                        rest.strip_prefix(name).is_some_and(|after| {
                            !after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                        })
                    });
                    called
                        && start(at)
                            .is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '"' | '/'))
                })
        }),
        _ => false,
    }
}

/// `xargs cat`: what it prints is not written out.
pub fn handed_on(program: &str, arguments: &[Word]) -> bool {
    let whole = [
        "cat", "head", "tail", "tac", "nl", "strings", "od", "xxd", "hexdump", "base64", "rev", "sed", "awk",
        "cut",
    ];
    whole.contains(&program) || SEARCHES.contains(&program) && !silent(program, arguments) && wide(arguments)
}

/// `grep -q`, `-c`, `-l`; `diff -q`.
fn silent(name: &str, arguments: &[Word]) -> bool {
    let letters = match name {
        "grep" | "egrep" | "fgrep" | "rg" | "zgrep" => "qclL",
        "diff" => "q",
        "git" => "l",
        _ => return false,
    };
    let long = [
        "--quiet",
        "--silent",
        "--count",
        "--files-with-matches",
        "--files-without-match",
        "--brief",
        "--stat",
        "--name-only",
        "--name-status",
    ];
    arguments.iter().any(|word| {
        let text = word.filled.as_str();
        let short = text.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        long.contains(&text) || short.is_some_and(|rest| rest.contains(|c: char| letters.contains(c)))
    })
}

fn variable(word: &Word) -> bool {
    word.variables.iter().any(|name| exposed::is_secret(name))
}

/// The words that may be files and are printed: a search for one plain setting prints nothing else.
fn files<'a>(name: &str, arguments: &'a [Word]) -> Vec<&'a Word> {
    let mut plain = arguments.iter().filter(|word| !word.filled.starts_with('-'));
    let plain = SEARCHES.contains(&name) && plain.next().is_some_and(|word| setting(&word.filled));
    let several = arguments.iter().any(|word| {
        matches!(word.filled.as_str(), "-e" | "-f" | "-v" | "--invert-match") || word.filled.starts_with("-v")
    });
    match plain && !several {
        true => Vec::new(),
        false => operands(name, arguments),
    }
}

/// The words that may be files. The first operand of a filter is what it looks for.
pub fn operands<'a>(name: &str, arguments: &'a [Word]) -> Vec<&'a Word> {
    let mut operands: Vec<&Word> = arguments
        .iter()
        .filter(|word| !word.filled.starts_with('-'))
        .collect();
    // What is written in a language of its own is no file, unless an option gives it.
    let given = |word: &Word| {
        ["-e", "-f", "--expression", "--file", "--from-file"]
            .iter()
            .any(|option| word.filled.starts_with(option))
    };
    if matches!(name, "jq" | "yq" | "awk" | "gawk" | "mawk" | "sed") && !arguments.iter().any(given) {
        operands.drain(..operands.len().min(1));
    }
    if name == "git" {
        let shows = ["show", "cat-file", "diff", "blame", "grep"];
        let shows = operands
            .first()
            .is_some_and(|word| shows.contains(&word.filled.as_str()));
        operands.drain(..operands.len().min(if shows { 1 } else { usize::MAX }));
        return operands;
    }
    if SEARCHES.contains(&name) {
        operands.drain(..usize::from(!operands.is_empty()));
    }
    operands
}

/// The name of one setting that holds no secret: `CACHE_ENABLED`, `^PORT=`.
fn setting(pattern: &str) -> bool {
    let name = pattern.trim_start_matches('^');
    let name = name.split('=').next().unwrap_or(name);
    let named = name
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let part = [
        "PASS",
        "KEY",
        "TOKEN",
        "SECRET",
        "PRIVATE",
        "CREDENTIAL",
        "AUTH",
        "URL",
        "DSN",
    ];
    name.len() >= 4 && named && !exposed::is_secret(name) && !part.iter().any(|part| name.contains(part))
}

/// Whether a word can be a file that holds secrets.
fn holds(word: &Word) -> bool {
    let text = word.filled.as_str();
    let glob = word.literal.is_none() && text.contains(['*', '?', '[', '{']);
    let path = text.rsplit_once(':').map_or(text, |(_, path)| path);
    secret(text) || secret(path) || glob && can_be(path)
}

/// Names of files, and of folders with `/` behind.
const NAMES: &[&str] = &[
    ".env",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".pgpass",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".my.cnf",
    ".s3cfg",
    ".boto",
    ".git-credentials",
    ".htpasswd",
    "shadow",
    "gshadow",
    "kubeconfig",
    "wp-config.php",
    "auth.json",
    "local.settings.json",
    "credentials",
    "master.key",
    "environ",
];

fn secret(path: &str) -> bool {
    let path = path.to_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let example = ["example", "sample", "template", "dist", ".pub", ".crt", ".cert"];
    if example.iter().any(|word| name.contains(word)) {
        return false;
    }
    let folders = [
        "/run/secrets/",
        "/.ssh/id_",
        "/.aws/",
        "/.kube/config",
        "/.docker/config.json",
        "/.gnupg/",
        "/etc/ssl/private/",
        "/serviceaccount/token",
        "/.ssh/",
    ];
    let ends = [
        ".env",
        ".key",
        ".p12",
        ".pfx",
        ".jks",
        ".keystore",
        ".kdbx",
        ".ppk",
        ".tfvars",
        ".tfstate",
    ];
    let parts = [
        "secret",
        "credential",
        "service-account",
        "serviceaccount",
        "private",
    ];
    let pem = name.ends_with(".pem") && name.contains("key");
    let folder = matches!(name, ".ssh" | ".aws" | ".gnupg" | ".kube") || path.starts_with("/run/secrets");
    folder
        || NAMES.contains(&name)
        || name.starts_with(".env.")
        || pem
        || ends.iter().any(|end| name.ends_with(end))
        || folders.iter().any(|folder| path.contains(folder))
        || parts.iter().any(|part| name.contains(part) && name.contains('.'))
}

/// Whether a pattern can match such a file.
fn can_be(pattern: &str) -> bool {
    let name = pattern.rsplit('/').next().unwrap_or(pattern);
    let Some(at) = name.find(['*', '?', '[', '{', FILLED]) else {
        return pattern.contains("/proc/") || secret(name);
    };
    let prefix = name[..at].to_lowercase();
    let suffix = name
        .rsplit(['*', '?', ']', '}', FILLED])
        .next()
        .unwrap_or_default();
    let ending = suffix.rsplit_once('.').map_or("", |(_, ending)| ending);
    let harmless = !ending.is_empty() && !secret(&format!("x.{ending}")) && ending != "pem";
    let fits = NAMES.iter().any(|known| known.starts_with(&prefix)) || prefix.starts_with(".env");
    fits && !harmless
}

#[cfg(test)]
mod tests {
    use super::secret;

    #[test]
    fn files_that_hold_secrets_are_known_by_name() {
        for path in [
            ".env",
            "app/.env.production",
            "prod.env",
            "/home/x/.ssh/id_rsa",
            "/root/.aws/credentials",
            "config/secrets.yml",
            "tls.key",
            "privkey.pem",
            "/run/secrets/db",
            "/proc/1/environ",
            "terraform.tfstate",
        ] {
            assert!(secret(path), "{path}");
        }
        for path in [
            ".env.example",
            "README.md",
            "cert.pem",
            "src/secret/mod",
            "id_rsa.pub",
            "docker-compose.yml",
            "/etc/passwd",
            "VERSION",
        ] {
            assert!(!secret(path), "{path}");
        }
    }
}
