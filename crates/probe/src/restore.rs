//! A file written back from its copy: whole or not at all, with what stood there kept beside the run.

use crate::context::Context;
use crate::env_edit::keep;
use crate::output::sentence;
use crate::place::{Closed, Place};
use crate::site::Site;
use domain::verdict::{Evidence, Finding, Verdict};
use tokio::time::Instant;

/// Writes what `from` holds in the place of `to`. Twice does what once does. Does blocking reads and writes.
pub(crate) fn restore(from: &str, to: &str, site: &Site, context: &Context) -> Finding {
    let began = Instant::now();
    let (verdict, reason) = match replace(from, to, site) {
        Ok(Replaced::Same) => (Verdict::Pass, format!("{to} is what {from} holds already")),
        Ok(Replaced::Written { kept: None }) => (Verdict::Pass, format!("{to} is again what {from} holds")),
        Ok(Replaced::Written { kept: Some(kept) }) => {
            let reason = format!("{to} is again what {from} holds; what it was is kept as {kept}");
            (Verdict::Pass, reason)
        }
        Err(why) => (Verdict::Fail, why),
    };
    let reason = sentence(&reason, &site.secrets);
    Finding {
        verdict,
        reason: reason.clone(),
        evidence: Evidence {
            read_as: format!("{to} written back from {from}, natively"),
            target: sentence(&site.environment.work_directory, &site.secrets),
            expected: format!("{to} is what {from} holds"),
            found: reason,
            output: None,
            exit_code: None,
            at: (context.clock)(),
            duration_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            host: context.host.clone(),
            captures: Vec::new(),
            readings: Vec::new(),
        },
    }
}

enum Replaced {
    Same,
    Written { kept: Option<String> },
}

fn replace(from: &str, to: &str, site: &Site) -> Result<Replaced, String> {
    let copy = match Place::of(from, site)?.read() {
        Ok((_, true)) => {
            return Err(format!(
                "{from} is longer than 1 MB: write {to} back by hand, then skip this step"
            ));
        }
        // An empty copy is one that was cut off; what it replaces is worth more.
        Ok((copy, false)) if copy.is_empty() => {
            return Err(format!("{from} is empty: it is no copy of {to}"));
        }
        Ok((copy, false)) => copy,
        Err(Closed::Missing) => return Err(format!("{from} is not there: nothing to write back")),
        Err(Closed::Refused(why)) => return Err(why),
    };
    Place::of(to, site)?.replace(|content| {
        let same = content.as_deref() == Some(copy.as_slice());
        let kept = match &content {
            Some(content) if !same => keep(to, content, site)?,
            Some(_) | None => None,
        };
        let said = if same {
            Replaced::Same
        } else {
            Replaced::Written { kept }
        };
        Ok((copy, said))
    })
}
