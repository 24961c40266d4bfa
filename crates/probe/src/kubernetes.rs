//! Objects of a Kubernetes cluster, by `kubectl get -o json`, which only reads. What objects hold beside their state, such as
//! the variables of their containers, is neither kept nor shown.

use crate::answer::{Answer, Asked, Judgement};
use crate::context::Context;
use crate::output::Printed;
use crate::redact::Secrets;
use crate::run::{self, End, Program, Ran};
use crate::shell;
use crate::site::Site;
use crate::turn::cancelled;
use chrono::{DateTime, Utc};
use domain::environment::{Kubernetes, NoNamespace};
use domain::probe::kubernetes::{is_selector, names_object};
use domain::probe::{KubernetesProbe, KubernetesQuestion, ObjectKind, Workload};
use domain::verdict::Verdict;
use object::Object;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

mod job;
mod node;
mod object;
mod pod;
mod rollout;

/// How long it is left alone before it is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// What was judged, and a line for each object that was looked at.
pub(crate) struct Judged {
    pub judgement: Judgement,
    pub shown: String,
}

pub(crate) async fn probe(
    spec: &KubernetesProbe,
    site: &Site,
    context: &Context,
    cancel: &CancellationToken,
) -> Answer {
    let arguments = match arguments(spec, site) {
        Ok(arguments) => arguments,
        Err(judgement) => {
            let asked = Asked {
                read_as: "`kubectl get`".to_owned(),
                target: target(spec),
                expected: expected(&spec.question),
            };
            return Answer::new(asked, judgement);
        }
    };
    let asked = Asked {
        read_as: format!("`{}`", arguments.join(" ")),
        target: target(spec),
        expected: expected(&spec.question),
    };
    let mut program = program(arguments, site, context);
    let deadline = Instant::now() + program.deadline;
    loop {
        let answer = ask(spec, asked.clone(), &program, site, context, cancel).await;
        if !spec.waits
            || settled(&spec.question, answer.judgement.verdict)
            || Instant::now() + AGAIN >= deadline
        {
            return answer;
        }
        if cancel
            .run_until_cancelled(tokio::time::sleep(AGAIN))
            .await
            .is_none()
        {
            return Answer::new(asked, cancelled());
        }
        program.deadline = deadline.saturating_duration_since(Instant::now());
    }
}

/// Whether asking again cannot be worth it. What is not ready may become so, as `kubectl wait` means it.
fn settled(question: &KubernetesQuestion, verdict: Verdict) -> bool {
    let many = matches!(
        question,
        KubernetesQuestion::PodsReady { .. } | KubernetesQuestion::NodesReady
    );
    match verdict {
        Verdict::NoData => false,
        Verdict::Fail => !many,
        Verdict::Pass | Verdict::Warning | Verdict::Error => true,
    }
}

/// Asks once.
async fn ask(
    spec: &KubernetesProbe,
    asked: Asked,
    program: &Program,
    site: &Site,
    context: &Context,
    cancel: &CancellationToken,
) -> Answer {
    let ran = run::run(program, &site.secrets, cancel, None).await;
    let exit_code = ran.end.exit_code();
    if let Some(judgement) = judge_end(&spec.question, &ran, &site.secrets) {
        return Answer {
            exit_code,
            ..Answer::new(asked, judgement).printed(Printed::Masked(ran.complained))
        };
    }
    let Judged { judgement, shown } = judge(&spec.question, &ran.stdout, (context.clock)());
    Answer {
        exit_code,
        ..Answer::new(asked, judgement).with_output(shown)
    }
}

/// What is asked for, as somebody who writes `kubectl get` names it.
pub(crate) fn target(spec: &KubernetesProbe) -> String {
    let what = match &spec.question {
        KubernetesQuestion::Rollout { kind, name } => format!("{} {name}", kind.word()),
        KubernetesQuestion::PodsReady { selector, named } => {
            let chosen = [selector, named].into_iter().flatten().map(String::as_str);
            std::iter::once("pods")
                .chain(chosen)
                .collect::<Vec<_>>()
                .join(" ")
        }
        KubernetesQuestion::JobComplete { name } => format!("job {name}"),
        KubernetesQuestion::NodesReady => "nodes".to_owned(),
        KubernetesQuestion::Exists { kind, name } => format!("{} {name}", kind.word()),
    };
    match &spec.namespace {
        Some(namespace) => format!("{what} in {namespace}"),
        None => what,
    }
}

fn expected(question: &KubernetesQuestion) -> String {
    match question {
        KubernetesQuestion::Rollout { .. } => "what is wanted is updated and available",
        KubernetesQuestion::PodsReady { .. } => "at least one, and all are ready",
        KubernetesQuestion::JobComplete { .. } => "it is complete",
        KubernetesQuestion::NodesReady => "all are ready",
        KubernetesQuestion::Exists { .. } => "it is there",
    }
    .to_owned()
}

/// The program and its arguments, where the environment allows the question.
fn arguments(spec: &KubernetesProbe, site: &Site) -> Result<Vec<String>, Judgement> {
    let environment = &site.environment;
    let refused = |why: NoNamespace| match why {
        NoNamespace::NoCluster { .. } | NoNamespace::Open { .. } => {
            Judgement::new(Verdict::NoData, why.to_string(), "not asked")
        }
        NoNamespace::Unlisted { .. } | NoNamespace::NoneListed { .. } => Judgement::error(why.to_string()),
    };
    let cluster = environment.cluster().map_err(refused)?;
    let foreign = |written: &&String| **written != cluster.context;
    if let Some(written) = spec.context.as_ref().filter(foreign) {
        return Err(Judgement::error(format!(
            "the line names the context {written}, and environments/{}.toml the context {}: no other is asked",
            environment.name, cluster.context
        )));
    }
    let mut words = vec![
        "kubectl".to_owned(),
        format!("--context={}", cluster.context),
        format!("--request-timeout={}ms", site.deadline.as_millis().max(1)),
    ];
    if spec.question != KubernetesQuestion::NodesReady {
        let namespace = environment
            .namespace(spec.namespace.as_deref())
            .map_err(refused)?;
        words.push(format!("--namespace={namespace}"));
    }
    words.extend(["get", "--output=json"].map(str::to_owned));
    words.extend(asks(&spec.question).map_err(Judgement::error)?);
    Ok(words)
}

/// What stands behind `kubectl get`; a word that could be an option is none.
fn asks(question: &KubernetesQuestion) -> Result<Vec<String>, String> {
    let object = |resource: &str, name: &str| match names_object(name) {
        true => Ok(vec![resource.to_owned(), name.to_owned()]),
        false => Err(format!("{name:?} is no name of an object")),
    };
    match question {
        KubernetesQuestion::Rollout { kind, name } => object(resource(ObjectKind::Workload(*kind)), name),
        KubernetesQuestion::JobComplete { name } => object(resource(ObjectKind::Job), name),
        KubernetesQuestion::Exists { kind, name } => object(resource(*kind), name),
        KubernetesQuestion::NodesReady => Ok(vec!["nodes".to_owned()]),
        KubernetesQuestion::PodsReady { selector, .. } => match selector {
            None => Ok(vec!["pods".to_owned()]),
            Some(selector) if is_selector(selector) => {
                Ok(vec!["pods".to_owned(), format!("--selector={selector}")])
            }
            Some(selector) => Err(format!("{selector:?} is no selector such as app=web")),
        },
    }
}

/// With its group, so that no other kind of the same name is meant.
fn resource(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Workload(Workload::Deployment) => "deployments.apps",
        ObjectKind::Workload(Workload::StatefulSet) => "statefulsets.apps",
        ObjectKind::Workload(Workload::DaemonSet) => "daemonsets.apps",
        ObjectKind::Job => "jobs.batch",
        ObjectKind::CronJob => "cronjobs.batch",
        ObjectKind::Ingress => "ingresses.networking.k8s.io",
        ObjectKind::Service => "services",
        ObjectKind::ConfigMap => "configmaps",
        ObjectKind::Claim => "persistentvolumeclaims",
    }
}

fn program(arguments: Vec<String>, site: &Site, context: &Context) -> Program {
    let mut program = run::program(site, context);
    program.arguments = arguments;
    let configured = |cluster: &Kubernetes| cluster.kubeconfig.clone();
    if let Some(files) = site.environment.kubernetes.as_ref().and_then(configured) {
        program.variables.insert("KUBECONFIG".to_owned(), files);
    }
    // A user's aliases and defaults are no part of the question.
    program.variables.insert("KUBERC".to_owned(), "off".to_owned());
    program
}

/// What its end alone decides: that there is no such object is an answer.
fn judge_end(question: &KubernetesQuestion, ran: &Ran, secrets: &Secrets) -> Option<Judgement> {
    let said = String::from_utf8_lossy(&ran.stderr);
    let named = match question {
        KubernetesQuestion::Rollout { kind, name } => Some((kind.word(), name)),
        KubernetesQuestion::JobComplete { name } => Some(("job", name)),
        KubernetesQuestion::Exists { kind, name } => Some((kind.word(), name)),
        KubernetesQuestion::PodsReady { .. } | KubernetesQuestion::NodesReady => None,
    };
    if let (End::Exited(1), Some((kind, name))) = (&ran.end, named) {
        let missing = format!("\"{name}\" not found");
        let answered = |line: &str| {
            line.starts_with("Error from server (NotFound): ") && line.trim_end().ends_with(&missing)
        };
        if said.lines().any(answered) {
            return Some(Judgement::fail(format!("there is no {kind} {name}"), "not found"));
        }
    }
    shell::judge_end(ran, secrets)
}

/// Judges what `kubectl get --output=json` printed.
pub(crate) fn judge(question: &KubernetesQuestion, text: &[u8], now: DateTime<Utc>) -> Judged {
    let judged = serde_json::from_slice::<Value>(text)
        .map_err(|_| "kubectl printed no JSON".to_owned())
        .and_then(|value| about(question, &value, now));
    judged.unwrap_or_else(|why| Judged {
        judgement: Judgement::error(why),
        shown: String::new(),
    })
}

fn about(question: &KubernetesQuestion, value: &Value, now: DateTime<Utc>) -> Result<Judged, String> {
    let one = |kind: &str, name: &str| Object::named(value, kind, name);
    match question {
        KubernetesQuestion::Rollout { kind, name } => rollout::judge(*kind, &one(kind.word(), name)?),
        KubernetesQuestion::JobComplete { name } => job::judge(&one("job", name)?),
        KubernetesQuestion::PodsReady { named, .. } => {
            pod::judge(&Object::list(value, "Pod")?, named.as_deref(), now)
        }
        KubernetesQuestion::NodesReady => node::judge(&Object::list(value, "Node")?),
        KubernetesQuestion::Exists { kind, name } => {
            let object = one(kind.word(), name)?;
            let since = object.text("/metadata/creationTimestamp");
            let found = format!("{} {name} is there, made {since}", kind.word());
            let judgement = match object.text("/metadata/deletionTimestamp") {
                "" => Judgement::pass(found),
                _ => Judgement::fail(format!("{} {name} is being removed", kind.word()), found),
            };
            Ok(Judged::alone(judgement))
        }
    }
}

impl Judged {
    /// Of one object, which is shown as it was found.
    pub fn alone(judgement: Judgement) -> Self {
        Self {
            shown: format!("{}\n", judgement.found),
            judgement,
        }
    }
}

#[cfg(test)]
mod tests;
