"""The service: its routes, its health and its life."""

import logging
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from src import conversations
from src.db.database import Database
from src.integrations.fastapi_redis_integration import cache_health, integrate, open_cache, warm_up
from src.settings import Settings

settings = Settings.from_environment()
logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
database = Database(settings)


@asynccontextmanager
async def life(app: FastAPI):
    await database.connect()
    await open_cache(app, settings)
    await warm_up(app, list_conversations, list_messages)
    yield
    if app.state.cache is not None:
        await app.state.cache.close()
    await database.close()


app = FastAPI(title="Conversations", version="2.0.0", lifespan=life)
integrate(app, database)


@app.get("/health")
async def health() -> JSONResponse:
    """200 while the service can answer, though without its cache it is degraded; 503 without its database."""
    well = await database.answers()
    parts = {"database": "ok" if well else "down", "cache": await cache_health(app)}
    status = "down" if not well else "degraded" if parts["cache"] == "down" else "ok"
    return JSONResponse({"status": status, "version": app.version, "parts": parts}, 200 if well else 503)


@app.get("/api/conversations")
async def list_conversations(limit: int = 20, offset: int = 0) -> dict:
    found = await conversations.newest(database, limit, offset)
    return {"newest": found[0]["id"], "conversations": found}


@app.get("/api/conversations/{conversation}/messages")
async def list_messages(conversation: int) -> dict:
    return {"messages": await conversations.messages(database, conversation)}


@app.get("/api/conversations/{conversation}/similar")
async def list_similar(conversation: int) -> dict:
    return {"similar": await conversations.similar(database, conversation)}
