//! What proves an action: exit 0 alone does not.

use crate::classify::{self, Effect};
use crate::contract;
use crate::describe;
use crate::dial::{self, Said};
use crate::infer::command::{backup_copy, is_dump};
use crate::shell::{self, Redirect, Simple};
use domain::plan::{Item, ItemId, Section, SectionKind, Work};
use domain::probe::day;
use domain::probe::{FileProbe, FileRule, ProbeSpec, ShellProbe, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use domain::rollback::Contract;

/// Says of every action what proves it: what its own command must leave behind, else the probes that follow it in its
/// phase, up to the next action.
pub fn attach(sections: &mut [Section]) {
    for section in sections {
        test_runs(&mut section.items);
        let phase = matches!(section.kind, SectionKind::Phase { .. });
        let beside = if phase {
            beside(&section.items)
        } else {
            vec![Vec::new(); section.items.len()]
        };
        for (item, beside) in section.items.iter_mut().zip(beside) {
            let Work::Action {
                written,
                proof,
                proved_by,
                ..
            } = &mut item.work
            else {
                continue;
            };
            *proof = proof.take().or_else(|| own(written));
            match proof {
                Some(proof) => item
                    .why
                    .push_str(&format!("; proved by what it leaves: {}", describe::probe(proof))),
                None => *proved_by = beside,
            }
        }
        let works = section.items.iter_mut().map(|item| &mut item.work);
        works
            .chain(section.checks.iter_mut().map(|check| &mut check.work))
            .for_each(in_doubt);
    }
}

/// Says what happens with an action of which nobody knows how it ended: its own proof decides, else whether it can simply
/// run again.
fn in_doubt(work: &mut Work) {
    if let Work::Action {
        command,
        proof,
        contract,
        ..
    } = work
    {
        *contract = match proof {
            Some(_) => Contract::Checkable,
            None => contract::of(command),
        };
    }
}

/// Most probes that prove one action. More of them must pass as items of their own, and many actions before many probes
/// must not name each other all.
const MOST: usize = 100;

/// For each action the required probes after it: those between the next actions and the one after them, so that `build` and
/// `up` of one service are proved by the same lines. From the last item to the first, each looked at once.
fn beside(items: &[Item]) -> Vec<Vec<ItemId>> {
    let mut out = vec![Vec::new(); items.len()];
    let mut proving: Vec<ItemId> = Vec::new();
    let mut here: Vec<&Item> = Vec::new();
    for (at, item) in items.iter().enumerate().rev() {
        match &item.work {
            Work::Probe { .. } => here.push(item),
            Work::Action { .. } => {
                if !here.is_empty() {
                    let required = here.drain(..).rev().filter(|item| !item.optional);
                    proving = required.take(MOST).map(|item| item.id.clone()).collect();
                }
                out[at].clone_from(&proving);
            }
            Work::Attestation | Work::Parent => {}
        }
    }
    out
}

/// Test runs leave a report, which proves them, and the line after them that says that all of them pass.
fn test_runs(items: &mut [Item]) {
    let mut report: Option<ProbeSpec> = None;
    for item in items {
        match &mut item.work {
            Work::Action {
                command,
                written,
                proof,
                ..
            } => {
                report = runs_tests(written).then(|| {
                    let name = format!("{}.xml", item.id);
                    command.push_str(&format!(" --junitxml=\"$GONOGO_RESULTS/{name}\""));
                    ProbeSpec::Tests { report: name }
                });
                *proof = report.clone();
            }
            Work::Attestation => {
                let lower = item.text.to_lowercase();
                let all_pass = lower.starts_with("all") && lower.contains("test") && lower.contains("pass");
                if let Some(spec) = report.clone().filter(|_| all_pass) {
                    item.why = format!("{}: the test run above; {}", item.text, describe::probe(&spec));
                    item.work = Work::Probe { spec };
                }
            }
            Work::Probe { .. } | Work::Parent => {}
        }
    }
}

/// Whether a command is one run of pytest, without a report of its own.
fn runs_tests(written: &str) -> bool {
    if !written.contains("test") {
        return false;
    }
    let script = shell::read(written).ok().filter(|script| script.plain);
    let Some([stage]) = script
        .as_ref()
        .map(|script| script.pipelines[0].stages.as_slice())
    else {
        return false;
    };
    let arguments = stage.arguments();
    let pytest = match stage.program() {
        Some("pytest" | "py.test") => true,
        Some("python" | "python3") => arguments.starts_with(&[Some("-m"), Some("pytest")]),
        _ => false,
    };
    pytest && stage.redirects.is_empty() && !written.contains("--junit")
}

/// What a command must leave behind, where that can be read: a folder, a copy, a whole dump.
pub fn own(written: &str) -> Option<ProbeSpec> {
    let leaves = ["dump", "cp", "mkdir"].iter().any(|word| written.contains(word));
    let script = leaves.then(|| shell::read(written).ok()).flatten();
    let script = script.filter(|script| script.plain)?;
    let [stage] = script.pipelines.first()?.stages.as_slice() else {
        return None;
    };
    if is_dump(stage) {
        return dump(stage);
    }
    if let Some(target) = backup_copy(stage) {
        return Some(file(target, vec![FileRule::Size(more_than_nothing())]));
    }
    let arguments = stage.literal_arguments()?;
    match (stage.program()?, arguments.as_slice()) {
        ("mkdir", ["-p", folder]) if !folder.starts_with('-') => {
            Some(file(folder, vec![FileRule::Directory]))
        }
        _ => None,
    }
}

/// A plain dump of `pg_dump` says at its end that it is complete. The file's name may hold a date: the shell fills it in.
fn dump(stage: &Simple) -> Option<ProbeSpec> {
    let plain = !stage
        .words
        .iter()
        .any(|word| matches!(word.raw.as_str(), "-Fc" | "-Fd" | "-Ft" | "--format=custom"));
    let written = stage.redirects.iter().find_map(|redirect| match redirect {
        Redirect::Writes { file, append: false } => Some(file),
        Redirect::Writes { append: true, .. } | Redirect::Reads { .. } => None,
    })?;
    if stage.program() != Some("pg_dump") || !plain {
        return None;
    }
    let whole = TextRule::Contains("PostgreSQL database dump complete".to_owned());
    if is_dated(&written.raw) {
        let rules = vec![FileRule::Size(more_than_nothing()), FileRule::Ends(whole)];
        return Some(file(&written.raw, rules));
    }
    let command = format!("tail -n 5 {}", written.raw);
    // The name may run a command itself: it is asked for only where that is known to read.
    let script = shell::read(&command).ok()?;
    let reads =
        matches!(classify::script(&script), Effect::Reads) && dial::never(&script, Said::Tables).is_none();
    reads.then(|| {
        ProbeSpec::Shell(ShellProbe {
            command,
            files: dial::outside(&script),
            filters: Vec::new(),
            rules: vec![whole],
        })
    })
}

/// Whether a file's name is plain but for the day in it, `$(date +%Y%m%d)`, so that it can be read without a shell.
fn is_dated(name: &str) -> bool {
    let plain = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
    };
    let mut pieces = name.split("$(date +");
    let day = |piece: &str| {
        piece
            .split_once(')')
            .is_some_and(|(format, rest)| day::is_day(format) && plain(rest))
    };
    plain(pieces.next().unwrap_or_default()) && !name.starts_with('/') && pieces.all(day)
}

fn file(path: &str, rules: Vec<FileRule>) -> ProbeSpec {
    ProbeSpec::File(FileProbe {
        path: path.to_owned(),
        rules,
    })
}

fn more_than_nothing() -> Bound {
    Bound {
        comparison: Comparison::Above,
        quantity: Quantity {
            value: 0.0,
            unit: Unit::Bytes,
        },
    }
}
