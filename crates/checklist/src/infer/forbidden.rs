//! Headings, labels and boxes that turn what stands under them round: "Must not contain:", "Not allowed in production".

use super::{Inferred, short};
use crate::phrases::Lower;
use domain::plan::Work;
use domain::probe::{DockerQuestion, FileRule, HeaderHolds, HeaderRule, ProbeSpec, TextRule};
use domain::quantity::Comparison;

/// What says that the things under it must not be so.
#[rustfmt::skip] // phrases in rows
const FORBIDS: &[&str] = &[
    "must not", "mustn't", "should not", "shouldn't", "shall not", "may not", "must never", "should never", "do not",
    "don't", "does not contain", "doesn't contain", "is not in ", "are not in ", "not allowed", "not permitted",
    "not present", "not supported", "not included", "not in production", "not for production", "never ", "forbidden", "prohibited",
    "disallowed", "banned", "unacceptable", "must be absent", "should be absent", "must be gone", "must be removed",
    "no-go if", "stop if", "abort if", "abort when", "abort criteria", "abort condition", "stop condition", "blocked if", "stop when",
    "darf nicht", "dürfen nicht", "darf kein", "dürfen keine", "soll nicht", "sollen nicht", "nicht erlaubt", "verboten", "unzulässig",
    "nicht in produktion", "niemals", "ne doit pas", "ne doivent pas", "ne pas ", "interdit", "no debe", "no deben", "no permitido",
    "prohibido", "não deve", "não devem", "não permitido", "proibido", "non deve", "non devono", "vietato", "禁止", "不得", "不允许",
    "不能", "不应", "不可", "してはいけない", "してはならない", "含まない", "금지", "запрещ", "не должн", "нельзя", "недопустим",
];

/// What demands the things under it all the same: "Do not skip", "Do not deploy until", "Do not go on if any fails".
#[rustfmt::skip] // phrases in rows
const DEMANDS: &[&str] = &[
    "forget", "skip", "until", "unless", "without", "before", "fail", "missing", "unchecked", "not done", "incomplete", "vergessen",
    "überspringen", "bevor", "bis ", "ohne", "oublier", "sans ", "avant", "olvid", "sin ", "antes", "hasta", "esque", "sem ",
    "забы", "пока", "忘", "之前",
];

/// What says when to stop, so that whatever is read under it proves the opposite.
const CONDITIONS: &[&str] = &[" if", " when", "criteria", "condition"];

/// Whether words say that what stands under them must not be so.
pub fn forbids(words: &str) -> bool {
    let lower = Lower::from(words.to_lowercase().replace('’', "'") + " ");
    lower.any(FORBIDS) && !lower.any(DEMANDS)
}

/// What becomes of a line under such words: nothing that shows the thing passes, and nobody is offered to do it.
pub fn settle(text: &str, words: &str, mut inferred: Inferred) -> Inferred {
    let stays = match &inferred.work {
        Work::Probe { spec } => {
            let lower = words.to_lowercase();
            absent(spec) && !CONDITIONS.iter().any(|word| lower.contains(word))
        }
        Work::Attestation | Work::Parent => true,
        Work::Action { .. } => false,
    };
    if stays {
        return inferred;
    }
    let because = format!(
        "it stands under \"{}\", which says that it must not be so; somebody's word",
        words.trim_matches(['*', ':', ' '])
    );
    inferred.work = Work::Attestation;
    inferred.why = format!("{}: {because}", short(text));
    for (outcome, _) in &mut inferred.commands {
        outcome.work = Work::Attestation;
        outcome.because.clone_from(&because);
    }
    inferred
}

/// Whether a probe passes only where something is not there.
fn absent(spec: &ProbeSpec) -> bool {
    let none = |rules: &[TextRule]| {
        !rules.is_empty()
            && rules.iter().all(|rule| match rule {
                TextRule::Empty | TextRule::Lacks(_) => true,
                TextRule::NotEmpty
                | TextRule::Contains(_)
                | TextRule::Is(_)
                | TextRule::Number(_)
                | TextRule::LinesAtLeast(_)
                | TextRule::Json(_) => false,
            })
    };
    match spec {
        ProbeSpec::All(specs) => specs.iter().all(absent),
        ProbeSpec::Shell(shell) => none(&shell.rules),
        ProbeSpec::Http(http) => {
            let gone = |rule: &HeaderRule| rule.holds == HeaderHolds::Absent;
            none(&http.body) || !http.response.is_empty() && http.response.iter().all(gone)
        }
        ProbeSpec::Docker(docker) => match &docker.question {
            DockerQuestion::Logs(logs) => none(&logs.rules),
            DockerQuestion::Environment { rules, .. } => none(rules),
            DockerQuestion::Running
            | DockerQuestion::Healthy
            | DockerQuestion::NewestImage
            | DockerQuestion::Memory => false,
        },
        ProbeSpec::File(file) => file.rules == [FileRule::Absent],
        ProbeSpec::Process(process) => {
            process.count.comparison == Comparison::Equal && process.count.quantity.value == 0.0
        }
        ProbeSpec::Postgres(_)
        | ProbeSpec::Unit(_)
        | ProbeSpec::Kubernetes(_)
        | ProbeSpec::Redis(_)
        | ProbeSpec::Git(_)
        | ProbeSpec::Metric(_)
        | ProbeSpec::Redirects { .. }
        | ProbeSpec::Prometheus(_)
        | ProbeSpec::Repeated(_)
        | ProbeSpec::Tests { .. }
        | ProbeSpec::EnvLine { .. }
        | ProbeSpec::Port { .. }
        | ProbeSpec::Listening { .. }
        | ProbeSpec::Certificate(_)
        | ProbeSpec::Dns(_)
        | ProbeSpec::Tool { .. }
        | ProbeSpec::Memory { .. }
        | ProbeSpec::Disk { .. }
        | ProbeSpec::Clock { .. } => false,
    }
}
