"""Times every request, counts its queries and finds those that are repeated for each row of another."""

import logging
import re
from collections import Counter
from time import perf_counter

from starlette.datastructures import MutableHeaders

from src import metrics
from src.db.database import queries

log = logging.getLogger("conversations.performance")
REPEATED = 5
KNOWN = ("/api/", "/health", "/metrics")


def path_label(path: str) -> str:
    """A path without its numbers; what the service does not know is one label, so that labels stay few."""
    return re.sub(r"/\d+", "/{id}", path) if path.startswith(KNOWN) and len(path) < 80 else "other"


class PerformanceMiddleware:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        counted: Counter = Counter()
        token = queries.set(counted)
        status = 500
        start = perf_counter()

        async def watch(message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-DB-Queries"] = str(counted.total())
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            queries.reset(token)
            path = path_label(scope["path"])
            taken = perf_counter() - start
            metrics.request_seconds.labels(method=scope["method"], path=path, status=str(status)).observe(taken)
            metrics.queries_per_request.labels(path=path).observe(counted.total())
            query, times = counted.most_common(1)[0] if counted else ("", 0)
            if times >= REPEATED:
                metrics.n_plus_one.inc()
                log.warning("N+1 QUERY, %d times in one request: %s", times, " ".join(query.split()))
