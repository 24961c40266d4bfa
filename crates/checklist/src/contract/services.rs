//! Services of the system.

use super::{Thing, Twice, operands};

pub(super) fn of(program: &str, words: &[&str]) -> Option<Twice> {
    match program {
        "systemctl" => {
            let flags = ["--user", "--now", "-q", "--quiet", "--no-pager", "--system"];
            let operands = operands(words, &[], &flags)?;
            let (verb, units) = operands.split_first()?;
            match (*verb, units.is_empty()) {
                ("stop" | "disable", false) => Some(Twice::default()),
                ("start" | "restart" | "reload" | "try-restart" | "reload-or-restart" | "enable", false)
                | ("daemon-reload", true) => Some(starts()),
                _ => None,
            }
        }
        "service" => match words {
            [_, "stop"] => Some(Twice::default()),
            [_, "start" | "restart" | "reload"] => Some(starts()),
            _ => None,
        },
        "supervisorctl" => match words {
            ["stop", _, ..] => Some(Twice::default()),
            ["start" | "restart", _, ..] | ["reread" | "update"] => Some(starts()),
            _ => None,
        },
        // `start` of a script makes one more of it.
        "pm2" => match words {
            ["stop", _] => Some(Twice::default()),
            ["restart" | "reload", name] if !name.contains(['.', '/']) => Some(starts()),
            _ => None,
        },
        "nginx" => match words {
            ["-s", "reload"] => Some(starts()),
            _ => None,
        },
        "apachectl" | "apache2ctl" => match words {
            ["graceful" | "restart"] => Some(starts()),
            _ => None,
        },
        _ => None,
    }
}

/// What starts reads its files and its image.
pub(super) fn starts() -> Twice {
    Twice::takes([Thing::Files, Thing::Images])
}
