use super::*;
use domain::verdict::Verdict;
use rstest::rstest;

#[rstest]
#[case(301, Some("https://app.test/"), Verdict::Pass, "leads to “https://app.test/”")]
#[case(308, Some("https://www.app.test/a"), Verdict::Pass, "answers 308")]
#[case(301, Some("/login"), Verdict::Fail, "not https")]
#[case(302, Some("http://app.test/login"), Verdict::Fail, "not https")]
#[case(200, None, Verdict::Fail, "answers 200 by plain http")]
#[case(200, Some("https://app.test/"), Verdict::Fail, "leads nowhere")]
#[case(301, None, Verdict::Fail, "leads nowhere")]
#[case(404, None, Verdict::Fail, "answers 404")]
fn a_way_to_https_is_judged(
    #[case] status: u16,
    #[case] location: Option<&str>,
    #[case] verdict: Verdict,
    #[case] said: &str,
) {
    let asked = Url::parse("http://app.test/").expect("an address");
    let judgement = judge(status, location, &asked, &Secrets::default());
    assert!(
        judgement.verdict == verdict && judgement.reason.contains(said),
        "{judgement:?}"
    );
}
