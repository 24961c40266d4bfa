//! What a command comes to when `sudo`, `timeout` and `docker exec` are taken off it.

use crate::shell::{Redirect, Simple};

/// A program with its arguments.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// The program: `docker compose` is `docker-compose`.
    pub program: &'a str,
    /// The words behind it.
    pub words: Vec<&'a str>,
    /// `sudo` stands before it and may ask.
    pub sudo: bool,
    /// `timeout` ends it.
    pub bounded: bool,
    /// It may get its input from a pipe or a file.
    pub fed: bool,
    /// It runs inside of a container, or on another machine.
    pub inside: bool,
}

/// Programs that run what follows them.
const WRAPPERS: &[&str] = &[
    "sudo", "time", "nohup", "nice", "env", "command", "exec", "timeout", "stdbuf",
];
/// Options of `sudo`, `timeout`, `nice` and `env` that take a word.
const VALUED: &[&str] = &["-u", "-g", "-s", "-k", "-n"];

/// The command of a stage and, where it starts another one in a container, that one too.
pub fn runs<'a>(stage: &'a Simple, piped: bool) -> Vec<Run<'a>> {
    let words: Vec<&str> = stage
        .words
        .iter()
        .map(|word| word.literal.as_deref().unwrap_or(&word.raw))
        .collect();
    let fed = piped
        || stage
            .redirects
            .iter()
            .any(|redirect| matches!(redirect, Redirect::Reads { .. }));
    let mut out = Vec::new();
    let mut next = unwrapped(&words, fed, false);
    // A container in a container is as deep as it gets.
    while let Some(run) = next.take_if(|_| out.len() < 3) {
        next = run.inner().and_then(|inner| unwrapped(inner, fed, true));
        out.push(run.clone());
    }
    out
}

fn unwrapped<'a>(words: &[&'a str], fed: bool, inside: bool) -> Option<Run<'a>> {
    let (mut at, mut sudo, mut bounded) = (0, false, false);
    while let Some(word) = words.get(at).filter(|word| WRAPPERS.contains(word)) {
        let wrapper = *word;
        at += 1;
        let start = at;
        while words
            .get(at)
            .is_some_and(|word| word.starts_with('-') || (wrapper == "env" && word.contains('=')))
        {
            let value = VALUED.contains(&words[at]) && !(wrapper == "sudo" && words[at] == "-n");
            at += 1 + usize::from(value);
        }
        match wrapper {
            "sudo" => sudo |= !words[start..at.min(words.len())].contains(&"-n"),
            "timeout" => {
                bounded = true;
                at += 1;
            }
            _ => {}
        }
    }
    let first = words.get(at).copied();
    let program = first.or(sudo.then_some("sudo"))?;
    let rest = words.get(at + 1..).unwrap_or_default();
    let (program, rest) = match (program, rest) {
        ("docker" | "podman", ["compose", rest @ ..]) => ("docker-compose", rest),
        ("sudo", _) => ("sudo", words.get(1..).unwrap_or_default()),
        _ => (program.rsplit('/').next().unwrap_or(program), rest),
    };
    Some(Run {
        program,
        words: rest.to_vec(),
        sudo,
        bounded,
        fed,
        inside,
    })
}

impl<'a> Run<'a> {
    /// The words that are no options and no values of options.
    pub fn operands(&self) -> Vec<&'a str> {
        self.each_operand().collect()
    }

    fn each_operand(&self) -> impl Iterator<Item = &'a str> + '_ {
        let valued = valued(self.program);
        let mut words = self.words.iter();
        std::iter::from_fn(move || {
            loop {
                let word = words.next()?;
                if valued.contains(word) {
                    words.next();
                } else if !word.starts_with('-') {
                    return Some(*word);
                }
            }
        })
    }

    /// The operands begin with these words.
    pub fn starts(&self, row: &[&str]) -> bool {
        self.each_operand().take(row.len()).eq(row.iter().copied())
    }

    /// One of these words stands there, by itself or before a `=`.
    pub fn has(&self, names: &[&str]) -> bool {
        self.words.iter().any(|word| {
            let name = word.split_once('=').map_or(*word, |(name, _)| name);
            names.contains(word) || (name.starts_with("--") && names.contains(&name))
        })
    }

    /// An option of one letter, alone or among others: `-it` has `t`.
    pub fn letter(&self, letter: char) -> bool {
        let short = |word: &&&str| word.starts_with('-') && !word.starts_with("--") && word.len() <= 6;
        self.words.iter().filter(short).any(|word| word.contains(letter))
    }

    /// The program and its first words, for a message.
    pub fn short(&self) -> String {
        let words = std::iter::once(&self.program).chain(self.words.iter().take(3));
        words.copied().collect::<Vec<_>>().join(" ")
    }

    /// The command that this one starts in a container.
    fn inner(&self) -> Option<&[&'a str]> {
        let after = |name: &str| self.words.iter().position(|word| *word == name).map(|at| at + 1);
        match self.program {
            "kubectl" | "oc" if self.starts(&["exec"]) => self.words.get(after("--")?..),
            "docker" | "podman" | "docker-compose" if self.starts(&["exec"]) => {
                let mut at = after("exec")?;
                while let Some(word) = self.words.get(at).filter(|word| word.starts_with('-')) {
                    let valued = ["-u", "-e", "-w", "--user", "--env", "--workdir", "--index"].contains(word);
                    at += 1 + usize::from(valued);
                }
                self.words.get(at + 1..)
            }
            "heroku" if self.starts(&["run"]) => self.words.get(after("run")?..),
            _ => None,
        }
    }
}

/// Options that take the next word, by program.
fn valued(program: &str) -> &'static [&'static str] {
    match program {
        "docker-compose" => &[
            "-f",
            "--file",
            "-p",
            "--project-name",
            "--env-file",
            "--profile",
            "--project-directory",
        ],
        "kubectl" | "helm" | "oc" => &[
            "-n",
            "--namespace",
            "--context",
            "--kube-context",
            "--kubeconfig",
            "-l",
            "-o",
            "-c",
            "-f",
        ],
        "git" => &["-C", "-c"],
        "docker" | "podman" => &["-H", "--context"],
        "ssh" => &[
            "-i", "-p", "-l", "-o", "-L", "-R", "-D", "-F", "-J", "-E", "-b", "-c",
        ],
        "psql" | "mysql" | "mongosh" | "mongo" => {
            &["-h", "-U", "-d", "-p", "-P", "-u", "--host", "--port", "--user"]
        }
        "redis-cli" | "valkey-cli" => &["-h", "-p", "-a", "-n", "-u", "--user", "--pass"],
        "npm" | "pnpm" | "yarn" | "bun" => &["--prefix", "-w", "--workspace", "--filter", "-C", "--cwd"],
        _ => &[],
    }
}
