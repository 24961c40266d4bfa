"""A cache in Redis. When Redis does not answer, nothing is found and the service goes on without it."""

import logging
from time import monotonic, perf_counter

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from src import metrics
from src.settings import Settings

log = logging.getLogger("conversations.cache")
TIMEOUT_SECONDS = 0.5
# After a failure Redis is left alone for this long, so that a request never waits for it twice.
PAUSE_SECONDS = 1.0


class RedisCache:
    def __init__(self, settings: Settings, name: str = "responses") -> None:
        self.name = name
        self.ttl_seconds = settings.cache_ttl_seconds
        self.paused_until = 0.0
        pool = BlockingConnectionPool(
            host=settings.redis_host,
            port=settings.redis_port,
            db=settings.redis_db,
            max_connections=settings.redis_max_connections,
            timeout=TIMEOUT_SECONDS,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            # One more try: a connection may have died with a restart of Redis.
            retry=Retry(NoBackoff(), 1),
        )
        self.redis = Redis.from_pool(pool)

    async def get(self, key: str) -> bytes | None:
        """What is stored for the key; counts a hit or a miss."""
        found = await self._ask("get", lambda: self.redis.get(self._key(key)))
        (metrics.cache_misses if found is None else metrics.cache_hits).labels(cache=self.name).inc()
        return found

    async def set(self, key: str, value: bytes) -> bool:
        """Stores the value for the cache's time to live; says whether it is stored."""
        return bool(await self._ask("set", lambda: self.redis.set(self._key(key), value, ex=self.ttl_seconds)))

    async def forget_all(self) -> None:
        """Removes every key of this cache."""
        keys = [key async for key in self.redis.scan_iter(match=self._key("*"), count=500)]
        if keys:
            await self.redis.delete(*keys)

    async def check(self) -> None:
        """Writes and reads one key. Raises RedisError with the reason when either is refused."""
        await self.redis.set("health", "ok", ex=60)
        if await self.redis.get("health") != b"ok":
            raise RedisError("what was written could not be read back")

    async def close(self) -> None:
        await self.redis.aclose()
        await self.redis.connection_pool.disconnect()

    def _key(self, key: str) -> str:
        return f"{self.name}:{key}"

    async def _ask(self, operation: str, question):
        if monotonic() < self.paused_until:
            return None
        start = perf_counter()
        try:
            answer = await question()
        except RedisError as why:
            self.paused_until = monotonic() + PAUSE_SECONDS
            metrics.cache_errors.labels(cache=self.name).inc()
            log.warning("Redis cache does not answer: %s", why)
            return None
        metrics.cache_seconds.labels(operation=operation).observe(perf_counter() - start)
        return answer
