-- Tables of the service, without the indexes that its queries would need: those come with a later migration.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE schema_migrations (
  version text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE users (
  id bigint PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE conversations (
  id bigint PRIMARY KEY,
  owner_id bigint NOT NULL REFERENCES users,
  title text NOT NULL,
  status text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE TABLE participants (
  conversation_id bigint NOT NULL REFERENCES conversations,
  user_id bigint NOT NULL REFERENCES users,
  joined_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE messages (
  id bigint PRIMARY KEY,
  conversation_id bigint NOT NULL REFERENCES conversations,
  author_id bigint NOT NULL REFERENCES users,
  role text NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE TABLE conversation_embeddings (
  conversation_id bigint PRIMARY KEY REFERENCES conversations,
  embedding vector(16) NOT NULL
);
INSERT INTO schema_migrations (version) VALUES ('0001_initial');
