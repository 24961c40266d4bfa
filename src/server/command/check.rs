//! `gonogo check`.

use super::paint;
use checklist::check::{Answer, check, explain, refused};
use checklist::report::visible;
use domain::plan::Severity;
use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Shown under `--help`.
pub const EXAMPLE: &str = "Examples:\n  gonogo check DEPLOYMENT_CHECKLIST.md\n  gonogo check docs/\n  gonogo check - < checklist.md\n  \
    gonogo check --deny warnings --format json *.md\n  gonogo check --explain GNG012\n  \
    gonogo check --fix DEPLOYMENT_CHECKLIST.md | git apply\n\n\
    Needs no database, executes nothing and writes no file. Colours follow NO_COLOR, CLICOLOR_FORCE and the terminal.\n\n\
    Exit code: 0 when no finding is as bad as --deny says, 1 when one is, 2 when a file could not be read or an argument\n\
    is wrong.";

/// Compile checklists and say what each line becomes
#[derive(Debug, clap::Args)]
pub struct Check {
    /// Markdown files; a folder stands for the checklists below it, `-` for standard input
    #[arg(required_unless_present = "explain", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The least finding that makes the exit code 1
    #[arg(long, value_enum, default_value_t = Deny::Errors, value_name = "LEVEL")]
    deny: Deny,
    /// Print a patch with what Gonogo suggests, for `git apply` or `patch -p1`
    #[arg(long, conflicts_with = "format")]
    fix: bool,
    /// Explain a lint, by its code
    #[arg(long, value_name = "CODE", conflicts_with_all = ["files", "fix", "format", "deny"])]
    explain: Option<String>,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// One JSON object a file: `{"file", "plan", "diagnostics", "counts", "fixes"}`.
    Json,
}

/// What is not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Deny {
    /// Notes, warnings and errors.
    Notes,
    /// Warnings and errors.
    Warnings,
    /// Errors.
    Errors,
}

/// Compiles every file.
///
/// # Errors
/// When standard output is closed.
pub fn run(command: &Check) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    if let Some(code) = &command.explain {
        match explain(code) {
            Ok(page) => write!(out, "{page}")?,
            Err(message) => {
                eprintln!("gonogo check: {message}");
                return Ok(ExitCode::from(2));
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    let deny = match command.deny {
        Deny::Notes => Severity::Note,
        Deny::Warnings => Severity::Warning,
        Deny::Errors => Severity::Error,
    };
    let answer = answer(command);
    let mut code = 0;
    let mut found = Vec::new();
    for given in &command.files {
        let below = files(given);
        if below.is_empty() {
            let name = given.display().to_string();
            eprintln!(
                "gonogo check: there is no checklist below {}: name the file, or give its name the word \"checklist\"",
                visible(&name)
            );
            code = 2;
        }
        found.extend(below);
    }
    for file in found {
        let name = file.display().to_string();
        match read(&file) {
            Ok(bytes) => {
                let checked = check(&name, &bytes, answer);
                out.write_all(checked.text.as_bytes())?;
                code = code.max(u8::from(refused(checked.worst, deny)));
            }
            Err(error) => {
                eprintln!("gonogo check: {} cannot be read: {error}", visible(&name));
                code = 2;
            }
        }
    }
    Ok(ExitCode::from(code))
}

fn answer(command: &Check) -> Answer {
    match (command.fix, command.format) {
        (true, _) => Answer::Patch,
        (false, Format::Json) => Answer::Json,
        (false, Format::Human) => Answer::Human(paint()),
    }
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(file)
}

/// Deepest folder that is looked into.
const DEEPEST: usize = 12;

/// The file itself, or the Markdown files below a folder whose name speaks of a checklist. Hidden folders, packages and
/// links to folders are passed by. A folder that cannot be read stands for itself, so that reading it says why.
fn files(file: &Path) -> Vec<PathBuf> {
    if !file.is_dir() {
        return vec![file.to_owned()];
    }
    let mut found = Vec::new();
    let mut waiting = vec![(file.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            found.push(folder);
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().to_lowercase();
            let passed =
                name.starts_with('.') || matches!(name.as_str(), "node_modules" | "target" | "vendor");
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !passed && depth < DEEPEST => {
                    waiting.push((entry.path(), depth + 1))
                }
                Ok(kind) if kind.is_file() && name.contains("checklist") && name.ends_with(".md") => {
                    found.push(entry.path());
                }
                Ok(_) | Err(_) => {}
            }
        }
    }
    found.sort();
    found
}
