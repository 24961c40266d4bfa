"""The pool of connections, and the only way to run a query."""

import asyncio
import logging
from time import perf_counter

import asyncpg

from src.settings import Settings

log = logging.getLogger("conversations.database")
# A database that starts beside the service needs a moment; one that needs longer is worth an alarm.
PATIENCE_SECONDS = 5


class Database:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pool: asyncpg.Pool | None = None

    async def connect(self) -> None:
        start = perf_counter()
        while self.pool is None:
            try:
                self.pool = await asyncpg.create_pool(self.settings.database_url, min_size=1, max_size=5, timeout=2)
            except (OSError, asyncpg.PostgresError, asyncio.TimeoutError) as why:
                if perf_counter() - start >= PATIENCE_SECONDS:
                    log.error("the database does not answer: %r", why)
                await asyncio.sleep(0.25)
        log.info("database pool ready")

    async def close(self) -> None:
        if self.pool is not None:
            await self.pool.close()

    async def fetch(self, query: str, *arguments) -> list[asyncpg.Record]:
        return await self.pool.fetch(query, *arguments)

    async def answers(self) -> bool:
        try:
            await self.pool.fetchval("SELECT 1", timeout=2)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncio.TimeoutError):
            return False
        return True
