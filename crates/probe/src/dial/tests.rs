use super::check;
use rstest::rstest;

#[rstest]
#[case("169.254.169.254")]
#[case("169.254.0.1")]
#[case("::ffff:169.254.169.254")]
#[case("64:ff9b::a9fe:a9fe")]
#[case("2002:a9fe:a9fe::1")]
#[case("fe80::1")]
#[case("febf::1")]
#[case("fd00:ec2::254")]
#[case("100.100.100.200")]
#[case("192.0.0.192")]
#[case("0.0.0.0")]
#[case("0.1.2.3")]
#[case("::")]
#[case("::ffff:0.0.0.0")]
#[case("224.0.0.1")]
#[case("ff02::1")]
#[case("255.255.255.255")]
fn addresses_that_are_never_dialled(#[case] address: &str) {
    assert!(check(address.parse().expect("an address")).is_err());
}

#[rstest]
#[case("127.0.0.1")]
#[case("::1")]
#[case("10.0.0.5")]
#[case("192.168.1.1")]
#[case("100.64.0.1")]
#[case("fd12:3456::1")]
#[case("203.0.113.9")]
#[case("2001:db8::1")]
fn addresses_that_an_environment_may_list(#[case] address: &str) {
    assert_eq!(check(address.parse().expect("an address")), Ok(()));
}
