//! What stands around Kubernetes: releases, manifests, meshes, delivery.

use super::tool::{Tool, guarded, tool};

const HELM: &str = "-n= --namespace= --kube-context= --kubeconfig= --debug --install -i --atomic --wait -A --all-namespaces --reuse-values";

/// Tools of a cluster.
#[rustfmt::skip] // a row is a tool
pub const TOOLS: &[Tool] = &[
    guarded(
        "helm",
        HELM,
        &[
            "list|ls|status|history|hist|get|template|lint|show|inspect|version|search|env|verify",
            "repo|plugin|dependency|dep list", "diff upgrade|rollback|revision|release",
            "upgrade|install|uninstall|rollback +--dry-run|--dry-run=client|--dry-run=server",
        ],
        "--output-dir --post-renderer --post-renderer-args",
    ),
    guarded("helmfile", "-f= --file= -e= --environment= -l= --selector= -n=", &["list|lint|diff|status|template|build"], "--output-dir --output-dir-template --args --helm-binary -b"),
    guarded("kustomize", "", &["build|version|cfg"], "-o --output --enable-exec --enable-helm --helm-command --enable-alpha-plugins --network"),
    guarded("argocd", "--server= --auth-token= --grpc-web --insecure --core --plaintext", &[
        "version", "app get|list|diff|history|manifests|logs|resources|wait", "appset|cluster|repo|proj|cert list|get", "account get-user-info|list|can-i", "context !", "proj role list|get",
    ], "--refresh --hard-refresh"),
    tool("argo", "-n= --namespace=", &["list|get|logs|lint|version", "cron|template|cluster-template list|get"]),
    tool("flux", "-n= --namespace= --context= --kubeconfig=", &["get|check|version|logs|events|stats|tree|trace|diff|export"]),
    tool("istioctl", "-n= --namespace= -i= --istioNamespace= --context= --kubeconfig=", &["version|analyze|proxy-status|ps|proxy-config|pc|validate|verify-install|describe", "x|experimental precheck|describe", "experimental|x version"]),
    tool("linkerd", "-n= --namespace=", &["check|version|viz|diagnostics"]),
    guarded("eksctl", "--region= --profile=", &["get|version|info", "utils describe-stacks|describe-addon-versions"], "--write-kubeconfig"),
    tool("kops", "--name= --state=", &["get|validate|version"]),
    tool("minikube|kind|k3d", "-p=", &["status|version|ip|profile list", "get clusters|nodes|kubeconfig", "cluster|node list", "addons list"]),
    tool("k3s", "", &["check-config|--version !"]),
    tool("kubectx|kubens", "", &["!", "-c|--current !"]),
    tool("stern|kail|kubetail", "", &["*"]),
    tool("velero", "-n= --namespace=", &["version", "backup|restore|schedule get|describe|logs", "backup-location|snapshot-location get", "get"]),
    tool("etcdctl", "--endpoints= --cacert= --cert= --key= -w=", &["endpoint health|status|hashkv", "get|version", "member|alarm|user|role list", "check perf-list"]),
    guarded("crictl|ctr", "-n= --namespace=", &["ps|pods|images|logs|inspect|inspecti|inspectp|stats|info|version", "images|image|containers|c|tasks|t|snapshots list|ls"], "-o-file"),
    tool("kubeadm", "", &["version", "certs check-expiration", "config images list", "token list", "upgrade plan"]),
    tool("skopeo", "", &["inspect|list-tags|--version"]),
    tool("crane|regctl", "", &["digest|manifest|config|ls|catalog|version", "image|tag|repo digest|manifest|inspect|ls"]),
    tool("oras", "", &["version", "manifest fetch", "repo ls|tags", "discover"]),
    tool("sops|sealed-secrets|kubeseal|k9s|telepresence|kubefwd|draft|okteto|devspace|kompose|kubeone|rke|talosctl|crossplane|knative|openfaas|faas-cli|kubespray|cilium|calicoctl|rancher|virtctl", "", &["version|--version|-v|-V !", "status !"]),
];
