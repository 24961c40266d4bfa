//! What the words of a command say about what it needs. A reading of the text: nothing is run, and a form that is not known
//! asks for nothing.

/// A dump that a command reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Restored {
    /// Of this path.
    File(String),
    /// Of a path within a container.
    Elsewhere,
}

/// Programs that read a dump into a database.
const CLIENTS: &[&str] = &["psql", "pg_restore", "mysql", "mariadb"];

/// Programs that hand a file on to the next of a pipe.
const HANDS_ON: &[&str] = &["cat", "zcat", "gunzip", "gzip", "zstd", "bzcat", "xzcat", "pv"];

/// Options of `pg_restore` that take the next word.
const TAKES_NEXT: &[&str] = &[
    "-d", "-U", "-h", "-p", "-j", "-n", "-t", "-F", "-I", "-S", "-P", "-T", "-N", "-L",
];

/// Words of the shell before a command, and programs that run another one.
const BEFORE: &[&str] = &[
    "if", "then", "else", "elif", "do", "while", "until", "!", "{", "sudo", "env", "time", "nohup", "nice",
    "command", "exec",
];

/// Words of the shell's own where a command begins, and those of which only a whole reading of the text would say more.
const SHELL: &[&str] = &[
    "cd", "echo", "export", "set", "test", "[", "[[", "true", "false", "fi", "done", "source", ".", "exit",
    "read", "printf", "wait", "trap", "unset", "eval", "for", "case", "esac", "function", "local", "return",
    "shift", "umask", "pushd", "popd", "type", "ulimit", "declare", "alias", "}", ":",
];

/// What is checked out over what stands in the work tree, as written.
pub(super) fn checked_out(command: &str) -> Vec<String> {
    let pipes = pipes(command);
    let all = pipes.iter().flatten();
    all.filter_map(|words| {
        let mut words = words.iter().skip_while(|word| *word != "git").skip(1);
        words.find(|word| matches!(word.as_str(), "checkout" | "switch"))?;
        let mut named = words.filter(|word| !word.starts_with('-') || *word == "--");
        // Before `--`, or with more words, it is about files.
        let commit = named.next().filter(|word| *word != "--" && *word != ".")?;
        named.next().is_none().then(|| commit.clone())
    })
    .collect()
}

/// The programs that it starts by their names. Where the text is more than commands, none.
pub(super) fn programs(command: &str) -> Vec<String> {
    if ["<<", "()", "case "].iter().any(|form| command.contains(form)) {
        return Vec::new();
    }
    let pipes = pipes(command);
    let all = pipes.iter().flatten();
    all.filter_map(|words| {
        let set = |word: &str| word.contains('=') || BEFORE.contains(&word);
        let first = words.iter().find(|word| !set(word.as_str()))?;
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
        let is_name = first.starts_with(|c: char| c.is_ascii_alphabetic()) && first.chars().all(named);
        (is_name && !SHELL.contains(&first.as_str())).then(|| first.clone())
    })
    .collect()
}

/// Whether it speaks to a container engine.
pub(super) fn is_of_containers(command: &str) -> bool {
    let engines = ["docker", "docker-compose", "podman", "podman-compose"];
    let mut words = pipes(command).into_iter().flatten().flatten();
    words.any(|word| engines.contains(&word.as_str()))
}

/// The dumps that it reads into a database.
pub(super) fn restored(command: &str) -> Vec<Restored> {
    pipes(command).iter().flat_map(|pipe| of_pipe(pipe)).collect()
}

fn of_pipe(pipe: &[Vec<String>]) -> Vec<Restored> {
    let Some(at) = pipe.iter().position(|words| client(words).is_some()) else {
        return Vec::new();
    };
    let mut found: Vec<Restored> = Vec::new();
    for words in &pipe[..at] {
        if words
            .first()
            .is_some_and(|program| HANDS_ON.contains(&program.as_str()))
        {
            let files = words.iter().skip(1).filter(|word| !word.starts_with('-'));
            found.extend(files.map(|file| Restored::File(file.clone())));
        }
    }
    let words = &pipe[at];
    let within = words.iter().any(|word| matches!(word.as_str(), "exec" | "run"))
        && words
            .iter()
            .any(|word| word.starts_with("docker") || word.starts_with("podman"));
    let own = named(words).map(|file| match within {
        true => Restored::Elsewhere,
        false => Restored::File(file),
    });
    found.extend(own);
    found.extend(after(words, "<").map(Restored::File));
    found
}

fn client(words: &[String]) -> Option<&str> {
    let mut words = words.iter().map(String::as_str);
    words.find(|word| CLIENTS.contains(word))
}

/// The file that a client is told of by an option, or as the argument of `pg_restore`.
fn named(words: &[String]) -> Option<String> {
    match client(words)? {
        "psql" => {
            let long = words.iter().find_map(|word| word.strip_prefix("--file="));
            let long = long.map(str::to_owned);
            long.or_else(|| after(words, "-f"))
                .or_else(|| after(words, "--file"))
        }
        "pg_restore" => {
            let options = words.iter().skip_while(|word| *word != "pg_restore").skip(1);
            let mut options = options.take_while(|word| *word != "<").peekable();
            let mut file = None;
            while let Some(word) = options.next() {
                if TAKES_NEXT.contains(&word.as_str()) {
                    options.next();
                } else if !word.starts_with('-') {
                    file = Some(word.clone());
                }
            }
            file
        }
        _ => None,
    }
}

fn after(words: &[String], option: &str) -> Option<String> {
    let at = words.iter().position(|word| word == option)?;
    words.get(at + 1).cloned()
}

/// The commands of a text, each as the programs of its pipe, each as its words: quotes taken away, `<` a word of its own. What
/// stands in `$(…)` stays one word.
fn pipes(command: &str) -> Vec<Vec<Vec<String>>> {
    let mut pipes = vec![vec![Vec::new()]];
    let (mut word, mut quote, mut depth) = (String::new(), None, 0_u32);
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        let inside = quote.is_some() || depth > 0;
        match character {
            '\'' | '"' if depth == 0 && quote.is_none_or(|open| open == character) => {
                quote = quote.is_none().then_some(character);
            }
            '$' if characters.peek() == Some(&'(') && quote != Some('\'') => {
                depth += 1;
                characters.next();
                word.push_str("$(");
            }
            ')' if depth > 0 => {
                depth -= 1;
                word.push(character);
            }
            '\\' if !inside => word.extend(characters.next().filter(|next| *next != '\n')),
            // `2>&1` and `&>` are places, and no end of a command.
            '&' if !inside && (word.ends_with('>') || characters.peek() == Some(&'>')) => word.push('&'),
            '#' if !inside && word.is_empty() => while characters.next_if(|next| *next != '\n').is_some() {},
            ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '(' | ')' if !inside => {
                let last = pipes.last_mut().and_then(|pipe| pipe.last_mut());
                if let Some(words) = last {
                    words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
                    words.extend((character == '<').then(|| "<".to_owned()));
                }
                let double = character == '|' && characters.next_if_eq(&'|').is_some();
                match character {
                    '|' if !double => pipes
                        .last_mut()
                        .into_iter()
                        .for_each(|pipe| pipe.push(Vec::new())),
                    '|' | '\n' | ';' | '&' => pipes.push(vec![Vec::new()]),
                    _ => {}
                }
            }
            other => word.push(other),
        }
    }
    if let Some(words) = pipes.last_mut().and_then(|pipe| pipe.last_mut()) {
        words.extend(Some(word).filter(|word| !word.is_empty()));
    }
    pipes
}

#[cfg(test)]
mod tests;
