//! `pgrep`, `pidof`, `ps | grep` and `systemctl`.

use domain::probe::process::names_unit;
use domain::probe::{Filter, ProbeSpec, ProcessMatch, ProcessProbe, TextRule, UnitProbe, UnitState};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

/// `pgrep -f app`, `pidof nginx`.
pub fn named(program: &str, arguments: &[&str], filters: &[Filter], rules: &[TextRule]) -> Option<ProbeSpec> {
    let (mut whole, mut exact, mut counted) = (false, program == "pidof", filters == [Filter::CountLines]);
    (filters.is_empty() || counted).then_some(())?;
    let mut pattern = None;
    for word in arguments {
        match *word {
            "--full" => whole = true,
            "--exact" => exact = true,
            "--count" => counted = true,
            "--list-name" | "--list-full" => {}
            word if program == "pgrep" && word.starts_with('-') && !word.starts_with("--") => {
                for letter in word[1..].chars() {
                    match letter {
                        'f' => whole = true,
                        'x' => exact = true,
                        'c' => counted = true,
                        'a' | 'l' => {}
                        _ => return None,
                    }
                }
            }
            word if !word.starts_with('-') && pattern.is_none() => pattern = Some(word),
            _ => return None,
        }
    }
    let pattern = plain(pattern?)?;
    let which = match (whole, exact) {
        (true, true) => return None,
        (true, false) => ProcessMatch::CommandLine(pattern),
        (false, true) => ProcessMatch::Name(pattern),
        (false, false) => ProcessMatch::NameContains(pattern),
    };
    let count = count(rules, counted)?;
    Some(ProbeSpec::Process(ProcessProbe { which, count }))
}

/// `ps aux | grep app`: the `grep` itself is not meant.
pub fn listed(arguments: &[&str], filters: &[Filter], rules: &[TextRule]) -> Option<ProbeSpec> {
    matches!(arguments, ["aux" | "-aux" | "-ef" | "-e" | "-A" | "ax" | "auxww"]).then_some(())?;
    let mut wanted = None;
    for filter in filters {
        match filter {
            Filter::Grep {
                pattern,
                invert: true,
                ..
            } if pattern == "grep" => {}
            Filter::Grep {
                pattern,
                ignore_case: false,
                invert: false,
            } if wanted.is_none() => wanted = Some(pattern),
            _ => return None,
        }
    }
    let which = ProcessMatch::CommandLine(plain(wanted?)?);
    let count = count(rules, false)?;
    Some(ProbeSpec::Process(ProcessProbe { which, count }))
}

/// A pattern that means itself; `[n]ginx` is written so that a `grep` does not find itself.
fn plain(pattern: &str) -> Option<String> {
    let mut text = pattern.to_owned();
    if let Some(rest) = pattern.strip_prefix('[')
        && let Some((letter, rest)) = rest.split_once(']')
        && letter.chars().count() == 1
    {
        text = format!("{letter}{rest}");
    }
    let itself = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ' | ':' | '=' | '@');
    (!text.trim().is_empty() && text.chars().all(itself)).then_some(text)
}

fn count(rules: &[TextRule], counted: bool) -> Option<Bound> {
    let bound = |comparison, value| Bound {
        comparison,
        quantity: Quantity {
            value,
            unit: Unit::Count,
        },
    };
    match rules {
        [] | [TextRule::NotEmpty] if !counted => Some(bound(Comparison::AtLeast, 1.0)),
        [TextRule::Empty] if !counted => Some(bound(Comparison::Equal, 0.0)),
        [TextRule::Number(bound)] if counted && bound.quantity.unit == Unit::Count => Some(*bound),
        _ => None,
    }
}

/// `systemctl is-active x`, `systemctl is-enabled x`, `systemctl status x`.
pub fn unit(arguments: &[&str], rules: &[TextRule]) -> Option<ProbeSpec> {
    let quiet = |word: &&&str| !matches!(**word, "--quiet" | "-q" | "--no-pager" | "-l" | "--full");
    let said: Vec<&str> = arguments.iter().filter(quiet).copied().collect();
    let [verb, unit] = said.as_slice() else {
        return None;
    };
    let word = match rules {
        [] => None,
        [TextRule::Is(text) | TextRule::Contains(text)] => Some(text.to_lowercase()),
        // What must not stand in any of several lines, of which there is one.
        rules if rules.iter().all(|rule| matches!(rule, TextRule::Lacks(_))) => None,
        _ => return None,
    };
    let is = match (*verb, word.as_deref()) {
        ("is-active", None | Some("active")) => UnitState::Active,
        ("is-enabled", None | Some("enabled")) => UnitState::Enabled,
        ("status", None | Some("active")) => UnitState::Active,
        ("status", Some("running" | "active (running)")) => UnitState::Running,
        _ => return None,
    };
    let unit = (*unit).to_owned();
    names_unit(&unit).then_some(ProbeSpec::Unit(UnitProbe { unit, is }))
}
