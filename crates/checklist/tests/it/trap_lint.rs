//! What each lint is reported for, and what it must not be reported for.

use crate::support::codes;
use rstest::rstest;

/// Lines that are reported, then lines that are not. A line is the command of a box, or a whole line with `- [ ]`.
#[track_caller]
fn reported(code: &str, yes: &[&str], no: &[&str]) {
    let found = |line: &str| {
        let text = if line.contains('\n') || line.starts_with("- [ ]") {
            line.to_owned()
        } else {
            format!("- [ ] Run: `{line}`\n")
        };
        codes(&text).iter().any(|found| found == code)
    };
    let missed: Vec<&&str> = yes.iter().filter(|line| !found(line)).collect();
    let wrong: Vec<&&str> = no.iter().filter(|line| found(line)).collect();
    assert!(
        missed.is_empty() && wrong.is_empty(),
        "{code}: missed {missed:#?}, wrong {wrong:#?}"
    );
}

#[test]
fn a_pipe_that_hides_a_failure_is_a_warning() {
    reported(
        "GNG043",
        &[
            "npm test | tee test.log",
            "pg_dump app | gzip > app_$(date +%s).sql.gz",
            "docker build . 2>&1 | tail -20",
            "terraform apply plan.out | head",
            "## Rollback\n\n```bash\n./rollback.sh | tee rollback.log\ncurl -f http://localhost/health\n```\n",
        ],
        &[
            "npm test",
            "set -o pipefail; npm test | tee test.log",
            "docker ps | grep web",
            "echo hello | tee file.txt",
            "cat a.sql | psql app",
            "ps aux | head",
            "- [ ] Errors: `journalctl -u web | grep -i error | wc -l` returns 0",
            "pg_dump app | psql other",
        ],
    );
}

#[test]
fn a_failure_that_is_hidden_is_a_warning() {
    reported(
        "GNG032",
        &[
            "npm run migrate || true",
            "npm run migrate || :",
            "systemctl restart web; true",
            "systemctl restart web || echo \"not there\"",
            "systemctl restart web && echo ok || echo failed",
            "make deploy || exit 0",
        ],
        &[
            "npm run migrate",
            "systemctl restart web || exit 1",
            "test -f dist/index.html || { echo missing; exit 1; }",
            "grep true config.json",
            "systemctl restart web || systemctl start web",
        ],
    );
}

#[test]
fn a_curl_that_ignores_the_status_is_a_warning() {
    reported(
        "GNG012",
        &[
            "curl http://localhost:8000/health",
            "curl -s http://localhost:8000/health | head -5",
        ],
        &[
            "curl -f http://localhost:8000/health",
            "curl -fsS -X POST http://localhost:8000/deploy",
            "curl -s -o /dev/null -w \"%{http_code}\" http://localhost:8000/health",
            "- [ ] Health: `curl http://localhost:8000/health` returns 200",
            "curl -s http://localhost:8000/health | grep ok",
            "curl --version",
        ],
    );
}

#[test]
fn a_request_of_which_the_answer_is_not_looked_at_is_a_warning() {
    reported(
        "GNG049",
        &[
            "curl -X POST http://localhost:8000/deploy",
            "curl -d @x.json http://localhost:8000/hook | jq .",
        ],
        &[
            "curl -fsS -X POST http://localhost:8000/deploy",
            "curl http://localhost:8000/health",
            "curl -o x.sh --fail http://web/x.sh",
        ],
    );
}

#[test]
fn what_is_no_trap_is_not_reported() {
    reported(
        "GNG035",
        &["- [ ] Error rate < 1%", "- [ ] Response time under 200 ms"],
        &[
            "- [ ] Ubuntu 20.04+",
            "- [ ] Wait for DNS (10 minutes)",
            "- [ ] 2+ team members agree",
        ],
    );
    reported(
        "GNG004",
        &["frobnicate --all"],
        &[
            "npx hardhat run deploy",
            "bash script.sh",
            "ssh web 'systemctl restart x'",
        ],
    );
    reported("GNG040", &["echo ok"], &["cd app", "export A=b"]);
    reported(
        "GNG027",
        &["## Phase 1: a\n\n```bash\ntest -f x\n```\n\n## Phase 2: b\n\n- [ ] Run: `make deploy`\n"],
        &["## Phase 1: a\n\n```bash\ntest -f x\n```\n\n## Phase 2: b\n\n- [ ] The team knows\n"],
    );
    let sudo = codes("- [ ] Run: `sudo systemctl restart a`\n- [ ] Run: `sudo systemctl restart b`\n");
    assert_eq!(sudo.iter().filter(|code| *code == "GNG038").count(), 1);
}

#[rstest]
#[case("tail -f app.log")]
#[case("docker-compose logs -f web")]
#[case("kubectl logs -f deploy/web")]
#[case("journalctl -u web -f")]
#[case("ping db")]
#[case("docker-compose exec backend ping redis")]
#[case("watch kubectl get pods")]
#[case("top")]
#[case("npm run dev")]
#[case("npm start")]
#[case("yarn dev")]
#[case("python manage.py runserver")]
#[case("python3 -m http.server 8000")]
#[case("kubectl port-forward svc/web 8080:80")]
#[case("docker-compose up")]
#[case("docker compose up --build")]
#[case("kubectl get pods -w")]
#[case("docker stats")]
#[case("redis-cli monitor")]
#[case("pm2 logs web")]
#[case("sudo tail -f /var/log/syslog")]
fn an_endless_command_is_a_warning(#[case] command: &str) {
    // `ping db` and `tail -f` stand in inline code that is run.
    let fence = format!("## Phase 1: x\n\n```bash\n{command}\n```\n");
    assert!(
        codes(&fence).contains(&"GNG024".to_owned()),
        "{command}: {:?}",
        codes(&fence)
    );
}

#[rstest]
#[case("tail -n 20 app.log")]
#[case("docker-compose -f prod.yml logs web")]
#[case("ping -c 3 db")]
#[case("timeout 10 tail -f app.log")]
#[case("top -bn1")]
#[case("npm run build")]
#[case("npm run test:dev")]
#[case("docker-compose up -d")]
#[case("docker compose -f a.yml up --detach --build")]
#[case("docker stats --no-stream")]
#[case("redis-cli ping")]
#[case("vmstat 1 5")]
#[case("kubectl apply -f k8s/")]
#[case("pm2 logs --nostream")]
#[case("grep -f patterns.txt app.log")]
#[case("git log")]
fn a_command_that_ends_is_not_endless(#[case] command: &str) {
    let fence = format!("## Phase 1: x\n\n```bash\n{command}\n```\n");
    assert!(!codes(&fence).contains(&"GNG024".to_owned()), "{command}");
}

#[rstest]
#[case("vim .env", true)]
#[case("nano /etc/nginx/nginx.conf", true)]
#[case("crontab -e", true)]
#[case("kubectl edit deploy web", true)]
#[case("git commit", true)]
#[case("git rebase -i HEAD~3", true)]
#[case("ssh deploy@web.internal", true)]
#[case("psql -U app app", true)]
#[case("mysql -u root -p app", true)]
#[case("mysqldump -u root -p app", true)]
#[case("redis-cli", true)]
#[case("docker run -it alpine sh", true)]
#[case("docker exec -it web bash", true)]
#[case("kubectl exec -it web -- sh", true)]
#[case("npm init", true)]
#[case("npm login", true)]
#[case("aws configure", true)]
#[case("gcloud auth login", true)]
#[case("apt-get install nginx", true)]
#[case("sudo apt upgrade", true)]
#[case("terraform apply", true)]
#[case("rails console", true)]
#[case("python manage.py createsuperuser", true)]
#[case("sudo -i", true)]
#[case("git commit -m \"release\"", false)]
#[case("git commit -am \"release\"", false)]
#[case("ssh deploy@web.internal uptime", false)]
#[case("psql -d app -c 'SELECT 1'", false)]
#[case("psql -tAc 'SELECT 1'", false)]
#[case("psql app < dump.sql", false)]
#[case("cat dump.sql | psql app", false)]
#[case("mysql app -e 'SELECT 1'", false)]
#[case("redis-cli -h cache ping", false)]
#[case("docker exec web ls", false)]
#[case("npm init -y", false)]
#[case("aws configure list", false)]
#[case("apt-get install -y nginx", false)]
#[case("sudo apt-get -y install nginx", false)]
#[case("terraform apply plan.out", false)]
#[case("terraform apply -auto-approve", false)]
#[case("python manage.py migrate --noinput", false)]
#[case("ssh -T git@github.com", false)]
#[case("bash deploy.sh", false)]
#[case("crontab -l", false)]
fn a_command_that_waits_for_somebody_is_a_warning(#[case] command: &str, #[case] waits: bool) {
    let fence = format!("## Phase 1: x\n\n```bash\n{command}\n```\n");
    assert_eq!(
        codes(&fence).contains(&"GNG031".to_owned()),
        waits,
        "{command}: {:?}",
        codes(&fence)
    );
}

#[test]
fn a_placeholder_is_a_warning() {
    reported(
        "GNG023",
        &[
            "git checkout <previous-commit>",
            "git checkout [commit-hash]",
            "docker pull registry.internal/app:{{version}}",
            "vercel env add YOUR_API_KEY",
            "cd /path/to/app && git pull",
            "rsync -a dist/ deploy@your-server.com:/srv",
            "curl -f https://your-domain.com/health",
            "curl -f https://api.example.com/health",
            "heroku config:set KEY=xxxx",
        ],
        &[
            "git checkout \"$PREVIOUS\"",
            "docker inspect --format '{{.State.Status}}' web",
            "docker inspect -f '{{json .}}' web",
            "grep -r your_name src",
            "[ -f dist/index.html ]",
            "kubectl get pods -l app=web",
            "ls [a-z]*",
            "curl -f http://localhost:8000/health",
            "grep '[error]' app.log",
        ],
    );
}

#[test]
fn a_secret_is_an_error_and_an_example_is_none() {
    // Shapes of real tokens, put together here so that no scanner takes this file for a leak.
    let github = format!(
        "curl -f -H 'Authorization: Bearer ghp_{}' https://api.internal/",
        "a8Kd02LmQz7XwB4nRt9VcY1eUf6HgJ3sPo5i"
    );
    let amazon = format!("- [ ] Key AKIA{} is set", "Q3Z7LMX2VB9NWK4T");
    let live = format!("- [ ] Set `STRIPE_SECRET_KEY=sk_live_{}`", "9aQ2zLw8XbV4kTnR7mEc");
    let env = "```env\nJWT_SECRET=f3Zq81LmX0pVb7NyKd42\n```\n";
    let yaml = "```yaml\npassword: f3Zq81LmX0pVb7NyKd42\n```\n";
    let key = format!(
        "```\n-----BEGIN RSA {} KEY-----\nMIIEowIBAAKCAQEA7bq3Zt9Xo2LkVd5wQm8PnRs4Uy6Ag1Hc\n```\n",
        "PRIVATE"
    );
    let yes = [
        &github,
        &amazon,
        &live,
        env,
        yaml,
        key.as_str(),
        "mysql -u app -pQ8z3Lw81VkTn27Rm app",
        "psql postgres://app:Q8z3Lw81VkTn27Rm@db.corp.internal/app -c 'SELECT 1'",
        "curl -f -u app:Q8z3Lw81VkTn27Rm http://web/",
        "redis-cli -a Q8z3Lw81VkTn27Rm ping",
    ];
    reported(
        "GNG030",
        &yes,
        &[
            "- [ ] Set `JWT_SECRET=your-secret-key-here-1234567`",
            "- [ ] Set `DATABASE_URL=postgres://user:password@localhost:5432/app`",
            "- [ ] Set `DATABASE_URL=postgresql://postgres:postgres@db:5432/app`",
            "- [ ] Set `AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE`",
            "- [ ] Set `API_KEY=$API_KEY`",
            "- [ ] Set `API_KEY=${{ secrets.API_KEY }}`",
            "- [ ] Set `TOKEN_ADDRESS=0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D`",
            "- [ ] Set `NEXT_PUBLIC_API_KEY=AbC123dEf456GhI789jKl`",
            "- [ ] Set `STRIPE_SECRET_KEY=sk_live_xxxxxxxxxxxxxxxxxxxxxxxx`",
            "- [ ] Set `STRIPE_SECRET_KEY=sk_live_...`",
            "- [ ] Set `SECRET_KEY=<random 32 characters>`",
            "- [ ] Set `SESSION_SECRET=generate-with-openssl-rand-hex-32`",
            "```env\nDB_PASSWORD=changeme\nJWT_SECRET=your_jwt_secret_min_32_chars_1234\nPASSWORD_MIN_LENGTH=12\n# API_KEY=f3Zq81LmX0pVb7NyKd42\n```\n",
            "```yaml\npassword: ${DB_PASSWORD}\nsecretName: web-tls-9f86d081884c7d65\n```\n",
            "- [ ] Commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b is deployed",
            "git checkout 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
            "PGPASSWORD=\"$SECRET\" psql -c 'SELECT 1'",
        ],
    );
}

#[test]
fn something_like_a_password_is_a_warning() {
    reported(
        "GNG044",
        &[
            "- [ ] Set `DB_PASSWORD=hunter2`",
            "redis-cli -a hunter2 ping",
            "```env\nDB_PASSWORD=Tr0ub4dor&3\n```\n",
        ],
        &[
            "- [ ] Set `DB_PASSWORD=password`",
            "- [ ] Set `POSTGRES_PASSWORD=postgres`",
            "- [ ] Set `TOKEN_TTL=3600s1`",
        ],
    );
}

#[test]
fn a_hard_coded_host_or_user_is_a_warning() {
    reported(
        "GNG028",
        &[
            "ssh deploy@web.corp.internal uptime",
            "curl -f http://10.1.2.3/health",
            "psql -h db.corp.internal -c 'SELECT 1'",
        ],
        &[
            "ssh \"$DEPLOY\" uptime",
            "ssh user@host uptime",
            "curl -f http://localhost/health",
            "psql -h db -c 'SELECT 1'",
        ],
    );
    reported(
        "GNG029",
        &["ssh jane@web.corp.internal uptime", "psql -U jane -c 'SELECT 1'"],
        &[
            "ssh \"$DEPLOY\" uptime",
            "ssh user@host uptime",
            "ssh -T git@github.com",
            "psql -U postgres -c 'SELECT 1'",
        ],
    );
}

#[rstest]
#[case("rm -rf uploads", true)]
#[case("psql -c 'DROP TABLE users'", true)]
#[case("psql -c 'TRUNCATE events'", true)]
#[case("psql -c 'DELETE FROM users'", true)]
#[case("git push --force", true)]
#[case("git push -f origin main", true)]
#[case("git reset --hard HEAD~1", true)]
#[case("git clean -fd", true)]
#[case("docker system prune -af", true)]
#[case("docker-compose down -v", true)]
#[case("docker compose -f a.yml down --volumes", true)]
#[case("kubectl delete deploy web", true)]
#[case("helm uninstall web", true)]
#[case("terraform destroy", true)]
#[case("redis-cli FLUSHALL", true)]
#[case("docker-compose exec redis redis-cli FLUSHALL", true)]
#[case("mkfs.ext4 /dev/sdb1", true)]
#[case("dd if=/dev/zero of=/dev/sdb", true)]
#[case("aws s3 rm s3://bucket --recursive", true)]
#[case("aws rds delete-db-instance --db-instance-identifier x", true)]
#[case("npx prisma migrate reset", true)]
#[case("rm -rf node_modules dist", false)]
#[case("rm old.log", false)]
#[case("grep 'DROP TABLE' migrations.sql", false)]
#[case("echo 'DROP TABLE users'", false)]
#[case("psql -c 'DELETE FROM sessions WHERE expired'", false)]
#[case("git push --force-with-lease", false)]
#[case("git push origin main", false)]
#[case("docker-compose down", false)]
#[case("docker image prune -f", false)]
#[case("kubectl delete --help", false)]
#[case("redis-cli DBSIZE", false)]
#[case("kubectl get pods", false)]
#[case("kubectl delete pod web-1", false)]
fn a_command_that_destroys_is_a_warning(#[case] command: &str, #[case] destroys: bool) {
    let fence = format!("## Phase 1: x\n\n```bash\n{command}\n```\n");
    assert_eq!(
        codes(&fence).contains(&"GNG033".to_owned()),
        destroys,
        "{command}: {:?}",
        codes(&fence)
    );
}

#[test]
fn only_what_removes_everything_is_an_error() {
    reported(
        "GNG045",
        &["rm -rf /", "sudo rm -rf /*", "rm -fr ~"],
        &[
            "rm -rf /var/www/app",
            "rm -rf ./",
            "rm -rf \"$RELEASE\"",
            "rm -rf ~/releases/old",
        ],
    );
}

#[test]
fn a_latest_tag_is_a_note() {
    reported(
        "GNG039",
        &[
            "docker pull app:latest",
            "kubectl set image deploy/web web=app:latest",
        ],
        &[
            "docker pull app:1.2",
            "npm install -g npm@latest",
            "docker pull latest-app:1",
        ],
    );
}

#[test]
fn a_backup_of_the_same_day_is_a_warning() {
    reported(
        "GNG018",
        &[
            "pg_dump app > backup.sql",
            "pg_dump app > backup_$(date +%F).sql",
            "tar czf backup-$(date +%Y%m%d).tar.gz data",
        ],
        &[
            "pg_dump app > backup_$(date +%F_%H%M).sql",
            "pg_dump app > backup_$(date +%s).sql",
            "tar czf app.tar.gz dist",
        ],
    );
    reported(
        "GNG019",
        &["cp .env .env.backup"],
        &["cp -n .env .env.backup", "cp .env.backup .env", "cp a b"],
    );
}

#[test]
fn a_setting_that_ends_with_its_command_is_a_warning() {
    let block = |command: &str| format!("## Phase 1: x\n\n```bash\n{command}\n```\n");
    let (yes, no) = (
        [
            "cd app",
            "export NODE_ENV=production",
            "source .venv/bin/activate",
        ]
        .map(block),
        ["cd app && npm test", "npm test"].map(block),
    );
    reported(
        "GNG047",
        &yes.each_ref().map(String::as_str),
        &no.each_ref().map(String::as_str),
    );
}

#[test]
fn a_rate_needs_counters_and_a_restart_a_changed_setting() {
    reported(
        "GNG025",
        &["- [ ] Error rate <1%: `curl http://localhost:8000/metrics | grep errors_total`"],
        &[
            "- [ ] Disk below 80%: `df -h /var`",
            "- [ ] Below 5 MB: `du -sh dist`",
        ],
    );
    reported(
        "GNG021",
        &[
            "docker-compose restart web",
            "## Rollback\n\n```bash\ndocker-compose restart web\n```\n",
        ],
        &[
            "## Troubleshooting\n\n- Restart it: `docker-compose restart web`\n",
            "docker-compose up -d web",
        ],
    );
    let roles = codes("## Sign-off\n\n| Role | Date |\n|---|---|\n| Druid | |\n| Bard | |\n");
    assert_eq!(roles.iter().filter(|code| *code == "GNG041").count(), 1);
}

#[test]
fn a_script_from_the_network_is_a_warning() {
    reported(
        "GNG048",
        &[
            "curl -fsSL https://get.internal/x.sh | sh",
            "wget -qO- https://get.internal/x.sh | sudo bash",
        ],
        &[
            "curl -f https://get.internal/x.sh -o x.sh",
            "cat x.sh | sh",
            "curl -s http://localhost/ | grep bash",
        ],
    );
}

#[test]
fn an_improvement_without_a_baseline_is_a_note() {
    reported(
        "GNG046",
        &["- [ ] Response time improved by 40%", "- [ ] Pages are 2x faster"],
        &[
            "- [ ] Baseline recorded\n- [ ] Response time improved by 40%\n",
            "- [ ] Response time below 200 ms",
            "- [ ] Performance improvements merged",
        ],
    );
}

#[test]
fn a_way_back_that_is_missing_or_unproved_is_reported() {
    reported(
        "GNG037",
        &["## Phase 1: Deploy\n\n- [ ] Released\n"],
        &[
            "## Phase 1: Deploy\n\n- [ ] Released\n- [ ] Rollback plan is written down\n",
            "## Phase 1: Deploy\n\n- [ ] Released\n\n## Rollback\n\n1. Deploy the old one\n",
        ],
    );
    reported(
        "GNG026",
        &["## Rollback\n\n```bash\nkubectl rollout undo deploy/web\n```\n"],
        &[
            "## Rollback\n\n```bash\nkubectl rollout undo deploy/web\n```\n\n- [ ] Health is confirmed\n",
            "## Rollback\n\n- [ ] Deploy the old release\n",
            "## Rollback\n\n```sql\n-- indexes are safe to keep\n```\n\n```bash\n# nothing to do\n```\n",
        ],
    );
}
