//! Files, text filters and the machine itself.

use super::text::{awk, sed};
use super::{Effect, FILLED, has, operands};

/// Programs that read whatever their arguments are.
pub fn always(name: &str) -> Option<Effect> {
    let reads = matches!(
        name,
        "cat"
            | "ls"
            | "stat"
            | "du"
            | "df"
            | "free"
            | "uptime"
            | "ps"
            | "printenv"
            | "echo"
            | "grep"
            | "egrep"
            | "fgrep"
            | "head"
            | "wc"
            | "cut"
            | "tr"
            | "diff"
            | "cmp"
            | "comm"
            | "true"
            | "false"
            | "pwd"
            | "whoami"
            | "id"
            | "uname"
            | "which"
            | "type"
            | "sha256sum"
            | "sha1sum"
            | "md5sum"
            | "cksum"
            | "basename"
            | "dirname"
            | "realpath"
            | "readlink"
            | "netstat"
            | "pgrep"
            | "od"
            | "hexdump"
            | "strings"
            | "nl"
            | "tac"
            | "rev"
            | "column"
            | "paste"
            | "fold"
            | "expr"
            | "seq"
            | "sleep"
            | "nproc"
            | "lscpu"
            | "lsblk"
            | "groups"
            | "who"
            | "w"
            | "vmstat"
            | "tail"
            | "cd"
            | ":"
            | "exit"
            | "dpkg-query"
            | "pidof"
            | "getent"
            | "lsb_release"
            | "numfmt"
            | "sha512sum"
            | "b2sum"
            | "bc"
            | "sha224sum"
            | "sha384sum"
            | "shasum"
            | "md5"
            | "tput"
            | "tsort"
            | "expand"
            | "unexpand"
            | "continue"
            | "break"
            | "namei"
            | "lsattr"
            | "getfacl"
            | "getcap"
            | "whereis"
            | "nm"
            | "readelf"
            | "objdump"
            | "addr2line"
    );
    reads.then_some(Effect::Reads)
}

/// Programs whose arguments decide.
pub fn effect(name: &str, words: &[&str]) -> Option<Effect> {
    let effect = match name {
        "rg" => Effect::reads_if(
            !words
                .iter()
                .any(|word| word.starts_with("--pre") || word.starts_with("--hostname-bin")),
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
                || has(words, None, "in-place")
                || has(words, Some('o'), "output") && name == "xmllint"
                || has(words, None, "shell")
                || words.iter().any(|word| word.starts_with("--security-enable")) =>
        {
            Effect::changes(format!("`{name}` writes a file"))
        }
        "yq" | "xmllint" => Effect::Reads,
        "date" => date(words),
        // What `test -v`, `[[ … -eq … ]]` and `printf -v` are given is evaluated: a substitution in it would run.
        "test" | "[" | "[[" | "printf" => Effect::reads_if(
            !words
                .iter()
                .any(|word| word.contains("$(") || word.contains('`') || (name == "printf" && *word == "-v")),
            format!("`{name}` can evaluate what it is given"),
        ),
        "env" | "set" | "export" if words.is_empty() => Effect::Reads,
        "export" => Effect::changes("it sets a variable of that shell only"),
        "command" => Effect::reads_if(words.first() == Some(&"-v"), "`command` runs what it is given"),
        "find" => find(words),
        "sed" => sed(words),
        "awk" | "gawk" | "mawk" => awk(words),
        "jq" => Effect::reads_if(
            !has(words, Some('i'), "in-place"),
            "this form of `jq` is not known to read",
        ),
        "sysctl" => Effect::reads_if(
            words.iter().all(|word| {
                matches!(*word, "-n" | "-a" | "-e" | "--all" | "--values")
                    || !word.starts_with('-') && !word.contains('=')
            }),
            "`sysctl` can set values",
        ),
        "tar" => tar(words),
        "less" | "more" | "htop" | "btop" | "ctop" | "lazydocker" | "ncdu" | "iotop" | "nethogs"
        | "iftop" | "w3m" | "lynx" => Effect::unknown(format!("`{name}` needs a terminal")),
        "vi" | "vim" | "nvim" | "nano" | "emacs" | "code" | "pico" | "ed" | "micro" | "subl" => {
            Effect::changes(format!("`{name}` edits a file and needs a terminal"))
        }
        "cp" | "mv" | "rm" | "mkdir" | "rmdir" | "touch" | "ln" | "chmod" | "chown" | "chgrp" | "tee"
        | "install" | "truncate" | "dd" | "pkill" | "killall" | "split" | "csplit" | "patch" | "mktemp"
        | "unlink" | "mkfifo" | "mknod" | "rename" | "fuser" | "skill" | "renice" | "dos2unix"
        | "unix2dos" | "trash" | "open" | "xdg-open" | "set" | "unset" | "alias" | "trap" | "read"
        | "declare" | "local" | "readonly" | "eval" => changing(name),
        "kill" => Effect::reads_if(
            words.first() == Some(&"-0") || words == ["-l"],
            "`kill` ends processes",
        ),
        _ => return writers(name, words),
    };
    Some(effect)
}

/// Programs that print unless an option or a second file lets them write.
fn writers(name: &str, words: &[&str]) -> Option<Effect> {
    let effect = match name {
        "file" => Effect::reads_if(!has(words, Some('C'), "compile"), "`file -C` writes a file"),
        "lsof" => Effect::reads_if(
            !words.iter().any(|word| word.starts_with("-D")),
            "`lsof -D` writes a file",
        ),
        "base64" | "base32" => Effect::reads_if(!has(words, Some('o'), "output"), "it writes a file"),
        "tree" => Effect::reads_if(
            !has(words, Some('o'), "output") && !has(words, Some('R'), ""),
            "`tree -o` writes a file",
        ),
        "xxd" => Effect::reads_if(
            !has(words, Some('r'), "revert") && operands(words, &["-l", "-s", "-c"]).len() < 2,
            "`xxd` writes its second file",
        ),
        _ => return None,
    };
    Some(effect)
}

fn changing(name: &str) -> Effect {
    Effect::changes(format!("`{name}` changes files, the machine or its shell"))
}

/// `date` with a format, of a given time or file; a bare operand sets the clock.
fn date(words: &[&str]) -> Effect {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "-d" | "-r" | "--date" | "--reference" => {
                words.next();
            }
            "-u" | "-R" | "-I" | "--utc" | "--iso-8601" | "--rfc-email" => {}
            word if word.starts_with('+') => {}
            word if [
                "-d",
                "--date=",
                "--iso-8601=",
                "-I",
                "--rfc-3339=",
                "--reference=",
            ]
            .iter()
            .any(|option| word.starts_with(option)) => {}
            _ => return Effect::unknown("`date` can set the clock"),
        }
    }
    Effect::Reads
}

fn find(words: &[&str]) -> Effect {
    let acts = [
        "-delete", "-exec", "-execdir", "-ok", "-okdir", "-fprint", "-fprintf", "-fls", "-fprint0",
    ];
    // A word that the shell fills in at its start could be any of them.
    let acting = words
        .iter()
        .find(|word| acts.contains(word) || (word.starts_with(FILLED) && !word.contains('/')));
    match acting {
        Some(word) if word.starts_with(FILLED) => {
            Effect::unknown("what is filled in can be an action of `find`")
        }
        Some(word) => Effect::changes(format!("`find {word}` acts on what it finds")),
        None => Effect::Reads,
    }
}

fn tar(words: &[&str]) -> Effect {
    let first = words.first().copied().unwrap_or_default();
    let mode = first.trim_start_matches('-');
    let lists = !first.starts_with("--") && mode.contains('t') && mode.chars().all(|c| "tvfzjJ".contains(c));
    // A name with a colon is a file of another machine.
    let plain = words
        .iter()
        .skip(1)
        .all(|word| !word.starts_with('-') && !word.contains(':'));
    if lists && plain {
        Effect::Reads
    } else {
        Effect::changes("`tar` writes files")
    }
}
