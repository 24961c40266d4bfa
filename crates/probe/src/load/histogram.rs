//! Histograms of microseconds: kept whole, stored, merged.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::load::{EncodedHistogram, Percentiles};
use flate2::read::ZlibDecoder;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};
use std::io::Read as _;

/// What is kept of a value: 0.1 %.
pub(super) const DIGITS: u8 = 3;

/// The longest latency that is told from a longer one, in microseconds: two hours, more than a load and its timeouts take.
const LONGEST_US: u64 = 2 * 60 * 60 * 1_000_000;

/// The largest encoded histogram that is read, in bytes.
const ENCODED_BYTES: usize = 4 * 1024 * 1024;

/// What stands before the compressed part: a mark, and its length.
const HEADER_BYTES: usize = 8;

/// The largest that is unpacked, in bytes.
const UNPACKED_BYTES: u64 = 16 * 1024 * 1024;

/// A text that holds no histogram, or one that cannot be written or merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no histogram: {0}")]
pub struct NoHistogram(pub String);

pub(super) fn empty() -> Result<Histogram<u64>, NoHistogram> {
    Histogram::new_with_max(LONGEST_US, DIGITS).map_err(|why| NoHistogram(why.to_string()))
}

/// Writes it down.
///
/// # Errors
/// [`NoHistogram`].
pub fn encode(histogram: &Histogram<u64>) -> Result<EncodedHistogram, NoHistogram> {
    let mut bytes = Vec::new();
    V2DeflateSerializer::new()
        .serialize(histogram, &mut bytes)
        .map_err(|why| NoHistogram(why.to_string()))?;
    Ok(EncodedHistogram(BASE64_STANDARD.encode(bytes)))
}

/// Reads one that was written.
///
/// # Errors
/// [`NoHistogram`].
pub fn decode(encoded: &EncodedHistogram) -> Result<Histogram<u64>, NoHistogram> {
    if encoded.0.len() > ENCODED_BYTES {
        return Err(NoHistogram("it is longer than 4 MB".to_owned()));
    }
    let bytes = BASE64_STANDARD
        .decode(&encoded.0)
        .map_err(|why| NoHistogram(why.to_string()))?;
    check(&bytes)?;
    let mut histogram: Histogram<u64> = Deserializer::new()
        .deserialize(&mut bytes.as_slice())
        .map_err(|why| NoHistogram(why.to_string()))?;
    histogram.auto(true);
    Ok(histogram)
}

/// The reader stops where the counts do; whether they are what was written says the checksum behind them (RFC 1950).
fn check(bytes: &[u8]) -> Result<(), NoHistogram> {
    let cut = || NoHistogram("it is cut off".to_owned());
    let compressed = bytes.get(HEADER_BYTES..).ok_or_else(cut)?;
    let unpacked = ZlibDecoder::new(compressed).take(UNPACKED_BYTES + 1);
    let length =
        std::io::copy(&mut { unpacked }, &mut std::io::sink()).map_err(|why| NoHistogram(why.to_string()))?;
    match length <= UNPACKED_BYTES {
        true => Ok(()),
        false => Err(NoHistogram("it is longer than 16 MB once unpacked".to_owned())),
    }
}

/// Several as one, as if their values had been counted in it.
///
/// # Errors
/// [`NoHistogram`].
pub fn merge(encoded: &[EncodedHistogram]) -> Result<EncodedHistogram, NoHistogram> {
    let mut all = empty()?;
    for one in encoded {
        all.add(decode(one)?)
            .map_err(|why| NoHistogram(why.to_string()))?;
    }
    encode(&all)
}

/// Its quantiles; `None`: it is empty.
pub fn percentiles(histogram: &Histogram<u64>) -> Option<Percentiles> {
    (!histogram.is_empty()).then(|| Percentiles {
        count: histogram.len(),
        mean_us: histogram.mean(),
        p50_us: histogram.value_at_quantile(0.50),
        p95_us: histogram.value_at_quantile(0.95),
        p99_us: histogram.value_at_quantile(0.99),
        max_us: histogram.max(),
    })
}

#[cfg(test)]
mod tests;
