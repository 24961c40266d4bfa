//! The percentiles of a service over a window, from a classic histogram that Prometheus has scraped. Of a quantile its buckets tell
//! no more than between which two of their bounds it lies.

use super::{Answered, Series, read};
use crate::http;
use crate::metric::between;
use crate::prober::Prober;
use crate::round::Round;
use crate::site::Site;
use chrono::{DateTime, Utc};
use domain::environment::Latency;
use domain::measurement::Figure;
use domain::metric::{Aggregation, Metric};
use domain::objective::{Aim, Between, minimum_samples};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use url::Url;

/// What Prometheus says of a window; plain data, without secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// What was asked for.
    pub latency: Latency,
    /// When the window ends.
    pub until: DateTime<Utc>,
    /// How many requests fell into it, as Prometheus extrapolates them.
    pub requests: f64,
    /// The cumulative counts of the buckets, by their upper bounds in the histogram's unit; `None`: without bound.
    pub buckets: Vec<(Option<f64>, f64)>,
    /// The numbers, each with the bounds that it lies between.
    pub figures: Vec<Figure>,
    /// What is to be known beside them.
    pub notes: Vec<String>,
}

/// Quantiles that Prometheus estimates may differ from the bounds of their bucket by no more than rounding does.
const ROUNDING: f64 = 1e-6;

impl Prober {
    /// Asks the site's Prometheus for the percentiles of the window that ends at `until`, as the environment's file says. Never
    /// hangs; each question has the site's deadline.
    ///
    /// # Errors
    /// Why there are no figures and what to do, in words without secrets.
    pub async fn quantiles(
        &self,
        latency: &Latency,
        until: DateTime<Utc>,
        site: &Site,
        cancel: CancellationToken,
    ) -> Result<Quantiles, String> {
        let round = self.round();
        let asking = Asking {
            latency,
            until,
            site,
            round: &round,
        };
        let asked = tokio::select! {
            biased;
            () = cancel.cancelled() => Err("it was stopped before its end".to_owned()),
            asked = asking.all() => asked,
        };
        asked.map_err(|why| crate::output::sentence(&why, &site.secrets))
    }
}

struct Asking<'a> {
    latency: &'a Latency,
    until: DateTime<Utc>,
    site: &'a Site,
    round: &'a Round<'a>,
}

impl Asking<'_> {
    async fn all(&self) -> Result<Quantiles, String> {
        let latency = self.latency;
        latency
            .check(&self.site.environment)
            .map_err(|no| no.to_string())?;
        let scale = latency.milliseconds().map_err(|no| no.to_string())?;
        let buckets = self.buckets().await?;
        let requests = buckets.last().map_or(0.0, |(_, count)| *count);
        let mut found = Quantiles {
            latency: latency.clone(),
            until: self.until,
            requests,
            buckets: stored(&buckets),
            figures: Vec::new(),
            notes: Vec::new(),
        };
        if requests < 1.0 {
            return Err(format!(
                "{}{} counted no request in the last {} min",
                latency.histogram,
                latency.selector(),
                latency.window_minutes
            ));
        }
        for percent in [50, 95, 99] {
            let figure = match self.quantile(percent, &buckets, scale).await {
                Ok(figure) => enough(figure),
                Err(why) => Err(why),
            };
            match figure {
                Ok(figure) => {
                    found.notes.extend(beside(&figure));
                    found.figures.push(figure);
                }
                Err(why) => found.notes.push(format!("no p{percent}: {why}")),
            }
        }
        match self.mean(requests, scale).await.and_then(enough) {
            Ok(figure) => found.figures.push(figure),
            Err(why) => found.notes.push(format!("no average: {why}")),
        }
        // Without a number it is no measurement, and takes the place of none.
        match found.figures.is_empty() {
            true => Err(found.notes.join("; ")),
            false => Ok(found),
        }
    }

    /// The cumulative counts of all series together, by upper bound.
    async fn buckets(&self) -> Result<Vec<(f64, f64)>, String> {
        let expression = format!("sum by (le) (increase({}))", self.window("bucket"));
        let series = self.ask(&expression).await?;
        if series.is_empty() {
            return Err(format!(
                "Prometheus has no bucket of {}{} in the last {} min: a classic histogram is needed, and its name without _bucket",
                self.latency.histogram,
                self.latency.selector(),
                self.latency.window_minutes
            ));
        }
        let bucket = |series: &Series| -> Option<(f64, f64)> {
            let bound: f64 = series.metric.get("le")?.parse().ok()?;
            let count = number(series)?;
            (!bound.is_nan() && count >= 0.0 && count.is_finite()).then_some((bound, count))
        };
        let buckets: Option<Vec<_>> = series.iter().map(bucket).collect();
        let mut buckets = buckets.ok_or("a bucket has no bound, or no count")?;
        buckets.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        // What was extrapolated and added up may be off by the last bits.
        for at in 1..buckets.len() {
            let (before, own) = (buckets[at - 1].1, buckets[at].1);
            if own < before && before - own <= ROUNDING * before {
                buckets[at].1 = before;
            }
        }
        Ok(buckets)
    }

    async fn quantile(&self, percent: u8, buckets: &[(f64, f64)], scale: f64) -> Result<Figure, String> {
        let quantile = f64::from(percent) / 100.0;
        let (low, high) = between(buckets, quantile)?.ok_or("nothing was counted")?;
        if !high.is_finite() {
            return Err(format!(
                "it lies above {}, the bound of the last bucket",
                shown(low * scale)
            ));
        }
        let expression = format!(
            "histogram_quantile({quantile}, sum by (le) (rate({})))",
            self.window("bucket")
        );
        let value = self.one(&expression).await?;
        let slack = ROUNDING * high.abs();
        if value < low - slack || value > high + slack {
            return Err(format!(
                "Prometheus says {}, and its buckets say above {} and at most {}",
                shown(value * scale),
                shown(low * scale),
                shown(high * scale)
            ));
        }
        let requests = buckets.last().map_or(0.0, |(_, count)| *count);
        Ok(Figure {
            between: Some(Between {
                low: low * scale,
                high: high * scale,
            }),
            ..figure(Aggregation::Percentile(percent), value * scale, requests)
        })
    }

    async fn mean(&self, requests: f64, scale: f64) -> Result<Figure, String> {
        let (sum, count) = (self.window("sum"), self.window("count"));
        let expression = format!("sum(increase({sum})) / sum(increase({count}))");
        let value = self.one(&expression).await?;
        Ok(figure(Aggregation::Mean, value * scale, requests))
    }

    /// A range of one of the histogram's metrics: `name_bucket{job="backend"}[5m]`.
    fn window(&self, suffix: &str) -> String {
        let Latency {
            histogram,
            window_minutes,
            ..
        } = self.latency;
        format!(
            "{histogram}_{suffix}{}[{window_minutes}m]",
            self.latency.selector()
        )
    }

    /// The one number that an expression gives.
    async fn one(&self, expression: &str) -> Result<f64, String> {
        let series = self.ask(expression).await?;
        let [one] = series.as_slice() else {
            return Err(format!("Prometheus gives {} values for it", series.len()));
        };
        let value = number(one).ok_or("Prometheus gives no number for it")?;
        if value.is_nan() {
            return Err("Prometheus says NaN: there is nothing to compute it from".to_owned());
        }
        match value.is_finite() && value >= 0.0 {
            true => Ok(value),
            false => Err(format!("Prometheus says {value}, which is no latency")),
        }
    }

    async fn ask(&self, expression: &str) -> Result<Vec<Series>, String> {
        let path = format!("http://{}/api/v1/query", self.latency.endpoint);
        let time = self.until.timestamp().to_string();
        let url = Url::parse_with_params(&path, [("query", expression), ("time", &time)])
            .map_err(|why| format!("{path} is no address: {why}"))?;
        let fetched = http::fetch(url.as_str(), self.site, self.round).await;
        let seen = fetched.seen.map_err(|judgement| judgement.reason)?;
        if seen.cut {
            return Err("the answer is longer than 1 MB".to_owned());
        }
        match read::<Answered>(&seen.body, &self.site.secrets).map_err(|judgement| judgement.reason)? {
            Answered::Vector(series) => Ok(series),
            Answered::Scalar(_) | Answered::String(_) | Answered::Matrix(_) => {
                Err("Prometheus gives something else than a vector".to_owned())
            }
        }
    }
}

fn number(series: &Series) -> Option<f64> {
    series.value.as_ref()?.1.parse().ok()
}

fn figure(aggregation: Aggregation, value: f64, requests: f64) -> Figure {
    Figure {
        metric: Metric::Latency,
        aggregation,
        value,
        unit: Unit::Milliseconds,
        // Extrapolated: no request more than there was for certain.
        samples: requests.floor() as u64,
        between: None,
    }
}

/// The figure, where it stands on as many requests as such a number needs.
fn enough(figure: Figure) -> Result<Figure, String> {
    let aim = Aim::Absolute {
        bound: Bound {
            comparison: Comparison::Below,
            quantity: Quantity {
                value: 0.0,
                unit: Unit::Milliseconds,
            },
        },
        upper: None,
    };
    let least = minimum_samples(figure.aggregation, &aim);
    match figure.samples >= least {
        true => Ok(figure),
        false => Err(format!("{} requests, {least} are needed", figure.samples)),
    }
}

/// What a figure is worth.
fn beside(figure: &Figure) -> Option<String> {
    let Between { low, high } = figure.between?;
    Some(format!(
        "{} is about {}: its bucket says above {} and at most {}",
        figure.aggregation,
        shown(figure.value),
        shown(low),
        shown(high)
    ))
}

fn shown(milliseconds: f64) -> String {
    let text = format!("{milliseconds:.2}");
    format!("{} ms", text.trim_end_matches('0').trim_end_matches('.'))
}

fn stored(buckets: &[(f64, f64)]) -> Vec<(Option<f64>, f64)> {
    let finite = |bound: f64| bound.is_finite().then_some(bound);
    buckets
        .iter()
        .map(|(bound, count)| (finite(*bound), *count))
        .collect()
}

/// How much better the later of two readings is at the worst and at the best, in per cent of the earlier one, where both lie
/// anywhere within their bounds; `None` where a bound of the earlier one is 0, of which nothing is a part.
pub fn improvement(before: Between, after: Between) -> Option<(f64, f64)> {
    let gain = |before: f64, after: f64| (before - after) * 100.0 / before;
    let bounds = (gain(before.low, after.high), gain(before.high, after.low));
    (before.low > 0.0 && bounds.0.is_finite() && bounds.1.is_finite()).then_some(bounds)
}
