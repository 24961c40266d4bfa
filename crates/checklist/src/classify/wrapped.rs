//! Programs that run another one.

use super::after_options;
use super::files;

/// For a program that runs another one: how many of its last words are that other command. `Some(0)` where that
/// cannot be told.
pub fn wrapped(name: &str, words: &[&str]) -> Option<usize> {
    let (valued, flags, operands): (&[&str], &[&str], usize) = match name {
        "sudo" | "doas" => (&["-u", "-g"], &["-n", "-E", "-H", "-k"], 0),
        "time" => (&[], &["-p"], 0),
        "nohup" => (&[], &[], 0),
        "command" if words.first() != Some(&"-v") => (&[], &["-p"], 0),
        "timeout" => (&["-s", "-k"], &["--foreground", "--preserve-status"], 1),
        "nice" => (&["-n"], &[], 0),
        "ionice" => (&["-c", "-n"], &[], 0),
        "stdbuf" => (&["-o", "-i", "-e"], &["-oL", "-o0", "-eL", "-e0"], 0),
        "xargs" => (&["-n", "-I", "-P", "-L", "-d"], &["-0", "-r", "-t"], 0),
        "env" if words.iter().any(|word| !word.starts_with('-')) => return Some(0),
        "bash" | "sh" | "zsh" | "eval" | "exec" | "source" | "." | "watch" | "su" | "builtin"
        | "parallel" | "flock" | "chroot" | "nsenter" | "unshare" | "strace" | "ltrace" | "gdb" | "perf"
        | "script" | "start-stop-daemon" | "setsid" | "dumb-init" | "ash" | "dash" | "ksh" | "fish" => {
            return Some(0);
        }
        _ => return None,
    };
    let rest = after_options(words, valued, flags).unwrap_or_default();
    let inner = rest.len().saturating_sub(operands);
    let reads_input = name == "xargs"
        && rest
            .first()
            .is_none_or(|program| files::always(program).is_none());
    Some(if reads_input { 0 } else { inner })
}
