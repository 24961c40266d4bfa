//! The command line of Compose, in both spellings: `docker-compose …` and `docker compose …`.

/// A call of Compose without its own options.
pub struct Compose<'a> {
    /// The project that `-p` names.
    pub project: Option<String>,
    /// The subcommand and its words; `None` stands for one that only the shell knows.
    pub words: Vec<Option<&'a str>>,
}

/// A command inside of a service's container.
pub struct Exec<'a> {
    /// The service.
    pub service: &'a str,
    /// The command and its words.
    pub words: Vec<Option<&'a str>>,
}

/// Options before the subcommand that take a value and do not change which project is meant.
const VALUED: &[&str] = &["-f", "--file", "--profile", "--ansi", "--progress", "--log-level"];

/// Reads a call; `None` where it is none, or has an option that is not known here.
pub fn read<'a>(program: &str, arguments: &[Option<&'a str>]) -> Option<Compose<'a>> {
    let mut words = match (program, arguments) {
        ("docker-compose", words) => words,
        ("docker", [Some("compose"), words @ ..]) => words,
        _ => return None,
    };
    let mut project = None;
    while let [Some(option), rest @ ..] = words
        && option.starts_with('-')
    {
        let (name, value) = option
            .split_once('=')
            .map_or((*option, None), |(name, value)| (name, Some(value)));
        let (value, after) = match (value, rest) {
            (Some(value), rest) => (value, rest),
            (None, [Some(value), after @ ..]) => (*value, after),
            (None, _) => return None,
        };
        match name {
            "-p" | "--project-name" => project = Some(value.to_owned()),
            name if VALUED.contains(&name) => {}
            _ => return None,
        }
        words = after;
    }
    Some(Compose {
        project,
        words: words.to_vec(),
    })
}

impl<'a> Compose<'a> {
    /// The command of `exec`; `None` where it is no `exec`, or has an option that changes what is run.
    pub fn exec(&self) -> Option<Exec<'a>> {
        let [Some("exec"), words @ ..] = self.words.as_slice() else {
            return None;
        };
        let options = words.iter().take_while(|word| {
            matches!(
                word,
                Some("-T" | "-i" | "-t" | "-it" | "-ti" | "--no-TTY" | "--interactive" | "--tty")
            )
        });
        let [Some(service), words @ ..] = &words[options.count()..] else {
            return None;
        };
        (!service.starts_with('-') && !words.is_empty()).then(|| Exec {
            service,
            words: words.to_vec(),
        })
    }
}
