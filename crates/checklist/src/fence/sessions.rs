//! Commands that open a session into which the lines below them are typed.

use super::{Line, first_word};

/// For each line the one that opened a session in which it is typed: `ssh HOST`, `docker exec -it web sh`, `psql`.
pub fn sessions(lines: &[Line]) -> Vec<Option<String>> {
    let mut open: Option<String> = None;
    let mut out = Vec::new();
    for line in lines {
        if matches!(first_word(line), Some("exit" | "logout" | "quit" | "\\q")) {
            open = None;
        }
        out.push(open.clone());
        if open.is_none() && opens_session(&line.command) {
            open = Some(line.command.clone());
        }
    }
    out
}

fn opens_session(command: &str) -> bool {
    let simple = !command.contains(['&', '|', ';', '\n', '>', '<', '`']);
    let mut words = command.split_whitespace().skip_while(|word| *word == "sudo");
    let program = words.next().unwrap_or_default();
    let rest: Vec<&str> = words.collect();
    let shell = rest
        .last()
        .is_some_and(|word| matches!(*word, "sh" | "bash" | "/bin/sh" | "/bin/bash" | "ash" | "zsh"));
    let typed = rest
        .iter()
        .any(|word| matches!(*word, "-it" | "-ti" | "-i" | "-t" | "--interactive" | "--tty"));
    simple
        && match program {
            // Its only operand is the machine.
            "ssh" => {
                let valued = ["-i", "-p", "-l", "-J", "-o", "-F"];
                let mut operands = 0;
                let mut at = 0;
                while let Some(word) = rest.get(at) {
                    operands += usize::from(!word.starts_with('-'));
                    at += if valued.contains(word) { 2 } else { 1 };
                }
                operands == 1
            }
            "docker" | "docker-compose" | "podman" | "kubectl" | "oc" => {
                shell && (typed || program == "docker-compose" || rest.first() == Some(&"compose"))
            }
            "su" | "bash" | "sh" | "zsh" => rest.iter().all(|word| word.starts_with('-') || program == "su"),
            "psql" | "mysql" | "mongosh" | "redis-cli" => {
                let gives = [
                    "-c",
                    "-e",
                    "-f",
                    "--eval",
                    "--command",
                    "--execute",
                    "-l",
                    "--file",
                ];
                // `psql -tAc "SELECT 1"`
                let letters = |word: &str| {
                    !word.starts_with("--") && word.starts_with('-') && word.ends_with(['c', 'e', 'l'])
                };
                let told = program == "redis-cli" && rest.iter().any(|word| !word.starts_with('-'));
                !told
                    && !rest
                        .iter()
                        .any(|word| letters(word) || gives.iter().any(|option| word.starts_with(option)))
            }
            _ => false,
        }
}
