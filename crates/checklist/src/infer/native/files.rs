//! Commands that ask for files: `test`, `ls`, `cat`, `grep`.

use crate::infer::words;
use domain::probe::{FileProbe, FileRule, Filter, ProbeSpec, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

/// `test -f a`, `[ -d a ]`.
pub fn tested(arguments: &[&str]) -> Option<ProbeSpec> {
    let arguments = arguments.strip_suffix(&["]"]).unwrap_or(arguments);
    let (path, rules) = match arguments {
        ["-f" | "-e" | "-r", path] => (path, Vec::new()),
        ["-d", path] => (path, vec![FileRule::Directory]),
        ["-s", path] => {
            let quantity = Quantity {
                value: 0.0,
                unit: Unit::Bytes,
            };
            (
                path,
                vec![FileRule::Size(Bound {
                    comparison: Comparison::Above,
                    quantity,
                })],
            )
        }
        ["!", "-e" | "-f", path] => (path, vec![FileRule::Absent]),
        _ => return None,
    };
    Some(ProbeSpec::File(FileProbe {
        path: (*path).to_owned(),
        rules,
    }))
}

/// `ls a`.
pub fn listed(arguments: &[&str]) -> Option<ProbeSpec> {
    let paths: Vec<&&str> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let [path] = paths.as_slice() else { return None };
    let rules = if path.ends_with('/') {
        vec![FileRule::Directory]
    } else {
        Vec::new()
    };
    Some(ProbeSpec::File(FileProbe {
        path: (**path).to_owned(),
        rules,
    }))
}

/// `ls a` that must print nothing: of a file that is not there it prints nothing and fails. What may be an empty directory
/// is left to the command.
pub fn unlisted(arguments: &[&str], rules: &[TextRule]) -> Option<ProbeSpec> {
    let ([path], [TextRule::Empty]) = (arguments, rules) else {
        return None;
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    let file = name.trim_start_matches('.').contains('.')
        && !name.ends_with(".d")
        && !path.contains(['*', '?', '[', '$', '~'])
        && !path.starts_with('-');
    file.then(|| {
        ProbeSpec::File(FileProbe {
            path: (*path).to_owned(),
            rules: vec![FileRule::Absent],
        })
    })
}

/// `stat -c %U a` with the owner that it must have.
pub fn owned(arguments: &[&str], rules: &[TextRule]) -> Option<ProbeSpec> {
    let (format, path) = match arguments {
        ["-c" | "--format", format, path] | ["-Lc", format, path] => (*format, *path),
        [format, path] => (format.strip_prefix("--format=")?, *path),
        _ => return None,
    };
    let [TextRule::Is(wanted) | TextRule::Contains(wanted)] = rules else {
        return None;
    };
    let wanted = match format {
        "%U" | "%u" if !wanted.contains(':') => wanted.clone(),
        "%G" | "%g" if !wanted.contains(':') => format!(":{wanted}"),
        "%U:%G" | "%u:%g" if wanted.contains(':') => wanted.clone(),
        _ => return None,
    };
    let rules = vec![words::owner_rule(&wanted)?];
    let path = path.to_owned();
    (!path.starts_with('-')).then_some(ProbeSpec::File(FileProbe { path, rules }))
}

/// `sha256sum -c LIST`, and `sha256sum a` with the digest that it must have.
pub fn summed(program: &str, arguments: &[&str], rules: &[TextRule]) -> Option<ProbeSpec> {
    let arguments = match (program, arguments) {
        ("sha256sum", arguments) => arguments,
        (_, ["-a", "256", rest @ ..] | ["-a256", rest @ ..]) => rest,
        _ => return None,
    };
    let quiet = |word: &&&str| !matches!(**word, "--quiet" | "--status" | "--strict" | "-b" | "--binary");
    let said: Vec<&str> = arguments.iter().filter(quiet).copied().collect();
    let (path, rule) = match (said.as_slice(), rules) {
        (["-c" | "--check", path], []) => (*path, FileRule::Checksums),
        (["-c" | "--check", path], [TextRule::Is(text) | TextRule::Contains(text)]) if text == "OK" => {
            (*path, FileRule::Checksums)
        }
        ([path], [TextRule::Is(hex) | TextRule::Contains(hex)]) if words::is_sha256(hex) => {
            (*path, FileRule::Sha256(hex.to_lowercase()))
        }
        _ => return None,
    };
    let plain = !path.starts_with('-') && !path.contains(['*', '?', '[', '~']);
    plain.then(|| {
        ProbeSpec::File(FileProbe {
            path: path.to_owned(),
            rules: vec![rule],
        })
    })
}

/// `cat a` with what must hold of it.
pub fn content(arguments: &[&str], filters: &[Filter], rules: &[TextRule]) -> Option<ProbeSpec> {
    let [path] = arguments else { return None };
    let filters_none = filters.is_empty() && !path.starts_with('-') && !path.starts_with("/proc");
    filters_none.then(|| {
        let rules = rules.iter().cloned().map(FileRule::Content).collect();
        ProbeSpec::File(FileProbe {
            path: (*path).to_owned(),
            rules,
        })
    })
}

/// `grep KEY= .env` and `grep text file` without options.
pub fn searched(arguments: &[&str], rules: &[TextRule]) -> Option<ProbeSpec> {
    let arguments = arguments.strip_prefix(&["-q"]).unwrap_or(arguments);
    let [pattern, path] = arguments else { return None };
    if let (Some(key), [TextRule::Is(value)]) = (pattern.trim_start_matches('^').strip_suffix('='), rules)
        && (path.starts_with(".env") || path.ends_with(".env") || path.contains("/.env"))
        && crate::infer::words::is_variable(key)
    {
        // "Debug is `false`: `grep DEBUG= .env`" is about the value, and not about the line.
        return Some(ProbeSpec::EnvLine {
            file: (*path).to_owned(),
            key: key.to_owned(),
            value: Some(value.clone()),
        });
    }
    let plain = !pattern.contains(['.', '*', '[', '^', '$', '\\', '-'])
        && !path.starts_with('-')
        && !path.contains('*');
    let rule = match rules {
        [] | [TextRule::NotEmpty] => TextRule::Contains((*pattern).to_owned()),
        [TextRule::Empty] => return None,
        _ => return None,
    };
    plain.then(|| {
        ProbeSpec::File(FileProbe {
            path: (*path).to_owned(),
            rules: vec![FileRule::Content(rule)],
        })
    })
}
