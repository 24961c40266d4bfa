"""The reference checklist for pytest-testinfra, as somebody who knows it well would write it: its own modules wherever there
is one, each page, log and inspection fetched once, the shortest command for the rest. The questions are those of goss.yaml.
"""

import json
import re

import pytest

COMPOSE_SERVICES = ("backend", "postgres", "prometheus", "redis")


def page(host, url):
    return host.check_output("curl --silent --fail %s", url)


@pytest.fixture(scope="module")
def metrics(host):
    return page(host, "http://localhost:8000/metrics")


@pytest.fixture(scope="module")
def backend_log(host):
    done = host.run("docker logs conversations-backend-1 2>&1")
    assert done.rc == 0
    return done.stdout


@pytest.fixture(scope="module")
def environment_file(host):
    return host.file(".env").content_string.splitlines()


@pytest.fixture(scope="module")
def redis_info(host):
    lines = host.check_output("redis-cli INFO").splitlines()
    return dict(line.strip().split(":", 1) for line in lines if ":" in line)


def sql(host, query):
    return host.check_output("psql -d postgres -Atc %s", query)


def test_docker(host):
    version = re.search(r"version (\d+)\.(\d+)", host.check_output("docker --version"))
    assert (int(version[1]), int(version[2])) >= (20, 10)


def test_docker_compose(host):
    assert host.run("docker-compose version").succeeded


def test_python(host):
    version = re.search(r"(\d+)\.(\d+)", host.check_output("python3 --version"))
    assert (int(version[1]), int(version[2])) >= (3, 12)


def test_memory(host):
    available = re.search(r"MemAvailable: +(\d+) kB", host.file("/proc/meminfo").content_string)
    assert int(available[1]) >= 1024 * 1024


def test_backup(host):
    assert "database dump complete" in host.check_output("tail -n 5 backup_*.sql")


def test_committed(host):
    assert host.check_output("git status --porcelain") == ""


@pytest.mark.parametrize(
    "path",
    [
        "config/redis/redis.conf",
        "config/prometheus/prometheus.yml",
        ".env.backup",
        "src/db/migrations/performance_optimization.py",
        "src/infrastructure/redis_cache.py",
        "src/middleware/cache_middleware.py",
        "src/middleware/performance_middleware.py",
        "src/integrations/fastapi_redis_integration.py",
        "tests/test_performance_optimization.py",
    ],
)
def test_file(host, path):
    assert host.file(path).is_file


def test_redis_configuration_directory(host):
    assert host.file("config/redis").is_directory


def test_compose_file_has_redis(host):
    assert host.file("docker-compose.yml").contains("^  redis:")


@pytest.mark.parametrize(
    "line",
    [
        "REDIS_HOST=redis",
        "REDIS_PORT=6379",
        "REDIS_DB=0",
        "REDIS_MAX_CONNECTIONS=50",
        "CACHE_ENABLED=true",
        "CACHE_TTL_SECONDS=3600",
        "DB_POOL_SIZE=20",
        "DB_MAX_OVERFLOW=10",
    ],
)
def test_environment_file(environment_file, line):
    assert line in environment_file


@pytest.mark.parametrize("port", [6379, 8000, 9090])
def test_port_is_reachable(host, port):
    assert host.addr("localhost").port(port).is_reachable


def test_port_3001_is_free(host):
    assert not host.addr("localhost").port(3001).is_reachable


@pytest.mark.parametrize("service", COMPOSE_SERVICES)
def test_container_runs(host, service):
    assert host.docker(f"conversations-{service}-1").is_running


def test_redis_answers(host):
    assert host.check_output("redis-cli ping") == "PONG"


def test_redis_memory_limit(host):
    assert "536870912" in host.check_output("redis-cli CONFIG GET maxmemory")


def test_redis_persistence(host):
    assert host.check_output("redis-cli CONFIG GET appendonly").endswith("yes")


def test_redis_version(redis_info):
    assert redis_info["redis_version"]


def test_redis_memory(redis_info):
    assert int(redis_info["used_memory"]) < 512 * 1024 * 1024


def test_redis_evictions(redis_info):
    assert redis_info["evicted_keys"] == "0"


def test_database_answers(host):
    assert sql(host, "SELECT 1") == "1"


def test_postgres_and_pgvector(host):
    server = "SELECT current_setting('server_version_num')::int >= 150000 AND EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')"
    assert sql(host, server) == "t"


def test_indexes_of_the_migration(host):
    valid = "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname LIKE 'idx\\_%' AND i.indisvalid"
    assert int(sql(host, valid)) >= 10


def test_migration_recorded(host):
    recorded = "SELECT count(*) FROM schema_migrations WHERE version LIKE '%performance_optimization'"
    assert sql(host, recorded) == "1"


def test_tables_analyzed(host):
    analyzed = (
        "SELECT bool_and(last_analyze IS NOT NULL) FROM pg_stat_user_tables "
        "WHERE relname IN ('users', 'conversations', 'participants', 'messages')"
    )
    assert sql(host, analyzed) == "t"


def test_backend_has_the_variables(host):
    assert "REDIS_HOST=redis" in host.docker("conversations-backend-1").inspect()["Config"]["Env"]


@pytest.mark.within_container
def test_redis_package(host):
    backend = host.get_host("docker://conversations-backend-1")
    assert backend.check_output('python -c "import redis; print(redis.__version__)"')


def test_backend_log_has_no_errors(backend_log):
    assert "error" not in backend_log.lower()


@pytest.mark.parametrize("text", ["Redis cache initialized", "Cache warmup complete"])
def test_backend_log_has(backend_log, text):
    assert text in backend_log


def test_no_slow_queries(backend_log):
    assert "SLOW QUERY" not in backend_log


def test_no_pool_exhaustion(backend_log):
    assert not [line for line in backend_log.splitlines() if "pool" in line and "exhaust" in line]


def test_no_error_logs(host):
    assert "error" not in host.check_output("docker-compose logs --no-color").lower()


def test_health(host):
    assert json.loads(page(host, "http://localhost:8000/health"))["status"] == "ok"


def test_api(host):
    assert page(host, "http://localhost:8000/api/conversations")


@pytest.mark.parametrize("name", ["cache_hits", "http_request_duration_seconds"])
def test_metric(metrics, name):
    assert name in metrics


def test_prometheus_is_healthy(host):
    assert page(host, "http://localhost:9090/-/healthy")


def test_prometheus_targets(host):
    targets = json.loads(page(host, "http://localhost:9090/api/v1/targets"))["data"]["activeTargets"]
    assert {target["health"] for target in targets} == {"up"}
