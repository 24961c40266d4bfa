//! Lines that cannot prove what they claim.

use super::{Lint, lints};

lints! {
    ROLLBACK_UNPROVED = "GNG026" Warning: "a rollback without verification",
        "Nothing proves that the application works after it.",
        "It is pointed out.",
        "End the rollback with a health check: `curl -f http://localhost:8000/health`.",
        "## Rollback\n\n```bash\ngit checkout \"$PREVIOUS_COMMIT\"\ndocker-compose up -d --build\n```\n"
        => "## Rollback\n\n```bash\ngit checkout \"$PREVIOUS_COMMIT\"\ndocker-compose up -d --build\ncurl -f http://localhost:8000/health\n```\n";
    PHASE_UNPROVED = "GNG027" Note: "a phase without a verification block",
        "Nothing but the boxes themselves proves it.",
        "The boxes count.",
        "Add a block of commands under \"Verification Commands\".",
        "## Phase 1: Cache\n\n- [ ] Started\n\n```bash\ndocker-compose ps redis | grep healthy\n```\n\n## Phase 2: Application\n\n- [ ] Started: `make start`\n"
        => "## Phase 1: Cache\n\n- [ ] Started\n\n```bash\ndocker-compose ps redis | grep healthy\n```\n\n## Phase 2: Application\n\n- [ ] Started: `make start`\n\n```bash\ndocker-compose ps web | grep healthy\n```\n";
    HARD_HOST = "GNG028" Warning: "a hard-coded host",
        "The address belongs to one environment, and perhaps to somebody else.",
        "It is never dialled as written: it is matched with an endpoint of the environment.",
        "Write a parameter such as \"$GONOGO_DB_HOST\".",
        "- [ ] Answers: `psql -h db.corp.internal -d app -c \"SELECT 1\"` returns `1`\n"
        => "- [ ] Answers: `psql -h \"$DB_HOST\" -d app -c \"SELECT 1\"` returns `1`\n";
    HARD_USER = "GNG029" Warning: "a hard-coded user",
        "An account name in a document is of use to an attacker and wrong in the next environment.",
        "The environment's own credentials are used.",
        "Write a parameter such as \"$GONOGO_DB_USER\".",
        "- [ ] Answers: `psql -U jane -d app -c \"SELECT 1\"` returns `1`\n"
        => "- [ ] Answers: `psql -U \"$DB_USER\" -d app -c \"SELECT 1\"` returns `1`\n";
    SECRET = "GNG030" Error: "a secret in the document",
        "Everybody who reads the document has it, and what stands in a command stands in the process list too. Only what nobody invents as an example is reported as an error: tokens of known shapes, private keys, long random values.",
        "It is pointed out, and never becomes part of a plan's probe.",
        "Change it wherever it is in use, then name a secret of the environment: \"$NAME\".",
        "- [ ] Set `JWT_SECRET=f3Zq81LmX0pVb7NyKd42`\n"
        => "- [ ] Set `JWT_SECRET=<a new random value>`\n";
    INTERACTIVE = "GNG031" Warning: "a command that needs a terminal",
        "Editors, pagers, shells, `-it`, logins in a browser and questions such as \"Continue? [Y/n]\" wait for somebody who is not there.",
        "It has no terminal and ends at its deadline.",
        "Use the form that neither asks nor pages: `psql -c`, `apt-get install -y`, `git commit -m`, `terraform apply plan.out`.",
        "- [ ] Counted: `psql -d app`\n"
        => "- [ ] Counted: `psql -d app -tAc \"SELECT count(*) FROM users\"` returns at least 1\n";
    ALWAYS_TRUE = "GNG032" Warning: "a failure that is hidden",
        "`|| true`, `; true`, `|| exit 0` and `|| echo failed` make every outcome a success.",
        "The output is judged where the words say what must hold; the exit code proves nothing.",
        "Take it off, or fail after the message: `|| { echo failed; exit 1; }`.",
        "- [ ] Migrated: `npm run migrate || true`\n"
        => "- [ ] Migrated: `npm run migrate`\n";
    DESTRUCTIVE = "GNG033" Warning: "a command that destroys",
        "What it removes, drops, resets or overwrites cannot be brought back.",
        "It is an action that asks before it runs.",
        "Name exactly what is removed, and have a backup checked before it.",
        "- [ ] Emptied: `rm -rf uploads`\n"
        => "- [ ] Moved away: `mv uploads uploads.old`\n";
    OLD_LOGS = "GNG034" Note: "logs from before the deployment",
        "`logs` prints everything since the container was made, so that an old error fails the line and an old success passes it.",
        "A log of Compose is read since the deployment, or since the container's start; any other is read whole.",
        "Limit it with `--since`.",
        "- [ ] Clean: `docker-compose logs web | grep -i error` is empty\n"
        => "- [ ] Clean: `docker-compose logs --since 10m web | grep -i error` is empty\n";
    NO_SOURCE = "GNG035" Note: "a number without a source",
        "The line names a threshold and not where the number comes from.",
        "It is somebody's word.",
        "Name the command or the metric that gives the number.",
        "- [ ] Error rate < 1%\n"
        => "- [ ] Error rate < 1% <!-- gonogo: prometheus query \"sum(rate(errors_total[5m]))\" <0.01 -->\n";
    CONTRADICTION = "GNG036" Note: "a threshold that is stated twice, or two ways",
        "Two lines ask the same of one number, or not the same.",
        "Each line is settled by itself.",
        "State it once, or say how the two differ.",
        "- [ ] Response time < 200ms\n- [ ] Response time < 500ms\n"
        => "- [ ] Response time of search < 200ms\n- [ ] Response time of checkout < 500ms\n";
    NO_ROLLBACK = "GNG037" Note: "no rollback section",
        "When the deployment fails nobody knows the way back.",
        "It is pointed out.",
        "Add a section \"Rollback\" with the commands.",
        "## Phase 1: Deploy\n\n- [ ] Released\n"
        => "## Phase 1: Deploy\n\n- [ ] Released\n\n## Rollback\n\n- [ ] The previous release runs again\n";
    SUDO = "GNG038" Note: "`sudo`",
        "`sudo` can ask for a password, and nobody is there to type it.",
        "It runs as written, without a terminal.",
        "Run Gonogo as the account that may do it, or allow this command without a password.",
        "- [ ] Reloaded: `sudo systemctl reload nginx`\n"
        => "- [ ] Reloaded: `systemctl reload nginx`\n";
    LATEST = "GNG039" Note: "an image without a fixed version",
        "`latest` is another image tomorrow, so that a rollback does not bring the old one back.",
        "It runs as written.",
        "Name the version or the digest.",
        "- [ ] Pulled: `docker pull registry.internal/app:latest`\n"
        => "- [ ] Pulled: `docker pull registry.internal/app:1.4.2`\n";
    UNJUDGED = "GNG040" Note: "a command whose outcome says nothing",
        "It exits 0 whatever the state is, or prints several numbers, so that a green tick would be a lie.",
        "It is not run; the line is somebody's word.",
        "Say what must come out: \"returns `X`\", \"is empty\", or filter the one number that counts.",
        "- [ ] Deployed: `echo \"deployment ok\"`\n"
        => "- [ ] Deployed: `cat VERSION` returns `1.4.2`\n";
}
