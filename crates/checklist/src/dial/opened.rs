//! The files outside of the work directory that a command names: each must be one that the environment lists, as those that
//! are read natively.

use super::{DEEPEST, secret_files};
use crate::classify;
use crate::shell::{self, Redirect, Script, Simple};
use crate::word::{FILLED, Word};

/// Programs whose operands are files that they read or tell something of.
#[rustfmt::skip] // names in rows
const READERS: &[&str] = &[
    "cat", "tac", "nl", "head", "tail", "wc", "sort", "uniq", "cut", "paste", "join", "comm", "diff", "cmp", "grep", "egrep", "fgrep",
    "rg", "zgrep", "awk", "gawk", "mawk", "sed", "jq", "yq", "file", "strings", "od", "xxd", "hexdump", "base64", "base32", "rev",
    "fold", "column", "md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "b2sum", "cksum", "stat", "ls", "du",
    "df", "find", "tree", "readlink", "realpath", "zcat", "bzcat", "xzcat", "zstdcat", "gzcat", "tar", "unzip", "zipinfo", "cd",
    "test", "[", "[[", "sqlite3", "openssl",
];

/// The paths that a script names outside of the work directory, in order and without repeats: absolute ones, those that go up,
/// those of a home. Of a pattern the folder that it stands in. What only the shell knows is not seen.
pub fn outside(script: &Script) -> Vec<String> {
    let mut found = Vec::new();
    of_script(script, 0, &mut found);
    found
}

fn of_script(script: &Script, depth: u32, found: &mut Vec<String>) {
    for stage in script.pipelines.iter().flat_map(|pipeline| &pipeline.stages) {
        for word in stage.words.iter().chain(&stage.beside) {
            for substitution in &word.substitutions {
                of_text(substitution, depth, found);
            }
        }
        for redirect in &stage.redirects {
            if let Redirect::Reads { file: Some(file) } = redirect {
                add(&file.filled, found);
            }
        }
        of_words(&stage.words, depth, found);
    }
}

fn of_text(text: &str, depth: u32, found: &mut Vec<String>) {
    if depth < DEEPEST
        && let Ok(script) = shell::read(text)
    {
        of_script(&script, depth + 1, found);
    }
}

fn of_words(words: &[Word], depth: u32, found: &mut Vec<String>) {
    let Some((first, arguments)) = words.split_first() else {
        return;
    };
    let program = Simple {
        words: vec![first.clone()],
        ..Simple::default()
    };
    let name = program.program().unwrap_or_default();
    if let ("sh" | "bash" | "ash", [option, script]) = (name, arguments)
        && option.raw.starts_with('-')
    {
        of_text(script.literal.as_deref().unwrap_or_default(), depth, found);
    } else if READERS.contains(&name) {
        for word in operands(name, arguments) {
            add(word, found);
        }
    } else {
        let texts: Vec<&str> = arguments.iter().map(|word| word.filled.as_str()).collect();
        let inner = classify::wraps(name, &texts).filter(|inner| *inner > 0 && depth < DEEPEST);
        if let Some(inner) = inner {
            of_words(&arguments[arguments.len() - inner..], depth + 1, found);
        }
    }
}

/// The words that can be files.
fn operands<'a>(name: &str, arguments: &'a [Word]) -> Vec<&'a str> {
    let text = |word: &'a Word| word.filled.as_str();
    let asks = |word: &str| word.len() == 2 && word.starts_with('-');
    match name {
        // What is compared is a text.
        "test" | "[" | "[[" => {
            let pairs = arguments.windows(2).filter(|pair| asks(&pair[0].filled));
            pairs.map(|pair| text(&pair[1])).collect()
        }
        // What follows the folders is what is looked for.
        "find" => arguments
            .iter()
            .map(text)
            .take_while(|word| !word.starts_with(['-', '(', '!']))
            .collect(),
        _ => {
            let given = arguments
                .iter()
                .filter_map(|word| text(word).strip_prefix("--")?.split_once('='));
            let separator = |word: &&str| *word == "/" && matches!(name, "cut" | "sort" | "paste" | "awk");
            let words = secret_files::operands(name, arguments).into_iter().map(text);
            let words = words.filter(|word| !separator(word));
            words.chain(given.map(|(_, value)| value)).collect()
        }
    }
}

/// Keeps a path that leads out of the work directory.
fn add(path: &str, found: &mut Vec<String>) {
    let known = path.find([FILLED, '*', '?', '[', '{']).map_or(path, |at| {
        let folder = path[..at].rfind('/').map_or(0, |slash| slash.max(1));
        &path[..folder]
    });
    let up = known.split('/').any(|part| part == "..");
    let device = matches!(known, "/dev/null" | "/dev/stdin") || known.starts_with("/dev/fd/");
    let out = known.starts_with(['/', '~']) || up;
    if out && !device && !found.iter().any(|other| other == known) {
        found.push(known.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("cat /etc/app.conf | grep x", &["/etc/app.conf"])]
    #[case("sudo -n cat /etc/app.conf", &["/etc/app.conf"])]
    #[case("timeout 5 tail -n 3 /var/log/a.log", &["/var/log/a.log"])]
    #[case("sh -c 'cat /etc/app.conf'", &["/etc/app.conf"])]
    #[case("echo $(cat /etc/app.conf)", &["/etc/app.conf"])]
    #[case("wc -l < /var/log/a.log", &["/var/log/a.log"])]
    #[case("cat ../other/.x", &["../other/.x"])]
    #[case("cat ~/.ssh/config", &["~/.ssh/config"])]
    #[case("cat /etc/pass*", &["/etc"])]
    #[case("cat \"/srv/$APP/log\"", &["/srv"])]
    #[case("cd /etc && cat passwd", &["/etc"])]
    #[case("find /srv /opt -name '/x'", &["/srv", "/opt"])]
    #[case("test -s /srv/a", &["/srv/a"])]
    #[case("diff /a /a /b", &["/a", "/b"])]
    #[case("sort --files0-from=/srv/list", &["/srv/list"])]
    // A pattern, a program, a text or a separator is no file; a container has files of its own.
    #[case("grep '/api/health' access.log", &[])]
    #[case("awk '/error/ {print}' app.log", &[])]
    #[case("[ \"$X\" = /srv ]", &[])]
    #[case("cut -d / -f 2 names", &[])]
    #[case("docker exec web cat /etc/app.conf", &[])]
    #[case("cat app.log > /dev/null", &[])]
    #[case("cat /dev/null", &[])]
    #[case("git status", &[])]
    fn files_outside_of_the_work_directory_are_seen(#[case] command: &str, #[case] expected: &[&str]) {
        let script = shell::read(command).expect("understood");
        assert_eq!(outside(&script), expected, "{command}");
    }
}
