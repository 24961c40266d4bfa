//! Commands that change their target: run once, shown while they run, and told how they ended.

use crate::context::Context;
use crate::file::lasting;
use crate::output::{Kept, cut_character, piece, sentence};
use crate::redact::{Masker, Secrets};
use crate::run::{self, End, Pipe};
use crate::site::Site;
use domain::action::Ending;
use domain::verdict::{Evidence, Finding, Verdict};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Runs `command`, exactly these bytes, by the environment's shell in its work directory, and hands on what it prints,
/// masked and escaped. The verdict says how it ended, nothing more: exit 0 proves nothing about the target.
pub async fn act(
    command: &str,
    site: &Site,
    context: &Context,
    cancel: &CancellationToken,
    print: &mut (dyn FnMut(&str) + Send),
) -> (Ending, Finding) {
    let at = (context.clock)();
    let began = Instant::now();
    let mut program = run::shell(command, site, context);
    program.deadline = site.action_deadline;
    let mut printing = Printing::new(&site.secrets);
    let end = run::stream(&program, cancel, &mut |pipe, bytes| {
        printing.take(pipe, bytes, print)
    })
    .await;
    let by_itself = matches!(end, End::Exited(_) | End::Signalled(_));
    let kept = printing.finish(by_itself, print);
    let (ending, verdict, reason) = ended(&end, kept.last_line());
    let words = |text: &str| sentence(text, &site.secrets);
    let finding = Finding {
        verdict,
        reason: words(&reason),
        evidence: Evidence {
            read_as: words(&format!("`{command}`")),
            target: words(&site.environment.work_directory),
            expected: "exit code 0".to_owned(),
            found: words(&reason),
            output: (!kept.is_empty()).then(|| kept.output()),
            exit_code: end.exit_code(),
            at,
            duration_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            host: context.host.clone(),
            captures: Vec::new(),
            readings: Vec::new(),
        },
    };
    (ending, finding)
}

fn ended(end: &End, last: Option<String>) -> (Ending, Verdict, String) {
    let said = last.map_or_else(String::new, |last| format!(": “{last}”"));
    match end {
        End::Exited(0) => (Ending::Done, Verdict::Pass, "exit code 0".to_owned()),
        End::Exited(code) => (Ending::Failed, Verdict::Fail, format!("exit code {code}{said}")),
        End::Signalled(signal) => (
            Ending::Failed,
            Verdict::Fail,
            format!("signal {signal} ended it{said}"),
        ),
        End::NotStarted(why) => (Ending::Failed, Verdict::Error, why.clone()),
        End::TooLong(deadline) => (
            Ending::TimedOut,
            Verdict::Error,
            format!(
                "not done after {}, and ended{said}",
                lasting(deadline.as_secs().max(1))
            ),
        ),
        // An action is read to its end, whatever it prints.
        End::TooMuch => (Ending::Failed, Verdict::Error, "it printed too much".to_owned()),
        End::Cancelled => (
            Ending::Cancelled,
            Verdict::NoData,
            "cancelled, and ended: look at the target".to_owned(),
        ),
    }
}

/// What a command prints: both outputs as they come, masked, escaped, and a bounded part of them kept.
struct Printing<'a> {
    out: Stream<'a>,
    err: Stream<'a>,
    kept: Kept,
}

/// One of the two outputs. A secret or a character that is cut by a read waits for its rest.
struct Stream<'a> {
    masker: Masker<'a>,
    rest: Vec<u8>,
}

impl<'a> Printing<'a> {
    fn new(secrets: &'a Secrets) -> Self {
        let stream = || Stream {
            masker: secrets.masker(),
            rest: Vec::new(),
        };
        Self {
            out: stream(),
            err: stream(),
            kept: Kept::default(),
        }
    }

    fn take(&mut self, pipe: Pipe, bytes: &[u8], print: &mut (dyn FnMut(&str) + Send)) {
        let stream = match pipe {
            Pipe::Out => &mut self.out,
            Pipe::Err => &mut self.err,
        };
        let masked = stream.masker.push(bytes);
        stream.rest.extend(masked);
        let whole = stream.rest.len() - cut_character(&stream.rest);
        let bytes: Vec<u8> = stream.rest.drain(..whole).collect();
        keep(&mut self.kept, &bytes, print);
    }

    /// The rest of both; of one that was ended by us, no half of a secret.
    fn finish(self, by_itself: bool, print: &mut (dyn FnMut(&str) + Send)) -> Kept {
        let mut kept = self.kept;
        for Stream { masker, mut rest } in [self.out, self.err] {
            match by_itself {
                true => rest.extend(masker.finish()),
                false => rest.extend_from_slice(masker.cut()),
            }
            keep(&mut kept, &rest, print);
        }
        kept
    }
}

fn keep(kept: &mut Kept, bytes: &[u8], print: &mut (dyn FnMut(&str) + Send)) {
    if !bytes.is_empty() {
        print(&piece(&String::from_utf8_lossy(bytes)));
        kept.push(bytes);
    }
}
