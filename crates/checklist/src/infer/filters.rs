//! Reading filters at the end of a pipeline, taken off the command and applied natively.

use crate::shell::{Redirect, Script, Simple};
use domain::probe::Filter;

/// A pipeline without its last reading filters.
pub struct Split {
    /// How many stages are left for the command.
    pub stages: usize,
    /// The filters, in order.
    pub filters: Vec<Filter>,
}

/// Takes the filters off the end. The first stage always stays.
pub fn split(script: &Script) -> Split {
    let stages = &script.pipelines[0].stages;
    let mut filters: Vec<Vec<Filter>> = Vec::new();
    let mut left = stages.len();
    while left > 1 {
        let Some(filter) = native(&stages[left - 1]) else {
            break;
        };
        filters.push(filter);
        left -= 1;
    }
    Split {
        stages: left,
        filters: filters.into_iter().rev().flatten().collect(),
    }
}

/// The native filters that do what this command does to its input.
fn native(stage: &Simple) -> Option<Vec<Filter>> {
    let quiet = stage.redirects.iter().all(|redirect| match redirect {
        Redirect::Reads { .. } => true,
        Redirect::Writes { file, .. } => file.literal.as_deref() == Some("/dev/null"),
    });
    if !quiet || !stage.assignments.is_empty() {
        return None;
    }
    let arguments = stage.literal_arguments()?;
    match stage.program()? {
        "grep" | "fgrep" => grep(&arguments, stage.program() == Some("fgrep")),
        "egrep" => grep(&arguments, false),
        "head" => lines(&arguments).map(|count| vec![Filter::Head(count)]),
        "tail" => lines(&arguments).map(|count| vec![Filter::Tail(count)]),
        "wc" => (arguments == ["-l"]).then(|| vec![Filter::CountLines]),
        "jq" => jq(&arguments),
        "python" | "python3" => (arguments == ["-m", "json.tool"]).then(|| vec![Filter::Json]),
        "cat" => arguments.is_empty().then(Vec::new),
        _ => None,
    }
}

fn grep(arguments: &[&str], fixed: bool) -> Option<Vec<Filter>> {
    let (mut ignore_case, mut invert, mut count, mut fixed) = (false, false, false, fixed);
    let mut pattern = None;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "-e" | "--regexp" => pattern = Some(*words.next()?),
            "--ignore-case" => ignore_case = true,
            "--invert-match" => invert = true,
            "--fixed-strings" => fixed = true,
            "--quiet" | "--color" | "--color=auto" | "--color=never" | "--line-buffered" => {}
            word if word.len() > 1 && word.starts_with('-') && !word.starts_with("--") => {
                for letter in word[1..].chars() {
                    match letter {
                        'i' => ignore_case = true,
                        'v' => invert = true,
                        'c' => count = true,
                        'F' => fixed = true,
                        'q' | 's' | 'n' | 'E' | 'a' => {}
                        _ => return None,
                    }
                }
            }
            word if pattern.is_none() && !word.starts_with("--") => pattern = Some(word),
            _ => return None,
        }
    }
    let pattern = pattern?;
    if pattern.is_empty() || pattern.contains('\n') || !(fixed || plain(pattern)) {
        return None;
    }
    let mut filters = vec![Filter::Grep {
        pattern: pattern.to_owned(),
        ignore_case,
        invert,
    }];
    if count {
        filters.push(Filter::CountLines);
    }
    Some(filters)
}

/// `jq`, `jq .`, and `jq -r .a.b[0]["c"]`.
fn jq(arguments: &[&str]) -> Option<Vec<Filter>> {
    let raw = |word: &&&str| !matches!(**word, "-r" | "--raw-output" | "-M" | "-c");
    let words: Vec<&str> = arguments.iter().filter(raw).copied().collect();
    match words.as_slice() {
        [] | ["."] => Some(vec![Filter::Json]),
        [path] if path.starts_with('.') => pointer(path).map(|pointer| vec![Filter::JsonAt(pointer)]),
        _ => None,
    }
}

/// A path of names and numbers as a JSON pointer (RFC 6901).
fn pointer(path: &str) -> Option<String> {
    let mut pointer = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        let after = rest.strip_prefix('.').unwrap_or(rest);
        let (name, tail) = if let Some(inside) = after.strip_prefix('[') {
            let (inside, tail) = inside.split_once(']')?;
            let number = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
            let quoted = inside
                .strip_prefix('"')
                .and_then(|inside| inside.strip_suffix('"'));
            (if number { inside } else { quoted? }, tail)
        } else if let Some(inside) = after.strip_prefix('"') {
            inside.split_once('"')?
        } else {
            let end = after
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .unwrap_or(after.len());
            let named = end > 0 && rest.starts_with('.') && !after.starts_with(|c: char| c.is_ascii_digit());
            named.then_some(after.split_at(end))?
        };
        if name.contains(['"', '\\', '[', ']']) {
            return None;
        }
        pointer.push('/');
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        rest = tail;
    }
    (!pointer.is_empty()).then_some(pointer)
}

/// A pattern that means itself.
fn plain(pattern: &str) -> bool {
    !pattern.contains([
        '.', '*', '[', ']', '^', '$', '\\', '+', '?', '(', ')', '{', '}', '|',
    ])
}

/// The count of `head` and `tail`: `-n 5`, `-n5`, `-5`, `--lines=5`; 10 without one.
fn lines(arguments: &[&str]) -> Option<u32> {
    match arguments {
        [] => Some(10),
        ["-n", count] => count.parse().ok(),
        [one] => one
            .strip_prefix("-n")
            .or_else(|| one.strip_prefix("--lines="))
            .or_else(|| one.strip_prefix('-'))?
            .parse()
            .ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell;

    fn filters(text: &str) -> (usize, Vec<Filter>) {
        let split = split(&shell::read(text).expect("understood"));
        (split.stages, split.filters)
    }

    fn grep_for(pattern: &str, ignore_case: bool) -> Filter {
        Filter::Grep {
            pattern: pattern.into(),
            ignore_case,
            invert: false,
        }
    }

    #[test]
    fn filters_with_a_plain_pattern_come_off() {
        assert_eq!(
            filters("docker ps | grep -i error | tail -n 5"),
            (1, vec![grep_for("error", true), Filter::Tail(5)])
        );
        assert_eq!(
            filters("cat x | grep -c up"),
            (1, vec![grep_for("up", false), Filter::CountLines])
        );
        assert_eq!(filters("curl x | jq"), (1, vec![Filter::Json]));
        let at = |pointer: &str| (1, vec![Filter::JsonAt(pointer.into())]);
        assert_eq!(filters("curl x | jq -r .a.b_c"), at("/a/b_c"));
        assert_eq!(filters("curl x | jq '.a[0].b'"), at("/a/0/b"));
        assert_eq!(filters("curl x | jq '.[\"a/b\"]'"), at("/a~1b"));
    }

    #[test]
    fn filters_that_mean_more_stay_with_the_command() {
        assert_eq!(filters("docker ps | grep -E 'a|b'"), (2, vec![]));
        assert_eq!(filters("cat x | grep -A 3 y"), (2, vec![]));
        assert_eq!(filters("cat x | tail -f"), (2, vec![]));
        assert_eq!(filters("curl x | jq '.a | length'"), (2, vec![]));
        assert_eq!(filters("curl x | jq '.a[]'"), (2, vec![]));
        assert_eq!(filters("curl x | jq -e .a"), (2, vec![]));
        assert_eq!(filters("cat x | grep y other-file"), (2, vec![]));
        assert_eq!(filters("cat x | sort | head -3"), (2, vec![Filter::Head(3)]));
    }
}
