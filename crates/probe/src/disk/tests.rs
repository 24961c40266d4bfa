use super::{Left, judge};
use domain::verdict::Verdict::{self, Fail, Pass};
use rstest::rstest;

const MB: u64 = 1024 * 1024;

#[rstest]
#[case(512 * MB, None, Fail, "512 MB free, needs 1 GB")]
#[case(2048 * MB, Some(10), Pass, "2 GB free")]
#[case(1024 * MB, Some(10), Pass, "1 GB free")]
#[case(2048 * MB, Some(0), Fail, "2 GB free, but no file can be made: the file system has no inodes left")]
fn space_and_inodes_are_judged(
    #[case] bytes: u64,
    #[case] files: Option<u64>,
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let judgement = judge(Left { bytes, files }, 1024 * MB);
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}
