use super::*;
use domain::verdict::Verdict;
use rstest::rstest;

#[rstest]
#[case(&["192.0.2.1"], None, Verdict::Pass, "app.test is 192.0.2.1")]
#[case(&[], None, Verdict::Fail, "does not resolve")]
#[case(&["192.0.2.1", "2001:db8::1"], Some(("192.0.2.1", &["192.0.2.1"][..])), Verdict::Pass, "as is 192.0.2.1")]
#[case(&["192.0.2.1"], Some(("192.0.2.2", &["192.0.2.2"][..])), Verdict::Fail, "not 192.0.2.2")]
#[case(&["192.0.2.1"], Some(("lb.test", &["192.0.2.3"][..])), Verdict::Fail, "not lb.test (192.0.2.3)")]
#[case(&["192.0.2.1"], Some(("lb.test", &[][..])), Verdict::Fail, "lb.test does not resolve")]
fn addresses_are_compared(
    #[case] found: &[&str],
    #[case] wanted: Option<(&str, &[&str])>,
    #[case] verdict: Verdict,
    #[case] said: &str,
) {
    let read = |addresses: &[&str]| -> Vec<IpAddr> {
        let read = addresses
            .iter()
            .map(|address| address.parse().expect("an address"));
        read.collect()
    };
    let addresses = wanted.map(|(to, addresses)| (to, read(addresses)));
    let wanted = addresses
        .as_ref()
        .map(|(to, addresses)| (*to, addresses.as_slice()));
    let judgement = judge("app.test", &read(found), wanted);
    assert!(
        judgement.verdict == verdict && judgement.reason.contains(said),
        "{judgement:?}"
    );
}
