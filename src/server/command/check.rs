//! `gonogo check`.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Shown under `--help`.
pub const EXAMPLE: &str = "Example:\n  gonogo check DEPLOYMENT_CHECKLIST.md\n  gonogo check - < checklist.md\n\n\
    Needs no database and executes nothing. Exit code: 0 without errors, 1 when a diagnostic is an error, 2 when a\n\
    file could not be read.";

/// Compile checklists and say what each line becomes
#[derive(Debug, clap::Args)]
pub struct Check {
    /// Markdown files; `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// One JSON object a file: `{"file", "plan", "diagnostics"}`.
    Json,
}

/// Compiles every file.
///
/// # Errors
/// When standard output is closed.
pub fn run(command: &Check) -> anyhow::Result<ExitCode> {
    let mut worst = 0;
    for file in &command.files {
        let bytes = match read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("gonogo check: {} cannot be read: {error}", file.display());
                worst = 2;
                continue;
            }
        };
        let compiled = checklist::compile(&bytes);
        let errors = compiled
            .diagnostics
            .iter()
            .any(|found| found.severity == domain::plan::Severity::Error);
        worst = worst.max(u8::from(errors));
        write(command.format, file, &bytes, &compiled)?;
    }
    Ok(ExitCode::from(worst))
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(file)
}

fn write(format: Format, file: &Path, bytes: &[u8], compiled: &checklist::Compiled) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let name = file.display().to_string();
    match format {
        Format::Human => {
            let source = String::from_utf8_lossy(bytes);
            write!(out, "{}", checklist::report::render(compiled, &source, &name))?;
        }
        Format::Json => {
            let answer = serde_json::json!({
                "file": name, "plan": compiled.plan, "diagnostics": compiled.diagnostics,
            });
            writeln!(out, "{answer}")?;
        }
    }
    Ok(())
}
