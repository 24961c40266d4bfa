//! Whether nodes are ready.

use super::Judged;
use super::object::{Object, some};
use crate::answer::Judgement;
use domain::verdict::Verdict;

pub(super) fn judge(nodes: &[Object<'_>]) -> Result<Judged, String> {
    let (mut bad, mut doubtful, mut shown) = (Vec::new(), Vec::new(), String::new());
    for node in nodes {
        let state = state(node);
        let name = node.name();
        let words = match &state {
            State::Ready => format!("{name}: ready"),
            State::Doubtful(why) | State::NotReady(why) => format!("{name}: {why}"),
        };
        shown.push_str(&words);
        shown.push('\n');
        match state {
            State::Ready => {}
            State::Doubtful(_) => doubtful.push(words),
            State::NotReady(_) => bad.push(words),
        }
    }
    let count = nodes.len();
    let judgement = if count == 0 {
        Judgement::fail("there is no node", "no nodes")
    } else if !bad.is_empty() {
        let found = format!("{} of {count} nodes are not ready", bad.len());
        Judgement::fail(format!("{found}: {}", some(&bad)), found)
    } else if !doubtful.is_empty() {
        let found = format!("all of {count} nodes are ready");
        Judgement::new(
            Verdict::Warning,
            format!("{found}, but {}", some(&doubtful)),
            found,
        )
    } else {
        Judgement::pass(format!("all of {count} nodes are ready"))
    };
    Ok(Judged { judgement, shown })
}

enum State {
    Ready,
    Doubtful(String),
    NotReady(String),
}

fn state(node: &Object<'_>) -> State {
    match node.condition("Ready") {
        Some(ready) if ready.status == "True" => {}
        Some(ready) => return State::NotReady(format!("not ready, {}", ready.why())),
        None => return State::NotReady("it does not say that it is ready".to_owned()),
    }
    if node.is_true("/spec/unschedulable") {
        return State::Doubtful("cordoned, so that it takes no new pods".to_owned());
    }
    let pressed = node
        .conditions()
        .find(|(kind, condition)| *kind != "Ready" && condition.status == "True");
    match pressed {
        Some((kind, _)) => State::Doubtful(kind.to_owned()),
        None => State::Ready,
    }
}
