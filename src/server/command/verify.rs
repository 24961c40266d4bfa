//! `gonogo verify`.

use anyhow::{Context as _, bail};
use checklist::report::visible;
use clap::Args;
use domain::Hash;
use record::{
    dsse::Kept,
    verify::{Facts, Fault, Known, LONGEST, Outcome, verify},
};
use std::{
    fmt::Write as _,
    fs::File,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Shown under `--help`.
pub const EXAMPLE: &str = "Examples:\n  gonogo verify run-41.dsse.json\n  gonogo verify run-41.dsse.json --checkpoint checkpoints.jsonl\n\n\
Needs no database and no network. docs/auditors.md says what is shown with a checkpoint and what without, and docs/verify.py does\n\
the same without Gonogo.\n\n\
Exit code: 0 when everything agrees and is signed, 1 when an entry does not hold (the first one is named), 2 when nobody can tell:\n\
it is not signed, no checkpoint is of this run, it is older than a checkpoint, or a file cannot be read.";

/// `gonogo verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The evidence file, from gonogo export or the page of the run
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Signed heads that were kept elsewhere, one a line; those of other runs are passed over
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// The name of a key that you trust (gonogo key list): it must be in the file's history of keys
    #[arg(long, value_name = "SHA256", value_parser = hash)]
    key: Option<Hash>,
}

/// Verifies, says what came of it, and answers the exit code.
///
/// # Errors
/// A file that cannot be read.
pub fn run(command: &Verify) -> anyhow::Result<ExitCode> {
    let mut known = Known {
        checkpoints: Vec::new(),
        key: command.key.clone(),
    };
    for file in &command.checkpoint {
        let bytes = read(file)?;
        let kept = Kept::of(&bytes);
        if kept.envelopes.is_empty() && !kept.bad_lines.is_empty() {
            bail!("{}: no signed heads", file.display());
        }
        for line in kept.bad_lines {
            eprintln!(
                "gonogo verify: {}, line {line}: no signed head, passed over",
                file.display()
            );
        }
        known.checkpoints.extend(kept.envelopes);
    }
    let (words, code) = match verify(&read(&command.file)?, &known) {
        Outcome::Holds(facts) => (format!("holds\n{}", shown(&facts)), 0),
        Outcome::Refused(Fault { entry, reason }) => (format!("refused: {entry}: {reason}\n"), 1),
        Outcome::CannotTell(facts, doubt) => (format!("cannot tell: {doubt}\n{}", shown(&facts)), 2),
    };
    let mut out = std::io::stdout().lock();
    // The words are a stranger's: nothing in them moves a terminal's cursor.
    for line in words.lines() {
        writeln!(out, "{}", visible(line))?;
    }
    Ok(ExitCode::from(code))
}

fn hash(text: &str) -> Result<Hash, String> {
    Hash::try_from(text.to_owned()).map_err(|error| error.to_string())
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|open| open.take(LONGEST + 1).read_to_end(&mut bytes))
        .with_context(|| file.display().to_string())?;
    if bytes.len() as u64 > LONGEST {
        bail!(
            "{}: larger than {} MiB, which is not read",
            file.display(),
            LONGEST >> 20
        );
    }
    Ok(bytes)
}

/// What the file shows, in lines for people.
fn shown(facts: &Facts) -> String {
    let Facts {
        run,
        hash,
        seen,
        removed,
        signed,
        witnessed,
        keys,
    } = facts;
    let start = &run.start;
    let mut text = format!(
        "  run {}: {} {} in {} ({}): {}\n  document {}\n  record {}\n  {} events, the last one {hash}; {seen} pieces of evidence\n",
        run.id.0,
        start.title,
        start.release,
        start.environment,
        start.class.word(),
        run.state.word(),
        start.revision,
        run.record,
        run.number,
    );
    if let Some(last) = removed.iter().map(|one| one.removed_at).max() {
        let _ = writeln!(
            text,
            "  {} outputs were removed by retention, the last on {}: what they said is not shown",
            removed.len(),
            last.format("%Y-%m-%d"),
        );
    }
    for (role, sign_off) in &run.sign_offs {
        let stale = if run.is_stale(sign_off) { ", stale" } else { "" };
        let at = sign_off.at.format("%Y-%m-%d %H:%M:%S UTC");
        let _ = writeln!(
            text,
            "  {role}: {} by {} at {at}{stale}",
            sign_off.meaning,
            sign_off.by.name()
        );
    }
    let _ = writeln!(text, "  signed up to event {signed}");
    if let Some(key) = keys.last() {
        let _ = writeln!(
            text,
            "  by key {key}, which is for you to compare with the one that you know"
        );
    }
    let _ = match witnessed {
        0 => writeln!(
            text,
            "  no checkpoint was given: that the database was not set back, or cut off after event {signed}, is not shown"
        ),
        number => writeln!(
            text,
            "  as a checkpoint from elsewhere has it, up to event {number}"
        ),
    };
    text
}
