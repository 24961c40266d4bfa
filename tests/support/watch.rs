//! Reading a live stream as a browser does.

use super::{Browser, DEADLINE};
use domain::{event::Event, run::RunId};
use reqwest::{Response, StatusCode};

/// An open stream.
pub struct Watch {
    response: Response,
    unread: String,
}

impl Watch {
    /// Opens the stream of a run after event `after`, or, where `last` is given, as a browser that lost it there.
    pub async fn open(browser: &Browser, run: RunId, after: u64, last: Option<u64>) -> Self {
        let path = format!("/live/runs/{}?after={after}", run.0);
        let response = browser.stream_after(&path, last).await;
        assert_eq!(response.status(), StatusCode::OK);
        Watch {
            response,
            unread: String::new(),
        }
    }

    /// The next event; its number and the stream's id are the same.
    pub async fn event(&mut self) -> Event {
        loop {
            let block = self.block().await;
            let field = |name: &str| {
                block
                    .lines()
                    .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            };
            let Some(id) = field("id") else {
                continue;
            };
            let event: Event = serde_json::from_str(field("data").unwrap()).unwrap();
            assert_eq!(event.number.to_string(), id);
            return event;
        }
    }

    /// Every event up to this number.
    pub async fn up_to(&mut self, number: u64) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let event = self.event().await;
            let done = event.number >= number;
            events.push(event);
            if done {
                return events;
            }
        }
    }

    async fn block(&mut self) -> String {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.unread = rest;
                return block;
            }
            let chunk = tokio::time::timeout(DEADLINE, self.response.chunk()).await;
            let chunk = chunk.expect("the stream says something in time").unwrap();
            self.unread
                .push_str(std::str::from_utf8(&chunk.expect("the stream goes on")).unwrap());
        }
    }
}
