//! A section that runs a migration: the lines beside it mean that one, not any that was applied before.

use crate::describe;
use crate::shell;
use domain::plan::{Item, Section, Work};
use domain::probe::{PostgresProbe, PostgresQuestion, ProbeSpec};

/// The migration that a section runs.
struct Migration {
    /// Its module's own name, under which it is recorded.
    name: String,
    /// Its file, relative to the work directory.
    file: String,
}

/// Makes "recorded in the table of migrations", "indexes created" and "tables analyzed" mean the migration that the section
/// runs.
pub fn attach(sections: &mut [Section]) {
    for section in sections {
        let Some(migration) = section.items.iter().find_map(migration) else {
            continue;
        };
        let new_indexes = section.checks.iter().find_map(|check| new_indexes(&check.why));
        for item in &mut section.items {
            let Some(question) = meant(item, &migration, new_indexes) else {
                continue;
            };
            let address = match &item.work {
                Work::Probe {
                    spec: ProbeSpec::Postgres(spec),
                } => spec.address.clone(),
                Work::Probe { .. } | Work::Action { .. } | Work::Attestation | Work::Parent => None,
            };
            let spec = ProbeSpec::Postgres(PostgresProbe { address, question });
            item.why = format!(
                "{}: after the migration {}; {}",
                item.text,
                migration.name,
                describe::probe(&spec)
            );
            item.work = Work::Probe { spec };
        }
    }
}

/// What a line beside a migration asks about it.
fn meant(item: &Item, migration: &Migration, new_indexes: Option<u32>) -> Option<PostgresQuestion> {
    match &item.work {
        Work::Probe {
            spec: ProbeSpec::Postgres(spec),
        } => match &spec.question {
            PostgresQuestion::Table { name, .. } if name.contains("migration") => {
                Some(PostgresQuestion::Row {
                    table: name.clone(),
                    naming: migration.name.clone(),
                })
            }
            PostgresQuestion::Indexes { at_least, .. } => Some(PostgresQuestion::Indexes {
                at_least: new_indexes.unwrap_or(1).max(*at_least),
                created_by: Some(migration.file.clone()),
            }),
            _ => None,
        },
        Work::Attestation => {
            let lower = item.text.to_lowercase();
            let analyzed = lower.contains("table") && lower.contains("analyze");
            analyzed.then(|| PostgresQuestion::Analyzed {
                created_by: migration.file.clone(),
            })
        }
        Work::Probe { .. } | Work::Action { .. } | Work::Parent => None,
    }
}

/// The migration that an action applies: `python -m src.db.migrations.NAME apply`.
fn migration(item: &Item) -> Option<Migration> {
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
    package.contains("migration").then(|| Migration {
        name: name.to_owned(),
        file: format!("{}.py", module.replace('.', "/")),
    })
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
