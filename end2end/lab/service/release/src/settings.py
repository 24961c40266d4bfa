"""What the environment says, read once."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    database_url: str | None
    log_level: str
    db_pool_size: int
    db_max_overflow: int
    cache_enabled: bool
    cache_ttl_seconds: int
    redis_host: str
    redis_port: int
    redis_db: int
    redis_max_connections: int

    @classmethod
    def from_environment(cls) -> "Settings":
        read = os.environ.get
        return cls(
            # Without an address the driver reads PGHOST and its like.
            database_url=read("DATABASE_URL"),
            log_level=read("LOG_LEVEL", "info").upper(),
            db_pool_size=int(read("DB_POOL_SIZE", "5")),
            db_max_overflow=int(read("DB_MAX_OVERFLOW", "0")),
            cache_enabled=read("CACHE_ENABLED", "false").lower() == "true",
            cache_ttl_seconds=int(read("CACHE_TTL_SECONDS", "300")),
            redis_host=read("REDIS_HOST", "localhost"),
            redis_port=int(read("REDIS_PORT", "6379")),
            redis_db=int(read("REDIS_DB", "0")),
            redis_max_connections=int(read("REDIS_MAX_CONNECTIONS", "10")),
        )
