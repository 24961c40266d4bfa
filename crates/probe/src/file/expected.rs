//! What must hold, in words.

use super::lasting;
use crate::text;
use domain::probe::FileRule;

pub(super) fn expected(rules: &[FileRule]) -> String {
    let words = rules.iter().map(|rule| match rule {
        FileRule::Directory => "is a directory".to_owned(),
        FileRule::Absent => "does not exist".to_owned(),
        FileRule::Size(bound) => format!("size {bound}"),
        FileRule::ModeAtMost(most) => format!("mode at most {most:04o}"),
        FileRule::AgeAtMost(most) => format!("changed at most {} ago", lasting(*most)),
        FileRule::Writable => "can be written by the user that Gonogo runs as".to_owned(),
        FileRule::Content(rule) => text::expected(std::slice::from_ref(rule)),
        FileRule::Owner { user, group } => {
            let user = user.iter().map(|user| format!("belongs to {user}"));
            let group = group.iter().map(|group| format!("belongs to the group {group}"));
            user.chain(group).collect::<Vec<_>>().join(" and ")
        }
        FileRule::Sha256(wanted) => format!("its SHA-256 is {wanted}"),
        FileRule::Checksums => "every file that it lists has the SHA-256 that it names".to_owned(),
        FileRule::Ends(rule) => format!("at its end: {}", text::expected(std::slice::from_ref(rule))),
    });
    let words = words.collect::<Vec<_>>().join("; ");
    if words.is_empty() {
        "exists".to_owned()
    } else {
        words
    }
}
