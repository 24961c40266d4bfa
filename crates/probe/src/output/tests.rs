use super::{EXCERPT_CHARS, KEPT_BYTES, excerpt, keep, sentence};
use crate::redact::Secrets;
use std::collections::BTreeMap;

fn secret(value: &str) -> Secrets {
    Secrets::new(BTreeMap::from([("PW".to_owned(), value.to_owned())]))
}

#[test]
fn an_output_of_a_gigabyte_keeps_its_start_and_says_how_much_is_missing() {
    let raw = vec![b'x'; 10 * 1024 * 1024];
    let kept = keep(&raw, 0, &Secrets::none());
    assert_eq!(
        (kept.text.len(), kept.dropped_bytes),
        (KEPT_BYTES, (raw.len() - KEPT_BYTES) as u64)
    );
    let exact = keep(&raw[..KEPT_BYTES], 0, &Secrets::none());
    assert_eq!((exact.text.len(), exact.dropped_bytes), (KEPT_BYTES, 0));
}

#[test]
fn a_character_is_not_cut_in_two() {
    let raw = "€".repeat(KEPT_BYTES);
    let kept = keep(raw.as_bytes(), 0, &Secrets::none());
    assert!(kept.text.len() <= KEPT_BYTES && kept.text.chars().all(|c| c == '€'));
    assert_eq!(kept.dropped_bytes, (raw.len() - kept.text.len()) as u64);
}

#[test]
fn a_secret_at_the_cap_does_not_show_in_part() {
    let secrets = secret("0123456789abcdef");
    for start in KEPT_BYTES - 20..KEPT_BYTES + 4 {
        let raw = format!(
            "{}0123456789abcdef{}",
            "x".repeat(start),
            "y".repeat(3 * KEPT_BYTES)
        );
        assert!(
            !keep(raw.as_bytes(), 0, &secrets).text.contains("0123"),
            "{start}"
        );
    }
    let many = "0123456789abcdef".repeat(KEPT_BYTES);
    assert!(!keep(many.as_bytes(), 0, &secrets).text.contains("0123"));
}

#[test]
fn an_excerpt_is_masked_before_it_is_cut() {
    let secrets = secret("0123456789abcdef");
    for start in [0, EXCERPT_CHARS - 8, 8 * EXCERPT_CHARS - 8, 8 * EXCERPT_CHARS + 8] {
        let raw = format!("{}0123456789abcdef{}", "x".repeat(start), "y".repeat(5000));
        assert!(!excerpt(&raw, &secrets).contains("0123"), "{start}");
    }
}

#[test]
fn what_could_deceive_is_written_out() {
    let text = "a\u{202e}b\u{200b}c\u{1b}[31md\u{7f}\u{85}\u{2066}\ne\tf\r\n";
    assert_eq!(
        sentence(text, &Secrets::none()),
        "a\\u{202e}b\\u{200b}c\\u{1b}[31md\\u{7f}\\u{85}\\u{2066}\\ne f\\r\\n"
    );
    assert_eq!(
        keep("a\tb\r\nc\0".as_bytes(), 0, &Secrets::none()).text,
        "a\tb\\r\nc\\u{0}"
    );
    assert_eq!(keep(b"\xff\xfe", 0, &Secrets::none()).text, "\u{fffd}\u{fffd}");
}
