//! What clusters print, less what is not read of it.

use super::judge;
use Verdict::{Error, Fail, NoData, Pass, Warning};
use chrono::{DateTime, Utc};
use domain::probe::{KubernetesQuestion, ObjectKind, Workload};
use domain::verdict::Verdict;
use rstest::rstest;
use serde_json::{Value, json};

fn now() -> DateTime<Utc> {
    "2026-11-26T12:00:00Z".parse().expect("a time")
}

fn said(question: &KubernetesQuestion, value: &Value) -> (Verdict, String) {
    let judgement = judge(question, value.to_string().as_bytes(), now()).judgement;
    (judgement.verdict, judgement.reason)
}

fn rollout(kind: Workload) -> KubernetesQuestion {
    let name = "web".to_owned();
    KubernetesQuestion::Rollout { kind, name }
}

/// A deployment of generation 4: taken up, wanted, there, updated, available, and its condition.
fn deployment(observed: u64, wanted: u64, [there, updated, available]: [u64; 3], progress: &str) -> Value {
    let (status, reason) = progress.split_once(' ').expect("a status and a reason");
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop", "generation": 4},
        "spec": {"replicas": wanted, "template": {"spec": {"containers": [{
            "name": "web", "image": "shop/web:1.4", "env": [{"name": "DB_PASSWORD", "value": "hunter22"}]}]}}},
        "status": {
            "observedGeneration": observed, "replicas": there, "updatedReplicas": updated,
            "availableReplicas": available,
            "conditions": [
                {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"},
                {"type": "Progressing", "status": status, "reason": reason, "message": "as it says"}]}
    })
}

const DONE: &str = "True NewReplicaSetAvailable";
const MOVING: &str = "True ReplicaSetUpdated";
const STUCK: &str = "False ProgressDeadlineExceeded";

#[rstest]
#[case(4, 3, [3, 3, 3], DONE, Pass, "deployment web: 3 of 3 updated, 3 available (shop/web:1.4)")]
#[case(3, 3, [3, 3, 3], DONE, NoData, "has not been taken up yet")]
#[case(4, 3, [4, 2, 3], MOVING, NoData, "2 of 3 updated, 3 available (shop/web:1.4): it is being rolled out")]
#[case(4, 3, [4, 3, 3], MOVING, NoData, "being rolled out")]
#[case(4, 3, [3, 3, 2], MOVING, NoData, "being rolled out")]
#[case(4, 3, [3, 3, 2], DONE, Fail, "3 of 3 updated, 2 available")]
#[case(4, 3, [4, 1, 3], STUCK, Fail, "ProgressDeadlineExceeded: as it says")]
#[case(4, 3, [3, 3, 3], STUCK, Fail, "ProgressDeadlineExceeded")]
#[case(4, 0, [0, 0, 0], DONE, Fail, "wants no pods")]
fn a_deployment_is_judged_by_what_is_taken_up_updated_and_available(
    #[case] observed: u64,
    #[case] wanted: u64,
    #[case] counts: [u64; 3],
    #[case] progress: &str,
    #[case] verdict: Verdict,
    #[case] part: &str,
) {
    let value = deployment(observed, wanted, counts, progress);
    let (said, reason) = said(&rollout(Workload::Deployment), &value);
    assert!(said == verdict && reason.contains(part), "{said:?}: {reason}");
}

#[test]
fn a_deployment_that_is_paused_half_way_fails() {
    let mut value = deployment(4, 3, [4, 1, 3], "Unknown DeploymentPaused");
    value["spec"]["paused"] = json!(true);
    let (verdict, reason) = said(&rollout(Workload::Deployment), &value);
    assert!(verdict == Fail && reason.ends_with("it is paused"), "{reason}");
}

#[test]
fn variables_of_containers_are_neither_said_nor_shown() {
    let value = deployment(4, 3, [3, 3, 3], DONE);
    let judged = judge(
        &rollout(Workload::Deployment),
        value.to_string().as_bytes(),
        now(),
    );
    assert_eq!(
        judged.shown,
        "deployment web: 3 of 3 updated, 3 available (shop/web:1.4)\n"
    );
}

fn stateful(spec: &Value, status: &Value) -> Value {
    json!({"kind": "StatefulSet", "metadata": {"name": "web", "generation": 2}, "spec": spec, "status": status})
}

#[rstest]
#[case(json!({"replicas": 2}), json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "currentRevision": "a", "updateRevision": "a"}), Pass)]
#[case(json!({"replicas": 2}), json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "currentRevision": "a", "updateRevision": "b"}), NoData)]
#[case(json!({"replicas": 2}), json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 2, "currentRevision": "a", "updateRevision": "b"}), NoData)]
#[case(json!({"replicas": 2}), json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 1, "currentRevision": "a", "updateRevision": "a"}), Fail)]
#[case(json!({"replicas": 2}), json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2}), Pass)]
#[case(json!({"replicas": 2, "minReadySeconds": 30}), json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2}), Fail)]
#[case(json!({"replicas": 2, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}), json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 2, "currentRevision": "a", "updateRevision": "b"}), Warning)]
#[case(json!({"replicas": 2}), json!({}), NoData)]
#[case(json!({"replicas": "2"}), json!({"observedGeneration": 2}), Error)]
fn a_stateful_set_is_rolled_out_when_it_has_one_revision(
    #[case] spec: Value,
    #[case] status: Value,
    #[case] verdict: Verdict,
) {
    let (said, reason) = said(&rollout(Workload::StatefulSet), &stateful(&spec, &status));
    assert_eq!(said, verdict, "{reason}");
}

#[rstest]
#[case([3, 3, 3], Pass)]
#[case([3, 2, 3], NoData)]
#[case([3, 3, 2], Fail)]
#[case([0, 0, 0], Fail)]
fn a_daemon_set_runs_on_every_node_that_it_should(#[case] counts: [u64; 3], #[case] verdict: Verdict) {
    let [wanted, updated, available] = counts;
    let value = json!({"kind": "DaemonSet", "metadata": {"name": "web", "generation": 1}, "status": {
        "observedGeneration": 1, "desiredNumberScheduled": wanted, "updatedNumberScheduled": updated,
        "numberAvailable": available}});
    let (said, reason) = said(&rollout(Workload::DaemonSet), &value);
    assert_eq!(said, verdict, "{reason}");
}

fn pod(name: &str, phase: &str, ready: bool, container: Value) -> Value {
    let ready = if ready { "True" } else { "False" };
    json!({"kind": "Pod", "metadata": {"name": name}, "status": {
        "phase": phase, "conditions": [{"type": "Ready", "status": ready}], "containerStatuses": [container]}})
}

fn steady(restarts: u64, ended: &str) -> Value {
    json!({"restartCount": restarts, "lastState": {"terminated": {"finishedAt": ended, "reason": "OOMKilled"}}})
}

fn waiting(reason: &str) -> Value {
    json!({"restartCount": 7, "state": {"waiting": {"reason": reason}}})
}

fn fresh() -> Value {
    json!({"restartCount": 0})
}

#[rstest]
#[case(vec![pod("web-1", "Running", true, fresh()), pod("web-2", "Running", true, fresh())], Pass, "2 of 2 pods are ready")]
#[case(vec![pod("web-1", "Running", true, steady(2, "2026-11-20T00:00:00Z"))], Pass, "1 of 1 pods are ready; web-1 was restarted 2 times")]
#[case(vec![pod("web-1", "Running", true, steady(9, "2026-11-26T11:59:30Z"))], Warning, "1 of 1 pods are ready, but web-1 was restarted 9 times a short while ago")]
#[case(vec![pod("web-1", "Running", true, steady(1, "yesterday"))], Warning, "1 of 1 pods are ready, but web-1 was restarted once a short while ago")]
#[case(vec![pod("web-1", "Running", true, fresh()), pod("migrate-x", "Succeeded", false, fresh())], Pass, "1 of 1 pods are ready")]
#[case(vec![pod("migrate-x", "Succeeded", false, fresh())], Fail, "no such pod runs; 1 ran to their end")]
#[case(vec![], Fail, "there is no such pod")]
#[case(vec![pod("web-1", "Running", true, fresh()), pod("web-2", "Running", false, waiting("CrashLoopBackOff"))], Fail, "1 of 2 pods are ready: web-2 is Running, CrashLoopBackOff")]
#[case(vec![pod("web-1", "Pending", false, waiting("ImagePullBackOff"))], Fail, "0 of 1 pods are ready: web-1 is Pending, ImagePullBackOff")]
#[case(vec![pod("web-1", "Running", false, fresh())], Fail, "0 of 1 pods are ready: web-1 is running and not ready")]
#[case(vec![json!({"kind": "Pod", "metadata": {"name": "web-1"}, "status": {"phase": "Failed", "reason": "Evicted"}})], Fail, "0 of 1 pods are ready: web-1 is Failed, Evicted")]
#[case(vec![json!({"kind": "Pod", "metadata": {"name": "web-1"}})], Fail, "0 of 1 pods are ready: web-1 is in no known phase")]
#[case(vec![pod("web-1", "Running", true, json!({}))], Error, "web-1 does not say how often it was restarted")]
fn pods_are_judged_all_together(#[case] items: Vec<Value>, #[case] verdict: Verdict, #[case] reason: &str) {
    let question = KubernetesQuestion::PodsReady {
        selector: None,
        named: None,
    };
    let list = json!({"kind": "List", "items": items});
    assert_eq!(said(&question, &list), (verdict, reason.to_owned()));
}

#[test]
fn a_pod_that_is_being_removed_leaves_it_open_and_names_choose() {
    let mut leaving = pod("web-1", "Running", true, fresh());
    leaving["metadata"]["deletionTimestamp"] = json!("2026-11-26T11:59:00Z");
    let list = json!({"kind": "List", "items": [leaving, pod("db-0", "Running", true, fresh())]});
    let named = |part: &str| KubernetesQuestion::PodsReady {
        selector: None,
        named: Some(part.to_owned()),
    };
    assert_eq!(said(&named("web"), &list).0, NoData);
    assert_eq!(said(&named("db"), &list).0, Pass);
    assert_eq!(said(&named("api"), &list).0, Fail);
}

#[rstest]
#[case(json!([{"type": "SuccessCriteriaMet", "status": "True"}, {"type": "Complete", "status": "True"}]), Pass)]
#[case(json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]), Fail)]
#[case(json!([{"type": "FailureTarget", "status": "True"}]), Fail)]
#[case(json!([{"type": "Suspended", "status": "True"}]), Fail)]
#[case(json!([{"type": "Complete", "status": "False"}]), NoData)]
#[case(json!([]), NoData)]
fn a_job_is_complete_when_it_says_so(#[case] conditions: Value, #[case] verdict: Verdict) {
    let value = json!({"kind": "Job", "metadata": {"name": "migrate"}, "status": {"conditions": conditions}});
    let name = "migrate".to_owned();
    let (said, reason) = said(&KubernetesQuestion::JobComplete { name }, &value);
    assert_eq!(said, verdict, "{reason}");
}

fn node(name: &str, conditions: &[(&str, &str)]) -> Value {
    let conditions: Vec<Value> = conditions
        .iter()
        .map(|(kind, status)| json!({"type": kind, "status": status, "reason": "KubeletSaysSo"}))
        .collect();
    json!({"kind": "Node", "metadata": {"name": name}, "spec": {}, "status": {"conditions": conditions}})
}

#[rstest]
#[case(vec![node("a", &[("MemoryPressure", "False"), ("Ready", "True")])], Pass, "all of 1 nodes are ready")]
#[case(vec![node("a", &[("Ready", "True")]), node("b", &[("Ready", "Unknown")])], Fail, "1 of 2 nodes are not ready: b: not ready, KubeletSaysSo")]
#[case(vec![node("a", &[("DiskPressure", "True"), ("Ready", "True")])], Warning, "all of 1 nodes are ready, but a: DiskPressure")]
#[case(vec![node("a", &[])], Fail, "1 of 1 nodes are not ready: a: it does not say that it is ready")]
#[case(vec![], Fail, "there is no node")]
fn nodes_are_judged_all_together(#[case] items: Vec<Value>, #[case] verdict: Verdict, #[case] reason: &str) {
    let list = json!({"kind": "List", "items": items});
    assert_eq!(
        said(&KubernetesQuestion::NodesReady, &list),
        (verdict, reason.to_owned())
    );
}

#[test]
fn a_cordoned_node_wants_a_look() {
    let mut cordoned = node("a", &[("Ready", "True")]);
    cordoned["spec"]["unschedulable"] = json!(true);
    let list = json!({"kind": "List", "items": [cordoned]});
    assert_eq!(said(&KubernetesQuestion::NodesReady, &list).0, Warning);
}

#[test]
fn an_object_is_there_unless_it_is_being_removed_and_no_other_is_taken_for_it() {
    let exists = |name: &str| KubernetesQuestion::Exists {
        kind: ObjectKind::Service,
        name: name.to_owned(),
    };
    let mut value =
        json!({"kind": "Service", "metadata": {"name": "web", "creationTimestamp": "2026-01-01T00:00:00Z"}});
    assert_eq!(said(&exists("web"), &value).0, Pass);
    assert_eq!(said(&exists("api"), &value).0, Error);
    assert_eq!(said(&rollout(Workload::Deployment), &value).0, Error);
    value["metadata"]["deletionTimestamp"] = json!("2026-01-02T00:00:00Z");
    assert_eq!(said(&exists("web"), &value).0, Fail);
}

#[rstest]
#[case("")]
#[case("{}")]
#[case("{\"items\": [{}]}")]
#[case("{\"items\": [{\"kind\": \"Secret\", \"metadata\": {\"name\": \"a\"}}]}")]
#[case("NAME READY STATUS\nweb-1 1/1 Running\n")]
fn what_is_no_answer_to_the_question_is_an_error(#[case] text: &str) {
    for question in [
        KubernetesQuestion::NodesReady,
        KubernetesQuestion::PodsReady {
            selector: None,
            named: None,
        },
        rollout(Workload::Deployment),
    ] {
        assert_eq!(judge(&question, text.as_bytes(), now()).judgement.verdict, Error);
    }
}
