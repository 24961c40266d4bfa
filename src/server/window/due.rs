//! What the samples of a window say when it is due, as evidence.

use super::{Line, Watched, items, of, watched};
use crate::server::run::Opened;
use chrono::{DateTime, Utc};
use domain::{
    event::Happening,
    plan::ItemId,
    verdict::{Evidence, Finding, Output, Verdict},
    window::{Demand, Judged, Sample, Window, judge, letters},
};
use sqlx::PgConnection;

/// What the samples of each line say. Of a line that need not hold throughout and that nobody has looked at they say nothing: a
/// person can still verify it.
pub(super) async fn judged(
    connection: &mut PgConnection,
    host: &str,
    opened: &Opened,
    watched: &Watched,
    now: DateTime<Utc>,
) -> Result<Vec<Happening>, store::Error> {
    let (window, mut happened) = (&watched.window, Vec::new());
    let lines = items(&watched.lines);
    let series = store::sample::series(connection, of(opened), &lines, window.t0, window.due).await?;
    for line in &watched.lines {
        let samples = series.get(&line.item).map(Vec::as_slice).unwrap_or_default();
        let Some(judged) = judge(window, line.demand, samples, window.due) else {
            continue;
        };
        if samples.is_empty() && !line.demand.outweighs_a_look() {
            continue;
        }
        let finding = finding(host, window, line, samples, judged, now);
        happened.push(Happening::Observed {
            item: line.item.clone(),
            verdict: finding.verdict,
            reason: finding.reason.clone(),
            evidence: store::evidence::insert(connection, of(opened), &line.item, &finding).await?,
            duration_us: 0,
            asked_at: Some(now),
        });
    }
    Ok(happened)
}

/// What a probe says of a line of a window that is asked by hand once it is due: one look is no proof of what must hold throughout,
/// so that it is never better than what the samples say.
///
/// # Errors
/// The database's.
pub async fn tempered(
    connection: &mut PgConnection,
    opened: &Opened,
    item: &ItemId,
    finding: &Finding,
) -> Result<Finding, store::Error> {
    let (Some((window, line)), true) = (
        throughout(opened, item),
        matches!(finding.verdict, Verdict::Pass | Verdict::Warning),
    ) else {
        return Ok(finding.clone());
    };
    let lines = [item.clone()];
    let series = store::sample::series(connection, of(opened), &lines, window.t0, window.due).await?;
    let samples = series.get(item).map(Vec::as_slice).unwrap_or_default();
    let Some(judged) = judge(&window, line.demand, samples, window.due) else {
        return Ok(finding.clone());
    };
    let mut tempered = finding.clone();
    tempered.verdict = tempered.verdict.max(judged.verdict);
    tempered.reason = format!("{}; now: {}", judged.reason, finding.reason);
    Ok(tempered)
}

/// The window of a line whose samples decide.
fn throughout(opened: &Opened, item: &ItemId) -> Option<(Window, Line)> {
    let run = &opened.pinned.run;
    let watched = watched(&opened.pinned.plan, &run.start.windows, run.t0?);
    let lines = watched.into_iter().flat_map(|watched| {
        let window = watched.window;
        watched.lines.into_iter().map(move |line| (window, line))
    });
    let mut found = lines.filter(|(_, line)| line.item == *item && line.demand.outweighs_a_look());
    found.next()
}

fn finding(
    host: &str,
    window: &Window,
    line: &Line,
    samples: &[Sample],
    judged: Judged,
    now: DateTime<Utc>,
) -> Finding {
    let expected = match line.demand {
        Demand::AtTheEnd => "holds when the window is due, and for a while before".to_owned(),
        Demand::Throughout => "holds in every sample of the window".to_owned(),
        Demand::Stable(steady) => {
            format!("holds in every sample of the part of the window that is looked at: {steady}")
        }
    };
    Finding {
        verdict: judged.verdict,
        reason: judged.reason.clone(),
        evidence: Evidence {
            read_as: format!(
                "samples of a window, every {} s",
                window.sampling.interval.num_seconds()
            ),
            target: format!("{} to {}", window.t0.to_rfc3339(), window.due.to_rfc3339()),
            expected,
            found: judged.coverage(),
            output: Some(written(window, samples, &judged)),
            exit_code: None,
            at: now,
            duration_us: 0,
            host: host.to_owned(),
            captures: Vec::new(),
            readings: Default::default(),
        },
    }
}

/// The gaps, and every slot as a letter.
fn written(window: &Window, samples: &[Sample], judged: &Judged) -> Output {
    let mut text = String::new();
    for gap in &judged.gaps {
        let who = match gap.asked {
            0 => "nobody looked (Gonogo did not run, or a clock jumped)".to_owned(),
            asked => format!("{asked} times asked without an answer"),
        };
        text.push_str(&format!(
            "gap {} to {} UTC: {who}\n",
            gap.from.format("%Y-%m-%d %H:%M:%S"),
            gap.until.format("%H:%M:%S")
        ));
    }
    text.push_str("\nEach slot in order: . passed, w warning, x failed, - nothing\n");
    text.push_str(&letters(window, samples, window.due));
    Output {
        text,
        ..Output::default()
    }
}
