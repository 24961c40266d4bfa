//! Whether pods are ready, and stay so.

use super::Judged;
use super::object::{Object, some, text};
use crate::answer::Judgement;
use chrono::{DateTime, TimeDelta, Utc};
use domain::verdict::Verdict;
use serde_json::Value;

/// A container that ended within this time was restarted just now: what is ready between two crashes is not well.
const JUST_NOW: TimeDelta = TimeDelta::minutes(10);

/// How a pod is.
enum State {
    Ready,
    /// Ready, after so many restarts a while ago.
    Restarted(u64),
    /// Ready, and restarted a short while ago.
    Unsteady(u64),
    /// It ran to its end, and well.
    Ended,
    /// It is being removed.
    Leaving,
    NotReady(String),
}

pub(super) fn judge(pods: &[Object<'_>], named: Option<&str>, now: DateTime<Utc>) -> Result<Judged, String> {
    let meant = |pod: &&Object<'_>| named.is_none_or(|part| pod.name().contains(part));
    let mut seen = Seen::default();
    for pod in pods.iter().filter(meant) {
        let state = state(pod, now)?;
        seen.take(pod.name(), state);
    }
    Ok(seen.judged())
}

#[derive(Default)]
struct Seen {
    ready: usize,
    ended: usize,
    bad: Vec<String>,
    leaving: Vec<String>,
    unsteady: Vec<String>,
    restarted: Vec<String>,
    shown: String,
}

impl Seen {
    fn take(&mut self, name: &str, state: State) {
        let times = |count: u64| match count {
            1 => format!("{name} was restarted once"),
            _ => format!("{name} was restarted {count} times"),
        };
        let mut ready = |list: Option<&mut Vec<String>>, count| {
            self.ready += 1;
            let said = times(count);
            let line = format!("{name}: ready, {count} restarts");
            if let Some(list) = list {
                list.push(said);
            }
            line
        };
        let line = match state {
            State::Ready => ready(None, 0),
            State::Restarted(count) => ready(Some(&mut self.restarted), count),
            State::Unsteady(count) => ready(Some(&mut self.unsteady), count),
            State::Ended => {
                self.ended += 1;
                format!("{name}: ran to its end")
            }
            State::Leaving => {
                self.leaving.push(name.to_owned());
                format!("{name}: is being removed")
            }
            State::NotReady(why) => {
                self.bad.push(format!("{name} is {why}"));
                format!("{name}: {why}")
            }
        };
        self.shown.push_str(&line);
        self.shown.push('\n');
    }

    fn judged(self) -> Judged {
        let count = self.ready + self.bad.len() + self.leaving.len();
        let found = format!("{} of {count} pods are ready", self.ready);
        let judgement = if count == 0 {
            let reason = match self.ended {
                0 => "there is no such pod".to_owned(),
                ended => format!("no such pod runs; {ended} ran to their end"),
            };
            Judgement::fail(reason, "no pods")
        } else if !self.bad.is_empty() {
            Judgement::fail(format!("{found}: {}", some(&self.bad)), found)
        } else if !self.leaving.is_empty() {
            let reason = format!("{found}: {} being removed; ask again", some(&self.leaving));
            Judgement::new(Verdict::NoData, reason, found)
        } else if !self.unsteady.is_empty() {
            let reason = format!("{found}, but {} a short while ago", some(&self.unsteady));
            Judgement::new(Verdict::Warning, reason, found)
        } else if !self.restarted.is_empty() {
            Judgement::pass(format!("{found}; {}", some(&self.restarted)))
        } else {
            Judgement::pass(found)
        };
        Judged {
            judgement,
            shown: self.shown,
        }
    }
}

fn state(pod: &Object<'_>, now: DateTime<Utc>) -> Result<State, String> {
    let phase = pod.text("/status/phase");
    if phase == "Succeeded" {
        return Ok(State::Ended);
    }
    let ready = pod.condition("Ready").is_some_and(|ready| ready.status == "True");
    if !pod.text("/metadata/deletionTimestamp").is_empty() {
        return Ok(State::Leaving);
    }
    if phase != "Running" || !ready {
        return Ok(State::NotReady(trouble(pod, phase)));
    }
    let containers = || pod.parts("/status/containerStatuses");
    let mut restarts = 0;
    for container in containers() {
        restarts += container
            .pointer("/restartCount")
            .and_then(Value::as_u64)
            .ok_or_else(|| format!("{} does not say how often it was restarted", pod.name()))?;
    }
    // A time that cannot be read counts as just now.
    let lately = |container: &Value| match text(container, "/lastState/terminated/finishedAt") {
        "" => false,
        at => DateTime::parse_from_rfc3339(at).map_or(true, |at| now - at.to_utc() < JUST_NOW),
    };
    Ok(match restarts {
        0 => State::Ready,
        _ if containers().any(lately) => State::Unsteady(restarts),
        _ => State::Restarted(restarts),
    })
}

/// What keeps it: what a container waits for or ended of, else what the pod says of itself.
fn trouble(pod: &Object<'_>, phase: &str) -> String {
    let lists = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let containers = || lists.into_iter().flat_map(|list| pod.parts(list));
    let waits = containers().map(|container| text(container, "/state/waiting/reason"));
    let ended = containers().map(|container| text(container, "/state/terminated/reason"));
    let own = ["/status/reason"].into_iter().map(|at| pod.text(at));
    let idle = ["", "Completed", "PodInitializing"];
    let reason = waits
        .chain(ended)
        .chain(own)
        .find(|reason| !idle.contains(reason));
    match (reason, phase) {
        (Some(reason), _) => format!("{phase}, {reason}"),
        (None, "Running") => "running and not ready".to_owned(),
        (None, "") => "in no known phase".to_owned(),
        (None, phase) => phase.to_owned(),
    }
}
