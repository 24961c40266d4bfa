//! HTTP, names, ports and remote shells.

use super::{Effect, has, operands};

/// What a network tool does.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let effect = match name {
        "curl" => curl(words),
        "wget" => wget(words),
        "http" | "https" | "xh" => httpie(name, words),
        "dig" | "nslookup" | "host" | "ping" | "ping6" | "traceroute" | "tracepath" | "mtr" | "whois"
        | "pg_isready" => Effect::Reads,
        "nc" | "ncat" | "netcat" => Effect::reads_if(
            has(words, Some('z'), ""),
            "`nc` without `-z` sends what it is given",
        ),
        "telnet" | "ftp" | "sftp" => Effect::unknown(format!("`{name}` needs a terminal")),
        "ssh" => Effect::unknown("what `ssh` runs on the other machine is not looked into"),
        "scp" => Effect::changes("`scp` copies files"),
        "openssl" => openssl(words),
        "ip" | "ifconfig" => Effect::reads_if(
            operands(words, &[]).iter().all(|word| {
                matches!(
                    *word,
                    "a" | "addr" | "address" | "r" | "route" | "link" | "l" | "show" | "list"
                )
            }),
            format!("`{name}` can change the network"),
        ),
        "certbot" => Effect::reads_if(
            words.first() == Some(&"certificates"),
            "`certbot` changes certificates",
        ),
        "ab" | "wrk" | "hey" | "oha" | "k6" | "siege" | "locust" | "artillery" => {
            Effect::changes(format!("`{name}` puts load on its target"))
        }
        _ => return None,
    };
    Some(effect)
}

/// Options of curl that take a value and do not change what a GET does.
const CURL_VALUES: &[&str] = &[
    "-H",
    "--header",
    "-m",
    "--max-time",
    "--connect-timeout",
    "-w",
    "--write-out",
    "-u",
    "--user",
    "-A",
    "--user-agent",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--cacert",
    "--cert",
    "--key",
    "-b",
    "--cookie",
    "-e",
    "--referer",
    "--resolve",
    "--max-redirs",
    "--oauth2-bearer",
    "--url",
    "-r",
    "--range",
    "--limit-rate",
    "--unix-socket",
    "--interface",
];
/// Options of curl without a value that do not change what a GET does.
const CURL_FLAGS: &[&str] = &[
    "--silent",
    "--show-error",
    "--fail",
    "--fail-with-body",
    "--location",
    "--head",
    "--include",
    "--verbose",
    "--insecure",
    "--compressed",
    "--http1.1",
    "--http2",
    "--ipv4",
    "--ipv6",
    "--get",
    "--no-progress-meter",
    "--retry-connrefused",
    "--tlsv1.2",
    "--tlsv1.3",
    "--no-buffer",
];

fn curl(words: &[&str]) -> Effect {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "-X" | "--request" => match words.next() {
                Some(&"GET" | &"HEAD" | &"OPTIONS") => {}
                Some(method) => return Effect::changes(format!("`curl -X {method}` changes its target")),
                None => return Effect::unknown("`curl -X` names no method"),
            },
            "-XGET" | "-XHEAD" => {}
            "-o" | "--output" => match words.next() {
                Some(&"/dev/null" | &"-") => {}
                _ => return Effect::changes("`curl -o` writes a file"),
            },
            "-w" | "--write-out" => {
                let format = words.next().copied().unwrap_or_default();
                if format.starts_with('@') || format.contains("%output") {
                    return Effect::unknown("the format of `curl -w` can write a file");
                }
            }
            word if CURL_VALUES.contains(&word) => {
                words.next();
            }
            word if word.contains("://") && !word.starts_with('-') && !web(word) => {
                return Effect::unknown("only http and https are known to read");
            }
            word if CURL_FLAGS.contains(&word) || !word.starts_with('-') => {}
            word if word.starts_with("-d")
                || word.starts_with("--data")
                || word.starts_with("-F")
                || word.starts_with("--form")
                || word.starts_with("--json") =>
            {
                return Effect::changes(format!(
                    "`curl {}` sends data",
                    &word[..word.floor_char_boundary(12)]
                ));
            }
            word if word.starts_with("-T") || word.starts_with("-X") || word.starts_with("--upload") => {
                return Effect::changes("`curl` changes its target");
            }
            word if word.starts_with("-O") || word.starts_with("--remote-name") => {
                return Effect::changes("`curl -O` writes a file");
            }
            word => {
                let letters = word.strip_prefix('-').unwrap_or(word);
                if !letters.chars().all(|c| "sSfLIivkG46gNqo#".contains(c)) {
                    return Effect::unknown(format!(
                        "`curl {}` is not known",
                        &word[..word.floor_char_boundary(20)]
                    ));
                }
                if letters.contains('o') {
                    let target = if letters.ends_with('o') {
                        words.next().copied()
                    } else {
                        None
                    };
                    if !matches!(target, Some("/dev/null" | "-")) {
                        return Effect::changes("`curl -o` writes a file");
                    }
                }
            }
        }
    }
    Effect::Reads
}

/// An address that a variable may begin, or one of the web.
fn web(word: &str) -> bool {
    let word = word.trim_start_matches('"');
    word.starts_with("http://") || word.starts_with("https://") || word.starts_with('$')
}

fn wget(words: &[&str]) -> Effect {
    let sends = ["--post", "--method", "--body"];
    if words
        .iter()
        .any(|word| sends.iter().any(|option| word.starts_with(option)))
    {
        return Effect::changes("`wget` sends data");
    }
    let mut quiet = false;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--spider" | "-O-" | "-qO-" => quiet = true,
            "-O" | "-qO" if matches!(words.next(), Some(&"-" | &"/dev/null")) => quiet = true,
            "-T" | "-t" => {
                words.next();
            }
            "-q"
            | "-S"
            | "-nv"
            | "--quiet"
            | "--server-response"
            | "--no-check-certificate"
            | "--no-verbose" => {}
            word if ["--timeout=", "--tries=", "--header="]
                .iter()
                .any(|option| word.starts_with(option)) => {}
            word if word.starts_with('-') => {
                return Effect::unknown("this option of `wget` is not known to read only");
            }
            _ => {}
        }
    }
    if quiet {
        Effect::Reads
    } else {
        Effect::changes("`wget` writes a file")
    }
}

fn openssl(words: &[&str]) -> Effect {
    let known_output = ["-noout"];
    let writes = words.iter().any(|word| {
        let option = word.starts_with('-') && !known_output.contains(word);
        option && (word.contains("out") || word.ends_with("file") || word.contains("key"))
    });
    let reads = match words.first() {
        Some(&"s_client" | &"version" | &"verify") => true,
        Some(&"x509" | &"rsa" | &"crl" | &"req") => has(words, Some('n'), "") && words.contains(&"-noout"),
        _ => false,
    };
    Effect::reads_if(reads && !writes, "this form of `openssl` is not known to read")
}

fn httpie(name: &str, words: &[&str]) -> Effect {
    let known = [
        "-h",
        "-b",
        "-v",
        "--headers",
        "--body",
        "--verbose",
        "--check-status",
        "--ignore-stdin",
        "--follow",
    ];
    let options = words
        .iter()
        .all(|word| !word.starts_with('-') || known.contains(word) || word.starts_with("--timeout="));
    let operands = operands(words, &[]);
    let (method, rest) = match operands.split_first() {
        Some((&("GET" | "HEAD"), rest)) => (true, rest),
        Some((first, _)) => (first.contains(['/', ':', '.']), operands.as_slice()),
        None => (false, operands.as_slice()),
    };
    let sends = rest
        .iter()
        .skip(1)
        .any(|word| !word.contains("==") || word.contains(['@', '<']));
    Effect::reads_if(
        method && options && !sends,
        format!("`{name}` sends or writes something"),
    )
}
