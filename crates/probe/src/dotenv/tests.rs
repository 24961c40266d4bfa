use super::parse;
use rstest::rstest;

#[rstest]
#[case("A=1", "1", false)]
#[case("A = 1  ", "1", false)]
#[case("\texport A=1", "1", false)]
#[case("A=a b # comment", "a b", false)]
#[case("A=a#b", "a#b", false)]
#[case("A=#", "", false)]
#[case("A=", "", false)]
#[case("A=\"a # b\" # comment", "a # b", false)]
#[case("A='a \\n $b'", "a \\n $b", false)]
#[case("A=\"a\\nb\\\"c\\\\\"", "a\nb\"c\\", false)]
#[case("A=\"line 1\nline 2\"", "line 1\nline 2", false)]
#[case("A=$B", "$B", true)]
#[case("A=\"${B}\"", "${B}", true)]
#[case("A=\"\\$B\"", "$B", false)]
#[case("A=x=y==", "x=y==", false)]
#[case("A='x'\r", "x", false)]
fn values_are_read_with_their_quotes_and_comments(
    #[case] line: &str,
    #[case] value: &str,
    #[case] refers: bool,
) {
    let (settings, strange) = parse(line.as_bytes());
    assert_eq!((settings.len(), strange.len()), (1, 0), "{settings:?}");
    assert_eq!(
        (
            settings[0].key.as_str(),
            settings[0].value.as_str(),
            settings[0].refers
        ),
        ("A", value, refers)
    );
}

#[test]
fn lines_are_counted_through_values_of_several_lines() {
    let (settings, strange) = parse(b"A='1\n2'\n\n# c\nB=3\nno setting\n1C=4\nD=\"open\nE=5\n");
    let seen: Vec<(usize, &str, &str)> = settings
        .iter()
        .map(|s| (s.line, s.key.as_str(), s.value.as_str()))
        .collect();
    assert_eq!(
        seen,
        [(1, "A", "1\n2"), (5, "B", "3"), (8, "D", "\"open"), (9, "E", "5")]
    );
    assert_eq!(strange, [6, 7, 8]);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(content in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        parse(&content);
    }

    #[test]
    fn a_plain_value_is_read_back(value in "[a-zA-Z0-9_./:-]{0,40}") {
        let (settings, _) = parse(format!("KEY={value}\n").as_bytes());
        proptest::prop_assert_eq!(&settings[0].value, &value);
    }
}
