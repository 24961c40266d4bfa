//! Commands that change something: real processes, their output as it comes, and their end.

use crate::support::{Folder, context, environment, open};
use domain::action::Ending;
use domain::verdict::{Finding, Verdict};
use probe::{CancellationToken, Prober, Secrets, Site};
use std::collections::BTreeMap;
use std::time::Duration;

async fn act(
    site: &Site,
    command: &str,
    cancel: CancellationToken,
    print: &mut (dyn FnMut(&str) + Send),
) -> (Ending, Finding) {
    let prober = Prober::new(context());
    let acting = prober.act(command, site, cancel, print);
    tokio::time::timeout(Duration::from_secs(30), acting)
        .await
        .expect("an action never hangs")
}

async fn run(command: &str, secrets: Secrets) -> (Ending, Finding, String) {
    let folder = Folder::new();
    let site = Site {
        secrets,
        ..open(environment(folder.path()))
    };
    let mut printed = String::new();
    let (ending, finding) = act(&site, command, CancellationToken::new(), &mut |piece| {
        printed.push_str(piece)
    })
    .await;
    (ending, finding, printed)
}

#[tokio::test]
async fn what_it_prints_arrives_as_it_comes_from_both_outputs() {
    let (ending, finding, printed) = run(
        "echo one; echo two >&2; printf 'gr\\303\\274n\\n'",
        Secrets::none(),
    )
    .await;
    assert_eq!((ending, finding.verdict), (Ending::Done, Verdict::Pass));
    let mut lines: Vec<_> = printed.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["gr\u{fc}n", "one", "two"]);
    assert_eq!(finding.evidence.output.expect("an output").text, printed);
    assert_eq!(finding.evidence.exit_code, Some(0));
}

#[tokio::test]
async fn a_failure_says_its_exit_code_and_its_last_words() {
    let (ending, finding, _) = run("echo working; echo 'no space left' >&2; exit 7", Secrets::none()).await;
    assert_eq!(ending, Ending::Failed);
    assert_eq!(
        (finding.verdict, finding.evidence.exit_code),
        (Verdict::Fail, Some(7))
    );
    assert!(
        finding.reason.starts_with("exit code 7: \u{201c}"),
        "{}",
        finding.reason
    );
}

#[tokio::test]
async fn a_secret_is_masked_also_where_it_is_printed_in_pieces() {
    let secrets = Secrets::new(BTreeMap::from([("TOKEN".to_owned(), "s3cr3t-value".to_owned())]));
    let command = "printf s3cr3t; sleep 0.05; printf -- '-value\\n'; echo \"$TOKEN\" >&2";
    let (_, finding, printed) = run(command, secrets).await;
    assert_eq!(printed.matches("[TOKEN hidden]").count(), 2, "{printed}");
    assert!(!printed.contains("s3cr3t"), "{printed}");
    assert!(
        !finding
            .evidence
            .output
            .expect("an output")
            .text
            .contains("s3cr3t")
    );
}

#[tokio::test]
async fn of_a_large_output_the_beginning_and_the_end_are_kept() {
    let (ending, finding, printed) = run("echo first; seq 1 60000; echo last", Secrets::none()).await;
    assert_eq!(ending, Ending::Done);
    assert!(
        printed.len() > 300_000,
        "everything was shown while it came: {}",
        printed.len()
    );
    let kept = finding.evidence.output.expect("an output");
    assert!(
        kept.text.starts_with("first\n1\n") && kept.ending.ends_with("60000\nlast\n"),
        "both ends"
    );
    assert_eq!(kept.bytes, Some(printed.len() as u64));
    let shown = (kept.text.len() + kept.ending.len()) as u64;
    assert_eq!(shown + kept.dropped_bytes, printed.len() as u64);
}

#[tokio::test]
async fn cancelled_it_ends_with_everything_that_it_started_and_may_clean_up_before() {
    let folder = Folder::new();
    let site = open(environment(folder.path()));
    let cancel = CancellationToken::new();
    let mut printed = String::new();
    let mut pids = Vec::new();
    let command = "trap 'echo cleaned; exit 3' TERM; sleep 300 & echo pid $!; wait";
    let (ending, finding) = act(&site, command, cancel.clone(), &mut |piece| {
        printed.push_str(piece);
        if let Some((_, pid)) = piece.split_once("pid ") {
            pids.push(pid.trim().to_owned());
            cancel.cancel();
        }
    })
    .await;
    assert_eq!((ending, finding.verdict), (Ending::Cancelled, Verdict::NoData));
    assert!(printed.contains("cleaned"), "{printed}");
    assert_eq!(pids.len(), 1, "{printed}");
    assert!(
        !std::path::Path::new("/proc").join(&pids[0]).join("cwd").exists(),
        "the child lives on"
    );
}

#[tokio::test]
async fn one_that_is_not_done_in_time_is_ended_and_says_so() {
    let folder = Folder::new();
    let mut site = open(environment(folder.path()));
    site.action_deadline = Duration::from_millis(200);
    let (ending, finding) = act(&site, "sleep 300", CancellationToken::new(), &mut |_| {}).await;
    assert_eq!(ending, Ending::TimedOut);
    assert!(finding.reason.contains("not done after"), "{}", finding.reason);
}

#[tokio::test]
async fn what_cannot_be_started_fails_in_words() {
    let folder = Folder::new();
    let mut site = open(environment(folder.path()));
    site.environment.shell = vec!["/no/such/shell".to_owned()];
    let (ending, finding) = act(&site, "true", CancellationToken::new(), &mut |_| {}).await;
    assert_eq!((ending, finding.verdict), (Ending::Failed, Verdict::Error));
    assert!(
        finding.reason.contains("/no/such/shell is not installed"),
        "{}",
        finding.reason
    );
}

#[tokio::test]
async fn what_it_leaves_in_the_background_goes_on() {
    let (ending, _, printed) = run("sleep 300 >/dev/null 2>&1 & echo $!", Secrets::none()).await;
    assert_eq!(ending, Ending::Done);
    let pid: i32 = printed.trim().parse().expect("a process number");
    let pid = rustix::process::Pid::from_raw(pid).expect("a process number");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it goes on");
}

#[tokio::test]
async fn an_action_is_not_started_with_a_parameter_that_would_be_an_option() {
    let folder = Folder::new();
    let mut declared = environment(folder.path());
    declared
        .parameters
        .insert("previous-commit".to_owned(), "--force".to_owned());
    let site = open(declared);
    let command = "touch ran; git checkout \"$GONOGO_PREVIOUS_COMMIT\"";
    let (ending, finding) = act(&site, command, CancellationToken::new(), &mut |_| {}).await;
    assert_eq!((ending, finding.verdict), (Ending::Failed, Verdict::Error));
    assert!(finding.reason.contains("begins with `-`"), "{}", finding.reason);
    assert!(!folder.path().join("ran").exists());
}
