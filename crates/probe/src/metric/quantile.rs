//! Quantiles from the buckets of a histogram (Prometheus documentation, "Histograms and summaries"). Buckets know a quantile only as
//! lying between two of their bounds: what that leaves open is no data.

use super::exposition::Page;
use crate::answer::Judgement;
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use domain::verdict::Verdict;
use std::collections::{BTreeMap, BTreeSet};

/// The names and values that tell a histogram's series apart.
type Labels = Vec<(String, String)>;

/// Between which values a quantile lies: above the first, at most the second.
type Between = (f64, f64);

/// A quantile of all series of a histogram together.
pub(super) fn judge(page: &Page, cut: bool, name: &str, quantile: f64, bound: Bound) -> Judgement {
    if cut {
        return Judgement::error("the page is too long to be read whole, so its buckets cannot be added up");
    }
    let (histogram, buckets) = match buckets(page, name) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    let Some(scale) = scale(&histogram, bound.quantity.unit) else {
        return Judgement::error(format!(
            "{histogram} does not say what it counts: {bound} cannot be compared with its buckets"
        ));
    };
    let between = match between(&buckets, quantile) {
        Ok(Some((above, most))) => (above * scale, most * scale),
        Ok(None) => {
            let reason = format!("{histogram} has counted nothing yet");
            return Judgement::new(Verdict::NoData, reason.clone(), reason);
        }
        Err(why) => return Judgement::error(format!("{histogram}: {why}")),
    };
    verdict(&histogram, quantile, between, bound)
}

/// The cumulative counts of the histogram with this text in its name, added up over its series, by their upper bounds.
fn buckets(page: &Page, name: &str) -> Result<(String, Vec<(f64, f64)>), Judgement> {
    let wanted = name.strip_suffix("_bucket").unwrap_or(name);
    let mut series: BTreeMap<String, BTreeMap<Labels, Vec<(f64, f64)>>> = BTreeMap::new();
    for sample in &page.samples {
        let Some(histogram) = sample
            .name
            .strip_suffix("_bucket")
            .filter(|found| found.contains(wanted))
        else {
            continue;
        };
        let bound = sample.labels.iter().find(|(key, _)| key == "le");
        let bound = bound
            .and_then(|(_, value)| value.parse::<f64>().ok())
            .filter(|bound| !bound.is_nan());
        let Some(bound) = bound.filter(|_| sample.value >= 0.0 && sample.value.is_finite()) else {
            return Err(Judgement::error(format!("{} is no bucket", sample.shown())));
        };
        let labels = sample
            .labels
            .iter()
            .filter(|(key, _)| key != "le")
            .cloned()
            .collect();
        let of = series.entry(histogram.to_owned()).or_default();
        of.entry(labels).or_default().push((bound, sample.value));
    }
    // One name that is exactly the wanted one is meant, whatever others begin with it.
    if let Some(exact) = series.remove(wanted) {
        series = BTreeMap::from([(wanted.to_owned(), exact)]);
    }
    let names: Vec<&String> = series.keys().collect();
    let [histogram] = names.as_slice() else {
        return Err(match names.as_slice() {
            [] => Judgement::new(
                Verdict::NoData,
                format!("no histogram has {name} in its name"),
                "no histogram",
            ),
            names => Judgement::error(format!(
                "several histograms have {name} in their name: {names:?}; name one"
            )),
        });
    };
    let histogram = (*histogram).clone();
    let all: Vec<Vec<(f64, f64)>> = series.into_values().flat_map(BTreeMap::into_values).collect();
    added_up(all)
        .map(|sum| (histogram.clone(), sum))
        .map_err(|why| Judgement::error(format!("{histogram}: {why}")))
}

fn added_up(series: Vec<Vec<(f64, f64)>>) -> Result<Vec<(f64, f64)>, String> {
    let mut sum: Vec<(f64, f64)> = Vec::new();
    for mut buckets in series {
        buckets.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let bounds: BTreeSet<u64> = buckets.iter().map(|(bound, _)| bound.to_bits()).collect();
        if bounds.len() != buckets.len() {
            return Err("a bucket stands there twice".to_owned());
        }
        if sum.is_empty() {
            sum = buckets;
            continue;
        }
        let same = sum.len() == buckets.len()
            && sum
                .iter()
                .zip(&buckets)
                .all(|((one, _), (other, _))| one == other);
        if !same {
            return Err("its series have different buckets".to_owned());
        }
        for ((_, count), (_, more)) in sum.iter_mut().zip(buckets) {
            *count += more;
        }
    }
    Ok(sum)
}

/// Where the quantile lies; `None`: nothing was counted.
pub(crate) fn between(buckets: &[(f64, f64)], quantile: f64) -> Result<Option<Between>, String> {
    let Some((last, total)) = buckets.last().filter(|(bound, _)| bound.is_infinite()) else {
        return Err("its last bucket, +Inf, is missing".to_owned());
    };
    if buckets.windows(2).any(|pair| pair[1].1 < pair[0].1) {
        return Err("its buckets do not add up".to_owned());
    }
    if *total == 0.0 {
        return Ok(None);
    }
    let rank = quantile * total;
    let at = buckets
        .iter()
        .position(|(_, count)| *count >= rank)
        .unwrap_or(buckets.len() - 1);
    let above = match at {
        // Whatever is below the first bound; latencies and sizes are not negative.
        0 => 0.0_f64.min(buckets[0].0),
        at => buckets[at - 1].0,
    };
    Ok(Some((above, buckets.get(at).map_or(*last, |(bound, _)| *bound))))
}

fn scale(histogram: &str, unit: Unit) -> Option<f64> {
    match unit {
        Unit::Milliseconds if histogram.contains("_seconds") => Some(1000.0),
        Unit::Milliseconds if histogram.ends_with("_ms") || histogram.contains("_milliseconds") => Some(1.0),
        Unit::Milliseconds => None,
        Unit::Percent if histogram.contains("_ratio") => Some(100.0),
        Unit::Percent | Unit::Count | Unit::Bytes => Some(1.0),
    }
}

fn verdict(histogram: &str, quantile: f64, (above, most): Between, bound: Bound) -> Judgement {
    let shown = |value: f64| Quantity {
        value,
        ..bound.quantity
    };
    let name = format!("p{}", (quantile * 100_000.0).round() / 1000.0);
    let found = match most.is_infinite() {
        true => format!("{name} of {histogram} is above {}, its last bucket", shown(above)),
        false => format!(
            "{name} of {histogram} is above {} and at most {}, two of its buckets",
            shown(above),
            shown(most)
        ),
    };
    let limit = bound.quantity.value;
    let (holds, fails) = match bound.comparison {
        Comparison::Below | Comparison::AtMost => (most <= limit, above >= limit),
        Comparison::Above | Comparison::AtLeast => (above >= limit, most < limit),
        Comparison::Equal => (false, above >= limit || most < limit),
        Comparison::Other => (above >= limit || most < limit, false),
    };
    let lifetime = "counted since the process started, not over a window";
    match (holds, fails) {
        (true, _) => Judgement::new(
            Verdict::Warning,
            format!("{found}, which is {bound}, but {lifetime}"),
            found,
        ),
        (false, true) => Judgement::fail(format!("{found}, must be {bound}; {lifetime}"), found),
        (false, false) => Judgement::new(
            Verdict::NoData,
            format!("{found}: that cannot tell whether it is {bound}"),
            found,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::exposition::parse;
    use super::*;
    use Verdict::{Error, Fail, NoData, Warning};
    use rstest::rstest;

    const PAGE: &str = r#"# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{path="/a",le="0.1"} 80
http_request_duration_seconds_bucket{path="/a",le="0.25"} 97
http_request_duration_seconds_bucket{path="/a",le="+Inf"} 100
http_request_duration_seconds_bucket{path="/b",le="0.1"} 80
http_request_duration_seconds_bucket{path="/b",le="0.25"} 98
http_request_duration_seconds_bucket{path="/b",le="+Inf"} 100
http_request_duration_seconds_count{path="/a"} 100
idle_seconds_bucket{le="1"} 0
idle_seconds_bucket{le="+Inf"} 0
odd_seconds_bucket{le="1"} 5
odd_seconds_bucket{le="+Inf"} 3
open_seconds_bucket{le="1"} 5
sizes_bucket{le="10"} 1
sizes_bucket{le="+Inf"} 1
"#;

    fn ms(comparison: Comparison, value: f64) -> Bound {
        let quantity = Quantity {
            value,
            unit: Unit::Milliseconds,
        };
        Bound { comparison, quantity }
    }

    #[rstest]
    #[case(
        "http_request_duration",
        0.95,
        250.0,
        Warning,
        "above 100 ms and at most 250 ms"
    )]
    #[case(
        "http_request_duration",
        0.95,
        200.0,
        NoData,
        "cannot tell whether it is < 200 ms"
    )]
    #[case("http_request_duration", 0.95, 100.0, Fail, "must be < 100 ms")]
    #[case("http_request_duration", 0.5, 100.0, Warning, "above 0 ms and at most 100 ms")]
    // Beyond the last bound nothing is known.
    #[case(
        "http_request_duration",
        0.99,
        10_000.0,
        NoData,
        "above 250 ms, its last bucket"
    )]
    #[case("http_request_duration", 0.99, 250.0, Fail, "must be < 250 ms")]
    #[case("idle_seconds", 0.95, 200.0, NoData, "has counted nothing yet")]
    #[case("nowhere", 0.95, 200.0, NoData, "no histogram has nowhere in its name")]
    #[case("odd_seconds", 0.95, 200.0, Error, "do not add up")]
    #[case("open_seconds", 0.95, 200.0, Error, "+Inf, is missing")]
    #[case("sizes", 0.95, 200.0, Error, "does not say what it counts")]
    #[case("_seconds", 0.95, 200.0, Error, "several histograms")]
    fn buckets_decide_only_what_lies_beside_them(
        #[case] name: &str,
        #[case] quantile: f64,
        #[case] most: f64,
        #[case] verdict: Verdict,
        #[case] said: &str,
    ) {
        let judged = judge(&parse(PAGE), false, name, quantile, ms(Comparison::Below, most));
        assert!(
            judged.verdict == verdict && judged.reason.contains(said),
            "{judged:?}"
        );
    }

    #[test]
    fn a_page_that_was_cut_decides_nothing() {
        let judged = judge(
            &parse(PAGE),
            true,
            "http_request_duration",
            0.5,
            ms(Comparison::Below, 9e9),
        );
        assert_eq!(judged.verdict, Error);
    }
}
