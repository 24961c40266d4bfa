"""Every metric of the service, by the name that Prometheus knows."""

from prometheus_client import Counter, Gauge, Histogram

FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
REQUEST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5)

# A counter with labels has no sample before its first event: only its HELP and TYPE lines are there.
cache_hits = Counter("cache_hits_total", "Answers found in the cache", ["cache"])
cache_misses = Counter("cache_misses_total", "Answers not found in the cache", ["cache"])
cache_errors = Counter("cache_errors_total", "Times that Redis did not answer", ["cache"])
cache_seconds = Histogram("cache_operation_duration_seconds", "Time of one Redis operation", ["operation"], buckets=FAST)
request_seconds = Histogram(
    "http_request_duration_seconds", "Time of one request", ["method", "path", "status"], buckets=REQUEST
)
queries_per_request = Histogram(
    "db_queries_per_request", "Queries of one request", ["path"], buckets=(0, 1, 2, 5, 10, 20, 50, 100)
)
n_plus_one = Counter("n_plus_one_detected_total", "Requests that repeated one query many times")
slow_queries = Counter("slow_queries_total", "Queries that took longer than the limit")
pool_connections = Gauge("db_pool_connections", "Connections of the pool", ["state"])
