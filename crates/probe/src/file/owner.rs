//! Whose a file is. Names are those of `/etc/passwd` and `/etc/group`; numbers always count.

use crate::answer::Judgement;
use std::fs;

/// The owner and the group of a file, and the names that this machine has for numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Owner {
    pub user: u32,
    pub group: u32,
    pub users: Names,
    pub groups: Names,
}

/// Names with their numbers, or why they are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    Known(Vec<(String, u32)>),
    Unknown(String),
}

impl Default for Names {
    fn default() -> Self {
        Names::Known(Vec::new())
    }
}

impl Owner {
    /// With this machine's names. Blocking.
    pub fn of(user: u32, group: u32) -> Self {
        let read = |path: &str| match fs::read_to_string(path) {
            Ok(text) => Names::Known(names(&text)),
            Err(why) => Names::Unknown(format!("{path}: {why}")),
        };
        Self {
            user,
            group,
            users: read("/etc/passwd"),
            groups: read("/etc/group"),
        }
    }
}

/// `name:x:number:…` (passwd(5), group(5)).
fn names(text: &str) -> Vec<(String, u32)> {
    let entry = |line: &str| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        Some((name.to_owned(), number.parse().ok()?))
    };
    text.lines().filter_map(entry).collect()
}

/// Both that are wanted must hold.
pub(super) fn judge(path: &str, owner: &Owner, user: Option<&str>, group: Option<&str>) -> Judgement {
    let one = |wanted: Option<&str>, number: u32, names: &Names, what: &str| {
        wanted.map(|wanted| compare(path, wanted, number, names, what))
    };
    let user = one(user, owner.user, &owner.users, "user");
    let group = one(group, owner.group, &owner.groups, "group");
    Judgement::weakest(user.into_iter().chain(group).collect())
        .unwrap_or_else(|| Judgement::error("neither a user nor a group is asked for"))
}

fn compare(path: &str, wanted: &str, number: u32, names: &Names, what: &str) -> Judgement {
    let known = match names {
        Names::Known(known) => known,
        Names::Unknown(why) => return Judgement::error(format!("this machine's names are not known: {why}")),
    };
    let own = known.iter().find(|(_, known)| *known == number);
    let shown = own.map_or_else(|| number.to_string(), |(name, _)| name.clone());
    let found = format!("{path} belongs to the {what} {shown}");
    let wanted_number = known
        .iter()
        .find(|(name, _)| name == wanted)
        .map(|(_, number)| *number)
        .or_else(|| wanted.parse().ok());
    match wanted_number {
        Some(wanted) if wanted == number => Judgement::pass(found),
        Some(_) => Judgement::fail(format!("{found}, not to {wanted}"), found),
        // It may be known to a directory service, which is not asked.
        None => Judgement::error(format!(
            "this machine's own files name no {what} {wanted}: write its number; {found}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::verdict::Verdict::{self, Error, Fail, Pass};
    use rstest::rstest;

    fn owner() -> Owner {
        Owner {
            user: 33,
            group: 7,
            users: Names::Known(names(
                "root:x:0:0:root:/root:/bin/sh\nbroken\nwww-data:x:33:33::/:/bin/false\n",
            )),
            groups: Names::Known(names("root:x:0:\nlp:x:7:\n")),
        }
    }

    #[rstest]
    #[case(Some("www-data"), None, Pass, "f belongs to the user www-data")]
    #[case(
        Some("33"),
        Some("lp"),
        Pass,
        "f belongs to the user www-data; f belongs to the group lp"
    )]
    #[case(Some("root"), None, Fail, "f belongs to the user www-data, not to root")]
    #[case(
        Some("www-data"),
        Some("root"),
        Fail,
        "f belongs to the group lp, not to root"
    )]
    #[case(Some("34"), None, Fail, "f belongs to the user www-data, not to 34")]
    #[case(
        Some("deploy"),
        None,
        Error,
        "this machine's own files name no user deploy: write its number; f belongs to the user www-data"
    )]
    #[case(None, None, Error, "neither a user nor a group is asked for")]
    fn an_owner_is_compared_by_its_number(
        #[case] user: Option<&str>,
        #[case] group: Option<&str>,
        #[case] verdict: Verdict,
        #[case] reason: &str,
    ) {
        let judgement = judge("f", &owner(), user, group);
        assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
    }

    #[test]
    fn names_that_cannot_be_read_prove_nothing() {
        let owner = Owner {
            users: Names::Unknown("no".to_owned()),
            ..owner()
        };
        assert_eq!(judge("f", &owner, Some("root"), None).verdict, Error);
    }
}
