//! The history: every run, with its answer first.

mod filters;

use crate::{
    api::history::{Count, RunFilter, RunLine, RunsPage, list_runs},
    app::{
        components::{
            ButtonKind, CodeText, EmptyState, EnvironmentBadge, ExactTime, LinkButton, Mark, PageHead,
            TallyBar, Tone,
        },
        loaded::load,
        trouble::NotLoaded,
    },
};
use domain::decision::{Answer, Word};
use filters::{address, asked};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The list of runs with its filters, all of them in the address.
#[component]
pub fn Runs() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(asked));
    let runs = load(move || filter.get(), list_runs);
    let links = || {
        view! {
            <LinkButton href="/stability" kind=ButtonKind::Ghost>"How changes go"</LinkButton>
            <LinkButton href="/new-run">"New run"</LinkButton>
        }
        .into_any()
    };
    view! {
        <Title text="Runs" />
        <PageHead title="Runs" actions=links() lead="Every run of every checklist, the newest first." />
        <Transition fallback=|| view! { <p>"Loading the runs…"</p> }>
            {move || Suspend::new(async move {
                let filter = filter.get_untracked();
                match runs.await {
                    Err(error) => view! {
                        {filters::form(&filter, Vec::new())}
                        <NotLoaded error=error />
                    }
                    .into_any(),
                    Ok(page) => shown(page, &filter),
                }
            })}
        </Transition>
    }
}

fn shown(page: RunsPage, filter: &RunFilter) -> AnyView {
    let RunsPage {
        runs,
        count,
        newer,
        older,
        environments,
    } = page;
    let body = match runs.is_empty() {
        true => nothing(filter),
        false => table(runs, filter, count, (newer, older)),
    };
    view! {
        {filters::form(filter, environments)}
        {body}
    }
    .into_any()
}

fn nothing(filter: &RunFilter) -> AnyView {
    if *filter != RunFilter::default() {
        return view! {
            <EmptyState title="No run fits" icon="list">
                <p>"No run fits these filters. " <a href="/">"Show every run"</a> "."</p>
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <EmptyState title="No run yet" icon="list">
            <p>"A run takes a checklist through one deployment, from its first check to the signatures."</p>
            <ol>
                <li>
                    <a href="/checklists">"Look at the checklists"</a>
                    ": Gonogo ships two, and imports yours as it is."
                </li>
                <li>"Publish the plan of one, after reading the commands in it. Those that are shipped are published."</li>
                <li><a href="/new-run">"Start a run"</a> " of it in an environment."</li>
            </ol>
        </EmptyState>
    }
    .into_any()
}

fn table(runs: Vec<RunLine>, filter: &RunFilter, count: Count, (newer, older): (bool, bool)) -> AnyView {
    let pager = pager(&runs, filter, (newer, older));
    let count = match count {
        Count::Exactly(1) => "1 run".to_owned(),
        Count::Exactly(count) => format!("{count} runs"),
        Count::MoreThan(count) => format!("more than {} runs", thousands(count)),
    };
    view! {
        <form method="get" action="/runs/compare">
            <div class="card table-wrap">
                <table class="table runs-table">
                    <thead>
                        <tr>
                            <th scope="col"><span class="visually-hidden">"Compare"</span></th>
                            <th scope="col">"Run"</th>
                            <th scope="col">"Answer"</th>
                            <th scope="col">"Checklist"</th>
                            <th scope="col">"Environment"</th>
                            <th scope="col">"Release"</th>
                            <th scope="col">"Boxes"</th>
                            <th scope="col">"Started"</th>
                        </tr>
                    </thead>
                    <tbody>{runs.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            <div class="pager">
                <button class="btn" type="submit">"Compare two runs"</button>
                <span class="pager-count">{count}</span>
                {pager}
            </div>
        </form>
    }
    .into_any()
}

fn pager(runs: &[RunLine], filter: &RunFilter, (newer, older): (bool, bool)) -> AnyView {
    let turned = |before: Option<&RunLine>, after: Option<&RunLine>| {
        address(&RunFilter {
            before: before.map(|run| run.id.0),
            after: after.map(|run| run.id.0),
            ..filter.clone()
        })
    };
    let newer = newer.then(|| {
        view! { <a rel="prev" href=turned(None, runs.first())>"Newer runs"</a> }
    });
    let older = older.then(|| {
        view! { <a rel="next" href=turned(runs.last(), None)>"Older runs"</a> }
    });
    view! { <nav class="pager-links" aria-label="Pages">{newer} {older}</nav> }.into_any()
}

/// 1000 as people write it.
fn thousands(count: i64) -> String {
    let digits = count.to_string();
    let split = digits.len().saturating_sub(3);
    match digits.split_at(split) {
        ("", rest) => rest.to_owned(),
        (front, rest) => format!("{front},{rest}"),
    }
}

/// The answer of a run as icon, word and colour.
pub fn answer_mark(answer: &Answer) -> AnyView {
    let (icon, tone) = match answer.word {
        Word::Go => ("proved", Tone::Go),
        Word::GoWithConditions => ("warning", Tone::Hold),
        Word::NoGo => ("failed", Tone::No),
        Word::NotYet => ("running", Tone::Run),
        Word::Ended => ("skipped", Tone::None),
    };
    view! { <Mark tone=tone icon=icon word=answer.title.clone() /> }.into_any()
}

fn row(run: RunLine) -> impl IntoView {
    let href = format!("/runs/{}", run.id.0);
    view! {
        <tr>
            <td class="runs-choose">
                <input type="checkbox" name="run" value=run.id.0.to_string() aria-label=format!("Compare run {}", run.id.0) />
            </td>
            <td data-label="Run"><a href=href.clone()>{run.id.0}</a></td>
            <td class="runs-answer" data-label="Answer">
                {answer_mark(&run.summary.answer)}
                <small>{run.state}</small>
            </td>
            <th scope="row" class="runs-name">
                <a class="table-main" href=href>{run.title}</a>
                <small><CodeText text=run.summary.answer.why /></small>
            </th>
            <td data-label="Environment"><EnvironmentBadge name=run.environment class=run.class /></td>
            <td data-label="Release"><code>{run.release}</code></td>
            <td data-label="Boxes"><TallyBar tally=run.summary.tally small=true /></td>
            <td data-label="Started"><ExactTime at=run.started_at /> <small>"by " {run.started_by}</small></td>
        </tr>
    }
}
