//! Seeded mixtures of Markdown and shell for `make campaign`: `fuzz SEED ROUNDS`. Each round has a seed of its own
//! (SEED + round), so that a campaign goes on where it stopped and a failure is repeated by `fuzz SEED 1`. Ends with one
//! line; a round that panics, takes more than ten seconds, loses a box or takes a changing command for a reading one ends
//! it with 1.

mod invariants;

use invariants::{CANARY, hold};
use std::process::ExitCode;
use std::time::Instant;

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

/// The table of the classifier's tests: what each command does, and the command.
const COMMANDS: &str = include_str!("../../src/classify/tests/commands.txt");

/// What stands around a command; `@` is its place.
const AROUND: &[&str] = &[
    "@",
    "@ | grep x",
    "ls | @",
    "ls && @",
    "ls; @",
    "ls || @",
    "@ || true",
    "@ 2>&1 | tail -5",
    "if test -f a; then @; fi",
    "if @; then ls; fi",
    "for i in 1 2; do @; done",
    "while ! test -f a; do @; done",
    "(cd a; @)",
    "{ ls; @; }",
    "echo $(@)",
    "echo \"$(@)\"",
    "test -n \"$(@)\"",
    "timeout 5 @",
    "nice @",
    "sudo @",
    "time @",
    "! @",
    "cat <(@)",
    "case a in a) @;; esac",
    "f() { @; }; f",
    "docker exec web @",
    "docker-compose exec -T web @",
    "kubectl exec pod -- @",
    "@ > /dev/null",
    "cat <<EOF\n$(@)\nEOF",
];

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

/// A document, and the commands in it that change something.
fn document(seed: u64) -> (Vec<u8>, Vec<String>) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut bytes = Vec::new();
    let mut changing = Vec::new();
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
            4 | 5 => {
                let (command, changes) = command(&mut dice);
                let block = command.contains('\n') || dice.next(2) == 0;
                if block {
                    bytes.extend(format!("\n```bash\n{command}\n```\n").bytes());
                } else {
                    bytes.extend(format!("- [ ] Look: ``{command}`` is empty\n").bytes());
                }
                changing.extend(changes.then_some(command));
            }
            _ => bytes.extend(PIECES[dice.next(PIECES.len())].bytes()),
        }
    }
    (bytes, changing)
}

/// A command of the table in one of its surroundings, and whether it changes something.
fn command(dice: &mut Dice) -> (String, bool) {
    let rows: Vec<&str> = COMMANDS
        .lines()
        .filter(|row| !row.contains(['\\', '#', '<']))
        .collect();
    let (effect, command) = rows[dice.next(rows.len())].split_once(' ').unwrap_or_default();
    let around = AROUND[dice.next(AROUND.len())];
    (around.replace('@', command), effect != "reads")
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
        let outcome = std::panic::catch_unwind(|| {
            let (bytes, changing) = document(round_seed);
            hold(&bytes, &changing)
        })
        .unwrap_or_else(|_| Err("panicked".to_owned()));
        if let Err(why) = outcome {
            println!("checklist: FAILED at seed {round_seed}: {why}; repeat it with: fuzz {round_seed} 1");
            return ExitCode::FAILURE;
        }
    }
    println!(
        "checklist: {rounds} documents from seed {seed}, no panic, no hang, no box lost, no change taken for a look, {:.1} s",
        start.elapsed().as_secs_f64()
    );
    ExitCode::SUCCESS
}
