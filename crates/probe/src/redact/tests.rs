use super::{Secrets, percent};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use proptest::prelude::{any, prop_assert, prop_assert_eq};
use std::collections::BTreeMap;

fn one(value: &str) -> Secrets {
    Secrets::new(BTreeMap::from([("PW".to_owned(), value.to_owned())]))
}

#[test]
fn a_longer_secret_is_masked_whole_before_a_shorter_one_within_it() {
    let secrets = Secrets::new(BTreeMap::from([
        ("LONG".to_owned(), "correct horse battery".to_owned()),
        ("SHORT".to_owned(), "horse".to_owned()),
    ]));
    assert_eq!(
        secrets.mask("a correct horse battery, a horse"),
        "a [LONG hidden], a [SHORT hidden]"
    );
}

#[test]
fn every_line_of_a_key_is_masked() {
    let secrets = one("-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----");
    assert_eq!(secrets.mask("x hkiG9w0BAQEFAASC y"), "x [PW hidden] y");
}

#[test]
fn without_secrets_nothing_changes() {
    assert_eq!(Secrets::none().mask_bytes(b"\xff\0x"), b"\xff\0x");
    assert_eq!(Secrets::none().longest(), 0);
}

proptest::proptest! {
    #[test]
    fn a_secret_that_is_split_over_reads_never_shows(
        secret in "[a-zA-Z0-9 !\"$%&/()=?+*#'<>|,.;:_-]{6,40}",
        before in ".{0,30}",
        after in ".{0,30}",
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
    ) {
        let secrets = one(&secret);
        let json = serde_json::to_string(&secret).expect("json");
        let forms = [
            secret.clone(),
            json[1..json.len() - 1].to_owned(),
            percent(&secret, true),
            percent(&secret, false),
        ];
        for form in forms {
            let text = format!("{before}{form}{after}");
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            places.sort_unstable();
            let mut masker = secrets.masker();
            let mut shown = Vec::new();
            let mut at = 0;
            for place in places {
                shown.extend(masker.push(&text.as_bytes()[at..place]));
                at = place;
            }
            shown.extend(masker.push(&text.as_bytes()[at..]));
            shown.extend(masker.finish());
            let shown = String::from_utf8_lossy(&shown).into_owned();
            prop_assert_eq!(&shown, &secrets.mask(&text));
            if form.len() >= 8 || form == secret {
                prop_assert!(!shown.contains(&form), "{}", shown);
            }
        }
    }

    #[test]
    fn base64_of_a_text_with_the_secret_shows_none_of_its_inner_characters(
        secret in "[a-zA-Z0-9]{12,40}",
        before in "[a-z]{0,7}",
        after in "[a-z]{0,7}",
    ) {
        let secrets = one(&secret);
        for engine in [&STANDARD, &URL_SAFE] {
            let encoded = engine.encode(format!("{before}{secret}{after}"));
            let shown = secrets.mask(&encoded);
            prop_assert!(shown.contains("[PW hidden]"), "{} in {}", secret, shown);
        }
    }
}
