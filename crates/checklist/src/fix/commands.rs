//! A command in a form that is no trap.

use crate::lint::catalogue as c;
use crate::rewrite;

/// The text of a command, backticks included, with the traps mended that these codes name; and which of them.
pub fn rewritten(text: &str, codes: &[&'static str]) -> Option<(Vec<&'static str>, String)> {
    let ticks = text.bytes().take_while(|byte| *byte == b'`').count();
    let inside = text.get(ticks..text.len().checked_sub(ticks)?)?;
    // A prompt, a second line and the bars of a table are left to the author.
    if inside.trim_start().starts_with(['$', '>']) || inside.contains(['\n', '\r']) || inside.contains("\\|")
    {
        return None;
    }
    let mut command = inside.to_owned();
    let mut mended = Vec::new();
    for code in codes {
        if let Some(better) = mend(code, &command).filter(|better| *better != command) {
            command = better;
            mended.push(*code);
        }
    }
    let fence = &text[..ticks];
    (!mended.is_empty()).then(|| (mended, format!("{fence}{command}{fence}")))
}

fn mend(code: &str, command: &str) -> Option<String> {
    let is = |lint: &c::Lint| code == lint.code;
    if is(&c::NO_TERMINAL) {
        return rewrite::without_terminal(command);
    }
    if is(&c::ENDLESS) {
        return Some(detached(&rewrite::bounded(command)));
    }
    if is(&c::STATUS_IGNORED) || is(&c::ANSWER_IGNORED) {
        return Some(rewrite::failing(command));
    }
    if is(&c::PLACEHOLDER) {
        return variables(command);
    }
    if is(&c::LOST_COPY) {
        return Some(format!("cp -n {}", command.trim_start().strip_prefix("cp ")?));
    }
    if is(&c::ALWAYS_TRUE) {
        let ends = [" || true", " || :", "; true", " || exit 0", "; exit 0"];
        return ends
            .iter()
            .find_map(|end| command.trim_end().strip_suffix(end))
            .map(str::to_owned);
    }
    if is(&c::RESTART) {
        return replaced(command, "restart", "up -d --force-recreate");
    }
    if is(&c::SAME_DAY) {
        let days = ["%Y%m%d", "%Y-%m-%d", "%F", "%Y_%m_%d"];
        let day = days.iter().find(|day| command.contains(&format!("{day})")))?;
        return Some(command.replacen(&format!("{day})"), &format!("{day}_%H%M%S)"), 1));
    }
    if is(&c::INTERACTIVE) {
        return answered(command);
    }
    None
}

/// `docker-compose up` returns with `-d`.
fn detached(command: &str) -> String {
    let mut words: Vec<&str> = command.split(' ').collect();
    let compose = words
        .iter()
        .position(|word| *word == "docker-compose" || *word == "compose");
    let up = words.iter().position(|word| *word == "up");
    if let (Some(compose), Some(up)) = (compose, up)
        && compose < up
    {
        words.insert(up + 1, "-d");
    }
    words.join(" ")
}

/// `<name>` becomes `"$GONOGO_NAME"`.
fn variables(command: &str) -> Option<String> {
    let rewritten = rewrite::rewrite(command);
    (!rewritten.placeholders.is_empty() && rewritten.stuck.is_none()).then_some(rewritten.command)
}

/// Package managers that are told yes.
fn answered(command: &str) -> Option<String> {
    let manager = ["apt-get ", "apt ", "yum ", "dnf "]
        .iter()
        .any(|name| command.strip_prefix("sudo ").unwrap_or(command).starts_with(name));
    let verbs = [
        "install",
        "upgrade",
        "dist-upgrade",
        "remove",
        "purge",
        "autoremove",
    ];
    match (manager, command) {
        (true, _) => verbs
            .iter()
            .find_map(|verb| replaced(command, verb, &format!("{verb} -y"))),
        (false, "npm init") => Some("npm init -y".to_owned()),
        (false, _) => None,
    }
}

/// The first word of this name, replaced.
fn replaced(command: &str, word: &str, with: &str) -> Option<String> {
    let mut found = false;
    let words: Vec<&str> = command
        .split(' ')
        .map(|other| {
            if other == word && !std::mem::replace(&mut found, true) {
                with
            } else {
                other
            }
        })
        .collect();
    found.then(|| words.join(" "))
}
