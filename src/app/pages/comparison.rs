//! Two runs beside each other: what stands otherwise, their numbers and their times.

mod lines;

use crate::{
    api::comparison::compare_runs,
    app::{
        components::{Crumb, EmptyState, ExactTime, HashText, PageHead, SectionCard, TallyBar},
        loaded::load,
        pages::runs::answer_mark,
        trouble::NotLoaded,
    },
};
use domain::{
    comparison::{Comparison, Numbers, Phases, Side},
    form::Moment,
    quantity::{Quantity, Unit},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// What an address asks for: two runs, and whether only what differs is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    a: i64,
    b: i64,
    only: bool,
}

/// `/runs/compare?a=1&b=2`, or with the boxes of the list: `run=2&run=1`, the earlier of which comes first.
#[component]
pub fn Compare() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(asked));
    let runs = Memo::new(move |_| asked.get().map(|asked| (asked.a, asked.b)));
    let comparison = load(
        move || runs.get(),
        |runs| async move {
            match runs {
                Some((a, b)) => Some(compare_runs(a, b).await),
                None => None,
            }
        },
    );
    view! {
        <Title text="Compare runs" />
        <Transition fallback=|| view! { <p>"Loading both runs…"</p> }>
            {move || Suspend::new(async move {
                match comparison.await {
                    None => choose(),
                    Some(Err(error)) => view! { {head(None)} <NotLoaded error=error /> }.into_any(),
                    Some(Ok(comparison)) => {
                        let only = asked.get().is_some_and(|asked| asked.only);
                        shown(comparison, only)
                    }
                }
            })}
        </Transition>
    }
}

fn asked(query: &ParamsMap) -> Option<Asked> {
    let number = |name: &str| query.get(name).and_then(|number| number.parse().ok());
    let only = query.get("only").is_some_and(|only| only == "differences");
    if let (Some(a), Some(b)) = (number("a"), number("b")) {
        return (a != b).then_some(Asked { a, b, only });
    }
    let chosen = query.get_all("run").unwrap_or_default();
    let chosen: Option<Vec<i64>> = chosen.iter().map(|number| number.parse().ok()).collect();
    match chosen?.as_slice() {
        [one, other] if one != other => Some(Asked {
            a: *one.min(other),
            b: *one.max(other),
            only,
        }),
        _ => None,
    }
}

fn head(sides: Option<&[Side; 2]>) -> AnyView {
    let title = match sides {
        Some([one, other]) => format!("Run {} and run {}", one.id.0, other.id.0),
        None => "Compare runs".to_owned(),
    };
    let trail = vec![Crumb::link("Runs", "/"), Crumb::here(title.clone())];
    view! {
        <PageHead title=title trail=trail lead="What stands otherwise in the second run than in the first." />
    }
    .into_any()
}

fn choose() -> AnyView {
    view! {
        {head(None)}
        <EmptyState title="Choose two runs" icon="list">
            <p>"Tick the boxes of exactly two runs in " <a href="/">"the list"</a> " and compare them."</p>
        </EmptyState>
    }
    .into_any()
}

fn shown(comparison: Comparison, only: bool) -> AnyView {
    let Comparison {
        sides,
        lines,
        numbers,
        phases,
    } = comparison;
    let ids = [sides[0].id.0, sides[1].id.0];
    view! {
        {head(Some(&sides))}
        <div class="stack">
            <div class="comparison-sides">{sides.into_iter().map(side).collect_view()}</div>
            {lines::card(lines, ids, only)}
            {numbers_card(numbers, ids)}
            {phases_card(phases, ids)}
        </div>
    }
    .into_any()
}

fn side(side: Side) -> AnyView {
    let id = side.id.0;
    view! {
        <section class="card comparison-side" aria-label=format!("Run {id}")>
            <h2><a href=format!("/runs/{id}")>"Run " {id}</a></h2>
            {answer_mark(&side.answer)}
            <p>{side.title} " in " {side.environment} ", " <code>{side.release}</code></p>
            <p class="quiet">"by " {side.started_by} ", " <ExactTime at=side.started_at /></p>
            <p class="quiet">"document " <HashText hash=side.revision /></p>
            <TallyBar tally=side.tally small=true />
        </section>
    }
    .into_any()
}

fn numbers_card(numbers: Vec<Numbers>, ids: [i64; 2]) -> AnyView {
    if numbers.is_empty() {
        return view! {
            <SectionCard title="Numbers" padded=true>
                <p class="quiet">"No number that counts was measured in either run."</p>
            </SectionCard>
        }
        .into_any();
    }
    let rows = numbers.into_iter().map(move |number| {
        let moment = match number.moment {
            Moment::Before => "before the deployment",
            Moment::After => "after the deployment",
            Moment::Unsaid => "",
        };
        let [one, other] = number.values.map(|value| amount(value, number.unit));
        view! {
            <tr>
                <th scope="row">{format!("{}, {}", number.metric, number.aggregation)} <small>{moment}</small></th>
                <td class="is-number" data-label=format!("Run {}", ids[0])>{one}</td>
                <td class="is-number" data-label=format!("Run {}", ids[1])>{other}</td>
                <td class="is-number" data-label="Change">{change(number.values)}</td>
            </tr>
        }
    });
    view! {
        <SectionCard title="Numbers">
            <div class="table-wrap">
                <table class="table">
                    {columns("Number", ids, Some("Change"))}
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </SectionCard>
    }
    .into_any()
}

fn phases_card(phases: Vec<Phases>, ids: [i64; 2]) -> AnyView {
    if phases.is_empty() {
        return ().into_any();
    }
    let cell = |planned: Option<u32>, took: Option<i64>| {
        let took = took.map_or("no time yet".to_owned(), clock);
        match planned {
            Some(planned) => format!("{took} of {planned} min"),
            None => took,
        }
    };
    let rows = phases.into_iter().map(move |phase| {
        view! {
            <tr>
                <th scope="row">{phase.title}</th>
                <td class="is-number" data-label=format!("Run {}", ids[0])>{cell(phase.planned[0], phase.took[0])}</td>
                <td class="is-number" data-label=format!("Run {}", ids[1])>{cell(phase.planned[1], phase.took[1])}</td>
            </tr>
        }
    });
    view! {
        <SectionCard title="Times of the phases">
            <div class="table-wrap">
                <table class="table">
                    {columns("Phase", ids, None)}
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </SectionCard>
    }
    .into_any()
}

fn columns(first: &'static str, ids: [i64; 2], last: Option<&'static str>) -> AnyView {
    view! {
        <thead>
            <tr>
                <th scope="col">{first}</th>
                <th scope="col" class="is-number">"Run " {ids[0]}</th>
                <th scope="col" class="is-number">"Run " {ids[1]}</th>
                {last.map(|last| view! { <th scope="col" class="is-number">{last}</th> })}
            </tr>
        </thead>
    }
    .into_any()
}

fn amount(value: Option<f64>, unit: Unit) -> String {
    let rounded = |value: f64| Quantity {
        value: (value * 100.0).round() / 100.0,
        unit,
    };
    value.map_or("no data".to_owned(), |value| rounded(value).to_string())
}

/// By how much the second is more than the first, in per cent; which way is better is the reader's to say.
fn change(values: [Option<f64>; 2]) -> String {
    match values {
        [Some(one), Some(other)] if one != 0.0 => {
            let percent = (other - one) / one * 100.0;
            format!("{percent:+.1} %")
        }
        _ => String::new(),
    }
}

fn clock(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &str)]) -> Option<Asked> {
        let mut query = ParamsMap::new();
        for (name, value) in pairs {
            query.insert(*name, (*value).to_owned());
        }
        asked(&query)
    }

    #[test]
    fn two_runs_are_named_or_ticked_and_the_earlier_comes_first() {
        let pair = |a, b, only| Some(Asked { a, b, only });
        assert_eq!(of(&[("a", "7"), ("b", "3")]), pair(7, 3, false));
        assert_eq!(of(&[("run", "9"), ("run", "4")]), pair(4, 9, false));
        assert_eq!(
            of(&[("a", "1"), ("b", "2"), ("only", "differences")]),
            pair(1, 2, true)
        );
        for unclear in [
            vec![],
            vec![("a", "1")],
            vec![("a", "1"), ("b", "1")],
            vec![("run", "1")],
            vec![("run", "1"), ("run", "2"), ("run", "3")],
            vec![("run", "one"), ("run", "2")],
        ] {
            assert_eq!(of(&unclear), None, "{unclear:?}");
        }
    }

    #[test]
    fn a_change_is_told_only_between_two_numbers() {
        assert_eq!(change([Some(200.0), Some(150.0)]), "-25.0 %");
        assert_eq!(change([Some(0.0), Some(150.0)]), "");
        assert_eq!(change([None, Some(150.0)]), "");
        assert_eq!(amount(Some(212.3456), Unit::Milliseconds), "212.35 ms");
        assert_eq!(amount(None, Unit::Percent), "no data");
        assert_eq!(clock(492), "8:12");
    }
}
