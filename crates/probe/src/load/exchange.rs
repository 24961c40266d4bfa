//! One request of a load and what became of it.

use crate::http::{Course, Line, Sent, data};
use hyper::Request;
use rustls::ClientConfig;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// A page to ask for, with the connections that are kept to it.
pub(super) struct Target {
    url: Url,
    request: Request<String>,
    secure: Option<Arc<ClientConfig>>,
    idle: Mutex<Vec<Line>>,
}

/// A request that is over.
pub(super) struct Exchange {
    /// When it began to be sent: its first byte on a kept connection, else the dialling of a new one.
    pub began: Instant,
    pub ended: Instant,
    pub outcome: Outcome,
    /// Connections that were opened for it.
    pub opened: u32,
}

pub(super) enum Outcome {
    Answered,
    /// With a status of 400 or more.
    Status(u16),
    Timeout(String),
    Refused(String),
    Cut(String),
}

impl Target {
    pub fn new(url: Url, request: Request<String>, secure: Option<Arc<ClientConfig>>) -> Self {
        Self {
            url,
            request,
            secure,
            idle: Mutex::default(),
        }
    }

    /// Asks, and reads the answer to its end without keeping it. What ended on a kept connection before a byte of an answer is
    /// asked once more on a new one: servers close at any time what nobody uses.
    pub async fn ask(&self, timeout: Duration) -> Exchange {
        let mut course = Course::new(timeout);
        let began = Instant::now();
        let mut exchange = Exchange {
            began,
            ended: began,
            outcome: Outcome::Answered,
            opened: 0,
        };
        if let Some(mut line) = self.kept() {
            let sent = line.send(self.request.clone(), &mut course).await;
            exchange.began = line.wrote().unwrap_or(began);
            if !matches!(sent, Sent::Gone(_)) {
                exchange.outcome = self.read(line, sent, &mut course).await;
                exchange.ended = Instant::now();
                return exchange;
            }
        }
        exchange.opened = 1;
        exchange.outcome = match Line::open(&self.url, self.secure.clone(), &mut course).await {
            Ok(mut line) => {
                let sent = line.send(self.request.clone(), &mut course).await;
                self.read(line, sent, &mut course).await
            }
            Err(why) if course.is_late() => Outcome::Timeout(why),
            Err(why) => Outcome::Refused(why),
        };
        exchange.ended = Instant::now();
        exchange
    }

    async fn read(&self, line: Line, sent: Sent, course: &mut Course) -> Outcome {
        let (response, _) = match sent {
            Sent::Answer(response, first) => (response, first),
            Sent::Failed(why) if course.is_late() => return Outcome::Timeout(why),
            Sent::Gone(why) | Sent::Failed(why) => return Outcome::Cut(why),
        };
        let status = response.status().as_u16();
        let mut body = response.into_body();
        loop {
            match course.wait(data(&mut body)).await {
                Some(Ok(Some(_))) => {}
                Some(Ok(None)) => break,
                Some(Err(_)) => return Outcome::Cut("the connection ended within the answer".to_owned()),
                None => return Outcome::Timeout(course.no("end of the answer")),
            }
        }
        self.keep(line);
        match status {
            400.. => Outcome::Status(status),
            _ => Outcome::Answered,
        }
    }

    fn kept(&self) -> Option<Line> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop()).find(|line| !line.is_closed())
    }

    fn keep(&self, line: Line) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(line);
    }
}
