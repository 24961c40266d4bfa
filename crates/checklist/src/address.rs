//! The spellings of an address in one word of a command.

use crate::word::FILLED;

/// Endings of files that are no top-level domains. `x.sh` and `x.py` are both: a path, `./x.sh`, is neither.
#[rustfmt::skip] // names in rows
const FILES: &[&str] = &[
    "yml", "yaml", "json", "toml", "conf", "cfg", "ini", "env", "txt", "log", "sql", "xml", "csv", "tsv", "lock", "html", "htm", "css",
    "js", "mjs", "cjs", "ts", "tsx", "jsx", "pem", "crt", "cer", "key", "tar", "gz", "tgz", "bz2", "xz", "jar", "war", "exe", "dll",
    "bak", "backup", "old", "dump", "db", "sqlite", "properties", "tf", "tfvars", "hcl", "proto", "graphql", "png", "svg", "pdf", "go",
    "rb", "php", "java", "bin", "img", "iso", "deb", "rpm", "apk", "ipa", "wasm", "parquet", "ndjson", "jsonl", "j2", "tmpl", "example",
];

/// The host that a word may name, in whatever spelling: a URL of any scheme, `user@host:path`, `host:port`, `[::1]:80`, a name
/// with dots, an address in decimal, octal or hexadecimal numbers. `None` for a path, a plain word and what the shell fills in.
pub fn host(word: &str) -> Option<&str> {
    word.split([',', ';', ' ', '|', '\t', '\n']).find_map(|part| {
        let value = part.split_once('=').map(|(_, value)| value);
        // `-hdb.test`: a value that is attached to its letter.
        let attached = part.strip_prefix('-').and_then(|rest| rest.get(1..));
        [Some(part), value, attached]
            .into_iter()
            .flatten()
            .find_map(|text| spelt(text.trim_matches(['"', '\''])))
    })
}

fn spelt(text: &str) -> Option<&str> {
    if let Some((_, rest)) = text.split_once("://") {
        return named(authority(rest));
    }
    let rest = text.strip_prefix("//").unwrap_or(text);
    if text.is_empty() || rest.starts_with(['/', '~', '.', '-']) {
        return None;
    }
    if let Some((_, rest)) = rest.rsplit_once('@') {
        return named(bare(rest));
    }
    if rest.starts_with('[') {
        return named(bare(rest)).filter(|host| host.contains(':'));
    }
    let v6 = rest.split('%').next().unwrap_or(rest);
    if v6.parse::<std::net::Ipv6Addr>().is_ok() {
        return Some(v6);
    }
    let first = rest.split('/').next().unwrap_or(rest);
    if let Some((left, right)) = rest.split_once(':') {
        let port = right.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        // `C:/x` is a drive.
        if left.len() > 1 && !left.contains('/') && (port || right.starts_with('/')) {
            return named(left);
        }
        return rest.split(':').find_map(|part| {
            let part = part.split('/').next().unwrap_or(part);
            dotted(part, false).then_some(part).and_then(named)
        });
    }
    let folder = first.len() < rest.len();
    (dotted(first, folder) || number(first))
        .then_some(first)
        .and_then(named)
}

/// What the shell fills in as a whole is the environment's.
fn named(host: &str) -> Option<&str> {
    let own = host.is_empty() || host.chars().all(|c| c == FILLED) || host.starts_with(['$', '<', '`']);
    (!own).then_some(host)
}

/// The host of what stands behind `://`.
fn authority(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#', '"']).next().unwrap_or(rest);
    bare(authority.rsplit('@').next().unwrap_or(authority))
}

/// A host without its port or path.
fn bare(text: &str) -> &str {
    match text.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => text.split([':', '/']).next().unwrap_or(text),
    }
}

/// A name with dots that is no file, or an address with dots. `folder`: a path goes on behind it.
fn dotted(text: &str, folder: bool) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    // Dots of other scripts, which resolvers read as dots.
    if text.contains(['。', '．', '｡']) {
        return true;
    }
    let labels: Vec<&str> = text.split('.').collect();
    let named = |label: &&str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '*') || c == FILLED)
    };
    let Some((last, _)) = labels.split_last().filter(|(_, before)| !before.is_empty()) else {
        return false;
    };
    if !labels.iter().all(named) {
        return false;
    }
    let numbers = labels.iter().all(|label| numeric(label));
    if numbers {
        let odd = labels
            .iter()
            .any(|label| label.len() > 1 && label.starts_with('0'));
        let private = matches!(labels[0], "10" | "127" | "169" | "172" | "192");
        return labels.len() == 4 || labels.len() < 4 && (odd || private);
    }
    let ending = last.to_lowercase();
    let domain = last.chars().count() >= 2 && !last.chars().all(|c| c.is_ascii_digit());
    domain && (folder || !FILES.contains(&ending.as_str()))
}

fn numeric(label: &str) -> bool {
    let hex = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    match hex {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// An address in one number: `2130706433`, `0x7f000001`. Smaller ones are counts.
fn number(text: &str) -> bool {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let digits = hex.unwrap_or(text).trim_start_matches('0');
    numeric(text) && digits.len() > if hex.is_some() { 6 } else { 7 }
}

#[cfg(test)]
mod tests {
    use super::host;
    use rstest::rstest;

    #[rstest]
    #[case("db.example.com", "db.example.com")]
    #[case("https://evil.test/x", "evil.test")]
    #[case("gopher+x://u:p@evil.test:70/x", "evil.test")]
    #[case("unix+tcp://[2001:db8::1]:80/", "2001:db8::1")]
    #[case("//evil.test/x", "evil.test")]
    #[case("user@evil:path", "evil")]
    #[case("git@evil.test:x/y", "evil.test")]
    #[case("evil:/srv/x", "evil")]
    #[case("db:5432", "db")]
    #[case("[::1]:80", "::1")]
    #[case("fe80::1%eth0", "fe80::1")]
    #[case("10.0.0.1", "10.0.0.1")]
    #[case("127.1", "127.1")]
    #[case("0177.0.0.1", "0177.0.0.1")]
    #[case("0x7f.1", "0x7f.1")]
    #[case("2130706433", "2130706433")]
    #[case("0x7f000001", "0x7f000001")]
    #[case("017700000001", "017700000001")]
    #[case("http:evil.test", "evil.test")]
    #[case("evil.test/x.yml", "evil.test")]
    #[case("--target=evil.test", "evil.test")]
    #[case("-hevil.test", "evil.test")]
    #[case("host=evil.test user=x", "evil.test")]
    #[case("a,10.0.0.1", "10.0.0.1")]
    #[case("evil。test", "evil。test")]
    #[case("evil.test.", "evil.test.")]
    #[case("deploy.sh", "deploy.sh")]
    fn every_spelling_of_an_address_names_its_host(#[case] word: &str, #[case] expected: &str) {
        assert_eq!(host(word), Some(expected), "{word}");
    }

    #[rstest]
    #[case("status")]
    #[case("config.yml")]
    #[case("./deploy.sh")]
    #[case("scripts/deploy.sh")]
    #[case("/etc/hosts.d/x.test")]
    #[case("1.4.2")]
    #[case("v1.4.2")]
    #[case("42")]
    #[case("test:ci")]
    #[case("--check")]
    #[case("--retries=3")]
    #[case("C:/x")]
    #[case("\u{1}:5432")]
    fn what_is_no_address_names_no_host(#[case] word: &str) {
        let word = word.replace('\u{1}', &crate::word::FILLED.to_string());
        assert_eq!(host(&word), None, "{word}");
    }
}
