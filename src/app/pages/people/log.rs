//! What was done to people, and by whom.

use crate::app::components::{ExactTime, SectionCard};
use domain::people_log::PeopleEvent;
use leptos::prelude::*;

/// The log, the newest first, with a way to what is older.
pub fn log(events: Vec<PeopleEvent>, older: Option<String>) -> AnyView {
    let older = older.map(|href| view! { <a href=href>"Older entries"</a> }.into_any());
    view! {
        <SectionCard title="Log" id="log" footer=older.unwrap_or_else(|| ().into_any())>
            <div class="table-wrap">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"Whom"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"By"</th>
                        </tr>
                    </thead>
                    <tbody>{events.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </SectionCard>
    }
    .into_any()
}

fn row(event: PeopleEvent) -> impl IntoView {
    let whom = match event.about {
        Some(id) => view! { <a href=format!("/people/{}", id.0)>{event.about_name}</a> }.into_any(),
        None => event.about_name.into_any(),
    };
    view! {
        <tr>
            <td data-label="When"><ExactTime at=event.at /></td>
            <td data-label="Whom">{whom}</td>
            <td data-label="What">{event.deed.words()}</td>
            <td data-label="By">{event.by}</td>
        </tr>
    }
}
