//! Whether an answer says itself that it comes from a cache.

use hyper::header::HeaderMap;

/// Fields in which caches say so, each with one word of its own.
const SAYS: &[&str] = &[
    "x-cache",
    "cf-cache-status",
    "x-cache-status",
    "x-proxy-cache",
    "x-vercel-cache",
    "x-nextjs-cache",
    "x-drupal-cache",
    "x-varnish-cache",
    "x-litespeed-cache",
    "x-cache-hit",
    "x-from-cache",
];

const HIT: &[&str] = &["hit", "stale", "updating", "revalidated"];
const NONE: &[&str] = &[
    "miss",
    "bypass",
    "dynamic",
    "expired",
    "pass",
    "none",
    "skip",
    "uncacheable",
];

/// What the header says: from a cache, not from one, or nothing; with the field that says it.
pub(super) fn from_cache(headers: &HeaderMap) -> Option<(bool, String)> {
    let said = SAYS.iter().find_map(|name| {
        let value = headers.get(*name)?.to_str().ok()?;
        Some((word(value)?, format!("{name}: {value}")))
    });
    said.or_else(|| by_status(headers)).or_else(|| by_age(headers))
}

/// "HIT", "MISS, HIT", "Hit from cloudfront", "TCP_MEM_HIT": one hit on the way is one.
fn word(value: &str) -> Option<bool> {
    let lower = value.trim().to_lowercase();
    match lower.as_str() {
        "true" | "yes" | "1" => return Some(true),
        "false" | "no" | "0" => return Some(false),
        _ => {}
    }
    let words = || lower.split(|c: char| !c.is_ascii_alphanumeric());
    let (hit, none) = (
        words().any(|word| HIT.contains(&word) || word.ends_with("hit")),
        words().any(|word| NONE.contains(&word)),
    );
    (hit || none).then_some(hit)
}

/// RFC 9211: each cache on the way has its say, `hit` or `fwd=…`.
fn by_status(headers: &HeaderMap) -> Option<(bool, String)> {
    let value = headers.get("cache-status")?.to_str().ok()?;
    let parts = || {
        value
            .split([',', ';'])
            .map(|part| part.trim().to_ascii_lowercase())
    };
    let hit = parts().any(|part| part == "hit" || part == "hit=?1");
    let forwarded = parts().any(|part| part.starts_with("fwd"));
    (hit || forwarded).then(|| (hit, format!("cache-status: {value}")))
}

/// An answer that is some seconds old was stored somewhere (RFC 9111, section 5.1); one of no age may have been.
fn by_age(headers: &HeaderMap) -> Option<(bool, String)> {
    let value = headers.get("age")?.to_str().ok()?;
    let seconds: u64 = value.trim().parse().ok()?;
    (seconds > 0).then(|| (true, format!("age: {value}")))
}

#[cfg(test)]
mod tests {
    use super::from_cache;
    use hyper::header::{HeaderMap, HeaderName};
    use rstest::rstest;

    #[rstest]
    #[case("x-cache", "HIT", Some(true))]
    #[case("x-cache", "MISS", Some(false))]
    #[case("x-cache", "MISS, HIT", Some(true))]
    #[case("x-cache", "Hit from cloudfront", Some(true))]
    #[case("x-cache", "Miss from cloudfront", Some(false))]
    #[case("x-cache", "RefreshHit from cloudfront", Some(true))]
    #[case("x-cache", "TCP_MEM_HIT", Some(true))]
    #[case("x-cache", "TCP_MISS", Some(false))]
    #[case("x-cache", "cache-fra-1", None)]
    #[case("cf-cache-status", "DYNAMIC", Some(false))]
    #[case("cf-cache-status", "EXPIRED", Some(false))]
    #[case("cache-status", "ExampleCache; hit; ttl=30", Some(true))]
    #[case("cache-status", "ExampleCache; fwd=uri-miss; stored", Some(false))]
    #[case("x-from-cache", "1", Some(true))]
    #[case("x-cache-hit", "false", Some(false))]
    #[case("age", "12", Some(true))]
    #[case("age", "0", None)]
    #[case("cache-control", "max-age=60", None)]
    fn an_answer_says_whether_it_comes_from_a_cache(
        #[case] name: &'static str,
        #[case] value: &str,
        #[case] says: Option<bool>,
    ) {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), value.parse().expect("a value"));
        assert_eq!(from_cache(&headers).map(|(hit, _)| hit), says);
    }
}
