//! Files and directories.

use crate::answer::{Answer, Asked, Judgement};
use crate::env_line::looks_secret;
use crate::fill;
use crate::place::{Closed, Place};
use crate::redact::Secrets;
use crate::site::Site;
use crate::text::{self, Text};
use chrono::{DateTime, Utc};
use domain::probe::{FileProbe, FileRule, TextRule};
use domain::quantity::bytes;
use rustix::fs::FileType;
use tokio::time::Instant;

mod digest;
mod expected;
mod owner;

use digest::{Digest, Listed};
use expected::expected;
use owner::Owner;

/// A file's clock may run ahead of ours by this much, in seconds, before its age is nonsense.
const AHEAD_SECONDS: i64 = 5;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing.
    Nothing,
    /// Something, and its content where a rule asks for it.
    Something {
        kind: Kind,
        size: u64,
        mode: u32,
        modified: DateTime<Utc>,
        /// The user of this process may write it.
        writable: bool,
        content: Option<Content>,
        /// Its last bytes, where a rule asks for them.
        ending: Option<Content>,
        /// Whose it is, and what its content comes to, where a rule asks for it.
        more: Box<More>,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct More {
    owner: Option<Owner>,
    digest: Option<Digest>,
    /// The files that it lists, as a list of checksums.
    listed: Option<Result<Vec<Listed>, String>>,
}

/// What the rules want to see of a file beside what it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    content: bool,
    ending: bool,
    owner: bool,
    digest: bool,
    listed: bool,
}

impl Wanted {
    /// How it ends, and nothing else.
    pub const THE_END: Self = Self {
        content: false,
        ending: true,
        owner: false,
        digest: false,
        listed: false,
    };

    fn by(rules: &[FileRule]) -> Self {
        let any = |is: fn(&FileRule) -> bool| rules.iter().any(is);
        let listed = any(|rule| matches!(rule, FileRule::Checksums));
        Self {
            content: listed || any(|rule| matches!(rule, FileRule::Content(_))),
            ending: any(|rule| matches!(rule, FileRule::Ends(_))),
            owner: any(|rule| matches!(rule, FileRule::Owner { .. })),
            digest: any(|rule| matches!(rule, FileRule::Sha256(_))),
            listed,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Read { bytes: Vec<u8>, cut: bool },
    Closed(String),
}

pub(crate) fn probe(spec: &FileProbe, site: &Site, now: DateTime<Utc>) -> Answer {
    let mut asked = Asked {
        read_as: "file, natively".to_owned(),
        target: spec.path.clone(),
        expected: expected(&spec.rules),
    };
    let path = fill::dates(&spec.path, now);
    let place = match Place::of(&path, site) {
        Ok(place) => place,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target = place.shown();
    match observe(&place, Wanted::by(&spec.rules), site) {
        Ok(Seen::Nothing) if spec.rules.contains(&FileRule::Absent) && place.is_link() => {
            let reason = format!("{path} is a link that leads to nothing");
            Answer::new(asked, Judgement::fail(reason.clone(), reason))
        }
        Ok(seen) => {
            let judgement = judge(&path, &seen, &spec.rules, now, &site.secrets);
            let answer = Answer::new(asked, judgement);
            match seen {
                Seen::Something {
                    mode,
                    content: Some(Content::Read { bytes, .. }),
                    ..
                } if !private(&path, mode) => answer.with_output(bytes),
                Seen::Something { .. } | Seen::Nothing => answer,
            }
        }
        Err(why) => Answer::new(asked, Judgement::error(why)),
    }
}

/// Looks, without following a link out of the environment. Blocking.
pub(crate) fn observe(place: &Place, wanted: Wanted, site: &Site) -> Result<Seen, String> {
    let deadline = Instant::now() + site.deadline;
    let file = match place.open() {
        Ok(file) => file,
        Err(Closed::Missing) => return Ok(Seen::Nothing),
        Err(Closed::Refused(why)) => return Err(why),
    };
    let stat = rustix::fs::fstat(&file).map_err(|errno| format!("{}: {errno}", place.shown()))?;
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        _ => Kind::Other,
    };
    let read = |read: Result<(Vec<u8>, bool), Closed>| match read {
        Ok((bytes, cut)) => Content::Read { bytes, cut },
        Err(Closed::Missing) => Content::Closed(format!("{} vanished while it was read", place.shown())),
        Err(Closed::Refused(why)) => Content::Closed(why),
    };
    let content = (wanted.content && kind == Kind::File).then(|| read(place.read()));
    let ending =
        (wanted.ending && kind == Kind::File).then(|| read(place.read_ending().map(|bytes| (bytes, false))));
    let listed = content.as_ref().filter(|_| wanted.listed);
    let more = Box::new(More {
        owner: wanted.owner.then(|| Owner::of(stat.st_uid, stat.st_gid)),
        digest: (wanted.digest && kind == Kind::File).then(|| digest::of(place, deadline)),
        listed: listed.map(|list| digest::listed(list, site, deadline)),
    });
    Ok(Seen::Something {
        kind,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        mode: stat.st_mode & 0o7777,
        modified: DateTime::from_timestamp(stat.st_mtime, 0).unwrap_or_default(),
        writable: writable(&file),
        content,
        ending,
        more,
    })
}

/// Whether this user may write what is open (access(2), by way of the open file itself).
fn writable(file: &impl rustix::fd::AsFd) -> bool {
    let own = format!("/proc/self/fd/{}", rustix::fd::AsRawFd::as_raw_fd(&file.as_fd()));
    rustix::fs::access(own, rustix::fs::Access::WRITE_OK).is_ok()
}

pub(crate) fn judge(
    path: &str,
    seen: &Seen,
    rules: &[FileRule],
    now: DateTime<Utc>,
    secrets: &Secrets,
) -> Judgement {
    let absent = rules.contains(&FileRule::Absent);
    let path = if path == "." { "the work directory" } else { path };
    let Seen::Something {
        kind,
        size,
        mode,
        modified,
        writable,
        content,
        ending,
        more,
    } = seen
    else {
        return if absent {
            Judgement::pass(format!("{path} does not exist"))
        } else {
            Judgement::fail(format!("{path} does not exist"), "nothing")
        };
    };
    let what = match kind {
        Kind::File => format!("a file of {}", bytes(*size)),
        Kind::Directory => "a directory".to_owned(),
        Kind::Other => "neither a file nor a directory".to_owned(),
    };
    let exists = Judgement::pass(format!("{path} exists: {what}"));
    let mut judgements: Vec<Judgement> = Vec::with_capacity(rules.len());
    for rule in rules {
        judgements.push(match rule {
            FileRule::Absent => Judgement::fail(format!("{path} exists: {what}"), what.clone()),
            FileRule::Directory if *kind == Kind::Directory => {
                Judgement::pass(format!("{path} is a directory"))
            }
            FileRule::Directory => {
                Judgement::fail(format!("{path} is {what}, not a directory"), what.clone())
            }
            FileRule::Size(_)
            | FileRule::Content(_)
            | FileRule::Ends(_)
            | FileRule::Sha256(_)
            | FileRule::Checksums
                if *kind != Kind::File =>
            {
                Judgement::fail(format!("{path} is {what}, not a file"), what.clone())
            }
            FileRule::Size(bound) => judge_size(*size, *bound),
            FileRule::ModeAtMost(most) => judge_mode(*mode, *most),
            FileRule::AgeAtMost(most) => judge_age(*modified, *most, now),
            FileRule::Writable if *writable => Judgement::pass(format!("{path} can be written")),
            FileRule::Writable => {
                let found = format!("{path} cannot be written by the user that Gonogo runs as");
                Judgement::fail(found.clone(), found)
            }
            FileRule::Content(rule) => judge_content(content.as_ref(), rule, path, *mode, secrets),
            FileRule::Ends(rule) => judge_content(ending.as_ref(), rule, path, *mode, secrets),
            FileRule::Owner { user, group } => match &more.owner {
                Some(owner) => owner::judge(path, owner, user.as_deref(), group.as_deref()),
                None => Judgement::error(format!("the owner of {path} was not read")),
            },
            FileRule::Sha256(wanted) => match &more.digest {
                Some(found) => digest::judge(path, found, wanted),
                None => Judgement::error(format!("the content of {path} was not read")),
            },
            FileRule::Checksums => match &more.listed {
                Some(files) => digest::judge_list(path, files),
                None => Judgement::error(format!("the files of {path} were not read")),
            },
        });
    }
    Judgement::weakest(judgements).unwrap_or(exists)
}

fn judge_content(
    content: Option<&Content>,
    rule: &TextRule,
    path: &str,
    mode: u32,
    secrets: &Secrets,
) -> Judgement {
    match content {
        Some(Content::Read { bytes, cut }) => {
            let text = Text {
                private: private(path, mode),
                ..Text::of(bytes, *cut)
            };
            text::judge(&text, std::slice::from_ref(rule), secrets)
        }
        Some(Content::Closed(why)) => Judgement::error(why.clone()),
        None => Judgement::error(format!("the content of {path} was not read")),
    }
}

/// What others may not read is not shown to them here either.
fn private(path: &str, mode: u32) -> bool {
    mode & 0o004 == 0 || path.contains(".env") || looks_secret(path, "")
}

fn judge_size(size: u64, bound: domain::quantity::Bound) -> Judgement {
    let found = bytes(size);
    if bound.comparison.holds(size as f64, bound.quantity.value) {
        Judgement::pass(found)
    } else {
        Judgement::fail(format!("{found}, must be {bound}"), found)
    }
}

fn judge_mode(mode: u32, most: u32) -> Judgement {
    let found = format!("mode {mode:04o}");
    let beyond = mode & !most;
    if beyond == 0 {
        return Judgement::pass(found);
    }
    let deeds = |shift: u32| {
        let names = [(0o4, "read"), (0o2, "write"), (0o1, "execute")];
        names
            .iter()
            .filter(|(bit, _)| beyond >> shift & bit != 0)
            .map(|(_, name)| *name)
            .collect::<Vec<_>>()
            .join(" and ")
    };
    let who = [(0, "others"), (3, "its group"), (6, "its owner")];
    let mut can: Vec<String> = who
        .iter()
        .map(|(shift, who)| (who, deeds(*shift)))
        .filter(|(_, deeds)| !deeds.is_empty())
        .map(|(who, deeds)| format!("{who} can {deeds} it"))
        .collect();
    if beyond & 0o7000 != 0 {
        can.push("it has a set-user, set-group or sticky bit".to_owned());
    }
    Judgement::fail(
        format!("{found}, at most {most:04o} allowed: {}", can.join(", ")),
        found,
    )
}

fn judge_age(modified: DateTime<Utc>, most: u64, now: DateTime<Utc>) -> Judgement {
    let age = (now - modified).num_seconds();
    let Ok(seconds) = u64::try_from(age.saturating_add(AHEAD_SECONDS)) else {
        let found = format!("changed {} in the future", lasting(age.unsigned_abs()));
        return Judgement::error(format!("{found}: the clocks disagree"));
    };
    let seconds = seconds.saturating_sub(AHEAD_SECONDS as u64);
    let found = format!("changed {} ago", lasting(seconds));
    if seconds <= most {
        Judgement::pass(found)
    } else {
        Judgement::fail(format!("{found}, at most {} allowed", lasting(most)), found)
    }
}

/// A duration for people: `3 h 20 min`, two units at most.
pub(crate) fn lasting(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, unit) in units {
        if rest >= size && parts.len() < 2 {
            parts.push(format!("{} {unit}", rest / size));
            rest %= size;
        } else if !parts.is_empty() {
            break;
        }
    }
    if parts.is_empty() {
        "0 s".to_owned()
    } else {
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests;
