//! Files and folders.

use super::{Thing, Twice, operands};

pub(super) fn of(program: &str, words: &[&str]) -> Option<Twice> {
    match program {
        "mkdir" => {
            let folders = operands(words, &["-m", "--mode"], &["-p", "-v", "--parents", "--verbose"])?;
            let parents = words
                .iter()
                .any(|word| *word == "--parents" || (short(word) && word.contains('p')));
            some(&folders).filter(|_| parents).map(written)
        }
        "rm" => {
            let paths = operands(words, &[], &["-f", "-r", "-R", "-v", "--force", "--recursive"])?;
            let forced = words
                .iter()
                .any(|word| *word == "--force" || (short(word) && word.contains('f')));
            // Which files a pattern finds may differ the second time.
            let fixed = paths.iter().all(|path| !path.contains(['*', '?', '[', '\u{1}']));
            some(&paths).filter(|_| forced && fixed).map(written)
        }
        // A folder that is copied twice ends inside of its own copy, and `-b` keeps a copy of the copy.
        "cp" => match operands(
            words,
            &[],
            &["-f", "-p", "-v", "--force", "--preserve", "--verbose"],
        )?
        .as_slice()
        {
            [from, to] if from != to => Some(Twice::takes([Thing::file(from)]).gives([Thing::file(to)])),
            _ => None,
        },
        "ln" => link(words),
        "chmod" => match operands(words, &[], &["-R", "-v"])?.as_slice() {
            [mode, paths @ ..] if !paths.is_empty() && is_mode(mode) => Some(Twice::default()),
            _ => None,
        },
        "chown" | "chgrp" => match operands(words, &[], &["-R", "-v", "-h"])?.as_slice() {
            [_, paths @ ..] if !paths.is_empty() => Some(Twice::default()),
            _ => None,
        },
        _ => None,
    }
}

/// Without `-n` the second link would stand inside of the folder that the first one leads to.
fn link(words: &[&str]) -> Option<Twice> {
    let letter = |letter: char, long: &str| {
        words
            .iter()
            .any(|word| *word == long || (short(word) && word.contains(letter)))
    };
    let whole = letter('n', "--no-dereference") || letter('T', "--no-target-directory");
    let fixed = letter('s', "--symbolic") && letter('f', "--force") && whole;
    let flags = [
        "-s",
        "-f",
        "-n",
        "-T",
        "-v",
        "--symbolic",
        "--force",
        "--no-dereference",
        "--no-target-directory",
    ];
    match operands(words, &[], &flags)?.as_slice() {
        [_, link] if fixed => Some(Twice::default().gives([Thing::file(link)])),
        _ => None,
    }
}

fn short(word: &str) -> bool {
    word.starts_with('-') && !word.starts_with("--")
}

fn some<'a, 'b>(paths: &'b [&'a str]) -> Option<&'b [&'a str]> {
    (!paths.is_empty()).then_some(paths)
}

fn written(paths: &[&str]) -> Twice {
    Twice::default().gives(paths.iter().map(|path| Thing::file(path)))
}

/// `0644`, `u=rw,go=r`, `+x`
fn is_mode(mode: &str) -> bool {
    let octal = (3..=4).contains(&mode.len()) && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    let part = |part: &str| {
        let rights = part.trim_start_matches(['u', 'g', 'o', 'a']);
        let rights = rights.strip_prefix(['=', '+', '-']);
        rights.is_some_and(|rights| rights.chars().all(|c| "rwxX".contains(c)))
    };
    octal || mode.split(',').all(part)
}
