use super::*;
use proptest::prelude::*;

fn arriving(bytes: &[u8]) -> Result<bool, String> {
    let mut reply = Arriving {
        bytes: bytes.to_vec(),
        ..Arriving::default()
    };
    reply.complete()
}

#[test]
fn a_reply_is_complete_with_its_last_byte_and_not_before() {
    for whole in [
        "+PONG\r\n",
        ":12\r\n",
        "$-1\r\n",
        "$5\r\na\r\nbc\r\n",
        "*0\r\n",
        "*-1\r\n",
        "*2\r\n$3\r\nfoo\r\n*1\r\n:1\r\n",
    ] {
        assert_eq!(arriving(whole.as_bytes()), Ok(true), "{whole:?}");
        for end in 0..whole.len() {
            assert_eq!(
                arriving(&whole.as_bytes()[..end]),
                Ok(false),
                "{:?}",
                &whole[..end]
            );
        }
    }
}

#[test]
fn what_is_too_long_too_deep_or_foreign_is_refused_before_it_is_decoded() {
    for (hostile, why) in [
        ("$1000000000000\r\n", "announces a value"),
        ("*1000000000\r\n", "announces 1000000000 values"),
        ("HTTP/1.1 400 Bad Request\r\n", "does not speak Redis"),
        ("$abc\r\n", "does not speak Redis"),
        ("\r\n", "does not speak Redis"),
    ] {
        let refused = arriving(hostile.as_bytes()).expect_err(hostile);
        assert!(refused.contains(why), "{refused}");
    }
    assert!(
        arriving("*1\r\n".repeat(100).as_bytes())
            .expect_err("deep")
            .contains("8 deep")
    );
    assert!(
        arriving(&b"+x".repeat(REPLY_BYTES))
            .expect_err("endless")
            .contains("longer than 1 MB")
    );
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_are_measured_alike(bytes in prop::collection::vec(
        prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'*'), Just(b'$'), Just(b':'), Just(b'1'), Just(b'2'), any::<u8>()],
        0..200,
    ), cut in 0usize..200) {
        let at_once = arriving(&bytes);
        let mut pieces = Arriving::default();
        let mut in_pieces = Ok(false);
        for piece in [&bytes[..cut.min(bytes.len())], &bytes[cut.min(bytes.len())..]] {
            if in_pieces == Ok(false) {
                pieces.bytes.extend_from_slice(piece);
                in_pieces = pieces.complete();
            }
        }
        prop_assert_eq!(&at_once, &in_pieces);
        if at_once == Ok(true) {
            // What was measured as complete never makes the decoder wait for more.
            let _ = redis::parse_redis_value(&bytes);
        }
    }
}
