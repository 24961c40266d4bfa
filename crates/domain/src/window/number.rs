//! The number of a sample.

/// The number that stands in what was found, its last one, in a base unit: bytes, milliseconds, per cent or a count. Digits within
/// a word are none, and what stands in parentheses at the end explains the number before it.
pub fn value(found: &str) -> Option<f64> {
    let before = found
        .trim_end()
        .strip_suffix(')')
        .and_then(|inside| inside.split_once(" ("));
    let found = before.map_or(found, |(before, _)| before);
    let digit = |c: char| c.is_ascii_digit() || c == '.';
    let end = found.rfind(|c: char| c.is_ascii_digit())? + 1;
    let start = found[..end]
        .rfind(|c: char| !digit(c))
        .map_or(0, |at| at + found[at..].chars().next().map_or(1, char::len_utf8));
    let before = found[..start].chars().next_back();
    let time_of_day = before == Some(':') && found[..start - 1].ends_with(|c: char| c.is_ascii_digit());
    if before.is_some_and(char::is_alphanumeric) || time_of_day {
        return None;
    }
    let number: f64 = found[start..end].parse().ok()?;
    let signed = if before == Some('-') { -number } else { number };
    let unit: String = found[end..]
        .trim_start()
        .chars()
        .take_while(|c| c.is_alphabetic() || *c == '%')
        .collect();
    let factor = match unit.to_ascii_lowercase().as_str() {
        "kb" | "kib" => 1024.0,
        "mb" | "mib" => 1024.0 * 1024.0,
        "gb" | "gib" => 1024.0 * 1024.0 * 1024.0,
        "tb" | "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        "s" => 1000.0,
        _ => 1.0,
    };
    Some(signed * factor)
}
