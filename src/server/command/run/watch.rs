//! `--watch`: round after round until everything required passes.

use super::{
    progress::Progress,
    round::{Asker, Round},
};
use chrono::{DateTime, TimeDelta, Utc};
use std::io::Write as _;

/// When to ask again.
pub struct Again {
    /// How long to wait between two rounds.
    pub every: TimeDelta,
    /// No round begins later.
    pub until: DateTime<Utc>,
}

/// Asks once, or again and again, and answers the last whole round: everything required passes, asking again cannot
/// change anything, the time is over, somebody interrupted, or `show` says that nobody listens. `show` gets the round
/// before too.
///
/// # Errors
/// Those of `show`.
pub async fn rounds<'a>(
    asker: &Asker<'a>,
    again: Option<&Again>,
    mut show: impl FnMut(Option<&Round<'a>>, &Round<'a>) -> anyhow::Result<bool>,
) -> anyhow::Result<Round<'a>> {
    let mut before = None;
    loop {
        let round = asker.round().await;
        let interrupted = asker.cancel.is_cancelled();
        match before {
            // What was broken off says less than what was whole.
            Some(whole) if interrupted => return Ok(whole),
            Some(_) | None => {}
        }
        let heard = show(before.as_ref(), &round)?;
        let Some(again) = again.filter(|_| heard && !interrupted && round.may_change()) else {
            return Ok(round);
        };
        if (asker.clock)() + again.every > again.until {
            // Whoever closed standard error does not want to hear it.
            let words = "gonogo run: the time to watch is over, and not everything passes";
            let _ = writeln!(std::io::stderr(), "{words}");
            return Ok(round);
        }
        let words = format!(
            "asking again in {} s, Ctrl-C ends it  {}",
            again.every.num_seconds(),
            round.summary()
        );
        let waiting = Progress::waiting(words);
        tokio::select! {
            biased;
            () = asker.cancel.cancelled() => return Ok(round),
            () = tokio::time::sleep(again.every.to_std().unwrap_or_default()) => {}
        }
        drop(waiting);
        before = Some(round);
    }
}
