"""Measures a deployed service: its cache, its database and both together. Nothing here is simulated.

The database is the one that PGHOST and its like name; Redis and the service answer on this machine's loopback.
"""

import asyncio
import json
import os
from collections import Counter
from dataclasses import replace
from time import perf_counter
from urllib.request import urlopen

import psycopg
import pytest

from src import conversations
from src.db.database import Database, queries
from src.db.migrations.performance_optimization import INDEXES, found
from src.infrastructure.redis_cache import RedisCache
from src.settings import Settings

SERVICE = os.environ.get("SERVICE_URL", "http://127.0.0.1:8000")
SETTINGS = replace(Settings.from_environment(), cache_ttl_seconds=60, db_pool_size=2)
ROUNDS = 200


def milliseconds(start: float) -> float:
    return (perf_counter() - start) * 1000


def with_cache(use):
    """Runs `use` with a cache of its own, which is empty before and after."""

    async def run():
        cache = RedisCache(SETTINGS, name="performance-test")
        await cache.check()
        await cache.forget_all()
        try:
            return await use(cache)
        finally:
            await cache.forget_all()
            await cache.close()

    return asyncio.run(run())


def with_database(use):
    async def run():
        database = Database(SETTINGS)
        await asyncio.wait_for(database.connect(), 5)
        try:
            return await use(database)
        finally:
            await database.close()

    return asyncio.run(run())


def get(path: str) -> tuple[dict, bytes, float]:
    start = perf_counter()
    with urlopen(SERVICE + path, timeout=5) as answer:
        body = answer.read()
        return dict(answer.headers), body, milliseconds(start)


class TestRedisCachePerformance:
    def test_what_is_written_is_read_back(self):
        async def use(cache):
            assert await cache.get("a") is None
            assert await cache.set("a", b"1")
            assert await cache.get("a") == b"1"
            assert 0 < await cache.redis.ttl("performance-test:a") <= 60

        with_cache(use)

    @pytest.mark.parametrize("operation", ["write", "read"])
    def test_an_operation_takes_less_than_5_ms_on_average(self, operation):
        async def use(cache):
            value = b"x" * 2048
            await cache.set("key", value)
            start = perf_counter()
            for _ in range(ROUNDS):
                assert await (cache.set("key", value) if operation == "write" else cache.get("key"))
            return milliseconds(start) / ROUNDS

        average = with_cache(use)
        print(f"cache {operation} latency: {average:.2f} ms average of {ROUNDS}")
        assert average < 5

    def test_repeated_reads_are_hits(self):
        async def use(cache):
            hits = 0
            for number in range(100):
                key = f"page:{number % 20}"
                if await cache.get(key) is None:
                    await cache.set(key, b"page")
                else:
                    hits += 1
            return hits

        assert with_cache(use) / 100 > 0.6


class TestDatabaseQueryPerformance:
    def test_every_index_is_there_and_valid(self):
        with psycopg.connect(connect_timeout=5) as connection:
            assert {row[0] for row in found(connection) if row[3]} == set(INDEXES)

    def test_the_list_is_one_query(self):
        async def use(database):
            counted = Counter()
            queries.set(counted)
            assert len(await conversations.newest(database, 20, 0)) == 20
            return counted

        assert with_database(use).total() == 1

    def test_messages_are_found_by_an_index(self):
        with psycopg.connect(connect_timeout=5) as connection:
            plan = connection.execute(
                "EXPLAIN SELECT body FROM messages WHERE conversation_id = 7 ORDER BY created_at DESC LIMIT 1"
            ).fetchall()
        assert "idx_messages_conversation" in "\n".join(row[0] for row in plan)

    def test_the_list_takes_less_than_100_ms(self):
        async def use(database):
            await conversations.newest(database, 20, 0)
            start = perf_counter()
            await conversations.newest(database, 20, 20)
            return milliseconds(start)

        assert with_database(use) < 100


class TestIntegrationPerformance:
    def test_the_service_is_healthy(self):
        health = json.loads(get("/health")[1])
        assert health["status"] == "ok" and set(health["parts"].values()) == {"ok"}

    def test_the_second_of_two_identical_calls_comes_from_the_cache(self):
        path = f"/api/conversations?limit=20&offset={1 + os.getpid() % 3000}"
        get(path)
        headers, _, _ = get(path)
        assert headers["x-cache"] == "HIT" and headers["x-db-queries"] == "0"

    def test_no_request_repeats_its_queries(self):
        path = f"/api/conversations?limit=19&offset={1 + os.getpid() % 3000}"
        assert int(get(path)[0]["x-db-queries"]) <= 1

    def test_95_of_100_requests_take_less_than_200_ms(self):
        times = sorted(get(f"/api/conversations?limit=20&offset={number % 10}")[2] for number in range(100))
        print(f"API p95: {times[94]:.1f} ms")
        assert times[94] < 200

    def test_hits_and_times_are_measured(self):
        samples = [line for line in get("/metrics")[1].decode().splitlines() if not line.startswith("#")]
        for name in ("cache_hits_total{", "http_request_duration_seconds_bucket{"):
            assert any(line.startswith(name) for line in samples), name
