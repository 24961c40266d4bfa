//! Clusters, through a `kubectl` of the tests.

use crate::support::{Folder, assert_said, context, environment, open};
use domain::environment::Kubernetes;
use domain::probe::{KubernetesProbe, KubernetesQuestion, ObjectKind, ProbeSpec, Workload};
use domain::verdict::{Finding, Verdict};
use probe::{CancellationToken, Context, Prober, Site};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

mod real;

fn cluster(namespaces: &[&str]) -> Kubernetes {
    Kubernetes {
        context: "lab".to_owned(),
        namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
        kubeconfig: None,
    }
}

fn site(folder: &Folder, cluster: Option<Kubernetes>) -> Site {
    let mut environment = environment(folder.path());
    environment.kubernetes = cluster;
    open(environment)
}

fn asks(question: KubernetesQuestion, namespace: Option<&str>) -> KubernetesProbe {
    KubernetesProbe {
        question,
        namespace: namespace.map(str::to_owned),
        context: None,
        waits: false,
    }
}

fn rollout() -> KubernetesQuestion {
    KubernetesQuestion::Rollout {
        kind: Workload::Deployment,
        name: "web".to_owned(),
    }
}

fn pods(selector: Option<&str>) -> KubernetesQuestion {
    KubernetesQuestion::PodsReady {
        selector: selector.map(str::to_owned),
        named: None,
    }
}

/// A machine whose first `kubectl` is this script.
fn with_kubectl(folder: &Folder, script: &str) -> Context {
    let program = folder.write("bin/kubectl", format!("#!/bin/bash\n{script}\n"));
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("a program");
    let mut context = context();
    let path = context.variables.entry("PATH".to_owned()).or_default();
    *path = format!("{}/bin:{path}", folder.path().display());
    context
}

async fn ask(spec: &KubernetesProbe, site: &Site, context: &Context, cancel: CancellationToken) -> Finding {
    let prober = Prober::new(context.clone());
    let spec = ProbeSpec::Kubernetes(spec.clone());
    let asking = prober.probe(&spec, site, cancel);
    tokio::time::timeout(Duration::from_secs(60), asking)
        .await
        .expect("a probe never hangs")
}

fn deployment() -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop", "generation": 1}, "spec": {"replicas": 1},
        "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1,
            "conditions": [{"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}]}})
}

#[tokio::test]
async fn kubectl_is_started_with_the_environments_context_and_configuration_and_no_shell() {
    let folder = Folder::new();
    let context = with_kubectl(
        &folder,
        &format!(
            "printf '%s|' \"$@\" \"$KUBECONFIG\" \"$KUBERC\" >asked; echo '{}'",
            deployment()
        ),
    );
    let mut own = cluster(&["shop"]);
    own.context = "a b; touch trap".to_owned();
    own.kubeconfig = Some("/etc/one:/etc/two".to_owned());
    let site = site(&folder, Some(own));
    let finding = ask(&asks(rollout(), None), &site, &context, CancellationToken::new()).await;
    assert_said(
        &finding,
        Verdict::Pass,
        "deployment web: 1 of 1 updated, 1 available",
    );
    let asked = std::fs::read_to_string(folder.path().join("asked")).expect("it was asked");
    assert_eq!(
        asked,
        "--context=a b; touch trap|--request-timeout=5000ms|--namespace=shop|get|--output=json|deployments.apps|web|\
         /etc/one:/etc/two|off|"
    );
    assert!(!folder.path().join("trap").exists());
}

#[tokio::test]
async fn only_what_the_environment_lists_is_asked() {
    let folder = Folder::new();
    let context = with_kubectl(&folder, "touch asked");
    let line = |namespace| asks(rollout(), namespace);
    let elsewhere = KubernetesProbe {
        context: Some("prod".to_owned()),
        ..line(Some("shop"))
    };
    let option = asks(
        KubernetesQuestion::Exists {
            kind: ObjectKind::Service,
            name: "--all".to_owned(),
        },
        Some("shop"),
    );
    let cases = [
        (
            None,
            line(None),
            Verdict::NoData,
            "add `[kubernetes]` with `context = \"…\"`",
        ),
        (
            Some(cluster(&["shop"])),
            line(Some("payments")),
            Verdict::Error,
            "add \"payments\" to `namespaces` below [kubernetes] in environments/test.toml",
        ),
        (
            Some(cluster(&[])),
            line(None),
            Verdict::Error,
            "add `namespaces = [\"…\"]`",
        ),
        (
            Some(cluster(&["shop", "payments"])),
            line(None),
            Verdict::NoData,
            "lists shop, payments: name one of them",
        ),
        (
            Some(cluster(&["shop"])),
            elsewhere,
            Verdict::Error,
            "names the context prod",
        ),
        (
            Some(cluster(&["shop"])),
            option,
            Verdict::Error,
            "no name of an object",
        ),
        (
            Some(cluster(&["shop"])),
            asks(pods(Some("--all")), None),
            Verdict::Error,
            "no selector",
        ),
    ];
    for (cluster, spec, verdict, part) in cases {
        let finding = ask(&spec, &site(&folder, cluster), &context, CancellationToken::new()).await;
        assert_said(&finding, verdict, part);
    }
    assert!(!folder.path().join("asked").exists());
}

#[tokio::test]
async fn what_kubectl_cannot_do_is_an_error_and_what_is_not_there_a_failure() {
    let folder = Folder::new();
    let site = site(&folder, Some(cluster(&["shop"])));
    let cases = [
        (
            "echo 'Error from server (NotFound): deployments.apps \"web\" not found' >&2; exit 1",
            Verdict::Fail,
            "there is no deployment web",
        ),
        (
            "echo 'Error from server (NotFound): the server could not find the requested resource' >&2; exit 1",
            Verdict::Error,
            "could not find the requested resource",
        ),
        (
            "echo 'Error from server (NotFound): namespaces \"shop\" not found' >&2; exit 1",
            Verdict::Error,
            "not found",
        ),
        (
            "echo 'The connection to the server 127.0.0.1:1 was refused' >&2; exit 1",
            Verdict::Error,
            "was refused",
        ),
        ("yes '{' | head -c 9000000", Verdict::Error, "printed more than"),
        ("exit 0", Verdict::Error, "kubectl printed no JSON"),
    ];
    for (script, verdict, part) in cases {
        let context = with_kubectl(&folder, script);
        let finding = ask(&asks(rollout(), None), &site, &context, CancellationToken::new()).await;
        assert_said(&finding, verdict, part);
    }
    let mut bare = context();
    bare.variables.insert("PATH".to_owned(), "/nowhere".to_owned());
    let finding = ask(&asks(rollout(), None), &site, &bare, CancellationToken::new()).await;
    assert_said(
        &finding,
        Verdict::Error,
        "kubectl is not installed, or not in PATH",
    );
}

#[tokio::test]
async fn a_kubectl_that_does_not_end_is_ended_at_the_deadline_and_when_cancelled() {
    let folder = Folder::new();
    let mut site = site(&folder, Some(cluster(&["shop"])));
    let context = with_kubectl(&folder, "exec tail -f /dev/null");
    site.command_deadline = Duration::from_millis(300);
    let finding = ask(&asks(rollout(), None), &site, &context, CancellationToken::new()).await;
    assert_said(&finding, Verdict::Error, "not done after");
    site.command_deadline = Duration::from_secs(50);
    let cancel = CancellationToken::new();
    let spec = asks(rollout(), None);
    let asking = ask(&spec, &site, &context, cancel.clone());
    let stop = async {
        cancel.cancel();
    };
    let (finding, ()) = tokio::join!(asking, stop);
    assert_said(&finding, Verdict::NoData, "cancelled");
}

#[tokio::test]
async fn a_line_that_waits_is_asked_again_while_it_is_under_way_and_no_other() {
    let folder = Folder::new();
    let site = site(&folder, Some(cluster(&["shop"])));
    let mut moving = deployment();
    moving["status"]["updatedReplicas"] = json!(0);
    moving["status"]["conditions"][0]["reason"] = json!("ReplicaSetUpdated");
    let script = format!(
        "if [ -e moved ]; then echo '{}'; else touch moved; echo '{moving}'; fi",
        deployment()
    );
    let context = with_kubectl(&folder, &script);
    let patient = KubernetesProbe {
        waits: true,
        ..asks(rollout(), None)
    };
    let finding = ask(&asks(rollout(), None), &site, &context, CancellationToken::new()).await;
    assert_said(&finding, Verdict::NoData, "being rolled out");
    std::fs::remove_file(folder.path().join("moved")).expect("it was asked");
    let finding = ask(&patient, &site, &context, CancellationToken::new()).await;
    assert_said(&finding, Verdict::Pass, "1 of 1 updated");
    let context = with_kubectl(&folder, &format!("echo '{moving}'"));
    let short = Site {
        command_deadline: Duration::from_millis(900),
        ..site
    };
    let finding = ask(&patient, &short, &context, CancellationToken::new()).await;
    assert_said(&finding, Verdict::NoData, "being rolled out");
}
