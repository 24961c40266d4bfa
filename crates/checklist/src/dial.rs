//! Whether a command that only reads may run by itself: it must not reach an address that the document names, print
//! secrets that would be kept as evidence, or go on until the deadline.
//!
//! The rule is closed. A program dials nobody, or is a client of which every word has a form that cannot name a host, or it
//! stays somebody's word.

mod clients;
mod local;
mod opened;
mod outlets;
mod secret_files;
pub mod secrets;

use crate::address;
use crate::classify;
use crate::lint::exposed;
use crate::shell::{self, Script, Simple};
use crate::word::{FILLED, Word};
use clients::{Client, Operand};

pub use opened::outside;

/// Why a command must not run by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Never {
    /// It would dial this address.
    Dials(String),
    /// It may dial an address that is written in it: the program, or the word that is not known.
    MayDial(String),
    /// A form of a known program that is not known to read, although the author says that it does.
    Changes(String),
    /// It prints secrets, or may.
    Secrets(String),
    /// It ends only at the deadline.
    Endless(String),
}

impl Never {
    /// In words.
    pub fn why(&self) -> String {
        match self {
            Self::Dials(host) => format!(
                "the command would dial `{host}` as written, which Gonogo never does; write a parameter of the environment"
            ),
            Self::MayDial(what) => format!(
                "`{what}` is not known to stay with the addresses of the environment, and Gonogo dials none as written"
            ),
            Self::Changes(what) => format!(
                "`{what}` is known, and this form of it is not known to read only, whatever the annotation says"
            ),
            Self::Secrets(what) => format!("`{what}` may print secrets, which would be kept as evidence"),
            Self::Endless(what) => format!("`{what}` never ends by itself"),
        }
    }
}

/// Who says that a command reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The tables of this crate.
    Tables,
    /// The document's author, of a program that no table knows.
    Author,
}

/// Deepest nesting of commands that is looked into.
const DEEPEST: u32 = 6;

/// Why a script must not run by itself, if it must not.
pub fn never(script: &Script, said: Said) -> Option<Never> {
    look(script, said, 0).err()
}

type Look = Result<(), Never>;

fn look(script: &Script, said: Said, depth: u32) -> Look {
    let stages = || script.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    let all_local = stages().all(|stage| stage.program().is_some_and(local::always));
    for stage in stages() {
        // What a loop lists becomes an argument of what stands in it.
        let listed = script.own.listed.is_empty() && script.own.free.is_empty();
        if !listed && !all_local {
            let odd = stage.beside.iter().find(|word| !Operand::Name.fits(&word.filled));
            odd.map_or(Ok(()), |word| Err(Never::MayDial(shown(&word.raw))))?;
            let free = |word: &&Word| word.variables.iter().any(|name| script.own.free.contains(name));
            let free = stage.words.iter().find(free);
            free.map_or(Ok(()), |word| Err(Never::MayDial(shown(&word.raw))))?;
        }
        let functions = &script.own.functions;
        if stage
            .program()
            .is_some_and(|name| functions.iter().any(|known| known == name))
        {
            continue;
        }
        simple(stage, said, depth)?;
    }
    Ok(())
}

fn text(text: &str, said: Said, depth: u32) -> Look {
    match shell::read(text) {
        Ok(script) if depth <= DEEPEST => look(&script, said, depth),
        Ok(_) | Err(_) => Err(Never::MayDial(shown(text))),
    }
}

fn simple(stage: &Simple, said: Said, depth: u32) -> Look {
    let values = stage.assignments.iter().map(|(_, value)| value);
    for word in stage.words.iter().chain(values).chain(&stage.beside) {
        if socket(word) {
            return Err(Never::Dials(shown(&word.raw)));
        }
        for substitution in &word.substitutions {
            text(substitution, said, depth + 1)?;
        }
    }
    if secret_files::fed(stage) {
        let first = stage.words.first().map_or("<", |word| word.raw.as_str());
        return Err(Never::Secrets(shown(first)));
    }
    if stage.words.is_empty() {
        return Ok(());
    }
    outlets::input(stage)?;
    let address = || exposed::hosts(stage).first().map(|host| (*host).to_owned());
    command(&stage.words, said, depth)
        .and_then(
            |()| match stage.program().is_some_and(local::always) && said == Said::Tables {
                true => Ok(()),
                false => assigned(stage),
            },
        )
        .map_err(|never| match never {
            Never::MayDial(what) => address().map_or(Never::MayDial(what), Never::Dials),
            Never::Dials(_) | Never::Changes(_) | Never::Secrets(_) | Never::Endless(_) => never,
        })
}

/// `/dev/tcp/HOST/PORT`, which a shell opens by itself.
pub fn socket(word: &Word) -> bool {
    let names = |text: &str| text.contains("/dev/tcp") || text.contains("/dev/udp") || text.contains("/inet");
    let opens = |text: &str| text.contains('/') && names(text);
    opens(&word.raw) || opens(&word.filled) || word.literal.as_deref().is_some_and(opens)
}

/// Variables before a client: none that names its server.
fn assigned(stage: &Simple) -> Look {
    let odd = stage
        .assignments
        .iter()
        .find(|(name, value)| match name.as_str() {
            "LANG"
            | "TZ"
            | "TERM"
            | "NO_COLOR"
            | "COLUMNS"
            | "PGPASSWORD"
            | "PGUSER"
            | "PGSSLMODE"
            | "PGCONNECT_TIMEOUT"
            | "REDISCLI_AUTH"
            | "COMPOSE_PROJECT_NAME"
            | "MYSQL_PWD" => false,
            "AWS_PROFILE" | "AWS_REGION" | "AWS_DEFAULT_REGION" | "PGDATABASE" => {
                !Operand::Name.fits(&value.filled)
            }
            name => !name.starts_with("LC_"),
        });
    odd.map_or(Ok(()), |(name, _)| Err(Never::MayDial(name.clone())))
}

fn command(words: &[Word], said: Said, depth: u32) -> Look {
    let Some((first, arguments)) = words.split_first() else {
        return Ok(());
    };
    if depth > DEEPEST {
        return Err(Never::MayDial(shown(&first.raw)));
    }
    let program = Simple {
        words: vec![first.clone()],
        ..Simple::default()
    };
    let Some(name) = program.program() else {
        return Err(Never::MayDial(shown(&first.raw)));
    };
    let name = name
        .strip_prefix("./")
        .filter(|rest| !rest.contains('/'))
        .unwrap_or(name);
    let texts: Vec<&str> = arguments.iter().map(|word| word.filled.as_str()).collect();
    outlets::look(name, &texts)?;
    // The name service is asked for what the document says.
    if name == "getent"
        && texts
            .iter()
            .any(|word| word.contains("host") && *word != "localhost")
    {
        return Err(Never::MayDial(name.to_owned()));
    }
    let fetches = |word: &&str| {
        ["--au", "--key", "--op"]
            .iter()
            .any(|option| word.starts_with(option))
    };
    if matches!(name, "gpg" | "gpg2") && texts.iter().any(fetches) {
        return Err(Never::MayDial(name.to_owned()));
    }
    if local::always(name) || local::form(name, &texts) {
        if secret_files::prints(name, arguments) {
            return Err(Never::Secrets(name.to_owned()));
        }
        // What is written in a language of its own may do anything, whoever says that it reads.
        return match classify::reads(name, &texts) {
            false if local::runs_code(name) => Err(Never::MayDial(name.to_owned())),
            false if said == Said::Author => Err(Never::Changes(name.to_owned())),
            true | false => Ok(()),
        };
    }
    match name {
        "sh" | "bash" | "ash" | "/bin/ash" => {
            return match arguments {
                [option, script] if matches!(option.raw.as_str(), "-c" | "-lc" | "-ec") => {
                    match &script.literal {
                        Some(script) => text(script, said, depth + 1),
                        None => Err(Never::MayDial(name.to_owned())),
                    }
                }
                // What follows is a file of this machine, `check.sh`, and the words that it is given.
                [file, rest @ ..]
                    if said == Said::Author && !file.raw.starts_with('-') && !file.raw.contains("://") =>
                {
                    strangers(name, &texts[texts.len() - rest.len()..])
                }
                _ => Err(Never::MayDial(name.to_owned())),
            };
        }
        "docker" | "podman" | "nerdctl" if texts.first() == Some(&"compose") => {
            return client(&clients::COMPOSE, "docker compose", &arguments[1..], said, depth);
        }
        _ => {}
    }
    if let Some(count) = classify::wraps(name, &texts).filter(|count| *count > 0) {
        let inner = texts[texts.len() - count];
        if name == "xargs" && secret_files::handed_on(inner, &arguments[arguments.len() - count + 1..]) {
            return Err(Never::Secrets(format!("xargs {inner}")));
        }
        return command(&arguments[arguments.len() - count..], said, depth + 1);
    }
    if said == Said::Author && classify::runs_script(name, &texts) {
        return Ok(());
    }
    if let Some(inner) = clients::runner(name, &texts) {
        return command(&arguments[inner..], said, depth + 1);
    }
    if let Some(known) = clients::find(name) {
        return client(known, name, arguments, said, depth);
    }
    match said {
        Said::Author if !classify::known(name) => strangers(name, &texts),
        Said::Author | Said::Tables => match texts.as_slice() {
            ["--version" | "-V" | "-v" | "version" | "-version"] => Ok(()),
            _ => Err(Never::MayDial(name.to_owned())),
        },
    }
}

/// Words of the shell itself that change it, or run what follows them.
const SHELLS: &[&str] = &[
    "let",
    "mapfile",
    "readarray",
    "coproc",
    "select",
    "getopts",
    "enable",
    "hash",
    "complete",
    "compgen",
    "compopt",
    "bind",
    "fc",
    "jobs",
    "wait",
    "bg",
    "fg",
    "disown",
    "logout",
    "shopt",
    "unalias",
    "alias",
    "trap",
    "declare",
    "typeset",
    "local",
    "readonly",
    "export",
    "unset",
    "set",
    "shift",
    "read",
    "eval",
    "exec",
    "source",
    ".",
    "builtin",
    "caller",
    "dirs",
    "pushd",
    "popd",
    "history",
];

/// A program that only its author knows: no word of it looks like an address.
fn strangers(name: &str, words: &[&str]) -> Look {
    if SHELLS.contains(&name) {
        return Err(Never::Changes(name.to_owned()));
    }
    if let Some(host) = words.iter().find_map(|word| address::host(word)) {
        return Err(Never::Dials(shown(host)));
    }
    let odd = words.iter().find(|word| {
        let option = word.starts_with('-') && clients::names_host(word);
        option || word.contains("://") || word.contains('@')
    });
    odd.map_or(Ok(()), |word| {
        Err(Never::MayDial(format!("{name} {}", shown(word))))
    })
}

/// A client whose server the environment decides.
fn client(client: &Client, name: &str, words: &[Word], said: Said, depth: u32) -> Look {
    let (operands, inner) = client.operands(words).map_err(|word| {
        let looks = word.literal.as_deref().is_some_and(|word| word.contains("://"));
        let shown = shown(&word.raw);
        match looks {
            true => Never::Dials(shown),
            false => Never::MayDial(format!("{name} {shown}")),
        }
    })?;
    if let Some(inner) = inner {
        return command(inner, said, depth + 1);
    }
    let texts: Vec<&str> = words.iter().map(|word| word.filled.as_str()).collect();
    let called = if name == "docker compose" {
        "docker-compose"
    } else {
        name
    };
    let reads = || classify::reads(called, &texts) || classify::runs_project(called, &texts);
    match client.knows(&operands) {
        true if said == Said::Author && !reads() => Err(Never::Changes(name.to_owned())),
        true => Ok(()),
        false => Err(Never::MayDial(name.to_owned())),
    }
}

fn shown(text: &str) -> String {
    text.replace(FILLED, "…").chars().take(80).collect()
}
