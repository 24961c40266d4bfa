//! Boxes as people write them: `[ ]`, `[]`, `\[x\]`, ☐, ✅, `<input type="checkbox">`; and how each is ticked.
//!
//! A *certain* mark is a box wherever it stands. ✅ ✓ ✔ ❌ ✗ ✘ are decoration as often as boxes, so that what stands
//! around them decides (see `boxes`). Ticking never changes the one into the other: an exported document has the boxes
//! of its original.

/// How a box is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `[ ]`, `[x]`, `[]`, `\[ \]`.
    Brackets,
    /// One character.
    Glyph,
    /// `<input type="checkbox">`.
    Html,
}

/// A box at the start of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Whether it is ticked.
    pub claimed: bool,
    /// Its bytes.
    pub length: usize,
    /// How it is written.
    pub form: Form,
    /// It is a box wherever it stands.
    pub certain: bool,
}

/// A character that is a box: with which one it is ticked, or which one it is unticked.
struct Glyph {
    open: char,
    ticked: char,
    certain: bool,
}

const fn glyph(open: char, ticked: char, certain: bool) -> Glyph {
    Glyph {
        open,
        ticked,
        certain,
    }
}

/// The first line that holds a character says how it is turned.
const GLYPHS: &[Glyph] = &[
    glyph('☐', '☑', true),
    glyph('☐', '☒', true),
    glyph('☐', '🗹', true),
    glyph('□', '☑', true),
    glyph('⬜', '☑', true),
    glyph('▢', '☑', true),
    glyph('◻', '☑', true),
    glyph('🔲', '☑', true),
    glyph('❏', '☑', true),
    glyph('❑', '☑', true),
    glyph('❌', '✅', false),
    glyph('✗', '✓', false),
    glyph('✘', '✔', false),
];

/// The longest `<input …>` that is looked at, in bytes.
const TAG: usize = 300;

/// The box that a text starts with.
pub fn at_start(text: &str) -> Option<Mark> {
    match text.as_bytes().first()? {
        b'[' | b'\\' => brackets(text),
        b'<' => input(text),
        byte if byte.is_ascii() => None,
        _ => {
            let c = text.chars().next()?;
            let glyph = GLYPHS.iter().find(|glyph| glyph.open == c || glyph.ticked == c)?;
            let rest = &text[c.len_utf8()..];
            let selector = rest
                .chars()
                .next()
                .filter(|c| matches!(c, '\u{fe0e}' | '\u{fe0f}'));
            Some(Mark {
                claimed: glyph.ticked == c,
                length: c.len_utf8() + selector.map_or(0, char::len_utf8),
                form: Form::Glyph,
                certain: glyph.certain,
            })
        }
    }
}

/// The box that a text ends with, after a space and with no other one before it: "Backup taken [ ]".
pub fn at_end(text: &str) -> Option<(usize, Mark)> {
    let text = text.trim_end();
    let start = text.char_indices().next_back().and_then(|(at, c)| match c {
        ']' => text.rfind('['),
        '\u{fe0e}' | '\u{fe0f}' => text[..at].char_indices().next_back().map(|(at, _)| at),
        _ if c.is_ascii() => None,
        _ => Some(at),
    })?;
    let mark = at_start(&text[start..]).filter(|mark| mark.certain && start + mark.length == text.len())?;
    let before = &text[..start];
    let alone = before.ends_with([' ', '\t']) && !before.trim().is_empty() && !holds(before);
    alone.then_some((start, mark))
}

/// Whether a certain mark stands anywhere in a text.
pub fn holds(text: &str) -> bool {
    let open = |c: char| c == '[' || !c.is_ascii();
    text.match_indices(open)
        .any(|(at, _)| at_start(&text[at..]).is_some_and(|mark| mark.certain))
}

/// The box that a line starts with, behind quotes, indentation and the bullet or number of a list item.
pub fn of_line(line: &str) -> Option<(usize, Mark)> {
    let rest = line.trim_start_matches([' ', '\t', '>']);
    let rest = without_bullet(rest);
    at_start(rest).map(|mark| (line.len() - rest.len(), mark))
}

/// The text behind `- `, `* `, `+ `, `• `, `1. ` or `1) `.
pub fn without_bullet(text: &str) -> &str {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match digits {
        0 => text.strip_prefix(['-', '*', '+', '•', '–']),
        1..=9 => text[digits..].strip_prefix(['.', ')']),
        _ => None,
    };
    match rest {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start_matches([' ', '\t']),
        // "-[ ] do x": the space is forgotten.
        Some(rest) if digits == 0 && rest.starts_with('[') => rest,
        Some(_) | None => text,
    }
}

fn brackets(text: &str) -> Option<Mark> {
    let inside = text.strip_prefix('\\').unwrap_or(text).strip_prefix('[')?;
    let end = inside.bytes().take(12).position(|byte| byte == b']')?;
    let escaped = inside[..end].ends_with('\\');
    let inner = inside[..end].strip_suffix('\\').unwrap_or(&inside[..end]);
    let after = inside[end + 1..].chars().next();
    let ends = after.is_none_or(char::is_whitespace);
    let claimed = match inner.trim() {
        // `[]string` is a type, `[ ]x` a box.
        "" => (false, !inner.is_empty() || ends),
        "x" | "X" | "✓" | "✔" | "✅" | "√" => (true, ends),
        // Partly done, put off, left out, does not apply.
        "-" | "~" | "/" | ">" | "!" | "?" | "*" | "✗" | "✘" | "❌" => (false, ends),
        word if word.bytes().all(|byte| byte == b'_') => (false, ends),
        _ => return None,
    };
    let link = matches!(after, Some('(' | '[' | ':')) && !escaped;
    (claimed.1 && !link).then(|| Mark {
        claimed: claimed.0,
        length: text.len() - inside.len() + end + 1,
        form: Form::Brackets,
        certain: true,
    })
}

/// `<input type="checkbox" checked>`.
fn input(text: &str) -> Option<Mark> {
    let head = text.get(..6)?;
    if !head.eq_ignore_ascii_case("<input") {
        return None;
    }
    let end = text.bytes().take(TAG).position(|byte| byte == b'>')?;
    let tag = text[..end].to_ascii_lowercase();
    let mut words = tag.split([' ', '\t', '\n', '\r', '/']);
    let checkbox = words
        .clone()
        .any(|word| word.strip_prefix("type=").map(unquoted) == Some("checkbox"));
    let checked = words.any(|word| word == "checked" || word.starts_with("checked="));
    checkbox.then_some(Mark {
        claimed: checked,
        length: end + 1,
        form: Form::Html,
        certain: true,
    })
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\''])
}

/// The box as it is written once it is ticked, or no longer.
pub fn written(mark: &str, form: Form, ticked: bool) -> String {
    match form {
        Form::Brackets => {
            let (Some(open), Some(close)) = (mark.find('['), mark.rfind(']')) else {
                return mark.to_owned();
            };
            let close = close - usize::from(mark[..close].ends_with('\\'));
            let inner = if ticked { "x" } else { " " };
            format!("{}{inner}{}", &mark[..=open], &mark[close..])
        }
        Form::Glyph => {
            let other = mark.chars().next().and_then(|c| {
                let glyph = GLYPHS.iter().find(|glyph| glyph.open == c || glyph.ticked == c)?;
                Some(if ticked { glyph.ticked } else { glyph.open })
            });
            other.map_or_else(|| mark.to_owned(), String::from)
        }
        Form::Html if ticked => {
            let end = mark.trim_end_matches(['>', '/', ' ']).len();
            format!("{} checked{}", &mark[..end], &mark[end..])
        }
        Form::Html => unchecked(mark),
    }
}

/// Takes the attribute `checked` and its value out of a tag.
fn unchecked(tag: &str) -> String {
    let lower = tag.to_ascii_lowercase();
    let places = lower.match_indices("checked").filter(|(at, word)| {
        let before = lower[..*at].ends_with([' ', '\t', '\n', '\r']);
        before && lower[at + word.len()..].starts_with([' ', '\t', '\n', '\r', '/', '>', '='])
    });
    let Some((at, word)) = places.last() else {
        return tag.to_owned();
    };
    let rest = &tag[at + word.len()..];
    let value = match rest.strip_prefix('=') {
        Some(value) => {
            1 + value
                .find([' ', '\t', '\n', '\r', '/', '>'])
                .unwrap_or(value.len())
        }
        None => 0,
    };
    format!("{}{}", tag[..at].trim_end(), &rest[value..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_ticked_and_unticked_in_its_own_way() {
        for (open, ticked) in [
            ("[ ]", "[x]"),
            ("\\[ \\]", "\\[x\\]"),
            ("☐", "☑"),
            ("❌", "✅"),
            ("✘", "✔"),
            ("<input type=\"checkbox\">", "<input type=\"checkbox\" checked>"),
            ("<input type=checkbox />", "<input type=checkbox checked />"),
        ] {
            let was = at_start(open).unwrap();
            assert!(!was.claimed && was.length == open.len(), "{open}");
            assert_eq!(written(open, was.form, true), ticked);
            let now = at_start(ticked).unwrap();
            assert!(now.claimed && now.certain == was.certain, "{ticked}");
            assert_eq!(written(ticked, now.form, false), open);
        }
    }

    #[test]
    fn what_looks_like_a_box_and_is_none_stays_text() {
        for text in [
            "[x](y)",
            "[x]y",
            "[]string",
            "[ ]: x",
            "[1]",
            "<input type=\"text\">",
            "a [ ]",
            "\\d",
            "⏳",
        ] {
            assert_eq!(at_start(text), None, "{text}");
        }
    }

    #[test]
    fn a_box_at_the_end_of_a_line_is_one_where_it_is_alone() {
        assert!(at_end("Backup taken [ ]").is_some());
        assert!(at_end("Backup taken ☑️").is_some());
        assert!(at_end("Go [ ] No-go [ ]").is_none());
        assert!(at_end("array[x]").is_none());
    }
}
