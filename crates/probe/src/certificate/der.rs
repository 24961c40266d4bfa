//! The dates of a certificate (X.509, RFC 5280, section 4.1), read from its DER form.

use chrono::{DateTime, NaiveDateTime, Utc};

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// The version, which old certificates leave out.
const VERSION: u8 = 0xa0;

/// From when to when a certificate is valid.
pub(super) fn validity(certificate: &[u8]) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let (certificate, _) = expect(SEQUENCE, certificate)?;
    let (signed, _) = expect(SEQUENCE, certificate)?;
    let after_version = expect(VERSION, signed).map_or(signed, |(_, rest)| rest);
    let (_serial, rest) = expect(INTEGER, after_version)?;
    let (_algorithm, rest) = expect(SEQUENCE, rest)?;
    let (_issuer, rest) = expect(SEQUENCE, rest)?;
    let (validity, _) = expect(SEQUENCE, rest)?;
    let (begins, rest) = time(validity)?;
    let (ends, _) = time(rest)?;
    Some((begins, ends))
}

/// The content of an element with this tag, and what follows it.
fn expect(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(bytes)?;
    (found == tag).then_some((content, rest))
}

/// Tag, content and rest. Lengths take up to four bytes (X.690, section 8.1.3).
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [tag, first, rest @ ..] = bytes else {
        return None;
    };
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits
                .iter()
                .fold(0usize, |sum, digit| sum << 8 | usize::from(*digit));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// Two-digit years are 1950 to 2049 (RFC 5280, section 4.1.2.5.1).
fn time(bytes: &[u8]) -> Option<(DateTime<Utc>, &[u8])> {
    let (tag, content, rest) = element(bytes)?;
    let text = std::str::from_utf8(content).ok()?;
    let full = match tag {
        UTC_TIME if text.is_ascii() && text.len() > 2 => {
            let century = if text[..2].parse::<u8>().ok()? < 50 {
                "20"
            } else {
                "19"
            };
            format!("{century}{text}")
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let time = NaiveDateTime::parse_from_str(&full, "%Y%m%d%H%M%SZ").ok()?;
    Some((time.and_utc(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element_of(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag, u8::try_from(content.len()).expect("short")];
        out.extend(content);
        out
    }

    fn certificate(begins: &[u8], ends: &[u8], version: bool) -> Vec<u8> {
        let mut signed = if version {
            element_of(VERSION, &[2, 1, 2])
        } else {
            Vec::new()
        };
        signed.extend(element_of(INTEGER, &[1]));
        signed.extend(element_of(SEQUENCE, &[]));
        signed.extend(element_of(SEQUENCE, &[]));
        signed.extend(element_of(SEQUENCE, &[begins, ends].concat()));
        element_of(SEQUENCE, &element_of(SEQUENCE, &signed))
    }

    #[test]
    fn dates_are_read_in_both_forms() {
        let short = element_of(UTC_TIME, b"260102030405Z");
        let long = element_of(GENERALIZED_TIME, b"20510102030405Z");
        for version in [true, false] {
            let (begins, ends) = validity(&certificate(&short, &long, version)).expect("dates");
            assert_eq!(begins.to_rfc3339(), "2026-01-02T03:04:05+00:00");
            assert_eq!(ends.to_rfc3339(), "2051-01-02T03:04:05+00:00");
        }
    }

    #[test]
    fn no_beginning_of_a_certificate_and_no_nonsense_has_dates() {
        let date = element_of(UTC_TIME, b"260102030405Z");
        let whole = certificate(&date, &date, true);
        for end in 0..whole.len() {
            assert_eq!(validity(&whole[..end]), None, "{end}");
        }
        for nonsense in [
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..],
            &[0x30, 0x80],
            &[0x17, 0],
            b"-----BEGIN",
        ] {
            assert_eq!(validity(nonsense), None);
        }
    }
}
