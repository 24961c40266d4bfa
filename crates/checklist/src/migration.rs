//! A section that runs a migration: the lines beside it mean that one, not any that was applied before.

use crate::describe;
use crate::shell;
use domain::plan::{Item, Section, Work};
use domain::probe::{PostgresQuestion, ProbeSpec};

/// Makes "recorded in the table of migrations" and "indexes created" mean the migration that the section runs.
pub fn attach(sections: &mut [Section]) {
    for section in sections {
        let Some(name) = section.items.iter().find_map(migration) else {
            continue;
        };
        let new_indexes = section.checks.iter().find_map(|check| new_indexes(&check.why));
        for item in &mut section.items {
            let Work::Probe {
                spec: ProbeSpec::Postgres(spec),
            } = &mut item.work
            else {
                continue;
            };
            let meant = match &spec.question {
                PostgresQuestion::Table { name: table, .. } if table.contains("migration") => {
                    PostgresQuestion::Row {
                        table: table.clone(),
                        naming: name.clone(),
                    }
                }
                PostgresQuestion::Indexes { at_least } => PostgresQuestion::Indexes {
                    at_least: new_indexes.unwrap_or(1).max(*at_least),
                },
                _ => continue,
            };
            if meant != spec.question {
                spec.question = meant;
                let asked = ProbeSpec::Postgres(spec.clone());
                item.why = format!(
                    "{}: after the migration {name}; {}",
                    item.text,
                    describe::probe(&asked)
                );
            }
        }
    }
}

/// The migration that an action applies: `python -m src.db.migrations.NAME apply`.
fn migration(item: &Item) -> Option<String> {
    let Work::Action { written, .. } = &item.work else {
        return None;
    };
    let script = shell::read(written).ok().filter(|script| script.plain)?;
    let [stage] = script.pipelines.first()?.stages.as_slice() else {
        return None;
    };
    let arguments = stage.arguments();
    let module = match (stage.program()?, arguments.as_slice()) {
        ("python" | "python3", [Some("-m"), Some(module), ..]) => *module,
        _ => return None,
    };
    let (package, name) = module.rsplit_once('.')?;
    package.contains("migration").then(|| name.to_owned())
}

/// `10+ new indexes` in the words about a check.
fn new_indexes(words: &str) -> Option<u32> {
    let lower = words.to_lowercase();
    lower.match_indices("index").find_map(|(at, _)| {
        let (number, between) = lower[..at].rsplit_once('+')?;
        let digits = number.len() - number.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let close = between.len() <= " new ".len();
        close.then(|| number[number.len() - digits..].parse().ok())?
    })
}
