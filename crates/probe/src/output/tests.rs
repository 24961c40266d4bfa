use super::{EXCERPT_CHARS, KEPT_BYTES, Keeping, excerpt, keep, sentence};
use crate::redact::Secrets;
use domain::Hash;
use domain::verdict::Output;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

fn digest(bytes: &[u8]) -> Hash {
    Hash::of_bytes(&Sha256::digest(bytes).into())
}

fn shown(output: &Output) -> String {
    format!("{}{}", output.text, output.ending)
}

fn secret(value: &str) -> Secrets {
    Secrets::new(BTreeMap::from([("PW".to_owned(), value.to_owned())]))
}

#[test]
fn of_a_long_output_both_ends_are_kept_and_all_of_it_is_counted_and_hashed() {
    let raw = vec![b'x'; 10 * 1024 * 1024];
    let kept = keep(&raw, false, &Secrets::none());
    let left_out = (raw.len() - 2 * KEPT_BYTES) as u64;
    assert_eq!(
        (kept.text.len(), kept.ending.len(), kept.dropped_bytes, kept.bytes),
        (KEPT_BYTES, KEPT_BYTES, left_out, Some(raw.len() as u64))
    );
    assert_eq!(kept.sha256, Some(digest(&raw)));
    let exact = keep(&raw[..KEPT_BYTES], false, &Secrets::none());
    assert_eq!(
        (exact.text.len(), exact.ending.as_str(), exact.dropped_bytes),
        (KEPT_BYTES, "", 0)
    );
    let both = keep(&raw[..2 * KEPT_BYTES], false, &Secrets::none());
    assert_eq!((both.ending.len(), both.dropped_bytes), (KEPT_BYTES, 0));
}

#[test]
fn it_is_the_same_however_it_was_read() {
    let raw: Vec<u8> = (0..50_000_u32)
        .flat_map(|n| format!("{n} gr\u{fc}n\n").into_bytes())
        .collect();
    let secrets = Secrets::none();
    let whole = keep(&raw, false, &secrets);
    for size in [7, 4096, 65_537, 1_000_003] {
        let mut keeping = Keeping::new(&secrets);
        raw.chunks(size).for_each(|piece| keeping.push(piece));
        assert_eq!(keeping.finish(true).output(), whole, "in reads of {size} bytes");
    }
    assert!(whole.text.starts_with("0 gr\u{fc}n\n") && whole.ending.ends_with("49999 gr\u{fc}n\n"));
    let shown = (whole.text.len() + whole.ending.len()) as u64;
    assert_eq!(Some(shown + whole.dropped_bytes), whole.bytes);
}

#[test]
fn the_digest_is_of_what_is_shown_so_that_a_secret_cannot_be_guessed_from_it() {
    let kept = keep(b"PW is 0123456789abcdef", false, &secret("0123456789abcdef"));
    assert_eq!(kept.text, "PW is [PW hidden]");
    assert_eq!(kept.sha256, Some(digest(b"PW is [PW hidden]")));
}

#[test]
fn two_outputs_are_counted_together_and_what_is_not_at_hand_stands_with_its_digest() {
    let secrets = Secrets::none();
    let kept = |raw: &[u8]| {
        let mut keeping = Keeping::new(&secrets);
        keeping.push(raw);
        keeping.finish(true)
    };
    let mut short = kept(b"one\n");
    short.append(kept(b"two\n"));
    let short = short.output();
    assert_eq!(
        (short.text.as_str(), short.sha256),
        ("one\ntwo\n", Some(digest(b"one\ntwo\n")))
    );
    let long = vec![b'y'; 1024 * 1024];
    let mut all = kept(b"one\n");
    all.append(kept(&long));
    let all = all.output();
    let ends = "y".repeat(KEPT_BYTES);
    let line = format!("[917504 of 1048576 bytes left out, sha256 {}]", digest(&long));
    let covered = format!("one\n{ends}\n{line}\n{ends}");
    assert_eq!(all.sha256, Some(digest(covered.as_bytes())));
    assert_eq!(all.bytes, Some(917_504 + covered.len() as u64));
}

#[test]
fn what_was_stored_before_is_read_and_written_as_it_was() {
    let stored = r#"{"text":"a","dropped_bytes":3}"#;
    let output: Output = serde_json::from_str(stored).expect("it is read");
    assert_eq!(serde_json::to_string(&output).expect("it is written"), stored);
}

#[test]
fn a_character_is_not_cut_in_two() {
    for (before, count) in [("", KEPT_BYTES), ("x", KEPT_BYTES), ("", 30_000), ("xx", 30_000)] {
        let raw = format!("{before}{}", "\u{20ac}".repeat(count));
        let kept = keep(raw.as_bytes(), false, &Secrets::none());
        assert!(kept.text.len() <= KEPT_BYTES && kept.ending.len() <= KEPT_BYTES);
        assert!(!shown(&kept).contains('\u{fffd}'));
        assert_eq!(kept.dropped_bytes, (raw.len() - shown(&kept).len()) as u64);
    }
}

#[test]
fn of_an_output_that_was_broken_off_no_half_of_a_secret_shows() {
    let secrets = secret("0123456789abcdef");
    for (raw, shown) in [
        ("ab 012345", "ab [cut off]"),
        ("ab 0123456789abcdef", "ab [PW hidden]"),
        ("ab", "ab"),
        ("key=ghp_0123abcd", "key=[cut off]"),
        ("at postgres://me:hunter2", "at postgres://me:[cut off]"),
    ] {
        assert_eq!(keep(raw.as_bytes(), true, &secrets).text, shown);
    }
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
            !shown(&keep(raw.as_bytes(), false, &secrets)).contains("0123"),
            "{start}"
        );
        let raw: String = raw.chars().rev().collect();
        let backwards = secret("fedcba9876543210");
        assert!(!shown(&keep(raw.as_bytes(), false, &backwards)).contains("3210"));
    }
    let many = "0123456789abcdef".repeat(KEPT_BYTES);
    assert!(!shown(&keep(many.as_bytes(), false, &secrets)).contains("0123"));
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
        keep("a\tb\r\nc\0".as_bytes(), false, &Secrets::none()).text,
        "a\tb\\r\nc\\u{0}"
    );
    assert_eq!(
        keep(b"\xff\xfe", false, &Secrets::none()).text,
        "\u{fffd}\u{fffd}"
    );
}
