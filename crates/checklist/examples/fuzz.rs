//! Seeded mixtures of Markdown and shell for `make campaign`: `fuzz SEED ROUNDS`. Each round has a seed of its own
//! (SEED + round), so that a campaign goes on where it stopped and a failure is repeated by `fuzz SEED 1`. Ends with one
//! line; a round that panics, takes more than ten seconds or takes a changing command for a reading one ends it with 1.

use checklist::fill::{Filled, fill};
use checklist::{compile, report::render};
use domain::plan::Work;
use domain::probe::ProbeSpec;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// A linear congruential generator (Knuth, MMIX): seeded, the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below.max(1)
    }
}

/// What a round must never let run without asking.
const CANARY: &str = "rm -rf /canary";

const PIECES: &[&str] = &[
    "- [ ] ",
    "- [x] ",
    "\t- [ ] ",
    "    - [ ] ",
    "* [ ] ",
    "12) [X] ",
    "# ",
    "## Phase 2: x (10 minutes)\n",
    "### Issue: y\n",
    "## Rollback\n",
    "```bash\n",
    "```\n",
    "~~~sh\n",
    "````console\n",
    "$ ",
    "`",
    "``",
    "**",
    "_",
    "<!-- gonogo: ",
    "<!--",
    "-->",
    " -->",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "| Role | Name | Signature |\n|---|---|---|\n| QA | | |\n",
    "|",
    "> ",
    "---\n",
    "____",
    "[",
    "](",
    ")",
    "<",
    ">",
    "&amp;",
    "\\",
    "\0",
    "\u{feff}",
    "é",
    "漢字",
    "🚀",
    "\u{202e}",
    "\u{200b}",
    "\u{1b}[31m",
    "curl ",
    "http://localhost:8000/health",
    " | grep -i error",
    " | wc -l",
    " | jq .a",
    "docker-compose exec redis redis-cli ",
    "CONFIG GET maxmemory",
    " returns `512mb`",
    " is empty",
    " shows all \"Up\"",
    "psql -c \"SELECT 1\"",
    "\\di",
    "$(",
    "`date`",
    "${x:-y}",
    "$((1+1))",
    "'",
    "\"",
    "&&",
    "||",
    ";",
    "&",
    "|",
    "{ ",
    " }",
    "( ",
    " )",
    "if true; then ",
    " fi",
    "for x in a; do ",
    " done",
    "<<EOF\n",
    "EOF\n",
    "> file",
    "2>&1",
    "<previous-commit>",
    "FOO=bar ",
    "rm -rf /canary",
    "eval ",
    "sudo ",
    "xargs ",
    "env ",
    "sh -c ",
    "[[ a ]]",
    "<5ms",
    ">60%",
    "20.10+",
    "at least 1GB RAM available",
    "Port 80 available",
    "Python 3.12+ available",
    "`KEY=value`",
    "`a/b.yml` exists",
    "# Should be empty\n",
];

fn document(seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut bytes = Vec::new();
    for _ in 0..dice.next(200) {
        match dice.next(40) {
            0 => bytes.push(dice.next(256) as u8),
            1 => {
                let piece = PIECES[dice.next(PIECES.len())];
                bytes.extend(piece.repeat(dice.next(300)).bytes());
            }
            2 => bytes.extend(format!("- [ ] Run `{CANARY}`\n").bytes()),
            3 => {
                let (before, after) = (PIECES[dice.next(PIECES.len())], PIECES[dice.next(PIECES.len())]);
                bytes.extend(format!("- [ ] x: `{before}{CANARY}{after}`\n").bytes());
            }
            _ => bytes.extend(PIECES[dice.next(PIECES.len())].bytes()),
        }
    }
    bytes
}

/// Whether a probe would run the canary: as a command of its own, not as a text that another one prints.
fn runs_the_canary(spec: &ProbeSpec) -> bool {
    match spec {
        ProbeSpec::Shell(shell) => {
            shell.command.starts_with(CANARY) || shell.command.contains(&format!("; {CANARY}"))
        }
        ProbeSpec::All(specs) => specs.iter().any(runs_the_canary),
        _ => false,
    }
}

fn round(seed: u64) -> Result<(), String> {
    let bytes = document(seed);
    let start = Instant::now();
    let compiled = compile(&bytes);
    render(&compiled, &String::from_utf8_lossy(&bytes), "x.md");
    if start.elapsed() > Duration::from_secs(10) {
        return Err(format!("took {:?}", start.elapsed()));
    }
    if compile(&bytes) != compiled {
        return Err("compiles to another plan the second time".to_owned());
    }
    if fill(&bytes, &Filled::default()) != bytes {
        return Err("filling nothing in changes the bytes".to_owned());
    }
    let works = compiled.plan.items().map(|item| &item.work);
    let checks = compiled
        .plan
        .sections
        .iter()
        .flat_map(|section| &section.checks)
        .map(|check| &check.work);
    let canary = works
        .chain(checks)
        .any(|work| matches!(work, Work::Probe { spec } if runs_the_canary(spec)));
    if canary {
        Err("a changing command is taken for a reading one".to_owned())
    } else {
        Ok(())
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (Some(Ok(seed)), Some(Ok(rounds))) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: fuzz SEED ROUNDS");
        return ExitCode::from(2);
    };
    let start = Instant::now();
    for round_seed in seed..seed.saturating_add(rounds) {
        // The seed stands on the error stream when a round panics.
        let outcome =
            std::panic::catch_unwind(|| round(round_seed)).unwrap_or_else(|_| Err("panicked".to_owned()));
        if let Err(why) = outcome {
            println!("checklist: FAILED at seed {round_seed}: {why}; repeat it with: fuzz {round_seed} 1");
            return ExitCode::FAILURE;
        }
    }
    println!(
        "checklist: {rounds} documents from seed {seed}, no panic, no hang, no canary run, {:.1} s",
        start.elapsed().as_secs_f64()
    );
    ExitCode::SUCCESS
}
