//! Certificates, names and the way to https.

use super::web::is_url;
use super::{Found, Words, any, is_path};
use crate::measure::Measure;
use crate::phrases::Lower;
use domain::probe::{CertificateProbe, DnsProbe, ProbeSpec};
use domain::quantity::Unit;

/// Milliseconds of a day.
const DAY: f64 = 86_400_000.0;

/// "SSL certificate valid", "certificate of `app.example.com` does not expire within 30 days".
pub fn certificate(words: &Words<'_>, lower: &Lower, measures: &[Measure]) -> Option<Found> {
    let about = any(
        lower,
        &[
            "certificate",
            "ssl cert",
            "tls cert",
            "zertifikat",
            "certificat",
            "certificado",
            "证书",
            "証明書",
        ],
    );
    if !about {
        return None;
    }
    let judged = any(
        lower,
        &[
            "valid",
            "expir",
            "gültig",
            "läuft ab",
            "vigente",
            "válido",
            "有效",
            "过期",
            "有効",
        ],
    );
    let other = any(
        lower,
        &[
            "signing",
            "client cert",
            "mtls",
            "push",
            "provisioning",
            "apple",
            "pinning",
            "renew",
            "order",
            "backup",
            "install",
            "upload",
            "keystore",
            "monitor",
            "alert",
            "invalid",
            "validat",
        ],
    );
    if !judged || other || words.codes.iter().any(|code| is_path(code) && !is_host(code)) {
        return None;
    }
    let days = measures
        .iter()
        .find(|measure| measure.unit == Unit::Milliseconds && measure.value >= DAY);
    let spec = CertificateProbe {
        url: address(words).map(str::to_owned),
        days: days.map_or(0, |days| (days.value / DAY) as u32),
    };
    let because =
        "the certificate is looked at in a TLS handshake: who signed it, for which name, until when";
    Some((ProbeSpec::Certificate(spec), because.to_owned()))
}

/// "HTTPS is enforced", "HTTP redirects to HTTPS".
pub fn redirects(words: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    let enforced = lower.contains("https")
        && any(
            lower,
            &[
                "https enforced",
                "https is enforced",
                "enforce https",
                "https forced",
                "force https",
                "https only",
                "https-only",
                "https erzwungen",
                "https forcé",
                "https forzado",
                "https forçado",
                "强制 https",
                "强制https",
            ],
        );
    let redirected = lower.contains("http")
        && any(
            lower,
            &[
                "http redirects to https",
                "http to https",
                "http → https",
                "http -> https",
                "redirects http to https",
                "http auf https",
                "http vers https",
                "http a https",
                "http para https",
            ],
        );
    let two = |urls: &[&str]| matches!(urls, [from, to] if from.starts_with("http://") && to.starts_with("https://"));
    let between = lower.contains("redirect") && two(&urls(words));
    (enforced || redirected || between).then(|| {
        let url = urls(words).into_iter().find(|url| url.starts_with("http://"));
        let because = "the site is asked by plain http, which must lead to https";
        (
            ProbeSpec::Redirects {
                url: url.map(str::to_owned),
            },
            because.to_owned(),
        )
    })
}

/// "DNS resolves", "`app.example.com` points to `192.0.2.1`".
pub fn dns(words: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    let about = any(lower, &["dns", "domain", "a record", "cname", "域名"]);
    if !about {
        return None;
    }
    let resolves = any(
        lower,
        &["resolve", "propagated", "löst auf", "résolu", "resuelve", "解析"],
    );
    let points = [
        "points to",
        "point to",
        "pointing to",
        "points at",
        "zeigt auf",
        "pointe vers",
        "apunta a",
        "aponta para",
        "指向",
    ]
    .iter()
    .find_map(|verb| lower.find(verb).map(|at| at + verb.len()));
    if !(resolves || points.is_some()) || lower.contains("ttl") {
        return None;
    }
    let names = || hosts(words.text);
    let (name, to) = match points {
        None => (names().next(), None),
        Some(at) => {
            let (before, after) = words.text.split_at_checked(at)?;
            // Without a name or an address to compare with it is for a person.
            (hosts(before).next(), Some(hosts(after).next()?.to_owned()))
        }
    };
    let spec = DnsProbe {
        name: name.map(str::to_owned),
        to,
    };
    Some((
        ProbeSpec::Dns(spec),
        "this machine's resolver is asked".to_owned(),
    ))
}

fn address<'a>(words: &Words<'a>) -> Option<&'a str> {
    urls(words)
        .into_iter()
        .find(|url| url.starts_with("https://"))
        .or_else(|| hosts(words.text).next())
}

fn urls<'a>(words: &Words<'a>) -> Vec<&'a str> {
    let spoken = words
        .text
        .split_whitespace()
        .map(|word| word.trim_matches(['(', ')', ',', '.', '"', '<', '>', '`', '*', ';']));
    let links = words
        .links
        .iter()
        .copied()
        .filter(|link| !words.text.contains(*link));
    spoken.chain(links).filter(|word| is_url(word)).collect()
}

/// The host names and addresses in a text.
fn hosts(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(['(', ')', ',', '.', '"', '\'', '<', '>', '`', '*', ';', ':']))
        .filter(|word| is_host(word))
}

/// `app.example.com`, `192.0.2.1`: no file and no sentence.
fn is_host(text: &str) -> bool {
    if text.parse::<std::net::IpAddr>().is_ok() {
        return true;
    }
    let labels: Vec<&str> = text.split('.').collect();
    let label = |label: &&str| {
        !label.is_empty()
            && label.len() < 64
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let last = labels.last().copied().unwrap_or_default();
    let files = [
        "js", "ts", "py", "rs", "go", "rb", "php", "sh", "sql", "yml", "yaml", "toml", "json", "conf", "cfg",
        "ini", "env", "md", "txt", "xml", "html", "css", "pem", "crt", "key", "log", "tf", "lock", "jsx",
        "tsx", "java", "e", "g",
    ];
    labels.len() > 1
        && labels.iter().all(label)
        && last.len() > 1
        && last.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !files.contains(&last)
        && !text.starts_with("node.")
}
