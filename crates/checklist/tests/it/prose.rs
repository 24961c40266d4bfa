//! What words without a command become: a probe where something can be read, else somebody's word.

use crate::support::{settled as read, work};
use checklist::compile;
use domain::plan::Work;
use rstest::rstest;

#[rstest]
#[case(
    "Visit https://app.example.com/login",
    "GET https://app.example.com/login: status 2xx"
)]
#[case(
    "https://app.example.com returns 200",
    "GET https://app.example.com: status 200"
)]
#[case("GET `/api/users` → returns 401", "GET /api/users: status 401")]
#[case(
    "`GET /api/users` returns `{\"ok\": true}`",
    "GET /api/users: status 2xx, must be JSON with /ok = true"
)]
#[case(
    "Health check path `/api/health` returns `200 OK`",
    "GET /api/health: status 200"
)]
#[case(
    "Health endpoint at /health responds within 500 ms",
    "GET /health: status 2xx, within 500 ms"
)]
#[case("Route `/health` testée", "GET /health: status 2xx")]
#[case(
    "`/`, `/login` and `/about` return 200",
    "GET /: status 200; GET /login: status 200; GET /about: status 200"
)]
#[case("`/docs` shows `Swagger`", "GET /docs: status 2xx, must contain \"Swagger\"")]
#[case("`POST /api/login` returns 200", "a person")]
#[case("POST https://app.example.com/api returns 201", "a person")]
#[case("Verify `DELETE /api/users/1` returns 204", "a person")]
#[case("Log in at https://app.example.com and create a user", "a person")]
#[case("`/metrics` of Prometheus and Loki `/ready` answer", "a person")]
#[case("See https://docs.example.com for details", "a person")]
fn addresses_are_asked_by_get(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}

#[rstest]
#[case(
    "HTTPS is enforced",
    "GET the environment's web endpoint by plain http: redirects to https"
)]
#[case(
    "HTTP redirects to HTTPS",
    "GET the environment's web endpoint by plain http: redirects to https"
)]
#[case(
    "http://app.example.com redirects to https://app.example.com",
    "GET http://app.example.com by plain http: redirects to https"
)]
#[case(
    "SSL certificate valid",
    "certificate of the environment's web endpoint: trusted, for its name, not expired"
)]
#[case(
    "SSL certificate of `app.example.com` does not expire within 30 days",
    "certificate of app.example.com: trusted, for its name, valid for 30 days yet"
)]
#[case(
    "Certificat SSL valide (expire dans plus de 14 days)",
    "certificate of the environment's web endpoint: trusted, for its name, valid for 14 days yet"
)]
#[case("Code signing certificate is valid", "a person")]
#[case("SSL certificate renewed", "a person")]
#[case("DNS resolves", "the name of the environment's web endpoint resolves")]
#[case(
    "DNS records point to 192.0.2.10",
    "the name of the environment's web endpoint resolves to 192.0.2.10"
)]
#[case(
    "DNS: `app.example.com` points to `lb.example.net`",
    "app.example.com resolves to lb.example.net"
)]
#[case("DNS points to the new load balancer", "a person")]
#[case("DNS TTL lowered", "a person")]
fn sites_are_looked_at(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}

#[rstest]
#[case("`render.yaml` is in the repository root", "file render.yaml: exists")]
#[case(
    "`a.py`, `b.py` and `c.py` exist",
    "file a.py: exists; file b.py: exists; file c.py: exists"
)]
#[case("`.gitignore` excludes `.env`", "file .gitignore: must contain \".env\"")]
#[case("`.env` is in `.gitignore`", "file .gitignore: must contain \".env\"")]
#[case("`.dev.vars` is git-ignored", "file .gitignore: must contain \".dev.vars\"")]
#[case(
    "`uploads/` directory is writable",
    "file uploads/: is a directory, can be written by the user that Gonogo runs as"
)]
#[case(
    "`package.json` version bumped to 1.2.3",
    "file package.json: must be JSON with /version = \"1.2.3\""
)]
#[case(
    "Version in `Cargo.toml` is 2.0.1",
    "file Cargo.toml: must contain \"version = \\\"2.0.1\\\"\""
)]
#[case("`old.conf` is removed", "file old.conf: does not exist")]
#[case("`dist/` 目录已创建", "file dist/: is a directory")]
#[case("`console.log` removed", "a person")]
#[case("TODO and debug code removed", "a person")]
#[case(
    "`.env` not committed to git",
    "git: no file that holds secrets by its name, no private key, no token of a known shape"
)]
fn files_are_looked_at(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}

#[rstest]
#[case("Set `NODE_ENV=production`", "NODE_ENV in .env is production")]
#[case("`NODE_ENV` is set to `production`", "NODE_ENV in .env is production")]
#[case("`PORT` = `10000`", "PORT in .env is 10000")]
#[case("NODE_ENV set to production", "NODE_ENV in .env is production")]
#[case("`NODE_ENV` à `production`", "NODE_ENV in .env is production")]
#[case(
    "`A_KEY` and `B_KEY` are set in `.env`",
    "A_KEY in .env is set; B_KEY in .env is set"
)]
#[case("Set `NODE1_HOST=actual-hostname-or-ip`", "NODE1_HOST in .env is set")]
#[case("`STRIPE_KEY=sk_live_xxx`", "STRIPE_KEY in .env is set")]
#[case("Set `NODE_ENV=production` in the Vercel dashboard", "a person")]
#[case("`DATABASE_URL` is set", "a person")]
#[case("NODE_ENV is set", "a person")]
fn settings_are_read(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}

#[rstest]
#[case("On the `main` branch", "git: on branch main")]
#[case("Current branch: `release/1.0`", "git: on branch release/1.0")]
#[case("You are on the main branch", "git: on branch main")]
#[case("`develop` branch is merged", "a person")]
#[case("Create branch `hotfix`", "a person")]
#[case(
    "CHANGELOG.md updated",
    "git: CHANGELOG.md changed since the last tag before HEAD"
)]
#[case(
    "Update `docs/CHANGELOG.md` entry",
    "git: docs/CHANGELOG.md changed since the last tag before HEAD"
)]
#[case("No uncommitted changes", "git: nothing uncommitted")]
fn the_work_tree_is_read(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}

#[rstest]
#[case("Node 18+", "Node.js is 18 or newer")]
#[case("Node.js >= 20", "Node.js is 20 or newer")]
#[case("Node.js version 18 or higher", "Node.js is 18 or newer")]
#[case("Helm v3.x installed", "Helm is 3 or newer")]
#[case("npm and Terraform installed", "npm answers; Terraform answers")]
#[case("AWS CLI installed", "AWS CLI answers")]
#[case("Nginx installed", "nginx answers")]
#[case("Redis 7+", "a person")]
#[case("npm packages installed", "a person")]
#[case(
    "Ports 80 and 443 available",
    "port 80 is free or held by a service of this environment; port 443 is free or held by a service of this environment"
)]
#[case("Service is listening on port 8000", "something listens on port 8000")]
#[case("Firewall: port 443 open", "a person")]
#[case(
    "At least 10 GB free disk",
    "10 GB free on the file system of the work directory"
)]
#[case(
    "10GB+ of disk space available",
    "10 GB free on the file system of the work directory"
)]
fn the_machine_is_read(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}

#[rstest]
#[case("Stakeholders notified")]
#[case("Logs show no errors")]
#[case("Rollback plan documented")]
#[case("All team members have access")]
#[case("API works as expected")]
#[case("Backup tested on staging")]
#[case("Load test with 100 concurrent users")]
fn what_nothing_can_read_stays_somebodys_word(#[case] line: &str) {
    assert_eq!(work(line), Work::Attestation, "{line}");
}

#[test]
fn settings_below_a_heading_of_a_platform_are_kept_there() {
    let work = |heading: &str| {
        let text = format!("# Go live\n\n## Phase 1: {heading}\n\n- [ ] `NODE_ENV` = `production`\n");
        compile(text.as_bytes())
            .plan
            .items()
            .next()
            .expect("an item")
            .work
            .clone()
    };
    assert_eq!(work("Environment variables on Render"), Work::Attestation);
    assert!(matches!(work("Environment variables"), Work::Probe { .. }));
}

#[rstest]
#[case("Space: `df -h /` at least 10GB free", "10 GB free on the file system of /")]
#[case("`terraform --version`", "Terraform answers")]
#[case(
    "Up: `kubectl get pods | grep web`",
    "Kubernetes: there are pods with \"web\" in their names, and all are ready"
)]
#[case("CLIs installed: `gcloud`, `bq`, `jq`", "a person")]
#[case("Security headers present: curl -I https://app.example.com", "a person")]
fn halves_are_no_proofs(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}

#[rstest]
#[case("`systemctl is-active web` prints `active`", "the systemd unit web is active")]
#[case(
    "`cat a b | wc -l` returns 214",
    "run `cat a b`: lines counted, its number must be = 214"
)]
#[case(
    "`curl -s localhost:1/h | jq -r .status` is green",
    "GET http://localhost:1/h: status 2xx, the value at /status of the JSON, must be \"green\""
)]
#[case(
    "`curl -s localhost:1/v | jq -r .version` should be 4.2.0",
    "GET http://localhost:1/v: status 2xx, the value at /version of the JSON, must be \"4.2.0\""
)]
#[case(
    "`curl -s localhost:1/v | jq -r .version` (6.1.0)",
    "GET http://localhost:1/v: status 2xx, the value at /version of the JSON, must be \"6.1.0\""
)]
#[case(
    "Redis is running: `systemctl status redis`",
    "the systemd unit redis is active"
)]
#[case(
    "Sem erros: `cat a.log | grep -i error` vazio",
    "run `cat a.log`: lines with \"error\" in any case, must be empty"
)]
#[case(
    "All run: `systemctl is-active a b`",
    "run `systemctl is-active a b`: must not contain \"inactive\", must not contain \"failed\", must not contain \"activating\", must not contain \"unknown\""
)]
#[case("The difference was read by two people: `diff a b`", "a person")]
#[case(
    "`printenv SITE_URL` returns `https://x.example.com`",
    "run `printenv SITE_URL`: must be \"https://x.example.com\""
)]
fn one_value_is_compared_whole(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}
