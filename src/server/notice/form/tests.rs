use super::*;

fn message(sentence: &str) -> Message {
    Message {
        kind: Kind::NoGo,
        title: "NO-GO · Shop v1 in shop".to_owned(),
        sentence: sentence.to_owned(),
        link: "https://gonogo.example/runs/7?tab=sign-off".to_owned(),
        checklist: "Shop".to_owned(),
        run: 7,
        release: "v1".to_owned(),
        environment: "shop".to_owned(),
        class: "staging",
        at: DateTime::from_timestamp(1_772_452_800, 0).expect("a time"),
        head: None,
    }
}

/// Markup of every kind, as a document could hold it.
const MARKUP: &str =
    "<!channel> [here](https://evil.example) *bold* <https://evil.example|there> & <at>all</at>";

fn shown(form: WebhookForm) -> String {
    let body = message(MARKUP).body(form, "00000000-0000-8000-8000-000000000001");
    let value: Value = serde_json::from_str(&body).expect("a value");
    serde_json::to_string_pretty(&value).expect("a value")
}

#[test]
fn in_slack_words_are_plain_text_and_escaped_where_they_could_be_markup() {
    insta::assert_snapshot!(shown(WebhookForm::Slack));
}

#[test]
fn in_teams_words_are_text_runs_which_know_no_markdown() {
    insta::assert_snapshot!(shown(WebhookForm::Teams));
}

#[test]
fn the_signed_form_is_plain_json_with_the_number_of_the_delivery() {
    insta::assert_snapshot!(shown(WebhookForm::Signed));
}

#[test]
fn a_long_text_is_cut_and_has_one_line() {
    let cut = short(&"a\n".repeat(1000), 10);
    assert_eq!(cut, "a a a a a…");
    assert_eq!(short("short", 10), "short");
}
