//! The phases of a run, planned against actual: in one line, and behind it the picture.

use super::board::Board;
use crate::app::components::{Disclosure, ScheduleTable, schedule_words};
use domain::schedule::Schedule;
use leptos::prelude::*;

/// The line and the picture; nothing where the checklist has no phase.
pub fn schedule(board: Board) -> AnyView {
    // Drawn anew with what happens, and with every minute: that is as exact as it says anything.
    let minutes = Memo::new(move |_| {
        let began = board.run.with(|run| run.began);
        began.map(|began| (board.now.get() - began).num_minutes())
    });
    let schedule = Memo::new(move |_| {
        minutes.track();
        let now = board.now.get_untracked();
        board.with(|outline, run| Schedule::of(outline, run, now))
    });
    if schedule.with_untracked(|schedule| schedule.phases.is_empty()) {
        return ().into_any();
    }
    let words = Memo::new(move |_| {
        schedule.with(|schedule| format!("Planned against actual: {}", schedule_words(schedule)))
    });
    // What may be open stands outside of what is drawn anew.
    view! {
        <div class="run-schedule">
            <Disclosure summary=words>{move || view! { <ScheduleTable schedule=schedule.get() /> }}</Disclosure>
        </div>
    }
    .into_any()
}
