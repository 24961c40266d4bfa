//! Live updates: a run goes on with every event that the server sends.
//!
//! HTTP/1.1 allows a browser six connections to a host, so a hidden page closes its stream and catches up by number
//! when it is seen again.

use crate::app::components::LiveState;
use domain::{event::Event, run::Run};
use futures::StreamExt;
use gloo_net::eventsource::futures::EventSource;
use leptos::{ev, prelude::*};

/// Keeps `run` up to date from now on, and answers how the connection stands. On the server it does nothing.
pub fn follow(run: RwSignal<Run>) -> ReadSignal<LiveState> {
    // Without a script it stays so: nothing arrives.
    let (state, set_state) = signal(LiveState::Ended);
    Effect::new(move || {
        let stream = StoredValue::new_local(None::<Stream>);
        let connect = move || {
            if document().hidden() {
                stream.set_value(None);
            } else if run.with_untracked(|run| !run.is_closed()) {
                set_state.set(LiveState::Reconnecting);
                stream.set_value(Stream::open(run, set_state));
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
    fn open(run: RwSignal<Run>, state: WriteSignal<LiveState>) -> Option<Self> {
        let address = run.with_untracked(|run| format!("/live/runs/{}?after={}", run.id.0, run.number));
        let mut source = EventSource::new(&address).ok()?;
        // The server says "live" when the stream stands; then come the events.
        let messages =
            futures::stream::select(source.subscribe("live").ok()?, source.subscribe("message").ok()?);
        leptos::task::spawn_local(messages.for_each(move |message| {
            match message {
                Ok((kind, message)) => {
                    state.try_set(LiveState::Live);
                    let text = message.data().as_string().filter(|_| kind == "message");
                    if let Some(event) = text.and_then(|text| parse(&text)) {
                        run.try_update(|run| run.apply(&event));
                    }
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

fn parse(text: &str) -> Option<Event> {
    serde_json::from_str(text)
        .inspect_err(|error| leptos::logging::warn!("an event cannot be read: {error}"))
        .ok()
}
