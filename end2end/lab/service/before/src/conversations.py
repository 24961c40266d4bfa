"""The questions that the service answers from its database."""

from src.db.database import Database


async def newest(database: Database, limit: int, offset: int) -> list[dict]:
    """The conversations that changed last, each with its owner, its last message and two counts."""
    rows = await database.fetch(
        "SELECT id, owner_id, title, status, updated_at FROM conversations ORDER BY updated_at DESC LIMIT $1 OFFSET $2",
        limit,
        offset,
    )
    found = []
    for row in rows:
        owner = await database.fetch("SELECT name FROM users WHERE id = $1", row["owner_id"])
        messages = await database.fetch("SELECT count(*) FROM messages WHERE conversation_id = $1", row["id"])
        people = await database.fetch("SELECT count(*) FROM participants WHERE conversation_id = $1", row["id"])
        last = await database.fetch(
            "SELECT body FROM messages WHERE conversation_id = $1 ORDER BY created_at DESC LIMIT 1", row["id"]
        )
        found.append(
            {
                "id": row["id"],
                "title": row["title"],
                "status": row["status"],
                "updated_at": row["updated_at"].isoformat(),
                "owner": owner[0]["name"],
                "messages": messages[0]["count"],
                "participants": people[0]["count"],
                "last_message": last[0]["body"] if last else None,
            }
        )
    return found


async def messages(database: Database, conversation: int) -> list[dict]:
    """The last 50 messages of a conversation, newest first."""
    rows = await database.fetch(
        "SELECT id, author_id, role, body, created_at FROM messages WHERE conversation_id = $1"
        " ORDER BY created_at DESC LIMIT 50",
        conversation,
    )
    return [dict(row) | {"created_at": row["created_at"].isoformat()} for row in rows]


async def similar(database: Database, conversation: int) -> list[dict]:
    """The five conversations that are nearest in meaning."""
    rows = await database.fetch(
        "SELECT c.id, c.title FROM conversation_embeddings e"
        " JOIN conversation_embeddings near ON near.conversation_id <> e.conversation_id"
        " JOIN conversations c ON c.id = near.conversation_id"
        " WHERE e.conversation_id = $1 ORDER BY e.embedding <-> near.embedding LIMIT 5",
        conversation,
    )
    return [dict(row) for row in rows]
