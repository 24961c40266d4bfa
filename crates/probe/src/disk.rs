//! Free space, as a process without privileges has it.

use crate::answer::{Answer, Asked, Judgement};
use crate::place::{Closed, Place};
use crate::site::Site;
use domain::quantity::bytes;

/// What a file system has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// Bytes that an ordinary user may still write.
    pub bytes: u64,
    /// Files that can still be made; `None` where the file system does not count them.
    pub files: Option<u64>,
}

pub(crate) fn probe(path: Option<&str>, at_least: u64, site: &Site) -> Answer {
    let mut asked = Asked {
        read_as: "statvfs".to_owned(),
        target: path.unwrap_or(&site.environment.work_directory).to_owned(),
        expected: format!("at least {} free", bytes(at_least)),
    };
    let place = match Place::of(path.unwrap_or("."), site) {
        Ok(place) => place,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target = place.shown();
    match observe(&place) {
        Ok(left) => Answer::new(asked, judge(left, at_least)),
        Err(why) => Answer::new(asked, Judgement::error(why)),
    }
}

pub(crate) fn observe(place: &Place) -> Result<Left, String> {
    let file = place.open().map_err(|closed| match closed {
        Closed::Missing => format!(
            "{} does not exist, so its file system cannot be asked",
            place.shown()
        ),
        Closed::Refused(why) => why,
    })?;
    let stat = rustix::fs::fstatvfs(&file).map_err(|errno| format!("{}: {errno}", place.shown()))?;
    Ok(Left {
        bytes: stat.f_bavail.saturating_mul(stat.f_frsize),
        files: (stat.f_files > 0).then_some(stat.f_favail),
    })
}

pub(crate) fn judge(left: Left, at_least: u64) -> Judgement {
    let found = format!("{} free", bytes(left.bytes));
    if left.bytes < at_least {
        Judgement::fail(format!("{found}, needs {}", bytes(at_least)), found)
    } else if left.files == Some(0) {
        Judgement::fail(
            format!("{found}, but no file can be made: the file system has no inodes left"),
            found,
        )
    } else {
        Judgement::pass(found)
    }
}

#[cfg(test)]
mod tests;
