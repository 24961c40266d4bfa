"""The pool of connections, and the only way to run a query. Each query is timed and counted for its request."""

import asyncio
import logging
from collections import Counter
from contextvars import ContextVar
from time import perf_counter

import asyncpg

from src import metrics
from src.settings import Settings

log = logging.getLogger("conversations.database")
# A database that starts beside the service needs a moment; one that needs longer is worth an alarm.
PATIENCE_SECONDS = 5
SLOW_QUERY_SECONDS = 0.1
ACQUIRE_SECONDS = 2

# The queries of the present request, by their text; set by the performance middleware.
queries: ContextVar[Counter | None] = ContextVar("queries", default=None)


class Database:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pool: asyncpg.Pool | None = None

    async def connect(self) -> None:
        most = self.settings.db_pool_size + self.settings.db_max_overflow
        start = perf_counter()
        while self.pool is None:
            try:
                self.pool = await asyncpg.create_pool(self.settings.database_url, min_size=1, max_size=most, timeout=2)
            except (OSError, asyncpg.PostgresError, asyncio.TimeoutError) as why:
                if perf_counter() - start >= PATIENCE_SECONDS:
                    log.error("the database does not answer: %r", why)
                await asyncio.sleep(0.25)
        log.info("database pool ready, at most %d connections", most)

    async def close(self) -> None:
        if self.pool is not None:
            await self.pool.close()

    async def fetch(self, query: str, *arguments) -> list[asyncpg.Record]:
        counted = queries.get()
        if counted is not None:
            counted[query] += 1
        try:
            connection = await self.pool.acquire(timeout=ACQUIRE_SECONDS)
        except asyncio.TimeoutError:
            log.error("connection pool exhausted: %d in use", self.pool.get_size())
            raise
        try:
            start = perf_counter()
            rows = await connection.fetch(query, *arguments)
            taken = perf_counter() - start
        finally:
            await self.pool.release(connection)
        if taken > SLOW_QUERY_SECONDS:
            metrics.slow_queries.inc()
            log.warning("SLOW QUERY %.0f ms: %s", taken * 1000, " ".join(query.split()))
        return rows

    async def answers(self) -> bool:
        try:
            await self.pool.fetchval("SELECT 1", timeout=2)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncio.TimeoutError):
            return False
        return True

    def observe(self) -> None:
        """Puts the pool's state into the metrics."""
        idle, size = self.pool.get_idle_size(), self.pool.get_size()
        metrics.pool_connections.labels(state="idle").set(idle)
        metrics.pool_connections.labels(state="used").set(size - idle)
