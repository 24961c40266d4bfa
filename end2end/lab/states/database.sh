# Broken states of the database. See states.sh.
# shellcheck shell=bash

INDEX=idx_messages_conversation_created_at
has_index() { [ "$(sql "SELECT count(*) FROM pg_indexes WHERE indexname = '$INDEX'")" = 1 ]; }

state postgres-stopped deployed 'the database is stopped; the backend answers 503'
postgres-stopped.break() { compose stop --timeout 5 postgres; }
postgres-stopped.holds() { [ "$(state_of postgres)" = exited ] && health_is 503 down; }
postgres-stopped.mend() { compose start postgres && ready postgres && fresh_backend; }

state index-missing deployed 'one index of the migration is missing'
index-missing.break() {
  sql "SELECT indexdef FROM pg_indexes WHERE indexname = '$INDEX'" >"$MEMORY/index-missing/definition" && sql "DROP INDEX $INDEX"
}
index-missing.holds() { [ -n "$(sql 'SELECT 1')" ] && ! has_index; }
index-missing.mend() { has_index || sql "$(cat "$MEMORY/index-missing/definition")"; }

# As an interrupted CREATE INDEX CONCURRENTLY leaves it. Set in the catalogue, because a real interruption would also
# write an error into the database's log, and that is another state.
state index-invalid deployed 'one index of the migration is invalid'
index-invalid.break() { super "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '$INDEX'::regclass"; }
index-invalid.holds() { [ "$(sql "SELECT indisvalid FROM pg_index WHERE indexrelid = '$INDEX'::regclass")" = f ]; }
index-invalid.mend() { super "UPDATE pg_index SET indisvalid = true WHERE indexrelid = '$INDEX'::regclass"; }

MIGRATION=0002_performance_optimization
state migration-row-missing deployed 'the migration is not recorded in schema_migrations'
migration-row-missing.break() {
  sql "SELECT applied_at FROM schema_migrations WHERE version = '$MIGRATION'" >"$MEMORY/migration-row-missing/applied_at" &&
    sql "DELETE FROM schema_migrations WHERE version = '$MIGRATION'"
}
migration-row-missing.holds() { [ "$(sql "SELECT count(*) FROM schema_migrations WHERE version = '$MIGRATION'")" = 0 ]; }
migration-row-missing.mend() {
  sql "INSERT INTO schema_migrations VALUES ('$MIGRATION', '$(cat "$MEMORY/migration-row-missing/applied_at")') ON CONFLICT DO NOTHING"
}

state table-not-analyzed deployed 'one table was not analyzed'
table-not-analyzed.break() { super "SELECT pg_stat_reset_single_table_counters('messages'::regclass)"; }
table-not-analyzed.holds() { [ "$(sql "SELECT last_analyze IS NULL FROM pg_stat_user_tables WHERE relname = 'messages'")" = t ]; }
table-not-analyzed.mend() { sql 'ANALYZE messages'; }

# The vectors wait as arrays of numbers meanwhile.
state pgvector-missing any 'the extension pgvector is available and not installed'
pgvector-missing.break() {
  super 'ALTER TABLE conversation_embeddings ALTER embedding TYPE real[] USING embedding::real[]; DROP EXTENSION vector'
}
pgvector-missing.holds() { [ "$(sql "SELECT count(*) FROM pg_extension WHERE extname = 'vector'")" = 0 ]; }
pgvector-missing.mend() {
  pgvector-missing.holds || return 0
  super 'CREATE EXTENSION vector; ALTER TABLE conversation_embeddings ALTER embedding TYPE vector(16) USING embedding::vector(16)' &&
    sql 'ANALYZE conversation_embeddings'
}
