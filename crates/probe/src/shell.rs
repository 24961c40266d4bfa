//! Commands that are known to read only.

use crate::answer::{Answer, Asked, Judgement};
use crate::context::Context;
use crate::file::lasting;
use crate::output::excerpt;
use crate::place::{Closed, Place};
use crate::redact::Secrets;
use crate::run::{self, End, Ran};
use crate::site::Site;
use crate::text::{self, Text};
use domain::probe::ShellProbe;
use domain::verdict::Verdict;
use tokio_util::sync::CancellationToken;

pub(crate) async fn probe(
    spec: &ShellProbe,
    site: &Site,
    context: &Context,
    cancel: &CancellationToken,
) -> Answer {
    let rules = text::expected(&spec.rules);
    let asked = Asked {
        read_as: format!("`{}`{}", spec.command, text::piped(&spec.filters)),
        target: site.environment.work_directory.clone(),
        expected: if rules.is_empty() {
            "exit code 0".to_owned()
        } else {
            format!("exit code 0; {rules}")
        },
    };
    if let Some(why) = spec.files.iter().find_map(|file| closed(file, site)) {
        return Answer::new(asked, Judgement::error(why));
    }
    let ran = run::run(
        &run::shell(&spec.command, site, context),
        &site.secrets,
        cancel,
        text::sieve(&spec.filters).as_deref(),
    )
    .await;
    let judgement = judge(&ran, spec, &site.secrets);
    Answer {
        exit_code: ran.end.exit_code(),
        ..Answer::new(asked, judgement).printed(ran.printed("standard error:\n"))
    }
}

/// Why a file that a command names may not be read, if it may not: as one that is read natively.
fn closed(file: &str, site: &Site) -> Option<String> {
    match Place::of(file, site).map(|place| place.open()) {
        Err(why) | Ok(Err(Closed::Refused(why))) => Some(why),
        Ok(Ok(_) | Err(Closed::Missing)) => None,
    }
}

/// A command that failed proves nothing, whatever it printed.
pub(crate) fn judge(ran: &Ran, spec: &ShellProbe, secrets: &Secrets) -> Judgement {
    if let Some(judgement) = judge_end(ran, secrets) {
        return judgement;
    }
    let text = Text::of(&ran.stdout, false);
    match text::filter(text, &spec.filters, secrets) {
        Ok(left) => {
            let judgement = text::judge(&left, &spec.rules, secrets);
            match judgement.verdict {
                Verdict::Pass if spec.rules.is_empty() => {
                    Judgement::pass(format!("exit code 0, {}", judgement.found))
                }
                _ => judgement,
            }
        }
        Err(judgement) => judgement,
    }
}

/// What its end alone decides; `None` for exit code 0.
pub(crate) fn judge_end(ran: &Ran, secrets: &Secrets) -> Option<Judgement> {
    let last = String::from_utf8_lossy(&ran.stderr);
    let last = last
        .lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty())
        .unwrap_or_default();
    let said = if last.is_empty() {
        String::new()
    } else {
        format!(": {}", excerpt(last, secrets))
    };
    Some(Judgement::error(match &ran.end {
        End::Exited(0) => return None,
        End::Exited(126) => format!("exit code 126, so a command may not be run{said}"),
        End::Exited(127) => format!("exit code 127, so a command was not found{said}"),
        End::Exited(code) => match code - 128 {
            signal @ 1..=64 => format!("exit code {code}: {} ended it{said}", signal_word(signal)),
            _ => format!("exit code {code}, so what it printed proves nothing{said}"),
        },
        End::Signalled(signal) => format!("{} ended it{said}", signal_word(*signal)),
        End::NotStarted(why) => why.clone(),
        End::TooLong(deadline) => format!(
            "not done after {}, and ended{said}",
            lasting(deadline.as_secs().max(1))
        ),
        End::TooMuch => format!(
            "printed more than {}, and was ended",
            domain::quantity::bytes(run::OUTPUT_BYTES as u64)
        ),
        End::Cancelled => return Some(Judgement::new(Verdict::NoData, "cancelled, and ended", "nothing")),
    }))
}

fn signal_word(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        6 => "SIGABRT",
        9 => "SIGKILL (out of memory?)",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}
