//! How changes go: failures, the time until things were well again, phases as planned and as they were, and what was let off.

use crate::{
    api::stability::{
        DeploymentsLine, PhaseLine, StabilityFilter, StabilityPage, WaiverLine, load_stability,
    },
    app::{
        components::{
            CodeText, Crumb, ExactTime, PageHead, SectionCard, SuggestField, Tag, TextField, duration_words,
        },
        loaded::load,
        trouble::NotLoaded,
    },
};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// The numbers of the days and the environment in the address.
#[component]
pub fn Stability() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(asked));
    let page = load(move || filter.get(), load_stability);
    let trail = vec![Crumb::link("Runs", "/"), Crumb::here("How changes go")];
    view! {
        <Title text="How changes go" />
        <PageHead
            title="How changes go"
            trail=trail
            lead="Which deployments failed, how long it took until things were well again, and what was let off."
        />
        <Transition fallback=|| view! { <p>"Counting…"</p> }>
            {move || Suspend::new(async move {
                let filter = filter.get_untracked();
                match page.await {
                    Err(error) => view! { {form(&filter, Vec::new())} <NotLoaded error=error /> }.into_any(),
                    Ok(page) => shown(page, filter),
                }
            })}
        </Transition>
    }
}

fn asked(query: &ParamsMap) -> StabilityFilter {
    let text = |name: &str| query.get(name).unwrap_or_default();
    StabilityFilter {
        environment: text("environment"),
        from: text("from"),
        to: text("to"),
    }
}

fn form(filter: &StabilityFilter, environments: Vec<String>) -> AnyView {
    view! {
        <form class="filters" method="get" action="/stability" role="search">
            <SuggestField name="environment" label="Environment" value=filter.environment.clone() suggestions=environments />
            <TextField name="from" label="From (UTC)" kind="date" value=filter.from.clone() optional=true />
            <TextField name="to" label="To (UTC)" kind="date" value=filter.to.clone() optional=true />
            <button class="btn" type="submit">"Show"</button>
        </form>
    }
    .into_any()
}

fn shown(page: StabilityPage, filter: StabilityFilter) -> AnyView {
    let days = StabilityFilter {
        from: page.from.to_string(),
        to: page.to.to_string(),
        ..filter
    };
    view! {
        {form(&days, page.environments)}
        <div class="stack">
            {deployments(page.all, page.months)}
            {phases(page.phases)}
            {waivers(page.waivers, page.more_waivers, page.now)}
        </div>
    }
    .into_any()
}

fn deployments(all: DeploymentsLine, months: Vec<DeploymentsLine>) -> AnyView {
    let empty = (all.begun == 0).then(|| view! { <p class="quiet">"No run began in these days."</p> });
    let facts = (all.begun > 0).then(|| {
        view! {
            <p>"Change fail rate: " <b>{rate(&all)}</b> "."</p>
            <p>"Time to restore: " <b>{restored(&all)}</b> "."</p>
        }
    });
    let table = (!months.is_empty()).then(|| months_table(months));
    view! {
        <SectionCard title="Deployments">
            <div class="section-body">
                {empty}
                {facts}
                <p class="quiet">
                    "The rate: runs that ended as no-go or rolled back, of those that began an execution in these days and ended. "
                    "The time: the median from the first failed sample, no-go or rollback to the end of the rollback, or after a no-go to the next go in that environment."
                </p>
            </div>
            {table}
        </SectionCard>
    }
    .into_any()
}

fn months_table(months: Vec<DeploymentsLine>) -> AnyView {
    let rows = months.into_iter().map(|line| {
        let runs = format!("/?environment={}", line.environment);
        view! {
            <tr>
                <th scope="row">{line.month.clone()}</th>
                <td data-label="Environment"><a href=runs>{line.environment.clone()}</a></td>
                <td class="is-number" data-label="Began">{line.begun}</td>
                <td class="is-number" data-label="Fail rate">{rate(&line)}</td>
                <td class="is-number" data-label="To restore">{restored(&line)}</td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap">
            <table class="table">
                <thead><tr>
                    <th scope="col">"Month"</th>
                    <th scope="col">"Environment"</th>
                    <th scope="col" class="is-number">"Began"</th>
                    <th scope="col" class="is-number">"Fail rate"</th>
                    <th scope="col" class="is-number">"To restore"</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// "25 % (1 of 4)"; nothing is computed from nothing.
fn rate(line: &DeploymentsLine) -> String {
    match line.ended {
        0 => "none has ended".to_owned(),
        ended => {
            let percent = line.failed as f64 / ended as f64 * 100.0;
            format!("{percent:.0} % ({} of {ended})", line.failed)
        }
    }
}

/// "14 min 20 s (1 of 2)".
fn restored(line: &DeploymentsLine) -> String {
    match (line.failed, line.restore_seconds) {
        (0, _) => "none failed".to_owned(),
        (failed, None) => format!("not restored (0 of {failed})"),
        (failed, Some(seconds)) => format!("{} ({} of {failed})", words(seconds), line.restored),
    }
}

fn words(seconds: f64) -> String {
    match seconds {
        days if days >= 172_800.0 => format!("{:.1} days", days / 86_400.0),
        hours if hours >= 7_200.0 => format!("{:.1} h", hours / 3_600.0),
        _ => duration_words((seconds.max(0.0) * 1e6) as u64),
    }
}

fn phases(phases: Vec<PhaseLine>) -> AnyView {
    if phases.is_empty() {
        return view! {
            <SectionCard title="Phases, planned and actual" padded=true>
                <p class="quiet">"No run that began in these days has ended with a phase that took any time."</p>
            </SectionCard>
        }
        .into_any();
    }
    let rows = phases.into_iter().map(|phase| {
        let planned = phase
            .planned_minutes
            .map_or("no plan".to_owned(), |minutes| format!("{minutes} min"));
        view! {
            <tr>
                <th scope="row">{phase.title}</th>
                <td class="is-number" data-label="Runs">{phase.runs}</td>
                <td class="is-number" data-label="Planned">{planned}</td>
                <td class="is-number" data-label="Median">{words(phase.median_seconds)}</td>
                <td class="is-number" data-label="Longest">{words(phase.longest_seconds as f64)}</td>
            </tr>
        }
    });
    view! {
        <SectionCard title="Phases, planned and actual">
            <div class="table-wrap">
                <table class="table">
                    <thead><tr>
                        <th scope="col">"Phase"</th>
                        <th scope="col" class="is-number">"Runs"</th>
                        <th scope="col" class="is-number">"Planned"</th>
                        <th scope="col" class="is-number">"Median"</th>
                        <th scope="col" class="is-number">"Longest"</th>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </SectionCard>
    }
    .into_any()
}

fn waivers(waivers: Vec<WaiverLine>, more: bool, now: DateTime<Utc>) -> AnyView {
    if waivers.is_empty() {
        return view! {
            <SectionCard title="Waivers" padded=true><p class="quiet">"Nothing was let off in these days."</p></SectionCard>
        }
        .into_any();
    }
    let count = if more {
        format!("the latest {} of more", waivers.len())
    } else {
        waivers.len().to_string()
    };
    let rows = waivers.into_iter().map(move |waiver| {
        let state = match waiver.taken_back_at {
            Some(at) => view! { "taken back " <ExactTime at=at /> }.into_any(),
            None if waiver.until <= now => view! { <Tag text="expired" /> }.into_any(),
            None => ().into_any(),
        };
        let href = format!("/runs/{}?item={}", waiver.run.0, waiver.item.0);
        view! {
            <tr>
                <th scope="row"><CodeText text=waiver.line /><small><CodeText text=waiver.reason /></small></th>
                <td data-label="By">{waiver.person}</td>
                <td data-label="When"><ExactTime at=waiver.at /></td>
                <td data-label="Until"><ExactTime at=waiver.until /> " " {state}</td>
                <td data-label="Run"><a href=href>{waiver.run.0}</a> " in " {waiver.environment}</td>
            </tr>
        }
    });
    view! {
        <SectionCard title="Waivers" facts=view! { {count} }.into_any()>
            <div class="table-wrap">
                <table class="table">
                    <thead><tr>
                        <th scope="col">"What and why"</th>
                        <th scope="col">"By"</th>
                        <th scope="col">"When"</th>
                        <th scope="col">"Until"</th>
                        <th scope="col">"Run"</th>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </SectionCard>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_beside_what_it_counts_and_none_is_made_of_nothing() {
        let line = |ended, failed, restored, restore_seconds| DeploymentsLine {
            begun: 9,
            ended,
            failed,
            restored,
            restore_seconds,
            ..DeploymentsLine::default()
        };
        assert_eq!(rate(&line(0, 0, 0, None)), "none has ended");
        assert_eq!(rate(&line(4, 1, 0, None)), "25 % (1 of 4)");
        assert_eq!(restored(&line(4, 0, 0, None)), "none failed");
        assert_eq!(restored(&line(4, 2, 0, None)), "not restored (0 of 2)");
        assert_eq!(restored(&line(4, 2, 1, Some(860.0))), "14 min 20 s (1 of 2)");
        assert_eq!(words(9_000.0), "2.5 h");
        assert_eq!(words(259_200.0), "3.0 days");
    }
}
