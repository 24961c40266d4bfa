//! The memory that containers use, as `docker stats` counts it: what the kernel could give back at once, file caches that nobody
//! uses, is none of it (Docker documentation, "docker container stats").

use super::containers::Container;
use super::engine::{Engine, words};
use crate::answer::Judgement;
use bollard::models::ContainerMemoryStats;
use bollard::query_parameters::StatsOptionsBuilder;
use domain::verdict::Verdict;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

/// How many are asked in one go.
const AT_ONCE: usize = 8;

const MEGABYTE: f64 = 1024.0 * 1024.0;

/// What they use together, and each of them in the output. Where one does not run or does not say it, nothing is known of the sum.
pub(super) async fn judged(engine: &Engine, containers: &[Container]) -> Result<(Judgement, String), String> {
    if let Some(container) = containers.iter().find(|container| !container.runs()) {
        let why = format!(
            "{} does not run: what all use together is not known",
            container.name
        );
        return Ok((
            Judgement::new(Verdict::NoData, why.as_str(), why.as_str()),
            String::new(),
        ));
    }
    let named = containers.iter().map(|container| {
        (
            container.name.clone(),
            container.seen.id.clone().unwrap_or_default(),
        )
    });
    let named: Vec<(String, String)> = named.collect();
    let asking = named.into_iter().map(|(name, id)| async move {
        let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
        let said = Box::pin(engine.api.stats(&id, Some(options))).next().await;
        let said = said
            .transpose()
            .map_err(|why| format!("{name}: {}", words(&why)))?;
        let used = said.and_then(|said| said.memory_stats).as_ref().and_then(used);
        let used = used.ok_or_else(|| format!("the engine does not say how much memory {name} uses"))?;
        Ok::<_, String>((name, used))
    });
    let used: Vec<(String, u64)> = stream::iter(asking).buffered(AT_ONCE).try_collect().await?;
    let shown = |bytes: u64| format!("{:.2} MB", bytes as f64 / MEGABYTE);
    let output = used
        .iter()
        .map(|(name, bytes)| format!("{name} {}\n", shown(*bytes)))
        .collect();
    let sum = used
        .iter()
        .fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes));
    let of = match used.as_slice() {
        [(name, _)] => format!("{name} uses"),
        several => format!("{} containers use together", several.len()),
    };
    Ok((Judgement::pass(format!("{of} {}", shown(sum))), output))
}

fn used(memory: &ContainerMemoryStats) -> Option<u64> {
    let unused = memory.stats.as_ref().and_then(|stats| {
        // Control groups of version 1 and of version 2.
        stats
            .get("total_inactive_file")
            .or_else(|| stats.get("inactive_file"))
    });
    let used = memory.usage.filter(|usage| *usage > 0)?;
    Some(used.saturating_sub(unused.copied().unwrap_or_default()))
}
