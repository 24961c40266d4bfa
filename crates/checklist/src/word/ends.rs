//! Where what a `$` opens ends.

/// Where a computation `$((…))` ends, after its opening brackets: names and numbers only, nothing that runs a command.
pub fn computed(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return text[at..].starts_with("))").then_some(at),
            ')' => depth -= 1,
            c if arithmetic(c) => {}
            _ => return None,
        }
    }
    None
}

fn arithmetic(c: char) -> bool {
    c.is_ascii_alphanumeric() || " \t_+-*/%<>=!&|?:,~^".contains(c)
}

/// Whether an arithmetic expression holds names, numbers and operators only.
pub fn computes(expression: &str) -> bool {
    expression
        .chars()
        .all(|c| arithmetic(c) || matches!(c, '(' | ')' | ';'))
}

/// Where the bracket that was opened before `text` closes, quotes respected. `None` too where a comment or a
/// here-document in it could hide where it really closes.
pub fn closing(text: &str) -> Option<usize> {
    let mut depth = 1usize;
    let mut quote = None;
    let mut escaped = false;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let previous = std::mem::replace(&mut before, c);
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, c) {
            (None | Some('"'), '\\') => escaped = true,
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') if previous.is_whitespace() || matches!(previous, ';' | '(' | '&' | '|') => {
                return None;
            }
            (None, '<') if previous == '<' => return None,
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}
