//! What a command prints is kept as evidence: one that may print a secret does not run by itself, and says so.

use checklist::compile;
use domain::plan::{Item, Work};
use domain::probe::ProbeSpec;
use rstest::rstest;

/// The first item of a line and the codes that it gets.
fn read(line: &str) -> (Item, Vec<String>) {
    let compiled = compile(format!("## Phase 1: x\n\n- [ ] {line}\n").as_bytes());
    let item = compiled.plan.items().next().expect("an item").clone();
    let codes = compiled.diagnostics.into_iter().map(|found| found.code).collect();
    (item, codes)
}

fn shell(item: &Item) -> bool {
    matches!(&item.work, Work::Probe { spec } if spec.leaves().iter().any(|leaf| matches!(leaf, ProbeSpec::Shell(_))))
}

#[rstest]
#[case("docker compose config")]
#[case("docker-compose -f prod.yml config")]
#[case("docker inspect web")]
#[case("docker history --no-trunc web")]
#[case("docker top web eww")]
#[case("kubectl describe pod web")]
#[case("kubectl -n prod describe deploy/web")]
#[case("kubectl get pods -o yaml")]
#[case("kubectl get cm web -ojson")]
#[case("kubectl get secret x -o jsonpath='{.data.password}'")]
#[case("kubectl get deploy web -o jsonpath='{.spec.template.spec.containers[0].env}'")]
#[case("kubectl get deploy web -o jsonpath='{.spec}'")]
#[case("kubectl get cm x -o custom-columns=X:data.password")]
#[case("kubectl get cm x -o go-template='{{.data}}'")]
#[case("kubectl get --raw /api/v1/namespaces/x/pods")]
#[case("kubectl rollout history deploy/web --revision=2")]
#[case("kubectl config view")]
#[case("helm get values web")]
#[case("helm template ./chart")]
#[case("helm upgrade web ./chart --dry-run")]
#[case("git config --list")]
#[case("git config -l")]
#[case("git config remote.origin.url")]
#[case("git remote -v")]
#[case("git remote get-url origin")]
#[case("git show HEAD:.env")]
#[case("cat .env | head -3")]
#[case("cat < .env")]
#[case("cat app/.env.production | sort")]
#[case("cat .e*")]
#[case("cat ~/.ssh/id_rsa")]
#[case("head -5 .env")]
#[case("sed -n 1,5p .env")]
#[case("awk '{print}' .env")]
#[case("base64 /run/secrets/db")]
#[case("docker exec web cat /run/secrets/db")]
#[case("tr x y < /proc/self/environ")]
#[case("find . -name .env | xargs cat")]
#[case("find . | xargs grep -h ''")]
#[case("echo \"$DB_PASSWORD\" | rev")]
#[case("file -f .env")]
#[case("jq -n env")]
#[case("jq -n '$ENV.X'")]
#[case("yq -n 'strenv(X)'")]
#[case("awk 'BEGIN{for(k in ENVIRON) print ENVIRON[k]}'")]
#[case("xargs echo < .env")]
#[case("echo \"$(< .env)\"")]
#[case("grep -rn PASSWORD .")]
#[case("grep -rh . /etc")]
#[case("grep x ~/.ssh/config")]
#[case("rg --hidden SECRET")]
#[case("ps auxe")]
#[case("ps eww")]
#[case("printenv")]
#[case("env")]
#[case("systemctl show web")]
#[case("systemctl cat web")]
#[case("nginx -T")]
#[case("php -i")]
#[case("heroku config")]
#[case("netlify env:list")]
#[case("supabase status")]
#[case("aws secretsmanager get-secret-value --secret-id x")]
#[case("aws lambda get-function-configuration --function-name x")]
#[case("aws ecs describe-task-definition --task-definition x")]
#[case("gcloud secrets versions access latest --secret x")]
#[case("gcloud run services describe web")]
#[case("az webapp config appsettings list")]
#[case("airflow connections list")]
#[case("consul kv get x")]
#[case("etcdctl get /x")]
#[case("kind get kubeconfig")]
#[case("redis-cli CONFIG GET requirepass")]
#[case("redis-cli CONFIG GET '*'")]
#[case("redis-cli ACL LIST")]
#[case("psql -tAc \"SELECT rolpassword FROM pg_authid\"")]
#[case("pg_dump app")]
#[case("mysqldump app")]
#[case("vercel env pull")]
fn what_may_print_a_secret_never_runs_by_itself(#[case] command: &str) {
    for line in [
        format!("Look: ``{command}``"),
        format!("``{command}`` shows `data`"),
        format!("No errors: ``{command}``"),
        format!("``{command}`` <!-- gonogo: probe -->"),
        format!("``{command}`` <!-- gonogo: expect contains=x -->"),
    ] {
        let (item, _) = read(&line);
        assert!(!matches!(item.work, Work::Probe { .. }), "{line}: {}", item.why);
    }
}

#[rstest]
#[case("docker compose config --quiet")]
#[case("docker compose config --services")]
#[case("docker inspect web --format '{{.State.Health.Status}}'")]
#[case("kubectl get pods")]
#[case("kubectl get pods -o wide")]
#[case("kubectl get deploy web -o jsonpath='{.status.readyReplicas}'")]
#[case("kubectl get deploy web -o jsonpath='{.spec.template.spec.containers[0].image}'")]
#[case("kubectl get nodes -o yaml")]
#[case("kubectl describe node x")]
#[case("kubectl get --raw /readyz")]
#[case("git config user.name")]
#[case("grep -c API_KEY .env")]
#[case("grep -q API_KEY .env")]
#[case("grep CACHE_ENABLED= .env")]
#[case("wc -l .env")]
#[case("stat .env")]
#[case("sha256sum .env")]
#[case("cat .env.example | head -3")]
#[case("cat *.log")]
#[case("jq .env x.json")]
#[case("grep -rl PASSWORD .")]
#[case("grep -rn console.log src")]
#[case("test -n \"$DB_PASSWORD\"")]
#[case("ps aux")]
#[case("ps -eo pid,cmd")]
#[case("ps -C node")]
#[case("systemctl show web -p ActiveState")]
#[case("nginx -t")]
#[case("printenv SITE_URL")]
#[case("aws lambda get-function-configuration --function-name x --query State")]
#[case("pg_dump -s app")]
#[case("redis-cli DBSIZE")]
fn what_prints_none_still_runs(#[case] command: &str) {
    let (item, codes) = read(&format!("``{command}`` shows `1`"));
    assert!(matches!(item.work, Work::Probe { .. }), "{command}: {}", item.why);
    assert!(!codes.contains(&"GNG050".to_owned()), "{command}");
}

#[test]
fn the_lint_names_the_reason_and_nothing_else_is_said_of_the_outcome() {
    let (item, codes) = read("Valid: `docker compose config`");
    assert_eq!(item.work, Work::Attestation);
    assert_eq!(codes, ["GNG037", "GNG050"].map(str::to_owned));
    let (_, codes) = read("Found: `whois x`");
    assert!(
        codes.contains(&"GNG051".to_owned()) && !codes.contains(&"GNG040".to_owned()),
        "{codes:?}"
    );
}

#[test]
fn a_setting_that_a_native_probe_reads_stays_one() {
    let (item, _) = read("`CACHE_ENABLED=true` in `.env`");
    assert!(
        matches!(
            item.work,
            Work::Probe {
                spec: ProbeSpec::EnvLine { .. }
            }
        ),
        "{}",
        item.why
    );
    for line in [
        "`grep PASSWORD .env`",
        "`grep = .env`",
        "`grep = .env` shows `data`",
    ] {
        let (item, _) = read(line);
        assert!(!shell(&item), "{line}: {}", item.why);
    }
}
