//! The probes that an annotation can name, with their values.

mod kubernetes;
mod postgres;
mod processes;
mod services;
mod web;

use crate::infer::words::{is_path, is_sha256, owner_rule};
use crate::measure;
use domain::probe::{FileProbe, FileRule, GitQuestion, HttpProbe, ProbeSpec, StatusRule, TextRule, Tool};
use domain::quantity::{Bound, Comparison, Unit, Version};

/// The words after the key, and the item's text, which gives a path or an address that they leave out.
pub struct Values<'a> {
    words: &'a [String],
    text: &'a str,
}

impl<'a> Values<'a> {
    /// The values of a key.
    pub fn new(words: &'a [String], text: &'a str) -> Self {
        Self { words, text }
    }

    fn only(&self, what: &str) -> Result<&'a str, String> {
        match self.words {
            [word] => Ok(word),
            _ => Err(format!("one value is needed: {what}")),
        }
    }

    /// The inline code of the item.
    fn codes(&self) -> impl Iterator<Item = &'a str> {
        self.text.split('`').skip(1).step_by(2)
    }
}

/// Reads the values of a probe's key; `None` where there is no such key.
pub fn read(key: &str, values: Values<'_>) -> Option<Result<ProbeSpec, String>> {
    let spec = match key {
        "http" => http(&values),
        "repeated" => web::repeated(&values),
        "file" => file(&values),
        "env" => env(&values),
        "port" => port(&values).map(|port| ProbeSpec::Port { port }),
        "listening" => port(&values).map(|port| ProbeSpec::Listening { port }),
        "certificate" => web::certificate(&values),
        "dns" => web::dns(&values),
        "redirects" => web::redirects(&values),
        "tool" => values.only("a tool such as python>=3.12").and_then(tool),
        "memory" => size(&values).map(|at_least| ProbeSpec::Memory { at_least }),
        "disk" => disk(&values),
        "clock" => values.only("a time such as <=2s").and_then(|word| {
            bound(word, Unit::Milliseconds).map(|bound| ProbeSpec::Clock {
                within_ms: bound.quantity.value as u64,
            })
        }),
        "git" => git(&values),
        "process" => processes::process(values.words),
        "unit" => processes::unit(values.words),
        "kubernetes" => kubernetes::read(values.words),
        "postgres" => postgres::read(values.words),
        "redis" => services::redis(values.words),
        "docker" => services::docker(values.words),
        "prometheus" => services::prometheus(values.words),
        "metric" => services::metric(&values),
        _ => return None,
    };
    Some(spec)
}

/// The one measure that is the whole word.
pub fn bound(word: &str, unit: Unit) -> Result<Bound, String> {
    let measures = measure::find(word);
    match measures.as_slice() {
        [one] if one.span == (0..word.len()) && one.unit == unit => Ok(one.bound(Comparison::AtMost)),
        _ => {
            let example = match unit {
                Unit::Bytes => "<10GB",
                Unit::Milliseconds => "<=200ms",
                Unit::Percent => ">60%",
                Unit::Count => ">=1",
            };
            Err(format!("`{word}` is no bound such as `{example}`"))
        }
    }
}

fn port(values: &Values<'_>) -> Result<u16, String> {
    let word = values.only("a port")?;
    word.parse()
        .map_err(|_| format!("`{word}` is no port: 1 to 65535"))
}

fn size(values: &Values<'_>) -> Result<u64, String> {
    let word = values.only("a size such as >=512MB")?;
    bound(word, Unit::Bytes).map(|bound| bound.quantity.value as u64)
}

fn http(values: &Values<'_>) -> Result<ProbeSpec, String> {
    let mut url = values
        .codes()
        .find(|code| code.contains("://") || code.starts_with('/'))
        .map(str::to_owned);
    let mut probe = HttpProbe {
        url: String::new(),
        status: StatusRule::Success,
        body: Vec::new(),
        filters: Vec::new(),
        within_ms: None,
        secure_or_loopback: false,
        headers: Vec::new(),
        response: Vec::new(),
    };
    for word in values.words {
        if word.starts_with("http://") || word.starts_with("https://") || word.starts_with('/') {
            url = Some(word.clone());
        } else if let Some(class) = word.strip_prefix("status=").filter(|class| class.ends_with("xx")) {
            let hundred = class
                .strip_suffix("xx")
                .and_then(|digit| digit.parse::<u16>().ok());
            let from = hundred
                .filter(|digit| (1..=5).contains(digit))
                .map(|digit| digit * 100);
            let from = from.ok_or_else(|| format!("`{class}` is no class of HTTP statuses"))?;
            probe.status = StatusRule::Between(from, from + 99);
        } else if let Some(status) = word.strip_prefix("status=") {
            let code = status.parse().ok().filter(|code| (100..600).contains(code));
            probe.status = StatusRule::Is(code.ok_or_else(|| format!("`{status}` is no HTTP status"))?);
        } else if let Some(time) = word.strip_prefix("time") {
            probe.within_ms = Some(bound(time, Unit::Milliseconds)?.quantity.value as u64);
        } else if let Some(text) = word.strip_prefix("contains=") {
            probe.body.push(TextRule::Contains(text.to_owned()));
        } else if let Some(text) = word.strip_prefix("lacks=") {
            probe.body.push(TextRule::Lacks(text.to_owned()));
        } else if word == "not-empty" {
            probe.body.push(TextRule::NotEmpty);
        } else if let Some(field) = word.strip_prefix("header=") {
            probe.response.push(web::header(field)?);
        } else if word == "secure-or-loopback" {
            probe.secure_or_loopback = true;
        } else {
            return Err(format!(
                "`{word}` is no rule of `http`: an address, status=, time<=, contains=, lacks=, not-empty, header=, secure-or-loopback"
            ));
        }
    }
    probe.url = url.ok_or("`http` names no address, and there is none in the words")?;
    Ok(ProbeSpec::Http(probe))
}

fn file(values: &Values<'_>) -> Result<ProbeSpec, String> {
    let mut path = None;
    let mut rules = Vec::new();
    for word in values.words {
        let rule = if word == "directory" {
            FileRule::Directory
        } else if word == "absent" {
            FileRule::Absent
        } else if word == "writable" {
            FileRule::Writable
        } else if word == "not-empty" {
            FileRule::Content(TextRule::NotEmpty)
        } else if let Some(mode) = word.strip_prefix("mode<=") {
            let bits = u32::from_str_radix(mode, 8).ok().filter(|bits| *bits <= 0o7777);
            FileRule::ModeAtMost(bits.ok_or_else(|| format!("`{mode}` is no mode such as 0600"))?)
        } else if let Some(age) = word.strip_prefix("age") {
            FileRule::AgeAtMost((bound(age, Unit::Milliseconds)?.quantity.value / 1000.0) as u64)
        } else if let Some(size) = word.strip_prefix("size") {
            FileRule::Size(bound(size, Unit::Bytes)?)
        } else if word == "checksums" {
            FileRule::Checksums
        } else if let Some(hex) = word.strip_prefix("sha256=") {
            let shaped = is_sha256(hex).then(|| hex.to_lowercase());
            FileRule::Sha256(
                shaped.ok_or_else(|| format!("`{hex}` is no SHA-256: 64 digits of 0-9 and a-f"))?,
            )
        } else if let Some(owner) = word.strip_prefix("owner=") {
            owner_rule(owner).ok_or_else(|| format!("`{owner}` is no user, user:group or :group"))?
        } else if let Some(text) = word.strip_prefix("ends=") {
            FileRule::Ends(TextRule::Contains(text.to_owned()))
        } else if let Some(text) = word.strip_prefix("contains=") {
            FileRule::Content(TextRule::Contains(text.to_owned()))
        } else if path.is_none() && !word.contains(['=', '<', '>']) {
            path = Some(word.clone());
            continue;
        } else {
            return Err(format!(
                "`{word}` is no rule of `file`: path, directory, absent, writable, not-empty, mode<=, age<=, size, contains=, ends=, owner=, sha256=, checksums"
            ));
        };
        rules.push(rule);
    }
    let in_words = || {
        values
            .codes()
            .find(|code| is_path(code))
            .or_else(|| values.codes().find(|code| !code.contains(' ')))
            .map(str::to_owned)
    };
    let path = path
        .or_else(in_words)
        .ok_or("`file` names no path, and there is none in the words")?;
    Ok(ProbeSpec::File(FileProbe { path, rules }))
}

fn env(values: &Values<'_>) -> Result<ProbeSpec, String> {
    let (file, line) = match values.words {
        [line] => (".env".to_owned(), line),
        [file, line] => (file.clone(), line),
        _ => return Err("`env` takes a file and KEY or KEY=value".to_owned()),
    };
    let (key, value) = match line.split_once('=') {
        Some((key, value)) => (key, Some(value.to_owned())),
        None => (line.as_str(), None),
    };
    Ok(ProbeSpec::EnvLine {
        file,
        key: key.to_owned(),
        value,
    })
}

fn tool(word: &str) -> Result<ProbeSpec, String> {
    let (name, version) = match word.split_once(">=") {
        Some((name, version)) => (name, Some(version)),
        None => (word, None),
    };
    let name = if name == "docker-compose" { "compose" } else { name };
    let tool = Tool::ALL.iter().find(|tool| tool.key() == name).ok_or_else(|| {
        let known: Vec<&str> = Tool::ALL.iter().map(|tool| tool.key()).collect();
        format!("`{name}` is no known tool: {}", known.join(", "))
    })?;
    let at_least = version
        .map(|version| Version::find(version).ok_or_else(|| format!("`{version}` is no version")))
        .transpose()?;
    Ok(ProbeSpec::Tool {
        tool: *tool,
        at_least,
    })
}

fn disk(values: &Values<'_>) -> Result<ProbeSpec, String> {
    let (path, word) = match values.words {
        [word] => (None, word),
        [path, word] => (Some(path.clone()), word),
        _ => return Err("`disk` takes a path and a size such as >=1GB".to_owned()),
    };
    let at_least = bound(word, Unit::Bytes)?.quantity.value as u64;
    Ok(ProbeSpec::Disk { path, at_least })
}

fn git(values: &Values<'_>) -> Result<ProbeSpec, String> {
    let words: Vec<&str> = values.words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["clean"] => Ok(ProbeSpec::Git(GitQuestion::Clean)),
        ["no-secrets"] => Ok(ProbeSpec::Git(GitQuestion::NoSecrets)),
        ["release"] => Ok(ProbeSpec::Git(GitQuestion::AtRelease)),
        ["branch", name] => Ok(ProbeSpec::Git(GitQuestion::Branch((*name).to_owned()))),
        ["changed", file] => Ok(ProbeSpec::Git(GitQuestion::ChangedSinceTag((*file).to_owned()))),
        _ => Err("`git` takes clean, no-secrets, release, branch NAME or changed FILE".to_owned()),
    }
}
