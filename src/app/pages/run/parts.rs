//! What only some addresses of a run show: the tabs but the checklist, and the line that is open. Browsers are sent it with the first
//! address that shows any of it.

use super::{
    benchmark, board::Board, deeds::Deeds, follow_up, guides, log, panel, phase, rollback, sign_off,
};
use domain::plan::ItemId;
use futures::FutureExt;
use leptos::{prelude::*, task::spawn_local};

/// Draws a tab.
pub type Tab = fn(Board, Deeds) -> AnyView;

/// What draws each.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    benchmark: Tab,
    follow_up: Tab,
    guides: Tab,
    log: Tab,
    phase: Tab,
    rollback: Tab,
    sign_off: Tab,
    /// Draws the line that is open.
    pub line: fn(Board, Deeds, ItemId, panel::Evidence) -> AnyView,
}

/// The parts, once their file has arrived.
#[lazy]
pub fn parts() -> Parts {
    Parts {
        benchmark: benchmark::tab,
        follow_up: follow_up::tab,
        guides: guides::tab,
        log: log::tab,
        phase: phase::tab,
        rollback: rollback::tab,
        sign_off: sign_off::tab,
        line: panel::line,
    }
}

impl Parts {
    /// Which of them a tab shows; `None` for the checklist.
    pub fn of_tab(tab: &str) -> Option<fn(Self) -> Tab> {
        Some(match tab {
            "benchmark" => |parts| parts.benchmark,
            "guides" => |parts| parts.guides,
            "log" => |parts| parts.log,
            "next" => |parts| parts.follow_up,
            "phase" => |parts| parts.phase,
            "rollback" => |parts| parts.rollback,
            "sign-off" => |parts| parts.sign_off,
            _ => return None,
        })
    }
}

/// The parts of a page: here at once on the server, and where its address shows one of them.
#[derive(Clone, Copy, Debug)]
pub struct Arriving(RwSignal<Option<Parts>>);

impl Arriving {
    /// Nobody has asked for them yet.
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// They, tracked; asked for with the first that needs them.
    pub fn get(self) -> Option<Parts> {
        if let Some(parts) = self.0.get() {
            return Some(parts);
        }
        let mut arriving = Box::pin(parts());
        let here = arriving.as_mut().now_or_never();
        if here.is_none() {
            spawn_local(async move {
                // The page may have been left meanwhile.
                self.0.try_set(Some(arriving.await));
            });
        }
        here
    }
}
