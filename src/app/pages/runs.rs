//! The history: every run, with its answer first.

use crate::{
    api::run::{RunFilter, RunLine, list_runs},
    app::{
        components::{
            CodeText, EmptyState, EnvironmentBadge, ExactTime, LinkButton, Mark, PageHead, SelectField,
            SelectOption, TallyBar, TextField, Tone,
        },
        trouble::NotLoaded,
    },
};
use domain::decision::Word;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// How many runs a page has.
const PAGE: usize = 50;

/// The list of runs with its filters, all of them in the address.
#[component]
pub fn Runs() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| RunFilter {
            environment: query.get("environment").unwrap_or_default(),
            state: query.get("state").unwrap_or_default(),
            text: query.get("text").unwrap_or_default(),
            before: query.get("before").and_then(|before| before.parse().ok()),
        })
    });
    let runs = Resource::new_blocking(move || filter.get(), list_runs);
    let new_run = || view! { <LinkButton href="/new-run">"New run"</LinkButton> }.into_any();
    view! {
        <Title text="Runs" />
        <PageHead title="Runs" actions=new_run() lead="Every run of every checklist, the newest first." />
        {move || filters(&filter.get())}
        <Transition fallback=|| view! { <p>"Loading the runs…"</p> }>
            {move || Suspend::new(async move {
                match runs.await {
                    Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                    Ok(runs) if runs.is_empty() => nothing(&filter.get_untracked()),
                    Ok(runs) => table(runs, &filter.get_untracked()),
                }
            })}
        </Transition>
    }
}

fn filters(filter: &RunFilter) -> impl IntoView + use<> {
    let states = [
        "preparing",
        "executing",
        "verifying",
        "GO",
        "GO with conditions",
        "NO-GO",
        "abandoned",
    ];
    let any = SelectOption {
        value: String::new(),
        label: "any state".into(),
        selected: filter.state.is_empty(),
    };
    let options = states.into_iter().map(|state| SelectOption {
        value: state.into(),
        label: state.into(),
        selected: filter.state == state,
    });
    view! {
        <form class="filters" method="get" action="/">
            <TextField name="text" label="Title, release or person" kind="search" value=filter.text.clone() optional=true />
            <TextField name="environment" label="Environment" value=filter.environment.clone() optional=true />
            <SelectField name="state" label="State" options=std::iter::once(any).chain(options).collect() />
            <button class="btn" type="submit">"Filter"</button>
        </form>
    }
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

fn table(runs: Vec<RunLine>, filter: &RunFilter) -> AnyView {
    let older = (runs.len() == PAGE)
        .then(|| runs.last().map(|run| run.id.0))
        .flatten();
    let older = older.map(|before| {
        let RunFilter {
            environment,
            state,
            text,
            ..
        } = filter;
        let parts = [("environment", environment), ("state", state), ("text", text)];
        let rest: String = parts
            .map(|(name, value)| format!("&{name}={}", escape(value)))
            .concat();
        view! { <p class="pager"><a href=format!("/?before={before}{rest}")>"Older runs"</a></p> }
    });
    view! {
        <div class="card table-wrap">
            <table class="table runs-table">
                <thead>
                    <tr>
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
        {older}
    }
    .into_any()
}

fn row(run: RunLine) -> impl IntoView {
    let (icon, tone) = match run.summary.answer.word {
        Word::Go => ("proved", Tone::Go),
        Word::GoWithConditions => ("warning", Tone::Hold),
        Word::NoGo => ("failed", Tone::No),
        Word::NotYet => ("running", Tone::Run),
        Word::Ended => ("skipped", Tone::None),
    };
    let href = format!("/runs/{}", run.id.0);
    view! {
        <tr>
            <td data-label="Run"><a href=href.clone()>{run.id.0}</a></td>
            <td class="runs-answer" data-label="Answer">
                <Mark tone=tone icon=icon word=run.summary.answer.title.clone() />
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

/// RFC 3986: everything but the unreserved characters in hexadecimal.
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
