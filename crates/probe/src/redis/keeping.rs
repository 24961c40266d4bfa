//! What a Redis server keeps: on disk (Redis documentation, "Redis persistence"), and in its memory.

use super::connect::Trouble;
use super::{info, reply, setting};
use crate::answer::Judgement;
use domain::probe::RedisPersistence;
use domain::quantity::{Bound, Unit, bytes};
use domain::verdict::Verdict;
use redis::Value;

/// What one of the ways says of itself.
enum Way {
    Off,
    On(Judgement),
    /// It cannot be known; in words.
    Unknown(String),
}

/// `settings` is the answer to `CONFIG GET save`, which many a hosted server refuses.
pub(super) fn judge(answer: &Value, settings: &Result<Value, Trouble>, how: RedisPersistence) -> Judgement {
    let text = reply::printed(answer);
    if info::field(&text, "loading") == Some("1") {
        let reason = "it is still loading its data from disk: ask again when it is done";
        return Judgement::new(Verdict::NoData, reason, "loading");
    }
    let (aof, rdb) = (append_only(&text), snapshots(&text, settings));
    match how {
        RedisPersistence::Aof => alone(aof, "appendonly is no: nothing is appended to a file on disk"),
        RedisPersistence::Rdb => alone(rdb, "no snapshots are configured: save is empty"),
        RedisPersistence::Any => either(aof, rdb),
    }
}

fn alone(way: Way, off: &str) -> Judgement {
    match way {
        Way::On(judgement) => judgement,
        Way::Off => Judgement::fail(off, "off"),
        Way::Unknown(why) => Judgement::new(Verdict::NoData, why.clone(), why),
    }
}

/// One of them is enough, and what is on must work.
fn either(aof: Way, rdb: Way) -> Judgement {
    match (aof, rdb) {
        (Way::Off, Way::Off) => Judgement::fail(
            "neither appendonly nor save is set: what it holds is lost when it ends",
            "no persistence",
        ),
        (Way::On(one), Way::On(other)) => {
            Judgement::weakest(vec![one, other]).unwrap_or_else(|| Judgement::error("nothing was judged"))
        }
        (Way::On(one), Way::Off | Way::Unknown(_)) | (Way::Off | Way::Unknown(_), Way::On(one)) => one,
        (Way::Unknown(why), _) | (_, Way::Unknown(why)) => Judgement::new(Verdict::NoData, why.clone(), why),
    }
}

fn append_only(text: &str) -> Way {
    match info::field(text, "aof_enabled") {
        Some("0") => Way::Off,
        Some("1") => Way::On(written(
            text,
            "the append-only file is on",
            &["aof_last_write_status", "aof_last_bgrewrite_status"],
        )),
        Some(_) | None => Way::Unknown("INFO does not say whether the append-only file is on".to_owned()),
    }
}

fn snapshots(text: &str, settings: &Result<Value, Trouble>) -> Way {
    let save = match settings {
        Ok(reply) => setting(reply, "save"),
        Err(Trouble::Broken(why)) => return Way::Unknown(format!("the setting save is not known: {why}")),
        Err(Trouble::Said { code, .. }) => {
            return Way::Unknown(format!(
                "the server does not tell its setting save ({code}): look where it is hosted whether snapshots are on"
            ));
        }
    };
    match save.as_deref().map(str::trim) {
        None => Way::Unknown("the server has no setting save".to_owned()),
        Some("") => Way::Off,
        Some(save) => Way::On(written(
            text,
            &format!("snapshots are on ({save})"),
            &["rdb_last_bgsave_status"],
        )),
    }
}

/// Every one of these must be `ok`.
fn written(text: &str, on: &str, statuses: &[&str]) -> Judgement {
    for status in statuses {
        match info::field(text, status) {
            Some("ok") => {}
            Some(other) => {
                let found = format!("{on}, but {status} is {other}");
                return Judgement::fail(
                    format!("{found}: look at its log, the disk and the directory"),
                    found,
                );
            }
            None => return Judgement::error(format!("{on}, and INFO gives no {status}")),
        }
    }
    Judgement::pass(format!("{on}; {}: ok", statuses.join(", ")))
}

pub(super) fn judge_memory(answer: &Value, bound: &Bound) -> Judgement {
    let text = reply::printed(answer);
    let number = |field: &str| info::field(&text, field).and_then(|value| value.parse::<u64>().ok());
    let (Some(used), Some(most)) = (number("used_memory"), number("maxmemory")) else {
        return Judgement::error("INFO gives no used_memory and maxmemory");
    };
    if most == 0 {
        let reason = format!(
            "{} are used, and maxmemory is 0, which sets no limit: there is nothing to compare with; set maxmemory",
            bytes(used)
        );
        return Judgement::new(Verdict::NoData, reason, "no limit");
    }
    let share = used as f64 * 100.0 / most as f64;
    let shown = (share * 10.0).floor() / 10.0;
    let found = format!("{} of {} ({shown} %)", bytes(used), bytes(most));
    match bound.quantity.unit {
        Unit::Percent if bound.comparison.holds(share, bound.quantity.value) => Judgement::pass(found),
        Unit::Percent => Judgement::fail(format!("{found}, must be {bound}"), found),
        Unit::Count | Unit::Bytes | Unit::Milliseconds => {
            Judgement::error(format!("{found}, which cannot be compared with {bound}"))
        }
    }
}

#[cfg(test)]
mod tests;
