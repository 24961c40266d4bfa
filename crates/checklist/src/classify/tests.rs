use super::*;

fn effect_of(command: &str) -> Effect {
    text(command, 0)
}

/// One row a command: what it does, then the command with `\n` for a new line and `\\` for a backslash.
const COMMANDS: &str = include_str!("tests/commands.txt");

fn rows() -> impl Iterator<Item = (&'static str, String)> {
    let rows = COMMANDS.lines().filter_map(|row| row.split_once(' '));
    rows.map(|(effect, command)| {
        let mut text = String::new();
        let mut letters = command.chars();
        while let Some(c) = letters.next() {
            match c {
                '\\' if letters.next() == Some('n') => text.push('\n'),
                c => text.push(c),
            }
        }
        (effect, text)
    })
}

#[test]
fn every_command_of_the_table_does_what_it_says() {
    let mut wrong = Vec::new();
    for (expected, command) in rows() {
        let effect = effect_of(&command);
        let found = match &effect {
            Effect::Reads => "reads",
            Effect::Changes(_) => "changes",
            Effect::Unknown(_) => "unknown",
        };
        if found != expected {
            wrong.push(format!("{expected} -> {found}: {command:?}: {effect:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
    assert!(rows().count() >= 400);
}

#[test]
fn no_command_that_reads_does_so_beside_one_that_changes() {
    for (_, command) in rows().filter(|(_, command)| !command.contains(['\n', '&', '#'])) {
        for joined in [
            format!("{command}; rm x"),
            format!("rm x && {command}"),
            format!("if {command}; then rm x; fi"),
            format!("({command}) > file"),
            format!("for i in 1 2; do {command}; rm x; done"),
        ] {
            assert_ne!(effect_of(&joined), Effect::Reads, "{joined}");
        }
    }
}

#[test]
fn programs_of_the_tables_are_known_by_name() {
    assert!(known("curl") && known("terraform") && known("sudo") && known("cat"));
    assert!(!known("Check") && !known("redis") && !known("schema_migrations"));
}
