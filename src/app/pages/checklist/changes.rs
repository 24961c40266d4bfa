//! What a revision changes of the one before it.

use crate::{
    api::revision::{ChangedLine, ChangesSince},
    app::components::{CodeText, ExactTime, HashText, SectionCard, Tag, Tone},
};
use leptos::prelude::*;

/// Every line that changed, with what it means for the plan.
pub fn card(changes: ChangesSince) -> AnyView {
    let ChangesSince {
        revision,
        hash,
        imported_at,
        counts,
        beside,
        lines,
        left_out,
    } = changes;
    let counted = counts.into_iter().map(|(count, word)| format!("{count} {word}"));
    let facts = view! { <span>{counted.collect::<Vec<_>>().join(", ")}</span> }.into_any();
    let nothing = (lines.is_empty() && beside.is_empty())
        .then(|| view! { <p>"No line of the plan is another: only the text around them changed."</p> });
    view! {
        <SectionCard title="What changed" id="changes" facts=facts padded=true>
            <p class="quiet">
                "Since revision " <a href=format!("/checklists/{revision}")><HashText hash=hash /></a> ", imported " <ExactTime at=imported_at />
                ". Runs that began from it keep it."
            </p>
            {nothing}
            {beside.into_iter().map(|sentence| view! { <p>{sentence}</p> }).collect_view()}
            <ul class="changes" role="list">{lines.into_iter().map(line).collect_view()}</ul>
            {(left_out > 0).then(|| view! { <p>{left_out} " more lines changed and are not listed."</p> })}
        </SectionCard>
    }
    .into_any()
}

fn line(line: ChangedLine) -> impl IntoView {
    let ChangedLine {
        what,
        line,
        before,
        after,
        meaning,
    } = line;
    let tags = what.into_iter().map(|word| {
        let tone = match word.as_str() {
            "added" => Tone::Go,
            "removed" => Tone::No,
            "changed" => Tone::Hold,
            _ => Tone::None,
        };
        view! { <Tag text=word tone=tone /> " " }
    });
    let place = line.map(|line| view! { <a class="quiet" href=format!("#L{line}")>"line " {line}</a> });
    let before = before.map(|before| view! { <del><CodeText text=before /></del> });
    let after = after.map(|after| view! { <span><CodeText text=after /></span> });
    view! {
        <li>
            <span>{tags.collect_view()} {place}</span>
            {before}
            {after}
            {meaning.into_iter().map(|sentence| view! { <small class="quiet"><CodeText text=sentence /></small> }).collect_view()}
        </li>
    }
}
