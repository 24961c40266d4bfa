use super::*;
use Verdict::{Fail, NoData, Pass, Warning};
use rstest::rstest;

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[rstest]
#[case(Found::default(), Pass, "no file is named like one")]
#[case(Found { shallow: true, ..Found::default() }, NoData, "this clone is shallow")]
#[case(Found { tracked: list(&[".env"]), shallow: true, ..Found::default() }, Fail, ".env is committed or staged")]
#[case(Found { untracked: list(&["a/.env", "b/.env"]), ..Found::default() }, Fail,
    "a/.env (and 1 more) is not ignored, so that the next `git add` takes it")]
#[case(Found { past: list(&["id_rsa"]), ..Found::default() }, Fail, "id_rsa stands in an earlier commit")]
#[case(Found { held: list(&["deploy/key.pem"]), ..Found::default() }, Fail, "deploy/key.pem holds a private key")]
#[case(Found { held: list(&["tests/key.pem"]), ..Found::default() }, Warning, "look at it")]
#[case(Found { held: list(&["app.pem", "tests/key.pem"]), ..Found::default() }, Fail, "app.pem holds a private key")]
fn what_git_keeps_is_judged(#[case] found: Found, #[case] verdict: Verdict, #[case] words: &str) {
    let judgement = judge(&found);
    assert_eq!(judgement.verdict, verdict, "{}", judgement.reason);
    assert!(judgement.reason.contains(words), "{}", judgement.reason);
}

#[test]
fn names_are_told_apart_by_zero_bytes() {
    assert_eq!(names("\nb\0a b\0\n\0b\0"), ["a b", "b"]);
}
