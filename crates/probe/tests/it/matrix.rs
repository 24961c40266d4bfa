//! The verdict matrix: every kind of probe against targets that are well, that are not, that cannot be reached, that are slow
//! and that answer in two ways; and beside each verdict what the exit code of a document's own command says.
//!
//! One row of each kind in each state, and every ambiguous one, run with the tests, all of them with `GONOGO_MATRIX=all` (`scripts/campaign verdicts`).

use domain::probe::ProbeSpec;
use domain::verdict::Verdict;
use exit::Exit;
use futures::stream::{self, StreamExt as _};
use probe::{CancellationToken, Prober};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;
use world::{Lab, World};

mod commands;
mod docker;
mod exit;
mod files;
mod git;
mod http;
mod kubernetes;
mod machine;
mod metrics;
mod postgres;
mod processes;
mod prometheus;
mod redis;
mod repeated;
mod reports;
mod settings;
mod share;
mod site;
mod world;

/// How the target of a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Good,
    Bad,
    Unreachable,
    Slow,
    Ambiguous,
}
use State::{Ambiguous, Bad, Good, Slow, Unreachable};

/// The verdicts that are right for a row.
type Right = &'static [Verdict];
const PASS: Right = &[Verdict::Pass];
const FAIL: Right = &[Verdict::Fail];
const WARNING: Right = &[Verdict::Warning];
const NO_DATA: Right = &[Verdict::NoData];
const NO_ANSWER: Right = &[Verdict::NoData, Verdict::Error];
/// It is not well, and whether the target says so or says too little is not told apart.
const NOT_GREEN: Right = &[Verdict::NoData, Verdict::Error, Verdict::Fail];

/// A question to a target in a state, and what is right to say of it.
struct Row {
    kind: &'static str,
    state: State,
    what: &'static str,
    right: Right,
    spec: ProbeSpec,
    world: World,
    /// What a document would run for the same question; empty where there is no such command, or where the row depends on what
    /// a command cannot see.
    command: String,
}

/// What came of a row.
struct Outcome {
    row: Row,
    verdict: Verdict,
    reason: String,
    exit: Exit,
}

impl Outcome {
    fn ok(&self) -> bool {
        let answers = matches!(self.row.state, Good | Bad | Ambiguous);
        self.row.right.contains(&self.verdict) && (answers || NO_ANSWER.contains(&self.verdict))
    }

    fn falsely_green(&self) -> bool {
        self.verdict == Verdict::Pass && !self.row.right.contains(&Verdict::Pass)
    }

    fn falsely_red(&self) -> bool {
        self.verdict == Verdict::Fail && !self.row.right.contains(&Verdict::Fail)
    }

    fn line(&self) -> String {
        let words: Vec<&str> = self.row.right.iter().map(|verdict| verdict.word()).collect();
        format!(
            "{:<11} {:<11} {:<62} {:<20} {:<8} {:<6} {}",
            self.row.kind,
            format!("{:?}", self.row.state).to_lowercase(),
            self.row.what,
            words.join("/"),
            self.verdict.word(),
            self.exit.shown(),
            if self.ok() { "ok" } else { "WRONG" }
        )
    }
}

fn rows() -> Vec<Row> {
    [
        http::rows(),
        site::rows(),
        metrics::rows(),
        share::rows(),
        repeated::rows(),
        prometheus::rows(),
        redis::rows(),
        postgres::rows(),
        docker::rows(),
        files::rows(),
        settings::rows(),
        reports::rows(),
        machine::rows(),
        commands::rows(),
        git::rows(),
        kubernetes::rows(),
        processes::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The first row of each kind in each state, and what is ambiguous: there a probe is falsely green first.
fn sample(rows: Vec<Row>) -> Vec<Row> {
    let mut seen = BTreeSet::new();
    rows.into_iter()
        .filter(|row| seen.insert((row.kind, row.state)) || row.state == Ambiguous)
        .collect()
}

async fn ask(row: Row, lab: &Lab) -> Outcome {
    let made = row.world.make(lab, row.state).await;
    let prober = Prober::new(made.context.clone());
    let probing = prober.probe(&row.spec, &made.site, CancellationToken::new());
    let finding = tokio::time::timeout(Duration::from_secs(60), probing)
        .await
        .expect("a probe never hangs");
    let exit = exit::of(&row.command, &made, row.state).await;
    made.end(lab).await;
    Outcome {
        verdict: finding.verdict,
        reason: finding.reason,
        exit,
        row,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "scripts/campaign asks for every row by a variable"
)]
fn every_row_is_wanted() -> bool {
    std::env::var("GONOGO_MATRIX").is_ok_and(|value| value == "all")
}

#[sqlx::test(migrations = false)]
async fn no_row_of_the_verdict_matrix_is_falsely_green_and_no_silence_is_an_answer(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let all = rows();
    assert!(all.len() >= 200, "{} rows", all.len());
    let whole = every_row_is_wanted();
    let asked = if whole { all } else { sample(all) };
    let lab = Lab::new(options);
    let lab = &lab;
    let mut outcomes: Vec<(usize, Outcome)> = stream::iter(asked.into_iter().enumerate())
        .map(|(at, row)| async move { (at, ask(row, lab).await) })
        .buffer_unordered(12)
        .collect()
        .await;
    outcomes.sort_by_key(|(at, _)| *at);
    let outcomes: Vec<Outcome> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
    if whole {
        println!(
            "{:<11} {:<11} {:<62} {:<20} {:<8} {:<6} ok",
            "kind", "state", "name", "right", "gonogo", "exit"
        );
        for outcome in &outcomes {
            println!("{}", outcome.line());
        }
    }
    println!("{}", counted(&outcomes));
    let mut wrong = String::new();
    for outcome in outcomes.iter().filter(|outcome| !outcome.ok()) {
        let _ = writeln!(wrong, "{}\n    {}", outcome.line(), outcome.reason);
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// One line about all of them.
fn counted(outcomes: &[Outcome]) -> String {
    let count = |is: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
    format!(
        "verdicts: {} rows, {} false passes, {} false fails, {} wrong in all; exit codes of {} commands: {} false passes, \
         {} false fails, {} hang",
        outcomes.len(),
        count(&Outcome::falsely_green),
        count(&Outcome::falsely_red),
        count(&|outcome| !outcome.ok()),
        count(&|outcome| outcome.exit.said()),
        count(&|outcome| outcome.exit.falsely_green(outcome.row.right)),
        count(&|outcome| outcome.exit.falsely_red(outcome.row.right)),
        count(&|outcome| outcome.exit == Exit::Hangs),
    )
}
