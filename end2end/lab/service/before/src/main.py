"""The service: its routes, its health and its life."""

import logging
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from src import conversations
from src.db.database import Database
from src.settings import Settings

settings = Settings.from_environment()
logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
database = Database(settings)


@asynccontextmanager
async def life(app: FastAPI):
    await database.connect()
    yield
    await database.close()


app = FastAPI(title="Conversations", version="1.0.0", lifespan=life)


@app.get("/health")
async def health() -> JSONResponse:
    well = await database.answers()
    parts = {"database": "ok" if well else "down"}
    status = "ok" if well else "down"
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
