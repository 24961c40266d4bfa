//! Commands that change their target: run once, shown while they run, and told how they ended.

use crate::context::Context;
use crate::file::lasting;
use crate::output::{KEPT_BYTES, piece, sentence};
use crate::redact::{Masker, Secrets};
use crate::run::{self, End, Pipe};
use crate::site::Site;
use domain::action::Ending;
use domain::verdict::{Evidence, Finding, Output, Verdict};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How much of the beginning and of the end of an output is kept, in bytes of the escaped text, each.
pub const KEPT_EACH: usize = KEPT_BYTES / 2;

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
    printing.finish(print);
    let (ending, verdict, reason) = ended(&end, printing.last_words());
    let words = |text: &str| sentence(text, &site.secrets);
    let finding = Finding {
        verdict,
        reason: words(&reason),
        evidence: Evidence {
            read_as: words(&format!("`{command}`")),
            target: words(&site.environment.work_directory),
            expected: "exit code 0".to_owned(),
            found: words(&reason),
            output: Some(printing.kept()).filter(|output| !output.text.is_empty()),
            exit_code: end.exit_code(),
            at,
            duration_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            host: context.host.clone(),
            captures: Vec::new(),
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
    secrets: &'a Secrets,
    out: Stream<'a>,
    err: Stream<'a>,
    head: String,
    tail: String,
    dropped: u64,
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
            secrets,
            out: stream(),
            err: stream(),
            head: String::new(),
            tail: String::new(),
            dropped: 0,
        }
    }

    fn take(&mut self, pipe: Pipe, bytes: &[u8], print: &mut (dyn FnMut(&str) + Send)) {
        let stream = match pipe {
            Pipe::Out => &mut self.out,
            Pipe::Err => &mut self.err,
        };
        let masked = stream.masker.push(bytes);
        stream.rest.extend(masked);
        let shown = stream.whole_characters();
        self.keep(&shown, print);
    }

    fn finish(&mut self, print: &mut (dyn FnMut(&str) + Send)) {
        let mut shown = String::new();
        for stream in [&mut self.out, &mut self.err] {
            let masker = std::mem::replace(&mut stream.masker, self.secrets.masker());
            stream.rest.extend(masker.finish());
            shown.push_str(&piece(&String::from_utf8_lossy(&std::mem::take(
                &mut stream.rest,
            ))));
        }
        self.keep(&shown, print);
    }

    fn keep(&mut self, shown: &str, print: &mut (dyn FnMut(&str) + Send)) {
        if shown.is_empty() {
            return;
        }
        print(shown);
        let room = shown.floor_char_boundary(KEPT_EACH.saturating_sub(self.head.len()));
        // Once something stands in the tail, nothing more belongs to the head.
        let room = if self.tail.is_empty() { room } else { 0 };
        self.head.push_str(&shown[..room]);
        self.tail.push_str(&shown[room..]);
        if self.tail.len() > 2 * KEPT_EACH {
            let cut = self.tail.ceil_char_boundary(self.tail.len() - KEPT_EACH);
            self.dropped += cut as u64;
            self.tail.drain(..cut);
        }
    }

    /// The last line that is not blank, for a sentence.
    fn last_words(&self) -> Option<String> {
        let lines = |text: &str| {
            text.lines()
                .map(str::trim)
                .rfind(|line| !line.is_empty())
                .map(str::to_owned)
        };
        lines(&self.tail).or_else(|| lines(&self.head))
    }

    /// The beginning and the end, with what lies between counted where it was left out.
    fn kept(mut self) -> Output {
        if self.tail.len() > KEPT_EACH && self.dropped > 0 {
            let cut = self.tail.ceil_char_boundary(self.tail.len() - KEPT_EACH);
            self.dropped += cut as u64;
            self.tail.drain(..cut);
        }
        let between = match self.dropped {
            0 => String::new(),
            dropped => format!("\n[… {dropped} bytes left out …]\n"),
        };
        Output {
            text: format!("{}{between}{}", self.head, self.tail),
            dropped_bytes: 0,
        }
    }
}

impl Stream<'_> {
    /// What is complete so far, escaped; a character that is not whole yet stays for the next read.
    fn whole_characters(&mut self) -> String {
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(_) => self.rest.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => {
                // Bytes that are no character are replaced, and at most three at the end can be the start of one.
                self.rest.len() - unfinished(&self.rest)
            }
        };
        let bytes: Vec<u8> = self.rest.drain(..whole).collect();
        piece(&String::from_utf8_lossy(&bytes))
    }
}

/// How many bytes at the end are the start of a character.
fn unfinished(bytes: &[u8]) -> usize {
    (1..=3.min(bytes.len()))
        .find(|count| {
            let tail = &bytes[bytes.len() - count..];
            matches!(std::str::from_utf8(tail), Err(error) if error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .unwrap_or(0)
}
