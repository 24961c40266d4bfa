//! Clouds and infrastructure as code.

use super::tool::{Tool, guarded, tool};

const AWS: &str = "--region= --profile= --output= --query= --endpoint-url= --color= --no-cli-pager --no-paginate --debug --no-sign-request";
const GCLOUD: &str = "--project= --region= --zone= --account= --format= --configuration= --quiet -q";

/// Tools of clouds. `aws`, `gcloud` and `az` have a grammar of their own beside.
#[rustfmt::skip] // a row is a tool
pub const TOOLS: &[Tool] = &[
    guarded(
        "terraform|tofu|terragrunt",
        "-chdir= -no-color",
        &[
            "validate|show|output|version|graph", "providers !", "fmt +-check", "state list|show", "workspace list|show",
            "plan +-lock=false", "-version|-v !", "providers schema",
        ],
        "-out --out -generate-config-out --terragrunt-source-update",
    ),
    tool("pulumi", "--cwd= -C= -s= --stack= --non-interactive", &["whoami|about|version", "stack ls|output|history", "stack .", "plugin ls", "config !"]),
    tool("cdk|cdktf", "", &["doctor !", "acknowledge|notices !"]),
    tool("serverless|sls", "--stage= -s= --region= -r= --config= -c=", &["info", "deploy list", "logs"]),
    tool("sam", "", &["validate", "list", "logs"]),
    tool("copilot", "", &["app ls|show", "svc ls|show|status|logs", "env ls|show", "job ls", "version"]),
    tool("eb", "", &["status|health|list|events", "printenv !"]),
    tool("packer", "", &["validate|inspect|version", "fmt +-check"]),
    guarded("ansible", "-i= -l= --limit= -u= --user= -v -o", &["_ -m ping !", "-m ping _ !"], "-a --args -b --become --vault-password-file"),
    guarded("ansible-playbook", "-i= -l= --limit=", &["+--syntax-check", "+--list-hosts", "+--list-tasks", "+--list-tags"], "-e --extra-vars --vault-password-file -i --inventory"),
    tool("ansible-galaxy", "", &["collection|role list", "list"]),
    tool("ansible-doc|ansible-lint", "", &["--list|-l|--version !"]),
    tool("ansible-vault|ansible-pull|ansible-console|ansible-inventory", "", &[]),
    tool("vault", "-address= -namespace=", &["status|version|list|path-help", "secrets|auth|audit|policy list", "policy read", "kv list|get", "kv metadata get", "token lookup", "operator raft list-peers", "operator members", "lease lookup"]),
    tool("consul", "", &["members|info|version|monitor|validate", "kv get", "catalog datacenters|nodes|services", "operator raft list-peers", "intention list|get|check", "acl token list", "config list|read"]),
    tool("nomad", "-address= -namespace= -region=", &["status|version", "job status|history|inspect|validate|deployments|allocs", "node status", "alloc status|logs", "server members", "deployment list|status", "eval status|list", "volume status", "namespace list|status", "var list", "operator raft list-peers", "agent-info"]),
    tool("doctl", "-t= --access-token= --context=", &[
        "account get", "apps list|get|list-deployments|get-deployment|logs|list-regions", "compute droplet|volume|domain|firewall|load-balancer|certificate|image|region|size|ssh-key|snapshot|reserved-ip list|get",
        "databases list|get", "databases backups|db|user|firewalls list", "kubernetes cluster list|get", "kubernetes options regions|sizes|versions", "registry get", "registry repository list-tags|list|list-v2", "auth list", "projects list|get", "version", "monitoring alert list|get", "balance get",
    ]),
    tool("hcloud", "", &["server|network|volume|firewall|load-balancer|image|ssh-key|certificate list|describe", "context list|active", "version"]),
    tool("linode-cli|linode", "", &["linodes|domains|volumes|nodebalancers|databases list|view"]),
    tool("ibmcloud", "", &["target !", "regions|resource groups|apps"]),
    tool("oci|aliyun|scw|openstack|exo|civo|vultr-cli", "", &[]),
    tool("gsutil", "-m -q", &["ls|du|stat|version|hash"]),
    tool("bq", "--project_id= --format= -q", &["ls|show|version", "head"]),
    tool("azcopy", "", &["list", "jobs list|show", "--version"]),
    tool("mc|s3cmd|rclone", "--config= -q", &["ls|du|lsd|lsf|lsl|info|size|lsjson|stat"]),
    tool("aws-vault|saml2aws|swa|azd|amplify|chalice|zappa|cfn-lint|sst|claudia|apex|samlocal|awslocal|terraform-docs|infracost|chef|chef-client|puppet|salt|knife|vagrant|kitchen", "", &[]),
];

/// What `aws`, `gcloud` and `az` do.
pub fn effect(name: &str, words: &[&str]) -> Option<super::Effect> {
    let tool = match name {
        "aws" => tool("aws", AWS, &[]),
        "gcloud" => guarded("gcloud", GCLOUD, &[], "--flags-file"),
        "az" => tool("az", "-o= --output= -g= --resource-group= --subscription=", &[]),
        _ => return None,
    };
    let reads = match name {
        "aws" => aws(&tool, words),
        "gcloud" => {
            nouns_then_verb(&tool, words, GCLOUD_NOUNS, GCLOUD_VERBS)
                || words == ["info"]
                || words == ["version"]
        }
        _ => nouns_then_verb(&tool, words, AZ_NOUNS, AZ_VERBS) || words == ["version"],
    };
    Some(match tool.refused(name, words) {
        None if reads => super::Effect::Reads,
        Some(effect) => effect,
        None => tool.effect(name, words),
    })
}

/// `get-…` of these services prints; that of others can write a file or print a secret.
#[rustfmt::skip] // a row is a service
const AWS_GET: &[(&str, &[&str])] = &[
    ("sts", &["get-caller-identity"]),
    ("lambda", &["get-function", "get-function-configuration", "get-policy", "get-alias", "get-account-settings", "get-function-concurrency", "get-event-source-mapping"]),
    ("cloudwatch", &["get-metric-statistics", "get-metric-data", "get-dashboard"]),
    ("cloudfront", &["get-distribution", "get-distribution-config", "get-invalidation"]),
    ("route53", &["get-health-check", "get-health-check-status", "get-hosted-zone", "get-change"]),
    ("codepipeline", &["get-pipeline", "get-pipeline-state", "get-pipeline-execution"]),
    ("codedeploy", &["get-deployment", "get-application", "get-deployment-group"]),
    ("codebuild", &["batch-get-builds", "batch-get-projects"]),
    ("s3api", &["get-bucket-location", "get-bucket-versioning", "get-bucket-policy", "get-bucket-encryption", "get-bucket-website", "get-bucket-cors", "get-bucket-logging", "get-bucket-lifecycle-configuration", "get-public-access-block", "get-bucket-tagging", "get-bucket-acl", "head-bucket", "head-object"]),
    ("iam", &["get-role", "get-role-policy", "get-policy", "get-policy-version", "get-user", "get-account-summary", "get-group"]),
    ("logs", &["get-log-events", "get-query-results", "filter-log-events", "tail"]),
    ("acm", &["get-certificate"]),
    ("cloudformation", &["get-template", "get-template-summary", "validate-template"]),
    ("apigateway", &["get-rest-apis", "get-rest-api", "get-stages", "get-stage", "get-resources", "get-deployments", "get-domain-names"]),
    ("apigatewayv2", &["get-apis", "get-api", "get-stages", "get-routes", "get-domain-names"]),
    ("sqs", &["get-queue-attributes", "get-queue-url"]),
    ("sns", &["get-topic-attributes"]),
    ("events", &["test-event-pattern"]),
    ("ce", &["get-cost-and-usage"]),
    ("ec2", &["get-console-output"]),
    ("ecr", &["get-lifecycle-policy", "get-repository-policy"]),
    ("wafv2", &["get-web-acl"]),
    ("amplify", &["get-app", "get-branch", "get-job", "get-domain-association"]),
    ("dynamodb", &["get-item"]),
    ("backup", &["get-backup-plan"]),
    ("ses", &["get-send-quota", "get-send-statistics", "get-identity-verification-attributes"]),
    ("sesv2", &["get-account", "get-email-identity"]),
    ("elbv2", &[]),
];

fn aws(tool: &Tool, words: &[&str]) -> bool {
    let Some(rest) = tool.after(words) else {
        return false;
    };
    let service = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    match rest {
        ["s3", "ls", ..] | ["configure", "list" | "list-profiles"] => true,
        ["s3" | "configure" | "s3control", ..] => false,
        [name, "wait", ..] => service(name),
        [name, verb, ..] => {
            let listed = (verb.starts_with("describe-") || verb.starts_with("list-")) && service(name);
            listed
                || AWS_GET
                    .iter()
                    .any(|(known, verbs)| known == name && verbs.contains(verb))
        }
        _ => false,
    }
}

/// Known groups in a row, then a verb that reads: `run services list`. A word that is no known group could be a verb that
/// changes and takes the reading word as its operand.
fn nouns_then_verb(tool: &Tool, words: &[&str], nouns: &[&str], verbs: &[&str]) -> bool {
    let mut rest = words;
    let mut groups = 0;
    loop {
        rest = match tool.after(rest) {
            Some(rest) => rest,
            None => return false,
        };
        match rest.split_first() {
            Some((first, _)) if groups > 0 && verbs.contains(first) => return true,
            Some((first, after)) if nouns.contains(first) => rest = after,
            Some(_) | None => return false,
        }
        groups += 1;
    }
}

#[rustfmt::skip] // names in rows
const GCLOUD_VERBS: &[&str] = &[
    "list", "describe", "get-iam-policy", "get-value", "get-health", "read", "list-tags",
    "get-server-config", "get-ancestors-iam-policy",
];
#[rustfmt::skip] // names in rows
const GCLOUD_NOUNS: &[&str] = &[
    "run", "services", "revisions", "jobs", "executions", "compute", "instances", "zones", "regions",
    "addresses", "firewall-rules", "networks", "subnets", "disks", "snapshots", "images", "container",
    "clusters", "node-pools", "sql", "databases", "backups", "users", "operations", "app", "versions",
    "functions", "projects", "iam", "service-accounts", "roles", "keys", "logging", "logs", "sinks",
    "monitoring", "dashboards", "policies", "pubsub", "topics", "subscriptions", "secrets", "storage",
    "buckets", "builds", "triggers", "dns", "managed-zones", "record-sets", "redis", "config",
    "configurations", "auth", "artifacts", "repositories", "packages", "docker", "scheduler", "tasks",
    "queues", "firestore", "indexes", "composite", "beta", "alpha", "domain-mappings", "ssl-certificates",
    "forwarding-rules", "backend-services", "url-maps", "health-checks", "target-https-proxies",
    "instance-groups", "managed", "vpc-access", "connectors", "certificate-manager", "billing",
    "accounts", "kms", "keyrings", "workflows", "eventarc", "components", "hosting", "organizations",
    "security-policies", "routers", "workload-identity-pools",
];
#[rustfmt::skip] // names in rows
const AZ_VERBS: &[&str] = &[
    "list", "show", "get-instance-view", "list-runtimes", "list-locations", "show-tags", "tail",
    "get-versions", "check-health", "list-usage",
];
#[rustfmt::skip] // names in rows
const AZ_NOUNS: &[&str] = &[
    "webapp", "config", "appsettings", "hostname", "ssl", "log", "deployment", "slot", "group", "account",
    "aks", "nodepool", "acr", "repository", "containerapp", "revision", "ingress", "env", "functionapp",
    "function", "vm", "vmss", "disk", "network", "vnet", "subnet", "nsg", "rule", "public-ip", "dns",
    "record-set", "zone", "a", "lb", "application-gateway", "front-door", "postgres", "flexible-server",
    "server", "db", "firewall-rule", "sql", "mysql", "redis", "storage", "container", "blob", "keyvault",
    "secret", "certificate", "monitor", "metrics", "alert", "activity-log", "app-insights", "component",
    "appservice", "plan", "staticwebapp", "cdn", "afd", "endpoint", "profile", "cosmosdb", "role",
    "assignment", "definition", "ad", "sp", "app", "resource", "identity", "provider", "extension",
    "cloud", "pipelines", "runs", "deployments", "backup", "vault", "item", "servicebus", "eventhubs",
    "namespace", "queue", "topic", "apim", "logs",
];
