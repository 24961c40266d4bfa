use super::{Secrets, forms::percent};
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

/// Put together here, so that none stands in the file.
fn token(prefix: &str, length: usize) -> String {
    let letters = "A7bQ9xZ2mK4pL8wR1tY6vN3cJ5hG0sD".chars().cycle();
    format!("{prefix}{}", letters.take(length).collect::<String>())
}

#[test]
fn what_has_the_shape_of_a_secret_is_masked_though_nobody_named_it() {
    let access = format!("AKIA{}", "Q7ZX2MK4PL8WR1TY");
    let signed = format!("{}.{}.{}", token("eyJ", 30), token("eyJ", 60), token("", 43));
    let (kind, key) = ("RSA PRIVATE KEY", token("", 300));
    let key = format!("-----BEGIN {kind}-----\n{key}\n-----END {kind}-----");
    let opaque = token("", 40);
    for (text, shown) in [
        (format!("id {access}."), "id [token hidden]."),
        (format!("x={} y", token("ghp_", 36)), "x=[token hidden] y"),
        (token("github_pat_", 82), "[token hidden]"),
        (token("xoxb-", 50), "[token hidden]"),
        (format!("\"{}\"", token("sk_live_", 24)), "\"[token hidden]\""),
        (format!("jwt {signed}\n"), "jwt [token hidden]\n"),
        (format!("a\n{key}\nb"), "a\n[private key hidden]\nb"),
        (
            format!("> Authorization: Bearer {opaque}\r\n"),
            "> Authorization: Bearer [authorization hidden]\r\n",
        ),
        (
            r#"{"authorization": "Basic bWU6eA=="}"#.to_owned(),
            r#"{"authorization": "Basic [authorization hidden]"}"#,
        ),
        (format!("bearer {opaque}"), "bearer [authorization hidden]"),
        (
            "at postgres://me:hunter2@db:5432/x?a=b".to_owned(),
            "at postgres://me:[password hidden]@db:5432/x?a=b",
        ),
        (
            "redis://:p@ss@cache/0".to_owned(),
            "redis://:[password hidden]@cache/0",
        ),
        (
            "/x?user=me&password=abc&z=1".to_owned(),
            "/x?user=me&password=[password hidden]&z=1",
        ),
        (
            "host=db password='a b' user=x".to_owned(),
            "host=db password='[password hidden]' user=x",
        ),
        (
            "DB_PASSWORD=x\nAPI_KEY=0a1b2c3d4e".to_owned(),
            "DB_PASSWORD=[password hidden]\nAPI_KEY=[key hidden]",
        ),
        (
            r#"{"password": "hunter 2", "n": 1}"#.to_owned(),
            r#"{"password": "[password hidden]", "n": 1}"#,
        ),
        ("X-Api-Key: 0a1b2c3d4e".to_owned(), "X-Api-Key: [key hidden]"),
    ] {
        assert_eq!(Secrets::none().mask(&text), shown);
        for size in 1..=text.len().min(60) {
            let shown_in_pieces = in_pieces(&Secrets::none(), text.as_bytes(), size);
            assert_eq!(
                String::from_utf8_lossy(&shown_in_pieces),
                shown,
                "in reads of {size} bytes"
            );
        }
    }
}

fn in_pieces(secrets: &Secrets, bytes: &[u8], size: usize) -> Vec<u8> {
    let mut masker = secrets.masker();
    let mut shown: Vec<u8> = bytes.chunks(size).flat_map(|piece| masker.push(piece)).collect();
    shown.extend(masker.finish());
    shown
}

#[test]
fn what_is_no_secret_stays_readable() {
    for text in [
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "123e4567-e89b-12d3-a456-426614174000",
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        "GET http://localhost:8000/health, http://127.0.0.1:9000/@scope/pkg@1.2.3",
        "git@github.com:me/it.git ssh://git@github.com:22/me/it.git",
        "the password is wrong; password: incorrect; using password: YES",
        "bearer tokens are refused, Bearer authentication is required",
        "PWD=/srv/app\ntoken=5\nmax_tokens=100000000\nPASSWORD=$DB_PASSWORD\nx",
        "password=[PW hidden] postgres://me:[password of database hidden]@db/x",
        "if password == other { token = next() }",
        "AKIA is how a key begins; eyJhbGciOiJIUzI1NiJ9 is a header; ghp_short",
        "//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbXX0=",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "ghp_, AKIA, -----BEGIN",
    ] {
        assert_eq!(Secrets::none().mask(text), text);
    }
}

#[test]
fn a_secret_that_is_broken_into_lines_is_masked() {
    let secrets = one("correct horse battery staple");
    let encoded = STANDARD.encode("correct horse battery staple");
    let (first, second) = encoded.split_at(20);
    assert_eq!(
        secrets.mask("x correct hor\nse battery\r\n staple y"),
        "x [PW hidden] y"
    );
    let shown = secrets.mask(&format!("{first}\n{second}"));
    assert!(shown.starts_with("[PW hidden]"), "{shown}");
}

#[test]
fn only_what_could_be_the_beginning_of_a_secret_waits() {
    let secrets = one("correct horse");
    let mut masker = secrets.masker();
    assert_eq!(masker.push(b"Building: corr"), b"Building: ");
    assert_eq!(masker.push(b"idor"), b"corridor");
    assert_eq!(masker.push(b"... [y/n] "), b"... [y/n] ");
}

proptest::proptest! {
    #[test]
    fn any_bytes_in_any_reads_give_what_they_give_at_once(
        bytes in proptest::collection::vec(proptest::sample::select(b"=: \"'@/-pasword_eyJ.AKIA0[]$\n\xff".to_vec()), 0..300),
        size in 1_usize..40,
    ) {
        let secrets = one("password");
        prop_assert_eq!(in_pieces(&secrets, &bytes, size), secrets.mask_bytes(&bytes));
    }

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
