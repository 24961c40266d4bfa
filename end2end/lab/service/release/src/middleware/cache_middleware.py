"""Answers a repeated GET from the cache, and says so in the header X-Cache."""

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

CACHED_BELOW = "/api/"


def cache_key(path: str, query: str = "") -> str:
    return f"{path}?{query}"


class CacheMiddleware:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        cacheable = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(CACHED_BELOW)
        cache = scope["app"].state.cache if cacheable else None
        if cache is None:
            await self.app(scope, receive, send)
            return
        key = cache_key(scope["path"], scope["query_string"].decode("latin-1"))
        body = await cache.get(key)
        if body is not None:
            response = Response(body, media_type="application/json", headers={"X-Cache": "HIT"})
            await response(scope, receive, send)
            return
        answer = Answer(send)
        await self.app(scope, receive, answer)
        if answer.status == 200:
            await cache.set(key, b"".join(answer.parts))


class Answer:
    """Passes an answer on and keeps a copy of it."""

    def __init__(self, send) -> None:
        self.send = send
        self.status = 0
        self.parts: list[bytes] = []

    async def __call__(self, message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)["X-Cache"] = "MISS"
        elif message["type"] == "http.response.body":
            self.parts.append(message.get("body", b""))
        await self.send(message)
