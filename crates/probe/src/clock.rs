//! This machine's clock against the database's.

use crate::answer::{Answer, Asked, Judgement};
use crate::postgres::connect;
use crate::round::Round;
use crate::site::Site;
use tokio::time::{Instant, timeout_at};

/// How often the difference is measured; the shortest round trip says most.
const ROUNDS: usize = 5;

/// The database's clock minus this machine's, and how far that can be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Difference {
    /// In milliseconds; positive: the database is ahead.
    pub ms: f64,
    /// Half of the round trip, in milliseconds.
    pub off_by: f64,
}

pub(crate) async fn probe(within_ms: u64, site: &Site, round: &Round<'_>) -> Answer {
    let mut asked = Asked {
        read_as: "clock_timestamp() of the database, less half the round trip".to_owned(),
        target: "database".to_owned(),
        expected: format!("clocks differ by at most {within_ms} ms"),
    };
    let target = match connect::target(None, site) {
        Ok(target) => target,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target = target.shown.clone();
    let judgement = match observe(&target, site, round).await {
        Ok(difference) => on_one_machine(judge(difference, within_ms), target.local),
        Err(why) => Judgement::error(format!("{}: {why}", asked.target)),
    };
    Answer::new(asked, judgement)
}

async fn observe(target: &connect::Target, site: &Site, round: &Round<'_>) -> Result<Difference, String> {
    let deadline = Instant::now() + site.deadline;
    let mut line = round.databases.begin(target, deadline, site).await?;
    let mut best: Option<Difference> = None;
    for _ in 0..ROUNDS {
        let before = (round.context.clock)();
        let began = Instant::now();
        let theirs = timeout_at(deadline, connect::now(&mut line.connection))
            .await
            .map_err(|_| connect::no_answer(site))?
            .map_err(|why| connect::words(&why, target))?;
        let off_by = began.elapsed().as_secs_f64() * 500.0;
        let apart = (theirs - before)
            .num_microseconds()
            .map_or(f64::INFINITY, |us| us as f64 / 1000.0);
        let difference = Difference {
            ms: apart - off_by,
            off_by,
        };
        if best.is_none_or(|best| difference.off_by < best.off_by) {
            best = Some(difference);
        }
    }
    line.end(deadline).await;
    best.ok_or_else(|| "nothing was measured".to_owned())
}

/// Two readings of one clock agree whatever the time is: that is said, since a pass proves little then.
fn on_one_machine(judgement: Judgement, local: bool) -> Judgement {
    if !local {
        return judgement;
    }
    Judgement {
        reason: format!(
            "{}; the database is on this machine, so both read one clock",
            judgement.reason
        ),
        ..judgement
    }
}

pub(crate) fn judge(difference: Difference, within_ms: u64) -> Judgement {
    let Difference { ms, off_by } = difference;
    let within = within_ms as f64;
    let found = match ms {
        ms if ms.abs() < 0.05 + off_by => {
            format!("the clocks differ by less than {:.1} ms", ms.abs() + off_by)
        }
        ms if ms > 0.0 => format!("the database's clock is {ms:.1} ms ahead (± {off_by:.1} ms)"),
        ms => format!("the database's clock is {:.1} ms behind (± {off_by:.1} ms)", -ms),
    };
    if ms.abs() - off_by > within {
        Judgement::fail(format!("{found}, at most {within_ms} ms allowed"), found)
    } else if ms.abs() + off_by <= within {
        Judgement::pass(found)
    } else {
        Judgement::error(format!(
            "{found}: the round trip is too long to tell whether that is within {within_ms} ms"
        ))
    }
}

#[cfg(test)]
mod tests;
