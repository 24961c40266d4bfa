"""What the environment says, read once."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    database_url: str | None
    log_level: str

    @classmethod
    def from_environment(cls) -> "Settings":
        return cls(
            # Without an address the driver reads PGHOST and its like.
            database_url=os.environ.get("DATABASE_URL"),
            log_level=os.environ.get("LOG_LEVEL", "info").upper(),
        )
