use super::*;
use domain::verdict::Verdict;
use rstest::rstest;

fn is(pointer: &str, value: &str) -> JsonField {
    JsonField {
        pointer: pointer.to_owned(),
        holds: JsonHolds::Is(value.to_owned()),
    }
}

fn present(pointer: &str) -> JsonField {
    JsonField {
        pointer: pointer.to_owned(),
        holds: JsonHolds::Present,
    }
}

#[rstest]
#[case::a_field_is_equal_and_another_does_not_matter(
    r#"{"status":"ok","uptime":3}"#, vec![is("/status", r#""ok""#)], Verdict::Pass, r#"/status is "ok""#)]
#[case::a_field_is_another(
    r#"{"status":"degraded"}"#, vec![is("/status", r#""ok""#)], Verdict::Fail, r#"/status is "degraded", must be "ok""#)]
#[case::a_field_is_missing(r#"{"state":"ok"}"#, vec![is("/status", r#""ok""#)], Verdict::Fail, "/status is missing")]
#[case::a_field_is_there_whatever_it_is(r#"{"time":null}"#, vec![present("/time")], Verdict::Pass, "/time is there")]
#[case::numbers_are_compared_as_numbers(r#"{"n":1.0}"#, vec![is("/n", "1")], Verdict::Pass, "/n is 1.0")]
#[case::a_text_is_no_number(r#"{"n":"1"}"#, vec![is("/n", "1")], Verdict::Fail, "must be 1")]
#[case::fields_stand_deep_and_in_lists(
    r#"{"a":[{"b":true}]}"#, vec![is("/a/0/b", "true")], Verdict::Pass, "/a/0/b is true")]
#[case::the_whole_is_compared("[]", vec![is("", "[]")], Verdict::Pass, "the whole is []")]
#[case::one_of_several_is_wrong(
    r#"{"a":1,"b":2}"#, vec![is("/a", "1"), is("/b", "3")], Verdict::Fail, "/b is 2, must be 3")]
#[case::a_page_is_not_json("<html>", vec![present("/a")], Verdict::Fail, "not JSON")]
#[case::nothing_is_not_json("", vec![present("/a")], Verdict::Fail, "not JSON")]
#[case::any_json_will_do("{}", vec![], Verdict::Pass, "{}")]
fn json_is_judged_field_by_field(
    #[case] text: &str,
    #[case] fields: Vec<JsonField>,
    #[case] verdict: Verdict,
    #[case] said: &str,
) {
    let judgement = judge(text, &fields, &|piece| piece.to_owned());
    assert!(
        judgement.verdict == verdict && judgement.reason.contains(said),
        "{judgement:?}"
    );
}
