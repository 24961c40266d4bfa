//! Steps that would stop what Gonogo itself lives on: pointed out before anybody presses. They may be what is needed, so
//! they are not refused.

/// Words of services that this Gonogo lives on, lower case: its own name, and its database's.
const OWN: [&str; 1] = ["gonogo"];

/// Why a command would stop Gonogo or its database; `database` are the names that the database goes by here: `postgres`, the
/// host of its address.
pub(super) fn harms(command: &str, database: &[String]) -> Option<String> {
    let parts = command.split([';', '|', '&', '\n']);
    parts.into_iter().find_map(|part| {
        let words: Vec<&str> = part.split_whitespace().filter(|word| *word != "sudo").collect();
        let (program, rest) = words.split_first()?;
        let program = program.rsplit('/').next().unwrap_or(program);
        stopped(program, rest, database)
    })
}

fn stopped(program: &str, rest: &[&str], database: &[String]) -> Option<String> {
    let named = |word: &&&str| {
        let lower = word.trim_matches(['"', '\'']).to_lowercase();
        OWN.iter().any(|own| lower.contains(own)) || database.iter().any(|name| lower.contains(name.as_str()))
    };
    let stops = |word: &&str| {
        matches!(
            *word,
            "stop" | "restart" | "kill" | "down" | "rm" | "pause" | "disable"
        )
    };
    let everything = || Some("it stops this machine, and Gonogo with it".to_owned());
    match program {
        "shutdown" | "reboot" | "poweroff" | "halt" => everything(),
        "systemctl"
            if rest
                .iter()
                .any(|word| matches!(*word, "reboot" | "poweroff" | "halt")) =>
        {
            everything()
        }
        "pkill" | "killall" => rest.iter().find(named).map(|name| words(name)),
        "systemctl" | "service" | "pg_ctlcluster" | "pg_ctl" | "docker" | "docker-compose" | "podman"
        | "kubectl"
            if rest.iter().any(stops) =>
        {
            rest.iter()
                .find(named)
                .map(|name| words(name))
                .or_else(|| all(program, rest, database))
        }
        _ => None,
    }
}

/// `down` names no service: it stops all.
fn all(program: &str, rest: &[&str], database: &[String]) -> Option<String> {
    let composed = program == "docker-compose" || rest.first() == Some(&"compose");
    let at = rest.iter().position(|word| *word == "down" || *word == "stop")?;
    let bare = rest[at + 1..].iter().all(|word| word.starts_with('-'));
    (composed && bare && !database.is_empty())
        .then(|| "it stops every service here, Gonogo's database among them".to_owned())
}

fn words(name: &str) -> String {
    format!("it stops {name}, which Gonogo itself lives on")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stops_gonogo_or_its_database_is_pointed_out_and_nothing_else() {
        let database = vec!["postgres".to_owned()];
        for command in [
            "systemctl stop gonogo",
            "sudo systemctl restart postgresql",
            "docker-compose restart postgres",
            "docker compose down",
            "cd x && docker-compose -f a.yml down -v",
            "pkill -9 gonogo",
            "shutdown -h now",
        ] {
            assert!(harms(command, &database).is_some(), "{command}");
        }
        for command in [
            "systemctl stop nginx",
            "docker-compose stop redis",
            "docker-compose up -d postgres",
            "echo gonogo",
            "git checkout gonogo-1.2",
            "pkill nginx",
        ] {
            assert_eq!(harms(command, &database), None, "{command}");
        }
        assert_eq!(
            harms("docker-compose down", &[]),
            None,
            "its database is elsewhere"
        );
    }
}
