//! The lines of two runs beside each other.

use crate::app::components::{CodeText, SectionCard, StatusMark, Tag, duration_words};
use domain::comparison::{Became, Pair, Standing};
use leptos::prelude::*;

/// The table, with the way to what differs alone.
pub fn card(pairs: Vec<Pair>, ids: [i64; 2], only: bool) -> AnyView {
    let all = pairs.len();
    let differs = pairs.iter().filter(|pair| pair.became() != Became::Same).count();
    let facts = format!("{differs} of {all} lines differ");
    let shown = pairs
        .into_iter()
        .filter(|pair| !only || pair.became() != Became::Same);
    let mut section = String::new();
    let rows: Vec<AnyView> = shown
        .map(|pair| {
            let heading = (pair.section != section).then(|| pair.section.clone());
            section.clone_from(&pair.section);
            view! { {heading.map(group)} {row(pair, ids)} }.into_any()
        })
        .collect();
    let empty = rows.is_empty().then(|| {
        view! { <p class="section-body quiet">"Every line stands as it stood, and was seen to be the same."</p> }
    });
    view! {
        <SectionCard title="Lines" id="lines" facts=view! { {facts} }.into_any() actions=views(ids, only)>
            <div class="table-wrap" hidden=empty.is_some()>
                <table class="table comparison-lines">
                    <thead>
                        <tr>
                            <th scope="col">"Line"</th>
                            <th scope="col">"Became"</th>
                            <th scope="col">"Run " {ids[0]}</th>
                            <th scope="col">"Run " {ids[1]}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {empty}
        </SectionCard>
    }
    .into_any()
}

fn views(ids: [i64; 2], only: bool) -> AnyView {
    let [a, b] = ids;
    let all = format!("/runs/compare?a={a}&b={b}#lines");
    let differences = format!("/runs/compare?a={a}&b={b}&only=differences#lines");
    let current = |here: bool| here.then_some("true");
    view! {
        <a class="btn is-small" href=all aria-current=current(!only)>"All lines"</a>
        <a class="btn is-small" href=differences aria-current=current(only)>"Only differences"</a>
    }
    .into_any()
}

fn group(heading: String) -> AnyView {
    view! { <tr class="comparison-group"><th scope="rowgroup" colspan="4">{heading}</th></tr> }.into_any()
}

fn row(pair: Pair, ids: [i64; 2]) -> AnyView {
    let became = pair.became();
    let [one, other] = pair.sides;
    let text = other
        .as_ref()
        .or(one.as_ref())
        .map(|side| side.text.clone())
        .unwrap_or_default();
    let before = one
        .as_ref()
        .filter(|one| became == Became::Changed && one.text != text)
        .map(|one| view! { <small>"was: " <CodeText text=one.text.clone() /></small> });
    let tag = (became != Became::Same).then(|| view! { <Tag text=became.word() /> });
    view! {
        <tr>
            <th scope="row"><CodeText text=text /> {before}</th>
            <td data-label="Became">{tag}</td>
            <td data-label=format!("Run {}", ids[0])>{one.map(standing)}</td>
            <td data-label=format!("Run {}", ids[1])>{other.map(standing)}</td>
        </tr>
    }
    .into_any()
}

fn standing(side: Standing) -> AnyView {
    let settled = side
        .settled
        .map(|(how, who)| view! { <small>{how} " by " {who}</small> });
    let verdict = side.verdict.map(|verdict| {
        let took = side.duration_us.map(|took| format!(", {}", duration_words(took)));
        view! { <small>"probe: " {verdict.word()} {took}</small> }
    });
    let seen = (!side.seen.is_empty()).then(|| view! { <small><CodeText text=side.seen /></small> });
    view! { <StatusMark status=side.status /> {seen} {verdict} {settled} }.into_any()
}
