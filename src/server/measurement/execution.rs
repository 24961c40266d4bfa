//! One attempt: what is counted before, the load, what is counted after, and what follows from them.

use super::{
    counts,
    findings::{Loaded, Measured},
    judged, may_be_judged, observed, window_begins,
};
use crate::server::{
    run::{self, Opened},
    task::{Entry, Gone, Lease},
};
use domain::{
    event::Happening,
    form::Moment,
    load::{LoadPlan, LoadProgress},
    measurement::{Attempt, AttemptState, Origin, may_measure, progress_of},
    person::Author,
    plan::ItemId,
    verdict::Finding,
};
use probe::{Site, Slicing, latency::Quantiles, output::sentence};
use store::task::Next;
use tokio::sync::watch;

/// Measures, and writes what was found.
///
/// # Errors
/// [`Gone`].
pub async fn carry_out(lease: &Lease, number: u32) -> Result<(), Gone> {
    let opened = lease.open().await?;
    let Some(attempt) = opened.pinned.run.measurements.attempt(number).cloned() else {
        return fail(lease, &opened, number, "the run knows nothing of it").await;
    };
    match attempt.state {
        AttemptState::Running => {}
        // Whoever had it died between its end and the lines that it is about.
        AttemptState::Ended { .. } => return over(lease, &opened).await,
        AttemptState::Failed { .. } => return end(lease, &opened).await,
    }
    if lease.task.lost_on.is_some() {
        return fail(
            lease,
            &opened,
            number,
            "Gonogo stopped while it measured: measure again",
        )
        .await;
    }
    let site = match run::site(&lease.state, &opened) {
        Ok(site) => site,
        Err(error) => return fail(lease, &opened, number, &error.to_string()).await,
    };
    let work = Measuring {
        lease,
        opened: &opened,
        attempt,
        site,
    };
    let baseline = work.baseline().await?;
    lease.sure().await?;
    match work.measure().await {
        Ok(measured) => work.ended(measured, baseline.as_ref()).await,
        Err(why) => fail(lease, &opened, number, &sentence(&why, &work.site.secrets)).await,
    }
}

/// The lines are judged by what is measured now, and nothing is left to do.
async fn over(lease: &Lease, opened: &Opened) -> Result<(), Gone> {
    judge(lease, opened).await?;
    end(lease, opened).await
}

async fn end(lease: &Lease, opened: &Opened) -> Result<(), Gone> {
    lease
        .write(&opened.outline, entry(Next::End, None), |_, _| vec![])
        .await?;
    Ok(())
}

struct Measuring<'a> {
    lease: &'a Lease,
    opened: &'a Opened,
    attempt: Attempt,
    site: Site,
}

impl Measuring<'_> {
    async fn measure(&self) -> Result<Measured, String> {
        match self.attempt.origin {
            Origin::Load => self.load().await.map(Box::new).map(Measured::Load),
            Origin::Prometheus => self.read().await.map(Box::new).map(Measured::Read),
        }
    }

    /// What Prometheus has counted until now.
    async fn read(&self) -> Result<Quantiles, String> {
        let state = &self.lease.state;
        let latency = self.site.environment.latency.as_ref();
        let latency = latency.ok_or("the environment's file names no histogram any more")?;
        let now = state.clock.now();
        window_begins(latency, &self.opened.pinned.run, self.attempt.moment, now)?;
        let cancel = self.lease.cancel();
        state.prober.quantiles(latency, now, &self.site, cancel).await
    }

    async fn load(&self) -> Result<Loaded, String> {
        let (state, run) = (&self.lease.state, self.lease.task.run);
        let load = self.site.environment.load.clone();
        let load = load.ok_or("the environment's file names no load any more")?;
        let plan = LoadPlan {
            load,
            seed: seed(run.0, self.attempt.number),
        };
        let cancel = self.lease.cancel();
        // Its calls are misses to the cache: they come before anything is counted.
        let cache = state.prober.cache_calls(&self.site, cancel.clone()).await;
        let before = state.prober.counted(&self.site, cancel.clone()).await;
        let mut slicing = Slicing::begin(&before, &plan);
        let (tell, told) = watch::channel(LoadProgress::default());
        let item = progress_of(self.attempt.number);
        state.executions.begin(run, item.clone(), cancel.clone());
        let printing = print(told.clone(), |line| state.executions.print(run, &item, line));
        let cutting = state.prober.slice(&mut slicing, told, &self.site, cancel.clone());
        let beside = async { tokio::join!(printing, cutting) };
        let load = tokio::select! {
            load = state.prober.load(&plan, &self.site, cancel.clone(), &tell) => load,
            _ = beside => Err(probe::load::NotLoaded("its progress ended".to_owned())),
        };
        state.executions.end(run, &item);
        let mut load = load.map_err(|why| why.to_string())?;
        let masked = |words: &str| sentence(words, &self.site.secrets);
        let pages = load.endpoints.iter_mut().map(|page| &mut page.summary);
        for summary in pages.chain([&mut load.overall]) {
            summary.errors.example = summary.errors.example.as_deref().map(masked);
        }
        let after = state.prober.counted(&self.site, cancel).await;
        Ok(Loaded {
            load,
            slices: slicing.end(&after, plan.load.requests()),
            before,
            after,
            cache: Some(cache),
        })
    }

    async fn ended(&self, measured: Measured, baseline: Option<&(u32, Measured)>) -> Result<(), Gone> {
        self.lease.goes_on()?;
        let found = measured.found(baseline, &self.attempt, &self.site.secrets);
        let evidence = self.store(&measured).await?;
        let (number, moment) = (self.attempt.number, self.attempt.moment);
        let plan = &self.opened.pinned.plan;
        self.lease
            .write(&self.opened.outline, entry(Next::GoOn, None), |run, _| {
                let running = run.measurements.running();
                if running.is_none_or(|running| running.number != number) {
                    return vec![];
                }
                // What it was asked for may have passed meanwhile: it was locked, closed, taken back or superseded.
                let late = may_measure(run, moment).err();
                let late = late.or(run.superseded.map(|_| "A later run began in this environment."));
                if let Some(why) = late {
                    let why = format!("it ended too late: {why}");
                    return vec![Happening::MeasurementFailed { attempt: number, why }];
                }
                let ended = Happening::MeasurementEnded {
                    attempt: number,
                    found: found.clone(),
                    evidence: evidence.clone(),
                };
                // Only what went well counts by itself; the rest is kept.
                let follows = if found.invalid.is_empty() {
                    counts(plan, run, &self.attempt, &found, None)
                } else {
                    Vec::new()
                };
                [ended].into_iter().chain(follows).collect()
            })
            .await?;
        over(self.lease, &self.lease.open().await?).await
    }

    /// The attempt before the deployment that counts, whole.
    async fn baseline(&self) -> Result<Option<(u32, Measured)>, Gone> {
        if self.attempt.moment != Moment::After {
            return Ok(None);
        }
        let measurements = &self.opened.pinned.run.measurements;
        let Some(before) = measurements.counting(Moment::Before) else {
            return Ok(None);
        };
        let AttemptState::Ended { evidence, .. } = &before.state else {
            return Ok(None);
        };
        loop {
            let read = async {
                let mut connection = self.lease.state.pool.acquire().await?;
                store::measurement::by_hash(&mut connection, self.lease.task.run, evidence).await
            };
            match read.await {
                Ok(stored) => return Ok(stored.map(|measured| (before.number, measured))),
                Err(error) => self.lease.wait_after(error).await?,
            }
        }
    }

    /// Named by its content: it means nothing until the run's event names it, under the fence.
    async fn store(&self, measured: &Measured) -> Result<domain::Hash, Gone> {
        let (state, run) = (&self.lease.state, self.lease.task.run);
        loop {
            let stored = async {
                let mut connection = state.pool.acquire().await?;
                let now = state.clock.now();
                store::measurement::insert(&mut connection, run, self.attempt.number, measured, now).await
            };
            match stored.await {
                Ok(hash) => return Ok(hash),
                Err(error) => self.lease.wait_after(error).await?,
            }
        }
    }
}

/// The lines that demand something of these numbers.
async fn judge(lease: &Lease, opened: &Opened) -> Result<(), Gone> {
    for (item, finding) in judged(&lease.state, &opened.pinned.plan, &opened.pinned.run) {
        let entry = entry(Next::GoOn, Some((&item, &finding)));
        lease
            .write(&opened.outline, entry, |run, evidence| {
                let seen = evidence.filter(|_| may_be_judged(run));
                let observed = seen.map(|evidence| observed(&item, &finding, evidence));
                observed.into_iter().collect()
            })
            .await?;
    }
    Ok(())
}

async fn fail(lease: &Lease, opened: &Opened, number: u32, why: &str) -> Result<(), Gone> {
    lease
        .write(&opened.outline, entry(Next::End, None), |run, _| {
            let running = run
                .measurements
                .running()
                .filter(|running| running.number == number);
            let failed = running.map(|_| Happening::MeasurementFailed {
                attempt: number,
                why: why.to_owned(),
            });
            failed.into_iter().collect()
        })
        .await?;
    Ok(())
}

fn entry<'a>(next: Next, seen: Option<(&'a ItemId, &'a Finding)>) -> Entry<'a> {
    Entry {
        by: &Author::Gonogo,
        seen,
        next,
    }
}

async fn print(mut told: watch::Receiver<LoadProgress>, print: impl Fn(&str)) {
    while told.changed().await.is_ok() {
        let line = serde_json::to_string(&*told.borrow_and_update());
        if let Ok(line) = line {
            print(&format!("{line}\n"));
        }
    }
    // Whoever tells has ended; how it ended is the other's to say.
    std::future::pending::<()>().await;
}

/// The same requests in the same order for the same attempt.
fn seed(run: i64, attempt: u32) -> u32 {
    let run = u32::try_from(run & i64::from(u32::MAX)).unwrap_or_default();
    run.rotate_left(8) ^ attempt
}
