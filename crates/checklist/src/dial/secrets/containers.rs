//! Secrets in what is asked of containers and clusters.

use super::Asked;

/// What container engines print.
pub fn containers(name: &str, words: &[&str], asked: &Asked<'_>) -> bool {
    let compose = matches!(name, "docker-compose" | "podman-compose") || words.first() == Some(&"compose");
    let prints_config = asked.names("config") || asked.names("convert");
    match name {
        "crictl" => asked.has("inspect"),
        "skopeo" => asked.names("inspect"),
        "crane" => asked.names("config"),
        _ if compose => {
            let quiet = [
                "--services",
                "--images",
                "--volumes",
                "--profiles",
                "--quiet",
                "-q",
                "--hash",
            ];
            let named = words.iter().any(|word| {
                let option = word.split('=').next().unwrap_or(word);
                quiet.contains(&option)
            });
            prints_config && !asked.names("exec") && !named
        }
        _ => {
            asked.names("inspect") && !asked.names("exec") && !inspects_state(words)
                || asked.names("history") && words.iter().any(|word| word.starts_with("--no-trunc"))
                || asked.names("top") && asked.operands.len() > 2
        }
    }
}

/// `docker inspect --format` of the state: the whole holds the environment.
fn inspects_state(words: &[&str]) -> bool {
    let kinds = ["network", "volume", "manifest", "node"];
    if words.first().is_some_and(|word| kinds.contains(word)) {
        return true;
    }
    let format = words.iter().enumerate().find_map(|(at, word)| match *word {
        "-f" | "--format" => words.get(at + 1).copied(),
        word => word
            .strip_prefix("--format=")
            .or_else(|| word.strip_prefix("-f=")),
    });
    let known = [
        ".State",
        ".Name",
        ".RestartCount",
        ".Id",
        ".Image",
        ".Created",
        ".RepoDigests",
        ".RepoTags",
        ".Size",
        ".HostConfig.RestartPolicy",
        ".HostConfig.Memory",
        ".NetworkSettings",
        ".Platform",
        ".Config.Image",
        ".Config.User",
    ];
    format
        .is_some_and(|format| fields_are(format, |field| known.iter().any(|known| field.starts_with(known))))
}

/// Whether a template names fields, and each of them is allowed.
fn fields_are(template: &str, allowed: impl Fn(&str) -> bool) -> bool {
    let fields = template
        .split([' ', '{', '}', '(', ')', '|', ','])
        .filter(|field| field.starts_with('.'));
    let mut fields = fields.peekable();
    fields.peek().is_some() && fields.all(allowed)
}

/// Kinds of objects that hold no environment, no file and no key.
#[rustfmt::skip] // names in rows
const PLAIN_KINDS: &[&str] = &[
    "node", "nodes", "no", "service", "services", "svc", "ingress", "ingresses", "ing", "endpoints", "ep", "endpointslices",
    "persistentvolumeclaim", "persistentvolumeclaims", "pvc", "persistentvolume", "persistentvolumes", "pv", "hpa",
    "horizontalpodautoscaler", "horizontalpodautoscalers", "namespace", "namespaces", "ns", "storageclass", "storageclasses", "sc",
    "networkpolicy", "networkpolicies", "netpol", "resourcequota", "resourcequotas", "quota", "limitrange", "limits", "pdb",
    "poddisruptionbudget", "poddisruptionbudgets", "serviceaccount", "serviceaccounts", "sa", "role", "roles", "rolebinding",
    "rolebindings", "clusterrole", "clusterroles", "clusterrolebinding", "clusterrolebindings", "certificate", "certificates",
    "certificaterequest", "certificaterequests", "issuer", "issuers", "clusterissuer", "clusterissuers", "challenge", "challenges",
    "order", "orders", "event", "events", "ev", "crd", "crds", "lease", "leases", "apiservice", "apiservices",
];

/// What `kubectl` prints.
pub fn kubernetes(words: &[&str], asked: &Asked<'_>) -> bool {
    if asked.names("exec") {
        return false;
    }
    if words.iter().any(|word| word.starts_with("--raw")) {
        let path = asked.value("", "--raw").unwrap_or_default();
        return !["/healthz", "/readyz", "/livez", "/version", "/metrics"]
            .iter()
            .any(|known| path.starts_with(known));
    }
    let verb = asked.operands.iter().position(|word| {
        matches!(
            *word,
            "get" | "describe" | "rollout" | "config" | "apply" | "kustomize" | "create"
        )
    });
    let Some(verb) = verb else { return false };
    let rest = &asked.operands[verb + 1..];
    let kinds = rest.first().copied().unwrap_or_default();
    let plain = !kinds.is_empty()
        && kinds.split(',').all(|kind| {
            let kind = kind.split(['/', '.']).next().unwrap_or(kind).to_lowercase();
            PLAIN_KINDS.contains(&kind.as_str())
        });
    match asked.operands[verb] {
        "describe" => !plain,
        "rollout" => kinds == "history" && asked.has("--revision"),
        "config" => kinds == "view",
        "apply" => kinds == "view-last-applied" || shows_objects(asked),
        "kustomize" => true,
        _ => !plain && shows_objects(asked),
    }
}

/// `-o yaml` and its like of what can hold a value: names, states and images alone may be kept.
fn shows_objects(asked: &Asked<'_>) -> bool {
    let Some(format) = asked
        .value("-o", "--output")
        .or_else(|| asked.value("", "--template"))
    else {
        return false;
    };
    let leaves = [
        "image",
        "imageID",
        "name",
        "namespace",
        "replicas",
        "type",
        "port",
        "nodePort",
        "clusterIP",
        "host",
        "schedule",
        "suspend",
        "creationTimestamp",
        "generation",
        "nodeName",
        "restartPolicy",
        "serviceAccountName",
        "kind",
        "apiVersion",
    ];
    let allowed = |field: &str| {
        let field = field.split("[?").next().unwrap_or(field);
        let inner = field
            .trim_start_matches(".items[*]")
            .trim_start_matches(".items[0]");
        let last = inner.rsplit('.').next().unwrap_or(inner);
        let last = last.split('[').next().unwrap_or(last);
        let whole = inner.is_empty() || inner == ".items";
        whole
            || inner.starts_with(".status")
            || inner.starts_with(".metadata.labels")
            || leaves.contains(&last)
    };
    let named = matches!(format, "name" | "wide");
    let path = ["jsonpath", "custom-columns", "go-template"]
        .iter()
        .any(|kind| format.starts_with(kind))
        || format.starts_with('{');
    let odd = ["$", "@}", "..", "['", "[\"", "{.}", "{.items", "index"];
    let loops = format.contains("range") && !format.contains("{.}");
    let odd = odd
        .iter()
        .any(|part| format.contains(part) && !(*part == "{.items" && (loops || format.contains("]."))));
    let relaxed = format.split_once('=').is_some_and(|(kind, rest)| {
        kind.starts_with("custom") && !rest.split(',').all(|column| column.contains(":."))
    });
    !(named || path && !odd && !relaxed && fields_are(&format.replace([':', '=', '"'], " "), allowed))
}

/// What tools around a cluster print.
pub fn cluster(name: &str, asked: &Asked<'_>) -> bool {
    match name {
        "helm" => match asked.operands.first() {
            Some(&"get") => !matches!(asked.operands.get(1), Some(&"notes" | &"hooks")),
            Some(&"env" | &"template") => true,
            Some(&"upgrade" | &"install") => asked.has("--dry-run"),
            _ => false,
        },
        "argocd" => asked.names("manifests"),
        "kubeadm" => asked.names("token"),
        "istioctl" => asked.names("secret"),
        "etcdctl" => asked.names("get"),
        _ => asked.names("kubeconfig"),
    }
}
