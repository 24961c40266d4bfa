//! What the parts of a run's page share.

use super::parts::Arriving;
use crate::{
    api::{
        rollback::TierReady,
        run::{Guide, RunPage, load_bars},
    },
    app::live::Prints,
};
use chrono::{DateTime, Utc};
use domain::{
    environment::AutomaticRollback,
    outline::{Outline, OutlineLine, OutlineSection},
    person::Person,
    plan::{ItemId, SectionKind},
    run::{Run, RunState},
    status::{Standing, standing},
    window::Bar,
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// How often the page's clock moves: ages and windows that become due.
const TICK: Duration = Duration::from_secs(5);

/// How often the samples of open windows are asked for.
const SAMPLED: Duration = Duration::from_secs(30);

/// A run on a page: it goes on with every event that arrives.
#[derive(Clone, Copy)]
pub struct Board {
    /// The run's number.
    pub id: i64,
    /// The number of its revision.
    pub revision: i64,
    /// The plan without its specifications.
    pub outline: StoredValue<Outline>,
    /// The run now.
    pub run: RwSignal<Run>,
    /// The samples of its windows, asked for again while they are open.
    pub bars: RwSignal<Vec<Bar>>,
    /// How ready the tiers are, once that is known.
    pub ready: RwSignal<Vec<TierReady>>,
    /// Sections for reading.
    pub guides: StoredValue<Vec<Guide>>,
    /// What rolls back by itself where a window fails; `None`: nothing.
    pub automatic: StoredValue<Option<AutomaticRollback>>,
    /// What draws the other tabs, and the line that is open.
    pub parts: Arriving,
    /// What actions print.
    pub prints: Prints,
    /// Who looks.
    pub person: StoredValue<Person>,
    /// They have a passkey.
    pub has_passkey: bool,
    /// The page's clock: the server's at first, so that both draw the same.
    pub now: RwSignal<DateTime<Utc>>,
}

impl Board {
    /// The board of a page that was just loaded.
    pub fn new(page: RunPage) -> Self {
        let now = RwSignal::new(page.now);
        Effect::new(move || every(TICK, move || now.update(|now| *now += TICK)));
        let (id, run, bars) = (page.run.id.0, RwSignal::new(page.run), RwSignal::new(page.bars));
        let windows = page.outline.sections.iter();
        let windows = windows
            .filter(|section| matches!(section.kind, SectionKind::Window { .. }))
            .count();
        let ask = move || {
            let open = |run: &Run| {
                matches!(run.state, RunState::Verifying { .. }) && run.windows.judged.len() < windows
            };
            if run.with_untracked(open) {
                spawn_local(async move {
                    // Where the server does not answer, the live stream says so.
                    if let Ok(fresh) = load_bars(id).await {
                        bars.set(fresh);
                    }
                });
            }
        };
        Effect::new(move || every(SAMPLED, ask));
        Self {
            id,
            revision: page.revision,
            outline: StoredValue::new(page.outline),
            run,
            bars,
            ready: RwSignal::default(),
            guides: StoredValue::new(page.guides),
            automatic: StoredValue::new(page.automatic_rollback),
            prints: RwSignal::default(),
            parts: Arriving::new(),
            person: StoredValue::new(page.person),
            has_passkey: page.has_passkey,
            now,
        }
    }

    /// Reads the outline and, tracked, the run.
    pub fn with<T>(self, read: impl FnOnce(&Outline, &Run) -> T) -> T {
        self.outline
            .with_value(|outline| self.run.with(|run| read(outline, run)))
    }

    /// How a line stands now, tracked.
    pub fn standing(self, section: usize, line: usize) -> Standing {
        let now = self.now.get();
        self.with(|outline, run| {
            let section = &outline.sections[section];
            standing(section, &section.lines[line], run, now)
        })
    }

    /// A line and its section.
    pub fn find<T>(self, id: &ItemId, read: impl FnOnce(&OutlineSection, &OutlineLine) -> T) -> Option<T> {
        self.outline
            .with_value(|outline| outline.line(id).map(|(section, line)| read(section, line)))
    }

    /// "(3 failed) Run 41", for the browser's tab. The server writes it when the page is done, and then at times of a board that was only
    /// drawn to look for what the page waits for, and is gone: so it says what it said at first.
    pub fn document_title(self) -> impl Fn() -> String + Clone {
        let first = untrack(|| self.title()).unwrap_or_default();
        move || self.title().unwrap_or_else(|| first.clone())
    }

    /// `None` where the board is gone.
    fn title(self) -> Option<String> {
        let now = self.now.try_get()?;
        let failed = self.outline.try_with_value(|outline| {
            let tally = |run: &Run| domain::status::Tally::of(outline, run, now).failed;
            self.run.try_with(tally)
        })??;
        Some(match failed {
            0 => format!("Run {}", self.id),
            failed => format!("({failed} failed) Run {}", self.id),
        })
    }

    /// When the last probe answered, and how many boxes there are.
    pub fn last_checked(self) -> Option<(DateTime<Utc>, usize)> {
        let boxes = self
            .outline
            .with_value(|outline| outline.lines().filter(|(_, line)| line.is_box).count());
        let last = |run: &Run| {
            run.items
                .values()
                .filter_map(|state| Some(state.latest.as_ref()?.at))
                .max()
        };
        self.run.with(last).map(|at| (at, boxes))
    }
}

/// Does this again and again, until the page is left.
pub(super) fn every(interval: Duration, deed: impl Fn() + 'static) {
    let ticking = set_interval_with_handle(deed, interval);
    on_cleanup(move || {
        if let Ok(ticking) = ticking {
            ticking.clear();
        }
    });
}
