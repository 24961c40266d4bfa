//! Objects of a cluster are asked natively, where the line leaves nothing of the question open.

use checklist::compile;
use domain::plan::{Item, Work};
use domain::probe::ProbeSpec;
use rstest::rstest;

fn item(line: &str) -> Item {
    let compiled = compile(format!("## Phase 1: x\n\n- [ ] {line}\n").as_bytes());
    compiled.plan.items().next().expect("an item").clone()
}

fn asked(item: &Item) -> bool {
    let Work::Probe { spec } = &item.work else {
        return false;
    };
    matches!(spec, ProbeSpec::Kubernetes(_))
}

const WEB: &str = "deployment web is rolled out, and all of it is available";
const WAITED: &str = "deployment web is rolled out, and all of it is available (waited for)";
const PODS: &str = "there are pods, and all are ready";

#[rstest]
#[case("`kubectl rollout status deployment/web`", WAITED)]
#[case("`kubectl rollout status deploy web --timeout=120s`", WAITED)]
#[case(
    "`kubectl rollout status deploy/web` shows \"successfully rolled out\"",
    WAITED
)]
#[case(
    "`kubectl -n shop rollout status sts/db`",
    "statefulset db is rolled out, and all of it is available in the namespace shop (waited for)"
)]
#[case(
    "`kubectl rollout status deployment/web --context prod`",
    "deployment web is rolled out, and all of it is available, if the environment's context is prod (waited for)"
)]
#[case("`kubectl rollout status deployment/web --watch=false`", WEB)]
#[case("All pods running: `kubectl get pods`", PODS)]
#[case(
    "Pods: `kubectl get pods -n shop -l app=web`",
    "there are pods with app=web, and all are ready in the namespace shop"
)]
#[case(
    "Up: `kubectl get pods --namespace=shop | grep web`",
    "there are pods with \"web\" in their names, and all are ready in the namespace shop"
)]
#[case(
    "`kubectl wait --for=condition=ready pod -l app=web --timeout=60s`",
    "there are pods with app=web, and all are ready (waited for)"
)]
#[case("All nodes are ready: `kubectl get nodes`", "all nodes are ready")]
#[case(
    "`kubectl wait --for=condition=complete job/migrate --timeout=5m`",
    "job migrate is complete (waited for)"
)]
#[case("Migration completed: `kubectl get job migrate`", "job migrate is complete")]
#[case("`kubectl wait --for=condition=Available deployment/web`", WAITED)]
#[case("Backend is running: `kubectl get deployment web`", WEB)]
#[case("The service exists: `kubectl get svc web`", "service web is there")]
#[case("All pods are running.", PODS)]
#[case("**All pods running**", PODS)]
#[case("Up <!-- gonogo: kubernetes rollout deployment/web -->", WEB)]
#[case(
    "Up <!-- gonogo: kubernetes pods app=web namespace=shop -->",
    "there are pods with app=web, and all are ready in the namespace shop"
)]
#[case(
    "Up <!-- gonogo: kubernetes pods web -->",
    "there are pods with \"web\" in their names, and all are ready"
)]
#[case("Done <!-- gonogo: kubernetes job migrate -->", "job migrate is complete")]
#[case("Up <!-- gonogo: kubernetes nodes -->", "all nodes are ready")]
#[case(
    "There <!-- gonogo: kubernetes exists ingress/web -->",
    "ingress web is there"
)]
fn the_cluster_is_asked(#[case] line: &str, #[case] what: &str) {
    let item = item(line);
    let said = format!("Kubernetes: {what}");
    let same = matches!(&item.work, Work::Probe { spec } if checklist::describe::probe(spec) == said);
    assert!(same, "{line}: {:?}: {}", item.work, item.why);
}

/// A cluster, a user or a namespace that is not the environment's; a question of which a part would be left out.
#[rstest]
#[case("`kubectl rollout status deployment/web --kubeconfig ./other`")]
#[case("`kubectl rollout status deployment/web --server=https://other.test`")]
#[case("`kubectl --cluster other rollout status deployment/web`")]
#[case("`kubectl --as admin rollout status deployment/web`")]
#[case("`KUBECONFIG=./other kubectl rollout status deployment/web`")]
#[case("All pods running: `kubectl get pods -A`")]
#[case("All pods running: `kubectl get pods -w`")]
#[case("All pods running: `kubectl get pods > pods.txt`")]
#[case("`kubectl rollout status deployment/$NAME`")]
#[case("`kubectl rollout status deployment/<name>`")]
#[case("`kubectl rollout undo deployment/web`")]
#[case("`kubectl rollout status`")]
#[case("Old pods gone: `kubectl get pods`")]
#[case("No pods in CrashLoopBackOff: `kubectl get pods | grep CrashLoopBackOff` is empty")]
#[case("`kubectl get pods | grep Running`")]
#[case("`kubectl get pods` shows `web-1`")]
#[case("`kubectl get pods` at least 3 lines")]
#[case("Kubernetes 1.31 on all nodes: `kubectl get nodes`")]
#[case("All 3 nodes are ready: `kubectl get nodes`")]
#[case("`kubectl get nodes`")]
#[case("Drained node is unavailable: `kubectl get nodes`")]
#[case("Old backend is not running: `kubectl get deployment web`")]
#[case("Load balancer has an address: `kubectl get svc web`")]
#[case("The service does not exist any more: `kubectl get svc web`")]
#[case("The secret exists: `kubectl get secret web`")]
#[case("Version v1.4 is running: `kubectl get deployment web`")]
#[case("`kubectl wait --for=delete pod/web`")]
#[case("`kubectl wait --for=condition=complete deployment/web`")]
#[case("All pods are running in both regions")]
#[case("Not all pods are running")]
#[case("All nodes are ready")]
fn what_a_line_leaves_open_is_no_question_to_the_cluster(#[case] line: &str) {
    let item = item(line);
    assert!(!asked(&item), "{line}: {}", item.why);
}

#[rstest]
#[case("kubernetes rollout web", "names no kind and name")]
#[case(
    "kubernetes rollout service/web",
    "is no deployment, statefulset or daemonset"
)]
#[case("kubernetes exists secret/web", "is no kind of object")]
#[case("kubernetes pods --all", "is no name of an object")]
#[case("kubernetes nodes namespace=--all", "is no name of an object")]
#[case("kubernetes", "takes rollout KIND/NAME")]
fn an_annotation_that_names_no_object_says_so(#[case] annotation: &str, #[case] part: &str) {
    let compiled = compile(format!("## Phase 1: x\n\n- [ ] a <!-- gonogo: {annotation} -->\n").as_bytes());
    let said: Vec<String> = compiled
        .diagnostics
        .iter()
        .map(|said| said.message.clone())
        .collect();
    assert!(said.iter().any(|said| said.contains(part)), "{said:?}");
}
