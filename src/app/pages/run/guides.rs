//! Rollback, troubleshooting and what follows, as the document says it.

use super::{board::Board, deeds::Deeds};
use crate::app::components::{EmptyState, SectionCard};
use leptos::prelude::*;

/// Where a guide stands on the tab.
pub fn anchor(at: usize) -> String {
    format!("guide-{}", at + 1)
}

/// Every section for reading.
pub fn tab(board: Board, _deeds: Deeds) -> AnyView {
    let guides = board.guides.get_value();
    if guides.is_empty() {
        return view! {
            <EmptyState title="Nothing to read">
                <p>"This checklist describes no rollback and has no troubleshooting guide. Add both before production needs them."</p>
            </EmptyState>
        }
        .into_any();
    }
    let cards = guides.into_iter().enumerate().map(|(at, guide)| {
        let facts = view! { <span>{guide.kind.word()}</span> }.into_any();
        view! {
            <SectionCard title=guide.title id=anchor(at) facts=facts padded=true>
                <div class="prose" inner_html=guide.html></div>
            </SectionCard>
        }
    });
    view! { <div class="stack">{cards.collect_view()}</div> }.into_any()
}
