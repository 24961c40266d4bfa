//! What a command may reach, for somebody who reads it before it is published: said from its words alone.

use crate::address;
use crate::classify;
use crate::dial;
use crate::lint::exposed;
use crate::shell::{self, Redirect, Simple};
use std::collections::BTreeSet;

/// What a command names. Each list is sorted and without repeats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The programs that it starts, in so far as they are written out.
    pub programs: Vec<String>,
    /// The hosts that it calls by name.
    pub hosts: Vec<String>,
    /// The files that it writes by redirection, as written.
    pub writes: Vec<String>,
    /// The variables that it takes from its environment.
    pub variables: Vec<String>,
    /// The programs that no table knows: which addresses they call cannot be told.
    pub strangers: Vec<String>,
    /// It may start anything: it was not understood, or leaves a program's name to the shell.
    pub anything: bool,
}

/// Programs that command a container engine, which is root on its machine.
const ENGINE: &[&str] = &["docker", "docker-compose", "podman", "nerdctl"];

/// What a shell does itself, without reaching anything.
const BUILTIN: &[&str] = &[
    "[", "test", "true", "false", ":", "echo", "printf", "cd", "set", "exit", "export", "read",
];

/// Reads a command.
pub fn of(command: &str) -> Reach {
    let mut seen = Seen::default();
    seen.text(command, 0);
    let Seen {
        programs,
        hosts,
        writes,
        variables,
        assigned,
        strangers,
        anything,
    } = seen;
    let variables = variables.difference(&assigned).cloned().collect();
    Reach {
        programs: programs.into_iter().collect(),
        hosts: hosts.into_iter().collect(),
        writes: writes.into_iter().collect(),
        variables,
        strangers: strangers.into_iter().collect(),
        anything,
    }
}

impl Reach {
    /// As short sentences: "runs docker-compose, grep", "the container engine", "calls localhost".
    pub fn sentences(&self) -> Vec<String> {
        let Self {
            programs,
            hosts,
            writes,
            variables,
            strangers,
            anything,
        } = self;
        let mut out = Vec::new();
        let mut say = |before: &str, names: &[String]| {
            if !names.is_empty() {
                out.push(format!("{before} {}", names.join(", ")));
            }
        };
        say("runs", programs);
        say("calls", hosts);
        say("writes", writes);
        say(
            "takes",
            &variables
                .iter()
                .map(|name| format!("${name}"))
                .collect::<Vec<_>>(),
        );
        if programs.iter().any(|program| ENGINE.contains(&program.as_str())) {
            out.push("commands the container engine".to_owned());
        }
        if !strangers.is_empty() {
            let names = strangers.join(", ");
            out.push(format!(
                "may call any address, which cannot be checked: {names} is in no table"
            ));
        }
        if *anything {
            out.push("may run anything: it is not understood".to_owned());
        }
        out
    }
}

#[derive(Default)]
struct Seen {
    programs: BTreeSet<String>,
    hosts: BTreeSet<String>,
    writes: BTreeSet<String>,
    variables: BTreeSet<String>,
    assigned: BTreeSet<String>,
    strangers: BTreeSet<String>,
    anything: bool,
}

impl Seen {
    /// Substitutions are looked into as deep as the tables of reading commands do.
    fn text(&mut self, text: &str, depth: u32) {
        match shell::read(text) {
            Ok(script) if depth <= 6 => {
                for stage in script.pipelines.iter().flat_map(|pipeline| &pipeline.stages) {
                    self.stage(stage, depth);
                }
            }
            Ok(_) | Err(_) => self.anything = true,
        }
    }

    fn stage(&mut self, stage: &Simple, depth: u32) {
        match stage.program() {
            Some(program) => {
                if !BUILTIN.contains(&program) {
                    self.programs.insert(program.to_owned());
                    if !classify::known(program) {
                        self.strangers.insert(program.to_owned());
                        let words = stage.words[1..].iter();
                        let hosts = words
                            .filter_map(|word| address::host(&word.filled))
                            .map(str::to_owned);
                        self.hosts.extend(hosts);
                    }
                }
            }
            None => self.anything |= !stage.words.is_empty(),
        }
        self.hosts
            .extend(exposed::hosts(stage).into_iter().map(str::to_owned));
        for redirect in &stage.redirects {
            if let Redirect::Reads { file: Some(file) } = redirect
                && dial::socket(file)
            {
                self.hosts.insert(file.raw.clone());
            }
            if let Redirect::Writes { file, .. } = redirect
                && !matches!(
                    file.literal.as_deref(),
                    Some("/dev/null" | "/dev/stdout" | "/dev/stderr")
                )
            {
                self.writes.insert(file.raw.clone());
            }
        }
        let assigned = stage.assignments.iter().map(|(name, _)| name.clone());
        self.assigned.extend(assigned);
        let values = stage.assignments.iter().map(|(_, value)| value);
        let files = stage.redirects.iter().filter_map(|redirect| match redirect {
            Redirect::Writes { file, .. } => Some(file),
            Redirect::Reads { file } => file.as_ref(),
        });
        for word in stage.words.iter().chain(values).chain(files) {
            self.variables
                .extend(word.variables.iter().filter(|name| !name.is_empty()).cloned());
            for substitution in &word.substitutions {
                self.text(substitution, depth + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn what_a_command_may_reach_is_said_from_its_words() {
        let said = |command: &str| of(command).sentences().join("; ");
        assert_eq!(
            said("docker-compose ps redis | grep Up"),
            "runs docker-compose, grep; commands the container engine"
        );
        assert_eq!(
            said("PGOPTIONS=x pg_dump -h db.test \"$NAME\" > \"backup_$(date +%F).sql\" 2>/dev/null"),
            "runs date, pg_dump; calls db.test; writes \"backup_$(date +%F).sql\"; takes $NAME"
        );
        assert_eq!(
            said("curl http://localhost:8000/health"),
            "runs curl; calls localhost"
        );
        assert_eq!(
            said("frobnicate --to=db.test [::1]:80 config.yml"),
            "runs frobnicate; calls ::1, db.test; may call any address, which cannot be checked: frobnicate is in no table"
        );
        assert_eq!(said("ssh -p 22 ops@10.0.0.7 uptime"), "runs ssh; calls 10.0.0.7");
        assert_eq!(said("((("), "may run anything: it is not understood");
    }
}
