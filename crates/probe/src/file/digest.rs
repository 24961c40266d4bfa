//! SHA-256 of files, and lists of it as `sha256sum` writes them.

use super::Content;
use crate::answer::Judgement;
use crate::place::{CONTENT_BYTES, Closed, Place, plain};
use crate::site::Site;
use domain::quantity::bytes;
use sha2::{Digest as _, Sha256};
use std::io::Read as _;
use tokio::time::Instant;

/// How many files one list may name.
const MOST_FILES: usize = 1000;

/// The digest of a file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Digest {
    /// 64 digits, in lower case.
    Hex(String),
    Missing,
    /// Why there is none.
    Unknown(String),
}

/// A file that a list names, what must come out, and what came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub name: String,
    pub wanted: String,
    pub found: Digest,
}

/// Reads a file to its end, and gives up at the deadline. Blocking.
pub(super) fn of(place: &Place, deadline: Instant) -> Digest {
    let unread = |why: &std::io::Error| Digest::Unknown(format!("{}: {}", place.shown(), plain(why)));
    let mut file = match place.open_file() {
        Ok((file, _)) => file,
        Err(Closed::Missing) => return Digest::Missing,
        Err(Closed::Refused(why)) => return Digest::Unknown(why),
    };
    let (mut hasher, mut piece, mut read) = (Sha256::new(), vec![0; 256 * 1024], 0u64);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Digest::Hex(hex(&hasher.finalize())),
            Ok(count) => {
                hasher.update(&piece[..count]);
                read += count as u64;
            }
            Err(why) if why.kind() == std::io::ErrorKind::Interrupted => {}
            Err(why) => return unread(&why),
        }
        if Instant::now() > deadline {
            let done = bytes(read);
            return Digest::Unknown(format!(
                "{}: only {done} were read within the deadline",
                place.shown()
            ));
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every file that a list names; names are paths from the work directory. Blocking.
///
/// # Errors
/// The list cannot be read, or names nothing; in words.
pub(super) fn listed(list: &Content, site: &Site, deadline: Instant) -> Result<Vec<Listed>, String> {
    let text = match list {
        Content::Read { cut: true, .. } => {
            return Err(format!("the list is longer than {}", bytes(CONTENT_BYTES)));
        }
        Content::Read { bytes, cut: false } => String::from_utf8_lossy(bytes),
        Content::Closed(why) => return Err(why.clone()),
    };
    let mut files = Vec::new();
    for (wanted, name) in lines(&text)? {
        let found = match Place::of(&name, site) {
            Ok(place) => of(&place, deadline),
            Err(why) => Digest::Unknown(why),
        };
        files.push(Listed { name, wanted, found });
    }
    Ok(files)
}

/// The digests and names of a list: `HEX  name`, `HEX *name`, or `SHA256 (name) = HEX`.
fn lines(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let plain = || {
            let (hex, rest) = line.split_at_checked(64)?;
            let name = rest.strip_prefix("  ").or_else(|| rest.strip_prefix(" *"))?;
            Some((hex, name))
        };
        let tagged = || {
            line.strip_prefix("SHA256 (")?
                .rsplit_once(") = ")
                .map(|(name, hex)| (hex, name))
        };
        let read = plain()
            .or_else(tagged)
            .filter(|(hex, name)| is_hex(hex) && !name.is_empty());
        let (hex, name) = read.ok_or_else(|| format!("line {} is no SHA-256 and name of a file", at + 1))?;
        found.push((hex.to_ascii_lowercase(), name.to_owned()));
        if found.len() > MOST_FILES {
            return Err(format!("the list names more than {MOST_FILES} files"));
        }
    }
    match found.is_empty() {
        true => Err("the list names no file".to_owned()),
        false => Ok(found),
    }
}

fn is_hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn judge(path: &str, found: &Digest, wanted: &str) -> Judgement {
    match found {
        Digest::Hex(found) if found.eq_ignore_ascii_case(wanted) => {
            Judgement::pass(format!("the SHA-256 of {path} is {found}"))
        }
        Digest::Hex(found) => {
            let found = format!("the SHA-256 of {path} is {found}");
            Judgement::fail(format!("{found}, not {wanted}"), found)
        }
        Digest::Missing => Judgement::fail(format!("{path} does not exist"), "nothing"),
        Digest::Unknown(why) => Judgement::error(why.clone()),
    }
}

pub(super) fn judge_list(path: &str, files: &Result<Vec<Listed>, String>) -> Judgement {
    let files = match files {
        Ok(files) => files,
        Err(why) => return Judgement::error(format!("{path}: {why}")),
    };
    let each = files
        .iter()
        .map(|file| judge(&file.name, &file.found, &file.wanted));
    let wrong: Vec<Judgement> = each
        .filter(|judgement| judgement.verdict != domain::verdict::Verdict::Pass)
        .collect();
    let count = wrong.len();
    let all = format!("{} files have the SHA-256 that {path} names", files.len());
    match Judgement::weakest(wrong) {
        None if files.is_empty() => Judgement::error(format!("{path} names no file")),
        None => Judgement::pass(all),
        Some(judgement) if count > 3 => Judgement {
            reason: format!(
                "{count} of {} files are not as {path} names them; {}",
                files.len(),
                judgement.reason
            ),
            ..judgement
        },
        Some(judgement) => judgement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::verdict::Verdict::{self, Error, Fail, Pass};
    use rstest::rstest;

    const ONE: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_list_is_read_in_both_forms_and_a_line_that_is_neither_is_an_error() {
        let text = format!(
            "{ONE}  a b\n{} *c\n\nSHA256 (d (e)) = {ONE}\n",
            ONE.to_uppercase()
        );
        let names: Vec<String> = lines(&text)
            .expect("a list")
            .into_iter()
            .map(|(hex, name)| format!("{name}: {}", hex == ONE))
            .collect();
        assert_eq!(names, ["a b: true", "c: true", "d (e): true"]);
        for wrong in [
            "",
            "# nothing\n",
            &ONE[1..],
            &format!("{ONE} a"),
            &format!("{ONE}  "),
            "x  a",
        ] {
            assert!(lines(wrong).is_err(), "{wrong}");
        }
    }

    fn file(found: Digest) -> Listed {
        Listed {
            name: "a".to_owned(),
            wanted: ONE.to_owned(),
            found,
        }
    }

    #[rstest]
    #[case(Ok(vec![]), Error)]
    #[case(Ok(vec![file(Digest::Hex(ONE.to_owned()))]), Pass)]
    #[case(Ok(vec![file(Digest::Hex(ONE.to_owned())), file(Digest::Hex("0".repeat(64)))]), Fail)]
    #[case(Ok(vec![file(Digest::Hex(ONE.to_owned())), file(Digest::Missing)]), Fail)]
    #[case(Ok(vec![file(Digest::Missing), file(Digest::Unknown("no".to_owned()))]), Fail)]
    #[case(Ok(vec![file(Digest::Hex(ONE.to_owned())), file(Digest::Unknown("no".to_owned()))]), Error)]
    #[case(Err("no".to_owned()), Error)]
    fn every_file_of_a_list_counts(#[case] files: Result<Vec<Listed>, String>, #[case] verdict: Verdict) {
        let judgement = judge_list("SHA256SUMS", &files);
        assert_eq!(judgement.verdict, verdict, "{}", judgement.reason);
    }
}
