"""Everything about the service that a broken state could change, as one JSON object on standard output.

Runs in the operator's root: status.py WORK_DIRECTORY [BROKEN...]. Each part is asked on its own, at once with the others
and with a deadline; one that does not answer says why under "unanswered".
"""

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

WORK = Path(sys.argv[1])
PROJECT = "label=com.docker.compose.project=conversations"


def run(*command: str, seconds: int = 8) -> str:
    done = subprocess.run(command, cwd=WORK, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError((done.stderr or done.stdout).strip()[:200])
    return done.stdout


def get(url: str) -> tuple[int, str]:
    try:
        with urlopen(url, timeout=3) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def containers() -> dict:
    ids = run("docker", "ps", "--all", "--quiet", "--filter", PROJECT).split()
    found = {}
    for one in json.loads(run("docker", "inspect", *ids)) if ids else []:
        state = one["State"]
        found[one["Config"]["Labels"]["com.docker.compose.service"]] = {
            # Restarting and running alternate in a crash loop: the number of restarts tells it from a service that runs.
            "state": "crash loop" if one["RestartCount"] > 1 else state["Status"],
            "exit": state["ExitCode"],
            "image": one["Image"][7:19],
            "command": " ".join(one["Config"]["Cmd"] or []),
            "environment": sorted(one["Config"]["Env"]),
            "mounts": sorted(f"{mount['Destination']} {mount.get('Name') or mount['Source']}" for mount in one["Mounts"]),
        }
    return found


def logs() -> dict:
    ids = run("docker", "ps", "--all", "--quiet", "--filter", PROJECT, "--filter", "label=com.docker.compose.service=backend")
    done = subprocess.run(["docker", "logs", *ids.split()], capture_output=True, text=True, timeout=8)
    lines = (done.stdout + done.stderr).splitlines()
    return {"errors": any("error" in line.lower() for line in lines), "slow": any("SLOW QUERY" in line for line in lines)}


def redis() -> dict:
    def ask(*words: str) -> str:
        return run("timeout", "3", "redis-cli", "-e", "-h", "127.0.0.1", *words)

    ask("PING")
    settings = ask("CONFIG", "GET", "maxmemory", "appendonly", "maxmemory-policy", "requirepass", "min-replicas-to-write")
    words = settings.split("\n")
    evicted = next(line for line in ask("INFO", "stats").splitlines() if line.startswith("evicted_keys:"))
    return dict(zip(words[::2], words[1::2])) | {"evicted": evicted != "evicted_keys:0"}


def database() -> dict:
    return json.loads(
        run(
            "psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command",
            """SELECT json_build_object(
              'extensions', (SELECT json_agg(extname ORDER BY extname) FROM pg_extension),
              'migrations', (SELECT json_agg(version ORDER BY version) FROM schema_migrations),
              'indexes', (SELECT json_object_agg(c.relname, i.indisvalid ORDER BY c.relname)
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace),
              'analyzed', (SELECT json_agg(relname ORDER BY relname) FROM pg_stat_user_tables WHERE last_analyze IS NOT NULL),
              'rows', (SELECT count(*) FROM messages))""",
        )
    )


def health() -> dict:
    code, body = get("http://127.0.0.1:8000/health")
    return {"code": code, "body": json.loads(body) if body.startswith("{") else body}


def metrics() -> dict:
    code, body = get("http://127.0.0.1:8000/metrics")
    samples = [line.split("{")[0].split(" ")[0] for line in body.splitlines() if not line.startswith("#")]
    return {"code": code, "cache_hits": "cache_hits_total" in samples}


def prometheus() -> dict:
    targets = json.loads(get("http://127.0.0.1:9090/api/v1/targets")[1])["data"]["activeTargets"]
    return {target["labels"]["job"]: target["health"] for target in targets}


def files() -> dict:
    def hashed(name: str) -> str | None:
        path = WORK / name
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else None

    backups = {path.name: hashed(path.name) for path in sorted(WORK.glob("backup_*.sql"))}
    return {".env": hashed(".env"), ".env.backup": hashed(".env.backup"), "backups": backups}


def git() -> dict:
    head, tree = run("git", "rev-parse", "HEAD").strip(), run("git", "status", "--porcelain=v1", "--ignored")
    tags = run("git", "tag", "--points-at", "HEAD").split()
    return {"head": head, "tags": tags, "tree": tree.splitlines()}


def ports() -> dict:
    listening = run("lsof", "-nP", "-iTCP:5432,6379,8000,9090", "-sTCP:LISTEN", "-Fcn").splitlines()
    found, name = {}, ""
    for line in listening:
        if line.startswith("c"):
            name = line[1:]
        elif line.startswith("n"):
            found[line.rsplit(":", 1)[1]] = name
    return found


PARTS = (containers, logs, redis, database, health, metrics, prometheus, files, git, ports)
with ThreadPoolExecutor(len(PARTS)) as pool:
    asked = {part.__name__: pool.submit(part) for part in PARTS}
answers, unanswered = {}, {}
for name, answer in asked.items():
    try:
        answers[name] = answer.result()
    except Exception as why:  # Whatever it is, the other parts are still worth knowing.
        answers[name] = None
        unanswered[name] = str(why)[:200]
print(json.dumps(answers | {"broken": sys.argv[2:], "unanswered": unanswered}, indent=2, sort_keys=True))
