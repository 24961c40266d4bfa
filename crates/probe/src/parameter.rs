//! Parameters as commands get them: variables of the environment, of which the values are data and never options.

use crate::site::Site;

/// The variable that carries a parameter: `previous-commit` is `GONOGO_PREVIOUS_COMMIT`.
pub(crate) fn variable(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c.is_ascii_alphanumeric() {
            true => c.to_ascii_uppercase(),
            false => '_',
        })
        .collect();
    match plain.starts_with("GONOGO_") {
        true => plain,
        false => format!("GONOGO_{plain}"),
    }
}

/// Whether a command names `$NAME` or `${NAME`.
pub fn names(command: &str, name: &str) -> bool {
    command.match_indices('$').any(|(at, _)| {
        let rest = command[at + 1..].trim_start_matches(['{', '#', '!']);
        rest.strip_prefix(name)
            .is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    })
}

/// Why a command must not run with the values that this site gives it: one that it names would be read as an option, or holds
/// a control character. `None` where every value will do.
pub fn unfit(command: &str, site: &Site) -> Option<String> {
    let own = site.environment.parameters.iter();
    let own = own.map(|(name, value)| (name.as_str(), variable(name), value.as_str()));
    let release = ("release", "GONOGO_RELEASE".to_owned(), site.release.as_str());
    let (name, _, why) = own.chain([release]).find_map(|(name, variable, value)| {
        let named = names(command, &variable);
        odd(value).filter(|_| named).map(|why| (name, variable, why))
    })?;
    Some(format!(
        "the value of the parameter {name} {why}: it is not given to a command"
    ))
}

/// What is wrong with a value.
fn odd(value: &str) -> Option<&'static str> {
    if value.chars().any(char::is_control) {
        return Some("holds a control character or a new line");
    }
    value
        .starts_with('-')
        .then_some("begins with `-`, so that it would be read as an option")
}
