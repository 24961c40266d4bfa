//! Bodies that come packed (RFC 1952), unpacked up to a bound.

use super::BODY_BYTES;
use super::client::Body;
use flate2::read::MultiGzDecoder;
use std::io::Read as _;

/// The body as it was before it was packed, up to [`BODY_BYTES`].
///
/// # Errors
/// In words, where it is not packed.
pub(super) fn unpacked(body: Body) -> Result<Body, String> {
    let mut bytes = Vec::new();
    let most = BODY_BYTES as u64 + 1;
    let read = MultiGzDecoder::new(body.bytes.as_slice())
        .take(most)
        .read_to_end(&mut bytes);
    // The end of what was cut is missing, and is no mistake of the server's.
    if let (Err(why), false) = (read, body.cut) {
        return Err(format!("what it sent as gzip cannot be unpacked: {why}"));
    }
    let cut = body.cut || bytes.len() > BODY_BYTES;
    bytes.truncate(BODY_BYTES);
    Ok(Body { bytes, cut })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn unpack(bytes: Vec<u8>, cut: bool) -> Result<(usize, bool), String> {
        unpacked(Body { bytes, cut }).map(|body| (body.bytes.len(), body.cut))
    }

    #[test]
    fn a_packed_body_is_unpacked_up_to_a_bound_and_what_is_not_packed_is_an_error() {
        assert_eq!(unpack(packed(b"ok"), false), Ok((2, false)));
        assert_eq!(
            unpack(packed(&vec![0; BODY_BYTES]), false),
            Ok((BODY_BYTES, false))
        );
        assert_eq!(
            unpack(packed(&vec![0; BODY_BYTES + 1]), false),
            Ok((BODY_BYTES, true))
        );
        let mut half = packed(b"a long enough text, and more of it");
        half.truncate(half.len() - 9);
        assert!(unpack(half.clone(), false).is_err());
        assert!(unpack(half, true).is_ok_and(|(_, cut)| cut));
        assert!(unpack(b"plain".to_vec(), false).is_err());
    }
}
