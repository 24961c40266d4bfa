//! Lines of a `.env` file set to what a document asks: the text after it. Nothing else in the file changes.

use super::{Setting, parse};

/// A line that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The variable.
    pub key: String,
    /// What it was, where it was set.
    pub before: Option<String>,
    /// What it becomes.
    pub after: String,
    /// The line of the new text, from 1.
    pub line: usize,
}

/// The text with every pair of `wanted` set, and what changes. The last setting of a key is the one that counts and is
/// changed in its place, a key that is not set is added at the end. Line ends are those of the file.
///
/// # Errors
/// The line whose quote is never closed, where that would swallow what is set.
pub(crate) fn edited(content: &[u8], wanted: &[(String, String)]) -> Result<(Vec<u8>, Vec<Change>), String> {
    let mut changes = Vec::new();
    let mut text = content.to_vec();
    for (key, value) in wanted {
        if value.contains('`') && value.contains('\'') {
            return Err(format!(
                "the value of {key} has both kinds of quotes that a shell obeys: write it by hand"
            ));
        }
        // What was set before may stand on other lines by now, so each one is looked for anew.
        let (settings, _) = parse(&text);
        let last = settings.iter().rfind(|setting| setting.key == *key);
        if last.is_some_and(|last| last.value == *value && !last.refers) {
            continue;
        }
        let line = match last {
            Some(last) => replace(&mut text, last, value),
            None => add(&mut text, key, value),
        };
        changes.push(Change {
            key: key.clone(),
            before: last.map(|last| last.value.clone()),
            after: value.clone(),
            line,
        });
    }
    read_back(&text, wanted)?;
    Ok((text, changes))
}

/// Whether the text says what is wanted. A quote that was never closed can end in a line that was added.
fn read_back(text: &[u8], wanted: &[(String, String)]) -> Result<(), String> {
    let (settings, strange) = parse(text);
    let holds = |(key, value): &(String, String)| {
        let last = settings.iter().rfind(|setting| setting.key == *key);
        last.is_some_and(|last| last.value == *value)
    };
    if wanted.iter().all(holds) {
        return Ok(());
    }
    let open = settings.iter().find(|setting| setting.last_line > setting.line);
    let line = open
        .map(|setting| setting.line)
        .or(strange.first().copied())
        .unwrap_or(1);
    Err(format!(
        "line {line} is not closed or cannot be read, and would swallow what is set: mend it first"
    ))
}

fn replace(text: &mut Vec<u8>, last: &Setting, value: &str) -> usize {
    let starts = starts(text);
    let from = starts[last.line - 1];
    let end = starts.get(last.last_line).copied().unwrap_or(text.len());
    // Up to the sign of equality it stays as somebody wrote it: `export KEY =`.
    let to_value = text[from..end]
        .iter()
        .position(|byte| *byte == b'=')
        .map_or(from, |at| from + at + 1);
    let mut new = quoted(value).into_bytes();
    new.extend_from_slice(behind(&text[to_value..end]));
    text.splice(to_value..end, new);
    last.line
}

/// What stays behind a value: a comment after white space, where no quote could hold it, and the line's end.
fn behind(written: &[u8]) -> &[u8] {
    let ending = line_ending(written);
    let line = &written[..written.len() - ending.len()];
    if line.contains(&b'"') || line.contains(&b'\'') || line.contains(&b'\n') {
        return ending;
    }
    let comment = line.windows(2).position(|pair| matches!(pair, b" #" | b"\t#"));
    comment.map_or(ending, |at| &written[at..])
}

fn add(text: &mut Vec<u8>, key: &str, value: &str) -> usize {
    let ending: &[u8] = if text.windows(2).any(|pair| pair == b"\r\n") {
        b"\r\n"
    } else {
        b"\n"
    };
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.extend_from_slice(ending);
    }
    let line = starts(text).len();
    text.extend_from_slice(format!("{key}={}", quoted(value)).as_bytes());
    text.extend_from_slice(ending);
    line
}

/// Where every line starts.
fn starts(text: &[u8]) -> Vec<usize> {
    let breaks = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    [0].into_iter().chain(breaks.map(|(at, _)| at + 1)).collect()
}

fn line_ending(line: &[u8]) -> &[u8] {
    let whole = [&b"\r\n"[..], b"\n"];
    whole
        .into_iter()
        .find(|ending| line.ends_with(ending))
        .unwrap_or(b"")
}

/// As a `.env` file holds it, and a shell that reads it as a script: in quotes where it would be read otherwise.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@%+=".contains(c);
    if value.chars().all(plain) {
        return value.to_owned();
    }
    // Between single quotes nothing means anything.
    if !value.contains(['\'', '\n', '\r']) {
        return format!("'{value}'");
    }
    let escaped: String = value
        .chars()
        .flat_map(|c| match c {
            '"' | '\\' | '$' => vec!['\\', c],
            '\n' => vec!['\\', 'n'],
            '\r' => vec!['\\', 'r'],
            '\t' => vec!['\\', 't'],
            c => vec![c],
        })
        .collect();
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn set(content: &str, pairs: &[(&str, &str)]) -> (String, Vec<Change>) {
        let wanted: Vec<(String, String)> = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let (text, changes) = edited(content.as_bytes(), &wanted).expect("a file that can be read");
        (String::from_utf8(text).expect("text"), changes)
    }

    #[rstest]
    #[case("", "A=1\n")]
    #[case("B=2", "B=2\nA=1\n")]
    #[case("B=2\r\n", "B=2\r\nA=1\r\n")]
    #[case("# A=3\nexport A = old # why\nB=2\n", "# A=3\nexport A =1 # why\nB=2\n")]
    #[case("A=0\nA='x\ny'\nB=2\n", "A=0\nA=1\nB=2\n")]
    #[case("A=1\n", "A=1\n")]
    fn one_line_changes_and_everything_else_stays(#[case] before: &str, #[case] after: &str) {
        assert_eq!(set(before, &[("A", "1")]).0, after);
    }

    #[rstest]
    #[case("x;reboot", "A='x;reboot'\n")]
    #[case("$(reboot)", "A='$(reboot)'\n")]
    #[case("it's", "A=\"it's\"\n")]
    #[case("redis://r:6379/0", "A=redis://r:6379/0\n")]
    fn a_value_means_nothing_to_a_shell_that_reads_the_file(#[case] value: &str, #[case] after: &str) {
        assert_eq!(set("", &[("A", value)]).0, after);
    }

    #[test]
    fn what_changes_is_said_with_its_line() {
        let (_, changes) = set("A=0\n", &[("A", "1"), ("B", "two words"), ("C", "3")]);
        let said: Vec<_> = changes
            .iter()
            .map(|change| (change.line, change.key.as_str(), change.before.as_deref()))
            .collect();
        assert_eq!(said, [(1, "A", Some("0")), (2, "B", None), (3, "C", None)]);
    }

    proptest! {
        #[test]
        fn a_line_that_was_set_reads_as_it_was_meant(content in "[A-C=#'\"a \\n\r$\\\\]{0,60}", value in "[ -~äß]{1,20}") {
            let wanted = [("KEY".to_owned(), value.clone())];
            let Ok((text, _)) = edited(content.as_bytes(), &wanted) else {
                let open = content.contains(['"', '\'']) || value.contains('`');
                prop_assert!(open, "only a quote that stays open swallows a line");
                return Ok(());
            };
            let (settings, _) = parse(&text);
            let last = settings.iter().rfind(|setting| setting.key == "KEY");
            prop_assert_eq!(last.map(|last| last.value.as_str()), Some(value.as_str()));
            prop_assert_eq!(edited(&text, &wanted).map(|edited| edited.0), Ok(text), "twice is once");
        }
    }
}
