//! Clusters, through the real `kubectl` where it is installed.

use super::{ask, asks, cluster, deployment, pods, rollout, site};
use crate::support::{Folder, assert_said, context};
use domain::environment::Kubernetes;
use domain::probe::{KubernetesQuestion, Workload};
use domain::verdict::Verdict;
use probe::CancellationToken;
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// An API server that has these answers, of one version and with what `kubectl` asks it of itself.
async fn api(answers: &[(&str, Value)]) -> MockServer {
    let server = MockServer::start().await;
    let resource = |name: &str, kind: &str| json!({"name": name, "singularName": "", "namespaced": name != "nodes", "kind": kind, "verbs": ["get", "list"]});
    let apps = json!({"groupVersion": "apps/v1", "version": "v1"});
    let own = [
        (
            "/version",
            json!({"major": "1", "minor": "31", "gitVersion": "v1.31.0"}),
        ),
        ("/api", json!({"kind": "APIVersions", "versions": ["v1"]})),
        (
            "/apis",
            json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": [
                {"name": "apps", "versions": [apps], "preferredVersion": apps}]}),
        ),
        (
            "/api/v1",
            json!({"kind": "APIResourceList", "groupVersion": "v1",
                "resources": [resource("pods", "Pod"), resource("nodes", "Node")]}),
        ),
        (
            "/apis/apps/v1",
            json!({"kind": "APIResourceList", "groupVersion": "apps/v1",
                "resources": [resource("deployments", "Deployment")]}),
        ),
    ];
    for (at, answer) in own.iter().chain(answers) {
        Mock::given(method("GET"))
            .and(path(*at))
            .respond_with(ResponseTemplate::new(200).set_body_json(answer))
            .mount(&server)
            .await;
    }
    server
}

/// The namespace `shop` of the cluster at this address, by a configuration of its own.
fn configured(folder: &Folder, address: &str) -> Kubernetes {
    let file = folder.write(
        "config",
        json!({"apiVersion": "v1", "kind": "Config",
            "clusters": [{"name": "lab", "cluster": {"server": address}}],
            "users": [{"name": "lab", "user": {}}],
            "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "lab"}}]})
        .to_string(),
    );
    Kubernetes {
        kubeconfig: Some(file.display().to_string()),
        ..cluster(&["shop"])
    }
}

/// The real program, where this machine has one.
fn installed() -> bool {
    let path = context().variables.remove("PATH").expect("a path");
    path.split(':')
        .any(|folder| std::path::Path::new(folder).join("kubectl").exists())
}

#[tokio::test]
async fn the_real_kubectl_asks_what_the_tests_own_one_is_taken_to_ask() {
    if !installed() {
        // What stands for it is tested above.
        return;
    }
    let pod = json!({"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "web-1", "namespace": "shop"},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"restartCount": 0}]}});
    let list =
        |kind: &str, items: Value| json!({"kind": kind, "apiVersion": "v1", "metadata": {}, "items": items});
    let server = api(&[
        ("/apis/apps/v1/namespaces/shop/deployments/web", deployment()),
        ("/api/v1/nodes", list("NodeList", json!([]))),
        // Of an object that is not there, newer ones ask whether its namespace is.
        (
            "/api/v1/namespaces/shop",
            json!({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "shop"}}),
        ),
    ])
    .await;
    Mock::given(method("GET"))
        .and(path("/api/v1/namespaces/shop/pods"))
        .and(query_param("labelSelector", "app=web"))
        .respond_with(ResponseTemplate::new(200).set_body_json(list("PodList", json!([pod]))))
        .mount(&server)
        .await;
    let missing = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404,
        "message": "deployments.apps \"gone\" not found", "details": {"name": "gone", "group": "apps", "kind": "deployments"}});
    Mock::given(method("GET"))
        .and(path("/apis/apps/v1/namespaces/shop/deployments/gone"))
        .respond_with(ResponseTemplate::new(404).set_body_json(missing))
        .mount(&server)
        .await;
    let folder = Folder::new();
    let reached = site(&folder, Some(configured(&folder, &server.uri())));
    let mut context = context();
    context
        .variables
        .insert("HOME".to_owned(), folder.path().display().to_string());
    let gone = KubernetesQuestion::Rollout {
        kind: Workload::Deployment,
        name: "gone".to_owned(),
    };
    let cases = [
        (
            rollout(),
            Verdict::Pass,
            "deployment web: 1 of 1 updated, 1 available",
        ),
        (gone, Verdict::Fail, "there is no deployment gone"),
        (pods(Some("app=web")), Verdict::Pass, "1 of 1 pods are ready"),
        (KubernetesQuestion::NodesReady, Verdict::Fail, "there is no node"),
        (
            KubernetesQuestion::JobComplete {
                name: "migrate".to_owned(),
            },
            Verdict::Error,
            "exit code 1",
        ),
    ];
    for (question, verdict, part) in cases {
        let finding = ask(
            &asks(question, None),
            &reached,
            &context,
            CancellationToken::new(),
        )
        .await;
        assert_said(&finding, verdict, part);
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = closed.local_addr().expect("its address");
    drop(closed);
    let nobody = site(&folder, Some(configured(&folder, &format!("http://{address}"))));
    let finding = ask(
        &asks(rollout(), None),
        &nobody,
        &context,
        CancellationToken::new(),
    )
    .await;
    assert_said(&finding, Verdict::Error, "exit code 1");
}
