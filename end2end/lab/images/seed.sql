-- The data of a service that has run for a while: enough that a scan hurts, the same on every machine.
SELECT setseed(0.25);
INSERT INTO users SELECT i, 'User ' || i, 'user' || i || '@example.org' FROM generate_series(1, 2000) i;
INSERT INTO conversations
  SELECT i, 1 + i % 2000, 'Conversation about ' || md5(i::text), (ARRAY['open', 'waiting', 'closed'])[1 + i % 3],
    '2026-01-01'::timestamptz + i * interval '1 hour', '2026-06-01'::timestamptz + (i * 7919 % 4000) * interval '1 hour'
  FROM generate_series(1, 4000) i;
INSERT INTO participants (conversation_id, user_id)
  SELECT 1 + i % 4000, 1 + (i * 31) % 2000 FROM generate_series(1, 12000) i;
INSERT INTO messages
  SELECT i, 1 + (i * 6151) % 4000, 1 + (i * 17) % 2000, (ARRAY['user', 'assistant'])[1 + i % 2],
    'Message ' || i || ': ' || repeat(md5(i::text), 3), '2026-01-01'::timestamptz + i * interval '1 minute'
  FROM generate_series(1, 60000) i;
INSERT INTO conversation_embeddings
  SELECT i, (SELECT array_agg(random()) FROM generate_series(1, 16 + i * 0))::vector FROM generate_series(1, 4000) i;
