//! What a step is called: the document's words about it.

use crate::infer;

/// The words without what announces something: "Stop Redis:" is "Stop Redis".
pub fn plain(words: &str) -> String {
    let words = words.replace(['`', '*'], "");
    infer::short(words.trim().trim_end_matches([':', '：', ' ']).trim())
}

/// The words before the first code of a line, where they say something: "Stop Redis: `redis-cli SHUTDOWN`".
pub fn before_code(text: &str) -> String {
    let before = text.split('`').next().unwrap_or_default();
    let before = plain(before.trim_end_matches([' ', ':', '-', '–', '—', '(']));
    match before.split_whitespace().count() {
        0 | 1 => plain(text),
        _ => before,
    }
}

/// The first line of a command, where no words are about it.
pub fn of_command(command: &str) -> String {
    infer::short(command.lines().next().unwrap_or_default().trim())
}
