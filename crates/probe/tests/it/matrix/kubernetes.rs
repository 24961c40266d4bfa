//! Objects of a cluster, as a `kubectl` of the row prints them.

use super::commands::{program, row};
use super::*;
use domain::environment::Kubernetes;
use domain::probe::{KubernetesProbe, KubernetesQuestion, Workload};

/// A row whose `kubectl` prints this, and then does that. What the command of a document prints is not told apart: its exit code is
/// that of the same program.
fn asks(
    state: State,
    what: &'static str,
    right: Right,
    question: KubernetesQuestion,
    prints: &str,
    does: &str,
) -> Row {
    let command = match &question {
        KubernetesQuestion::Rollout { .. } => "kubectl get deployment web",
        KubernetesQuestion::PodsReady { .. } => "kubectl get pods",
        KubernetesQuestion::JobComplete { .. } => "kubectl get job migrate",
        KubernetesQuestion::NodesReady => "kubectl get nodes",
        KubernetesQuestion::Exists { .. } => "kubectl get service web",
    };
    let script = format!(
        "{}; cat >answer <<'END'\n{prints}\nEND",
        program("kubectl", &format!("cat answer; {does}"))
    );
    let mut row = row(
        "kubernetes",
        state,
        what,
        right,
        ProbeSpec::Kubernetes(KubernetesProbe {
            question,
            namespace: None,
            context: None,
            waits: false,
        }),
        &script,
        command,
    );
    row.world = row.world.with(|site, _, _| {
        site.environment.kubernetes = Some(Kubernetes {
            context: "lab".to_owned(),
            namespaces: vec!["shop".to_owned()],
            kubeconfig: None,
        });
    });
    row
}

fn rollout() -> KubernetesQuestion {
    KubernetesQuestion::Rollout {
        kind: Workload::Deployment,
        name: "web".to_owned(),
    }
}

fn pods() -> KubernetesQuestion {
    KubernetesQuestion::PodsReady {
        selector: None,
        named: None,
    }
}

fn job() -> KubernetesQuestion {
    KubernetesQuestion::JobComplete {
        name: "migrate".to_owned(),
    }
}

fn deployment(observed: u32, [wanted, updated, available]: [u32; 3], progress: &str) -> String {
    format!(
        r#"{{"kind":"Deployment","metadata":{{"name":"web","generation":2}},"spec":{{"replicas":{wanted}}},
        "status":{{"observedGeneration":{observed},"replicas":{wanted},"updatedReplicas":{updated},
        "availableReplicas":{available},"conditions":[{{"type":"Progressing",{progress}}}]}}}}"#
    )
}

const DONE: &str = r#""status":"True","reason":"NewReplicaSetAvailable""#;
const MOVING: &str = r#""status":"True","reason":"ReplicaSetUpdated""#;
const STUCK: &str = r#""status":"False","reason":"ProgressDeadlineExceeded""#;

/// Pods: a name, a phase, whether they are ready, and what their container says.
fn list(pods: &[(&str, &str, &str, &str)]) -> String {
    let each = pods.iter().map(|(name, phase, ready, container)| {
        format!(
            r#"{{"kind":"Pod","metadata":{{"name":"{name}"}},"status":{{"phase":"{phase}",
            "conditions":[{{"type":"Ready","status":"{ready}"}}],"containerStatuses":[{{{container}}}]}}}}"#
        )
    });
    let items = each.collect::<Vec<_>>().join(",");
    format!(r#"{{"kind":"List","items":[{items}]}}"#)
}

fn ended(condition: &str) -> String {
    format!(
        r#"{{"kind":"Job","metadata":{{"name":"migrate"}},"status":{{"active":1,"conditions":[{condition}]}}}}"#
    )
}

fn node(ready: &str) -> String {
    format!(
        r#"{{"kind":"List","items":[{{"kind":"Node","metadata":{{"name":"a"}},
        "status":{{"conditions":[{{"type":"Ready","status":"{ready}"}}]}}}}]}}"#
    )
}

pub fn rows() -> Vec<Row> {
    [workloads(), running(), others()].into_iter().flatten().collect()
}

fn workloads() -> Vec<Row> {
    let web = |state, what, right, prints: &str, does| asks(state, what, right, rollout(), prints, does);
    let good = deployment(2, [3, 3, 3], DONE);
    vec![
        web(Good, "a deployment that is rolled out", PASS, &good, ""),
        web(
            Bad,
            "fewer available than wanted",
            FAIL,
            &deployment(2, [3, 3, 1], DONE),
            "",
        ),
        web(
            Bad,
            "a rollout that is stuck",
            FAIL,
            &deployment(2, [3, 1, 3], STUCK),
            "",
        ),
        web(
            Bad,
            "no such deployment",
            FAIL,
            "",
            r#"echo "Error from server (NotFound): deployments.apps \"web\" not found" >&2; exit 1"#,
        ),
        web(
            Unreachable,
            "the API server refuses",
            NO_ANSWER,
            "",
            "echo refused >&2; exit 1",
        ),
        web(
            Unreachable,
            "a good answer and a failure",
            NO_ANSWER,
            &good,
            "exit 1",
        ),
        web(
            Slow,
            "kubectl does not end",
            NO_ANSWER,
            &good,
            "exec tail -f --pid=$PPID /dev/null",
        ),
        web(
            Ambiguous,
            "the change is not taken up yet",
            NO_DATA,
            &deployment(1, [3, 3, 3], DONE),
            "",
        ),
        web(
            Ambiguous,
            "half way",
            NO_DATA,
            &deployment(2, [3, 2, 3], MOVING),
            "",
        ),
        web(
            Ambiguous,
            "none are wanted",
            FAIL,
            &deployment(2, [0, 0, 0], DONE),
            "",
        ),
        web(
            Ambiguous,
            "another deployment",
            NO_ANSWER,
            &good.replace("\"web\"", "\"web2\""),
            "",
        ),
        web(
            Ambiguous,
            "an answer that is cut off",
            NO_ANSWER,
            &good[..good.len() - 9],
            "",
        ),
    ]
}

fn running() -> Vec<Row> {
    let all = |state, what, right, prints: &str, does| asks(state, what, right, pods(), prints, does);
    let none = r#""restartCount":0"#;
    let crashes = r#""restartCount":9,"state":{"waiting":{"reason":"CrashLoopBackOff"}}"#;
    let crashed = r#""restartCount":9,"lastState":{"terminated":{"finishedAt":"2999-01-01T00:00:00Z","reason":"Error"}}"#;
    let web = ("web-1", "Running", "True", none);
    vec![
        all(Good, "all pods are ready", PASS, &list(&[web]), ""),
        all(
            Good,
            "all are ready, beside a job that ended",
            PASS,
            &list(&[web, ("migrate-1", "Succeeded", "False", none)]),
            "",
        ),
        all(
            Bad,
            "one is started again and again",
            FAIL,
            &list(&[web, ("web-2", "Running", "False", crashes)]),
            "",
        ),
        all(
            Bad,
            "one waits",
            FAIL,
            &list(&[web, ("web-2", "Pending", "False", none)]),
            "",
        ),
        all(Bad, "there is none", FAIL, &list(&[]), ""),
        all(
            Ambiguous,
            "ready, and it ended a moment ago",
            WARNING,
            &list(&[("web-1", "Running", "True", crashed)]),
            "",
        ),
        all(
            Ambiguous,
            "running, and not ready",
            FAIL,
            &list(&[("web-1", "Running", "False", none)]),
            "",
        ),
        all(Ambiguous, "a list of nothing that is known", NO_ANSWER, "{}", ""),
    ]
}

fn others() -> Vec<Row> {
    let migrate =
        |state, what, right, condition: &str| asks(state, what, right, job(), &ended(condition), "");
    let nodes = |state, what, right, ready| {
        asks(
            state,
            what,
            right,
            KubernetesQuestion::NodesReady,
            &node(ready),
            "",
        )
    };
    vec![
        migrate(
            Good,
            "a job that is complete",
            PASS,
            r#"{"type":"Complete","status":"True"}"#,
        ),
        migrate(
            Bad,
            "a job that failed",
            FAIL,
            r#"{"type":"Failed","status":"True"}"#,
        ),
        migrate(Ambiguous, "a job that still runs", NO_DATA, ""),
        nodes(Good, "a node that is ready", PASS, "True"),
        nodes(Bad, "a node that is not ready", FAIL, "False"),
        nodes(Ambiguous, "a node that nobody hears of", FAIL, "Unknown"),
    ]
}
