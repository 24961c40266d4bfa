"""The indexes that the service's queries need.

python -m src.db.migrations.performance_optimization apply     creates them, analyzes the tables, records itself
python -m src.db.migrations.performance_optimization analyze   lists them; exit code 1 unless all are there and valid
python -m src.db.migrations.performance_optimization rollback  drops them and the record

The database is the one that PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE name.
"""

import sys

import psycopg

VERSION = "0002_performance_optimization"
TABLES = ("users", "conversations", "participants", "messages", "conversation_embeddings")
# Name, and what is indexed.
INDEXES = {
    "idx_conversations_updated_at": "conversations (updated_at DESC)",
    "idx_conversations_owner_id": "conversations (owner_id)",
    "idx_conversations_status_updated_at": "conversations (status, updated_at DESC)",
    "idx_conversations_created_at": "conversations (created_at)",
    "idx_messages_conversation_id": "messages (conversation_id)",
    "idx_messages_conversation_created_at": "messages (conversation_id, created_at DESC)",
    "idx_messages_author_id": "messages (author_id)",
    "idx_messages_created_at": "messages (created_at)",
    "idx_participants_conversation_id": "participants (conversation_id)",
    "idx_participants_user_id": "participants (user_id)",
    "idx_users_email": "users (email)",
    "idx_users_created_at": "users (created_at)",
}
FOUND = """
SELECT c.relname, t.relname, pg_size_pretty(pg_relation_size(c.oid)), i.indisvalid, s.idx_scan
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
LEFT JOIN pg_stat_user_indexes s ON s.indexrelid = i.indexrelid
WHERE c.relname = ANY(%s) AND c.relnamespace = 'public'::regnamespace ORDER BY 2, 1
"""


def found(connection: psycopg.Connection) -> list[tuple]:
    return connection.execute(FOUND, (list(INDEXES),)).fetchall()


def apply(connection: psycopg.Connection) -> int:
    # An attempt that was interrupted leaves an index that is there and is never used.
    for name, *_, valid, _scans in found(connection):
        if not valid:
            print(f"DROP INDEX {name}: it was invalid")
            connection.execute(f"DROP INDEX CONCURRENTLY {name}")
    there = {row[0] for row in found(connection)}
    for name, what in INDEXES.items():
        connection.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}")
        print(f"CREATE INDEX {name} ON {what}" + (": was there already" if name in there else ""))
    for table in TABLES:
        connection.execute(f"ANALYZE {table}")
        print(f"ANALYZE {table}")
    recorded = connection.execute(
        "INSERT INTO schema_migrations (version) VALUES (%s) ON CONFLICT DO NOTHING", (VERSION,)
    ).rowcount
    print(f"Migration {VERSION} " + ("recorded" if recorded else "was recorded already"))
    return 0


def analyze(connection: psycopg.Connection) -> int:
    rows = found(connection)
    for name, table, size, valid, scans in rows:
        print(f"{name:38} {table:16} {size:>10}  {'valid' if valid else 'INVALID'}  {scans or 0} scans")
    usable = sum(1 for row in rows if row[3])
    print(f"{usable} of {len(INDEXES)} new indexes are there and valid")
    return 0 if usable == len(INDEXES) else 1


def rollback(connection: psycopg.Connection) -> int:
    for name in INDEXES:
        connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        print(f"DROP INDEX {name}")
    connection.execute("DELETE FROM schema_migrations WHERE version = %s", (VERSION,))
    print(f"Migration {VERSION} removed from the record")
    return 0


def main(arguments: list[str]) -> int:
    deeds = {"apply": apply, "analyze": analyze, "rollback": rollback}
    if len(arguments) != 1 or arguments[0] not in deeds:
        print(__doc__, file=sys.stderr)
        return 2
    with psycopg.connect(autocommit=True, connect_timeout=5) as connection:
        # Two at once would wait for each other's indexes for ever.
        if not connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (VERSION,)).fetchone()[0]:
            print("another run of this migration is under way", file=sys.stderr)
            return 1
        connection.execute("SET client_min_messages = warning")
        return deeds[arguments[0]](connection)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
