//! Live updates: a run goes on with every event that the server sends.
//!
//! HTTP/1.1 allows a browser six connections to a host, so a hidden page closes its stream and catches up by number
//! when it is seen again.

use crate::api::action::Printed;
use crate::app::components::LiveState;
use domain::{event::Event, plan::ItemId, run::Run};
use futures::StreamExt;
use gloo_net::eventsource::futures::EventSource;
use leptos::{ev, prelude::*};
use std::collections::BTreeMap;

/// What actions have printed while this page looked, by item: the end of it.
pub type Prints = RwSignal<BTreeMap<ItemId, String>>;

/// How much of it a page holds, in bytes.
const HELD: usize = 64 * 1024;

/// Keeps `run` up to date from now on, and answers how the connection stands. On the server it does nothing.
pub fn follow(run: RwSignal<Run>, prints: Prints) -> ReadSignal<LiveState> {
    // Without a script it stays so: nothing arrives.
    let (state, set_state) = signal(LiveState::Ended);
    Effect::new(move || {
        let stream = StoredValue::new_local(None::<Stream>);
        let connect = move || {
            if document().hidden() {
                stream.set_value(None);
            } else if run.with_untracked(|run| !run.is_closed()) {
                set_state.set(LiveState::Reconnecting);
                stream.set_value(Stream::open(run, prints, set_state));
            } else {
                set_state.set(LiveState::Ended);
            }
        };
        connect();
        let seen = window_event_listener(ev::visibilitychange, move |_| connect());
        on_cleanup(move || seen.remove());
    });
    state
}

/// An open stream; dropping it closes the connection.
struct Stream(#[expect(dead_code, reason = "held so that it is closed with the page")] EventSource);

impl Stream {
    fn open(run: RwSignal<Run>, prints: Prints, state: WriteSignal<LiveState>) -> Option<Self> {
        let address = run.with_untracked(|run| format!("/live/runs/{}?after={}", run.id.0, run.number));
        let mut source = EventSource::new(&address).ok()?;
        // The server says "live" when the stream stands; then come the events.
        let events =
            futures::stream::select(source.subscribe("live").ok()?, source.subscribe("message").ok()?);
        let messages = futures::stream::select(events, source.subscribe("printed").ok()?);
        leptos::task::spawn_local(messages.for_each(move |message| {
            match message {
                Ok((kind, message)) => {
                    state.try_set(LiveState::Live);
                    let text = message.data().as_string().unwrap_or_default();
                    hear(&kind, &text, run, prints);
                }
                // The browser connects again by itself, and names the last event that it had.
                Err(_) => {
                    state.try_set(LiveState::Reconnecting);
                }
            }
            std::future::ready(())
        }));
        Some(Self(source))
    }
}

fn hear(kind: &str, text: &str, run: RwSignal<Run>, prints: Prints) {
    match kind {
        "message" => {
            let event: Option<Event> = parse(text);
            event.and_then(|event| run.try_update(|run| run.apply(&event)));
        }
        "printed" => {
            let piece: Option<Printed> = parse(text);
            piece.and_then(|piece| prints.try_update(|prints| show(prints, piece)));
        }
        _ => {}
    }
}

/// Goes on with what an action printed; a piece from the beginning begins again.
fn show(prints: &mut BTreeMap<ItemId, String>, piece: Printed) {
    let shown = prints.entry(piece.item).or_default();
    if piece.from == 0 {
        shown.clear();
    }
    shown.push_str(&piece.text);
    let cut = shown.ceil_char_boundary(shown.len().saturating_sub(HELD));
    shown.drain(..cut);
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(text.as_bytes())
        .inspect_err(|error| leptos::logging::warn!("a live message cannot be read: {error}"))
        .ok()
}
