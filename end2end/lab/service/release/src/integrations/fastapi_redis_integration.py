"""Gives a FastAPI application its cache, its measurements and its metrics page."""

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError

from src.db.database import Database
from src.infrastructure.redis_cache import RedisCache
from src.middleware.cache_middleware import CacheMiddleware, cache_key
from src.middleware.performance_middleware import PerformanceMiddleware
from src.settings import Settings

log = logging.getLogger("conversations.cache")
WARM_CONVERSATIONS = 20


def integrate(app: FastAPI, database: Database) -> None:
    """The middleware, outermost last, and /metrics."""
    app.state.cache = None
    app.add_middleware(CacheMiddleware)
    app.add_middleware(PerformanceMiddleware)

    @app.get("/metrics")
    def metrics() -> Response:
        database.observe()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def open_cache(app: FastAPI, settings: Settings) -> None:
    if not settings.cache_enabled:
        log.info("Redis cache disabled")
        return
    app.state.cache = RedisCache(settings)
    try:
        await app.state.cache.check()
    except RedisError as why:
        log.error("Redis cache initialization failed: %s", why)
        return
    log.info("Redis cache initialized at %s:%d", settings.redis_host, settings.redis_port)


async def warm_up(
    app: FastAPI, page: Callable[[], Awaitable[dict]], messages: Callable[[int], Awaitable[dict]]
) -> None:
    """Stores the first page, and the messages of the conversations on it, before anybody asks."""
    cache: RedisCache | None = app.state.cache
    if cache is None:
        return
    first = await page()
    answers = {"/api/conversations": first}
    for conversation in first["conversations"][:WARM_CONVERSATIONS]:
        number = conversation["id"]
        answers[f"/api/conversations/{number}/messages"] = await messages(number)
    stored = [await cache.set(cache_key(path), JSONResponse(answer).body) for path, answer in answers.items()]
    if all(stored):
        log.info("Cache warmup complete: %d entries", len(stored))
    else:
        log.warning("Cache warmup incomplete: %d of %d entries", sum(stored), len(stored))


async def cache_health(app: FastAPI) -> str:
    if app.state.cache is None:
        return "disabled"
    try:
        await app.state.cache.check()
    except RedisError as why:
        log.warning("Redis cache is not usable: %s", why)
        return "down"
    return "ok"
