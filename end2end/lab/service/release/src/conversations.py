"""The questions that the service answers from its database."""

from src.db.database import Database

NEWEST = """
SELECT c.id, c.title, c.status, c.updated_at, u.name AS owner, m.messages, p.participants, last.body AS last_message
FROM (SELECT * FROM conversations ORDER BY updated_at DESC LIMIT $1 OFFSET $2) c
JOIN users u ON u.id = c.owner_id
CROSS JOIN LATERAL (SELECT count(*) AS messages FROM messages WHERE conversation_id = c.id) m
CROSS JOIN LATERAL (SELECT count(*) AS participants FROM participants WHERE conversation_id = c.id) p
LEFT JOIN LATERAL (
  SELECT body FROM messages WHERE conversation_id = c.id ORDER BY created_at DESC LIMIT 1
) last ON true
ORDER BY c.updated_at DESC
"""


async def newest(database: Database, limit: int, offset: int) -> list[dict]:
    """The conversations that changed last, each with its owner, its last message and two counts."""
    rows = await database.fetch(NEWEST, limit, offset)
    return [dict(row) | {"updated_at": row["updated_at"].isoformat()} for row in rows]


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
