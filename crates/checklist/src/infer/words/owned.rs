//! Whose a file is, and what its content comes to.

use crate::phrases::Lower;
use domain::probe::FileRule;

/// What stands before an owner.
const OWNED: &[&str] = &[
    "owned by ",
    "owner is ",
    "owner: ",
    "belongs to ",
    "gehört ",
    "appartient à ",
    "pertenece a ",
];

/// Names that are a user's wherever they stand.
const USERS: &[&str] = &["root", "www-data", "postgres", "redis", "nginx", "nobody"];

/// 64 digits of a SHA-256.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `user`, `user:group` or `:group`.
pub fn owner_rule(text: &str) -> Option<FileRule> {
    let (user, group) = text.split_once(':').unwrap_or((text, ""));
    let name = |name: &str| {
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$'));
        match (name.is_empty(), plain && name.len() <= 64) {
            (true, _) => Some(None),
            (false, true) => Some(Some(name.to_owned())),
            (false, false) => None,
        }
    };
    let (user, group) = (name(user)?, name(group)?);
    (user.is_some() || group.is_some()).then_some(FileRule::Owner { user, group })
}

/// "owned by `deploy:web`", "owned by root", "owned by the deploy user".
pub fn owner(text: &str, lower: &Lower) -> Option<FileRule> {
    let at = OWNED
        .iter()
        .find_map(|words| Some(lower.find(words)? + words.len()))?;
    let rest = text.get(at..)?.trim_start();
    let rest = rest.strip_prefix("the ").unwrap_or(rest);
    let rest = rest.strip_prefix("user ").unwrap_or(rest);
    if let Some(quoted) = rest.strip_prefix('`') {
        return owner_rule(quoted.split_once('`')?.0);
    }
    let word = rest.split([' ', ',', ';', ')']).next()?.trim_end_matches('.');
    let user = word.split(':').next().unwrap_or_default();
    let said = USERS.contains(&user) || rest[word.len()..].trim_start().starts_with("user");
    said.then(|| owner_rule(word)).flatten()
}
