//! Lines that say something else than they do.

use super::{Lint, lints};

lints! {
    UNITS = "GNG010" Note: "a size that is answered in another unit",
        "`CONFIG GET maxmemory` answers 536870912, never 512mb: compared as text it always fails.",
        "Both are read as bytes and compared as numbers.",
        "Nothing needs to change.",
        "- [ ] Limit: `redis-cli CONFIG GET maxmemory` returns `512mb`\n"
        => "- [ ] Policy: `redis-cli CONFIG GET maxmemory-policy` returns `allkeys-lru`\n";
    NO_TERMINAL = "GNG011" Note: "`exec` that asks for a terminal",
        "`docker-compose exec` fails from a server with \"the input device is not a TTY\".",
        "Where Gonogo can it asks natively; otherwise the command runs with `-T`, without a terminal.",
        "Write `docker-compose exec -T …`.",
        "- [ ] Answers: `docker-compose exec redis redis-cli ping`\n"
        => "- [ ] Answers: `docker-compose exec -T redis redis-cli ping`\n";
    STATUS_IGNORED = "GNG012" Note: "a command that exits 0 whatever the answer is",
        "`curl` exits 0 on HTTP 500, and `CONFIG GET` on any value.",
        "The status or the value is judged: 2xx unless the words say otherwise.",
        "Say what must come back: \"returns 200\", \"returns `yes`\".",
        "- [ ] Health: `curl http://localhost:8000/health`\n"
        => "- [ ] Health: `curl http://localhost:8000/health` returns 200\n";
    EMPTY_IS_GOOD = "GNG013" Note: "`grep` that should find nothing",
        "`grep` exits 1 when it finds nothing, so that a clean log looks like a failure, and a source that fails looks clean.",
        "Nothing found passes; a source that fails is an error.",
        "Say \"is empty\" beside the command.",
        "- [ ] Clean log: `docker-compose logs web | grep -i error` is empty\n"
        => "- [ ] Started: `docker-compose logs web | grep \"listening on 8000\"`\n";
    LOOSE_PATTERN = "GNG014" Warning: "a pattern that matches too much",
        "`grep Up` also matches \"Up (unhealthy)\", `grep pool` any line with that word, `grep cache_hits` the comment lines of the metrics.",
        "Unhealthy and restarting containers and comment lines do not count; a bare word is still searched as written.",
        "Search for the exact message or metric.",
        "- [ ] Runs: `docker-compose ps web | grep Up`\n"
        => "- [ ] Runs: `docker-compose ps web | grep healthy`\n";
    PORT = "GNG015" Note: "a port that should be available",
        "Once the service runs, its port is in use: the line turns red because the deployment worked.",
        "Free passes, and so does a port that a service of this environment holds; anybody else on it fails.",
        "Nothing needs to change.",
        "- [ ] Port 8000 available\n"
        => "- [ ] Healthy: `curl http://localhost:8000/health` returns 200\n";
    SHARED_VERSION = "GNG016" Note: "one version for Docker and Docker Compose",
        "Compose is numbered 1.29 or 2.x and never reaches 20.10.",
        "The Engine is compared with the version; Compose must answer.",
        "Name a version for each.",
        "- [ ] Docker and Docker Compose installed (20.10+)\n"
        => "- [ ] Docker installed (20.10+)\n";
    OLD_CONTAINER = "GNG017" Warning: "a look into a container that a later phase rebuilds",
        "The container still runs the old image here, so that the line says nothing about what is being deployed.",
        "It is read as it stands; read it again after the rebuild.",
        "Move the line behind the rebuild, or repeat it there.",
        "## Phase 1: Look\n\n- [ ] Setting: `docker-compose exec -T web env | grep CACHE`\n\n## Phase 2: Build\n\n- [ ] Built: `docker-compose build web`\n"
        => "## Phase 1: Build\n\n- [ ] Built: `docker-compose build web`\n\n## Phase 2: Look\n\n- [ ] Setting: `docker-compose exec -T web env | grep CACHE`\n";
    SAME_DAY = "GNG018" Warning: "a backup that can overwrite itself or be empty",
        "A second run on the same day replaces the good backup, and the shell makes an empty file even when the dump fails.",
        "The command runs with `noclobber` and `pipefail`: it refuses to overwrite.",
        "Put the time into the name, and check the file: \"`backup.dump` is at most 24 hours old and larger than 0 bytes\".",
        "- [ ] Backup: `pg_dump app > backup_$(date +%Y%m%d).sql`\n"
        => "- [ ] Backup: `pg_dump app > backup_$(date +%Y%m%d_%H%M%S).sql`\n";
    LOST_COPY = "GNG019" Warning: "a second copy destroys the good one",
        "`cp .env .env.backup` run twice replaces the original by the changed file.",
        "The command refuses where the target exists.",
        "Write `cp -n`, or a name with the time in it.",
        "- [ ] Copy: `cp .env .env.backup`\n"
        => "- [ ] Copy: `cp -n .env .env.backup`\n";
    SHELL_ONLY = "GNG020" Warning: "an assignment that changes nothing",
        "`NAME=value` in a shell block sets a variable of that shell, which ends with it; the `.env` file stays as it is.",
        "It is shown as a step for a person and never run as an edit.",
        "Say \"set `NAME=value` in `.env`\".",
        "## Rollback\n\n```bash\nCACHE_ENABLED=false\ncurl -f http://localhost/health\n```\n"
        => "- [ ] Set `CACHE_ENABLED=false` in `.env`\n";
    RESTART = "GNG021" Warning: "`restart` does not apply a changed `.env`",
        "`docker-compose restart` starts the same container with the environment that it was made with.",
        "It is shown as written; the container's environment must be read afterwards.",
        "Write `docker-compose up -d --force-recreate SERVICE`.",
        "- [ ] New settings: `docker-compose restart web`\n"
        => "- [ ] New settings: `docker-compose up -d --force-recreate web`\n";
    STOP_FIRST = "GNG022" Warning: "a rollback that stops a service before nothing needs it",
        "Between stopping the service and restoring the configuration, the application runs into errors.",
        "The order is kept as written.",
        "Restore the configuration and restart first, then stop the service.",
        "## Rollback\n\n```bash\ndocker-compose stop redis\ncp .env.backup .env\ndocker-compose up -d web\ncurl -f http://localhost:8000/health\n```\n"
        => "## Rollback\n\n```bash\ncp .env.backup .env\ndocker-compose up -d web\ndocker-compose stop redis\ncurl -f http://localhost:8000/health\n```\n";
    PLACEHOLDER = "GNG023" Warning: "a placeholder",
        "Run literally, the shell takes `<name>` for a redirection, `/path/to/app` exists nowhere, and an example address belongs to somebody else.",
        "`<name>` becomes a quoted variable of the environment, and the step cannot run before it has a value. Other forms stay as they are.",
        "Write a variable, \"$NAME\", and give it a value in the environment's parameters.",
        "- [ ] Back: `git checkout <previous-commit>`\n"
        => "- [ ] Back: `git checkout \"$PREVIOUS_COMMIT\"`\n";
    ENDLESS = "GNG024" Warning: "a command that never ends",
        "`ping`, `tail -f`, `logs -f`, `watch`, a development server, `docker-compose up` without `-d` and `kubectl port-forward` run until somebody stops them: nothing behind them ever runs.",
        "`ping` sends three packets and logs are not followed where Gonogo only reads; anything else ends at its deadline, as a failure.",
        "Write `ping -c 3`, logs without `-f`, `up -d`; start a server as a service and probe its address.",
        "- [ ] Reached: `ping redis`\n"
        => "- [ ] Reached: `ping -c 3 redis`\n";
    COUNTERS = "GNG025" Warning: "a rate from counters",
        "Counters count since the start, so that one look at them is no rate; 0 of 0 is no data.",
        "Hits among hits and misses are judged by what is counted between two looks, a minute or more apart; the first is no data. Any other rate stays somebody's word.",
        "Say from which counters the rate follows.",
        "- [ ] Cache hit rate >60%: `curl http://localhost:8000/metrics | grep cache_hits`\n"
        => "- [ ] Hits are counted: `curl http://localhost:8000/metrics | grep cache_hits` shows `cache_hits_total`\n";
}
