//! The forms in which a secret could show.

use super::{SHORTEST_FORM, SHORTEST_SECRET};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The value itself, its lines, and its base64, URL, JSON, shell and hexadecimal forms.
pub(super) fn forms(value: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    if value.len() >= SHORTEST_SECRET {
        forms.push(value.as_bytes().to_vec());
    }
    let trimmed = value.trim();
    let lines = value
        .lines()
        .map(str::trim)
        .filter(|line| line.len() >= SHORTEST_FORM);
    let json = serde_json::to_string(value).unwrap_or_default();
    let (upper, lower) = (percent(value, true), percent(value, false));
    let mut encoded: Vec<String> = lines.map(str::to_owned).collect();
    encoded.extend([
        json.trim_matches('"').to_owned(),
        upper.replace("%20", "+"),
        upper,
        lower,
    ]);
    encoded.extend([
        value.replace('\'', r"'\''"),
        value.replace('"', "\\\""),
        trimmed.to_owned(),
    ]);
    let hex: String = trimmed.bytes().map(|byte| format!("{byte:02x}")).collect();
    encoded.extend([hex.to_uppercase(), hex]);
    encoded.extend(base64_forms(trimmed.as_bytes()));
    for form in encoded {
        if form.len() >= SHORTEST_FORM && !forms.contains(&form.clone().into_bytes()) {
            forms.push(form.into_bytes());
        }
    }
    forms
}

/// The base64 text of `value` wherever it stands within a longer text: at each of the three alignments, only the
/// characters that depend on nothing else.
fn base64_forms(value: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(value);
        let first = (before * 8).div_ceil(6);
        let end = bytes.len() * 8 / 6;
        for text in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            forms.extend(text.get(first..end).map(str::to_owned));
        }
    }
    forms
}

pub(super) fn percent(value: &str, upper: bool) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else if upper {
            text.push_str(&format!("%{byte:02X}"));
        } else {
            text.push_str(&format!("%{byte:02x}"));
        }
    }
    text
}
