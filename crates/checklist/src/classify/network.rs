//! HTTP clients, ports and certificates.

use super::curl::{acts, curl};
use super::{Effect, has, operands};

/// What a network tool does.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let effect = match name {
        "curl" => curl(words),
        "wget" => wget(words),
        "http" | "https" | "xh" | "xhs" => httpie(name, words),
        "nc" | "ncat" | "netcat" => {
            Effect::reads_if(scans(words), "`nc` without `-z` sends what it is given")
        }
        "ssh" => match words {
            ["-V"] => Effect::Reads,
            _ => Effect::unknown(
                "the machine behind `ssh` is written in the document, and no address in a document is dialled",
            ),
        },
        "openssl" => openssl(words),
        "ip" | "ifconfig" => Effect::reads_if(
            operands(words, &[]).iter().all(|word| {
                matches!(
                    *word,
                    "a" | "addr"
                        | "address"
                        | "r"
                        | "route"
                        | "link"
                        | "l"
                        | "show"
                        | "list"
                        | "neigh"
                        | "rule"
                        | "eth0"
                        | "lo"
                        | "docker0"
                        | "get"
                        | "ls"
                        | "ro"
                )
            }) && !(name == "ifconfig" && operands(words, &[]).len() > 1)
                && words.iter().all(|word| {
                    !word.starts_with('-')
                        || matches!(
                            *word,
                            "-4" | "-6" | "-br" | "-c" | "-s" | "-a" | "-j" | "-brief" | "-o"
                        )
                }),
            format!("`{name}` can change the network"),
        ),
        "ss" => Effect::reads_if(
            !has(words, Some('K'), "kill") && !has(words, Some('D'), "diag"),
            "`ss -K` closes connections",
        ),
        _ => return None,
    };
    Some(effect)
}

/// `nc -z`: it connects and says nothing.
fn scans(words: &[&str]) -> bool {
    let mut looks = false;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(letters) = word.strip_prefix('-') else {
            continue;
        };
        // `-zvw3`: seconds to wait end the cluster, or follow it.
        let (letters, seconds) = match letters.split_once('w') {
            Some((letters, rest)) => (letters, Some(rest)),
            None => (letters, None),
        };
        let waits = seconds.is_none_or(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
        if !waits || !letters.chars().all(|c| "zvnu46".contains(c)) {
            return false;
        }
        looks |= letters.contains('z');
        if seconds == Some("") {
            words.next();
        }
    }
    looks
}

fn wget(words: &[&str]) -> Effect {
    let sends = ["--post", "--method", "--body"];
    if words
        .iter()
        .any(|word| sends.iter().any(|option| word.starts_with(option)))
    {
        return Effect::changes("`wget` sends data");
    }
    if let Some(verb) = words.iter().find_map(|word| acts(word)) {
        return Effect::unknown(format!("the address names an act, `{verb}`, that a GET may do"));
    }
    let mut quiet = false;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--spider"
            | "-O-"
            | "-qO-"
            | "-O/dev/null"
            | "-qO/dev/null"
            | "--output-document=-"
            | "--output-document=/dev/null" => quiet = true,
            "-O" | "-qO" | "-nvO" | "--output-document" => match words.next() {
                Some(&"-" | &"/dev/null") => quiet = true,
                Some(_) | None => return Effect::changes("`wget -O` writes a file"),
            },
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
            "--version" | "-V" => quiet = true,
            word if [
                "--timeout=",
                "--tries=",
                "--header=",
                "--user-agent=",
                "--max-redirect=",
            ]
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

/// Options of `openssl` that take a value and write nothing.
#[rustfmt::skip] // names in rows
const OPENSSL_VALUES: &[&str] = &[
    "-connect", "-servername", "-CAfile", "-CApath", "-in", "-inform", "-nameopt", "-checkend",
    "-checkhost", "-ext", "-starttls", "-verify", "-untrusted", "-host", "-port", "-cipher",
    "-ciphersuites", "-alpn", "-verify_hostname", "-purpose",
];
#[rustfmt::skip] // names in rows
const OPENSSL_FLAGS: &[&str] = &[
    "-noout", "-dates", "-enddate", "-startdate", "-text", "-subject", "-issuer", "-fingerprint",
    "-sha256", "-sha1", "-serial", "-showcerts", "-brief", "-quiet", "-tls1", "-tls1_1", "-tls1_2",
    "-tls1_3", "-modulus", "-check", "-email", "-purpose", "-hash", "-status", "-verify_return_error",
    "-verify_quiet", "-crl_check", "-no_ssl3", "-prexit", "-4", "-6", "-pubkey", "-verify",
];

fn openssl(words: &[&str]) -> Effect {
    let (first, rest) = words
        .split_first()
        .map_or(("", words), |(first, rest)| (*first, rest));
    if let ("dgst", [hash, "-verify", _, "-signature", _, _]) = (first, rest) {
        return Effect::reads_if(
            hash.starts_with("-sha"),
            "this form of `openssl` is not known to read",
        );
    }
    let mut options = rest.iter();
    let mut known = true;
    while let Some(word) = options.next() {
        if OPENSSL_FLAGS.contains(word) && !(first != "req" && *word == "-verify") {
            continue;
        }
        if OPENSSL_VALUES.contains(word) {
            options.next();
        } else if word.starts_with('-') {
            known = false;
        }
    }
    let reads = match first {
        "s_client" | "verify" | "ciphers" => true,
        "version" => return Effect::Reads,
        "x509" | "rsa" | "crl" | "req" | "ec" | "pkey" => rest.contains(&"-noout"),
        _ => false,
    };
    Effect::reads_if(reads && known, "this form of `openssl` is not known to read")
}

/// Without a terminal HTTPie sends its input, unless it is told which method or to ignore it.
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
        "-F",
        "-I",
        "--version",
    ];
    let options = words
        .iter()
        .all(|word| !word.starts_with('-') || known.contains(word) || word.starts_with("--timeout="));
    let operands = operands(words, &[]);
    let (method, rest) = match operands.split_first() {
        Some((&("GET" | "HEAD"), rest)) => (true, rest),
        Some((first, _)) => (
            first.contains(['/', ':', '.']) && words.contains(&"--ignore-stdin"),
            operands.as_slice(),
        ),
        None => (words == ["--version"], operands.as_slice()),
    };
    let sends = rest
        .iter()
        .skip(1)
        .any(|word| !word.contains("==") || word.contains(['@', '<']));
    Effect::reads_if(
        method && options && !sends,
        format!("`{name}` sends its input when there is no terminal, unless the method is written"),
    )
}
