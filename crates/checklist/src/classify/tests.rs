use super::*;
use rstest::rstest;

fn effect_of(command: &str) -> Effect {
    text(command, 0)
}

#[rstest]
#[case("docker-compose ps redis | grep \"Up\"")]
#[case("docker-compose exec -T redis redis-cli CONFIG GET maxmemory")]
#[case("docker compose logs backend | grep -i error")]
#[case("docker exec -u app web sh -c 'cat /etc/hostname'")]
#[case("curl -sf -o /dev/null -w '%{http_code}' http://localhost/health")]
#[case("psql -h \"$HOST\" -U app -d app -c \"SELECT count(*) FROM users\"")]
#[case("psql -c '\\di'")]
#[case("python -c \"import redis; print(redis.__version__)\"")]
#[case("kubectl get pods -n prod")]
#[case("kubectl rollout status deployment/web")]
#[case("git status --porcelain && git log -1")]
#[case("sed -n '1,5p' file")]
#[case("test -f a || exit 1")]
#[case("grep x f > /dev/null 2>&1")]
#[case("PGPASSWORD=\"$SECRET\" psql -c 'SELECT 1'")]
#[case("timeout 5 curl http://x/")]
#[case("[ -f .env ] && echo there")]
#[case("awk '{print $1}' f")]
#[case("systemctl is-active nginx")]
#[case("nginx -t")]
#[case("node --version")]
#[case("date +%Y%m%d")]
fn known_to_read(#[case] command: &str) {
    assert_eq!(effect_of(command), Effect::Reads, "{command}");
}

#[rstest]
#[case("curl -X POST http://x")]
#[case("curl -d a=b http://x")]
#[case("curl -sSo file http://x")]
#[case("curl $OPTIONS http://x")]
#[case("redis-cli CONFIG SET maxmemory 1")]
#[case("redis-cli FLUSHALL")]
#[case("docker-compose up -d redis")]
#[case("docker-compose exec -T web rm -rf /data")]
#[case("docker exec web sh -c 'cat x; rm y'")]
#[case("kubectl apply -f x")]
#[case("kubectl exec pod -- rm x")]
#[case("git checkout main")]
#[case("git branch -D main")]
#[case("git -c core.pager=evil log")]
#[case("sed -i s/a/b/ f")]
#[case("sed 's/a/b/e' f")]
#[case("awk 'BEGIN{system(\"rm x\")}'")]
#[case("find . -delete")]
#[case("cat a > b")]
#[case("echo $(rm x)")]
#[case("echo \"`rm x`\"")]
#[case("ls; rm x")]
#[case("ls && rm x")]
#[case("ls | xargs rm")]
#[case("env FOO=1 rm x")]
#[case("bash -c 'ls'")]
#[case("LD_PRELOAD=x ls")]
#[case("python -m src.db.migrate apply")]
#[case("python -c \"import os; os.remove('x')\"")]
#[case("psql -c \"SELECT pg_terminate_backend(1)\"")]
#[case("psql -c \"SELECT 1; DROP TABLE x\"")]
#[case("psql -c \"WITH x AS (DELETE FROM y RETURNING 1) SELECT * FROM x\"")]
#[case("psql -c '\\! rm x'")]
#[case("psql -f x.sql")]
#[case("$TOOL x")]
#[case("unknown-tool status")]
#[case("sort -o f f")]
#[case("tar xf a.tar")]
#[case("sudo systemctl restart nginx")]
#[case("wget http://x/file")]
#[case("pytest tests")]
#[case("sleep 5 &")]
#[case("cat <(rm x)")]
#[case("cat <<EOF\n$(rm x)\nEOF")]
#[case("f() { rm x; }; f")]
#[case("aws s3 cp a b")]
#[case("terraform apply")]
#[case("npm run build")]
fn not_known_to_read(#[case] command: &str) {
    assert_ne!(effect_of(command), Effect::Reads, "{command}");
}

#[test]
fn programs_of_the_tables_are_known_by_name() {
    assert!(known("curl") && known("terraform") && known("sudo") && known("cat"));
    assert!(!known("Check") && !known("redis") && !known("schema_migrations"));
}
