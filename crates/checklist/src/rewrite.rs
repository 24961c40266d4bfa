//! What Gonogo changes in a command before it runs: no terminal for `exec`, placeholders as quoted variables,
//! traps mended. The author's text stays beside it.

/// A command as it will run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// The bytes that will run.
    pub command: String,
    /// Placeholders that became variables: name of the variable, what was written.
    pub placeholders: Vec<(String, String)>,
    /// A placeholder stands in single quotes, where no variable is filled in.
    pub stuck: Option<String>,
    /// `exec` lost its terminal.
    pub without_terminal: bool,
}

/// Rewrites a command.
pub fn rewrite(written: &str) -> Rewritten {
    let mut out = Rewritten {
        command: without_prompt(written.trim()).to_owned(),
        ..Rewritten::default()
    };
    placeholders(&mut out);
    if let Some(command) = without_terminal(&out.command) {
        out.command = command;
        out.without_terminal = true;
    }
    out
}

fn without_prompt(text: &str) -> &str {
    text.strip_prefix("$ ")
        .or_else(|| text.strip_prefix("> "))
        .unwrap_or(text)
        .trim_start()
}

/// `<previous-commit>` becomes `"$GONOGO_PREVIOUS_COMMIT"`.
fn placeholders(out: &mut Rewritten) {
    let text = std::mem::take(&mut out.command);
    let mut command = String::with_capacity(text.len());
    let (mut single, mut double) = (false, false);
    let mut previous = ' ';
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let found = if c == '<' && !(previous.is_alphanumeric() || previous == '<') {
            placeholder(rest)
        } else {
            None
        };
        if let Some(inside) = found {
            let name = variable(inside);
            let written = &rest[..inside.len() + 2];
            match (single, double) {
                (true, _) => {
                    out.stuck = Some(written.to_owned());
                    command.push_str(written);
                }
                (false, true) => command.push_str(&format!("${{{name}}}")),
                (false, false) => command.push_str(&format!("\"${name}\"")),
            }
            out.placeholders.push((name, written.to_owned()));
            rest = &rest[inside.len() + 2..];
            previous = '>';
            continue;
        }
        match c {
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            _ => {}
        }
        command.push(c);
        previous = c;
        rest = &rest[c.len_utf8()..];
    }
    out.command = command;
}

/// The inside of a placeholder at the start of `text`: letters, digits, `-`, `_`, spaces, at most 40 characters.
fn placeholder(text: &str) -> Option<&str> {
    let inside = &text.get(1..)?;
    let end = inside.bytes().take(41).position(|byte| byte == b'>')?;
    let name = inside.get(..end)?;
    let after = inside[end + 1..].chars().next();
    let shaped = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ' | '.'));
    let ends = !after.is_some_and(|c| c.is_alphanumeric() || c == '&');
    (shaped && ends).then_some(name)
}

/// The name of the variable that stands for a placeholder.
pub fn variable(placeholder: &str) -> String {
    let name: String = placeholder
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    format!("GONOGO_{}", name.trim_matches('_'))
}

/// Gives `compose … exec` its `-T` and takes `-it` off `docker exec` and `kubectl exec`.
pub fn without_terminal(text: &str) -> Option<String> {
    let mut words: Vec<&str> = text.split(' ').collect();
    let mut changed = false;
    let mut at = 0;
    while at < words.len() {
        let compose = words[at] == "docker-compose"
            || (words[at] == "compose" && at > 0 && matches!(words[at - 1], "docker" | "podman"));
        let tool = compose || matches!(words[at], "docker" | "podman" | "kubectl");
        let exec = if tool { exec_after(&words, at) } else { None };
        if let Some(exec) = exec {
            while words
                .get(exec + 1)
                .is_some_and(|word| matches!(*word, "-it" | "-ti" | "-t" | "-i" | "--tty" | "--interactive"))
            {
                words.remove(exec + 1);
                changed = true;
            }
            if compose && words.get(exec + 1) != Some(&"-T") {
                words.insert(exec + 1, "-T");
                changed = true;
            }
            at = exec;
        }
        at += 1;
    }
    changed.then(|| words.join(" "))
}

/// Where `exec` or `run` stands as the subcommand of the tool at `at`.
fn exec_after(words: &[&str], at: usize) -> Option<usize> {
    let ends = ["|", "&&", ";", "||", "compose"];
    let after = words[at + 1..]
        .iter()
        .take(12)
        .position(|word| *word == "exec" || ends.contains(word))?;
    let exec = at + 1 + after;
    let options = words[at + 1..exec]
        .iter()
        .all(|word| word.starts_with('-') || word.contains(['.', '/', '=']));
    (words[exec] == "exec" && (options || words[at + 1].starts_with('-'))).then_some(exec)
}

/// Commands that never end get an end: `ping -c 3`, no `-f` for logs.
pub fn bounded(command: &str) -> String {
    let mut words: Vec<&str> = command.split(' ').collect();
    let pings = |at: usize| {
        matches!(words[at], "ping" | "ping6")
            && (at == 0
                || words[..at].contains(&"exec")
                    && !words[at - 1].ends_with("-cli")
                    && !words[at - 1].ends_with("admin"))
    };
    if let Some(at) = (0..words.len()).find(|at| pings(*at))
        && !words.contains(&"-c")
    {
        words.splice(at + 1..at + 1, ["-c", "3", "-w", "10"]);
    }
    // `-f` before it names a file of Compose.
    let follows = words
        .iter()
        .position(|word| matches!(*word, "logs" | "tail" | "journalctl"));
    if let Some(at) = follows {
        let rest = words.split_off(at);
        words.extend(
            rest.into_iter()
                .filter(|word| !matches!(*word, "-f" | "--follow" | "-F")),
        );
    }
    words.join(" ")
}

/// A `curl` whose status is not looked at gets `-fsS`.
pub fn failing(command: &str) -> String {
    let judged = command.split(' ').any(|word| {
        word.starts_with("--fail")
            || word.contains("http_code")
            || (word.starts_with('-') && !word.starts_with("--") && word.contains('f'))
    });
    match command.strip_prefix("curl ") {
        Some(rest) if !judged => format!("curl -fsS {rest}"),
        _ => command.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compose_exec_loses_its_terminal() {
        let command = |text| rewrite(text).command;
        assert_eq!(
            command("docker-compose exec redis redis-cli ping"),
            "docker-compose exec -T redis redis-cli ping"
        );
        assert_eq!(
            command("docker compose -f a.yml exec -it web sh -c 'x'"),
            "docker compose -f a.yml exec -T web sh -c 'x'"
        );
        assert_eq!(command("docker exec -it web ls"), "docker exec web ls");
        assert_eq!(
            command("kubectl -n prod exec -it pod -- ls"),
            "kubectl -n prod exec pod -- ls"
        );
        assert_eq!(
            command("docker-compose exec -T web ls"),
            "docker-compose exec -T web ls"
        );
        assert_eq!(
            command("docker-compose ps | grep exec"),
            "docker-compose ps | grep exec"
        );
    }

    #[test]
    fn placeholders_become_quoted_variables() {
        let rewritten = rewrite("git checkout <previous-commit>");
        assert_eq!(rewritten.command, "git checkout \"$GONOGO_PREVIOUS_COMMIT\"");
        assert_eq!(
            rewritten.placeholders,
            [(
                "GONOGO_PREVIOUS_COMMIT".to_owned(),
                "<previous-commit>".to_owned()
            )]
        );
        assert_eq!(
            rewrite("echo \"a <b c> d\"").command,
            "echo \"a ${GONOGO_B_C} d\""
        );
        assert_eq!(rewrite("echo 'a <b>'").stuck.as_deref(), Some("<b>"));
    }

    #[test]
    fn redirections_are_no_placeholders() {
        for text in ["cat <in>out", "cat < in > out", "cat <<EOF", "a 2>&1 <b"] {
            assert_eq!(rewrite(text).command, text);
        }
    }

    #[test]
    fn endless_commands_get_an_end() {
        assert_eq!(bounded("ping redis"), "ping -c 3 -w 10 redis");
        assert_eq!(
            bounded("docker-compose exec -T backend ping redis"),
            "docker-compose exec -T backend ping -c 3 -w 10 redis"
        );
        assert_eq!(
            bounded("docker-compose exec -T redis redis-cli ping"),
            "docker-compose exec -T redis redis-cli ping"
        );
        assert_eq!(bounded("docker-compose logs -f web"), "docker-compose logs web");
        assert_eq!(
            bounded("docker-compose -f a.yml logs -f web"),
            "docker-compose -f a.yml logs web"
        );
        assert_eq!(failing("curl http://x | jq .a"), "curl -fsS http://x | jq .a");
    }
}
