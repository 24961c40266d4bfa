use leptos::prelude::*;

/// Inline Markdown of an item, as text: code, strong, emphasis, struck out. Links are shown, not followed; HTML is
/// text. Control and bidirectional characters show as their code points, so that no line can pretend to be another.
#[component]
pub fn CodeText(
    /// The Markdown, one paragraph.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let pieces = pieces(&text).into_iter().map(piece).collect_view();
    view! { <span class="code-text">{pieces}</span> }.into_any()
}

/// A block of code, scrollable by keyboard, with the same characters escaped.
#[component]
pub fn CodeBlock(
    /// The code.
    #[prop(into)]
    text: String,
    /// What it is, for screen readers: "The command that will run".
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! { <pre tabindex="0" aria-label=label role="group"><code>{visible(&text)}</code></pre> }.into_any()
}

/// Text as it is written, with the same characters escaped.
#[component]
pub fn PlainText(
    /// The text.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    visible(&text)
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Piece {
    text: String,
    style: Style,
    link: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Style {
    code: bool,
    strong: bool,
    emphasis: bool,
    struck: bool,
}

fn piece(piece: Piece) -> AnyView {
    let Piece { text, style, link } = piece;
    let mut view = visible(&text);
    if style.code {
        view = view! { <code>{view}</code> }.into_any();
    }
    if let Some(link) = link {
        view = view! { <span class="code-text-link" title=link>{view}</span> }.into_any();
    }
    if style.struck {
        view = view! { <del>{view}</del> }.into_any();
    }
    if style.emphasis {
        view = view! { <em>{view}</em> }.into_any();
    }
    if style.strong {
        view = view! { <strong>{view}</strong> }.into_any();
    }
    view
}

/// The text, with every character that cannot be seen, or that turns others round, shown as its code point.
fn visible(text: &str) -> AnyView {
    if !text.contains(is_hidden) {
        return text.to_owned().into_any();
    }
    let mut views = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_hidden) {
        let (before, after) = rest.split_at(at);
        let mut characters = after.chars();
        let code = characters.next().map_or(0, u32::from);
        if !before.is_empty() {
            views.push(before.to_owned().into_any());
        }
        views.push(view! { <span class="code-text-hidden">{format!("U+{code:04X}")}</span> }.into_any());
        rest = characters.as_str();
    }
    if !rest.is_empty() {
        views.push(rest.to_owned().into_any());
    }
    views.into_any()
}

/// Control characters, and what the Unicode Standard calls Bidi_Control or invisible (section 23.2 to 23.4).
fn is_hidden(character: char) -> bool {
    let control = character.is_control() && !matches!(character, '\n' | '\t');
    control
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut writer = Writer::default();
    writer.read(text, Style::default(), None, 0);
    writer.pieces
}

#[derive(Default)]
struct Writer {
    pieces: Vec<Piece>,
}

// Deeper nesting is shown as written.
const DEEPEST: u8 = 4;

impl Writer {
    fn read(&mut self, text: &str, style: Style, link: Option<&str>, depth: u8) {
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let taken = if depth < DEEPEST {
                self.special(next, rest, style, link, depth)
            } else {
                0
            };
            if taken > 0 {
                rest = &rest[taken..];
                continue;
            }
            // A run of delimiters that opened nothing is text as a whole.
            let width = match next {
                '`' | '*' | '~' => rest.len() - rest.trim_start_matches(next).len(),
                _ => next.len_utf8(),
            };
            self.push(&rest[..width], style, link);
            rest = &rest[width..];
        }
    }

    /// Reads what `next` opens at the start of `rest`; how many bytes that took, 0 when it opens nothing.
    fn special(&mut self, next: char, rest: &str, style: Style, link: Option<&str>, depth: u8) -> usize {
        match next {
            '\\' => match rest[1..].chars().next() {
                Some(escaped) if escaped.is_ascii_punctuation() => {
                    self.push(&rest[1..2], style, link);
                    2
                }
                Some(_) | None => 0,
            },
            '`' => self.code(rest, style, link),
            '*' if rest.starts_with("**") => self.between(
                rest,
                "**",
                Style {
                    strong: true,
                    ..style
                },
                link,
                depth,
            ),
            '*' => self.between(
                rest,
                "*",
                Style {
                    emphasis: true,
                    ..style
                },
                link,
                depth,
            ),
            '~' if rest.starts_with("~~") => self.between(
                rest,
                "~~",
                Style {
                    struck: true,
                    ..style
                },
                link,
                depth,
            ),
            '[' if link.is_none() => self.link(rest, style, depth),
            _ => 0,
        }
    }

    fn code(&mut self, rest: &str, style: Style, link: Option<&str>) -> usize {
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        let Some(end) = code_end(&rest[ticks..], ticks) else {
            return 0;
        };
        let inner = &rest[ticks..ticks + end];
        // CommonMark 6.1: one space at each end goes when both are there and something else is between.
        let trimmed = inner.strip_prefix(' ').and_then(|inner| inner.strip_suffix(' '));
        let inner = trimmed.filter(|inner| !inner.trim().is_empty()).unwrap_or(inner);
        self.push(inner, Style { code: true, ..style }, link);
        ticks + end + ticks
    }

    fn between(&mut self, rest: &str, mark: &str, style: Style, link: Option<&str>, depth: u8) -> usize {
        let inner = &rest[mark.len()..];
        if inner.starts_with(char::is_whitespace) {
            return 0;
        }
        let Some(end) = mark_end(inner, mark) else {
            return 0;
        };
        self.read(&inner[..end], style, link, depth + 1);
        mark.len() + end + mark.len()
    }

    fn link(&mut self, rest: &str, style: Style, depth: u8) -> usize {
        let Some(middle) = rest.find("](") else {
            return 0;
        };
        let Some(end) = rest[middle..].find(')') else {
            return 0;
        };
        let target = &rest[middle + 2..middle + end];
        if middle == 1 {
            // Without words there is nothing to show it by: it stands as it is written.
            return 0;
        }
        self.read(&rest[1..middle], style, Some(target), depth + 1);
        middle + end + 1
    }

    fn push(&mut self, text: &str, style: Style, link: Option<&str>) {
        match self.pieces.last_mut() {
            Some(last) if last.style == style && last.link.as_deref() == link && !style.code => {
                last.text.push_str(text);
            }
            Some(_) | None => {
                self.pieces.push(Piece {
                    text: text.to_owned(),
                    style,
                    link: link.map(str::to_owned),
                });
            }
        }
    }
}

/// Where a run of exactly `ticks` backticks begins.
fn code_end(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let start = at + found;
        let run = text[start..].len() - text[start..].trim_start_matches('`').len();
        if run == ticks {
            return Some(start);
        }
        at = start + run;
    }
    None
}

/// Where `mark` closes: outside code, after something that is no space.
fn mark_end(text: &str, mark: &str) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let width = rest.chars().next()?.len_utf8();
        if rest.starts_with('`') {
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            at += ticks + code_end(&rest[ticks..], ticks).map_or(0, |end| end + ticks);
        } else if rest.starts_with('\\') {
            at += width + rest[width..].chars().next().map_or(0, char::len_utf8);
        } else if rest.starts_with(mark) && at > 0 && !text[..at].ends_with(char::is_whitespace) {
            return Some(at);
        } else {
            at += if mark == "*" && rest.starts_with("**") {
                2
            } else {
                width
            };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each piece with what it is: `code`, **strong** as [b:…], and so on.
    fn shown(text: &str) -> String {
        pieces(text).into_iter().map(mark).collect()
    }

    fn mark(piece: Piece) -> String {
        let Piece { text, style, link } = piece;
        let kinds = [
            (style.code, 'c'),
            (style.strong, 'b'),
            (style.emphasis, 'i'),
            (style.struck, 's'),
            (link.is_some(), 'l'),
        ];
        let kinds: String = kinds
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, kind)| kind)
            .collect();
        if kinds.is_empty() {
            text
        } else {
            format!("[{kinds}:{text}]")
        }
    }

    #[test]
    fn code_and_strong_are_told_from_text() {
        assert_eq!(
            shown("Redis: `redis-cli PING` returns **PONG**"),
            "Redis: [c:redis-cli PING] returns [b:PONG]"
        );
        assert_eq!(shown("**Use `x` now**"), "[b:Use ][cb:x][b: now]");
        assert_eq!(shown("`` a`b ``"), "[c:a`b]");
        assert_eq!(shown("~~old~~ *new*"), "[s:old] [i:new]");
    }

    #[test]
    fn what_opens_nothing_stays_as_written() {
        for text in [
            "2 * 3 * 4",
            "a ** b",
            "`open",
            "snake_case_name",
            "[x] done",
            "5*",
            "~~",
            "**",
            "``",
            "*a",
            "\\",
            "é`",
        ] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown(r"\*not strong\*"), "*not strong*");
        assert_eq!(shown("<b onclick=x>"), "<b onclick=x>");
    }

    #[test]
    fn links_are_shown_and_not_followed() {
        assert_eq!(
            shown("see [the `guide`](javascript:alert(1))"),
            "see [l:the ][cl:guide])"
        );
    }

    #[test]
    fn marks_inside_code_are_code() {
        assert_eq!(
            shown("`**a**` and **b `**` c**"),
            "[c:**a**] and [b:b ][cb:**][b: c]"
        );
    }

    #[test]
    fn characters_that_cannot_be_seen_are_known() {
        for hidden in ['\u{202e}', '\u{200b}', '\u{7}', '\u{1b}', '\u{2066}', '\u{feff}'] {
            assert!(is_hidden(hidden), "{hidden:?}");
        }
        for seen in ['\n', '\t', 'é', '…', '→', '“'] {
            assert!(!is_hidden(seen), "{seen:?}");
        }
    }

    #[test]
    fn any_text_is_read_without_a_fault_and_loses_no_letter() {
        proptest::proptest!(|(text in "[a `*~\\\\\\[\\]()é]{0,40}")| {
            let letters = |text: &str| text.chars().filter(|c| matches!(c, 'a' | 'é')).count();
            let out: String = pieces(&text).into_iter().map(|piece| piece.text + &piece.link.unwrap_or_default()).collect();
            assert!(letters(&out) >= letters(&text));
        });
    }
}
