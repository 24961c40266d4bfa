//! Steps that would stop what Gonogo itself lives on: pointed out before anybody presses. They may be what is needed, so
//! they are not refused.

use crate::server::{run::Opened, state::AppState};

/// What a command would take away from Gonogo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Harm {
    /// This process, by this name; all of the machine where it is empty.
    Gonogo(String),
    /// Its database, by this name; with every other service where it is empty.
    Database(String),
}

impl Harm {
    /// For people.
    pub(super) fn words(&self) -> String {
        match self {
            Harm::Gonogo(name) if name.is_empty() => "it stops this machine, and Gonogo with it".to_owned(),
            Harm::Database(name) if name.is_empty() => {
                "it stops every service here, Gonogo's database among them".to_owned()
            }
            Harm::Gonogo(name) | Harm::Database(name) => {
                format!("it stops {name}, which Gonogo itself lives on")
            }
        }
    }
}

/// What the database that Gonogo lives on goes by in this environment; nothing where it is another.
pub(super) fn database(state: &AppState, opened: &Opened) -> Vec<String> {
    let Some(own) = &state.config.database_url else {
        return Vec::new();
    };
    let place = state.sites.place(&opened.pinned.run.start.environment);
    let endpoints = place
        .map(|place| place.site.environment.endpoints.clone())
        .unwrap_or_default();
    let authority = |url: &str| {
        let (_, rest) = url.split_once("://")?;
        let rest = rest.split(['/', '?']).next()?;
        Some(rest.rsplit('@').next()?.to_lowercase())
    };
    let same = endpoints.into_iter().filter(|endpoint| {
        endpoint.url.starts_with("postgres") && authority(&endpoint.url) == authority(own)
    });
    same.flat_map(|endpoint| endpoint.replaces.into_iter().chain([endpoint.name]))
        .filter_map(|name| Some(name.split(':').next()?.to_lowercase()))
        .filter(|name| !matches!(name.as_str(), "" | "localhost" | "127.0.0.1" | "/"))
        .chain(["postgres".to_owned()])
        .collect()
}

/// What a command would stop that Gonogo lives on; `database` are the names that its database goes by here: `postgres`, the
/// host of its address.
pub(super) fn harms(command: &str, database: &[String]) -> Option<Harm> {
    let parts = command.split([';', '|', '&', '\n']);
    parts.into_iter().find_map(|part| {
        let words: Vec<&str> = part.split_whitespace().filter(|word| *word != "sudo").collect();
        let (program, rest) = words.split_first()?;
        let program = program.rsplit('/').next().unwrap_or(program);
        stopped(program, rest, database)
    })
}

fn stopped(program: &str, rest: &[&str], database: &[String]) -> Option<Harm> {
    let named = || rest.iter().find_map(|word| owned(word, database));
    let stops = |word: &&str| {
        matches!(
            *word,
            "stop" | "restart" | "kill" | "down" | "rm" | "pause" | "disable"
        )
    };
    let halts = |word: &&str| matches!(*word, "reboot" | "poweroff" | "halt");
    match program {
        "shutdown" | "reboot" | "poweroff" | "halt" => Some(Harm::Gonogo(String::new())),
        "systemctl" if rest.iter().any(halts) => Some(Harm::Gonogo(String::new())),
        "pkill" | "killall" => named(),
        "systemctl" | "service" | "pg_ctlcluster" | "pg_ctl" | "docker" | "docker-compose" | "podman"
        | "kubectl"
            if rest.iter().any(stops) =>
        {
            named().or_else(|| all(program, rest, database))
        }
        _ => None,
    }
}

/// What Gonogo lives on and this word of a command names.
fn owned(word: &str, database: &[String]) -> Option<Harm> {
    let lower = word.trim_matches(['"', '\'']).to_lowercase();
    if lower.contains("gonogo") {
        Some(Harm::Gonogo(word.to_owned()))
    } else if database.iter().any(|name| lower.contains(name.as_str())) {
        Some(Harm::Database(word.to_owned()))
    } else {
        None
    }
}

/// `down` names no service: it stops all.
fn all(program: &str, rest: &[&str], database: &[String]) -> Option<Harm> {
    let composed = program == "docker-compose" || rest.first() == Some(&"compose");
    let at = rest.iter().position(|word| *word == "down" || *word == "stop")?;
    let bare = rest[at + 1..].iter().all(|word| word.starts_with('-'));
    (composed && bare && !database.is_empty()).then(|| Harm::Database(String::new()))
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
        let away = |command| matches!(harms(command, &database), Some(Harm::Database(_)));
        assert!(away("docker-compose restart postgres") && !away("systemctl restart gonogo"));
        assert_eq!(
            harms("docker-compose down", &[]),
            None,
            "its database is elsewhere"
        );
    }
}
