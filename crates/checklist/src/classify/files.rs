//! Files, text filters and the machine itself.

use super::{Effect, has, operands};

/// Programs that read whatever their arguments are.
pub fn always(name: &str) -> Option<Effect> {
    let reads = [
        "cat",
        "ls",
        "stat",
        "du",
        "df",
        "free",
        "uptime",
        "ps",
        "printenv",
        "echo",
        "printf",
        "grep",
        "egrep",
        "fgrep",
        "head",
        "wc",
        "cut",
        "tr",
        "diff",
        "cmp",
        "comm",
        "test",
        "[",
        "true",
        "false",
        "pwd",
        "whoami",
        "id",
        "uname",
        "which",
        "type",
        "file",
        "sha256sum",
        "sha1sum",
        "md5sum",
        "cksum",
        "basename",
        "dirname",
        "realpath",
        "readlink",
        "lsof",
        "netstat",
        "pgrep",
        "od",
        "hexdump",
        "strings",
        "nl",
        "tac",
        "rev",
        "column",
        "paste",
        "fold",
        "expr",
        "seq",
        "sleep",
        "nproc",
        "lscpu",
        "lsblk",
        "groups",
        "who",
        "w",
        "vmstat",
        "jq",
        "tail",
        "cd",
        ":",
        "exit",
        "dpkg-query",
        "pidof",
        "getent",
        "lsb_release",
        "numfmt",
        "sha512sum",
        "b2sum",
    ];
    reads.contains(&name).then_some(Effect::Reads)
}

/// Programs whose arguments decide.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let effect = match name {
        "rg" => Effect::reads_if(
            !words.iter().any(|word| word.starts_with("--pre")),
            "`rg --pre` runs a program",
        ),
        "sort" if has(words, Some('o'), "output") => Effect::changes("`sort -o` writes a file"),
        "sort" => Effect::reads_if(!has(words, None, "compress-program"), "`sort` runs a program"),
        "uniq" if operands(words, &["-f", "-s", "-w"]).len() > 1 => {
            Effect::changes("`uniq` writes its second file")
        }
        "uniq" => Effect::Reads,
        "yq" | "xmllint"
            if has(words, Some('i'), "inplace")
                || has(words, Some('s'), "split-exp")
                || has(words, None, "output") =>
        {
            Effect::changes(format!("`{name}` writes a file"))
        }
        "yq" | "xmllint" => Effect::Reads,
        "date" if has(words, Some('s'), "set") => Effect::changes("`date -s` sets the clock"),
        "date" => Effect::reads_if(
            words
                .iter()
                .all(|word| word.starts_with(['+', '-']) || operands(words, &["-d"]).is_empty()),
            "`date` can set the clock",
        ),
        "hostname" | "hostnamectl" | "timedatectl" => Effect::reads_if(
            operands(words, &[])
                .iter()
                .all(|word| *word == "status" || *word == "show"),
            format!("`{name}` can set what it is given"),
        ),
        "env" | "set" | "export" if words.is_empty() => Effect::Reads,
        "export" => Effect::changes("it sets a variable of that shell only"),
        "command" => Effect::reads_if(words.first() == Some(&"-v"), "`command` runs what it is given"),
        "ss" => Effect::reads_if(!has(words, Some('K'), "kill"), "`ss -K` closes connections"),
        "find" => find(words),
        "sed" => sed(words),
        "awk" | "gawk" | "mawk" => awk(words),
        "sysctl" => Effect::reads_if(
            !has(words, Some('w'), "write") && !words.iter().any(|word| word.contains('=')),
            "`sysctl` can set values",
        ),
        "crontab" => Effect::reads_if(words == ["-l"], "`crontab` can replace the table"),
        "tar" => tar(words),
        "unzip" | "gzip" | "zcat" | "gunzip" => Effect::reads_if(
            name == "zcat" || has(words, Some('l'), "list") || has(words, Some('t'), "test"),
            format!("`{name}` writes files"),
        ),
        "less" | "more" | "top" | "htop" => Effect::unknown(format!("`{name}` needs a terminal")),
        "vi" | "vim" | "nano" | "emacs" | "code" => {
            Effect::changes(format!("`{name}` edits a file and needs a terminal"))
        }
        "cp" | "mv" | "rm" | "mkdir" | "rmdir" | "touch" | "ln" | "chmod" | "chown" | "chgrp" | "tee"
        | "install" | "truncate" | "dd" | "rsync" | "kill" | "pkill" | "killall" | "reboot" | "shutdown"
        | "mount" | "umount" | "zip" | "split" | "shred" | "useradd" | "usermod" | "passwd" | "apt"
        | "apt-get" | "yum" | "dnf" | "brew" | "apk" | "ufw" | "iptables" | "patch" | "mktemp" | "unlink" => {
            changing(name, words)
        }
        _ => return None,
    };
    Some(effect)
}

fn changing(name: &str, words: &[&str]) -> Effect {
    let reads = match name {
        "apt" | "apt-get" => matches!(words.first(), Some(&"list" | &"show" | &"policy" | &"search")),
        "brew" => matches!(words.first(), Some(&"list" | &"info" | &"--version")),
        "ufw" => words.first() == Some(&"status"),
        "mount" => words.is_empty(),
        "kill" => words.first() == Some(&"-0"),
        _ => false,
    };
    if reads {
        Effect::Reads
    } else {
        Effect::changes(format!("`{name}` changes files or the machine"))
    }
}

fn find(words: &[&str]) -> Effect {
    let acts = [
        "-delete", "-exec", "-execdir", "-ok", "-okdir", "-fprint", "-fprintf", "-fls", "-fprint0",
    ];
    match words.iter().find(|word| acts.contains(word)) {
        Some(word) => Effect::changes(format!("`find {word}` acts on what it finds")),
        None => Effect::Reads,
    }
}

/// Reading forms only: known options, one script, and no command in it that writes, reads or executes.
fn sed(words: &[&str]) -> Effect {
    if has(words, Some('i'), "in-place") {
        return Effect::changes("`sed -i` edits a file");
    }
    let known = ["-n", "-E", "-r", "-nE", "-nr", "-z", "--quiet", "--silent"];
    let options = words
        .iter()
        .all(|word| !word.starts_with('-') || known.contains(word));
    let script = operands(words, &[]).first().copied().unwrap_or_default();
    let printing = !script.is_empty()
        && script.bytes().all(|byte| {
            byte.is_ascii_digit() || matches!(byte, b',' | b'$' | b'p' | b'd' | b'q' | b'!' | b' ')
        });
    let substitution = script.starts_with('s')
        && script.chars().nth(1).is_some_and(|mark| {
            let parts: Vec<&str> = script.split(mark).collect();
            !mark.is_alphanumeric()
                && !script.contains(['\\', '\n', ';'])
                && parts.len() == 4
                && parts[3]
                    .chars()
                    .all(|c| matches!(c, 'g' | 'i' | 'I' | 'p') || c.is_ascii_digit())
        });
    let pattern = script
        .strip_prefix('/')
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(_, end)| matches!(end, "p" | "d" | "!d" | "!p"));
    Effect::reads_if(
        options && (printing || substitution || pattern),
        "this form of `sed` is not known",
    )
}

fn awk(words: &[&str]) -> Effect {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        at += match *word {
            "-F" | "-v" => 2,
            word if word.starts_with("-F") => 1,
            _ => return Effect::unknown("an option of `awk` can run or edit something"),
        };
    }
    let program = words.get(at).copied().unwrap_or_default();
    let acts = ["system", "|", "getline", "close", "@", "printf >", "print >"];
    let redirects = program.contains('>') && program.contains("print");
    let safe = !program.is_empty() && !redirects && !acts.iter().any(|act| program.contains(act));
    Effect::reads_if(safe, "this form of `awk` can write or run something")
}

fn tar(words: &[&str]) -> Effect {
    let first = words.first().copied().unwrap_or_default();
    let mode = first.trim_start_matches('-');
    let lists = !first.starts_with("--") && mode.contains('t') && mode.chars().all(|c| "tvfzjJ".contains(c));
    let plain = words.iter().skip(1).all(|word| !word.starts_with('-'));
    if lists && plain {
        Effect::Reads
    } else {
        Effect::changes("`tar` writes files")
    }
}
